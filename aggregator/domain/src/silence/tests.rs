//! Tests: what a silence covers, what it never does, and when it ends.

use super::*;
use crate::account::{AccountState, Language, ReportCadence};
use crate::alert::{AlertFacts, AlertState};

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
        facts: AlertFacts::default(),
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
    for all in ["*", "**", "*:*", "*e*", "*:*/*", "*-*.*"] {
        assert_eq!(of(all).verify(), Err(NotSilenced::Everything), "{all}");
    }
    let long = Matcher {
        project: Some("x".repeat(NAME + 1)),
        ..Matcher::default()
    };
    assert_eq!(long.verify(), Err(NotSilenced::TooLong));
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
