"""Labels of pairs that come back from other tools: rows of any tool, and what Label Studio exports."""

import json
import xml.etree.ElementTree as ET

import pytest

from test_study import answered
from writingbench.adapters import label_studio_pairs
from writingbench.agreement.draw import draw
from writingbench.agreement.labels import bring_in, given, row
from writingbench.agreement.study import Study
from writingbench.benchmark import Defects

PAIRS = draw([answered(1), answered(2, language="zh")], 3)
ID = PAIRS[0].id


def rows(*said):
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in said).encode()


def test_a_row_tells_the_texts_and_not_who_wrote_them():
    text = json.dumps([row(pair) for pair in PAIRS])
    assert all(pair.first.text in json.loads(text)[place]["first"] for place, pair in enumerate(PAIRS))
    assert '"writer"' not in text
    assert set(row(PAIRS[0])) == {
        "pair", "request", "first", "second", "by", "choice", "strength", "comment", "seconds",
    }  # fmt: skip


def test_rows_come_back_whether_short_or_whole_and_those_without_a_choice_wait_still():
    whole = {**row(PAIRS[0]), "by": "Li", "choice": "A", "strength": 2, "comment": "更清楚", "seconds": 31.5}
    found = given(rows(whole, row(PAIRS[1]), {"pair": PAIRS[2].id, "choice": "tie"}), "f.jsonl", PAIRS, "Wu")
    assert [(one.pair, one.by, one.label.choice, one.label.strength) for one in found] == [
        (ID, "Li", "first", 2),
        (PAIRS[2].id, "Wu", "tie", None),
    ]


@pytest.mark.parametrize(
    ("said", "field", "why"),
    [
        ({"pair": "nope", "by": "Li", "choice": "A"}, "pair", "no such pair"),
        ({"pair": ID, "choice": "A"}, "by", "must name who"),
        ({"pair": ID, "by": "Li", "choice": "C"}, "choice", "A or B"),
        ({"pair": ID, "by": "Li", "choice": 1}, "choice", "A or B"),
        ({"pair": ID, "by": "Li", "choice": "tie", "strength": 1}, "strength", "of a preference"),
        ({"pair": ID, "by": "Li", "choice": "A", "strength": 5}, "strength", "1 .slightly. or 2"),
        ({"pair": ID, "by": "Li", "choice": "A", "seconds": -1}, "seconds", "from 0"),
        ({"pair": ID, "by": "Li", "choice": "A", "comment": 7}, "comment", "must be a text"),
    ],
)
def test_what_is_wrong_is_named_with_file_line_and_field(said, field, why):
    with pytest.raises(Defects, match=why) as caught:
        given(rows({"pair": PAIRS[1].id, "by": "Li", "choice": "B"}, said), "f.jsonl", PAIRS)
    (defect,) = caught.value.defects
    assert (defect.file, defect.line, defect.field) == ("f.jsonl", 2, field)


def test_the_same_person_may_not_say_two_things_of_a_pair_in_one_file():
    with pytest.raises(Defects, match="on line 1"):
        given(rows({"pair": ID, "by": "Li", "choice": "A"}, {"pair": ID, "by": "Li", "choice": "B"}), "f", PAIRS)


def test_the_same_file_again_changes_nothing(tmp_path):
    found = given(rows({"pair": ID, "by": "Li", "choice": "A"}), "f", PAIRS)
    with Study(tmp_path / "agree.db") as study:
        study.add(PAIRS, overlap=1)
        assert (bring_in(study, found), bring_in(study, found)) == (1, 0)
        assert [(one.by, one.label.choice) for one in study.said()] == [("Li", "first")]


# Label Studio


def exported(pair, chosen, *, by="li@example.org", comment=None):
    result = [
        {"from_name": "preference", "to_name": "asked", "type": "choices", "value": {"choices": [chosen]}},
        *(
            [{"from_name": "comment", "to_name": "asked", "type": "textarea", "value": {"text": [comment]}}]
            if comment
            else []
        ),
    ]
    data = label_studio_pairs.task(pair)["data"]
    return {
        "id": 1, "data": data,
        "annotations": [{"id": 9, "completed_by": {"email": by}, "was_cancelled": False, "result": result}],
    }  # fmt: skip


@pytest.mark.parametrize("chosen", label_studio_pairs.MEANT)
def test_every_choice_of_the_page_comes_back_as_what_it_means(chosen):
    content = json.dumps([exported(PAIRS[0], chosen, comment="第二段")]).encode()
    (one,) = label_studio_pairs.labels(content, "export.json", PAIRS)
    assert (one.label.choice, one.label.strength) == label_studio_pairs.MEANT[chosen]
    assert (one.pair, one.by, one.label.comment) == (ID, "li@example.org", "第二段")


def test_the_short_form_of_an_export_says_the_same():
    data = label_studio_pairs.task(PAIRS[0])["data"]
    chosen = next(iter(label_studio_pairs.MEANT))
    content = json.dumps([{"id": 1, **data, "preference": chosen, "annotator": 2, "annotation_id": 5}]).encode()
    (one,) = label_studio_pairs.labels(content, "export.json", PAIRS)
    assert (one.by, one.label.choice) == ("2", "first")


def test_the_labelling_page_has_all_choices_and_shows_what_the_tasks_hold():
    page = ET.fromstring(label_studio_pairs.page())  # noqa: S314 - our own
    assert [one.get("value") for one in page.iter("Choice")] == list(label_studio_pairs.MEANT)
    shown = {one.get("value") for one in page.iter("Text")}
    assert shown == {f"${name}" for name in label_studio_pairs.task(PAIRS[0])["data"] if name != "pair"}


def test_an_export_of_another_project_is_refused_in_one_line():
    one = exported(PAIRS[0], "looks good")
    with pytest.raises(Defects, match="none of the choices of our page"):
        label_studio_pairs.labels(json.dumps([one]).encode(), "export.json", PAIRS)
    one = exported(PAIRS[0], next(iter(label_studio_pairs.MEANT)))
    del one["data"]["pair"]
    with pytest.raises(Defects, match="no such pair"):
        label_studio_pairs.labels(json.dumps([one]).encode(), "export.json", PAIRS)
