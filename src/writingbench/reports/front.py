"""The front of a report: what was run, who writes how well and where, and how far that can be trusted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from writingbench.reports import checked, contest, criteria, evidence
from writingbench.reports.found import Denied
from writingbench.reports.heatmap import heatmap
from writingbench.reports.leaderboard import SHOWN, interval, leaderboard, number, parts, places
from writingbench.reports.room import names
from writingbench.reports.shell import Tongue, render, words
from writingbench.scores.board import MANY, Board
from writingbench.scores.contest import Contest
from writingbench.scores.criteria import Comparison

FEW = 3  # writers: what is measured stands in rows and they in columns
DENIED = 12  # contradictions that stand on the front; the others are with their queries
UNABLE = "local/smollm2"  # the judge whose marks mean nothing


def front(
    boards: Sequence[Board],
    tongue: Tongue,
    room: str = "",
    published: Sequence[str] = (),
    denied: Sequence[Denied] = (),
    compared: Sequence[Comparison] = (),
    contests: Sequence[Contest] = (),
) -> str:
    """The body of a report. `room` is the HTML of the reading room's list, "" where there are no texts; `published`
    says where the published table of the same marks differs; `denied` are contradictions, with their queries;
    `compared` are sets of criteria, `contests` rankings from responses compared two at a time. With several boards the
    ids of each end in -1, -2, ...
    """
    w = words(tongue)
    ends = [f"-{place}" for place in range(1, len(boards) + 1)] if len(boards) > 1 else [""]
    ofs = [f" ({w['table'].format(n=end[1:])})" if end else "" for end in ends]
    shown = [
        render("front_board.html", tongue, end=end, of=of, linked=bool(room), **_board(board, tongue))
        for board, end, of in zip(boards, ends, ofs, strict=False)
    ]
    return render(
        "front.html",
        tongue,
        title=title(boards, tongue),
        notes=_notes(boards, tongue),
        boards=[
            (end, _rules(board, tongue), Markup(one))  # noqa: S704 - our own templates made it
            for board, end, one in zip(boards, ends, shown, strict=False)
        ],
        compared=[
            Markup(criteria.section(one, f"-{place}" if place > 1 else "", tongue))  # noqa: S704 - as above
            for place, one in enumerate(compared, start=1)
        ],
        contests=[
            Markup(  # noqa: S704 - as above
                contest.section(one, f"-{place}" if place > 1 else "", tongue, small=one.by.judge == UNABLE)
            )
            for place, one in enumerate(contests, start=1)
        ],
        several_criteria=criteria.several(boards),
        denied=denied[:DENIED],
        denied_more=max(0, len(denied) - DENIED),
        room=Markup(room),  # noqa: S704 - our own templates made it
        labels=[label for board in boards for label in board.table.labels],
        texts=bool(room),
        published=published,
    )


def title(boards: Sequence[Board], tongue: Tongue) -> str:
    """What the page is called: its writers, or how many."""
    writers = list(dict.fromkeys(label.writer for board in boards for label in board.table.labels))
    w = words(tongue)
    return w["comma"].join(writers) if len(writers) <= FEW else w["writers_many"].format(n=len(writers))


def nav(
    boards: Sequence[Board],
    tongue: Tongue,
    room: bool = True,
    denied: bool = False,
    compared: bool = False,
    contests: bool = False,
) -> list[tuple[str, str]]:
    """Addresses and names of what `front` shows; where there are several boards, of each as a whole."""
    w = words(tongue)
    if len(boards) > 1:
        found = [(f"#table-{place}", w["table"].format(n=place)) for place in range(1, len(boards) + 1)]
    else:
        alone = any(len(board.scores) == 1 for board in boards)
        found = [
            (f"#{id}", w["result" if alone and id == "leaderboard" else id])
            for board in boards
            for id in sections(board)
        ]
    if compared:
        found.insert(0, ("#criteria", w["criteria_compared"]))
    if contests:
        found.append(("#contest", w["contest"]))
    if denied:
        found.append(("#denied", w["denied_short"]))
    return [*found, *([("#queries", w["queries"])] if room else []), ("#about", w["about"])]


def sections(board: Board) -> list[str]:
    """The ids of the parts of a board, as far as there is anything to show."""
    several, scores = len(board.scores) > 1, board.scores
    there = {
        "leaderboard": True,
        "domains": any(one.domains for one in scores),
        "requirements": any(one.requirements for one in scores),
        "languages": len({name for one in scores for name in one.languages}) > 1,
        "heatmap": any(one.subdomains for one in scores),
        "checks": any(label.checked and label.checked.responses for label in board.table.labels),
        "length": any(one.n for curve in board.lengths.input for one in (*curve.complete, *curve.cut)),
        "thinking": bool(board.thinking),
        "pairs": several,
        "noise": board.noise is not None,
    }
    return [id for id, is_there in there.items() if is_there]


def _notes(boards: Sequence[Board], tongue: Tongue) -> list[str]:
    w = words(tongue)
    labels = [label for board in boards for label in board.table.labels]
    notes = []
    if any(label.judge == UNABLE for label in labels):
        notes.append(w["warn_small"])
    if imported := dict.fromkeys(label.writer for label in labels if label.imported):
        notes.append(w["warn_imported"].format(names=w["comma"].join(imported)))
    if len(boards) > 1:
        notes.append(w["warn_mixed"].format(n=len(boards)))
    return notes


def _rules(board: Board, tongue: Tongue) -> dict[str, Any]:
    """By which rules a board was made, and on what."""
    w = words(tongue)
    first = board.table.labels[0]
    counts = Counter(query.language for query in board.table.queries)
    writers, asked = len(board.table.labels), len(board.table.queries)
    return {
        "label": first,
        "criteria": criteria.called(first, tongue),
        "lede": w["lede"].format(
            writers=w["writers_one"] if writers == 1 else w["writers_many"].format(n=writers),
            queries=w["queries_one"] if asked == 1 else w["queries_many"].format(n=asked),
            languages=w["comma"].join(w[f"queries_{name}"].format(n=counts[name]) for name in sorted(counts)),
            judge=first.judge,
        ),
    }


def _board(board: Board, tongue: Tongue) -> dict[str, Any]:
    """What the template of a board shows."""
    known = names({label.fingerprint: (label.writer, label.judge) for label in board.table.labels})
    called = [known[label.fingerprint] for label in board.table.labels]
    return {
        "board": board,
        "sections": sections(board),
        "names": called,
        "said": _said(board, called, tongue),
        "shown": called[:SHOWN],
        "few": FEW,
        "leaderboard": leaderboard(board, tongue),
        "places": places(board),
        "parts": parts(board, tongue),
        "heat": heatmap(board, tongue),
        "checks": checked.group(board, tongue),
        "course": [Markup(svg) for svg in checked.pictures(board, called, tongue)],  # noqa: S704 - charts escape
        "lengths": evidence.lengths(board, tongue),
        "measured": called[:MANY],  # the writers whose scores by length there are
        "said_of_length": evidence.said_of_length(board, called, FEW, tongue),
        "ranking": Markup(evidence.ranking(board, called, tongue)),  # noqa: S704 - charts escape what they are given
        "pictures": {key: Markup(svg) for key, svg in evidence.pictures(board, called, tongue).items()},  # noqa: S704
        "thinking": _thinking(board, tongue),
        "pairs": evidence.met(board.pairs, called, tongue),
        "pairs_apart": sum(pair.apart for pair in board.pairs),
        "neighbours": evidence.met(
            [pair for pair in board.pairs if pair.second == pair.first + 1][:SHOWN], called, tongue
        ),
        "neighbours_only": MANY if len(called) > MANY else 0,
        "matrix": evidence.matrix(board, tongue),
        "mood": evidence.mood(board.noise, tongue) if board.noise else [],
    }


def _thinking(board: Board, tongue: Tongue) -> dict[str, Any]:
    """What thinking changes; empty where no two writers are compared for that."""
    if not board.thinks or not board.thinking:
        return {}
    picture, group = evidence.thought(board.thinking, tongue)
    return {
        "lead": words(tongue)["thinking_lead"].format(first=board.thinks[0], second=board.thinks[1]),
        "said": evidence.said_of_thinking(board.thinking, tongue),
        "picture": Markup(picture),  # noqa: S704 - charts escape what they are given
        "group": group,
    }


def _said(board: Board, called: Sequence[str], tongue: Tongue) -> list[str]:
    """The ranking in a sentence or two."""
    w = words(tongue)
    first = board.scores[0].overall
    if first.mean is None:
        return [w["nothing"]]
    ends = interval(first.low, first.high)
    value = number(first.mean) + (w["in_brackets"].format(text=ends) if ends else "")
    if len(called) == 1:
        return [w["said_one"].format(value=value)]
    others = [
        called[pair.second]
        for pair in board.pairs
        if pair.first == 0 and pair.difference is not None and not pair.apart
    ]
    said = [w["said_first"].format(name=called[0], value=value)]
    if not others:
        said = [said[0] + w["said_clear"]]
    elif len(others) <= FEW:
        said = [said[0] + w["said_alike"].format(names=w["and"].join(others))]
    else:
        said = [said[0] + w["said_alike_many"].format(n=len(others))]
    if len(called) > SHOWN:
        said.append(w["part"].format(n=SHOWN, all=len(called)))
    return said
