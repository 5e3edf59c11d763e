//! Tests of single cells: which texts are account ids, addresses, Regions and words.

use super::*;

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn hub() -> Vec<Region> {
    ["ap-northeast-1", "us-east-1", "eu-west-1"]
        .map(|name| name.parse().unwrap())
        .to_vec()
}

#[test]
fn an_account_id_is_understood_as_far_as_its_digits_are_there() {
    for (value, id, repair) in [
        (text("012345678901"), "012345678901", None),
        (text(" 123456789012\n"), "123456789012", None),
        (Value::Number(123_456_789_012.0), "123456789012", None),
        (
            Value::Number(12_345_678_901.0),
            "012345678901",
            Some(Repair::Padded),
        ),
        (
            Value::Number(1_234_567_890.0),
            "001234567890",
            Some(Repair::Padded),
        ),
        (
            Value::Number(123_456_789.0),
            "000123456789",
            Some(Repair::Padded),
        ),
        (
            text("１２３４５６７８９０１２"),
            "123456789012",
            Some(Repair::FullWidth),
        ),
        (
            text("12345678９012"),
            "123456789012",
            Some(Repair::FullWidth),
        ),
    ] {
        let (account, how) = account_id(&value).unwrap();
        assert_eq!((account.as_str(), how), (id, repair), "{value:?}");
    }
}

#[test]
fn each_broken_account_id_is_refused_for_its_own_reason() {
    type Reason = fn(String) -> LedgerRefusal;
    let number: Reason = |found| LedgerRefusal::AccountIdNumber { found };
    let short: Reason = |found| LedgerRefusal::AccountIdShort { found };
    let separated: Reason = |found| LedgerRefusal::AccountIdSeparated { found };
    let exponent: Reason = |found| LedgerRefusal::AccountIdExponent { found };
    let form: Reason = |found| LedgerRefusal::AccountIdForm { found };
    for (value, reason) in [
        (Value::Number(12_345_678.0), number),
        (Value::Number(1_234_567_890_123.0), number),
        (Value::Number(-123_456_789_012.0), number),
        (Value::Number(-12_345_678_901.0), number),
        (Value::Number(1_234_567_890.5), number),
        (Value::Number(1.5), number),
        (Value::Number(1.23e11 + 0.25), number),
        (Value::Number(f64::NAN), number),
        (Value::Number(f64::INFINITY), number),
        (Value::Number(1e300), number),
        (text("12345678901"), short),
        (text("１２３４５６７８９"), short),
        (text("1234-5678-9012"), separated),
        (text("1234 5678 9012"), separated),
        (text("1234　5678　9012"), separated),
        (text("1234ー5678ー9012"), separated),
        (text("1.23E+11"), exponent),
        (text("1.23457e+11"), exponent),
        (text("12345678"), form),
        (text("1234567890123"), form),
        (text("abc"), form),
        (text("1234567890-12-3"), form),
        (text("'123456789012"), form),
        (text("=\"123456789012\""), form),
        (Value::Bool(true), form),
        (Value::Date("2026-11-23".to_owned()), form),
    ] {
        let refusal = account_id(&value).unwrap_err();
        assert_eq!(refusal, reason(shorten(&value.text())), "{value:?}");
    }
}

#[test]
fn addresses_are_separated_by_semicolons_and_judged_one_by_one() {
    assert_eq!(
        contact_emails("a@example.com; b@example.co.jp；c@example.com\n;a@example.com"),
        Ok(["a@example.com", "b@example.co.jp", "c@example.com"]
            .map(str::to_owned)
            .to_vec())
    );
    assert_eq!(contact_emails(" ; "), Ok(Vec::new()));
    let found = |text: &str| text.to_owned();
    assert_eq!(
        contact_emails(
            "taro; a@b@c; Taro <t@example.com>; a@[127.0.0.1]; ok@example.com; x@localhost; ｔ@example.com"
        ),
        Err(vec![
            LedgerRefusal::EmailForm {
                found: found("taro")
            },
            LedgerRefusal::EmailForm {
                found: found("a@b@c")
            },
            LedgerRefusal::EmailForm {
                found: found("Taro <t@example.com>")
            },
            LedgerRefusal::EmailForm {
                found: found("a@[127.0.0.1]")
            },
            LedgerRefusal::EmailForm {
                found: found("x@localhost")
            },
            LedgerRefusal::EmailNotAscii {
                found: found("ｔ@example.com")
            },
        ])
    );
    let long = format!("{}@{}.com", "a".repeat(60), "b.".repeat(120));
    assert!(matches!(
        contact_emails(&long).unwrap_err()[..],
        [LedgerRefusal::EmailTooLong { .. }]
    ));
}

#[test]
fn no_address_can_carry_a_second_header_line() {
    for text in [
        "a@example.com\r\nBcc: x@example.com",
        "a\u{0}@example.com",
        "a@example.com\u{7f}",
    ] {
        assert!(contact_emails(text).is_err(), "{text:?}");
    }
}

#[test]
fn an_account_has_one_address_or_none() {
    assert_eq!(account_email(""), Ok(None));
    assert_eq!(
        account_email("root@example.com"),
        Ok(Some("root@example.com".to_owned()))
    );
    assert_eq!(
        account_email("root@example.com; b@example.com"),
        Err(vec![LedgerRefusal::SeveralAccountEmails])
    );
}

#[test]
fn words_are_taken_in_any_case_and_width() {
    assert_eq!(language(" ").ok(), None);
    assert_eq!(language(""), Ok(None));
    assert_eq!(language("JA"), Ok(Some(Language::Ja)));
    assert_eq!(language("ｅｎ"), Ok(Some(Language::En)));
    assert_eq!(
        language("Japanese"),
        Err(LedgerRefusal::Language {
            found: "Japanese".to_owned()
        })
    );
    assert_eq!(report("Monthly"), Ok(Some(ReportCadence::Monthly)));
    assert_eq!(
        report("daily"),
        Err(LedgerRefusal::Report {
            found: "daily".to_owned()
        })
    );
    assert_eq!(state("LEFT"), Ok(Some(AccountState::Left)));
    assert_eq!(
        state("gone"),
        Err(LedgerRefusal::State {
            found: "gone".to_owned()
        })
    );
}

#[test]
fn regions_must_be_known_and_the_hubs() {
    let all = regions(
        "us-east-1、AP-Northeast-1, ap-northeast-1;us-east-1",
        &hub(),
    )
    .unwrap();
    assert_eq!(all, hub()[..2].to_vec());
    assert_eq!(regions("", &hub()), Ok(Vec::new()));
    assert_eq!(
        regions("us-east-1 eu-north-1\nTokyo", &hub()),
        Err(vec![
            LedgerRefusal::RegionNotOfHub {
                found: "eu-north-1".parse().unwrap(),
                hub: hub()
            },
            LedgerRefusal::RegionUnknown {
                found: "Tokyo".to_owned()
            },
        ])
    );
}

#[test]
fn standards_are_named_without_arn() {
    let read =
        standards("nist-800-53/v/5.0.0; aws-foundational-security-best-practices/v/1.0.0").unwrap();
    assert_eq!(read.len(), 2);
    let arn = "arn:aws:securityhub:us-east-1::standards/nist-800-53/v/5.0.0";
    let old = "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0";
    let odd = "arn:aws:s3:::bucket";
    assert_eq!(
        standards(&format!("{arn} {old} {odd} FSBP")),
        Err(vec![
            LedgerRefusal::StandardArn {
                found: arn.to_owned(),
                instead: Some("nist-800-53/v/5.0.0".to_owned()),
            },
            LedgerRefusal::StandardArn {
                found: old.to_owned(),
                instead: Some("cis-aws-foundations-benchmark/v/1.2.0".to_owned()),
            },
            LedgerRefusal::StandardArn {
                found: odd.to_owned(),
                instead: None
            },
            LedgerRefusal::StandardForm {
                found: "FSBP".to_owned()
            },
        ])
    );
}

#[test]
fn texts_are_bounded_and_visible() {
    assert_eq!(line(&"あ".repeat(256)), Ok(()));
    assert_eq!(
        line(&"あ".repeat(257)),
        Err(LedgerRefusal::TooLong {
            length: 257,
            limit: 256
        })
    );
    for text in ["a\nb", "a\tb", "a\u{2028}b"] {
        assert_eq!(line(text), Err(LedgerRefusal::LineBreak), "{text:?}");
    }
    assert_eq!(paragraph("a\n\tb👩‍💻"), Ok(()));
    assert_eq!(
        paragraph(&"x".repeat(4_001)),
        Err(LedgerRefusal::TooLong {
            length: 4_001,
            limit: 4_000
        })
    );
    for (text, character) in [
        ("\u{7}", "U+0007"),
        ("a\u{0}", "U+0000"),
        ("\u{9f}", "U+009F"),
        ("\u{ffff}", "U+FFFF"),
    ] {
        let character = character.to_owned();
        assert_eq!(
            paragraph(text),
            Err(LedgerRefusal::ControlCharacter { character }),
            "{text:?}"
        );
    }
}

#[test]
fn a_message_never_repeats_a_whole_page() {
    let Err(LedgerRefusal::AccountIdForm { found }) = account_id(&text(&"x".repeat(10_000))) else {
        panic!("it is no account id");
    };
    assert_eq!(found.chars().count(), 81);
}
