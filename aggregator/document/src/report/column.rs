//! A column of a report's table: its header, width, and the style of its cells. `style` has the
//! formats, `sheet` writes them.

/// The style of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CellStyle {
    Text,
    /// Text that is less important than the rest of its row.
    Quiet,
    /// Counts.
    Number,
    /// Counts, with a bar in proportion.
    Bar,
    /// Days, in a deeper red the more they are.
    Days,
    /// Severities, each in its color.
    Severity,
    /// A verdict, change or state: short and centered.
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
    /// Whether it is printed.
    pub(super) printed: bool,
}
