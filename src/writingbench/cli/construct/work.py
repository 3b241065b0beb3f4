"""`writingbench construct work`: collecting and screening in a team's own annotation tool."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, get_args

from cyclopts import App, Parameter

from writingbench.cli import steps
from writingbench.cli.construct.projects import open_project
from writingbench.cli.options import Flag, Output
from writingbench.records import UserError
from writingbench.reports import terminal

if TYPE_CHECKING:
    from writingbench.construct.exchange import Outcome, Taken
    from writingbench.construct.project import Project

Waiting = Literal["collect", "screen", "confirm"]
Form = Literal["jsonl", "label-studio"]

MANY = 200  # defects; more are not read on a terminal, and most often have one cause
LISTED = 20  # items that are shown one by one; --json has them all

work_app = App(name="work", help="Collect and screen in a tool of one's own: what waits as a file, and back.")


@work_app.command
def export(
    *,
    to: Path,
    stage: Waiting | None = None,
    as_: Annotated[Form, Parameter(name="--as")] = "jsonl",
    config: Path | None = None,
    hold: str | None = None,
    force: Flag = False,
    output: Output = Output(),
) -> int:
    """Write what waits for people to a file that another tool takes.

    Parameters
    ----------
    to
        The file to write.
    stage
        collect, screen or confirm; all three when left out. Label Studio takes one of them.
    as_
        jsonl (one row an item) or label-studio (its tasks, with the labelling page in a file beside them).
    config
        Where the labelling page of Label Studio goes; beside the tasks, with the ending .xml, when left out.
    hold
        Take the items in hand under this name for the next hour, so that nobody works on them on the pages meanwhile.
        Use the name under which they will be imported.
    force
        Write over files that are there already.
    """
    from writingbench.construct.exchange import take

    page = _page(to, config, stage) if as_ == "label-studio" else None
    if config and not page:
        raise UserError("--config goes with --as label-studio")
    for path in (to, *([page] if page else [])):
        if path.exists() and not force:
            raise UserError(f"{path} is there already; name another file, or write over it with --force")
    name = _name(hold, "--hold") if hold is not None else ""
    with open_project(output.out) as project:
        taken = take(project, (stage,) if stage else (), name)
        try:
            if taken.items:
                _write(project, taken, to, page)
        except BaseException:
            for kept in taken.items:
                project.release(kept.item.id, name)
            raise
    if not (taken.items or taken.left_out):
        raise UserError("nothing waits for people there; `writingbench construct status` says what comes next")
    stages = Counter(kept.item.stage for kept in taken.items)
    if output.json:
        files = {"file": to, "config": page} if taken.items else {}
        steps.print_json({**{what: path and str(path) for what, path in files.items()}, "items": stages,
                          "left_out": taken.left_out})  # fmt: skip
    elif taken.items:
        what = ", ".join(f"{count:,} at {place}" for place, count in stages.items())
        terminal.say(f"{what}: {to}" + (f"; the labelling page: {page}" if page else ""))
        terminal.say(f"Next: writingbench construct work import FILE --by {name or 'NAME'}")
    for id, why in list(taken.left_out.items())[:LISTED]:
        terminal.complain(f"{id}: left out: {why}")
    if len(taken.left_out) > LISTED:
        terminal.complain(f"{len(taken.left_out):,} left out in all; --json names them")
    return int(bool(taken.left_out))


def _page(to: Path, config: Path | None, stage: Waiting | None) -> Path:
    """Where the labelling page goes."""
    if not stage:
        raise UserError(f"Label Studio has one page for all tasks; name the --stage: {', '.join(get_args(Waiting))}")
    page = config or to.with_suffix(".xml")
    if page == to:
        raise UserError(f"{to}: the tasks are JSON; name it .json, or the labelling page with --config")
    return page


def _write(project: Project, taken: Taken, to: Path, page: Path | None) -> None:
    """The rows or the tasks, one on each line."""
    import msgspec

    from writingbench.adapters import label_studio_work
    from writingbench.construct.exchange import row
    from writingbench.files import replaced, replacing

    items = [kept.item for kept in taken.items]
    places = label_studio_work.places(items)

    def parts() -> Iterator[bytes]:
        for number, kept in enumerate(taken.items):
            texts = project.texts(kept.item)
            if page:
                task = label_studio_work.task(kept, texts, places)
                yield (b",\n" if number else b"[\n") + msgspec.json.encode(task)
            else:
                yield msgspec.json.encode(row(kept, texts)) + b"\n"
        if page:
            yield b"\n]\n"

    with replaced(to) as scratch, scratch.open("wb") as file:
        file.writelines(parts())
    if page:
        with replacing(page) as text:
            text.write(label_studio_work.page(items[0].stage, places))


@work_app.command(name="import")
def import_(
    file: Annotated[Path, Parameter(name="FILE")],
    /,
    *,
    by: str,
    as_: Annotated[Form | None, Parameter(name="--as")] = None,
    annotator: str | None = None,
    output: Output = Output(),
) -> int:
    """Bring back what was done in another tool: changes and decisions, each row whole or not at all.

    Nothing is changed when anything in the file is wrong. An item that somebody has changed since it was exported
    stays as it is, and is named; the rest goes in, and the same file again changes nothing more.

    Parameters
    ----------
    file
        Rows as JSONL, or what Label Studio exports as JSON or JSON-MIN.
    by
        Who did it. Whoever approves an item cannot confirm it.
    as_
        jsonl or label-studio; by the looks of the file when left out.
    annotator
        Only what this annotator did in Label Studio: an e-mail address, or the number that the export has.
    """
    from writingbench.adapters import label_studio_work
    from writingbench.benchmark import Defect, Defects
    from writingbench.construct import exchange

    name = _name(by, "--by")
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UserError(f"{file}: cannot be read ({error.strerror})") from error
    listed = content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"[")
    label_studio = as_ == "label-studio" or (as_ is None and listed)
    if annotator and not label_studio:
        raise UserError("--annotator goes with what Label Studio exports")
    with open_project(output.out) as project:
        try:
            if label_studio:
                returned = label_studio_work.rows(content, str(file), annotator or "")
                ready = exchange.check(returned.rows, str(file), project)
                outcomes, waiting = list(returned.split), returned.waiting
            else:
                defects: list[Defect] = []
                ready = exchange.check(exchange.lines(content, str(file), defects), str(file), project, defects)
                outcomes, waiting = [], 0
        except Defects as wrong:
            if output.json:
                steps.print_json(wrong.defects)
                return 2
            first = "\n".join(map(str, wrong.defects[:MANY]))
            more = f"\nand {len(wrong.defects) - MANY:,} more; --json prints all of them"
            raise UserError(first + more * (len(wrong.defects) > MANY)) from None
        outcomes += exchange.bring_in(project, ready, name)
    return _tell(sorted(outcomes, key=lambda one: one.line), waiting, name, output)


def _tell(outcomes: list[Outcome], waiting: int, name: str, output: Output) -> int:
    """What came of it all."""
    ways = Counter(one.way for one in outcomes)
    left = [one for one in outcomes if one.way in {"conflict", "unfit"}]
    stages = Counter(one.stage for one in outcomes if one.way == "applied")
    if output.json:
        steps.print_json({"by": name, "rows": ways, "waiting": waiting, "stages": stages, "items": outcomes})
        return int(bool(left))
    went = ", ".join(f"{count:,} now at {stage}" for stage, count in stages.items())
    terminal.say(f"{ways['applied']:,} changed" + (f": {went}." if went else "; nothing is new."))
    for count, what in (
        (ways["unchanged"], "say nothing new"),
        (ways["there already"], "came in before, and changed nothing more"),
        (waiting, "tasks that nobody has annotated yet"),
    ):
        if count:
            terminal.say(f"{count:,} {what}.")
    for one in left[:LISTED]:
        terminal.complain(f"line {one.line}: {one.id}: not applied: {one.why}")
    if left:
        terminal.complain(f"{ways['conflict']:,} conflicts, {ways['unfit']:,} that the item does not allow")
    return int(bool(left))


def _name(said: str, option: str) -> str:
    """A name as `construct people` keeps them. Raises UserError where it is none."""
    from writingbench.people import NAME

    name = " ".join(said.split())
    if not name or len(name) > NAME or not name.isprintable():
        raise UserError(f"{option}: {name[:NAME]!r} is no name; 1 to {NAME} characters that can be printed")
    return name
