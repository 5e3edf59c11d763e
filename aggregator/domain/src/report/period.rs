//! A report's period: an ISO week or a month, in the SOC's time zone.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, ISOWeekDate, Weekday, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// A week or a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// An ISO week, such as `2026-W47`.
    Week {
        /// The ISO year.
        year: i16,
        week: i8,
    },
    /// A month, such as `2026-11`.
    Month { year: i16, month: i8 },
}

/// The text is neither a week nor a month.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a week such as 2026-W47 or a month such as 2026-11")]
pub struct InvalidPeriod;

/// A period's start and end, in a time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeriodBounds {
    /// The first moment.
    pub from: Timestamp,
    /// The first moment after it.
    pub to: Timestamp,
}

/// Whether a period is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodProgress {
    /// It has not begun.
    Ahead,
    /// It has begun and is not over: a report of it is an interim one.
    Running,
    Over,
}

impl Period {
    /// The ISO week of a moment, in the time zone.
    pub fn week_of(moment: Timestamp, zone: &TimeZone) -> Self {
        Self::week_on(zone.to_datetime(moment).date())
    }

    /// The last complete week at a moment.
    pub fn last_week(moment: Timestamp, zone: &TimeZone) -> Self {
        Self::week_of(moment, zone).before()
    }

    /// The last complete month at a moment.
    pub fn last_month(moment: Timestamp, zone: &TimeZone) -> Self {
        let day = zone.to_datetime(moment).date();
        Self::month_of(day).before()
    }

    /// The previous period.
    pub fn before(self) -> Self {
        let day = self.days().0.saturating_sub(1.day());
        match self {
            Self::Week { .. } => Self::week_on(day),
            Self::Month { .. } => Self::month_of(day),
        }
    }

    /// `count` periods, of which this one is the last.
    pub fn up_to(self, count: usize) -> Vec<Self> {
        let mut periods: Vec<Self> =
            std::iter::successors(Some(self), |period| Some(period.before()))
                .take(count)
                .collect();
        periods.reverse();
        periods
    }

    fn week_on(day: Date) -> Self {
        let week = day.iso_week_date();
        Self::Week {
            year: week.year(),
            week: week.week(),
        }
    }

    fn month_of(day: Date) -> Self {
        Self::Month {
            year: day.year(),
            month: day.month(),
        }
    }

    /// The first and the last day.
    pub fn days(self) -> (Date, Date) {
        let first = self.first_day().unwrap_or(Date::MIN);
        let last = match self {
            Self::Week { .. } => first.saturating_add(6.days()),
            Self::Month { .. } => first.last_of_month(),
        };
        (first, last)
    }

    /// From midnight to midnight, in the time zone.
    pub fn bounds(self, zone: &TimeZone) -> PeriodBounds {
        let (first, last) = self.days();
        let midnight = |day: Date| {
            zone.to_timestamp(day.at(0, 0, 0, 0))
                .unwrap_or(Timestamp::MAX)
        };
        PeriodBounds {
            from: midnight(first),
            to: midnight(last.saturating_add(1.day())),
        }
    }

    fn first_day(self) -> Option<Date> {
        match self {
            Self::Week { year, week } => ISOWeekDate::new(year, week, Weekday::Monday)
                .ok()
                .map(ISOWeekDate::date),
            Self::Month { year, month } => Date::new(year, month, 1).ok(),
        }
    }
}

impl PeriodBounds {
    /// Whether it is over at a moment.
    pub fn progress(self, now: Timestamp) -> PeriodProgress {
        if now < self.from {
            PeriodProgress::Ahead
        } else if now < self.to {
            PeriodProgress::Running
        } else {
            PeriodProgress::Over
        }
    }

    /// Whether a moment is in the period.
    pub(crate) fn contain(self, moment: Option<Timestamp>) -> bool {
        moment.is_some_and(|moment| self.from <= moment && moment < self.to)
    }
}

impl FromStr for Period {
    type Err = InvalidPeriod;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (year, rest) = text.split_once('-').ok_or(InvalidPeriod)?;
        let digits = |text: &str, count: usize| -> Result<i16, InvalidPeriod> {
            if text.len() != count || !text.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(InvalidPeriod);
            }
            text.parse().ok().ok_or(InvalidPeriod)
        };
        let year = digits(year, 4)?;
        let small = |number: i16| i8::try_from(number).ok().ok_or(InvalidPeriod);
        let period = match rest.strip_prefix('W') {
            Some(week) => Self::Week {
                year,
                week: small(digits(week, 2)?)?,
            },
            None => Self::Month {
                year,
                month: small(digits(rest, 2)?)?,
            },
        };
        match period.first_day() {
            Some(day) if day >= date(2000, 1, 1) => Ok(period),
            _ => Err(InvalidPeriod),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Week { year, week } => write!(f, "{year:04}-W{week:02}"),
            Self::Month { year, month } => write!(f, "{year:04}-{month:02}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_written_as_it_is_read() {
        for text in ["2026-W47", "2026-W53", "2026-11", "2024-02"] {
            assert_eq!(text.parse::<Period>().unwrap().to_string(), text);
        }
        for wrong in [
            "",
            "2026",
            "2026-W54",
            "2025-W53",
            "2026-W00",
            "2026-13",
            "2026-00",
            "2026-1",
            "2026-W7",
            "2026-w47",
            "26-11",
            "+026-11",
            "2026-11-01",
            "1999-11",
            "２０２６-11",
            "../../etc",
        ] {
            assert!(wrong.parse::<Period>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_week_begins_on_monday_where_the_soc_is() {
        let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
        let sunday: Timestamp = "2026-11-22T14:59:59Z".parse().unwrap();
        let monday: Timestamp = "2026-11-22T15:00:00Z".parse().unwrap();
        assert_eq!(Period::week_of(sunday, &tokyo).to_string(), "2026-W47");
        assert_eq!(Period::week_of(monday, &tokyo).to_string(), "2026-W48");
        let bounds = Period::week_of(monday, &tokyo).bounds(&tokyo);
        assert!(bounds.contain(Some(monday)) && !bounds.contain(Some(sunday)));
        assert_eq!(bounds.to.to_string(), "2026-11-29T15:00:00Z");
        assert_eq!(bounds.progress(sunday), PeriodProgress::Ahead);
        assert_eq!(bounds.progress(monday), PeriodProgress::Running);
        assert_eq!(bounds.progress(bounds.to), PeriodProgress::Over);
    }

    #[test]
    fn what_was_over_last_is_the_week_and_the_month_before() {
        let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
        let monday: Timestamp = "2026-11-22T23:00:00Z".parse().unwrap();
        assert_eq!(Period::last_week(monday, &tokyo).to_string(), "2026-W47");
        assert_eq!(Period::last_month(monday, &tokyo).to_string(), "2026-10");
        let new_year: Timestamp = "2026-12-31T15:00:00Z".parse().unwrap();
        assert_eq!(Period::last_month(new_year, &tokyo).to_string(), "2026-12");
        let week: Period = "2026-W02".parse().unwrap();
        let back: Vec<_> = week.up_to(3).iter().map(ToString::to_string).collect();
        assert_eq!(back, ["2025-W52", "2026-W01", "2026-W02"]);
    }

    #[test]
    fn the_year_of_a_week_is_the_weeks_own() {
        let new_year: Timestamp = "2027-01-01T12:00:00Z".parse().unwrap();
        assert_eq!(
            Period::week_of(new_year, &TimeZone::UTC).to_string(),
            "2026-W53"
        );
        let month: Period = "2024-02".parse().unwrap();
        assert_eq!(month.days().1, date(2024, 2, 29));
    }
}
