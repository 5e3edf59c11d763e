//! Which URLs Hubward may send to. A typing error or a hostile change in the configuration must not
//! turn a chat message into a request to the cloud's metadata service or to another host of the
//! internal network (SSRF).
//!
//! [`verify_channel`] judges the URL as written; [`is_public`] judges each address that its host
//! resolves to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Why a URL is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnsafeAddress {
    /// It is not an absolute URL with a host.
    #[error("it is not an absolute URL")]
    NotAUrl,
    /// It is not `https`, and not a private address that was explicitly allowed.
    #[error("it is not https")]
    NotHttps,
    /// It contains a user name or a password.
    #[error("it carries a user name or password")]
    Credentials,
    /// It leads to a private network, to this machine, or to a metadata service.
    #[error("it is a loopback or private address")]
    Private,
    /// Microsoft has retired this kind of Teams webhook; messages would be lost.
    #[error("it is a retired Office 365 connector")]
    RetiredTeamsConnector,
}

/// Checks the URL of a channel.
///
/// # Errors
/// Why it must not be used. `allow_private` lifts only [`UnsafeAddress::Private`], and for
/// private addresses also [`UnsafeAddress::NotHttps`]. Link-local addresses, where cloud metadata
/// services are, are always refused.
pub fn verify_channel(address: &str, allow_private: bool) -> Result<Url, UnsafeAddress> {
    let url = Url::parse(address).ok().ok_or(UnsafeAddress::NotAUrl)?;
    let private = is_private_host(&url)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(UnsafeAddress::Credentials);
    }
    if private && (!allow_private || is_link_local_host(&url)) {
        return Err(UnsafeAddress::Private);
    }
    if url.scheme() != "https" && !(url.scheme() == "http" && private) {
        return Err(UnsafeAddress::NotHttps);
    }
    if url.host_str().is_some_and(is_retired) {
        return Err(UnsafeAddress::RetiredTeamsConnector);
    }
    Ok(url)
}

/// Hosts of Office 365 connectors, by their newer and older names.
fn is_retired(host: &str) -> bool {
    let host = host.trim_end_matches('.');
    host == "webhook.office.com"
        || host.ends_with(".webhook.office.com")
        || host == "outlook.office.com"
        || host == "outlook.office365.com"
}

/// Whether a URL's host is this machine.
pub fn is_loopback_host(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        // With schemes other than http and https, `url` parses an IP address as a name.
        Some(Host::Domain(name)) => {
            name == "localhost"
                || name
                    .parse::<IpAddr>()
                    .is_ok_and(|address| address.is_loopback())
        }
        None => false,
    }
}

/// Checks a URL that receives credentials or proofs: `https`, or this machine.
///
/// # Errors
/// Why it must not be used.
pub fn verify_endpoint(address: &str) -> Result<Url, UnsafeAddress> {
    let url = Url::parse(address).ok().ok_or(UnsafeAddress::NotAUrl)?;
    let loopback = match url.host() {
        None => return Err(UnsafeAddress::NotAUrl),
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
    };
    match url.scheme() {
        "https" => Ok(url),
        "http" if loopback => Ok(url),
        _ => Err(UnsafeAddress::NotHttps),
    }
}

/// Whether an address is on the public Internet.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => match embedded_v4(ip) {
            Some(inner) => is_public_v4(inner),
            // Only 2000::/3 is global unicast. Documentation and unassigned ranges in it do not
            // matter.
            None => ip.segments()[0] & 0xe000 == 0x2000 && ip.segments()[..2] != [0x2001, 0x0db8],
        },
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !(ip.is_loopback()
        || ip.is_private()
        || ip.is_link_local()
        || ip.is_broadcast()
        || ip.is_documentation()
        || ip.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 198 && (18..20).contains(&b))
        || (a == 192 && b == 0 && c == 0))
}

/// The IPv4 address that an IPv6 address embeds: mapped, compatible, NAT64 and 6to4 forms.
fn embedded_v4(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, g, h] = ip.segments();
    let inner = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match (a, b, c, d, e, f) {
        (0, 0, 0, 0, 0, 0 | 0xffff) | (0x64, 0xff9b, 0, 0, 0, 0) => Some(inner(g, h)),
        (0x2002, ..) => Some(inner(b, c)),
        _ => None,
    }
}

fn is_private_host(url: &Url) -> Result<bool, UnsafeAddress> {
    Ok(match url.host() {
        None => return Err(UnsafeAddress::NotAUrl),
        Some(Host::Ipv4(ip)) => !is_public(ip.into()),
        Some(Host::Ipv6(ip)) => !is_public(ip.into()),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            !name.contains('.')
                || ["localhost", "local", "internal", "home.arpa"]
                    .iter()
                    .any(|suffix| {
                        name.strip_suffix(suffix)
                            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
                    })
        }
    })
}

fn is_link_local_host(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_link_local(),
        // fd00:ec2::254 is EC2's metadata service.
        Some(Host::Ipv6(ip)) => {
            ip.segments()[0] & 0xffc0 == 0xfe80
                || ip.segments()[..2] == [0xfd00, 0x0ec2]
                || embedded_v4(ip).is_some_and(|ip| ip.is_link_local())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_chat_addresses_are_used() {
        for good in [
            "https://hooks.slack.com/services/T0/B0/x",
            "https://prod-1.westus.logic.azure.com:443/workflows/x?sig=y",
            "https://chat.googleapis.com/v1/spaces/x/messages?key=y",
            "https://8.8.8.8/x",
            "https://[2606:4700::1111]/x",
        ] {
            assert!(verify_channel(good, false).is_ok(), "{good}");
        }
    }

    #[test]
    fn addresses_of_this_machine_and_its_neighbours_are_refused() {
        for private in [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0177.0.0.1/",
            "https://localhost/",
            "https://localhost./",
            "https://a.localhost/",
            "https://soc/",
            "https://chat.internal/",
            "https://10.1.2.3/",
            "https://172.31.0.1/",
            "https://192.168.0.1/",
            "https://100.64.0.1/",
            "https://169.254.169.254/latest/meta-data/",
            "https://0.0.0.0/",
            "https://[::1]/",
            "https://[::ffff:169.254.169.254]/",
            "https://[64:ff9b::a00:1]/",
            "https://[2002:7f00:1::]/",
            "https://[fd00:ec2::254]/",
            "https://[fe80::1]/",
            "http://10.0.0.1/",
        ] {
            assert_eq!(
                verify_channel(private, false),
                Err(UnsafeAddress::Private),
                "{private}"
            );
        }
    }

    #[test]
    fn a_private_address_is_used_only_when_allowed_and_never_a_metadata_service() {
        for allowed in [
            "http://127.0.0.1:9/x",
            "https://10.1.2.3/",
            "http://chat.internal/",
        ] {
            assert!(verify_channel(allowed, true).is_ok(), "{allowed}");
        }
        for metadata in [
            "http://169.254.169.254/",
            "http://[fd00:ec2::254]/",
            "http://[::ffff:a9fe:a9fe]/",
        ] {
            assert_eq!(
                verify_channel(metadata, true),
                Err(UnsafeAddress::Private),
                "{metadata}"
            );
        }
    }

    #[test]
    fn other_unsafe_addresses_have_their_own_errors() {
        use UnsafeAddress::{Credentials, NotAUrl, NotHttps, RetiredTeamsConnector};
        for (address, why) in [
            ("", NotAUrl),
            ("hooks.slack.com/x", NotAUrl),
            ("mailto:a@example.com", NotAUrl),
            ("file:///etc/passwd", NotAUrl),
            ("http://hooks.slack.com/x", NotHttps),
            ("ftp://hooks.slack.com/x", NotHttps),
            ("https://user:password@hooks.slack.com/x", Credentials),
            (
                "https://x.webhook.office.com/webhookb2/y",
                RetiredTeamsConnector,
            ),
        ] {
            assert_eq!(verify_channel(address, true), Err(why), "{address}");
        }
    }

    #[test]
    fn credentials_travel_over_https_or_stay_on_this_machine() {
        assert!(verify_endpoint("https://vpce-1.sts.us-east-1.vpce.amazonaws.com").is_ok());
        assert!(verify_endpoint("http://127.0.0.1:5000").is_ok());
        assert!(verify_endpoint("http://localhost:5000").is_ok());
        assert!(verify_endpoint("http://10.0.0.1:5000").is_err());
        assert!(verify_endpoint("http://localhost.example.com").is_err());
    }
}
