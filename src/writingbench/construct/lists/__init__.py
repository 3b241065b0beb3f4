"""Read requests out of a list of any kind.

    {"prompt": "Write a toast for my sister's wedding."}                                   JSON Lines, a JSON list
    {"messages": [{"role": "user", "content": "Write a toast ..."}, ...]}                  chat logs: the first turn
    prompt,date / "Write a toast ...",2026-05-01                                           CSV and TSV, with a header
    Write a toast ...                                                                      plain text

Whatever is wrong anywhere in a file is told at once, with its line, field and value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from writingbench.benchmark.language import language_of
from writingbench.benchmark.line import Defect
from writingbench.benchmark.load import Defects
from writingbench.construct.lists.encoding import encoding
from writingbench.construct.lists.fault import Fault
from writingbench.construct.lists.foreign import foreign
from writingbench.construct.lists.request import request
from writingbench.construct.lists.rows import form, rows
from writingbench.records import Language, UserError

MOST = 1000  # defects after which a file is read no further


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One request of a file."""

    text: str
    language: Language
    line: int  # from 1


class Source:
    """The requests in a file, read anew each time they are gone through; at the end Defects is raised if there are any.

    Files are read piece by piece. `field` names the one that holds the request, where it has none of the usual names.
    `limit`: the first so many. Raises UserError for a file that cannot be read or is no text.
    """

    def __init__(self, path: Path, *, field: str | None = None, limit: int | None = None) -> None:
        self.path = path
        self.field = field
        self.limit = limit
        self.tally: Counter[str] = Counter()  # what was left out last time: empty, duplicate, foreign
        try:
            self._encoding = encoding(path)
            self.form = form(path, self._encoding)
        except OSError as error:
            raise UserError(f"{path}: cannot be read ({error.strerror})") from error

    def __iter__(self) -> Iterator[Found]:
        self.tally, defects = Counter(), list[Defect]()
        seen: set[bytes] = set()
        for line, row in rows(self.path, self._encoding, self.form, self.field):
            if len(defects) >= MOST:
                defects.append(self._defect(line, Fault(f"{MOST:,} defects; the rest was not looked at")))
                break
            text = row if isinstance(row, Fault) else request(row, self.field)
            if isinstance(text, Fault):
                defects.append(self._defect(line, text))
                continue
            hash = sha256(text.encode()).digest()
            if not text:
                self.tally["empty"] += 1
            elif hash in seen:
                self.tally["duplicate"] += 1
            elif foreign(text):
                self.tally["foreign"] += 1
            else:
                seen.add(hash)
                yield Found(text=text, language=language_of(text), line=line)
                if len(seen) == self.limit:
                    break
        if not (seen or defects or self.tally):
            defects.append(self._defect(1, Fault("the file holds no request")))
        if defects:
            raise Defects(defects)

    def _defect(self, line: int, fault: Fault) -> Defect:
        return Defect(file=str(self.path), line=line, field=fault.field, value=fault.value, problem=fault.problem)
