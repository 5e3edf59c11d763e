//! Empty, migrated databases for tests, on both engines.

use sqlx::{AnyConnection, Connection};
use tempfile::TempDir;

use crate::{DatabaseUrl, Store, migrations};

/// Runs a test on SQLite and, where `HUBWARD_TEST_POSTGRES` names a server as `postgres://USER:PASSWORD@HOST:PORT`,
/// on PostgreSQL too; each time on an empty database of its own.
///
/// # Panics
/// The test does, or a database cannot be made.
pub async fn on_each_engine(test: impl AsyncFn(&str)) {
    let directory = TempDir::new().unwrap();
    let file = DatabaseUrl::of_file(&directory.path().join("hubward.db"));
    let (store, _) = Store::migrate(&file).await.unwrap();
    store.close().await;
    test(&format!(
        "sqlite:{}",
        directory.path().join("hubward.db").display()
    ))
    .await;
    #[expect(
        clippy::disallowed_methods,
        reason = "a test's environment names the server"
    )]
    let server = std::env::var("HUBWARD_TEST_POSTGRES");
    if let Ok(server) = server {
        let name = directory.path().file_name().unwrap().to_str().unwrap();
        let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        // The process's id: names of temporary directories may differ by capitals alone.
        let name = format!("contract_{}_{}", std::process::id(), name.to_lowercase());
        copy_template(&server, &name).await;
        test(&format!("{server}/{name}")).await;
    }
}

/// Makes a database as a copy of one that was migrated before; the first contract migrates it.
async fn copy_template(server: &str, name: &str) {
    sqlx::any::install_default_drivers();
    let template = format!("contract_template_{}", migrations::newest());
    let mut admin = AnyConnection::connect(&format!("{server}/postgres"))
        .await
        .unwrap();
    // One at a time: contracts run in processes of their own. The lock ends with the connection.
    run(&mut admin, "SELECT pg_advisory_lock(1800)").await;
    let there = format!("SELECT 1 FROM pg_database WHERE datname = '{template}'");
    let there = sqlx::query(sqlx::AssertSqlSafe(there))
        .fetch_optional(&mut admin)
        .await
        .unwrap();
    if there.is_none() {
        let unfinished = format!("{template}_unfinished");
        run(&mut admin, &format!("DROP DATABASE IF EXISTS {unfinished}")).await;
        run(&mut admin, &format!("CREATE DATABASE {unfinished}")).await;
        let url = format!("{server}/{unfinished}");
        let url = DatabaseUrl::parse(&url, std::path::Path::new("/")).unwrap();
        let (store, _) = Store::migrate(&url).await.unwrap();
        store.close().await;
        let rename = format!("ALTER DATABASE {unfinished} RENAME TO {template}");
        run(&mut admin, &rename).await;
    }
    let copy = format!("CREATE DATABASE {name} TEMPLATE {template}");
    run(&mut admin, &copy).await;
    admin.close().await.unwrap();
}

async fn run(connection: &mut AnyConnection, sql: &str) {
    sqlx::query(sqlx::AssertSqlSafe(sql.to_owned()))
        .execute(connection)
        .await
        .unwrap();
}
