//! A signer of `sts:GetCallerIdentity` that can lie: an independent implementation of Signature
//! Version 4, so that neither program is tested with its own code.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::cloud::Credentials;

const BODY: &str = "Action=GetCallerIdentity&Version=2011-06-15";

/// A proof to be signed: honest by default, and tests change its fields.
#[derive(Clone, Debug)]
pub(crate) struct Proof {
    /// The Region that the request names.
    pub(crate) region: String,
    /// The Region in the signature's scope.
    pub(crate) scope_region: String,
    /// The service in the signature's scope.
    pub(crate) scope_service: String,
    /// The signed `Host`.
    pub(crate) host: String,
    /// `yyyymmddThhmmssZ`.
    pub(crate) date: String,
    /// The challenge.
    pub(crate) challenge: String,
    /// The server that it is made for.
    pub(crate) server_id: String,
    /// The signed body.
    pub(crate) body: String,
    /// The credentials that sign it.
    pub(crate) credentials: Credentials,
    /// Signed headers that are left out.
    pub(crate) unsigned: Vec<&'static str>,
}

impl Proof {
    /// An honest proof of the present time.
    pub(crate) fn new(credentials: &Credentials, challenge: &Value) -> Self {
        let region = "ap-northeast-1".to_owned();
        let text = |key: &str| challenge[key].as_str().expect("a challenge").to_owned();
        Self {
            host: format!("sts.{region}.amazonaws.com"),
            scope_region: region.clone(),
            scope_service: "sts".to_owned(),
            region,
            date: date(0),
            challenge: text("challenge"),
            server_id: text("server_id"),
            body: BODY.to_owned(),
            credentials: credentials.clone(),
            unsigned: Vec::new(),
        }
    }

    /// The body of `POST /v1/sessions`.
    pub(crate) fn request(&self) -> Value {
        json!({
            "region": self.region,
            "headers": {
                "authorization": self.authorization(),
                "x-amz-date": self.date,
                "x-amz-security-token": self.credentials.session_token,
                "x-hubward-challenge": self.challenge,
                "x-hubward-server-id": self.server_id,
            },
            "agent_version": "0.1.0",
        })
    }

    fn authorization(&self) -> String {
        let mut headers = vec![
            ("accept", "application/json"),
            (
                "content-type",
                "application/x-www-form-urlencoded; charset=utf-8",
            ),
            ("host", &self.host),
            ("x-amz-date", &self.date),
            ("x-amz-security-token", &self.credentials.session_token),
            ("x-hubward-challenge", &self.challenge),
            ("x-hubward-server-id", &self.server_id),
        ];
        headers.retain(|(name, _)| !self.unsigned.contains(name));
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let lines: String = headers
            .iter()
            .map(|(name, value)| format!("{name}:{value}\n"))
            .collect();
        let canonical = format!("POST\n/\n\n{lines}\n{names}\n{}", sha256(&self.body));
        let day = &self.date[..8];
        let (region, service) = (&self.scope_region, &self.scope_service);
        let scope = format!("{day}/{region}/{service}/aws4_request");
        let to_sign = format!(
            "AWS4-HMAC-SHA256\n{}\n{scope}\n{}",
            self.date,
            sha256(&canonical)
        );
        let secret = format!("AWS4{}", self.credentials.secret_access_key);
        let mut key = secret.into_bytes();
        for part in [day, region, service, "aws4_request"] {
            key = hmac(&key, part);
        }
        format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={}",
            self.credentials.access_key_id,
            hex::encode(hmac(&key, &to_sign))
        )
    }
}

/// The time so many minutes from now, in AWS's format.
pub(crate) fn date(minutes: i64) -> String {
    let now = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(minutes);
    now.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length is a key");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}
