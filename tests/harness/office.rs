//! Third-party programs for workbooks and slide decks: openpyxl and python-pptx.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

use super::cloud::repository;

/// What they read from a file; `edits` such as `D2=may` are written into a workbook's first sheet
/// first.
pub(crate) fn read(file: &Path, edits: &[&str]) -> Value {
    let ran = Command::new(python())
        .arg(repository().join("tests/office/read.py"))
        .arg(file)
        .args(edits)
        .output()
        .expect("run tests/office/read.py");
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    serde_json::from_slice(&ran.stdout).expect("JSON")
}

fn python() -> &'static str {
    static PYTHON: OnceLock<String> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let ran = Command::new(repository().join("tests/cloud/install"))
            .arg(repository().join("tests/office"))
            .output()
            .expect("run tests/cloud/install");
        assert!(
            ran.status.success(),
            "{}",
            String::from_utf8_lossy(&ran.stderr)
        );
        String::from_utf8_lossy(&ran.stdout).trim().to_owned()
    })
}
