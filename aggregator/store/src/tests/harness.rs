//! Databases for the contracts, and the values that they write.

use jiff::Timestamp;
use sqlx::{AnyConnection, Connection};
use tempfile::TempDir;

use crate::{DatabaseUrl, Store, migrations};

/// Writes in one transaction, and commits it.
macro_rules! commit {
    ($store:expr, $tx:ident => $body:expr) => {{
        let mut $tx = $store.begin().await.unwrap();
        let done = $body;
        $tx.commit().await.unwrap();
        done
    }};
}
pub(super) use commit;

/// Runs a contract on SQLite and, where `HUBWARD_TEST_POSTGRES` names a server as `postgres://USER:PASSWORD@HOST:PORT`,
/// on PostgreSQL too; each time on an empty database of its own.
pub(super) async fn on_each_engine(contract: impl AsyncFn(Store)) {
    let directory = TempDir::new().unwrap();
    let file = DatabaseUrl::of_file(&directory.path().join("hubward.db"));
    contract(Store::migrate(&file).await.unwrap().0).await;
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
        let url = DatabaseUrl::parse(&format!("{server}/{name}"), directory.path()).unwrap();
        contract(Store::open(&url).await.unwrap()).await;
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

/// Changes rows as no function of the store would.
pub(super) async fn rewrite(store: &Store, sql: &'static str) {
    sqlx::query(sql).execute(&store.pool).await.unwrap();
}

/// So many seconds after the moment at which every contract begins.
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_795_478_400 + seconds).unwrap()
}

pub(super) fn text(text: &str) -> String {
    text.to_owned()
}
