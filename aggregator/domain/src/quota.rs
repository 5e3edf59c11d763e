//! AWS's limits on membership by invitation, and when operators are notified that one is near.
//! Pure.
//!
//! Both are 1,000 in each Region and cannot be raised. Source: docs general/latest/gr/sechub.html
//! and securityhub-account-restrictions-recommendations.html.

use strum::{IntoStaticStr, VariantArray};

use super::membership::MemberStatus;

/// The limit of members or invitations in a Region.
pub const LIMIT: usize = 1_000;
/// The counts at which operators are notified, each once on the way up.
const LEVELS: [usize; 4] = [1_000, 990, 950, 900];

/// A limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum Quota {
    /// Member accounts by invitation.
    Members,
    /// Invitations that were not accepted yet.
    Invitations,
}

impl Quota {
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// How much of the limit a Region's listing uses. Accounts of the administrator's own
    /// organization are listed alike and counted too: a warning that comes too early is better than
    /// none.
    pub fn used<'a>(self, listing: impl Iterator<Item = &'a MemberStatus>) -> usize {
        listing
            .filter(|status| match self {
                Self::Members => **status != MemberStatus::Deleted,
                Self::Invitations => **status == MemberStatus::Invited,
            })
            .count()
    }
}

/// How near the limit a count is: the highest reached count of [`LEVELS`], or 0.
pub fn level(count: usize) -> usize {
    let reached = LEVELS.into_iter().find(|level| count >= *level);
    reached.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_near_from_nine_hundred_on() {
        for (count, expected) in [
            (0, 0),
            (899, 0),
            (900, 900),
            (949, 900),
            (950, 950),
            (999, 990),
            (1_000, 1_000),
            (1_200, 1_000),
        ] {
            assert_eq!(level(count), expected, "{count}");
        }
    }

    #[test]
    fn an_invitation_counts_until_it_is_answered_and_a_member_until_it_is_deleted() {
        use MemberStatus as S;
        let listing = [S::Created, S::Invited, S::Enabled, S::Removed, S::Deleted];
        assert_eq!(Quota::Members.used(listing.iter()), 4);
        assert_eq!(Quota::Invitations.used(listing.iter()), 1);
    }
}
