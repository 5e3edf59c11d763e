//! The audit log: who did what to which subject, in a hash chain that shows when the past was
//! rewritten. Pure; rows are stored by `store::audit_events`.

use std::fmt;

use hubward_protocol::AccountId;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person at the command line, by the operating system's user name.
    Operator(String),
    /// A member's agent that proved its account.
    Member {
        account: AccountId,
        /// The caller's ARN, as STS returned it.
        caller: String,
    },
    /// A person authenticated by the OpenID Connect issuer.
    Person(String),
    /// The holder of an access token, by the token's name.
    Token(String),
    /// A scheduled job, by its name.
    Job(&'static str),
    /// A version of the ledger's file in S3.
    File {
        /// Its location, such as `s3://bucket/key`.
        place: String,
        version: String,
        /// The SHA-256 of its content, in hex.
        sha256: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// An account was added to the ledger.
    AccountAdded,
    /// Columns of an account changed, possibly its state.
    AccountChanged,
    /// Hubward is about to make the account a member in a Region. Recorded before the call to AWS.
    MembershipCreateRequested,
    /// Hubward is about to invite the account in a Region. Recorded before the call to AWS.
    MembershipInviteRequested,
    /// Hubward is about to end the account's association in a Region. Recorded before the call to
    /// AWS.
    MembershipDisassociateRequested,
    /// Hubward is about to delete the member in a Region. Recorded before the call to AWS.
    MembershipDeleteRequested,
    /// Hubward is about to change something in the SOC's own account. Recorded before the call to
    /// AWS.
    HubChangeRequested,
    /// The administrator's member listing changed.
    MembershipObserved,
    /// An operator recorded the output of an agent.
    RunRecorded,
    /// An account proved itself, but is not to be served.
    ProofRefused,
    /// An operator uploaded a release of the agent.
    ReleaseAdded,
    /// An entry of the company's guide was written.
    GuideChanged,
    /// An exception was granted: a control need not be fixed in an account until a date.
    ExceptionAdded,
    /// An exception was revoked.
    ExceptionRemoved,
    ExceptionExpired,
    /// A threat became an alert.
    AlertOpened,
    /// An alert's severity rose.
    AlertUpdated,
    /// A person acknowledged, assigned, resolved or reopened an alert, or wrote a note.
    AlertHandled,
    /// No one had acknowledged an alert, and people were notified again.
    AlertEscalated,
    /// Messages of the dead-letter queue were imported.
    DeadLettersTaken,
    /// A test event was sent, or sample findings were requested, to test alert delivery.
    WayTried,
    SilenceAdded,
    SilenceEnded,
    /// A message that was given up is to be sent again.
    DeliveryReplayed,
    /// An access token was made.
    TokenAdded,
    /// An access token was revoked.
    TokenRevoked,
    /// A person logged in to the dashboard.
    SessionOpened,
    /// An operator sent a test message to a channel.
    ChannelTested,
    /// The database was replaced by a backup.
    StoreRestored,
    /// A request was received, or its content changed.
    RequestTaken,
    /// The contacts on record were notified of a request.
    RequestContactsTold,
    RequestApproved,
    RequestRejected,
    /// The reporter withdrew a request.
    RequestWithdrawn,
    /// What a request asked for was completed.
    RequestCompleted,
    /// A report was sent to one of its destinations.
    ReportSent,
}

/// The origin of a change of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeSource {
    File {
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
    /// The source for a file of this name and content.
    pub fn file(name: &str, bytes: &[u8]) -> Self {
        Self::File {
            name: name.to_owned(),
            sha256: hex::encode(Sha256::digest(bytes)),
        }
    }

    /// The detail of an event: the source of the change, and `what` changed.
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

/// An event that is not in the chain yet.
#[derive(Clone, Debug)]
pub struct NewEvent {
    pub action: Action,
    /// The account or other object it is about.
    pub subject: String,
    /// The facts, such as the values before and after.
    pub detail: Value,
}

/// An event of the log.
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
    /// SHA-256, in hex, of the previous event's hash and this event.
    pub hash: String,
}

/// A filter of events; an empty text matches all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Only events about this subject.
    pub subject: String,
    /// Only this action.
    pub action: String,
}

/// The chain does not verify.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenChain {
    /// The first event that does not follow from the one before it.
    pub sequence: i64,
}

/// The end of a verified chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The number of events.
    pub events: i64,
    /// The last event's hash.
    pub hash: String,
}

/// The previous hash of the first event.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

impl AuditEvent {
    /// Appends an event to the chain after `last`, its sequence number and hash.
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

    /// The hash of this event after `previous`. The fields are hashed as a JSON array, so that text
    /// of one field cannot pass for the beginning of the next.
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

/// Verifies a chain piece by piece: pass the last verified link and the events after it.
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
