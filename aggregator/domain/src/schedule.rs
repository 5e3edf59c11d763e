//! When a job is due: by a cron expression in a time zone, or at intervals. Several servers share a
//! row with the job's lease to decide which of them runs it.
//!
//! Pure: rows are stored by `store::job_runs`, and jobs are run by `jobs::timetable`.

use std::cmp::Ordering;
use std::str::FromStr;

use croner::errors::CronError;
use croner::{CivilDate, CivilDateTime, CivilTime, Cron, CronDateTime, Resolution, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp, civil};

/// How long a server may be silent before another one takes over its job.
pub const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// How long the holder relies on its lease. Shorter than [`LEASE`], so that two servers never work
/// at once: a lease ends in whole seconds, and two machines' clocks differ a little.
pub const HELD: SignedDuration = SignedDuration::from_secs(50);
/// Seconds before a failed job is retried, by the number of failures; the last one is repeated.
const PAUSES: [i64; 5] = [60, 120, 300, 900, 1_800];
/// Operators are notified after this many failures of one due time.
pub const ALARMING: i64 = 3;

/// The due times of a job.
#[derive(Clone, Debug)]
pub enum Schedule {
    /// By a cron expression, in a time zone.
    Cron(Box<Cron>, TimeZone),
    /// At every multiple of a duration since 1970, so that all servers agree on the times.
    Every(SignedDuration),
}

/// The shared row of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRun {
    pub job: String,
    /// The last due time that was started.
    pub due_at: Timestamp,
    /// Until when no other server may start it.
    pub leased_until: Timestamp,
    /// How often this due time has failed.
    pub failures: i64,
    /// When it was last started.
    pub started_at: Timestamp,
    /// When it ended; `None` while it runs, or waits for a retry.
    pub ended_at: Option<Timestamp>,
    /// When it last succeeded, for any due time.
    pub succeeded_at: Option<Timestamp>,
    /// How long the last success took.
    pub duration: Option<SignedDuration>,
    /// The last error, unless it has succeeded since.
    pub last_error: Option<String>,
}

impl Schedule {
    /// Parses a cron expression with five fields, or six with seconds first.
    ///
    /// # Errors
    /// It is invalid.
    pub fn cron(expression: &str, zone: TimeZone) -> Result<Self, CronError> {
        Ok(Self::Cron(Box::new(Cron::from_str(expression)?), zone))
    }

    /// The latest due time not after `now`; `None` if there was none for years.
    pub fn last_due(&self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Cron(cron, zone) => {
                let clock = WallClock {
                    at: Timestamp::from_second(now.as_second()).ok()?,
                    zone: zone.clone(),
                };
                let found = cron.find_previous_occurrence(&clock, true).ok()?;
                Some(found.at)
            }
            Self::Every(duration) => {
                let step = duration.as_secs().max(1);
                Timestamp::from_second(now.as_second().div_euclid(step) * step).ok()
            }
        }
    }

    /// Whether a new installation runs the job at once for a due time from before the installation.
    /// Harmless for frequent jobs; a report of last week would be surprising.
    pub fn catches_up_from_nothing(&self) -> bool {
        matches!(self, Self::Every(_))
    }
}

impl JobRun {
    /// Whether a due time should be started now: it is newer than the last one, or that one is
    /// unfinished, and no server holds the lease.
    pub fn is_open(&self, due: Timestamp, now: Timestamp) -> bool {
        self.leased_until <= now && (self.due_at < due || self.ended_at.is_none())
    }
}

/// The pause after a job's `failures`-th failure.
pub fn pause(failures: i64) -> SignedDuration {
    let index = usize::try_from(failures.max(1) - 1).unwrap_or(0);
    SignedDuration::from_secs(
        PAUSES
            .get(index)
            .or(PAUSES.last())
            .copied()
            .unwrap_or(1_800),
    )
}

/// A local time in a zone, for croner to search due times with.
#[derive(Clone, Debug)]
struct WallClock {
    at: Timestamp,
    zone: TimeZone,
}

impl CronDateTime for WallClock {
    fn to_civil(&self) -> CivilDateTime {
        let shown = self.zone.to_datetime(self.at);
        let part = |part: i8| u32::try_from(part).unwrap_or_default();
        // jiff's parts are always a valid date and time.
        CivilDateTime::new(
            CivilDate::from_parts_unchecked(
                i32::from(shown.year()),
                part(shown.month()),
                part(shown.day()),
            ),
            CivilTime::from_parts_unchecked(
                part(shown.hour()),
                part(shown.minute()),
                part(shown.second()),
            ),
        )
    }

    fn civil_weekday(&self) -> Weekday {
        let shown = self.zone.to_datetime(self.at).weekday();
        Weekday::from_days_from_sunday(u32::try_from(shown.to_sunday_zero_offset()).unwrap_or(0))
    }

    fn resolve_civil(&self, civil: CivilDateTime) -> Result<Resolution<Self>, CronError> {
        let part = |part: u32| i8::try_from(part).ok().ok_or(CronError::InvalidTime);
        let shown = civil::DateTime::new(
            i16::try_from(civil.year())
                .ok()
                .ok_or(CronError::InvalidDate)?,
            part(civil.month())?,
            part(civil.day())?,
            part(civil.hour())?,
            part(civil.minute())?,
            part(civil.second())?,
            0,
        )
        .ok()
        .ok_or(CronError::InvalidDate)?;
        let clock = |at: Result<Timestamp, jiff::Error>| {
            let at = at.ok().ok_or(CronError::InvalidTime)?;
            let zone = self.zone.clone();
            Ok(Self { at, zone })
        };
        let moment = self.zone.to_ambiguous_timestamp(shown);
        Ok(match moment.offset() {
            AmbiguousOffset::Unambiguous { .. } => Resolution::Single(clock(moment.compatible())?),
            AmbiguousOffset::Gap { .. } => Resolution::Gap,
            AmbiguousOffset::Fold { .. } => {
                Resolution::Ambiguous(clock(moment.earlier())?, clock(moment.later())?)
            }
        })
    }

    fn checked_add_seconds(&self, seconds: i64) -> Option<Self> {
        let at = self
            .at
            .checked_add(SignedDuration::from_secs(seconds))
            .ok()?;
        let zone = self.zone.clone();
        Some(Self { at, zone })
    }

    fn cmp_instant(&self, other: &Self) -> Ordering {
        self.at.cmp(&other.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn cron(expression: &str, zone: &str) -> Schedule {
        Schedule::cron(expression, TimeZone::get(zone).unwrap()).unwrap()
    }

    #[test]
    fn nine_in_tokyo_on_working_days() {
        let schedule = cron("0 9 * * MON-FRI", "Asia/Tokyo");
        // 2026-11-24 is a Tuesday; 09:00 there is 00:00 UTC.
        let due = at("2026-11-24T00:00:00Z");
        assert_eq!(schedule.last_due(due), Some(due));
        assert_eq!(schedule.last_due(at("2026-11-24T23:59:59.9Z")), Some(due));
        assert_eq!(
            schedule.last_due(at("2026-11-23T23:59:59Z")),
            Some(at("2026-11-23T00:00:00Z"))
        );
    }

    #[test]
    fn an_hour_that_is_left_out_or_comes_twice_is_due_once() {
        let schedule = cron("30 2 * * *", "Europe/Berlin");
        // 2026-03-29: 02:00 becomes 03:00, and 02:30 is due then. 2026-10-25: 03:00 becomes 02:00 again.
        for (from, until, due) in [
            (
                "2026-03-29T01:00:00Z",
                "2026-03-30T00:29:59Z",
                "2026-03-29T01:00:00Z",
            ),
            (
                "2026-10-25T00:30:00Z",
                "2026-10-26T01:29:59Z",
                "2026-10-25T00:30:00Z",
            ),
        ] {
            let mut now = at(from);
            while now <= at(until) {
                assert_eq!(schedule.last_due(now), Some(at(due)), "{now}");
                now += SignedDuration::from_mins(7);
            }
        }
    }

    #[test]
    fn the_last_due_time_never_lies_ahead() {
        let zones = ["Europe/Berlin", "America/New_York", "Asia/Tokyo"];
        for schedule in zones.map(|zone| cron("*/20 * * * *", zone)) {
            let mut now = at("2026-10-24T22:00:00Z");
            while now < at("2026-11-01T09:00:00Z") {
                let due = schedule.last_due(now).unwrap();
                assert!(due <= now, "{due} after {now}");
                now += SignedDuration::from_mins(7);
            }
        }
    }

    #[test]
    fn every_so_often_means_the_same_moments_to_all() {
        let schedule = Schedule::Every(SignedDuration::from_mins(15));
        let due = Some(at("2026-11-24T08:15:00Z"));
        assert_eq!(schedule.last_due(at("2026-11-24T08:15:00Z")), due);
        assert_eq!(schedule.last_due(at("2026-11-24T08:29:59.999Z")), due);
    }

    fn row(due: &str, until: &str, ended: Option<&str>) -> JobRun {
        JobRun {
            job: "check".to_owned(),
            due_at: at(due),
            leased_until: at(until),
            failures: 0,
            started_at: at(due),
            ended_at: ended.map(at),
            succeeded_at: None,
            duration: None,
            last_error: None,
        }
    }

    #[test]
    fn a_due_time_is_taken_up_once_and_again_only_when_it_was_left() {
        let (due, now) = (at("2026-11-24T09:00:00Z"), at("2026-11-24T09:05:00Z"));
        let ended = row(
            "2026-11-24T09:00:00Z",
            "2026-11-24T09:01:00Z",
            Some("2026-11-24T09:00:30Z"),
        );
        assert!(!ended.is_open(due, now));
        let older = row(
            "2026-11-23T09:00:00Z",
            "2026-11-23T09:01:00Z",
            Some("2026-11-23T09:00:30Z"),
        );
        assert!(older.is_open(due, now));
        let left = row("2026-11-24T09:00:00Z", "2026-11-24T09:01:00Z", None);
        assert!(left.is_open(due, now));
        let held = row("2026-11-24T09:00:00Z", "2026-11-24T09:06:00Z", None);
        assert!(!held.is_open(due, now));
        // While an old due time is still running, the new one waits: never two at once.
        let late = row("2026-11-23T09:00:00Z", "2026-11-24T09:06:00Z", None);
        assert!(!late.is_open(due, now));
    }

    #[test]
    fn a_job_that_fails_is_tried_again_sooner_at_first() {
        let seconds = [0, 1, 2, 5, 6, 1_000].map(|failures| pause(failures).as_secs());
        assert_eq!(seconds, [60, 60, 120, 1_800, 1_800, 1_800]);
    }
}
