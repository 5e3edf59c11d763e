//! A column of a report's table: its header, width, and how its cells look. `style` has the formats, `sheet` writes.

/// How a column looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CellStyle {
    /// Text.
    Text,
    /// Text that matters less than the rest of its row.
    Quiet,
    /// Counts.
    Number,
    /// Counts, with a bar as long as they are large.
    Bar,
    /// Days, the more the redder.
    Days,
    /// Severities, each in its colour.
    Severity,
    /// A verdict, change or state: short, in the middle.
    State,
    /// For the reader to fill in.
    Blank,
}

/// A table's column.
#[derive(Clone, Debug)]
pub(super) struct SheetColumn {
    pub(super) header: String,
    pub(super) width: f64,
    pub(super) look: CellStyle,
    /// Whether it is needed on paper too.
    pub(super) printed: bool,
}
