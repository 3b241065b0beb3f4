"""Tell requests in other languages than English and Chinese."""

from __future__ import annotations

import re

from writingbench.benchmark.language import HAN, LATIN
from writingbench.checks.language.tongues import latin

SEEN = 1000  # characters by which the language is told; what is asked mostly stands there
OURS = 0.7  # of letters that must be Han or Latin
KANA = 0.15  # of kana among kana and Han: Japanese has more, a Chinese text about Japan less
MARKED = 0.2  # of Latin words with letters that English has not: Vietnamese and Polish have more

_LETTER = re.compile(r"[^\W\d_]")
_OWN = re.compile(f"{HAN.pattern}|[A-Za-z\u00c0-\u024f]")
_KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30fa]")
_WORD = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+")


def foreign(text: str) -> bool:
    """Whether a text is in another language than English and Chinese, as far as its beginning tells.

    By the share of Han and Latin letters, by kana, and among Latin letters by small words and marked letters. Dutch
    or Indonesian, which have neither, is taken for English.
    """
    text = text[:SEEN]
    letters, own = len(_LETTER.findall(text)), len(_OWN.findall(text))
    if own < OURS * letters or not own:
        return True
    kana, han = len(_KANA.findall(text)), len(HAN.findall(text))
    if kana + han >= len(LATIN.findall(text)):
        return kana >= KANA * (kana + han)
    words = _WORD.findall(text)
    marked = sum(not word.isascii() for word in words)
    code = latin(words)
    return marked > MARKED * len(words) if code is None else code != "en"
