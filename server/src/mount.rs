//! Where handlers are mounted: in an application that answers, or before a reader of what they declare.
//!
//! A slice names its handlers once. Each worker mounts them to answer; the policies and the OpenAPI document are read from the same list.

use actix_web::{dev::HttpServiceFactory, web};
use utoipa::openapi::{OpenApi, PathItem, Paths};
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

/// Reads what handlers declare, one after the other: the declarations of all of them together take tens of megabytes.
pub trait Reader {
    /// Reads the operations of a path.
    fn operations(&mut self, path: &str, operations: PathItem);

    /// Reads the schemas of a handler's bodies, if they matter.
    fn schemas(&mut self, _handler: &impl OpenApiFactory) {}
}

/// Handlers that are read.
pub struct Reading<R> {
    reader: R,
    prefix: &'static str,
}

impl<R: Reader> Reading<R> {
    /// Reads with a reader.
    pub const fn with(reader: R) -> Self {
        Self { reader, prefix: "" }
    }

    /// Reads what is mounted under a prefix.
    #[must_use]
    pub fn under(mut self, prefix: &'static str, mount: impl FnOnce(&mut Self)) -> Self {
        self.prefix = prefix;
        mount(&mut self);
        self
    }

    /// The reader, when it has read everything.
    pub fn finish(self) -> R {
        self.reader
    }
}

impl<R: Reader> Mount for Reading<R> {
    fn service<F>(&mut self, handler: F) -> &mut Self
    where
        F: HttpServiceFactory + OpenApiFactory + 'static,
    {
        for (path, operations) in handler.paths().paths {
            self.reader.operations(&format!("{}{path}", self.prefix), operations);
        }
        self.reader.schemas(&handler);
        self
    }
}

/// The document is a reader of everything.
impl Reader for OpenApi {
    fn operations(&mut self, path: &str, operations: PathItem) {
        self.paths.merge(Paths::builder().path(path, operations).build());
    }

    fn schemas(&mut self, handler: &impl OpenApiFactory) {
        // Each handler tells of all that its bodies hold, mostly what others have told: together they would be a hundred times the document.
        let mut schemas = Vec::new();
        handler.schemas(&mut schemas);
        self.components.get_or_insert_default().schemas.extend(schemas);
    }
}
