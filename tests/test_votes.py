"""People's votes as an array: pairs, majorities, sides of a margin."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from writingbench.agreement.judged import Judged, margins, mean_mark
from writingbench.agreement.votes import (
    FIRST,
    MISSING,
    SECOND,
    TIE,
    Duel,
    Scored,
    about,
    lengths,
    majority,
    of_preferences,
    of_scores,
    sides,
    split,
)
from writingbench.records import Preference, Query

NAN = float("nan")


def says(by, choice, first="a", second="b", query=1):
    return Preference(query=query, first=first, second=second, by=by, choice=choice)


def votes(*rows):
    return np.array(rows, np.int8)


def test_a_pair_stands_once_whichever_response_somebody_saw_first():
    found = of_preferences([says("Li", "first"), says("Ana", "first", "b", "a"), says("Bo", "tie", "b", "a")])
    (one,) = found.duels
    assert (one.first, one.second, found.raters) == ("a", "b", ("Ana", "Bo", "Li"))
    assert found.votes.tolist() == [[SECOND, TIE, FIRST]]


def test_of_what_somebody_says_of_a_pair_twice_the_last_counts():
    assert of_preferences([says("Li", "first"), says("Li", "first", "b", "a")]).votes.tolist() == [[SECOND]]


def test_who_did_not_vote_on_a_pair_is_missing_there():
    found = of_preferences([says("Li", "first"), says("Ana", "second", query=2)])
    assert found.votes.tolist() == [[MISSING, FIRST], [SECOND, MISSING]]


def test_scores_become_all_pairs_within_a_query_and_equal_ones_a_tie():
    scores = [
        Scored(query=q, writer=w, by="Li", score=s) for q, w, s in [(1, "a", 3), (1, "b", 1), (1, "c", 3), (2, "a", 0)]
    ]
    found = of_scores(scores)
    said = {(one.first, one.second): int(vote) for one, (vote,) in zip(found.duels, found.votes, strict=True)}
    assert said == {("a", "b"): FIRST, ("a", "c"): TIE, ("b", "c"): SECOND}


def test_only_somebody_who_scored_both_votes_on_a_pair():
    scores = [
        Scored(query=1, writer="a", by="Li", score=3),
        Scored(query=1, writer="b", by="Li", score=2),
        Scored(query=1, writer="b", by="Ana", score=3),
        Scored(query=1, writer="c", by="Ana", score=3),
    ]
    found = of_scores(scores)
    assert [(one.first, one.second) for one in found.duels] == [("a", "b"), ("b", "c")]
    assert found.votes.tolist() == [[MISSING, FIRST], [TIE, MISSING]]


def test_scores_that_differ_by_how_they_were_rounded_are_a_tie():
    scores = [Scored(query=1, writer=w, by="Li", score=s) for w, s in (("a", 0.1 + 0.2), ("b", 0.3))]
    assert of_scores(scores).votes.tolist() == [[TIE]]


def test_a_pair_knows_domain_language_and_lengths_where_the_texts_are_known():
    query = Query(index=1, domain1="Education", domain2="Lesson Plan", language="zh", text="写", criteria=())
    known = about([query], {(1, "a"): "很长的一段话" * 5, (1, "b"): "短"})
    (one,) = of_preferences([says("Li", "first")], known).duels
    assert (one.domain, one.language, one.second_length) == ("Education", "zh", 1)
    assert one.first_length > 20
    (bare,) = of_preferences([says("Li", "first")]).duels
    assert bare.first_length is None
    longer = lengths([one, bare])
    assert longer[0] > 0 and np.isnan(longer[1])


@pytest.mark.parametrize(
    ("said", "whole", "splits"),
    [
        ([FIRST, FIRST, SECOND], FIRST, False),
        ([FIRST, FIRST, TIE], FIRST, False),
        ([TIE, TIE, SECOND], TIE, False),
        ([FIRST, SECOND, MISSING], TIE, True),
        ([FIRST, TIE, MISSING], TIE, True),
        ([FIRST, FIRST, SECOND, SECOND, TIE], TIE, True),
        ([SECOND, MISSING, MISSING], SECOND, False),
        ([MISSING, MISSING, MISSING], MISSING, False),
    ],
)
def test_the_majority_is_what_more_people_said_than_anything_else_and_a_split_is_a_tie(said, whole, splits):
    assert majority(votes(said)).tolist() == [whole]
    assert split(votes(said)).tolist() == [splits]


@given(
    st.lists(st.lists(st.sampled_from([FIRST, TIE, SECOND, MISSING]), min_size=4, max_size=4), min_size=1, max_size=9)
)
def test_the_majority_turns_over_when_every_vote_does(rows):
    said = votes(*rows)
    turned = np.where(said == MISSING, MISSING, -said.astype(int)).astype(np.int8)
    whole = majority(said)
    assert (majority(turned) == np.where(whole == MISSING, MISSING, -whole.astype(int))).all()


def test_nobody_and_no_pair_have_no_majority():
    assert majority(np.zeros((0, 3), np.int8)).tolist() == []
    assert majority(np.zeros((2, 0), np.int8)).tolist() == [MISSING, MISSING]


def test_equal_marks_are_a_tie_a_margin_may_be_one_too_and_no_mark_is_missing():
    found = [0.5, -0.2, 0.0, NAN, 0.1 + 0.2 - 0.3]
    assert sides(found).tolist() == [FIRST, SECOND, TIE, MISSING, TIE]
    assert sides(found, 0.2).tolist() == [FIRST, TIE, TIE, MISSING, TIE]


def duels(*names):
    return [Duel(id=f"{n}", query=1, first=one, second=other) for n, (one, other) in enumerate(names)]


def test_a_margin_is_the_difference_of_mean_marks():
    judged = Judged(judge="j", marks={(1, "a"): (8.0, 6.0), (1, "b"): (5.0, 7.0)})
    found = margins(judged, duels(("a", "b"), ("b", "a")))
    assert found.margins.tolist() == [1.0, -1.0]
    assert found.asked.all() and found.whole.all()


def test_a_mark_that_could_not_be_had_takes_the_others_mark_on_that_criterion_out_with_it():
    judged = Judged(judge="j", marks={(1, "a"): (2.0, 9.0), (1, "b"): (NAN, 8.0)})
    found = margins(judged, duels(("a", "b")))
    assert found.margins.tolist() == [1.0]  # and not 5.5 - 8
    assert found.asked.tolist() == [True] and found.whole.tolist() == [False]


def test_a_response_without_marks_and_one_that_was_not_asked_about_have_no_margin():
    judged = Judged(judge="j", marks={(1, "a"): (2.0, 9.0), (1, "b"): (NAN, NAN)})
    found = margins(judged, duels(("a", "b"), ("a", "c")))
    assert np.isnan(found.margins).all()
    assert found.asked.tolist() == [True, False] and not found.whole.any()
    assert np.isnan(mean_mark((NAN, NAN))) and mean_mark((NAN, 4.0)) == 4.0


def test_queries_may_have_different_numbers_of_criteria():
    marks = {(1, "a"): (2.0, 9.0), (1, "b"): (1.0, 8.0), (2, "a"): (3.0,), (2, "b"): (5.0,)}
    pairs = [Duel(id=str(query), query=query, first="a", second="b") for query in (1, 2)]
    found = margins(Judged(judge="j", marks=marks), pairs)
    assert found.margins.tolist() == [1.0, -2.0] and found.whole.all()
