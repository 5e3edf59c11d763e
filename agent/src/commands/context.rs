//! What a command works with: the caller's account, the baseline, and the SOC's server if there is one. If
//! the server is unavailable or wrong, the command prints one warning and uses the command line alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hubward_protocol::{AccountId, Region};

use crate::baseline::{Baseline, RequestedBaseline, each_once};
use crate::cli::{BaselineArgs, ServerArgs};
use crate::converge::{self, Session, Snapshot};
use crate::server::{Address, InvalidCertificates, Prover, ServerError, ServerSession, Transport};
use crate::text::Say;
use crate::verdict::CommandError;
use crate::world::{self, Screen, World};

/// The context of one command.
pub(super) struct CommandContext {
    /// The session in the caller's AWS account.
    pub(super) session: Session,
    pub(super) baseline: Baseline,
    pub(super) server_session: Option<ServerSession>,
    pub(super) warnings: ServerWarnings,
    /// The arguments that repeat this command, independent of the environment.
    pub(super) arguments: String,
    /// The argument that names the server, with a leading space; empty without a server.
    pub(super) server_argument: String,
    /// The address of the guide on the server.
    pub(super) guide: Option<String>,
    /// What the command line asks for, without what the server adds.
    pub(super) requested: RequestedBaseline,
    server: Option<Transport>,
    clock: fn() -> jiff::Timestamp,
}

/// Prints the first problem with the server; the run continues, so repeating it would not help.
#[derive(Clone)]
pub(super) struct ServerWarnings {
    server: String,
    say: Say,
    screen: Screen,
    warned: Arc<AtomicBool>,
}

impl ServerWarnings {
    pub(super) fn warn(&self, error: &ServerError) {
        if !self.warned.swap(true, Ordering::Relaxed) {
            self.screen.say(&self.say.server_error(&self.server, error));
        }
    }
}

impl CommandContext {
    /// Identifies the caller with STS, and gets the baseline from the server. Without the server, the command line
    /// has to do.
    pub(super) async fn prepare(
        args: &BaselineArgs,
        world: &World,
        say: Say,
    ) -> Result<Self, CommandError> {
        let (mut context, error) = Self::open(args, world, say).await?;
        if let Some(error) = error {
            context.warnings.warn(&error);
        }
        if context.baseline.regions.is_empty() {
            let requested = RequestedBaseline {
                regions: shell_regions().await?,
                ..context.requested.clone()
            };
            let account = context.session.identity.account.clone();
            context.baseline = Baseline::from_request(account, requested);
        }
        if !context.knows_its_regions() {
            let known = &context.baseline.regions;
            world.screen.say(&say.regions_unknown(known));
        }
        Ok(context)
    }

    /// The same for a command that is of no use without the server: the second value is why it is not connected.
    pub(super) async fn open(
        args: &BaselineArgs,
        world: &World,
        say: Say,
    ) -> Result<(Self, Option<ServerError>), CommandError> {
        let requested = requested(args, world)?;
        let server = server(&args.server, world, say)?;
        let regions = match &server {
            // The server will name the Regions; for STS, the shell's is enough.
            Some(_) if requested.regions.is_empty() => default_region().await.into_iter().collect(),
            _ => regions(&args.regions).await?,
        };
        let session = Session::open(&regions, &world.endpoint_overrides()).await?;
        let account = session.identity.account.clone();
        if account == requested.administrator {
            return Err(CommandError::CallerIsAdministrator(account));
        }
        let warnings = ServerWarnings {
            server: server
                .as_ref()
                .map_or_else(String::new, |server| server.address().to_string()),
            say,
            screen: world.screen.clone(),
            warned: Arc::default(),
        };
        let mut context = Self {
            baseline: Baseline::from_request(account, requested.clone()),
            session,
            server_session: None,
            warnings,
            arguments: arguments(args, &requested, server.as_ref()),
            server_argument: server_argument(server.as_ref().map(Transport::address)),
            guide: server.as_ref().map(|server| server.address().guide()),
            requested,
            server,
            clock: world.clock,
        };
        let error = context.connect_to_server().await.err();
        Ok((context, error))
    }

    /// Whether the command line or the server has named the Regions to be monitored. If a server was asked
    /// and did not answer, the shell's Region is only a guess.
    pub(super) fn knows_its_regions(&self) -> bool {
        self.server.is_none() || self.server_session.is_some() || !self.requested.regions.is_empty()
    }

    /// The address of the server; empty without one.
    pub(super) fn server_address(&self) -> &str {
        &self.warnings.server
    }

    /// Observes the account's Regions.
    pub(super) async fn snapshot(&self) -> Snapshot {
        let baseline = &self.baseline;
        self.session
            .snapshot(&baseline.regions, Some(baseline))
            .await
    }

    /// Proves the account to the server, and takes over its baseline. Does nothing without a server.
    pub(super) async fn connect_to_server(&mut self) -> Result<(), ServerError> {
        let (Some(server), Some(credentials)) = (&self.server, self.session.credentials()) else {
            return Ok(());
        };
        let account = self.session.identity.account.clone();
        let prover = Prover {
            credentials,
            region: self.session.home,
            account: account.clone(),
            administrator: self.requested.administrator.clone(),
            clock: self.clock,
        };
        let (session, baseline) = ServerSession::open(server.clone(), prover).await?;
        self.baseline = Baseline::from_server(account, baseline, self.requested.clone())
            .ok()
            .ok_or(ServerError::InvalidResponse)?;
        self.server_session = Some(session);
        Ok(())
    }
}

/// What the command line and the environment ask for.
pub(super) fn requested(
    args: &BaselineArgs,
    world: &World,
) -> Result<RequestedBaseline, CommandError> {
    Ok(RequestedBaseline {
        administrator: administrator(args, world)?,
        regions: each_once(args.regions.clone()),
        standards: each_once(args.standards.clone()),
    })
}

/// The server that the command line or the environment names, ready for requests.
pub(super) fn server(
    args: &ServerArgs,
    world: &World,
    say: Say,
) -> Result<Option<Transport>, CommandError> {
    let Some(address) = address(args.server.as_deref(), world)? else {
        return Ok(None);
    };
    let pem = match &args.ca_file {
        Some(file) => {
            let unreadable = || CommandError::BadCertificates(file.display().to_string());
            Some(world::read(file).ok().ok_or_else(unreadable)?)
        }
        None => None,
    };
    let transport =
        Transport::new(address, pem.as_deref(), say.0.code()).map_err(|InvalidCertificates| {
            let file = args.ca_file.as_ref();
            let file = file.map_or_else(String::new, |file| file.display().to_string());
            CommandError::BadCertificates(file)
        })?;
    Ok(Some(transport))
}

/// The address of the server that the command line or the environment names.
pub(super) fn address(given: Option<&str>, world: &World) -> Result<Option<Address>, CommandError> {
    let named = given.or_else(|| world.var("HUBWARD_SERVER"));
    named
        .map(|named| {
            let parsed = named.parse();
            parsed
                .ok()
                .ok_or_else(|| CommandError::BadServer(named.to_owned()))
        })
        .transpose()
}

/// The argument that names this server, with a leading space; empty without one.
pub(super) fn server_argument(server: Option<&Address>) -> String {
    server.map_or_else(String::new, |server| {
        format!(" --server {}", quoted(&server.to_string()))
    })
}

/// The requested Regions in their order, each once, or else the shell's.
pub(super) async fn regions(requested: &[Region]) -> Result<Vec<Region>, CommandError> {
    if requested.is_empty() {
        shell_regions().await
    } else {
        Ok(each_once(requested.to_vec()))
    }
}

async fn shell_regions() -> Result<Vec<Region>, CommandError> {
    let name = converge::default_region()
        .await
        .ok_or(CommandError::NoRegion)?;
    let region = name.parse().ok().ok_or(CommandError::UnknownRegion(name))?;
    Ok(vec![region])
}

async fn default_region() -> Option<Region> {
    converge::default_region().await?.parse().ok()
}

fn administrator(args: &BaselineArgs, world: &World) -> Result<AccountId, CommandError> {
    if let Some(administrator) = &args.administrator {
        return Ok(administrator.clone());
    }
    world
        .var("HUBWARD_ADMINISTRATOR")
        .ok_or(CommandError::NoAdministrator)?
        .parse()
        .ok()
        .ok_or(CommandError::BadAdministrator)
}

/// The arguments that repeat this command, including what came from the environment.
fn arguments(
    args: &BaselineArgs,
    requested: &RequestedBaseline,
    server: Option<&Transport>,
) -> String {
    let mut words = vec![
        "--administrator".to_owned(),
        requested.administrator.to_string(),
    ];
    let mut add = |flag: &str, value: &str| words.extend([flag.to_owned(), quoted(value)]);
    if let Some(server) = server {
        add("--server", &server.address().to_string());
    }
    if let Some(file) = &args.server.ca_file {
        add("--ca-file", &file.display().to_string());
    }
    for region in &requested.regions {
        add("--region", region.as_str());
    }
    for standard in &requested.standards {
        add("--standard", &standard.to_string());
    }
    words.join(" ")
}

/// Quotes a word for a POSIX shell, if it needs quotes.
fn quoted(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/.-_:@%+=,".contains(&byte);
    if !word.is_empty() && word.bytes().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_takes_every_word_as_it_is() {
        assert_eq!(
            quoted("https://soc.example.com:8443/x"),
            "https://soc.example.com:8443/x"
        );
        assert_eq!(quoted("my ca.pem"), "'my ca.pem'");
        assert_eq!(quoted("a'$(b)"), r"'a'\''$(b)'");
        assert_eq!(quoted("http://[::1]:80"), "'http://[::1]:80'");
        assert_eq!(quoted(""), "''");
    }
}
