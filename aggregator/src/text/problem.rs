//! The agent API's refusals: their stable codes, and what they say.

use rust_i18n::t;

use super::LocalizedMessage;
use hubward_domain::account::Language;

/// A stable code: programs match on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// The request is not of the form that it must have.
    Malformed,
    /// The challenge is not ours, expired, spent, or for another server.
    ChallengeRefused,
    /// The signature is not right.
    SignatureRefused,
    /// The Region is none that we know.
    RegionUnknown,
    /// The date is too far from ours.
    DateRefused,
    /// The account is not in the ledger.
    AccountNotInLedger,
    /// There is no token, or it is not good.
    Unauthorized,
    /// There is no access token, or it is not good.
    NoAccess,
    /// What the address asks for makes no sense.
    BadQuery,
    /// A webhook does not prove whose it is.
    HookRefused,
    /// Whoever pushes events does not have the key.
    KeyRefused,
    /// An event could not be stored in time.
    NotStored,
    /// The account is not to be invited.
    NotInvitable,
    /// Too many requests from this address.
    RateLimited,
    /// The request's body is too large.
    TooLarge,
    /// The request took too long.
    TooSlow,
    /// No release of the agent was added yet.
    NoRelease,
    /// There is nothing at this path.
    NotFound,
    /// What is at this path is not for this method.
    MethodNotAllowed,
    /// STS could not be asked.
    StsUnavailable,
    /// Security Hub could not be asked.
    AwsUnavailable,
    /// Our own fault.
    Internal,
}

impl Code {
    /// The code on the wire.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::ChallengeRefused => "challenge_refused",
            Self::SignatureRefused => "signature_refused",
            Self::RegionUnknown => "region_unknown",
            Self::DateRefused => "date_refused",
            Self::AccountNotInLedger => "account_not_in_ledger",
            Self::Unauthorized | Self::NoAccess => "unauthorized",
            Self::BadQuery => "bad_query",
            Self::HookRefused => "hook_refused",
            Self::KeyRefused => "key_refused",
            Self::NotStored => "not_stored",
            Self::NotInvitable => "not_invitable",
            Self::RateLimited => "rate_limited",
            Self::TooLarge => "too_large",
            Self::TooSlow => "too_slow",
            Self::NoRelease => "no_release",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::StsUnavailable => "sts_unavailable",
            Self::AwsUnavailable => "aws_unavailable",
            Self::Internal => "internal",
        }
    }

    /// Whether the refusal says after how long it is worth trying again.
    pub(crate) fn may_be_repeated(self) -> bool {
        matches!(self, Self::RateLimited | Self::NotStored)
    }
}

/// What a refusal says.
pub(crate) fn problem(code: Code, language: Language) -> LocalizedMessage {
    let locale = language.as_str();
    let (text, hint) = match code {
        Code::Malformed => (
            t!("problem.malformed", locale = locale),
            t!("problem.malformed_hint", locale = locale),
        ),
        Code::ChallengeRefused => (
            t!("problem.challenge_refused", locale = locale),
            t!("problem.challenge_refused_hint", locale = locale),
        ),
        Code::SignatureRefused => (
            t!("problem.signature_refused", locale = locale),
            t!("problem.signature_refused_hint", locale = locale),
        ),
        Code::RegionUnknown => (
            t!("problem.region_unknown", locale = locale),
            t!("problem.region_unknown_hint", locale = locale),
        ),
        Code::DateRefused => (
            t!("problem.date_refused", locale = locale),
            t!("problem.date_refused_hint", locale = locale),
        ),
        Code::AccountNotInLedger => (
            t!("problem.account_not_in_ledger", locale = locale),
            t!("problem.account_not_in_ledger_hint", locale = locale),
        ),
        Code::Unauthorized => (
            t!("problem.unauthorized", locale = locale),
            t!("problem.unauthorized_hint", locale = locale),
        ),
        Code::NoAccess => (
            t!("problem.no_access", locale = locale),
            t!("problem.no_access_hint", locale = locale),
        ),
        Code::BadQuery => (
            t!("problem.bad_query", locale = locale),
            t!("problem.bad_query_hint", locale = locale),
        ),
        Code::HookRefused => (
            t!("problem.hook_refused", locale = locale),
            t!("problem.hook_refused_hint", locale = locale),
        ),
        Code::KeyRefused => (
            t!("problem.key_refused", locale = locale),
            t!("problem.key_refused_hint", locale = locale),
        ),
        Code::NotStored => (
            t!("problem.not_stored", locale = locale),
            t!("problem.not_stored_hint", locale = locale),
        ),
        Code::NotInvitable => (
            t!("problem.not_invitable", locale = locale),
            t!("problem.not_invitable_hint", locale = locale),
        ),
        Code::RateLimited => (
            t!("problem.rate_limited", locale = locale),
            t!("problem.rate_limited_hint", locale = locale),
        ),
        Code::TooLarge => (
            t!("problem.too_large", locale = locale),
            t!("problem.too_large_hint", locale = locale),
        ),
        Code::TooSlow => (
            t!("problem.too_slow", locale = locale),
            t!("problem.again_hint", locale = locale),
        ),
        Code::NoRelease => (
            t!("problem.no_release", locale = locale),
            t!("problem.no_release_hint", locale = locale),
        ),
        Code::NotFound => (
            t!("problem.not_found", locale = locale),
            t!("problem.not_found_hint", locale = locale),
        ),
        Code::MethodNotAllowed => (
            t!("problem.method_not_allowed", locale = locale),
            t!("problem.method_not_allowed_hint", locale = locale),
        ),
        Code::StsUnavailable => (
            t!("problem.sts_unavailable", locale = locale),
            t!("problem.again_hint", locale = locale),
        ),
        Code::AwsUnavailable => (
            t!("problem.aws_unavailable", locale = locale),
            t!("problem.operator_hint", locale = locale),
        ),
        Code::Internal => (
            t!("problem.internal", locale = locale),
            t!("problem.operator_hint", locale = locale),
        ),
    };
    LocalizedMessage::new(text, hint)
}
