//! What an examination found, in words.

use std::borrow::Cow;

use rust_i18n::t;

use super::LocalizedMessage;
use crate::actions::doctor::{DoctorResult, Fact};
use hubward_domain::account::Language;
use hubward_domain::doctor::Health;
use hubward_domain::hub::HubState;

/// That AWS is called elsewhere, and what whoever answers there could do.
pub(crate) fn endpoint(variable: &str, address: &str, language: Language) -> LocalizedMessage {
    let locale = language.as_str();
    // Proofs are taken where the SDK's own order says: the service's variable, else the one for all.
    if matches!(variable, "AWS_ENDPOINT_URL" | "AWS_ENDPOINT_URL_STS") {
        LocalizedMessage::new(
            t!(
                "cli.serve_endpoint",
                locale = locale,
                variable = variable,
                value = address
            ),
            t!("cli.serve_endpoint_hint", locale = locale),
        )
    } else {
        LocalizedMessage::new(
            t!(
                "cli.serve_endpoint_of_service",
                locale = locale,
                variable = variable,
                value = address
            ),
            t!("cli.serve_endpoint_of_service_hint", locale = locale),
        )
    }
}

/// What was found, and what helps; no hint where all is well.
pub(crate) fn finding(fact: &Fact, language: Language) -> LocalizedMessage {
    let locale = language.as_str();
    let fine = |text: Cow<'_, str>| LocalizedMessage::new(text, "");
    match fact {
        Fact::Configured(file) => fine(t!(
            "doctor.configured",
            locale = locale,
            file = file.display()
        )),
        Fact::Misconfigured(error) | Fact::DatabaseClosed(error) => {
            joined(&super::startup_error::open_error(error, language))
        }
        Fact::SecretsFound => fine(t!("doctor.secrets", locale = locale)),
        Fact::SecretsWrong(problems) => {
            let problems = problems.iter();
            let told: Vec<_> = problems
                .map(|problem| super::config::problem(problem, language))
                .collect();
            joined(&told)
        }
        Fact::DatabaseAnswers(place) => fine(t!("doctor.database", locale = locale, place = place)),
        Fact::DatabaseFailed(error) => super::startup_error::store_error(error, language),
        Fact::AuditHolds(head) => fine(t!(
            "cli.audit_holds",
            locale = locale,
            events = head.events,
            hash = head.hash
        )),
        Fact::AuditBroken(broken) => LocalizedMessage::new(
            t!(
                "cli.audit_broken",
                locale = locale,
                sequence = broken.sequence
            ),
            t!("cli.audit_broken_hint", locale = locale),
        ),
        Fact::NoOverride => fine(t!("doctor.no_override", locale = locale)),
        Fact::Override { variable, address } => endpoint(variable, address, language),
        Fact::Administrator(account) => fine(t!(
            "doctor.administrator",
            locale = locale,
            administrator = account
        )),
        Fact::NoAws(error) => super::aws::unavailable(error, language),
        Fact::NoMembers(failure) => super::aws::failure(failure, language),
        Fact::NotLookedAt(broken) => fine(t!(
            "doctor.not_looked_at",
            locale = locale,
            check = broken.as_str()
        )),
        Fact::Release(file) => fine(t!("doctor.release", locale = locale, file = file)),
        Fact::AlertQueue(url) => fine(t!("doctor.alert_queue", locale = locale, url = url)),
        Fact::Members(count) => LocalizedMessage::new(
            t!("doctor.members", locale = locale, count = count),
            unless_ok(fact, t!("doctor.members_hint", locale = locale)),
        ),
        Fact::Hub(item) => {
            let told = super::hub::detail(item, &super::hub::HubProgress::of(item), language);
            match item.state {
                HubState::Planned(_) => LocalizedMessage::new(
                    t!("doctor.hub_missing", locale = locale, what = told.text),
                    t!("doctor.hub_missing_hint", locale = locale),
                ),
                _ => told,
            }
        }
        Fact::PublicUrl(url) => LocalizedMessage::new(
            t!("doctor.public_url", locale = locale, url = url),
            unless_ok(fact, t!("doctor.public_url_hint", locale = locale)),
        ),
        Fact::DatabaseElsewhere(file) => LocalizedMessage::new(
            t!(
                "doctor.database_elsewhere",
                locale = locale,
                file = file.display()
            ),
            t!("doctor.database_elsewhere_hint", locale = locale),
        ),
        Fact::Disk { directory, free } => LocalizedMessage::new(
            t!(
                "doctor.disk",
                locale = locale,
                directory = directory.display(),
                mebibytes = free >> 20
            ),
            unless_ok(fact, t!("doctor.disk_hint", locale = locale)),
        ),
        Fact::NoDisk { directory, why } => LocalizedMessage::new(
            t!(
                "doctor.no_disk",
                locale = locale,
                directory = directory.display(),
                why = why
            ),
            t!("doctor.no_disk_hint", locale = locale),
        ),
        Fact::Certificate { file, until, .. } => LocalizedMessage::new(
            t!(
                "doctor.certificate",
                locale = locale,
                file = file.display(),
                until = until
            ),
            unless_ok(fact, t!("doctor.certificate_hint", locale = locale)),
        ),
        Fact::NoCertificate { file, why } => LocalizedMessage::new(
            t!(
                "doctor.no_certificate",
                locale = locale,
                file = file.display(),
                why = why
            ),
            t!("doctor.certificate_hint", locale = locale),
        ),
        Fact::Clock(ahead) => LocalizedMessage::new(
            t!("doctor.clock", locale = locale, seconds = ahead),
            unless_ok(fact, t!("doctor.clock_hint", locale = locale)),
        ),
        Fact::NoClock(why) => LocalizedMessage::new(
            t!("doctor.no_clock", locale = locale, why = why),
            t!("aws.hint_unreachable", locale = locale),
        ),
        Fact::Permitted(operations) => fine(t!(
            "doctor.permitted",
            locale = locale,
            operations = operations.join(", ")
        )),
        Fact::NotPermitted(failure) => super::aws::failure(failure, language),
        Fact::ChannelUnreached { channel, why } => LocalizedMessage::new(
            t!(
                "doctor.channel_unreached",
                locale = locale,
                channel = channel,
                why = why
            ),
            t!("doctor.channel_unreached_hint", locale = locale),
        ),
        Fact::NoMessenger(why) => LocalizedMessage::new(
            t!("doctor.no_messenger", locale = locale, why = why),
            t!("doctor.channel_unreached_hint", locale = locale),
        ),
        Fact::Mail(sender) => fine(t!("doctor.mail", locale = locale, sender = sender)),
        Fact::NoMail(why) => LocalizedMessage::new(
            t!("doctor.no_mail", locale = locale, why = why),
            t!("doctor.no_mail_hint", locale = locale),
        ),
        Fact::Accounts(count) => LocalizedMessage::new(
            t!("doctor.accounts", locale = locale, count = count),
            unless_ok(fact, t!("doctor.accounts_hint", locale = locale)),
        ),
        Fact::NoReleaseKey => LocalizedMessage::new(
            t!("doctor.no_release_key", locale = locale),
            t!("doctor.no_release_key_hint", locale = locale),
        ),
        Fact::NoRelease => LocalizedMessage::new(
            t!("doctor.no_release", locale = locale),
            t!("doctor.no_release_hint", locale = locale),
        ),
        Fact::NoAlertRoute => LocalizedMessage::new(
            t!("alert.no_route", locale = locale),
            t!("alert.no_channel_hint", locale = locale),
        ),
        Fact::Channels(count) => fine(t!("doctor.channels", locale = locale, count = count)),
        Fact::ChannelDown {
            channel,
            since,
            why,
        } => LocalizedMessage::new(
            t!(
                "doctor.channel_down",
                locale = locale,
                channel = channel,
                since = since,
                why = why
            ),
            t!("doctor.channel_down_hint", locale = locale),
        ),
        Fact::Jira(project) => fine(t!("doctor.jira", locale = locale, project = project)),
        Fact::NoJira(why) => super::request::jira_fails(why, language),
        Fact::NoAccountField => LocalizedMessage::new(
            t!("doctor.no_account_field", locale = locale),
            t!("doctor.no_account_field_hint", locale = locale),
        ),
        Fact::Guide(files) => fine(t!("doctor.guide", locale = locale, count = files)),
        Fact::GuideWrong(count) => LocalizedMessage::new(
            t!("doctor.guide_wrong", locale = locale, count = count),
            t!("doctor.guide_wrong_hint", locale = locale),
        ),
        Fact::NoAlertQueue => LocalizedMessage::new(
            t!("doctor.no_alert_queue", locale = locale),
            t!("doctor.no_alert_queue_hint", locale = locale),
        ),
    }
}

fn unless_ok(fact: &Fact, hint: Cow<'_, str>) -> String {
    if fact.health() == Health::Ok {
        String::new()
    } else {
        hint.into_owned()
    }
}

/// Several messages as one: a line for each.
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

/// How many of each.
pub(crate) fn summary(findings: &[DoctorResult], language: Language) -> String {
    let count = |health| {
        findings
            .iter()
            .filter(|finding| finding.fact.health() == health)
            .count()
    };
    t!(
        "doctor.summary",
        locale = language.as_str(),
        ok = count(Health::Ok),
        warn = count(Health::Warn),
        fail = count(Health::Fail)
    )
    .into_owned()
}
