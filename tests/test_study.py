"""Pairs drawn for people, and what they say of them kept on disk."""

import threading
from collections import Counter

import pytest

from writingbench.agreement import study as studies
from writingbench.agreement.draw import Answered, checks, draw
from writingbench.agreement.study import Label, Study
from writingbench.records import Query, UserError

WORDS = {"en": "The lake was quiet that morning. ", "zh": "那天早上湖面很静。"}


def query(index, domain="Education", language="en"):
    text = f"{'Write a notice' if language == 'en' else '写一则通知'} {index}"
    return Query(index=index, domain1=domain, domain2="Notice", language=language, text=text, criteria=())


def answered(index, domain="Education", language="en", writers="abc", marks=None):
    answers = {name: WORDS[language] * (3 + place) + name + str(index) for place, name in enumerate(writers)}
    return Answered(query=query(index, domain, language), answers=answers, marks=marks or {})


@pytest.fixture
def many():
    """Two domains, one twice as large, in two languages."""
    domains = ["Education", "Education", "Politics & Law"]
    return [answered(n, domains[n % 3], "en" if n % 2 else "zh") for n in range(1, 61)]


def finish(study, by, id, choice="first", **more):
    study.say(by, id, Label(choice=choice, seconds=5.0, done=True, **more))


# drawing


def test_every_stratum_gets_its_share_and_queries_take_turns(many):
    pairs = draw(many, 60, seed=3)
    assert len({pair.id for pair in pairs}) == 60
    strata = Counter((pair.query.domain1, pair.query.language) for pair in pairs)
    assert strata == {(d, lang): 20 if d == "Education" else 10 for d, lang in strata}
    assert set(Counter(pair.query.index for pair in pairs).values()) == {1}  # 60 pairs of 60 queries


def test_who_is_shown_first_is_left_to_the_lot_and_the_same_seed_draws_the_same(many):
    pairs = draw(many, 180, seed=1)
    first = sum(pair.first.writer < pair.second.writer for pair in pairs)
    assert 60 < first < 120
    assert draw(many, 180, seed=1) == pairs != draw(many, 180, seed=2)


def test_small_middle_and_large_gaps_come_alike_often_where_there_are_marks():
    found = [answered(n, marks={"a": 5.0, "b": 5.0 + n / 10, "c": 9.0}) for n in range(1, 31)]
    counts = Counter(pair.gap for pair in draw(found, 30))
    assert set(counts) == {"small", "middle", "large"}
    assert max(counts.values()) - min(counts.values()) <= 2


def test_long_inputs_and_equal_or_empty_answers_make_no_pair():
    long = Answered(query=query(1), answers={"a": WORDS["en"] * 2000, "b": "short"}, marks={})
    same = Answered(query=query(2), answers={"a": "same", "b": "same", "c": " "}, marks={})
    fine = answered(3, writers="ab")
    assert [pair.query.index for pair in draw([long, same, fine], 10, most=2000)] == [3]
    with pytest.raises(UserError, match="no two responses"):
        draw([long, same], 10, most=2000)


def test_only_pairs_among_the_named_writers_are_drawn(many):
    for pair in draw(many, 30, writers=("a", "c")):
        assert {pair.first.writer, pair.second.writer} == {"a", "c"}


def test_an_attention_check_puts_an_answer_to_another_query_beside_a_real_one(many):
    pairs = draw(many, 20)
    made = checks(pairs, many, 6)
    assert len(made) == 6
    for pair in made:
        right = pair.first if pair.check == "first" else pair.second
        wrong = pair.second if pair.check == "first" else pair.first
        assert right.text.endswith(str(pair.query.index))
        assert not wrong.text.endswith(f"{wrong.writer}{pair.query.index}")
    assert {pair.check for pair in checks(pairs, many, 20)} == {"first", "second"}


# saying


def test_what_is_typed_is_there_when_the_file_is_opened_again_and_is_not_finished(tmp_path, many):
    with Study(tmp_path / "agree.db") as study:
        study.add(draw(many, 4), overlap=1)
        id = study.next("Li").pair.id
        study.say("Li", id, Label(comment="第二段重复了", seconds=12.5))
    with Study(tmp_path / "agree.db", make=False) as study:
        task = study.next("Li")
        assert (task.pair.id, task.label.comment, task.done, task.left) == (id, "第二段重复了", 0, 4)
        assert study.said() == []


def test_each_pair_goes_to_as_many_people_as_asked_and_checks_to_everybody(tmp_path, many):
    pairs = draw(many, 6)
    with Study(tmp_path / "agree.db") as study:
        study.add(pairs, overlap=2)
        study.add(checks(pairs, many, 2), overlap=2)
        for by in ("Li", "Wu", "Zhao", "Kim"):
            while task := study.next(by):
                finish(study, by, task.pair.id)
        times = Counter(one.pair.id for one in study.said())
        assert {times[pair.id] for pair in pairs} == {2}
        assert sorted(times.values()) == [2] * 6 + [4] * 2


def test_two_people_at_once_are_not_both_given_the_last_place_of_a_pair(tmp_path, many):
    with Study(tmp_path / "agree.db") as study:
        study.add(draw(many, 1), overlap=1)
        assert study.next("Li") is not None
        assert study.next("Wu") is None


def test_what_somebody_opened_and_left_is_given_to_another_after_an_hour(tmp_path, many, monkeypatch):
    with Study(tmp_path / "agree.db") as study:
        study.add(draw(many, 1), overlap=1)
        study.next("Li")
        monkeypatch.setattr(studies, "IDLE", -1)
        assert study.next("Wu") is not None


def test_the_order_is_another_one_for_each_person_and_the_same_on_every_day(tmp_path, many):
    orders = {}
    for by in ("Li", "Wu"):
        with Study(tmp_path / f"{by}.db") as study:
            study.add(draw(many, 12), overlap=1)
            orders[by] = []
            while task := study.next(by):
                orders[by].append(task.pair.id)
                finish(study, by, task.pair.id)
    assert sorted(orders["Li"]) == sorted(orders["Wu"])
    assert orders["Li"] != orders["Wu"]


def test_somebody_can_go_back_and_say_something_else_and_the_latest_counts(tmp_path, many):
    with Study(tmp_path / "agree.db") as study:
        study.add(draw(many, 3), overlap=1)
        first = study.next("Li").pair.id
        finish(study, "Li", first, "first", strength=2)
        second = study.next("Li").pair.id
        finish(study, "Li", second, "tie")
        assert (study.before("Li", None), study.before("Li", second), study.before("Li", first)) == (
            second,
            first,
            None,
        )
        finish(study, "Li", first, "second", strength=1)
        assert {one.pair.id: one.label.choice for one in study.said()} == {first: "second", second: "tie"}


@pytest.mark.parametrize(
    ("label", "why"),
    [
        (Label(done=True), "choose first"),
        (Label(choice="tie", strength=1), "strength"),
        (Label(choice="first", strength=3), "strength"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_kept(tmp_path, many, label, why):
    with Study(tmp_path / "agree.db") as study:
        study.add(draw(many, 1), overlap=1)
        id = study.pairs()[0].id
        with pytest.raises(UserError, match=why):
            study.say("Li", id, label)
        assert study.label("Li", id) == studies.NOTHING


def test_the_same_pairs_again_are_not_added_twice(tmp_path, many):
    with Study(tmp_path / "agree.db") as study:
        assert study.add(draw(many, 5, seed=1), overlap=1) == 5
        assert study.add(draw(many, 5, seed=1), overlap=1) == 0


def test_several_people_at_the_same_time_finish_everything_once(tmp_path, many):
    path = tmp_path / "agree.db"
    with Study(path) as study:
        study.add(draw(many, 20), overlap=2)

    def work(by):
        with Study(path) as study:
            while task := study.next(by):
                finish(study, by, task.pair.id)

    threads = [threading.Thread(target=work, args=(by,)) for by in ("Li", "Wu", "Zhao")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with Study(path) as study:
        assert set(Counter(one.pair.id for one in study.said()).values()) == {2}
