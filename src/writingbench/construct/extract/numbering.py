"""The numbers of headings and items in a DOCX file, which stand nowhere in its text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from writingbench.construct.extract.package import Element, attribute, local

LEVELS = 9
DIGITS = "〇一二三四五六七八九"
ROMAN = tuple(
    zip((1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1), "m cm d cd c xc l xl x ix v iv i".split(), strict=True)
)
CHINESE = ("chineseCounting", "chineseCountingThousand", "ideographDigital", "japaneseCounting", "taiwaneseCounting")


class Numbering:
    """Counts through the lists of a document, as `of` is asked for one paragraph after the other."""

    def __init__(self, styles: Element | None, numbering: Element | None) -> None:
        self._styles = {attribute(style, "styleId") or "": style for style in _of(styles, "style")}
        abstract = {attribute(one, "abstractNumId"): one for one in _of(numbering, "abstractNum")}
        self._lists = {
            attribute(one, "numId") or "": (of or "", _levels(abstract.get(of)))
            for one in _of(numbering, "num")
            for of in [_val(one, "abstractNumId")]
        }
        self._counts: dict[str, list[int | None]] = {}  # of each abstract list: its numbers at each level

    def of(self, properties: Element | None, *, counted: bool) -> tuple[str, int, int]:
        """The label of a paragraph ("-", "2.", "第三条", or ""), its level as a heading (0 for none), and how deep it
        stands in its list; `counted`: it is there to be seen."""
        heading, number, level = 0, "", ""
        for source in self._sources(properties):
            numbered = _child(source, "numPr")
            if numbered is not None:
                number = number or _val(numbered, "numId") or ""
                level = level or _val(numbered, "ilvl") or ""
            heading = heading or _heading(source)
        of, levels = self._lists.get(number, ("", {}))
        depth = int(level) if level.isdecimal() and len(level) == 1 else 0
        if depth not in levels:
            return "", heading, 0
        shape, text, start = levels[depth]
        if shape == "bullet":
            return "-", heading, depth
        if shape == "none" or not counted:
            return "", heading, depth
        counts = self._counts.setdefault(of, [None] * LEVELS)
        last = counts[depth]
        counts[depth] = start if last is None else last + 1
        counts[depth + 1 :] = [None] * (LEVELS - depth - 1)

        def shown(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            form, _, first = levels.get(at, ("decimal", "", 1))
            number = counts[at]
            return written(first if number is None else number, form)

        return re.sub("%([1-9])", shown, text).strip(), heading, depth

    def _sources(self, properties: Element | None) -> Iterator[Element]:
        """The properties of a paragraph, then those of its style and of what that is based on."""
        style = None
        if properties is not None:
            yield properties
            style = _val(properties, "pStyle")
        for _ in range(10):
            found = self._styles.get(style or "")
            if found is None:
                return
            yield found
            if (inner := _child(found, "pPr")) is not None:
                yield inner
            style = _val(found, "basedOn")


def written(number: int, form: str) -> str:
    """A number in one of the forms of the standard; in digits where it is one of the rarer ones."""
    if form in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (number - 1) % 26) * min((number - 1) // 26 + 1, 5)
        return letter if form == "lowerLetter" else letter.upper()
    if form in ("lowerRoman", "upperRoman"):
        roman, rest = "", min(number, 5000)
        for value, letters in ROMAN:
            roman += letters * (rest // value)
            rest %= value
        return roman if form == "lowerRoman" else roman.upper()
    if form in CHINESE and 0 < number < 100:
        tens, ones = divmod(number, 10)
        return ((DIGITS[tens] if tens > 1 else "") + "十" if tens else "") + (DIGITS[ones] if ones else "")
    return str(number)


def _heading(source: Element) -> int:
    """The level of a heading by an outline level or by the name of a style, which is English in every language."""
    outline = _val(source, "outlineLvl")
    if outline and outline.isdecimal() and int(outline) < LEVELS:
        return int(outline) + 1
    name = (_val(source, "name") or "").lower()
    return 1 if name == "title" else int(name[-1]) if re.fullmatch("heading [1-9]", name) else 0


def _levels(abstract: Element | None) -> dict[int, tuple[str, str, int]]:
    """Of each level the form of its numbers, the text around them, and where it begins."""
    found = {}
    for level in _of(abstract, "lvl"):
        at, start = attribute(level, "ilvl") or "", _val(level, "start") or ""
        if at.isdecimal() and len(at) == 1:
            first = int(start) if start.isdecimal() and len(start) < 7 else 1
            found[int(at)] = (_val(level, "numFmt") or "decimal", (_val(level, "lvlText") or "")[:40], first)
    return found


def _of(element: Element | None, name: str) -> Iterator[Element]:
    return (child for child in ([] if element is None else element) if local(child) == name)


def _child(element: Element, name: str) -> Element | None:
    return next(_of(element, name), None)


def _val(element: Element, name: str) -> str | None:
    return attribute(_child(element, name), "val")
