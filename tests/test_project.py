"""Items on disk: nothing is lost, nobody edits what another has in hand, everything can be taken back by its maker."""

import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing

import pytest

from writingbench.construct import moves
from writingbench.construct.item import STAGES, Item, Material
from writingbench.construct.project import IDLE, PAUSE, Held, Nothing, Outdated, Project
from writingbench.people import People
from writingbench.records import UserError


def items(count=3, stage="collect", **fields):
    return [
        Item(
            id=f"i{n:04}", stage=stage, domain1="Education", domain2="Lesson Plan", language="en",
            request=f"Plan lesson {n}.", **fields,
        )
        for n in range(count)
    ]  # fmt: skip


@pytest.fixture
def project(tmp_path):
    with Project(tmp_path / "construct.db") as made:
        yield made


def source(project, text="One.\n\nTwo."):
    return Material(
        id="m1", title="T", source="s", licence="CC0", text=project.keep(text), characters=len(text), tokens=3
    )


def age(project, column, table, seconds):
    """Set back the clock of what has happened."""
    with closing(sqlite3.connect(project.path)) as db:
        db.execute(f"UPDATE {table} SET {column}={column}-{seconds}")  # noqa: S608
        db.commit()


def test_what_is_there_already_is_not_added_again(project):
    assert project.add(items(3), by="vendor/m", what="draft") == 3
    assert project.add(items(5), by="vendor/m", what="draft") == 2
    assert [kept.item.id for kept in project.items()] == [f"i{n:04}" for n in range(5)]
    assert project.counts() == {**dict.fromkeys(STAGES, 0), "collect": 5}
    assert [change.what for change in project.trail()] == ["draft"] * 5
    assert project.items("draft") == []


def test_two_people_are_never_given_the_same_item(project):
    project.add(items(3), by="m")
    taken = [project.take(name, ("collect",)) for name in ("Li", "Wu", "Zhao", "Sun")]
    assert [kept and kept.item.id for kept in taken] == ["i0000", "i0001", "i0002", None]
    assert project.take("Wu", ("collect",)).item.id == "i0001"  # what is in hand comes first


def test_nobody_is_given_their_own_approval_to_confirm(project):
    project.add(items(2, stage="confirm", passed="Wu"), by="m")
    assert project.take("Wu", ("screen", "confirm")) is None
    assert project.take("Zhao", ("screen", "confirm")).item.id == "i0000"


def test_what_somebody_has_in_hand_is_changed_by_nobody_else(project):
    project.add(items(1), by="m")
    kept = project.take("Li", ("collect",))
    made = moves.attached(kept.item, "Wu", source(project))
    with pytest.raises(Held) as told:
        project.change(kept, made, by="Wu", what="attach")
    assert (told.value.now.holder, project.item("i0000").item) == ("Li", kept.item)
    with pytest.raises(Held):
        project.hold("i0000", "Wu")
    assert project.hold("i0000", "Wu", over=True).holder == "Wu"  # knowingly
    with pytest.raises(Held):
        project.change(kept, made, by="Li", what="attach")


def test_what_lies_idle_may_be_taken_by_another(project):
    project.add(items(1), by="m")
    project.take("Li", ("collect",))
    assert project.take("Wu", ("collect",)) is None
    age(project, "held", "items", IDLE + 1)
    assert project.take("Wu", ("collect",)).holder == "Wu"


def test_put_back_it_is_anybodys_again_and_only_its_holder_can_put_it_back(project):
    project.add(items(1), by="m")
    project.take("Li", ("collect",))
    project.release("i0000", "Wu")
    assert project.item("i0000").holder == "Li"
    project.release("i0000", "Li")
    assert project.take("Wu", ("collect",)).item.id == "i0000"


def test_a_change_of_an_older_state_is_refused_and_shows_the_newer_one(project):
    project.add(items(1), by="m")
    old = project.take("Li", ("collect",))
    new = project.change(old, moves.attached(old.item, "Li", source(project)), by="Li", what="attach")
    with pytest.raises(Outdated) as told:
        project.change(old, old.item, by="Li", what="attach")
    assert told.value.now == new


def test_at_another_stage_nobody_has_it_in_hand(project):
    project.add(items(1), by="m")
    kept = project.take("Li", ("collect",))
    kept = project.change(kept, moves.collected(kept.item, "Li"), by="Li", what="collected")
    assert (kept.item.stage, kept.holder, kept.revision) == ("screen", "", 2)


def test_a_model_takes_nothing_in_hand(project):
    project.add(items(1, stage="draft"), by="m")
    kept = project.item("i0000")
    made = Item(**{**{f: getattr(kept.item, f) for f in Item.__slots__}, "guidances": ("style",)})
    assert project.change(kept, made, by="vendor/m", what="draw", hold=False).holder == ""


def test_a_change_that_changes_nothing_leaves_no_trace(project):
    project.add(items(1), by="m")
    kept = project.take("Li", ("collect",))
    assert project.change(kept, kept.item, by="Li", what="attach") == kept
    assert len(project.trail("i0000")) == 1


def test_typing_on_is_one_line_of_the_trail_until_there_is_a_pause(project):
    project.add(items(1, stage="screen"), by="m")
    kept = project.take("Wu", ("screen",))
    for words in ("P", "Pl", "Plan"):
        kept = project.change(kept, moves.adapted(kept.item, "Wu", words), by="Wu", what="adapt", typing=True)
    assert [(c.before and c.before.request, c.after.request) for c in project.trail("i0000")] == [
        (None, "Plan lesson 0."), ("Plan lesson 0.", "Plan"),
    ]  # fmt: skip
    age(project, "ended", "trail", PAUSE + 1)
    kept = project.change(kept, moves.adapted(kept.item, "Wu", "Plan it"), by="Wu", what="adapt", typing=True)
    assert len(project.trail("i0000")) == 3
    kept = project.undo("i0000", "Wu")
    assert kept.item.request == "Plan"
    kept = project.change(kept, moves.adapted(kept.item, "Wu", "Plan now"), by="Wu", what="adapt", typing=True)
    assert project.undo("i0000", "Wu").item.request == "Plan"  # what is typed after taking back is a change of its own


def test_what_one_did_is_taken_back_step_by_step_and_stays_in_the_trail(project):
    project.add(items(1), by="m")
    first = project.take("Li", ("collect",))
    kept = project.change(first, moves.attached(first.item, "Li", source(project)), by="Li", what="attach")
    kept = project.change(kept, moves.collected(kept.item, "Li"), by="Li", what="collected")
    kept = project.undo("i0000", "Li")
    assert (kept.item.stage, len(kept.item.materials)) == ("collect", 1)
    kept = project.undo("i0000", "Li")
    assert kept.item == first.item
    assert kept.revision == 5
    with pytest.raises(Nothing):
        project.undo("i0000", "Li")
    assert [(c.what, c.undone) for c in project.trail("i0000")] == [
        ("add", False), ("attach", True), ("collected", True), ("undo", True), ("undo", True),
    ]  # fmt: skip


def test_what_another_did_since_cannot_be_taken_back(project):
    project.add(items(1), by="m")
    kept = project.take("Li", ("collect",))
    kept = project.change(kept, moves.collected(kept.item, "Li"), by="Li", what="collected")
    assert project.take("Wu", ("screen",))
    with pytest.raises(Held):
        project.undo("i0000", "Li")
    kept = project.item("i0000")
    project.change(kept, moves.approved(kept.item, "Wu"), by="Wu", what="approve")
    with pytest.raises(Nothing):
        project.undo("i0000", "Li")
    assert project.undo("i0000", "Wu").item.stage == "screen"


def test_texts_are_kept_once_by_their_content(project):
    assert project.keep("春") == project.keep("春")
    assert project.text(project.keep("春")) == "春"
    assert project.text(project.keep("half \ud800")) == "half ?"
    with pytest.raises(KeyError):
        project.text("none")


def test_an_unknown_item_is_said_in_one_line(project):
    with pytest.raises(UserError, match="there is no item 'x'"):
        project.hold("x", "Li")
    assert project.item("x") is None


def test_where_nothing_is_under_construction_that_is_said(tmp_path):
    with pytest.raises(UserError, match="begin with `construct draft`"):
        Project(tmp_path / "construct.db", make=False)
    assert not (tmp_path / "construct.db").exists()


def test_another_programs_file_is_left_alone(tmp_path):
    path = tmp_path / "construct.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE shopping (what TEXT)")
    before = path.read_bytes()
    with pytest.raises(UserError, match="another program's database, not a project"):
        Project(path)
    assert path.read_bytes() == before


TYPIST = """
import sys
from pathlib import Path
from writingbench.construct import moves
from writingbench.construct.project import Project
path, name = sys.argv[1:]
with Project(Path(path)) as project:
    print("ready", flush=True)
    kept = project.take(name, ("screen",))
    for n in range(100_000):
        kept = project.change(kept, moves.adapted(kept.item, name, f"word {n}"), by=name, what="adapt", typing=True)
        print(n, flush=True)
"""


def test_killed_while_typing_what_was_acknowledged_is_there(project):
    project.add(items(1, stage="screen"), by="m")
    typing = subprocess.Popen(
        [sys.executable, "-c", TYPIST, str(project.path), "Wu"], stdout=subprocess.PIPE, text=True
    )
    assert typing.stdout.readline() == "ready\n"
    last = 0
    until = time.monotonic() + 1
    while time.monotonic() < until:
        last = int(typing.stdout.readline())
    typing.send_signal(signal.SIGKILL)
    last = max([last, *map(int, typing.communicate()[0].split("\n")[:-1])])
    assert int(project.item("i0000").item.request.split()[1]) >= last
    assert len(project.trail("i0000")) == 2


TAKER = """
import sys
from pathlib import Path
from writingbench.construct import moves
from writingbench.construct.project import Project
path, name = sys.argv[1:]
with Project(Path(path)) as project:
    print("ready", flush=True)
    sys.stdin.readline()
    while kept := project.take(name, ("collect",)):
        project.change(kept, moves.collected(kept.item, name), by=name, what="collected")
"""


def test_four_processes_that_work_at_once_do_each_item_once(project):
    project.add(items(200), by="m")
    people = [
        subprocess.Popen(
            [sys.executable, "-c", TAKER, str(project.path), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("Li", "Wu", "Zhao", "Sun")
    ]
    for one in people:
        assert one.stdout.readline() == "ready\n"
    for one in people:
        one.stdin.write("\n")
        one.stdin.flush()
    for one in people:
        one.communicate(timeout=60)
        assert one.returncode == 0
    assert project.counts()["screen"] == 200
    done = Counter(change.id for change in project.trail() if change.what == "collected")
    assert set(done.values()) == {1}
    assert len(done) == 200


# people


def test_a_link_lets_in_its_owner_and_is_kept_nowhere(tmp_path):
    with People(tmp_path / "people.db") as people:
        li, token = people.add("  Li   Na ", ("expert", "annotator"))
        assert (li.name, li.roles) == ("Li Na", ("annotator", "expert"))
        assert people.of(token) == li
        assert people.of(token + "x") is None
        assert people.of("") is None
        assert people.of("\ud800") is None
    assert not any(token.encode() in file.read_bytes() for file in tmp_path.iterdir())


def test_a_new_link_ends_the_old_one_and_who_is_removed_is_out(tmp_path):
    with People(tmp_path / "people.db") as people:
        _, old = people.add("李娜", ("annotator",))
        _, new = people.renew("李娜")
        assert people.of(old) is None
        assert people.of(new).name == "李娜"
        people.remove("李娜")
        assert people.of(new) is None
        assert [(one.name, one.roles) for one in people.all()] == [("李娜", ())]


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\x00b", "\u202eevil"])
def test_a_name_that_cannot_be_shown_is_refused(name, tmp_path):
    with People(tmp_path / "people.db") as people, pytest.raises(UserError):
        people.add(name, ("annotator",))


def test_names_are_unique_and_unknown_ones_are_said(tmp_path):
    with People(tmp_path / "people.db") as people:
        people.add("Li", ("annotator",))
        with pytest.raises(UserError, match="there is a Li already"):
            people.add("Li", ("expert",))
        with pytest.raises(UserError, match="nobody is called 'Wu'; there are: Li"):
            people.renew("Wu")
        with pytest.raises(UserError, match="needs something to do"):
            people.add("Wu", ())
