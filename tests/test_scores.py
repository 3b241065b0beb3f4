"""Adding up, against numbers worked out by hand and against a second computation over the real subset files."""

import json
import random

import pytest

from writingbench.benchmark import label, load
from writingbench.records import Answer, Criterion, Failure, Judgement, Query, Response, Verdict
from writingbench.reports import table as words
from writingbench.scores import Gathering, Label
from writingbench.scores import add_up as add_up_table
from writingbench.scores.board import rank
from writingbench.scores.table import asked as asked_of
from writingbench.scores.table import take


def query(index, domain="Education", language="en", kinds=(None,) * 5):
    criteria = tuple(
        Criterion(name=f"c{n}", description="d", bands=("a", "b", "c", "d", "e"), requirement=kind)
        for n, kind in enumerate(kinds)
    )
    return Query(index=index, domain1=domain, domain2="Coursework", language=language, text="q", criteria=criteria)


def marked(asked_query, marks, repeats=1):
    """`marks`: for each criterion a list of scores or failure kinds."""
    judgements = []
    for criterion, given in zip(asked_query.criteria, marks, strict=False):
        for repeat, one in enumerate(given):
            outcome = Failure(kind=one, note="") if isinstance(one, str) else Verdict(score=one, reason="r")
            judgements.append(
                Judgement(
                    query=asked_query.index,
                    writer="w",
                    response=0,
                    criterion=criterion.name,
                    judge="j",
                    repeat=repeat,
                    outcome=outcome,
                )
            )
    return asked_query, judgements, len(asked_query.criteria) * repeats


def label_of(writer, **fields):
    names = ("judge", "protocol", "benchmark", "prompt")
    prints = ("fingerprint", "judge_fingerprint", "protocol_fingerprint", "benchmark_fingerprint")
    return Label(**{"writer": writer, **dict.fromkeys(names, "x"), **dict.fromkeys(prints, "0"), **fields})


def table_of(*writers):
    """`writers`: for each a list of what `marked` returns, about the same queries."""
    gathering = Gathering()
    for items in zip(*writers, strict=True):
        gathering.query(asked_of(items[0][0]))
        for place, (asked_query, judgements, asked) in enumerate(items):
            answer = Response(query=asked_query.index, writer="w", draw=0, outcome=Answer(text="Some words."))
            gathering.take(place, take(asked_query, [answer], judgements, asked))
    return gathering.table([label_of(f"writer {place}") for place in range(len(writers))])


def add_up(judged):
    (scores,) = add_up_table(table_of(list(judged)))
    return scores


def test_the_table_equals_numbers_worked_out_by_hand():
    # query 1: 8 6 7 9 5 -> 7.0; query 2: 4 4 2 4 6 -> 4.0; query 3 (Chinese, other domain): 10 9 8 9 9 -> 9.0
    scores = add_up(
        [
            marked(query(1, kinds=("length", None, None, "style", None)), [[8], [6], [7], [9], [5]]),
            marked(query(2, kinds=("length", "length", None, None, None)), [[4], [4], [2], [4], [6]]),
            marked(query(3, "Politics & Law", "zh"), [[10], [9], [8], [9], [9]]),
        ]
    )
    assert scores.overall.mean == pytest.approx(100 / 15)
    assert scores.domains["Education"].mean == pytest.approx(5.5)
    assert scores.domains["Politics & Law"].mean == pytest.approx(9.0)
    assert scores.languages["en"].mean == pytest.approx(5.5)
    assert scores.languages["zh"].mean == pytest.approx(9.0)
    assert scores.subdomains["Coursework"].n == 3
    assert scores.requirements["length"]["R"].mean == pytest.approx(5.5)
    assert scores.requirements["length"]["C"].mean == pytest.approx((8 + 4 + 4) / 3)
    assert scores.requirements["style"]["R"].mean == pytest.approx(7.0)
    assert scores.requirements["style"]["C"].mean == pytest.approx(9.0)
    assert "format" not in scores.requirements


def test_a_query_that_was_judged_twice_counts_once():
    twice = marked(query(1), [[10, 10]] * 5, repeats=2)
    once = marked(query(2), [[1]] * 5)
    scores = add_up([twice, once])
    assert scores.overall.mean == pytest.approx(5.5)
    assert scores.domains["Education"].mean == pytest.approx(5.5)
    assert scores.overall.judged == 15


def test_an_unreadable_judge_lowers_no_score():
    whole = add_up([marked(query(1), [[8], [8], [8], [8], [8]])])
    partly = add_up([marked(query(1), [[8], [8], [8], [8], ["unreadable"]])])
    assert partly.overall.mean == whole.overall.mean == 8
    assert partly.coverage.failures == {"unreadable": 1}
    assert (partly.coverage.judged, partly.coverage.asked) == (4, 5)


def test_the_bounds_are_what_the_missing_marks_allow():
    scores = add_up([marked(query(1), [[8], [8], [8], [8], ["refused"]])])
    assert scores.coverage.bounds == pytest.approx(((32 + 1) / 5, (32 + 10) / 5))
    assert words.bounds(scores.coverage).endswith("between 6.60 and 8.40")


def test_coverage_adds_up_to_what_was_asked():
    scores = add_up([marked(query(1), [[8], ["refused"], ["refused"], ["overlong"]]), marked(query(2), [])])
    found = scores.coverage
    assert found.judged + sum(found.failures.values()) + found.unasked == found.asked == 10
    assert found.unasked == 6
    assert words.coverage(found) == "1 of 10 marks (2 refused, 1 overlong, 6 not asked yet)"


def test_nothing_judged_is_no_number():
    scores = add_up([marked(query(1), [])])
    assert scores.overall.mean is None
    assert scores.domains["Education"].mean is None
    assert add_up([]).coverage.bounds is None


def test_requirement_scores_equal_an_independent_computation_over_the_official_length_files(tmp_path, official):
    (tmp_path / "length").mkdir()
    (tmp_path / "length/length_subset_C.jsonl").symlink_to(official / "length_subset_C.jsonl")
    queries = label(load(official / "benchmark_all.jsonl"), tmp_path).queries
    dice = random.Random(7)
    marks = {q.index: {c.name: [dice.randint(1, 10) for _ in range(2)] for c in q.criteria} for q in queries}
    ours = add_up(marked(q, list(marks[q.index].values()), repeats=2) for q in queries)

    def rows(name):
        return [json.loads(line) for line in (official / name).read_text("utf-8").splitlines()]

    def mean(values):
        values = list(values)
        return sum(values) / len(values)

    def query_score(index):
        return mean(mark for given in marks[index].values() for mark in given)

    r = mean(query_score(row["index"]) for row in rows("length_subset.jsonl"))
    c = mean(mean(marks[row["index"]][c["name"]]) for row in rows("length_subset_C.jsonl") for c in row["checklist"])
    every = rows("benchmark_all.jsonl")
    assert ours.requirements["length"]["R"].n == 222
    assert ours.requirements["length"]["C"].n == 226
    assert ours.requirements["length"]["R"].mean == pytest.approx(r, abs=1e-9)
    assert ours.requirements["length"]["C"].mean == pytest.approx(c, abs=1e-9)
    overall = mean(mark for given in marks.values() for one in given.values() for mark in one)
    assert ours.overall.mean == pytest.approx(overall, abs=1e-9)
    for field, table in (("domain1", ours.domains), ("domain2", ours.subdomains)):
        assert set(table) == {row[field] for row in every}
        for name, cell in table.items():
            expected = mean(query_score(row["index"]) for row in every if row[field] == name)
            assert cell.mean == pytest.approx(expected, abs=1e-9)


def test_a_ranking_puts_the_best_first_and_says_who_cannot_be_told_apart():
    dice = random.Random(3)
    queries = [query(index) for index in range(40)]

    def writer(middle):
        return [marked(one, [[min(10, max(1, middle + dice.randint(-2, 2)))] for _ in range(5)]) for one in queries]

    board = rank(table_of(writer(5), writer(8), writer(8)))
    assert [label.writer for label in board.table.labels][2] == "writer 0"
    means = [one.overall.mean for one in board.scores]
    assert means == sorted(means, reverse=True)
    assert board.ranks[2].place == board.ranks[2].low == board.ranks[2].high == 3
    assert (board.ranks[0].low, board.ranks[0].high) == (1, 2)
    told = {(pair.first, pair.second): pair.apart for pair in board.pairs}
    assert told == {(0, 1): False, (0, 2): True, (1, 2): True}
    for scores in board.scores:
        assert scores.overall.low < scores.overall.mean < scores.overall.high
        assert scores.domains["Education"].low < scores.domains["Education"].high


def test_the_same_marks_give_the_same_ranking_whatever_the_order_of_the_writers():
    queries = [query(index) for index in range(8)]
    one = [marked(q, [[7]] * 4 + [[q.index % 10 + 1]]) for q in queries]
    other = [marked(q, [[6]] * 5) for q in queries]
    first, second = rank(table_of(one, other)), rank(table_of(other, one))
    assert first.scores == second.scores
    assert first.ranks == second.ranks


def test_a_writer_that_was_not_asked_everything_is_compared_on_what_it_was_asked():
    queries = [query(index) for index in range(20)]
    whole = [marked(q, [[5]] * 5 if q.index < 10 else [[9]] * 5) for q in queries]
    part = [marked(q, [[6]] * 5) if q.index < 10 else (q, [], 0) for q in queries]
    board = rank(table_of(whole, part))
    assert [label.writer for label in board.table.labels] == ["writer 0", "writer 1"]
    (pair,) = board.pairs
    assert (pair.shared, pair.difference) == (10, pytest.approx(-1))
    assert board.scores[1].coverage.asked == 50


def test_one_query_has_a_mean_and_no_interval_and_an_empty_table_nothing():
    board = rank(table_of([marked(query(1), [[8], [6], [7], [9], [5]])]))
    (scores,) = board.scores
    assert (scores.overall.mean, scores.overall.low, scores.overall.high) == (7, None, None)
    empty = rank(table_of([marked(query(1), [])]))
    assert empty.ranks == (None,)
    assert empty.scores[0].overall.mean is None
    assert rank(table_of()).scores == ()
