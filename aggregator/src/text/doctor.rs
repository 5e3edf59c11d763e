//! Messages about the results of an examination.

use super::LocalizedMessage;
use crate::actions::doctor::{DoctorResult, Fact};
use crate::say::Say;
use hubward_domain::account::Language;
use hubward_domain::doctor::Health;
use hubward_domain::hub::HubState;

/// Warns that an AWS endpoint override is set, and why it matters.
pub(crate) fn endpoint(variable: &str, address: &str, language: Language) -> LocalizedMessage {
    let say = Say(language);
    // Proofs are sent to the address of the SDK's own order: the service's variable, else the general one.
    if matches!(variable, "AWS_ENDPOINT_URL" | "AWS_ENDPOINT_URL_STS") {
        LocalizedMessage::new(
            say.cli_serve_endpoint(address, variable),
            say.cli_serve_endpoint_hint(),
        )
    } else {
        LocalizedMessage::new(
            say.cli_serve_endpoint_of_service(address, variable),
            say.cli_serve_endpoint_of_service_hint(),
        )
    }
}

/// The result, and what to do; no hint if all is well.
pub(crate) fn finding(fact: &Fact, language: Language) -> LocalizedMessage {
    let say = Say(language);
    match fact {
        Fact::Configured(file) => without_hint(say.doctor_configured(file.display())),
        Fact::Misconfigured(error) | Fact::DatabaseClosed(error) => {
            joined(&super::startup_error::open_error(error, language))
        }
        Fact::SecretsFound => without_hint(say.doctor_secrets()),
        Fact::SecretsWrong(problems) => {
            let problems = problems.iter();
            let messages: Vec<_> = problems
                .map(|problem| super::config::problem(problem, language))
                .collect();
            joined(&messages)
        }
        Fact::DatabaseAnswers(place) => without_hint(say.doctor_database(place)),
        Fact::DatabaseFailed(error) => super::startup_error::store_error(error, language),
        Fact::AuditHolds(head) => without_hint(say.cli_audit_holds(head.events, &head.hash)),
        Fact::AuditBroken(broken) => LocalizedMessage::new(
            say.cli_audit_broken(broken.sequence),
            say.cli_audit_broken_hint(),
        ),
        Fact::NoOverride => without_hint(say.doctor_no_override()),
        Fact::Override { variable, address } => endpoint(variable, address, language),
        Fact::Administrator(account) => without_hint(say.doctor_administrator(account)),
        Fact::NoAws(error) => super::aws::unavailable(error, language),
        Fact::NoMembers(failure) => super::aws::failure(failure, language),
        Fact::NotLookedAt(broken) => without_hint(say.doctor_not_looked_at(broken.as_str())),
        Fact::Release(file) => without_hint(say.doctor_release(file)),
        Fact::AlertQueue(url) => without_hint(say.doctor_alert_queue(url)),
        Fact::Members(count) => LocalizedMessage::new(
            say.doctor_members(*count),
            hint_unless_ok(fact, say.doctor_members_hint()),
        ),
        Fact::Hub(item) => {
            let message = super::hub::detail(item, &super::hub::HubProgress::of(item), language);
            match item.state {
                HubState::Planned(_) => LocalizedMessage::new(
                    say.doctor_hub_missing(&message.text),
                    say.doctor_hub_missing_hint(),
                ),
                _ => message,
            }
        }
        Fact::PublicUrl(url) => LocalizedMessage::new(
            say.doctor_public_url(url),
            hint_unless_ok(fact, say.doctor_public_url_hint()),
        ),
        Fact::DatabaseElsewhere(file) => LocalizedMessage::new(
            say.doctor_database_elsewhere(file.display()),
            say.doctor_database_elsewhere_hint(),
        ),
        Fact::Disk { directory, free } => LocalizedMessage::new(
            say.doctor_disk(directory.display(), free >> 20),
            hint_unless_ok(fact, say.doctor_disk_hint()),
        ),
        Fact::NoDisk { directory, why } => LocalizedMessage::new(
            say.doctor_no_disk(directory.display(), why),
            say.doctor_no_disk_hint(),
        ),
        Fact::Certificate { file, until, .. } => LocalizedMessage::new(
            say.doctor_certificate(file.display(), until),
            hint_unless_ok(fact, say.doctor_certificate_hint()),
        ),
        Fact::NoCertificate { file, why } => LocalizedMessage::new(
            say.doctor_no_certificate(file.display(), why),
            say.doctor_certificate_hint(),
        ),
        Fact::Clock(ahead) => LocalizedMessage::new(
            say.doctor_clock(ahead),
            hint_unless_ok(fact, say.doctor_clock_hint()),
        ),
        Fact::NoClock(why) => {
            LocalizedMessage::new(say.doctor_no_clock(why), say.aws_hint_unreachable())
        }
        Fact::Permitted(operations) => without_hint(say.doctor_permitted(operations.join(", "))),
        Fact::NotPermitted(failure) => super::aws::failure(failure, language),
        Fact::ChannelUnreached { channel, why } => LocalizedMessage::new(
            say.doctor_channel_unreached(channel, why),
            say.doctor_channel_unreached_hint(),
        ),
        Fact::NoMessenger(why) => LocalizedMessage::new(
            say.doctor_no_messenger(why),
            say.doctor_channel_unreached_hint(),
        ),
        Fact::Mail(sender) => without_hint(say.doctor_mail(sender)),
        Fact::NoMail(why) => {
            LocalizedMessage::new(say.doctor_no_mail(why), say.doctor_no_mail_hint())
        }
        Fact::Accounts(count) => LocalizedMessage::new(
            say.doctor_accounts(*count),
            hint_unless_ok(fact, say.doctor_accounts_hint()),
        ),
        Fact::NoReleaseKey => LocalizedMessage::new(
            say.doctor_no_release_key(),
            say.doctor_no_release_key_hint(),
        ),
        Fact::NoRelease => {
            LocalizedMessage::new(say.doctor_no_release(), say.doctor_no_release_hint())
        }
        Fact::NoAlertRoute => {
            LocalizedMessage::new(say.alert_no_route(), say.alert_no_channel_hint())
        }
        Fact::Channels(count) => without_hint(say.doctor_channels(count)),
        Fact::ChannelDown {
            channel,
            since,
            why,
        } => LocalizedMessage::new(
            say.doctor_channel_down(channel, since, why),
            say.doctor_channel_down_hint(),
        ),
        Fact::Jira(project) => without_hint(say.doctor_jira(project)),
        Fact::NoJira(error) => super::request::issues_fail(error, language),
        Fact::NoAccountField => LocalizedMessage::new(
            say.doctor_no_account_field(),
            say.doctor_no_account_field_hint(),
        ),
        Fact::Guide(files) => without_hint(say.doctor_guide(*files)),
        Fact::GuideWrong(count) => LocalizedMessage::new(
            say.doctor_guide_wrong(*count),
            say.doctor_guide_wrong_hint(),
        ),
        Fact::NoAlertQueue => LocalizedMessage::new(
            say.doctor_no_alert_queue(),
            say.doctor_no_alert_queue_hint(),
        ),
    }
}

fn without_hint(text: impl Into<String>) -> LocalizedMessage {
    LocalizedMessage::new(text, "")
}

fn hint_unless_ok(fact: &Fact, hint: &str) -> String {
    if fact.health() == Health::Ok {
        String::new()
    } else {
        hint.to_owned()
    }
}

/// Several messages as one, with a line for each.
fn joined(messages: &[LocalizedMessage]) -> LocalizedMessage {
    let lines = |part: fn(&LocalizedMessage) -> &String| {
        let mut lines: Vec<&str> = messages
            .iter()
            .map(|message| part(message).as_str())
            .filter(|line| !line.is_empty())
            .collect();
        lines.dedup();
        lines.join("\n")
    };
    LocalizedMessage::new(
        lines(|message| &message.text),
        lines(|message| &message.hint),
    )
}

/// The number of results by severity.
pub(crate) fn summary(findings: &[DoctorResult], language: Language) -> String {
    let count = |health| {
        findings
            .iter()
            .filter(|finding| finding.fact.health() == health)
            .count()
    };
    Say(language).doctor_summary(count(Health::Fail), count(Health::Ok), count(Health::Warn))
}
