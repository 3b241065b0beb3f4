"""`report.html`, and where there is much to read, a page for each query beside it in `report/`.

    take(query, made) ──> a file of entries, so that not all texts are in memory ──> write(boards)

Each page is a file that needs nothing else. As long as the entries come to no more than INLINE bytes, all of them
stand in report.html.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from shutil import rmtree
from tempfile import SpooledTemporaryFile
from typing import Literal, Self

from markupsafe import Markup

from writingbench.audits import card
from writingbench.files import replacing
from writingbench.records import Query, UserError
from writingbench.reports import audit, listing, room
from writingbench.reports.found import Denied, Made
from writingbench.reports.front import UNABLE, front, nav, title
from writingbench.reports.room import FOLDER, Row
from writingbench.reports.shell import Tongue, render, shell, source, words
from writingbench.scores.board import Board
from writingbench.scores.contest import Contest
from writingbench.scores.criteria import Comparison

INLINE = 6_000_000  # bytes of entries that one page may hold: more of them open slowly on a phone

_OURS = re.compile(r"q-(-?\d+)(-\d+)?\.html")


class Pages:
    """Takes in queries one by one and writes the report."""

    def __init__(self, out: Path, tongue: Tongue = "en") -> None:
        self.out, self.tongue = out, tongue
        self._rows: list[Row] = []
        self._sizes: list[int] = []  # of the entries, in bytes
        self._seen: Counter[int] = Counter()

    def __enter__(self) -> Self:
        try:
            self.out.mkdir(parents=True, exist_ok=True)
            self._entries = SpooledTemporaryFile(INLINE, dir=str(self.out))
        except OSError as error:
            raise UserError(f"{self.out}: cannot be written ({error.strerror or error})") from error
        return self

    def __exit__(self, *_: object) -> None:
        self._entries.close()

    def take(self, query: Query, made: Sequence[Made]) -> None:
        """What there is on one query. Only its numbers are kept in memory."""
        self._seen[query.index] += 1
        found = room.entry(query, made, self.tongue, key=room.key(query, self._seen[query.index]))
        self._rows.append(found.row)
        self._sizes.append(self._entries.write(found.html.encode("utf-8", "replace")))

    def write(
        self,
        boards: Sequence[Board],
        published: Sequence[str] = (),
        compared: Sequence[Comparison] = (),
        contests: Sequence[Contest] = (),
    ) -> None:
        """Write everything. `published` are lines that the reader is to see first, `compared` sets of criteria,
        `contests` rankings from responses compared two at a time.

        Raises UserError when something cannot be written, or the folder holds what is not of a report.
        """
        folder = self.out / FOLDER
        inline = sum(self._sizes) <= INLINE
        self._entries.seek(0)
        if not inline:
            self._split(folder)
        listed = ""
        if self._rows:
            bodies: list[str] | Literal[False] = inline and [self._next(size) for size in self._sizes]
            order = [label.fingerprint for board in boards for label in board.table.labels]  # the best first
            listed = listing.index(self._rows, self.tongue, inline=bodies, order=order)
        with replacing(self.out / "report.html") as file:
            file.write(
                document(
                    boards,
                    listed,
                    self.tongue,
                    published=published,
                    denied=listing.denied(self._rows, inline),
                    compared=compared,
                    contests=contests,
                    more=audit.section(card.load(self.out), self.tongue),
                )
            )
        if inline and _pages(folder):  # of an earlier report, that held more
            rmtree(folder)

    def _next(self, size: int) -> str:
        return str(self._entries.read(size), "utf-8")

    def _split(self, folder: Path) -> None:
        """Write a page for each query into a new folder, then put that in the place of the old one."""
        fresh, old = self.out / f".{FOLDER}-new", self.out / f".{FOLDER}-old"
        addresses = ["", *(f"{row.key}.html" for row in self._rows), ""]
        if folder.exists() and not _pages(folder):
            raise UserError(f"{folder}: holds what is not of a report; move it, or give the report another --out")
        try:
            for left in (fresh, old):  # by a process that was killed
                rmtree(left, ignore_errors=True)
            fresh.mkdir()
            for n, (row, size) in enumerate(zip(self._rows, self._sizes, strict=True)):
                before, after = addresses[n], addresses[n + 2]
                page = _page(row, self._next(size), self.tongue, "../report.html#queries", before, after)
                (fresh / addresses[n + 1]).write_text(page, "utf-8", newline="\n")
            if folder.exists():
                folder.rename(old)
            fresh.rename(folder)
        except OSError as error:
            raise UserError(f"{folder}: cannot be written ({error.strerror or error})") from error
        finally:
            for left in (fresh, old):
                rmtree(left, ignore_errors=True)


def document(
    boards: Sequence[Board],
    listed: str,
    tongue: Tongue,
    *,
    published: Sequence[str] = (),
    denied: Sequence[Denied] = (),
    compared: Sequence[Comparison] = (),
    contests: Sequence[Contest] = (),
    more: str = "",
    scripts: Sequence[str] = (),
    live: bool = False,
) -> str:
    """The whole front page: tables, pictures, and `listed`, the reading room's list, "" where there are no texts.

    `more` is HTML of our own behind all that, `scripts` further scripts of our own.
    """
    return shell(
        title(boards, tongue),
        front(boards, tongue, listed, published, denied, compared, contests) + more,
        tongue,
        scripts=[source("front.js"), source("room.js"), *scripts],
        styles=[source("room.css")],
        nav=nav(boards, tongue, bool(listed), bool(denied), bool(compared), bool(contests)),
        live=live,
    )


def query_page(
    query: Query, made: Sequence[Made], tongue: Tongue, back: str = "../report.html#queries", *, key: str = ""
) -> str:
    """A whole page for one query. `back` leads to the list; `key` is the anchor of a further query with this index."""
    found = room.entry(query, made, tongue, key=key or room.key(query))
    return _page(found.row, found.html, tongue, back)


def text_page(query: Query, made: Made, tongue: Tongue) -> str:
    """A whole page for one text that stands in no run."""
    found = room.entry(query, [made], tongue, key=room.key(query))
    return _page(found.row, found.html, tongue, "", name=made.writer)


def _page(row: Row, entry: str, tongue: Tongue, back: str, before: str = "", after: str = "", *, name: str = "") -> str:
    made = Markup(entry)  # noqa: S704 - our own templates made it
    name = name or words(tongue)["room_number"].format(n=row.index)
    unable = any(one.judge == UNABLE for one in row.figures.values())
    around = {"back": back, "before": before, "after": after, "name": name, "unable": unable}
    body = render("room_page.html", tongue, row=row, entry=made, **around)
    return shell(name, body, tongue, scripts=[source("room.js")], styles=[source("room.css")])


def _pages(folder: Path) -> bool:
    """Whether this is a folder of a report's pages and holds nothing else."""
    return folder.is_dir() and not folder.is_symlink() and all(_OURS.fullmatch(one.name) for one in folder.iterdir())
