//! Many rows to a statement, and few statements: their texts differ by how many rows they take, and each
//! text is prepared, and kept, by every connection.

use super::Engine;

/// How many rows a statement takes.
const SIZES: [usize; 4] = [100, 10, 5, 1];

/// And how many parameters, well within what SQLite (32,766) and PostgreSQL (65,535) take.
const MOST_PARAMETERS: usize = 3_000;

/// The items in portions of the sizes that statements are made for, where each item takes so many parameters.
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

/// Places for so many parameters, of which the first has this number. All of a statement's have to come from here, in
/// their order. SQLite's have no names, for it would find each by walking past those before it, whenever a value is bound.
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

/// Places for so many rows of so many parameters, each row in parentheses.
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
