"""Find what a response says again: loops, repeated sentences and paragraphs, words that vary less and less.

    "Step 1: do it. Step 2: do it. Step 3: do it. …"  -> kind "counter", counted 40, share 0.31
    the third paragraph once more as the ninth         -> kind "paragraph", counted 2, place 3

Nothing here is a demand of the request: every finding is "found".
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from writingbench.benchmark.size import tokens as about
from writingbench.checks.passages import Span, paragraphs
from writingbench.checks.repetition.folded import Folded
from writingbench.checks.repetition.repeats import Repeat, repeats
from writingbench.records import Answer, Finding, Query

MOST = 12  # loops, paragraphs and sentences that are shown: those that say most again
TOTAL = 0.1  # share of the text, from which on it is said
CUSTOM_BAR = 6  # as much more must there be where repeating is the custom

LONG = 1500  # tokens of a text that may be told that its variety declines
WINDOW, STEP, WINDOWS = 200, 50, 6  # words; windows at least
DECLINE = {False: 0.10, True: 0.08}  # of the words (Chinese: pairs) in a window: fewer distinct in the last third
EXPLAINED = 0.3  # of the last third

CUSTOM = re.compile(
    r"歌词|歌曲|首歌|词曲|作词|诗歌|首诗|古诗|现代诗|散文诗|律诗|绝句|词牌|童谣|儿歌|山歌|说唱|绕口令|顺口溜|口号|标语|咒语|祷"
    r"|饭圈|抽象文学|发疯|复沓|排比|模板"
    r"|\b(?:lyrics?|songs?|poems?|poetry|vers(?:e|es)|chorus|refrain|ballads?|rap|hymns?|chants?|slogans?|psalms?|litany|"
    r"mantras?|prayers?|nursery|limericks?|haikus?|villanelle|templates?|anaphora)\b",
    re.IGNORECASE,
)
"""Words of requests for what says things again by custom: verse, chants, forms."""


def check(query: Query, answer: Answer) -> list[Finding]:
    """Each loop and each passage that stands more than once, what they come to, and a decline of variety."""
    text, folded = answer.text, Folded(answer.text)
    custom = CUSTOM.search(query.text) is not None
    found = repeats(folded, query.text, CUSTOM_BAR if custom else 1)
    again = list(joined(span for one in found for span in one.again))
    begins = [start for start, _ in paragraphs(text)] if found else []
    findings = [_finding(text, one, bisect_right(begins, one.first[0])) for one in shown(found)]
    if len(found) > 1 and (share := _share(text, again)) >= TOTAL:
        findings.insert(0, _found("share", (0, len(text)), len(found), share=share))
    if not custom:
        findings += _decline(folded, again)
    return findings


def shown(found: Iterable[Repeat]) -> list[Repeat]:
    """The largest of each kind, in the order of the text."""
    kept: dict[str, list[Repeat]] = {}
    for one in sorted(found, key=lambda one: -one.size):
        kept.setdefault(one.kind, []).append(one)
    return sorted((one for ones in kept.values() for one in ones[:MOST]), key=lambda one: one.first)


def joined(spans: Iterable[Span]) -> Iterator[Span]:
    """The spans in order, those that overlap as one."""
    begun: Span | None = None
    for start, end in sorted(spans):
        if begun and start <= begun[1]:
            begun = begun[0], max(end, begun[1])
        else:
            if begun:
                yield begun
            begun = start, end
    if begun:
        yield begun


def thirds(folded: Folded) -> tuple[float, float] | None:
    """Mean variety in the first and in the last third of the windows; None where the text is too short to say."""
    windows = folded.varieties(0, len(folded.raw), WINDOW, STEP)
    if about(folded.text) < LONG or len(windows) < WINDOWS:
        return None
    third = len(windows) // 3
    return sum(windows[:third]) / third, sum(windows[-third:]) / third


def _decline(folded: Folded, again: Iterable[Span]) -> Iterator[Finding]:
    """Variety that declines along the text, unless repeats of the last third say why."""
    if (means := thirds(folded)) is None or means[0] - means[1] < DECLINE[folded.chinese]:
        return
    start, end = folded.starts[2 * len(folded.raw) // 3], len(folded.text)
    said = sum(stop - max(start, begin) for begin, stop in again if stop > start)
    if said < EXPLAINED * (end - start):
        yield _found("variety", (start, end), None, early=means[0], late=means[1], window=WINDOW)


def _share(text: str, spans: Iterable[Span]) -> float:
    return sum(end - start for start, end in spans) / len(text)


def _finding(text: str, one: Repeat, place: int) -> Finding:
    what, share = _short(text[slice(*one.first)]), _share(text, one.again)
    span = (one.first[0], one.again[-1][1]) if one.kind in {"loop", "counter"} else one.again[0]
    return _found(one.kind, span, one.times, what=what, share=share, place=place)


def _found(kind: str, span: Span, counted: float | None, **facts: str | float) -> Finding:
    return Finding(check="repetition", kind=kind, verdict="found", span=span, counted=counted, facts=facts)


def _short(passage: str) -> str:
    """A passage on one line, its beginning where it is long; without halves of characters, which cannot be written."""
    line = " ".join(passage[:200].split()).encode("utf-8", "replace").decode()
    return (line if len(line) <= 60 else f"{line[:59]}…") or "␣"
