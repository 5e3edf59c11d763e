//! `hubward request`.

pub(super) mod pass;
mod show;

use clap::{Subcommand, ValueEnum};
use hubward_protocol::AccountId;
use rust_i18n::t;

use super::failure::Failure;
use super::fields::Fields;
use super::screen::Screen;
use super::{Exit, Outcome};
use crate::actions::decide_request::{self, Approval, DecideError, Rejection};
use crate::actions::take_request::{self, Shown, Taken};
use crate::app::App;
use crate::domain::account::Language;
use crate::domain::audit::Actor;
use crate::domain::request::{Asked, Kind, OURS, Origin};
use crate::text;

#[derive(Debug, Subcommand)]
pub(super) enum Request {
    /// List the requests, newest first.
    List {
        /// Only those in this state.
        #[arg(long, value_enum)]
        state: Option<State>,
    },
    /// Show one request: what it would change, and what must be corrected first.
    Show {
        /// The request.
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Add a request that arrived in another way, such as by mail.
    Add {
        /// The account.
        #[arg(value_name = "ACCOUNT")]
        account: AccountId,
        /// The kind of request.
        #[arg(long, value_enum, default_value_t = Wanted::Add)]
        kind: Wanted,
        /// The requester.
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
    /// Approve a request: change the ledger, send the invitations, answer the ticket.
    Approve {
        /// The request.
        #[arg(value_name = "ID")]
        id: String,
        /// Only if the request is still at this revision.
        #[arg(long, value_name = "NUMBER")]
        revision: Option<i64>,
        /// The contacts on record were notified; required if the account is already in the ledger.
        #[arg(long)]
        contacts_told: bool,
        /// Skip the confirmation.
        #[arg(long)]
        yes: bool,
    },
    /// Reject a request; the requester gets the reason.
    Reject {
        /// The request.
        #[arg(value_name = "ID")]
        id: String,
        /// The reason, for the requester.
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Only if the request is still at this revision.
        #[arg(long, value_name = "NUMBER")]
        revision: Option<i64>,
        /// Skip the confirmation.
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
                show::list(&shown, screen)
            }
            Self::Show { id } => {
                let shown = find(app, &id, language).await?;
                show::show(&shown, screen)
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
                show::show(&shown, screen)?;
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
        show::show(&shown, screen)?;
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
    let passed = pass::go(app, screen, false).await?;
    let view = find(app, &approval.id, language).await?.view;
    if screen.is_json() {
        screen.data(&[show::with_invitations(&view, &passed, language)])?;
    } else {
        show::invitations(&passed, screen)?;
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
    pass::go(app, screen, false).await?;
    if screen.is_json() {
        screen.data(&[&view])?;
    }
    screen.say(&t!("request.rejected_now", locale = locale, id = view.id));
    Ok(Exit::Done)
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
