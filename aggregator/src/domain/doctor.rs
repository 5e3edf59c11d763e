//! What is looked at to say whether an installation can work, and how findings are judged. Pure.

use super::address::verify_endpoint;
use super::hub::Part;

/// One thing that is looked at, in the order in which it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// The file is there and right.
    Configuration,
    /// What it refers to as `env:` and `file:` is there.
    Secrets,
    /// It answers, and is of this version.
    Database,
    /// The log's chain holds.
    Audit,
    /// Whether AWS is really AWS.
    Endpoint,
    /// Credentials of the administrator account.
    Credentials,
    /// Security Hub, in one Region.
    SecurityHub,
    /// What else must be there in the SOC's account.
    Hub(Part),
    /// How agents reach the server.
    PublicUrl,
    /// What agents are installed from.
    Releases,
    /// Whom to watch.
    Ledger,
    /// Where alerts come from.
    Alerts,
    /// Where messages leave.
    Channels,
    /// Where requests come from.
    Requests,
    /// The company's own guide.
    Guide,
}

/// How well one thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// Fine.
    Ok,
    /// It works, or is not in use yet; somebody should know.
    Warn,
    /// Hubward cannot do its work.
    Fail,
}

impl Check {
    /// What must be there in the SOC's account beside Security Hub.
    pub fn of_hub() -> impl Iterator<Item = Self> {
        Part::ALL
            .into_iter()
            .filter(|part| *part != Part::SecurityHub)
            .map(Self::Hub)
    }

    /// The check's word, in JSON and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Secrets => "secrets",
            Self::Database => "database",
            Self::Audit => "audit",
            Self::Endpoint => "aws_endpoint",
            Self::Credentials => "aws_credentials",
            Self::SecurityHub => "security_hub",
            Self::Hub(part) => part.as_str(),
            Self::PublicUrl => "public_url",
            Self::Releases => "releases",
            Self::Ledger => "ledger",
            Self::Alerts => "alerts",
            Self::Channels => "channels",
            Self::Requests => "requests",
            Self::Guide => "guide",
        }
    }
}

impl Health {
    /// The word, in JSON and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// Whether agents elsewhere can reach this address: on loopback, nobody but this machine can.
pub fn public_url(url: &str) -> Health {
    match verify_endpoint(url) {
        Ok(url) if url.scheme() == "https" => Health::Ok,
        Ok(_) => Health::Warn,
        Err(_) => Health::Fail,
    }
}

/// An administrator has at most 1,000 members by invitation, and the quota cannot be raised.
/// Source: docs general/latest/gr/sechub.html.
pub fn members(count: usize) -> Health {
    if count < 900 {
        Health::Ok
    } else {
        Health::Warn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_https_address_is_one_that_agents_reach() {
        assert_eq!(public_url("https://soc.example.com"), Health::Ok);
        assert_eq!(public_url("http://127.0.0.1:8080"), Health::Warn);
        assert_eq!(public_url("http://soc.example.com"), Health::Fail);
        assert_eq!(public_url("soc"), Health::Fail);
    }

    #[test]
    fn the_quota_of_members_is_told_before_it_is_reached() {
        assert_eq!(members(0), Health::Ok);
        assert_eq!(members(899), Health::Ok);
        assert_eq!(members(900), Health::Warn);
    }

    #[test]
    fn one_failure_outweighs_any_warning() {
        assert_eq!(
            [Health::Warn, Health::Fail, Health::Ok].iter().max(),
            Some(&Health::Fail)
        );
    }
}
