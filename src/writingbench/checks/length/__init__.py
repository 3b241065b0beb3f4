"""Check an answer's length against what the request demands: words, 字, sentences, paragraphs, items, pages, minutes.

    "abstract of 200 words", 312 under "## Abstract" -> Finding(kind="part_long", verdict="broken", counted=312)

A bare or approximate number is kept when it is missed by a tenth at most (`TOLERANCE`); items, sentences and paragraphs
that are counted out are exact, and "about five" of them may be one more or less. "At least", "no more than" and ranges
are kept as they are said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from writingbench.checks.length import count, parts
from writingbench.checks.length.demands import Demand, demands
from writingbench.checks.material import split
from writingbench.checks.passages import Span
from writingbench.records import Answer, Finding, Query

__all__ = ["TOLERANCE", "check", "length_score", "score", "share"]

TOLERANCE = 0.1  # either way, of a number that is bare or said to be approximate
LONG = 60  # words or 字 from which a part is a text of its own, with a heading, and not a line
MOST = 400  # parts that are measured; who asked for each of so many will not count them
SIZED = {"words", "characters"}
_APPROXIMATE = re.compile(
    r"about|around|approx|roughly|or so|some\b|nearly|~|左右|大?约|大概|上下|来|余|近", re.IGNORECASE
)
_SPEECH = re.compile(
    r"speech|talk\b|address|podcast|defen[cs]e|monologue|toast|lecture|remarks|sermon|eulogy|pitch|presentation|演讲"
    r"|发言|讲话|致辞|致词|口播|讲稿|答辩|播客|宣讲|路演|述职",
    re.IGNORECASE,
)
_LABEL = re.compile(r"^[^：:\n]{1,24}[：:]\s*")
_GLOSS = re.compile(r"(?:[（(][^（()）\n]{1,400}[)）]|[-–—]{1,2}\s[^\n]{1,400}|——[^\n]{1,400})\s{0,4}$")
_BELOW = re.compile(r"[ \t]*\n[ \t]*(?![（(*>\-•—\d\n]|[^\s：:\n]{1,12}[：:])([^\n]{1,400})")
_BODY = re.compile(r"正文|主体|body(?: text)?|main (?:text|body|content)", re.IGNORECASE)
_PARAGRAPH = re.compile(r"paragraph|段", re.IGNORECASE)
_LISTS = re.compile(
    r"tip|item|point|bullet|idea|slogan|tag ?line|catchphrase|reason|question|suggestion|recommendation|title|headline"
    r"|name|option|hashtag|slide|step|way|fact|quote|haiku|tweet|post|review|comment|caption|joke|riddle|chapter"
    r"|section|faq|testimonial|条|则|款|道|步|章|节|幕|篇|首|封|部分",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Measured:
    counted: float
    low: float
    high: float
    facts: dict[str, str | float]

    @property
    def kept(self) -> bool:
        return self.low <= self.counted <= self.high


def check(query: Query, answer: Answer) -> list[Finding]:
    """One finding for each demand on length that can be checked with certainty."""
    wanted = [one for one in demands(query.text, query.language) if not one.implied]
    request = split(query.text).request_text
    unclear = _contradictory(wanted)
    found = []
    for demand in wanted:
        if demand in unclear:
            continue
        finding = _of_each(demand, wanted, answer.text) if demand.each else _of_one(demand, request, answer.text)
        if finding:
            found.append(finding)
    return found


def share(findings: Iterable[Finding]) -> tuple[int, int]:
    """How many of the demands on length that could be checked are met, and how many there are."""
    verdicts = [one.verdict for one in findings if one.check == "length" and one.verdict != "found"]
    return verdicts.count("met"), len(verdicts)


def length_score(required: float, length: float) -> float:
    """LongBench-Write's length score, 0 to 100: falls to 0 at four times the required length and at a third of it.

    Bai et al. 2024, arXiv:2408.07055, section 3.1.
    """
    if required <= 0 or length <= 0:
        return 0.0
    if length > required:
        return 100 * max(0.0, 1 - (length / required - 1) / 3)
    return 100 * max(0.0, 1 - (required / length - 1) / 2)


def score(query: Query, answer: Answer) -> float | None:
    """LongBench-Write's length score of the whole answer by the nearer end of what is demanded; 100 within a range.

    None where the request sets no length in words or characters, or sets several that exclude each other.
    """
    wanted = demands(query.text, query.language)
    whole = [one for one in wanted if one.part is None and one.unit in SIZED and not _counts_letters(one)]
    if not whole or _contradictory(wanted):
        return None
    length = count.mixture(answer.text).total
    low = max((one.min for one in whole if one.min is not None), default=None)
    high = min((one.max for one in whole if one.max is not None), default=None)
    if low is not None and length < low:
        return length_score(low, length)
    if high is not None and length > high:
        return length_score(high, length)
    return 100.0


def _contradictory(wanted: Iterable[Demand]) -> list[Demand]:
    """Demands on the whole text's size that no text could meet together: some are of parts that were not recognized."""
    whole = [one for one in wanted if one.part is None and one.unit in SIZED and not _counts_letters(one)]
    sizes = [one.min for one in whole if one.min is not None]
    # of parts that each have a size there are two at least
    sizes += [2 * one.min for one in wanted if one.each and one.unit in SIZED and one.min is not None]
    low = max((size * (1 - TOLERANCE) for size in sizes), default=0)
    high = min((one.max * (1 + TOLERANCE) for one in whole if one.max is not None), default=low)
    return whole if low > high else []


def _of_one(demand: Demand, request: str, text: str) -> Finding | None:
    span: Span | None = (0, len(text))
    if demand.part is not None:
        span = _body(text) if _BODY.fullmatch(demand.part) else parts.named(text, demand.part)
    if span is None or not (measured := _measure(demand, request, text[slice(*span)])):
        return None
    kind = "met" if measured.kept else "short" if measured.counted < measured.low else "long"
    return _finding(demand, ("part_" if demand.part else "") + kind, measured, span)


def _of_each(demand: Demand, wanted: list[Demand], text: str) -> Finding | None:
    """One finding for all parts of a kind; its passage is the first that breaks the demand, else the first."""
    if demand.unit not in SIZED and demand.unit != "sentences":
        return None
    long = demand.unit == "sentences" or (demand.max or demand.min or 0) >= LONG
    if _PARAGRAPH.search(demand.part or ""):
        found = count.paragraphs(text) or []
    else:
        found = parts.each(text, demand.part or "", long=long, expected=_expected(demand, wanted))
    if len(found) > MOST:
        return None
    measured = [one for span in found if (one := _measure(demand, "", text[slice(*span)]))]
    if len(measured) < 2 or len(measured) != len(found):
        return None
    if not long and any(_depends(demand, text, span) for span in found):
        return None
    broken = [at for at, one in enumerate(measured) if not one.kept]
    first = broken[0] if broken else 0
    kept: dict[str, str | float] = {"kept": len(found) - len(broken), "parts": len(found)}
    return _finding(demand, "each_broken" if broken else "each_met", measured[first], found[first], kept)


def _depends(demand: Demand, text: str, span: Span) -> bool:
    """Whether a short item keeps the demand only with, or only without, what may not belong to it.

    That is a label before it, a gloss behind it, and lines below it that explain nothing.
    """
    item = text[slice(*span)]
    readings = [item, _GLOSS.sub("", _LABEL.sub("", item))]
    if below := _BELOW.match(text, span[1]):
        readings += [below[1], item + below[1]]
    measured = [_measure(demand, "", reading) for reading in readings]
    return any(one is None or measured[0] is None or one.kept != measured[0].kept for one in measured)


def _finding(
    demand: Demand, kind: str, measured: _Measured, span: Span, more: dict[str, str | float] | None = None
) -> Finding:
    facts = measured.facts | (more or {}) | ({"part": demand.part} if demand.part else {})
    if kind in {"met", "short", "long"} and "wide" in facts:
        kind += "_mixed"
    if kind in {"met", "short", "long"} and "low_rate" in facts:
        kind += "_about"
    bounds = {"min": demand.min, "max": demand.max}
    return Finding(
        check="length",
        kind=kind,
        verdict="met" if "met" in kind else "broken",
        span=span,
        demand=demand.quote,
        counted=measured.counted,
        unit=demand.unit,
        facts=facts | {name: float(value) for name, value in bounds.items() if value is not None},
    )


def _measure(demand: Demand, request: str, text: str) -> _Measured | None:
    """How long a passage is in the demand's unit, and between what it has to lie; None where that cannot be said."""
    if demand.unit in SIZED:
        return _size(demand, text)
    if demand.unit == "pages":
        return _rated(demand, count.PAGE, text)
    if demand.unit == "minutes":
        return _rated(demand, count.SPEECH, text) if _SPEECH.search(request[:1000]) and demand.part is None else None
    if demand.unit == "paragraphs":
        found = count.paragraphs(text)
        return _exact(demand, len(found)) if found is not None else None
    if demand.unit == "sentences":
        in_lines = demand.noun.lower().rstrip("s") in {"line", "行"}
        return _exact(demand, len(count.lines(text) if in_lines else count.sentences(text)))
    return _items(demand, text)


def _size(demand: Demand, text: str) -> _Measured:
    mixture = count.mixture(text)
    low, high = _between(demand, TOLERANCE)
    if _counts_letters(demand) and mixture.unit == "words":
        return _Measured(count.letters(text), low, high, {})
    facts: dict[str, str | float] = {"tolerance": TOLERANCE} if demand.about else {}
    if mixture.mixed:
        facts |= {"wide": mixture.wide, "others": mixture.words}
    return _Measured(mixture.total, low, high, facts)


def _counts_letters(demand: Demand) -> bool:
    """Whether characters are meant as a tweet counts them, with spaces."""
    return demand.unit == "characters" and demand.noun[:1].isascii() and "chinese" not in demand.noun.lower()


def _rated(demand: Demand, rates: Mapping[str, tuple[int, int]], text: str) -> _Measured | None:
    """Pages or minutes: what is between the slowest and the fastest rate may be as long as is demanded."""
    mixture = count.mixture(text)
    slow, fast = rates[mixture.unit]
    most, least = mixture.total / slow, mixture.total / fast  # pages at the loosest and at the tightest
    low, high = _between(demand, TOLERANCE)
    middle = (least + most) / 2
    counted = middle
    if least <= high and most >= low:
        counted = min(max(middle, low), high)
    facts: dict[str, str | float] = {"low_rate": slow, "high_rate": fast, "length": mixture.total, "of": mixture.unit}
    return _Measured(round(counted, 1), low, high, facts)


def _exact(demand: Demand, found: int) -> _Measured:
    low, high = _between(demand, 0)
    if demand.about and _APPROXIMATE.search(demand.quote):
        low, high = low - 1, high + 1
    return _Measured(found, low, high, {})


def _items(demand: Demand, text: str) -> _Measured | None:
    """How many there are of what was to be listed: sections that are counted, or the items of the only list."""
    if not _LISTS.search(demand.noun):
        return None
    expected = demand.min if demand.min == demand.max else None
    noun = demand.noun.split(" ")[-1].removesuffix("s")
    found = parts.each(text, noun, long=True)
    if not found and expected:
        found = parts.each(text, noun, long=True, expected=int(expected))
    return _exact(demand, len(found)) if found else None


def _between(demand: Demand, tolerance: float) -> tuple[float, float]:
    if not demand.about:
        tolerance = 0
    low = 0.0 if demand.min is None else demand.min * (1 - tolerance)
    high = float("inf") if demand.max is None else demand.max * (1 + tolerance)
    return low, high


def _expected(demand: Demand, wanted: list[Demand]) -> int | None:
    """How many parts there are to be, where the request counts out one kind of thing only."""
    counts = [one for one in wanted if one.unit == "items" and not one.each and one.part is None]
    return int(counts[0].min) if len(counts) == 1 and counts[0].min and counts[0].min == counts[0].max else None


def _body(text: str) -> Span | None:
    """The body: the section that is called so; the whole where no abstract or references stand beside it."""
    if span := parts.named(text, "正文") or parts.named(text, "body"):
        return span
    titles = " ".join(one.title for one in parts.sections(text)).lower()
    return None if re.search(r"摘要|参考文献|附录|abstract|references|appendix", titles) else (0, len(text))
