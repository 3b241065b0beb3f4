"""A judge over time: the built-in responses marked anew in each session, and whether its marks have moved.

A session is called by its day unless somebody names it; the same session again goes on where it was stopped and asks
nothing twice. Its marks are in the store, under draws of its own, and are read from there whenever they are compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from writingbench import evaluate, models
from writingbench.audits.builtin import Subject
from writingbench.audits.drift import Drift, Place, drift
from writingbench.calls import on_lines
from writingbench.evaluate import Progress
from writingbench.files import replacing
from writingbench.judgements import Judge
from writingbench.judgements import judge as mark
from writingbench.models import Endpoint, Terms
from writingbench.models.memory import Anew, Asker, Recall
from writingbench.models.terms import ANY
from writingbench.protocols import Protocol
from writingbench.records import Answer, Judgement, Response, UserError, Verdict
from writingbench.store import Store

if TYPE_CHECKING:
    from writingbench.models.batch import BatchLine
    from writingbench.models.chat import Line

FILE = "audit-anchor.json"
QUIET = Progress()


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the file that says which sessions there were."""

    name: str
    judge: str
    fingerprint: str  # of the judge
    repeats: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchored:
    """What a session came to."""

    session: Session
    drifts: list[Drift]  # against the first session of this judge, and against the one before
    asked: int  # marks
    marked: int
    calls: int
    stopped: str = ""


async def anchor(
    subjects: Sequence[Subject],
    by: Endpoint,
    rules: Protocol,
    store: Store,
    out: Path,
    *,
    name: str,
    repeats: int = 2,
    terms: Terms = ANY,
    seen: Progress = QUIET,
) -> Anchored:
    """Have `by` mark the responses in the session called `name`, and compare that with its earlier sessions."""
    judge = evaluate.as_judge(evaluate.known(by, store), rules)
    before = sessions(out)
    session = Session(name=name, judge=judge.name, fingerprint=judge.fingerprint, repeats=repeats)

    async def work(lines: Mapping[Endpoint, Line | BatchLine]) -> None:
        nonlocal judge, session
        line = lines[by]
        judge = evaluate.as_judge(line.endpoint, rules)
        session = Session(name=name, judge=judge.name, fingerprint=judge.fingerprint, repeats=repeats)
        _note(out, before, session)

        async def one(subject: Subject) -> None:
            await _mark(subject, judge, line, session, seen)

        await models.drain(subjects, one, workers=min(len(subjects), line.most))

    came = await on_lines([by], work, store, terms, seen.note)
    earlier = [one for one in before if one.fingerprint == session.fingerprint and one.name != name]
    now = await marks(subjects, judge, store, session)
    since = list({one.name: one for one in (*earlier[:1], *earlier[-1:])}.values())
    drifts = [drift(name, now, one.name, await marks(subjects, judge, store, one)) for one in since]
    return Anchored(
        session=session,
        drifts=drifts,
        asked=repeats * sum(len(one.query.criteria) for one in subjects),
        marked=sum(map(len, now.values())),
        calls=came.calls,
        stopped=came.stopped,
    )


async def marks(subjects: Sequence[Subject], judge: Judge, store: Store, session: Session) -> dict[Place, list[int]]:
    """All marks of a session that the store holds, by query and criterion."""
    recall, found = Recall(store), dict[Place, list[int]]()
    for subject in subjects:
        for one in await _mark(subject, judge, recall, session, QUIET):
            if isinstance(one.outcome, Verdict):
                found.setdefault((subject.query.text, one.criterion), []).append(one.outcome.score)
    return found


async def _mark(subject: Subject, judge: Judge, asker: Asker, session: Session, seen: Progress) -> list[Judgement]:
    response = Response(query=subject.query.index, writer=subject.writer, draw=0, outcome=Answer(text=subject.text))
    anew = Anew(asker, draws(session.name))
    return await mark(subject.query, response, judge, anew, session.repeats, seen.judgement)


def draws(name: str) -> int:
    """Where the draws of a session begin: a number of its own, which no other kind of asking comes near."""
    return 2_000_000 + int(sha256(name.encode("utf-8", "replace")).hexdigest()[:10], 16) * 1_000


def sessions(out: Path) -> list[Session]:
    """The sessions that there were, the oldest first. Raises UserError when the file is something else."""
    path = out / FILE
    if not path.is_file():
        return []
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Session])
    except msgspec.MsgspecError as error:
        raise UserError(f"{path}: not a list of sessions ({error}); move it away, or choose another --out") from error


def _note(out: Path, before: Sequence[Session], session: Session) -> None:
    """Write down that there is a session, before it asks."""
    kept = [one for one in before if (one.name, one.fingerprint) != (session.name, session.fingerprint)]
    at = [(one.name, one.fingerprint) for one in before]
    place = at.index((session.name, session.fingerprint)) if len(kept) < len(before) else len(before)
    kept.insert(place, session)
    with replacing(out / FILE) as file:
        file.write(msgspec.json.format(msgspec.json.encode(kept)).decode() + "\n")
