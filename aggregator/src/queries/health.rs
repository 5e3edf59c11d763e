//! Asks the server of this configuration, on this machine, whether it is ready: for health checks of
//! containers, which have neither shell nor curl. It opens neither the database nor the way to AWS:
//! whether those work is the server's own to say. Changes nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use reqwest::redirect::Policy;

use crate::config::ServerConfig;

/// Far more than a server that is well takes.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why the server does not count as ready.
#[derive(Debug, thiserror::Error)]
pub enum NotReady {
    /// The configured address cannot be asked.
    #[error("{0} is no address to ask")]
    Address(String),
    /// It did not answer.
    #[error("no answer from {url}")]
    Silent {
        /// What was asked.
        url: String,
        /// Why.
        #[source]
        source: reqwest::Error,
    },
    /// It answered, but not that it is ready.
    #[error("{url} answered {status}")]
    Refused {
        /// What was asked.
        url: String,
        /// The HTTP status.
        status: u16,
    },
}

/// Returns what was asked, when it answered that it is ready.
///
/// # Errors
/// See [`NotReady`].
pub async fn probe(server: &ServerConfig) -> Result<String, NotReady> {
    let url = address(server).ok_or_else(|| NotReady::Address(server.listen.clone()))?;
    let silent = |source| NotReady::Silent {
        url: url.clone(),
        source,
    };
    // Once per process; a second call finds it set already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .timeout(PATIENCE)
        // Its certificate is for the name that callers use, and a restart mends none that ran out.
        .tls_danger_accept_invalid_certs(true)
        .build()
        .map_err(silent)?;
    let answer = client.get(&url).send().await.map_err(silent)?;
    match answer.status().as_u16() {
        200 => Ok(url),
        status => Err(NotReady::Refused { url, status }),
    }
}

/// Where the server can be asked from this machine; nothing where it takes whatever port is free.
fn address(server: &ServerConfig) -> Option<String> {
    let listens: SocketAddr = server.listen.parse().ok()?;
    let host = match listens.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    let scheme = match server.tls_certificate {
        Some(_) => "https",
        None => "http",
    };
    let at = SocketAddr::new(host, listens.port());
    (at.port() != 0).then(|| format!("{scheme}://{at}/readyz"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_is_asked_on_this_machine() {
        let asked = |listen: &str, tls: bool| {
            address(&ServerConfig {
                listen: listen.to_owned(),
                tls_certificate: tls.then(|| "tls.crt".into()),
                ..ServerConfig::default()
            })
        };
        for (listen, tls, url) in [
            ("127.0.0.1:8080", false, "http://127.0.0.1:8080/readyz"),
            ("0.0.0.0:8443", true, "https://127.0.0.1:8443/readyz"),
            ("[::]:80", false, "http://[::1]:80/readyz"),
            ("10.0.0.7:8080", false, "http://10.0.0.7:8080/readyz"),
        ] {
            assert_eq!(asked(listen, tls).as_deref(), Some(url));
        }
        assert_eq!(asked("127.0.0.1:0", false), None);
        assert_eq!(asked("localhost", false), None);
    }
}
