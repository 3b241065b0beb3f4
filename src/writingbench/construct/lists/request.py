"""Find the request in a row of a list: a text, the field of an object that holds it, the first turn of a chat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from writingbench.construct.lists.fault import Fault, shown

FIELDS = ("query", "request", "prompt", "instruction", "请求", "指令", "提示词", "问题")
CHATS = ("messages", "conversations", "conversation")
KNOWN = (*FIELDS, *CHATS, "text")  # text comes last: beside messages it is the whole chat, beside a prompt the answer
USER, OTHERS = {"user", "human"}, {"assistant", "gpt", "system", "tool", "function", "bot", "chatgpt", "developer"}
LONGEST = 200_000  # characters of a request

_CONTROL = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127))


def request(row: Any, field: str | None = None) -> str | Fault:
    """The request in a row, "" where there is none."""
    name, said = "", row
    if isinstance(row, dict):
        found = column(row, field)
        if found is None:
            return missing(row, field)
        name, said = found, row[found]
        more = row.get("input")
        if name == "instruction" and isinstance(said, str) and isinstance(more, str) and more.strip():
            said = f"{said}\n\n{more}"  # what the instruction is about, in files of that kind
    elif not isinstance(row, str):
        return Fault("must be an object or a text", value=shown(row))
    if isinstance(said, list):
        said = _turn(name, said)
        if isinstance(said, Fault):
            return said
    if not isinstance(said, str | None):
        return Fault("must be text", name, shown(said))
    text = plain(said or "")
    if len(text) > LONGEST:
        why = f"{len(text):,} characters, {LONGEST:,} at most; shorten it, or take it out of the file"
        return Fault(why, name, shown(text))
    return text


def column(row: Mapping[str, Any], field: str | None) -> str | None:
    """The name of the field that holds the request, as the row spells it."""
    names = {str(name).strip().casefold(): name for name in reversed(tuple(row))}
    wanted = KNOWN if field is None else (field.strip().casefold(),)
    return next((names[name] for name in wanted if name in names), None)


def missing(there: Iterable[str], field: str | None) -> Fault:
    """What is said of a row that has no such field."""
    names = ", ".join(f"{name!r:.40}" for name in list(there)[:12]) or "none"
    if field is None:
        problem = f"no field of a known name ({', '.join(KNOWN)}); name the one to read with --field"
    else:
        problem = f"no field {field!r}"
    return Fault(f"{problem}; there are: {names}")


def _turn(name: str, turns: list[Any]) -> str | Fault:
    """What the user of a chat says first; "" where no user says anything."""
    roles: dict[str, None] = {}
    for turn in turns:
        if not isinstance(turn, dict):
            continue
        role = str(turn.get("role", turn.get("from", ""))).strip().casefold()
        said = turn.get("content", turn.get("value"))
        if role in USER:
            if isinstance(said, list):  # pieces, of which some may be images
                texts = (piece.get("text") if isinstance(piece, dict) else piece for piece in said)
                said = "\n".join(text for text in texts if isinstance(text, str))
            if isinstance(said, str | None):
                return said or ""
            return Fault("the content of the user's turn must be text", name, shown(said))
        roles[role or "none"] = None
    if roles.keys() <= OTHERS and all(isinstance(turn, dict) for turn in turns):
        return ""
    there = ", ".join(roles)[:60] or "none"
    return Fault(f"no turn of {' or '.join(sorted(USER))} (roles: {there})", name, shown(turns))


def plain(text: str) -> str:
    """A text without control characters and halves of characters, its lines ended in one way."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROL)
    return text.encode("utf-8", "replace").decode().strip("\ufeff \t\n\u3000")
