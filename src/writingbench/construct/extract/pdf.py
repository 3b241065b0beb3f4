"""The text of a PDF: its lines as pdfium reads them, without what runs above and below the pages."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from ctypes import byref, c_double
from math import hypot
from statistics import median

import pypdfium2 as pdfium
from pypdfium2 import raw

from writingbench.construct.extract import TEXT, Extracted
from writingbench.construct.extract.paragraphs import HYPHEN, Line, blocks
from writingbench.construct.extract.refusal import Refused
from writingbench.construct.extract.tidy import finish, flat, joined

codecs.lookup("utf-16-le")  # what pdfium speaks; it could not be loaded later

PAGES = 3000
LONG = 200  # characters: more are no running line
EDGE = 2  # lines at either end of a page that may be running heads or feet
DIVIDES = "\ufffe"  # what pdfium makes of a hyphen at the end of a line; in some versions it is HYPHEN
PIECE = re.compile(f"[^\r\n{HYPHEN}]+{HYPHEN}?")  # after such a hyphen no line is said to end


def read(content: bytes) -> Extracted:
    """A PDF. Columns come in the order in which the file has them."""
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        locked = raw.FPDF_GetLastError() == raw.FPDF_ERR_PASSWORD or "password" in str(error).lower()
        raise Refused("extract_encrypted" if locked else "extract_broken") from None
    lines: list[Line] = []
    notes: set[str] = set()
    length = 0
    for number in range(min(len(document), PAGES)):
        try:
            page = document[number]
            text = page.get_textpage()
        except pdfium.PdfiumError:
            notes.add("extract_damaged_pages")
            continue
        found = list(_lines(text, number))
        if not found and raw.FPDFPage_CountObjects(page.raw):
            notes.add("extract_scanned_pages")
        lines += found
        length += sum(len(line.text) for line in found)
        text.close()
        page.close()
        if length > TEXT:
            break
    if length > TEXT or len(document) > PAGES:
        notes.add("extract_cut")
    if not lines and "extract_damaged_pages" in notes:
        raise Refused("extract_broken")
    kept = _without_running(lines) or lines  # pages that say nothing but the same
    if len(kept) < len(lines):
        notes.add("extract_running_lines")
    title = document.get_metadata_value("Title")
    return finish(joined(blocks(kept)), "pdf", title=title, notes=sorted(notes))


def _lines(text: pdfium.PdfTextPage, page: int) -> Iterator[Line]:
    """The lines of a page; two that stand beside each other are one."""
    before: Line | None = None
    for line in _pieces(text, page):
        if before and abs(before.y - line.y) < 0.3 * line.size and line.left > before.right:
            before.text, before.right = f"{before.text} {line.text}", line.right
            continue
        if before:
            yield before
        before = line
    if before:
        yield before


def _pieces(text: pdfium.PdfTextPage, page: int) -> Iterator[Line]:
    said = text.get_text_range()
    if len(said) != text.count_chars():  # it leaves out what has no code: then one by one, to know which is which
        codes = (raw.FPDFText_GetUnicode(text.raw, n) for n in range(text.count_chars()))
        said = "".join(" " if 0xD800 <= code < 0xE000 or code > 0x10FFFF else chr(code) for code in codes)
    said = said.replace(DIVIDES, HYPHEN)
    x, y, right, unused, matrix = c_double(), c_double(), c_double(), c_double(), raw.FS_MATRIX()
    for match in PIECE.finditer(said):
        first = match.start() + len(match[0]) - len(match[0].lstrip())
        last = match.start() + len(match[0].rstrip()) - 1
        if last < first:
            continue
        if said[last] == HYPHEN and last > first:
            last -= 1  # it was made up, and stands nowhere
        raw.FPDFText_GetCharBox(text.raw, last, byref(unused), byref(right), byref(unused), byref(unused))
        raw.FPDFText_GetCharOrigin(text.raw, first, byref(x), byref(y))
        raw.FPDFText_GetMatrix(text.raw, first, byref(matrix))
        size = raw.FPDFText_GetFontSize(text.raw, first) * hypot(matrix.c, matrix.d)
        yield Line(flat(match[0]), page, left=x.value, right=right.value, y=y.value, size=size or 10.0)


def _without_running(lines: Sequence[Line]) -> list[Line]:
    """Without what is said above or below many pages, numbers of pages among it, in no larger type."""
    pages: dict[int, list[Line]] = {}
    for line in lines:
        pages.setdefault(line.page, []).append(line)
    if len(pages) < 3:
        return list(lines)
    usual = median(line.size for line in lines) * 1.05
    outer = {}
    for page in pages.values():
        page.sort(key=lambda line: -line.y)
        outer.update(
            {
                id(line): _said(line)
                for line in (*page[:EDGE], *page[-EDGE:])
                if line.size <= usual and len(line.text) < LONG
            }
        )
    times = Counter(key for page in pages.values() for key in set().union(*(outer.get(id(line), ()) for line in page)))
    many = max(3, 0.4 * len(pages))
    return [line for line in lines if not any(times[key] >= many for key in outer.get(id(line), ()))]


def _said(line: Line) -> set[str]:
    """What a line says, also with each of its numbers counted from that of the page."""
    numbers = re.finditer(r"\d{1,5}", line.text)
    return {
        line.text,
        *(f"{line.text[: n.start()]}\0{int(n[0]) - line.page}\0{line.text[n.end() :]}" for n in numbers),
    }
