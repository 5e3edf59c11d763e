//! The errors of the agent API and the API: their stable codes and texts.

use strum::IntoStaticStr;

use super::LocalizedMessage;
use crate::say::Say;
use hubward_domain::account::Language;

/// A stable code: programs match on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
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
    /// The account has left: it is in the ledger for its history only.
    AccountLeft,
    /// There is no token, or it is not good.
    Unauthorized,
    /// There is no access token, or it is not good.
    #[strum(serialize = "unauthorized")]
    NoAccess,
    /// What the address asks for makes no sense.
    BadQuery,
    /// A webhook does not prove whose it is.
    HookRefused,
    /// The key of pushed events is missing or wrong.
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
        self.into()
    }

    /// Whether the refusal says after how long it is worth trying again.
    pub(crate) fn may_be_repeated(self) -> bool {
        matches!(self, Self::RateLimited | Self::NotStored)
    }
}

/// What a refusal says.
pub(crate) fn problem(code: Code, language: Language) -> LocalizedMessage {
    let say = Say(language);
    let (text, hint) = match code {
        Code::Malformed => (say.problem_malformed(), say.problem_malformed_hint()),
        Code::ChallengeRefused => (
            say.problem_challenge_refused(),
            say.problem_challenge_refused_hint(),
        ),
        Code::SignatureRefused => (
            say.problem_signature_refused(),
            say.problem_signature_refused_hint(),
        ),
        Code::RegionUnknown => (
            say.problem_region_unknown(),
            say.problem_region_unknown_hint(),
        ),
        Code::DateRefused => (say.problem_date_refused(), say.problem_date_refused_hint()),
        Code::AccountNotInLedger => (
            say.problem_account_not_in_ledger(),
            say.problem_account_not_in_ledger_hint(),
        ),
        Code::AccountLeft => (say.problem_account_left(), say.problem_account_left_hint()),
        Code::Unauthorized => (say.problem_unauthorized(), say.problem_unauthorized_hint()),
        Code::NoAccess => (say.problem_no_access(), say.problem_no_access_hint()),
        Code::BadQuery => (say.problem_bad_query(), say.problem_bad_query_hint()),
        Code::HookRefused => (say.problem_hook_refused(), say.problem_hook_refused_hint()),
        Code::KeyRefused => (say.problem_key_refused(), say.problem_key_refused_hint()),
        Code::NotStored => (say.problem_not_stored(), say.problem_not_stored_hint()),
        Code::NotInvitable => (
            say.problem_not_invitable(),
            say.problem_not_invitable_hint(),
        ),
        Code::RateLimited => (say.problem_rate_limited(), say.problem_rate_limited_hint()),
        Code::TooLarge => (say.problem_too_large(), say.problem_too_large_hint()),
        Code::TooSlow => (say.problem_too_slow(), say.problem_again_hint()),
        Code::NoRelease => (say.problem_no_release(), say.problem_no_release_hint()),
        Code::NotFound => (say.problem_not_found(), say.problem_not_found_hint()),
        Code::MethodNotAllowed => (
            say.problem_method_not_allowed(),
            say.problem_method_not_allowed_hint(),
        ),
        Code::StsUnavailable => (say.problem_sts_unavailable(), say.problem_again_hint()),
        Code::AwsUnavailable => (say.problem_aws_unavailable(), say.problem_operator_hint()),
        Code::Internal => (say.problem_internal(), say.problem_operator_hint()),
    };
    LocalizedMessage::new(text, hint)
}
