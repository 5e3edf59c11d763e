//! The sentences, in both languages. Nothing else in the program knows how a fact is said; the words
//! themselves are in `locales/`, one file per topic.

use std::borrow::Cow;

use hubward_protocol::{AccountId, RunReport, State, Step};
use rust_i18n::t;

use crate::change::Change;
use crate::commands::Trouble;
use crate::converge::Event;
use crate::observed::{Cause, Denier, Refusal};
use crate::plan::{Intention, Reason};

#[cfg(test)]
mod tests;

/// A language of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lang {
    /// Japanese.
    Ja,
    /// English.
    En,
}

/// A sentence or a word.
pub(crate) type Text = Cow<'static, str>;

impl Lang {
    /// The language that the environment's `ja_JP.UTF-8` or `en` asks for; English for all others.
    pub(crate) fn of_locale(locale: &str) -> Self {
        match locale.split(['_', '-', '.', '@']).next() {
            Some(language) if language.eq_ignore_ascii_case("ja") => Self::Ja,
            _ => Self::En,
        }
    }

    /// The key of the locale files.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }
}

/// A step, as the head of a column.
pub(crate) fn step(step: Step, lang: Lang) -> Text {
    let locale = lang.code();
    match step {
        Step::Config => t!("step.config", locale = locale),
        Step::GuardDuty => t!("step.guardduty", locale = locale),
        Step::SecurityHub => t!("step.security_hub", locale = locale),
        Step::Standards => t!("step.standards", locale = locale),
        Step::Invitation => t!("step.invitation", locale = locale),
    }
}

/// A state, in a word.
pub(crate) fn state(state: State, lang: Lang) -> Text {
    let locale = lang.code();
    match state {
        State::Already => t!("state.already", locale = locale),
        State::Changed => t!("state.changed", locale = locale),
        State::Planned => t!("state.planned", locale = locale),
        State::Waiting => t!("state.waiting", locale = locale),
        State::Insufficient => t!("state.insufficient", locale = locale),
        State::ManagedElsewhere => t!("state.managed_elsewhere", locale = locale),
        State::Blocked => t!("state.blocked", locale = locale),
        State::Failed => t!("state.failed", locale = locale),
    }
}

/// What would be done, in the imperative.
pub(crate) fn change(change: &Change, lang: Lang) -> Text {
    let locale = lang.code();
    match change {
        Change::CreateServiceLinkedRole => t!("change.create_service_linked_role", locale = locale),
        Change::CreateBucket(bucket) => t!(
            "change.create_bucket",
            locale = locale,
            bucket = bucket.name
        ),
        Change::BlockPublicAccess(_) => t!("change.block_public_access", locale = locale),
        Change::PutBucketPolicy(_) => t!("change.put_bucket_policy", locale = locale),
        Change::PutRecorder { global_types: true } => {
            t!("change.put_recorder_with_global_types", locale = locale)
        }
        Change::PutRecorder {
            global_types: false,
        } => t!("change.put_recorder", locale = locale),
        Change::PutDeliveryChannel(_) => t!("change.put_delivery_channel", locale = locale),
        Change::StartRecorder => t!("change.start_recorder", locale = locale),
        Change::CreateDetector => t!("change.create_detector", locale = locale),
        Change::ResumeDetector { .. } => t!("change.resume_detector", locale = locale),
        Change::EnableSecurityHub => t!("change.enable_security_hub", locale = locale),
        Change::EnableStandards(standards) => {
            t!(
                "change.enable_standards",
                locale = locale,
                standards = list(standards.iter().map(|standard| &standard.id))
            )
        }
        Change::AcceptInvitation { administrator, .. } => {
            t!(
                "change.accept_invitation",
                locale = locale,
                administrator = administrator
            )
        }
    }
}

/// What was found, in a sentence.
pub(crate) fn detail(reason: &Reason, lang: Lang) -> Text {
    let locale = lang.code();
    match reason {
        Reason::Recording { recorder } => {
            t!("detail.recording", locale = locale, recorder = recorder)
        }
        Reason::RecorderStopped { recorder } => t!(
            "detail.recorder_stopped",
            locale = locale,
            recorder = recorder
        ),
        Reason::RecorderMisses { recorder, types } => t!(
            "detail.recorder_misses",
            locale = locale,
            recorder = recorder,
            count = types.len(),
            types = list(types.iter().take(3))
        ),
        Reason::GlobalTypesNowhere { recorder } => {
            t!(
                "detail.global_types_nowhere",
                locale = locale,
                recorder = recorder
            )
        }
        Reason::DeliveryFails { recorder, code } => {
            t!(
                "detail.delivery_fails",
                locale = locale,
                recorder = recorder,
                code = code
            )
        }
        Reason::SecurityHubRecords { recorder } => {
            t!(
                "detail.security_hub_records",
                locale = locale,
                recorder = recorder
            )
        }
        Reason::ControlTowerRecords {
            recorder,
            recording: true,
        } => t!(
            "detail.control_tower_records",
            locale = locale,
            recorder = recorder
        ),
        Reason::ControlTowerRecords {
            recorder,
            recording: false,
        } => t!(
            "detail.control_tower_stopped",
            locale = locale,
            recorder = recorder
        ),
        Reason::DetectorOn { frequency } => {
            t!("detail.detector_on", locale = locale, frequency = frequency)
        }
        Reason::DetectorSuspendedBy { administrator } => {
            t!(
                "detail.detector_suspended_by",
                locale = locale,
                administrator = administrator
            )
        }
        Reason::HubOn => t!("detail.hub_on", locale = locale),
        Reason::StandardsReady(standards) => {
            t!(
                "detail.standards_ready",
                locale = locale,
                standards = list(standards)
            )
        }
        Reason::StandardsPending(standards) => {
            t!(
                "detail.standards_pending",
                locale = locale,
                standards = list(standards)
            )
        }
        Reason::StandardIncomplete { standard, code } => {
            t!(
                "detail.standard_incomplete",
                locale = locale,
                standard = standard,
                code = code
            )
        }
        Reason::StandardsNotOffered(standards) => {
            t!(
                "detail.standards_not_offered",
                locale = locale,
                standards = list(standards)
            )
        }
        Reason::StandardsUnknown(standards) => {
            t!(
                "detail.standards_unknown",
                locale = locale,
                standards = list(standards)
            )
        }
        Reason::MemberOf { administrator } => t!(
            "detail.member_of",
            locale = locale,
            administrator = administrator
        ),
        Reason::MembershipNotEnabled {
            administrator,
            status,
        } => t!(
            "detail.membership_not_enabled",
            locale = locale,
            administrator = administrator,
            status = status
        ),
        Reason::NoInvitation {
            administrator,
            ignored,
        } if ignored.is_empty() => {
            t!(
                "detail.no_invitation",
                locale = locale,
                administrator = administrator
            )
        }
        Reason::NoInvitation {
            administrator,
            ignored,
        } => t!(
            "detail.only_other_invitations",
            locale = locale,
            administrator = administrator,
            others = list(ignored)
        ),
        Reason::MemberOfAnother { administrator } => {
            t!(
                "detail.member_of_another",
                locale = locale,
                administrator = administrator
            )
        }
        Reason::Refused(refusal) => refused(refusal, lang),
        Reason::RegionOff => t!("detail.region_off", locale = locale),
        Reason::RegionEnabling => t!("detail.region_enabling", locale = locale),
        Reason::NeedsSecurityHub => t!("detail.needs_security_hub", locale = locale),
        Reason::WouldChange(changes) => t!(
            "detail.would_change",
            locale = locale,
            changes = sentence(changes, lang)
        ),
        Reason::WouldFollow(Intention::Enable(standards)) => {
            t!(
                "detail.would_enable_standards",
                locale = locale,
                standards = list(standards)
            )
        }
        Reason::WouldFollow(Intention::Join(administrator)) => {
            t!(
                "detail.would_join",
                locale = locale,
                administrator = administrator
            )
        }
        Reason::NotSeenAfterwards(changes) => t!(
            "detail.not_seen_afterwards",
            locale = locale,
            changes = sentence(changes, lang)
        ),
        Reason::OutOfTime => t!("detail.out_of_time", locale = locale),
    }
}

/// What helps, and who must act; nothing where nothing is missing.
pub(crate) fn hint(reason: &Reason, lang: Lang) -> Option<Text> {
    let locale = lang.code();
    Some(match reason {
        Reason::Recording { .. }
        | Reason::SecurityHubRecords { .. }
        | Reason::ControlTowerRecords {
            recording: true, ..
        }
        | Reason::DetectorOn { .. }
        | Reason::HubOn
        | Reason::StandardsReady(_)
        | Reason::MemberOf { .. }
        | Reason::WouldChange(_)
        | Reason::WouldFollow(_) => return None,
        Reason::RecorderStopped { recorder } => {
            t!("hint.start_recorder", locale = locale, recorder = recorder)
        }
        Reason::RecorderMisses { .. } => t!("hint.record_all", locale = locale),
        Reason::GlobalTypesNowhere { .. } => t!("hint.record_global_types", locale = locale),
        Reason::DeliveryFails { .. } => t!("hint.repair_delivery", locale = locale),
        Reason::ControlTowerRecords { .. } => t!("hint.ask_control_tower", locale = locale),
        Reason::DetectorSuspendedBy { administrator } => {
            t!(
                "hint.ask_guardduty_administrator",
                locale = locale,
                administrator = administrator
            )
        }
        Reason::StandardsPending(_) => t!("hint.wait_for_standards", locale = locale),
        Reason::StandardIncomplete { code, .. }
            if code == "NO_AVAILABLE_CONFIGURATION_RECORDER" =>
        {
            t!("hint.standard_needs_recorder", locale = locale)
        }
        Reason::StandardIncomplete { .. } => t!("hint.look_at_standard", locale = locale),
        Reason::StandardsNotOffered(_) => t!("hint.standard_not_here", locale = locale),
        Reason::StandardsUnknown(_) => t!("hint.check_standard_name", locale = locale),
        Reason::MembershipNotEnabled { administrator, .. }
        | Reason::NoInvitation { administrator, .. } => {
            t!(
                "hint.soc_invites",
                locale = locale,
                administrator = administrator
            )
        }
        Reason::MemberOfAnother { administrator } => {
            t!(
                "hint.leave_other_administrator",
                locale = locale,
                administrator = administrator
            )
        }
        Reason::Refused(refusal) => refused_hint(refusal, lang),
        Reason::RegionOff => t!("hint.enable_region", locale = locale),
        Reason::RegionEnabling => t!("hint.wait_for_region", locale = locale),
        Reason::NeedsSecurityHub => t!("hint.see_security_hub", locale = locale),
        Reason::NotSeenAfterwards(_) | Reason::OutOfTime => t!("hint.run_again", locale = locale),
    })
}

/// What was attempted, where, and what AWS answered.
pub(crate) fn refused(refusal: &Refusal, lang: Lang) -> Text {
    let locale = lang.code();
    let (operation, region, code) = (refusal.operation.name, refusal.region, &refusal.code);
    if refusal.message.is_empty() {
        t!(
            "refused.bare",
            locale = locale,
            operation = operation,
            region = region,
            code = code
        )
    } else {
        t!(
            "refused.with_message",
            locale = locale,
            operation = operation,
            region = region,
            code = code,
            message = refusal.message
        )
    }
}

/// Who can help against a refusal, and how.
pub(crate) fn refused_hint(refusal: &Refusal, lang: Lang) -> Text {
    let locale = lang.code();
    match &refusal.cause {
        Cause::Denied {
            by: Denier::ServiceControlPolicy,
            action,
        } => t!(
            "hint.ask_scp",
            locale = locale,
            action = action,
            region = refusal.region
        ),
        Cause::Denied {
            by: Denier::ExplicitDeny,
            action,
        } => t!("hint.explicit_deny", locale = locale, action = action),
        Cause::Denied {
            by: Denier::NothingAllows,
            action,
        } => t!("hint.allow_action", locale = locale, action = action),
        Cause::CentrallyManaged => t!("hint.ask_central", locale = locale),
        Cause::RegionOff => t!("hint.enable_region", locale = locale),
        Cause::Credentials => t!("hint.new_credentials", locale = locale),
        Cause::Throttled => t!("hint.run_again_later", locale = locale),
        Cause::Unreachable => t!(
            "hint.check_network",
            locale = locale,
            region = refusal.region
        ),
        Cause::Other => t!("hint.run_again", locale = locale),
    }
}

/// What keeps a command from beginning, and what helps.
pub(crate) fn trouble(trouble: &Trouble, lang: Lang) -> (Text, Option<Text>) {
    let locale = lang.code();
    match trouble {
        Trouble::NoRegion => (
            t!("error.no_region", locale = locale),
            Some(t!("error.no_region.hint", locale = locale)),
        ),
        Trouble::UnknownRegion(region) => (
            t!("error.unknown_region", locale = locale, region = region),
            Some(t!("error.no_region.hint", locale = locale)),
        ),
        Trouble::NoAdministrator => (
            t!("error.no_administrator", locale = locale),
            Some(t!("error.no_administrator.hint", locale = locale)),
        ),
        Trouble::BadAdministrator => (
            t!("error.bad_administrator", locale = locale),
            Some(t!("error.no_administrator.hint", locale = locale)),
        ),
        Trouble::NoCredentials(why) => (
            t!("error.no_credentials", locale = locale, why = why),
            Some(t!("error.no_credentials.hint", locale = locale)),
        ),
        Trouble::UnsafeEndpoint(endpoint) => (
            t!(
                "error.unsafe_endpoint",
                locale = locale,
                endpoint = endpoint
            ),
            Some(t!("error.unsafe_endpoint.hint", locale = locale)),
        ),
        Trouble::NoIdentity(refusal) => {
            let hint = match refusal.cause {
                // Before the identity is proved, an unknown key is no matter of Regions.
                Cause::RegionOff => t!("hint.new_credentials", locale = locale),
                _ => refused_hint(refusal, lang),
            };
            (refused(refusal, lang), Some(hint))
        }
        Trouble::CallerIsAdministrator(account) => (
            t!(
                "error.caller_is_administrator",
                locale = locale,
                account = account
            ),
            Some(t!("error.caller_is_administrator.hint", locale = locale)),
        ),
    }
}

/// Something that happened during a run.
pub(crate) fn event(event: &Event, lang: Lang) -> Text {
    let locale = lang.code();
    match event {
        Event::Made {
            region,
            change: made,
        } => {
            t!(
                "talk.made",
                locale = locale,
                region = region,
                change = change(made, lang)
            )
        }
        Event::Refused(refusal) => refused(refusal, lang),
        Event::AwaitsInvitation { region } => {
            t!("talk.awaits_invitation", locale = locale, region = region)
        }
        Event::AwaitsStandards { region } => {
            t!("talk.awaits_standards", locale = locale, region = region)
        }
    }
}

/// What is looked at.
pub(crate) fn looking(account: &AccountId, count: usize, lang: Lang) -> Text {
    t!(
        "talk.looking",
        locale = lang.code(),
        account = account,
        count = count
    )
}

/// Whose result it is.
pub(crate) fn heading(account: &AccountId, administrator: &AccountId, lang: Lang) -> Text {
    t!(
        "talk.heading",
        locale = lang.code(),
        account = account,
        administrator = administrator
    )
}

/// Whether the changes may be made.
pub(crate) fn question(lang: Lang) -> Text {
    t!("talk.question", locale = lang.code())
}

/// Nobody could be asked.
pub(crate) fn not_asked(lang: Lang) -> Text {
    t!("talk.not_asked", locale = lang.code())
}

/// The answer was no.
pub(crate) fn declined(lang: Lang) -> Text {
    t!("talk.declined", locale = lang.code())
}

/// The run was told to stop.
pub(crate) fn stopping(lang: Lang) -> Text {
    t!("talk.stopping", locale = lang.code())
}

/// The head of the column of Regions.
pub(crate) fn region_head(lang: Lang) -> Text {
    t!("word.region", locale = lang.code())
}

/// The word before a hint.
pub(crate) fn hint_word(lang: Lang) -> Text {
    t!("word.hint", locale = lang.code())
}

/// The word before an error.
pub(crate) fn error_word(lang: Lang) -> Text {
    t!("word.error", locale = lang.code())
}

/// The last lines: how far it is, who acts next, and the next command.
pub(crate) fn summary(report: &RunReport, lang: Lang) -> Vec<Text> {
    let locale = lang.code();
    let changes = report.changes;
    if report.complete {
        return vec![t!("summary.complete", locale = locale, changes = changes)];
    }
    let states: Vec<_> = report
        .regions
        .iter()
        .flat_map(|region| &region.steps)
        .map(|step| (step.step, step.state))
        .collect();
    let count = |wanted: &[State]| {
        states
            .iter()
            .filter(|(_, state)| wanted.contains(state))
            .count()
    };
    let all = states.len();
    let open = all - count(&[State::Already, State::Changed]);
    let failed = count(&[State::Failed]);
    let mut lines = vec![if failed > 0 {
        t!(
            "summary.failed",
            locale = locale,
            open = open,
            all = all,
            failed = failed,
            changes = changes
        )
    } else {
        t!(
            "summary.incomplete",
            locale = locale,
            open = open,
            all = all,
            changes = changes
        )
    }];
    if states.contains(&(Step::Invitation, State::Waiting)) {
        let administrator = &report.administrator;
        lines.push(t!(
            "summary.waits_for_soc",
            locale = locale,
            administrator = administrator
        ));
    }
    if states.contains(&(Step::Standards, State::Waiting)) {
        lines.push(t!("summary.waits_for_aws", locale = locale));
    }
    if count(&[
        State::Insufficient,
        State::ManagedElsewhere,
        State::Blocked,
        State::Failed,
    ]) > 0
    {
        lines.push(t!("summary.waits_for_you", locale = locale));
    }
    lines.push(if open == count(&[State::Waiting]) {
        t!("summary.next_status", locale = locale)
    } else {
        t!("summary.next_setup", locale = locale)
    });
    lines
}

fn sentence(changes: &[Change], lang: Lang) -> String {
    let separator = t!("word.separator", locale = lang.code());
    let changes: Vec<_> = changes.iter().map(|one| change(one, lang)).collect();
    changes.join(&separator)
}

fn list<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<_> = items.into_iter().map(|item| item.to_string()).collect();
    items.join(", ")
}
