//! The HTTP clients for channels: one that only reaches public addresses, and one for channels that may be
//! private. Neither follows redirects, and both have timeouts.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::say::Say;
use hubward_domain::address::is_public;

/// Both clients.
#[derive(Clone, Debug)]
pub(super) struct Clients {
    public: reqwest::Client,
    private: reqwest::Client,
}

/// Resolves names with the system's resolver and removes all addresses that are not public: the owner of a
/// name can point it into our network.
struct PublicOnly(Say);

impl Clients {
    pub(super) fn new(say: Say) -> reqwest::Result<Self> {
        // Once per process; a second call is a no-op.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = || {
            reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(Duration::from_secs(5))
                // Shorter than a delivery's lease: see `hubward_store::deliveries`.
                .timeout(Duration::from_secs(10))
                .user_agent(concat!("hubward/", env!("CARGO_PKG_VERSION")))
        };
        Ok(Self {
            public: builder().dns_resolver(Arc::new(PublicOnly(say))).build()?,
            private: builder().build()?,
        })
    }

    pub(super) fn of(&self, allow_private: bool) -> &reqwest::Client {
        if allow_private {
            &self.private
        } else {
            &self.public
        }
    }
}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let say = self.0;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0))
                .await?
                .filter(|address| is_public(address.ip()))
                .collect();
            if found.is_empty() {
                return Err(say.channel_error_not_public(name.as_str()).into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hubward_domain::account::Language;

    #[tokio::test]
    async fn a_name_of_this_machine_is_not_followed() {
        let name: Name = "localhost".parse().unwrap();
        assert!(PublicOnly(Say(Language::En)).resolve(name).await.is_err());
    }
}
