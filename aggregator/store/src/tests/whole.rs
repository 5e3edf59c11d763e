//! Contracts of the database as a whole, and that none of the store's functions is without one.

use std::collections::BTreeSet;
use std::path::Path;

use super::harness::{at, commit, on_each_engine, text};
use crate::{DatabaseUrl, Engine, Store};

#[tokio::test]
async fn a_database_answers_and_can_be_written_to() {
    on_each_engine(async |store| {
        store.ping().await.unwrap();
        store.try_to_write().await.unwrap();
        let before = store.transactions();
        store.ping().await.unwrap();
        commit!(store, tx => tx.put_polled("SOC", at(0)).await.unwrap());
        // A connection is given back a moment after.
        for _ in 0..100 {
            if store.transactions() >= before + 2 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        assert!(store.transactions() >= before + 2);
        assert_eq!(store.is_one_file(), store.engine == Engine::Sqlite);
    })
    .await;
}

#[tokio::test]
async fn a_copy_is_proved_and_takes_its_name() {
    let directory = tempfile::TempDir::new().unwrap();
    let file = |name: &str| directory.path().join(name);
    let (store, applied) = Store::migrate(&DatabaseUrl::of_file(&file("hubward.db")))
        .await
        .unwrap();
    assert!(applied > 0);
    commit!(store, tx => tx.put_polled("SOC", at(0)).await.unwrap());
    std::fs::File::create(file("copy.db")).unwrap();
    store.copy_to(&file("copy.db")).await.unwrap();
    store.close().await;
    let copy = Store::open(&DatabaseUrl::of_file(&file("copy.db")))
        .await
        .unwrap();
    assert_eq!(copy.prove().await.unwrap().events, 0);
    commit!(copy, tx => assert_eq!(tx.polled_at("SOC").await.unwrap(), Some(at(0))));
    copy.close().await;
}

/// The files of a directory and of those in it, with their texts.
fn sources(directory: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            let name = path.display().to_string();
            found.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn each_function_of_the_store_has_a_contract() {
    let mut files = Vec::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut files,
    );
    let (tests, code): (Vec<_>, Vec<_>) = files
        .into_iter()
        .partition(|(name, _)| name.contains("tests"));
    let tests: String = tests.into_iter().map(|(_, text)| text).collect();
    let mut functions = BTreeSet::new();
    for (_, code) in &code {
        let owned = code.split("\nimpl ").skip(1);
        let owned = owned.filter(|part| part.starts_with("Store {") || part.starts_with("Tx {"));
        for part in owned {
            let body = part.split("\n}").next().unwrap();
            functions.extend(body.lines().filter_map(|line| {
                let rest = line.strip_prefix("    pub ")?;
                let rest = rest
                    .strip_prefix("async ")
                    .unwrap_or(rest)
                    .strip_prefix("fn ")?;
                rest.split(['(', '<']).next().map(text)
            }));
        }
    }
    assert!(functions.len() > 150, "{}", functions.len());
    let is_called = |name: &&String| {
        [".", "::"]
            .iter()
            .any(|before| tests.contains(&format!("{before}{name}(")))
    };
    let without: Vec<_> = functions.iter().filter(|name| !is_called(name)).collect();
    assert!(without.is_empty(), "{without:?}");
}
