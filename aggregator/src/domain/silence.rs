//! Alerts that nobody wants to hear of for a while: what a silence covers, and what may be silenced. Pure;
//! the rows are kept by `store::silences`.

use hubward_protocol::{AccountId, Region};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use serde::Serialize;

use super::account::Account;
use super::alert::kind::{is_of, is_pattern};
use super::alert::{Alert, Severity};

/// How long a silence may be: a typing error must not hide threats for a century.
const LONGEST: SignedDuration = SignedDuration::from_hours(366 * 24);
/// The most characters of a reason.
const REASON: usize = 500;

/// Which alerts are silenced. What is not set matches all; something is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Matcher {
    /// A pattern of types.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The account.
    pub account: Option<AccountId>,
    /// Its project.
    pub project: Option<String>,
    /// Its environment.
    pub environment: Option<String>,
    /// The Region.
    pub region: Option<Region>,
    /// Whether critical alerts are silenced too; not unless somebody says so.
    pub critical: bool,
}

/// A silence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Silence {
    /// Its id.
    pub id: String,
    /// What it covers.
    #[serde(flatten)]
    pub matcher: Matcher,
    /// Why.
    pub reason: String,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub until: Timestamp,
    /// When somebody ended it.
    pub ended_at: Option<Timestamp>,
    /// How many alerts it kept silent.
    pub count: i64,
}

/// Why alerts are not silenced.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSilenced {
    /// It would cover every alert.
    #[error("nothing says which alerts")]
    Everything,
    /// The pattern can match no type.
    #[error("{0} is no pattern of types")]
    Pattern(String),
    /// The end is no time.
    #[error("{0} is no time")]
    NoTime(String),
    /// The end is not ahead, or too far ahead.
    #[error("{0} is not within the next 366 days")]
    WrongTime(Timestamp),
    /// There is no reason, or a very long one.
    #[error("a reason has 1 to {REASON} characters")]
    Reason,
}

impl Matcher {
    /// Whether it covers an alert. One of an account outside the ledger is never silenced: nobody there can
    /// have agreed to it.
    pub fn covers(&self, alert: &Alert, account: Option<&Account>) -> bool {
        let Some(account) = account else {
            return false;
        };
        let is = |wanted: &Option<String>, fact: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted == fact)
        };
        (self.critical || alert.severity < Severity::Critical)
            && self
                .kind
                .as_ref()
                .is_none_or(|pattern| is_of(pattern, &alert.kind))
            && self
                .account
                .as_ref()
                .is_none_or(|wanted| *wanted == alert.account_id)
            && is(&self.project, &account.project)
            && is(&self.environment, &account.environment)
            && self.region.is_none_or(|wanted| wanted == alert.region)
    }

    /// Whether it may be used at all.
    ///
    /// # Errors
    /// It says nothing, or its pattern is none.
    pub fn verify(&self) -> Result<(), NotSilenced> {
        if let Some(pattern) = self.kind.as_ref().filter(|pattern| !is_pattern(pattern)) {
            return Err(NotSilenced::Pattern(pattern.clone()));
        }
        let says_nothing = self
            .kind
            .as_ref()
            .is_none_or(|kind| kind.trim_matches('*').is_empty())
            && self.account.is_none()
            && self.project.is_none()
            && self.environment.is_none()
            && self.region.is_none();
        if says_nothing {
            Err(NotSilenced::Everything)
        } else {
            Ok(())
        }
    }
}

impl Silence {
    /// Whether it is in force.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && now < self.until
    }
}

/// A reason, without what would steer a screen.
///
/// # Errors
/// It is empty, or too long.
pub fn reason(text: &str) -> Result<String, NotSilenced> {
    super::alert::handling::written(text, REASON)
        .map(|text| text.replace('\n', " "))
        .filter(|text| !text.is_empty())
        .ok_or(NotSilenced::Reason)
}

/// When a silence ends: a moment (`2026-12-01T09:00:00Z`), one of the people's time zone
/// (`2026-12-01T09:00`), the end of a day there (`2026-12-01`), or a time from now (`4h`, `7d`).
///
/// # Errors
/// It is none of these, not ahead, or too far ahead.
pub fn until(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, NotSilenced> {
    let unknown = || NotSilenced::NoTime(text.chars().take(60).collect());
    let text = text.trim();
    let end = if let Ok(moment) = text.parse::<Timestamp>() {
        moment
    } else if let Ok(day) = text.parse::<jiff::civil::Date>()
        && text.len() == 10
    {
        let next = day.tomorrow().map_err(|_| unknown())?;
        zone.to_timestamp(next.at(0, 0, 0, 0))
            .map_err(|_| unknown())?
    } else if let Ok(civil) = text.parse::<DateTime>() {
        zone.to_timestamp(civil).map_err(|_| unknown())?
    } else {
        let span: Span = text.parse().map_err(|_| unknown())?;
        let from = now.to_zoned_datetime(zone.clone());
        from.checked_add(span).map_err(|_| unknown())?.timestamp()
    };
    let ahead = end.duration_since(now);
    if ahead.is_positive() && ahead <= LONGEST {
        Ok(end)
    } else {
        Err(NotSilenced::WrongTime(end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::{AccountState, Language, ReportCadence};
    use crate::domain::alert::{AlertState, Facts};

    fn alert() -> Alert {
        Alert {
            id: "a".to_owned(),
            finding_id: "f".to_owned(),
            account_id: "111111111111".parse().unwrap(),
            region: "us-east-1".parse().unwrap(),
            kind: "Recon:EC2-PortProbeUnprotectedPort".to_owned(),
            severity: Severity::High,
            title: "t".to_owned(),
            state: AlertState::Open,
            count: 1,
            first_seen: Timestamp::UNIX_EPOCH,
            last_seen: Timestamp::UNIX_EPOCH,
            facts: Facts::default(),
        }
    }

    fn account() -> Account {
        Account {
            account_id: "111111111111".parse().unwrap(),
            project: "受注".to_owned(),
            department: String::new(),
            environment: "production".to_owned(),
            contact: String::new(),
            contact_emails: vec!["a@example.com".to_owned()],
            account_email: None,
            language: Language::Ja,
            regions: Vec::new(),
            standards: Vec::new(),
            report: ReportCadence::Weekly,
            state: AccountState::Active,
            request: String::new(),
            notes: String::new(),
            extra: Vec::new(),
        }
    }

    #[test]
    fn everything_that_is_set_must_match() {
        let recon = Matcher {
            kind: Some("Recon:*".to_owned()),
            ..Matcher::default()
        };
        let account = account();
        assert!(recon.covers(&alert(), Some(&account)));
        for narrower in [
            Matcher {
                project: Some("経理".to_owned()),
                ..recon.clone()
            },
            Matcher {
                environment: Some("test".to_owned()),
                ..recon.clone()
            },
            Matcher {
                account: "222222222222".parse().ok(),
                ..recon.clone()
            },
            Matcher {
                region: "eu-west-1".parse().ok(),
                ..recon.clone()
            },
            Matcher {
                kind: Some("Recon:IAMUser/*".to_owned()),
                ..recon.clone()
            },
        ] {
            assert!(!narrower.covers(&alert(), Some(&account)), "{narrower:?}");
        }
    }

    #[test]
    fn a_critical_one_and_a_strangers_are_not_silenced_by_accident() {
        let mut recon = Matcher {
            kind: Some("Recon:*".to_owned()),
            ..Matcher::default()
        };
        assert!(!recon.covers(&alert(), None), "outside the ledger");
        let critical = Alert {
            severity: Severity::Critical,
            ..alert()
        };
        assert!(!recon.covers(&critical, Some(&account())));
        recon.critical = true;
        assert!(recon.covers(&critical, Some(&account())));
    }

    #[test]
    fn a_silence_says_what_it_is_about() {
        let of = |kind: &str| Matcher {
            kind: Some(kind.to_owned()),
            ..Matcher::default()
        };
        assert_eq!(Matcher::default().verify(), Err(NotSilenced::Everything));
        assert_eq!(of("*").verify(), Err(NotSilenced::Everything));
        assert!(matches!(of("<b>").verify(), Err(NotSilenced::Pattern(_))));
        assert_eq!(of("Recon:*").verify(), Ok(()));
        assert!(reason("").is_err() && reason("\u{1b}").is_err());
        assert_eq!(reason(" pen\ntest ").as_deref(), Ok("pen test"));
    }

    #[test]
    fn an_end_is_a_moment_ahead() {
        let now: Timestamp = "2026-11-24T00:00:00Z".parse().unwrap();
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        for (text, end) in [
            ("2026-12-01T09:00:00Z", "2026-12-01T09:00:00Z"),
            ("2026-12-01T09:00:00+09:00", "2026-12-01T00:00:00Z"),
            ("2026-12-01T09:00", "2026-12-01T00:00:00Z"),
            ("2026-12-01", "2026-12-01T15:00:00Z"),
            ("4h", "2026-11-24T04:00:00Z"),
            ("7d", "2026-12-01T00:00:00Z"),
            ("2h 30m", "2026-11-24T02:30:00Z"),
        ] {
            let read = until(text, now, &zone).map(|end| end.to_string());
            assert_eq!(read.as_deref(), Ok(end), "{text}");
        }
        for text in ["", "soon", "2026-11-23", "-4h", "2226-11-24", "400d", "0h"] {
            assert!(until(text, now, &zone).is_err(), "{text}");
        }
    }
}
