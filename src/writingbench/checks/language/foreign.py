"""Passages and words of another language in the midst of a text, and those that are copied from the material.

A passage is a row of words that makes a sentence, or so many Chinese characters; a stray word stands between words
of the text's language with nothing but a space: "the 研究 shows", "他 still 不安". What is in quotation marks or
brackets is meant to be there, and so is what stands in a text about the country where the language is at home.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from writingbench.checks.language.asked import Asked
from writingbench.checks.language.tongues import LATIN, SCRIPTS, latin, tongue
from writingbench.checks.passages import HAN, WORD, Span, han, paragraphs, trimmed

PASSAGE = {"zh": 8, "latin": 8}  # Chinese characters, words: from here a run is a passage and not a term
COPIED = {"zh": 20, "latin": 12}  # the same, for what is copied from the material
PARAGRAPH = 20  # words of a paragraph in another language of Latin letters
SLOGAN = 100  # characters: what is shorter behind a dash or a colon is a motto, or named by what comes before
NEAR = 60  # characters in which a text says of which country it speaks
LOOKED_AT = 300  # foreign words of a script: a text with more of them is full of them on purpose

_OPENING, _CLOSING = "\"'“‘「『《〈【[(（〔｛{<♪🎵🎶", "\"'”’」』》〉】])）〕｝}>♪🎵🎶"
_REFERENCE = re.compile(
    r"\b(?:1[89]|20)\d\d\b|\bet al\b|\[[JMDCRPS](?:/OL)?\]|\bdoi\b|\b(?:Journal|Press|Proceedings|Retrieved)\b",
    re.IGNORECASE,
)
_ITEM = re.compile(r"\s*(?:[-*•·]|\[\d+\]|［\d+］|\(?\d+[.)、）])")
_ABSTRACT = re.compile(r"\s*[#*\s【\[]{0,6}(?:abstract|key ?words?|title|prompt|negative prompt)\b", re.IGNORECASE)
_VERSE = re.compile(r"歌|词|诗|说唱|rap\b|\bsong|lyric|poem|\bverse|\bpoet", re.IGNORECASE)

_LATIN_RUN = re.compile(rf"[{LATIN}][{LATIN}'’-]*(?:[ \t,.;:!?…&/—–%*_0-9\"“”()]{{1,6}}[{LATIN}][{LATIN}'’-]*)*[.!?]?")
_HAN_RUN = re.compile(
    rf"[{SCRIPTS['zh']}](?:[{SCRIPTS['zh']}，。、；：！？“”‘’（）《》…—·\d]|[ \t*_]{{1,3}}(?=[{SCRIPTS['zh']}“‘（《]))*"
)
_EMPHASIS = "*_~ \t\u3000"

_STRAY_SCRIPTS = {
    code: re.compile(f"[{letters}]{{2,}}(?:[ ·-][{letters}]{{2,}})*")
    for code, letters in SCRIPTS.items()
    if code != "zh"
}
_ABOUT = {  # where a text speaks of a country, words of its language are in place
    "zh": re.compile(
        rf"[{SCRIPTS['zh']}]|\bChin(?:a|ese)\b|Mandarin|Cantonese|Taiwan|Hong Kong|Japan|Korea|\bkanji\b|Dao|Tao\b"
        rf"|Confuci|calligraph"
        r"|\bcharacters? (?:for|of|meaning)|Beijing|Shanghai|wuxia|Buddh|acupunct|Singapor",
        re.IGNORECASE,
    ),
    "ja": re.compile(
        "日[本语文式系剧漫]|东京|京都|大阪|和风|动漫|二次元|番剧|假名|Japan|Tokyo|Kyoto|anime|manga|kana|karate"
        "|samurai",
        re.IGNORECASE,
    ),
    "ko": re.compile("韩[国语文式剧流]|朝鲜|首尔|偶像|追星|爱豆|Korea|Seoul|hangul|k-?pop|k-?drama", re.IGNORECASE),
    "ru": re.compile(
        "俄|苏联|莫斯科|斯拉夫|乌克兰|蒙古|Russia|Soviet|Moscow|Slav|Ukrain|Cyrillic|Bulgar|Serb|Mongol", re.IGNORECASE
    ),
    "ar": re.compile(
        "阿拉伯|伊斯兰|穆斯林|波斯|伊朗|维吾尔|新疆|中东|埃及|Arab|Islam|Muslim|Persia|Iran|Urdu|Pakistan|Egypt|Qur",
        re.IGNORECASE,
    ),
    "th": re.compile("泰[国语文式]|曼谷|Thai|Bangkok|Siam", re.IGNORECASE),
    "hi": re.compile("印度|梵|佛|瑜伽|India|Hindi|Sanskrit|Nepal|yoga|Buddh|Vedic", re.IGNORECASE),
}
_SMALL = (
    "the and of is was were are his her their its this that these those which with from into onto but because although"
    " though however therefore thus through between among within without about against toward towards while when where"
    " who whose they them he she it we our has have had been being will would could should often almost sometimes"
    " always"
    " never again another other every each many much more most such very even only also already still yet upon over"
    " under"
    " after before during until since knew known became become seemed felt said"
)
_AMONG_HAN = re.compile(  # English words that no Chinese sentence takes as a term: small ones, adverbs, some long ones
    rf"(?<=[{SCRIPTS['zh']}，、]) ?(?P<word>(?:{_SMALL.replace(' ', '|')}"
    r"|[a-z]{3,20}(?:[^aeiou\W]|[aeiou]l|i)ly|[a-z]{4,20}(?:tt|nn|rr|pp|gg|at|iz|ch|sh|nt|ct|rt|rm|ss)ed"
    r"|[a-z]{3,20}(?:ous|ful|ible|ness|ment|ation|ative|tude)))"
    rf" ?(?=[{SCRIPTS['zh']}，])"
)
_AT_HOME = frozenset(
    "only family reply supply apply assembly over yet more very again station element comment moment department".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A response, and what its request says of languages."""

    text: str
    body: str  # the text with spaces for code, formulas and addresses
    main: str  # the language it is in
    wanted: Asked
    request: str  # the request without its material, at most 3,000 characters


def passages(reading: Reading) -> Iterator[tuple[Span, str]]:
    """Runs of another language that are long enough to be sentences; runs with nothing but space between are one."""
    body, main = reading.body, reading.main
    if main == "zh":
        for span in _joined(body, (match.span() for match in _LATIN_RUN.finditer(body) if _is_prose(match.group()))):
            yield span, latin(WORD.findall(body[slice(*span)])) or "en"
    elif main not in ("ja", "ko"):
        for span in _joined(body, (match.span() for match in _HAN_RUN.finditer(body))):
            if han(body[slice(*span)]) >= PASSAGE["zh"]:
                yield span, "zh"
        for span in paragraphs(body):
            passage = body[slice(*span)]
            if len(passage) > 4 * PARAGRAPH and len(words := WORD.findall(passage)) >= PARAGRAPH:
                code = latin(words)
                if code and code != main and tongue(passage) == code:
                    yield span, code


def _is_prose(run: str) -> bool:
    """A row of words with small ones between them, not a title, a list of names or a line of code."""
    if len(run) < 4 * PASSAGE["latin"]:
        return False
    words = WORD.findall(run)
    small = sum(1 for word in words if word[0].islower())
    return len(words) >= PASSAGE["latin"] and small >= 0.6 * len(words) and latin(words) is not None


def _joined(body: str, spans: Iterator[Span]) -> Iterator[Span]:
    held: Span | None = None
    for start, end in spans:
        if held and start - held[1] < 80 and not any(char.isalpha() for char in body[held[1] : start]):
            held = (held[0], end)
            continue
        if held:
            yield held
        held = (start, end)
    if held:
        yield held


def is_meant(reading: Reading, span: Span) -> bool:
    """Is a passage quoted, or an entry of a bibliography, or an abstract in another language, or from the request?"""
    text, (start, end) = reading.text, span
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", end)
    line = text[line_start : len(text) if line_end < 0 else line_end]
    above = text[max(0, line_start - 200) : line_start].rstrip().rpartition("\n")[2]  # a heading "Abstract"
    return (
        _enclosed(reading.body, span)
        or line.lstrip().startswith(">")
        or bool(_ABSTRACT.match(line) or _ABSTRACT.match(above))
        or bool(_REFERENCE.search(line) and _ITEM.match(line))
        or text[start:end].strip(_EMPHASIS) in reading.request
    )


def is_switch(reading: Reading, span: Span, code: str) -> bool:
    """Is a passage that is not meant as a quotation out of place?"""
    if code in reading.wanted.named or reading.wanted.mixing or _VERSE.search(reading.request):
        return False
    before = reading.text[max(0, span[0] - 3) : span[0]].strip(_EMPHASIS)
    return not (before.endswith(("—", "：", ":")) and span[1] - span[0] < SLOGAN)


def _enclosed(body: str, span: Span) -> bool:
    """Is the passage all of what stands between quotation marks or brackets, or their beginning or end?"""
    start, end = span
    while start and body[start - 1] in _EMPHASIS:
        start -= 1
    while end < len(body) and body[end] in _EMPHASIS + ".,!?。，！？…":
        end += 1
    before, after = body[start - 1 : start], body[end : end + 1]
    if before and before in _OPENING and not (end == span[1] and after.isalnum()):
        return True
    apostrophe = after in ("'", "’") and body[end + 1 : end + 2].isalpha()
    closed = bool(after) and after in _CLOSING and not apostrophe and not (start == span[0] and before.isalnum())
    return closed or body[span[1] - 1] in _CLOSING


def copied(passage: str, material: str, code: str) -> bool:
    """Does the passage hold so many words or characters as they stand in the material?"""
    parts, joint = (re.compile(f"[{SCRIPTS['zh']}]"), "") if code == "zh" else (WORD, " ")
    units, window = parts.findall(passage.lower()), COPIED["zh" if code == "zh" else "latin"]
    if len(units) < window:
        return False
    whole = joint.join(parts.findall(material.lower()))
    steps = range(0, min(len(units) - window, 40 * window) + 1, max(1, window // 3))
    return any(joint.join(units[at : at + window]) in whole for at in steps)


def strays(reading: Reading) -> Iterator[tuple[Span, str]]:
    """Words of another script in the midst of a sentence."""
    body, main, wanted, request = reading.body, reading.main, reading.wanted, reading.request
    if wanted.mixing:
        return
    if main == "zh" and "en" not in wanted.named and not _VERSE.search(request):
        for match in _AMONG_HAN.finditer(body):
            if match["word"] not in _AT_HOME and match["word"] not in request:
                yield match.span("word"), "en"
    if main not in SCRIPTS and not _ABOUT["zh"].search(request):
        for match in islice(_HAN_RUN.finditer(body), LOOKED_AT):
            run = match.group().rstrip("，。、；：！？…—“”‘’（）《》 ")
            span = trimmed(body, match.start(), match.start() + len(run))
            near = HAN.sub("", body[max(0, match.start() - NEAR) : match.end() + NEAR])
            if span and han(run) < PASSAGE["zh"] and _amid(body, span) and not _ABOUT["zh"].search(near):
                yield span, "zh"
    for code, pattern in _STRAY_SCRIPTS.items():
        if code == main or code in wanted.named or _ABOUT[code].search(request):
            continue
        for match in islice(pattern.finditer(body), LOOKED_AT):
            near = body[max(0, match.start() - NEAR) : match.end() + NEAR]
            if _amid(body, match.span()) and not _ABOUT[code].search(near):
                yield match.span(), code


def _amid(body: str, span: Span) -> bool:
    """Does a letter stand right beside the word, with no more than a space between, and is it not a quoted term?"""
    start, end = span
    if _enclosed(body, span):
        return False
    before = body[start - 2 : start] if start > 1 else body[:start]
    after = body[end : end + 2]
    return any(char.isalpha() for char in before) or any(char.isalpha() for char in after)
