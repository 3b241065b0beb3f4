"""Find accounts of WeChat, QQ and a few other programs, where a word before says that it is one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from writingbench.construct.mask.around import counted
from writingbench.construct.mask.text import Span, data, words

_SAID = (  # between the name of a program and an account: 微信/QQ（同号）号码是：
    r"(?:[/、](?:微信|qq|wechat|vx|电话|手机)号?)?(?:[ ]?\([^()\n]{0,12}[\u3400-\u9fff][^()\n]{0,12}\))?[ ]{0,2}"
    r"(?:号码|账号|号|是|为|ID|is|number|no\.?|[:=+-])?[ ]{0,2}(?:是|为|is|[:=])?[ *_`]{0,4}[\"'\[(@]?"
)
_NAME = r"(?P<name>[A-Za-z][\w-]{4,29}|[0-9]{5,15})(?![\w-]|[.@][\w])"
_HAN = re.compile(r"[\u3400-\u9fff]")


@cache
def _sure() -> tuple[re.Pattern[str], ...]:
    patterns = (
        rf"{words('chat', 'sure')}{_SAID}{_NAME}",
        rf"{words('chat', 'numbers')}{_SAID}"
        r"(?P<name>[1-9][0-9]{4,11}|[1-9][0-9]{2} [0-9]{3} [0-9]{3,4})(?![\w-]|[.,][0-9])",
        r"(?<!\w)(?P<name>wxid_\w{8,24})(?!\w)",
        r"(?<![A-Za-z])q: ?(?P<name>[1-9][0-9]{7,10})(?![\w-]|[.,][0-9])",
    )
    return tuple(re.compile(pattern, re.ASCII | re.IGNORECASE) for pattern in patterns)


@cache
def _likely() -> re.Pattern[str]:
    return re.compile(rf"{words('chat', 'likely')}{_SAID}{_NAME}", re.ASCII | re.IGNORECASE)


def chats(text: str) -> Iterator[Span]:
    """Accounts: any word after 微信号, and after 微信 one that is announced as such or has a digit in it."""
    for pattern in _sure():
        for match in pattern.finditer(text):
            if not _word(text, match):
                yield _span(match)
    for match in _likely().finditer(text):
        name, said = match["name"], match[0][: match.start("name") - match.start()]
        announced = bool(_HAN.match(said)) and any(sign in said for sign in ":号是为")
        marked = any(sign in "0123456789_" for sign in name) and not name.isdigit()
        if (announced or marked) and not _word(text, match):
            yield _span(match)


def _word(text: str, match: re.Match[str]) -> bool:
    """Whether an ordinary word or a count stands where an account would."""
    name = match["name"]
    return name.lower() in data()["chat"]["words"] or (
        name.isdigit() and counted(text, match.end("name"), announced=True)
    )


def _span(match: re.Match[str]) -> Span:
    return Span(*match.span("name"), match["name"].lower().replace(" ", ""))
