//! `hubward request`.

pub(super) mod process;
mod show;

use clap::{Subcommand, ValueEnum};
use hubward_protocol::AccountId;
use strum::IntoStaticStr;

use super::failure::CommandFailure;
use super::fields::Fields;
use super::screen::Screen;
use super::{CommandResult, Exit};
use crate::actions::request::decide::{self, Approval, DecideError, RejectRequest};
use crate::actions::request::receive::{ReceivedRequest, receive_request};
use crate::app::App;
use crate::queries::request::{ShownRequest, request, requests};
use crate::say::Say;
use crate::text;
use hubward_domain::account::Language;
use hubward_domain::audit::Actor;
use hubward_domain::request::{OURS, Origin, RequestKind, RequestedChange};

#[derive(Debug, Subcommand)]
pub(super) enum RequestCommand {
    /// List the requests, newest first.
    List {
        /// Only those in this state.
        #[arg(long, value_enum)]
        state: Option<StateFilter>,
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
        #[arg(long, value_enum, default_value_t = AddRequest::Add)]
        kind: AddRequest,
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
        #[arg(id = "contacts_told", long = "contacts-told")]
        contacts_notified: bool,
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

#[derive(Clone, Copy, Debug, ValueEnum, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub(super) enum StateFilter {
    Waiting,
    Stuck,
    Approved,
    Complete,
    Rejected,
    Withdrawn,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum AddRequest {
    Add,
    Change,
    Remove,
}

/// The most characters of a reason.
const LONGEST_REASON: usize = 2_000;

impl RequestCommand {
    pub(super) async fn run(self, app: &App, actor: &Actor, screen: &Screen) -> CommandResult {
        let language = screen.language();
        let failed = |error| CommandFailure::store(&error, language);
        match self {
            Self::List { state } => {
                let mut shown = requests(app).await.map_err(failed)?;
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
                    return Err(CommandFailure::new(Say(language).request_ours(), ""));
                }
                let taken = ReceivedRequest {
                    origin: Origin::Cli,
                    asked: RequestedChange {
                        kind: RequestKind::from(kind).as_str().to_owned(),
                        entry,
                    },
                    reporter: if reporter.is_empty() {
                        actor.to_string()
                    } else {
                        reporter
                    },
                    language: app.config.locale.language,
                };
                let shown = receive_request(app, actor, taken).await.map_err(failed)?;
                show::show(&shown, screen)?;
                screen.say(&Say(language).request_added(&shown.view.id));
                Ok(Exit::Done)
            }
            Self::Approve {
                id,
                revision,
                contacts_notified,
                yes,
            } => {
                let approval = Approval {
                    id,
                    revision,
                    contacts_notified,
                };
                approve(app, actor, approval, yes, screen).await
            }
            Self::Reject {
                id,
                reason,
                revision,
                yes,
            } => {
                let rejection = RejectRequest {
                    id,
                    revision,
                    reason: reason.trim().to_owned(),
                };
                reject(app, actor, rejection, yes, screen).await
            }
        }
    }
}

async fn find(app: &App, id: &str, language: Language) -> Result<ShownRequest, CommandFailure> {
    request(app, id)
        .await
        .map_err(|error| CommandFailure::store(&error, language))?
        .ok_or_else(|| CommandFailure::Messages(vec![text::request::unknown(id, language)]))
}

/// Shows the request, asks for confirmation, approves exactly that revision, and continues at once.
async fn approve(
    app: &App,
    actor: &Actor,
    mut approval: Approval,
    yes: bool,
    screen: &Screen,
) -> CommandResult {
    let language = screen.language();
    let shown = find(app, &approval.id, language).await?;
    if !yes {
        show::show(&shown, screen)?;
        if !screen.confirm(&text::request::question(&shown.view, language))? {
            screen.say(Say(language).cli_declined());
            return Ok(Exit::Failed);
        }
    }
    approval.revision = approval.revision.or(Some(shown.view.revision));
    let view = decide::approve(app, actor, &approval)
        .await
        .map_err(|error| undecided(&approval.id, &error, language))?;
    screen.say(&Say(language).request_approved_now(&view.id));
    // The approval is stored: failed steps are retried by the server or the next run.
    let passed = process::go(app, screen, false).await?;
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
    rejection: RejectRequest,
    yes: bool,
    screen: &Screen,
) -> CommandResult {
    let language = screen.language();
    let say = Say(language);
    let length = rejection.reason.chars().count();
    if length == 0 || length > LONGEST_REASON {
        return Err(CommandFailure::new(say.request_wrong_reason(), ""));
    }
    let question = say.request_reject_question(&rejection.id);
    if !yes && !screen.confirm(&question)? {
        screen.say(say.cli_declined());
        return Ok(Exit::Failed);
    }
    let view = decide::reject(app, actor, &rejection)
        .await
        .map_err(|error| undecided(&rejection.id, &error, language))?;
    process::go(app, screen, false).await?;
    if screen.is_json() {
        screen.data(&[&view])?;
    }
    screen.say(&say.request_rejected_now(&view.id));
    Ok(Exit::Done)
}

fn undecided(id: &str, error: &DecideError, language: Language) -> CommandFailure {
    match error {
        DecideError::Unknown(id) => {
            CommandFailure::Messages(vec![text::request::unknown(id, language)])
        }
        DecideError::NotApprovable(why) => {
            CommandFailure::Messages(text::request::not_approvable(id, why, language))
        }
        DecideError::Store(error) => CommandFailure::store(error, language),
    }
}

impl StateFilter {
    fn as_str(self) -> &'static str {
        self.into()
    }
}

impl From<AddRequest> for RequestKind {
    fn from(wanted: AddRequest) -> Self {
        match wanted {
            AddRequest::Add => Self::Add,
            AddRequest::Change => Self::Change,
            AddRequest::Remove => Self::Remove,
        }
    }
}
