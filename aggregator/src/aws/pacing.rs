//! How fast AWS may be asked: one limiter per Region and class of operation, for the administrator
//! account. AWS limits per account and Region, so all parts of the process share these.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use hubward_protocol::Region;

use crate::config::watching::Pacing as Rates;

/// A class of operations that AWS limits together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// `GetFindings`: 3 a second, bursts of 6 (Security Hub's service model).
    GetFindings,
    /// Everything else of Security Hub: 10 a second, bursts of 30.
    Other,
}

type Limiters = BTreeMap<(Region, Class), Arc<DefaultDirectRateLimiter>>;

/// The limiters of one process.
#[derive(Clone, Debug)]
pub struct Pacing {
    rates: Rates,
    limiters: Arc<Mutex<Limiters>>,
}

impl Pacing {
    /// Limiters at these rates.
    pub fn new(rates: Rates) -> Self {
        Self {
            rates,
            limiters: Arc::default(),
        }
    }

    /// Waits for the next call's turn.
    pub async fn turn(&self, region: Region, class: Class) {
        if let Some(limiter) = self.limiter(region, class) {
            limiter.until_ready().await;
        }
    }

    fn limiter(&self, region: Region, class: Class) -> Option<Arc<DefaultDirectRateLimiter>> {
        let (rate, burst) = match class {
            Class::GetFindings => (self.rates.get_findings, 6),
            Class::Other => (self.rates.other, 30),
        };
        if rate <= 0.0 {
            return None;
        }
        let quota = Quota::with_period(Duration::from_secs_f64(1.0 / rate))?
            .allow_burst(NonZeroU32::new(burst)?);
        // A poisoned map is still a map: nothing is half-written in it.
        let mut limiters = self.limiters.lock().unwrap_or_else(PoisonError::into_inner);
        let limiter = limiters
            .entry((region, class))
            .or_insert_with(|| Arc::new(RateLimiter::direct(quota)));
        Some(Arc::clone(limiter))
    }
}
