"""What requests are refined by: the guidances there are, and how they are drawn to the shares that are wanted."""

import threading
from collections import Counter
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from writingbench.benchmark.language import language_of
from writingbench.construct import mix
from writingbench.construct.item import Item
from writingbench.construct.mix import KINDS, draw, has, said, settle, shares, shipped
from writingbench.construct.project import Project
from writingbench.records import UserError

USUAL = shares()


def item(number, language="en", domain2="Speech", domain1="Politics & Law", **fields):
    return Item(
        id=f"{language}-{domain2}-{number}", domain1=domain1, domain2=domain2, language=language,
        request=f"Write speech {number}.", **fields,
    )  # fmt: skip


def spread(sizes, prefix=""):
    """Items in strata of these sizes, by turns English and Chinese."""
    return [
        item(f"{prefix}{number}", ("en", "zh")[stratum % 2], f"S{stratum // 2}", f"D{stratum % 6}")
        for stratum, size in enumerate(sizes)
        for number in range(size)
    ]


def settled(items, drawn):
    return [replace(one, guidances=drawn.get(one.id, one.guidances)) for one in items]


def count(items, kind):
    return sum(has(one, kind) for one in items)


def strata(items):
    found = {}
    for one in items:
        found.setdefault((one.language, one.domain1, one.domain2), []).append(one)
    return found.values()


def far(items, wanted, kind):
    """How far the stratum is from its share that is farthest."""
    return max(abs(count(some, kind) - wanted[kind] * len(some)) for some in strata(items))


# the pool


def test_there_are_six_kinds_with_five_to_eight_ways_each_in_both_languages():
    assert tuple(shipped()) == KINDS
    for guidance in shipped().values():
        assert 5 <= len(guidance.ways) <= 8
        assert len({way.id for way in guidance.ways}) == len(guidance.ways)
        assert 0 < guidance.share < 1
        for en, zh in [(way.en, way.zh) for way in guidance.ways] + [(guidance.description, guidance.description_zh)]:
            assert (language_of(en), language_of(zh)) == ("en", "zh")
        assert all(way.weight > 0 and ":" not in way.id and "," not in way.id for way in guidance.ways)


def test_the_published_requirements_are_the_usual_shares():
    assert [USUAL[kind] for kind in ("style", "format", "length")] == [0.442, 0.498, 0.222]


def test_guidances_are_told_in_the_language_of_the_request_and_a_way_that_is_gone_by_its_kind():
    english, chinese = (said(["length:range", "style:gone"], language) for language in ("en", "zh"))
    assert english[0].startswith("Length: Give a range")
    assert chinese[0].startswith("篇幅：")
    assert english[1] == f"Style: {shipped()['style'].description}"
    assert chinese[1] == f"风格：{shipped()['style'].description_zh}"
    with pytest.raises(UserError, match="colour:red"):
        said(["colour:red"], "en")


# shares


def test_shares_that_are_named_take_the_place_of_the_usual_ones():
    assert shares(" style=0.1, length = 1 ,content=0 ") == {**USUAL, "style": 0.1, "length": 1.0, "content": 0.0}
    assert shares("") == USUAL


@pytest.mark.parametrize(
    "text",
    ["style", "style=", "style=much", "style=-0.1", "style=1.1", "style=nan", "style=inf", "tone=0.5", "=0.5",
     "style=0.4,style=0.4", "style=0.4;format=0.3", "style=40%", "Style=0.4", "style==0.4", "风格=0.4"],
)  # fmt: skip
def test_what_is_no_share_is_one_clear_line(text):
    with pytest.raises(UserError, match=r"--mix.*from 0 to 1.*personalization") as told:
        shares(text)
    assert "\n" not in str(told.value)


# drawing


@pytest.mark.parametrize("seed", [0, 1, 7])
def test_of_5000_requests_in_100_strata_each_kind_has_exactly_its_share_and_each_stratum_nearly(seed):
    rng = np.random.default_rng(seed)
    edges = np.sort(rng.choice(np.arange(1, 5000), 99, replace=False))
    items = spread(np.diff([0, *edges, 5000]).tolist())
    made = settled(items, draw(items, USUAL, seed))
    assert len(items) == 5000
    for kind in KINDS:
        assert count(made, kind) == round(USUAL[kind] * 5000)
        assert far(made, USUAL, kind) < 1
        for language in ("en", "zh"):
            some = [one for one in made if one.language == language]
            assert abs(count(some, kind) - USUAL[kind] * len(some)) < 1


def test_guidances_are_not_heaped_on_the_same_requests_and_no_two_kinds_go_together():
    items = spread([50] * 100)
    drawn = draw(items, USUAL).values()
    table = np.array([[any(one.startswith(f"{kind}:") for one in row) for kind in KINDS] for row in drawn], float)
    numbers = Counter(len(row) for row in drawn)
    chance = np.ones(1)  # the numbers that independent draws would have
    for kind in KINDS:
        chance = np.convolve(chance, [1 - USUAL[kind], USUAL[kind]])
    assert max(abs(numbers[n] / 5000 - chance[n]) for n in range(7)) < 0.03
    assert np.abs(np.corrcoef(table.T) - np.eye(6)).max() < 0.06


def test_ways_come_as_often_as_they_weigh():
    drawn = draw(spread([500] * 4), {**USUAL, "length": 1.0})
    ways = Counter(one for row in drawn.values() for one in row if one.startswith("length:"))
    whole = sum(way.weight for way in shipped()["length"].ways)
    for way in shipped()["length"].ways:
        assert abs(ways[f"length:{way.id}"] - 2000 * way.weight / whole) <= 1


def test_a_way_without_weight_is_never_drawn():
    style = shipped()["style"]
    never, last = (mix.Way(id=id, en="e", zh="z", weight=0.0) for id in ("never", "last"))
    only = msgspec.structs.replace(style, ways=(never, style.ways[0], last))
    drawn = draw(spread([40, 3]), USUAL | {"style": 1.0}, pool={"style": only})
    assert set(drawn.values()) == {(f"style:{style.ways[0].id}",)}


def test_the_same_seed_draws_the_same_and_another_another():
    items = spread([20] * 10)
    assert draw(items, USUAL, 1) == draw(items, USUAL, 1)
    assert draw(items, USUAL, 1) != draw(items, USUAL, 2)


def test_shares_of_nought_and_one_leave_nothing_to_chance():
    items = spread([1, 2, 30])
    every = draw(items, dict.fromkeys(KINDS, 1.0))
    assert {tuple(one.partition(":")[0] for one in row) for row in every.values()} == {KINDS}
    assert set(draw(items, dict.fromkeys(KINDS, 0.0)).values()) == {()}


def test_there_may_be_one_request_or_none():
    assert draw([], USUAL) == {}
    one = item(1)
    assert draw([one], dict.fromkeys(KINDS, 0.4)) == {one.id: ()}
    assert len(draw([one], dict.fromkeys(KINDS, 0.6))[one.id]) == 6


def test_what_is_drawn_stays_and_counts_towards_the_whole():
    first = settled(spread([7] * 20), draw(spread([7] * 20), USUAL))
    later = spread([3] * 30, prefix="later-")
    drawn = draw([*first, *later], USUAL, 5)
    assert set(drawn) == {one.id for one in later}
    made = settled([*first, *later], drawn)
    for kind in KINDS:
        assert count(made, kind) == round(USUAL[kind] * len(made))


def test_too_many_drawn_before_are_made_up_for_as_far_as_that_goes():
    before = [replace(one, guidances=("style:voice",)) for one in spread([10])]
    later = spread([10, 40], prefix="later-")
    made = settled([*before, *later], draw([*before, *later], USUAL | {"style": 0.2}))
    assert count(made, "style") == 12  # 20% of 60: of the new ones two
    assert not any(draw([*before, *spread([10], prefix="n")], dict.fromkeys(KINDS, 0.0)).values())


@given(
    st.lists(st.integers(0, 9), max_size=12),
    st.lists(st.integers(0, 9), max_size=12),
    st.lists(st.floats(0, 1), min_size=6, max_size=6),
    st.integers(0, 1000),
)
def test_totals_are_exact_whatever_the_strata_the_shares_and_the_additions(sizes, more, given_shares, seed):
    wanted = dict(zip(KINDS, given_shares, strict=True))
    items = spread(sizes)
    made = settled(items, draw(items, wanted, seed))
    for kind in KINDS:
        assert count(made, kind) == round(wanted[kind] * len(items))
        assert not made or far(made, wanted, kind) <= 1 + 1e-6
    everything = [*made, *spread(more, prefix="later-")]
    final = settled(everything, draw(everything, wanted, seed))
    assert final[: len(made)] == made
    for kind in KINDS:
        assert count(final, kind) == round(wanted[kind] * len(final))
    assert all(len({one.partition(":")[0] for one in item.guidances}) == len(item.guidances) <= 6 for item in final)


# into a project


def test_what_is_drawn_is_written_down_with_its_seed_and_never_drawn_again(tmp_path):
    with Project(tmp_path / "construct.db") as project:
        project.add(spread([10, 10]), by="vendor/m", what="draft")
        assert settle(project, USUAL, 3) == 20
        before = project.items()
        assert settle(project, dict.fromkeys(KINDS, 1.0), 4) == 0
        assert project.items() == before
        for kept in before:
            (step,) = kept.item.history
            assert (step.what, step.by) == ("refine", "mix")
            assert step.note == f"seed 3: {', '.join(kept.item.guidances) or 'none'}"
            assert kept.holder == ""
        assert [(one.by, one.what) for one in project.trail(before[0].item.id)] == [
            ("vendor/m", "draft"),
            ("mix", "mix"),
        ]


def test_only_what_may_be_in_the_benchmark_counts(tmp_path):
    styled = dict.fromkeys(KINDS, 0.0) | {"style": 0.5}
    lost = [
        item(f"lost-{stage}-{number}", stage=stage, guidances=("style:voice",))
        for stage in ("duplicate", "rejected")
        for number in range(5)
    ]
    unrefined = [item(f"other-{number}", stage="collect") for number in range(6)]
    going = [item(f"on-{number}", stage="screen", guidances=("style:voice",)) for number in range(2)]
    with Project(tmp_path / "construct.db") as project:
        project.add([*lost, *unrefined, *going, *spread([8])], by="vendor/m")
        assert settle(project, styled) == 8
        drafts = [kept.item for kept in project.items("draft")]
        assert count(drafts, "style") == 3  # and the two make five of ten
        assert all(kept.item.guidances is None for kept in project.items("collect"))


def test_two_that_draw_at_the_same_time_end_at_one_mix(tmp_path):
    path = tmp_path / "construct.db"
    with Project(path) as project:
        project.add(spread([10] * 20), by="vendor/m")
    counts = {}

    def run(seed):
        with Project(path) as project:
            counts[seed] = settle(project, USUAL, seed)

    threads = [threading.Thread(target=run, args=(seed,)) for seed in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts.values()) == 200
    with Project(path) as project:
        items = [kept.item for kept in project.items()]
    assert all(len(one.history) == 1 for one in items)
    for kind in KINDS:
        assert count(items, kind) == round(USUAL[kind] * 200)
