//! What is generated, and which texts fail the build.

use super::*;

fn read(files: &[(&str, &str)], english: English) -> Result<read::Catalog, Vec<String>> {
    let owned = |(name, content): &(&str, &str)| ((*name).to_owned(), (*content).to_owned());
    read::catalog(&files.iter().map(owned).collect::<Vec<_>>(), english)
}

fn code(content: &str) -> String {
    generate::say(&read(&[("a.yml", content)], English::Any).unwrap())
}

fn problems(content: &str) -> Vec<String> {
    read(&[("a.yml", content)], English::Ascii).unwrap_err()
}

/// The only problem of these texts.
fn problem(content: &str) -> String {
    let problems = problems(content);
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems.concat()
}

#[test]
fn a_sentence_without_facts_is_a_literal() {
    let code = code("word.region: { en: \"a {Region}\", ja: リージョン }");
    assert!(
        code.contains("fn word_region(self) -> &'static str {"),
        "{code}"
    );
    assert!(code.contains("Language::En => \"a {Region}\","), "{code}");
    assert!(code.contains("Language::Ja => \"リージョン\","), "{code}");
}

#[test]
fn facts_are_parameters_in_alphabetical_order() {
    let code = code("a.b: { en: \"%{to} {\\\"%{at}\\\"}\", ja: \"%{at}、%{to}\" }");
    let signature =
        "fn a_b(self, at: impl std::fmt::Display, to: impl std::fmt::Display) -> String {";
    assert!(code.contains(signature), "{code}");
    let english = r#"Language::En => format!("{to} {{\"{at}\"}}"),"#;
    assert!(code.contains(english), "{code}");
}

#[test]
fn a_count_selects_the_form() {
    let code = code(
        "a.b: { count: n, en: { one: \"the only one in %{place}\", other: \"%{n} in %{place}\" }, ja: \"%{place} に %{n}\" }",
    );
    let signature = "fn a_b(self, n: impl Copy + std::fmt::Display + TryInto<u64>, place: impl std::fmt::Display)";
    assert!(code.contains(signature), "{code}");
    let one = "Language::En if matches!(n.try_into(), Ok(1_u64)) => format!(\"the only one in {place}\"),";
    assert!(code.contains(one), "{code}");
    assert!(
        code.contains("Language::En => format!(\"{n} in {place}\"),"),
        "{code}"
    );
    assert!(
        code.contains("Language::Ja => format!(\"{place} に {n}\"),"),
        "{code}"
    );
}

#[test]
fn many_facts_are_expected() {
    let facts = "%{a}%{b}%{c}%{d}%{e}%{f}";
    let few = code(&format!("a.b: {{ en: \"{facts}\", ja: \"{facts}\" }}"));
    assert!(!few.contains("too_many_arguments"), "{few}");
    let many = code(&format!(
        "a.b: {{ en: \"{facts}%{{g}}\", ja: \"{facts}%{{g}}\" }}"
    ));
    assert!(many.contains("too_many_arguments"), "{many}");
}

#[test]
fn a_file_of_one_language_is_a_table() {
    let catalog = read(
        &[("locales/help.ja.yml", "\"help:b\": 二\n\"help\": 一")],
        English::Any,
    );
    let code = generate::say(&catalog.unwrap());
    let table = "const HELP_JA: &[(&str, &str)] = &[\n    (\"help\", \"一\"),\n    (\"help:b\", \"二\"),\n];";
    assert!(code.contains(table), "{code}");
    assert!(
        code.contains("fn help_ja(key: &str) -> Option<&'static str> {"),
        "{code}"
    );
}

#[test]
fn a_missing_language_is_a_problem() {
    assert_eq!(problem("a.b: { en: b }"), "a.yml: a.b: no text for `ja`");
    assert_eq!(problem("a.b: { ja: b }"), "a.yml: a.b: no text for `en`");
    assert_eq!(
        problem("a.b: { en: b, ja: \" \" }"),
        "a.yml: a.b: the text for `ja` is empty"
    );
    assert_eq!(
        problem("a.b: { en: b, ja: b, de: b }"),
        "a.yml: a.b: `de` is none of en, ja and count"
    );
}

#[test]
fn both_languages_have_the_same_facts() {
    assert_eq!(
        problem("a.b: { en: \"%{x} %{y}\", ja: \"%{x}\" }"),
        "a.yml: a.b: a text for `ja` lacks %{y}"
    );
    assert_eq!(
        problem("a.b: { en: \"%{x}\", ja: \"%{x} %{y}\" }"),
        "a.yml: a.b: a text for `en` lacks %{y}"
    );
}

#[test]
fn a_fact_is_the_name_of_a_parameter() {
    for wrong in ["%{type}", "%{Name}", "%{}", "%{a b}"] {
        let content = format!("a.b: {{ en: \"{wrong}\", ja: \"{wrong}\" }}");
        assert!(problem(&content).ends_with("cannot be the name of a parameter"));
    }
    assert!(problem("a.b: { en: \"%{x\", ja: x }").contains("without its }"));
}

#[test]
fn plurals_are_whole() {
    let wrong = [
        ("{ one: \"%{n} a\" }", "count: n,", "wants the forms"),
        (
            "{ one: a, other: b, few: c }",
            "count: n,",
            "wants the forms",
        ),
        (
            "{ one: \"%{n} a\", other: \"%{n} b\" }",
            "",
            "does not name the fact",
        ),
        ("{ one: \"%{n} a\", other: b }", "count: n,", "lacks %{n}"),
        (
            "{ one: \"%{n} a\", other: \"%{n} b\" }",
            "count: x,",
            "names x",
        ),
        ("\"%{n}\"", "count: n,", "without a plural form"),
    ];
    for (en, count, expected) in wrong {
        let content = format!("a.b: {{ {count} en: {en}, ja: \"%{{n}}\" }}");
        let problem = problem(&content);
        assert!(problem.contains(expected), "{content}: {problem}");
    }
}

#[test]
fn no_key_is_given_twice() {
    let text = "{ en: b, ja: b }";
    assert!(problem(&format!("a.b: {text}\na.b: {text}")).contains("a.b"));
    let content = format!("a.b: {text}");
    let two = [("a.yml", content.as_str()), ("b.yml", content.as_str())];
    assert_eq!(
        read(&two, English::Any).unwrap_err(),
        ["b.yml: a.b: the same method as a.yml: a.b"]
    );
    assert_eq!(
        problem(&format!("a.b_c: {text}\na.b.c: {text}")),
        "a.yml: a.b_c: the same method as a.yml: a.b.c"
    );
    assert!(problem(&format!("A.b: {text}")).contains("lower-case"));
}

#[test]
fn english_may_be_held_to_ascii() {
    let content = "a.b: { en: \"a – b\", ja: b }";
    assert!(problem(content).ends_with("the text for `en` is not ASCII"));
    assert!(read(&[("a.yml", content)], English::Any).is_ok());
}

#[test]
fn all_problems_are_reported_at_once() {
    assert_eq!(
        problems("a.a: { en: b }\na.b: { ja: b }\na.c: { en: c, ja: c }").len(),
        2
    );
    let table = read(&[("help.ja.yml", "help: \"\"")], English::Any).unwrap_err();
    assert_eq!(table, ["help.ja.yml: help: the text is empty"]);
}
