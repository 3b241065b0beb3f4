"""Find e-mail addresses, also those that are spelled out: name [at] example dot com, name艾特qq.com, name#qq.com."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from writingbench.construct.mask.around import before
from writingbench.construct.mask.text import Span, data

_LOCAL = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+%&'-") | {
    chr(code) for code in range(0xC0, 0x250)
}
_LONGEST = 64  # characters before the @, RFC 5321
_SIGNED = {"com", "cn", "net", "org", "edu"}  # with another sign for the @ only these count
_PLACES = {"look", "us", "me", "is", "are", "it", "website", "online", "available", "be"}  # look at example dot com

_AT = re.compile(
    r" {0,2}(?:@{1,2}|%40|_at_|小老鼠|艾特|圈a?|#at#|[\[({<] ?(?:at|@|a|艾特|圈a?|#) ?[\])}>]) {0,2}"
    r"| (?P<word>at) (?=[a-z0-9-]{1,63}(?: dot |\.)|(?:gmail|outlook|hotmail|yahoo|icloud)\b)"
    r"|(?P<stand>[#*])",
    re.IGNORECASE,
)
_SPELLED = r"(?: dot | ?[\[({<] ?(?:dot|\.|点) ?[\])}>] ?| ?点 ?)"
_DOT = rf"(?:\.| \. | \.(?=[A-Za-z])|。(?=(?:com|cn|net|org|edu)(?![A-Za-z]))|{_SPELLED})"
_DOMAIN = re.compile(rf"[A-Za-z0-9-]{{1,63}}(?:{_DOT}[A-Za-z0-9-]{{1,63}}){{1,5}}", re.IGNORECASE)
_PARTS = re.compile(_DOT, re.IGNORECASE)
_DOT_BEFORE = re.compile(rf"{_SPELLED}\Z", re.IGNORECASE)


@cache
def _open() -> re.Pattern[str]:
    """Hosts where anyone can have an address; the best known ones can stand without their end."""
    hosts = data()["email"]["free"].replace("\n", "|")
    return re.compile(
        rf"(?:{hosts})(?:{_DOT}(?:com|net|cn|org|me|ru|de|co{_DOT}uk)){{1,2}}"
        r"|(?:gmail|qq|foxmail|outlook|hotmail|yahoo|icloud)(?!\w|\.\w)",
        re.IGNORECASE,
    )


@cache
def _ends() -> frozenset[str]:
    return frozenset(data()["email"]["ends"].replace("\n", "|").split("|"))


def emails(text: str) -> Iterator[Span]:
    """E-mail addresses."""
    done = 0
    for at in _AT.finditer(text):
        if found := _address(text, at, done):
            done = found.end
            yield found


def _address(text: str, at: re.Match[str], done: int) -> Span | None:
    """The address around what may be its @, if it is one; nothing before `done` belongs to it."""
    known = _open().match(text, at.end())
    domain = known if at["stand"] == "*" else _DOMAIN.match(text, at.end()) or known
    if not domain:
        return None
    end, host = _host(domain)
    start = _begin(text, max(done, at.start() - _LONGEST), at.start(), at[0].strip() != "@")
    local = _PARTS.sub(".", text[start : at.start()])
    if not host or not local or local.endswith("."):
        return None
    last = host.rpartition(".")[2]
    if text.startswith("(", end) and last not in _ends():  # a decorator: name@module.function(
        return None
    if at["word"] and not (at["word"] == "AT" and last in _SIGNED):
        spelled = " dot " in domain[0].lower()
        if not (local.lower() not in _PLACES if spelled else known and _named(text, start, local)):
            return None
    if at["stand"]:
        path = text[start - 1 : start] in {"/", "."}  # github.com/name/page#part.com
        if path or len(local) < 4 or not (known or last in _SIGNED):
            return None
    address = f"{local}@{host}".lower()
    return None if address in data()["email"]["services"] else Span(start, end, address)


def _begin(text: str, first: int, end: int, spelled: bool) -> int:
    """Where the name before an @ begins; where that is spelled out, dots may be, too."""
    start = end
    while start > first:
        if text[start - 1] in _LOCAL:
            start -= 1
        elif spelled and start < end and (dot := _DOT_BEFORE.search(text, max(first, start - 8), start)):
            start = dot.start()
        else:
            break
    while start < end and text[start] in ".'-%&+ ":
        start += 1
    return start


def _host(domain: re.Match[str]) -> tuple[int, str]:
    """Where a domain ends and what it is, without a word that follows it unspaced; "" for none."""
    labels = _PARTS.split(domain[0])
    if len(labels) == 1:
        return domain.end(), labels[0]
    ends = [domain.start() + dot.start() for dot in _PARTS.finditer(domain[0])] + [domain.end()]
    # a number that follows at once belongs to something else: a@qq.com13800138000
    plain = [label if n == 0 or label.isdigit() else label.rstrip("0123456789") for n, label in enumerate(labels)]
    known = [n for n, label in enumerate(plain) if n and label.lower() in _ends()]
    last = known[-1] if known else len(labels) - 1
    if not known:
        odd = any(sign not in ".-" and not sign.isalnum() for sign in domain[0])  # MRR @ 10 . Furthermore
        if odd or not (labels[last].isalpha() and 2 <= len(labels[last]) <= 24):
            return domain.start(), ""
    return ends[last] - len(labels[last]) + len(plain[last]), ".".join([*labels[:last], plain[last]])


def _named(text: str, start: int, local: str) -> bool:
    """Whether "name at gmail.com" is an address, and not where somebody is."""
    marked = any(sign in "0123456789_." for sign in local)
    return marked or (len(local) > 2 and before("email", text, start))
