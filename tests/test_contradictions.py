"""Where a judge's reason says what the counts deny."""

import pytest

from writingbench.checks.contradictions import contradictions
from writingbench.checks.say import note
from writingbench.records import Answer, Finding, Verdict

TEXT = "word " * 2700


def counted(verdict="broken", *, counted=2700, least=10_000, most=None, unit="words", text=TEXT, demand="10,000 words"):
    return Finding(
        check="length",
        kind="short",
        verdict=verdict,
        span=(0, len(text)),
        demand=demand,
        counted=counted,
        unit=unit,
        facts={key: value for key, value in (("min", least), ("max", most)) if value is not None},
    )


def said(reason, *findings, text=TEXT, score=9):
    return contradictions(Answer(text=text), findings, "Length", Verdict(score=score, reason=reason))


def kinds(reason, *findings, text=TEXT):
    return [one.kind for one in said(reason, *findings, text=text)]


def test_a_judge_who_says_that_a_third_of_the_length_exceeds_it_is_contradicted_in_its_own_words():
    (found,) = said("The piece is rich. It significantly exceeds the required length of 10,000 words.", counted())
    assert found.kind == "not_over" and found.counted == 2700 and found.facts["score"] == 9
    assert found.demand == "It significantly exceeds the required length of 10,000 words"
    assert note(found).startswith(
        "judge: “It significantly exceeds the required length of 10,000 words”; counted: 2,700"
    )
    assert "词元" in note(found, "zh")


@pytest.mark.parametrize(
    "reason",
    [
        "It meets the word count.",
        "The response adheres to the length requirement",
        "At this length it satisfies the 10,000 words asked for",
        "字数符合要求。",
        "全文字数达到了题目规定，",
        "The word limit is respected; the tone is not.",
    ],
)
def test_a_judge_who_says_that_a_broken_length_is_kept_is_contradicted(reason):
    assert kinds(reason, counted()) == ["not_kept"]


@pytest.mark.parametrize(
    "reason",
    [
        "It falls well short of the required word count.",
        "The response does not meet the length requirement.",
        "It fails to reach the 10,000 words asked for.",
        "字数远远不足。",
        "未达到字数要求",
        "The text meets every other demand. Its tone exceeds all expectations.",
        "It meets the structure required, but the length is too short.",
        "The author writes about the word count of his novel.",
        "",
    ],
)
def test_a_judge_who_says_that_a_short_text_is_short_or_nothing_of_its_length_is_not(reason):
    assert kinds(reason, counted()) == []


def test_a_judge_who_calls_a_text_too_short_that_keeps_its_length_is_contradicted():
    kept = counted("met", least=2500, most=3000)
    assert kinds("The length is far below what was asked.", kept) == ["not_short"]
    assert kinds("篇幅过短。", kept) == ["not_short"]
    assert kinds("The response exceeds the word limit.", kept) == ["not_long"]
    assert kinds("The word count is met.", kept) == []


def test_a_judge_who_says_that_a_text_far_exceeds_a_length_that_it_keeps_is_contradicted():
    kept = counted("met", least=2700, most=2700)
    assert kinds("It significantly exceeds the required length.", kept) == ["not_long"]
    assert kinds("篇幅远超要求。", kept) == ["not_long"]
    assert kinds("It slightly exceeds the required length.", kept) == []
    assert kinds("It significantly exceeds the required length.", counted("met", least=800)) == []  # "at least 800"


def test_a_judge_who_calls_a_text_too_long_that_is_too_short_is_contradicted():
    assert kinds("It exceeds the maximum length", counted()) == ["not_long"]
    assert kinds("It exceeds the maximum length", counted(least=100, most=200)) == []


def test_a_length_that_a_judge_states_is_compared_with_the_text():
    assert kinds("At approximately 9,500 words it is thorough.", counted("met", least=None)) == ["not_so_long"]
    assert kinds("At about 2,500 words it is thorough.", counted("met", least=None)) == []
    assert kinds("全文约8000字，内容充实。", text="字" * 2000) == ["not_so_long"]
    assert kinds("全文约2千字，内容充实。", text="字" * 2000) == []


def test_the_length_that_was_asked_for_is_no_statement_about_the_text():
    assert kinds("The request wants about 10,000 words.", counted()) == []


def test_sections_and_sources_are_contradicted_where_findings_say_so():
    text = "x" * 100
    missing = Finding(check="structure", kind="missing", verdict="broken", span=(0, 100), demand="Results")
    assert kinds("All required sections are included.", missing, text=text) == ["sections"]
    assert kinds("Not all required sections are included.", missing, text=text) == []
    assert kinds("所有部分齐全。", missing, text=text) == ["sections"]
    figures = [Finding(check="figures", kind="number", verdict="found", span=(n, n + 2)) for n in range(3)]
    assert kinds("There is no fabricated content.", *figures, text=text) == ["sourced"]
    assert kinds("没有编造数据。", *figures, text=text) == ["sourced"]
    assert kinds("There is no fabricated content.", *figures[:2], text=text) == []


def test_a_claim_that_is_made_twice_is_contradicted_once():
    assert kinds("It meets the word count. Again: it meets the word count.", counted()) == ["not_kept"]


def test_the_demands_of_a_part_say_nothing_of_the_whole():
    part = Finding(
        check="length", kind="short", verdict="broken", span=(5, 50), counted=20, unit="words", facts={"min": 200}
    )
    assert kinds("It meets the word count.", part) == []


@pytest.mark.parametrize("sign", [" ", "1", "words ", "length,", "字", "a.", "，", "exceeds ", "no ", "all the "])
def test_a_hostile_reason_stalls_nothing(sign):
    contradictions(Answer(text="x"), [counted(text="x")], "c", Verdict(score=5, reason=sign * (100_000 // len(sign))))
