//! `GET /openapi.json`: the API, described by the code that serves it. What a route takes and answers is written
//! at its handler, what travels at its type; here it is put together. The dashboard's pages are no API.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::rate_limit::Admitted;
use super::responses::Anybody;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Hubward",
        description = "What programs may ask of a SOC's Hubward. Refusals are problem details (RFC 9457) with a stable code in `error` and what helps in `hint`, in the language of Accept-Language (ja, en)."
    ),
    components(schemas(hubward_protocol::api::Problem)),
    tags(
        (name = "agent", description = "An agent proves its account, and reports"),
        (name = "downloads", description = "The agent and its install script, without authentication"),
        (name = "soc", description = "What the SOC knows, in the shapes of the command line's --json"),
        (name = "hooks", description = "What others call when something happened"),
        (name = "operations", description = "Whether the server is there, and how it is")
    ),
    modifiers(&Proofs)
)]
pub(super) struct Description;

/// What is served, described: the router puts it together from its routes.
#[derive(Clone)]
pub(super) struct ApiDescription(pub(super) Arc<utoipa::openapi::OpenApi>);

/// This description: OpenAPI 3.1.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "operations",
    responses((status = 200, description = "The description", body = Object), Anybody)
)]
pub(super) async fn document(
    _: Admitted,
    Extension(ApiDescription(description)): Extension<ApiDescription>,
) -> Response {
    Json(&*description).into_response()
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
