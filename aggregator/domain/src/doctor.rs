//! The checks of `hubward doctor`, and how their results are judged. Pure.

use jiff::Timestamp;
use strum::{IntoStaticStr, VariantArray};

use super::address::verify_endpoint;
use super::hub::HubPart;

/// One check, in the order in which they are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum DoctorCheck {
    /// The configuration file exists and is valid.
    Configuration,
    /// The values that it refers to by `env:` and `file:` exist.
    Secrets,
    /// The database answers, and has this version's schema.
    Database,
    /// The audit log's hash chain verifies.
    Audit,
    /// Free disk space.
    Disk,
    /// The expiry of the server's own TLS certificate.
    Certificate,
    /// Whether an AWS endpoint override is set.
    #[strum(serialize = "aws_endpoint")]
    Endpoint,
    /// Whether our clock agrees with AWS's.
    #[strum(serialize = "aws_clock")]
    Clock,
    /// Credentials of the administrator account.
    #[strum(serialize = "aws_credentials")]
    Credentials,
    /// Security Hub, in one Region.
    SecurityHub,
    /// The other parts that the SOC's account needs.
    #[strum(transparent)]
    Hub(HubPart),
    /// Permissions to read what Hubward needs.
    Permissions,
    /// The URL by which agents reach the server.
    PublicUrl,
    /// The agent's releases.
    Releases,
    /// The accounts to monitor.
    Ledger,
    /// The source of alerts.
    Alerts,
    /// The channels for messages.
    Channels,
    /// The mail server.
    Mail,
    /// The source of requests.
    Requests,
    /// The company's own guide.
    Guide,
}

/// The result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum Health {
    Ok,
    /// It works or is not used yet, but needs attention.
    Warn,
    /// Hubward cannot work.
    Fail,
}

impl DoctorCheck {
    /// The checks of the SOC's account, except Security Hub.
    pub fn of_hub() -> impl Iterator<Item = Self> {
        HubPart::VARIANTS
            .iter()
            .copied()
            .filter(|part| *part != HubPart::SecurityHub)
            .map(Self::Hub)
    }

    /// The check's word, in JSON and tables.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl Health {
    /// The word, in JSON and tables.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Whether agents on other machines can reach this URL; a loopback address works only on this one.
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

/// `ahead`: by how many seconds AWS's clock is ahead of ours; negative if behind. AWS refuses a
/// signature that is five minutes old (docs IAM reference_sigv-troubleshooting.html), and a new one
/// takes some time to arrive.
pub fn clock(ahead: i64) -> Health {
    match ahead.unsigned_abs() {
        0..60 => Health::Ok,
        60..240 => Health::Warn,
        _ => Health::Fail,
    }
}

/// `free`: the free disk space in bytes. A day of a large company's findings is some hundred
/// megabytes.
pub fn disk(free: u64) -> Health {
    const MIB: u64 = 1 << 20;
    if free < 100 * MIB {
        Health::Fail
    } else if free < 1024 * MIB {
        Health::Warn
    } else {
        Health::Ok
    }
}

/// How long a certificate must be valid: certificates are normally renewed weeks before they
/// expire.
pub fn certificate(until: Timestamp, now: Timestamp) -> Health {
    const DAY: i64 = 24 * 60 * 60;
    match until.duration_since(now).as_secs() {
        ..=0 => Health::Fail,
        left if left < 14 * DAY => Health::Warn,
        _ => Health::Ok,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_off_is_reported_before_aws_rejects_it() {
        let health = [0, 59, -60, 239, -240, 90_000].map(clock);
        use Health as H;
        assert_eq!(health, [H::Ok, H::Ok, H::Warn, H::Warn, H::Fail, H::Fail]);
        assert_eq!(clock(i64::MIN), H::Fail);
    }

    #[test]
    fn a_disk_or_certificate_is_reported_before_it_runs_out() {
        let left = [0, 200 << 20, 2 << 30].map(disk);
        assert_eq!(left, [Health::Fail, Health::Warn, Health::Ok]);
        let now: Timestamp = "2026-11-24T00:00:00Z".parse().unwrap();
        let until = [
            "2026-11-24T00:00:00Z",
            "2026-12-01T00:00:00Z",
            "2027-02-01T00:00:00Z",
        ];
        let health = until.map(|until| certificate(until.parse().unwrap(), now));
        assert_eq!(health, [Health::Fail, Health::Warn, Health::Ok]);
    }

    #[test]
    fn only_an_https_address_is_one_that_agents_reach() {
        assert_eq!(public_url("https://soc.example.com"), Health::Ok);
        assert_eq!(public_url("http://127.0.0.1:8080"), Health::Warn);
        assert_eq!(public_url("http://soc.example.com"), Health::Fail);
        assert_eq!(public_url("soc"), Health::Fail);
    }

    #[test]
    fn the_quota_of_members_is_reported_before_it_is_reached() {
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
