"""Find IPv4, IPv6 and MAC addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from writingbench.construct.mask.around import before
from writingbench.construct.mask.text import Span

_FOUR = re.compile(r"(?<![0-9._-])(?:[0-9]{1,3}(?:\.|\[\.\])){3}[0-9]{1,3}(?![\w-]|\.[0-9])", re.ASCII)
_SIX = re.compile(  # the whole row of figures and colons, or a long one would be taken in pieces
    r"(?<![\w.])(?<![0-9A-Fa-f:]:)(?:[0-9A-Fa-f]{1,4}:|::)[0-9A-Fa-f:]{3,}(?:\.[0-9]{1,3}){0,3}(?![\w:])", re.ASCII
)
_MAC = re.compile(
    r"(?<!\w)(?<!\b[0-9A-Fa-f]{2}[:-])[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w:-])"
    r"|(?<![\w.])(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}(?![\w.])",
    re.ASCII,
)
_KNOWN = {"8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "114.114.114.114", "223.5.5.5", "223.6.6.6", "9.9.9.9"}


def networks(text: str) -> Iterator[Span]:
    """Addresses of machines; not loopback, masks, public name servers, and what looks like a version."""
    for match in _FOUR.finditer(text):
        written = match[0].replace("[.]", ".")
        if _machine(written) and _meant(text, match.start(), [*map(int, written.split("."))]):
            yield Span(*match.span(), written)
    for match in _SIX.finditer(text):
        written = match[0] if match[0].endswith("::") else match[0].removesuffix(":")
        try:
            address = str(IPv6Address(written))
        except AddressValueError:
            continue
        parts = [part for part in written.split(":") if part]
        long = len(parts) >= 3 and any(map(str.isdigit, written)) and max(map(len, parts)) >= 3  # 1:2:3:4:5:6:7:8
        if long or (len(parts) >= 2 and before("network", text, match.start())):
            yield Span(match.start(), match.start() + len(written), address)
    for match in _MAC.finditer(text):
        if re.search("[A-Fa-f]", match[0]) or before("network", text, match.start()):
            yield Span(*match.span(), re.sub("[:.-]", "", match[0]).lower())


def _machine(written: str) -> bool:
    """Whether this is the address of some one's machine."""
    try:
        address = IPv4Address(written)
    except AddressValueError:
        return False
    return not (written in _KNOWN or address.is_loopback or address.is_multicast or written.startswith(("0.", "255.")))


def _meant(text: str, at: int, numbers: list[int]) -> bool:
    """Whether four numbers are an address and no version: v1.2.3.4, Chrome/114.0.5735.198, section 10.20.30.40."""
    lead = text[max(0, at - 3) : at].lower()
    if lead.isascii() and lead[-1:].isalpha() and lead[-2:] != "ip":
        return False
    large = max(numbers) >= 100 or sum(number >= 20 for number in numbers) >= 2
    return before("network", text, at) or (large and not before("none", text, at))
