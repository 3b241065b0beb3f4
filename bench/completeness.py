"""Measure the check of completeness: plant each lack into whole texts, and look at what is found in texts as they are.

    python bench/completeness.py           what docs/checks/completeness.md shows, about two minutes
    python bench/completeness.py --show    every planted lack that was missed, and every finding nobody has judged

Whole texts: 60 English responses of judge-scores and 60 Chinese ones of human-scores, drawn with a seed; those that
are not whole when read were taken out (UNCLEAN). The findings on all 4,760 responses as they are were read one by one:
READ holds their keys, WRONG those of the wrong ones. What comes with a change of the check is "not judged".
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Callable, Set
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from time import process_time

from writingbench.benchmark.language import language_of
from writingbench.checks import completeness
from writingbench.checks.passages import paragraphs, sentences
from writingbench.records import Answer, Finding, Language, Query

DATA = Path(__file__).parents[2] / "shared/data"
SETS: dict[Language, tuple[str, str]] = {"en": ("judge-scores", "judgements"), "zh": ("human-scores", "responses")}
LEAST = {"en": 1500, "zh": 500}  # characters of a text that something is planted into
DRAWN = 60
UNCLEAN = {"en": {3, 18, 19, 30, 43}, "zh": {27, 39, 42, 49, 51, 57}}  # places in the draw with seed 0


@dataclass(frozen=True, slots=True)
class Text:
    """One response of the data, and the query that it answers."""

    name: str  # the end of the query's id, and the writer
    query: Query
    response: str


def query_of(text: str, language: Language | None = None) -> Query:
    """A query with nothing but its text."""
    return Query(index=1, domain1="", domain2="", language=language or language_of(text), text=text, criteria=())


def texts(language: Language) -> list[Text]:
    """All responses of the language's data set, in the order of the file."""
    folder, name = SETS[language]
    lines = (DATA / folder / "queries.jsonl").read_text("utf-8").strip().split("\n")  # a text may hold other breaks
    queries = {row["id"]: query_of(row["query"], language) for row in map(json.loads, lines)}
    rows = map(json.loads, (DATA / folder / f"{name}.jsonl").read_text("utf-8").strip().split("\n"))
    return [Text(f"{row['id'][-8:]}/{row['model']}", queries[row["id"]], row["response"]) for row in rows]


def whole(language: Language, seed: int = 0) -> list[Text]:
    """The drawn texts that are whole; with another seed than 0 nobody has read them."""
    long = [text for text in texts(language) if len(text.response) >= LEAST[language]]
    drawn = random.Random(seed).sample(long, DRAWN)
    return [text for at, text in enumerate(drawn) if seed or at not in UNCLEAN[language]]


# what is planted; each takes a text and a source of chance, and gives the spoiled text

LATER = {
    "en": (
        "To be continued...",
        "[To be continued in the next part]",
        "I'll continue with the remaining sections in my next message.",
        "Would you like me to continue?",
        "Due to length constraints, I have stopped here.",
        "Let me know if you would like me to write the rest!",
        'I will stop here for now; just say "continue" and I will write on.',
        "(Continued below)",
        "This is the first half; shall I go on with the second?",
        "The response was getting too long, so the remaining chapters will follow in the next reply.",
    ),
    "zh": (
        "（未完待续）",
        "未完待续……",
        "由于篇幅限制，后面的内容将在下一条回复中继续。",
        "需要我继续写下去吗？",
        "如需后续内容，请回复“继续”。",
        "篇幅有限，先写到这里，后面的部分您需要时我再补上。",
        "接下来我会在下一次回答中继续完成剩余部分。",
        "（下接第二部分）",
        "以上为前半部分，是否需要我把后半部分也写出来？",
        "受字数限制，本次只写到这里。",
    ),
}
LEFT_OUT = {
    "en": (
        "[Continue in the same way for the remaining sections]",
        "[Insert two more examples here]",
        "(The rest of the essay follows the same structure.)",
        "[Rest of the story omitted for brevity]",
        "... (and so on for the other chapters)",
        "[Add more detail about the characters]",
        "[Body paragraph 3 goes here]",
        "(Similar content for points 4-6)",
    ),
    "zh": (
        "（此处省略）",
        "（以下内容略）",
        "其余部分类似，不再赘述。",
        "（中间部分省略）",
        "【此处插入具体案例】",
        "其他章节与上文类似，略。",
        "（后续情节以此类推）",
        "【此处可展开描写】",
    ),
}
UNSEEN = {  # words that came after the patterns, for each of the three ways
    "later": {
        "en": (
            "Stay tuned for the second half!",
            "That covers the first portion; the rest is coming in my following message.",
            "I can keep going with the next chapters if you wish.",
            "[To be continued]",
        ),
        "zh": (
            "后续内容我稍后再为您补充完整。",
            "因输出长度限制，剩余章节请见下一条消息。",
            "如果您需要，我可以接着写后面的章节。",
            "（待续）",
        ),
    },
    "left_out": {
        "en": (
            "[Several paragraphs omitted]",
            "(continue developing this argument with two more examples)",
            "[The rest of this section would cover the costs]",
            "[Your analysis here]",
        ),
        "zh": ("（篇幅关系，此处从略）", "【此处补充两个实例】", "（后面几段写法同上）", "……（中间情节略）……"),
    },
    "refusal": {
        "en": (
            "I'm sorry, but I won't be able to help you write this.",
            "I can't write this one for you.",
            "Sorry, that is not something I can produce.",
            "I'm afraid I can't comply with this request.",
        ),
        "zh": (
            "抱歉，我暂时无法回答这个问题。",
            "这个内容不太合适，我不能写。",
            "我是一个AI助手，不能撰写这类内容。",
            "很遗憾，我无法协助您完成此项任务。",
        ),
    },
}
REFUSALS = {
    "en": (
        "I'm sorry, but I can't help with that.",
        "I cannot fulfill this request.",
        "I apologize, but I'm not able to write this kind of content.",
        "As an AI language model, I cannot create such a text.",
        "Sorry, I can't assist with that request.",
        "I'm unable to provide this content because it may violate guidelines.",
        "Unfortunately, I won't be able to write this for you.",
        "I must decline this request.",
    ),
    "zh": (
        "抱歉，我无法满足您的这个请求。",
        "很抱歉，我不能提供这方面的内容。",
        "作为一个人工智能语言模型，我无法完成这项写作。",
        "对不起，我不能帮您写这篇文章。",
        "非常抱歉，这个话题我无法回答。",
        "您好，您的请求违反了相关规定，我无法为您生成内容。",
        "我没有办法完成这个要求。",
        "不好意思，这个我帮不了您。",
    ),
}


def cut(text: str, chance: random.Random) -> str:
    """In the midst of a sentence, between 40 and 95 % of the text; English between words."""
    spans = [
        span for span in sentences(text) if span[1] - span[0] > 12 and 0.4 * len(text) < span[0] < 0.95 * len(text)
    ]
    if not spans:
        return ""
    start, end = chance.choice(spans)
    at = chance.randrange(start + 4, end - 3)
    if language_of(text) == "en":
        at = text.rfind(" ", start, at) if text.rfind(" ", start, at) > start else at
    return text[:at]


def without_last_third(text: str, chance: random.Random) -> str:
    """At the end of a paragraph: a reader sees that nothing has come to an end, but every sentence is whole."""
    ends = [end for _, end in paragraphs(text) if 0.6 * len(text) < end < 0.75 * len(text)]
    return text[: chance.choice(ends)] if ends else ""


def outline(text: str, chance: random.Random) -> str:
    """The first words of each sentence, as points under headings."""
    lines, rest = [], [text[start:end] for start, end in sentences(text)][:24]
    for at, sentence in enumerate(rest):
        if at % 4 == 0:
            lines.append(f"## {at // 4 + 1}. {sentence[:14]}")
        else:
            head = sentence[:14] if language_of(text) == "zh" else " ".join(sentence.split()[:6])
            lines.append(f"- {head.strip('，。,.# *-')}")
    return "\n".join(lines)


def _phrase(phrases: dict[Language, tuple[str, ...]], place: str) -> Callable[[str, random.Random], str]:
    def plant(text: str, chance: random.Random) -> str:
        phrase = chance.choice(phrases[language_of(text)])
        if place == "end":
            return f"{text.rstrip()}\n\n{phrase}"
        if place == "instead":
            return phrase
        if place == "front":
            return f"{phrase}\n\n{text.lstrip()}"
        spans = paragraphs(text)
        if len(spans) < 4:
            return ""
        start, end = spans[chance.randrange(2, len(spans) - 1)]
        return text[:start] + phrase + text[end:]

    return plant


def fewer_points(text: str, chance: random.Random) -> str:
    """Five points are announced, three are there."""
    parts = [text[start:end] for start, end in sentences(text) if end - start > 20][:9]
    if len(parts) < 9:
        return ""
    head = "The following five points deserve attention:" if language_of(text) == "en" else "主要有以下五个方面："
    marks = ("1. ", "2. ", "3. ") if language_of(text) == "en" or chance.random() < 0.5 else ("一、", "二、", "三、")
    points = [f"{mark}{parts[at]}" for at, mark in enumerate(marks)]
    return "\n".join([*parts[3:6], head, *points, *parts[6:]])


def part_of(text: str, chance: random.Random) -> str:
    """The heading of the first of several parts."""
    english = ("# Part 1 of 3", "## Chapter 1", "**Part One**", "Chapter One: The Beginning")
    chinese = ("# 第一部分（共三部分）", "## 第一章", "**第一回**", "第一章：开端")
    return chance.choice(english if language_of(text) == "en" else chinese) + "\n\n" + text


def contents(text: str, chance: random.Random) -> str:
    """A table of contents with five chapters, of which four follow."""
    spans = paragraphs(text)
    if len(spans) < 8:
        return ""
    english = language_of(text) == "en"
    titles = (
        ("Origins", "First Signs", "The Turning Point", "Consequences", "Outlook")
        if english
        else ("缘起", "初现", "转折", "余波", "展望")
    )
    marks = [f"Chapter {at}: " if english else f"第{'一二三四五'[at - 1]}章 " for at in range(1, 6)]
    listed = [f"{mark}{title}" for mark, title in zip(marks, titles, strict=True)]
    size = len(spans) // 4
    body = []
    for at in range(4):
        body += [f"## {listed[at]}", *(text[start:end] for start, end in spans[at * size : (at + 1) * size])]
    return "\n\n".join(["## Table of Contents" if english else "## 目录", "\n".join(listed), *body])


@dataclass(frozen=True, slots=True)
class Plant:
    """A way of spoiling a text, and the kinds of findings that name what was done."""

    name: str
    spoil: Callable[[str, random.Random], str]
    kinds: frozenset[str]
    request: str = ""  # put in the query's place, by language of the text, where the query's own would allow the lack


_ENDS = frozenset({"mid_sentence", "open_quotation", "open_code", "open_json", "bare_heading", "announced_nothing"})
PLAIN = {"en": "Write an essay on a rainy day.", "zh": "写一篇关于雨天的文章。"}
PLANTS = (
    Plant("cut in the middle of a sentence", cut, _ENDS),
    Plant("the last third left out, sentences whole", without_last_third, _ENDS),
    Plant("an outline instead of the text", outline, frozenset({"sketch"}), "plain"),
    Plant("put off, at the end", _phrase(LATER, "end"), frozenset({"to_be_continued", "next_message"}), "plain"),
    Plant(
        "the same in other words",
        _phrase(UNSEEN["later"], "end"),
        frozenset({"to_be_continued", "next_message"}),
        "plain",
    ),
    Plant("left out, in the middle", _phrase(LEFT_OUT, "middle"), frozenset({"left_out", "insert"}), "plain"),
    Plant("the same in other words", _phrase(UNSEEN["left_out"], "middle"), frozenset({"left_out", "insert"}), "plain"),
    Plant("five points announced, three there", fewer_points, frozenset({"fewer_points"})),
    Plant("the first of several parts", part_of, frozenset({"part_of", "first_part_only"}), "plain"),
    Plant("a chapter of the contents not there", contents, frozenset({"missing_chapters"})),
    Plant("a refusal in front", _phrase(REFUSALS, "front"), frozenset({"refusal"})),
    Plant("a refusal instead", _phrase(REFUSALS, "instead"), frozenset({"refusal"})),
    Plant("the same in other words", _phrase(UNSEEN["refusal"], "instead"), frozenset({"refusal"})),
)


def planted(seed: int, show: bool) -> None:
    """How many of the planted lacks are found."""
    clean: dict[Language, list[Text]] = {"en": whole("en", seed), "zh": whole("zh", seed)}
    print(f"{len(clean['en'])} English and {len(clean['zh'])} Chinese texts\n")
    print("| planted | English | Chinese |\n|---|--:|--:|")
    for plant in PLANTS:
        cells = []
        for language, group in clean.items():
            found = tried = 0
            for text in group:
                spoiled = plant.spoil(text.response, random.Random(f"{seed}{text.name}"))
                if not spoiled:
                    continue
                query = query_of(PLAIN[language]) if plant.request else text.query
                kinds = {finding.kind for finding in completeness.check(query, Answer(text=spoiled))}
                tried += 1
                found += bool(kinds & plant.kinds)
                if show and not kinds & plant.kinds:
                    print(f"missed {plant.name} | {text.name} | {spoiled[-90:]!r}")
            cells.append(f"{found} of {tried}")
        print(f"| {plant.name} | {cells[0]} | {cells[1]} |")


def key(text: Text, finding: Finding) -> str:
    """A short name for a finding, without its words."""
    passage = text.response[slice(*finding.span)]
    digest = blake2b(f"{text.name}{finding.kind}{passage}".encode("utf-8", "replace"), digest_size=3).hexdigest()
    return digest


def as_they_are(
    check: Callable[[Query, Answer], list[Finding]], read: Set[str], wrong: Set[str], show: bool
) -> dict[str, set[str]]:
    """Print the precision of a check on all responses as they are; the kinds that were found, by text."""
    judged: Counter[tuple[str, str]] = Counter()
    found: dict[str, set[str]] = {}
    spent, count = 0.0, 0
    for language in SETS:
        for text in texts(language):
            begun = process_time()
            findings = check(text.query, Answer(text=text.response))
            spent, count = spent + process_time() - begun, count + 1
            found[text.name] = {finding.kind for finding in findings}
            for finding in findings:
                name = key(text, finding)
                verdict = "wrong" if name in wrong else "right" if name in read else "not judged"
                judged[finding.kind, verdict] += 1
                if show and verdict != "right":
                    before, after = text.response[: finding.span[0]][-40:], text.response[finding.span[1] :][:20]
                    passage = text.response[slice(*finding.span)][-120:]
                    print(f"{verdict} {name} {finding.kind} {text.name} {before!r} >>{passage!r}<< {after!r}")
    print(f"\n{count:,} responses as they are, {spent / count * 1000:.1f} ms each\n")
    print("| found | right | wrong | not judged |\n|---|--:|--:|--:|")
    kinds = sorted({kind for kind, _ in judged})
    verdicts = ("right", "wrong", "not judged")
    for kind in kinds:
        print(f"| {kind} | " + " | ".join(str(judged[kind, verdict]) for verdict in verdicts) + " |")
    print("| all | " + " | ".join(str(sum(judged[kind, verdict] for kind in kinds)) for verdict in verdicts) + " |")
    return found


READ = """
6213b5 30b864 09be88 65d80f 8a37e9 409c04 4d95a0 d7a066 286498 5f7547 bd376f 20f55b 0ffac9 1ea570 03e49d
7436e8 f2eefd 6955dd 7f1223 8a48ef 09acf4 b6e610 bf4e99 a75f99 31a2ad dcdb1b cfff76 a211f5 c3d040 33d99c
c712f0 43af4f 9cd45e 6fd30b 62e863 c755c2 eb6616 69a58e fbe353 29d0a9 c1bea9 098c7a bf27d7 f58cc5 072575
a9b6fe 53dd98 d5f9cf c9d074 7c5e6b 94d0d7 1d4e01 a3a2d7 e76440 80d338 8847dd ffd877 98c161 1082fd 11b500
b237a4 c99a54 637b07 116439 075296 2d8278 be966e 775ba4 01ca3d c10fe3 a59950 fe34b4 b667e3 725319 3d8b6d
dcc641 8c144b b056f5 e9579d ff357b cce992 817003 c403ee 05b4b9 a0d9cf ddc6f1 700fb7 3bd237 862e5b 9e3c19
3868b8 9a0727 25a8eb 810479 b789f1 c86b4e 3ee5ca 6bff56 49d16b aff9eb 217712 b8e3e0 3262eb e96f0d 95b69a
9a81ee cae263 35879b fdc579 c62c62 c71e01 46055e a1b998 6403a4 8feeea 52cdfb 4efde1 1983c6 4f378d a8d37e
e78471 117e59 b407e1 925e04 fb4568 d05404 f67834 e54797 349995 47c541 0463d7 0d2f0d 18c0be befaca 2dce1c
ffa0c7 4a88b6 97707e 422b92 bf0020 e39c51 406ea5
"""
WRONG = frozenset("c403ee ffa0c7".split())
# cut off in the middle of a sentence, and not found: read among all responses whose last line has no closing mark
NOT_CUT = frozenset({"tion_010/suri_7b"})
MISSED = frozenset("tion_075/glm4_api tion_076/glm4_api tion_087/glm4_api".split())


def main() -> None:
    """Do what is asked."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--show", action="store_true")
    chosen = options.parse_args()
    if not DATA.is_dir():
        print(f"needs the responses of judge-scores and human-scores in {DATA}")
        return
    planted(chosen.seed, chosen.show)
    found = as_they_are(completeness.check, frozenset(READ.split()), WRONG, chosen.show)
    cut_off = {name for name, kinds in found.items() if "mid_sentence" in kinds} - NOT_CUT
    print(f"\nreally cut off in the middle of a sentence: {len(cut_off | MISSED)}, found {len(cut_off - MISSED)}")


if __name__ == "__main__":
    main()
