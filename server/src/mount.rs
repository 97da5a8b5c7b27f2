//! Where handlers are mounted: in an application that answers, or in the document that describes it.
//!
//! A slice names its handlers once. Each worker mounts them to answer; the document is made of the same list, once for a server.

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
}

impl Description {
    /// Begins with what no handler tells.
    pub const fn of(document: OpenApi) -> Self {
        Self { document, prefix: "" }
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
        // Each handler tells of all that its bodies hold, mostly what others have told: together they would be a hundred times the document.
        let mut schemas = Vec::new();
        handler.schemas(&mut schemas);
        self.document.components.get_or_insert_default().schemas.extend(schemas);
        self
    }
}
