//! A page of the dashboard on the wire: what every page stands in, the headers that keep foreign code
//! out of it, and the pages that say why there is no other.

use askama::Template;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::AppState;
use super::auth::{CurrentUser, PageContext, keep_language};
use crate::text::dashboard::Words;
use hubward_domain::account::Language;

/// Nothing but our own style sheet, pictures and forms; nothing inline, nobody frames us.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The style sheet, and the name that changes with it.
const STYLE: &str = include_str!("../../templates/hubward.css");
/// The mark in the browser's tab.
const MARK: &str = include_str!("../../templates/hubward.svg");

/// What every page stands in.
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
    /// Our own fault.
    Failed,
}

/// A page that only says something.
#[derive(Template)]
#[template(path = "notice.html")]
struct NoticePage {
    shell: Shell,
    text: String,
    hint: String,
}

impl Shell {
    pub(super) fn new(
        state: &AppState,
        reader: &PageContext,
        by: Option<&CurrentUser>,
        here: &'static str,
        title: String,
    ) -> Self {
        let other = match reader.words.language() {
            Language::Ja => Language::En,
            Language::En => Language::Ja,
        };
        Self {
            words: reader.words.clone(),
            title,
            here,
            visitor: by.map(|by| PageUser {
                name: by.visitor.name.clone(),
                may_act: by.may_act(),
                form_token: by.key.form_token(),
            }),
            other_language: reader.address_with("lang", other.as_str()),
            other_language_code: other.as_str(),
            style: style_path(),
            chosen: reader.chosen.map(|language| keep_language(state, language)),
        }
    }
}

/// The page, with its headers.
pub(super) fn page(template: &impl Template, shell: &Shell, status: StatusCode) -> Response {
    let Ok(html) = template.render() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
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
    guard(&mut response);
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
    by: Option<&CurrentUser>,
    notice: MessagePage,
) -> Response {
    let words = &reader.words;
    let (status, text, hint) = match notice {
        MessagePage::NotFound => (
            StatusCode::NOT_FOUND,
            words.say("page.not_found"),
            words.say("page.not_found_hint"),
        ),
        MessagePage::OperatorsOnly => (
            StatusCode::FORBIDDEN,
            words.say("page.operators_only"),
            words.say("page.operators_only_hint"),
        ),
        MessagePage::ForeignForm => (
            StatusCode::FORBIDDEN,
            words.say("page.foreign_form"),
            words.other_site(&state.origin),
        ),
        MessagePage::Failed => (
            StatusCode::INTERNAL_SERVER_ERROR,
            words.say("page.failed"),
            words.say("page.failed_hint"),
        ),
    };
    said(state, reader, by, status, text, hint)
}

/// A page that only says something.
pub(super) fn said(
    state: &AppState,
    reader: &PageContext,
    by: Option<&CurrentUser>,
    status: StatusCode,
    text: String,
    hint: String,
) -> Response {
    let shell = Shell::new(state, reader, by, "", text.clone());
    let template = NoticePage {
        shell: shell.clone(),
        text,
        hint,
    };
    page(&template, &shell, status)
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
    guard(&mut response);
    response
}

fn guard(response: &mut Response) {
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
pub(super) async fn mark() -> Response {
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
    guard(&mut response);
    response
}
