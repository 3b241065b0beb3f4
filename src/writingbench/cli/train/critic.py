"""`writingbench train critic` and `train writer`: a data set and a recipe to a trained folder."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from writingbench.cli import steps
from writingbench.cli.options import Flag
from writingbench.cli.train.benchmarks import show_left_out
from writingbench.records import UserError
from writingbench.reports import terminal

if TYPE_CHECKING:
    from writingbench.training.card import Card
    from writingbench.training.train import Task


def critic(*, data: Path, recipe: str = "embedded", out: Path = Path("critic"), json: Flag = False) -> int:
    """Train a critic on conversations that end with a mark. Ended in the middle, the same command goes on.

    Parameters
    ----------
    data
        The folder that `train data critic` made; its train.jsonl is learned, test.jsonl never read.
    recipe
        A shipped recipe (`writingbench train recipes` lists them) or the path of a TOML file.
    out
        The folder for what is trained.
    json
        Print the card on standard output, and nothing else.
    """
    from writingbench.training import recipe as recipes
    from writingbench.training.examples import read
    from writingbench.training.train import Task

    try:
        about = msgspec.json.decode((data / "data.json").read_bytes())
    except (OSError, msgspec.DecodeError) as error:
        raise UserError(f"{data}: holds no data.json ({error}); `writingbench train data critic` makes one") from error
    of, text = recipes.load(recipe)
    lines = read(data / "train.jsonl", marked=True)
    task = Task(
        kind="critic", lines=lines, recipe=of, text=text, split=about["split"], protocol=about.get("protocol", "")
    )
    return _train(task, out, json)


def writer(
    *, data: Path, recipe: str = "embedded-writer", out: Path = Path("trained-writer"), json: Flag = False
) -> int:
    """Train a writer on responses. Ended in the middle, the same command goes on.

    Parameters
    ----------
    data
        A JSONL file of conversations, such as a set that `train curate` kept.
    recipe
        A shipped recipe (`writingbench train recipes` lists them) or the path of a TOML file.
    out
        The folder for what is trained.
    json
        Print the card on standard output, and nothing else.
    """
    from writingbench.training import recipe as recipes
    from writingbench.training.examples import read
    from writingbench.training.train import Task

    of, text = recipes.load(recipe)
    return _train(Task(kind="writer", lines=read(data, marked=False), recipe=of, text=text), out, json)


def recipes(*, json: Flag = False) -> int:
    """List the shipped recipes, with the command that starts each.

    Parameters
    ----------
    json
        Print them on standard output as JSON, and nothing else.
    """
    from writingbench.training import recipe

    found = {name: recipe.load(name)[0] for name in recipe.shipped()}
    if json:
        return steps.print_json(found)
    terminal.table(
        ("recipe", "base", "method", "head", "rate", "epochs", "batch", "longest"),
        [
            (
                name,
                of.base,
                of.method,
                of.head,
                f"{of.learning_rate:g}",
                f"{of.epochs:g}",
                f"{of.batch}",
                f"{of.longest:,}",
            )
            for name, of in found.items()
        ],
    )
    for name, of in found.items():
        if of.launch:
            terminal.say(f"\n{name}:\n{of.launch.strip()}")
    return 0


def _train(task: Task, out: Path, json: bool) -> int:
    from writingbench.training.train import train

    warnings.simplefilter("ignore", FutureWarning)  # which torch's libraries give of each other
    first = os.environ.get("RANK", "0") == "0"  # as accelerate numbers its processes: one of them speaks
    with terminal.progress(json or not first) as show:
        made = train(task, out, show.step)
        show.stop()
    if not first:
        return 0
    return steps.print_json(made) if json else _tell(made, out)


def _tell(made: Card, out: Path) -> int:
    fell = f", loss {made.loss[0]:.3f} at first and {made.loss[1]:.3f} in the end" if made.loss else ""
    terminal.say(f"{made.conversations:,} conversations, {made.steps:,} steps{fell}.")
    show_left_out(made.left_out)
    terminal.say(f"Next: writingbench train export --trained {out} --out {out}-served")
    return 0
