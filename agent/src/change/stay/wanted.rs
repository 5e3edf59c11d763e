//! What `stay` should be: the role's policy, the function's settings and environment, and the interval.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use hubward_protocol::{AccountId, Region};
use serde_json::{Value, json};

use super::{STAY, STAY_LOG_GROUP};
use crate::baseline::RequestedBaseline;
use crate::observed::StaySettings;

/// How long the function's log is kept.
pub(crate) const STAY_RETENTION_DAYS: i64 = 14;

/// What `status` reads in all cases. `sts:GetCallerIdentity` needs no permission. The story of the policies holds
/// these against the calls of the function.
const READS: [&str; 18] = [
    "account:ListRegions",
    "config:DescribeConfigurationRecorderStatus",
    "config:DescribeConfigurationRecorders",
    "config:DescribeDeliveryChannels",
    "config:ListConfigurationRecorders",
    "config:ListTagsForResource",
    "guardduty:GetAdministratorAccount",
    "guardduty:GetDetector",
    "guardduty:GetMasterAccount",
    "guardduty:ListDetectors",
    "securityhub:BatchGetSecurityControls",
    "securityhub:DescribeSecurityHubV2",
    "securityhub:DescribeStandards",
    "securityhub:DescribeStandardsControls",
    "securityhub:GetAdministratorAccount",
    "securityhub:GetEnabledStandards",
    "securityhub:GetMasterAccount",
    "securityhub:ListInvitations",
];

/// Where `stay` is, and what its parts are called there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StayPlace {
    pub(crate) account: AccountId,
    /// The partition of its ARNs, such as `aws`.
    pub(crate) partition: String,
    pub(crate) region: Region,
}

/// What `stay` should be in one account.
#[derive(Clone, Debug)]
pub(crate) struct WantedStay {
    pub(crate) place: StayPlace,
    pub(crate) function: Arc<StayFunction>,
    pub(crate) interval: Interval,
}

/// What the function should be.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct StayFunction {
    pub(crate) environment: BTreeMap<String, String>,
    /// The zip file, with this program as `bootstrap`.
    pub(crate) code: Vec<u8>,
    /// Base64 of its SHA-256.
    pub(crate) code_sha256: String,
}

/// Without the megabytes of the code.
impl fmt::Debug for StayFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StayFunction")
            .field("environment", &self.environment)
            .field("code_sha256", &self.code_sha256)
            .finish_non_exhaustive()
    }
}

/// The environment of the function: what the command line asks for. What it leaves to the server, the function
/// asks the server for at each look, so that a change of the baseline reaches it.
pub(crate) fn environment(
    requested: &RequestedBaseline,
    server: &str,
    language: &str,
    ca_file: Option<&str>,
) -> BTreeMap<String, String> {
    let joined = |words: Vec<String>| (!words.is_empty()).then(|| words.join(" "));
    let regions = requested.regions.iter().map(ToString::to_string).collect();
    let standards = requested.standards.iter().map(ToString::to_string);
    let variables = [
        (
            "HUBWARD_ADMINISTRATOR",
            Some(requested.administrator.to_string()),
        ),
        ("HUBWARD_CA_FILE", ca_file.map(str::to_owned)),
        ("HUBWARD_LANG", Some(language.to_owned())),
        ("HUBWARD_REGIONS", joined(regions)),
        ("HUBWARD_SERVER", Some(server.to_owned())),
        ("HUBWARD_STANDARDS", joined(standards.collect())),
    ];
    let set = variables.into_iter().filter_map(|(name, value)| {
        let value = value?;
        Some((name.to_owned(), value))
    });
    set.collect()
}

impl StayPlace {
    /// The policy of the role: reads, and writing to its own log group.
    pub(crate) fn role_policy(&self) -> Value {
        let StayPlace {
            account,
            partition,
            region,
        } = self;
        let config_role = "aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig";
        let allow = |sid: &str, actions: &[&str], resource: String| json!({ "Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource });
        json!({
            "Version": "2012-10-17",
            "Statement": [
                allow("ReadTheAccount", &READS, "*".to_owned()),
                allow(
                    "ReadTheBucketOfConfig",
                    &["s3:GetBucketPolicy", "s3:GetBucketPublicAccessBlock"],
                    format!("arn:{partition}:s3:::hubward-config-*"),
                ),
                allow(
                    "ReadTheRoleOfConfig",
                    &["iam:GetRole"],
                    format!("arn:{partition}:iam::{account}:role/{config_role}"),
                ),
                allow(
                    "WriteItsOwnLog",
                    &["logs:CreateLogStream", "logs:PutLogEvents"],
                    format!("arn:{partition}:logs:{region}:{account}:log-group:{STAY_LOG_GROUP}:*"),
                ),
            ],
        })
    }

    /// Who may assume the role: Lambda.
    pub(crate) fn trust_policy() -> Value {
        json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": { "Service": "lambda.amazonaws.com" },
                "Action": "sts:AssumeRole",
            }],
        })
    }

    /// The function's settings. A look takes seconds; the time limit is above what all its retries can take
    /// together. Lambda gives processor time by memory: 256 MB are a seventh of a processor.
    pub(crate) fn settings(&self) -> StaySettings {
        StaySettings {
            runtime: "provided.al2023".to_owned(),
            handler: "bootstrap".to_owned(),
            role: self.role_arn(),
            memory: 256,
            timeout: 300,
        }
    }

    pub(crate) fn role_arn(&self) -> String {
        format!("arn:{}:iam::{}:role/{STAY}", self.partition, self.account)
    }

    pub(crate) fn function_arn(&self) -> String {
        self.arn("lambda", &format!("function:{STAY}"))
    }

    pub(crate) fn rule_arn(&self) -> String {
        self.arn("events", &format!("rule/{STAY}"))
    }

    pub(crate) fn log_group_arn(&self) -> String {
        self.arn("logs", &format!("log-group:{STAY_LOG_GROUP}"))
    }

    fn arn(&self, service: &str, resource: &str) -> String {
        let Self {
            account,
            partition,
            region,
        } = self;
        format!("arn:{partition}:{service}:{region}:{account}:{resource}")
    }
}

/// The time between two looks, in whole minutes: from five minutes to one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Interval(u64);

/// Not a time from five minutes to one day, in whole minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InvalidInterval;

impl Interval {
    /// One hour.
    pub(crate) const DEFAULT: Self = Self(60);

    /// The rate expression of EventBridge, whose unit is singular for one.
    pub(crate) fn expression(self) -> String {
        let (value, unit) = match self.0 {
            minutes if minutes.is_multiple_of(24 * 60) => (minutes / (24 * 60), "day"),
            minutes if minutes.is_multiple_of(60) => (minutes / 60, "hour"),
            minutes => (minutes, "minute"),
        };
        let plural = if value == 1 { "" } else { "s" };
        format!("rate({value} {unit}{plural})")
    }

    /// The interval of a rate expression; `None` for one that this program would not write.
    pub(crate) fn of_expression(expression: &str) -> Option<Self> {
        let inner = expression.strip_prefix("rate(")?.strip_suffix(')')?;
        let (value, unit) = inner.split_once(' ')?;
        let minutes = match unit.trim_end_matches('s') {
            "minute" => 1,
            "hour" => 60,
            "day" => 24 * 60,
            _ => return None,
        };
        let minutes = value.parse::<u64>().ok()?.checked_mul(minutes)?;
        Duration::from_secs(minutes.checked_mul(60)?)
            .try_into()
            .ok()
    }
}

impl TryFrom<Duration> for Interval {
    type Error = InvalidInterval;

    fn try_from(time: Duration) -> Result<Self, Self::Error> {
        let minutes = time.as_secs() / 60;
        let is_whole = Duration::from_secs(minutes * 60) == time;
        if is_whole && (5..=24 * 60).contains(&minutes) {
            Ok(Self(minutes))
        } else {
            Err(InvalidInterval)
        }
    }
}

impl FromStr for Interval {
    type Err = InvalidInterval;

    /// Reads a time such as `30m` or `1h`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let time: jiff::SignedDuration = text.parse().ok().ok_or(InvalidInterval)?;
        let time = Duration::try_from(time).ok().ok_or(InvalidInterval)?;
        time.try_into()
    }
}

/// As it is typed: `1h`, `90m`.
impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_multiple_of(60) {
            write!(f, "{}h", self.0 / 60)
        } else {
            write!(f, "{}m", self.0)
        }
    }
}

impl fmt::Display for InvalidInterval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a time from 5m to 24h in whole minutes, such as 1h")
    }
}

impl std::error::Error for InvalidInterval {}
