//! The refusals that a route's description names.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::RefOr;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Ref, Type};

use super::problem::{Code, status};
use crate::text;
use hubward_domain::account::Language;

/// What a route may answer, by its status.
pub(super) type Responses = BTreeMap<String, RefOr<Response>>;

/// What any route may refuse with.
pub(super) struct Always;

impl IntoResponses for Always {
    fn responses() -> Responses {
        refusals(&[Code::TooSlow, Code::Internal])
    }
}

/// What a route may refuse with that counts how often an address asks.
pub(super) struct Anybody;

impl IntoResponses for Anybody {
    fn responses() -> Responses {
        refusals(&[Code::RateLimited, Code::TooSlow, Code::Internal])
    }
}

/// What a route for holders of an access token may refuse with.
pub(super) struct Holders;

impl IntoResponses for Holders {
    fn responses() -> Responses {
        refusals(&[
            Code::BadQuery,
            Code::NoAccess,
            Code::RateLimited,
            Code::TooSlow,
            Code::Internal,
        ])
    }
}

/// Refusals as responses, by their status, in the words that the answer uses.
pub(super) fn refusals(codes: &[Code]) -> Responses {
    let mut by_status: BTreeMap<String, Vec<Code>> = BTreeMap::new();
    for code in codes {
        let status = status(*code).as_str().to_owned();
        by_status.entry(status).or_default().push(*code);
    }
    by_status
        .into_iter()
        .map(|(status, codes)| (status, RefOr::T(refusal(&codes))))
        .collect()
}

fn refusal(codes: &[Code]) -> Response {
    let words: Vec<String> = codes
        .iter()
        .map(|code| {
            let words = text::problem::problem(*code, Language::En);
            format!("`{}`: {}", code.as_str(), words.text)
        })
        .collect();
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem")));
    let response = ResponseBuilder::new()
        .description(words.join("; "))
        .content("application/problem+json", content.build());
    if !codes.iter().any(|code| code.may_be_repeated()) {
        return response.build();
    }
    let seconds = HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(Type::Integer)))
        .description(Some("After how many seconds it is worth trying again"));
    response.header("Retry-After", seconds.build()).build()
}
