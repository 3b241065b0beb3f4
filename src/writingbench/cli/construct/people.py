"""`writingbench construct people`: who works on the pages, and the personal link of each."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from writingbench.cli import steps
from writingbench.cli.construct.projects import open_people
from writingbench.cli.options import Output
from writingbench.people import ROLES, Person, Role
from writingbench.records import UserError
from writingbench.reports import terminal

people_app = App(name="people", help="Who collects and screens on the pages of `serve`, each with a personal link.")

URL = "http://127.0.0.1:8800"
Url = Annotated[str, Parameter(help="Where `writingbench serve` answers, as the person's browser reaches it.")]


@people_app.command
def add(name: str, /, *, role: tuple[Role, ...] = (), url: Url = URL, output: Output = Output()) -> int:
    """Let somebody in, and print their personal link. It is shown this once.

    Parameters
    ----------
    name
        The name under which their work is kept.
    role
        annotator (collects material) or expert (screens); may be given twice. Annotator when left out.
    """
    with open_people(output.out) as people:
        person, token = people.add(name, role or ("annotator",))
    return _link(person, token, url, output)


@people_app.command
def link(name: str, /, *, url: Url = URL, output: Output = Output()) -> int:
    """Print a new link for somebody; the old one lets nobody in any more."""
    with open_people(output.out) as people:
        person, token = people.renew(name)
        if not person.roles:
            people.remove(name)
            raise UserError(f"{name} was removed; add them under another name")
    return _link(person, token, url, output)


@people_app.command
def remove(name: str, /, *, output: Output = Output()) -> int:
    """Let somebody in no more. What they did stays under their name."""
    with open_people(output.out) as people:
        people.remove(name)
    return 0


@people_app.command(name="list")
def list_(*, output: Output = Output()) -> int:
    """Who is there, what they may do, and how much they have done."""
    from collections import Counter

    from writingbench.cli.construct.projects import open_project
    from writingbench.construct.item import STAGES

    with open_people(output.out) as people:
        found = people.all()
    done: Counter[str] = Counter()
    if (output.out / "construct.db").is_file():
        with open_project(output.out) as project:
            done.update(
                step.by
                for kept in project.items(*STAGES)
                for step in kept.item.history
                if step.what in {"attach", "approve", "confirm", "reject", "send back"}
            )
    rows = [{"name": one.name, "roles": one.roles, "decisions": done[one.name]} for one in found]
    if output.json:
        return steps.print_json(rows)
    if not found:
        terminal.say(f"Nobody yet: writingbench construct people add NAME --role {' --role '.join(ROLES)}")
        return 0
    shown = [(one.name, ", ".join(one.roles) or "removed", f"{done[one.name]:,}") for one in found]
    terminal.table(("name", "may", "steps in histories"), shown)
    return 0


def _link(person: Person, token: str, url: str, output: Output) -> int:
    address = f"{url.rstrip('/')}/desk/in?token={token}"
    if output.json:
        return steps.print_json({"name": person.name, "roles": person.roles, "link": address})
    terminal.say(f"{person.name} ({', '.join(person.roles)}): {address}")
    return 0
