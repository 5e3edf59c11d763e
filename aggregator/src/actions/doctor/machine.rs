//! Examines the machine: database, disks, certificate.

use std::path::Path;

use jiff::Timestamp;

use super::{DoctorResult, Fact, found};
use crate::app::{self, OpenError};
use crate::config::Config;
use crate::world::World;
use crate::world::disk::Disk;
use hubward_domain::certificate::good_until;
use hubward_domain::doctor::DoctorCheck;
use hubward_store::Store;

/// The database, if it could be opened.
pub(super) struct Database {
    pub(super) store: Option<Store>,
    /// The results about the database.
    pub(super) opened: Vec<DoctorResult>,
    /// The results about the disks that the server writes to.
    pub(super) disks: Vec<DoctorResult>,
}

/// Opens the database and tests whether it is writable, without writing.
pub(super) async fn database(config: &Config, world: &World) -> Database {
    let place = match app::database(&config.store, config.directory(), &world.environment) {
        Ok(place) => place,
        Err(error) => return Database::closed(disks(config, None), error),
    };
    let file = place.file().map(Path::to_owned);
    let disks = disks(config, file.as_deref());
    let store = match Store::open(&place).await {
        Ok(store) => store,
        Err(source) => {
            let place = place.to_string();
            return Database::closed(disks, OpenError::Store { place, source });
        }
    };
    let place = place.to_string();
    let fact = match store.try_to_write().await {
        Ok(()) => Fact::DatabaseAnswers(place),
        Err(source) => Fact::DatabaseClosed(OpenError::Store { place, source }),
    };
    let mut opened = vec![found(DoctorCheck::Database, fact)];
    // SQLite's write-ahead log uses shared memory: two machines on one file would corrupt it.
    if let Some(file) = &file
        && Disk::below(file).is_ok_and(|disk| disk.is_remote)
    {
        let elsewhere = Fact::DatabaseElsewhere(file.clone());
        opened.push(found(DoctorCheck::Database, elsewhere));
    }
    Database {
        store: Some(store),
        opened,
        disks,
    }
}

impl Database {
    fn closed(disks: Vec<DoctorResult>, error: OpenError) -> Self {
        Self {
            store: None,
            opened: vec![found(DoctorCheck::Database, Fact::DatabaseClosed(error))],
            disks,
        }
    }
}

/// The free space of every disk that the server writes to, each disk once.
fn disks(config: &Config, file: Option<&Path>) -> Vec<DoctorResult> {
    let parent = file.and_then(Path::parent);
    let reports = config.reports.directory.as_ref();
    let written = [
        parent.map(Path::to_owned),
        Some(config.releases()),
        reports.map(|reports| config.directory().join(reports)),
    ];
    let mut seen = Vec::new();
    let mut findings = Vec::new();
    for directory in written.into_iter().flatten() {
        // A relative file name without a directory is in the current directory.
        let here = Path::new(".").join(directory);
        let directory = std::path::absolute(&here).unwrap_or(here);
        // A directory that does not exist yet will be created below its nearest existing parent.
        let Some(directory) = directory.ancestors().find(|above| above.exists()) else {
            continue;
        };
        let directory = directory.to_owned();
        match Disk::below(&directory) {
            Ok(disk) if seen.contains(&disk.device) => {}
            Ok(disk) => {
                seen.push(disk.device);
                let free = disk.free;
                findings.push(found(DoctorCheck::Disk, Fact::Disk { directory, free }));
            }
            Err(error) => {
                let why = error.to_string();
                findings.push(found(DoctorCheck::Disk, Fact::NoDisk { directory, why }));
            }
        }
    }
    findings
}

/// The expiry of the server's certificate; `None` if it has none of its own.
pub(super) fn certificate(config: &Config, now: Timestamp) -> Option<DoctorResult> {
    let file = config.server.tls_certificate.as_ref()?;
    let file = config.directory().join(file);
    let read = std::fs::read(&file).map_err(|error| error.to_string());
    let fact = match read.and_then(|pem| good_until(&pem)) {
        Ok(until) => Fact::Certificate { file, until, now },
        Err(why) => Fact::NoCertificate { file, why },
    };
    Some(found(DoctorCheck::Certificate, fact))
}
