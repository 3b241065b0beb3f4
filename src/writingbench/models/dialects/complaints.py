"""What a server's refusal is about. The wordings are those of the vendors' documentation and of public reports."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

import msgspec

Complaint = Literal["account", "overlong", "refused", "busy", "broken", "call"]

OVERLONG = re.compile(
    r"context.{0,20}(length|window|size)|maximum.{0,20}(tokens|length)|too (long|many tokens)|prompt is too"
    r"|must be at least 1, got -",  # vLLM, of the room that a prompt leaves
    re.I,
)
POLICY = re.compile(
    r"content.{0,3}(filter|policy|management)|content exists risk|high risk|safety|inappropriate|data_inspection|敏感",
    re.I,
)
PUSHED_BACK = frozenset({429, 503, 529})  # the server has too much to do; other troubles say nothing about that
BROKEN = frozenset({408, 409, 425})


def complaint(status: int, words: str) -> Complaint:
    """What a refusal is about: the account, this request's length or content, the moment (the server is busy, or
    broken), or the call itself."""
    if status == 403 and POLICY.search(words):
        return "refused"  # some gateways moderate what is asked
    if status in (401, 402, 403, 404) or "insufficient_quota" in words:
        return "account"
    if status in PUSHED_BACK:
        return "busy"
    if status in BROKEN or status >= 500:
        return "broken"
    if status == 413 or OVERLONG.search(words):
        return "overlong"
    if POLICY.search(words):
        return "refused"
    return "call"


NO = re.compile(
    r"unsupported|(not|n't|un|only) (be )?(support|allow|permit|accept)|not (a )?valid|unavailable|unrecogni[sz]ed"
    r"|unknown|unexpected|extra (inputs|fields)|extra_forbidden|deprecated|(cannot|can't|can not|not) both"
    r"|only the default|only \S+ is allowed|cannot find|invalid|must be|不支持|无效",
    re.I,
)
# a limit that is too high is the user's to lower: without it, answers would be cut where the server likes
TOO_HIGH = re.compile(
    r"too (large|high)|at (most|least)|maximum|less than|range|between|exceed|should be|expected a value", re.I
)
LIMITS = frozenset({"max_tokens", "max_completion_tokens"})
CAN_GO = frozenset({"temperature", "top_p", "top_k", "response_format", "output_config", *LIMITS})


def refused(status: int, words: str, sent: Iterable[str]) -> str | None:
    """Which of the fields that were `sent` and can be left out the server turns down, if its words are about one.

    Where several are named, that is the one named first, save that of temperature and top_p, which some models do
    not take together, top_p goes.
    """
    if status not in (400, 422) or not NO.search(words):
        return None
    sent = CAN_GO.intersection(sent)
    places = {field: place.start() for field in sent if (place := re.search(rf"(?<!\w){field}(?!\w)", words))}
    if {"temperature", "top_p"} <= places.keys():
        return "top_p"
    if not places:
        return None
    first = min(places, key=lambda field: places[field])
    return None if first in LIMITS and TOO_HIGH.search(words) else first


def words(answer: bytes, status: int) -> str:
    """What the server said, on one line of some 300 characters: its message if it sent one, else its text.

    The code of the error and the parameter it is about follow, because some servers say only there what it is about
    (`insufficient_quota`).
    """
    more = ""
    try:
        said = msgspec.json.decode(answer)
        said = said.get("error", said) if isinstance(said, dict) else said
        if isinstance(said, dict) and isinstance(said.get("message"), str):
            about = [said[key] for key in ("code", "type") if isinstance(said.get(key), str) and said[key]][:1]
            about += [said["param"]] if isinstance(said.get("param"), str) else []
            about = [word[:60] for word in about if word not in said["message"]]
            more = f" ({', '.join(about)})" if about else ""
            said = said["message"]
        text = said if isinstance(said, str) else msgspec.json.encode(said).decode()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        text = re.sub(r"<[^<>]{0,200}>", " ", answer[:4000].decode("utf-8", "replace"))
    text = " ".join(text.split())[:300] + more
    return f"{status}: {text}" if text else f"{status} without a word"
