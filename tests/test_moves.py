"""What may happen to an item on its way, and what is left of a text when passages are cut."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from writingbench.construct import moves
from writingbench.construct.item import Item, Material, compose, key, left, merged, noted, query
from writingbench.construct.unfit import Unfit

REPORT = Material(
    id="m1", title="Minutes", source="town hall", licence="CC0-1.0", text="h1", characters=20, tokens=5
)  # fmt: skip
TEXTS = {"h1": "One.\n\nTwo.\n\nThree."}


def item(**fields):
    return Item(
        **{
            "id": "a1", "stage": "collect", "domain1": "Education", "domain2": "Lesson Plan", "language": "en",
            "request": "Plan a lesson from the minutes.", "wanted": ("minutes",), **fields,
        }
    )  # fmt: skip


def steps(found):
    return [(step.what, step.by, step.note) for step in found.history]


def test_an_item_goes_from_collection_through_two_experts_to_approval():
    found = moves.attached(item(), "Li", REPORT)
    found = moves.collected(found, "Li")
    assert found.stage == "screen"
    found = moves.adapted(found, "Wu", "Plan a lesson from these minutes.")
    found = moves.cut(found, "Wu", "m1", ((4, 12),))
    found = moves.approved(found, "Wu")
    assert (found.stage, found.passed) == ("confirm", "Wu")
    found = moves.confirmed(found, "Zhao")
    assert found.stage == "approved"
    assert steps(found) == [
        ("attach", "Li", "Minutes (text, about 5 tokens), town hall, CC0-1.0"),
        ("adapt", "Wu", None),
        ("cut", "Wu", "8 of 20 characters of Minutes"),
        ("approve", "Wu", None),
        ("confirm", "Zhao", None),
    ]
    made = query(found, 7, TEXTS)
    assert made.text == "Plan a lesson from these minutes.\n\nMaterial 1: Minutes\n\nOne.\n\nThree."
    assert (made.index, made.domain2, made.criteria, made.history) == (7, "Lesson Plan", (), found.history)


def test_material_needs_a_title_a_source_and_a_licence_before_it_is_handed_on():
    for field in ("title", "source", "licence"):
        with pytest.raises(Unfit) as told:
            moves.collected(item(materials=(replace(REPORT, **{field: " "}),)), "Li")
        assert (told.value.word, told.value.facts) == ("described", {"field": field})


def test_without_material_the_history_says_so():
    assert steps(moves.collected(item(), "Li")) == [("attach", "Li", "no material")]


def test_nobody_confirms_what_they_approved():
    with pytest.raises(Unfit) as told:
        moves.confirmed(item(stage="confirm", passed="Wu"), "Wu")
    assert told.value.word == "same"


def test_sent_back_goes_one_stage_back_with_its_reason_and_needs_both_experts_anew():
    back = moves.sent_back(item(stage="confirm", passed="Wu"), "Zhao", " too long ")
    assert (back.stage, back.reason, back.passed) == ("screen", "too long", "")
    again = moves.sent_back(back, "Zhao", "the minutes are of another year")
    assert again.stage == "collect"
    assert steps(again)[-1] == ("send back", "Zhao", "to collect: the minutes are of another year")


@pytest.mark.parametrize("act", [moves.rejected, moves.sent_back])
def test_nothing_is_refused_without_a_reason(act):
    with pytest.raises(Unfit) as told:
        act(item(stage="screen"), "Wu", " \n")
    assert told.value.word == "reason"


@pytest.mark.parametrize(
    ("stage", "act"),
    [
        ("screen", lambda one: moves.attached(one, "Li", REPORT)),
        ("screen", lambda one: moves.collected(one, "Li")),
        ("collect", lambda one: moves.adapted(one, "Wu", "x")),
        ("collect", lambda one: moves.cut(one, "Wu", "m1", ())),
        ("collect", lambda one: moves.approved(one, "Wu")),
        ("screen", lambda one: moves.confirmed(one, "Wu")),
        ("approved", lambda one: moves.rejected(one, "Wu", "late")),
        ("rejected", lambda one: moves.sent_back(one, "Wu", "late")),
        ("confirm", lambda one: moves.adapted(one, "Wu", "x")),
    ],
)
def test_what_belongs_to_another_stage_is_refused(stage, act):
    with pytest.raises(Unfit) as told:
        act(item(stage=stage, materials=(REPORT,)))
    assert (told.value.word, told.value.facts) == ("stage", {"stage": stage})


def test_an_empty_request_passes_no_expert():
    with pytest.raises(Unfit):
        moves.approved(item(stage="screen", request=" \n "), "Wu")


def test_a_source_that_is_gone_cannot_be_described_or_removed():
    for act in (
        lambda: moves.detached(item(), "Li", "m1"),
        lambda: moves.described(item(), "Li", "m1", title="", source="", licence=""),
    ):
        with pytest.raises(Unfit) as told:
            act()
        assert told.value.word == "gone"


def test_typing_on_is_one_step_of_the_history_and_somebody_elses_another():
    found = item(stage="screen")
    for words in ("a", "ab", "abc"):
        found = moves.adapted(found, "Wu", words)
    found = moves.adapted(moves.adapted(found, "Zhao", "abcd"), "Wu", "abcde")
    assert [by for _, by, _ in steps(found)] == ["Wu", "Zhao", "Wu"]


def test_requirements_are_kept_in_their_order_and_once():
    assert moves.labelled(item(stage="screen"), "Wu", ("length", "style", "length")).requirements == (
        "style", "length",
    )  # fmt: skip


# what is left


def test_a_paragraph_that_is_cut_leaves_no_hole():
    text = "One.\n\nTwo.\n\nThree."
    assert left(text, ((6, 10),)) == "One.\n\nThree."
    assert left(text, ((0, 4),)) == "Two.\n\nThree."
    assert left(text, ((12, 18),)) == "One.\n\nTwo."
    assert left(text, ((0, len(text)),)) == ""
    assert left(text, ()) == text


def test_what_stood_on_two_sides_of_a_break_stays_apart():
    assert left("One.\n\nTwo.\n\nThree.", ((2, 14),)) == "On\n\nree."
    assert left("一二\n三四", ((1, 4),)) == "一\n四"


def test_words_that_are_cut_inside_a_line_leave_its_breaks_alone():
    assert left("甲乙丙丁\n戊己", ((1, 3),)) == "甲丁\n戊己"


@given(st.lists(st.tuples(st.integers(-5, 60), st.integers(-5, 60))), st.integers(0, 50))
def test_merged_cuts_are_in_order_apart_and_inside(cuts, length):
    found = merged(tuple(cuts), length)
    assert all(0 <= start < end <= length for start, end in found)
    assert all(one[1] < two[0] for one, two in pairwise(found))
    gone = {place for start, end in found for place in range(start, end)}
    assert gone == {place for start, end in cuts for place in range(start, end) if 0 <= place < length}


@given(st.text(alphabet="ab\n。", max_size=40), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40))))
def test_what_is_left_is_what_stood_there_but_for_breaks(text, cuts):
    found = merged(tuple(cuts), len(text))
    stood = "".join(sign for place, sign in enumerate(text) if not any(a <= place < b for a, b in found))
    assert left(text, found).replace("\n", "") == stood.replace("\n", "")


def test_materials_are_numbered_in_the_language_of_the_request():
    two = replace(REPORT, id="m2", title="会议记录", text="h2")
    found = compose(item(language="zh", request="写教案。", materials=(REPORT, two)), {**TEXTS, "h2": "第一段。"})
    assert found == "写教案。\n\n材料1：Minutes\n\nOne.\n\nTwo.\n\nThree.\n\n材料2：会议记录\n\n第一段。"


def test_the_same_request_in_the_same_place_is_the_same_item():
    assert key("Poetry", "en", "Write.") == key("Poetry", "en", "Write.")
    others = [key("Poetry", "zh", "Write."), key("Prose", "en", "Write."), key("Poetry", "en", "Write!")]
    assert len({key("Poetry", "en", "Write."), *others}) == 4
    assert key("Poetry", "en", "half a character \ud800")


def test_a_step_says_who_what_and_when_in_utc():
    (step,) = noted(item(), "draft", "vendor/m", prompt="1f0c").history
    assert (step.what, step.by, step.prompt, step.note) == ("draft", "vendor/m", "1f0c", None)
    assert step.date.endswith("+00:00")
