//! Writes a first configuration and creates the database. Existing files are kept: run twice, the second only
//! migrates an older database.

use std::path::{Path, PathBuf};

use hubward_protocol::{AccountId, Region};

use crate::app::{self, OpenError};
use crate::config::{self, read};
use crate::world::World;
use hubward_store::Store;

/// The commented configuration that `init` writes.
pub(crate) const EXAMPLE: &str = include_str!("../../hubward.example.toml");

/// The values to fill in.
#[derive(Clone, Debug, Default)]
pub(crate) struct InitRequest {
    pub administrator: Option<AccountId>,
    pub home_region: Option<Region>,
    pub linked_regions: Vec<Region>,
}

/// The result of `init`.
#[derive(Clone, Debug)]
pub(crate) struct Initialized {
    pub file: PathBuf,
    /// Whether the file was written now; otherwise it existed.
    pub written: bool,
    /// Where the database is, and the number of migrations that were applied.
    pub database: (String, usize),
    /// Whether all required keys are set.
    pub complete: bool,
}

/// Writes the configuration if there is none, and creates or migrates the database.
///
/// # Errors
/// The file cannot be written, an existing file is invalid, or the database cannot be created.
pub(crate) async fn initialize(
    given: Option<&Path>,
    world: &World,
    request: &InitRequest,
) -> Result<Initialized, OpenError> {
    // Without --config, the file is created in the current directory rather than in /etc.
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
        // A new file may lack the required keys: the operator fills them in.
        Err(OpenError::Wrong { .. }) if written => {
            (read::store_alone(EXAMPLE, &world.environment), false)
        }
        Err(error) => return Err(error),
    };
    let directory = file.parent().unwrap_or(Path::new(""));
    Ok(Initialized {
        database: migrate(&store, directory, world).await?,
        file,
        written,
        complete,
    })
}

/// Creates or migrates a database. Returns where it is and the number of migrations. Relative paths start at
/// `directory`.
///
/// # Errors
/// The database cannot be created or migrated.
pub(crate) async fn migrate(
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

/// The example with the given keys set.
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

/// Writes a new file that only its owner can read, because secrets may be added. `false` if the file exists.
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
