"""Reads a workbook or a deck as python-pptx and openpyxl see it, and prints it as JSON.

read.py FILE              a workbook's sheets and cells, or a deck's slides with titles and tables
read.py FILE CELL=TEXT…   also writes these cells of the workbook's first sheet, and saves it
"""

import json
import sys

import openpyxl
import pptx


def workbook(file: str, edits: list[str]) -> list[dict]:
    book = openpyxl.load_workbook(file)
    first = book.worksheets[0]
    for edit in edits:
        cell, _, text = edit.partition("=")
        first[cell] = text
    if edits:
        book.save(file)
    return [
        {
            "name": sheet.title,
            "filter": sheet.auto_filter.ref,
            "frozen": sheet.freeze_panes,
            "formulas": [c.coordinate for row in sheet.rows for c in row if c.data_type == "f"],
            "rows": [[cell.value for cell in row] for row in sheet.rows],
        }
        for sheet in book.worksheets
    ]


def deck(file: str) -> list[dict]:
    slides = []
    for slide in pptx.Presentation(file).slides:
        texts = [s.text_frame.text for s in slide.shapes if s.has_text_frame]
        tables = [shape.table for shape in slide.shapes if shape.has_table]
        slides.append(
            {
                "title": texts[0] if texts else "",
                "texts": texts,
                "tables": [[[c.text for c in row.cells] for row in t.rows] for t in tables],
            }
        )
    return slides


def main() -> None:
    file, *edits = sys.argv[1:]
    found = deck(file) if file.endswith(".pptx") else workbook(file, edits)
    json.dump(found, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
