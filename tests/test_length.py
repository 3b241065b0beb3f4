"""Scores by length, and what thinking changes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from writingbench.benchmark import taxonomy
from writingbench.scores.genres import CREATIVE_SUBDOMAINS, Apart, apart, genre
from writingbench.scores.length import INPUT, OUTPUT, Bin, lengths
from writingbench.scores.table import STATES, Answers, Asked, Label, Marks, Table


def label(name: str) -> Label:
    return Label(
        writer=name,
        judge="j",
        protocol="p",
        benchmark="b",
        prompt="p",
        fingerprint=name,
        judge_fingerprint="j",
        protocol_fingerprint="p",
        benchmark_fingerprint="b",
    )


def table(
    writers: Sequence[str],
    places: Sequence[tuple[str, str, int]],  # domain, subdomain, tokens of the request
    marks: Sequence[tuple[int, int, int, int, int]],  # writer, query, draw, criterion, score
    answers: Sequence[tuple[int, int, int, int, str]] = (),  # writer, query, draw, tokens, state
) -> Table:
    given = [(w, q, c, d, 0, s) for w, q, d, c, s in marks]
    responses = [(w, q, d, n, STATES.index(state)) for w, q, d, n, state in answers]  # type: ignore[arg-type]
    asked = np.zeros((len(writers), len(places)), np.int32)
    for w, q, *_ in marks:
        asked[w, q] += 1
    return Table(
        labels=tuple(label(name) for name in writers),
        queries=tuple(
            Asked(
                index=n, domain1=one, domain2=two, language="zh", tokens=tokens, criteria=("a", "b"), kinds=(None, None)
            )
            for n, (one, two, tokens) in enumerate(places)
        ),
        marks=Marks(**dict(zip(Marks.__slots__, np.array(given, np.int32).reshape(-1, 6).T, strict=True))),
        asked=asked,
        failures={},
        answers=Answers(**dict(zip(Answers.__slots__, np.array(responses, np.int32).reshape(-1, 5).T, strict=True))),
    )


def at(bins: Sequence[Bin], tokens: int) -> Bin:
    return next(one for one in bins if one.start <= tokens and (one.end is None or tokens < one.end))


PLACE = ("Education", "Lesson Plan", 100)


def test_a_bin_has_the_mean_of_its_responses_and_says_how_many_they_are() -> None:
    marks = [(0, 0, 0, 0, 8), (0, 0, 0, 1, 6), (0, 1, 0, 0, 3), (0, 2, 0, 0, 10)]
    answers = [(0, 0, 0, 600, "complete"), (0, 1, 0, 999, "complete"), (0, 2, 0, 1000, "complete")]
    [curve] = lengths(table(["a"], [PLACE] * 3, marks, answers)).output
    assert (at(curve.complete, 700).mean, at(curve.complete, 700).n) == ((7 + 3) / 2, 2)
    assert (at(curve.complete, 1000).mean, at(curve.complete, 1000).n) == (10, 1)
    assert [one.start for one in curve.complete] == [*OUTPUT]
    assert [one.end for one in curve.complete] == [*OUTPUT[1:], None]
    assert sum(one.n for one in curve.complete) == 3


@pytest.mark.parametrize("edge", OUTPUT[1:])
def test_an_answer_as_long_as_an_edge_stands_above_it(edge: int) -> None:
    marks = [(0, 0, 0, 0, 1), (0, 1, 0, 0, 9)]
    [curve] = lengths(
        table(["a"], [PLACE] * 2, marks, [(0, 0, 0, edge - 1, "complete"), (0, 1, 0, edge, "complete")])
    ).output
    assert [one.mean for one in curve.complete if one.n] == [1, 9]
    assert [one.start for one in curve.complete if one.n][1] == edge


def test_an_answer_that_the_limit_ended_is_in_a_series_of_its_own() -> None:
    marks = [(0, q, 0, 0, 9 if q < 3 else 2) for q in range(6)]
    answers = [(0, q, 0, 9000, "complete" if q < 3 else "cut") for q in range(6)]
    found = lengths(table(["a"], [PLACE] * 6, marks, answers))
    for curve in (found.output[0], found.input[0]):
        assert [(one.mean, one.n) for one in curve.complete if one.n] == [(9, 3)]
        assert [(one.mean, one.n) for one in curve.cut if one.n] == [(2, 3)]


def test_responses_that_are_no_answer_are_counted_and_have_no_length() -> None:
    answers = [
        (0, 0, 0, 0, "refused"),
        (0, 1, 0, 0, "refused"),
        (1, 0, 0, 0, "unreachable"),
        (1, 1, 0, 300, "complete"),
    ]
    found = lengths(table(["a", "b"], [PLACE] * 2, [(1, 1, 0, 0, 5)], answers))
    assert found.none == ({"refused": 2}, {"unreachable": 1})
    assert [sum(one.n for one in curve.complete + curve.cut) for curve in found.output] == [0, 1]


def test_an_answer_without_a_mark_is_in_no_bin() -> None:
    found = lengths(table(["a"], [PLACE], [], [(0, 0, 0, 300, "complete")]))
    assert all(one.n == 0 and one.mean is None and one.low is None for one in found.output[0].complete)


def test_marks_without_a_known_response_still_count_by_the_length_of_the_request() -> None:
    found = lengths(table(["a"], [("x", "y", 3500)], [(0, 0, 0, 0, 5)]))
    assert [(one.start, one.mean) for one in found.input[0].complete if one.n] == [(3000, 5)]
    assert not any(one.n for one in found.output[0].complete)


def test_requests_are_binned_by_their_own_length() -> None:
    places = [("x", "y", tokens) for tokens in (0, 999, 1000, 2999, 3000, 4999, 5000, 90_000)]
    found = lengths(table(["a"], places, [(0, q, 0, 0, q + 1) for q in range(8)]))
    assert [one.start for one in found.input[0].complete] == [*INPUT]
    assert [one.mean for one in found.input[0].complete] == [1.5, 3.5, 5.5, 7.5]


def test_a_bin_of_fewer_than_five_is_thin() -> None:
    for number, thin in ((4, True), (5, False)):
        found = lengths(table(["a"], [PLACE] * number, [(0, q, 0, 0, 5) for q in range(number)]))
        assert at(found.input[0].complete, 100).thin is thin


def test_several_responses_to_one_query_are_one_query_to_the_interval() -> None:
    many = [(0, 0, d, 0, 1 + d) for d in range(8)]
    answers = [(0, 0, d, 300, "complete") for d in range(8)]
    one = at(lengths(table(["a"], [PLACE], many, answers)).output[0].complete, 300)
    assert (one.n, one.mean, one.low, one.high) == (8, 4.5, None, None)
    apart = [(0, d, 0, 0, 1 + d) for d in range(8)]
    answers = [(0, d, 0, 300, "complete") for d in range(8)]
    other = at(lengths(table(["a"], [PLACE] * 8, apart, answers)).output[0].complete, 300)
    assert other.low is not None
    assert other.high is not None
    assert 1 < other.low < 4.5 < other.high < 8


def test_draws_of_different_length_go_into_different_bins() -> None:
    marks = [(0, 0, 0, 0, 4), (0, 0, 7, 0, 8)]
    found = lengths(table(["a"], [PLACE], marks, [(0, 0, 0, 100, "complete"), (0, 0, 7, 6000, "complete")]))
    assert [(one.start, one.mean) for one in found.output[0].complete if one.n] == [(0, 4), (5000, 8)]


def test_lengths_agree_with_going_through_the_responses_one_by_one() -> None:
    chance = np.random.default_rng(4)
    marks, answers, by_hand = [], [], {}
    for w in range(3):
        for q in range(60):
            for d in range(2):
                tokens, state = int(chance.exponential(2500)), str(chance.choice(["complete", "cut"]))
                scores = chance.integers(1, 11, 2).tolist()
                answers.append((w, q, d, tokens, state))
                marks += [(w, q, d, c, score) for c, score in enumerate(scores)]
                start = max(edge for edge in OUTPUT if edge <= tokens)
                by_hand.setdefault((w, state, start), []).append(np.mean(scores))
    found = lengths(table("abc", [PLACE] * 60, marks, answers))
    got = {
        (w, state, one.start): one
        for w, curve in enumerate(found.output)
        for state, bins in (("complete", curve.complete), ("cut", curve.cut))
        for one in bins
        if one.n
    }
    assert {key: one.n for key, one in got.items()} == {key: len(scores) for key, scores in by_hand.items()}
    for key, scores in by_hand.items():
        one = got[key]
        assert one.mean == pytest.approx(np.mean(scores))
        if one.n > 9:
            assert one.low is not None
            assert one.high is not None
            assert (one.high - one.low) / 2 == pytest.approx(1.96 * np.std(scores) / len(scores) ** 0.5, rel=0.5)


def test_a_writers_intervals_do_not_depend_on_who_else_is_in_the_table() -> None:
    chance = np.random.default_rng(1)
    marks = [(w, q, 0, 0, int(chance.integers(1, 11))) for w in range(3) for q in range(40)]
    answers = [(w, q, 0, int(chance.integers(3000)), "complete") for w in range(3) for q in range(40)]
    whole = table("abc", [PLACE] * 40, marks, answers)
    assert lengths(whole.only([1])).output[0] == lengths(whole).output[1]


def test_an_empty_table_has_no_lengths() -> None:
    for writers, places in (("", []), ("", [PLACE]), ("a", []), ("a", [PLACE])):
        found = lengths(table([*writers], places, []))
        assert len(found.output) == len(found.input) == len(found.none) == len(writers)
        assert not any(one.n for curve in found.output for one in curve.complete + curve.cut)


# thinking

STORY, LETTER, OWN = ("Literature & Arts", "Poetry", 1), ("Finance & Business", "Contract", 1), ("自己的", "类", 1)


def part(found: Sequence[Apart], sort: str, name: str = "") -> Apart:
    return next(one for one in found if (one.sort, one.name) == (sort, name))


def test_every_subdomain_has_a_genre_and_every_rule_a_subdomain() -> None:
    domains = taxonomy.builtin().domains
    found = {(one.name, two.name): genre(one.name, two.name) for one in domains for two in one.subdomains}
    assert set(found.values()) == {"creative", "efficiency"}
    assert all(found[domain, name] == "creative" for domain, names in CREATIVE_SUBDOMAINS.items() for name in names)
    assert {
        found["Literature & Arts", two.name] for one in domains if one.zh == "文学与艺术" for two in one.subdomains
    } == {"creative"}


def test_a_domain_of_ones_own_has_no_genre() -> None:
    assert genre("自己的", "Poetry") is None
    assert genre("", "") is None


def test_thinking_that_helps_stories_only_shows_as_that() -> None:
    places = [STORY] * 30 + [LETTER] * 30 + [OWN] * 3
    chance = np.random.default_rng(2)
    marks = []
    for q in range(63):
        base = int(chance.integers(3, 7))
        marks += [(0, q, 0, 0, base + (2 if q < 30 else 0)), (1, q, 0, 0, base), (2, q, 0, 0, 10)]
    found = apart(table(["think", "plain", "other"], places, marks), ("think", "plain"))
    assert [one.sort for one in found] == ["overall", *["domain"] * 3, "genre", "genre", "contrast"]
    assert part(found, "genre", "creative") == Apart(sort="genre", name="creative", difference=2, low=2, high=2, n=30)
    assert part(found, "genre", "efficiency") == Apart(
        sort="genre", name="efficiency", difference=0, low=0, high=0, n=30
    )
    assert part(found, "contrast") == Apart(sort="contrast", name="", difference=2, low=2, high=2, n=60)
    assert part(found, "domain", "自己的").n == 3
    assert part(found, "overall").difference == pytest.approx(60 / 63)
    assert part(found, "overall").n == 63


def test_the_difference_is_with_minus_without_whatever_their_order_in_the_table() -> None:
    built = table(["plain", "think"], [STORY] * 5, [(w, q, 0, 0, 5 + w) for w in range(2) for q in range(5)])
    assert part(apart(built, ("think", "plain")), "overall").difference == 1
    assert part(apart(built, ("plain", "think")), "overall").difference == -1


def test_the_contrast_has_about_the_interval_of_two_independent_means() -> None:
    chance = np.random.default_rng(7)
    places = [STORY] * 80 + [LETTER] * 120
    marks = [(w, q, 0, 0, int(chance.integers(1, 11))) for w in range(2) for q in range(200)]
    built = table(["t", "p"], places, marks)
    one = part(apart(built, ("t", "p")), "contrast")
    more = built.means[0] - built.means[1]
    expected = 1.96 * (more[:80].var() / 80 + more[80:].var() / 120) ** 0.5
    assert one.low is not None
    assert one.high is not None
    assert one.difference == pytest.approx(more[:80].mean() - more[80:].mean())
    assert (one.high - one.low) / 2 == pytest.approx(expected, rel=0.15)


def test_only_what_both_answered_is_compared() -> None:
    built = table(["t", "p"], [STORY] * 3, [(0, 0, 0, 0, 9), (0, 1, 0, 0, 2), (1, 1, 0, 0, 1), (1, 2, 0, 0, 9)])
    found = apart(built, ("t", "p"))
    assert part(found, "overall") == Apart(sort="overall", name="", difference=1, low=None, high=None, n=1)
    assert part(found, "genre", "efficiency").n == 0
    assert part(found, "genre", "efficiency").difference is None
    assert part(found, "contrast").difference is None


def test_nothing_is_compared_unless_both_are_named_and_there() -> None:
    built = table(["t", "p"], [STORY], [(0, 0, 0, 0, 9)])
    assert apart(built, None) == ()
    assert apart(built, ("t", "nobody")) == ()
    assert part(apart(built, ("t", "p")), "overall") == Apart(
        sort="overall", name="", difference=None, low=None, high=None, n=0
    )
    assert part(apart(table(["t", "p"], [], []), ("t", "p")), "overall").n == 0
