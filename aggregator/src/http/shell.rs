//! A page of the dashboard on the wire: the frame of every page, the headers that keep foreign code
//! out of it, and the pages that say why there is no other.

use std::error::Error;

use askama::Template;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::AppState;
use super::cookies::keep_language;
use super::page_context::PageContext;
use super::problem::log_failure;
use crate::text::dashboard::Words;
use hubward_domain::account::Language;

/// Nothing but our own style sheet, pictures and forms; nothing inline, no framing by other sites.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The style sheet, and the name that changes with it.
const STYLE: &str = include_str!("../../templates/hubward.css");
/// The mark in the browser's tab.
const MARK: &str = include_str!("../../templates/hubward.svg");

/// The frame of every page.
#[derive(Clone, Debug)]
pub(super) struct Shell {
    pub(super) words: Words,
    /// The page's title.
    pub(super) title: String,
    /// Which entry of the menu it belongs to.
    pub(super) here: &'static str,
    /// Who is logged in, and what every form carries.
    pub(super) visitor: Option<PageUser>,
    /// The same page in the other language.
    pub(super) other_language: String,
    pub(super) other_language_code: &'static str,
    /// Whether requests are taken here.
    pub(super) style: String,
    /// The language that was just chosen.
    chosen: Option<HeaderValue>,
}

/// Who is logged in.
#[derive(Clone, Debug)]
pub(super) struct PageUser {
    pub(super) name: String,
    pub(super) may_act: bool,
    pub(super) form_token: String,
}

/// Why there is no other page.
#[derive(Clone, Copy, Debug)]
pub(super) enum MessagePage {
    /// There is nothing at this address.
    NotFound,
    /// Only operators may do this.
    OperatorsOnly,
    /// A form that another site made, or an old one.
    ForeignForm,
}

/// A page that only says something.
#[derive(Template)]
#[template(path = "notice.html")]
struct NoticePage {
    shell: Shell,
    text: String,
    hint: String,
    /// Where the log has more.
    request_id: Option<String>,
}

impl Shell {
    pub(super) fn new(
        state: &AppState,
        reader: &PageContext,
        visitor: Option<PageUser>,
        here: &'static str,
        title: impl Into<String>,
    ) -> Self {
        let other = match reader.words.language() {
            Language::Ja => Language::En,
            Language::En => Language::Ja,
        };
        Self {
            words: reader.words.clone(),
            title: title.into(),
            here,
            visitor,
            other_language: reader.address_with("lang", other.as_str()),
            other_language_code: other.as_str(),
            style: style_path(),
            chosen: reader.chosen.map(|language| keep_language(state, language)),
        }
    }
}

/// The page, with its headers.
pub(super) fn page(template: &impl Template, shell: &Shell, status: StatusCode) -> Response {
    let html = match template.render() {
        Ok(html) => html,
        Err(error) => {
            log_failure(&error);
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let mut response = (
        status,
        [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        html,
    )
        .into_response();
    set_security_headers(&mut response);
    if let Some(cookie) = &shell.chosen {
        response
            .headers_mut()
            .append(header::SET_COOKIE, cookie.clone());
    }
    response
}

/// A page that says why there is no other.
pub(super) fn notice(
    state: &AppState,
    reader: &PageContext,
    visitor: Option<PageUser>,
    notice: MessagePage,
) -> Response {
    let words = &reader.words;
    let (status, text, hint) = match notice {
        MessagePage::NotFound => (
            StatusCode::NOT_FOUND,
            words.say.dashboard_not_found(),
            words.say.dashboard_not_found_hint().to_owned(),
        ),
        MessagePage::OperatorsOnly => (
            StatusCode::FORBIDDEN,
            words.say.dashboard_operators_only(),
            words.say.dashboard_operators_only_hint().to_owned(),
        ),
        MessagePage::ForeignForm => (
            StatusCode::FORBIDDEN,
            words.say.dashboard_foreign_form(),
            words.other_site(&state.origin),
        ),
    };
    message_page(state, reader, visitor, status, text, hint)
}

/// The page for a failure of our own: the log has why, the page the request's id to find it by.
pub(super) fn failed(
    state: &AppState,
    reader: &PageContext,
    visitor: Option<PageUser>,
    error: impl Into<Box<dyn Error + Send + Sync>>,
) -> Response {
    log_failure(&*error.into());
    let say = &reader.words.say;
    let template = NoticePage {
        shell: Shell::new(state, reader, visitor, "", say.dashboard_failed()),
        text: say.dashboard_failed().to_owned(),
        hint: say.dashboard_failed_hint().to_owned(),
        request_id: reader.request_id.clone(),
    };
    page(
        &template,
        &template.shell,
        StatusCode::INTERNAL_SERVER_ERROR,
    )
}

/// A page that only says something.
pub(super) fn message_page(
    state: &AppState,
    reader: &PageContext,
    visitor: Option<PageUser>,
    status: StatusCode,
    text: impl Into<String>,
    hint: impl Into<String>,
) -> Response {
    let text = text.into();
    let template = NoticePage {
        shell: Shell::new(state, reader, visitor, "", text.clone()),
        text,
        hint: hint.into(),
        request_id: None,
    };
    page(&template, &template.shell, status)
}

/// Sends the browser on, within the dashboard.
pub(super) fn see_other(address: &str) -> Response {
    let location = HeaderValue::from_str(address).unwrap_or(HeaderValue::from_static("/"));
    let mut response = (
        StatusCode::SEE_OTHER,
        [
            (header::LOCATION, location),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ],
    )
        .into_response();
    set_security_headers(&mut response);
    response
}

fn set_security_headers(response: &mut Response) {
    let headers = response.headers_mut();
    for (name, value) in [
        ("content-security-policy", CONTENT_SECURITY_POLICY),
        ("x-frame-options", "DENY"),
        // Not no-referrer: browsers would then hide from us that a form is our own.
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        (
            "permissions-policy",
            "camera=(), geolocation=(), microphone=()",
        ),
    ] {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
}

fn style_path() -> String {
    use sha2::{Digest, Sha256};
    let hash = hex::encode(Sha256::digest(STYLE));
    format!("/assets/hubward.css?{}", hash.get(..12).unwrap_or_default())
}

/// `GET /assets/hubward.css`
pub(super) async fn style() -> Response {
    asset("text/css; charset=utf-8", STYLE)
}

/// `GET /assets/hubward.svg`
pub(super) async fn icon() -> Response {
    asset("image/svg+xml", MARK)
}

fn asset(content_type: &'static str, content: &'static str) -> Response {
    let mut response = (
        [
            (header::CONTENT_TYPE, content_type),
            (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        ],
        content,
    )
        .into_response();
    set_security_headers(&mut response);
    response
}
