"""`writingbench agree export` and `import`: comparing in a tool of one's own; and how far everybody is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from writingbench.cli import steps
from writingbench.cli.options import Flag, Output
from writingbench.records import UserError
from writingbench.reports import terminal

if TYPE_CHECKING:
    from writingbench.agreement.study import Study

Form = Literal["jsonl", "label-studio"]


def open_study(out: Path) -> Study:
    """The study in the folder `out`. Raises UserError where nothing is drawn."""
    from writingbench.agreement.study import Study

    return Study(out / "agree.db", make=False)


def export(
    *,
    to: Path,
    as_: Annotated[Form, Parameter(name="--as")] = "jsonl",
    force: Flag = False,
    output: Output = Output(),
) -> int:
    """Write the pairs to a file that another tool takes; who wrote the responses is not told.

    Parameters
    ----------
    to
        The file to write.
    as_
        jsonl (one row a pair) or label-studio (its tasks, with the labelling page in a file beside them).
    force
        Write over files that are there already.
    """
    import msgspec

    from writingbench.adapters import label_studio_pairs
    from writingbench.agreement.labels import row
    from writingbench.files import replacing

    page = to.with_suffix(".xml") if as_ == "label-studio" else None
    for path in filter(None, (to, page)):
        if path.exists() and not force:
            raise UserError(f"{path} is there already; name another file, or write over it with --force")
    with open_study(output.out) as study:
        pairs = study.pairs()
    with replacing(to) as file:
        if page:
            file.write(msgspec.json.encode([label_studio_pairs.task(pair) for pair in pairs]).decode() + "\n")
        else:
            file.writelines(msgspec.json.encode(row(pair)).decode() + "\n" for pair in pairs)
    if page:
        with replacing(page) as file:
            file.write(label_studio_pairs.page())
    if output.json:
        return steps.print_json({"file": str(to), "config": page and str(page), "pairs": len(pairs)})
    terminal.say(f"{len(pairs):,} pairs: {to}" + (f"; the labelling page: {page}" if page else ""))
    terminal.say("Next: writingbench agree import FILE --by NAME")
    return 0


def import_(
    file: Annotated[Path, Parameter(name="FILE")],
    /,
    *,
    by: str = "",
    as_: Annotated[Form | None, Parameter(name="--as")] = None,
    output: Output = Output(),
) -> int:
    """Bring in what people said of the pairs in another tool. Nothing is changed when anything in the file is wrong.

    Parameters
    ----------
    file
        Rows as JSONL, or what Label Studio exports as JSON or JSON-MIN.
    by
        Who said it, where the file does not say.
    as_
        jsonl or label-studio; by the looks of the file when left out.
    """
    from writingbench.adapters import label_studio_pairs
    from writingbench.agreement.labels import bring_in, given
    from writingbench.benchmark import Defects

    try:
        content = file.read_bytes()
    except OSError as error:
        raise UserError(f"{file}: cannot be read ({error.strerror})") from error
    listed = content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"[")
    form = as_ or ("label-studio" if listed else "jsonl")
    with open_study(output.out) as study:
        try:
            read = label_studio_pairs.labels if form == "label-studio" else given
            found = read(content, str(file), study.pairs(), by)
        except Defects as wrong:
            if output.json:
                steps.print_json(wrong.defects)
                return 2
            raise
        new = bring_in(study, found)
    people = sorted({one.by for one in found})
    if output.json:
        return steps.print_json({"labels": len(found), "new": new, "by": people})
    terminal.say(f"{len(found):,} labels by {', '.join(people) or 'nobody'}; {new:,} say something new.")
    return 0


def status(*, output: Output = Output()) -> int:
    """How far everybody is, how long they take, and whether they pass the attention checks."""
    from statistics import median

    with open_study(output.out) as study:
        pairs, said = study.pairs(), study.said()
    real = [pair for pair in pairs if not pair.check]
    rows, shown = [], []
    for name in sorted({one.by for one in said}):
        own = [one for one in said if one.by == name]
        tried = [one for one in own if one.pair.check]
        seconds = [one.label.seconds for one in own if one.label.seconds is not None]
        ties = sum(one.label.choice == "tie" for one in own if not one.pair.check)
        passed = sum(one.label.choice == one.pair.check for one in tried)
        taken = median(seconds) if seconds else None
        finished = len(own) - len(tried)
        rows.append({"name": name, "finished": finished, "ties": ties, "seconds": taken, "checks": len(tried),
                     "passed": passed})  # fmt: skip
        time = "–" if taken is None else f"{taken:.0f}"
        shown.append((name, f"{finished:,}", f"{ties:,}", time, f"{passed} of {len(tried)}"))
    times = {pair.id: 0 for pair in real}
    for one in said:
        if one.pair.id in times:
            times[one.pair.id] += 1
    counts = {str(n): sum(value == n for value in times.values()) for n in sorted(set(times.values()))}
    if output.json:
        return steps.print_json(
            {"pairs": len(real), "checks": len(pairs) - len(real), "people": rows, "finished_by": counts}
        )
    terminal.say(f"{len(real):,} pairs and {len(pairs) - len(real):,} attention checks.")
    if not rows:
        terminal.say("Nobody has compared anything yet: writingbench agree people add NAME, then writingbench serve")
        return 0
    terminal.table(("who", "pairs", "ties", "seconds, median", "checks passed"), shown)
    terminal.say("Pairs by how many people have finished them: " + ", ".join(f"{n}: {c:,}" for n, c in counts.items()))
    return 0
