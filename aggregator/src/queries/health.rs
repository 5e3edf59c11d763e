//! Asks the server of this configuration, on this machine, whether it is ready. For health checks of
//! containers, which have neither shell nor curl. Opens neither the database nor AWS: the server reports
//! their state.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use reqwest::redirect::Policy;

use crate::config::ServerConfig;

/// Far longer than a healthy server takes.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why the server is not ready.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotReady {
    /// The configured address cannot be called.
    #[error("{0} is no address to ask")]
    Address(String),
    /// There was no response.
    #[error("no answer from {url}")]
    Silent {
        /// The URL that was called.
        url: String,
        #[source]
        source: reqwest::Error,
    },
    /// The server responded that it is not ready.
    #[error("{url} answered {status}")]
    Refused {
        /// The URL that was called.
        url: String,
        status: u16,
    },
}

/// Returns the URL, if the server is ready.
///
/// # Errors
/// See [`NotReady`].
pub(crate) async fn probe(server: &ServerConfig) -> Result<String, NotReady> {
    let url = address(server).ok_or_else(|| NotReady::Address(server.listen.clone()))?;
    let silent = |source| NotReady::Silent {
        url: url.clone(),
        source,
    };
    // Once per process; a second call is a no-op.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .timeout(PATIENCE)
        // The certificate is issued for the public host name, and restarting a container does not fix an
        // expired one.
        .tls_danger_accept_invalid_certs(true)
        .build()
        .map_err(silent)?;
    let answer = client.get(&url).send().await.map_err(silent)?;
    match answer.status().as_u16() {
        200 => Ok(url),
        status => Err(NotReady::Refused { url, status }),
    }
}

/// The server's URL on this machine; `None` if it listens on a random port.
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
