//! A comment in Jira's wiki markup: what anybody wrote into a field can neither mention a person nor
//! make a link, an image or a macro; a line to paste stays as it is.

use hubward_domain::request::AnswerPart;

/// Characters that begin something in wiki markup.
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

/// Without control characters and marks that turn the direction of writing.
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
    fn nobody_is_mentioned_by_what_a_field_says() {
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
