//! GuardDuty, EventBridge and SQS as the SOC sets them up: a queue, a rule that fills it, findings.

use serde_json::{Value, json};

use super::aws::{block_on, events, sqs};
use super::findings::threat;
use super::soc::{ADMINISTRATOR, HOME, Soc};

/// The queue's visibility timeout in seconds.
const VISIBILITY: &str = "2";

/// A queue for alerts, in the administrator's home Region.
pub(crate) struct AlertQueue<'a> {
    soc: &'a Soc,
    /// Its URL.
    pub(crate) url: String,
}

impl<'a> AlertQueue<'a> {
    /// Creates the queue.
    pub(crate) fn new(soc: &'a Soc) -> Self {
        use aws_sdk_sqs::types::QueueAttributeName;
        let policy = json!({ "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": "events.amazonaws.com" },
            "Action": "sqs:SendMessage",
            "Resource": "*",
        }] });
        let made = block_on(
            sqs(&soc.cloud, ADMINISTRATOR, HOME)
                .create_queue()
                .queue_name("hubward-alerts")
                .attributes(QueueAttributeName::VisibilityTimeout, VISIBILITY)
                .attributes(QueueAttributeName::Policy, policy.to_string())
                .send(),
        )
        .expect("make the queue");
        Self {
            soc,
            url: made.queue_url.expect("its address"),
        }
    }

    /// Gives it a dead-letter queue, which gets messages after so many receives; returns that
    /// queue's URL.
    pub(crate) fn lets_go_after(&self, receives: usize) -> String {
        use aws_sdk_sqs::types::QueueAttributeName;
        let client = sqs(&self.soc.cloud, ADMINISTRATOR, HOME);
        let made = block_on(
            client
                .create_queue()
                .queue_name("hubward-alerts-dead")
                .send(),
        );
        let dead = made
            .expect("make the queue")
            .queue_url
            .expect("its address");
        let target = format!("arn:aws:sqs:{HOME}:{ADMINISTRATOR}:hubward-alerts-dead");
        let receives = receives.to_string();
        let redrive = json!({ "deadLetterTargetArn": target, "maxReceiveCount": receives });
        block_on(
            client
                .set_queue_attributes()
                .queue_url(&self.url)
                .attributes(QueueAttributeName::RedrivePolicy, redrive.to_string())
                .send(),
        )
        .expect("name the dead-letter queue");
        dead
    }

    /// Gives it a dead-letter queue with these messages.
    pub(crate) fn lose(&self, bodies: &[String]) {
        let dead = self.lets_go_after(240);
        for body in bodies {
            block_on(
                sqs(&self.soc.cloud, ADMINISTRATOR, HOME)
                    .send_message()
                    .queue_url(&dead)
                    .message_body(body)
                    .send(),
            )
            .expect("send a message");
        }
    }

    /// Lets EventBridge fill it, with the rule in `design.md`.
    pub(crate) fn fill_by_rule(&self) {
        use aws_sdk_eventbridge::types::Target;
        let pattern = json!({
            "source": ["aws.securityhub"],
            "detail-type": ["Security Hub Findings - Imported"],
            "detail": { "findings": {
                "ProductArn": [
                    format!("arn:aws:securityhub:{HOME}::product/aws/guardduty"),
                    "arn:aws:securityhub:us-east-1::product/aws/guardduty",
                ],
                "Severity": { "Label": ["HIGH", "CRITICAL"] },
                "RecordState": ["ACTIVE"],
                "Workflow": { "Status": ["NEW"] },
            } },
        });
        let bus = events(&self.soc.cloud, ADMINISTRATOR, HOME);
        block_on(
            bus.put_rule()
                .name("hubward-alerts")
                .event_pattern(pattern.to_string())
                .send(),
        )
        .expect("make the rule");
        let target = Target::builder()
            .id("queue")
            .arn(format!("arn:aws:sqs:{HOME}:{ADMINISTRATOR}:hubward-alerts"))
            .build()
            .expect("a target");
        block_on(
            bus.put_targets()
                .rule("hubward-alerts")
                .targets(target)
                .send(),
        )
        .expect("set its target");
    }

    /// Puts a message into it.
    pub(crate) fn put(&self, body: &str) {
        block_on(
            sqs(&self.soc.cloud, ADMINISTRATOR, HOME)
                .send_message()
                .queue_url(&self.url)
                .message_body(body)
                .send(),
        )
        .expect("send a message");
    }

    /// Puts messages into it, ten per call.
    pub(crate) fn put_all(&self, bodies: &[String]) {
        use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
        let queue = sqs(&self.soc.cloud, ADMINISTRATOR, HOME);
        for batch in bodies.chunks(10) {
            let entries = batch
                .iter()
                .enumerate()
                .map(|(number, body)| {
                    SendMessageBatchRequestEntry::builder()
                        .id(number.to_string())
                        .message_body(body)
                        .build()
                        .expect("an entry")
                })
                .collect();
            block_on(
                queue
                    .send_message_batch()
                    .queue_url(&self.url)
                    .set_entries(Some(entries))
                    .send(),
            )
            .expect("send messages");
        }
    }

    /// How many messages are in it, including hidden ones.
    pub(crate) fn length(&self) -> usize {
        let [visible, hidden] = self.lengths(&self.url);
        visible + hidden
    }

    /// How many messages of a queue are visible, and how many hidden.
    pub(crate) fn lengths(&self, url: &str) -> [usize; 2] {
        use aws_sdk_sqs::types::QueueAttributeName;
        let answer = block_on(
            sqs(&self.soc.cloud, ADMINISTRATOR, HOME)
                .get_queue_attributes()
                .queue_url(url)
                .attribute_names(QueueAttributeName::All)
                .send(),
        )
        .expect("ask the queue");
        let attributes = answer.attributes.expect("attributes");
        [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ]
        .map(|name| attributes[&name].parse::<usize>().expect("a number"))
    }
}

/// A GuardDuty finding of an account, in Security Hub's format.
pub(crate) fn finding(account: &str, region: &str, number: usize) -> Value {
    let mut finding = threat(account, region, &number.to_string(), "HIGH");
    for (key, value) in [
        ("Region", json!(region)),
        ("UpdatedAt", json!("2026-11-20T00:10:00Z")),
        ("Title", json!(format!("Password guessing number {number}"))),
        (
            "SourceUrl",
            json!(format!(
                "https://{region}.console.aws.amazon.com/guardduty/home"
            )),
        ),
        (
            "ProductFields",
            json!({ "aws/guardduty/service/count": "3" }),
        ),
        ("RecordState", json!("ACTIVE")),
        ("Workflow", json!({ "Status": "NEW" })),
    ] {
        finding[key] = value;
    }
    finding
}

/// The same threat in GuardDuty's own format.
pub(crate) fn direct(account: &str, region: &str, number: usize) -> String {
    json!({
        "version": "0",
        "id": "e",
        "source": "aws.guardduty",
        "detail-type": "GuardDuty Finding",
        "account": ADMINISTRATOR,
        "time": "2026-11-20T00:10:05Z",
        "region": HOME,
        "detail": {
            "schemaVersion": "2.0",
            "accountId": account,
            "region": region,
            "arn": format!("arn:aws:guardduty:{region}:{account}:detector/d/finding/{number}"),
            "id": number.to_string(),
            "type": "UnauthorizedAccess:EC2/SSHBruteForce",
            "severity": 8.0,
            "title": format!("Password guessing number {number}"),
            "description": "what it checks",
            "createdAt": "2026-11-20T00:00:00Z",
            "updatedAt": "2026-11-20T00:10:00Z",
            "resource": { "resourceType": "Instance" },
            "service": { "count": 3, "archived": false },
        },
    })
    .to_string()
}

/// The EventBridge event of a finding.
pub(crate) fn event(finding: &Value) -> String {
    json!({
        "version": "0",
        "id": "e",
        "source": "aws.securityhub",
        "detail-type": "Security Hub Findings - Imported",
        "account": ADMINISTRATOR,
        "time": "2026-11-20T00:10:05Z",
        "region": HOME,
        "detail": { "findings": [finding] },
    })
    .to_string()
}
