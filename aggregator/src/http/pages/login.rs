//! Logging in and out: `/login`, `/login/oidc`, `/login/callback`, `/logout`.

use std::fmt::Display;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use url::form_urlencoded;

use super::super::AppState;
use super::super::auth::{AuthenticForm, PageRejection, PublicForm};
use super::super::cookies::{
    cookie, forget, keep_login, keep_session, login_cookie, session_cookie,
};
use super::super::page_context::PageContext;
use super::super::problem::log_failure;
use super::super::rate_limit::MayLogIn;
use super::super::shell::{Shell, failed, message_page, page, see_other};
use crate::actions::access::login::{LoginError, OpenedSession, log_in, log_out};
use hubward_domain::access::SessionKey;
use hubward_domain::login::within;

/// Why a login is refused before it is looked at.
const TOO_MANY: &str = "too many logins from this address";

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage {
    shell: Shell,
    next: String,
    issuer: Option<String>,
    refused: Option<String>,
}

/// `GET /login`
pub(in super::super) async fn form(reader: PageContext, State(state): State<AppState>) -> Response {
    let next = within(reader.asked("next"));
    show(&state, &reader, next, None, StatusCode::OK)
}

/// `POST /login`: with a token.
pub(in super::super) async fn with_token(
    MayLogIn(admitted): MayLogIn,
    State(state): State<AppState>,
    headers: HeaderMap,
    form: PublicForm,
) -> Result<Response, PageRejection> {
    let reader = &form.reader;
    let next = within(form.field("next"));
    let again = |text, status| Ok(show(&state, reader, next.clone(), Some(text), status));
    if let Err(wait) = admitted {
        refused("token", &TOO_MANY);
        let text = reader.words.login_wait(wait.as_secs().saturating_add(1));
        return again(text, StatusCode::TOO_MANY_REQUESTS);
    }
    match log_in(&state.app, form.field("token")).await {
        Ok(opened) => Ok(welcome(&state, &headers, "token", &opened, &next).await),
        Err(LoginError::Store(error)) => Ok(failed(&state, reader, None, error)),
        Err(error) => {
            refused("token", &error);
            let text = reader.words.say.dashboard_token_refused().to_owned();
            again(text, StatusCode::UNAUTHORIZED)
        }
    }
}

/// `GET /login/oidc`: off to the issuer.
pub(in super::super) async fn redirect_to_issuer(
    MayLogIn(admitted): MayLogIn,
    reader: PageContext,
    State(state): State<AppState>,
) -> Response {
    let next = within(reader.asked("next"));
    if let Err(wait) = admitted {
        refused("issuer", &TOO_MANY);
        let text = reader.words.login_wait(wait.as_secs().saturating_add(1));
        let status = StatusCode::TOO_MANY_REQUESTS;
        return show(&state, &reader, next, Some(text), status);
    }
    match state.reception.begin(&state.app, &next).await {
        Ok(begun) => {
            let mut response = see_other(begun.address.as_str());
            response
                .headers_mut()
                .append(header::SET_COOKIE, keep_login(&state, &begun.sealed));
            response
        }
        Err(error) => login_refused(&state, &reader, error),
    }
}

/// `GET /login/callback`: back from the issuer.
pub(in super::super) async fn back(
    MayLogIn(admitted): MayLogIn,
    reader: PageContext,
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Response {
    if let Err(wait) = admitted {
        refused("issuer", &TOO_MANY);
        let text = reader.words.login_wait(wait.as_secs().saturating_add(1));
        let status = StatusCode::TOO_MANY_REQUESTS;
        return show(&state, &reader, "/".to_owned(), Some(text), status);
    }
    let sealed = cookie(&headers, login_cookie(&state)).unwrap_or_default();
    let finished = state
        .reception
        .finish(
            &state.app,
            &sealed,
            reader.asked("state"),
            reader.asked("code"),
        )
        .await;
    let mut response = match finished {
        Ok((opened, next)) => welcome(&state, &headers, "issuer", &opened, &next).await,
        Err(error) => login_refused(&state, &reader, error),
    };
    response
        .headers_mut()
        .append(header::SET_COOKIE, forget(&state, login_cookie(&state)));
    response
}

/// `POST /logout`
pub(in super::super) async fn out(State(state): State<AppState>, form: AuthenticForm) -> Response {
    // The cookie goes whatever the database says; a session without it is worth nothing.
    if let Err(error) = log_out(&state.app, &form.by.key).await {
        log_failure(&error);
    }
    tracing::info!(user = form.by.visitor.name, "logged out");
    let mut response = see_other("/login");
    response
        .headers_mut()
        .append(header::SET_COOKIE, forget(&state, session_cookie(&state)));
    response
}

/// The new session's cookie in the place of the old one's, whose session ends.
async fn welcome(
    state: &AppState,
    headers: &HeaderMap,
    by: &str,
    opened: &OpenedSession,
    next: &str,
) -> Response {
    let (user, role) = (&opened.visitor.name, opened.visitor.role.as_str());
    tracing::info!(user, role, by, "logged in");
    let old =
        cookie(headers, session_cookie(state)).and_then(|value| SessionKey::of_cookie(&value));
    if let Some(old) = old
        && let Err(error) = log_out(&state.app, &old).await
    {
        log_failure(&error);
    }
    let mut response = see_other(next);
    response
        .headers_mut()
        .append(header::SET_COOKIE, keep_session(state, &opened.key));
    response
}

fn show(
    state: &AppState,
    reader: &PageContext,
    next: String,
    refused: Option<String>,
    status: StatusCode,
) -> Response {
    let shell = Shell::new(state, reader, None, "", reader.words.say.dashboard_login());
    let issuer = state.reception.has_issuer().then(|| {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("next", &next)
            .finish();
        format!("/login/oidc?{query}")
    });
    let template = LoginPage {
        shell: shell.clone(),
        next,
        issuer,
        refused,
    };
    page(&template, &shell, status)
}

/// Says in the log that a login was refused, and why; who it was is not known.
fn refused(by: &str, why: &dyn Display) {
    let why = why.to_string();
    tracing::warn!(by, why, "login refused");
}

fn login_refused(state: &AppState, reader: &PageContext, error: LoginError) -> Response {
    let words = &reader.words;
    let why = error.to_string();
    let (status, text, hint) = match error {
        LoginError::NoIssuer => (
            StatusCode::NOT_FOUND,
            words.say.dashboard_no_issuer(),
            words.say.dashboard_no_issuer_hint().to_owned(),
        ),
        LoginError::NotBegunHere => (
            StatusCode::BAD_REQUEST,
            words.say.dashboard_login_not_started_here(),
            words.say.dashboard_login_again().to_owned(),
        ),
        LoginError::Token => (
            StatusCode::UNAUTHORIZED,
            words.say.dashboard_token_refused(),
            words.say.dashboard_login_again().to_owned(),
        ),
        LoginError::Issuer(error) => (
            StatusCode::BAD_GATEWAY,
            words.say.dashboard_issuer_refused(),
            error.why(words.say),
        ),
        LoginError::Store(error) => return failed(state, reader, None, error),
    };
    refused("issuer", &why);
    message_page(state, reader, None, status, text, hint)
}
