//! The sentences of `locales/`, in both languages: `build.rs` generates one method for each.

use hubward_domain::account::Language;

include!(concat!(env!("OUT_DIR"), "/say.rs"));

impl Say {
    /// The text of a stored verdict. `None` for `unknown`, which has several reasons, and for a verdict of a
    /// newer version.
    pub(crate) fn verdict(self, verdict: &str) -> Option<&'static str> {
        Some(match verdict {
            "complete" => self.check_complete(),
            "drifted" => self.check_drifted(),
            "incomplete" => self.check_incomplete(),
            "invited" => self.check_invited(),
            "managed_elsewhere" => self.check_managed_elsewhere(),
            "not_in_ledger" => self.check_not_in_ledger(),
            "not_invited" => self.check_not_invited(),
            "removed" => self.check_removed(),
            "resigned" => self.check_resigned(),
            "suspended" => self.check_suspended(),
            _ => return None,
        })
    }
}
