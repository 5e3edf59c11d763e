//! All decisions about standards.

use super::*;
use crate::observed::{AwsError, HubOn, ObservedStandard, Operation, OptStatus};

const FSBP: &str =
    "arn:aws:securityhub:us-east-1::standards/aws-foundational-security-best-practices/v/1.0.0";
const PCI: &str = "arn:aws:securityhub:us-east-1::standards/pci-dss/v/4.0.1";

fn error(code: &str) -> AwsError {
    AwsError::from_response(
        Operation::new("securityhub:DescribeStandards"),
        "us-east-1".parse().unwrap(),
        code,
        "",
    )
}

fn hub(enabled: &[(&str, StandardStatus)]) -> ObservedHub {
    ObservedHub::On(Box::new(HubOn {
        offered: Ok(vec![FSBP.to_owned(), PCI.to_owned()]),
        standards: enabled
            .iter()
            .map(|(arn, status)| ObservedStandard {
                arn: (*arn).to_owned(),
                status: status.clone(),
            })
            .collect(),
        membership: Err(error("X")),
    }))
}

fn names(names: &[&str]) -> Vec<StandardId> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

fn both() -> Vec<StandardId> {
    names(&[
        "aws-foundational-security-best-practices/v/1.0.0",
        "pci-dss/v/4.0.1",
    ])
}

#[test]
fn only_the_missing_ones_are_enabled() {
    assert_eq!(
        decide(&hub(&[(FSBP, StandardStatus::Ready)]), &both()),
        Decision::Needs(vec![Change::EnableStandards(vec![OfferedStandard {
            id: "pci-dss/v/4.0.1".parse().unwrap(),
            arn: PCI.to_owned(),
        }])])
    );
}

#[test]
fn pending_waits_and_incomplete_has_a_reason() {
    let with = |status| {
        decide(
            &hub(&[(FSBP, StandardStatus::Ready), (PCI, status)]),
            &both(),
        )
    };
    assert!(matches!(
        with(StandardStatus::Ready),
        Decision::Is(StepStatus::InPlace(_))
    ));
    assert!(matches!(
        with(StandardStatus::Pending),
        Decision::Is(StepStatus::Waiting(Reason::StandardsPending(pending))) if pending.len() == 1
    ));
    let code = "NO_AVAILABLE_CONFIGURATION_RECORDER";
    assert!(matches!(
        with(StandardStatus::Incomplete(code.to_owned())),
        Decision::Is(StepStatus::Insufficient(Reason::StandardIncomplete { code: said, .. })) if said == code
    ));
}

#[test]
fn what_a_region_does_not_offer_is_not_guessed() {
    assert!(matches!(
        decide(
            &hub(&[(FSBP, StandardStatus::Ready)]),
            &names(&[
                "aws-foundational-security-best-practices/v/1.0.0",
                "nist-800-53/v/5.0.0"
            ])
        ),
        Decision::Is(StepStatus::Blocked(Reason::StandardsNotOffered(_)))
    ));
}

#[test]
fn before_security_hub_is_on_they_are_deferred() {
    let off = ObservedHub::Off {
        offered: Err(error("InvalidAccessException")),
    };
    assert_eq!(
        decide(&off, &both()),
        Decision::DeferredUntilHub(Intention::Enable(both()))
    );
}

fn region(security_hub: ObservedHub) -> ObservedRegion {
    ObservedRegion {
        region: "us-east-1".parse().unwrap(),
        enabled: OptStatus::Enabled,
        config: Err(error("X")),
        guardduty: Err(error("X")),
        security_hub: Ok(security_hub),
        controls: None,
    }
}

#[test]
fn a_standard_that_no_region_offers_is_unknown() {
    let wanted = names(&["pci-dss/v/4.0.1", "nist-800-53/v/5.0.0", "no-such/v/1.0.0"]);
    let off = || {
        region(ObservedHub::Off {
            offered: Err(error("InvalidAccessException")),
        })
    };
    // All lists are readable, so only they count.
    assert_eq!(
        unknown(&wanted, &[region(hub(&[]))]),
        names(&["nist-800-53/v/5.0.0", "no-such/v/1.0.0"])
    );
    // One is not, so our own list counts too.
    assert_eq!(
        unknown(&wanted, &[region(hub(&[])), off()]),
        names(&["no-such/v/1.0.0"])
    );
    assert_eq!(unknown(&wanted, &[off()]), names(&["no-such/v/1.0.0"]));
}
