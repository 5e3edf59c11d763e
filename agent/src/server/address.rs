//! The server's address, as the person gave it. A session token and what an account looks like travel
//! there, so it is https, or this machine.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// The address of a server. Its routes lie below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address(Url);

/// Not the address of a server, or one that is not safe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BadAddress;

impl Address {
    /// The canonical origin: the name under which a server must present itself.
    pub(crate) fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// The first page of the guide, which everybody can read where the SOC has left it so.
    pub(crate) fn guide(&self) -> String {
        self.route("guide")
    }

    /// The address of a route, such as `v1/challenges`.
    pub(crate) fn route(&self, route: &str) -> String {
        format!("{}{route}", self.0)
    }
}

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut url = Url::parse(text).ok().ok_or(BadAddress)?;
        let is_this_machine = match url.host().ok_or(BadAddress)? {
            Host::Domain(name) => name == "localhost",
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        };
        let is_private = url.scheme() == "https" || (url.scheme() == "http" && is_this_machine);
        let is_plain = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if !is_private || !is_plain {
            return Err(BadAddress);
        }
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        Ok(Self(url))
    }
}

/// Without the last slash, as people write it.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0.as_str().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_stays_private() {
        for good in [
            "https://soc.example.com",
            "HTTPS://SOC.example.com/hubward",
            "http://127.0.0.1:8080",
            "http://localhost",
            "http://[::1]:8080/",
        ] {
            assert!(good.parse::<Address>().is_ok(), "{good}");
        }
        for bad in [
            "http://soc.example.com",
            "http://10.0.0.1",
            "http://localhost.example.com",
            "http://127.0.0.1@example.com",
            "https://user:password@soc.example.com",
            "https://soc.example.com/?next=x",
            "https://soc.example.com/#x",
            "ftp://127.0.0.1",
            "soc.example.com",
            "https://",
            "",
        ] {
            assert_eq!(bad.parse::<Address>(), Err(BadAddress), "{bad}");
        }
    }

    #[test]
    fn the_origin_is_canonical_whatever_is_typed() {
        for (typed, origin) in [
            (
                "https://SOC.example.com:443/hubward/",
                "https://soc.example.com",
            ),
            (
                "https://soc.example.com:8443",
                "https://soc.example.com:8443",
            ),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://[::1]:80", "http://[::1]"),
            ("https://例え.jp", "https://xn--r8jz45g.jp"),
        ] {
            let address: Address = typed.parse().unwrap();
            assert_eq!(address.origin(), origin);
        }
    }

    #[test]
    fn routes_lie_below_the_address() {
        let address: Address = "https://soc.example.com/hubward".parse().unwrap();
        assert_eq!(
            address.route("v1/challenges"),
            "https://soc.example.com/hubward/v1/challenges"
        );
        assert_eq!(address.to_string(), "https://soc.example.com/hubward");
    }
}
