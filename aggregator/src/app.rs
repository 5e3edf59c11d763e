//! What every use case needs, opened once per process: configuration, database, clock, and access to AWS and
//! Jira.

mod signing_key;
#[cfg(test)]
pub(crate) mod test_app;

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use secrecy::ExposeSecret;
use strum::VariantArray;
use tokio::sync::OnceCell;

use crate::aws::{Aws, AwsUnavailable};
use crate::config::secret::SecretMissing;
use crate::config::{self, Config, ConfigProblem, read};
use crate::jira::{Jira, JiraUnavailable};
use crate::telemetry::Telemetry;
use crate::world::{Clock, Environment, World};
use hubward_domain::check::ProofPolicy;
use hubward_domain::guide::{FieldKind, Guide, GuideFile};
use hubward_store::{DatabaseUrl, Store, StoreError};

/// Larger than any valid guide entry: ten sections of 30,000 characters of three bytes each.
const GUIDE_FILE_LIMIT: u64 = 1024 * 1024;

/// Shared state of one process; clones are cheap and share it.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub config: Config,
    pub store: Store,
    pub clock: Clock,
    /// The metrics that this process counts.
    pub telemetry: Telemetry,
    environment: Environment,
    aws: Arc<OnceCell<Aws>>,
    jira: Arc<OnceCell<Jira>>,
    guide: Arc<OnceLock<Arc<Guide>>>,
}

/// Why Hubward cannot start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    /// The configuration file could not be read.
    #[error("cannot read the configuration {}", file.display())]
    Unreadable {
        file: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// The configuration file could not be written.
    #[error("cannot write the configuration {}", file.display())]
    Unwritable {
        file: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// The configuration is invalid.
    #[error("the configuration {} has {} problems", file.display(), problems.len())]
    Wrong {
        file: PathBuf,
        problems: Vec<ConfigProblem>,
    },
    /// The secret with the database URL cannot be read.
    #[error(transparent)]
    Secret(#[from] SecretMissing),
    /// The database cannot be used.
    #[error("cannot use the database {place}")]
    Store {
        place: String,
        #[source]
        source: StoreError,
    },
}

/// Reads the configuration that the command line and the environment select.
///
/// # Errors
/// It cannot be read or is invalid.
pub(crate) fn configuration(given: Option<&Path>, world: &World) -> Result<Config, OpenError> {
    let file = read::locate(given, &world.environment);
    let text = std::fs::read_to_string(&file).map_err(|source| OpenError::Unreadable {
        file: file.clone(),
        source,
    })?;
    read::read(&file, &text, &world.environment)
        .map_err(|problems| OpenError::Wrong { file, problems })
}

/// The address of the configured database; relative paths start at `directory`.
///
/// # Errors
/// The secret cannot be read, or the URL is invalid.
pub(crate) fn database(
    store: &config::StoreConfig,
    directory: &Path,
    environment: &Environment,
) -> Result<DatabaseUrl, OpenError> {
    let url = store.url.reveal(environment, directory)?;
    DatabaseUrl::parse(url.expose_secret(), directory).map_err(|source| OpenError::Store {
        place: "store.url".to_owned(),
        source,
    })
}

impl App {
    /// Opens the configuration and the database.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub(crate) async fn open(given: Option<&Path>, world: &World) -> Result<Self, OpenError> {
        let config = configuration(given, world)?;
        let place = database(&config.store, config.directory(), &world.environment)?;
        let store = Store::open(&place)
            .await
            .map_err(|source| OpenError::Store {
                place: place.to_string(),
                source,
            })?;
        Ok(Self {
            config,
            store,
            clock: world.clock,
            telemetry: Telemetry::default(),
            environment: world.environment.clone(),
            aws: Arc::default(),
            jira: Arc::default(),
            guide: Arc::default(),
        })
    }

    /// AWS with the administrator's credentials. Opened at the first call and then shared by the whole
    /// process, so that all parts share the rate limits.
    ///
    /// # Errors
    /// See [`AwsUnavailable`].
    pub(crate) async fn aws(&self) -> Result<&Aws, AwsUnavailable> {
        self.aws.get_or_try_init(|| self.open_aws()).await
    }

    // Boxed: the compiler does not see through the SDK's nested futures that they can be sent.
    fn open_aws(&self) -> BoxFuture<'_, Result<Aws, AwsUnavailable>> {
        Aws::of_administrator(
            &self.config.hub.administrator,
            self.config.hub.home_region,
            self.config.pacing,
            &self.environment,
            self.telemetry.clone(),
        )
        .boxed()
    }

    /// The time zone of messages and schedules.
    pub(crate) fn zone(&self) -> TimeZone {
        TimeZone::get(&self.config.locale.timezone).unwrap_or(TimeZone::UTC)
    }

    /// Today's date in that time zone, such as `2026-11-24`.
    pub(crate) fn today(&self) -> String {
        self.day().to_string()
    }

    /// What counts as proof that an account is monitored.
    pub(crate) fn proof_policy(&self) -> ProofPolicy {
        let check = &self.config.check;
        ProofPolicy {
            baseline: self.config.baseline.standards.clone(),
            within: check.proof_within,
            accept_unprovable: check
                .accept_unprovable
                .iter()
                .map(|accepted| (accepted.region, accepted.step.clone()))
                .collect(),
            today: self.day(),
        }
    }

    /// Today's date in that time zone.
    pub(crate) fn day(&self) -> Date {
        self.zone().to_datetime(self.clock.now()).date()
    }

    /// The company's Jira, opened at the first call; `None` if it is not configured.
    ///
    /// # Errors
    /// See [`JiraUnavailable`].
    pub(crate) async fn jira(&self) -> Result<Option<&Jira>, JiraUnavailable> {
        let Some(config) = &self.config.requests.jira else {
            return Ok(None);
        };
        let open = || async {
            Jira::open(
                config,
                &self.environment,
                self.config.directory(),
                self.config.locale.language,
            )
        };
        self.jira.get_or_try_init(open).await.map(Some)
    }

    /// The guide with the company's own entries first, read once per process.
    pub(crate) fn guide(&self) -> &Arc<Guide> {
        let own = || {
            self.config
                .own_guide()
                .map(|directory| guide_sources(&directory))
        };
        self.guide
            .get_or_init(|| Arc::new(Guide::with(own().unwrap_or_default())))
    }

    /// Cryptographically secure random bytes.
    pub(crate) fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        rand::fill(&mut bytes);
        bytes
    }

    /// The process's environment.
    pub(crate) fn environment(&self) -> &Environment {
        &self.environment
    }
}

/// The files of a company's guide. Files that cannot be read are included with the error.
pub(crate) fn guide_sources(directory: &Path) -> Vec<GuideFile> {
    let mut sources = Vec::new();
    if let Err(error) = std::fs::read_dir(directory) {
        sources.push(unreadable(directory.display().to_string(), &error));
    }
    for &kind in FieldKind::VARIANTS {
        let entries = std::fs::read_dir(directory.join(kind.folder()));
        // The company may have entries of only one of the two kinds.
        let mut files: Vec<PathBuf> = entries
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|file| file.extension().is_some_and(|it| it == "md"))
            .collect();
        files.sort();
        for file in files {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            let path = format!("{}/{name}", kind.folder());
            sources.push(match bounded_text(&file) {
                Ok(text) => GuideFile {
                    path,
                    text: Ok(text),
                },
                Err(error) => unreadable(path, &error),
            });
        }
    }
    sources
}

fn unreadable(path: String, error: &std::io::Error) -> GuideFile {
    let text = Err(error.to_string());
    GuideFile { path, text }
}

/// A file's text; an error if it is larger than any valid entry.
fn bounded_text(file: &Path) -> std::io::Result<String> {
    use std::io::Read;
    let mut text = String::new();
    let read = std::fs::File::open(file)?
        .take(GUIDE_FILE_LIMIT)
        .read_to_string(&mut text)?;
    if u64::try_from(read).is_ok_and(|read| read < GUIDE_FILE_LIMIT) {
        Ok(text)
    } else {
        Err(std::io::ErrorKind::FileTooLarge.into())
    }
}
