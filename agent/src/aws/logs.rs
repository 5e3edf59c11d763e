//! CloudWatch Logs: the log group of `stay`. It is made before Lambda would make one that is kept forever and that
//! nothing names as ours.

use aws_config::SdkConfig;
use hubward_protocol::Region;
use serde_json::{Value, json};

use super::Effect;
use super::signed::{JsonCall, Route, has_our_tag, is_not_found, list, send, text};
use crate::change::{STAY_LOG_GROUP, STAY_RETENTION_DAYS, StayPlace, TAG_KEY, TAG_VALUE};
use crate::observed::{Found, Observation, ObservedStayLogGroup, Operation};

const DESCRIBE: Operation = Operation::new("logs:DescribeLogGroups");
const LIST_TAGS: Operation = Operation::new("logs:ListTagsForResource");
const CREATE: Operation = Operation::new("logs:CreateLogGroup");
const PUT_RETENTION: Operation = Operation::new("logs:PutRetentionPolicy");
const DELETE: Operation = Operation::new("logs:DeleteLogGroup");

async fn call(
    sdk: &SdkConfig,
    region: Region,
    operation: Operation,
    body: Value,
) -> Observation<Value> {
    let request = JsonCall {
        operation,
        route: Route::Target("Logs_20140328"),
        body: Some(body),
        timeout: None,
    };
    send(sdk, region, &request).await
}

pub(super) async fn observe(
    sdk: &SdkConfig,
    place: &StayPlace,
) -> Observation<Found<ObservedStayLogGroup>> {
    let region = place.region;
    let prefix = json!({ "logGroupNamePrefix": STAY_LOG_GROUP });
    let answer = call(sdk, region, DESCRIBE, prefix).await?;
    let mut groups = list(&answer, "/logGroups").iter();
    let group = groups.find(|group| text(group, "/logGroupName") == STAY_LOG_GROUP);
    let Some(group) = group else {
        return Ok(Found::Absent);
    };
    let arn = json!({ "resourceArn": place.log_group_arn() });
    let tags = call(sdk, region, LIST_TAGS, arn).await?;
    if !has_our_tag(&tags, "/tags") {
        return Ok(Found::Foreign);
    }
    Ok(Found::Ours(ObservedStayLogGroup {
        retention: group.get("retentionInDays").and_then(Value::as_i64),
    }))
}

pub(super) async fn create(sdk: &SdkConfig, region: Region) -> Observation<Effect> {
    let body = json!({ "logGroupName": STAY_LOG_GROUP, "tags": { TAG_KEY: TAG_VALUE } });
    match call(sdk, region, CREATE, body).await {
        Ok(_) => Ok(Effect::Made),
        // An earlier attempt made it. The look at the end verifies it.
        Err(error) if error.code == "ResourceAlreadyExistsException" => Ok(Effect::AlreadyDone),
        Err(error) => Err(error),
    }
}

pub(super) async fn put_retention(sdk: &SdkConfig, region: Region) -> Observation<Effect> {
    let body = json!({ "logGroupName": STAY_LOG_GROUP, "retentionInDays": STAY_RETENTION_DAYS });
    let answer = call(sdk, region, PUT_RETENTION, body).await;
    answer.map(|_| Effect::Made)
}

pub(super) async fn delete(sdk: &SdkConfig, region: Region) -> Observation<Effect> {
    let body = json!({ "logGroupName": STAY_LOG_GROUP });
    match call(sdk, region, DELETE, body).await {
        Ok(_) => Ok(Effect::Made),
        Err(error) if is_not_found(&error) => Ok(Effect::AlreadyDone),
        Err(error) => Err(error),
    }
}
