//! A refusal on the wire: RFC 9457 problem details, with a stable code and a hint.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hubward_protocol::api::Problem;

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
}

impl ApiProblem {
    pub(super) fn new(code: Code) -> Self {
        Self {
            code,
            detail: String::new(),
            retry_after_s: None,
            language: Language::En,
        }
    }

    pub(super) fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    pub(super) fn after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    pub(super) fn in_language(mut self, language: Language) -> Self {
        self.language = language;
        self
    }
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
        Code::AccountNotInLedger => StatusCode::FORBIDDEN,
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
