//! Statements with many rows. Their texts differ by the number of rows, and every connection
//! prepares and caches each text, so only a few sizes are used.

use super::Engine;

/// The numbers of rows that a statement may have.
const SIZES: [usize; 4] = [100, 10, 5, 1];

/// The most parameters of a statement, well within what SQLite (32,766) and PostgreSQL (65,535)
/// allow.
const MOST_PARAMETERS: usize = 3_000;

/// The items in batches of the sizes for which there are statements; each item takes `width`
/// parameters.
pub(super) fn batches<T>(items: &[T], width: usize) -> Vec<&[T]> {
    let mut batches = Vec::new();
    let mut rest = items;
    for size in SIZES {
        if size > 1 && size * width > MOST_PARAMETERS {
            continue;
        }
        let whole = rest.chunks_exact(size);
        let left = whole.remainder();
        batches.extend(whole);
        rest = left;
    }
    batches
}

/// SQL placeholders (`?` on SQLite, `$n` on PostgreSQL), the first of which has the number `first`.
/// Use them for all parameters of a statement, in bind order: SQLite's are unnamed, because its
/// lookup of a named one is linear in the number of parameters.
pub(super) fn placeholders(engine: Engine, first: usize, count: usize) -> String {
    let place = |number: usize| match engine {
        Engine::Sqlite => "?".to_owned(),
        Engine::Postgres => format!("${number}"),
    };
    (first..first + count)
        .map(place)
        .collect::<Vec<_>>()
        .join(", ")
}

/// Placeholders for `count` rows of `width` parameters, each row in parentheses.
pub(super) fn value_rows(engine: Engine, count: usize, width: usize) -> String {
    (0..count)
        .map(|row| format!("({})", placeholders(engine, row * width + 1, width)))
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_texts_take_any_number_of_rows() {
        let items: Vec<usize> = (0..237).collect();
        let sizes = |width| -> Vec<usize> {
            batches(&items, width)
                .iter()
                .map(|part| part.len())
                .collect()
        };
        assert_eq!(sizes(1), [100, 100, 10, 10, 10, 5, 1, 1]);
        assert_eq!(sizes(30), [100, 100, 10, 10, 10, 5, 1, 1]);
        assert_eq!(sizes(31), [vec![10; 23], vec![5], vec![1; 2]].concat());
        assert_eq!(batches(&items, 26).concat(), items);
        assert!(batches::<u8>(&[], 1).is_empty());
    }

    #[test]
    fn rows_are_numbered_through_where_numbers_cost_nothing() {
        assert_eq!(value_rows(Engine::Postgres, 2, 2), "($1, $2), ($3, $4)");
        assert_eq!(value_rows(Engine::Sqlite, 2, 2), "(?, ?), (?, ?)");
        assert_eq!(placeholders(Engine::Postgres, 3, 2), "$3, $4");
    }
}
