//! Calls of Lambda, EventBridge and CloudWatch Logs: JSON requests that are signed here. Their SDKs would make
//! the program that every member downloads larger, for a dozen calls. The HTTP client, the time limits and the
//! classification of errors are the same as for all other calls.

use std::fmt;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime::client::orchestrator::operation::Operation as SdkOperation;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::timeout::TimeoutConfig;
use hubward_protocol::Region;
use serde_json::Value;

use super::call::call;
use crate::change::{TAG_KEY, TAG_VALUE};
use crate::observed::{AwsError, Observation, Operation};
use crate::world;

/// The `User-Agent`, in which `app/` names the application as in the SDK's.
const USER_AGENT: &str = concat!(
    "hubward-agent/",
    env!("CARGO_PKG_VERSION"),
    " app/hubward-agent"
);

/// How an operation is called.
#[derive(Clone, Debug)]
pub(super) enum Route<'a> {
    /// AWS's REST JSON protocol: method and path.
    Rest(&'static str, &'a str),
    /// AWS's JSON 1.1 protocol: the prefix of `X-Amz-Target`.
    Target(&'static str),
}

/// A request to one service in one Region.
#[derive(Clone, Debug)]
pub(super) struct JsonCall<'a> {
    /// Its service is also the first label of the host name, and the name that is signed.
    pub(super) operation: Operation,
    pub(super) route: Route<'a>,
    pub(super) body: Option<Value>,
    /// For one attempt; `None` for the limit of all other calls. An upload needs more.
    pub(super) timeout: Option<Duration>,
}

/// Makes a call, with the retries of `call`, and returns the response; null if it has no body.
pub(super) async fn send(
    sdk: &SdkConfig,
    region: Region,
    request: &JsonCall<'_>,
) -> Observation<Value> {
    let body = match &request.body {
        Some(body) => body.to_string().into_bytes(),
        None => Vec::new(),
    };
    call(request.operation, region, || {
        attempt(sdk, region, request, &body)
    })
    .await
}

/// What a service answered instead of a result.
struct Refused(ErrorMetadata);

type Failed = SdkError<Refused, HttpResponse>;

async fn attempt(
    sdk: &SdkConfig,
    region: Region,
    request: &JsonCall<'_>,
    body: &[u8],
) -> Result<Value, Failed> {
    let (service, _) = request.operation.parts();
    let endpoint = sdk.endpoint_url().map_or_else(
        || format!("https://{service}.{region}.amazonaws.com"),
        |url| url.trim_end_matches('/').to_owned(),
    );
    let provider = sdk.credentials_provider();
    let provider = provider.ok_or_else(|| Failed::construction_failure("no credentials"))?;
    let credentials = provider
        .provide_credentials()
        .await
        .map_err(Failed::construction_failure)?;
    let signed = signed_request(&endpoint, region, request, body, credentials)
        .map_err(Failed::construction_failure)?;

    let timeouts = sdk.timeout_config().cloned();
    let mut timeouts = timeouts
        .unwrap_or_else(TimeoutConfig::disabled)
        .to_builder();
    if let Some(timeout) = request.timeout {
        timeouts.set_operation_attempt_timeout(Some(timeout));
    }
    let mut operation = SdkOperation::builder()
        .service_name(service)
        .operation_name(request.operation.name)
        .endpoint_url(&endpoint)
        .no_auth()
        // `call` retries.
        .no_retry()
        .timeout_config(timeouts.build())
        .serializer(|request: HttpRequest| Ok(request))
        .deserializer(read);
    if let Some(client) = sdk.http_client() {
        operation = operation.http_client(client);
    }
    if let Some(sleep) = sdk.sleep_impl() {
        operation = operation.sleep_impl(sleep);
    }
    operation.build().invoke(signed).await
}

/// The request with its signature, which covers all of its headers and its body.
fn signed_request(
    endpoint: &str,
    region: Region,
    request: &JsonCall<'_>,
    body: &[u8],
    credentials: Credentials,
) -> Result<HttpRequest, BoxError> {
    let (service, name) = request.operation.parts();
    let (method, path, target) = match request.route {
        Route::Rest(method, path) => (method, path, None),
        Route::Target(prefix) => ("POST", "/", Some(format!("{prefix}.{name}"))),
    };
    let content_type = match request.route {
        Route::Rest(..) => "application/json",
        Route::Target(_) => "application/x-amz-json-1.1",
    };
    let mut headers = vec![("content-type", content_type), ("user-agent", USER_AGENT)];
    headers.extend(target.as_deref().map(|target| ("x-amz-target", target)));

    let identity = credentials.into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region.as_str())
        .name(service)
        .time(SystemTime::try_from(world::now())?)
        .settings(SigningSettings::default())
        .build()?
        .into();
    let signable = SignableRequest::new(
        method,
        format!("{endpoint}{path}"),
        headers.iter().copied(),
        SignableBody::Bytes(body),
    )?;
    let (instructions, _) = sign(signable, &params)?.into_parts();

    let mut signed = HttpRequest::new(SdkBody::from(body));
    signed.set_method(method)?;
    signed.set_uri(path)?;
    for (name, value) in headers {
        signed.headers_mut().insert(name, value.to_owned());
    }
    for (name, value) in instructions.headers() {
        signed
            .headers_mut()
            .insert(name.to_owned(), value.to_owned());
    }
    Ok(signed)
}

/// Reads a response: JSON, or an error of AWS's JSON protocols, whose code is in a header or in the body.
fn read(response: &HttpResponse) -> Result<Value, OrchestratorError<Refused>> {
    let bytes = response.body().bytes().unwrap_or_default();
    if response.status().is_success() {
        if bytes.is_empty() {
            return Ok(Value::Null);
        }
        return serde_json::from_slice(bytes)
            .map_err(|error| OrchestratorError::response(error.into()));
    }
    let body: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let first_of = |names: &[&str]| {
        let found = names.iter().find_map(|name| body.get(*name)?.as_str());
        found.map(str::to_owned)
    };
    let code = response
        .headers()
        .get("x-amzn-errortype")
        .map(str::to_owned)
        .or_else(|| first_of(&["__type", "code", "Code"]));
    let mut metadata = ErrorMetadata::builder();
    if let Some(code) = &code {
        metadata = metadata.code(plain_code(code));
    }
    if let Some(message) = first_of(&["message", "Message", "errorMessage"]) {
        metadata = metadata.message(message);
    }
    Err(OrchestratorError::operation(Refused(metadata.build())))
}

/// `com.amazonaws.lambda#CodeException:http://internal.amazon.com/…` is `CodeException`.
fn plain_code(code: &str) -> &str {
    let code = code.split(':').next().unwrap_or(code);
    code.rsplit('#').next().unwrap_or(code)
}

impl ProvideErrorMetadata for Refused {
    fn meta(&self) -> &ErrorMetadata {
        &self.0
    }
}

impl fmt::Debug for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code().unwrap_or("no code"))
    }
}

impl std::error::Error for Refused {}

/// Whether the tags at a JSON pointer have ours: a map, or a list of `Key` and `Value`.
pub(super) fn has_our_tag(answer: &Value, pointer: &str) -> bool {
    match answer.pointer(pointer).unwrap_or(&Value::Null) {
        Value::Object(tags) => tags.get(TAG_KEY).is_some_and(|value| value == TAG_VALUE),
        Value::Array(tags) => tags
            .iter()
            .any(|tag| text(tag, "/Key") == TAG_KEY && text(tag, "/Value") == TAG_VALUE),
        _ => false,
    }
}

/// The text at a JSON pointer; empty if there is none.
pub(super) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_default()
}

/// The elements of the list at a JSON pointer.
pub(super) fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    let found = value.pointer(pointer).and_then(Value::as_array);
    found.map_or(&[], Vec::as_slice)
}

/// Whether the resource of a call does not exist.
pub(super) fn is_not_found(error: &AwsError) -> bool {
    error.code == "ResourceNotFoundException"
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_code_is_found_in_all_its_forms() {
        for code in [
            "TooManyRequestsException",
            "com.amazonaws.lambda#TooManyRequestsException",
            "TooManyRequestsException:http://internal.amazon.com/coral/",
        ] {
            assert_eq!(plain_code(code), "TooManyRequestsException");
        }
    }

    #[test]
    fn the_signature_covers_what_is_sent() {
        let call = JsonCall {
            operation: Operation::new("events:PutRule"),
            route: Route::Target("AWSEvents"),
            body: None,
            timeout: None,
        };
        let credentials = Credentials::new("AKIDEXAMPLE", "secret", Some("t".into()), None, "test");
        let region = "eu-west-1".parse().unwrap();
        let signed = signed_request(
            "https://events.example.com",
            region,
            &call,
            b"{}",
            credentials,
        )
        .unwrap();
        assert_eq!(signed.method(), "POST");
        let header = |name| signed.headers().get(name).unwrap().to_owned();
        assert_eq!(header("x-amz-target"), "AWSEvents.PutRule");
        assert_eq!(header("x-amz-security-token"), "t");
        let authorization = header("authorization");
        assert!(
            authorization.contains("/eu-west-1/events/aws4_request"),
            "{authorization}"
        );
        for name in ["content-type", "host", "x-amz-date", "x-amz-target"] {
            assert!(authorization.contains(name), "{name}: {authorization}");
        }
    }

    #[test]
    fn our_tag_is_found_in_both_forms() {
        let ours = |tags: Value| has_our_tag(&json!({ "Tags": tags }), "/Tags");
        assert!(ours(json!({ "hubward:created-by": "hubward-agent" })));
        assert!(ours(
            json!([{ "Key": "hubward:created-by", "Value": "hubward-agent" }])
        ));
        assert!(!ours(json!({ "hubward:created-by": "someone" })));
        assert!(!has_our_tag(&json!({}), "/Tags"));
    }
}
