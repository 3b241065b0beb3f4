"""Criteria that hold what the writer is to find: figures and phrases that neither the request nor its material has.

A criterion is made for one request, so what it checks should be there to be read. A figure that comes from nowhere is
the maker's own solution, or an invention: writers who reason otherwise are marked down for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from writingbench.checks.figures import quantities
from writingbench.criteria.lint.flaw import Flaw, flaw
from writingbench.criteria.lint.patterns import patterns
from writingbench.criteria.lint.text import LONGEST, around, language, parts
from writingbench.records import Criterion, Query

DIGITS = 3  # a number of fewer digits that is neither money nor a percentage may just count things
LONGEST_QUOTE = 400
WORDS, SIGNS = 8, 15  # of a quoted passage; shorter ones are terms, or examples of what not to write

# what is near such a word measures the text or how far it may be off; the maker of a criterion chooses that himself
_OF_THE_TEXT = re.compile(
    r"words?\b|characters?\b|length|long\b|short|count\b|pages?\b|minutes?\b|seconds?\b|lines?\b|paragraphs?\b|deviat"
    r"|within\b|limit|requirement|range\b|cover|±|\+"
    r"|字|词|篇幅|长度|页|分钟|秒|行|段|偏差|相差|误差|超出|偏离|范围|比例|覆盖|完成度|要求",
    re.IGNORECASE,
)
NEAR = 45  # characters on either side in which such a word is looked for
_CODE = re.compile(r"[A-Z]{2,}[/ -]?[A-Z]?[ -]?$")
_QUOTED = re.compile(  # 《titles》 are left out: they are there to be known
    "|".join(rf"{opened}([^{closed}\n]{{2,{LONGEST_QUOTE}}}){closed}" for opened, closed in ("“”", '""', "「」", "‘’"))
)


def given_away(query: Query) -> Iterator[Flaw]:
    """`answer`: a figure, a passage or a conclusion that the writer has not been given. Once for each criterion."""
    plain = _plain(query.text)
    figures = [list(_figures(criterion)) for criterion in query.criteria]
    there = {one.value for one in quantities.read(query.text)} if any(figures) else set()  # a long text takes a while
    for criterion, found in zip(query.criteria, figures, strict=True):
        new = (one for one in found if one.value not in there and _plain(one.written) not in plain)
        if told := _told(criterion) or _figure(next(new, None)) or _passage(criterion, plain, query):
            yield flaw(query, criterion, "answer", *told)


class _Figure(NamedTuple):
    value: float
    written: str
    evidence: str


def _told(criterion: Criterion) -> tuple[str, str] | None:
    for text in parts(criterion):
        if match := patterns("told")["any"].search(text):
            return "says which conclusion is right", around(text, *match.span())
    return None


def _figures(criterion: Criterion) -> Iterator[_Figure]:
    """The figures of a criterion that measure no text and count no handful of things."""
    about_length = bool(_OF_THE_TEXT.search(f"{criterion.name}\n{criterion.description}"[:LONGEST]))
    for text in parts(criterion):
        for one in quantities.read(text):
            start, end = one.span
            if one.spelled or (about_length and one.kind == "number") or _CODE.search(text[max(0, start - 12) : start]):
                continue  # "One Hundred Years of Solitude", "over 2000", "ISO 31000"
            exact = one.kind in {"amount", "percentage"} or len(f"{one.value:g}".replace(".", "")) >= DIGITS
            if exact and not _OF_THE_TEXT.search(text[max(0, start - NEAR) : end + NEAR]):
                yield _Figure(one.value, text[start:end].strip(), around(text, start, end))


def _figure(found: _Figure | None) -> tuple[str, str] | None:
    return (f"{found.written} is for the writer to find", found.evidence) if found else None


def _passage(criterion: Criterion, plain: str, query: Query) -> tuple[str, str] | None:
    for text in parts(criterion):
        if language(text) != query.language:  # there phrases are translations
            continue
        for match in _QUOTED.finditer(text):
            said = next(filter(None, match.groups()))
            wide = len(said.split()) >= WORDS if query.language == "en" else len(said) >= SIGNS
            if wide and _plain(said) not in plain:
                return "holds a passage that is for the writer to find", around(text, *match.span())
    return None


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.lower())
