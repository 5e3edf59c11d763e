//! Tests with files as people send them, and as attackers would.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;
use hubward_domain::ledger::{Area, Cell, Value};

const RELS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const WORKBOOK: &str = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Hidden" sheetId="2" state="hidden" r:id="rId2"/><sheet name="Ledger" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const WORKBOOK_RELS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet2.xml"/></Relationships>"#;
/// Style 1 is a date, style 2 a duration.
const STYLES: &str = r#"<styleSheet><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="46"/></cellXfs></styleSheet>"#;

fn zip_of(parts: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, content) in parts {
        zip.start_file(*name, options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A workbook with this XML in its worksheet element, and additional parts.
fn xlsx_with(sheet: &str, parts: &[(&str, &[u8])]) -> Vec<u8> {
    let sheet = format!(
        r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{sheet}</worksheet>"#
    );
    let mut all: Vec<(&str, &[u8])> = vec![
        ("_rels/.rels", RELS.as_bytes()),
        ("xl/workbook.xml", WORKBOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", WORKBOOK_RELS.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
        (
            "xl/worksheets/sheet2.xml",
            b"<worksheet><sheetData/></worksheet>",
        ),
    ];
    all.extend(parts);
    zip_of(&all, CompressionMethod::Deflated)
}

fn xlsx(rows: &str) -> Vec<u8> {
    xlsx_with(
        &format!("<sheetData>{rows}</sheetData>"),
        &[("xl/styles.xml", STYLES.as_bytes())],
    )
}

fn refused(bytes: &[u8]) -> UnreadableFile {
    read(bytes, "ledger.xlsx").unwrap_err()
}

fn content(bytes: &[u8], name: &str) -> Foreign {
    match read(bytes, name) {
        Err(UnreadableFile::Foreign { content, .. }) => content,
        other => panic!("{other:?}"),
    }
}

fn cells(bytes: &[u8]) -> Vec<(String, Value, bool)> {
    let sheet = read(bytes, "ledger.xlsx").unwrap();
    let rows = sheet.rows.iter();
    rows.flat_map(|row| row.cells.iter().map(|cell| (row.number, cell)))
        .map(|(number, cell)| {
            let at = sheet.address(number, cell.column).to_string();
            (at, cell.value.clone(), cell.formula)
        })
        .collect()
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[test]
fn cells_keep_their_types_and_addresses() {
    let bytes = xlsx(
        r##"<row r="2"><c r="B2" t="inlineStr"><is><t xml:space="preserve"> a&#10;&lt;b </t></is></c><c r="D2"><v>12345678901</v></c></row>
        <row r="3"><c r="A3" t="b"><v>1</v></c><c r="B3" s="1"><v>46349</v></c><c r="C3" s="1"><v>46349.395833333336</v></c><c r="D3" s="1"><v>0.5</v></c><c r="E3" s="2"><v>1.5</v></c><c r="F3" t="e"><v>#N/A</v></c><c r="G3"><f>1+1</f><v>2</v></c><c r="H3"><f>A1</f></c><c r="I3" s="1"/><c r="J3" t="d"><v>2026-11-23T09:30:00</v></c></row>"##,
    );
    let cell = |at: &str, value: Value| (at.to_owned(), value, false);
    let date = |text: &str| Value::Date(text.to_owned());
    assert_eq!(
        cells(&bytes),
        [
            cell("Ledger!B2", text(" a\n<b ")),
            cell("Ledger!D2", Value::Number(12_345_678_901.0)),
            cell("Ledger!A3", Value::Bool(true)),
            cell("Ledger!B3", date("2026-11-23")),
            cell("Ledger!C3", date("2026-11-23 09:30")),
            cell("Ledger!D3", date("12:00")),
            cell("Ledger!E3", date("36:00")),
            cell("Ledger!F3", Value::Error("#N/A".to_owned())),
            ("Ledger!G3".to_owned(), Value::Number(2.0), true),
            ("Ledger!H3".to_owned(), Value::Empty, true),
            cell("Ledger!J3", date("2026-11-23 09:30:00")),
        ]
    );
}

#[test]
fn shared_strings_merged_areas_and_rows_out_of_order_are_read() {
    let bytes = xlsx_with(
        r#"<dimension ref="A1:XFD1048576"/><sheetData><row r="3"><c r="B3" t="s"><v>1</v></c></row><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData><mergeCells count="1"><mergeCell ref="A1:C2"/></mergeCells>"#,
        &[("xl/sharedStrings.xml", "<sst uniqueCount=\"2\"><si><t>台帳</t></si><si><r><t>rich</t></r><r><t xml:space=\"preserve\"> text</t></r><rPh><t>カナ</t></rPh></si></sst>".as_bytes())],
    );
    let sheet = read(&bytes, "ledger.XLSX").unwrap();
    assert_eq!(
        sheet.rows.iter().map(|row| row.number).collect::<Vec<_>>(),
        [1, 3]
    );
    assert_eq!(sheet.rows[1].cells[0].value, text("rich text"));
    let area = Area {
        first_row: 1,
        last_row: 2,
        first_column: 0,
        last_column: 2,
    };
    assert_eq!(sheet.merged, [area]);
}

#[test]
fn a_cell_at_the_far_end_costs_nothing_and_is_refused() {
    let far = xlsx(r#"<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#);
    let UnreadableFile::TooManyRows {
        at,
        limit: ROW_LIMIT,
    } = refused(&far)
    else {
        panic!("{:?}", refused(&far));
    };
    assert_eq!(at.to_string(), "Ledger!XFD1048576");
    let wide = xlsx(r#"<row r="1"><c r="GS1"><v>1</v></c></row>"#);
    assert!(matches!(
        refused(&wide),
        UnreadableFile::TooManyColumns {
            limit: COLUMN_LIMIT,
            ..
        }
    ));
    // Formatting alone is not data, however many cells it covers.
    assert!(cells(&xlsx(r#"<row r="1048576"><c r="XFD1048576" s="1"/></row>"#)).is_empty());
}

#[test]
fn an_address_out_of_any_range_ends_nothing() {
    for address in [
        "ZZZZZZZZZZZZ1",
        "A99999999999999999",
        "A",
        "1",
        "!",
        "Ａ1",
        "",
    ] {
        let bytes = xlsx(&format!(
            r#"<row r="1"><c r="{address}"><v>1</v></c></row>"#
        ));
        assert!(read(&bytes, "ledger.xlsx").is_err(), "{address}");
        let bytes = xlsx_with(
            &format!(r#"<sheetData/><mergeCells><mergeCell ref="{address}:A1"/></mergeCells>"#),
            &[],
        );
        // In a merged area it may also be read as something harmless.
        let _ = read(&bytes, "ledger.xlsx");
    }
    let reversed = xlsx_with(
        r#"<sheetData/><mergeCells><mergeCell ref="C9:A1"/></mergeCells>"#,
        &[],
    );
    let _ = read(&reversed, "ledger.xlsx");
}

#[test]
fn a_formula_that_announces_many_shared_ones_gets_no_room_for_them() {
    let bytes = xlsx(
        r#"<row r="1"><c r="A1"><f t="shared" ref="A1:A2" si="99999999999999">1</f><v>1</v></c></row>"#,
    );
    assert!(cells(&bytes)[0].2);
}

#[test]
fn a_bomb_is_refused_even_when_it_lies_about_its_size() {
    let blanks = vec![b' '; 9 * 1024 * 1024];
    let mut bytes = xlsx_with("", &[("xl/styles.xml", &blanks)]);
    assert!(bytes.len() < 100 * 1024);
    assert!(matches!(refused(&bytes), UnreadableFile::Bomb { part } if part == "xl/styles.xml"));
    // The part's headers say 1 byte instead.
    let size = u32::try_from(blanks.len()).unwrap().to_le_bytes();
    let mut lies = 0;
    for start in 0..bytes.len() - 4 {
        if bytes[start..start + 4] == size {
            bytes[start..start + 4].copy_from_slice(&1_u32.to_le_bytes());
            lies += 1;
        }
    }
    assert!(lies >= 1);
    let refused = refused(&bytes);
    assert!(
        matches!(
            refused,
            UnreadableFile::Bomb { .. } | UnreadableFile::Damaged { .. }
        ),
        "{refused:?}"
    );
}

#[test]
fn a_workbook_of_too_many_parts_is_refused() {
    let names: Vec<String> = (0..2_001).map(|number| format!("xl/{number}")).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert!(matches!(
        refused(&xlsx_with("", &many)),
        UnreadableFile::Bomb { .. }
    ));
}

#[test]
fn strings_and_styles_cannot_make_the_reader_allocate_the_world() {
    for count in [
        "18446744073709551615",
        "99999999999999999999999",
        "100000000000",
        "4000001",
    ] {
        let strings = format!("<!-- x --><sst count='1' uniqueCount = '{count}'><si/></sst>");
        let bytes = xlsx_with(
            "<sheetData/>",
            &[("xl/SharedStrings.xml", strings.as_bytes())],
        );
        assert!(
            matches!(refused(&bytes), UnreadableFile::Bomb { .. }),
            "{count}"
        );
    }
    let name = "x".repeat(100_000);
    let formats = r#"<xf fontId="0" numFmtId="200"/>"#.repeat(1_000);
    for start in [
        format!(r#"<fonts><font><name val="{name}"/></font></fonts>"#),
        format!(r#"<numFmts><numFmt numFmtId="200" formatCode='{name}'/></numFmts>"#),
    ] {
        let styles = format!("<styleSheet>{start}<cellXfs>{formats}</cellXfs></styleSheet>");
        let bytes = xlsx_with("<sheetData/>", &[("xl/styles.xml", styles.as_bytes())]);
        assert!(matches!(refused(&bytes), UnreadableFile::Bomb { .. }));
    }
    let styles = format!(
        "<styleSheet><cellXfs>{}</cellXfs></styleSheet>",
        "<xf/>".repeat(140_001)
    );
    let bytes = xlsx_with("<sheetData/>", &[("xl/styles.xml", styles.as_bytes())]);
    assert!(matches!(refused(&bytes), UnreadableFile::Bomb { .. }));
}

#[test]
fn one_long_text_that_every_cell_names_is_refused() {
    let strings = format!("<sst><si><t>{}</t></si></sst>", "x".repeat(1024 * 1024));
    let rows: String = (1..=100)
        .map(|row| format!(r#"<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>"#))
        .collect();
    let bytes = xlsx_with(
        &format!("<sheetData>{rows}</sheetData>"),
        &[("xl/sharedStrings.xml", strings.as_bytes())],
    );
    assert!(matches!(refused(&bytes), UnreadableFile::TooMuch { .. }));
}

#[test]
fn a_sheet_of_nothing_but_merged_areas_is_refused() {
    let merged = r#"<mergeCell ref="A1:B2"/>"#.repeat(10_001);
    let bytes = xlsx_with(
        &format!("<sheetData/><mergeCells>{merged}</mergeCells>"),
        &[],
    );
    assert!(matches!(refused(&bytes), UnreadableFile::TooMuch { .. }));
}

#[test]
fn a_file_says_what_it_is() {
    let compound = |stream: &str| {
        let mut bytes = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
        bytes.extend([0; 600]);
        bytes.extend(stream.encode_utf16().flat_map(u16::to_le_bytes));
        bytes
    };
    let zip = |part: &str| {
        zip_of(
            &[("_rels/.rels", b"x"), (part, b"x")],
            CompressionMethod::Stored,
        )
    };
    let odf = zip_of(
        &[
            (
                "mimetype",
                b"application/vnd.oasis.opendocument.spreadsheet",
            ),
            ("content.xml", b"x"),
            ("META-INF/manifest.xml", b"x"),
        ],
        CompressionMethod::Stored,
    );
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    for (bytes, kind) in [
        (compound("EncryptedPackage"), Foreign::Encrypted),
        (compound("Workbook"), Foreign::OldWorkbook),
        (compound("WordDocument"), Foreign::Word),
        (compound("PowerPoint Document"), Foreign::PowerPoint),
        (compound("x"), Foreign::Compound),
        (zip("word/document.xml"), Foreign::Word),
        (zip("ppt/presentation.xml"), Foreign::PowerPoint),
        (zip("xl/workbook.bin"), Foreign::BinaryWorkbook),
        (zip("hello.txt"), Foreign::Archive),
        (zip_of(&[], CompressionMethod::Stored), Foreign::Archive),
        (odf, Foreign::OpenDocument),
        (b"%PDF-1.7\n".to_vec(), Foreign::Pdf),
        (b"\n <!DOCTYPE html><html>".to_vec(), Foreign::Html),
        ("\u{feff}<HTML>".into(), Foreign::Html),
        (b"Account ID,Project\r\n".to_vec(), Foreign::Text),
        (
            png.to_vec(),
            Foreign::Other {
                media_type: "image/png".to_owned(),
            },
        ),
        (vec![0; 1024 * 1024], Foreign::Binary),
        (
            (0..1_048_576_u32)
                .map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0])
                .collect(),
            Foreign::Binary,
        ),
    ] {
        assert_eq!(content(&bytes, "ledger.xlsx"), kind);
    }
    assert_eq!(content(&xlsx(""), "ledger.csv"), Foreign::Workbook);
    assert_eq!(
        content(&compound("Workbook"), "ledger.csv"),
        Foreign::OldWorkbook
    );
    assert_eq!(content(b"%PDF-1.7\n", "ledger.csv"), Foreign::Pdf);
}

#[test]
fn names_sizes_and_emptiness_are_judged_first() {
    for (name, found) in [
        ("ledger.xls", "xls"),
        ("ledger", ""),
        ("a.b/ledger", ""),
        ("x.XLSM", "xlsm"),
    ] {
        let found = found.to_owned();
        assert_eq!(
            read(b"x", name),
            Err(UnreadableFile::Extension { found }),
            "{name}"
        );
    }
    assert_eq!(refused(b""), UnreadableFile::Empty);
    assert_eq!(read(b"", "ledger.csv"), Err(UnreadableFile::Empty));
    let bytes = FILE_LIMIT + 1;
    let large = vec![b'x'; usize::try_from(bytes).unwrap()];
    assert_eq!(
        refused(&large),
        UnreadableFile::TooLarge {
            bytes,
            limit: FILE_LIMIT
        }
    );
}

#[test]
fn a_workbook_cut_anywhere_or_with_a_byte_changed_never_ends_the_program() {
    let rows = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>Account ID</t></is></c><c r="B1"><f>1</f><v>2</v></c></row>"#;
    for method in [CompressionMethod::Deflated, CompressionMethod::Stored] {
        let whole = zip_of(
            &[
                ("_rels/.rels", RELS.as_bytes()),
                ("xl/workbook.xml", WORKBOOK.as_bytes()),
                ("xl/_rels/workbook.xml.rels", WORKBOOK_RELS.as_bytes()),
                (
                    "xl/worksheets/sheet1.xml",
                    format!("<worksheet><sheetData>{rows}</sheetData></worksheet>").as_bytes(),
                ),
                ("xl/styles.xml", STYLES.as_bytes()),
                (
                    "xl/sharedStrings.xml",
                    b"<sst uniqueCount=\"1\"><si><t>x</t></si></sst>",
                ),
            ],
            method,
        );
        assert!(read(&whole, "ledger.xlsx").is_ok());
        for end in 0..whole.len() {
            assert!(read(&whole[..end], "ledger.xlsx").is_err(), "cut at {end}");
        }
        for place in 0..whole.len() {
            let mut changed = whole.clone();
            changed[place] ^= [0x01, 0x80, 0xFF][place % 3];
            let _ = read(&changed, "ledger.xlsx");
        }
    }
}

#[test]
fn broken_xml_is_no_empty_ledger() {
    for sheet in [
        "<sheetData><row><c><v>1</v></c>",
        "<sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>7</v></c></row></sheetData>",
        "<sheetData><row r=\"1\"><c r=\"A1\" t=\"wrong\"><v>7</v></c></row></sheetData>",
        "<sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row",
        "<sheetData><row r=\"x\"/></sheetData>",
        "<sheetData><row r=\"1\"><c r=\"A1\"><surprise/></c></row></sheetData>",
    ] {
        let bytes = xlsx_with(sheet, &[]);
        // The helper closes the worksheet, but no element within it.
        assert!(
            matches!(refused(&bytes), UnreadableFile::Broken { .. }),
            "{sheet}: {:?}",
            read(&bytes, "a.xlsx")
        );
    }
    assert_eq!(refused(&xlsx_with("", &[])), UnreadableFile::NoSheet);
}

#[test]
fn a_csv_is_read_in_every_encoding_that_excel_saves() {
    let text =
        "AWSアカウントID,プロジェクト,連絡先メール\r\n123456789012,表予①㈱,a@example.com\r\n";
    let sjis = encoding_rs::SHIFT_JIS.encode(text).0.into_owned();
    let marked = format!("\u{feff}{text}").into_bytes();
    let tabs = text.replace(',', "\t");
    let utf16: Vec<u8> = std::iter::once(0xFEFF)
        .chain(tabs.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let semicolons = text.replace(',', ";").into_bytes();
    let expected = read(text.as_bytes(), "ledger.csv").unwrap();
    assert_eq!(expected.rows[1].cells[1].value, self::text("表予①㈱"));
    assert_eq!(
        expected.rows[0].cells[0].value,
        self::text("AWSアカウントID")
    );
    for bytes in [sjis, marked, tabs.into_bytes(), utf16, semicolons] {
        assert_eq!(read(&bytes, "ledger.csv").as_ref(), Ok(&expected));
    }
}

#[test]
fn bytes_that_are_no_text_are_refused_with_their_line() {
    let undecodable = |bytes: &[u8]| read(bytes, "ledger.csv").unwrap_err();
    assert_eq!(
        undecodable(b"a,b\nc,d\ne,\xFF\n"),
        UnreadableFile::Undecodable { line: 3 }
    );
    // Japanese in UTF-8 that breaks in line 2 would be garbage as Shift_JIS.
    let mut utf8 = "プロジェクト\n".as_bytes().to_vec();
    utf8.extend(b"\x83\x41\n");
    assert_eq!(undecodable(&utf8), UnreadableFile::Undecodable { line: 2 });
    let mut marked = "\u{feff}a\nb\n".as_bytes().to_vec();
    marked.push(0xFF);
    assert_eq!(
        undecodable(&marked),
        UnreadableFile::Undecodable { line: 3 }
    );
}

#[test]
fn rows_of_a_csv_are_counted_as_excel_shows_them() {
    let csv = "\r\nAccount ID,Notes\r\n\r\n1,\"two\nlines\"\r\n2\r\n,,,\r\n\n\n3,x,,y\n";
    let sheet = read(csv.as_bytes(), "ledger.csv").unwrap();
    assert_eq!(sheet.name, "Ledger");
    assert_eq!(
        sheet.rows.iter().map(|row| row.number).collect::<Vec<_>>(),
        [2, 4, 5, 9]
    );
    assert_eq!(sheet.rows[1].cells[1].value, text("two\nlines"));
    let last = Cell {
        column: 3,
        value: text("y"),
        formula: false,
    };
    assert_eq!(sheet.rows[3].cells.last(), Some(&last));
}

#[test]
fn a_quote_that_nothing_closes_would_swallow_accounts() {
    let csv = "Account ID,Notes\n1,\"fine \"\" one\"\n2,\"open\n3,x\n4,y\n";
    assert_eq!(
        read(csv.as_bytes(), "ledger.csv"),
        Err(UnreadableFile::UnclosedQuote { line: 3 })
    );
    let inches = "Account ID,Notes\n1,5\" disk\n";
    assert_eq!(
        read(inches.as_bytes(), "ledger.csv").unwrap().rows[1].cells[1].value,
        text("5\" disk")
    );
}

#[test]
fn a_csv_is_bounded_like_a_workbook() {
    let rows = "x\n".repeat(20_001);
    assert!(matches!(
        read(rows.as_bytes(), "a.csv"),
        Err(UnreadableFile::TooManyRows { .. })
    ));
    let columns = "x,".repeat(201);
    assert!(matches!(
        read(columns.as_bytes(), "a.csv"),
        Err(UnreadableFile::TooManyColumns { .. })
    ));
}

#[test]
fn the_separator_is_the_headers_not_that_of_the_addresses_below() {
    let csv = "Account ID,Project,Contact email\n1,A,a@x.jp;b@x.jp;c@x.jp;d@x.jp\n";
    assert_eq!(
        read(csv.as_bytes(), "a.csv").unwrap().rows[1].cells.len(),
        3
    );
    let csv = "Ledger 2026\nAccount ID;\"a,b,c\";Contact email\n";
    assert_eq!(
        read(csv.as_bytes(), "a.csv").unwrap().rows[1].cells.len(),
        3
    );
}

#[test]
fn no_short_input_ends_the_program() {
    // A small deterministic generator: every file signature that the reader knows, followed by
    // noise.
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let starts: [&[u8]; 7] = [
        b"",
        b"PK\x03\x04",
        b"PK\x05\x06",
        &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1],
        b"\xEF\xBB\xBF",
        b"\xFF\xFE",
        b"a,\"",
    ];
    for round in 0..2_000 {
        let mut bytes = starts[round % starts.len()].to_vec();
        for _ in 0..next() % 300 {
            bytes.push(next().to_le_bytes()[4]);
        }
        let _ = read(&bytes, "a.xlsx");
        let _ = read(&bytes, "a.csv");
    }
}

/// A damaged file must be rejected, or be a sheet within the limits.
fn stays_within_bounds(bytes: &[u8], name: &str) {
    let Ok(sheet) = read(bytes, name) else {
        return;
    };
    for row in &sheet.rows {
        assert!((1..=ROW_LIMIT).contains(&row.number), "{}", row.number);
        for cell in &row.cells {
            assert!(cell.column < COLUMN_LIMIT, "{}", cell.column);
        }
    }
}

#[test]
fn a_damaged_workbook_is_refused_or_stays_within_bounds() {
    let rows = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>Account ID</t></is></c><c r="B1" t="inlineStr"><is><t>Project</t></is></c></row><row r="2"><c r="A2"><v>111111111111</v></c><c r="B2" s="1"><v>45000</v></c></row>"#;
    let parts: &[(&str, &[u8])] = &[("xl/styles.xml", STYLES.as_bytes())];
    crate::fuzz::damaged(
        &xlsx_with(&format!("<sheetData>{rows}</sheetData>"), parts),
        |bytes| {
            stays_within_bounds(bytes, "ledger.xlsx");
        },
    );
    // Damage inside the parts, which compression and its checksum would otherwise detect.
    crate::fuzz::damaged(rows.as_bytes(), |bytes| {
        let sheet = String::from_utf8_lossy(bytes);
        let whole = xlsx_with(&format!("<sheetData>{sheet}</sheetData>"), parts);
        stays_within_bounds(&whole, "ledger.xlsx");
    });
}

#[test]
fn a_damaged_csv_is_refused_or_stays_within_bounds() {
    let text = "Account ID,Project,Contact email\r\n111111111111,\"受,注\",a@example.com;b@example.com\r\n";
    crate::fuzz::damaged(text.as_bytes(), |bytes| {
        stays_within_bounds(bytes, "ledger.csv");
    });
}
