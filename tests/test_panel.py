"""Several judges as one, against numbers worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from test_scores import label_of, marked, query, table_of
from writingbench.records import UserError
from writingbench.scores.panel import panel

QUERIES = (query(1), query(2, language="zh"))


def judged(judge, *writers, names=("w1", "w2")):
    """The table of a judge; for each writer the marks on each query: a list for each criterion."""
    table = table_of(*([marked(one, marks) for one, marks in zip(QUERIES, given, strict=True)] for given in writers))
    labels = tuple(
        replace(one, writer=name, judge=judge, judge_fingerprint=judge, fingerprint=f"{judge} on {name}")
        for one, name in zip(table.labels, names, strict=False)
    )
    return replace(table, labels=labels)


def same(score):
    """All five criteria of both queries at one score."""
    return [[[score]] * 5] * 2


A = judged("a", same(4), same(6))
B = judged("b", same(6), same(6))
C = judged("c", same(9), same(1))


def test_the_mean_of_a_panel_is_the_mean_of_its_judges():
    made = panel([A, B, C], "mean")
    assert made.means.tolist() == [[19 / 3] * 2, [13 / 3] * 2]
    assert (made.asked == made.counts).all()
    assert made.labels[0].judge == "mean of a, b, c"


def test_the_median_is_the_middle_judge_or_the_mean_of_the_two_in_the_middle():
    assert panel([A, B, C], "median").means.tolist() == [[6] * 2, [6] * 2]
    assert panel([A, C], "median").means.tolist() == [[6.5] * 2, [3.5] * 2]
    assert (panel([A, B, C], "median").asked == 10).all()


def test_who_is_left_out_has_no_say_about_its_own_writing_and_a_say_about_the_rest():
    own = judged("w1", same(10), same(2))
    made = panel([A, own], "mean", leave_out_self=True)
    assert made.means.tolist() == [[4] * 2, [4] * 2]
    assert panel([A, own], "mean").means.tolist() == [[7] * 2, [4] * 2]
    assert panel([A, B, own], "median", leave_out_self=True).means[0].tolist() == [5, 5]


def test_a_mark_that_one_judge_lacks_is_missing_and_changes_no_score():
    lacking = judged("d", [[["unreadable"], [10], [10], [10], [10]], [[10]] * 5], same(6))
    made = panel([A, lacking], "mean")
    assert made.means.tolist() == [[7, 7], [6, 6]]
    assert made.counts.tolist() == [[8, 10], [10, 10]]
    assert {kind: counts.tolist() for kind, counts in made.failures.items()} == {"unreadable": [[1, 0], [0, 0]]}


def test_only_writers_and_queries_that_all_judges_know_are_there():
    more = judged("a", same(4), same(6), same(8), names=("w0", "w1", "w2"))
    made = panel([more, B], "mean")
    assert [one.writer for one in made.labels] == ["w1", "w2"]
    assert made.means.tolist() == [[6] * 2, [7] * 2]
    few = replace(B, queries=B.queries[:1], asked=B.asked[:, :1], marks=_first_query(B), answers=_first_answers(B))
    assert [one.index for one in panel([A, few], "mean").queries] == [1]


def _first_query(table):
    stays = table.marks.query == 0
    return replace(table.marks, **{name: getattr(table.marks, name)[stays] for name in table.marks.__slots__})


def _first_answers(table):
    stays = table.answers.query == 0
    return replace(table.answers, **{name: getattr(table.answers, name)[stays] for name in table.answers.__slots__})


def test_the_order_of_the_judges_is_no_other_panel_and_another_kind_of_mean_is():
    assert panel([A, B], "mean").labels[0].judge_fingerprint == panel([B, A], "mean").labels[0].judge_fingerprint
    kinds = {panel([A, B], how).labels[0].judge_fingerprint for how in ("mean", "median")}
    kinds |= {panel([A, B], "mean", leave_out_self=True).labels[0].judge_fingerprint, "a", "b"}
    assert len(kinds) == 5


@pytest.mark.parametrize(
    ("tables", "why"),
    [
        ([A], "two or more"),
        ([A, A], "two or more"),
        ([A, replace(B, labels=tuple(replace(one, protocol_fingerprint="1") for one in B.labels))], "different rules"),
        (
            [A, replace(B, labels=(label_of("x", judge_fingerprint="b"), label_of("y", judge_fingerprint="b")))],
            "common",
        ),
    ],
)
def test_what_is_no_panel_is_refused(tables, why):
    with pytest.raises(UserError, match=why):
        panel(tables, "mean")


def test_a_panel_of_random_judges_is_what_a_second_computation_says():
    chance = np.random.default_rng(5)
    scores = chance.integers(1, 11, (3, 2, 2, 5))  # judge, writer, query, criterion
    tables = [
        judged(f"j{j}", *[[[[int(s)] for s in scores[j, w, q]] for q in range(2)] for w in range(2)]) for j in range(3)
    ]
    assert np.allclose(panel(tables, "mean").means, scores.mean(axis=(0, 3)))
    assert np.allclose(panel(tables, "median").means, np.median(scores, axis=0).mean(axis=2))
    assert np.allclose(panel(tables[:2], "median").means, scores[:2].mean(axis=(0, 3)))
