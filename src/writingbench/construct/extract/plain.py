"""Text files, and the encodings that texts come in."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from encodings import normalize_encoding
from encodings.aliases import aliases

from writingbench.construct.extract import Extracted
from writingbench.construct.extract.refusal import Refused
from writingbench.construct.extract.tidy import finish

MARKS = (  # the longer ones first: UTF-32 begins as UTF-16 does
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# what a page may declare, by the name of Python's module -> what is really meant by it
DECLARED = {
    **{name: name for name in "big5 cp950 big5hkscs euc_jp shift_jis cp932 euc_kr cp949 koi8_r".split()},
    **{name: name for name in "iso8859_2 iso8859_5 iso8859_7 iso8859_9 iso8859_15".split()},
    **{f"cp125{n}": f"cp125{n}" for n in range(9)},
    **dict.fromkeys(("gb2312", "gbk", "gb18030"), "gb18030"),
    **dict.fromkeys(("ascii", "latin_1"), "cp1252"),
}
for _name in {*DECLARED.values(), "gb2312", *(codec for _, codec in MARKS)}:
    codecs.lookup(_name)  # the process may not be able to load them later

REFUSED = (b"{\\rtf", b"%!PS", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
OLD_OFFICE = REFUSED[-1]
SAMPLE = 100_000  # characters that are looked at
# what every Chinese text of some length has: written in both ways, 1 in 20 at the least (in running text it is 1 in 3)
FREQUENT = frozenset(
    "的一是不了在人有我他这中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然"
    "家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实日月第公"
    "這來為國說時會對過發後種經學現當沒動進樣開從實個們個"
)


def read(content: bytes) -> Extracted:
    """A text file, Markdown as it is."""
    text, notes = decoded(content)
    return finish(text, "text", notes=notes)


def decoded(content: bytes, declared: str = "") -> tuple[str, tuple[str, ...]]:
    """The text of bytes in whatever encoding it is, which may be `declared`, and a note where some of it was not.

    Raises Refused where it is no text, or nobody can tell.
    """
    if content.startswith(OLD_OFFICE):
        locked = "EncryptedPackage".encode("utf-16-le") in content
        raise Refused("extract_encrypted" if locked else "extract_old_office")
    if content.startswith(REFUSED):
        raise Refused("extract_kind")
    for mark, codec in MARKS:
        if content.startswith(mark):
            text = content[len(mark) :].decode(codec, "replace")
            return _believed(text, text.count("�"), most=0.01)
    if b"\0" in content:
        raise Refused("extract_kind")

    text = content.decode("utf-8", "replace")
    broken = text.count("�") - content.count("�".encode())
    others = len(text) - len(text.encode("ascii", "ignore")) - broken
    if not broken or others >= 20 * broken or (others and broken == 1 and text.endswith("�")):
        return _believed(text, broken)
    if meant := DECLARED.get(_codec(declared)):
        text = content.decode(meant, "replace")
        return _believed(text, text.count("�"), most=0.01)
    return _believed(*_guessed(content))


def _codec(name: str) -> str:
    """The name of Python's module for a declared encoding. Only looked up: a file may name any module, or none."""
    plain = normalize_encoding(name).lower()
    return aliases.get(plain, plain)


def _guessed(content: bytes) -> tuple[str, int]:
    chinese = []
    for codec, common in (("gb18030", _in_gb2312), ("big5", _in_big5)):
        text = content.decode(codec, "replace")
        broken = text.count("�")
        found = Counter(char for char in text[:SAMPLE] if char > "\x7f")
        total = max(found.total(), 1)
        usual = sum(count for char, count in found.items() if common(char)) / total
        if broken * 200 <= len(text) and usual >= 0.8 and _chinese(found):
            chinese.append((usual, text, broken))
    if chinese:
        return max(chinese)[1:]
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        raise Refused("extract_kind" if _controls(content.decode("latin-1")) else "extract_encoding") from None
    letters = sum(char.isalpha() for char in text[:SAMPLE] if char > "\x7f")
    beyond = sum(char > "\x7f" for char in text[:SAMPLE])
    # accents are few; where most letters have one, it is another alphabet
    if beyond > 0.2 * len(text[:SAMPLE]) or (beyond > 20 and letters < 0.3 * beyond):
        raise Refused("extract_kind" if _controls(text) else "extract_encoding")
    return text, 0


def _in_gb2312(char: str) -> bool:
    """A character of the first level of GB 2312, or its punctuation."""
    lead = char.encode("gb2312", "ignore")[:1]
    return b"\xb0" <= lead <= b"\xd7" or b"\xa1" <= lead <= b"\xa3"


def _in_big5(char: str) -> bool:
    lead = char.encode("big5", "ignore")[:1]
    return b"\xa1" <= lead <= b"\xc6"


def _chinese(found: Counter[str]) -> bool:
    """Whether these are the characters of a Chinese text, and not of a Korean one that was read as one."""
    ideographs = sum(count for char, count in found.items() if "\u4e00" <= char <= "\u9fff")
    frequent = sum(count for char, count in found.items() if char in FREQUENT)
    return ideographs > 0 and (ideographs < 20 or frequent >= ideographs / 20)


def _controls(text: str) -> bool:
    sample = text[:SAMPLE]
    return len(re.findall("[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]", sample)) > max(1, len(sample) / 100)


def _believed(text: str, broken: int, most: float = 1.0) -> tuple[str, tuple[str, ...]]:
    """A decoded text, unless it is one that nobody wrote; `most`: the share of it that may be broken."""
    if _controls(text) or "\0" in text:
        raise Refused("extract_kind")
    sample = text[:SAMPLE]
    unassigned = sum(unicodedata.category(char) in ("Cn", "Co", "Cs") for char in sample)
    if unassigned > len(sample) / 20 or broken > max(1, most * len(text)):
        raise Refused("extract_encoding")
    return text, ("extract_replaced",) if broken else ()
