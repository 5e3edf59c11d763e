//! Backups of the database: made while the server runs, verified, restored, and rejected.

use std::fs;

use crate::harness::database::Database;
use crate::harness::soc::Soc;

const MEMBER: &str = "111111111111";
const OTHER: &str = "222222222222";

fn soc() -> Soc {
    let soc = Soc::new();
    soc.import(&[(MEMBER, "受注", "sato@example.com")]);
    soc
}

fn accounts(soc: &Soc) -> String {
    soc.hubward(["--json", "account", "list"]).expect(0).stdout
}

#[test]
fn a_backup_of_a_running_server_is_restored_with_its_audit_log() {
    let soc = soc();
    if !soc.database.is_file() {
        return;
    }
    let copy = soc.path("copy.db");
    let copy = copy.to_str().unwrap();
    let server = soc.serve();
    let said = soc.hubward(["--json", "backup", copy]).expect(0).json();
    let head = said[0]["head"].as_str().unwrap().to_owned();
    assert_eq!(said[0]["bytes"], fs::metadata(copy).unwrap().len());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(copy).unwrap().permissions().mode() & 0o077, 0);
    }
    // An existing file is not overwritten.
    let before = fs::read(copy).unwrap();
    soc.hubward(["backup", copy]).expect(1);
    assert_eq!(fs::read(copy).unwrap(), before);

    soc.import(&[
        (MEMBER, "受注", "sato@example.com"),
        (OTHER, "発注", "kato@example.com"),
    ]);
    // Not while a server runs.
    let refused = soc.hubward(["restore", copy, "--yes"]).expect(1);
    assert!(
        refused.stderr.contains("hubward serve"),
        "{}",
        refused.stderr
    );
    assert!(accounts(&soc).contains(OTHER));
    drop(server);

    // Without a terminal and without --yes, nothing is restored.
    soc.hubward(["restore", copy]).expect(1);
    assert!(accounts(&soc).contains(OTHER));
    let done = soc
        .hubward(["--json", "restore", copy, "--yes"])
        .expect(0)
        .json();
    assert!(!accounts(&soc).contains(OTHER));
    assert!(accounts(&soc).contains(MEMBER));
    soc.hubward(["audit", "verify", "--head", &head]).expect(0);
    let traced = soc
        .database
        .read("SELECT action FROM audit_events ORDER BY sequence DESC LIMIT 1");
    assert_eq!(traced, ["store.restored"]);
    // The previous database is kept, complete.
    let kept = done[0]["kept"].as_str().unwrap();
    soc.hubward(["restore", kept, "--yes"]).expect(0);
    assert!(accounts(&soc).contains(OTHER));
}

#[test]
fn a_copy_that_is_damaged_rewritten_or_none_changes_nothing() {
    let soc = soc();
    if !soc.database.is_file() {
        return;
    }
    let whole = soc.path("whole.db");
    soc.hubward(["backup", whole.to_str().unwrap()]).expect(0);
    let bytes = fs::read(&whole).unwrap();
    let before = accounts(&soc);
    let rewritten = soc.path("rewritten.db");
    fs::write(&rewritten, &bytes).unwrap();
    Database::in_file(&rewritten)
        .rewrite("UPDATE audit_events SET actor = 'operator:other' WHERE sequence = 1");
    // A trigger would undo the SOC's changes, long after the restore.
    let trapped = soc.path("trapped.db");
    fs::write(&trapped, &bytes).unwrap();
    Database::in_file(&trapped)
        .rewrite("CREATE TRIGGER trap AFTER INSERT ON alerts BEGIN DELETE FROM alerts; END");
    let torn = soc.path("torn.db");
    fs::write(&torn, &bytes[..bytes.len() / 2]).unwrap();
    let scrambled = soc.path("scrambled.db");
    let mut other = bytes.clone();
    for byte in &mut other[4096..12_288] {
        *byte = !*byte;
    }
    fs::write(&scrambled, other).unwrap();
    let text = soc.path("text.db");
    fs::write(&text, "not a database at all").unwrap();
    // Neither is a database without our tables: it would empty the ledger.
    let empty = soc.path("empty.db");
    fs::write(&empty, "").unwrap();
    for file in [
        rewritten,
        trapped,
        torn,
        scrambled,
        text,
        empty,
        soc.path("absent.db"),
    ] {
        let file = file.to_str().unwrap();
        let refused = soc.hubward(["restore", file, "--yes"]).expect(1);
        assert!(!refused.stderr.is_empty(), "{file}");
        assert_eq!(accounts(&soc), before, "{file}");
    }
    // No temporary files are left.
    let left: Vec<_> = fs::read_dir(soc.path("."))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(".hubward-"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}

#[test]
fn postgresql_has_its_own_tools() {
    let soc = soc();
    if soc.database.is_file() {
        return;
    }
    let copy = soc.path("copy.db");
    let refused = soc.hubward(["backup", copy.to_str().unwrap()]).expect(1);
    assert!(refused.stderr.contains("pg_dump"), "{}", refused.stderr);
    assert!(!copy.exists());
}
