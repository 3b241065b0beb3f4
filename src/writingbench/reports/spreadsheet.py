"""Tables as an .xlsx file that a person can sort, filter and read, and that runs nothing.

Model output is hostile, also here: a text such as `=HYPERLINK("http://…")` must stay a text. What protects what:

- every text is written as a cell of type string, which no spreadsheet evaluates when it opens the file;
- texts that begin like a formula also carry the quote prefix, so that they stay texts when somebody edits the cell;
- "save as CSV" keeps neither. A CSV has no types, and what opens it may evaluate such a text. Only changing the text
  would help there, and this file gives texts as they are.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from unicodedata import east_asian_width

from writingbench.files import replaced
from writingbench.records import UserError

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

Kind = Literal["text", "mean", "count", "share", "chance", "money"]
Value = str | int | float | None

ROWS = 1_048_576  # what a sheet holds
LONGEST = 32_767  # UTF-16 code units in a cell, by which an emoji counts as two
LINES = 12  # of a cell are shown before one has to open it
MANY = (
    100_000  # rows: of more, one at a time is in memory, and texts stand where Apple Numbers and iOS do not find them
)
NUMBERS: dict[Kind, str] = {
    "text": "General",
    "mean": "0.00",
    "count": "#,##0",
    "share": "0.0%",
    "chance": "0.0000",
    "money": '"$"#,##0.00##',
}
LOW, MIDDLE, HIGH = "#92C5DE", "#FFFFFF", "#F4A582"  # told apart with every kind of colour vision; black reads on all

CUT = "… [{:,} characters left out]"
BEYOND = "{:,} more rows do not fit into a sheet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    title: str
    kind: Kind = "text"
    width: float = 0.0  # in Latin characters; 0: as wide as the title and the first rows ask for
    scale: bool = False  # coloured from low to high, together with the sheet's other columns of this sort


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    name: str
    columns: tuple[Column, ...]
    rows: Iterable[Sequence[Value]]  # where their number is not known beforehand they are taken for few
    freeze: tuple[int, int] = (1, 1)  # rows and columns that stay in sight
    note: str = ""  # stands below the table


def write(sheets: Iterable[Sheet], path: Path, *, cut: str = CUT, beyond: str = BEYOND) -> None:
    """Write `sheets` as the workbook `path`, which appears when it is whole. Rows are asked for sheet by sheet.

    A text that no cell holds ends in `cut` with the number of characters that are missing; a table that no sheet holds
    ends in a row that says `beyond` with the number of rows that are missing. Raises UserError when the file cannot be
    written.
    """
    sheets = list(sheets)
    many = sum(len(sheet.rows) for sheet in sheets if isinstance(sheet.rows, Sequence)) > MANY
    with _workbook(path, constant_memory=many) as book:
        formats = _Formats(book)
        for sheet, name in zip(sheets, names([sheet.name for sheet in sheets]), strict=True):
            _fill(book.add_worksheet(name), sheet, formats, cut, beyond)


def official(columns: Sequence[str], rows: Iterable[Sequence[Value]], path: Path) -> None:
    """Write one sheet "Sheet1" with plain titles in the first row and the values below, in full precision."""
    with _workbook(path) as book:
        page = book.add_worksheet("Sheet1")
        for number, row in enumerate(chain([columns], rows)):
            for place, value in enumerate(row):
                if isinstance(value, str):
                    _text(page, number, place, fitting(value, CUT), None)
                elif value is not None and math.isfinite(value):
                    page.write_number(number, place, _Exact(value))


class _Exact(float):
    """A number that keeps its 17 digits: the writer asks for 16, with which some numbers come back as others."""

    def __format__(self, _: str) -> str:
        return repr(float(self))


class _Formats:
    """The workbook's formats, each made once."""

    def __init__(self, book: Workbook) -> None:
        top = {"valign": "top"}
        self.header = book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#E8E8ED", **top})
        self.text = book.add_format({"text_wrap": True, **top})
        self.quoted = book.add_format({"text_wrap": True, "quote_prefix": True, **top})
        self.note = book.add_format({"italic": True, "font_color": "#555555"})
        self.numbers = {kind: book.add_format({"num_format": code, **top}) for kind, code in NUMBERS.items()}


@contextmanager
def _workbook(path: Path, **options: object) -> Iterator[Workbook]:
    """A workbook to fill, which takes the place of `path` when it is whole."""
    import xlsxwriter  # noqa: PLC0415 - only a spreadsheet needs it
    from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415

    with replaced(path) as file:
        try:
            with xlsxwriter.Workbook(file, options) as book:
                yield book
        except FileCreateError as error:
            raise UserError(f"{path}: cannot be written ({error})") from error


def _fill(page: Worksheet, sheet: Sheet, formats: _Formats, cut: str, beyond: str) -> None:
    note = sheet.note.splitlines()
    rows = iter(sheet.rows)
    first = list(islice(rows, 200))
    widths = [column.width or _width(column.title, [row[n] for row in first]) for n, column in enumerate(sheet.columns)]
    for place, width in enumerate(widths):
        page.set_column(place, place, width)
    titles = [column.title for column in sheet.columns]
    _height(page, 0, titles, widths)
    for place, title in enumerate(titles):
        _text(page, 0, place, fitting(title, cut), formats.header)
    last = 0
    for row in fits(chain(first, rows), ROWS - 1 - (len(note) + 1 if note else 0)):
        if isinstance(row, int):
            _text(page, last + 1, 0, beyond.format(row), formats.note)
            note = note and ["", *note]
            break
        last += 1
        _height(page, last, row, widths)
        for place, (value, column) in enumerate(zip(row, sheet.columns, strict=True)):
            if isinstance(value, str):
                text = fitting(value, cut)
                _text(page, last, place, text, formats.quoted if _like_a_formula(text) else formats.text)
            elif value is not None and math.isfinite(value):
                page.write_number(last, place, value, formats.numbers[column.kind])
    for number, line in enumerate(note):
        _text(page, last + 2 + number, 0, fitting(line, cut), formats.note)
    page.freeze_panes(*sheet.freeze)
    if titles:
        page.autofilter(0, 0, last, len(titles) - 1)
    _colour(page, [n for n, column in enumerate(sheet.columns) if column.scale], last)


def _text(page: Worksheet, row: int, place: int, text: str, style: Format | None) -> None:
    if text.startswith("<r>") and text.endswith("</r>"):  # the writer would take it for its own XML and not escape it
        page.write_rich_string(row, place, text[:1], text[1:2], text[2:], *([style] if style else []))
    elif text:
        page.write_string(row, place, text, style)


def _colour(page: Worksheet, places: Sequence[int], last: int) -> None:
    from xlsxwriter.utility import xl_range  # noqa: PLC0415

    if not places or not last:
        return
    scale = {"type": "3_color_scale", "min_color": LOW, "mid_color": MIDDLE, "max_color": HIGH}
    # one rule over all of them, so that a colour means the same number in every column
    together = " ".join(xl_range(1, place, last, place) for place in places)
    page.conditional_format(1, places[0], last, places[0], {**scale, "multi_range": together})


def _height(page: Worksheet, number: int, row: Sequence[Value], widths: Sequence[float]) -> None:
    """Room for the longest text of a row. Left to itself, a spreadsheet gives a long essay the whole window."""
    needed = max(
        (_lines(value, width) for value, width in zip(row, widths, strict=True) if isinstance(value, str)), default=1
    )
    if needed > 1:
        page.set_row(number, 15 * needed + 2)


def _lines(text: str, width: float) -> int:
    found = 0
    for line in text[: LINES * 200].splitlines():
        found += max(1, math.ceil(cells(line) / max(width - 1, 1)))
        if found >= LINES:
            return LINES
    return found


def _width(title: str, values: Iterable[Value]) -> float:
    found = [cells(title) + 3]  # the filter's button
    for value in values:
        if isinstance(value, str):
            found += [cells(line) + 1 for line in value[:1000].splitlines()]
    return min(max(8, *found), 60)


def cells(text: str) -> int:
    """How wide a text is in Latin characters: Chinese ones count double."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _like_a_formula(text: str) -> bool:
    return text.lstrip(" \n")[:1] in ("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠")


def fits(rows: Iterable[Sequence[Value]], room: int) -> Iterator[Sequence[Value] | int]:
    """As many rows as there is room for; if that is not all, the last place is the number of rows that are left out."""
    source = iter(rows)
    yield from islice(source, room - 1)
    last = list(islice(source, 2))
    if len(last) == 2:
        yield len(last) + sum(1 for _ in source)
    else:
        yield from last


_BROKEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def _shown(found: re.Match[str]) -> str:
    code = ord(found[0])
    return "\u2421" if code == 0x7F else chr(0x2400 + code) if code < 0x20 else "\ufffd"


def fitting(text: str, cut: str) -> str:
    """A text as a cell can hold it: what XML forbids is shown by a sign for it, and what is too long ends in `cut`."""
    if _BROKEN.search(text):
        joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")  # halves that belong together
        text = _BROKEN.sub(_shown, joined.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) <= LONGEST // 2:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= 2 * LONGEST:
        return text
    room = 2 * LONGEST - len(cut.format(len(text)).encode("utf-16-le"))
    kept = units[:room].decode("utf-16-le", "ignore")
    return kept + cut.format(len(text) - len(kept))


def names(wanted: Sequence[str]) -> list[str]:
    """Names that sheets can have, all different: up to 31 UTF-16 code units, without []:*?/\\ and outer apostrophes."""
    taken: set[str] = {"history"}  # which Excel keeps for itself
    made = []
    for name in wanted:
        plain = re.sub(r"\s+", " ", re.sub(r"[\[\]:*?/\\]", "-", fitting(name, CUT))).strip(" '") or "Sheet"
        number, found = 1, _short(plain, 31)
        while found.casefold() in taken:
            number += 1
            ending = f" ({number})"
            found = _short(plain, 31 - len(ending)) + ending
        taken.add(found.casefold())
        made.append(found)
    return made


def _short(name: str, most: int) -> str:
    units = name.encode("utf-16-le")
    return name if len(units) <= 2 * most else units[: 2 * most - 2].decode("utf-16-le", "ignore").rstrip(" '") + "…"
