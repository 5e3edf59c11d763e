//! Cuts texts to a service's limits: by characters, after escaping, and never inside an escape sequence.

/// The text, or its beginning with a mark if it is too long.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut kept: String = text.chars().take(most.saturating_sub(1)).collect();
    if let Some(start) = kept.rfind('&')
        && !kept.get(start..).unwrap_or_default().contains(';')
    {
        kept.truncate(start);
    }
    kept.push('…');
    kept
}

/// Renders with shorter and shorter texts until the result fits. `render` gets the maximum number of
/// characters of each text.
pub(super) fn fit<T>(limit: usize, render: impl Fn(usize) -> T, size: impl Fn(&T) -> usize) -> T {
    let mut most = 3_000;
    loop {
        let rendered = render(most);
        if size(&rendered) <= limit || most <= 40 {
            return rendered;
        }
        most /= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_by_characters_and_not_inside_an_escape() {
        assert_eq!(cut("日本語", 3), "日本語");
        assert_eq!(cut("日本語です", 3), "日本…");
        assert_eq!(cut("a&lt;&lt;b", 7), "a&lt;…");
        assert_eq!(cut("a&b", 3), "a&b");
    }

    #[test]
    fn what_is_too_long_as_a_whole_gets_shorter_in_all_its_parts() {
        let long = "x".repeat(10_000);
        let render = |most| vec![cut(&long, most); 10];
        let size = |parts: &Vec<String>| parts.iter().map(String::len).sum();
        let fitted = fit(5_000, render, size);
        assert!(size(&fitted) <= 5_000, "{}", size(&fitted));
        assert!(fitted[0].len() > 300);
    }
}
