"""Measure the check of language: plant foreign words, passages and texts, and look at findings in texts as they are.

    python bench/language_check.py           what docs/checks/language.md shows, about two minutes
    python bench/language_check.py --demands the requests of the data that demand a language, in their words
    python bench/language_check.py --show    every planted thing that was missed, and every finding nobody has judged

The texts are those of bench/completeness.py. What is planted comes from responses in the other language, drawn with a
seed; material comes from official queries in the other language.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Callable
from itertools import pairwise

from completeness import DATA, PLAIN, Text, as_they_are, query_of, whole
from writingbench.checks import language
from writingbench.checks.language.asked import asked
from writingbench.checks.language.tongues import SCRIPTS, tongue
from writingbench.checks.material import split
from writingbench.checks.passages import HAN, WORD, paragraphs, sentences
from writingbench.records import Answer, Language, Query

OTHER: dict[Language, Language] = {"en": "zh", "zh": "en"}
OTHER_SCRIPTS = ("однако", "возможность", "ความสุข", "ประเทศ", "الحياة", "المدينة", "사랑", "그러나", "समय", "しかし")
CHINESE = "研究 发展 影响 重要 可能 情况 突然 沉默 温柔 记忆 复杂 提供 传统 社会 经验 黑暗 希望 关系 改变 安静".split()
ENGLISH = (
    "important influence society however darkness memory suddenly provide tradition experience silence relationship"
    " gentle quickly although because possible development careful different"
).split()
DEMANDS = {  # what is added to a request, and the language that it asks for
    "en": (
        "请用英文写作。",
        "请用英语撰写全文。",
        "Please write in English.",
        "The response should be in English.",
        "全文请翻译成英文。",
        "语言：英文。",
        "要求写成一篇英文文章。",
        "Write an English essay.",
    ),
    "zh": (
        "Please write it in Chinese.",
        "请用中文写。",
        "Answer in Chinese only.",
        "Translate the result into Chinese.",
        "请使用简体中文撰写。",
        "Language: Chinese",
        "Please provide the text in Mandarin Chinese.",
        "写一篇中文文章。",
    ),
}


def between(text: str, chance: random.Random) -> int:
    """A place between two sentences of a paragraph, in the inner part of the text; 0 where there is none."""
    found = sentences(text)
    inner = [
        end
        for (_, end), (start, _) in pairwise(found)
        if 0.1 * len(text) < end < 0.9 * len(text) and "\n" not in text[end:start] and text[end - 1] in "。.!?！？"
    ]
    return chance.choice(inner) if inner else 0


def amid(text: str, chance: random.Random) -> int:
    """A place between two words, or between two Chinese characters, in the inner part of the text."""
    inside = rf"(?<=[{SCRIPTS['zh']}])(?=[{SCRIPTS['zh']}])|(?<=[a-z] )(?=[a-z])"
    places = [match.start() for match in re.finditer(inside, text) if 0.1 * len(text) < match.start() < 0.9 * len(text)]
    return chance.choice(places) if places else 0


def sentence(text: str, other: str, chance: random.Random) -> str:
    """A sentence of the other text between two sentences."""
    at = between(text, chance)
    long = [
        other[start:end]
        for start, end in sentences(other)
        if 30 < end - start < 200 and tongue(other[start:end]) and other[start] not in '#*-“"（('
    ]
    return f"{text[:at]} {chance.choice(long)} {text[at:].lstrip(' ')}" if at and long else ""


def paragraph(text: str, other: str, chance: random.Random) -> str:
    """A paragraph of the other text between two paragraphs."""
    ends = [end for _, end in paragraphs(text)][1:-1]
    long = [other[start:end] for start, end in paragraphs(other) if end - start > 150 and other[start] not in '#*-|"“']
    if not ends or not long:
        return ""
    at = chance.choice(ends)
    return f"{text[:at]}\n\n{chance.choice(long)}\n\n{text[at:].lstrip()}"


def word(text: str, other: str, chance: random.Random) -> str:
    """A word of the other language between two words."""
    at = amid(text, chance)
    if not at:
        return ""
    return f"{text[:at]}{chance.choice(ENGLISH if HAN.match(text[at]) else CHINESE)} {text[at:]}"


def script(text: str, other: str, chance: random.Random) -> str:
    """A word of a third language."""
    at = amid(text, chance)
    return f"{text[:at]}{chance.choice(OTHER_SCRIPTS)} {text[at:]}" if at else ""


PLANTS: tuple[tuple[str, Callable[[str, str, random.Random], str], frozenset[str]], ...] = (
    ("a foreign sentence", sentence, frozenset({"switch"})),
    ("a foreign paragraph", paragraph, frozenset({"switch"})),
    ("a word of the other language", word, frozenset({"stray"})),
    ("a word of a third language", script, frozenset({"stray"})),
    ("another language's text instead", lambda text, other, chance: other, frozenset({"other_than_request"})),
)


def kinds(query: Query, response: str) -> set[str]:
    return {finding.kind for finding in language.check(query, Answer(text=response))}


def materials(of: Language) -> list[str]:
    """Long material of official queries in a language."""
    lines = (DATA / "official/benchmark_all.jsonl").read_text("utf-8").strip().split("\n")
    found = (split(json.loads(line)["query"]).material_text for line in lines)
    return [material for material in found if len(material) > 1500 and tongue(material) == of]


def copied(text: str, material: str, chance: random.Random) -> tuple[Query, str]:
    """A request with material in the other language, and a response with a piece of it as a paragraph."""
    zh = tongue(text) == "zh"
    ask = (
        "请根据以下材料写一篇文章。参考资料：\n" if zh else "Please write an article based on the following material:\n"
    )
    long = [
        material[start:end]
        for start, end in sentences(material)
        if (len(WORD.findall(material[start:end])) >= 14 if zh else len(HAN.findall(material[start:end])) >= 24)
    ]
    ends = [end for _, end in paragraphs(text)][1:-1]
    if not long or not ends:
        return query_of(ask), ""
    at = chance.choice(ends)
    query = query_of(ask + material, "zh" if zh else "en")
    return query, f"{text[:at]}\n\n{chance.choice(long)}\n\n{text[at:].lstrip()}"


def planted(seed: int, show: bool) -> None:
    """How many of the planted things are found."""
    clean: dict[Language, list[Text]] = {"en": whole("en", seed), "zh": whole("zh", seed)}
    print(f"{len(clean['en'])} English and {len(clean['zh'])} Chinese texts\n")
    print("| planted | in English | in Chinese |\n|---|--:|--:|")

    def row(name: str, tries: Callable[[Language, Text, random.Random], bool | None]) -> None:
        cells = []
        for one, group in clean.items():
            outcomes = [tries(one, text, random.Random(f"{seed}{name}{text.name}")) for text in group]
            cells.append(f"{outcomes.count(True)} of {len(outcomes) - outcomes.count(None)}")
            if show:
                print(
                    f"missed {name}:",
                    [text.name for text, outcome in zip(group, outcomes, strict=True) if outcome is False],
                )
        print(f"| {name} | {cells[0]} | {cells[1]} |")

    for name, spoil, wanted in PLANTS:

        def tries(
            one: Language,
            text: Text,
            chance: random.Random,
            spoil: Callable[[str, str, random.Random], str] = spoil,
            wanted: frozenset[str] = wanted,
        ) -> bool | None:
            other = chance.choice(clean[OTHER[one]]).response
            spoiled = spoil(text.response, other, chance)
            return bool(kinds(query_of(PLAIN[one]), spoiled) & wanted) if spoiled else None

        row(name, tries)

    found = {one: materials(OTHER[one]) for one in clean}

    def from_material(one: Language, text: Text, chance: random.Random) -> bool | None:
        query, spoiled = copied(text.response, chance.choice(found[one]), chance)
        return "untranslated" in kinds(query, spoiled) if spoiled else None

    def demanded(of: Callable[[Language], Language], kind: str) -> Callable[[Language, Text, random.Random], bool]:
        def tries(one: Language, text: Text, chance: random.Random) -> bool:
            request = f"{PLAIN[of(one)] if chance.random() < 0.5 else PLAIN[one]} {chance.choice(DEMANDS[of(one)])}"
            return kind in kinds(query_of(request), text.response)

        return tries

    row("a sentence of the material", from_material)
    row("the other language demanded", demanded(lambda one: OTHER[one], "other_than_asked"))
    row("its own language demanded: met", demanded(lambda one: one, "asked"))


def demands() -> None:
    """The requests that demand a language."""
    files = (
        "official/benchmark_all",
        "human-scores/queries",
        "judge-scores/queries",
        "longbench-write/longbench_write",
    )
    count, found = 0, []
    for name in files:
        for line in (DATA / f"{name}.jsonl").read_text("utf-8").strip().split("\n"):
            row = json.loads(line)
            wanted = asked(split(row.get("query") or row["prompt"]).request_text)
            count += 1
            if wanted.demanded:
                found.append(f"{'+'.join(wanted.demanded)}: {wanted.demand}")
    print(f"{len(found)} of {count:,} requests demand a language", *found, sep="\n")


READ = """
9a340f 11ba41 3f354c cb6124 68f478 6b1721 1fa393 c0b90f cfb47d e9c120 6b397e 1b9712 7c78b1 0d7dfa c01536
cc1e08 062bc2 f6a6a3 b0858e c8ce9d 91ef0e 7fa2d7 a9809a 964608 86f40a 1e3dba d26e02 ac8d90 ce3966 bd7a4b
b342a3 6d905e fa6e92 717ece 946204 e6de7d 8cf91a 995463 be9423 e30ca3 51bcbf 4b39ef 75be4b d46355 aeba3d
e204a3 943f58 176cb3 611794 77c428 72cce3 7d7077 fa478b 7517b9 51ddc5 1a6ab6 04e7ef e8a6cc aa436d 4c4b97
c51da3 58a408 0c36c5 31ba7c edc5d0 0aab00 5fb813 fac5ef 976fb4 7e3493 9c8931 08f2b7 96cc59 2f45ce d02d84
8346b1 517657 41b55d 62344e d6bc7a c7aec4 791074 5b410b afdee8 aff85e b9c08a 7d8c02 708753 1d18b9 ac8372
b00994 12d60f 32f9e9 df9c84 d47943 f66b40 7087f0 2590e4 e74e9d d70be2 13c810 a2faff 5025a5 782da2 fbc6c8
778011 7b1e96 be4133 1e4e49 213506 0ba6ca 589c2e 9af385 57da8c 5ea54b f855f7 3466af 1bad78 d67463 7ae369
da6ea5 fe96ee 095ded 48f002 2ef194 7ee2ca d4fea8 39cbec e1789c e0f595
"""
WRONG = frozenset("7d8c02 2590e4 f855f7 39cbec".split())


def main() -> None:
    """Do what is asked."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--show", action="store_true")
    options.add_argument("--demands", action="store_true")
    chosen = options.parse_args()
    if not DATA.is_dir():
        print(f"needs the responses of judge-scores and human-scores and the official queries in {DATA}")
        return
    if chosen.demands:
        demands()
        return
    planted(chosen.seed, chosen.show)
    as_they_are(language.check, frozenset(READ.split()), WRONG, chosen.show)


if __name__ == "__main__":
    main()
