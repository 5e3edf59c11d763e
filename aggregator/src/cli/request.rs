//! `hubward request`, and the pass over requests that `hubward run requests` goes.

use clap::{Subcommand, ValueEnum};
use hubward_protocol::AccountId;
use rust_i18n::t;
use serde_json::{Value, json};

use super::failure::Failure;
use super::fields::Fields;
use super::screen::Screen;
use super::{Exit, Outcome};
use crate::actions::answer_tickets::AnswerError;
use crate::actions::decide_request::{self, Approval, DecideError, Rejection};
use crate::actions::take_request::issues::IssuesError;
use crate::actions::take_request::{self, Shown, Taken};
use crate::app::App;
use crate::domain::account::Language;
use crate::domain::audit::Actor;
use crate::domain::ledger::Column;
use crate::domain::request::{Asked, Kind, OURS, Origin, RequestView};
use crate::jobs::requests::{self, Passed};
use crate::text::{self, Message};

#[derive(Debug, Subcommand)]
pub(super) enum Request {
    /// List the requests, newest first.
    List {
        /// Only those in this state.
        #[arg(long, value_enum)]
        state: Option<State>,
    },
    /// Show one request: what it would change, and what is in its way.
    Show {
        /// The request.
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Take a request that came by another way, such as by mail.
    Add {
        /// The account.
        #[arg(value_name = "ACCOUNT")]
        account: AccountId,
        /// What is to be done with the account.
        #[arg(long, value_enum, default_value_t = Wanted::Add)]
        kind: Wanted,
        /// Who asks.
        #[arg(
            long,
            value_name = "TEXT",
            default_value = "",
            hide_default_value = true
        )]
        reporter: String,
        #[command(flatten)]
        fields: Box<Fields>,
    },
    /// Approve a request: the ledger changes, invitations go out, the ticket is answered.
    Approve {
        /// The request.
        #[arg(value_name = "ID")]
        id: String,
        /// Only if it is still at this revision.
        #[arg(long, value_name = "NUMBER")]
        revision: Option<i64>,
        /// The contacts on record have been told; needed where the ledger has the account already.
        #[arg(long)]
        contacts_told: bool,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Reject a request; whoever asked is told why.
    Reject {
        /// The request.
        #[arg(value_name = "ID")]
        id: String,
        /// Why, for whoever asked.
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Only if it is still at this revision.
        #[arg(long, value_name = "NUMBER")]
        revision: Option<i64>,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum State {
    Waiting,
    Stuck,
    Approved,
    Complete,
    Rejected,
    Withdrawn,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Wanted {
    Add,
    Change,
    Remove,
}

/// The longest reason that is passed on.
const LONGEST_REASON: usize = 2_000;

impl Request {
    pub(super) async fn run(self, app: &App, actor: &Actor, screen: &Screen) -> Outcome {
        let language = screen.language();
        let failed = |error| Failure::store(&error, language);
        match self {
            Self::List { state } => {
                let mut shown = take_request::requests(app).await.map_err(failed)?;
                if let Some(state) = state {
                    shown.retain(|shown| shown.view.state == state.as_str());
                }
                list(&shown, screen)
            }
            Self::Show { id } => {
                let shown = find(app, &id, language).await?;
                show(&shown, screen)
            }
            Self::Add {
                account,
                kind,
                reporter,
                fields,
            } => {
                let entry = fields.entry(&account, language)?;
                if entry.fields.iter().any(|(column, _)| OURS.contains(column)) {
                    return Err(Failure::new(
                        t!("request.ours", locale = language.as_str()),
                        "",
                    ));
                }
                let taken = Taken {
                    origin: Origin::Cli,
                    asked: Asked {
                        kind: Kind::from(kind).as_str().to_owned(),
                        entry,
                    },
                    reporter: if reporter.is_empty() {
                        actor.to_string()
                    } else {
                        reporter
                    },
                    language: app.config.locale.language,
                };
                let shown = take_request::take_request(app, actor, taken)
                    .await
                    .map_err(failed)?;
                show(&shown, screen)?;
                screen.say(&t!(
                    "request.taken",
                    locale = language.as_str(),
                    id = shown.view.id
                ));
                Ok(Exit::Done)
            }
            Self::Approve {
                id,
                revision,
                contacts_told,
                yes,
            } => {
                let approval = Approval {
                    id,
                    revision,
                    contacts_told,
                };
                approve(app, actor, approval, yes, screen).await
            }
            Self::Reject {
                id,
                reason,
                revision,
                yes,
            } => {
                let rejection = Rejection {
                    id,
                    revision,
                    reason: reason.trim().to_owned(),
                };
                reject(app, actor, rejection, yes, screen).await
            }
        }
    }
}

async fn find(app: &App, id: &str, language: Language) -> Result<Shown, Failure> {
    take_request::request(app, id)
        .await
        .map_err(|error| Failure::store(&error, language))?
        .ok_or_else(|| Failure::Messages(vec![text::request::unknown(id, language)]))
}

/// Shows what would be approved, asks, approves that very revision, and goes on at once.
async fn approve(
    app: &App,
    actor: &Actor,
    mut approval: Approval,
    yes: bool,
    screen: &Screen,
) -> Outcome {
    let language = screen.language();
    let shown = find(app, &approval.id, language).await?;
    if !yes {
        show(&shown, screen)?;
        if !screen.confirm(&text::request::question(&shown.view, language))? {
            screen.say(&t!("cli.declined", locale = language.as_str()));
            return Ok(Exit::Failed);
        }
    }
    approval.revision = approval.revision.or(Some(shown.view.revision));
    let view = decide_request::approve(app, actor, &approval)
        .await
        .map_err(|error| undecided(&approval.id, &error, language))?;
    screen.say(&t!(
        "request.approved_now",
        locale = language.as_str(),
        id = view.id
    ));
    // What failed is tried again by whoever goes on next: the approval stands.
    let passed = go(app, screen, false).await?;
    let view = find(app, &approval.id, language).await?.view;
    if screen.is_json() {
        screen.data(&[with_invitations(&view, &passed, language)])?;
    } else {
        invitations(&passed, screen)?;
    }
    Ok(Exit::Done)
}

async fn reject(
    app: &App,
    actor: &Actor,
    rejection: Rejection,
    yes: bool,
    screen: &Screen,
) -> Outcome {
    let language = screen.language();
    let locale = language.as_str();
    let length = rejection.reason.chars().count();
    if length == 0 || length > LONGEST_REASON {
        return Err(Failure::new(
            t!("request.wrong_reason", locale = locale),
            "",
        ));
    }
    let question = t!(
        "request.reject_question",
        locale = locale,
        id = rejection.id
    );
    if !yes && !screen.confirm(&question)? {
        screen.say(&t!("cli.declined", locale = locale));
        return Ok(Exit::Failed);
    }
    let view = decide_request::reject(app, actor, &rejection)
        .await
        .map_err(|error| undecided(&rejection.id, &error, language))?;
    go(app, screen, false).await?;
    if screen.is_json() {
        screen.data(&[&view])?;
    }
    screen.say(&t!("request.rejected_now", locale = locale, id = view.id));
    Ok(Exit::Done)
}

/// `hubward run requests`: one pass; 1 when something could not be done.
pub(super) async fn pass(app: &App, screen: &Screen, polling: bool) -> Outcome {
    let passed = go(app, screen, polling).await?;
    invitations(&passed, screen)?;
    screen.say(&t!(
        "request.passed",
        locale = screen.language().as_str(),
        woken = passed.woken,
        read = passed.read,
        approved = passed.approved,
        invited = passed.invited.len(),
        complete = passed.complete,
        answered = passed.answered,
        failed = passed.failures.len()
    ));
    Ok(if passed.failures.is_empty() {
        Exit::Done
    } else {
        Exit::Failed
    })
}

async fn go(app: &App, screen: &Screen, polling: bool) -> Result<Passed, Failure> {
    let language = screen.language();
    let passed = requests::pass(app, polling)
        .await
        .map_err(|error| Failure::store(&error, language))?;
    for failed in &passed.failures {
        screen.warn(&failure(failed, language));
    }
    Ok(passed)
}

/// What went wrong while requests were worked on.
pub(super) fn failure(failure: &requests::Failure, language: Language) -> Message {
    use requests::Failure as F;
    match failure {
        F::Issues(IssuesError::Store(error)) | F::Answers(AnswerError::Store(error)) => {
            text::open::store_error(error, language)
        }
        F::Issues(error) => text::request::jira_fails(error, language),
        F::Answers(error) => text::request::jira_fails(error, language),
        F::Invite(error) => text::open::action_error(error, language),
        F::Invitation(row) => Message::new(
            format!(
                "{} {}: {}",
                row.account_id,
                row.region,
                text::invite::detail(row, language)
            ),
            "",
        ),
        F::Answer { request, why } => text::request::answer_fails(request, why, language),
    }
}

fn undecided(id: &str, error: &DecideError, language: Language) -> Failure {
    match error {
        DecideError::Unknown(id) => Failure::Messages(vec![text::request::unknown(id, language)]),
        DecideError::NotApprovable(why) => {
            Failure::Messages(text::request::not_approvable(id, why, language))
        }
        DecideError::Store(error) => Failure::store(error, language),
    }
}

fn list(shown: &[Shown], screen: &Screen) -> Outcome {
    let language = screen.language();
    let locale = language.as_str();
    if screen.is_json() {
        let views: Vec<&RequestView> = shown.iter().map(|shown| &shown.view).collect();
        screen.data(&views)?;
        return Ok(Exit::Done);
    }
    if shown.is_empty() {
        screen.say(&t!("request.none", locale = locale));
        return Ok(Exit::Done);
    }
    let headers = [
        t!("table.request", locale = locale),
        t!("table.kind", locale = locale),
        t!("table.account", locale = locale),
        t!("table.project", locale = locale),
        t!("table.state", locale = locale),
        t!("request.reporter", locale = locale),
        t!("table.at", locale = locale),
    ]
    .map(String::from);
    let rows = shown.iter().map(|Shown { view, .. }| {
        vec![
            view.id.clone(),
            text::request::kind(view.kind, language),
            view.account_id
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            view.project.clone(),
            text::request::state(&view.state, language),
            view.reporter.clone(),
            view.created_at.to_string(),
        ]
    });
    screen.table(&headers, rows.collect())?;
    Ok(Exit::Done)
}

fn show(shown: &Shown, screen: &Screen) -> Outcome {
    let language = screen.language();
    let locale = language.as_str();
    let view = &shown.view;
    let messages = match &shown.told.judged {
        Err(obstacle) if view.state == "stuck" => text::request::obstacle(obstacle, language),
        _ => Vec::new(),
    };
    if screen.is_json() {
        let mut shape = json!(view);
        if let Some(shape) = shape.as_object_mut() {
            let said: Vec<&String> = messages.iter().map(|message| &message.text).collect();
            shape.insert("problems".to_owned(), json!(said));
            let answers = shown.answers.iter().map(|queued| {
                json!({
                    "answer": queued.answer,
                    "state": queued.state,
                    "attempts": queued.attempts,
                    "last_error": queued.last_error,
                    "created_at": queued.created_at,
                })
            });
            shape.insert("answers".to_owned(), answers.collect());
        }
        screen.data(&[shape])?;
        return Ok(Exit::Done);
    }
    let line = |name: std::borrow::Cow<'_, str>, value: String| vec![name.into_owned(), value];
    let mut rows = vec![
        line(t!("table.request", locale = locale), view.id.clone()),
        line(
            t!("table.kind", locale = locale),
            text::request::kind(view.kind, language),
        ),
        line(
            t!("table.state", locale = locale),
            text::request::state(&view.state, language),
        ),
        line(
            t!("request.reporter", locale = locale),
            view.reporter.clone(),
        ),
        line(
            t!("table.revision", locale = locale),
            view.revision.to_string(),
        ),
        line(
            t!("request.decided_by", locale = locale),
            view.decided_by.clone().unwrap_or_default(),
        ),
    ];
    rows.extend(view.asked.iter().map(|(field, text)| {
        let header =
            Column::of_name(field).map_or(field.as_str(), |column| column.header(language));
        vec![
            header.to_owned(),
            text.as_str().unwrap_or_default().to_owned(),
        ]
    }));
    rows.retain(|row| row.last().is_some_and(|value| !value.is_empty()));
    let headers = [
        t!("table.column", locale = locale),
        t!("table.value", locale = locale),
    ]
    .map(String::from);
    screen.table(&headers, rows)?;
    if !view.changes.is_empty() {
        let headers = [
            t!("table.column", locale = locale),
            t!("table.before", locale = locale),
            t!("table.after", locale = locale),
        ]
        .map(String::from);
        let rows = view.changes.iter().map(|change| {
            vec![
                change.field.clone(),
                change.before.clone(),
                change.after.clone(),
            ]
        });
        screen.table(&headers, rows.collect())?;
    }
    for message in &messages {
        screen.warn(message);
    }
    if view.state == "waiting" && !view.contacts.is_empty() && view.contacts_told_at.is_none() {
        screen.say(&t!(
            "request.tell_contacts",
            locale = locale,
            contacts = view.contacts.join("; ")
        ));
    }
    Ok(Exit::Done)
}

/// What became of the invitations of a pass.
fn invitations(passed: &Passed, screen: &Screen) -> Result<(), Failure> {
    if passed.invited.is_empty() || screen.is_json() {
        return Ok(());
    }
    let language = screen.language();
    let locale = language.as_str();
    let headers = [
        t!("table.account", locale = locale),
        t!("table.region", locale = locale),
        t!("table.outcome", locale = locale),
        t!("table.detail", locale = locale),
    ]
    .map(String::from);
    let rows = passed.invited.iter().map(|row| {
        vec![
            row.account_id.to_string(),
            row.region.to_string(),
            row.outcome.as_str().to_owned(),
            text::invite::detail(row, language),
        ]
    });
    screen.table(&headers, rows.collect())
}

fn with_invitations(view: &RequestView, passed: &Passed, language: Language) -> Value {
    let mut shape = json!(view);
    if let Some(shape) = shape.as_object_mut() {
        let rows = passed.invited.iter().map(|row| {
            json!({
                "account_id": row.account_id,
                "region": row.region,
                "outcome": row.outcome.as_str(),
                "detail": text::invite::detail(row, language),
            })
        });
        shape.insert("invitations".to_owned(), rows.collect());
    }
    shape
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Stuck => "stuck",
            Self::Approved => "approved",
            Self::Complete => "complete",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl From<Wanted> for Kind {
    fn from(wanted: Wanted) -> Self {
        match wanted {
            Wanted::Add => Self::Add,
            Wanted::Change => Self::Change,
            Wanted::Remove => Self::Remove,
        }
    }
}
