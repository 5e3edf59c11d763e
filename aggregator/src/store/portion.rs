//! Many rows to a statement, and few statements: their texts differ by how many rows they take, and each
//! text is prepared, and kept, by every connection.

/// How many rows a statement takes.
const SIZES: [usize; 4] = [100, 10, 5, 1];

/// And how many parameters. SQLite finds the name of each by walking past those before it, whenever a value is
/// bound: 2,600 of them took twice as long as everything else that it did.
const MOST_PARAMETERS: usize = 150;

/// The items in portions of the sizes that statements are made for, where each item takes so many parameters.
pub(super) fn portions<T>(items: &[T], width: usize) -> Vec<&[T]> {
    let mut portions = Vec::new();
    let mut rest = items;
    for size in SIZES {
        if size > 1 && size * width > MOST_PARAMETERS {
            continue;
        }
        let whole = rest.chunks_exact(size);
        let left = whole.remainder();
        portions.extend(whole);
        rest = left;
    }
    portions
}

/// `$first, …` for so many parameters.
pub(super) fn places(first: usize, count: usize) -> String {
    let places: Vec<String> = (first..first + count).map(|n| format!("${n}")).collect();
    places.join(", ")
}

/// `($1, …), …` for so many rows of so many parameters, of which the last so many stand again at a row's end.
pub(super) fn rows(count: usize, width: usize, again: usize) -> String {
    let row = |row: usize| {
        let first = row * width + 1;
        let all = places(first, width);
        if again == 0 {
            return format!("({all})");
        }
        format!("({all}, {})", places(first + width - again, again))
    };
    (0..count).map(row).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_texts_take_any_number_of_rows() {
        let items: Vec<usize> = (0..237).collect();
        let sizes = |width| -> Vec<usize> {
            portions(&items, width)
                .iter()
                .map(|part| part.len())
                .collect()
        };
        assert_eq!(sizes(1), [100, 100, 10, 10, 10, 5, 1, 1]);
        assert_eq!(sizes(10), [vec![10; 23], vec![5], vec![1; 2]].concat());
        assert_eq!(sizes(26), [vec![5; 47], vec![1; 2]].concat());
        assert_eq!(sizes(31), [1; 237]);
        assert_eq!(portions(&items, 26).concat(), items);
        assert!(portions::<u8>(&[], 1).is_empty());
    }

    #[test]
    fn rows_are_numbered_through() {
        assert_eq!(rows(2, 2, 0), "($1, $2), ($3, $4)");
        assert_eq!(rows(2, 2, 1), "($1, $2, $2), ($3, $4, $4)");
    }
}
