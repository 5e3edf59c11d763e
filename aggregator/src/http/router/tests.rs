//! The description of the API: every field is described, and every reference resolves.

use serde_json::Value;

use super::*;

#[test]
fn everything_is_described_in_words_and_every_reference_leads_somewhere() {
    let described: Value = serde_json::to_value(api().get_openapi()).unwrap();
    assert!(described["paths"].as_object().unwrap().len() > 15);
    assert_eq!(described["openapi"], "3.1.0");
    for (path, methods) in described["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let summary = operation["summary"].as_str().unwrap_or_default();
            assert!(!summary.is_empty(), "{method} {path}");
            for (status, response) in operation["responses"].as_object().unwrap() {
                let content = response["content"].as_object();
                let form = content.and_then(|content| content.keys().next());
                let is_refusal = !status.starts_with('2');
                assert_eq!(
                    form.is_some_and(|form| form == "application/problem+json"),
                    is_refusal,
                    "{method} {path} {status}"
                );
            }
            for proof in operation["security"].as_array().into_iter().flatten() {
                for name in proof.as_object().unwrap().keys() {
                    let scheme = &described["components"]["securitySchemes"][name];
                    assert!(scheme.is_object(), "{name}");
                }
            }
        }
    }
    let text = described.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let pointer = reference.split('"').next().unwrap();
        assert!(described.pointer(pointer).is_some(), "{pointer}");
    }
    for (name, schema) in described["components"]["schemas"].as_object().unwrap() {
        for (field, shape) in schema["properties"].as_object().into_iter().flatten() {
            let is_described = ["description", "$ref", "oneOf"]
                .iter()
                .any(|key| shape.get(key).is_some());
            assert!(is_described, "{name}.{field} has no words");
        }
    }
}
