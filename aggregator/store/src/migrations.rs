//! The embedded schema migrations, and which of them a database has.

use std::borrow::Cow;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AnyPool, Row, SqlSafeStr};

use super::Result;

/// All migrations, oldest first. A released file never changes, because sqlx compares checksums.
const ALL: &[(i64, &str, &str)] = &[
    (1, "ledger", include_str!("../migrations/0001_ledger.sql")),
    (
        2,
        "agent api",
        include_str!("../migrations/0002_agent_api.sql"),
    ),
    (
        3,
        "releases",
        include_str!("../migrations/0003_releases.sql"),
    ),
    (4, "alerts", include_str!("../migrations/0004_alerts.sql")),
    (
        5,
        "findings",
        include_str!("../migrations/0005_findings.sql"),
    ),
    (6, "watch", include_str!("../migrations/0006_watch.sql")),
    (
        7,
        "ledger door",
        include_str!("../migrations/0007_ledger_door.sql"),
    ),
    (
        8,
        "requests",
        include_str!("../migrations/0008_requests.sql"),
    ),
    (
        9,
        "dashboard",
        include_str!("../migrations/0009_dashboard.sql"),
    ),
    (
        10,
        "history",
        include_str!("../migrations/0010_history.sql"),
    ),
    (
        11,
        "reports",
        include_str!("../migrations/0011_reports.sql"),
    ),
    (
        12,
        "silences",
        include_str!("../migrations/0012_silences.sql"),
    ),
    (
        13,
        "alert proof",
        include_str!("../migrations/0013_alert_proof.sql"),
    ),
    (
        14,
        "exceptions",
        include_str!("../migrations/0014_exceptions.sql"),
    ),
    (
        15,
        "decided",
        include_str!("../migrations/0015_decided.sql"),
    ),
    (
        16,
        "findings without raw",
        include_str!("../migrations/0016_findings_without_raw.sql"),
    ),
    (17, "reads", include_str!("../migrations/0017_reads.sql")),
    (
        18,
        "evidence",
        include_str!("../migrations/0018_evidence.sql"),
    ),
];

pub(super) fn newest() -> i64 {
    ALL.last().map_or(0, |(version, _, _)| *version)
}

pub(super) async fn run(pool: &AnyPool) -> Result<()> {
    let migrations = ALL
        .iter()
        .map(|(version, name, sql)| {
            Migration::new(
                *version,
                Cow::Borrowed(*name),
                MigrationType::Simple,
                (*sql).into_sql_str(),
                false,
            )
        })
        .collect();
    Ok(Migrator::with_migrations(migrations).run(pool).await?)
}

/// The migrations that a database has, in order; empty if it was never migrated.
pub(super) async fn applied(pool: &AnyPool) -> Result<Vec<i64>> {
    // The migrator's table is simply read, because checking whether it exists differs between the
    // engines.
    match sqlx::query("SELECT version FROM _sqlx_migrations ORDER BY version")
        .fetch_all(pool)
        .await
    {
        Ok(rows) => Ok(rows
            .iter()
            .map(|row| row.try_get(0))
            .collect::<std::result::Result<_, _>>()?),
        Err(sqlx::Error::Database(error)) if error.message().contains("_sqlx_migrations") => {
            Ok(Vec::new())
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_file_is_a_version_and_every_version_a_file() {
        let listed: BTreeSet<String> = ALL
            .iter()
            .map(|(version, name, _)| format!("{version:04}_{}.sql", name.replace(' ', "_")))
            .collect();
        let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
        let there: BTreeSet<String> = std::fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        assert_eq!(listed, there);
        assert!(ALL.is_sorted_by(|(one, ..), (next, ..)| one < next));
    }
}
