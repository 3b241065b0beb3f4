"""How a text ends: closed, or in the midst of a sentence, of a quotation, of a list, of code.

Many last lines have no full stop and lack nothing: verses, slogans, signatures, hashtags, items of a list. So the text
itself says what is missing: where its lines of one kind are closed, its last line of that kind is to be closed as well.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Literal

from writingbench.checks.passages import HAN, WORD, Span, han, sentences

Kind = Literal["mid_sentence", "open_quotation", "open_code", "open_json", "bare_heading", "announced_nothing"]

CLOSED_SHARE = 0.85  # of the lines of a kind: from here closing them is the text's habit
LINES = 3  # that make a habit
LONG_HAN, LONG_WORDS = 25, 6  # a line so long, or with a comma or stop inside, is a sentence
EVEN = 0.95  # of the lines: from here the text closes all its quotations within the line, or all its short lines
SHORT, SHORT_LINES = (
    6,
    10,
)  # characters of a short line that is no sentence's end; lines that make it a habit to close them
EARLIER = 400  # lines that are looked at

_JUNK = re.compile(r"(?:</?s>|<\|[a-z_]{2,20}\|>|<eos>|\[/INST\])\s*$")
_FENCE = re.compile(r"^\s{0,8}(?:```|~~~)", re.MULTILINE)
_HEADING = re.compile(r"\s{0,8}#{1,6}\s")
_NUMBERED = re.compile(
    r"\s{0,8}(?:#{1,6}\s{0,3})?(?:\*\*|__)?(?:第[一二三四五六七八九十百\d]{1,4}[章节部回幕集篇]"
    r"|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[)）]"
    r"|\d{1,2}(?:\.\d{1,2}){0,3}[.、)）]?\s|\d{1,2}[.、]|(?:Chapter|Part|Section|Step|Act|Scene) [\dIVXA-Z])"
)
_LIST = re.compile(
    r"\s{0,40}(?:[-*+•·・●○◦▪■□◆◇★☆✦✅✔☑➤▶→>]\s?|\(?\d{1,3}[.)、）](?!\d)|[（(]\d{1,3}[)）]|[①-⑳]|\[\d{1,3}\]|\d️?⃣"
    r"|[a-zA-Z][.)]\s|[一二三四五六七八九十]{1,3}、)"
)
_LABEL = re.compile(r"[\s*_>-]{0,8}[^：:，。,.!?！？\n]{1,24}(?:\*\*)?[：:](?!\s?[“\"「])")
_AFTER_LABEL = re.compile(r"[^：:]{1,40}[：:][*_\s]*")
_LAST_WORD = re.compile(
    r"(?:(?:https?://|www\.)\S{1,2000}|\S{1,60}@\S{1,60}|#[^\s#]{1,40}#?|\bdoi\S*\s?\S{1,80}"
    r"|[\d./\-:：—–年月日时分%xX_\s]{2,40}"
    r"|\b(?:the )?end(?: of [\w ]{1,24})?|fade (?:out|in|to black)|fin|curtain|finis|to be continued"
    r"|word count\D{0,4}\d{1,6}\D{0,8}"
    r"|[（(【]?(?:全[文剧书]|本[章回集篇]|剧|未完待续|待续)?(?:完|终|完结|结束|未完待续|剧终)[）)】]?|谢谢(?:大家"
    r"|各位|您|你们)?|敬礼|敬上|谨[启上]|拜启|此致)$",
    re.IGNORECASE,
)
_FUNCTION = re.compile(
    r"(?:\b(?:the|a|an|of|and|to|in|that|with|is|was|were|are|be|his|her|their|my|your|our|its|for|as|at|by|from|on"
    r"|or|but|had|has"
    r"|have|would|could|should|might|must|will|can|cannot|into|than|which|who|when|where|while|because|if|not|no|he"
    r"|she|they|we|i|you|it|this|these"
    r"|such|more|most|very|so|been|about|between|through|over|like|also|in conclusion|however|moreover|furthermore)"
    r"|[的地得在和与是把被将从对向而但并或及因为就也都又很不以于让使给会能可已还更最每这那其所]|通过|由于|因此|然而"
    r"|以及|其中|总之|综上所述|例如|比如|包括)$",
    re.IGNORECASE,
)
_STOP_INSIDE = re.compile(r"[。！？；]|[a-z0-9)”\"][.!?][\"”]? +[A-Z“\"]")
_PAIRS = (("“", "”"), ("「", "」"), ("『", "』"), ("《", "》"), ("（", "）"), ("【", "】"))
_FIELD = re.compile(
    r"签|章|日期|姓名|地址|电话|盖|部门|单位|编号|name|date|sign|address|phone|position|title", re.IGNORECASE
)
_OVER = re.compile(r"end|fin|完|终|结束|谢谢|thank|fade|curtain|note|备注|附", re.IGNORECASE)
_GREETING = re.compile(
    r"此致|敬礼|敬上|祝|谢|顺颂|问候|你的|您的|你们的|作者|公司|团队|sincerely|regards|love|yours|truly|written by",
    re.IGNORECASE,
)
_NEVER_CLOSES = ",，、"


@dataclass(frozen=True, slots=True)
class Ending:
    """What is wrong with a text's end, and the passage that shows it."""

    kind: Kind
    span: Span


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int  # without the signs of emphasis and the space at its end
    text: str
    kind: str

    @property
    def closed(self) -> bool:
        return _closed(self.text)


def last_passage(text: str) -> Span:
    """The last sentence, for pointing at it; (0, 0) where there is none."""
    tail = max(0, len(text) - 4000)
    found = sentences(text[tail:])
    return (found[-1][0] + tail, found[-1][1] + tail) if found else (0, 0)


def ending(text: str) -> Ending | None:
    """What is wrong with the end of a text; None where nothing is, or nothing is certain."""
    body = text.rstrip()
    while (match := _JUNK.search(body[-40:])) and match.group():
        body = body[: len(body) - (len(body[-40:]) - match.start())].rstrip()
    if broken := _json(body):
        return broken
    fences = list(_FENCE.finditer(body))
    if len(fences) % 2:
        if after := body[fences[-1].end() :].partition("\n")[2].strip():
            start = body.rfind(after)
            if len(fences) > 1 or not _closed(after[-1:]):
                return Ending("open_code", (max(start, body.rfind("\n") + 1), len(body)))
        return None
    if fences and not body[fences[-1].end() :].strip("`~ \n"):
        return None
    lines = _lines(body)
    if not lines:
        return None
    last = lines[-1]
    return (
        _mid_sentence(lines, last)
        or _open_quotation(lines, last)
        or _bare_heading(lines, last)
        or _announced_nothing(last)
    )


def _lines(body: str) -> list[_Line]:
    """The last lines, without rules and empty ones."""
    found: list[_Line] = []
    end = len(body)
    while end > 0 and len(found) < EARLIER:
        start = body.rfind("\n", 0, end) + 1
        stripped = body[start:end].strip(" \t\r\u3000\u2002\u2003*_`\\")
        if stripped and stripped.strip("-=—…·•# "):
            whole = body[start:end]
            at = start + whole.find(stripped)
            found.append(_Line(at, at + len(stripped), stripped, _kind(whole)))
        end = start - 1
    return found[::-1]


def _kind(line: str) -> str:
    bare = line.strip()
    if _HEADING.match(line):
        return "heading"
    if bare.startswith("|"):
        return "table"
    if (
        len(bare) > 4
        and bare[0] in "*_"
        and bare[-1] == bare[0]
        and bare[1] != " "
        and bare.strip("*_").count("**") == 0
    ):
        return "bold"
    if _LIST.match(line):
        return "list"
    return "label" if _LABEL.match(line) else "plain"


def _closed(line: str) -> bool:
    """Does it end in anything but a letter, a number, a comma or an opening bracket? A pictogram closes it too."""
    last = line[-1:]
    return not (last.isalnum() or last in _NEVER_CLOSES or last in "“‘「『《（([【{<-–" or HAN.match(last) is not None)


def _sentence_like(line: str) -> bool:
    characters = han(line)
    if characters * 2 >= len(line):
        return characters >= LONG_HAN or bool(re.search(r"[，。；！？]", line[:-1]))
    return len(WORD.findall(line)) >= LONG_WORDS


def _mid_sentence(lines: list[_Line], last: _Line) -> Ending | None:
    text = last.text
    if last.kind == "table":
        rows = [line for line in lines[:-1] if line.kind == "table"]
        whole = len(rows) >= 2 and all(row.text.endswith("|") for row in rows)
        return Ending("mid_sentence", (last.start, last.end)) if whole and not text.endswith("|") else None
    if last.closed or last.kind in ("heading", "bold") or _LAST_WORD.search(text[-200:]):
        return None
    if (text.isupper() and not han(text)) or "©" in text or (last.kind == "plain" and text[0] in "—–-@~"):
        return None  # the last are signatures
    if last.kind == "label" and not _STOP_INSIDE.search(text) and han(text) < 2 * LONG_HAN:
        rest = _AFTER_LABEL.sub("", text, count=1)
        said = len(WORD.findall(rest)) >= LONG_WORDS and not han(rest)  # "ACTION: Ramos takes notes, his eyes"
        if not said and not (_FUNCTION.search(text) and len(rest) > 12):
            return None
    alike = _alike(lines, last)
    closed = sum(1 for line in alike if line.closed)
    habit = len(alike) >= LINES and closed >= CLOSED_SHARE * len(alike)
    inner = len(_STOP_INSIDE.findall(text))
    long = _sentence_like(text) and not text.startswith(("#", "http"))
    cut = text[-1] in _NEVER_CLOSES or bool(_FUNCTION.search(text[-40:]))
    # like others that are all closed; or with closed sentences inside; or ending in a word that ends no sentence
    if (
        (long and habit)
        or (inner >= 2 and last.kind in ("plain", "label") and not _ends_in_tag(text))
        or (inner == 1 and (cut or (len(text) > 90 and han(text) * 2 < len(text) and last.kind == "plain")))
        or (cut and habit and last.kind in ("plain", "list", "label"))
        or _always_closed(lines, last)
        or (habit and lines[-2].kind == "heading" and last.kind == "plain" and not _FIELD.search(lines[-2].text + text))
        or (cut and long and not alike and last.kind == "plain" and len(lines) <= 2)
    ):
        stop = max((match.end() for match in re.finditer(r"[。！？!?.；]+[”’\"」]?\s{0,3}", text)), default=0)
        return Ending("mid_sentence", (last.start + (stop if stop < len(text) else 0), last.end))
    return None


def _always_closed(lines: list[_Line], last: _Line) -> bool:
    """A short line, in a text that closes its short lines as well, and not below a greeting."""
    plain = [line for line in lines[:-1] if line.kind == "plain"]
    size = han(last.text) if han(last.text) else 2 * len(re.findall(r"\b[a-z]", last.text))
    if (
        last.kind != "plain"
        or size < SHORT
        or len(plain) < SHORT_LINES
        or any(_GREETING.search(x.text) for x in lines[-5:])
    ):
        return False
    return sum(1 for line in plain if line.closed) >= EVEN * len(plain)


def _alike(lines: list[_Line], last: _Line) -> list[_Line]:
    """The lines whose habit counts: all prose, but of items only those of the same list."""
    if last.kind == "list":
        start = len(lines) - 1
        while start and lines[start - 1].kind == "list":
            start -= 1
        return lines[start:-1]
    return [line for line in lines[:-1] if _group(line.kind) == _group(last.kind) and _sentence_like(line.text)]


def _group(kind: str) -> str:
    return "plain" if kind == "label" else kind  # a speaker's name before a line of dialogue is no other kind


def _ends_in_tag(text: str) -> bool:
    return "#" in text[-40:]


def _open_quotation(lines: list[_Line], last: _Line) -> Ending | None:
    text = last.text
    for opening, closing in _PAIRS:
        at = text.rfind(opening)
        if at < 0 or text.rfind(closing) > at or len(text) - at < 4:
            continue
        if text.count(opening) == text.count(closing) + 1 and any(closing in line.text for line in lines[:-1]):
            return Ending("open_quotation", (last.start + at, last.end))
    quoting = [line.text.count('"') for line in lines[:-1] if '"' in line.text]
    if (
        text.count('"') % 2
        and len(quoting) > 4
        and sum(1 for count in quoting if count % 2) <= (1 - EVEN) * len(quoting)
    ):
        return Ending("open_quotation", (last.start + text.rfind('"'), last.end))
    return None


def _bare_heading(lines: list[_Line], last: _Line) -> Ending | None:
    """The last line is a heading, and where such headings stand before, something stands under them."""
    text = last.text
    is_heading = last.kind == "heading" or (last.kind == "bold" and _NUMBERED.match(text)) or _only_a_number(text)
    if not is_heading or (last.kind != "heading" and text[-1] in "。！？!?.…”") or len(text) > 60 or _OVER.search(text):
        return None
    if last.kind == "heading" and text[-1] in "。！？!?.…”)）":
        return None
    if _only_a_number(text):
        return Ending("bare_heading", (last.start, last.end))
    before = [at for at, line in enumerate(lines[:-1]) if line.kind == last.kind]
    followed = sum(1 for at in before if lines[at + 1].kind not in ("heading", "bold"))
    level = text[: len(text) - len(text.lstrip("#"))]
    if (
        len(before) >= 2
        and followed >= 0.7 * len(before)
        and (last.kind == "bold" or _NUMBERED.match(text.lstrip("# ")) or len(level) > 1)
    ):
        return Ending("bare_heading", (last.start, last.end))
    return None


def _only_a_number(text: str) -> bool:
    return bool(
        re.fullmatch(r"(?:\d{1,2}[.、)）]|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[)）])", text)
    )


def _announced_nothing(last: _Line) -> Ending | None:
    text = last.text
    if text[-1] not in ":：" or last.kind in ("heading", "bold", "table") or _FIELD.search(text) or text.isupper():
        return None
    if han(text) >= 12 or (len(WORD.findall(text)) >= 6 and not han(text)):
        return Ending("announced_nothing", (last.start, last.end))
    return None


def _json(body: str) -> Ending | None:
    """An object or a list of objects, as the whole answer, that is not closed."""
    if not re.match(r"\{\s{0,40}\"|\[\s{0,40}\{", body) or '":' not in body[:2000]:
        return None
    try:
        json.loads(body)
    except RecursionError:
        return None
    except ValueError as mistake:
        at = getattr(mistake, "pos", 0)
        unfinished = at >= len(body) - 1 or "Unterminated" in str(mistake)
        return (
            Ending("open_json", (max(0, min(at, len(body) - 1)), len(body)))
            if unfinished and body[-1] not in "}]"
            else None
        )
    return None
