//! The layout of a slide: a title with a bar below it, a native table, and a line of text at the
//! bottom.

use ppt_rs::generator::{
    CellAlign, Shape, ShapeFill, ShapeType, SlideContent, SlideLayout, Table as NativeTable,
    TableCell, TableRow,
};

/// English Metric Units: the slide is 9,144,000 by 6,858,000.
const LEFT: u32 = 457_200;
const WIDTH: u32 = 8_229_600;
const TABLE_TOP: u32 = 1_420_000;
const FOOT_TOP: u32 = 5_980_000;
/// The blue of the dashboard.
const ACCENT: &str = "0B5C7A";
const INK: &str = "1B2327";
const STRIPE: &str = "EEF3F5";
const PAPER: &str = "FFFFFF";

/// A table of a slide; the columns' widths are hundredths of the slide's.
pub(super) struct SlideTable<'a> {
    pub(super) widths: &'a [u32],
    pub(super) header: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

/// A slide with a table; `foot` may be empty.
pub(super) fn slide(title: &str, table: &SlideTable<'_>, foot: &str) -> SlideContent {
    let height = (4_300_000 / u32::try_from(table.rows.len().max(4)).unwrap_or(4)).min(760_000);
    let size = if table.rows.len() > 6 { 13 } else { 15 };
    let header = TableRow::new(
        table
            .header
            .iter()
            .map(|text| {
                cell(text, size)
                    .bold()
                    .text_color(PAPER)
                    .background_color(ACCENT)
            })
            .collect(),
    );
    let body = table.rows.iter().enumerate().map(|(number, row)| {
        let paper = if number % 2 == 0 { STRIPE } else { PAPER };
        let cells = row.iter().enumerate().map(|(column, text)| {
            let cell = cell(text, size).text_color(INK).background_color(paper);
            if column == 0 { cell.bold() } else { cell }
        });
        TableRow::new(cells.collect()).with_height(height)
    });
    let header = (!table.header.is_empty()).then_some(header);
    let widths = table.widths.iter().map(|width| WIDTH / 100 * width);
    let native = NativeTable::new(
        header.into_iter().chain(body).collect(),
        widths.collect(),
        LEFT,
        TABLE_TOP,
    );
    let slide = titled(title).table(native);
    if foot.is_empty() {
        return slide;
    }
    slide.add_shape(line(foot, LEFT, FOOT_TOP, WIDTH, STRIPE))
}

/// The first slide.
pub(super) fn cover(title: &str, lines: &[String]) -> SlideContent {
    let bar = Shape::new(ShapeType::Rectangle, 0, 0, 280_000, 6_858_000);
    let slide = SlideContent::new(title)
        .layout(SlideLayout::SectionHeader)
        .title_size(32)
        .title_color(ACCENT)
        .add_shape(bar.with_fill(ShapeFill::new(ACCENT)));
    let tops = (0..).map(|number: u32| 3_500_000 + number * 480_000);
    let lines = tops.zip(lines);
    lines.fold(slide, |slide, (top, text)| {
        slide.add_shape(line(text, LEFT + 300_000, top, WIDTH - 600_000, PAPER))
    })
}

/// A line of text; the writer chooses the largest font that fits.
fn line(text: &str, left: u32, top: u32, width: u32, paper: &str) -> Shape {
    Shape::new(ShapeType::Rectangle, left, top, width, 430_000)
        .with_fill(ShapeFill::new(paper))
        .with_text(text)
}

fn titled(title: &str) -> SlideContent {
    let bar = Shape::new(ShapeType::Rectangle, LEFT, 1_270_000, 1_300_000, 50_000);
    SlideContent::new(title)
        // The only layout for which the writer draws tables.
        .layout(SlideLayout::TitleAndContent)
        .title_size(28)
        .title_color(ACCENT)
        .add_shape(bar.with_fill(ShapeFill::new(ACCENT)))
}

fn cell(text: &str, size: u32) -> TableCell {
    TableCell::new(text).font_size(size).align(CellAlign::Left)
}
