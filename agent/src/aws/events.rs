//! EventBridge: the rule of `stay` and its target.

use aws_config::SdkConfig;
use hubward_protocol::Region;
use serde_json::{Value, json};

use super::Effect;
use super::signed::{JsonCall, Route, has_our_tag, is_not_found, list, send, text};
use crate::change::{Interval, STAY, StayPlace, TAG_KEY, TAG_VALUE};
use crate::observed::{AwsError, Found, Observation, ObservedStaySchedule, Operation};

const DESCRIBE: Operation = Operation::new("events:DescribeRule");
const LIST_TAGS: Operation = Operation::new("events:ListTagsForResource");
const LIST_TARGETS: Operation = Operation::new("events:ListTargetsByRule");
const PUT_RULE: Operation = Operation::new("events:PutRule");
const PUT_TARGETS: Operation = Operation::new("events:PutTargets");
const REMOVE_TARGETS: Operation = Operation::new("events:RemoveTargets");
const DELETE_RULE: Operation = Operation::new("events:DeleteRule");

async fn call(
    sdk: &SdkConfig,
    region: Region,
    operation: Operation,
    body: Value,
) -> Observation<Value> {
    let request = JsonCall {
        operation,
        route: Route::Target("AWSEvents"),
        body: Some(body),
        timeout: None,
    };
    send(sdk, region, &request).await
}

/// The rule; `has_permission` says whether it may invoke the function, which Lambda knows.
pub(super) async fn observe(
    sdk: &SdkConfig,
    place: &StayPlace,
    has_permission: bool,
) -> Observation<Found<ObservedStaySchedule>> {
    let region = place.region;
    let rule = match call(sdk, region, DESCRIBE, json!({ "Name": STAY })).await {
        Ok(rule) => rule,
        Err(error) if is_not_found(&error) => return Ok(Found::Absent),
        Err(error) => return Err(error),
    };
    let arn = json!({ "ResourceARN": place.rule_arn() });
    let tags = call(sdk, region, LIST_TAGS, arn).await?;
    if !has_our_tag(&tags, "/Tags") {
        return Ok(Found::Foreign);
    }
    let targets = call(sdk, region, LIST_TARGETS, json!({ "Rule": STAY })).await?;
    let is_ours = |target: &Value| {
        text(target, "/Id") == STAY && text(target, "/Arn") == place.function_arn()
    };
    Ok(Found::Ours(ObservedStaySchedule {
        expression: text(&rule, "/ScheduleExpression").to_owned(),
        enabled: text(&rule, "/State") == "ENABLED",
        has_target: list(&targets, "/Targets").iter().any(is_ours),
        has_permission,
    }))
}

/// Creates the rule, or replaces what it is. AWS ignores the tags of a rule that exists.
pub(super) async fn put_rule(
    sdk: &SdkConfig,
    region: Region,
    interval: Interval,
) -> Observation<Effect> {
    let body = json!({
        "Name": STAY,
        "ScheduleExpression": interval.expression(),
        "State": "ENABLED",
        "Description": "Starts the function that reports the state of this account to the SOC",
        "Tags": [{ "Key": TAG_KEY, "Value": TAG_VALUE }],
    });
    let answer = call(sdk, region, PUT_RULE, body).await;
    answer.map(|_| Effect::Made)
}

pub(super) async fn put_target(sdk: &SdkConfig, place: &StayPlace) -> Observation<Effect> {
    let body = json!({
        "Rule": STAY,
        "Targets": [{ "Id": STAY, "Arn": place.function_arn() }],
    });
    let answer = call(sdk, place.region, PUT_TARGETS, body).await?;
    failed_entry(&answer, PUT_TARGETS, place.region).map_or(Ok(Effect::Made), Err)
}

pub(super) async fn remove_target(sdk: &SdkConfig, region: Region) -> Observation<Effect> {
    let body = json!({ "Rule": STAY, "Ids": [STAY] });
    match call(sdk, region, REMOVE_TARGETS, body).await {
        Ok(answer) => failed_entry(&answer, REMOVE_TARGETS, region).map_or(Ok(Effect::Made), Err),
        Err(error) if is_not_found(&error) => Ok(Effect::AlreadyDone),
        Err(error) => Err(error),
    }
}

pub(super) async fn delete_rule(sdk: &SdkConfig, region: Region) -> Observation<Effect> {
    match call(sdk, region, DELETE_RULE, json!({ "Name": STAY })).await {
        Ok(_) => Ok(Effect::Made),
        Err(error) if is_not_found(&error) => Ok(Effect::AlreadyDone),
        Err(error) => Err(error),
    }
}

/// AWS answers 200 even if it did nothing: what failed is in the body.
fn failed_entry(answer: &Value, operation: Operation, region: Region) -> Option<AwsError> {
    let failed = answer.get("FailedEntryCount").and_then(Value::as_i64);
    if failed.unwrap_or_default() == 0 {
        return None;
    }
    let code = text(answer, "/FailedEntries/0/ErrorCode");
    let message = text(answer, "/FailedEntries/0/ErrorMessage");
    Some(AwsError::from_response(operation, region, code, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_that_failed_is_an_error() {
        let region = "us-east-1".parse().unwrap();
        let done = json!({ "FailedEntryCount": 0, "FailedEntries": [] });
        assert_eq!(failed_entry(&done, PUT_TARGETS, region), None);
        let failed = json!({
            "FailedEntryCount": 1,
            "FailedEntries": [{ "ErrorCode": "ConcurrentModificationException", "ErrorMessage": "m" }],
        });
        let error = failed_entry(&failed, PUT_TARGETS, region).unwrap();
        assert_eq!(error.code, "ConcurrentModificationException");
    }
}
