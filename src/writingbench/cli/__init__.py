"""The command line: one command for each stage. Each is a few lines over the library; this package owns asyncio.run,
printing, and the exit status (0 done, 1 done but incomplete, 2 the call or its input is wrong, 130 interrupted).
"""

from __future__ import annotations

import sqlite3
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cyclopts import App, CycloptsError

from writingbench import __version__
from writingbench.cli import steps
from writingbench.cli.agree import agree_app
from writingbench.cli.audit import audit_app
from writingbench.cli.check import check_app
from writingbench.cli.compare import compare
from writingbench.cli.construct import construct_app
from writingbench.cli.criteria import criteria_app
from writingbench.cli.data import data_app
from writingbench.cli.grade import grade
from writingbench.cli.imports import import_app
from writingbench.cli.options import (
    EMBEDDED,
    HERE,
    Asking,
    BaseUrl,
    Choice,
    Criteria,
    Engine,
    Judged,
    Models,
    Output,
    Shown,
)
from writingbench.cli.power import power
from writingbench.cli.serve import serve
from writingbench.cli.subset import subset
from writingbench.cli.train import train_app
from writingbench.records import DYNAMIC, Thinking, UserError
from writingbench.reports import terminal

if TYPE_CHECKING:
    from writingbench.evaluate import Run

app = App(
    name="writingbench",
    version=__version__,
    help="Find out how well a language model writes, and where it writes badly.",
    suppress_keyboard_interrupt=False,  # `main` says what was kept
)
for part in (agree_app, audit_app, check_app, construct_app, criteria_app, data_app, import_app, train_app):
    app.command(part)
for command in (compare, grade, power, serve, subset):
    app.command(command)


@app.command
def run(
    *,
    models: Models = Models(),
    choice: Choice = Choice(),
    asking: Asking = Asking(),
    engine: Engine = HERE,
    output: Output = Output(),
) -> int:
    """Respond, judge, add up, report. With no arguments: the embedded model on the built-in starter set."""
    from writingbench import evaluate

    terms = asking.terms()
    with terminal.progress(output.json) as show:
        rules, benchmark, criteria, queries, writer, judge = steps.prepare(models, choice, show)
        asked_for = evaluate.plan(rules, benchmark, writer, judge, criteria)
        return steps.carry_out(asked_for, queries, output, show, terms, writer=writer, judge=judge, engine=engine)


@app.command
def plan(
    *, models: Models = Models(), choice: Choice = Choice(), asking: Asking = Asking(), output: Output = Output()
) -> int:
    """Say what `run` with the same arguments would take: calls, tokens and money. Nothing is sent."""
    from writingbench.cli.planned import look_ahead
    from writingbench.cli.planned import show as show_plan

    terms = asking.terms()
    with terminal.progress(output.json) as show:
        rules, benchmark, criteria, queries, writer, judge = steps.prepare(models, choice, show)
        show.stop()
        stages = look_ahead(rules, benchmark, queries, output.out, terms, writer=writer, judge=judge, criteria=criteria)
        return show_plan(stages, output.json)


@app.command
def respond(
    *,
    writer: str | None = None,
    thinking: Thinking | None = None,
    protocol: str | None = None,
    choice: Choice = Choice(),
    asking: Asking = Asking(),
    engine: Engine = HERE,
    output: Output = Output(),
    base_url: BaseUrl = None,
) -> int:
    """Have a model answer the queries; nothing is judged yet.

    Parameters
    ----------
    writer
        The model that writes, as provider/model.
    thinking
        How long it thinks before it writes: off, low, medium or high. As its server does by itself when left out.
    protocol
        The rules: standard, official, demo, brief, or the path of a TOML file.
    """
    from writingbench import evaluate

    terms, rules = asking.terms(), steps.protocol(protocol, writer, None)
    benchmark, queries = steps.choose(choice, rules, judged=False)
    with terminal.progress(output.json) as show:
        to_write = replace(evaluate.endpoint(writer or EMBEDDED, base_url, show.download), thinking=thinking)
        asked_for = evaluate.plan(rules, benchmark, to_write, None)
        return steps.carry_out(asked_for, queries, output, show, terms, writer=to_write, judge=None, engine=engine)


@app.command
def judge(
    *,
    judge: str | None = None,
    writer: str | None = None,
    protocol: str | None = None,
    criteria: Criteria = DYNAMIC,
    choice: Choice = Choice(),
    asking: Asking = Asking(),
    engine: Engine = HERE,
    output: Output = Output(),
    base_url: BaseUrl = None,
) -> int:
    """Have a model mark the responses that are in the store.

    Parameters
    ----------
    judge
        The model that marks, as provider/model.
    writer
        Only the responses of this writer; those of all writers when left out.
    protocol
        Only the responses made under this protocol, which also rules the judging.
    """
    from writingbench import evaluate, stored

    terms, by = asking.terms(), steps.criteria(criteria)
    with terminal.progress(output.json) as show, steps.open_store(output.out, make=False) as store:
        written: dict[str, list[Run]] = {}  # the runs that hold the same responses
        for one in stored.stored_runs(store):
            wanted = writer in (None, one.writer.name) and protocol in (None, one.protocol.name)
            if wanted and not one.imported and (by or one.criteria == DYNAMIC):
                responses = evaluate.by_criteria(replace(one, judge=None), None)
                written.setdefault(responses.fingerprint, []).append(one)
        if not written:
            raise UserError(
                f"{output.out}: the store holds no responses of that kind"
                f"{'' if by else ' with criteria of their own'}; begin with `respond`, which pays for none twice"
            )
        to_judge = evaluate.endpoint(judge or EMBEDDED, base_url, show.download)
        status = 0
        for one, *others in written.values():
            found = {query.index: query for run in (one, *others) for query in store.queries(run.fingerprint)}
            queries = steps.select(tuple(found[index] for index in sorted(found)), choice)
            queries = steps.under(by, queries, one.protocol)
            asked_for = evaluate.by_criteria(replace(one, judge=evaluate.as_judge(to_judge, one.protocol)), by)
            made = steps.carry_out(asked_for, queries, output, show, terms, writer=None, judge=to_judge, engine=engine)
            status = max(status, made)
        return status


@app.command
def report(
    *,
    judge: str | None = None,
    protocol: str | None = None,
    criteria: Judged = None,
    marks: tuple[Path, ...] = (),
    shown: Shown = Shown(),
    output: Output = Output(),
) -> int:
    """Make the tables and the page again from what is in the store; nothing is asked.

    Parameters
    ----------
    judge
        Only the marks of this judge.
    protocol
        Only what was made under this protocol.
    marks
        Instead of the store: a scores.parquet; may be given several times. The page has no reading room then.
    """
    from writingbench.cli.reported import from_files, from_store

    if marks:
        return from_files(marks, judge, protocol, criteria, shown, output)
    return from_store(judge, protocol, criteria, shown, output)


def main() -> None:
    """Run the command line and exit with its status."""
    try:
        status = app(exit_on_error=False, print_error=False, result_action="return_value")
    except (UserError, CycloptsError) as error:
        terminal.complain(str(error))
        status = 2
    except sqlite3.Error as error:
        terminal.complain(f"the store could not be used: {error}; what it holds already is safe")
        status = 2
    except BrokenPipeError:
        status = 0  # whoever read our output has seen enough
    except KeyboardInterrupt:
        terminal.complain("interrupted; what was answered is in the store, the same command goes on from there")
        status = 130
    sys.exit(status or 0)
