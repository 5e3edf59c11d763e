//! Who reads a page: in which language, at which address.

use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::request::Parts;
use url::form_urlencoded;

use super::AppState;
use super::cookies::{language, remembered_language};
use super::problem::{ApiProblem, request_id};
use super::rate_limit::{Admitted, asked_language};
use crate::text::dashboard::Words;
use hubward_domain::account::Language;

/// The reader of a page.
#[derive(Clone, Debug)]
pub(super) struct PageContext {
    pub(super) words: Words,
    /// The path that was asked for.
    pub(super) path: String,
    /// The request's query without the language.
    pub(super) query: Vec<(String, String)>,
    /// The language that was just chosen, to be remembered.
    pub(super) chosen: Option<Language>,
    /// The id of this request, which the log has too.
    pub(super) request_id: Option<String>,
}

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
            .or_else(|| remembered_language(&parts.headers))
            .or_else(|| asked_language(&parts.headers))
            .unwrap_or(app.config.locale.language);
        Self {
            words: Words::new(language, app.zone(), app.clock.now()),
            path: uri.path().to_owned(),
            query,
            chosen,
            request_id: request_id(&parts.extensions),
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

impl FromRequestParts<AppState> for PageContext {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiProblem> {
        Admitted::from_request_parts(parts, state).await?;
        Ok(Self::of(parts, state))
    }
}
