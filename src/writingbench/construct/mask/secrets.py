"""Find keys, tokens and passwords."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from writingbench.construct.mask.text import Span, data, words

_BLOCK = re.compile(r"-----(?:(BEGIN)|END) [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_BODY = re.compile(r"(?:\s{1,4}[A-Za-z0-9+/=]{16,100}){0,200}")
_LONG = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_.-]{16,}", re.A)
_USER = re.compile(r"://(?P<value>[^\s/:@\x00]{1,80}:[^\s/\x00]{1,80})@")


@cache
def _keys() -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(data()['secret']['keys'])})(?![A-Za-z0-9])")


@cache
def _parameter() -> re.Pattern[str]:
    value = r"""(?P<value>[^\s&#"'<>()\[\]\x00-\x20\u2e80-\uffff]{6,2000})"""
    return re.compile(rf"[?&#](?:{data()['secret']['parameters']})={value}", re.ASCII | re.IGNORECASE)


@cache
def _said() -> re.Pattern[str]:
    means = r"(?:[ ]{0,2}(?:是|为|is|was|[:=])[ ]{0,2}(?:是|Bearer )?|(?<=[码令])|(?<=passcode) )"
    value = r"""["'`\[]?(?P<value>[^\s\x00"',;<>\u0080-\U0010ffff]{4,200})"""
    bearer = r"(?<![A-Za-z])bearer (?P<bearer>[\w.~+/=-]{12,4000})"
    pattern = rf"""{words("secret", "words")}["'`]?{means}{value}|{bearer}"""
    return re.compile(pattern, re.ASCII | re.IGNORECASE)


def secrets(text: str) -> Iterator[Span]:
    """Private keys, keys of known forms, passwords in addresses, keys in parameters, and what is called a password."""
    yield from _blocks(text)
    for long in _LONG.finditer(text):
        for key in _keys().finditer(long[0]):
            if key.start() == 0 or not long[0][key.start() - 1].isalnum():
                yield Span(long.start() + key.start(), long.start() + key.end(), key[0])
    taken = set()
    for match in (*_USER.finditer(text), *_parameter().finditer(text)):
        taken.add(match.start("value"))
        yield Span(*match.span("value"), match["value"])
    for match in _said().finditer(text):
        group = "bearer" if match["bearer"] else "value"
        start, value = match.start(group), match[group].rstrip("`].!?:")
        plain = match[0].lower().startswith(("密码", "口令", "验证码", "pass", "pwd", "pin"))
        if start not in taken and (group == "bearer" or _password(value, plain)):
            yield Span(start, start + len(value), value)


def _blocks(text: str) -> Iterator[Span]:
    """Private keys in PEM, to their end or as far as lines of a key go."""
    begun: re.Match[str] | None = None
    for match in (*_BLOCK.finditer(text), None):
        if begun and match and not match[1]:
            yield Span(begun.start(), match.end(), text[begun.end() : match.start()])
        elif begun and (body := _BODY.match(text, begun.end())):
            yield Span(begun.start(), body.end(), body[0])
        begun = match if match and match[1] else None


def _password(value: str, plain: bool) -> bool:
    """Whether a word is no ordinary one; digits alone are one where they are `plain`ly called so."""
    digit, letter = any(map(str.isdigit, value)), any(map(str.isalpha, value))
    if len(value) < 4 or "://" in value or re.fullmatch(r"[0-9.]+[kKmMgG%]?", value):
        return plain and value.isdigit() and len(value) >= 4
    return (digit and (letter or plain)) or (letter and len(value) >= 6 and any(sign in "!@#$%^&*?~" for sign in value))
