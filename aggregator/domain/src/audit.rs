//! The trace of changes: who did what to which subject, chained by hashes so that a rewritten past
//! shows. Pure; the rows are kept by `store::audit_events`.

use std::fmt;

use hubward_protocol::AccountId;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person at the command line, by the machine's user name.
    Operator(String),
    /// A member's agent that proved its account.
    Member {
        /// The account.
        account: AccountId,
        /// The caller that STS named.
        caller: String,
    },
    /// A person whom the OpenID Connect issuer named.
    Person(String),
    /// The holder of an access token, by the token's name.
    Token(String),
    /// A job of the timetable, by its name.
    Job(&'static str),
    /// A file that was handed in where the ledger is kept.
    File {
        /// Where, such as `s3://bucket/key`.
        place: String,
        /// Which version of it.
        version: String,
        /// The SHA-256 of its content, in hex.
        sha256: String,
    },
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A row came into the ledger.
    AccountAdded,
    /// A row's columns changed; its state may be among them.
    AccountChanged,
    /// AWS is asked to make the account a member in a Region. Recorded before the call.
    MembershipCreateRequested,
    /// AWS is asked to invite the account in a Region. Recorded before the call.
    MembershipInviteRequested,
    /// AWS is asked to end the account's association in a Region. Recorded before the call.
    MembershipDisassociateRequested,
    /// AWS is asked to forget the account in a Region. Recorded before the call.
    MembershipDeleteRequested,
    /// AWS is asked to change something of the SOC's own side. Recorded before the call.
    HubChangeRequested,
    /// The administrator's listing says something else than before.
    MembershipObserved,
    /// An operator handed in what an agent had printed.
    RunRecorded,
    /// An account proved itself, but is not to be served.
    ProofRefused,
    /// An operator handed in a release of the agent.
    ReleaseAdded,
    /// An entry of the company's guide was written.
    GuideChanged,
    /// A control is not to be fixed in an account, until a day.
    ExceptionAdded,
    /// An exception was taken back.
    ExceptionRemoved,
    /// An exception's last day is over.
    ExceptionExpired,
    /// A threat became an alert.
    AlertOpened,
    /// An alert became worse.
    AlertUpdated,
    /// A person took, gave away, ended or reopened an alert, or wrote a note.
    AlertHandled,
    /// Nobody had taken an alert, and people were told again.
    AlertEscalated,
    /// What lay in the dead-letter queue was taken in.
    DeadLettersTaken,
    /// An event of our own was sent, or samples were asked for, to prove the way of alerts.
    WayTried,
    /// Nobody wants to hear of some alerts for a while.
    SilenceAdded,
    /// People want to hear of them again.
    SilenceEnded,
    /// A message that was given up is to be tried again.
    DeliveryReplayed,
    /// An access token was made.
    TokenAdded,
    /// An access token is worth nothing any more.
    TokenRevoked,
    /// Somebody logged in to the dashboard.
    SessionOpened,
    /// An operator had a message sent to a channel, to see whether it arrives.
    ChannelTested,
    /// A copy was put in the database's place.
    StoreRestored,
    /// A request came in, or says something else than before.
    RequestTaken,
    /// The contacts on record were told of a request.
    RequestContactsTold,
    /// A request was approved.
    RequestApproved,
    /// A request was turned down.
    RequestRejected,
    /// Whoever asked took a request back.
    RequestWithdrawn,
    /// What a request asked for is done.
    RequestCompleted,
    /// A report went to one of its destinations.
    ReportSent,
}

/// Where a change of the ledger comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeSource {
    /// A file.
    File {
        /// Its name.
        name: String,
        /// SHA-256 of its content, in hex.
        sha256: String,
    },
    /// An approved request, by its id.
    Request(String),
    /// An operator's command.
    CommandLine,
}

impl ChangeSource {
    /// A file's name and content.
    pub fn file(name: &str, bytes: &[u8]) -> Self {
        Self::File {
            name: name.to_owned(),
            sha256: hex::encode(Sha256::digest(bytes)),
        }
    }

    /// An event's facts: where the change comes from, and what it is.
    pub fn detail(&self, what: &Value) -> Value {
        match self {
            Self::File { name, sha256 } => {
                serde_json::json!({ "file": name, "sha256": sha256, "what": what })
            }
            Self::Request(id) => serde_json::json!({ "request": id, "what": what }),
            Self::CommandLine => serde_json::json!({ "by": "command line", "what": what }),
        }
    }
}

/// An event before it has its place in the chain.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// What was done.
    pub action: Action,
    /// To which account.
    pub subject: String,
    /// The facts, such as the values before and after.
    pub detail: Value,
}

/// An event of the log, as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = AuditEvent)]
pub struct AuditEvent {
    /// Its number, from 1 without gaps.
    pub sequence: i64,
    /// When it was recorded.
    pub at: Timestamp,
    /// Who did it.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// To what.
    pub subject: String,
    /// The facts, as JSON.
    pub detail: Value,
    /// SHA-256, in hex, over the hash before it and this row.
    pub hash: String,
}

/// Which events of the log; an empty text is any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// To what something was done.
    pub subject: String,
    /// What was done, by the action's name.
    pub action: String,
}

/// Where the chain is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenChain {
    /// The first event that does not follow from the one before it.
    pub sequence: i64,
}

/// The end of a chain that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many events there are.
    pub events: i64,
    /// The last event's hash.
    pub hash: String,
}

/// The hash before the first event.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

impl AuditEvent {
    /// Puts an event behind the last one.
    pub fn after(last: Option<(i64, &str)>, at: Timestamp, actor: &Actor, new: NewEvent) -> Self {
        let (previous_sequence, previous_hash) = last.unwrap_or((0, GENESIS));
        let mut event = Self {
            sequence: previous_sequence + 1,
            at,
            actor: actor.to_string(),
            action: new.action.as_str().to_owned(),
            subject: new.subject,
            detail: new.detail,
            hash: String::new(),
        };
        event.hash = event.chained(previous_hash);
        event
    }

    /// The hash that this event has behind `previous`. A JSON array keeps the fields apart: no text
    /// in one field can pass for the beginning of the next.
    fn chained(&self, previous: &str) -> String {
        let fields = serde_json::json!([
            previous,
            self.sequence,
            self.at.to_string(),
            self.actor,
            self.action,
            self.subject,
            self.detail.to_string(),
        ]);
        hex::encode(Sha256::digest(fields.to_string()))
    }
}

/// Follows a chain, a part at a time: give it the last known link and the events behind it.
///
/// # Errors
/// The first event whose number or hash does not follow.
pub fn verify<'a>(
    mut last: (i64, String),
    events: impl IntoIterator<Item = &'a AuditEvent>,
) -> Result<(i64, String), BrokenChain> {
    for event in events {
        if event.sequence != last.0 + 1 || event.hash != event.chained(&last.1) {
            return Err(BrokenChain {
                sequence: event.sequence,
            });
        }
        last = (event.sequence, event.hash.clone());
    }
    Ok(last)
}

impl Action {
    /// The action's name in the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccountAdded => "account.added",
            Self::AccountChanged => "account.changed",
            Self::MembershipCreateRequested => "membership.create_requested",
            Self::MembershipInviteRequested => "membership.invite_requested",
            Self::MembershipDisassociateRequested => "membership.disassociate_requested",
            Self::MembershipDeleteRequested => "membership.delete_requested",
            Self::HubChangeRequested => "hub.change_requested",
            Self::MembershipObserved => "membership.observed",
            Self::RunRecorded => "run.recorded",
            Self::ProofRefused => "proof.refused",
            Self::ReleaseAdded => "release.added",
            Self::GuideChanged => "guide.changed",
            Self::ExceptionAdded => "exception.added",
            Self::ExceptionRemoved => "exception.removed",
            Self::ExceptionExpired => "exception.expired",
            Self::AlertOpened => "alert.opened",
            Self::AlertUpdated => "alert.updated",
            Self::AlertHandled => "alert.handled",
            Self::AlertEscalated => "alert.escalated",
            Self::DeadLettersTaken => "alert.dead_letters_taken",
            Self::WayTried => "alert.way_tried",
            Self::SilenceAdded => "silence.added",
            Self::SilenceEnded => "silence.ended",
            Self::DeliveryReplayed => "delivery.replayed",
            Self::TokenAdded => "token.added",
            Self::TokenRevoked => "token.revoked",
            Self::SessionOpened => "session.opened",
            Self::ChannelTested => "channel.tested",
            Self::StoreRestored => "store.restored",
            Self::RequestTaken => "request.taken",
            Self::RequestContactsTold => "request.contacts_told",
            Self::RequestApproved => "request.approved",
            Self::RequestRejected => "request.rejected",
            Self::RequestWithdrawn => "request.withdrawn",
            Self::RequestCompleted => "request.completed",
            Self::ReportSent => "report.sent",
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operator(user) => write!(f, "operator:{user}"),
            Self::Member { account, caller } => write!(f, "member:{account}:{caller}"),
            Self::Person(name) => write!(f, "person:{name}"),
            Self::Token(name) => write!(f, "token:{name}"),
            Self::Job(name) => write!(f, "job:{name}"),
            Self::File {
                place,
                version,
                sha256,
            } => write!(f, "file:{place} version:{version} sha256:{sha256}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn chain() -> Vec<AuditEvent> {
        let mut events: Vec<AuditEvent> = Vec::new();
        for project in ["a", "b", "c"] {
            let last = events.last().map(|e| (e.sequence, e.hash.as_str()));
            events.push(AuditEvent::after(
                last,
                Timestamp::UNIX_EPOCH,
                &Actor::Operator("mika".to_owned()),
                NewEvent {
                    action: Action::AccountAdded,
                    subject: "111111111111".to_owned(),
                    detail: json!({ "project": project }),
                },
            ));
        }
        events
    }

    fn follow(events: &[AuditEvent]) -> Result<(i64, String), BrokenChain> {
        verify((0, GENESIS.to_owned()), events)
    }

    #[test]
    fn an_untouched_chain_holds() {
        let events = chain();
        assert_eq!(follow(&events), Ok((3, events[2].hash.clone())));
    }

    #[test]
    fn every_kind_of_tampering_shows_where_it_begins() {
        type Tampering = fn(&mut Vec<AuditEvent>);
        let tamperings: [Tampering; 6] = [
            |events| events[1].actor = "operator:eve".to_owned(),
            |events| events[1].detail = json!({}),
            |events| events[1].at = Timestamp::from_second(1).unwrap(),
            |events| events[1].subject.push('x'),
            |events| {
                events.remove(1);
            },
            |events| events[1].hash = events[2].hash.clone(),
        ];
        for (number, tamper) in tamperings.into_iter().enumerate() {
            let mut events = chain();
            tamper(&mut events);
            let broken = follow(&events).unwrap_err().sequence;
            assert!((2..=3).contains(&broken), "{number}: {broken}");
        }
    }
}
