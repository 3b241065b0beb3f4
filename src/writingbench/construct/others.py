"""What a taxonomy has no place for: the subdomains that were proposed, put together, and as a taxonomy to edit.

    Wedding Toast (12), wedding toasts (3), Toast for a Wedding (1)  ->  Wedding Toast, 16 requests

Names are one when they have the same words, whatever their case, width, order, plural s and small words.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from writingbench.benchmark.taxonomy import Subdomain, Taxonomy
from writingbench.construct.item import Item
from writingbench.construct.places import NOTHING, line, proposed

EXAMPLES, SHOWN = 3, 120  # requests that are shown of each, and characters of one
SMALL = {"a", "an", "the", "of", "for", "and", "or", "to", "in", "on"}

ELSEWHERE = Subdomain(  # for what is in no domain; people rename it, or move what it holds
    name="Further Writing",
    zh="其他写作",
    description="Writing that has no place in the domains above.",
    description_zh="上述各领域之外的写作。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A subdomain that was proposed for some requests."""

    name: str  # as most have it
    description: str
    count: int
    examples: tuple[str, ...]  # the beginnings of some requests

    @property
    def writing(self) -> bool:
        """Whether these are requests for a piece of writing at all."""
        return _same(self.name) not in {_same(name) for name in NOTHING.values()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """What is under other in a domain."""

    domain: str  # "": in no domain
    count: int
    proposals: tuple[Proposal, ...]  # those with most requests first


def others(items: Iterable[Item]) -> list[Others]:
    """What is under other, by domain; the domain with most comes first."""
    domains = defaultdict[str, dict[str, list[Item]]](dict)
    for item in items:
        if item.proposed and not item.domain2:
            domains[item.domain1].setdefault(_same(proposed(item)[0]), []).append(item)
    found = [
        Others(
            domain=domain,
            count=sum(map(len, groups.values())),
            proposals=tuple(sorted(map(_proposal, groups.values()), key=lambda one: (-one.count, one.name))),
        )
        for domain, groups in domains.items()
    ]
    return sorted(found, key=lambda one: (-one.count, one.domain))


def _proposal(items: Sequence[Item]) -> Proposal:
    name = Counter(proposed(item)[0] for item in items).most_common(1)[0][0]
    said = [proposed(item) for item in items]
    # of those that are called so, or else of any
    description = next((text for called, text in said if text and called == name), "")
    description = description or next((text for _, text in said if text), "")
    return Proposal(
        name=name,
        description=description,
        count=len(items),
        examples=tuple(short(item.request) for item in items[:EXAMPLES]),
    )


def short(text: str) -> str:
    """The beginning of a text, on one line."""
    found = line(text[: 4 * SHOWN])
    return found if len(found) <= SHOWN and len(text) <= 4 * SHOWN else found[: SHOWN - 1] + "…"


def _same(name: str) -> str:
    """What is the same for names that are one."""
    words = re.findall(r"\w+", re.sub("['’]", "", unicodedata.normalize("NFKC", name).casefold()))
    kept = [word.removesuffix("s") if not word.endswith("ss") else word for word in words if word not in SMALL]
    return " ".join(sorted(kept)) or name.casefold()


# a taxonomy to edit


def suggest(taxonomy: Taxonomy, found: Sequence[Others]) -> str:
    """A taxonomy in TOML with the proposed subdomains behind those of their domains, as comments.

    As it stands it says what `taxonomy` says: whoever edits it decides what becomes a part of it. A proposal is in
    one language, and stands for the other as well until somebody translates it.
    """
    wanted = {one.domain: [each for each in one.proposals if each.writing] for one in found}
    lines = [
        '## A taxonomy with proposed subdomains. Take the "# " away from the lines of those that you want, put right',
        "## what they say, and bring the requests in by it. Lines with two signs stay comments.",
        "",
    ]
    for domain in taxonomy.domains:
        lines += _block("domain", domain)
        for subdomain in domain.subdomains:
            lines += _block("domain.subdomain", subdomain)
        lines += _proposals(wanted.pop(domain.name, []))
    if rest := [each for proposals in wanted.values() for each in proposals]:
        lines += ["## In no domain: move them to one, or make a domain of them.", ""]
        lines += _commented(_block("domain", ELSEWHERE))
        lines += _proposals(rest)
    return "\n".join(lines).rstrip("\n") + "\n"


def _proposals(proposals: Iterable[Proposal]) -> Iterator[str]:
    for one in proposals:
        yield f"## {one.count:,} request{'s' * (one.count > 1)}, such as: {one.examples[0]}"
        about = one.description or one.name
        place = Subdomain(name=one.name, zh=one.name, description=about, description_zh=about)
        yield from _commented(_block("domain.subdomain", place))


def _commented(lines: Iterable[str]) -> Iterator[str]:
    return (f"# {line}" if line else "" for line in lines)


def _block(table: str, place: Subdomain) -> list[str]:
    fields = ("name", "zh", "description", "description_zh")
    return [f"[[{table}]]", *(f"{field} = {_text(getattr(place, field))}" for field in fields), ""]


def _text(text: str) -> str:
    """A TOML string: what JSON escapes, and the one control character that it does not."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
