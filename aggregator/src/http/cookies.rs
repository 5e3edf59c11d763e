//! The cookies that a browser keeps for us: the session, a login under way, the language.

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::{Cookie, SameSite};

use super::AppState;
use hubward_domain::access::{Session, SessionKey};
use hubward_domain::account::Language;
use hubward_domain::login::LoginAttempt;

/// The cookie that remembers the language.
const LANGUAGE: &str = "hubward_language";

/// The language that the browser was made to remember.
pub(super) fn remembered_language(headers: &HeaderMap) -> Option<Language> {
    cookie(headers, LANGUAGE).and_then(|word| language(&word))
}

/// The language that a word such as `ja` names.
pub(super) fn language(word: &str) -> Option<Language> {
    word.parse().ok()
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

    #[test]
    fn a_cookie_is_found_among_others() {
        let found = |value: &str| {
            let headers = [(header::COOKIE, value.parse().unwrap())];
            cookie(&headers.into_iter().collect(), "a")
        };
        assert_eq!(found("b=1; a=2").as_deref(), Some("2"));
        assert_eq!(found("ba=1; =; ;"), None);
    }
}
