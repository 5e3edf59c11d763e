//! What the stories of one run of the suite share: a directory in the target folder, and things in it that are made
//! once. nextest gives each story a process of its own, `cargo test` runs all of them in one.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

/// The process that lives as long as the run does: nextest, or this process where it runs all stories itself.
pub(crate) fn process() -> u32 {
    if nextest_run().is_some() {
        std::os::unix::process::parent_id()
    } else {
        std::process::id()
    }
}

/// A name that no other run has.
pub(crate) fn name() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        let id = nextest_run().unwrap_or_else(|| {
            let now = SystemTime::now().duration_since(UNIX_EPOCH);
            now.expect("a time after 1970").as_nanos().to_string()
        });
        format!("{}-{id}", process())
    })
}

/// The run's own directory. Those of runs that have ended are removed when it is made.
pub(crate) fn directory() -> &'static Path {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(|| {
        let runs = Path::new(env!("CARGO_TARGET_TMPDIR")).join("runs");
        let directory = runs.join(name());
        fs::create_dir_all(&runs).expect("make the directory of runs");
        if fs::create_dir(&directory).is_ok() {
            remove_ended(&runs);
        }
        directory
    })
}

/// A file of the run's directory, which the first story that needs it makes; the others wait for it.
pub(crate) fn shared(name: &str, make: impl FnOnce(&Path)) -> PathBuf {
    let file = directory().join(name);
    if file.exists() {
        return file;
    }
    let lock = File::create(directory().join(format!("{name}.lock"))).expect("make the lock");
    // Released when the lock is closed, also by a story that is killed.
    lock.lock().expect("take the lock");
    if !file.exists() {
        let unfinished = directory().join(format!("{name}.unfinished"));
        let _ = fs::remove_file(&unfinished);
        make(&unfinished);
        fs::rename(&unfinished, &file).expect("finish the file");
    }
    file
}

/// The certificates that programs trust, in place of this machine's hundreds, which each of them would read: one,
/// whose key is thrown away.
pub(crate) fn authorities() -> &'static Path {
    static AUTHORITIES: OnceLock<PathBuf> = OnceLock::new();
    AUTHORITIES.get_or_init(|| {
        shared("authorities.pem", |file| {
            let key = rcgen::KeyPair::generate().expect("a key");
            let mut authority = rcgen::CertificateParams::new(Vec::new()).expect("an authority");
            authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
            let authority = authority.self_signed(&key).expect("a certificate");
            fs::write(file, authority.pem()).expect("write the certificate");
        })
    })
}

fn nextest_run() -> Option<String> {
    let own = std::env::var("NEXTEST_EXECUTION_MODE").is_ok_and(|mode| mode == "process-per-test");
    std::env::var("NEXTEST_RUN_ID").ok().filter(|_| own)
}

fn remove_ended(runs: &Path) {
    for run in fs::read_dir(runs).expect("read the runs").flatten() {
        let name = run.file_name().to_string_lossy().into_owned();
        let process = name.split('-').next().unwrap_or_default();
        if !Path::new("/proc").join(process).exists() {
            let _ = fs::remove_dir_all(run.path());
        }
    }
}
