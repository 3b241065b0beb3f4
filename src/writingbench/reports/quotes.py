"""Trace what a judge quotes: where in the response it stands, or that it stands nowhere.

    'It opens with “the leaves danced ... and nobody was there to see it”'
        ->  "the leaves danced": response,  "and nobody was there to see it": nowhere

A judge that quotes what nobody wrote has not read what it marks, so a reader should see it at once. Judges copy
loosely: case, white space, Markdown and punctuation change on the way. So texts are compared by their letters and
digits alone, squeezed together (`_squeezed`), which is one search for a string in a string and linear whatever the
texts are.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape, unescape
from operator import itemgetter
from typing import Literal

from writingbench.reports.prose import printable

Place = Literal["response", "request", "criterion"]

READ = 20_000  # characters of a reason that are looked through; a judge's whole reply is held to less
MOST = 40  # passages of one reason that are traced
PLACES = 20  # occurrences of one passage that are marked
# Judges put terms in quotation marks as well as passages. The weight of a passage is 4 a word and 3 a Han character.
PASSAGE = 12  # from 3 words or 4 Han characters on: of 340 marked in 132 real reasons 321 were shorter, all terms
DOUBTFUL = 16  # from 4 words or 6 Han characters on; what is shorter and stands nowhere is taken for a term

_L = "A-Za-z0-9\u00c0-\u024f"  # beside these an apostrophe is no quotation mark; beside a Han character it is
_APOSTROPHE = rf"(?<=[{_L}])['’](?=[{_L}])"
_INSIDE = rf"(?:[^'\n]|{_APOSTROPHE})"
_CLOSES = rf"(?<=[^\s(\[])'(?![{_L}])"
_MARKED = re.compile(
    r"“([^“”]{1,2000})”"
    r"|「([^「」]{1,2000})」"
    r"|『([^『』]{1,2000})』"
    rf'|(?<![{_L}])"(?=\S)([^"]{{1,2000}})(?<=\S)"(?![{_L}])'
    rf"|(?<![{_L}])‘(?=\S)((?:[^‘’\n]|{_APOSTROPHE}){{1,600}})’(?![{_L}])"
    # 'em and '90s open nothing; the parents' of 'the parents' hopes' closes nothing, since something else does
    rf"|(?<![{_L}])'(?=\S)(?!(?:tis|twas|em|til|cause|\d0s)\b)"
    rf"((?:{_INSIDE}|(?<=s)'(?= {_INSIDE}{{1,200}}{_CLOSES})){{1,600}}){_CLOSES}"
)
_ELLIPSIS = re.compile(r"[\[(（]?(?:[…⋯]+|\.{3,}|。{3,})[\])）]?")
_NUMBER = re.compile(r"(?<![\w.])\d{1,3}(?:[.)．]\s|、)")  # of a list: on the page it is no text
_HAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_RUN = re.compile(r"[^\W_]+")
_UNSEEN = re.compile(r"<br ?/?>|(?<=\])\((?:https?:|mailto:)[^()\s]{0,2000}\)", re.IGNORECASE)
_HALF_WIDTH = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
_PIECE = re.compile(r"(<[^>]*>)|(&#?\w{1,32};)|[^<&]+|[<&]")
_TAG = re.compile(r"(<[^>]*>)")
_KEY = re.compile(r"[\w.:-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A passage that a reason quotes."""

    text: str
    where: Place | None  # None: nowhere
    start: int  # in the reason, without the quotation marks
    end: int


def quoted(reason: str) -> list[str]:
    """The passages between quotation marks, in order; what an ellipsis divides is several. Terms are left out."""
    return [reason[start:end] for start, end in _passages(reason)]


def trace(reason: str, response_text: str, request_text: str, criterion_text: str) -> list[Quote]:
    """Where each quoted passage stands: in the response, else in the request, else in the criterion, else nowhere.

    All texts are as the judge got them, in Markdown. A short passage (below DOUBTFUL) that stands nowhere is left out.
    """
    texts: list[tuple[Place, str]] = [
        ("response", response_text),
        ("request", request_text),
        ("criterion", criterion_text),
    ]
    traced = []
    for start, end in _passages(reason):
        text = reason[start:end]
        spellings = _spellings(text)
        where = next((place for place, whole in texts if any(one in _whole(whole) for one in spellings)), None)
        if where or _weight(text) >= DOUBTFUL:
            traced.append(Quote(text=text, where=where, start=start, end=end))
    return traced


def highlight(html: str, quotes: Sequence[tuple[str, str]], *, prefix: str = "") -> str:
    """The HTML that `prose.render` made, with `<mark data-q="KEY ...">` around what is quoted.

    `quotes` are pairs of a key and a passage. A mark holds text only, never a tag, so that nesting stays valid; one
    passage may need several. The first mark of a key has the id `prefix` + key: no such id in the result means that
    the passage is not on the page. Without the marks the result is `html` again.
    Raises ValueError for a key that is not made of letters, digits, ".", ":", "-" and "_".
    """
    spans = []
    page = _Page(html)
    for key, text in quotes:
        if not _KEY.fullmatch(key):
            raise ValueError(f"{key!r} cannot be the key of a quotation")
        found = next((places for one in _spellings(text) if (places := page.places(one))), [])
        spans += [(start, end, key) for start, end in found]
    spans.sort(key=itemgetter(0))
    firsts: dict[str, int] = {}
    for start, _, key in spans:
        firsts.setdefault(key, start)
    made, done = [], 0
    for start, end, keys in _stretches(spans):
        made.append(html[done:start])
        new = [key for key in keys if firsts[key] == start]
        for n, piece in enumerate(_TAG.split(html[start:end])):
            # the line breaks between blocks are no text, and inside a table or a list a mark must not stand there
            if n % 2 or not piece or ("\n" in piece and piece.isspace()):
                made.append(piece)
                continue
            made.append(_mark(piece, keys, [prefix + key for key in new]))
            new = []
        done = end
    return "".join(made) + html[done:]


def reason_html(
    reason: str,
    traced: Sequence[Quote],
    *,
    links: Sequence[str | None],
    said: Mapping[Place | None, str],
    title: str = "",
) -> str:
    """The reason as HTML: quotes lead to their passage, and behind each stands what is `said` of where it comes from.

    `links` has for each of `traced` the address of the passage ("#" and its id), or None where there is nothing to lead
    to. `said` has the page's words by place, None for a passage that stands nowhere, which `title` explains.
    """
    made, done = [], 0
    for quote, link in zip(traced, links, strict=True):
        made.append(_text(reason[done : quote.start]))
        text, done = _text(reason[quote.start : quote.end]), quote.end
        if quote.where is None:
            made.append(f'<span class="lost" title="{_text(title)}">{text}</span>')
        elif link:
            made.append(f'<a class="quote" href="{_text(link)}">{text}</a>')
        else:
            made.append(f'<span class="quote">{text}</span>')
        if quote.where in said:
            closed = done + (reason[done : done + 1] in tuple("”’\"'」』"))  # it stands behind the quotation mark
            made.append(f'{_text(reason[done:closed])} <span class="sign">{_text(said[quote.where])}</span>')
            done = closed
    return "".join(made) + _text(reason[done:])


def _text(text: str) -> str:
    return escape(printable(text))


def _passages(reason: str) -> list[tuple[int, int]]:
    """Where in the reason the passages stand, the first MOST of them."""
    found: list[tuple[int, int]] = []
    for marked in _MARKED.finditer(reason, 0, READ):
        start, end = marked.span(marked.lastindex or 0)
        gaps = [edge for gap in _ELLIPSIS.finditer(reason, start, end) for edge in gap.span()]
        edges = [start, *gaps, end]
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            piece = reason[start:end].lstrip()
            if _weight(piece) >= PASSAGE:
                found.append((end - len(piece), end - len(piece) + len(piece.rstrip())))
    return found[:MOST]


def _weight(text: str) -> int:
    return 3 * len(_HAN.findall(text)) + 4 * len(_WORD.findall(_HAN.sub(" ", text)))


def _fold(text: str) -> str:
    """The text in lower case and half width, each character in its place."""
    text = text.translate(_HALF_WIDTH)
    low = text.lower()
    return low if len(low) == len(text) else "".join(one if len(one.lower()) != 1 else one.lower() for one in text)


def _squeezed(text: str) -> str:
    """Letters and digits alone, of what a page shows: no address of a link, no tag for a line break."""
    return "".join(_RUN.findall(_fold(unescape(_UNSEEN.sub(" ", text)))))


_whole = lru_cache(maxsize=16)(_squeezed)  # the reasons about one response come one after the other


def _spellings(passage: str) -> list[str]:
    """What to search for: the passage squeezed, and without the numbers of a list."""
    return [one for one in (_squeezed(passage), _squeezed(_NUMBER.sub(" ", passage))) if one]


class _Page:
    """The letters and digits of a page, and where in its HTML each of them stands."""

    def __init__(self, html: str) -> None:
        shown: list[str] = []
        self._shown_at: list[int] = []  # where a piece of text begins, among what is shown
        self._html_at: list[int] = []  # and in the HTML
        self._entity: list[int] = []  # how long it is there, if it is an entity, which is one or two characters
        length = 0
        for piece in _PIECE.finditer(html):
            if piece[1]:
                continue
            text = unescape(piece[2]) if piece[2] else piece[0]
            self._shown_at.append(length)
            self._html_at.append(piece.start())
            self._entity.append(len(piece[0]) if piece[2] else 0)
            shown.append(text)
            length += len(text)
        words = list(_RUN.finditer(_fold("".join(shown))))
        self._words_at = [word.start() for word in words]
        self._at: list[int] = []
        length = 0
        for word in words:
            self._at.append(length)
            length += len(word[0])
        self._text = "".join(word[0] for word in words)

    def places(self, letters: str) -> list[tuple[int, int]]:
        """From where to where in the HTML the letters stand, the first PLACES times."""
        found: list[tuple[int, int]] = []
        at = self._text.find(letters)
        while at >= 0 and len(found) < PLACES:
            found.append((self._html(at)[0], self._html(at + len(letters) - 1)[1]))
            at = self._text.find(letters, at + len(letters))
        return found

    def _html(self, at: int) -> tuple[int, int]:
        word = bisect_right(self._at, at) - 1
        shown = self._words_at[word] + at - self._at[word]
        piece = bisect_right(self._shown_at, shown) - 1
        start = self._html_at[piece]
        if self._entity[piece]:
            return start, start + self._entity[piece]
        start += shown - self._shown_at[piece]
        return start, start + 1


def _stretches(spans: Sequence[tuple[int, int, str]]) -> Iterator[tuple[int, int, list[str]]]:
    """Cut spans, which may overlap, where one of them begins or ends; each stretch with the keys that hold over it."""
    edges: dict[int, tuple[list[str], list[str]]] = {}
    for start, end, key in spans:
        edges.setdefault(start, ([], []))[0].append(key)
        edges.setdefault(end, ([], []))[1].append(key)
    open_keys: list[str] = []
    last = 0
    for edge in sorted(edges):
        if open_keys:
            yield last, edge, list(dict.fromkeys(open_keys))
        opened, closed = edges[edge]
        open_keys += opened
        for key in closed:
            open_keys.remove(key)
        last = edge


def _mark(text: str, keys: Sequence[str], ids: Sequence[str]) -> str:
    """An element has one id; where several passages begin at one place, each further id needs a mark of its own."""
    first = f' id="{escape(ids[0])}"' if ids else ""
    more = [f'<mark id="{escape(one)}">' for one in ids[1:]]
    return f'<mark{first} data-q="{escape(" ".join(keys))}">{"".join(more)}{text}{"</mark>" * (len(more) + 1)}'
