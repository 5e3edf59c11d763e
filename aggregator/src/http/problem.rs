//! A refusal on the wire: RFC 9457 problem details, with a stable code and a hint.

use std::error::Error;

use axum::http::{Extensions, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hubward_protocol::api::Problem;
use tower_http::request_id::RequestId;

use crate::actions::StoreError;
use crate::text;
pub(super) use crate::text::problem::Code;
use hubward_domain::account::Language;

/// A refusal, ready to be sent.
#[derive(Clone, Debug)]
pub(super) struct ApiProblem {
    code: Code,
    detail: String,
    retry_after_s: Option<u64>,
    language: Language,
    request_id: Option<String>,
}

impl ApiProblem {
    pub(super) fn new(code: Code) -> Self {
        Self {
            code,
            detail: String::new(),
            retry_after_s: None,
            language: Language::En,
            request_id: None,
        }
    }

    /// A failure of our own: the log has its causes, the answer only says that there was one.
    pub(super) fn internal(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        log_failure(&*error.into());
        Self::new(Code::Internal)
    }

    /// A refusal with a cause that the answer does not name and the log does: as a warning where it is a failure of
    /// the server or of what it depends on, and for debugging where it is the caller's.
    pub(super) fn with_cause(code: Code, error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let error = error.into();
        let (error, causes, code_word) = (one_line(&error), causes(&*error), code.as_str());
        if status(code).is_server_error() {
            tracing::warn!(code = code_word, error, causes, "request refused");
        } else {
            tracing::debug!(code = code_word, error, causes, "request refused");
        }
        Self::new(code)
    }

    pub(super) fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    pub(super) fn after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// The words that the caller reads, and the id that finds this request in the log.
    pub(super) fn for_caller(mut self, language: Language, request_id: Option<String>) -> Self {
        self.language = language;
        self.request_id = request_id;
        self
    }
}

/// The id of a request, from its extensions.
pub(super) fn request_id(extensions: &Extensions) -> Option<String> {
    let id = extensions.get::<RequestId>()?.header_value();
    id.to_str().ok().map(str::to_owned)
}

/// Logs why a request failed, with all its causes. Route and request id are those of the span that it is called in.
pub(super) fn log_failure(error: &(dyn Error + 'static)) {
    let mut chain = std::iter::successors(Some(error), |&error| error.source());
    let damaged = chain.find_map(|error| match error.downcast_ref() {
        Some(StoreError::Damaged {
            table, row, column, ..
        }) => Some((*table, row.as_str(), *column)),
        _ => None,
    });
    tracing::error!(
        error = one_line(error),
        causes = causes(error),
        table = damaged.map(|(table, ..)| table),
        row = damaged.map(|(_, row, _)| row),
        column = damaged.map(|(.., column)| column),
        "request failed"
    );
}

/// The causes below an error, outermost first.
fn causes(error: &(dyn Error + 'static)) -> String {
    let below = std::iter::successors(error.source(), |&error| error.source());
    below.map(one_line).collect::<Vec<_>>().join(": ")
}

/// An error may quote what others wrote: it must not add lines to the log.
fn one_line(error: &(impl ToString + ?Sized)) -> String {
    error.to_string().replace(['\n', '\r'], " ")
}

/// The status that goes with a code.
pub(super) fn status(code: Code) -> StatusCode {
    match code {
        Code::Malformed | Code::RegionUnknown | Code::BadQuery => StatusCode::BAD_REQUEST,
        Code::ChallengeRefused
        | Code::SignatureRefused
        | Code::DateRefused
        | Code::HookRefused
        | Code::KeyRefused
        | Code::Unauthorized
        | Code::NoAccess => StatusCode::UNAUTHORIZED,
        Code::AccountNotInLedger | Code::AccountLeft => StatusCode::FORBIDDEN,
        Code::NotFound | Code::NoRelease => StatusCode::NOT_FOUND,
        Code::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Code::TooSlow => StatusCode::REQUEST_TIMEOUT,
        Code::NotInvitable => StatusCode::CONFLICT,
        Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Code::StsUnavailable | Code::AwsUnavailable => StatusCode::BAD_GATEWAY,
        Code::NotStored => StatusCode::SERVICE_UNAVAILABLE,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl IntoResponse for ApiProblem {
    fn into_response(self) -> Response {
        let status = status(self.code);
        let words = text::problem::problem(self.code, self.language);
        let problem = Problem {
            error: self.code.as_str().to_owned(),
            title: words.text,
            status: status.as_u16(),
            detail: self.detail.clone(),
            hint: words.hint,
            request_id: self
                .request_id
                .clone()
                .filter(|_| self.code == Code::Internal),
        };
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut answer = (
            status,
            [(header::CONTENT_TYPE, "application/problem+json")],
            body,
        )
            .into_response();
        if let Some(seconds) = self.retry_after_s {
            answer
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        answer.extensions_mut().insert(self);
        answer
    }
}
