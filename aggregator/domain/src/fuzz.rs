//! Fuzzing of the parsers of untrusted input: real input, damaged in many ways. The assertions are
//! in each parser's own tests; this file only damages the input and limits the time. `cargo bolero`
//! can run the same tests with libFuzzer, guided by coverage.

use std::time::Duration;

/// How long each fuzz test takes within the suite.
const TIME: Duration = Duration::from_secs(3);

/// Calls a parser with the input, damaged in many ways. It must not panic, hang, or take unlimited
/// memory; `parse` can assert more.
pub(crate) fn damaged(input: &[u8], parse: impl Fn(&[u8]) + std::panic::RefUnwindSafe) {
    parse(input);
    bolero::check!()
        .with_type::<Vec<(u32, u8, u8)>>()
        .with_test_time(TIME)
        .for_each(|edits| parse(&edited(input, edits)));
}

/// Applies edits one after another: replaces, inserts or removes a byte, repeats a part, or
/// truncates.
fn edited(input: &[u8], edits: &[(u32, u8, u8)]) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for (at, kind, byte) in edits.iter().take(32) {
        let at = *at as usize % (bytes.len() + 1);
        let stretch = at..(at + *byte as usize).min(bytes.len());
        match kind % 6 {
            0 if at < bytes.len() => bytes[at] = *byte,
            1 => bytes.insert(at, *byte),
            2 => drop(bytes.drain(stretch)),
            3 => {
                let again = bytes[stretch].to_vec();
                bytes.splice(at..at, again);
            }
            4 if *byte < 16 => bytes.truncate(at),
            // Bytes with a meaning for parsers: quotes, brackets, separators, signs, the ends of
            // ranges.
            _ => {
                const TELLING: &[u8] = b"\"'{}[]<>,:;=/\\&%-+\n\r\t\0\x7f\xff\xe3=0";
                bytes.insert(at, TELLING[*byte as usize % TELLING.len()]);
            }
        }
    }
    bytes
}

#[test]
fn damage_is_done_and_stays_within_bounds() {
    assert_eq!(edited(b"abc", &[]), b"abc");
    assert_eq!(edited(b"abc", &[(1, 0, b'x')]), b"axc");
    assert_eq!(edited(b"abc", &[(1, 2, 1)]), b"ac");
    assert_eq!(edited(b"abc", &[(1, 3, 2)]), b"abcbc");
    assert_eq!(edited(b"abc", &[(1, 4, 1)]), b"a");
    assert_eq!(edited(b"", &[(9, 2, 200), (9, 3, 9), (9, 4, 1)]), b"");
}
