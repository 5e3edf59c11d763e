//! Writes a first configuration and creates the database. What is there stays: run twice, the
//! second only upgrades the database if it is old.

use std::path::{Path, PathBuf};

use hubward_protocol::{AccountId, Region};

use crate::app::{self, OpenError};
use crate::config::{self, read};
use crate::world::World;
use hubward_store::Store;

/// The commented configuration that `init` writes.
pub const EXAMPLE: &str = include_str!("../../hubward.example.toml");

/// What is already known about the hub.
#[derive(Clone, Debug, Default)]
pub struct InitRequest {
    /// The SOC's account.
    pub administrator: Option<AccountId>,
    /// The home Region.
    pub home_region: Option<Region>,
    /// The linked Regions.
    pub linked_regions: Vec<Region>,
}

/// What was made.
#[derive(Clone, Debug)]
pub struct Initialised {
    /// The configuration file.
    pub file: PathBuf,
    /// Whether it was written now; otherwise it was there.
    pub written: bool,
    /// Where the database is, and how many upgrades it needed.
    pub database: (String, usize),
    /// Whether nothing is left for a person to fill in.
    pub complete: bool,
}

/// Writes the configuration where there is none, and creates or upgrades the database.
///
/// # Errors
/// The file cannot be written, an existing one is wrong, or the database cannot be created.
pub async fn initialise(
    given: Option<&Path>,
    world: &World,
    request: &InitRequest,
) -> Result<Initialised, OpenError> {
    // Without --config, the file is made here rather than in /etc.
    let file = given
        .map(Path::to_owned)
        .or_else(|| world.environment.get("HUBWARD_CONFIG").map(PathBuf::from))
        .unwrap_or_else(|| PathBuf::from("hubward.toml"));
    let written =
        write_new(&file, &filled_in(request)).map_err(|source| OpenError::Unwritable {
            file: file.clone(),
            source,
        })?;
    let (store, complete) = match app::configuration(Some(&file), world) {
        Ok(config) => (config.store, true),
        // A fresh file without the required keys is no mistake yet: the person fills them in.
        Err(OpenError::Wrong { .. }) if written => {
            (read::store_alone(EXAMPLE, &world.environment), false)
        }
        Err(error) => return Err(error),
    };
    let directory = file.parent().unwrap_or(Path::new(""));
    Ok(Initialised {
        database: migrate(&store, directory, world).await?,
        file,
        written,
        complete,
    })
}

/// Creates or upgrades a database; says where it is and how many upgrades it needed. A relative path
/// starts at `directory`.
///
/// # Errors
/// The database cannot be created or upgraded.
pub async fn migrate(
    config: &config::StoreConfig,
    directory: &Path,
    world: &World,
) -> Result<(String, usize), OpenError> {
    let place = app::database(config, directory, &world.environment)?;
    match Store::migrate(&place).await {
        Ok((_, applied)) => Ok((place.to_string(), applied)),
        Err(source) => Err(OpenError::Store {
            place: place.to_string(),
            source,
        }),
    }
}

/// The example with the known keys switched on.
fn filled_in(request: &InitRequest) -> String {
    let list = request
        .linked_regions
        .iter()
        .map(|region| format!("{:?}", region.as_str()))
        .collect::<Vec<_>>()
        .join(", ");
    let set = |key: &str, value: Option<String>, line: &str| match value {
        Some(value) if line.starts_with(&format!("#{key} =")) => Some(format!("{key} = {value}")),
        _ => None,
    };
    let administrator = request.administrator.as_ref().map(|id| format!("\"{id}\""));
    let home = request.home_region.map(|region| format!("\"{region}\""));
    let linked = (!list.is_empty()).then(|| format!("[{list}]"));
    EXAMPLE
        .lines()
        .map(|line| {
            set("administrator", administrator.clone(), line)
                .or_else(|| set("home_region", home.clone(), line))
                .or_else(|| set("linked_regions", linked.clone(), line))
                .unwrap_or_else(|| line.to_owned())
                + "\n"
        })
        .collect()
}

/// Writes a file that is not there yet, for its owner alone: it may come to hold secrets.
fn write_new(file: &Path, text: &str) -> std::io::Result<bool> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(file) {
        Ok(mut created) => created
            .write_all(text.as_bytes())
            .and_then(|()| created.sync_all())
            .map(|()| true),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}
