//! Attacks on a proof that are rejected without the network.

use super::*;

const SERVER: &str = "https://soc.example.com";

fn now() -> Timestamp {
    "2026-11-23T18:00:00Z".parse().unwrap()
}

fn signer() -> Signer {
    Signer::new([7; 32])
}

fn region() -> Region {
    "ap-northeast-1".parse().unwrap()
}

fn good() -> ProofHeaders {
    let (challenge, _) = challenge(&signer(), [1; 32], now());
    ProofHeaders {
        authorization: format!(
            "AWS4-HMAC-SHA256 Credential=ASIAEXAMPLEEXAMPLE01/20261123/ap-northeast-1/sts/aws4_request, \
             SignedHeaders={SIGNED_HEADERS_WITH_TOKEN}, Signature={}",
            "0a".repeat(32)
        ),
        x_amz_date: "20261123T180000Z".to_owned(),
        x_amz_security_token: Some("token/+=".to_owned()),
        x_hubward_challenge: challenge,
        x_hubward_server_id: SERVER.to_owned(),
    }
}

fn judge(change: impl FnOnce(&mut ProofHeaders)) -> Result<Timestamp, ProofRefused> {
    let mut headers = good();
    change(&mut headers);
    verify(&signer(), SERVER, region(), &headers, now())
}

#[test]
fn a_proper_proof_is_worth_asking_about() {
    assert_eq!(judge(|_| {}), Ok("2026-11-23T18:05:00Z".parse().unwrap()));
    let without_token = judge(|headers| {
        headers.x_amz_security_token = None;
        headers.authorization = headers.authorization.replace("x-amz-security-token;", "");
    });
    assert!(without_token.is_ok());
}

#[test]
fn a_challenge_of_another_server_or_time_is_refused() {
    let later = now() + SignedDuration::from_mins(5);
    assert_eq!(
        verify(&signer(), SERVER, region(), &good(), later),
        Err(ProofRefused::Challenge)
    );
    assert_eq!(
        verify(&Signer::new([8; 32]), SERVER, region(), &good(), now()),
        Err(ProofRefused::Challenge)
    );
    assert_eq!(
        verify(
            &signer(),
            "https://other.example.com",
            region(),
            &good(),
            now()
        ),
        Err(ProofRefused::Challenge)
    );
    for server_id in ["", "https://soc.example.com/", "HTTPS://SOC.EXAMPLE.COM"] {
        let refused = judge(|headers| headers.x_hubward_server_id = server_id.to_owned());
        assert_eq!(refused, Err(ProofRefused::Challenge), "{server_id}");
    }
}

#[test]
fn a_date_beyond_five_minutes_either_way_is_refused() {
    for (date, answer) in [
        ("20261123T175459Z", Err(ProofRefused::Date)),
        ("20261123T180501Z", Err(ProofRefused::Date)),
        ("20251123T180000Z", Err(ProofRefused::Date)),
        ("20261123T180000", Err(ProofRefused::Malformed)),
        ("20261323T180000Z", Err(ProofRefused::Malformed)),
        ("2026-11-23T18:00:00Z", Err(ProofRefused::Malformed)),
        ("20261123T180000Z\r\nx: y", Err(ProofRefused::Malformed)),
        ("", Err(ProofRefused::Malformed)),
    ] {
        let judged = judge(|headers| headers.x_amz_date = date.to_owned());
        assert_eq!(judged, answer, "{date}");
    }
}

#[test]
fn the_signature_covers_exactly_what_it_must() {
    type Change = (&'static str, &'static str);
    let changes: [Change; 8] = [
        ("/ap-northeast-1/", "/us-east-1/"),
        ("/sts/", "/iam/"),
        ("/20261123/", "/20261122/"),
        ("aws4_request", "aws4_request/x"),
        ("x-hubward-challenge;", ""),
        (";x-hubward-server-id", ""),
        ("accept;", "Accept;"),
        ("x-amz-security-token;", ""),
    ];
    for (from, to) in changes {
        let judged =
            judge(|headers| headers.authorization = headers.authorization.replace(from, to));
        assert_eq!(judged, Err(ProofRefused::Signature), "{from} -> {to}");
    }
    let extra = judge(|headers| {
        headers.authorization = headers.authorization.replace("host;", "host;x-amz-target;");
    });
    assert_eq!(extra, Err(ProofRefused::Signature));
    let unsigned_token = judge(|headers| headers.x_amz_security_token = None);
    assert_eq!(unsigned_token, Err(ProofRefused::Signature));
}

#[test]
fn an_authorization_of_another_shape_is_refused() {
    let original = good().authorization;
    for wrong in [
        String::new(),
        original.replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"),
        original.replace(", ", ","),
        original.to_lowercase(),
        format!("{original}, Signature={}", "0b".repeat(32)),
        format!("{original}\r\nhost: evil"),
        original.replace("ASIAEXAMPLEEXAMPLE01", "short"),
        original.replace("ASIAEXAMPLEEXAMPLE01", "ASIAEXAMPLE EXAMPLE1"),
        original.replace("0a", "0A"),
        original.replace("Credential=", "credential="),
    ] {
        let judged = judge(|headers| headers.authorization.clone_from(&wrong));
        assert!(judged.is_err(), "{wrong}");
    }
}

#[test]
fn a_token_that_could_smuggle_a_header_is_refused() {
    for token in [
        "",
        "a b",
        "a\r\nhost: evil",
        "日本",
        &"x".repeat(LONGEST_TOKEN + 1),
    ] {
        let judged = judge(|headers| headers.x_amz_security_token = Some(token.to_owned()));
        assert_eq!(judged, Err(ProofRefused::Malformed));
    }
}

#[test]
fn a_damaged_authorization_never_passes_for_another_than_the_signed_one() {
    let whole = good().authorization;
    let (form, _) = whole.split_once("Signature=").unwrap();
    crate::fuzz::damaged(whole.as_bytes(), |bytes| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let passes = judge(|headers| headers.authorization.clone_from(&text)).is_ok();
        // Only STS can check the access key and the signature; everything else is fixed.
        if passes {
            let (rest, signature) = text.split_once("Signature=").unwrap();
            let scope = |form: &str| form.split_once('/').map(|(_, scope)| scope.to_owned());
            assert_eq!(scope(rest), scope(form), "{text}");
            assert!(signature.len() == 64, "{text}");
        }
    });
}
