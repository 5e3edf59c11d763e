//! Makes untrusted text (of AWS, a member, an anonymous form) harmless before a chat service's own
//! escaping: it mentions no one, has no links, and displays as it is. Pure.
//!
//! URLs are defanged (`hxxps://evil[.]example`) rather than removed, because the people who handle
//! an alert need them. Invisible characters, such as those that change the direction of writing,
//! are removed.

/// Words that notify everyone after an `@`.
const CALLS: [&str; 6] = ["all", "channel", "everyone", "here", "room", "team"];

/// Text that cannot control a terminal: control characters, and marks that change the direction of writing, are
/// replaced. Line ends stay.
pub fn printable(text: &str) -> String {
    text.chars()
        .map(|char| match char {
            '\n' => '\n',
            '\t' => ' ',
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' => {
                '\u{fffd}'
            }
            char if char.is_control() => '\u{fffd}',
            char => char,
        })
        .collect()
}

/// One line of harmless text. Idempotent.
pub fn sanitize(text: &str) -> String {
    let visible: String = text.chars().filter_map(visible).collect();
    let words: Vec<String> = visible.split(' ').map(word).collect();
    words.join(" ")
}

/// The visible form of a character: nothing for an invisible one, a space for a control character.
fn visible(char: char) -> Option<char> {
    match char {
        // Soft hyphens, joiners, fillers, and everything that sets the direction of writing.
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e007f}' => None,
        '\u{2028}' | '\u{2029}' => Some(' '),
        char if char.is_control() => Some(' '),
        char => Some(char),
    }
}

fn word(word: &str) -> String {
    let unlinked = without_scheme(word);
    let (mut clean, mut token) = (String::new(), String::new());
    let mut chars = unlinked.chars().peekable();
    while let Some(char) = chars.next() {
        if char.is_ascii_alphanumeric() || "._%+@-".contains(char) {
            token.push(char);
            continue;
        }
        flush(&mut clean, &mut token);
        let next = chars.peek().copied();
        clean.push(match char {
            // <!here>, <@U…>, <users/all>, <at>, <https://…|text>
            '<' if next.is_some() => '\u{2039}',
            // [To:all], [toall], [/info]
            '[' if next.is_some_and(|next| next.is_alphabetic() || next == '/') => '\u{ff3b}',
            char => char,
        });
    }
    flush(&mut clean, &mut token);
    clean
}

/// Appends a token of characters that URLs consist of, defanged if needed.
fn flush(clean: &mut String, token: &mut String) {
    let token = std::mem::take(token);
    let before = clean.chars().next_back();
    if !matches!(before, Some('/' | ':')) && is_mail_address(&token) {
        clean.push_str(&token);
        return;
    }
    for (at, char) in token.char_indices() {
        let rest = token.get(at + 1..).unwrap_or_default();
        match char {
            '@' => clean.push('\u{ff20}'),
            '.' if clean.ends_with(char::is_alphanumeric) && is_name(rest) => {
                clean.push_str("[.]");
            }
            char => clean.push(char),
        }
    }
}

/// Whether the text after a dot can be the rest of a host name: top-level domains begin with two
/// letters.
fn is_name(rest: &str) -> bool {
    rest.chars().take_while(char::is_ascii_alphabetic).count() >= 2
}

/// Such as `sato@example.com`, unless it mentions everyone.
fn is_mail_address(token: &str) -> bool {
    let Some((local, host)) = token.split_once('@') else {
        return false;
    };
    let first = host.split('.').next().unwrap_or_default();
    let last = host.rsplit('.').next().unwrap_or_default();
    !local.is_empty()
        && first != host
        && host
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-')
        && is_name(last)
        && !CALLS.iter().any(|call| first.eq_ignore_ascii_case(call))
}

/// `https://` becomes `hxxps://`, and other schemes that a service may link lose their colon.
/// `s3://` stays, because no service links it.
fn without_scheme(word: &str) -> String {
    let parts: Vec<&str> = word.split("://").collect();
    let mut unlinked = String::new();
    for (index, part) in parts.iter().enumerate() {
        if index + 1 == parts.len() {
            unlinked.push_str(part);
            break;
        }
        let start = part
            .char_indices()
            .rev()
            .take_while(|(_, c)| c.is_ascii_alphanumeric())
            .last()
            .map_or(part.len(), |(at, _)| at);
        let (before, scheme) = part.split_at(start);
        unlinked.push_str(before);
        match scheme.to_ascii_lowercase().as_str() {
            "http" | "hxxp" => unlinked.push_str("hxxp://"),
            "https" | "hxxps" => unlinked.push_str("hxxps://"),
            "s3" => unlinked.push_str("s3://"),
            _ => {
                unlinked.push_str(scheme);
                unlinked.push_str("[:]//");
            }
        }
    }
    unlinked
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_that_is_shown_steers_the_terminal() {
        assert_eq!(
            printable("a\u{1b}[2Jb\rc\u{9b}d\u{202e}e\tf\ng"),
            "a\u{fffd}[2Jb\u{fffd}c\u{fffd}d\u{fffd}e f\ng"
        );
    }

    #[test]
    fn addresses_are_defanged_and_still_readable() {
        for (text, clean) in [
            (
                "see https://evil.example/a.php",
                "see hxxps://evil[.]example/a[.]php",
            ),
            ("HTTP://198.51.100.7/x", "hxxp://198.51.100.7/x"),
            ("www.evil.example", "www[.]evil[.]example"),
            ("詳細はevil.exampleへ", "詳細はevil[.]exampleへ"),
            ("悪.jp", "悪[.]jp"),
            ("ftp://evil.example", "ftp[:]//evil[.]example"),
            (
                "https://sato@evil.example",
                "hxxps://sato\u{ff20}evil[.]example",
            ),
            ("mailto:a@evil.example", "mailto:a\u{ff20}evil[.]example"),
            (
                "https://https://evil.example",
                "hxxps://hxxps://evil[.]example",
            ),
        ] {
            assert_eq!(sanitize(text), clean);
        }
    }

    #[test]
    fn what_is_no_address_stays_as_it_is() {
        for text in [
            "198.51.100.7 is performing SSH brute force attacks.",
            "UnauthorizedAccess:EC2-SSHBruteForce",
            "arn:aws:ec2:us-east-1:111111111111:instance/i-1",
            "sato.taro+soc@example.com; b@example.co.jp",
            "a < b && c > d, e.g. 1.2.3, mail.smtp_url[0]",
            "受注 本番 担当: 佐藤",
        ] {
            // A key of the configuration is not a URL, but looks like one.
            let clean = sanitize(text).replace("[.]", ".");
            assert_eq!(clean, text);
        }
        assert_eq!(sanitize("a. b"), "a. b");
    }

    #[test]
    fn nobody_is_called() {
        for text in [
            "<!here>",
            "<@U012AB3CD>",
            "<users/all>",
            "<at>SOC</at>",
            "@all",
            "@here",
            "x@here",
            "x@all.example.com",
            "[To:all]",
            "[toall]",
            "[To:123] x",
            "[/info]",
            "[rp aid=1]",
            "<!subteam^S1|x>",
            "@channel,",
            "(@everyone)",
        ] {
            let clean = sanitize(text);
            assert!(
                !clean.contains('@') && !clean.contains("[T") && !clean.contains("[t"),
                "{clean}"
            );
            assert!(!clean.contains("[/") && !clean.contains("[r"), "{clean}");
            assert!(
                !clean.contains("<!") && !clean.contains("<@") && !clean.contains("<a"),
                "{clean}"
            );
            assert!(!clean.contains("<u") && !clean.contains("</"), "{clean}");
        }
    }

    #[test]
    fn what_cannot_be_seen_is_left_out_and_a_line_is_a_line() {
        assert_eq!(sanitize("a\u{202e}b\u{200b}c\u{2066}\u{feff}d"), "abcd");
        assert_eq!(sanitize("@\u{200b}here"), "\u{ff20}here");
        assert_eq!(sanitize("ht\u{200d}tps://x"), "hxxps://x");
        assert_eq!(
            sanitize("a\r\nContact: evil\u{2028}\u{1b}[2J"),
            "a  Contact: evil  [2J"
        );
    }

    proptest! {
        #[test]
        fn twice_is_once(text in "[a-z.@:/<>\\[\\]!\u{200b} あ]{0,40}") {
            let once = sanitize(&text);
            prop_assert_eq!(sanitize(&once), once.clone());
            prop_assert!(!once.contains("http://") && !once.contains("https://"));
        }
    }
}
