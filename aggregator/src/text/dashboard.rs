//! The dashboard's texts: sentences by key, and times, ages, verdicts and numbers as people read them. The
//! pages are in `templates/`.

use hubward_protocol::AccountId;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::say::Say;
use hubward_domain::account::Language;
use hubward_domain::account_matrix::VerdictGroup;
use hubward_domain::alert::AlertState;
use hubward_domain::delivery::DeliveryState;
use hubward_domain::ledger::LedgerColumn;

/// The texts for one reader.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    /// The sentences in the reader's language.
    pub(crate) say: Say,
    zone: TimeZone,
    now: Timestamp,
}

/// A time, as data, for people, and as an age.
#[derive(Clone, Debug)]
pub(crate) struct TimelineEntry {
    /// RFC 3339, UTC.
    pub machine: String,
    /// In the SOC's time zone.
    pub shown: String,
    /// How long ago, such as `3 d`.
    pub age: String,
}

/// A state, shown with a symbol, a color and a word.
#[derive(Clone, Debug)]
pub(crate) struct Chip {
    /// The symbol and color: a name of the style sheet.
    pub tone: &'static str,
    /// The word.
    pub word: String,
}

impl Words {
    /// The texts for a language, a time zone and the current time.
    pub(crate) fn new(language: Language, zone: TimeZone, now: Timestamp) -> Self {
        Self {
            say: Say(language),
            zone,
            now,
        }
    }

    /// The language.
    pub(crate) fn language(&self) -> Language {
        self.say.0
    }

    /// A time with minutes.
    pub(crate) fn moment(&self, at: Timestamp) -> TimelineEntry {
        let there = self.zone.to_datetime(at);
        TimelineEntry {
            machine: at.to_string(),
            shown: format!("{} {:02}:{:02}", there.date(), there.hour(), there.minute()),
            age: self.age(at),
        }
    }

    /// A time with milliseconds.
    pub(crate) fn exactly(&self, at: Timestamp) -> TimelineEntry {
        let there = self.zone.to_datetime(at);
        let (seconds, millis) = (there.second(), there.millisecond());
        let mut moment = self.moment(at);
        moment.shown.push_str(&format!(":{seconds:02}.{millis:03}"));
        moment
    }

    /// The age of a time, in its largest unit.
    pub(crate) fn age(&self, at: Timestamp) -> String {
        let say = self.say;
        let minutes = self.now.duration_since(at).as_mins().max(0);
        match minutes {
            0 => say.dashboard_age_now().to_owned(),
            1..60 => say.dashboard_age_minutes(minutes),
            60..2880 => say.dashboard_age_hours(minutes / 60),
            _ => say.dashboard_age_days(minutes / 1440),
        }
    }

    /// A number with separated thousands.
    pub(crate) fn number(&self, number: i64) -> String {
        let digits = number.unsigned_abs().to_string();
        let mut text = String::new();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        if number < 0 { format!("-{text}") } else { text }
    }

    /// Which rows of how many are shown.
    pub(crate) fn range(&self, from: i64, to: i64, all: i64) -> String {
        self.say
            .dashboard_range(self.number(all), self.number(from), self.number(to))
    }

    /// A group of verdicts.
    pub(crate) fn group(&self, group: VerdictGroup) -> Chip {
        let say = self.say;
        let word = match group {
            VerdictGroup::Complete => say.dashboard_group_complete(),
            VerdictGroup::Waiting => say.dashboard_group_waiting(),
            VerdictGroup::Drifted => say.dashboard_group_drifted(),
            VerdictGroup::Unclear => say.dashboard_group_unclear(),
        };
        Chip {
            tone: group.as_str(),
            word: word.to_owned(),
        }
    }

    /// A verdict by its word; an unknown one is shown as it is.
    pub(crate) fn verdict(&self, verdict: &str) -> Chip {
        let word = match verdict {
            "unknown" => self.say.dashboard_unknown(),
            known => self.say.verdict(known).unwrap_or(known),
        };
        Chip {
            tone: VerdictGroup::of(verdict).map_or("off", VerdictGroup::as_str),
            word: word.to_owned(),
        }
    }

    /// The state of an alert.
    pub(crate) fn alert_state(&self, state: AlertState) -> Chip {
        Chip {
            tone: match state {
                AlertState::Open => "drifted",
                AlertState::Acknowledged => "waiting",
                AlertState::Resolved => "complete",
                AlertState::Silenced => "off",
            },
            word: super::alert::state(state, self.say.0),
        }
    }

    /// The state of a request.
    pub(crate) fn request_state(&self, state: &str) -> Chip {
        Chip {
            tone: match state {
                "waiting" => "waiting",
                "stuck" => "drifted",
                "approved" => "unclear",
                "complete" => "complete",
                _ => "off",
            },
            word: super::request::state(state, self.say.0),
        }
    }

    /// How to fill in a column of a request, if its name is not enough.
    pub(crate) fn request_hint(&self, column: LedgerColumn) -> &'static str {
        match column {
            LedgerColumn::AccountId => self.say.dashboard_hint_account(),
            LedgerColumn::ContactEmail => self.say.dashboard_hint_emails(),
            LedgerColumn::AccountEmail => self.say.dashboard_hint_account_email(),
            LedgerColumn::Regions | LedgerColumn::Standards => self.say.dashboard_hint_default(),
            _ => "",
        }
    }

    /// The state of a message.
    pub(crate) fn delivery_state(&self, state: DeliveryState) -> Chip {
        Chip {
            tone: match state {
                DeliveryState::Pending => "waiting",
                DeliveryState::Delivered => "complete",
                DeliveryState::GivenUp => "drifted",
            },
            word: super::alert::delivery_state(state, self.say.0),
        }
    }

    /// An account's state in the ledger; `None` for active accounts.
    pub(crate) fn ledger_state(&self, state: &str) -> Option<Chip> {
        let word = match state {
            "leaving" => self.say.dashboard_leaving(),
            "left" => self.say.dashboard_left(),
            "" => self.say.dashboard_not_in_ledger(),
            _ => return None,
        };
        Some(Chip {
            tone: "off",
            word: word.to_owned(),
        })
    }

    /// A severity, in AWS's own word.
    pub(crate) fn severity(&self, severity: &str) -> Chip {
        Chip {
            tone: match severity {
                "CRITICAL" => "critical",
                "HIGH" => "high",
                "MEDIUM" => "medium",
                "LOW" => "low",
                _ => "off",
            },
            word: if severity.is_empty() {
                self.say.dashboard_no_severity().to_owned()
            } else {
                severity.to_owned()
            },
        }
    }

    /// The title of an account's page.
    pub(crate) fn account_title(&self, project: &str, account: &AccountId) -> String {
        if project.is_empty() {
            account.to_string()
        } else {
            format!("{project} · {account}")
        }
    }

    /// A share in percent; never 100 while something is missing.
    pub(crate) fn share(&self, part: i64, whole: i64) -> String {
        if whole <= 0 {
            return "–".to_owned();
        }
        let tenths = part.saturating_mul(1000) / whole;
        format!("{}.{}%", tenths / 10, tenths % 10)
    }

    /// The text alternative of the trend chart.
    pub(crate) fn trend(&self, days: usize, first: &str, last: &str) -> String {
        self.say.dashboard_trend_alt(days, first, last)
    }

    /// How long a login must wait.
    pub(crate) fn login_wait(&self, seconds: u64) -> String {
        self.say.dashboard_login_wait(seconds)
    }

    /// Where the dashboard's address is, for users who opened another one.
    pub(crate) fn other_site(&self, origin: &str) -> String {
        self.say.dashboard_other_site(origin)
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn words(language: Language) -> Words {
        let now = "2026-11-24T00:00:00Z".parse().unwrap();
        Words::new(language, TimeZone::get("Asia/Tokyo").unwrap(), now)
    }

    #[test]
    fn a_moment_is_shown_where_the_soc_is_and_as_an_age() {
        let english = words(Language::En);
        let at = |minutes| english.now - SignedDuration::from_mins(minutes);
        let moment = english.moment(at(5));
        assert_eq!(moment.shown, "2026-11-24 08:55");
        assert_eq!(moment.machine, "2026-11-23T23:55:00Z");
        let exact = english.exactly(at(5) + SignedDuration::from_millis(1_042));
        assert_eq!(exact.shown, "2026-11-24 08:55:01.042");
        for (minutes, age) in [(0, "now"), (5, "5 min"), (130, "2 h"), (72 * 60, "3 d")] {
            assert_eq!(english.age(at(minutes)), age);
        }
        // A clock that is ahead of ours is no age.
        assert_eq!(english.age(at(-5)), "now");
        assert_eq!(words(Language::Ja).age(at(72 * 60)), "3日前");
    }

    #[test]
    fn what_is_not_whole_never_reads_as_whole() {
        let english = words(Language::En);
        assert_eq!(english.share(9999, 10_000), "99.9%");
        assert_eq!(english.share(10_000, 10_000), "100.0%");
        assert_eq!(english.share(0, 0), "–");
        assert_eq!(english.number(1_234_567), "1,234,567");
        assert_eq!(english.number(12), "12");
    }

    #[test]
    fn a_verdict_of_a_newer_program_is_shown_as_it_is() {
        let chip = words(Language::En).verdict("from_the_future");
        assert_eq!(
            (chip.tone, chip.word.as_str()),
            ("unclear", "from_the_future")
        );
    }
}
