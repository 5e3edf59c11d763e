//! Who looks at the dashboard: the session's cookie, the reader's language, and what a form must carry
//! before it changes anything.

use std::collections::BTreeMap;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Request};
use axum::response::{IntoResponse, Response};
use url::form_urlencoded;

use super::AppState;
use super::cookies::{cookie, session_cookie};
use super::page_context::PageContext;
use super::problem::ApiProblem;
use super::shell::{self, MessagePage, PageUser, see_other};
use crate::queries::authenticate::authenticate_session;
use hubward_domain::access::{Role, SessionKey, Visitor};
use hubward_domain::login::within;

/// A form is a few words and a note.
const LONGEST_FORM: usize = 64 * 1024;

/// A user who is logged in.
#[derive(Clone, Debug)]
pub(super) struct CurrentUser {
    pub(super) visitor: Visitor,
    pub(super) key: SessionKey,
    pub(super) reader: PageContext,
}

/// Who may read the guide: everyone, or, with `guide.login_required`, users who are logged in.
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

/// A form of a visitor who is not logged in, sent from one of our own pages.
#[derive(Clone, Debug)]
pub(super) struct PublicForm {
    pub(super) reader: PageContext,
    fields: BTreeMap<String, String>,
}

/// Why a visitor does not get a page: the answer instead of it.
#[derive(Debug)]
pub(super) struct PageRejection(Box<Response>);

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
        let visitor = authenticate_session(&state.app, &key)
            .await
            .map_err(|error| PageRejection::with(shell::failed(state, reader, None, error)))?;
        Ok(visitor.map(|visitor| Self {
            visitor,
            key,
            reader: reader.clone(),
        }))
    }

    pub(super) fn may_act(&self) -> bool {
        self.visitor.role == Role::Operator
    }

    /// What a page shows of them.
    pub(super) fn on_page(&self) -> Option<PageUser> {
        Some(PageUser {
            name: self.visitor.name.clone(),
            may_act: self.may_act(),
            form_token: self.key.form_token(),
        })
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
            self.by.on_page(),
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
        let is_ours = is_same_origin(&parts.headers, &state.origin)
            && fields
                .get("form")
                .is_some_and(|form_token| by.key.made(form_token));
        if !is_ours {
            return Err(PageRejection::with(shell::notice(
                state,
                &by.reader,
                by.on_page(),
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
        if !is_same_origin(&parts.headers, &state.origin) {
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
fn is_same_origin(headers: &HeaderMap, origin: &str) -> bool {
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
    fn a_form_is_of_the_same_origin_or_from_no_browser() {
        let from = |pairs: &[(&'static str, &str)]| {
            is_same_origin(&headers(pairs), "https://soc.example.com")
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
}
