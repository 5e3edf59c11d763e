//! Rate limits for calls to AWS: one limiter per Region and class of operation. AWS limits per account and
//! Region, so all parts of the process share these.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use hubward_protocol::Region;

use crate::config::watching::PacingConfig;

/// Operations that AWS limits together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ApiClass {
    /// `GetFindings`: 3 per second, bursts of 6 (Security Hub service model).
    GetFindings,
    /// All other operations of Security Hub: 10 per second, bursts of 30.
    Other,
}

type Limiters = BTreeMap<(Region, ApiClass), Arc<DefaultDirectRateLimiter>>;

/// The limiters of one process.
#[derive(Clone, Debug)]
pub(crate) struct Pacing {
    rates: PacingConfig,
    limiters: Arc<Mutex<Limiters>>,
}

impl Pacing {
    /// Limiters with the configured rates.
    pub(crate) fn new(rates: PacingConfig) -> Self {
        Self {
            rates,
            limiters: Arc::default(),
        }
    }

    /// Waits until the next call is allowed.
    pub(crate) async fn acquire(&self, region: Region, class: ApiClass) {
        if let Some(limiter) = self.limiter(region, class) {
            limiter.until_ready().await;
        }
    }

    fn limiter(&self, region: Region, class: ApiClass) -> Option<Arc<DefaultDirectRateLimiter>> {
        let (rate, burst) = match class {
            ApiClass::GetFindings => (self.rates.get_findings, 6),
            ApiClass::Other => (self.rates.other, 30),
        };
        if rate <= 0.0 {
            return None;
        }
        let quota = Quota::with_period(Duration::from_secs_f64(1.0 / rate))?
            .allow_burst(NonZeroU32::new(burst)?);
        // A poisoned lock still holds a valid map: no update leaves it half-written.
        let mut limiters = self.limiters.lock().unwrap_or_else(PoisonError::into_inner);
        let limiter = limiters
            .entry((region, class))
            .or_insert_with(|| Arc::new(RateLimiter::direct(quota)));
        Some(Arc::clone(limiter))
    }
}
