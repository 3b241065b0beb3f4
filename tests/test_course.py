"""Windows along a text, and what is measured in each."""

from __future__ import annotations

import math
import random
import signal
from itertools import pairwise

import pytest

from writingbench.benchmark.size import tokens
from writingbench.checks.course import Stretch, average, course, levels, windows

LINE = "The town had {} lamps along the river, and each of them was lit by hand when evening came to the quay. "
ZEILE = "这座小城沿河有{}盏灯，每到黄昏都有人提着油壶，一盏一盏地把它们点亮。"


def english(sentences: int, seed: int = 0) -> str:
    drawn = random.Random(seed)
    words = ["".join(drawn.choices("abcdefghijklmnop", k=6)) for _ in range(4000)]
    return "".join(" ".join(drawn.choices(words, k=15)) + ". " for _ in range(sentences))


def chinese(sentences: int, seed: int = 0) -> str:
    drawn = random.Random(seed)
    return "".join("".join(chr(0x4E10 + drawn.randrange(3000)) for _ in range(20)) + "。" for _ in range(sentences))


@pytest.mark.parametrize("text", [english(300), chinese(300), english(60) + chinese(80)])
def test_windows_hold_the_whole_text_and_end_at_sentences_near_multiples_of_the_size(text: str) -> None:
    spans = windows(text)
    assert spans[0][0] == 0 and spans[-1][1] == len(text.rstrip())
    for (_, end), (start, _) in pairwise(spans):
        assert text[end:start].strip() == "" and text[end - 1] in ".。"
    for number, (start, _) in enumerate(spans):
        assert abs(tokens(text[:start]) - 500 * number) <= 30


def test_what_remains_at_the_end_joins_the_last_window_unless_it_is_half_of_one() -> None:
    for sentences in range(20, 120, 3):
        sizes = [tokens(chinese(sentences)[slice(*span)]) for span in windows(chinese(sentences))]
        assert all(230 <= size <= 770 for size in sizes)


def test_a_short_text_is_one_window_and_no_text_is_none() -> None:
    assert windows("Just this.") == [(0, 10)]
    assert windows("  Just this.  \n") == [(2, 12)]
    assert windows("") == windows(" \n ") == windows(" " * 100_000) == []
    assert course("") == ()


def test_a_sentence_that_never_ends_is_cut() -> None:
    spans = windows("word " * 5000)
    assert len(spans) == round(tokens("word " * 5000) / 500)
    assert len(windows("字" * 10_000)) == 16


def test_another_size_makes_other_windows() -> None:
    text = english(200)
    assert len(windows(text, 1000)) == round(tokens(text) / 1000)
    assert [one.span for one in course(text, 250)] == windows(text, 250)


@pytest.mark.parametrize("make", [english, chinese])
def test_a_window_that_says_an_earlier_one_again_is_all_repetition(make: object) -> None:
    text = make(150)  # type: ignore[operator]
    stretches = course(text + text)
    half = len(stretches) // 2
    assert all(one.repetition == 0 for one in stretches[: half - 1])
    assert all(one.repetition > 0.98 for one in stretches[half + 1 :])
    assert all(one.variety is not None and one.variety > 0.9 for one in stretches)


def test_a_loop_is_low_in_variety_and_high_in_repetition_but_for_its_first_round() -> None:
    (first, *others) = course(LINE.format(7) * 200)
    assert first.repetition > 0.9 and all(one.repetition > 0.99 for one in others)
    assert all(one.variety is not None and one.variety < 0.15 for one in (first, *others))
    assert course(ZEILE.format(7) * 200)[1].repetition > 0.98


def test_a_counter_hides_no_loop_and_a_table_of_numbers_is_none() -> None:
    assert course("".join(LINE.format(number) for number in range(200)))[1].repetition > 0.95
    table = "\n".join(f"| {row} | {row * 7} | {row * 11} | {row * 13} |" for row in range(400))
    assert all(one.repetition == 0 for one in course(table))


def test_one_sign_without_end_is_repetition_though_it_has_no_words() -> None:
    assert course(english(20) + "！" * 4000)[-1].repetition > 0.9
    assert course("✨" * 4000)[1].variety is None


def test_variety_does_not_depend_on_how_long_a_window_is() -> None:
    drawn = random.Random(3)
    text = " ".join(f"w{drawn.randrange(300)}x" for _ in range(20_000))
    small = [one.variety for one in course(text, 500)]
    large = [one.variety for one in course(text, 2000)]
    mean = [sum(values) / len(values) for values in (small, large)]  # type: ignore[arg-type]
    assert mean[0] == pytest.approx(mean[1], abs=0.01)


def test_fewer_words_than_variety_is_measured_on_have_none() -> None:
    assert course("Just these few words.")[0].variety is None


def test_the_average_has_each_position_with_the_responses_that_reach_it() -> None:
    courses = [course(english(number, seed=number)) for number in (30, 60, 120)]
    positions = average(courses)
    assert [one.start for one in positions] == [500 * number for number in range(len(courses[2]))]
    reached = [sum(len(one) > number for one in courses) for number in range(len(positions))]
    assert [one.repetition.n for one in positions if one.repetition] == reached
    first = positions[0].variety
    assert first and first.mean == pytest.approx(sum(one[0].variety or 0 for one in courses) / 3)
    assert first.low is not None and first.high is not None and first.low <= first.mean <= first.high
    last = positions[-1].repetition
    assert last and last.n == 1 and last.low is None and last.high is None


def test_the_average_of_nothing_is_empty_and_of_empty_courses_too() -> None:
    assert average([]) == [] and average([()]) == [] and levels([]) == []


def test_a_column_without_values_is_absent_and_a_missing_mark_is_no_zero() -> None:
    rows = [[8.0, None, 6.0], [6.0, None], [None, None, 4.0]]
    first, second, third = levels(rows)
    assert first and (first.mean, first.n) == (7.0, 2)
    assert second is None
    assert third and (third.mean, third.n) == (5.0, 2)


def test_intervals_are_the_same_for_the_same_seed_and_narrow_with_more_responses() -> None:
    drawn = random.Random(0)
    rows = [[drawn.random()] for _ in range(400)]
    assert levels(rows, seed=1) == levels(rows, seed=1)
    (few,), (many,) = levels(rows[:20]), levels(rows)
    assert few and many and few.low is not None and few.high is not None
    assert many.low is not None and many.high is not None
    assert many.high - many.low < few.high - few.low
    assert many.high - many.low == pytest.approx(2 * 1.96 * math.sqrt(1 / 12 / 400), rel=0.15)


@pytest.mark.parametrize(
    "text",
    [
        "\ud800" * 100_000,
        "a.\n" * 33_333,
        "。" * 100_000,
        "1" * 100_000,
        "\0 " * 50_000,
        "שלום. " * 16_000,
        "|" * 100_000,
    ],
    ids=["halves", "stops", "full stops", "digits", "nul", "right to left", "cells"],
)
def test_a_hundred_kilobytes_of_anything_have_a_course(text: str) -> None:
    signal.alarm(20)  # ends the tests where this would not end
    try:
        stretches = course(text)
    finally:
        signal.alarm(0)
    assert stretches and all(isinstance(one, Stretch) and 0 <= one.repetition <= 1 for one in stretches)
    assert all(before.span[1] <= after.span[0] for before, after in pairwise(stretches))
