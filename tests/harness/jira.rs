//! A fake Jira on loopback: the part of its REST API that Hubward uses, in the formats that
//! Atlassian publishes (Jira Cloud platform REST API v3; Jira Service Management REST API), with
//! the faults that occur in practice.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value, json};
use sha2::Sha256;

use super::aws::block_on;
use super::misbehaving_server::{Answer, Asked, OddServer};
use super::soc::Soc;

/// The API user and its token.
const USER: (&str, &str) = ("hubward@example.com", "a-token");
/// The secret that signs or accompanies its webhooks.
pub(crate) const SECRET: &str = "a webhook's secret";
/// How many issues a page of its search has, whatever the client asks for.
const PAGE: usize = 2;

/// The issue fields, by their meaning.
pub(crate) const FIELDS: [(&str, &str); 6] = [
    ("kind", "customfield_10030"),
    ("account_id", "customfield_10031"),
    ("project", "customfield_10032"),
    ("contact_emails", "customfield_10033"),
    ("contact", "customfield_10034"),
    ("notes", "customfield_10035"),
];

/// A running Jira.
pub(crate) struct Jira {
    server: OddServer,
    site: Arc<Mutex<Site>>,
}

/// Its data.
#[derive(Default)]
struct Site {
    issues: BTreeMap<String, Issue>,
    faults: Vec<Fault>,
    minutes: u32,
}

/// An issue.
#[derive(Clone)]
struct Issue {
    fields: Map<String, Value>,
    /// Bodies of comments that the reporter sees.
    comments: Vec<String>,
    status: &'static str,
    updated: String,
}

/// A fault of requests whose request line begins with a text.
struct Fault {
    line: &'static str,
    left: usize,
    what: Wrong,
}

/// The kinds of faults.
#[derive(Clone)]
pub(crate) enum Wrong {
    /// It answers with this status, headers and body, and does nothing.
    Answers(&'static str, &'static [&'static str], &'static str),
    /// It carries the request out, but the answer is lost.
    LosesTheAnswer,
    /// It never answers.
    Hangs,
}

impl Jira {
    /// An empty Jira.
    pub(crate) fn start() -> Self {
        let site = Arc::<Mutex<Site>>::default();
        let at_work = Arc::clone(&site);
        let server = OddServer::start(move |asked| at_work.lock().expect("the site").answer(asked));
        Self { server, site }
    }

    /// Adds it to a SOC's configuration; `more` has further lines of its section.
    pub(crate) fn configure(&self, soc: &Soc, more: &str) {
        let fields: Vec<String> = FIELDS
            .iter()
            .map(|(column, field)| format!("{column} = \"{field}\""))
            .collect();
        let (email, token) = USER;
        soc.configure(&format!(
            "[requests.jira]\nsite = \"{}\"\nproject = \"SOC\"\nemail = \"{email}\"\ntoken = \"{token}\"\n\
             webhook_secret = \"{SECRET}\"\nfields = {{ {} }}\n{more}",
            self.server.url(),
            fields.join(", ")
        ));
    }

    /// Creates an issue, or changes its values. The reporter's id ends in their language.
    pub(crate) fn file(&self, key: &str, reporter: &str, values: &[(&str, Value)]) {
        let mut site = self.site.lock().expect("the site");
        let updated = site.tick();
        let issue = site.issues.entry(key.to_owned()).or_insert_with(|| Issue {
            fields: Map::new(),
            comments: Vec::new(),
            status: "new",
            updated: String::new(),
        });
        issue.updated = updated;
        issue.fields.insert(
            "reporter".to_owned(),
            json!({
                "accountId": reporter,
                "displayName": "Ken Sato",
                "emailAddress": "ken@example.com",
                "active": true,
            }),
        );
        for (name, value) in values {
            let field = FIELDS.iter().find(|(column, _)| column == name);
            let field = field.map_or(*name, |(_, field)| field);
            issue.fields.insert(field.to_owned(), value.clone());
        }
    }

    /// Creates an issue that asks for a new account.
    pub(crate) fn file_add(&self, key: &str, reporter: &str, account: &str, project: &str) {
        self.file(
            key,
            reporter,
            &[
                ("kind", json!({ "id": "10100", "value": "追加" })),
                ("account_id", json!(account)),
                ("project", json!(project)),
                ("contact_emails", json!("team@example.com")),
            ],
        );
    }

    /// Closes an issue as its reporter.
    pub(crate) fn close(&self, key: &str) {
        let mut site = self.site.lock().expect("the site");
        let updated = site.tick();
        let issue = site.issues.get_mut(key).expect("the issue");
        issue.status = "done";
        issue.updated = updated;
    }

    /// The status category of an issue.
    pub(crate) fn status(&self, key: &str) -> &'static str {
        self.site.lock().expect("the site").issues[key].status
    }

    /// The comments that the reporter of an issue sees.
    pub(crate) fn comments(&self, key: &str) -> Vec<String> {
        self.site.lock().expect("the site").issues[key]
            .comments
            .clone()
    }

    /// From now on, `times` requests whose request line begins with `line` fail like this.
    pub(crate) fn fault(&self, line: &'static str, times: usize, what: Wrong) {
        let left = times;
        let fault = Fault { line, left, what };
        self.site.lock().expect("the site").faults.push(fault);
    }

    /// The request lines so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        let asked = self.server.asked();
        asked.into_iter().map(|asked| asked.line).collect()
    }
}

/// Posts a webhook with these headers; returns the status.
pub(crate) fn hook(server: &str, body: &str, headers: &[(&str, &str)]) -> u16 {
    let mut request = reqwest::Client::new()
        .post(format!("{server}/hooks/jira"))
        .header("content-type", "application/json")
        .body(body.to_owned());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    block_on(async { request.send().await.expect("an answer").status().as_u16() })
}

/// The signature of a body.
pub(crate) fn signature(body: &str, secret: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
    mac.update(body.as_bytes());
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

/// The webhook of a created issue.
pub(crate) fn created(key: &str) -> String {
    json!({
        "timestamp": 1_795_500_000_000_u64,
        "webhookEvent": "jira:issue_created",
        "issue_event_type_name": "issue_created",
        // Hubward must not trust any of this.
        "issue": { "id": "10001", "key": key, "fields": { FIELDS[1].1: "999000999000" } },
    })
    .to_string()
}

impl Site {
    /// The time a minute later, as Jira formats it.
    fn tick(&mut self) -> String {
        self.minutes += 1;
        format!(
            "2026-11-24T09:{:02}:{:02}.000+0900",
            self.minutes / 60,
            self.minutes % 60
        )
    }

    fn answer(&mut self, asked: &Asked) -> Answer {
        let fault = self
            .faults
            .iter_mut()
            .find(|fault| fault.left > 0 && asked.line.starts_with(fault.line));
        let wrong = fault.map(|fault| {
            fault.left -= 1;
            fault.what.clone()
        });
        match wrong {
            None => self.serve(asked),
            Some(Wrong::Answers(status, headers, body)) => Answer::http(status, headers, body),
            Some(Wrong::Hangs) => Answer::Hang,
            Some(Wrong::LosesTheAnswer) => {
                self.serve(asked);
                Answer::Bytes(Vec::new())
            }
        }
    }

    fn serve(&mut self, asked: &Asked) -> Answer {
        let (email, token) = USER;
        let wanted = format!("Basic {}", STANDARD.encode(format!("{email}:{token}")));
        if asked.header("authorization") != Some(&wanted) {
            return Answer::http("401 Unauthorized", &[], "Client must be authenticated");
        }
        let (method, target) = asked.line.split_once(' ').expect("a request line");
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let steps: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let body: Value = serde_json::from_str(&asked.body).unwrap_or(Value::Null);
        match (method, &steps[..]) {
            ("GET", ["rest", "api", "3", "issue", key]) => match self.issues.get(*key) {
                Some(issue) => Answer::json("200 OK", &issue.shape(key, Some(query))),
                None => missing(),
            },
            ("POST", ["rest", "api", "3", "search", "jql"]) => self.search(&body),
            ("GET", ["rest", "api", "3", "project", "SOC"]) => {
                Answer::json("200 OK", &json!({ "id": "10000", "key": "SOC" }))
            }
            ("GET", ["rest", "api", "3", "user"]) => {
                let id = query.strip_prefix("accountId=").unwrap_or_default();
                let locale = id.ends_with("ja").then_some("ja_JP");
                let locale = locale.or(id.ends_with("en").then_some("en_US"));
                let user = json!({ "accountId": id, "displayName": "Ken Sato", "locale": locale });
                Answer::json("200 OK", &user)
            }
            ("GET", ["rest", "api", "3", "issue", _, "transitions"]) => Answer::json(
                "200 OK",
                &json!({ "expand": "transitions", "transitions": [
                    offered("11", "対応中にする", "indeterminate"),
                    offered("21", "申請をキャンセル", "done"),
                    offered("31", "解決済みにする", "done"),
                ] }),
            ),
            ("POST", ["rest", "api", "3", "issue", key, "transitions"]) => {
                let id = body["transition"]["id"].as_str().unwrap_or_default();
                let status = match id {
                    "21" => "declined",
                    "31" => "done",
                    _ => return Answer::http("400 Bad Request", &[], "{}"),
                };
                let updated = self.tick();
                match self.issues.get_mut(*key) {
                    Some(issue) => (issue.status, issue.updated) = (status, updated),
                    None => return missing(),
                }
                Answer::http("204 No Content", &[], "")
            }
            (_, ["rest", "servicedeskapi", "request", key, "comment"]) => {
                let updated = self.tick();
                let Some(issue) = self.issues.get_mut(*key) else {
                    return missing();
                };
                if method == "GET" {
                    let comments = issue.comments.iter();
                    let values: Vec<Value> = comments
                        .map(|body| json!({ "body": body, "public": true }))
                        .collect();
                    let page = json!({
                        "size": values.len(), "start": 0, "limit": 50, "isLastPage": true, "values": values,
                    });
                    return Answer::json("200 OK", &page);
                }
                assert_eq!(body["public"], true, "the reporter sees it");
                let text = body["body"].as_str().expect("a text").to_owned();
                issue.comments.push(text.clone());
                issue.updated = updated;
                Answer::json(
                    "201 Created",
                    &json!({ "id": "1000", "body": text, "public": true }),
                )
            }
            _ => missing(),
        }
    }

    /// Enhanced search: pages by token, the last one without a token.
    fn search(&self, body: &Value) -> Answer {
        let jql = body["jql"].as_str().unwrap_or_default();
        assert!(jql.starts_with("project = \"SOC\" AND "), "{jql}");
        let start: usize = body["nextPageToken"]
            .as_str()
            .map_or(0, |token| token.parse().expect("its own token"));
        // All issues, also of other projects: Hubward must not rely on the search's filter.
        let issues: Vec<Value> = self
            .issues
            .iter()
            .skip(start)
            .take(PAGE)
            .map(|(key, issue)| issue.shape(key, None))
            .collect();
        let mut page = json!({ "issues": issues, "isLast": start + PAGE >= self.issues.len() });
        if start + PAGE < self.issues.len() {
            page["nextPageToken"] = json!((start + PAGE).to_string());
        }
        Answer::json("200 OK", &page)
    }
}

impl Issue {
    fn shape(&self, key: &str, asked: Option<&str>) -> Value {
        let project = key.split('-').next().unwrap_or_default();
        let category = if self.status == "declined" {
            "done"
        } else {
            self.status
        };
        let mut fields = self.fields.clone();
        for (name, value) in [
            ("project", json!({ "id": "10000", "key": project })),
            (
                "issuetype",
                json!({ "id": "10001", "name": "Service Request" }),
            ),
            (
                "status",
                json!({ "name": "-", "statusCategory": { "key": category } }),
            ),
            ("updated", json!(self.updated)),
        ] {
            fields.insert(name.to_owned(), value);
        }
        // Only the requested fields, as in Jira.
        let wanted = asked.map_or("updated", |query| {
            query.strip_prefix("fields=").unwrap_or_default()
        });
        let wanted: Vec<&str> = wanted.split("%2C").collect();
        fields.retain(|name, _| wanted.contains(&name.as_str()));
        json!({ "id": "10001", "key": key, "self": "https://example.atlassian.net", "fields": fields })
    }
}

fn offered(id: &str, name: &str, category: &str) -> Value {
    json!({ "id": id, "name": name, "to": { "name": name, "statusCategory": { "key": category } } })
}

fn missing() -> Answer {
    Answer::json(
        "404 Not Found",
        &json!({
            "errorMessages": ["Issue does not exist or you do not have permission to see it."],
            "errors": {},
        }),
    )
}
