//! An object in S3, and the notifications of its new versions. Pure.
//!
//! A notification only triggers a look at the object itself; its size, version and content are not
//! trusted. Notifications that cannot be parsed, or are about another object, are ignored.

use std::fmt;

use serde::Deserialize;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    pub bucket: String,
    pub key: String,
}

/// One version of an object's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// S3's ETag of the content.
    pub etag: String,
    /// S3's version id, if the bucket is versioned.
    pub id: Option<String>,
}

/// A notification of S3 itself (AmazonS3/latest/userguide/notification-content-structure.html).
#[derive(Deserialize)]
struct Notification {
    #[serde(rename = "Records")]
    records: Vec<Record>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    event_source: String,
    event_name: String,
    s3: ObjectPlace,
}

#[derive(Deserialize)]
struct ObjectPlace {
    bucket: Name,
    object: Key,
}

#[derive(Deserialize)]
struct Name {
    name: String,
}

#[derive(Deserialize)]
struct Key {
    key: String,
}

/// An event of EventBridge (AmazonS3/latest/userguide/ev-events.html); its keys are not
/// URL-encoded.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct S3Event {
    source: String,
    detail_type: String,
    detail: ObjectPlace,
}

/// The envelope of SNS (sns/latest/dg/sns-message-and-json-formats.html).
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct S3EventEnvelope {
    r#type: String,
    message: String,
}

impl Object {
    /// Whether a message announces a new version of this object.
    pub fn is_in(&self, message: &str) -> bool {
        match serde_json::from_str(message) {
            Ok(S3EventEnvelope { r#type, message }) if r#type == "Notification" => {
                self.announces(&message)
            }
            _ => self.announces(message),
        }
    }

    fn announces(&self, message: &str) -> bool {
        if let Ok(Notification { records }) = serde_json::from_str(message) {
            return records.iter().any(|record| {
                record.event_source == "aws:s3"
                    && record.event_name.starts_with("ObjectCreated:")
                    && self.is_at(&record.s3.bucket.name, &decoded(&record.s3.object.key))
            });
        }
        serde_json::from_str(message).is_ok_and(|event: S3Event| {
            event.source == "aws.s3"
                && event.detail_type == "Object Created"
                && self.is_at(&event.detail.bucket.name, &event.detail.object.key)
        })
    }

    fn is_at(&self, bucket: &str, key: &str) -> bool {
        self.bucket == bucket && self.key == key
    }

    /// The key, next to the object, for the result of importing a version.
    pub fn result_key(&self) -> String {
        format!("{}.result.xlsx", self.key)
    }
}

impl Version {
    /// Whether this version differs from the previous one: by S3's version id if both have one,
    /// since the same content may be uploaded again, otherwise by the ETag.
    pub fn is_new_after(&self, before: Option<&Self>) -> bool {
        before.is_none_or(|before| match (&self.id, &before.id) {
            (Some(id), Some(known)) => id != known,
            _ => self.etag != before.etag,
        })
    }

    /// The version's name in messages.
    pub fn name(&self) -> &str {
        self.id.as_deref().unwrap_or(&self.etag)
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key)
    }
}

/// S3 encodes keys in its notifications as HTML forms do: `+` is a space.
fn decoded(key: &str) -> String {
    let pair = format!("key={key}");
    let mut pairs = url::form_urlencoded::parse(pair.as_bytes());
    pairs
        .next()
        .map(|(_, key)| key.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn ledger() -> Object {
        Object {
            bucket: "soc".to_owned(),
            key: "台帳 2026/a+b&c.xlsx".to_owned(),
        }
    }

    fn notification(bucket: &str, key: &str, name: &str) -> Value {
        json!({ "Records": [{
            "eventSource": "aws:s3",
            "eventName": name,
            "s3": { "bucket": { "name": bucket }, "object": { "key": key, "size": 1 } },
        }] })
    }

    const ENCODED: &str = "%E5%8F%B0%E5%B8%B3+2026/a%2Bb%26c.xlsx";

    #[test]
    fn a_new_version_is_recognized_in_every_kind_of_notification() {
        let direct = notification("soc", ENCODED, "ObjectCreated:Put");
        let by_bridge = json!({
            "source": "aws.s3",
            "detail-type": "Object Created",
            "detail": { "bucket": { "name": "soc" }, "object": { "key": ledger().key } },
        });
        for event in [direct, by_bridge] {
            let by_topic = json!({ "Type": "Notification", "Message": event.to_string() });
            assert!(ledger().is_in(&event.to_string()), "{event}");
            assert!(ledger().is_in(&by_topic.to_string()));
        }
    }

    #[test]
    fn whatever_else_comes_is_not_for_us() {
        let key = ledger().key;
        for message in [
            notification("other", ENCODED, "ObjectCreated:Put").to_string(),
            notification("soc", "other.xlsx", "ObjectCreated:Put").to_string(),
            notification(
                "soc",
                &format!("{ENCODED}.result.xlsx"),
                "ObjectCreated:Put",
            )
            .to_string(),
            notification("soc", &format!("{ENCODED}&x=1"), "ObjectRemoved:Delete").to_string(),
            notification("soc", ENCODED, "ObjectRemoved:Delete").to_string(),
            // A key that is not encoded is another key.
            notification("soc", &key, "ObjectCreated:Put").to_string(),
            json!({ "Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "soc" }).to_string(),
            json!({ "Records": [] }).to_string(),
            json!({ "Records": [{ "eventName": "ObjectCreated:Put" }] }).to_string(),
            json!({ "Type": "Notification", "Message": "{" }).to_string(),
            json!({ "source": "aws.s3", "detail-type": "Object Deleted", "detail": {
                "bucket": { "name": "soc" }, "object": { "key": key } } })
            .to_string(),
            "[".repeat(100_000),
            "\u{0}".to_owned(),
            String::new(),
        ] {
            assert!(!ledger().is_in(&message), "{message:.200}");
        }
    }

    #[test]
    fn a_version_is_new_by_its_id_or_by_its_content() {
        let version = |etag: &str, id: Option<&str>| Version {
            etag: etag.to_owned(),
            id: id.map(str::to_owned),
        };
        assert!(version("a", None).is_new_after(None));
        assert!(!version("a", None).is_new_after(Some(&version("a", None))));
        assert!(version("b", None).is_new_after(Some(&version("a", None))));
        assert!(version("a", Some("2")).is_new_after(Some(&version("a", Some("1")))));
        assert!(!version("a", Some("1")).is_new_after(Some(&version("a", Some("1")))));
        // Versioning was turned on between the two.
        assert!(!version("a", Some("1")).is_new_after(Some(&version("a", None))));
    }
}
