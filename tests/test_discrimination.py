"""How well criteria tell writers apart, from marks whose answer is known."""

import json

import numpy as np
import pytest

from test_cli import call
from writingbench.scores.discrimination import FEWEST, correlation, groups, interval, items
from writingbench.scores.table import Answers, Asked, Label, Marks, Table


def table(scores, kinds=None, language="en"):
    """A table of scores[writer][query][criterion], None where there is no mark."""
    rows = [
        (w, q, c, score)
        for w, queries in enumerate(scores)
        for q, criteria in enumerate(queries)
        for c, score in enumerate(criteria)
        if score is not None
    ]
    columns = np.array(rows, np.int32).reshape(-1, 4).T
    none = np.zeros(len(rows), np.int32)
    empty = np.zeros(0, np.int32)
    criteria = len(scores[0][0])
    return Table(
        labels=tuple(
            Label(
                writer=f"w{w}",
                judge="j",
                protocol="p",
                benchmark="b",
                prompt="x",
                fingerprint=f"{w}",
                judge_fingerprint="j",
                protocol_fingerprint="p",
                benchmark_fingerprint="b",
            )
            for w, _ in enumerate(scores)
        ),
        queries=tuple(
            Asked(
                index=q + 1,
                domain1="Education",
                domain2="Lesson Plan",
                language=language,
                tokens=10,
                criteria=tuple(f"c{c}" for c in range(criteria)),
                kinds=kinds or (None,) * criteria,
            )
            for q, _ in enumerate(scores[0])
        ),
        marks=Marks(
            writer=columns[0], query=columns[1], criterion=columns[2], draw=none, repeat=none, score=columns[3]
        ),
        asked=np.full((len(scores), len(scores[0])), criteria, np.int32),
        failures={},
        answers=Answers(writer=empty, query=empty, draw=empty, tokens=empty, state=empty),
    )


def able(rng, writers=12, queries=30, criteria=4, noise=0.8):
    """Marks that follow the writers' ability, by the criterion's place: 0 and 1 well, 2 not at all, 3 always ten."""
    ability = np.linspace(3, 8, writers)
    made = np.empty((writers, queries, criteria))
    for c in range(criteria):
        base = ability[:, None] if c < 2 else np.full((writers, 1), 5.5)
        made[:, :, c] = base + rng.normal(0, noise if c < 2 else 2.0, (writers, queries))
    made[:, :, 3] = 10
    return np.clip(np.rint(made), 1, 10).astype(int).tolist()


def test_a_criterion_that_follows_ability_correlates_and_one_that_does_not_does_not():
    found = items(table(able(np.random.default_rng(1))))
    by_name = {one.name: one for one in groups(found)}
    assert by_name["c0"].total > 0.8 and by_name["c1"].total > 0.8
    assert abs(by_name["c2"].total) < 0.2
    assert by_name["c3"].total is None and by_name["c3"].faults == 30


def test_a_criterion_on_which_all_writers_are_alike_separates_nothing():
    found = items(table([[[7, 3]], [[7, 9]], [[7, 5]]]))
    assert [(one.criterion, one.fault) for one in found] == [("c0", "same"), ("c1", None)]


def test_a_criterion_whose_marks_are_nearly_all_nine_or_ten_is_at_the_ceiling():
    scores = [[[10, w % 9 + 1]] for w in range(19)] + [[[8, 5]]]
    found = {one.criterion: one for one in items(table(scores))}
    assert found["c0"].fault == "ceiling" and found["c0"].ceiling == pytest.approx(0.95)
    assert found["c1"].fault is None


def test_a_criterion_that_rewards_who_does_badly_elsewhere_is_unrelated_and_comes_first():
    scores = [[[w, w, 11 - w]] * 5 for w in range(1, 11)]
    found = items(table(scores))
    assert [one.criterion for one in found[:5]] == ["c2"] * 5
    assert {one.fault for one in found[:5]} == {"unrelated"} and found[0].total < -0.9


def test_the_correlation_leaves_the_mark_itself_out():
    """Two criteria whose marks are independent: with the mark in the total the correlation would be about 0.7."""
    rng = np.random.default_rng(5)
    scores = rng.integers(1, 11, (400, 1, 2)).tolist()
    assert all(abs(one.total) < 0.15 for one in items(table(scores)))


def test_it_equals_an_independent_computation():
    rng = np.random.default_rng(3)
    scores = rng.integers(1, 11, (9, 4, 3))
    found = {(one.query, one.criterion): one for one in items(table(scores.tolist()))}
    off = scores - scores.mean(axis=0)
    for q in range(4):
        for c in range(3):
            rest = np.array([np.delete(off[w].ravel(), q * 3 + c).mean() for w in range(9)])
            sisters = np.array([np.delete(off[w, q], c).mean() for w in range(9)])
            one = found[q + 1, f"c{c}"]
            assert one.total == pytest.approx(np.corrcoef(scores[:, q, c], rest)[0, 1])
            assert one.sisters == pytest.approx(np.corrcoef(scores[:, q, c], sisters)[0, 1])
            assert one.spread == pytest.approx(scores[:, q, c].std(ddof=1))


def test_writers_who_were_asked_other_queries_are_compared_on_what_they_share():
    """Query 2 is easy and only the worse half was asked it: that must not make them look better."""
    scores = [[[w, w], [None, None]] if w > 5 else [[w, w], [9, 10]] for w in range(1, 11)]
    found = {(one.query, one.criterion): one for one in items(table(scores))}
    assert found[1, "c0"].total > 0.85 and found[2, "c0"].writers == 5


def test_fewer_than_four_writers_have_no_correlation_and_one_has_no_spread():
    three = items(table([[[1, 2]], [[5, 6]], [[9, 8]]]))
    assert all(one.total is None and one.spread for one in three) and FEWEST == 4
    (one, other) = items(table([[[5, 6]]]))
    assert one.spread is None and one.fault is None and other.writers == 1


def test_a_criterion_without_any_mark_is_left_out():
    assert [one.criterion for one in items(table([[[None, 4]], [[None, 5]]]))] == ["c1"]


def test_fishers_interval_holds_the_true_correlation_nineteen_times_in_twenty():
    rng, hits = np.random.default_rng(7), 0
    for _ in range(2000):
        x = rng.normal(size=20)
        r = correlation(x, 0.5 * x + np.sqrt(0.75) * rng.normal(size=20))
        low, high = interval(r, 20)
        hits += low <= 0.5 <= high
    assert 0.93 < hits / 2000 < 0.97


def test_the_command_lists_what_separates_nothing(tmp_path):
    from writingbench.scores import columns

    columns.write([table(able(np.random.default_rng(2)))], tmp_path / "s.parquet")
    done = call("criteria", "discrimination", "--marks", tmp_path / "s.parquet", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert " criteria separate nothing" in done.stdout and "all writers" in done.stdout
    done = call("criteria", "discrimination", "--marks", tmp_path / "s.parquet", "--json", cwd=tmp_path)
    said = json.loads(done.stdout)
    assert said["writers"] == 12 and len(said["criteria"]) == 120
    assert sum(one["fault"] == "same" for one in said["criteria"]) == 30


def test_one_writer_is_refused_in_one_line(tmp_path):
    from writingbench.scores import columns

    columns.write([table([[[5, 6]]])], tmp_path / "s.parquet")
    done = call("criteria", "discrimination", "--marks", tmp_path / "s.parquet", cwd=tmp_path)
    assert done.returncode == 2 and "takes marks of two" in done.stderr and done.stderr.count("\n") == 1
