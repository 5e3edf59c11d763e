//! The look of a report: one palette, one font per language, and the formats made of them.

use rust_xlsxwriter::{ChartLine, Color, Format, FormatAlign, FormatBorder};

use super::column::CellStyle;
use super::words;
use hubward_domain::account::Language;
use hubward_domain::alert::AlertState;
use hubward_domain::finding::FindingSeverity;
use hubward_domain::report::{ControlVerdict, MonthlyChange};

const INK: Color = Color::RGB(0x1F_2A_37);
const QUIET: Color = Color::RGB(0x6B_72_80);
const NAVY: Color = Color::RGB(0x1F_3A_5F);
const MIST: Color = Color::RGB(0xEE_F2_F7);
const LINE: Color = Color::RGB(0xD5_DB_E3);
/// The background of cells that a reader fills in.
const PAPER: Color = Color::RGB(0xFF_FB_EB);
/// For what is not watched.
const ALARM: u32 = 0xB4_23_18;
/// A bar behind a number.
pub(super) const BAR: Color = Color::RGB(0xC9_D9_EA);

/// The formats of one workbook.
pub(super) struct Style {
    font: &'static str,
}

impl Style {
    pub(super) fn new(language: Language) -> Self {
        // Excel has these fonts on every machine of that language.
        let font = match language {
            Language::En => "Calibri",
            Language::Ja => "Yu Gothic",
        };
        Self { font }
    }

    fn base(&self) -> Format {
        Format::new()
            .set_font_name(self.font)
            .set_font_size(10)
            .set_font_color(INK)
            .set_align(FormatAlign::VerticalCenter)
    }

    /// The title at the top of the first sheet.
    pub(super) fn title(&self) -> Format {
        self.band().set_bold().set_font_size(18)
    }

    /// The line below the title.
    pub(super) fn subtitle(&self) -> Format {
        self.band().set_font_size(11)
    }

    fn band(&self) -> Format {
        self.base()
            .set_font_color(Color::White)
            .set_background_color(NAVY)
            .set_indent(1)
    }

    /// The heading of a part of a sheet.
    pub(super) fn heading(&self) -> Format {
        self.base()
            .set_bold()
            .set_font_size(12)
            .set_font_color(NAVY)
            .set_border_bottom(FormatBorder::Medium)
            .set_border_bottom_color(NAVY)
    }

    /// The label of a value.
    pub(super) fn label(&self) -> Format {
        self.lined().set_font_color(QUIET)
    }

    /// The header of a table.
    pub(super) fn header(&self) -> Format {
        self.base()
            .set_bold()
            .set_font_color(Color::White)
            .set_background_color(NAVY)
            .set_text_wrap()
    }

    /// The header of a table's column.
    pub(super) fn header_of(&self, look: CellStyle) -> Format {
        match look {
            CellStyle::Text | CellStyle::Quiet | CellStyle::Blank => self.header().set_indent(1),
            CellStyle::Number
            | CellStyle::Bar
            | CellStyle::Days
            | CellStyle::Severity
            | CellStyle::State => self.header_of_numbers(),
        }
    }

    /// A column of a table.
    pub(super) fn column(&self, look: CellStyle) -> Format {
        let lined = self.lined();
        match look {
            CellStyle::Text => lined.set_text_wrap().set_indent(1),
            CellStyle::Quiet => lined
                .set_text_wrap()
                .set_indent(1)
                .set_font_color(QUIET)
                .set_font_size(8),
            CellStyle::Number | CellStyle::Bar | CellStyle::Days => self.number(),
            CellStyle::Severity | CellStyle::State => lined.set_align(FormatAlign::Center),
            CellStyle::Blank => lined.set_text_wrap(),
        }
    }

    /// A cell to be filled in.
    pub(super) fn paper(&self) -> Format {
        Format::new().set_background_color(PAPER)
    }

    /// A severity's colors alone, for conditional formats.
    pub(super) fn tint(&self, severity: FindingSeverity) -> Format {
        colored(Format::new(), severity)
    }

    /// The words of states that are highlighted, with their colors.
    pub(super) fn states(&self, language: Language) -> Vec<(&'static str, Format)> {
        let ink = |color: u32| Format::new().set_font_color(Color::RGB(color)).set_bold();
        let (bad, attention, good) = (ink(ALARM), ink(0xB5_5A_00), ink(0x1D_7A_46));
        vec![
            (words::change(MonthlyChange::New, language), bad.clone()),
            (
                words::change(MonthlyChange::Reopened, language),
                attention.clone(),
            ),
            (
                words::change(MonthlyChange::StillFailing, language),
                attention.clone(),
            ),
            (
                words::change(MonthlyChange::Resolved, language),
                good.clone(),
            ),
            (
                words::verdict(ControlVerdict::Failed, language),
                bad.clone(),
            ),
            (
                words::verdict(ControlVerdict::Unknown, language),
                attention.clone(),
            ),
            (
                words::verdict(ControlVerdict::Passed, language),
                good.clone(),
            ),
            (words::alert(AlertState::Open, language), bad),
            (words::alert(AlertState::Acknowledged, language), attention),
            (words::alert(AlertState::Resolved, language), good),
        ]
    }

    /// The header of a column of numbers.
    pub(super) fn header_of_numbers(&self) -> Format {
        self.header().set_align(FormatAlign::Center)
    }

    /// A value, or a table's cell.
    pub(super) fn text(&self) -> Format {
        self.lined().set_text_wrap()
    }

    /// A table's number.
    pub(super) fn number(&self) -> Format {
        self.lined()
            .set_num_format("#,##0")
            .set_align(FormatAlign::Center)
    }

    /// A sentence that the reader must not miss.
    pub(super) fn banner(&self) -> Format {
        self.base()
            .set_bold()
            .set_font_color(Color::White)
            .set_background_color(Color::RGB(ALARM))
            .set_text_wrap()
            .set_indent(1)
    }

    /// A table's cell that the reader must not miss.
    pub(super) fn warning(&self) -> Format {
        self.text().set_bold().set_font_color(Color::RGB(ALARM))
    }

    /// A sentence below a table.
    pub(super) fn remark(&self) -> Format {
        self.base()
            .set_font_color(QUIET)
            .set_italic()
            .set_text_wrap()
    }

    /// A severity, in a table.
    pub(super) fn severity(&self, severity: FindingSeverity) -> Format {
        colored(self.lined(), severity).set_align(FormatAlign::Center)
    }

    /// The upper half of a tile.
    pub(super) fn tile_name(&self, severity: Option<FindingSeverity>) -> Format {
        self.tile(severity).set_font_size(9)
    }

    /// The lower half of a tile.
    pub(super) fn tile_value(&self, severity: Option<FindingSeverity>) -> Format {
        self.tile(severity)
            .set_bold()
            .set_font_size(22)
            .set_num_format("#,##0")
    }

    fn tile(&self, severity: Option<FindingSeverity>) -> Format {
        let tile = self.base().set_align(FormatAlign::Center);
        match severity {
            Some(severity) => colored(tile, severity),
            None => tile.set_background_color(MIST).set_font_color(NAVY),
        }
        .set_border_left(FormatBorder::Thick)
        .set_border_left_color(Color::White)
    }

    fn lined(&self) -> Format {
        self.base()
            .set_border_bottom(FormatBorder::Thin)
            .set_border_bottom_color(LINE)
    }
}

/// A chart's grid lines, in a faint color.
pub(super) fn faint() -> ChartLine {
    let mut line = ChartLine::new();
    line.set_color(LINE);
    line
}

/// A severity's color in a chart.
pub(super) fn chart_color(severity: FindingSeverity) -> Color {
    Color::RGB(background(severity))
}

fn background(severity: FindingSeverity) -> u32 {
    match severity {
        FindingSeverity::Critical => 0x8E_1B_2E,
        FindingSeverity::High => 0xD9_48_2B,
        FindingSeverity::Medium => 0xF3_B0_4A,
        FindingSeverity::Low => 0xFC_E8_B8,
        FindingSeverity::Informational => 0xDC_E8_F4,
        FindingSeverity::Unlabelled => 0xEC_EE_F1,
    }
}

/// The colors also differ in lightness, for color-blind readers and gray printers.
fn colored(format: Format, severity: FindingSeverity) -> Format {
    let ink = match severity {
        FindingSeverity::Critical | FindingSeverity::High => Color::White,
        _ => INK,
    };
    format
        .set_background_color(Color::RGB(background(severity)))
        .set_font_color(ink)
}
