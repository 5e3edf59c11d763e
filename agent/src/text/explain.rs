//! Why a change is made, what kind of cost it has, and how it is done by hand; and what is said of
//! what can be taken back.

use hubward_protocol::{AccountId, Region};
use rust_i18n::t;

use super::{Lang, Text};
use crate::change::{Cost, Kind};
use crate::plan::undo::Created;

/// A change, explained.
pub(crate) struct Explanation {
    /// What it does.
    pub(crate) title: Text,
    /// Why it is made.
    pub(crate) why: Text,
    /// What kind of cost it has.
    pub(crate) cost: Text,
    /// AWS's own page of prices, where it costs.
    pub(crate) price_page: Option<String>,
    /// The steps in the console, a line each.
    pub(crate) by_hand: Text,
}

/// Explains a kind of change.
pub(crate) fn explanation(kind: Kind, lang: Lang) -> Explanation {
    let (title, why, by_hand) = words(kind, lang);
    Explanation {
        title,
        why,
        by_hand,
        cost: cost(kind, lang),
        price_page: match kind.cost() {
            Cost::Free => None,
            Cost::ByUse(page) => Some(page.address(lang == Lang::Ja)),
        },
    }
}

fn words(kind: Kind, lang: Lang) -> (Text, Text, Text) {
    let locale = lang.code();
    match kind {
        Kind::CreateServiceLinkedRole => (
            t!("explain.create_service_linked_role.title", locale = locale),
            t!("explain.create_service_linked_role.why", locale = locale),
            t!(
                "explain.create_service_linked_role.by_hand",
                locale = locale
            ),
        ),
        Kind::PutRecorder => (
            t!("explain.put_recorder.title", locale = locale),
            t!("explain.put_recorder.why", locale = locale),
            t!("explain.put_recorder.by_hand", locale = locale),
        ),
        Kind::CreateBucket => (
            t!("explain.create_bucket.title", locale = locale),
            t!("explain.create_bucket.why", locale = locale),
            t!("explain.create_bucket.by_hand", locale = locale),
        ),
        Kind::BlockPublicAccess => (
            t!("explain.block_public_access.title", locale = locale),
            t!("explain.block_public_access.why", locale = locale),
            t!("explain.block_public_access.by_hand", locale = locale),
        ),
        Kind::PutBucketPolicy => (
            t!("explain.put_bucket_policy.title", locale = locale),
            t!("explain.put_bucket_policy.why", locale = locale),
            t!("explain.put_bucket_policy.by_hand", locale = locale),
        ),
        Kind::PutDeliveryChannel => (
            t!("explain.put_delivery_channel.title", locale = locale),
            t!("explain.put_delivery_channel.why", locale = locale),
            t!("explain.put_delivery_channel.by_hand", locale = locale),
        ),
        Kind::StartRecorder => (
            t!("explain.start_recorder.title", locale = locale),
            t!("explain.start_recorder.why", locale = locale),
            t!("explain.start_recorder.by_hand", locale = locale),
        ),
        Kind::CreateDetector => (
            t!("explain.create_detector.title", locale = locale),
            t!("explain.create_detector.why", locale = locale),
            t!("explain.create_detector.by_hand", locale = locale),
        ),
        Kind::ResumeDetector => (
            t!("explain.resume_detector.title", locale = locale),
            t!("explain.resume_detector.why", locale = locale),
            t!("explain.resume_detector.by_hand", locale = locale),
        ),
        Kind::EnableSecurityHub => (
            t!("explain.enable_security_hub.title", locale = locale),
            t!("explain.enable_security_hub.why", locale = locale),
            t!("explain.enable_security_hub.by_hand", locale = locale),
        ),
        Kind::EnableStandards => (
            t!("explain.enable_standards.title", locale = locale),
            t!("explain.enable_standards.why", locale = locale),
            t!("explain.enable_standards.by_hand", locale = locale),
        ),
        Kind::AcceptInvitation => (
            t!("explain.accept_invitation.title", locale = locale),
            t!("explain.accept_invitation.why", locale = locale),
            t!("explain.accept_invitation.by_hand", locale = locale),
        ),
    }
}

fn cost(kind: Kind, lang: Lang) -> Text {
    let locale = lang.code();
    match kind {
        Kind::PutDeliveryChannel => t!("explain.put_delivery_channel.cost", locale = locale),
        Kind::StartRecorder => t!("explain.start_recorder.cost", locale = locale),
        Kind::CreateDetector => t!("explain.create_detector.cost", locale = locale),
        Kind::ResumeDetector => t!("explain.resume_detector.cost", locale = locale),
        Kind::EnableSecurityHub => t!("explain.enable_security_hub.cost", locale = locale),
        Kind::EnableStandards => t!("explain.enable_standards.cost", locale = locale),
        Kind::CreateServiceLinkedRole
        | Kind::PutRecorder
        | Kind::CreateBucket
        | Kind::BlockPublicAccess
        | Kind::PutBucketPolicy
        | Kind::AcceptInvitation => t!("explain.free", locale = locale),
    }
}

/// The words before why, cost, by hand, and where more is read.
pub(crate) fn explanation_heads(lang: Lang) -> [Text; 4] {
    let locale = lang.code();
    [
        t!("explain.why", locale = locale),
        t!("explain.cost", locale = locale),
        t!("explain.by_hand", locale = locale),
        t!("explain.read_on", locale = locale),
    ]
}

/// The line above the costs of a plan.
pub(crate) fn costs(lang: Lang) -> Text {
    t!("explain.costs", locale = lang.code())
}

/// What one kind of change costs, in how many Regions.
pub(crate) fn costs_of(kind: Kind, regions: usize, lang: Lang) -> Text {
    t!(
        "explain.costs_of",
        locale = lang.code(),
        change = kind.name(),
        count = regions,
        cost = cost(kind, lang)
    )
}

/// The changes of a plan that cost nothing.
pub(crate) fn costs_nothing(kinds: &[Kind], lang: Lang) -> Text {
    let names: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
    t!(
        "explain.costs_nothing",
        locale = lang.code(),
        changes = names.join(", ")
    )
}

/// The command that says more; `server` is the argument that names the server.
pub(crate) fn explained_by(server: &str, lang: Lang) -> Text {
    t!("explain.more", locale = lang.code(), server = server)
}

/// The line above what can be taken back, or that there is nothing.
pub(crate) fn undo_heading(account: &AccountId, regions: usize, empty: bool, lang: Lang) -> Text {
    let locale = lang.code();
    if empty {
        t!(
            "undo.nothing",
            locale = locale,
            account = account,
            count = regions
        )
    } else {
        t!("undo.heading", locale = locale, account = account)
    }
}

/// Something that was created, and what is lost with it.
pub(crate) fn created(region: Region, created: &Created, lang: Lang) -> Text {
    let locale = lang.code();
    match created {
        Created::Membership { administrator } => t!(
            "undo.membership",
            locale = locale,
            region = region,
            administrator = administrator
        ),
        Created::Hub => t!("undo.hub", locale = locale, region = region),
        Created::Detector { .. } => t!("undo.detector", locale = locale, region = region),
        Created::Recorder { .. } => t!("undo.recorder", locale = locale, region = region),
        Created::Bucket(bucket) => t!(
            "undo.bucket",
            locale = locale,
            region = region,
            bucket = bucket.name
        ),
    }
}

/// What carries no tag: the role, and the standards.
pub(crate) fn untagged(lang: Lang) -> [Text; 2] {
    let locale = lang.code();
    [
        t!("undo.standards", locale = locale),
        t!("undo.role", locale = locale),
    ]
}
