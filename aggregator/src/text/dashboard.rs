//! The dashboard's words: sentences by their key, and moments, ages, verdicts and numbers as a person
//! reads them. The pages themselves are in `templates/`.

use hubward_protocol::AccountId;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_i18n::t;

use hubward_domain::account::Language;
use hubward_domain::account_matrix::VerdictGroup;
use hubward_domain::alert::AlertState;
use hubward_domain::delivery::DeliveryState;
use hubward_domain::ledger::LedgerColumn;

/// The words of one reader.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    language: Language,
    zone: TimeZone,
    now: Timestamp,
}

/// A moment, for a program, for a person, and as an age.
#[derive(Clone, Debug)]
pub(crate) struct TimelineEntry {
    /// RFC 3339, UTC.
    pub machine: String,
    /// In the SOC's time zone.
    pub shown: String,
    /// How long ago, such as `3 d`.
    pub age: String,
}

/// A state that is shown by a mark, a colour and a word.
#[derive(Clone, Debug)]
pub(crate) struct Chip {
    /// Which mark and colour: a name of the style sheet.
    pub tone: &'static str,
    /// The word.
    pub word: String,
}

impl Words {
    /// The words of a reader in this language, zone and moment.
    pub(crate) fn new(language: Language, zone: TimeZone, now: Timestamp) -> Self {
        Self {
            language,
            zone,
            now,
        }
    }

    /// The language.
    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// A sentence without facts.
    pub(crate) fn say(&self, key: &str) -> String {
        t!(key, locale = self.language.as_str()).into_owned()
    }

    /// A moment.
    pub(crate) fn moment(&self, at: Timestamp) -> TimelineEntry {
        let there = self.zone.to_datetime(at);
        TimelineEntry {
            machine: at.to_string(),
            shown: format!("{} {:02}:{:02}", there.date(), there.hour(), there.minute()),
            age: self.age(at),
        }
    }

    /// A moment to the millisecond.
    pub(crate) fn exactly(&self, at: Timestamp) -> TimelineEntry {
        let there = self.zone.to_datetime(at);
        let (seconds, millis) = (there.second(), there.millisecond());
        let mut moment = self.moment(at);
        moment.shown.push_str(&format!(":{seconds:02}.{millis:03}"));
        moment
    }

    /// How long ago a moment was, in its largest unit.
    pub(crate) fn age(&self, at: Timestamp) -> String {
        let locale = self.language.as_str();
        let minutes = self.now.duration_since(at).as_mins().max(0);
        match minutes {
            0 => t!("page.age_now", locale = locale),
            1..60 => t!("page.age_minutes", locale = locale, count = minutes),
            60..2880 => t!("page.age_hours", locale = locale, count = minutes / 60),
            _ => t!("page.age_days", locale = locale, count = minutes / 1440),
        }
        .into_owned()
    }

    /// A number with its thousands apart.
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
        t!(
            "page.range",
            locale = self.language.as_str(),
            from = self.number(from),
            to = self.number(to),
            all = self.number(all)
        )
        .into_owned()
    }

    /// A group of verdicts.
    pub(crate) fn group(&self, group: VerdictGroup) -> Chip {
        let locale = self.language.as_str();
        let word = match group {
            VerdictGroup::Complete => t!("page.group_complete", locale = locale),
            VerdictGroup::Waiting => t!("page.group_waiting", locale = locale),
            VerdictGroup::Drifted => t!("page.group_drifted", locale = locale),
            VerdictGroup::Unclear => t!("page.group_unclear", locale = locale),
        };
        Chip {
            tone: group.as_str(),
            word: word.into_owned(),
        }
    }

    /// A verdict by its word; one that this program does not know is shown as it is.
    pub(crate) fn verdict(&self, verdict: &str) -> Chip {
        let locale = self.language.as_str();
        let word = match verdict {
            "complete" => t!("check.complete", locale = locale),
            "drifted" => t!("check.drifted", locale = locale),
            "incomplete" => t!("check.incomplete", locale = locale),
            "invited" => t!("check.invited", locale = locale),
            "managed_elsewhere" => t!("check.managed_elsewhere", locale = locale),
            "not_in_ledger" => t!("check.not_in_ledger", locale = locale),
            "not_invited" => t!("check.not_invited", locale = locale),
            "removed" => t!("check.removed", locale = locale),
            "resigned" => t!("check.resigned", locale = locale),
            "suspended" => t!("check.suspended", locale = locale),
            "unknown" => t!("page.unknown", locale = locale),
            other => other.into(),
        };
        Chip {
            tone: VerdictGroup::of(verdict).map_or("off", VerdictGroup::as_str),
            word: word.into_owned(),
        }
    }

    /// How far people are with an alert.
    pub(crate) fn alert_state(&self, state: AlertState) -> Chip {
        Chip {
            tone: match state {
                AlertState::Open => "drifted",
                AlertState::Acknowledged => "waiting",
                AlertState::Resolved => "complete",
                AlertState::Silenced => "off",
            },
            word: super::alert::state(state, self.language),
        }
    }

    /// How far a request is.
    pub(crate) fn request_state(&self, state: &str) -> Chip {
        Chip {
            tone: match state {
                "waiting" => "waiting",
                "stuck" => "drifted",
                "approved" => "unclear",
                "complete" => "complete",
                _ => "off",
            },
            word: super::request::state(state, self.language),
        }
    }

    /// How a column of a request is to be filled in, where its name does not say it.
    pub(crate) fn request_hint(&self, column: LedgerColumn) -> String {
        match column {
            LedgerColumn::AccountId => self.say("page.hint_account"),
            LedgerColumn::ContactEmail => self.say("page.hint_emails"),
            LedgerColumn::AccountEmail => self.say("page.hint_account_email"),
            LedgerColumn::Regions | LedgerColumn::Standards => self.say("page.hint_default"),
            _ => String::new(),
        }
    }

    /// How far a message is.
    pub(crate) fn delivery_state(&self, state: DeliveryState) -> Chip {
        Chip {
            tone: match state {
                DeliveryState::Pending => "waiting",
                DeliveryState::Delivered => "complete",
                DeliveryState::GivenUp => "drifted",
            },
            word: super::alert::delivery_state(state, self.language),
        }
    }

    /// Where an account stands with the SOC, where that is anything but usual.
    pub(crate) fn ledger_state(&self, state: &str) -> Option<Chip> {
        let key = match state {
            "leaving" => "page.leaving",
            "left" => "page.left",
            "" => "page.not_in_ledger",
            _ => return None,
        };
        Some(Chip {
            tone: "off",
            word: self.say(key),
        })
    }

    /// An alert's or a finding's severity, which is AWS's own word.
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
                self.say("page.no_severity")
            } else {
                severity.to_owned()
            },
        }
    }

    /// What the page of one account is called.
    pub(crate) fn account_title(&self, project: &str, account: &AccountId) -> String {
        if project.is_empty() {
            account.to_string()
        } else {
            format!("{project} · {account}")
        }
    }

    /// How much of a whole, in percent; never 100 while something is missing.
    pub(crate) fn share(&self, part: i64, whole: i64) -> String {
        if whole <= 0 {
            return "–".to_owned();
        }
        let tenths = part.saturating_mul(1000) / whole;
        format!("{}.{}%", tenths / 10, tenths % 10)
    }

    /// What the chart of the trend shows, for who does not see it.
    pub(crate) fn trend(&self, days: usize, first: &str, last: &str) -> String {
        t!(
            "page.trend_alt",
            locale = self.language.as_str(),
            days = days,
            first = first,
            last = last
        )
        .into_owned()
    }

    /// How long a login has to wait.
    pub(crate) fn login_wait(&self, seconds: u64) -> String {
        t!(
            "page.login_wait",
            locale = self.language.as_str(),
            seconds = seconds
        )
        .into_owned()
    }

    /// Where the dashboard is to be opened, for who opened it elsewhere.
    pub(crate) fn other_site(&self, origin: &str) -> String {
        t!(
            "page.other_site",
            locale = self.language.as_str(),
            origin = origin
        )
        .into_owned()
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
