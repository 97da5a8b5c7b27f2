//! Where handlers are mounted: in an application that answers, or in the document that describes it.
//!
//! A slice names its handlers once. Each worker mounts them to answer; policies and the document are read from the same list.

use actix_web::{dev::HttpServiceFactory, web};
use utoipa::openapi::{OpenApi, Paths};
use utoipa_actix_web::OpenApiFactory;

/// Takes handlers.
pub trait Mount {
    /// Mounts a handler.
    fn service<F>(&mut self, handler: F) -> &mut Self
    where
        F: HttpServiceFactory + OpenApiFactory + 'static;
}

/// To answer.
impl Mount for web::ServiceConfig {
    fn service<F>(&mut self, handler: F) -> &mut Self
    where
        F: HttpServiceFactory + OpenApiFactory + 'static,
    {
        Self::service(self, handler)
    }
}

/// To be described.
pub struct Description {
    document: OpenApi,
    prefix: &'static str,
    with_schemas: bool,
}

impl Description {
    /// Describes the operations and every schema of their bodies, beside what no handler tells.
    pub const fn whole(document: OpenApi) -> Self {
        Self {
            document,
            prefix: "",
            with_schemas: true,
        }
    }

    /// Describes the operations alone, which takes a hundredth of the memory.
    pub const fn of_operations(document: OpenApi) -> Self {
        Self {
            document,
            prefix: "",
            with_schemas: false,
        }
    }

    /// Describes what is mounted under a prefix.
    pub fn under(mut self, prefix: &'static str, mount: impl FnOnce(&mut Self)) -> Self {
        self.prefix = prefix;
        mount(&mut self);
        self.prefix = "";
        self
    }

    /// The document.
    pub fn finish(self) -> OpenApi {
        self.document
    }
}

impl Mount for Description {
    fn service<F>(&mut self, handler: F) -> &mut Self
    where
        F: HttpServiceFactory + OpenApiFactory + 'static,
    {
        let described = handler.paths().paths.into_iter();
        let prefixed = described.fold(Paths::builder(), |paths, (path, item)| {
            paths.path(format!("{}{path}", self.prefix), item)
        });
        self.document.paths.merge(prefixed.build());
        if !self.with_schemas {
            return self;
        }
        // Each handler tells of all that its bodies hold, mostly what others have told: together they would be a hundred times the document.
        let mut schemas = Vec::new();
        handler.schemas(&mut schemas);
        self.document.components.get_or_insert_default().schemas.extend(schemas);
        self
    }
}
