//! Parses a received message into the threats in it.
//!
//! A message is an event of EventBridge: `Security Hub Findings - Imported`, whose
//! `detail.findings` is an array (docs securityhub-cwe-integration-types.html), or `GuardDuty
//! Finding`, whose `detail` is one finding (docs guardduty_findings_eventbridge.html). Both
//! identify a threat by the same ARN, so both forms of one threat are one alert.

mod asff;
mod direct;

use hubward_protocol::Region;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use url::Url;

use super::Alert;
use crate::hub::TEST_SOURCE;

/// What one finding of a message is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A threat that GuardDuty detected.
    Threat(Box<Threat>),
    /// It claims to be GuardDuty's but is not, or is damaged; with the reason.
    Suspicious(String),
    /// A finding of another product: not an alert.
    Other,
    /// A test event of Hubward's own, which proves that alerts arrive.
    Trial(TrialEvent),
}

/// A test event of Hubward's own, as received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialEvent {
    /// The id that it was sent with.
    pub id: String,
    /// When EventBridge accepted it.
    pub event_at: Option<Timestamp>,
}

/// A threat, as one event describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Threat {
    /// The alert to open if nothing else is known. Its Region is the finding's, not the one of the
    /// queue that delivered the event.
    pub alert: Alert,
    /// Active and not yet handled in Security Hub; only such a finding opens an alert.
    pub is_new: bool,
    /// The attacker: a remote address or a principal; empty if unknown.
    pub actor: String,
    /// When GuardDuty created the finding.
    pub created_at: Timestamp,
    /// When the event was created.
    pub event_at: Option<Timestamp>,
    /// The finding's key in the mirror of Security Hub, if the event does not include the workflow
    /// status set by people.
    pub undecided: Option<String>,
}

/// How far AWS's clock may be ahead of ours.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

impl Threat {
    /// Caps the event's times at the time of receipt. Otherwise an attacker who has the push
    /// endpoint's secret could send an observation of the year 2099, and every real one after it
    /// would count as old.
    pub fn bound_by(&mut self, received_at: Timestamp) {
        let latest = received_at.checked_add(AHEAD).unwrap_or(received_at);
        self.alert.first_seen = self.alert.first_seen.min(latest);
        self.alert.last_seen = self.alert.last_seen.min(latest);
    }
}

/// The message is not an event that Hubward understands; with the reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UnreadableMessage(pub String);

/// The longest title that is kept, in characters.
const TITLE: usize = 500;
/// The longest description or resource that is kept, in characters.
const LONG: usize = 2_000;
/// The longest `Id` of a finding, in characters: far more than GuardDuty's ARNs have.
const ID: usize = 1_024;

#[derive(Deserialize)]
struct EventBridgeEnvelope {
    source: String,
    #[serde(rename = "detail-type", default)]
    detail_type: String,
    // Any JSON value is accepted: a bad time must not make the alert unreadable.
    #[serde(default)]
    time: Value,
    #[serde(default)]
    detail: Value,
}

/// The account and Region in a finding's ARN.
struct Owned {
    region: Region,
}

/// Parses a message's body: one content for each finding in it.
///
/// # Errors
/// It is not one of the expected AWS events. It may still have been an alert, so the
/// caller keeps and reports it.
pub fn read(body: &str) -> Result<Vec<Content>, UnreadableMessage> {
    // PostgreSQL rejects U+0000 in text, which JSON can contain as an escape.
    let body = body.replace("\\u0000", "\\ufffd");
    let envelope: EventBridgeEnvelope = serde_json::from_str(&body)
        .map_err(|error| UnreadableMessage(format!("not an EventBridge event: {error}")))?;
    let EventBridgeEnvelope {
        source,
        detail_type,
        time,
        mut detail,
    } = envelope;
    let time = time.as_str().and_then(|time| time.parse().ok());
    match (source.as_str(), detail_type.as_str()) {
        (TEST_SOURCE, _) => Ok(vec![trial(&detail, time)]),
        ("aws.guardduty", "GuardDuty Finding") => Ok(vec![direct::content(detail, time)]),
        ("aws.securityhub", "Security Hub Findings - Imported") => {
            let Some(Value::Array(findings)) = detail.get_mut("findings").map(Value::take) else {
                return Err(UnreadableMessage("an event without findings".to_owned()));
            };
            if findings.is_empty() {
                return Err(UnreadableMessage("an event without a finding".to_owned()));
            }
            let content = |finding| asff::content(finding, time);
            Ok(findings.into_iter().map(content).collect())
        }
        _ => Err(UnreadableMessage(format!(
            "an event that is not expected here: {source:.60} / {detail_type:.60}"
        ))),
    }
}

fn trial(detail: &Value, event_at: Option<Timestamp>) -> Content {
    // Anyone who can put events on the bus can send this too; it proves nothing and does no harm.
    match detail.get("id").and_then(Value::as_str) {
        Some(id) => Content::Trial(TrialEvent {
            id: clipped(id, TITLE),
            event_at,
        }),
        None => Content::Other,
    }
}

/// Whether a finding's ARN is GuardDuty's and belongs to the account that the finding names:
/// `arn:aws:guardduty:REGION:ACCOUNT:detector/…/finding/…`.
fn owned(id: &str, account: &str) -> Result<Owned, String> {
    let parts: Vec<&str> = id.splitn(6, ':').collect();
    let ["arn", _, "guardduty", found_in, owner, detector] = parts.as_slice() else {
        return Err(format!("its Id is not GuardDuty's: {id:.200}"));
    };
    if *owner != account || !detector.starts_with("detector/") || id.chars().count() > ID {
        return Err(format!(
            "its Id {id:.200} does not lie in the account {account:.20} that it names"
        ));
    }
    match found_in.parse() {
        Ok(region) => Ok(Owned { region }),
        Err(_) => Err(format!("its Region is unknown: {found_in:.40}")),
    }
}

/// Short enough to read aloud, and the same for each event of the finding.
pub(in crate::alert) fn short(finding_id: &str) -> String {
    let digest = hex::encode(Sha256::digest(finding_id.as_bytes()));
    digest.chars().take(12).collect()
}

/// Whether a URL may be shown as a link in a message: only AWS's own console.
fn is_console(address: &str) -> bool {
    Url::parse(address).is_ok_and(|url| {
        url.scheme() == "https"
            && url.username().is_empty()
            && url.password().is_none()
            && url.host_str().is_some_and(|host| {
                host == "console.aws.amazon.com" || host.ends_with(".console.aws.amazon.com")
            })
    })
}

/// Truncated to seconds, so that times sort correctly as text.
fn whole(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

fn clipped(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
