//! `GET /openapi.json`: the API, described by the code that serves it. What a route takes and answers stands
//! at its handler, what travels at its type; here it is put together. The dashboard's pages are no API.

use std::collections::BTreeMap;

use axum::Json;
use utoipa::openapi::RefOr;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Ref, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{IntoResponses, Modify, OpenApi};

use super::problem::{Code, status};
use super::rate_limit::Admitted;
use super::{agent_api, api, downloads, health, hooks, metrics};
use crate::text;
use hubward_domain::account::Language;

/// What a route may answer, by its status.
pub(super) type Responses = BTreeMap<String, RefOr<Response>>;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Hubward",
        description = "What programs may ask of a SOC's Hubward. Refusals are problem details (RFC 9457) with a stable code in `error` and what helps in `hint`, in the language of Accept-Language (ja, en)."
    ),
    paths(
        agent_api::challenge,
        agent_api::session,
        agent_api::heartbeat,
        agent_api::invitation,
        downloads::script,
        downloads::manifest,
        downloads::archive,
        api::accounts,
        api::check,
        api::alerts,
        api::agents,
        api::requests,
        api::deliveries,
        api::audit,
        hooks::eventbridge,
        hooks::jira,
        health::alive,
        health::ready,
        metrics::metrics,
        document
    ),
    components(schemas(hubward_protocol::api::Problem)),
    tags(
        (name = "agent", description = "An agent proves its account, and reports"),
        (name = "downloads", description = "The agent and its install script, for whoever asks"),
        (name = "soc", description = "What the SOC knows, in the shapes of the command line's --json"),
        (name = "hooks", description = "What others call when something happened"),
        (name = "operations", description = "Whether the server is there, and how it is")
    ),
    modifiers(&Proofs)
)]
struct Description;

/// This description: OpenAPI 3.1.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "operations",
    responses((status = 200, description = "The description", body = Object), Anybody)
)]
pub(super) async fn document(_: Admitted) -> Json<utoipa::openapi::OpenApi> {
    Json(Description::openapi())
}

/// How callers prove who they are.
struct Proofs;

impl Modify for Proofs {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let bearer = |text: &str| {
            let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
            SecurityScheme::Http(bearer.description(Some(text)).build())
        };
        let header = |name: &str, text: &str| {
            SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(name, text)))
        };
        let components = description.components.get_or_insert_default();
        components.add_security_scheme(
            "access_token",
            bearer("A token of `hubward token add NAME --role viewer|operator`"),
        );
        components.add_security_scheme(
            "agent_session",
            bearer("The token of `POST /v1/sessions`, for an account that was proved by AWS"),
        );
        components.add_security_scheme(
            "eventbridge_key",
            header("x-api-key", "`alerts.push_secret` of the configuration"),
        );
        components.add_security_scheme(
            "jira_signature",
            header(
                "x-hub-signature",
                "`sha256=` and the body's HMAC-SHA256 under `requests.jira.webhook_secret`, in hex",
            ),
        );
        components.add_security_scheme(
            "jira_secret",
            header(
                "x-hubward-secret",
                "`requests.jira.webhook_secret`, for senders that cannot sign",
            ),
        );
    }
}

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

/// Refusals as responses, by their status, in the words that they are told in.
pub(super) fn refusals(codes: &[Code]) -> Responses {
    let mut told: BTreeMap<String, Vec<Code>> = BTreeMap::new();
    for code in codes {
        let status = status(*code).as_str().to_owned();
        told.entry(status).or_default().push(*code);
    }
    told.into_iter()
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

#[cfg(test)]
mod tests;
