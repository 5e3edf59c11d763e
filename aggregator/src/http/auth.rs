//! Who looks at the dashboard: the session's cookie, the reader's language, and what a form must carry
//! before it changes anything.

use std::collections::BTreeMap;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, OriginalUri};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Request, header};
use axum::response::{IntoResponse, Response};
use cookie::{Cookie, SameSite};
use url::form_urlencoded;

use super::AppState;
use super::problem::ApiProblem;
use super::rate_limit::{Admitted, asked_language};
use super::shell::{self, MessagePage, see_other};
use crate::queries::authenticate::authenticate_session;
use crate::text::dashboard::Words;
use hubward_domain::access::{Role, Session, SessionKey, Visitor};
use hubward_domain::account::Language;
use hubward_domain::login::{LoginAttempt, within};

/// The cookie that remembers the language.
const LANGUAGE: &str = "hubward_language";
/// A form is a few words and a note.
const LONGEST_FORM: usize = 64 * 1024;

/// Whoever reads a page.
#[derive(Clone, Debug)]
pub(super) struct PageContext {
    pub(super) words: Words,
    /// The path that was asked for.
    pub(super) path: String,
    /// What stands behind its question mark, the language left out.
    pub(super) query: Vec<(String, String)>,
    /// The language that was just chosen, to be remembered.
    pub(super) chosen: Option<Language>,
}

/// Somebody who is logged in.
#[derive(Clone, Debug)]
pub(super) struct CurrentUser {
    pub(super) visitor: Visitor,
    pub(super) key: SessionKey,
    pub(super) reader: PageContext,
}

/// Who may read the guide: everybody, or, with `guide.login_required`, somebody who is logged in.
#[derive(Clone, Debug)]
pub(super) struct GuideReader {
    pub(super) by: Option<CurrentUser>,
    pub(super) reader: PageContext,
}

/// A form that was sent from one of our own pages, by who is logged in there.
#[derive(Clone, Debug)]
pub(super) struct AuthenticForm {
    pub(super) by: CurrentUser,
    fields: BTreeMap<String, String>,
}

/// A form of somebody who is not logged in, sent from one of our own pages.
#[derive(Clone, Debug)]
pub(super) struct PublicForm {
    pub(super) reader: PageContext,
    fields: BTreeMap<String, String>,
}

/// Why somebody does not get a page: the answer instead of it.
#[derive(Debug)]
pub(super) struct PageRejection(Box<Response>);

impl PageContext {
    fn of(parts: &Parts, state: &AppState) -> Self {
        let uri = parts
            .extensions
            .get::<OriginalUri>()
            .map_or(&parts.uri, |OriginalUri(uri)| uri);
        let mut chosen = None;
        let query = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
            .filter_map(|(name, value)| {
                if name == "lang" {
                    chosen = language(&value);
                    return None;
                }
                Some((name.into_owned(), value.into_owned()))
            })
            .collect();
        let app = &state.app;
        let language = chosen
            .or_else(|| cookie(&parts.headers, LANGUAGE).and_then(|word| language(&word)))
            .or_else(|| asked_language(&parts.headers))
            .unwrap_or(app.config.locale.language);
        Self {
            words: Words::new(language, app.zone(), app.clock.now()),
            path: uri.path().to_owned(),
            query,
            chosen,
        }
    }

    /// What the address asks for by a name; empty where it does not.
    pub(super) fn asked(&self, name: &str) -> &str {
        self.query
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    }

    /// The number of the page that is asked for.
    pub(super) fn page(&self) -> i64 {
        self.asked("page").parse().unwrap_or(1).clamp(1, 1_000_000)
    }

    /// This address with a part of it changed; a value that is empty is left out.
    pub(super) fn address_with(&self, name: &str, value: &str) -> String {
        let kept = self
            .query
            .iter()
            .filter(|(known, old)| known != name && !old.is_empty())
            .map(|(known, old)| (known.as_str(), old.as_str()));
        let new = (!value.is_empty()).then_some((name, value));
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(kept.chain(new))
            .finish();
        if query.is_empty() {
            self.path.clone()
        } else {
            format!("{}?{query}", self.path)
        }
    }
}

impl CurrentUser {
    /// Who the session's cookie says is here, if anybody.
    async fn of(
        parts: &Parts,
        state: &AppState,
        reader: &PageContext,
    ) -> Result<Option<Self>, PageRejection> {
        let key = cookie(&parts.headers, session_cookie(state))
            .and_then(|value| SessionKey::of_cookie(&value));
        let Some(key) = key else { return Ok(None) };
        let visitor = authenticate_session(&state.app, &key).await.map_err(|_| {
            PageRejection::with(shell::notice(state, reader, None, MessagePage::Failed))
        })?;
        Ok(visitor.map(|visitor| Self {
            visitor,
            key,
            reader: reader.clone(),
        }))
    }

    pub(super) fn may_act(&self) -> bool {
        self.visitor.role == Role::Operator
    }
}

impl AuthenticForm {
    /// What a field says.
    pub(super) fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// The form, if who sent it may act.
    pub(super) fn of_operator(self, state: &AppState) -> Result<Self, PageRejection> {
        if self.by.may_act() {
            return Ok(self);
        }
        Err(PageRejection::with(shell::notice(
            state,
            &self.by.reader,
            Some(&self.by),
            MessagePage::OperatorsOnly,
        )))
    }
}

impl PublicForm {
    /// What a field says.
    pub(super) fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

impl PageRejection {
    pub(super) fn with(response: Response) -> Self {
        Self(Box::new(response))
    }
}

impl IntoResponse for PageRejection {
    fn into_response(self) -> Response {
        *self.0
    }
}

impl From<ApiProblem> for PageRejection {
    fn from(refusal: ApiProblem) -> Self {
        Self::with(refusal.into_response())
    }
}

impl FromRequestParts<AppState> for PageContext {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiProblem> {
        Admitted::from_request_parts(parts, state).await?;
        Ok(Self::of(parts, state))
    }
}

impl FromRequestParts<AppState> for CurrentUser {
    type Rejection = PageRejection;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &AppState,
    ) -> Result<Self, PageRejection> {
        let reader = PageContext::from_request_parts(parts, state).await?;
        Self::of(parts, state, &reader)
            .await?
            .ok_or_else(|| PageRejection::with(to_login(&reader)))
    }
}

impl FromRequestParts<AppState> for GuideReader {
    type Rejection = PageRejection;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &AppState,
    ) -> Result<Self, PageRejection> {
        let reader = PageContext::from_request_parts(parts, state).await?;
        let by = CurrentUser::of(parts, state, &reader).await?;
        if by.is_none() && state.app.config.guide.login_required {
            return Err(PageRejection::with(to_login(&reader)));
        }
        Ok(Self { by, reader })
    }
}

impl FromRequest<AppState> for AuthenticForm {
    type Rejection = PageRejection;

    async fn from_request(request: Request<Body>, state: &AppState) -> Result<Self, PageRejection> {
        let (mut parts, body) = request.into_parts();
        let by = CurrentUser::from_request_parts(&mut parts, state).await?;
        let fields = fields(body).await;
        let is_ours = comes_from_us(&parts.headers, &state.origin)
            && fields
                .get("form")
                .is_some_and(|form_token| by.key.made(form_token));
        if !is_ours {
            return Err(PageRejection::with(shell::notice(
                state,
                &by.reader,
                Some(&by),
                MessagePage::ForeignForm,
            )));
        }
        Ok(Self { by, fields })
    }
}

impl FromRequest<AppState> for PublicForm {
    type Rejection = PageRejection;

    async fn from_request(request: Request<Body>, state: &AppState) -> Result<Self, PageRejection> {
        let (mut parts, body) = request.into_parts();
        let reader = PageContext::from_request_parts(&mut parts, state).await?;
        if !comes_from_us(&parts.headers, &state.origin) {
            return Err(PageRejection::with(shell::notice(
                state,
                &reader,
                None,
                MessagePage::ForeignForm,
            )));
        }
        Ok(Self {
            reader,
            fields: fields(body).await,
        })
    }
}

/// Whether a browser says that one of our pages sent this. Every browser of the last years says `Origin`
/// with a form; what says neither is no browser, and carries no cookie that it did not mean to.
fn comes_from_us(headers: &HeaderMap, origin: &str) -> bool {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    match (text("origin"), text("sec-fetch-site")) {
        (Some(said), _) => said == origin,
        (None, Some(site)) => matches!(site, "same-origin" | "none"),
        (None, None) => true,
    }
}

async fn fields(body: Body) -> BTreeMap<String, String> {
    // What is too long, or no form at all, has no field that anything could be done with.
    let bytes = to_bytes(body, LONGEST_FORM).await.unwrap_or_default();
    form_urlencoded::parse(&bytes).into_owned().collect()
}

fn to_login(reader: &PageContext) -> Response {
    let next = within(&reader.address_with("", ""));
    if next == "/" {
        return see_other("/login");
    }
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("next", &next)
        .finish();
    see_other(&format!("/login?{query}"))
}

fn language(word: &str) -> Option<Language> {
    Language::ALL
        .into_iter()
        .find(|language| language.as_str() == word)
}

/// A cookie's value.
pub(super) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
}

/// The name of the session's cookie. The browser itself holds `__Host-` to this very host, its root
/// path and TLS (RFC 6265bis, 4.1.3).
pub(super) fn session_cookie(state: &AppState) -> &'static str {
    if is_secure(state) {
        "__Host-hubward_session"
    } else {
        "hubward_session"
    }
}

/// The name of the cookie of a login under way.
pub(super) fn login_cookie(state: &AppState) -> &'static str {
    if is_secure(state) {
        "__Host-hubward_login"
    } else {
        "hubward_login"
    }
}

/// Makes the browser keep a session.
pub(super) fn keep_session(state: &AppState, key: &SessionKey) -> HeaderValue {
    set(
        state,
        session_cookie(state),
        key.cookie(),
        Session::cookie_life(),
    )
}

/// Makes the browser carry a login under way.
pub(super) fn keep_login(state: &AppState, sealed: &str) -> HeaderValue {
    set(
        state,
        login_cookie(state),
        sealed,
        LoginAttempt::cookie_life(),
    )
}

/// Makes the browser forget a cookie.
pub(super) fn forget(state: &AppState, name: &'static str) -> HeaderValue {
    set(state, name, "", 0)
}

/// Makes the browser remember the language.
pub(super) fn keep_language(state: &AppState, language: Language) -> HeaderValue {
    const YEAR: i64 = 365 * 24 * 3600;
    set(state, LANGUAGE, language.as_str(), YEAR)
}

fn set(state: &AppState, name: &'static str, value: &str, seconds: i64) -> HeaderValue {
    let cookie = Cookie::build((name, value.to_owned()))
        .path("/")
        .http_only(true)
        // Not Strict: who follows a link from a chat message is logged in, too. A form from another
        // site has no cookie either way.
        .same_site(SameSite::Lax)
        .secure(is_secure(state))
        .max_age(cookie::time::Duration::seconds(seconds))
        .build();
    cookie
        .to_string()
        .parse()
        .unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// Only a server on loopback may be without TLS: `server.public_url` is refused otherwise.
fn is_secure(state: &AppState) -> bool {
    state.origin.starts_with("https://")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn a_form_comes_from_us_or_from_no_browser() {
        let from = |pairs: &[(&'static str, &str)]| {
            comes_from_us(&headers(pairs), "https://soc.example.com")
        };
        assert!(from(&[("origin", "https://soc.example.com")]));
        assert!(from(&[("sec-fetch-site", "same-origin")]));
        assert!(from(&[]));
        assert!(!from(&[("origin", "https://evil.test")]));
        assert!(!from(&[("origin", "https://soc.example.com.evil.test")]));
        assert!(!from(&[("origin", "null")]));
        assert!(!from(&[("sec-fetch-site", "cross-site")]));
        assert!(!from(&[
            ("origin", "https://evil.test"),
            ("sec-fetch-site", "same-origin")
        ]));
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let found = |value: &str| cookie(&headers(&[("cookie", value)]), "a");
        assert_eq!(found("b=1; a=2").as_deref(), Some("2"));
        assert_eq!(found("ba=1; =; ;"), None);
    }
}
