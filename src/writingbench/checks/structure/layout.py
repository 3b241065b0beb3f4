"""See how a response is laid out: headings, lead-ins, lists, tables, speakers, the parts of a letter.

A heading may be written in many ways ("## Methods", "**Methods**", "二、方法", "2. Methods", a short line of its own),
and so may a lead-in ("Methods: we asked …", "- **Methods** …", the first cells of a table's row).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from writingbench.checks.passages import HAN, Span

LONGEST_LINE = 160  # characters of a line that are looked at
LONGEST_NAME = 60  # characters of a heading or a lead-in
MOST_LABELS = 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What a passage is called: a heading above it or the words that lead it in."""

    span: Span
    name: str  # without its number and marks
    heading: bool  # on a line of its own
    marked: bool = False  # as Markdown marks it: "## Methods", or bold on a line of its own


_NUMBER = re.compile(
    r"(?:第[一二三四五六七八九十百\d]{1,4}[章节幕场部回篇步条](?:分)?"
    r"|[（(]?[一二三四五六七八九十]{1,3}[)）、.．]|[（(]\d{1,2}[)）]"
    r"|\d{1,2}(?:\.\d{1,2}){0,3}[.．、)）:：]?(?=\s|[^\d.,:：%年月日])"
    r"|[①-⑳]|[IVX]{1,5}[.、)]|[A-Za-z][.)]\s|(?:chapter|part|section|step|act|module|unit)\s(?:\d{1,2}|[ivx]{1,4}"
    r"|one|two|three|four|five|six|seven)\b)"
    r"[\s:：、.．\-—–]{0,4}",
    re.IGNORECASE,
)
_MARKED = re.compile(
    r"#{1,6}\s{0,3}(?P<hash>\S.*)|\*\*(?P<bold>[^*]{1,80})\*\*[:：]?$|__(?P<under>[^_]{1,80})__[:：]?$"
)
_LEAD = re.compile(
    r"(?:[-*•+]\s{1,3})?(?:\*\*(?P<bold>[^*]{1,60})\*\*|【(?P<lens>[^】]{1,40})】"
    r"|(?P<plain>[^:：*|。！？!?]{2,60})[:：])"
)
_ENDED = re.compile(r"[。！？!?；;，,、…]$|\.$")
_CELL = re.compile(r"\|\s{0,8}([^|\n]{1,60}?)\s{0,8}(?=\|)")
_SEPARATOR = re.compile(r"[|\s:+\-=]{3,}$")
_BRACKETS = " \t*#_`【】「」《》<>[]:：.-—–"
_CONTENTS = re.compile(r"^(?:目录|目\s{0,4}录|table of contents|contents|outline|大纲)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """A line that holds something: where it stands and what it says without the space around it."""

    start: int
    end: int
    text: str
    alone: bool  # a blank line before it, or the beginning of the text


def lines(text: str) -> list[Line]:
    """The lines that hold anything."""
    found, start, alone = [], 0, True
    for raw in text.split("\n"):
        stripped = raw.strip()
        if stripped:
            first = start + raw.index(stripped[0])
            found.append(Line(first, first + len(stripped), stripped, alone))
        alone = not stripped
        start += len(raw) + 1
    return found


def labels(rows: list[Line]) -> list[Label]:
    """The headings and lead-ins, in order; those of a table of contents left out where they come again."""
    found: list[Label] = []
    contents: list[Label] = []
    listing = False
    for place, line in enumerate(rows):
        if len(found) >= MOST_LABELS:
            break
        following = rows[place + 1] if place + 1 < len(rows) else None
        here = list(_labels(line, following))
        if listing and (len(line.text) > LONGEST_NAME or (here and here[0].marked)):
            listing = False
        if any(_CONTENTS.match(one.name) for one in here):
            listing = True
        (contents if listing else found).extend(here)
    names = {one.name for one in found}
    return sorted([*found, *(one for one in contents if one.name not in names)], key=lambda one: one.span)


def _labels(line: Line, following: Line | None) -> Iterator[Label]:
    text = line.text[:LONGEST_LINE]
    span = (line.start, line.end)
    if text.startswith("|") or text.count("|") > 1:
        for cell in list(_CELL.finditer(text if text.startswith("|") else "|" + text))[:2]:
            if name := _bare(cell[1]):
                yield Label(span=span, name=name, heading=False)
        return
    if marked := _MARKED.match(text):
        whole = next(part for part in marked.groups() if part)
        yield Label(
            span=span,
            name=_bare(whole.split("：")[0] if len(whole) > LONGEST_NAME else whole),
            heading=True,
            marked=True,
        )
        if ("：" in whole or ":" in whole) and (
            parts := [_bare(part) for part in re.split("[：:]", whole, maxsplit=1)]
        ):
            yield from (Label(span=span, name=part, heading=True) for part in parts if part)
        return
    if following and re.fullmatch(r"={3,}|-{3,}", following.text) and not following.alone and len(text) <= LONGEST_NAME:
        yield Label(span=span, name=_bare(text), heading=True, marked=True)
        return
    numbered = _NUMBER.match(text)
    rest = text[numbered.end() :] if numbered else text
    if lead := _LEAD.match(rest):
        name = next(part for part in lead.groups() if part)
        own = not rest[lead.end() :].strip(" :：*")
        where = span if own else (line.start, line.start + (numbered.end() if numbered else 0) + lead.end())
        yield Label(span=where, name=_bare(name), heading=own)
        return
    short = len(rest) <= (30 if HAN.search(rest) else LONGEST_NAME) and not _ENDED.search(rest)
    if numbered and rest:
        if short:
            yield Label(span=span, name=_bare(rest), heading=True)
        else:
            first = re.split(r"[。，,]|\.\s|\s[-—–]\s|——|——", rest, maxsplit=1)[0]
            if len(first) <= LONGEST_NAME:
                yield Label(
                    span=(line.start, line.start + numbered.end() + len(first)), name=_bare(first), heading=False
                )
    elif short and line.alone and following and len(text) > 1 and text[0] not in "-*•+>（(\"“'":
        yield Label(span=span, name=_bare(text), heading=True)


def _bare(name: str) -> str:
    """A name without its marks and its number."""
    name = name.strip(_BRACKETS)
    number = _NUMBER.match(name)
    return (name[number.end() :] or name).strip(_BRACKETS)[: 2 * LONGEST_NAME] if number else name[: 2 * LONGEST_NAME]


# ---- tables and lists


def tables(rows: list[Line]) -> list[tuple[Span, tuple[str, ...]]]:
    """The tables with the cells of their first row: two or more rows with bars or tabs, or HTML."""
    found, run = [], []
    for line in [*rows, None]:
        if line and ((line.text.count("|") > 1 and len(line.text) > 4) or line.text.count("\t") > 1):
            run.append(line)
            continue
        if sum(not _SEPARATOR.match(one.text) for one in run) > 1:
            cells = re.split(r"[|\t]", run[0].text[:2000])
            found.append(((run[0].start, run[-1].end), tuple(cell.strip(" *`") for cell in cells if cell.strip())))
        run = []
        if line and "<table" in line.text[:LONGEST_LINE].lower():
            found.append(((line.start, line.end), ()))
    return found


_BULLET = re.compile(r"[-*•·+▪●◆○■–]\s{1,4}\S|[-•·▪●◆○■]\s{0,2}\S")
_ITEM = re.compile(
    r"(?:\*\*|#{1,6}\s)?(?:[（(]?(\d{1,2})[.．、)）](?!\d)|([①-⑳])|[（(]?([一二三四五六七八九十]{1,2})[、)）]"
    r"|(?:step|第"
    r"|步骤)\s?(\d{1,2}|[一二三四五六七八九十]))",
    re.IGNORECASE,
)
_RING = {chr(ord("①") + place): place + 1 for place in range(20)}


def items(rows: list[Line]) -> list[Line]:
    """The lines that are an item of a list, with a bullet or a number."""
    return [line for line in rows if _BULLET.match(line.text) or _ITEM.match(line.text)]


def bullets(rows: list[Line]) -> list[Line]:
    """The lines that are an item of a list without numbers."""
    return [line for line in rows if _BULLET.match(line.text) and not line.text.startswith("**")]


def numbered(rows: list[Line]) -> list[tuple[Line, int | None]]:
    """The lines that begin with a number, with the number where it is a figure."""
    found = []
    for line in rows:
        if match := _ITEM.match(line.text):
            figure = match[1] or (match[4] if (match[4] or "").isdecimal() else None)
            found.append((line, int(figure) if figure else _RING.get(match[2] or "")))
    return found


# ---- letters

_SALUTATION = re.compile(
    r"(?:\*\*)?(?:dear|to whom it may concern|hi|hello|hey|greetings|good (?:morning|afternoon|evening|day)"
    r"|to (?:the|my|all|our)|my (?:dear|dearest|beloved)|dearest"
    r"|esteemed|respected|honou?rable|ladies and gentlemen|your (?:honou?r|excellency))\b",
    re.IGNORECASE,
)
_ZH_SALUTATION = re.compile(
    r"(?:\*\*)?(?:(?:尊敬|敬爱|亲爱|尊贵|挚爱|可敬|最?敬爱|各位|致)[^。！？\n]{1,40}[:：，,！]?(?:\*\*)?$"
    r"|[^。！？，,\n]{1,24}(?:您好|你好|好|收"
    r"|台鉴|钧鉴|惠鉴|亲启|先生|女士|老师|经理|"
    r"组织|同志|朋友们?|客户|领导|学校|公司|同学们?|家长们?|委员会|教授|爸爸|妈妈|奶奶|爷爷|同仁们?"
    r"|伙伴们?)[^。！？\n]{0,12}[:：，,！!](?:\*\*)?$"
    r"|[^。！？，,；\n]{1,24}[:：](?:\*\*)?$)"
    r"|(?:您好|你好|大家好|嗨|Hi)[！!，,。]?"
)
_CLOSING = re.compile(
    r"\b(?:sincerely|regards|faithfully|respectfully|yours|best wishes|warmly|cheers|with (?:love|gratitude"
    r"|appreciation|warm|best|kind|deep|all|heartfelt|great|much)|love,"
    r"|thank you|thanks|gratefully|cordially|warm(?:est)?|kind(?:est)?|best,|see you soon|looking forward"
    r"|affectionately|in solidarity|to your|until)\b"
    r"|此致|敬礼|愿|谨以此|敬意|怀念|缅怀|不见不散|祝[^\n]{0,30}|顺颂|顺祝|敬祝|恭祝|谨祝|敬上|谨上|谨启|敬启"
    r"|此上|敬颂|颂|特此|致以|敬请|感谢|谢谢|期待|盼|恭候|商祺|安康",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"敬上|谨上|敬启|谨启|署名|签[名字]|落款|^[^。！？!?]{0,24}\d{4}\s?年|[_＿]{3,}|\[[^\]]{2,60}\]"
    r"|【[^】]{2,40}】|^(?:此致|你的|您的|申请人"
    r"|写信人|发件人|联系人)|\bsignature\b|\bsigned\b",
    re.IGNORECASE,
)
_TAIL = 14  # lines at the end of a letter in which its closing and its signature are sought
_HEAD = 16  # lines at its beginning in which the salutation is


_NOTES = re.compile(
    r"[-*_=]{3,}$|[（(*>]{1,3}\s{0,2}(?:注|全文|说明|以上|字数|本信|此信|note)|(?:写作|设计)(?:思路|说明)|注[：:]",
    re.IGNORECASE,
)
_MOST_NOTES = 8


def letter_parts(rows: list[Line]) -> dict[str, Span]:
    """Where the salutation, the closing and the signature of a letter stand, as far as they are there."""
    found: dict[str, Span] = {}
    for line in rows[:_HEAD]:
        opening = line.text.lstrip("#*> ")[:LONGEST_LINE]
        if _SALUTATION.match(opening) or _ZH_SALUTATION.match(opening):
            found["salutation"] = (line.start, line.end)
            break
    # below a letter a model may say something about it: the end is then sought above that as well
    half = range(max(2, len(rows) // 2), len(rows))
    notes = [place for place in half if _NOTES.match(rows[place].text[:LONGEST_LINE])]
    for end in [len(rows), *notes[::-1][:_MOST_NOTES]]:
        for part, span in _ending(rows[max(1, end - _TAIL) : end]).items():
            found.setdefault(part, span)
    return found


def _ending(tail: list[Line]) -> dict[str, Span]:
    found: dict[str, Span] = {}
    for line in reversed(tail):
        bare = line.text.strip("*_# ")
        if "closing" not in found and _CLOSING.search(bare[-400:]):
            found["closing"] = (line.start, line.end)
        if "signature" not in found and _signs(bare):
            found["signature"] = (line.start, line.end)
    return found


def _signs(line: str) -> bool:
    """Is the line a name or a date, or a gap for one?"""
    if _SIGNED.search(line[:LONGEST_LINE]):
        return True
    wide = bool(HAN.search(line))
    short = len(line) <= 24 if wide else len(line) <= LONGEST_NAME and len(line.split()) <= 8
    return (
        short
        and not _ENDED.search(line)
        and not line.endswith((":", "："))
        and not (_CLOSING.match(line) or _ITEM.match(line) or _BULLET.match(line) or line.startswith("|"))
    )


# ---- scripts

_SCENE = re.compile(
    r"[#*>\s【\[(（]{0,8}(?:INT\b|EXT\b|I/E\b|SCENE\b|ACT\s(?:\d|[IVX]|one|two|three)|FADE\s(?:IN|OUT)|CUT\sTO"
    r"|SHOT\b|OPENING\s(?:SHOT|SCENE)|第[一二三四五六七八九十\d]{1,3}[幕场集镜]"
    r"|场景|场次|分镜|镜头|幕布|序幕|尾声|时间[:：]|地点[:：]|\[?\(?\d{1,2}[:：]\d{2}\s?[-–—~至到])",
    re.IGNORECASE,
)
_CUE = re.compile(
    r"[#*>\s\-•【\[(（]{0,8}(?:画面|旁白|字幕|配乐|背景音乐|音乐|音效|台词|景别|转场|特写|口播|解说词?|主播"
    r"|主持人|主讲人?|运镜|visuals?|narrat\w{2,4}"
    r"|voice[ -]?over|v\.?o\.?\b|audio|on[- ]screen|music|camera"
    r"|sfx|sound|host|speaker|presenter|text overlay|b-roll|scene|shot|transition)[^\n]{0,24}?[:：\])】）]",
    re.IGNORECASE,
)
_SPEAKER = re.compile(
    r"(?:\*\*)?([^\W\d_][\w .'’·\-]{0,24})(?:\*\*)?\s{0,2}(?:[（(\[][^）)\]\n]{0,60}[)）\]])?(?:\*\*)?\s{0,2}"
    r"[:：](?:\*\*)?\s{0,3}\S"
)
_NAME_ALONE = re.compile(
    r"(?:\*\*)?[A-Z][\w.'’\-#]{0,20}(?: [A-Z\d][\w.'’\-#]{0,20}){0,3}(?:\s?\([^)\n]{1,40}\))?(?:\*\*)?$"
)
_STAGE = re.compile(r"[*_]{0,2}[（(\[【][^\n]{2,400}[)）\]】][*_]{0,2}$")


def script_marks(rows: list[Line]) -> dict[str, list[Line]]:
    """The lines of a script by what they are: scene headings, speakers, stage directions, cues for camera and sound."""
    found: dict[str, list[Line]] = {"scenes": [], "speakers": [], "directions": [], "cues": []}
    spoken: dict[str, list[Line]] = {}
    for place, line in enumerate(rows):
        text = line.text[:LONGEST_LINE]
        if _SCENE.match(text):
            found["scenes"].append(line)
        elif _CUE.match(text):
            found["cues"].append(line)
        elif _STAGE.match(line.text[:420]):
            found["directions"].append(line)
        elif speaker := _SPEAKER.match(text):
            spoken.setdefault(speaker[1].strip(), []).append(line)
        elif _NAME_ALONE.match(text) and place + 1 < len(rows) and not rows[place + 1].alone:
            spoken.setdefault(text.strip("*"), []).append(line)
    # who speaks speaks again; a label of another kind ("Theme: …") comes once
    found["speakers"] = [line for said in spoken.values() if len(said) > 1 for line in said]
    return found


# ---- marks of Markdown

_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff\U0001f300-\U0001f64f\U0001f680-\U0001f6ff\U0001f900-\U0001f9ff\U0001fa70-\U0001faff"
    "\u231a\u231b\u23e9-\u23f3\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab\u26bd\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd"
    "\u2705\u270a\u270b\u2728\u274c\u274e\u2753-\u2755\u2757\u2795-\u2797\u27b0\u2b1b\u2b1c\u2b50\u2b55]|[\u2600-\u27bf]\ufe0f"
)
_MARKDOWN = re.compile(
    r"^[ \t]{0,3}#{1,6}[ \t]{1,4}\S[^\n]{0,200}|^[ \t]{0,12}\*[ \t]{1,4}\S[^\n]{0,200}|^[ \t]{0,3}```[^\n]{0,40}"
    r"|^[ \t]{0,3}>[ \t]\S[^\n]{0,200}|\*\*[^\s*][^*\n]{0,400}\*\*"
    r"|^[ \t]{0,3}\|?[ \t]{0,4}:?-{3,60}:?[ \t]{0,4}\|[^\n]{0,200}|\[[^\]\n]{1,80}\]\([^)\s]{1,200}\)",
    re.MULTILINE,
)


def emoji(text: str) -> list[Span]:
    """Where an emoji stands."""
    return [match.span() for match in _EMOJI.finditer(text)]


def markdown(text: str) -> list[Span]:
    """Where Markdown marks something: headings, bold, starred items, quotations, code, tables, links."""
    return [match.span() for match in _MARKDOWN.finditer(text)]
