//! From a message, by whichever door it came, to the threats in it.
//!
//! A message is an event of EventBridge: `Security Hub Findings - Imported`, whose `detail.findings` is an
//! array (docs securityhub-cwe-integration-types.html), or `GuardDuty Finding`, whose `detail` is one
//! finding (docs guardduty_findings_eventbridge.html). Both name a threat by the same ARN, so both forms of
//! one threat are one alert.

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

/// What a message of the queue holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A threat that GuardDuty found.
    Threat(Box<Threat>),
    /// It claims to be GuardDuty's and is not, or is damaged; and why.
    Suspicious(String),
    /// A finding of another product: not an alert.
    Other,
    /// An event of our own, which proves the way.
    Trial(TrialEvent),
}

/// An event of our own, as it came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialEvent {
    /// The id that it was sent under.
    pub id: String,
    /// When EventBridge took it.
    pub event_at: Option<Timestamp>,
}

/// A threat, as one event tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Threat {
    /// The alert that it is, were nothing else known. Its Region is the one it was found in, not the
    /// one that the event came through.
    pub alert: Alert,
    /// Active and not yet handled in Security Hub: only then it opens an alert.
    pub is_new: bool,
    /// Who is behind it: a remote address or a principal; empty when unknown.
    pub actor: String,
    /// When GuardDuty made the finding.
    pub created_at: Timestamp,
    /// When the event was made.
    pub event_at: Option<Timestamp>,
    /// The finding's key in the mirror of Security Hub's, where the event does not say what people decided there.
    pub undecided: Option<String>,
}

/// How far AWS's clock may be ahead of ours.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

impl Threat {
    /// Takes back what it says of the time after it was received. Who knows the push door's secret could otherwise
    /// forge a sighting of the year 2099, and every real one after it would be an old one.
    pub fn bound_by(&mut self, received_at: Timestamp) {
        let latest = received_at.checked_add(AHEAD).unwrap_or(received_at);
        self.alert.first_seen = self.alert.first_seen.min(latest);
        self.alert.last_seen = self.alert.last_seen.min(latest);
    }
}

/// The message is no event of ours, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UnreadableMessage(pub String);

/// The most characters of a title that are kept.
const TITLE: usize = 500;
/// The most characters of a description or resource that are kept.
const LONG: usize = 2_000;
/// The most characters of a finding's `Id`: far more than GuardDuty's ARNs have.
const ID: usize = 1_024;

#[derive(Deserialize)]
struct EventBridgeEnvelope {
    source: String,
    #[serde(rename = "detail-type", default)]
    detail_type: String,
    // Whatever it says, it never makes an alert unreadable.
    #[serde(default)]
    time: Value,
    #[serde(default)]
    detail: Value,
}

/// Where a finding lies, by its ARN.
struct Owned {
    region: Region,
}

/// Reads a message's body: one content for each finding in it.
///
/// # Errors
/// It is no event of AWS's that is expected here. It may have been an alert all the same: keep it, and
/// say so.
pub fn read(body: &str) -> Result<Vec<Content>, UnreadableMessage> {
    // PostgreSQL takes no text with a zero in it, which JSON can write as an escape.
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
    // Whoever else puts such events proves nothing, and does no harm.
    match detail.get("id").and_then(Value::as_str) {
        Some(id) => Content::Trial(TrialEvent {
            id: clipped(id, TITLE),
            event_at,
        }),
        None => Content::Other,
    }
}

/// Whether a finding's ARN is GuardDuty's and lies in the account that the finding names:
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

/// Short enough to be read out, and the same however often the finding comes.
pub(in crate::alert) fn short(finding_id: &str) -> String {
    let digest = hex::encode(Sha256::digest(finding_id.as_bytes()));
    digest.chars().take(12).collect()
}

/// A link that a person may follow from a chat message: only into AWS's own console.
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

/// To the second, so that times compare as text too.
fn whole(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

fn clipped(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
