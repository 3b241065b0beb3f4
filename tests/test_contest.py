"""What comparisons come to: orders, places, style, failures, and how it is shown."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy.stats import beta

from test_responses import at_most
from writingbench.records import Choice, Failure
from writingbench.reports import contest as shown
from writingbench.scores.contest import By, Contest, Met, contest, outcome
from writingbench.scores.orders import orders
from writingbench.scores.style import differences, style

BY = By(
    judge="openai/<i>j",
    judge_fingerprint="j",
    by="overall",
    protocol="standard",
    protocol_fingerprint="p",
    benchmark="starter",
    benchmark_fingerprint="b",
    fingerprint="r",
)
TURNED: dict[Choice, Choice] = {"first": "second", "second": "first", "tie": "tie"}


def met(query: int, first: int, second: int, *choices: Choice) -> Met:
    """Compared with the same outcome in both orders."""
    return Met(query=query, first=first, second=second, forth=choices, back=tuple(TURNED[one] for one in choices))


def made(some: list[Met], writers: int = 3, **more: object) -> Contest:
    names = [f"w{place}" for place in range(writers)]
    return contest(BY, names, some, len(some) + 1, resamples=50, **more)  # type: ignore[arg-type]


# orders


def test_each_pair_of_choices_is_counted_as_what_it_is() -> None:
    forth, back = np.array(list(product((1, 0, -1), repeat=2))).T
    found = orders(forth, back, np.arange(9), resamples=50)
    assert (found.response, found.tied, found.first, found.second, found.half) == (2, 1, 1, 1, 4)
    assert found.disagree == 6 and found.response + found.tied + found.disagree == 9
    assert found.follows and found.follows.value == pytest.approx(2 / 9)
    assert found.leading and found.leading.value == pytest.approx(0.5)


def test_a_judge_with_a_habit_is_measured_with_an_interval_that_narrows() -> None:
    widths = []
    for queries in (20, 2_000):
        chance = np.random.default_rng(1)
        better = chance.choice([1, -1], queries)
        habit = chance.random(queries) < 0.3
        forth, back = np.where(habit, 1, better), np.where(habit, 1, -better)
        found = orders(forth, back, np.arange(queries), resamples=500).follows
        assert found and found.low is not None and found.high is not None
        assert found.low < 0.3 < found.high
        widths.append(found.high - found.low)
    assert widths[1] < widths[0] / 5


@pytest.mark.parametrize("n", [2, 5, 30])
def test_where_all_are_alike_the_interval_is_the_exact_one(n: int) -> None:
    ones = np.ones(n, int)
    never = orders(ones, -ones, np.arange(n), resamples=20).follows
    always = orders(ones, ones, np.arange(n), resamples=20).follows
    assert never and always
    assert (never.low, never.high) == (0, pytest.approx(beta.ppf(0.975, 1, n)))
    assert (always.low, always.high) == (pytest.approx(beta.ppf(0.025, n, 1)), 1)


def test_one_query_has_no_interval_and_nothing_no_share() -> None:
    ones = np.ones(3, int)
    (one,) = {orders(ones, ones, 0 * ones, resamples=20).follows}
    assert one and one.low is None and one.high is None
    nothing = np.zeros(0, int)
    assert orders(nothing, nothing, nothing).follows is None
    assert orders(0 * ones, 0 * ones, ones, resamples=20).leading is None


# what it adds up to


def test_a_failure_is_counted_by_its_kind_and_enters_nothing_else() -> None:
    failed = Failure(kind="refused", note="no")
    whole = [met(1, 0, 1, "first"), met(2, 0, 1, "tie"), met(2, 1, 2, "second")]
    broken = [
        replace(met(3, 0, 2, "second"), back=failed),
        replace(met(4, 0, 2, "second"), forth=failed, back=Failure(kind="unreadable", note="hm")),
        replace(met(5, 0, 2, "second"), forth=None),
    ]
    some, all_ = made(whole), made(whole + broken)
    assert (all_.asked, all_.compared, all_.tied) == (6, 3, 1)
    assert all_.failures == {"refused": 2, "unasked": 1}
    assert (all_.groups, all_.orders) == (some.groups, some.orders)


def test_nothing_compared_is_a_contest_without_a_ranking() -> None:
    found = made([])
    assert found.groups == () and found.orders.follows is None and found.compared == 0
    json.dumps(shown.as_json(found))
    assert "Points" not in shown.section(found, "", "en", small=False)


def test_by_criteria_orders_are_of_single_criteria_and_the_ranking_of_whole_responses() -> None:
    some = [
        Met(query=1, first=0, second=1, forth=("first", "first", "tie"), back=("second", "first", "tie")),
        Met(query=2, first=0, second=1, forth=("second", "first", "tie"), back=("first", "second", "tie")),
    ]
    found = made(some, 2)
    assert found.orders.response == 3 and found.orders.first == 1 and found.orders.tied == 2
    assert found.compared == 2 and found.tied == 1
    assert [outcome(one.forth, one.back) for one in some] == [1, 0]  # type: ignore[arg-type]


def test_writers_whom_nothing_connects_stand_in_tables_of_their_own() -> None:
    found = made([met(1, 0, 1, "first"), met(2, 2, 3, "second"), met(3, 3, 4, "first")], 6)
    assert [{one.writer for one in group.standings} for group in found.groups] == [{2, 3, 4}, {0, 1}]
    for tongue, words in (("en", "No comparison connects these"), ("zh", "没有任何直接或间接的对比")):
        html = shown.section(found, "-2", tongue, small=True)  # type: ignore[arg-type]
        assert html.count("<table") == 2 and html.count(words) == 1
        assert 'id="contest-2"' in html and "openai/&lt;i&gt;j" in html and "<i>" not in html
        assert "w5" not in html
        assert len(set(re.findall(r'aria-label="([^"]+)"', html))) == 2


# style


def test_style_is_counted_alike_in_both_languages() -> None:
    english = "# Plan\n\nSome **bold** words and **more**.\n\n- one\n- two\n- three\n\n## End\n\nDone."
    chinese = "# 计划\n\n一些**加粗**的字和**更多**。\n\n- 一\n- 二\n- 三\n\n## 结尾\n\n完。"
    assert style(english)[1:] == style(chinese)[1:] == (2, 3, 2)
    assert style("Plain words only.")[1:] == style("")[1:] == (0, 0, 0)
    assert style(english * 2)[0] == pytest.approx(2 * style(english)[0], abs=1)


def test_differences_are_shares_that_turn_their_sign_with_the_order() -> None:
    one, other = np.array([[300.0, 0, 2]]), np.array([[100.0, 0, 0]])
    assert differences(one, other).tolist() == [[0.5, 0, 1]]
    assert (differences(other, one) == -differences(one, other)).all()


@pytest.mark.parametrize("text", ["**" * 50_000, "#" * 100_000, "- \n" * 33_000, "**a" * 33_000, "__a " * 25_000])
def test_a_hundred_kilobytes_of_marks_are_counted(text: str) -> None:
    with at_most(20):
        assert all(count >= 0 for count in style(text))


def test_control_adds_a_ranking_and_changes_nothing_of_the_other() -> None:
    chance = np.random.default_rng(0)
    some = [
        replace(met(query, 0, 1, "first" if long > 150 else "second"), styles=((long, 0, 0, 0), (150, 0, 0, 0)))
        for query, long in enumerate(chance.integers(50, 250, 40).tolist())
    ]
    plain, length, whole = (made(some, 2, control=control) for control in ("none", "length", "style"))
    assert plain.groups == length.groups == whole.groups
    assert plain.equal == () and len(length.equal[0].effects) == 1 and len(whole.equal[0].effects) == 4
    (effect,) = length.equal[0].effects
    assert effect and effect.odds.low and effect.odds.low > 2 and effect.within > 0.9
    assert whole.equal[0].effects[1:] == (None, None, None)
    found = json.loads(json.dumps(shown.as_json(whole)))
    assert found["at_equal_style"]["features"] == ["tokens", "headings", "lists", "bold"]
    assert found["at_equal_style"]["groups"][0]["effects"]["bold"] is None
    assert shown.as_json(plain)["at_equal_style"] is None
