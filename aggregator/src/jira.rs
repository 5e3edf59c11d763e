//! Jira Service Management through its REST API: reads issues, comments on tickets and closes them.
//!
//! Here an issue is only fields and texts; what it means is decided in `hubward_domain::request`. Sources:
//! developer.atlassian.com, Jira Cloud platform REST API v3 (issues, enhanced JQL search, transitions, users)
//! and Jira Service Management REST API (request comments).

mod client;
mod issue;
mod wiki;

use std::path::Path;

use jiff::Timestamp;
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use strum::VariantArray;

use crate::config::intake;
use crate::config::secret::SecretMissing;
use crate::say::Say;
use crate::world::Environment;
use client::JiraClient;
pub(crate) use client::JiraFailure;
use hubward_domain::account::Language;
use hubward_domain::request::{AnswerPart, Ticket, Transition, closing};
use issue::text_at;

/// A client for one project of one Jira site.
#[derive(Clone, Debug)]
pub(crate) struct Jira {
    client: JiraClient,
    project: String,
    kind: String,
    columns: Vec<(hubward_domain::ledger::LedgerColumn, String)>,
    /// For reasons that are stored.
    say: Say,
}

/// Why Jira cannot be called.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JiraUnavailable {
    /// The token cannot be read.
    #[error(transparent)]
    Secret(#[from] SecretMissing),
    /// The TLS library could not be set up.
    #[error("the HTTP client for Jira could not be set up")]
    Client(#[source] reqwest::Error),
}

impl JiraUnavailable {
    /// Why, as the end of a sentence.
    pub(crate) fn why(&self, say: Say) -> String {
        match self {
            Self::Secret(missing) => say.secret_missing(missing),
            Self::Client(_) => say.request_jira_client().to_owned(),
        }
    }
}

/// An issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Issue {
    pub ticket: Ticket,
    /// The Jira account id of the reporter.
    pub reporter_id: Option<String>,
}

/// An issue in a search result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub key: String,
    /// When it last changed.
    pub updated: Timestamp,
}

/// Issues per page of a search.
const PAGE: usize = 100;
/// The most pages that are read. More would not be a queue of requests.
const PAGES: usize = 100;

impl Jira {
    /// Sets the client up.
    ///
    /// # Errors
    /// See [`JiraUnavailable`].
    pub(crate) fn open(
        config: &intake::JiraConfig,
        environment: &Environment,
        directory: &Path,
        language: Language,
    ) -> Result<Self, JiraUnavailable> {
        let token = config.token.reveal(environment, directory)?;
        let site = config.site.trim_end_matches('/').to_owned();
        let client = JiraClient::new(site, config.email.clone(), token.expose_secret())
            .map_err(JiraUnavailable::Client)?;
        Ok(Self {
            client,
            project: config.project.clone(),
            kind: config.kind_field().to_owned(),
            columns: config
                .columns()
                .into_iter()
                .map(|(column, field)| (column, field.to_owned()))
                .collect(),
            say: Say(language),
        })
    }

    /// Why a call failed, in the language of what is stored.
    pub(crate) fn why(&self, failure: &JiraFailure) -> String {
        failure.why(self.say)
    }

    /// Checks that the project exists and is readable.
    ///
    /// # Errors
    /// See [`JiraFailure`].
    pub(crate) async fn see_project(&self) -> Result<(), JiraFailure> {
        let path = format!("/rest/api/3/project/{}", self.project);
        self.client.call(Method::GET, &path, &[], None).await?;
        Ok(())
    }

    /// Reads an issue; `None` if it does not exist, is not visible, or is in another project.
    ///
    /// # Errors
    /// See [`JiraFailure`].
    pub(crate) async fn issue(&self, key: &str) -> Result<Option<Issue>, JiraFailure> {
        let mut fields = vec![
            "project",
            "issuetype",
            "status",
            "reporter",
            "updated",
            &self.kind,
        ];
        fields.extend(self.columns.iter().map(|(_, field)| field.as_str()));
        let query = [("fields", fields.join(","))];
        let path = format!("/rest/api/3/issue/{key}");
        let answer = match self.client.call(Method::GET, &path, &query, None).await {
            Err(JiraFailure::NotFound) => return Ok(None),
            answer => answer?,
        };
        let issue = issue::read(&answer, &self.kind, &self.columns)
            .ok_or_else(|| JiraFailure::Malformed("an issue".to_owned()))?;
        let is_ours = issue::project(&answer) == Some(self.project.as_str())
            && is_key_of(&issue.ticket.key, &self.project);
        Ok(is_ours.then_some(issue))
    }

    /// The project's issues that are open or were updated in the last `minutes`.
    ///
    /// # Errors
    /// See [`JiraFailure`].
    pub(crate) async fn search(&self, minutes: i64) -> Result<Vec<Found>, JiraFailure> {
        let malformed = || JiraFailure::Malformed("a search".to_owned());
        let jql = format!(
            "project = \"{}\" AND (statusCategory != Done OR updated >= \"-{minutes}m\") \
             ORDER BY updated ASC",
            self.project
        );
        let mut found = Vec::new();
        let mut next: Option<String> = None;
        for _ in 0..PAGES {
            let mut body = json!({ "jql": jql, "fields": ["updated"], "maxResults": PAGE });
            if let (Some(next), Some(body)) = (&next, body.as_object_mut()) {
                body.insert("nextPageToken".to_owned(), json!(next));
            }
            let path = "/rest/api/3/search/jql";
            let page = self.client.read_by_post(path, &body).await?;
            for issue in page
                .get("issues")
                .and_then(Value::as_array)
                .ok_or_else(malformed)?
            {
                let key = text_at(issue, "/key").ok_or_else(malformed)?;
                let updated = text_at(issue, "/fields/updated");
                let updated = updated.and_then(issue::time).ok_or_else(malformed)?;
                if is_key_of(key, &self.project) {
                    let key = key.to_owned();
                    found.push(Found { key, updated });
                }
            }
            next = text_at(&page, "/nextPageToken").map(str::to_owned);
            if next.is_none() || page.get("isLast") == Some(&json!(true)) {
                break;
            }
        }
        Ok(found)
    }

    /// The language of a user; `None` if the user's profile hides it.
    ///
    /// # Errors
    /// See [`JiraFailure`].
    pub(crate) async fn language(&self, user: &str) -> Result<Option<Language>, JiraFailure> {
        let query = [("accountId", user.to_owned())];
        let path = "/rest/api/3/user";
        let user = match self.client.call(Method::GET, path, &query, None).await {
            Err(JiraFailure::NotFound) => return Ok(None),
            answer => answer?,
        };
        let locale = text_at(&user, "/locale").unwrap_or_default();
        Ok(Language::VARIANTS
            .iter()
            .copied()
            .find(|language| locale.starts_with(language.as_str())))
    }

    /// Comments on a ticket for its reporter. `number` distinguishes the answer from the ticket's others. With
    /// `again`, an earlier attempt may have succeeded, so existing comments are read first.
    ///
    /// # Errors
    /// See [`JiraFailure`].
    pub(crate) async fn answer(
        &self,
        key: &str,
        mut parts: Vec<AnswerPart>,
        number: i64,
        again: bool,
    ) -> Result<(), JiraFailure> {
        parts.push(AnswerPart::Text(format!("Hubward {key}/{number}")));
        let text = wiki::write(&parts);
        let path = format!("/rest/servicedeskapi/request/{key}/comment");
        if again && self.has_comment(&path, &text).await? {
            return Ok(());
        }
        let body = json!({ "body": text, "public": true });
        self.client
            .call(Method::POST, &path, &[], Some(&body))
            .await?;
        Ok(())
    }

    async fn has_comment(&self, path: &str, text: &str) -> Result<bool, JiraFailure> {
        let mut start = 0_usize;
        for _ in 0..PAGES {
            let query = [
                ("start", start.to_string()),
                ("limit", "50".to_owned()),
                ("public", "true".to_owned()),
            ];
            let page = self.client.call(Method::GET, path, &query, None).await?;
            let comments = page
                .get("values")
                .and_then(Value::as_array)
                .ok_or_else(|| JiraFailure::Malformed("comments".to_owned()))?;
            let is_this = |comment: &Value| {
                text_at(comment, "/body").is_some_and(|body| body.trim() == text.trim())
            };
            if comments.iter().any(is_this) {
                return Ok(true);
            }
            start += comments.len();
            if comments.is_empty() || page.get("isLastPage") == Some(&json!(true)) {
                break;
            }
        }
        Ok(false)
    }

    /// Closes a ticket with a matching transition of its workflow. `false` if there is none.
    ///
    /// # Errors
    /// See [`JiraFailure`].
    pub(crate) async fn close(&self, key: &str, how: Transition) -> Result<bool, JiraFailure> {
        let path = format!("/rest/api/3/issue/{key}/transitions");
        let answer = self.client.call(Method::GET, &path, &[], None).await?;
        let offered = answer
            .get("transitions")
            .and_then(Value::as_array)
            .ok_or_else(|| JiraFailure::Malformed("transitions".to_owned()))?
            .iter()
            .filter_map(|offer| {
                let closes = text_at(offer, "/to/statusCategory/key") == Some("done");
                Some((text_at(offer, "/id")?, text_at(offer, "/name")?, closes))
            });
        let Some(id) = closing(how, offered) else {
            return Ok(false);
        };
        let body = json!({ "transition": { "id": id } });
        self.client
            .call(Method::POST, &path, &[], Some(&body))
            .await?;
        Ok(true)
    }
}

/// Whether a text is the key of an issue in a project. It becomes part of a path.
pub(crate) fn is_key_of(text: &str, project: &str) -> bool {
    text.strip_prefix(project)
        .and_then(|rest| rest.strip_prefix('-'))
        .is_some_and(|number| {
            (1..=12).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit())
        })
}
