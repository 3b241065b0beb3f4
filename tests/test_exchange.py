"""Work that goes out as rows and comes back: what becomes of it, what is refused, and what stays as it was."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from writingbench.benchmark import Defects
from writingbench.construct import exchange, moves
from writingbench.construct.exchange import WHAT, passages
from writingbench.construct.item import Item, Material, key, merged
from writingbench.construct.project import Held, Project

PLAN = "The lift of house 4 is closed from 3 to 7 March.\n\nAsk Mr Wu, room 12.\n\nThe stairs are open all day.\n\nBye."
ZH = "四号楼电梯三月三日至七日停用。\n\n如有疑问，请到十二室找吴先生。\n\n楼梯全天开放。\n\n谢谢配合。"
HOSTILE = "<script>alert('x')</script> ]]> {{7*7}} $request %s \\n \u202e\ufffe \U0001f6d7 '; DROP TABLE items; --"

REQUESTS = {"en": "Tell the tenants that the lift is closed.", "zh": "请写一则通知，告知居民电梯停用。"}
COMMAND = (
    "import sys; from writingbench.cli.construct.work import work_app; from writingbench.records import UserError\n"
    "try: sys.exit(work_app(sys.argv[1:], result_action='return_value'))\n"
    "except UserError as error: print(error, file=sys.stderr); sys.exit(2)"
)


def material(project, id="m1", text=PLAN, **fields):
    about = {"title": "Plan", "source": "landlord", "licence": "CC0", **fields}
    return Material(id=id, text=project.keep(text), characters=len(text), tokens=30, **about)


def item(stage="screen", language="en", number=0, **fields):
    request = f"{REQUESTS[language]} ({number})"
    return Item(
        id=key("Notice", language, request), stage=stage, domain1="Politics & Law", domain2="Official Document",
        language=language, request=request, wanted=("the plan",), **fields,
    )  # fmt: skip


@pytest.fixture
def project(tmp_path):
    with Project(tmp_path / "construct.db") as found:
        yield found


def add(project, *items):
    project.add(items, by="vendor/m", what="draft")
    return [project.item(one.id) for one in items]


def out(project, id=""):
    """The rows as a tool has them: through JSON."""
    rows = [exchange.row(kept, project.texts(kept.item)) for kept in exchange.take(project).items]
    return json.loads(json.dumps([row for row in rows if id in {"", row["id"]}]))


def back(project, *rows, by="Wu"):
    content = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()
    return list(exchange.bring_in(project, checked(project, content), by))


def checked(project, content):
    defects = []
    return exchange.check(exchange.lines(content, "w.jsonl", defects), "w.jsonl", project, defects)


def ways(outcomes):
    return [one.way for one in outcomes]


def wrong(project, *rows):
    before = len(project.trail())
    with pytest.raises(Defects) as told:
        back(project, *rows)
    assert len(project.trail()) == before
    return [(one.line, one.field, one.problem) for one in told.value.defects]


def stages(project):
    made = material(project)
    return add(
        project,
        item("collect", number=1),
        item("collect", "zh", number=2, materials=(material(project, text=ZH),), reason="来源不清"),
        item("screen", number=3, materials=(made,), requirements=("length",)),
        item("confirm", "zh", number=4, materials=(replace(made, cuts=((0, 9),)),), passed="Zhao"),
    )


# out and back


def test_rows_hold_everything_that_waits_and_change_nothing_when_they_come_back_as_they_went(project):
    waiting = stages(project)
    add(project, item("draft", number=9), item("approved", number=10))
    rows = out(project)
    assert [row["id"] for row in rows] == [kept.item.id for kept in waiting]
    assert [row["decisions"] for row in rows] == [
        ["collected"], ["collected"], ["approve", "reject", "send back"], ["confirm", "reject", "send back"],
    ]  # fmt: skip
    assert rows[1]["sent_back"] == "来源不清"
    assert rows[3]["materials"][0] == {
        "id": "m1", "title": "Plan", "source": "landlord", "licence": "CC0", "kind": "text", "text": PLAN,
        "cuts": [[0, 9]],
    }  # fmt: skip
    trail = len(project.trail())
    assert ways(back(project, *rows)) == ["unchanged"] * 4
    assert len(project.trail()) == trail


def test_collected_material_comes_in_as_one_line_of_the_trail_with_source_and_licence_in_the_history(project):
    old = (material(project, "m1"), material(project, "m2", ZH))
    (kept,) = add(project, item("collect", materials=old))
    (row,) = out(project)
    row["materials"][1] |= {"title": "通知", "licence": "CC BY 4.0"}
    del row["materials"][0]
    row["materials"].append({"title": "Minutes", "source": "town hall", "licence": "CC0-1.0", "text": HOSTILE})
    row["decision"] = "collected"
    (outcome,) = back(project, row, by="Li")
    assert (outcome.way, outcome.stage) == ("applied", "screen")
    found = project.item(kept.item.id).item
    assert [(one.title, one.licence) for one in found.materials] == [("通知", "CC BY 4.0"), ("Minutes", "CC0-1.0")]
    assert project.text(found.materials[1].text) == HOSTILE
    assert found.materials[1].characters == len(HOSTILE)
    assert [(step.what, step.by) for step in found.history] == [("attach", "Li"), ("attach", "Li")]
    change = project.trail(found.id)[-1]
    assert (change.what, change.by, len(project.trail(found.id))) == (WHAT, "Li", 2)


def test_screening_changes_words_requirements_and_cuts_and_another_expert_confirms(project):
    (kept,) = add(project, item(materials=(material(project),)))
    (row,) = out(project)
    row |= {"request": "Say that the lift is closed.\r\nIn 120 words.", "requirements": ["length", "style"]}
    row["materials"][0] |= {"cuts": [[50, 71]], "source": "the landlord"}
    assert ways(back(project, {**row, "decision": " Approve "}, by="Wu")) == ["applied"]
    found = project.item(kept.item.id).item
    assert found.request == "Say that the lift is closed.\nIn 120 words."
    assert (found.requirements, found.materials[0].cuts) == (("style", "length"), ((50, 71),))
    assert (found.stage, found.passed, found.materials[0].source) == ("confirm", "Wu", "the landlord")
    (row,) = out(project)
    (outcome,) = back(project, {**row, "decision": "confirm"}, by="Wu")
    assert (outcome.way, outcome.why) == ("unfit", "somebody else has to confirm what you approved")
    assert ways(back(project, {**row, "decision": "confirm"}, by="Zhao")) == ["applied"]
    assert project.item(kept.item.id).item.stage == "approved"


@pytest.mark.parametrize(("stage", "lands"), [("screen", "collect"), ("confirm", "screen")])
def test_what_is_sent_back_or_rejected_carries_its_reason(project, stage, lands):
    one, two = add(project, item(stage, number=1, passed="Zhao"), item(stage, "zh", number=2, passed="Zhao"))
    first, second = out(project)
    outcomes = back(project, {**first, "decision": "send back", "reason": " too short "},
                    {**second, "decision": "reject", "reason": "重复"})  # fmt: skip
    assert [one.stage for one in outcomes] == [lands, "rejected"]
    assert project.item(one.item.id).item.reason == "too short"
    assert project.item(two.item.id).item.reason == "重复"
    assert out(project)[0]["sent_back"] == "too short"


def test_a_row_written_by_hand_needs_only_what_it_changes(project):
    (kept,) = add(project, item(materials=(material(project),), requirements=("format",)))
    row = {"id": kept.item.id, "revision": 1, "materials": [{"id": "m1", "title": None, "cuts": [[0, 10]]}]}
    assert ways(back(project, row)) == ["applied"]
    found = project.item(kept.item.id)
    assert found.item.materials[0].cuts == ((0, 10),)
    assert found.item == replace(
        kept.item, history=found.item.history, materials=(replace(kept.item.materials[0], cuts=((0, 10),)),)
    )
    assert found.holder == ""


def test_a_row_goes_in_as_a_whole_or_not_at_all(project):
    (kept,) = add(project, item("collect"))
    (row,) = out(project)
    row |= {"materials": [{"title": "Plan", "source": "landlord", "text": PLAN}], "decision": "collected"}
    (outcome,) = back(project, row)
    assert (outcome.way, outcome.why) == ("unfit", "Plan: the licence is missing")
    assert project.item(kept.item.id) == kept
    row["materials"][0]["licence"] = "CC0"
    assert ways(back(project, row)) == ["applied"]


# passages


def test_a_text_that_comes_back_shorter_is_cut_where_it_lacks_something(project):
    (kept,) = add(project, item(materials=(material(project, "m1"), material(project, "m2", ZH))))
    (row,) = out(project)
    row["materials"][0]["text"] = (
        PLAN.replace("Ask Mr Wu, room 12.\n\n", "").replace(" all day", "").replace("\n", "\r\n")
    )
    row["materials"][1]["text"] = ZH.replace("请到十二室找", "").replace("\n\n谢谢配合。", "")
    row["materials"][1]["cuts"] = [[0, 2]]
    assert ways(back(project, row)) == ["applied"]
    one, two = project.item(kept.item.id).item.materials
    assert [PLAN[a:b] for a, b in one.cuts] == ["Ask Mr Wu, room 12.\n\n", " all day"]
    assert [ZH[a:b].strip() for a, b in two.cuts] == ["四号", "请到十二室找", "谢谢配合。"]
    assert ways(back(project, out(project)[0])) == ["unchanged"]


@pytest.mark.parametrize("text", ["The lift works.", "Ask Mr Li.", PLAN + " More.", PLAN.upper(), "谢谢", "a", "", " "])
def test_a_text_with_other_words_is_refused(project, text):
    add(project, item(materials=(material(project, text=PLAN),)))
    (row,) = out(project)
    row["materials"][0]["text"] = text
    ((line, field, problem),) = wrong(project, row)
    assert (line, field) == (1, "materials[0].text")
    assert "put back what was exported, and use cuts" in problem


def test_space_that_a_tool_lost_is_no_passage(project):
    text = "\n  One line.   \n\n\n  Another.\t\n"
    add(project, item(materials=(material(project, text=text),)))
    (row,) = out(project)
    row["materials"][0]["text"] = "One line.\n\nAnother."
    assert ways(back(project, row)) == ["unchanged"]


PARAGRAPH = st.text(st.sampled_from("ab。好 \U0001f6d7"), min_size=1, max_size=30).map(str.strip).filter(bool)


@given(st.lists(st.tuples(PARAGRAPH, st.booleans()), min_size=1, max_size=8))
def test_whole_paragraphs_that_were_taken_out_are_always_found(paragraphs):
    whole, kept = "\n\n".join(text for text, _ in paragraphs), "\n\n".join(text for text, stays in paragraphs if stays)
    cuts, found = passages(whole, kept)
    if found == len(kept):
        assert bare(without(whole, cuts)) == bare(kept)
    else:  # where paragraphs are so alike that one was taken for the beginning of another
        assert len({text[:2] for text, _ in paragraphs}) < len(paragraphs)


@given(st.text(st.sampled_from("abc \n"), max_size=60), st.text(st.sampled_from("abc \n"), max_size=40))
def test_what_is_said_to_be_cut_leaves_what_came_back(whole, kept):
    cuts, found = passages(whole, kept)
    if found == len(kept):
        assert bare(without(whole, cuts)) == bare(kept)
    assert merged(cuts, len(whole)) == cuts


def without(text, cuts):
    return "".join(one for place, one in enumerate(text) if not any(a <= place < b for a, b in cuts))


def bare(text):
    return "".join(text.split())


def test_a_huge_text_goes_out_and_comes_back_with_its_passages(project):
    pages = [
        f"Page {number}: " + "the lift is closed. 电梯停用。" * 60 + f" End of {number}." for number in range(1500)
    ]
    (kept,) = add(project, item(materials=(material(project, text="\n\n".join(pages)),)))
    (row,) = out(project)
    assert len(row["materials"][0]["text"]) > 2_000_000
    row["materials"][0]["text"] = "\n\n".join(pages[:700] + pages[701:1400])
    assert ways(back(project, row)) == ["applied"]
    cuts = project.item(kept.item.id).item.materials[0].cuts
    text = "\n\n".join(pages)
    assert len(cuts) == 2
    assert text[cuts[0][0] : cuts[0][1]].count(": the lift") == 1
    assert text[cuts[1][0] : cuts[1][1]].count("Page") == 100


# conflicts and again


def test_a_row_on_an_older_revision_is_a_conflict_that_names_who_changed_it_and_the_rest_goes_in(project):
    one, two = add(project, item(number=1), item(number=2))
    rows = [{**row, "request": "Other words.", "decision": "approve"} for row in out(project)]
    project.change(one, moves.adapted(one.item, "Zhao", "Zhao's words."), by="Zhao", what="adapt", hold=False)
    first, second = back(project, *rows)
    assert (first.way, second.way) == ("conflict", "applied")
    assert first.why.startswith("Zhao changed it since (adapt, 20")
    assert project.item(one.item.id).item.request == "Zhao's words."
    assert project.item(two.item.id).item.request == "Other words."


def test_what_somebody_else_has_in_hand_is_a_conflict(project):
    (kept,) = add(project, item())
    (row,) = out(project)
    project.hold(kept.item.id, "Zhao")
    (outcome,) = back(project, {**row, "decision": "approve"}, by="Wu")
    assert (outcome.way, outcome.why) == ("conflict", "Zhao has it in hand")
    assert ways(back(project, {**row, "decision": "approve"}, by="Zhao")) == ["applied"]


def test_the_same_rows_again_change_nothing_even_when_others_went_on_from_there(project):
    collect, screen = add(project, item("collect", number=1), item("screen", number=2, materials=(material(project),)))
    rows = out(project)
    new = {"title": "Plan", "source": "landlord", "licence": "CC0", "text": ZH}
    rows[0] |= {"materials": [new, {**new, "title": "The same once more"}], "decision": "collected"}
    rows[1] |= {"request": "Other words."}
    assert ways(back(project, *rows)) == ["applied", "applied"]
    trail = len(project.trail())
    assert ways(back(project, *rows)) == ["there already", "there already"]
    now = project.item(collect.item.id)
    project.change(now, moves.adapted(now.item, "Zhao", "Zhao's words."), by="Zhao", what="adapt")
    assert ways(back(project, *rows)) == ["there already", "there already"]
    assert len(project.trail()) == trail + 1
    rows[1]["request"] = "Words of a third kind."
    assert ways(back(project, *rows)) == ["there already", "conflict"]
    assert ways(back(project, rows[0], by="Zhao")) == ["conflict"]
    assert project.item(screen.item.id).item.request == "Other words."


def test_what_was_taken_back_does_not_come_in_again_by_itself(project):
    (kept,) = add(project, item())
    rows = [{**out(project)[0], "decision": "approve"}]
    back(project, *rows)
    project.undo(kept.item.id, "Wu")
    (outcome,) = back(project, *rows)
    assert (outcome.way, "Wu changed it since (undo" in outcome.why) == ("conflict", True)
    assert project.item(kept.item.id).item.stage == "screen"


def test_an_untouched_row_is_no_conflict_when_its_item_went_on_elsewhere(project):
    (kept,) = add(project, item())
    (row,) = out(project)
    for words in ("A", "AB", "ABC"):  # typing: three revisions, one line of the trail
        kept = project.change(kept, moves.adapted(kept.item, "Zhao", words), by="Zhao", what="adapt", typing=True)
    assert (kept.revision, len(project.trail(kept.item.id))) == (4, 2)
    late = {**out(project)[0]}
    kept = project.change(kept, moves.approved(kept.item, "Zhao"), by="Zhao", what="approve")
    assert ways(back(project, row)) == ["unchanged"]
    assert ways(back(project, late)) == ["unchanged"]
    assert ways(back(project, {**row, "request": "Mine."})) == ["conflict"]


# what is wrong with a file


@pytest.mark.parametrize(
    ("change", "field", "problem"),
    [
        ({"id": "nobody"}, "id", "no such item here"),
        ({"id": 7}, "id", "Expected `str`"),
        ({"revision": 9}, "revision", "the item is at 1 only"),
        ({"revision": "1"}, "revision", "Expected `int`"),
        ({"revision": True}, "revision", "Expected `int`"),
        ({"comment": "x"}, "comment", "no such field; there are id, revision"),
        ({"decision": "accept"}, "decision", "must be one of collected, approve, confirm, reject, send back"),
        ({"decision": 1}, "decision", "must be one of"),
        ({"decision": "confirm"}, "decision", "not at screen; there it is approve or reject or send back"),
        ({"reason": "why"}, "reason", "goes with reject or send back"),
        ({"request": ["x"]}, "request", "Expected `str | null`"),
        ({"requirements": ["tone"]}, "requirements[0]", "Invalid enum value 'tone'"),
        ({"requirements": "style"}, "requirements", "Expected `array | null`"),
        ({"stage": "confirm"}, "stage", "is only told"),
        ({"domain2": "Poem"}, "domain2", "is only told"),
        ({"wanted": []}, "wanted", "is only told"),
        ({"materials": {}}, "materials", "Expected `array | null`"),
        ({"materials": []}, "materials", "is not changed at screen"),
        ({"materials": [{"id": "m1"}, {"id": "m1"}]}, "materials", "each stands there once"),
        ({"materials": [{"id": "m1"}, {"id": "m9"}]}, "materials[1].id", "the item has no such material"),
        ({"materials": [{"id": "m1"}, {"text": "New."}]}, "materials[1]", "is not changed at screen"),
        ({"materials": [{"id": "m1", "kind": "pdf"}]}, "materials[0].kind", "is only told"),
        ({"materials": [{"id": "m1", "tokens": 3}]}, "materials[0].tokens", "no such field; there are id, title"),
        ({"materials": [{"id": "m1", "title": "x" * 2001}]}, "materials[0].title", "length <= 2000"),
        ({"materials": [{"id": "m1", "cuts": [[5, 5]]}]}, "materials[0].cuts[0]", "must be a passage"),
        ({"materials": [{"id": "m1", "cuts": [[0, 9999]]}]}, "materials[0].cuts[0]", "must be a passage"),
        ({"materials": [{"id": "m1", "cuts": [[-1, 5]]}]}, "materials[0].cuts[0][0]", "Expected `int` >= 0"),
        ({"materials": [{"id": "m1", "cuts": [[0, 1, 2]]}]}, "materials[0].cuts[0]", "Expected `array` of length 2"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line_and_field_and_nothing_is_changed(project, change, field, problem):
    add(project, item(number=1), item(number=2, materials=(material(project),)))
    good, row = out(project)
    found = wrong(project, {**good, "decision": "approve"}, {**row, **change})
    assert [(line, where) for line, where, _ in found] == [(2, field)]
    assert problem in found[0][2]


def test_what_a_stage_does_not_allow_is_said_before_anything_is_changed(project):
    stages(project)
    rows = out(project)
    rows[0] |= {"request": "Mine.", "requirements": ["style"], "decision": "approve"}
    rows[1]["materials"][0]["cuts"] = [[0, 3]]
    rows[3] |= {"request": "Mine."}
    rows[3]["materials"][0]["licence"] = "mine"
    assert [(line, field) for line, field, _ in wrong(project, *rows)] == [
        (1, "request"), (1, "requirements"), (1, "decision"), (2, "materials[0].cuts"),
        (4, "materials[0].licence"), (4, "request"),
    ]  # fmt: skip


def test_an_item_that_waits_for_nobody_and_one_that_stands_there_twice_are_refused(project):
    draft, screen = add(project, item("draft", number=1), item(number=2))
    rows = [{"id": draft.item.id, "revision": 1}, {"id": screen.item.id, "revision": 1}]
    found = wrong(project, *rows, rows[1])
    assert [(line, field) for line, field, _ in found] == [(1, "id"), (3, "id")]
    assert "stands on line 2 already" in found[1][2]


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"{", b"[1]", b'"x"', b'{"id": "\xff"}', b'{"a": "\\ud800"}', b"[" * 9000]
)
def test_what_is_no_row_at_all_is_refused(project, content):
    with pytest.raises(Defects) as told:
        checked(project, content)
    assert [one.line for one in told.value.defects] == [1]


def test_every_defect_of_a_file_is_said_at_once_with_its_value_and_moves_no_terminal(project):
    (kept,) = add(project, item())
    rows = [
        {"id": "x", "revision": 1}, {"id": "y", "revision": -1}, {"id": kept.item.id, "revision": 1, "decision": "yes"},
        {"id": "z", "revision": 1, "\x1b[2J注": 1}, {"id": "z", "revision": 1, "requirements": ["\x1b[2J" * 99]},
    ]  # fmt: skip
    with pytest.raises(Defects) as told:
        checked(project, "\n".join([json.dumps(rows[0]), "{", *map(json.dumps, rows[1:])]).encode())
    said = [str(one) for one in told.value.defects]
    assert said[:4] == [
        "w.jsonl:1: id: no such item here; name the --out folder that it was exported from (is 'x')",
        "w.jsonl:2: not JSON: Input data was truncated; each line must be one JSON object (is '{')",
        "w.jsonl:3: revision: Expected `int` >= 1 (is -1)",
        "w.jsonl:4: decision: must be one of collected, approve, confirm, reject, send back, or empty (is 'yes')",
    ]
    assert said[4].startswith("w.jsonl:5: \\x1b[2J注: no such field")
    assert said[5].startswith("w.jsonl:6: requirements[0]: Invalid enum value")
    assert "".join(said).isprintable()


# in hand


def test_what_goes_out_in_hand_is_kept_from_others_and_what_others_have_stays(project):
    one, two, three, four = add(
        project, item(number=1), item(number=2), item("confirm", number=3, passed="Li"), item("collect", number=4)
    )
    project.hold(two.item.id, "Zhao")
    taken = exchange.take(project, (), "Li")
    assert [kept.item.id for kept in taken.items] == [one.item.id, four.item.id]
    assert taken.left_out == {
        two.item.id: "Zhao has it in hand",
        three.item.id: "Li approved it, so somebody else has to confirm it",
    }
    with pytest.raises(Held):
        project.hold(one.item.id, "Zhao")
    assert [kept.item.id for kept in exchange.take(project, ("collect",), "Li").items] == [four.item.id]
    assert [kept.holder for kept in taken.items] == ["Li", "Li"]


# the commands


def work(*arguments, cwd, **options):
    return subprocess.run(
        [sys.executable, "-c", COMMAND, *map(str, arguments)],
        capture_output=True, text=True, check=False, timeout=120, cwd=cwd, **options,
    )  # fmt: skip


@pytest.fixture
def out_folder(tmp_path):
    with Project(tmp_path / "writingbench-out" / "construct.db") as project:
        stages(project)
    return tmp_path


def test_the_commands_write_rows_and_bring_them_back(out_folder):
    ended = work("export", "--to", "w.jsonl", "--stage", "screen", "--hold", "Wu", cwd=out_folder)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("1 at screen: w.jsonl\n")
    path = out_folder / "w.jsonl"
    row = json.loads(path.read_text())
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps({**row, "decision": "approve"}).encode() + b"\r\n\r\n")
    ended = work("import", "w.jsonl", "--by", "Zhao", cwd=out_folder)
    assert (ended.returncode, ended.stdout) == (1, "0 changed; nothing is new.\n")
    assert f"line 1: {row['id']}: not applied: Wu has it in hand" in ended.stderr
    ended = work("import", "w.jsonl", "--by", " Wu ", cwd=out_folder)
    assert (ended.returncode, ended.stderr, ended.stdout) == (0, "", "1 changed: 1 now at confirm.\n")
    ended = work("import", "w.jsonl", "--by", "Wu", "--json", cwd=out_folder)
    found = json.loads(ended.stdout)
    assert (ended.returncode, found["rows"], found["items"][0]["way"]) == (0, {"there already": 1}, "there already")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("export", "--to", "there.jsonl"), "there.jsonl is there already"),
        (("export", "--to", "w.jsonl", "--out", "elsewhere"), "nothing is under construction here"),
        (("export", "--to", "w.json", "--as", "label-studio"), "name the --stage"),
        (("export", "--to", "w.xml", "--as", "label-studio", "--stage", "screen"), "name it .json"),
        (("export", "--to", "w.jsonl", "--config", "c.xml"), "--config goes with --as label-studio"),
        (("export", "--to", "w.jsonl", "--hold", " "), "is no name"),
        (("import", "nothing.jsonl", "--by", "Wu"), "nothing.jsonl: cannot be read"),
        (("import", "there.jsonl", "--by", ""), "is no name"),
        (("import", "there.jsonl", "--by", "Wu"), "there.jsonl:1: revision: missing"),
        (("import", "there.jsonl", "--by", "Wu", "--annotator", "Li"), "--annotator goes with"),
        (("import", "there.jsonl", "--by", "Wu", "--as", "label-studio"), "must be a list of tasks"),
    ],
)  # fmt: skip
def test_a_wrong_call_is_one_clear_line(out_folder, arguments, said):
    (out_folder / "there.jsonl").write_text('{"id": "x"}\n')
    ended = work(*arguments, cwd=out_folder)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_what_cannot_be_written_stays_in_nobodys_hand(out_folder):
    (out_folder / "file").write_text("")
    ended = work("export", "--to", "file/w.jsonl", "--hold", "Li", cwd=out_folder)
    assert (ended.returncode, "cannot be written" in ended.stderr) == (2, True)
    with Project(out_folder / "writingbench-out" / "construct.db") as project:
        assert not any(kept.holder for kept in project.items())


def test_where_nothing_waits_that_is_said_and_no_file_written(tmp_path):
    with Project(tmp_path / "writingbench-out" / "construct.db") as project:
        add(project, item("draft"))
    ended = work("export", "--to", "w.jsonl", cwd=tmp_path)
    assert (ended.returncode, "nothing waits for people" in ended.stderr) == (2, True)
    assert not (tmp_path / "w.jsonl").exists()


def many(tmp_path, count):
    """A project with many items, and a file that approves them all."""
    folder = tmp_path / "writingbench-out"
    with Project(folder / "construct.db") as project:
        made = material(project)
        add(project, *(item(number=number, materials=(made,)) for number in range(count)))
        rows = [{**row, "request": f"Better: {row['request']}", "decision": "approve"} for row in out(project)]
    (tmp_path / "w.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder / "construct.db"


def test_an_import_that_is_killed_leaves_each_row_whole_and_the_same_command_completes_it(tmp_path):
    path = many(tmp_path, 4000)
    process = subprocess.Popen([sys.executable, "-c", COMMAND, "import", "w.jsonl", "--by", "Wu"], cwd=tmp_path)
    until = time.monotonic() + 60
    with Project(path) as project:
        while project.counts()["confirm"] < 20 and time.monotonic() < until:
            time.sleep(0.002)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        done = project.counts()["confirm"]
        assert 20 <= done < 4000
        for kept in project.items():
            assert (kept.item.stage == "confirm") == kept.item.request.startswith("Better: ") == bool(kept.item.passed)
        ended = work("import", "w.jsonl", "--by", "Wu", "--json", cwd=tmp_path)
        assert (ended.returncode, json.loads(ended.stdout)["rows"]) == (
            0, {"there already": done, "applied": 4000 - done},
        )  # fmt: skip
        assert project.counts()["confirm"] == 4000
        assert len(project.trail()) == 8000


def test_two_imports_of_the_same_file_at_once_bring_each_row_in_once(tmp_path):
    path = many(tmp_path, 300)
    command = [sys.executable, "-c", COMMAND, "import", "w.jsonl", "--by", "Wu", "--json"]
    both = [subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    found = [json.loads(process.communicate(timeout=120)[0])["rows"] for process in both]
    assert sum(one.get("applied", 0) for one in found) == 300
    assert sum(one.get("there already", 0) for one in found) == 300
    with Project(path) as project:
        assert len(project.trail()) == 600
