//! How a command begins: who the caller is, what the SOC's server says, and so what the account
//! should be. A server that is away or wrong costs one line; the command line's word then has to do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hubward_protocol::{AccountId, Region};

use crate::baseline::{Asked, Baseline, each_once};
use crate::cli::{BaselineArgs, ServerArgs};
use crate::converge::{self, Look, Session};
use crate::server::{Address, BadCertificates, Fault, Link, Prover, Transport};
use crate::text::Say;
use crate::verdict::Trouble;
use crate::world::{self, Screen, World};

/// A command under way.
pub(super) struct Begun {
    /// The caller's account.
    pub(super) session: Session,
    /// What it should be.
    pub(super) baseline: Baseline,
    /// The session with the server, where there is one.
    pub(super) link: Option<Link>,
    /// What is said about the server.
    pub(super) complaints: Complaints,
    /// The arguments that say the same again.
    pub(super) arguments: String,
    /// The one that names the server, behind a blank; empty without one.
    pub(super) server_argument: String,
    /// The first page of the server's guide.
    pub(super) guide: Option<String>,
    asked: Asked,
    server: Option<Transport>,
    clock: fn() -> jiff::Timestamp,
}

/// What is said about the server: once, however often it fails.
#[derive(Clone)]
pub(super) struct Complaints {
    server: String,
    say: Say,
    screen: Screen,
    said: Arc<AtomicBool>,
}

impl Complaints {
    /// Says what is wrong, the first time.
    pub(super) fn say(&self, fault: &Fault) {
        if !self.said.swap(true, Ordering::Relaxed) {
            self.screen.say(&self.say.server_fault(&self.server, fault));
        }
    }
}

/// Asks STS who the caller is, and the server what it should be.
pub(super) async fn begin(args: &BaselineArgs, world: &World, say: Say) -> Result<Begun, Trouble> {
    let asked = Asked {
        administrator: administrator(args, world)?,
        regions: each_once(args.regions.clone()),
        standards: each_once(args.standards.clone()),
    };
    let server = server(&args.server, world, say)?;
    let regions = match &server {
        // The server will say.
        Some(_) if asked.regions.is_empty() => default_region().await.into_iter().collect(),
        _ => regions(&args.regions).await?,
    };
    let session = Session::open(&regions, &world.endpoint_overrides()).await?;
    let account = session.identity.account.clone();
    if account == asked.administrator {
        return Err(Trouble::CallerIsAdministrator(account));
    }
    let complaints = Complaints {
        server: server
            .as_ref()
            .map_or_else(String::new, |server| server.address().to_string()),
        say,
        screen: world.screen.clone(),
        said: Arc::default(),
    };
    let mut begun = Begun {
        baseline: Baseline::asked_for(account, asked.clone()),
        session,
        link: None,
        complaints,
        arguments: arguments(args, &asked, server.as_ref()),
        server_argument: server_argument(server.as_ref().map(Transport::address)),
        guide: server.as_ref().map(|server| server.address().guide()),
        asked,
        server,
        clock: world.clock,
    };
    if let Err(fault) = begun.meet().await {
        begun.complaints.say(&fault);
    }
    if begun.baseline.regions.is_empty() {
        let asked = Asked {
            regions: regions_of_the_shell().await?,
            ..begun.asked.clone()
        };
        begun.baseline = Baseline::asked_for(begun.session.identity.account.clone(), asked);
    }
    if !begun.knows_its_regions() {
        let known = &begun.baseline.regions;
        world.screen.say(&say.regions_unknown(known));
    }
    Ok(begun)
}

impl Begun {
    /// Whether somebody has said which Regions the account is to be watched in: the command line, or the
    /// server. Where the server was asked and did not say, the shell's Region is only the best guess.
    pub(super) fn knows_its_regions(&self) -> bool {
        self.server.is_none() || self.link.is_some() || !self.asked.regions.is_empty()
    }

    /// Looks at the account, as closely as the baseline wants.
    pub(super) async fn look(&self) -> Look {
        let Baseline {
            regions, standards, ..
        } = &self.baseline;
        self.session.look(regions, standards).await
    }

    /// Proves the account to the server, and takes its baseline.
    pub(super) async fn meet(&mut self) -> Result<(), Fault> {
        let (Some(server), Some(credentials)) = (&self.server, self.session.credentials()) else {
            return Ok(());
        };
        let account = self.session.identity.account.clone();
        let prover = Prover {
            credentials,
            region: self.session.home,
            account: account.clone(),
            administrator: self.asked.administrator.clone(),
            clock: self.clock,
        };
        let (link, said) = Link::prove(server.clone(), prover).await?;
        self.baseline = Baseline::of_server(account, said, self.asked.clone())
            .ok()
            .ok_or(Fault::Unreadable)?;
        self.link = Some(link);
        Ok(())
    }
}

/// The way to the server that the command line or the environment names.
pub(super) fn server(
    args: &ServerArgs,
    world: &World,
    say: Say,
) -> Result<Option<Transport>, Trouble> {
    let Some(address) = address(args.server.as_deref(), world)? else {
        return Ok(None);
    };
    let pem = match &args.ca_file {
        Some(file) => {
            let unreadable = || Trouble::BadCertificates(file.display().to_string());
            Some(world::read(file).ok().ok_or_else(unreadable)?)
        }
        None => None,
    };
    let transport =
        Transport::new(address, pem.as_deref(), say.0.code()).map_err(|BadCertificates| {
            let file = args.ca_file.as_ref();
            Trouble::BadCertificates(
                file.map_or_else(String::new, |file| file.display().to_string()),
            )
        })?;
    Ok(Some(transport))
}

/// The server that the command line or the environment names.
pub(super) fn address(given: Option<&str>, world: &World) -> Result<Option<Address>, Trouble> {
    let named = given.or_else(|| world.var("HUBWARD_SERVER"));
    named
        .map(|named| {
            let parsed = named.parse();
            parsed
                .ok()
                .ok_or_else(|| Trouble::BadServer(named.to_owned()))
        })
        .transpose()
}

/// What names this server on the command line, behind a blank; empty without one.
pub(super) fn server_argument(server: Option<&Address>) -> String {
    server.map_or_else(String::new, |server| {
        format!(" --server {}", quoted(&server.to_string()))
    })
}

/// The Regions that are asked for, each once, in that order; else the shell's.
pub(super) async fn regions(asked: &[Region]) -> Result<Vec<Region>, Trouble> {
    if asked.is_empty() {
        regions_of_the_shell().await
    } else {
        Ok(each_once(asked.to_vec()))
    }
}

async fn regions_of_the_shell() -> Result<Vec<Region>, Trouble> {
    let name = converge::default_region().await.ok_or(Trouble::NoRegion)?;
    let region = name.parse().ok().ok_or(Trouble::UnknownRegion(name))?;
    Ok(vec![region])
}

async fn default_region() -> Option<Region> {
    converge::default_region().await?.parse().ok()
}

fn administrator(args: &BaselineArgs, world: &World) -> Result<AccountId, Trouble> {
    if let Some(administrator) = &args.administrator {
        return Ok(administrator.clone());
    }
    world
        .var("HUBWARD_ADMINISTRATOR")
        .ok_or(Trouble::NoAdministrator)?
        .parse()
        .ok()
        .ok_or(Trouble::BadAdministrator)
}

/// What has to be typed for the same again, whatever came from the environment.
fn arguments(args: &BaselineArgs, asked: &Asked, server: Option<&Transport>) -> String {
    let mut words = vec![
        "--administrator".to_owned(),
        asked.administrator.to_string(),
    ];
    let mut add = |flag: &str, value: &str| words.extend([flag.to_owned(), quoted(value)]);
    if let Some(server) = server {
        add("--server", &server.address().to_string());
    }
    if let Some(file) = &args.server.ca_file {
        add("--ca-file", &file.display().to_string());
    }
    for region in &asked.regions {
        add("--region", region.as_str());
    }
    for standard in &asked.standards {
        add("--standard", &standard.to_string());
    }
    words.join(" ")
}

/// A word as a shell takes it literally.
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
