"""The check for repetition: what it finds, and above all what it leaves alone."""

from __future__ import annotations

import json
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from writingbench.checks import say
from writingbench.checks.repetition import check, joined
from writingbench.checks.repetition.folded import Folded
from writingbench.checks.repetition.repeats import alike
from writingbench.records import Answer, Finding, Query

SHARED = Path(__file__).parents[2] / "shared/data"

ENGLISH = [
    "The harbour lay quiet under a thin layer of fog that nobody in the town had expected so late in spring.",
    "Old Marta counted her nets twice, because a missing one meant a week without fish on the table.",
    "Down by the warehouse two boys argued about the price of a bicycle that neither of them could afford.",
    "A letter had come from the capital in the morning, and the postman would not say who had sent it.",
    "By noon the whole street had a theory, and by evening every theory had at least two enemies.",
    "Nobody thought of asking the schoolteacher, who had read the seal before she burned the envelope.",
]
CHINESE = [
    "清晨的雾气还没有散去，码头上的工人已经开始搬运昨夜到港的货物。",
    "老周把账本摊在膝盖上，一笔一笔地核对，生怕漏掉了哪一家欠下的米钱。",
    "隔壁的孩子们趴在窗台上，争论着天边那道光究竟是船灯还是星星。",
    "县里来的信使在茶馆坐了半日，只喝茶不说话，弄得满屋子人心里发慌。",
    "等到傍晚，整条街都有了自己的说法，而每一种说法至少有两个人反对。",
    "没有人想到去问教书的沈先生，她在烧掉信封之前早已看清了火漆上的印。",
]


def ask(text: str, request: str = "Write a long story about a harbour.") -> list[Finding]:
    query = Query(index=1, domain1="", domain2="", language="en", text=request, criteria=())
    return check(query, Answer(text=text))


def kinds(text: str, request: str = "Write a long story about a harbour.") -> list[str]:
    return [one.kind for one in ask(text, request)]


@contextmanager
def patience(seconds: int) -> Iterator[None]:
    def give_up(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("sentences", [ENGLISH, CHINESE])
def test_a_text_that_repeats_nothing_has_no_findings(sentences: list[str]) -> None:
    assert ask(" ".join(sentences)) == []
    assert ask("\n\n".join(sentences)) == []


@pytest.mark.parametrize(
    ("sentences", "unit"),
    [
        (ENGLISH, "She looked at the sea and the sea looked back at her. "),
        (CHINESE, "她望着大海，大海也默默地望着她。"),
    ],
)
def test_a_sentence_that_goes_round_is_one_loop_with_its_passage_times_and_share(
    sentences: list[str], unit: str
) -> None:
    head, tail = "\n".join(sentences[:3]) + "\n", "\n".join(sentences[3:])
    text = head + unit * 7 + "\n" + tail
    (found,) = ask(text)
    assert (found.kind, found.verdict, found.counted) == ("loop", "found", 7)
    assert text[slice(*found.span)].strip(" .。") == (unit * 7).strip(" .。")
    assert found.facts["share"] == pytest.approx(6 * len(unit) / len(text), abs=0.01)
    assert str(found.facts["what"]) in unit.strip()


def test_a_loop_may_change_its_number_in_digits_and_in_words_of_both_languages() -> None:
    assert kinds(" ".join(f"Step {number}: open the valve and wait until it is warm." for number in range(1, 9))) == [
        "counter"
    ]
    assert kinds("".join(f"第{number}步：打开阀门，然后一直等到水完全变热为止。" for number in "一二三四五六七八")) == [
        "counter"
    ]
    words = "one two three four five six seven eight".split()
    assert kinds(" ".join(f"Number {word} came in and took off his heavy coat." for word in words)) == ["counter"]


def test_short_phrases_and_single_words_loop_too() -> None:
    assert kinds(ENGLISH[0] + " and on and on" * 40) == ["loop"]
    assert kinds(ENGLISH[0] + " word" * 80) == ["loop"]
    assert kinds(CHINESE[0] + "冲呀" * 90) == ["loop"]


def test_one_character_without_end_is_a_loop_and_a_drawn_line_is_none() -> None:
    (found,) = ask(CHINESE[0] + "！" * 400)
    assert (found.kind, found.counted, found.facts["what"]) == ("loop", 400, "！")
    assert kinds(ENGLISH[0] + "\n" + "-" * 200 + "\n" + "." * 300 + "\n" + "_" * 150) == []
    (blank,) = ask(ENGLISH[0] + " " * 5000 + ENGLISH[1])
    assert (blank.kind, blank.facts["what"]) == ("loop", "␣")
    assert kinds("N" + "o" * 300) == ["loop"]


def test_a_loop_inside_a_loop_is_one_finding() -> None:
    assert kinds("He ran and ran and ran home, then he slept until the bell woke him again. " * 9) == ["loop"]


def test_what_is_said_twice_or_a_few_times_in_a_row_for_effect_is_left_alone() -> None:
    assert kinds("No, no, no! Never, never, never. " + " ".join(ENGLISH)) == []
    assert kinds("加油！加油！加油！加油！冲啊！冲啊！哈哈哈哈哈哈哈哈" + "".join(CHINESE)) == []


@pytest.mark.parametrize("sentences", [ENGLISH, CHINESE])
def test_a_sentence_that_comes_back_is_told_with_the_paragraph_where_it_stood_first(sentences: list[str]) -> None:
    text = "\n\n".join([*sentences, sentences[5] + sentences[1]])
    text = text.replace(sentences[5] + sentences[1], "Later. 后来。" + sentences[1])
    (found,) = ask(text)
    assert (found.kind, found.counted, found.facts["place"]) == ("sentence", 2, 2)
    assert text[slice(*found.span)] == sentences[1]
    assert text.index(sentences[1]) < found.span[0]


def test_case_punctuation_and_spaces_make_no_other_sentence() -> None:
    again = ENGLISH[3].upper().replace(",", " —").replace(".", "!")
    assert kinds(" ".join([*ENGLISH, again])) == ["sentence"]


def test_a_sentence_with_another_number_is_another_sentence() -> None:
    one = "In the year {} the company sold about {} thousand bicycles to customers in the northern provinces."
    assert kinds(" ".join([one.format(2019, 40), *ENGLISH, one.format(2023, 75)])) == []


def test_a_short_line_that_comes_back_is_left_alone() -> None:
    text = "\n".join(f"{sentence}\n“是的。”她说。\n" for sentence in CHINESE) + "\n".join(
        f'{sentence}\n"Yes, I know that," she said.\n' for sentence in ENGLISH
    )
    assert kinds(text) == []


@pytest.mark.parametrize("sentences", [ENGLISH, CHINESE])
def test_a_paragraph_that_comes_back_is_one_finding_and_its_sentences_are_none(sentences: list[str]) -> None:
    first = "".join(sentences[:3])
    text = "\n\n".join([first, *sentences[3:], first])
    (found,) = ask(text)
    assert (found.kind, found.counted, found.facts["place"]) == ("paragraph", 2, 1)
    assert found.span == (len(text) - len(first), len(text))
    assert found.facts["share"] == pytest.approx(len(first) / len(text))


def test_a_paragraph_in_almost_the_same_words_is_found() -> None:
    first = " ".join(ENGLISH[:3])
    again = first.replace("quiet", "silent").replace("nobody", "no one").replace("bicycle", "boat")
    assert kinds("\n\n".join([first, *ENGLISH[3:], again])) == ["paragraph_alike"]
    first = "".join(CHINESE[:3])
    again = first.replace("清晨", "早上").replace("膝盖", "桌子").replace("星星", "月亮")
    assert kinds("\n\n".join([first, *CHINESE[3:], again])) == ["paragraph_alike"]


def test_parallel_passages_are_not_the_same() -> None:
    assert not alike(list("低剂量组每日灌胃给药一次连续十四天"), list("高剂量组每日灌胃给药一次连续十四天"), 0.8)
    one, other = (f"when {a} rises the price of bread will {b} in every town".split() for a, b in ("xs", "yt"))
    assert not alike(one, other, 0.5)
    assert alike("the old man went slowly to the sea".split(), "the old man walked slowly to the sea".split(), 0.8)
    assert not alike([], ["a"], 0.8)


def test_five_copies_are_one_finding_counted_five() -> None:
    text = "\n\n".join(f"{ENGLISH[0]}\n\n{sentence}" for sentence in ENGLISH[1:])
    (found,) = ask(text)
    assert (found.kind, found.counted) == ("sentence", 5)


def test_the_whole_is_told_where_several_passages_come_to_a_tenth() -> None:
    text = "\n\n".join([*ENGLISH, "Later.", *ENGLISH[:3]])
    findings = ask(text)
    assert findings[0].kind == "share" and findings[0].span == (0, len(text)) and findings[0].counted == 3
    assert findings[0].facts["share"] == pytest.approx(sum(map(len, ENGLISH[:3])) / len(text))
    assert [one.kind for one in findings[1:]] == ["sentence"] * 3


def test_refrains_of_songs_and_poems_are_left_alone() -> None:
    chorus = "Oh carry me over the river tonight, where the lanterns are low and the water is bright"
    song = "\n\n".join(f"[Verse]\n{sentence}\n\n[Chorus]\n{chorus}\n{chorus}" for sentence in ENGLISH[:2])
    assert "sentence" in kinds(song)
    assert kinds(song, "Write the lyrics of a song about a harbour.") == []
    chorus = "风吹过旧码头的每一盏灯火，我还在等你归来的那一叶孤舟"
    song = "\n".join(f"{sentence}\n副歌：\n{chorus}\n{chorus}" for sentence in CHINESE[:2])
    assert "sentence" in kinds(song, "写一个关于码头的故事")
    assert kinds(song, "写一首歌词，主题是码头") == []


def test_even_a_song_may_not_say_a_line_for_ever() -> None:
    assert kinds("Carry me over the river tonight, my love.\n" * 60, "Write a song.") == ["loop"]


def test_what_the_request_says_itself_is_no_repetition() -> None:
    text = "\n\n".join([ENGLISH[0], ENGLISH[1], ENGLISH[2], ENGLISH[0]])
    assert kinds(text) == ["sentence"]
    assert kinds(text, f"Continue this: {ENGLISH[0]}") == []


def test_rows_of_a_table_are_left_alone() -> None:
    rows = "\n".join("| the same long cell that says what all cells say here | not measured | none |" for _ in range(3))
    numbers = "\n".join(f"| {row} | {row * 7} | {row * 11} | {row / 3:.2f} |" for row in range(30))
    assert kinds(f"{ENGLISH[0]}\n\n{rows}\n\n{ENGLISH[1]}\n\n{numbers}") == []


def test_a_line_that_is_shown_in_bold_and_said_once_more_is_left_alone() -> None:
    assert kinds("\n\n".join([f"* **“{CHINESE[1]}”**", *CHINESE])) == []
    assert kinds("\n\n".join([*ENGLISH, f"**{ENGLISH[1]}**", f"**{ENGLISH[1]}**"])) == ["sentence"]


def test_the_numbers_of_a_list_are_no_part_of_what_is_said() -> None:
    text = "\n".join(f"{number}. {sentence}" for number, sentence in enumerate([*ENGLISH, ENGLISH[2]], 1))
    assert kinds(text) == ["sentence"]


def varied(words: int, vocabulary: int, seed: int = 0) -> str:
    drawn = random.Random(seed)
    letters = "bcdfglmnprst"
    made = [a + e + b + o + c for a in letters for b in letters for c in letters for e, o in ("ae", "io")][:vocabulary]
    return " ".join(drawn.choice(made) + ("." if number % 11 == 10 else "") for number in range(words))


def test_words_that_vary_less_and_less_are_told_with_both_shares() -> None:
    text = varied(900, 3000) + " " + varied(900, 120)
    (found,) = ask(text)
    assert found.kind == "variety" and found.span[1] == len(text) and found.span[0] > len(text) / 2
    assert float(found.facts["early"]) - float(found.facts["late"]) > 0.1
    assert ask(varied(1800, 3000)) == []
    assert ask(varied(1800, 120)) == []  # poor from the beginning is no decline
    assert ask(varied(200, 3000) + " " + varied(200, 120)) == []  # too short to say


def test_pairs_of_characters_that_vary_less_and_less_are_told() -> None:
    drawn = random.Random(0)
    characters = [chr(0x4E10 + number) for number in range(2000)]
    few = ["".join(drawn.sample(characters, 2)) for _ in range(60)]
    rich = "".join(drawn.choice(characters) + ("。" if number % 20 == 19 else "") for number in range(1500))
    poor = "".join(drawn.choice(few) + ("。" if number % 10 == 9 else "") for number in range(750))
    assert kinds(rich + poor) == ["variety"]
    assert kinds(rich + rich[::-1]) == []


def test_a_decline_that_a_loop_explains_is_not_told_twice() -> None:
    text = varied(900, 3000) + " " + "and so they went on to the next of the many small towns. " * 90
    assert kinds(text) == ["loop"]


def test_every_finding_has_its_sentence_in_both_languages() -> None:
    texts = [
        "\n\n".join([*ENGLISH, "Later.", *ENGLISH[:3]]),
        "\n\n".join([" ".join(ENGLISH[:3]), *ENGLISH[3:], " ".join(ENGLISH[:3])]),
        "\n\n".join([" ".join(ENGLISH[:3]), *ENGLISH[3:], " ".join(ENGLISH[:3]).replace("quiet", "silent")]),
        " ".join([*ENGLISH, ENGLISH[0].replace("quiet", "silent")]),
        "她望着大海，大海也默默地望着她。" * 9,
        " ".join(f"Step {number}: open the valve and wait until it is warm." for number in range(1, 9)),
        varied(900, 3000) + " " + varied(900, 120),
    ]
    findings = [one for text in texts for one in ask(text)]
    assert {one.kind for one in findings} == set(say._sentences("repetition"))
    for one in findings:
        for language in ("en", "zh"):
            assert len(say.note(one, language)) > 10  # type: ignore[arg-type]


def test_a_note_of_braces_and_halves_of_characters_can_be_written() -> None:
    unit = "{counted} \ud800 {0.__class__} goes round and round the {what} again. "
    (found,) = ask(unit * 9)
    assert "\ud800" not in say.note(found) and "{0.__class__}" in say.note(found)
    say.note(found).encode()


@pytest.mark.parametrize("text", ["", " ", "\n", "a", "。", "字", "\x00", "\ud800", "a b", "......"])
def test_hardly_any_text_has_no_findings(text: str) -> None:
    assert ask(text) == []


HOSTILE = {
    "spaces": " " * 100_000,
    "one digit": "7" * 100_000,
    "stops": "a." * 50_000,
    "commas": "1," * 50_000,
    "brackets": "(" * 100_000,
    "lines": "\n" * 100_000,
    "chapters": "第" * 100_000,
    "headings": "#" * 100_000,
    "cells": "|" * 100_000,
    "fences": "```" * 33_333,
    "quotes": "“" * 100_000,
    "halves": "\ud800" * 100_000,
    "nul": "\0" * 100_000,
    "right to left": "שלום " * 20_000,
    "emoji": "😂" * 100_000,
    "one line": "word " * 20_000,
    "growing letters": "İ" * 100_000,
    "two letters": " ".join(random.Random(1).choices("ab", k=50_000)),
    "two characters": "".join(random.Random(1).choices("甲乙", k=100_000)),
    "signs": "".join(random.Random(1).choices("a1. ,(#|\n“第一`!？", k=100_000)),
    "periods": "".join("春夏秋冬东南西北中"[: 2 + number % 7] * 4 for number in range(5000)),
    "runs": ("a" * 99 + "b" * 99) * 500,
    "paragraphs": "\n".join(" ".join(random.Random(1).choices([f"w{n}" for n in range(30)], k=40)) for _ in range(800)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hundred_kilobytes_of_anything_end_soon_and_lie_inside_the_text(name: str) -> None:
    text = HOSTILE[name]
    with patience(20):
        findings = ask(text)
    assert len(findings) <= 61
    for one in findings:
        assert 0 <= one.span[0] < one.span[1] <= len(text)
        assert 0 < float(one.facts.get("share", 1)) <= 1


def test_findings_are_few_however_much_repeats() -> None:
    text = "\n\n".join(ENGLISH[0].replace("harbour", f"harbour{chr(97 + n)}") for n in range(26)) * 2
    assert len([one for one in ask(text) if one.kind.startswith(("sentence", "paragraph"))]) <= 48


def test_folded_tokens_stand_where_their_spans_say() -> None:
    text = "Step 12: Don't STOP！第三步，İstanbul 3,629.5"
    folded = Folded(text)
    assert len(folded.raw) == len(folded.spans) == len(folded.tokens)
    assert [text[slice(*span)].lower() for span in folded.spans] == folded.raw
    assert folded.tokens == ["step", "#", "don't", "stop", "第", "#", "步", "i̇stanbul", "#"]


def test_spans_that_overlap_or_touch_are_joined() -> None:
    assert list(joined([(5, 9), (0, 2), (1, 3), (9, 10), (6, 7)])) == [(0, 3), (5, 10)]
    assert list(joined([])) == []


def test_real_responses_of_the_shared_data_are_searched_without_an_error() -> None:
    path = SHARED / "judge-scores/judgements.jsonl"
    if not path.is_file():
        pytest.skip("shared/data is not beside this checkout")
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line, _ in zip(lines, range(300), strict=False)]
    for row in rows:
        for one in ask(row["response"]):
            assert row["response"][slice(*one.span)].strip() and say.note(one, "zh")
