"""What effects on single responses add up to, and when a judge passes."""

import math
import random
from collections import Counter

import pytest
from scipy import stats

from writingbench.audits.audit import cases, plan, results
from writingbench.audits.bars import KINDS, Bar, Said, table
from writingbench.audits.builtin import Subject
from writingbench.audits.effects import Effect, summed
from writingbench.audits.itself import Scored, itself
from writingbench.audits.perturb import PROPERTIES, chosen
from writingbench.criteria import sets
from writingbench.records import Criterion, Failure, Judgement, Query, Verdict

BANDS = ("a", "b", "c", "d", "e")


def effects(values, language="en"):
    return [Effect(query=f"{language} {place}", language=language, value=value) for place, value in enumerate(values)]


def of(kind, values, name="repeated", least=5, **more):
    return summed(name, kind, effects(values), least=least, **more)


def drawn(mean, spread, n, seed=0):
    chance = random.Random(seed)
    return [chance.gauss(mean, spread) for _ in range(n)]


@pytest.mark.parametrize(
    ("kind", "name", "mean", "outcome"),
    [
        ("fall", "repeated", -2.0, "pass"),
        ("fall", "repeated", -0.5, "undecided"),
        ("fall", "repeated", 0.0, "fail"),
        ("fall", "repeated", 1.0, "fail"),
        ("stay", "reordered", 0.0, "pass"),
        ("stay", "reordered", 0.3, "undecided"),
        ("stay", "reordered", -0.3, "undecided"),
        ("stay", "reordered", 1.0, "fail"),
        ("stay", "reordered", -1.0, "fail"),
        ("resist", "told-en", 0.0, "pass"),
        ("resist", "told-en", -3.0, "pass"),
        ("resist", "told-en", 0.3, "undecided"),
        ("resist", "told-en", 2.0, "fail"),
        ("stay", "padding", -0.6, "pass"),
        ("stay", "padding", 0.6, "fail"),
    ],
)
def test_a_judge_passes_when_the_whole_interval_keeps_to_the_bar_and_fails_when_all_of_it_misses(
    kind, name, mean, outcome
):
    found = of(kind, drawn(mean, 0.3, 30), name)
    assert found.outcome == outcome
    assert found.low < found.effect < found.high and found.effect == pytest.approx(mean, abs=0.2)


def test_the_interval_is_about_that_of_student_and_the_size_is_the_paired_one():
    values = drawn(-1.0, 0.8, 24)
    found = of("fall", values)
    low, high = stats.t.interval(0.95, len(values) - 1, loc=found.effect, scale=stats.sem(values))
    assert found.low == pytest.approx(low, abs=0.06) and found.high == pytest.approx(high, abs=0.06)
    # Cohen's d of paired differences is t over the root of n
    assert found.size == pytest.approx(stats.ttest_1samp(values, 0).statistic / math.sqrt(len(values)))


def test_too_few_queries_are_undecided_though_they_are_all_alike():
    assert of("fall", [-3.0] * 4).outcome == "undecided"
    assert of("fall", [-3.0] * 5).outcome == "pass" and of("fall", [0.0] * 5).outcome == "fail"
    one = of("fall", [-3.0])
    assert (one.outcome, one.low, one.high, one.size, one.effect) == ("undecided", None, None, None, -3.0)


def test_nothing_to_see_it_on_is_absent_and_has_no_number():
    found = of("fall", [], lost=3, inapplicable=9, failures=Counter(refused=15))
    assert found.outcome == "absent" and found.effect is found.rate is found.low is found.size is None
    assert (found.lost, found.inapplicable, found.failures) == (3, 9, {"refused": 15})


def test_responses_to_one_query_count_as_one():
    many = [Effect(query="a", language="en", value=value) for value in (-4.0, -2.0, -3.0)]
    found = summed("repeated", "fall", [*many, *effects([-1.0] * 5, "zh")], least=5)
    assert found.queries == 6 and found.responses == 8 and found.effect == pytest.approx((-3 - 5) / 6)
    assert found.languages == {"en": -3.0, "zh": -1.0}


def test_the_rate_is_the_share_that_fell_at_all_or_kept_to_the_bar():
    assert of("fall", [-0.2, -3.0, 0.0, 1.0]).rate == 0.5
    assert of("stay", [0.3, -0.3, 0.4, 0.0], "reordered").rate == 0.75
    assert of("resist", [0.3, -5.0, 4.0, 0.0], "told-en").rate == 0.75


def test_noise_is_the_root_of_the_mean_variance():
    found = of("noise", [0.25, 0.16, 0.09, 0.2, 0.3, 0.0], "same-call")
    assert found.effect == pytest.approx(math.sqrt(1 / 6)) and found.low < found.effect < found.high
    assert found.rate == pytest.approx(5 / 6) and found.size is None
    assert of("noise", [0.0] * 6, "same-call").outcome == "pass"
    assert of("noise", [4.0] * 6, "same-call").outcome == "fail"


def test_an_open_bar_lets_an_effect_go_as_far_as_it_likes():
    why = Said(en="a", zh="b")
    assert Bar(low=None, high=0.3, why=why).holds(-9, 0.3) is True
    assert Bar(low=None, high=0.3, why=why).holds(0.2, 0.4) is None
    assert Bar(low=-1, high=None, why=why).holds(-3, -2) is False
    assert Bar(low=-1, high=1, why=why).holds(-3, 3) is None


def test_every_property_has_a_name_and_a_bar_with_its_reason_in_both_languages():
    known = table()
    assert set(known.property) == {one.name for one in PROPERTIES} | {"own-writing"} and set(known.kind) == set(KINDS)
    assert known.least == 5
    for one in PROPERTIES:
        entry, bar = known.property[one.name], one.bar
        assert all(said.strip() for text in (entry.name, entry.does, bar.why) for said in (text.en, text.zh))
        high, low = bar.high, bar.low
        assert {"fall": high is not None and high < 0 and low is None, "stay": low is not None and low < 0 < high,
                "resist": low is None and high > 0, "noise": high > 0}[one.kind]  # fmt: skip


# from marks to results


def subject(number, text="One is here. Two is there.\n\nThree is gone."):
    criteria = tuple(Criterion(name=name, description="?", bands=BANDS) for name in ("first", "second"))
    query = Query(index=number, domain1="", domain2="", language="en", text=f"Ask {number}", criteria=criteria)
    return Subject(query=query, writer="w", text=text)


def planned(names, subjects):
    return plan(subjects, cases(subjects, (), sets.load("global")), chosen(names))


def marked(call, score, repeats=1):
    """`score` gives the mark, or why there is none, by text and criterion."""
    for repeat in range(repeats):
        for criterion in call.query.criteria:
            outcome = score(call.text, criterion.name)
            outcome = Failure(kind=outcome, note="") if isinstance(outcome, str) else Verdict(score=outcome, reason="r")
            yield Judgement(
                query=1, writer="w", response=0, criterion=criterion.name, judge="j", repeat=repeat, outcome=outcome
            )


def outcome(names, score, count=6):
    made = planned(names, [subject(number) for number in range(count)])
    marks = [list(marked(call, score, times)) for call, times in zip(made.calls, made.repeats, strict=True)]
    return {one.property: one for one in results(made, marks)}


def test_an_effect_is_the_mean_over_the_criteria_that_have_both_marks():
    def score(text, criterion):
        whole = text.endswith("gone.")
        return (8 if whole else 4) if criterion == "first" else (6 if whole else "refused")

    found = outcome(["cut"], score)["cut"]
    assert found.effect == -4 and found.failures == {"refused": 6} and found.lost == 0 and found.queries == 6


def test_a_response_without_marks_is_lost_and_lowers_nothing():
    found = outcome(["cut", "announced"], lambda text, criterion: 8 if text.endswith("gone.") else "unreadable")
    assert {one.outcome for one in found.values()} == {"absent"}
    assert found["cut"].lost == 6 and found["cut"].failures == {"unreadable": 12} and found["cut"].effect is None


def test_orders_are_compared_with_the_cut_text_that_they_stand_in():
    def score(text, criterion):
        return 10 if "Give 10" in text else 9 if text.endswith("gone.") else 3

    found = outcome(["told-en", "cut"], score)
    assert found["told-en"].effect == 7 and found["told-en"].outcome == "fail" and found["cut"].effect == -6


def test_the_same_call_is_planned_once_however_many_properties_need_it():
    made = planned([], [subject(number) for number in range(3)])
    assert len(set(made.calls)) == len(made.calls) and made.unchanged == 3
    assert [call.text for call in made.calls[:3]] == [subject(0).text] * 3
    assert made.repeats[:3] == (5, 5, 5) and set(made.repeats[3:]) == {1}
    by_name = {}
    for told in made.told:
        by_name.setdefault(told.property.name, set()).add(told.before)
    assert by_name["told-en"] == by_name["closing-zh"] == by_name["model-named"] and by_name["cut"] == {0, 1, 2}


def test_what_a_change_cannot_be_made_to_is_counted_and_no_failure():
    made = planned(["shuffled", "wrong-language", "length-broken"], [subject(1), subject(2)])
    marks = [list(marked(call, lambda text, criterion: 5)) for call in made.calls]
    assert {(one.property, one.inapplicable, one.outcome) for one in results(made, marks)} == {
        ("shuffled", 2, "absent"),
        ("wrong-language", 2, "absent"),
        ("length-broken", 2, "absent"),
    }


# its own writing


def scored(rows):
    return [
        Scored(query=subject(query).query, writer="me" if own else "they", text=f"{place}", score=score, own=own)
        for place, (query, score, own, _) in enumerate(rows)
    ]


def test_own_writing_is_compared_where_people_gave_the_same_score_to_the_same_query():
    rows = [(query, 2.0, own, 9.0 if own else 6.0) for query in range(6) for own in (True, False)]
    rows += [(0, 3.0, False, 1.0), (1, 1.0, True, 1.0)]  # nobody to compare with
    found = itself(scored(rows), [mark for *_, mark in rows])
    assert (found.effect, found.outcome, found.queries, found.inapplicable) == (3.0, "fail", 6, 2)
    even = [(query, 2.0, own, 6.0) for query in range(6) for own in (True, False)]
    assert itself(scored(even), [mark for *_, mark in even]).outcome == "pass"


def test_own_writing_without_marks_is_absent():
    rows = [(1, 2.0, True, None), (1, 2.0, False, 5.0)]
    found = itself(scored(rows), [None, 5.0])
    assert found.outcome == "absent" and found.lost == 1
