//! Lambda: the function of `stay`, and who may invoke it.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_config::SdkConfig;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hubward_protocol::Region;
use serde_json::{Map, Value, json};

use super::Effect;
use super::signed::{JsonCall, Route, has_our_tag, is_not_found, list, send, text};
use crate::change::{STAY, StayFunction, StayPlace, TAG_KEY, TAG_VALUE};
use crate::observed::{
    AwsError, Found, Observation, ObservedStayFunction, Operation, StaySettings,
};

/// Without `lambda:ListTags`, GetFunction leaves the tags out.
const GET: Operation = Operation::new("lambda:GetFunction");
const GET_TAGS: Operation = Operation::allowed_by("lambda:GetFunction", "lambda:ListTags");
const GET_POLICY: Operation = Operation::new("lambda:GetPolicy");
const CREATE: Operation = Operation::new("lambda:CreateFunction");
const UPDATE_CODE: Operation = Operation::new("lambda:UpdateFunctionCode");
const UPDATE_CONFIGURATION: Operation = Operation::new("lambda:UpdateFunctionConfiguration");
const ADD_PERMISSION: Operation = Operation::new("lambda:AddPermission");
const DELETE: Operation = Operation::new("lambda:DeleteFunction");

/// For one attempt to upload the program: eight megabytes, also on a slow line.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(120);

const FUNCTIONS: &str = "/2015-03-31/functions";

/// The path of our function, or of something of it.
fn path(below: &str) -> String {
    format!("{FUNCTIONS}/{STAY}{below}")
}

async fn get(
    sdk: &SdkConfig,
    region: Region,
    operation: Operation,
    below: &str,
) -> Observation<Value> {
    let request = JsonCall {
        operation,
        route: Route::Rest("GET", &path(below)),
        body: None,
        timeout: None,
    };
    send(sdk, region, &request).await
}

pub(super) async fn observe(
    sdk: &SdkConfig,
    region: Region,
) -> Observation<Found<ObservedStayFunction>> {
    let answer = match get(sdk, region, GET, "").await {
        Ok(answer) => answer,
        Err(error) if is_not_found(&error) => return Ok(Found::Absent),
        Err(error) => return Err(error),
    };
    if answer.get("TagsError").is_some() {
        // Not knowing whose it is, is not the same as knowing that it is someone else's.
        let why = text(&answer, "/TagsError/Message");
        let denied = AwsError::from_response(GET_TAGS, region, "AccessDeniedException", why);
        return Err(denied);
    }
    if !has_our_tag(&answer, "/Tags") {
        return Ok(Found::Foreign);
    }
    let configuration = answer.get("Configuration").unwrap_or(&Value::Null);
    Ok(Found::Ours(observed(configuration)))
}

fn observed(configuration: &Value) -> ObservedStayFunction {
    let text = |pointer: &str| text(configuration, pointer).to_owned();
    let number = |name: &str| configuration.get(name).and_then(Value::as_i64);
    let variables = configuration.pointer("/Environment/Variables");
    let environment = variables.and_then(Value::as_object).map(|variables| {
        let pair = |(name, value): (&String, &Value)| {
            let value = value.as_str().unwrap_or_default();
            (name.clone(), value.to_owned())
        };
        variables.iter().map(pair).collect::<BTreeMap<_, _>>()
    });
    let (state, update) = (text("/State"), text("/LastUpdateStatus"));
    let failure = if state == "Failed" {
        Some(text("/StateReason"))
    } else if update == "Failed" {
        Some(text("/LastUpdateStatusReason"))
    } else {
        None
    };
    ObservedStayFunction {
        code_sha256: text("/CodeSha256"),
        environment: environment.unwrap_or_default(),
        settings: StaySettings {
            runtime: text("/Runtime"),
            handler: text("/Handler"),
            role: text("/Role"),
            memory: number("MemorySize").unwrap_or_default(),
            timeout: number("Timeout").unwrap_or_default(),
        },
        settled: state != "Pending" && update != "InProgress",
        failure,
    }
}

/// Whether our rule may invoke the function.
pub(super) async fn has_permission(sdk: &SdkConfig, place: &StayPlace) -> Observation<bool> {
    let answer = match get(sdk, place.region, GET_POLICY, "/policy").await {
        Ok(answer) => answer,
        Err(error) if is_not_found(&error) => return Ok(false),
        Err(error) => return Err(error),
    };
    // The policy is JSON within JSON.
    let policy: Value = serde_json::from_str(text(&answer, "/Policy")).unwrap_or_default();
    let is_ours = |statement: &Value| {
        text(statement, "/Sid") == STAY
            && text(statement, "/Effect") == "Allow"
            && text(statement, "/Principal/Service") == "events.amazonaws.com"
            && text(statement, "/Condition/ArnLike/AWS:SourceArn") == place.rule_arn()
    };
    Ok(list(&policy, "/Statement").iter().any(is_ours))
}

pub(super) async fn create(
    sdk: &SdkConfig,
    place: &StayPlace,
    function: &StayFunction,
) -> Observation<Effect> {
    let mut body = configuration(place, function);
    let more = [
        ("FunctionName", json!(STAY)),
        (
            "Description",
            json!("Reports the state of this account to the SOC"),
        ),
        ("PackageType", json!("Zip")),
        ("Architectures", json!(["x86_64"])),
        (
            "Code",
            json!({ "ZipFile": STANDARD.encode(&function.code) }),
        ),
        ("Tags", json!({ TAG_KEY: TAG_VALUE })),
    ];
    body.extend(more.map(|(name, value)| (name.to_owned(), value)));
    let request = JsonCall {
        operation: CREATE,
        route: Route::Rest("POST", FUNCTIONS),
        body: Some(body.into()),
        timeout: Some(UPLOAD_TIMEOUT),
    };
    match send(sdk, place.region, &request).await {
        Ok(_) => Ok(Effect::Made),
        // An earlier attempt made it, whose answer was lost. The look at the end verifies it.
        Err(error) if error.code == "ResourceConflictException" => Ok(Effect::AlreadyDone),
        Err(error) => Err(error),
    }
}

pub(super) async fn update_code(
    sdk: &SdkConfig,
    place: &StayPlace,
    function: &StayFunction,
) -> Observation<Effect> {
    let request = JsonCall {
        operation: UPDATE_CODE,
        route: Route::Rest("PUT", &path("/code")),
        body: Some(json!({
            "ZipFile": STANDARD.encode(&function.code),
            "Architectures": ["x86_64"],
        })),
        timeout: Some(UPLOAD_TIMEOUT),
    };
    let answer = send(sdk, place.region, &request).await;
    answer.map(|_| Effect::Made)
}

pub(super) async fn update_configuration(
    sdk: &SdkConfig,
    place: &StayPlace,
    function: &StayFunction,
) -> Observation<Effect> {
    let request = JsonCall {
        operation: UPDATE_CONFIGURATION,
        route: Route::Rest("PUT", &path("/configuration")),
        body: Some(configuration(place, function).into()),
        timeout: None,
    };
    let answer = send(sdk, place.region, &request).await;
    answer.map(|_| Effect::Made)
}

fn configuration(place: &StayPlace, function: &StayFunction) -> Map<String, Value> {
    let StaySettings {
        runtime,
        handler,
        role,
        memory,
        timeout,
    } = place.settings();
    let settings = [
        ("Runtime", json!(runtime)),
        ("Handler", json!(handler)),
        ("Role", json!(role)),
        ("MemorySize", json!(memory)),
        ("Timeout", json!(timeout)),
        ("Environment", json!({ "Variables": function.environment })),
    ];
    let settings = settings.map(|(name, value)| (name.to_owned(), value));
    settings.into_iter().collect()
}

/// Allows our rule to invoke the function, and no other rule.
pub(super) async fn add_permission(sdk: &SdkConfig, place: &StayPlace) -> Observation<Effect> {
    let request = JsonCall {
        operation: ADD_PERMISSION,
        route: Route::Rest("POST", &path("/policy")),
        body: Some(json!({
            "StatementId": STAY,
            "Action": "lambda:InvokeFunction",
            "Principal": "events.amazonaws.com",
            "SourceArn": place.rule_arn(),
        })),
        timeout: None,
    };
    match send(sdk, place.region, &request).await {
        Ok(_) => Ok(Effect::Made),
        // The statement exists.
        Err(error) if error.code == "ResourceConflictException" => Ok(Effect::AlreadyDone),
        Err(error) => Err(error),
    }
}

pub(super) async fn delete(sdk: &SdkConfig, region: Region) -> Observation<Effect> {
    let request = JsonCall {
        operation: DELETE,
        route: Route::Rest("DELETE", &path("")),
        body: None,
        timeout: None,
    };
    match send(sdk, region, &request).await {
        Ok(_) => Ok(Effect::Made),
        Err(error) if is_not_found(&error) => Ok(Effect::AlreadyDone),
        Err(error) => Err(error),
    }
}
