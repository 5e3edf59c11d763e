//! Who calls: the address that counts, how often it may, and the account that a token proves.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION};
use axum::http::request::Parts;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use hubward_protocol::AccountId;
use ipnet::IpNet;
use strum::VariantArray;

use super::AppState;
use super::problem::{ApiProblem, Code};
use crate::queries::authenticate::authenticate_token;
use hubward_domain::account::Language;
use hubward_domain::bearer::Bearer;

/// The address at the other end of the connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) IpAddr);

/// How often each address may use the routes that anybody can use.
pub(super) struct RateLimits {
    trusted: Vec<IpNet>,
    limiter: DefaultKeyedRateLimiter<IpAddr>,
    invitations: DefaultKeyedRateLimiter<AccountId>,
    logins: DefaultKeyedRateLimiter<IpAddr>,
    open: Mutex<HashMap<IpAddr, usize>>,
}

/// A connection that counts for its address, until it is dropped.
pub(super) struct RateLimited {
    limits: Arc<RateLimits>,
    address: IpAddr,
}

/// An office behind one address sets up 200 accounts at once: each takes the script, the archive, a challenge and a
/// session.
const BURST: u32 = 1000;
/// How many connections one address may hold open: a quarter of all that are served at once.
const CONNECTIONS_EACH: usize = 256;
/// How many logins an address may try at once, and then six a minute.
const LOGINS: u32 = 20;
/// And then so many a second.
const A_SECOND: u32 = 20;
/// A mistake of ours: `http` says of each connection where it comes from.
const NO_PEER: &str = "the connection's address is unknown";

impl RateLimits {
    pub(super) fn new(trusted_proxies: &[String]) -> Self {
        let trusted = trusted_proxies
            .iter()
            .filter_map(|network| {
                network
                    .parse::<IpNet>()
                    .or_else(|_| network.parse::<IpAddr>().map(IpNet::from))
                    .ok()
            })
            .collect();
        let one = NonZeroU32::MIN;
        let quota = Quota::per_second(NonZeroU32::new(A_SECOND).unwrap_or(one))
            .allow_burst(NonZeroU32::new(BURST).unwrap_or(one));
        // An agent asks once a run; asking costs the SOC a listing of every Region.
        let invitations = Quota::per_minute(NonZeroU32::new(6).unwrap_or(one));
        // A person who mistypes is let in again; who guesses is not.
        let logins = Quota::per_minute(NonZeroU32::new(6).unwrap_or(one))
            .allow_burst(NonZeroU32::new(LOGINS).unwrap_or(one));
        Self {
            trusted,
            limiter: RateLimiter::keyed(quota),
            invitations: RateLimiter::keyed(invitations),
            logins: RateLimiter::keyed(logins),
            open: Mutex::default(),
        }
    }

    /// Forgets the addresses that have been quiet.
    pub(super) fn sweep(&self) {
        self.limiter.retain_recent();
        self.invitations.retain_recent();
        self.logins.retain_recent();
    }

    /// Counts a connection; `None` when its address holds too many. Trusted proxies hold for others.
    pub(super) fn count(self: &Arc<Self>, peer: IpAddr) -> Option<RateLimited> {
        let peer = peer.to_canonical();
        let address = subscriber(peer);
        let is_trusted = self.trusts(peer);
        // A poisoned map is still a map: nothing is half-written in it.
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let held = open.entry(address).or_default();
        if *held >= CONNECTIONS_EACH && !is_trusted {
            return None;
        }
        *held += 1;
        Some(RateLimited {
            limits: Arc::clone(self),
            address,
        })
    }

    /// Whether a peer is a proxy of ours, which holds connections for others.
    pub(super) fn trusts(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.trusted.iter().any(|network| network.contains(&peer))
    }

    /// Whether an account may ask for its invitations now.
    pub(super) fn admit_invitation(&self, account: &AccountId) -> Result<(), Duration> {
        self.invitations
            .check_key(account)
            .map_err(|refused| refused.wait_time_from(DefaultClock::default().now()))
    }

    /// Whether an address may try to log in now.
    fn admit_login(&self, client: IpAddr) -> Result<(), Duration> {
        self.logins
            .check_key(&client)
            .map_err(|refused| refused.wait_time_from(DefaultClock::default().now()))
    }

    /// The address that counts: the connection's own, or what the nearest trusted proxy says of it.
    pub(super) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        let forwarded: Vec<&str> = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .collect();
        // From the nearest proxy outwards: what comes before an untrusted address is only a claim.
        for claim in forwarded.iter().rev() {
            if !self.trusts(client) {
                break;
            }
            // Some proxies add the port.
            let claim = claim.trim();
            let address = claim
                .parse::<IpAddr>()
                .or_else(|_| claim.parse::<SocketAddr>().map(|address| address.ip()));
            let Ok(address) = address else {
                break;
            };
            client = address.to_canonical();
        }
        subscriber(client)
    }

    fn admit(&self, client: IpAddr) -> Result<(), Duration> {
        self.limiter
            .check_key(&client)
            .map_err(|refused| refused.wait_time_from(DefaultClock::default().now()))
    }
}

impl Drop for RateLimited {
    fn drop(&mut self) {
        let mut open = self
            .limits
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = open.get_mut(&self.address) {
            *held -= 1;
            if *held == 0 {
                open.remove(&self.address);
            }
        }
    }
}

/// An IPv6 subscriber has a whole /64.
fn subscriber(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

/// Proof that the address was admitted: a route that anybody can use takes it first.
pub(super) struct Admitted;

impl FromRequestParts<AppState> for Admitted {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiProblem> {
        let Some(Peer(peer)) = parts.extensions.get::<Peer>().copied() else {
            return Err(ApiProblem::internal(NO_PEER));
        };
        let client = state.limits.client(peer, &parts.headers);
        state.limits.admit(client).map(|()| Self).map_err(|wait| {
            ApiProblem::new(Code::RateLimited).after(wait.as_secs().saturating_add(1))
        })
    }
}

/// Proof that the address may try to log in now, or how long it has to wait.
pub(super) struct MayLogIn(pub(super) Result<(), Duration>);

impl FromRequestParts<AppState> for MayLogIn {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiProblem> {
        let Some(Peer(peer)) = parts.extensions.get::<Peer>().copied() else {
            return Err(ApiProblem::internal(NO_PEER));
        };
        let client = state.limits.client(peer, &parts.headers);
        Ok(Self(state.limits.admit_login(client)))
    }
}

impl FromRequestParts<AppState> for Bearer {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiProblem> {
        parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .and_then(|token| state.session_issuer.bearer(&state.app, token))
            .ok_or_else(|| ApiProblem::new(Code::Unauthorized))
    }
}

/// The holder of an access token, as the API's routes take it.
pub(super) struct ApiToken;

impl FromRequestParts<AppState> for ApiToken {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiProblem> {
        Admitted::from_request_parts(parts, state).await?;
        let token = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .ok_or_else(|| ApiProblem::new(Code::NoAccess))?;
        // Every role may look, and there is nothing here but to look.
        match authenticate_token(&state.app, token).await {
            Ok(Some(_)) => Ok(Self),
            Ok(None) => Err(ApiProblem::new(Code::NoAccess)),
            Err(error) => Err(ApiProblem::internal(error)),
        }
    }
}

/// The first language that the caller asks for and that is one of ours.
pub(super) fn asked_language(headers: &HeaderMap) -> Option<Language> {
    let value = headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
    value.split(',').find_map(|wish| {
        let wish = wish.trim().to_ascii_lowercase();
        Language::VARIANTS
            .iter()
            .copied()
            .find(|language| wish.starts_with(language.as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(trusted: &[&str], peer: &str, forwarded: &[&str]) -> String {
        let trusted: Vec<String> = trusted.iter().map(ToString::to_string).collect();
        let mut request = axum::http::Request::builder();
        for value in forwarded {
            request = request.header("x-forwarded-for", *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        RateLimits::new(&trusted)
            .client(peer.parse().unwrap(), &parts.headers)
            .to_string()
    }

    #[test]
    fn only_a_trusted_proxy_says_who_the_client_is() {
        let proxies = ["10.0.0.0/8"];
        assert_eq!(client(&[], "10.0.0.1", &["1.2.3.4"]), "10.0.0.1");
        assert_eq!(client(&proxies, "10.0.0.1", &["1.2.3.4"]), "1.2.3.4");
        assert_eq!(client(&proxies, "8.8.8.8", &["1.2.3.4"]), "8.8.8.8");
        // What a client claims comes before what the proxy adds.
        assert_eq!(
            client(&proxies, "10.0.0.1", &["6.6.6.6, 1.2.3.4"]),
            "1.2.3.4"
        );
        assert_eq!(
            client(&proxies, "10.0.0.1", &["6.6.6.6", "1.2.3.4, 10.9.9.9"]),
            "1.2.3.4"
        );
        assert_eq!(client(&proxies, "10.0.0.1", &["rubbish"]), "10.0.0.1");
        assert_eq!(client(&proxies, "10.0.0.1", &["1.2.3.4:567"]), "1.2.3.4");
        assert_eq!(client(&proxies, "::ffff:10.0.0.1", &["1.2.3.4"]), "1.2.3.4");
    }

    #[test]
    fn one_ipv6_subscriber_is_one_client() {
        assert_eq!(client(&[], "2001:db8:1:2:3::1", &[]), "2001:db8:1:2::");
    }

    #[test]
    fn an_honest_office_behind_one_address_never_meets_the_limit() {
        let limits = RateLimits::new(&[]);
        let office = "192.0.2.1".parse().unwrap();
        for _ in 0..200 * 4 {
            limits.admit(office).unwrap();
        }
        assert!((0..BURST).any(|_| limits.admit(office).is_err()));
        limits.admit("192.0.2.2".parse().unwrap()).unwrap();
    }
}
