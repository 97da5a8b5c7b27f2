//! Answers that everybody gets alike: rendered once, with an entity tag, and packed for whoever takes gzip.
//!
//! Nothing of a person may be in them. Packed beside what an attacker chooses, a secret could be guessed from the length.

use std::{io::Write, sync::OnceLock};

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    http::header::{self, AcceptEncoding, ContentEncoding, Encoding},
    web::Bytes,
};
use aws_lc_rs::digest::{SHA256, digest};
use flate2::{Compression, write::GzEncoder};
use serde::Serialize;

use crate::problem::Failure;

/// How much of the hash is in an entity tag.
const TAG_OCTETS: usize = 12;

/// An answer, ready to send.
#[derive(Debug)]
pub struct Packed {
    json: Bytes,
    /// A tenth of the octets, made when somebody first takes it.
    gzip: OnceLock<Bytes>,
    /// Weak, because both forms say the same.
    tag: String,
}

impl Packed {
    /// Renders an answer.
    pub fn new(answer: &impl Serialize) -> Result<Self, Failure> {
        let json = Bytes::from(serde_json::to_vec(answer).map_err(anyhow::Error::from)?);
        let hash = digest(&SHA256, &json);
        let hash = hash.as_ref().get(..TAG_OCTETS).unwrap_or_default();
        Ok(Self {
            tag: format!("W/\"{}\"", hex::encode(hash)),
            gzip: OnceLock::new(),
            json,
        })
    }

    /// The answer to a request, which is short when whoever asks knows it already.
    pub fn answer(&self, request: &HttpRequest) -> Result<HttpResponse, Failure> {
        let known = request.headers().get(header::IF_NONE_MATCH);
        let known = known.is_some_and(|tag| tag.as_bytes() == self.tag.as_bytes());
        let mut response = if known {
            HttpResponse::NotModified()
        } else {
            HttpResponse::Ok()
        };
        response
            .insert_header((header::ETAG, self.tag.as_str()))
            .insert_header((header::CACHE_CONTROL, "no-cache"))
            .insert_header((header::VARY, "Accept-Encoding, Accept-Language"));
        if known {
            return Ok(response.finish());
        }
        response.content_type("application/json");
        if takes_gzip(request) {
            response.insert_header(ContentEncoding::Gzip);
            return Ok(response.body(self.gzip()?));
        }
        Ok(response.body(self.json.clone()))
    }

    fn gzip(&self) -> Result<Bytes, Failure> {
        if let Some(made) = self.gzip.get() {
            return Ok(made.clone());
        }
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&self.json).map_err(anyhow::Error::from)?;
        let made = Bytes::from(encoder.finish().map_err(anyhow::Error::from)?);
        Ok(self.gzip.get_or_init(|| made).clone())
    }
}

fn takes_gzip(request: &HttpRequest) -> bool {
    let offered = [Encoding::gzip(), Encoding::identity()];
    request
        .get_header::<AcceptEncoding>()
        .and_then(|accepted| accepted.negotiate(offered.iter()))
        .is_some_and(|chosen| chosen == Encoding::gzip())
}
