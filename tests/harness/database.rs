//! The database of a story: SQLite next to the configuration, or, where `HUBWARD_TEST_POSTGRES` names a
//! server, a database of the story's own there. Both are copies of what `hubward init` made once in this run.

use std::fs;
use std::path::Path;

use sqlx::{AnyConnection, Connection, Row};

use super::aws::block_on;
use super::program::hubward;
use super::run;
use super::soc::CONFIGURATION;

/// The database of a test.
pub(crate) struct Database {
    url: String,
}

impl Database {
    /// A new one, for a test in this directory.
    pub(crate) fn for_story(directory: &Path) -> Self {
        sqlx::any::install_default_drivers();
        let Ok(server) = std::env::var("HUBWARD_TEST_POSTGRES") else {
            let made = run::shared("hubward.db", |file| {
                let place = tempfile::TempDir::new().expect("a directory");
                let made = Self::in_file(&place.path().join("hubward.db"));
                made.initialize(place.path());
                fs::copy(place.path().join("hubward.db"), file).expect("copy the database");
            });
            let file = directory.join("hubward.db");
            fs::copy(made, &file).expect("copy the database");
            return Self::in_file(&file);
        };
        let run = run::name().replace('-', "_");
        let template = Self {
            url: format!("{server}/hubward_{run}"),
        };
        run::shared("postgres", |file| {
            let place = tempfile::TempDir::new().expect("a directory");
            create(&server, template.name(), "template1");
            template.initialize(place.path());
            fs::write(file, &template.url).expect("say that it is made");
        });
        let name = directory
            .file_name()
            .and_then(|name| name.to_str())
            .expect("a directory's name")
            .replace(|char: char| !char.is_ascii_alphanumeric(), "_")
            .to_lowercase();
        // With the process id, because names of temporary directories may differ by upper and lower
        // case only.
        let name = format!("story_{}_{name}", std::process::id());
        create(&server, &name, template.name());
        Self {
            url: format!("{server}/{name}"),
        }
    }

    /// Has `hubward init` make its tables.
    fn initialize(&self, directory: &Path) {
        let configuration = format!("{CONFIGURATION}{}", self.configuration());
        fs::write(directory.join("hubward.toml"), configuration).expect("write a file");
        hubward(directory).args(["init"]).run().expect(0);
        if self.is_file() {
            // It may end before all is in the file itself, which alone is copied.
            self.rewrite("PRAGMA wal_checkpoint(TRUNCATE)");
        }
    }

    fn name(&self) -> &str {
        self.url.rsplit('/').next().unwrap_or_default()
    }

    /// The one in this file.
    pub(crate) fn in_file(file: &Path) -> Self {
        Self {
            url: format!("sqlite:{}", file.display()),
        }
    }

    /// Its configuration; empty if the default is right.
    pub(crate) fn configuration(&self) -> String {
        if self.is_file() {
            String::new()
        } else {
            format!("[store]\nurl = \"{}\"\n", self.url)
        }
    }

    /// Whether it is a file that a test may damage.
    pub(crate) fn is_file(&self) -> bool {
        self.url.starts_with("sqlite:")
    }

    /// Runs SQL, as an attacker with access to the database could.
    pub(crate) fn rewrite(&self, sql: &str) {
        block_on(async {
            let mut connection = AnyConnection::connect(&self.url).await.expect("open it");
            sqlx::query(sqlx::AssertSqlSafe(sql.to_owned()))
                .execute(&mut connection)
                .await
                .expect("change it");
        });
    }

    /// Blocks all other writers while `meanwhile` runs.
    pub(crate) fn locked<T: Send>(&self, meanwhile: impl FnOnce() -> T + Send) -> T {
        block_on(async {
            let mut connection = AnyConnection::connect(&self.url).await.expect("open it");
            let locks: &[&'static str] = if self.is_file() {
                &["BEGIN IMMEDIATE"]
            } else {
                &["BEGIN", "LOCK TABLE alerts IN ACCESS EXCLUSIVE MODE"]
            };
            for sql in locks {
                sqlx::query(*sql)
                    .execute(&mut connection)
                    .await
                    .expect("lock it");
            }
            let result = meanwhile();
            sqlx::query("ROLLBACK")
                .execute(&mut connection)
                .await
                .expect("release it");
            result
        })
    }

    /// The first column of a query's rows.
    pub(crate) fn read(&self, sql: &'static str) -> Vec<String> {
        block_on(async {
            let mut connection = AnyConnection::connect(&self.url).await.expect("open it");
            let rows = sqlx::query(sql)
                .fetch_all(&mut connection)
                .await
                .expect("read it");
            rows.iter().map(|row| row.get(0)).collect()
        })
    }
}

/// Makes a database on a server as a copy of another one there.
fn create(server: &str, name: &str, template: &str) {
    let sql = format!("CREATE DATABASE {name} TEMPLATE {template}");
    block_on(async {
        let mut connection = AnyConnection::connect(&format!("{server}/postgres"))
            .await
            .expect("reach PostgreSQL");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .execute(&mut connection)
            .await
            .expect("make the database");
    });
}
