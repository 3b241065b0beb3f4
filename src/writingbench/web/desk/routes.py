"""Where everything of the desk is found."""

from __future__ import annotations

from pathlib import Path

from starlette.routing import Route

from writingbench.agreement.study import Study
from writingbench.construct.extract import MOST
from writingbench.construct.project import Project
from writingbench.web.desk import answers, moves, pages, pairs
from writingbench.web.desk.ask import Desk, for_people, for_scripts
from writingbench.web.opened import Opened
from writingbench.web.sign_in import SignIn


def routes(out: Path) -> list[Route]:
    """The desk over what is in the folder `out`, where there may be nothing yet."""
    desk = Desk(
        signing=SignIn(out / "people.db"),
        project=Opened(out / "construct.db", lambda path: Project(path, make=False)),
        study=Opened(out / "agree.db", lambda path: Study(path, make=False)),
    )
    item = "/desk/item/{id}"
    asked = [(f"{item}/{name}", answers.answering(move), move.most) for name, move in moves.MOVES.items()]
    asked += [
        (f"{item}/upload", answers.upload, MOST),
        ("/desk/pairs/{id}/say", pairs.say, moves.BODY),
        ("/desk/next", answers.following, moves.BODY),
        ("/desk/out", pages.leave, moves.BODY),
    ]
    shown = [("/desk", pages.home), (item, pages.item), ("/desk/trail", pages.trail)]
    shown += [("/desk/pairs", pairs.following), ("/desk/pairs/{id}", pairs.pair)]
    looked = [(f"{item}/state", answers.state), (f"{item}/query", answers.query)]
    return [
        Route("/desk/", pages.slashed),
        Route("/desk/in", pages.arriving(desk.signing)),
        *(Route(path, for_people(answer, desk)) for path, answer in shown),
        *(Route(path, for_scripts(answer, desk)) for path, answer in looked),
        *(Route(path, for_scripts(answer, desk), methods=["POST"], max_body_size=most) for path, answer, most in asked),
    ]
