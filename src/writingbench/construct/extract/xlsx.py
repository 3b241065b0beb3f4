"""The text of an XLSX file: the computed values of every sheet that is shown."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta

from writingbench.construct.extract import TEXT, Extracted
from writingbench.construct.extract.package import Element, Package, attribute, local
from writingbench.construct.extract.refusal import Refused
from writingbench.construct.extract.tidy import finish, flat

CELLS = 500_000  # with something in them
LATEST = 2_958_466  # days: the end of the year 9999
REFERENCE = re.compile("([A-Z]{1,3})[0-9]+")
BUILT_IN = {  # those of ECMA-376 part 1, 18.8.30, that are more than digits; 27 to 36 and 50 to 58 are of East Asia
    **dict.fromkeys((*range(14, 18), *range(27, 32), *range(34, 37), *range(50, 59)), "date"),
    **dict.fromkeys((*range(18, 22), 32, 33, 45, 47), "time"),
    **{9: "percent", 10: "percent", 22: "moment", 46: "elapsed"},
}
ASIDE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)  # what is no part of a number's form


def read(package: Package, main: str) -> Extracted:
    """An XLSX file by its main part."""
    if (book := package.tree(main)) is None:
        raise Refused("extract_broken")
    related = package.related(main)
    reading = _Reading(package, main, since_1904=any(one.get("date1904") in ("1", "true") for one in book.iter()))
    sheets: list[str] = []
    for sheet in book.iter():
        sort, part = related.get(attribute(sheet, "id") or "", ("", "")) if local(sheet) == "sheet" else ("", "")
        if sort == "worksheet" and sheet.get("state", "visible") != "visible":
            reading.left_out["extract_hidden"] = None
        elif sort == "worksheet" and (rows := reading.rows(part)):
            sheets.append(f"# {flat(sheet.get('name', ''))}\n\n{rows}")
    return finish("\n\n".join(sheets), "xlsx", title=package.title(), notes=reading.left_out)


class _Reading:
    """What has to be known of a workbook to read its cells, and how much was read of it."""

    def __init__(self, package: Package, main: str, *, since_1904: bool) -> None:
        self.left_out: dict[str, None] = {}
        self._package = package
        self._strings = [_string(one) for one in package.each(package.first(main, "sharedStrings"), "sst")]
        self._shapes = list(_shapes(package.tree(package.first(main, "styles"))))
        self._zero = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30)
        self._cells = self._length = 0

    def rows(self, part: str) -> str:
        """The rows of a sheet, without those and the columns in which nothing stands."""
        table: list[dict[int, str]] = []
        for row in self._package.each(part, "sheetData"):
            cells: dict[int, str] = {}
            column = -1
            for cell in row:
                column = _column(cell.get("r", ""), column + 1)
                if text := flat(self._value(cell)):
                    cells[column] = text
                    self._length += len(text) + 3
            if cells:
                table.append(cells)
                self._cells += len(cells)
            if self._cells > CELLS or self._length > TEXT:
                self.left_out["extract_cut"] = None
                break
        columns = sorted({column for cells in table for column in cells})
        lines: list[str] = []
        length = 0  # with the empty cells, which may be far more than the others
        for cells in table:
            lines.append(" | ".join(cells.get(column, "") for column in columns[: bisect_right(columns, max(cells))]))
            length += len(lines[-1])
            if length > TEXT:
                break
        return "\n".join(lines)

    def _value(self, cell: Element) -> str:
        said: dict[str, Element] = {local(child): child for child in cell}
        if "is" in said:
            return _string(said["is"])
        raw = said["v"].text or "" if "v" in said else ""
        sort = cell.get("t", "n")
        if "f" in said and not raw and sort != "str":
            self.left_out["extract_formulas"] = None
        if sort == "s":
            return self._strings[int(raw)] if raw.isdecimal() and int(raw) < len(self._strings) else ""
        if sort == "b":
            return "TRUE" if raw == "1" else "FALSE"
        if sort == "d":
            return raw.removesuffix("T00:00:00").replace("T", " ")
        return raw if sort != "n" else self._number(raw, cell.get("s", ""))

    def _number(self, raw: str, style: str) -> str:
        try:
            number = float(raw)
        except ValueError:
            return raw
        shape = self._shapes[int(style)] if style.isdecimal() and int(style) < len(self._shapes) else ""
        if shape == "elapsed" and 0 <= number < LATEST:
            minutes, seconds = divmod(round(number * 86400), 60)
            return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        if shape in ("date", "time", "moment") and 0 <= number < LATEST:
            if self._zero.year < 1900 and 1 <= number < 60:
                number += 1  # 1900 had no 29 February, which the 60 is
            moment = self._zero + timedelta(seconds=round(number * 86400))
            exact = "minutes" if not moment.second else "seconds"
            date, time = moment.date().isoformat(), moment.time().isoformat(exact)
            return {"date": date, "time": time, "moment": f"{date} {time}"}[shape]
        if shape == "percent":
            return f"{number * 100:.10g}%"
        if raw.isdecimal():
            return raw
        return f"{number:.15g}"


def _column(reference: str, otherwise: int) -> int:
    """The number of a cell's column, from 0."""
    found = REFERENCE.fullmatch(reference)
    if not found:
        return otherwise
    number = 0
    for letter in found[1]:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def _string(element: Element) -> str:
    """A text with or without runs; not how it is pronounced."""
    parts = []
    for child in element:
        if local(child) == "t":
            parts.append(child.text or "")
        elif local(child) == "r":
            parts += [text.text or "" for text in child if local(text) == "t"]
    return "".join(parts)


def _shapes(styles: Element | None) -> Iterator[str]:
    """Of each style of cells what its numbers are: date, time, moment, elapsed, percent, or nothing of these ("")."""
    custom: dict[str, str] = {}
    for group in [] if styles is None else styles:
        for one in group:
            if local(group) == "numFmts":
                custom[one.get("numFmtId", "")] = one.get("formatCode", "")
            elif local(group) == "cellXfs":
                number = one.get("numFmtId", "")
                yield _shape(custom[number]) if number in custom else BUILT_IN.get(_whole(number), "")


def _shape(form: str) -> str:
    form = ASIDE.sub("", form[:200]).split(";")[0].lower()
    if "general" in form:
        return ""
    if re.search(r"\[[hms]+\]", form):
        return "elapsed"
    form = re.sub("am/pm|a/p|上午/下午", "", form)
    time = "h" in form or "s" in form
    date = "y" in form or "d" in form or ("m" in form and not time)
    return "moment" if date and time else "date" if date else "time" if time else "percent" if "%" in form else ""


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 5 else -1
