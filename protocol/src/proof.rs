//! The signed `sts:GetCallerIdentity` by which an agent proves its AWS account, as constants: the
//! agent signs exactly this request, and the aggregator rebuilds it from the very same constants
//! instead of judging one that it was sent. What travels is only a closed set of header values.

use serde::{Deserialize, Serialize};

use crate::Region;

/// The request's body, byte for byte.
pub const BODY: &str = "Action=GetCallerIdentity&Version=2011-06-15";
/// The request's `Accept`: without it, STS answers in XML, which is not parsed at all.
pub const ACCEPT: &str = "application/json";
/// The request's `Content-Type`.
pub const CONTENT_TYPE: &str = "application/x-www-form-urlencoded; charset=utf-8";
/// The header that carries the server's challenge.
pub const CHALLENGE_HEADER: &str = "x-hubward-challenge";
/// The header that names the server for which the proof was made.
pub const SERVER_ID_HEADER: &str = "x-hubward-server-id";
/// The only accepted list of signed headers, for credentials without a session token.
pub const SIGNED_HEADERS: &str =
    "accept;content-type;host;x-amz-date;x-hubward-challenge;x-hubward-server-id";
/// The only accepted list of signed headers, for credentials with a session token.
pub const SIGNED_HEADERS_WITH_TOKEN: &str = "accept;content-type;host;x-amz-date;x-amz-security-token;x-hubward-challenge;x-hubward-server-id";

/// The `Host` that is signed: the Region's STS, whatever address is really connected to.
pub fn host(region: Region) -> String {
    format!("sts.{region}.amazonaws.com")
}

/// The header values of a signed request: what the aggregator cannot know itself.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ProofHeaders {
    /// The signature.
    pub authorization: String,
    /// When it was signed, as `yyyymmddThhmmssZ`.
    #[serde(rename = "x-amz-date")]
    pub x_amz_date: String,
    /// The session token, where the credentials have one.
    #[serde(
        rename = "x-amz-security-token",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub x_amz_security_token: Option<String>,
    /// The challenge that was answered.
    #[serde(rename = "x-hubward-challenge")]
    pub x_hubward_challenge: String,
    /// The server for which the proof was made.
    #[serde(rename = "x-hubward-server-id")]
    pub x_hubward_server_id: String,
}

/// It holds a request that STS would answer for some minutes: nothing of it belongs into a log.
impl std::fmt::Debug for ProofHeaders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ProofHeaders([redacted])")
    }
}
