"""Is the form that the request demands there: JSON, table, list, named sections, headings, letter, script, no Markdown?

"Include the sections: Background, Method, Results" and no heading "Method"
    -> Finding(check="structure", kind="sections_missing", verdict="broken", facts={"names": "Method", "total": 3})
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from writingbench.benchmark.language import HAN, language_of
from writingbench.checks.passages import Span
from writingbench.checks.structure import layout
from writingbench.checks.structure.forms import Form, demanded
from writingbench.checks.structure.layout import Label, Line
from writingbench.checks.structure.outline import CLOSES, OPENS
from writingbench.records import Answer, Finding, Query

_MOST_ROWS = 3000  # lines that are searched for the name of a section
BREACHES = 20  # of one kind that are shown; all are counted


@dataclass(frozen=True)
class _Page:
    """A response with its layout, each part worked out when it is first asked for."""

    text: str

    @cached_property
    def rows(self) -> list[Line]:
        return layout.lines(self.text)

    @cached_property
    def labels(self) -> list[Label]:
        return layout.labels(self.rows)

    @cached_property
    def beginnings(self) -> list[str]:
        """How the lines begin, without spaces and marks."""
        return [_squeezed(line.text[: layout.LONGEST_NAME + 40]) for line in self.rows[:_MOST_ROWS]]

    @cached_property
    def said(self) -> list[frozenset[str]]:
        """The words of each line."""
        return [_words(line.text[:2000]).units for line in self.rows[:_MOST_ROWS]]

    @cached_property
    def tables(self) -> list[tuple[Span, tuple[str, ...]]]:
        return layout.tables(self.rows)

    @property
    def whole(self) -> Span:
        return (0, len(self.text))


def check(query: Query, answer: Answer) -> list[Finding]:
    """What the response makes of each demand of form that the request says plainly."""
    forms = demanded(query.text)
    if not forms or not answer.text.strip():
        return []
    page = _Page(answer.text)
    return [finding for form in forms for finding in _JUDGES[form.kind](form, page)]


def _met(form: Form, page: _Page, kind: str, span: Span | None = None, counted: int | None = None) -> Finding:
    return Finding(
        check="structure", kind=kind, verdict="met", span=span or page.whole, demand=form.demand, counted=counted
    )


def _broken(
    form: Form, page: _Page, kind: str, span: Span | None = None, counted: int | None = None, **facts: str | float
) -> Finding:
    return Finding(
        check="structure",
        kind=kind,
        verdict="broken",
        span=span or page.whole,
        demand=form.demand,
        counted=counted,
        facts=facts,
    )


# ---- JSON

_FENCED = re.compile(
    r"^[ \t]{0,3}```[ \t]{0,3}(?:json[c5]?)?[ \t]{0,9}\n(.*?)^[ \t]{0,3}```", re.MULTILINE | re.DOTALL | re.IGNORECASE
)
_MOST_FENCES = 50


def _json(form: Form, page: _Page) -> list[Finding]:
    candidates = [match.span(1) for match, _ in zip(_FENCED.finditer(page.text), range(_MOST_FENCES), strict=False)]
    start = min((place for sign in "{[" if (place := page.text.find(sign)) >= 0), default=-1)
    end = max(page.text.rfind("}"), page.text.rfind("]")) + 1
    if start >= 0:
        candidates.append((start, max(end, start + 1)))
    if not candidates:
        return [_broken(form, page, "json_missing")]
    problem, where = "", candidates[0]
    for span in candidates:
        try:
            value = json.loads(page.text[slice(*span)], parse_constant=_no_number)
        except json.JSONDecodeError as error:
            at = span[0] + error.pos
            line = page.text.rfind("\n", span[0], at) + 1 or span[0]
            problem, where = problem or error.msg, (line, max(line + 1, min(at + 1, len(page.text))))
        except RecursionError:
            problem, where = "nested too deeply", span
        except ValueError as error:  # a number of thousands of digits, NaN
            problem, where = str(error)[:80], span
        else:
            missing = [name for name in form.names if name not in _keys(value)]
            if missing:
                return [_broken(form, page, "json_keys", span, names=_listed(missing))]
            return [_met(form, page, "json", span)]
    return [_broken(form, page, "json_broken", where, problem=problem)]


def _no_number(sign: str) -> float:
    raise ValueError(f"{sign} is not JSON")


def _keys(value: object) -> set[str]:
    found: set[str] = set()
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            found.update(one)
            left += one.values()
        elif isinstance(one, list):
            left += one
    return found


# ---- tables, lists, headings


def _table(form: Form, page: _Page) -> list[Finding]:
    if not page.tables:
        return [_broken(form, page, "table_missing")]
    headers = [[_squeezed(cell) for cell in header] for _, header in page.tables]
    missing = [name for name in form.names if not any(_squeezed(name) in cell for header in headers for cell in header)]
    if missing:
        return [_broken(form, page, "table_columns", page.tables[0][0], names=_listed(missing))]
    return [_met(form, page, "table", page.tables[0][0], len(page.tables))]


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]", "", text).casefold()


_SPOKEN_LIST = re.compile(r"(?:首先|其一|第一[，、是]|一是|一方面|\bfirst(?:ly)?,)", re.IGNORECASE)


def _list(form: Form, page: _Page) -> list[Finding]:
    items = layout.items(page.rows)
    if len(items) > 1:
        return [_met(form, page, "list", (items[0].start, items[0].end), len(items))]
    if HAN.search(form.demand) and _SPOKEN_LIST.search(page.text):
        return []  # "分点" may be said as well as set
    return [_broken(form, page, "list_missing")]


def _numbered(form: Form, page: _Page) -> list[Finding]:
    found = layout.numbered(page.rows)
    if len(found) < 2:
        return [_broken(form, page, "numbered_missing")]
    return [_met(form, page, "numbered", (found[0][0].start, found[0][0].end), len(found))]


def _headings(form: Form, page: _Page) -> list[Finding]:
    found = [label for label in page.labels if label.heading]
    if len(found) > 1:
        return [_met(form, page, "headings", found[0].span, len(found))]
    if len(page.labels) > 1:
        return []  # lead-ins may pass for headings: not for us to say
    return [_broken(form, page, "headings_missing")]


# ---- sections

_EMPTY = re.compile(r"[的与和及之等以对了]")
_STOP = frozenset(["of", "the", "and", "an", "in", "to", "for", "on", "with", "your", "our", "its", "section", "part"])
_LONG = 6  # signs of a Chinese name that is long
_STEM = 5  # letters of an English word that are compared: "analysis" and "analyze" are one
_COVER_HAN, _COVER_LONG, _COVER_LATIN = 0.8, 0.7, 0.66  # of a name's signs or words that a heading must hold
_LATIN = re.compile(r"[^\W_\u3400-\u9fff]{2,}|\d")
_OPENING = re.compile(
    r"[引前导序绪]言|导[语读]|绪论|开[篇场]|概[述要况]|简介|背景|introduc|preface|prologue|overview|background"
    r"|foreword",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"结[语论束]|总结|小结|展望|尾声|conclu|summary|closing|epilogue|final|outlook|takeaway", re.IGNORECASE
)
_IN_CONCLUSION = re.compile(
    r"\W{0,4}(?:总之|综上|总的来说|总而言之|最后|由此可见|in conclusion|to conclude|in summary|overall"
    r"|ultimately|in closing"
    r"|finally|to sum up)",
    re.IGNORECASE,
)
_FEW = 3  # headings from which on a response is seen to work with headings


@dataclass(frozen=True, slots=True)
class _Words:
    """A name as it is compared: its Chinese signs and stems of words, and its pairs of signs."""

    units: frozenset[str]
    pairs: frozenset[str]
    han: bool


def _words(name: str) -> _Words:
    han = "".join(HAN.findall(_EMPTY.sub("", name)))
    stems = {word[:_STEM] for word in _LATIN.findall(name.lower()) if word not in _STOP}
    return _Words(frozenset(stems | set(han)), frozenset(han[at : at + 2] for at in range(len(han) - 1)), bool(han))


def _fits(name: _Words, label: _Words) -> bool:
    """Does the label say the name: nearly all of its words, or the better half of them and nothing else?"""
    shared = len(name.units & label.units)
    if not shared or (name.pairs and not name.pairs & label.pairs):
        return False
    cover = (_COVER_HAN if len(name.units) < _LONG else _COVER_LONG) if name.han else _COVER_LATIN
    return shared >= cover * len(name.units) or (
        shared == len(label.units) and 2 * shared >= len(name.units) and (shared > 1 or not name.han)
    )


def _sections(form: Form, page: _Page) -> list[Finding]:
    if language_of(" ".join(form.names)) != language_of(page.text[:4000]):
        return []  # sections named in another language than the response's cannot be looked for
    names = {name: _words(name) for name in form.names}
    read = [(label, _words(label.name)) for label in page.labels if label.name]
    at = {name: [label for label, words in read if _fits(wanted, words)] for name, wanted in names.items()}
    own = [name for name in names if not OPENS.match(name) and not CLOSES.match(name)]
    seen = sum(bool(at[name]) for name in own)
    if not _told_apart(form, page, at, own, seen):
        return []
    first = min((label.span[0] for name in own for label in at[name]), default=len(page.text))
    missing = [name for name in names if not at[name] and not _said(name, names[name], form, page, first)]
    found = []
    if missing:
        there = len(names) - len(missing)
        found.append(_broken(form, page, "sections_missing", counted=there, names=_listed(missing), total=len(names)))
    if form.ordered and (turned := _turned(at)):
        label, name, after = turned
        found.append(_broken(form, page, "sections_order", label.span, name=name, after=after))
    return found or [_met(form, page, "sections", counted=len(names))]


def _told_apart(form: Form, page: _Page, at: Mapping[str, Sequence[Label]], own: Sequence[str], seen: int) -> bool:
    """Does the response name its parts so that one can say which of the request's are missing?

    Parts that were demanded as sections have to be named; of others the writer must have taken up two thirds word
    for word. Otherwise they may be there in prose, or under headings of the writer's own making.
    """
    if form.headed:
        headings = sum(label.heading for label in page.labels)
        return 2 * seen >= len(own) if headings >= _FEW else bool(seen) or len(page.labels) < _FEW
    fewer = len(page.labels) < len(at)  # no part can stand under a name of the writer's own: any name tells
    counted = list(at) if fewer else own
    taken_up = sum(any(_squeezed(name) in _squeezed(label.name) for label in at[name]) for name in counted)
    return seen == len(own) or (taken_up > 1 and 3 * taken_up >= 2 * len(counted))


def _said(name: str, wanted: _Words, form: Form, page: _Page, first: int) -> bool:
    """Is a section there without a heading that names it? `first` is where the first one stands that has a heading."""
    if OPENS.match(name):
        return any(_OPENING.search(label.name) for label in page.labels[:4]) or any(
            line.start < first and len(line.text) > layout.LONGEST_NAME for line in page.rows
        )
    if CLOSES.match(name):
        return any(_CLOSING.search(label.name) for label in page.labels[-8:]) or any(
            _IN_CONCLUSION.match(line.text) for line in page.rows[-4:]
        )
    spelt = _squeezed(name)
    if any(spelt in beginning for beginning in page.beginnings):
        return True
    return not (form.headed or form.ordered) and any(wanted.units <= units for units in page.said)


def _turned(at: Mapping[str, Sequence[Label]]) -> tuple[Label, str, str] | None:
    """The first section that stands only before one that should precede it, its name, and that one's."""
    place, last = -1, ""
    for name, labels in at.items():
        own = [label for label in labels if label.heading] or list(labels)
        if not own or len(own) > 2:
            continue  # named too often to say where it is
        later = [label for label in own if label.span[0] >= place]
        if not later:
            return own[-1], name, last
        place, last = later[0].span[0], name
    return None


def _listed(names: Sequence[str]) -> str:
    return "; ".join(f"“{name}”" for name in names[:12])


# ---- letters and scripts

_PARTS = ("salutation", "closing", "signature")


def _letter(form: Form, page: _Page) -> list[Finding]:
    parts = layout.letter_parts(page.rows)
    missing = [part for part in _PARTS if part not in parts]
    if not missing:
        return [_met(form, page, "letter")]
    return [_broken(form, page, f"letter_{part}") for part in missing]


_SPEECHES = 2


def _play(form: Form, page: _Page) -> list[Finding]:
    marks = layout.script_marks(page.rows)
    if len(marks["speakers"]) > _SPEECHES or len(marks["scenes"]) > 1:
        return [_met(form, page, "play", counted=len(marks["speakers"]))]
    if page.tables or marks["scenes"] or len(marks["cues"]) + len(marks["directions"]) > _SPEECHES:
        return []
    return [_broken(form, page, "play_missing")]


def _video(form: Form, page: _Page) -> list[Finding]:
    marks = layout.script_marks(page.rows)
    count = sum(map(len, marks.values()))
    if count > 1 or page.tables:
        return [_met(form, page, "video", counted=count)]
    if count or any(re.search(r"[（(\[【][^）)\]】\n]{1,60}[)）\]】]", line.text[:400]) for line in page.rows):
        return []
    return [_broken(form, page, "video_missing")]


_CLAUSE = re.compile(r"[\u3400-\u9fff]{1,40}")
_LEAST_LINES = 4  # a quatrain


def _verse(form: Form, page: _Page) -> list[Finding]:
    asked = 5 if re.search("五言|five", form.demand, re.IGNORECASE) else 7
    lengths = [len(clause) for clause in _CLAUSE.findall(page.text)]
    if not lengths:
        return []  # a Chinese verse in another language
    if (fitting := lengths.count(asked)) >= _LEAST_LINES:
        return [_met(form, page, "verse", counted=fitting)]
    return [_broken(form, page, "verse_missing", counted=fitting, asked=asked)]


# ---- Markdown and what is forbidden


def _markdown(form: Form, page: _Page) -> list[Finding]:
    found = layout.markdown(page.text)
    return [_met(form, page, "markdown", found[0], len(found))] if found else [_broken(form, page, "markdown_missing")]


def _free_of(kind: str, find: Callable[[_Page], list[Span]]) -> Callable[[Form, _Page], list[Finding]]:
    def judge(form: Form, page: _Page) -> list[Finding]:
        found = find(page)
        if not found:
            return [_met(form, page, f"{kind}_met")]
        return [_broken(form, page, kind, span, len(found)) for span in found[:BREACHES]]

    return judge


def _spans(rows: Sequence[Line]) -> list[Span]:
    return [(line.start, line.end) for line in rows]


_JUDGES: Mapping[str, Callable[[Form, _Page], list[Finding]]] = {
    "json": _json,
    "table": _table,
    "list": _list,
    "numbered": _numbered,
    "headings": _headings,
    "sections": _sections,
    "letter": _letter,
    "play": _play,
    "video": _video,
    "verse": _verse,
    "markdown": _markdown,
    "no_markdown": _free_of("no_markdown", lambda page: layout.markdown(page.text)),
    "no_emoji": _free_of("no_emoji", lambda page: layout.emoji(page.text)),
    "no_lists": _free_of("no_lists", lambda page: _spans(layout.bullets(page.rows))),
    "no_headings": _free_of(
        "no_headings", lambda page: [one.span for one in page.labels if one.heading and one.marked]
    ),
    "no_tables": _free_of("no_tables", lambda page: [span for span, _ in page.tables]),
}
