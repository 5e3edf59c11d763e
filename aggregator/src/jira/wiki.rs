//! Writes comments in Jira's wiki markup. Text from a field can neither mention a person nor create a link,
//! an image or a macro; a line to paste is kept as it is.

use hubward_domain::request::AnswerPart;

/// Characters with a meaning in wiki markup.
const SPECIAL: [char; 9] = ['\\', '{', '}', '[', ']', '|', '!', '~', '^'];

pub(super) fn write(parts: &[AnswerPart]) -> String {
    let parts: Vec<String> = parts
        .iter()
        .map(|part| match part {
            AnswerPart::Text(text) => escaped(text),
            AnswerPart::Line(line) => format!("{{noformat}}\n{}\n{{noformat}}", visible(line)),
        })
        .collect();
    parts.join("\n\n")
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in visible(text).chars() {
        if SPECIAL.contains(&c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Removes control characters and bidirectional marks.
fn visible(text: &str) -> String {
    text.chars()
        .filter(|c| {
            let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
            !turns && (*c == '\n' || !c.is_control())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_cannot_mention_a_person() {
        let text = write(&[
            AnswerPart::Text(
                "\"[~accountid:5b10] !https://evil/x.png! {color:red}x\u{202e}\u{1b}\"".to_owned(),
            ),
            AnswerPart::Line(
                "curl -fsSL https://soc/install.sh | sh -s -- --administrator 9".to_owned(),
            ),
        ]);
        assert_eq!(
            text,
            "\"\\[\\~accountid:5b10\\] \\!https://evil/x.png\\! \\{color:red\\}x\"\n\n\
             {noformat}\ncurl -fsSL https://soc/install.sh | sh -s -- --administrator 9\n{noformat}"
        );
    }
}
