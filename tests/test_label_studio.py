"""Label Studio: its tasks and labelling pages, and its exports as work that comes back."""

import json
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from test_exchange import COMMAND, HOSTILE, PLAN, ZH, add, item, material
from writingbench.adapters import label_studio_work as work
from writingbench.adapters.label_studio import Annotation, Region, read, within
from writingbench.benchmark import Defects
from writingbench.construct import exchange
from writingbench.construct.item import Item, Material, key, merged
from writingbench.construct.project import Project

LIFT = (
    "The lift \U0001f6d7 of house 4 is closed.\n\n<b>Ask</b> Mr Wu & Sons.\n\n"
    "Line   three with  spaces \U0001f600 and $request.\n\nLast paragraph."
)
CLOSED = "电梯于三月三日停用。\n\n请联系吴先生。\U0001f6d7\n\n谢谢配合。"


@pytest.fixture
def project(tmp_path):
    with Project(tmp_path / "writingbench-out" / "construct.db") as found:
        yield found


def tasks(project, stage):
    """What goes out, as Label Studio keeps it: numbered, and through JSON."""
    items = exchange.take(project, (stage,)).items
    places = work.places(kept.item for kept in items)
    found = [work.task(kept, project.texts(kept.item), places) for kept in items]
    return [{"id": number, "annotations": [], **json.loads(json.dumps(one))} for number, one in enumerate(found, 1)]


def done(task, by=1, at="2026-11-24T08:00:00Z", cancelled=False, **said):
    """A task with one annotation more: texts, lists of choices, and passages as (start, end, label)."""
    result = []
    for name, value in said.items():
        if name == "passages":
            for start, end, label in value:
                text = task["data"]["text"][start:end]
                region = {"start": start, "end": end, "text": text, "labels": [label]}
                result.append({"from_name": name, "to_name": "shown", "type": "labels", "value": region})
        else:
            kind, given = ("textarea", {"text": [value]}) if isinstance(value, str) else ("choices", {"choices": value})
            result.append({"from_name": name, "to_name": "asked", "type": kind, "value": given})
    one = {"id": 7, "completed_by": by, "result": result, "was_cancelled": cancelled, "created_at": at}
    return {**task, "annotations": [*task["annotations"], one]}


def as_min(tasks):
    """The same as JSON-MIN has it."""
    found = []
    for task in tasks:
        for one in [one for one in task["annotations"] if not one["was_cancelled"]] or [{}]:
            row = {**task["data"], "id": task["id"]}
            for part in one.get("result", []):
                name, value = part["from_name"], part["value"]
                if part["type"] == "labels":
                    row.setdefault(name, []).append(value)
                else:
                    (given,) = value.values()
                    row[name] = given[0] if len(given) == 1 else value
            by = one.get("completed_by", {})
            row |= {"annotator": by["id"] if isinstance(by, dict) and by else by}
            row |= {"annotation_id": one.get("id"), "created_at": one.get("created_at"), "lead_time": 1.5}
            found.append(row)
    return found


FORMS = pytest.mark.parametrize("form", [list, as_min])


def back(project, tasks, form=list, by="Wu", annotator="", bom=False):
    text = json.dumps(form(tasks), ensure_ascii=False, indent=1)
    content = b"\xef\xbb\xbf" * bom + text.replace("\n", "\r\n" if bom else "\n").encode()
    returned = work.rows(content, "e.json", annotator)
    ready = exchange.check(returned.rows, "e.json", project)
    return [*returned.split, *exchange.bring_in(project, ready, by)], returned.waiting


def ways(came):
    return [one.way for one in came[0]]


def wrong(project, content, annotator=""):
    before = len(project.trail())
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    with pytest.raises(Defects) as told:
        exchange.check(work.rows(content, "e.json", annotator).rows, "e.json", project)
    assert len(project.trail()) == before
    return [(one.line, one.field, one.problem) for one in told.value.defects]


# out


@pytest.mark.parametrize("stage", ["collect", "screen", "confirm"])
def test_every_name_on_the_page_is_in_every_task_and_none_is_both_data_and_control(project, stage):
    made = material(project)
    add(project, item(stage, number=1, materials=(made, material(project, "m2", ZH))), item(stage, "zh", number=2))
    page = ElementTree.fromstring(work.page(stage, 2))  # noqa: S314 - it is ours
    names = [one.attrib["name"] for one in page.iter() if "name" in one.attrib]
    controls = {one.attrib["name"] for one in page.iter() if "toName" in one.attrib}
    assert len(names) == len(set(names))
    assert {one.attrib["toName"] for one in page.iter() if "toName" in one.attrib} <= set(names) - controls
    wanted = {one.attrib["value"][1:] for one in page.iter() if one.attrib.get("value", "").startswith("$")}
    assert wanted
    for task in tasks(project, stage):
        assert wanted <= set(task["data"])
        assert not any(map(work.CONTROL, task["data"]))
        assert all(map(work.CONTROL, controls))
        shown = [task["data"][one.attrib["value"][1:]] for one in page.iter("Text")]
        assert all(shown)  # Label Studio takes an empty text for a fault


def test_hostile_text_stays_data_and_never_reaches_the_page(project):
    made = material(project, text=HOSTILE, title=HOSTILE, source=HOSTILE)
    (kept,) = add(project, item(materials=(made,), requirements=("style",)))
    (task,) = tasks(project, "screen")
    start, end, id, _ = task["data"]["pieces"][0]
    assert (task["data"]["text"][start:end], id) == (HOSTILE, "m1")
    assert "script" not in work.page("screen", 1)
    came = back(project, [done(task, new_request=HOSTILE, title_of_1=HOSTILE, decision=["approve"])])
    assert ways(came) == ["applied"]
    found = project.item(kept.item.id).item
    assert (found.request, found.materials[0].title) == (HOSTILE, HOSTILE)


CUTS = st.lists(st.tuples(st.integers(0, len(ZH)), st.integers(0, len(ZH))).map(sorted).map(tuple), max_size=4)


@given(CUTS)
def test_every_piece_that_is_shown_is_the_passage_it_is_said_to_be(cuts):
    cuts = merged(tuple(cuts), len(ZH))
    one = Material(id="m1", title="t", text="h", characters=len(ZH), tokens=9, cuts=cuts)
    text, pieces = work.shown(item(materials=(one, one)), {"h": ZH})
    assert all(text[start:end] == ZH[at : at + end - start] for start, end, _, at in pieces)
    assert "".join(text[start:end] for start, end, _, _ in pieces) == ZH * 2
    assert text.count("⟦") == text.count("⟧") == 2 * len(cuts)


# back


@FORMS
def test_collecting_attaches_describes_and_takes_away(project, form):
    old = (material(project, "m1"), material(project, "m2", ZH, licence=""))
    one, two, three = add(
        project, item("collect", number=1, materials=old), item("collect", "zh", number=2), item("collect", number=3)
    )
    first, second, third = tasks(project, "collect")
    first = done(first, without_1=["take away"], title_of_1="Plan", title_of_2="通知", licence_of_2="CC0",
                 new_title_2="Minutes", new_source_2="town\nhall", new_licence_2="CC BY 4.0", new_text_2=PLAN,
                 decision=["collected"])  # fmt: skip
    second = done(second, new_title_1="计划", new_text_1=ZH)
    came = back(project, [first, second, third], form, by="Li", bom=True)
    assert (ways(came), came[1]) == (["applied", "applied"], 1)
    found = project.item(one.item.id).item
    assert [(m.title, m.source, m.licence) for m in found.materials] == [
        ("通知", "landlord", "CC0"), ("Minutes", "town hall", "CC BY 4.0"),
    ]  # fmt: skip
    assert (found.stage, project.text(found.materials[1].text)) == ("screen", PLAN)
    assert [m.title for m in project.item(two.item.id).item.materials] == ["计划"]
    assert project.item(three.item.id) == three
    assert ways(back(project, [first, second, third], form, by="Li")) == ["there already", "there already"]


@FORMS
def test_screening_marks_passages_over_several_materials(project, form):
    cuts = ((50, 71),)
    (kept,) = add(project, item(materials=(material(project, cuts=cuts), material(project, "m2", ZH))))
    (task,) = tasks(project, "screen")
    text = task["data"]["text"]
    bye, lift = text.index("Bye."), text.index("四号楼")
    wu = text.index("Mr Wu")
    marked = [(bye, lift + 5, "cut"), (wu, wu + 5, "keep"), (wu, wu + 2, "cut")]
    came = back(project, [done(task, passages=marked, new_requirements=["style", "length"])], form)
    assert ways(came) == ["applied"]
    one, two = project.item(kept.item.id).item.materials
    assert [PLAN[a:b] for a, b in one.cuts] == ["Ask ", ", room 12.\n\n", "Bye."]
    assert [ZH[a:b] for a, b in two.cuts] == ["四号楼电梯"]
    assert project.item(kept.item.id).item.requirements == ("style", "length")


@FORMS
def test_confirming_and_sending_back(project, form):
    one, two = add(project, item("confirm", number=1, passed="Wu"), item("confirm", "zh", number=2, passed="Wu"))
    first, second = tasks(project, "confirm")
    came = back(project, [done(first, decision=["confirm"]), done(second, decision=["send back"], reason="太\n短")],
                form, by="Zhao")  # fmt: skip
    assert ways(came) == ["applied", "applied"]
    assert [project.item(kept.item.id).item.stage for kept in (one, two)] == ["approved", "screen"]
    assert project.item(two.item.id).item.reason == "太\n短"


def test_what_is_left_empty_stays_and_none_of_the_requirements_is_a_choice(project):
    (kept,) = add(project, item(materials=(material(project, cuts=((0, 4),)),), requirements=("length",)))
    (task,) = tasks(project, "screen")
    assert ways(back(project, [done(task)])) == ["unchanged"]
    assert ways(back(project, [done(task, title_of_1="Plan", new_request=kept.item.request)])) == ["unchanged"]
    assert ways(back(project, [done(task, new_requirements=["none"])])) == ["applied"]
    found = project.item(kept.item.id).item
    assert (found.requirements, found.materials) == ((), kept.item.materials)


def test_the_latest_annotation_of_a_person_counts_and_skipped_ones_do_not(project):
    add(project, item())
    (task,) = tasks(project, "screen")
    task = done(task, at="2026-11-24T09:00:00Z", decision=["approve"], new_request="The latest.")
    task = done(task, at="2026-11-24T08:00:00Z", new_request="An earlier one.")
    task = done(task, at="2026-11-24T10:00:00Z", cancelled=True, new_request="Skipped.")
    assert ways(back(project, [task])) == ["applied"]
    assert [kept.item.request for kept in project.items("confirm")] == ["The latest."]


@pytest.mark.parametrize(
    ("one", "two"), [(1, 2), ("li@x.org", "wu@x.org"), ({"id": 1, "email": "li@x.org"}, {"id": 2, "email": "wu@x.org"})]
)
def test_two_who_agree_are_one_and_two_who_disagree_are_a_conflict_until_one_is_named(project, one, two):
    add(project, item(number=1), item(number=2))
    first, second = tasks(project, "screen")
    first = done(done(first, one, decision=["approve"]), two, decision=["approve"])
    second = done(done(second, one, decision=["approve"]), two, decision=["reject"], reason="twice")
    outcomes, _ = back(project, [first, second])
    assert [way.way for way in outcomes] == ["conflict", "applied"]
    names = [by["email"] if isinstance(by, dict) else str(by) for by in (one, two)]
    assert outcomes[0].why.startswith(f"{names[0]} and {names[1]} want different things")
    assert ways(back(project, [second], annotator=names[1])) == ["applied"]
    assert [kept.item.reason for kept in project.items("rejected")] == ["twice"]
    ((_, _, problem),) = wrong(project, [second], annotator="nobody@x.org")
    assert problem == f"nothing by nobody@x.org; there is something by {names[0]}, {names[1]}"


def test_a_task_whose_item_went_on_is_a_conflict_and_the_rest_goes_in(project):
    one, _ = add(project, item(number=1), item(number=2))
    found = [done(task, decision=["approve"]) for task in tasks(project, "screen")]
    (row,) = [exchange.row(one, {})]
    list(exchange.bring_in(project, exchange.check([(1, {**row, "request": "Other."})], "f", project), "Zhao"))
    assert ways(back(project, found)) == ["conflict", "applied"]


def test_controls_of_a_teams_own_and_fields_of_a_later_version_stay_away(project):
    add(project, item())
    (task,) = tasks(project, "screen")
    task = done(task, decision=["approve"], comment="fine", stars=["5"])
    task["annotations"][0]["result"] += [
        {"type": "relation", "from_id": "a"},
        {"from_name": "box", "value": {"x": 1}},
        7,
    ]
    task["annotations"][0]["mood"] = task["mood"] = task["data"]["mood"] = {"deep": [1]}
    assert ways(back(project, [task])) == ["applied"]


# where a passage stands

ROCKET = "ab\U0001f680cd 火箭\U0001f680 end"


@pytest.mark.parametrize(
    ("start", "end", "text", "found"),
    [
        (3, 5, "cd", (3, 5)),  # as Python counts
        (4, 6, "cd", (3, 5)),  # as JavaScript counts
        (2, 4, "\U0001f680", (2, 3)),
        (10, 13, "end", (10, 13)),
        (12, 15, "end", (10, 13)),
        (10, 13, None, (10, 13)),
        (9, 12, "end", None),
        (6, 9, "\\n火箭\U0001f680", (6, 9)),
        (0, 99, "ab", None),
        (-3, 2, "ab", None),
        (5, 5, "", None),
    ],
)  # fmt: skip
def test_a_passage_is_found_by_what_it_says_however_emoji_were_counted(start, end, text, found):
    assert within(Region(start=start, end=end, text=text, labels=("cut",)), ROCKET) == found


@given(st.text(st.sampled_from("a \n火\U0001f680"), min_size=1, max_size=40), st.data())
def test_a_passage_that_javascript_counted_is_where_it_was(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    units = [len(text[:place].encode("utf-16-le")) // 2 for place in (start, end)]
    found = within(Region(start=units[0], end=units[1], text=text[start:end], labels=()), text)
    assert found
    assert "".join(text[found[0] : found[1]].split()) == "".join(text[start:end].split())


def test_a_passage_that_does_not_stand_there_is_refused(project):
    add(project, item(materials=(material(project),)))
    (task,) = tasks(project, "screen")
    task = done(task, passages=[(60, 70, "cut")])
    task["annotations"][0]["result"][0]["value"]["text"] = "something else"
    assert wrong(project, [task]) == [
        (1, "passages", "what is marked does not stand there in the text; mark it again")
    ]  # fmt: skip


# what is wrong with a file


@pytest.mark.parametrize(
    ("content", "field", "problem"),
    [
        (b"", "", "must be a list of tasks"),
        (b"[]", "", "the file holds no task"),
        (b'{"id": 1}', "", "must be a list of tasks"),
        (b'[{"id": 1}', "task 1", "no annotations"),
        (b'[{"id": 1, "annotations": [], "data": {}} {}]', "", "the list does not end"),
        (b"[1]", "", "must be a task"),
        (b"[\xff]", "", "not UTF-8"),
        (b"[" * 100_000, "", "not JSON"),
        (b'[{"id": 1, "annotations": 2, "data": {}}]', "task 1", "must have data"),
        (b'[{"id": 1, "annotations": [2], "data": {}}]', "annotations[0]", "must be an annotation"),
        (b'[{"id": 1, "annotations": [{"result": {}}], "data": {}}]', "annotations[0]", "must be an annotation"),
        (b'[{"id": 1, "annotations": [{"result": []}], "data": {"text": "x"}}]', "task 1", "not from `construct work"),
        (b'[{"id": 1, "annotation_id": 3, "text": "x"}]', "task 1", "not from `construct work"),
    ],
)  # fmt: skip
def test_what_is_no_export_is_refused(project, content, field, problem):
    found = wrong(project, content)
    assert found[0][:2] == (1, field)
    assert problem in found[0][2]


def test_defects_name_the_line_on_which_the_task_begins(project):
    add(project, item(number=1, materials=(material(project),)), item(number=2))
    first, second = tasks(project, "screen")
    first = done(first, new_requirements=["none", "style"])
    second = done(second, title_of_1="What?", decision=["collected"])
    content = b"[\n" + json.dumps(first).encode() + b"\n,\n\n" + json.dumps(second).encode() + b"]"
    assert wrong(project, content) == [
        (2, "new_requirements", "none stands beside others; choose the one or the others"),
        (5, "title_of_1", "there is no material 1; what is new goes under new material"),
    ]
    del second["annotations"][0]["result"][0]
    content = b"[\n" + json.dumps(second).encode() + b"]"
    assert wrong(project, content) == [(2, "decision", "not at screen; there it is approve or reject or send back")]


# other uses


def test_a_study_of_pairs_reads_its_annotations_in_the_same_way():
    task = {"id": 1, "annotations": [], "data": {"a": "One.", "b": "Two.", "pair": "17"}}
    content = json.dumps([done(task, by="li@x.org", better=["tie"], why="平")]).encode()
    (one,) = read(content, "s.json", {"better", "why", "stars"}.__contains__).annotations
    assert one == Annotation(
        line=1, task="1", data=task["data"], by="li@x.org", at="2026-11-24T08:00:00Z",
        values={"better": ("tie",), "why": ("平",)},
    )  # fmt: skip
    row = {"id": 1, **task["data"], "better": "A", "stars": 4, "annotator": 2, "annotation_id": 9}
    (one,) = read(json.dumps([row]).encode(), "s.json", {"better", "why", "stars"}.__contains__).annotations
    assert (one.by, one.said("better"), one.said("stars"), one.said("why")) == ("2", ("A",), ("4",), ())
    assert one.data == task["data"]


# the commands


def command(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-c", COMMAND, *map(str, arguments)],
        capture_output=True, text=True, check=False, timeout=120, cwd=cwd,
    )  # fmt: skip


def test_the_commands_write_tasks_with_their_page_and_bring_an_export_back(project, tmp_path):
    huge = "\n\n".join(f"第{number}段：" + "电梯停用。" * 500 for number in range(400))
    add(project, item(number=1, materials=(material(project, text=huge),)), item(number=2), item("collect", number=3))
    ended = command("export", "--to", "t.json", "--as", "label-studio", "--stage", "screen", cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("2 at screen: t.json; the labelling page: t.xml\n")
    assert (tmp_path / "t.xml").read_text() == work.page("screen", 1)
    found = [
        {"id": n, "annotations": [], **task} for n, task in enumerate(json.loads((tmp_path / "t.json").read_text()))
    ]
    at = found[0]["data"]["text"].index("第7段")
    found[0] = done(found[0], passages=[(at, at + 2504, "cut")], decision=["approve"])
    (tmp_path / "e.json").write_text(json.dumps(found))
    ended = command("import", "e.json", "--by", "Wu", cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == "1 changed: 1 now at confirm.\n1 tasks that nobody has annotated yet.\n"
    (kept,) = project.items("confirm")
    ((start, end),) = kept.item.materials[0].cuts
    assert (huge[start : start + 4], end - start) == ("第7段：", 2504)
    ended = command("import", "t.json", "--by", "Wu", "--json", cwd=tmp_path)
    assert ended.returncode == 2
    assert json.loads(ended.stdout)[0]["problem"].startswith("no annotations")


# what Label Studio itself exports


def exported(project):
    """The items of which the export below was made, as they were then."""

    def source(id, title, text, cuts=()):
        return Material(id=id, title=title, source="town hall", licence="CC0", text=project.keep(text),
                        characters=len(text), tokens=9, cuts=cuts)  # fmt: skip

    def one(language, request, materials=(), wanted=()):
        return Item(id=key("Notice", language, request), stage="screen", domain1="Politics & Law", domain2="Notice",
                    language=language, request=request, requirements=("length",), wanted=wanted,
                    materials=materials)  # fmt: skip

    words = 'Tell the tenants <script>alert(1)</script> that the lift is closed,\nin 120 words & "quotes".'
    lift = one("en", words, (source("m1", "Plan <b>", LIFT), source("m2", "通知", CLOSED, ((12, 19),))), ("the plan",))
    notice = one("zh", "请写一则通知，告知居民电梯停用\U0001f600，不超过一百二十字。")
    return add(project, lift, notice)


def test_what_goes_out_is_what_label_studio_exports_as_the_data_of_its_tasks(project):
    exported(project)
    assert [task["data"] for task in tasks(project, "screen")] == [task["data"] for task in json.loads(EXPORT)]


@pytest.mark.parametrize("form", ["JSON", "JSON_MIN"])
def test_an_export_of_label_studio_1_23_comes_in(project, form):
    lift, notice = exported(project)
    content = EXPORT
    if form == "JSON_MIN":
        first, second = json.loads(EXPORT)
        unmarked = {**second["data"], "id": 4, "annotator": {}, "annotation_id": None}
        content = json.dumps([{**first["data"], **json.loads(MIN)}, unmarked])
    returned = work.rows(content.encode(), "e.json")
    outcomes = list(exchange.bring_in(project, exchange.check(returned.rows, "e.json", project), "Wu"))
    assert [one.stage for one in outcomes] == ["confirm", "collect"][: 1 if form == "JSON_MIN" else 2]
    found = project.item(lift.item.id).item
    assert found.request == "Tell the tenants <b>now</b>,\n\n在一百字以内 \U0001f600."
    assert (found.requirements, found.passed) == (("style",), "Wu")
    one, two = found.materials
    assert [LIFT[a:b] for a, b in one.cuts] == [
        "Mr Wu & Sons.\n\nLine   three", "spaces \U0001f600 and $request.", "Last paragraph.",
    ]  # fmt: skip
    assert [CLOSED[a:b] for a, b in two.cuts] == ["请", "先生。", "谢谢配合。"]
    if form == "JSON":
        assert project.item(notice.item.id).item.reason == "没有材料\n再找"  # and the skipped annotation is none


# made with Label Studio 1.23.2 in a browser: passages marked with the mouse, one annotation skipped, then exported
EXPORT = r"""
[
 {"id": 3, "annotations": [
  {"id": 1, "completed_by": 1, "result": [
   {"value": {"start": 118, "end": 140, "text": "spaces 😀 and $request.", "labels": ["cut"]}, "id": "mJ1v70EwUU", "from_name": "passages", "to_name": "shown", "type": "labels", "origin": "manual"},
   {"value": {"start": 142, "end": 157, "text": "Last paragraph.", "labels": ["cut"]}, "id": "KLXDF2MbQe", "from_name": "passages", "to_name": "shown", "type": "labels", "origin": "manual"},
   {"value": {"start": 206, "end": 209, "text": "联系吴", "labels": ["keep"]}, "id": "DoIP2jPjzK", "from_name": "passages", "to_name": "shown", "type": "labels", "origin": "manual"},
   {"value": {"start": 216, "end": 221, "text": "谢谢配合。", "labels": ["cut"]}, "id": "NpsF1OD24J", "from_name": "passages", "to_name": "shown", "type": "labels", "origin": "manual"},
   {"value": {"choices": ["style"]}, "id": "qsXMpXKcIW", "from_name": "new_requirements", "to_name": "asked", "type": "choices", "origin": "manual"},
   {"value": {"choices": ["approve"]}, "id": "WuuuCj5fBS", "from_name": "decision", "to_name": "asked", "type": "choices", "origin": "manual"},
   {"value": {"text": ["Tell the tenants <b>now</b>,\n\n在一百字以内 😀."]}, "id": "IYhLtbaRQj", "from_name": "new_request", "to_name": "asked", "type": "textarea", "origin": "manual"},
   {"value": {"text": ["Plan <b>"]}, "id": "67-iHvHEYz", "from_name": "title_of_1", "to_name": "asked", "type": "textarea", "origin": "manual"},
   {"value": {"text": ["town hall"]}, "id": "4aR02OYtw6", "from_name": "source_of_1", "to_name": "asked", "type": "textarea", "origin": "manual"},
   {"value": {"text": ["CC0"]}, "id": "xJRzuUjSLI", "from_name": "licence_of_1", "to_name": "asked", "type": "textarea", "origin": "manual"},
   {"value": {"text": ["通知"]}, "id": "SAw3OlGYxa", "from_name": "title_of_2", "to_name": "asked", "type": "textarea", "origin": "manual"},
   {"value": {"text": ["town hall"]}, "id": "BWE6DVejNf", "from_name": "source_of_2", "to_name": "asked", "type": "textarea", "origin": "manual"},
   {"value": {"text": ["CC0"]}, "id": "b3w3QhZI7S", "from_name": "licence_of_2", "to_name": "asked", "type": "textarea", "origin": "manual"},
   {"value": {"start": 84, "end": 111, "text": "Mr Wu & Sons.\\n\\nLine   three", "labels": ["cut"]}, "id": "GYKGIMBpee", "from_name": "passages", "to_name": "shown", "type": "labels", "origin": "manual"}
  ], "was_cancelled": false, "ground_truth": false, "created_at": "2026-11-24T08:34:38.193662Z", "updated_at": "2026-11-24T08:35:12.375364Z", "lead_time": 18.633, "task": 3, "project": 2}
 ], "file_upload": "5644e726-t.json", "drafts": [], "predictions": [], "meta": {}, "created_at": "2026-11-24T08:34:07.735029Z", "inner_id": 1, "cancelled_annotations": 0,
  "data": {
   "item": "cb51a581b43c",
   "revision": 1,
   "stage": "screen",
   "place": "Politics & Law · Notice · en · cb51a581b43c",
   "request": "Tell the tenants <script>alert(1)</script> that the lift is closed,\nin 120 words & \"quotes\".",
   "requirements": "length",
   "wanted": "• the plan",
   "sent_back": "—",
   "text": "━━━ 1. Plan <b> · town hall · CC0 ━━━\n\nThe lift 🛗 of house 4 is closed.\n\n<b>Ask</b> Mr Wu & Sons.\n\nLine   three with  spaces 😀 and $request.\n\nLast paragraph.\n\n━━━ 2. 通知 · town hall · CC0 ━━━\n\n电梯于三月三日停用。\n\n⟦请联系吴先生。⟧🛗\n\n谢谢配合。",
   "sources": [{"id": "m1", "cuts": []}, {"id": "m2", "cuts": [[12, 19]]}],
   "pieces": [[39, 157, "m1", 0], [192, 204, "m2", 0], [205, 212, "m2", 12], [213, 221, "m2", 19]],
   "title_1": "Plan <b>",
   "source_1": "town hall",
   "licence_1": "CC0",
   "title_2": "通知",
   "source_2": "town hall",
   "licence_2": "CC0"
 }},
 {"id": 4, "annotations": [
  {"id": 2, "completed_by": 1, "result": [
   {"value": {"choices": ["send back"]}, "id": "jruP-k_RR7", "from_name": "decision", "to_name": "asked", "type": "choices", "origin": "manual"},
   {"value": {"text": ["请写一则通知，告知居民电梯停用😀，不超过一百二十字。"]}, "id": "LQeQv-Jqzv", "from_name": "new_request", "to_name": "asked", "type": "textarea", "origin": "manual"},
   {"value": {"text": ["没有材料\n再找"]}, "id": "rApW-QvMaP", "from_name": "reason", "to_name": "asked", "type": "textarea", "origin": "manual"}
  ], "was_cancelled": false, "ground_truth": false, "created_at": "2026-11-24T08:34:49.110137Z", "updated_at": "2026-11-24T08:34:49.110160Z", "lead_time": 4.782, "task": 4, "project": 2},
  {"id": 4, "completed_by": 1, "result": [
   {"from_name": "decision", "to_name": "asked", "type": "choices", "value": {"choices": ["approve"]}}
  ], "was_cancelled": true, "ground_truth": false, "created_at": "2026-11-24T08:35:18.549498Z", "updated_at": "2026-11-24T08:35:18.549525Z", "lead_time": null, "task": 4, "project": 2}
 ], "file_upload": "5644e726-t.json", "drafts": [], "predictions": [], "meta": {}, "created_at": "2026-11-24T08:34:07.735112Z", "inner_id": 2, "cancelled_annotations": 1,
  "data": {
   "item": "195e74bb6a52",
   "revision": 1,
   "stage": "screen",
   "place": "Politics & Law · Notice · zh · 195e74bb6a52",
   "request": "请写一则通知，告知居民电梯停用😀，不超过一百二十字。",
   "requirements": "length",
   "wanted": "—",
   "sent_back": "—",
   "text": "—",
   "sources": [],
   "pieces": [],
   "title_1": "",
   "source_1": "",
   "licence_1": "",
   "title_2": "",
   "source_2": "",
   "licence_2": ""
 }}
]"""  # noqa: E501
MIN = r"""
{"id": 3,
 "passages": [{"start": 118,
 "end": 140,
 "text": "spaces 😀 and $request.",
 "labels": ["cut"]}, {"start": 142,
 "end": 157,
 "text": "Last paragraph.",
 "labels": ["cut"]}, {"start": 206,
 "end": 209,
 "text": "联系吴",
 "labels": ["keep"]}, {"start": 216,
 "end": 221,
 "text": "谢谢配合。",
 "labels": ["cut"]}, {"start": 84,
 "end": 111,
 "text": "Mr Wu & Sons.\\n\\nLine   three",
 "labels": ["cut"]}],
 "new_requirements": "style",
 "decision": "approve",
 "new_request": "Tell the tenants <b>now</b>,\n\n在一百字以内 😀.",
 "title_of_1": "Plan <b>",
 "source_of_1": "town hall",
 "licence_of_1": "CC0",
 "title_of_2": "通知",
 "source_of_2": "town hall",
 "licence_of_2": "CC0",
 "annotator": 1,
 "annotation_id": 1,
 "created_at": "2026-11-24T08:34:38.193662Z",
 "updated_at": "2026-11-24T08:35:12.375364Z",
 "lead_time": 18.633}
"""
