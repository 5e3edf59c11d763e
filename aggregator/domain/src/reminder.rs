//! When the people of an account that waits for them are reminded: on working days, at growing
//! intervals, at most once a day; and when the SOC is notified that reminders do not help.

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

/// The SOC is notified after this many reminders.
pub const PATIENCE: i64 = 3;
/// The longest interval between two reminders, in days.
const LONGEST: i64 = 30;

/// The reminders of an account since it began to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reminder {
    /// The number of reminders.
    pub count: i64,
    pub last_at: Timestamp,
}

/// The calendar of reminders.
#[derive(Clone, Debug)]
pub struct Calendar<'a> {
    /// The time zone of the days.
    pub zone: TimeZone,
    /// Days without reminders, in addition to Saturdays and Sundays.
    pub holidays: &'a [Date],
    /// Days before the first reminder.
    pub after_days: u16,
}

impl Calendar<'_> {
    /// Whether a reminder is due now for an account that has waited since `since`.
    pub fn is_due(&self, since: Timestamp, last: Option<Reminder>, now: Timestamp) -> bool {
        let today = self.date(now);
        let is_off = matches!(today.weekday(), Weekday::Saturday | Weekday::Sunday)
            || self.holidays.contains(&today);
        if is_off {
            return false;
        }
        let first = i64::from(self.after_days);
        match last {
            None => self.days(since, now) >= first,
            Some(last) => {
                let factor = 1 << last.count.clamp(0, 10);
                let pause = (first.max(1) * factor).min(LONGEST.max(first));
                self.days(last.last_at, now) >= pause
            }
        }
    }

    fn days(&self, from: Timestamp, to: Timestamp) -> i64 {
        let between = self.date(to).duration_since(self.date(from));
        between.as_hours() / 24
    }

    fn date(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn calendar(holidays: &[Date]) -> Calendar<'_> {
        Calendar {
            zone: TimeZone::get("Asia/Tokyo").unwrap(),
            holidays,
            after_days: 3,
        }
    }

    /// The days of the reminders for people who never react, simulated hour by hour.
    fn reminded(calendar: &Calendar<'_>, since: &str, days: i64) -> Vec<String> {
        let (mut last, mut reminders) = (None, Vec::new());
        for hour in 0..days * 24 {
            let now = at(since) + SignedDuration::from_hours(hour);
            if calendar.is_due(at(since), last, now) {
                let count = last.map_or(0, |last: Reminder| last.count) + 1;
                last = Some(Reminder {
                    count,
                    last_at: now,
                });
                reminders.push(calendar.date(now).to_string());
            }
        }
        reminders
    }

    #[test]
    fn the_intervals_grow_and_working_days_are_waited_for() {
        // A Monday in Tokyo. Three days, then 6, 12, 24 and 30; a weekend moves one to Monday.
        let days = reminded(&calendar(&[]), "2026-11-02T00:00:00Z", 100);
        assert_eq!(
            days,
            [
                "2026-11-05",
                "2026-11-11",
                "2026-11-23",
                "2026-12-17",
                "2027-01-18"
            ]
        );
    }

    #[test]
    fn nobody_is_reminded_on_a_holiday_or_a_weekend_of_the_place() {
        // In Tokyo it is already Saturday, and in UTC still Friday.
        let saturday = at("2026-11-06T15:30:00Z");
        let since = at("2026-11-01T00:00:00Z");
        assert!(!calendar(&[]).is_due(since, None, saturday));
        let friday = at("2026-11-06T14:30:00Z");
        assert!(calendar(&[]).is_due(since, None, friday));
        assert!(!calendar(&["2026-11-06".parse().unwrap()]).is_due(since, None, friday));
    }

    #[test]
    fn never_twice_a_day_even_where_no_silence_is_wanted() {
        let eager = Calendar {
            after_days: 0,
            ..calendar(&[])
        };
        let days = reminded(&eager, "2026-11-02T00:00:00Z", 4);
        assert_eq!(days, ["2026-11-02", "2026-11-04"]);
    }
}
