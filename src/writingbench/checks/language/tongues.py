"""Which language a passage is written in: by its script, and among languages in Latin letters by their small words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

NAMES: Mapping[str, tuple[str, str]] = {
    "en": ("English", "英文"),
    "zh": ("Chinese", "中文"),
    "ja": ("Japanese", "日文"),
    "ko": ("Korean", "韩文"),
    "ru": ("Russian", "俄文"),
    "ar": ("Arabic", "阿拉伯文"),
    "th": ("Thai", "泰文"),
    "hi": ("Hindi", "印地文"),
    "es": ("Spanish", "西班牙文"),
    "fr": ("French", "法文"),
    "de": ("German", "德文"),
    "pt": ("Portuguese", "葡萄牙文"),
    "it": ("Italian", "意大利文"),
}
"""What a language is called in English and in Chinese, by its code."""

LATIN = r"A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
SCRIPTS: Mapping[str, str] = {
    "zh": r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f",
    "ja": r"\u3041-\u3096\u30a1-\u30fa",
    "ko": r"\uac00-\ud7a3",
    "ru": r"\u0400-\u052f",
    "ar": r"\u0620-\u064a\u066e-\u06d3",
    "th": r"\u0e01-\u0e3a\u0e40-\u0e4e",
    "hi": r"\u0904-\u0939\u093c-\u094d",
}
_RUNS = {code: re.compile(f"[{letters}]+") for code, letters in SCRIPTS.items()}
_RARE = re.compile("[" + "".join(letters for code, letters in SCRIPTS.items() if code != "zh") + "]")
_SPACED = ("ru", "ar", "hi")  # a run is a word
_WORDS = re.compile(f"[{LATIN}]+(?:['’-][{LATIN}]+)*")

WORD_WEIGHT = 1.5  # a word says as much as so many Chinese characters
LEAST = 9.0  # weight below which nobody can tell: six words
_THAI = 0.4  # of a letter: Thai writes no spaces
_OF_TEXT = 0.6  # the share that makes a language the text's language
_KANA = 0.15  # of kana among kana and Han: Japanese has more, a Chinese text about Japan less

# words that are common in one of them and no word, or a rare one, in the others
_SMALL: Mapping[str, frozenset[str]] = {
    "en": frozenset(
        "the and of to in is was that it for with as on his her be at by this had not are but from they you or an which"
        " she were their there been has would what will about into them when who my"
        " your we our he have i".split()
    ),
    "es": frozenset(
        "el los las una y que en por con para es del se lo su pero más como fue este"
        " esta muy sin sobre entre cuando".split()
    ),
    "fr": frozenset(
        "le les des une et est dans qui pour que sur pas avec ce cette au aux du par plus"
        " sont ses elle nous vous mais".split()
    ),
    "de": frozenset(
        "der die das und ist nicht ein eine den dem mit zu auf für von sich im auch es sie"
        " wir ich war wie aber einen".split()
    ),
    "pt": frozenset(
        "o os uma e que em por com para é do da dos das não se ao mais como foi seu sua mas muito nos pelo pela".split()
    ),
    "it": frozenset(
        "il gli una e che di per con è del della dei nel non si più come sono anche suo"
        " ma alla dal questo questa lo".split()
    ),
}
_SMALL_SHARE = 0.12  # of words that are small ones of the language; in running text it is 0.2 to 0.5


def weights(text: str) -> dict[str, float]:
    """How much of the text is in each language, in Chinese characters' worth; Latin letters are "latin"."""
    found = {
        code: float(len(runs)) * WORD_WEIGHT
        if code in _SPACED
        else sum(map(len, runs)) * (_THAI if code == "th" else 1)
        for code, pattern in (_RUNS if _RARE.search(text) else {"zh": _RUNS["zh"]}).items()
        if (runs := pattern.findall(text))
    }
    if words := len(_WORDS.findall(text)):
        found["latin"] = words * WORD_WEIGHT
    if (kana := found.get("ja", 0)) and kana >= _KANA * (kana + found.get("zh", 0)):
        found["ja"] = kana + found.pop("zh", 0)
    return found


def tongue(text: str, least: float = LEAST) -> str | None:
    """The language that the text is in; None where it is too short, or mixed, or none that is known here."""
    shares = weights(text)
    whole = sum(shares.values())
    if whole < least:
        return None
    code, most = max(shares.items(), key=lambda item: item[1])
    if most < _OF_TEXT * whole:
        return None
    return latin(_WORDS.findall(text)) if code == "latin" else code


def latin(words: Iterable[str]) -> str | None:
    """Which of the languages in Latin letters the words are from."""
    counts = Counter(map(str.lower, words))
    small = {code: sum(counts[word] for word in common) for code, common in _SMALL.items()}
    best, second = sorted(small, key=lambda code: -small[code])[:2]
    sure = small[best] >= _SMALL_SHARE * counts.total() and small[best] >= 2 and small[best] > 1.3 * small[second]
    return best if sure else None
