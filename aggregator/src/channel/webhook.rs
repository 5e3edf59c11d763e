//! The `webhook` channel: Standard Webhooks (standardwebhooks.com), signed if a secret is configured.
//!
//! `webhook-id` is the delivery's id and the same at every attempt, so that receivers can drop duplicates.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use reqwest::RequestBuilder;
use reqwest::header::CONTENT_TYPE;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use standardwebhooks::Webhook;

use crate::say::Say;
use hubward_domain::delivery::Delivery;

/// Sets headers and body.
///
/// # Errors
/// The message cannot be signed; the text says why.
pub(super) fn request(
    request: RequestBuilder,
    delivery: &Delivery,
    secret: Option<&SecretString>,
    now: Timestamp,
    say: Say,
) -> Result<RequestBuilder, String> {
    let body = body(delivery)?;
    let mut request = request
        .header(CONTENT_TYPE, "application/json")
        .header("webhook-id", &delivery.id)
        .header("webhook-timestamp", now.as_second());
    if let Some(secret) = secret {
        let signature = signer(secret, say)?
            .sign(&delivery.id, now.as_second(), body.as_bytes())
            .map_err(|error| say.channel_error_signature(error))?;
        request = request.header("webhook-signature", signature);
    }
    Ok(request.body(body))
}

/// `{"type","timestamp","data"}`; the timestamp is that of the event, not of sending.
pub(super) fn body(delivery: &Delivery) -> Result<String, String> {
    let notice = serde_json::to_value(&delivery.notice).map_err(|error| error.to_string())?;
    let part = |key: &str| notice.get(key).cloned().unwrap_or(Value::Null);
    let body = json!({
        "type": part("type"),
        "timestamp": delivery.created_at,
        "data": part("data"),
    });
    Ok(body.to_string())
}

/// A Base64 secret, with or without `whsec_`, as in Standard Webhooks; any other text is used as the key
/// itself.
fn signer(secret: &SecretString, say: Say) -> Result<Webhook, String> {
    let text = secret.expose_secret();
    let key = STANDARD
        .decode(text.strip_prefix("whsec_").unwrap_or(text))
        .unwrap_or_else(|_| text.as_bytes().to_vec());
    Webhook::from_bytes(key).map_err(|error| say.channel_error_secret(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hubward_domain::account::Language;
    use hubward_domain::delivery::DeliveryState;
    use hubward_domain::notice::{Notice, TestNotice};

    fn delivery() -> Delivery {
        Delivery {
            id: "msg_1".to_owned(),
            channel: "soc".to_owned(),
            notice: Notice::Test(TestNotice {
                channel: "soc".to_owned(),
                actor: "operator:mika".to_owned(),
            }),
            state: DeliveryState::Pending,
            attempts: 1,
            last_error: None,
            created_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn the_signature_is_the_standards_own() {
        // The example of the Standard Webhooks specification.
        let secret = SecretString::from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let signature = signer(&secret, Say(Language::En))
            .unwrap()
            .sign(
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1_614_265_330,
                br#"{"test": 2432232314}"#,
            )
            .unwrap();
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_body_says_what_when_and_the_facts() {
        let body: Value = serde_json::from_str(&body(&delivery()).unwrap()).unwrap();
        assert_eq!(
            body,
            json!({
                "type": "test",
                "timestamp": "1970-01-01T00:00:00Z",
                "data": { "channel": "soc", "actor": "operator:mika" },
            })
        );
    }

    #[test]
    fn every_frozen_notice_leaves_with_its_type_time_and_data_alone() {
        const NOTICES_V1: &str = include_str!("../../domain/golden/notices.v1.json");
        let frozen: Vec<Value> = serde_json::from_str(NOTICES_V1).unwrap();
        for notice in frozen {
            let delivery = Delivery {
                notice: serde_json::from_value(notice.clone()).unwrap(),
                ..delivery()
            };
            let body: Value = serde_json::from_str(&body(&delivery).unwrap()).unwrap();
            assert_eq!(
                body,
                json!({
                    "type": notice["type"],
                    "timestamp": "1970-01-01T00:00:00Z",
                    "data": notice["data"],
                })
            );
        }
    }

    #[test]
    fn a_secret_that_is_no_base64_is_the_key_itself() {
        assert!(signer(&SecretString::from("correct horse"), Say(Language::En)).is_ok());
    }
}
