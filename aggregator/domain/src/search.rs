//! How texts are compared in a search. The engines fold case differently, and neither knows half and full width, so
//! texts are folded here, when they are written and when they are searched for.

use unicode_normalization::UnicodeNormalization;

use crate::account::Account;

/// A text in the form in which it is searched: half and full width are one (NFKC), and so are capitals and small letters.
pub fn fold(text: &str) -> String {
    // A second time, because lower case can bring back what NFKC composes.
    let lower: String = text.nfkc().flat_map(char::to_lowercase).collect();
    lower.nfkc().collect()
}

/// What a search for an account looks into: its id, project, department and contact, folded. They are separated by
/// line feeds, which no search contains, so that nothing is found across two of them.
pub fn account_key(account_id: &str, project: &str, department: &str, contact: &str) -> String {
    [account_id, project, department, contact]
        .map(fold)
        .join("\n")
}

/// What a search for this account looks into.
pub fn key_of(account: &Account) -> String {
    account_key(
        account.account_id.as_str(),
        &account.project,
        &account.department,
        &account.contact,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_kana_and_case_are_one() {
        for (written, searched) in [
            ("ＡＢＣシステム", "abcｼｽﾃﾑ"),
            ("ﾊﾞｯｸｱｯﾌﾟ", "バックアップ"),
            ("Straße ÄÖ", "STRAßE äö"),
            ("㈱日本", "(株)日本"),
        ] {
            assert_eq!(fold(written), fold(searched), "{written}");
        }
        assert_ne!(fold("システム"), fold("しすてむ"));
    }

    #[test]
    fn folding_twice_changes_nothing() {
        for text in ["İstanbul", "ΣΑΣ", "ＡＢＣ", "ﬀ", "ϔ"] {
            assert_eq!(fold(&fold(text)), fold(text), "{text}");
        }
    }

    #[test]
    fn a_key_has_what_is_searched_in_lines_of_their_own() {
        let key = account_key("111111111111", "Orders", "ＥＣ", "Mika");
        assert_eq!(key, "111111111111\norders\nec\nmika");
    }
}
