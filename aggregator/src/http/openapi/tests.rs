//! The description against the table of routes: neither has what the other lacks.

use std::collections::BTreeSet;

use serde_json::Value;

use super::*;

const TABLE: &str = include_str!("../router.rs");

/// Whose handlers are the API; every other one makes pages, and lies below `pages`.
const API: &[&str] = &[
    "agent_api",
    "api",
    "downloads",
    "health",
    "hooks",
    "metrics",
    "openapi",
];

fn described() -> Value {
    serde_json::to_value(Description::openapi()).unwrap()
}

/// `get /path module` of each entry of the table.
fn served() -> Vec<(String, String, String)> {
    let routes = TABLE.split(".route(\"").skip(1);
    routes
        .flat_map(|rest| {
            let (path, rest) = rest.split_once('"').unwrap();
            let handlers = rest.split('\n').next().unwrap();
            let of = |method: &str| {
                let (_, handler) = handlers.split_once(&format!("{method}("))?;
                let (module, _) = handler.split_once("::")?;
                Some((method.to_owned(), path.to_owned(), module.to_owned()))
            };
            let found: Vec<_> = ["get", "post", "put", "patch", "delete"]
                .into_iter()
                .filter_map(of)
                .collect();
            assert!(!found.is_empty(), "{path} is not understood: {handlers}");
            found
        })
        .collect()
}

#[test]
fn every_route_of_the_api_is_described_and_every_described_one_is_served() {
    let served = served();
    assert!(served.len() > 40, "{served:?}");
    let pages = TABLE.split("use super::pages::{").nth(1).unwrap();
    let pages = pages.split('}').next().unwrap();
    for (_, path, module) in &served {
        let is_page = module == "shell" || pages.split(',').any(|name| name.trim() == module);
        assert!(
            API.contains(&module.as_str()) != is_page,
            "{path}: is {module} of the API, or of the pages?"
        );
    }
    let served: BTreeSet<String> = served
        .into_iter()
        .filter(|(_, _, module)| API.contains(&module.as_str()))
        .map(|(method, path, _)| format!("{method} {path}"))
        .collect();
    let described = described();
    let described: BTreeSet<String> = described["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().keys();
            methods.map(move |method| format!("{method} {path}"))
        })
        .collect();
    assert_eq!(served, described);
}

#[test]
fn everything_is_described_in_words_and_every_reference_leads_somewhere() {
    let described = described();
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
            let is_told = ["description", "$ref", "oneOf"]
                .iter()
                .any(|key| shape.get(key).is_some());
            assert!(is_told, "{name}.{field} has no words");
        }
    }
}
