//! Whether the queues exist, who may send to them, and that messages which cannot be processed are
//! kept.
//!
//! On a queue that others created, our permission is added and nothing is denied, because that
//! might break their use of it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{AlertQueue, HubChange, HubState, WantedHub, Why};

/// Receives before a message goes to the dead-letter queue: with the visibility timeout below these
/// are four hours, so that a database outage does not send alerts there.
const RECEIVES: &str = "240";
/// The visibility timeout in seconds. Storing ten messages takes far less.
const VISIBILITY: &str = "60";
/// In seconds: 14 days, the maximum of SQS.
const RETENTION: &str = "1209600";
/// The id of our statement in a queue's policy.
const SENDER: &str = "HubwardEventBridge";
const TLS: &str = "HubwardTlsOnly";
/// The AWS managed key of SQS, whose policy lets no other service use it.
const KEY_OF_AWS: &str = "alias/aws/sqs";

pub(super) fn judge<E>(found: Option<&AlertQueue>, wanted: &WantedHub) -> HubState<E> {
    let arn = wanted.queue_arn(&wanted.queue);
    let redrive = redrive(wanted);
    let Some(found) = found else {
        let statements = vec![sender(wanted, &arn), tls(&arn)];
        let attributes = made(&json!({ "Version": "2012-10-17", "Statement": statements }));
        let attributes = attributes.into_iter().chain([("RedrivePolicy", redrive)]);
        return HubState::Planned(vec![HubChange::CreateQueue {
            name: wanted.queue.clone(),
            attributes: attributes.collect(),
        }]);
    };
    if found.kms_key.as_deref() == Some(KEY_OF_AWS) {
        return HubState::Insufficient(Why::KeyOfAws);
    }
    let mut statements = vec![sender(wanted, &arn)];
    if found.ours {
        statements.push(tls(&arn));
    }
    let Some(policy) = policy(found, statements) else {
        return HubState::Insufficient(Why::PolicyUnreadable);
    };
    let mut attributes = common(found, policy);
    if found.redrive.as_deref().unwrap_or_default().is_empty() {
        attributes.insert("RedrivePolicy", redrive);
    }
    changes_to(found, attributes)
}

/// The dead-letter queue is needed unless the queue already has another one.
pub(super) fn judge_dead_letter<E>(
    found: Option<&AlertQueue>,
    queue: Option<&AlertQueue>,
    wanted: &WantedHub,
) -> HubState<E> {
    let name = wanted.dead_letter_queue();
    let arn = wanted.queue_arn(&name);
    let redrive = queue.and_then(|queue| queue.redrive.as_deref());
    let goes_elsewhere = redrive.is_some_and(|redrive| {
        let redrive: Option<Value> = serde_json::from_str(redrive).ok();
        let target = redrive.and_then(|redrive| redrive.get("deadLetterTargetArn").cloned());
        target.is_some_and(|target| target != arn.as_str())
    });
    match found {
        _ if goes_elsewhere => HubState::Already,
        None => {
            let policy = json!({ "Version": "2012-10-17", "Statement": [tls(&arn)] });
            let attributes = made(&policy).into_iter().collect();
            HubState::Planned(vec![HubChange::CreateQueue { name, attributes }])
        }
        Some(found) if found.ours => match policy(found, vec![tls(&arn)]) {
            Some(policy) => changes_to(found, common(found, policy)),
            None => HubState::Insufficient(Why::PolicyUnreadable),
        },
        Some(_) => HubState::Already,
    }
}

fn made(policy: &Value) -> [(&'static str, String); 4] {
    [
        ("Policy", policy.to_string()),
        ("MessageRetentionPeriod", RETENTION.to_owned()),
        ("VisibilityTimeout", VISIBILITY.to_owned()),
        ("SqsManagedSseEnabled", "true".to_owned()),
    ]
}

/// The changes that an existing queue needs: its policy, and on ours also the encryption.
fn common(found: &AlertQueue, policy: Option<Value>) -> BTreeMap<&'static str, String> {
    let mut attributes = BTreeMap::new();
    if let Some(policy) = policy {
        attributes.insert("Policy", policy.to_string());
    }
    if found.ours && !found.sqs_encrypted && found.kms_key.is_none() {
        attributes.insert("SqsManagedSseEnabled", "true".to_owned());
    }
    attributes
}

fn changes_to<E>(found: &AlertQueue, attributes: BTreeMap<&'static str, String>) -> HubState<E> {
    if attributes.is_empty() {
        return HubState::Already;
    }
    HubState::Planned(vec![HubChange::SetQueueAttributes {
        url: found.url.clone(),
        attributes,
    }])
}

fn redrive(wanted: &WantedHub) -> String {
    let target = wanted.queue_arn(&wanted.dead_letter_queue());
    json!({ "deadLetterTargetArn": target, "maxReceiveCount": RECEIVES }).to_string()
}

/// Allows EventBridge to send, for our account's rules only.
fn sender(wanted: &WantedHub, arn: &str) -> Value {
    json!({
        "Sid": SENDER,
        "Effect": "Allow",
        "Principal": { "Service": "events.amazonaws.com" },
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {
            "ArnEquals": { "aws:SourceArn": wanted.rules().map(|rule| wanted.rule_arn(rule)) },
            "StringEquals": { "aws:SourceAccount": wanted.administrator },
        },
    })
}

fn tls(arn: &str) -> Value {
    json!({
        "Sid": TLS,
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": arn,
        "Condition": { "Bool": { "aws:SecureTransport": "false" } },
    })
}

/// The queue's policy with these statements: `Some(None)` if it already has them, `None` if it
/// cannot be parsed. Statements with other ids are kept.
fn policy(found: &AlertQueue, statements: Vec<Value>) -> Option<Option<Value>> {
    let text = found.policy.as_deref().unwrap_or_default();
    let mut policy: Value = if text.is_empty() {
        json!({ "Version": "2012-10-17" })
    } else {
        serde_json::from_str(text).ok()?
    };
    let policy_object = policy.as_object_mut()?;
    let mut there = match policy_object.remove("Statement") {
        None => Vec::new(),
        Some(Value::Array(there)) => there,
        Some(one @ Value::Object(_)) => vec![one],
        Some(_) => return None,
    };
    if statements.iter().all(|wanted| there.contains(wanted)) {
        return Some(None);
    }
    let is_same = |a: &Value, b: &Value| a.get("Sid") == b.get("Sid");
    there.retain(|old| !statements.iter().any(|new| is_same(old, new)));
    there.extend(statements);
    policy_object.insert("Statement".to_owned(), Value::Array(there));
    Some(Some(policy))
}
