//! The signed `sts:GetCallerIdentity` request with which an agent proves its AWS account, as constants. The
//! agent signs exactly this request, and the aggregator builds it again from the same constants, so that it
//! never has to validate a request. Only a fixed set of header values is sent.

use serde::{Deserialize, Serialize};

use crate::Region;

/// The request's body, byte for byte.
pub const BODY: &str = "Action=GetCallerIdentity&Version=2011-06-15";
/// The request's `Accept`. Without it, STS answers in XML, which the aggregator does not parse.
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

/// The `Host` that is signed: the Region's STS, even if the aggregator connects to another address.
pub fn host(region: Region) -> String {
    format!("sts.{region}.amazonaws.com")
}

/// The header values of a signed request that the aggregator does not know by itself.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ProofHeaders {
    /// The signature.
    pub authorization: String,
    /// The time of the signature, as `yyyymmddThhmmssZ`.
    #[serde(rename = "x-amz-date")]
    pub x_amz_date: String,
    /// The session token, if the credentials have one.
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

/// Redacted, because STS accepts the signed request for some minutes: it must not appear in a log.
impl std::fmt::Debug for ProofHeaders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ProofHeaders([redacted])")
    }
}
