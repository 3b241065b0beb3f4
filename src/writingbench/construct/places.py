"""Ask a model where a request belongs in a list of places, and read what it says.

    "Write a toast for my sister's wedding."  ->  Place("Literature & Arts")  ->  Place(proposed="Wedding Toast: ...")

The places are the domains of a taxonomy, and then the subdomains of one. What fits none of them is "other", with a
name and a line for the place that the model would have liked.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from writingbench import calls
from writingbench.benchmark.taxonomy import Domain, Subdomain, Taxonomy
from writingbench.construct.item import Item
from writingbench.criteria.generate import CALLED
from writingbench.models import Endpoint
from writingbench.records import (
    REQUIREMENTS,
    Failure,
    Language,
    Reply,
    Request,
    Requirement,
    Sampling,
    UserError,
    fingerprint,
)

SAMPLING = Sampling(temperature=0.2, max_tokens=4096)  # room for a model that thinks before it answers
HEAD, TAIL = 3000, 1000  # characters of a long request that are shown
LEFT_OUT = {"en": "[{count:,} characters left out]", "zh": "［此处略去{count:,}个字符］"}

OTHER = "other"
OTHERS = {OTHER, "其他", "其它"}
NOTHING = {"en": "No writing task", "zh": "非写作任务"}  # what is called a request that wants no piece of writing
NAME, DESCRIPTION = 60, 400  # characters at most
SHORT = {"name": 20, "description": 40}  # an embedded model may not end a text by itself

_TRUE, _FALSE = {"true", "yes", "是"}, {"false", "no", "否"}
_CONTROL = dict.fromkeys((*range(32), 127), " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a request was put in a list of places."""

    name: str  # in English, as items have it; "" for other
    proposed: str = ""  # for other: "Name: what such texts have to achieve"
    requirements: tuple[Requirement, ...] = ()  # asked for with the domain


def proposed(item: Item) -> tuple[str, str]:
    """Name and description of the subdomain that was proposed for an item."""
    name, _, description = item.proposed.partition(": ")
    return name, description


def check(taxonomy: Taxonomy) -> None:
    """Raises UserError for a taxonomy that nothing can be tagged by, since a place in it is called other."""
    for domain in taxonomy.domains:
        for place in (domain, *domain.subdomains):
            if {_plain(place.name), _plain(place.zh)} & OTHERS:
                raise UserError(f"the taxonomy calls a place {place.name!r} ({place.zh}); choose another name for it")


def told(taxonomy: Taxonomy) -> str:
    """What stands in histories for what a model was told."""
    names = ("tag_domain", "tag_subdomain")
    return fingerprint([calls.prompt("construct", name).hash for name in names], taxonomy)


# asking


def domain_question(taxonomy: Taxonomy, language: Language) -> calls.Question[Item, Place]:
    """The question for the domain and the demands of a request in a language."""
    return _question("domain", taxonomy.domains, language, {"none": NOTHING[language]})


def subdomain_question(domain: Domain, language: Language) -> calls.Question[Item, Place]:
    """The question for the subdomain of a request in a language, within a domain."""
    return _question("subdomain", domain.subdomains, language, {"domain": called(domain, language)})


def _question(
    key: str, places: Sequence[Subdomain], language: Language, values: Mapping[str, str]
) -> calls.Question[Item, Place]:
    names = [called(one, language) for one in places]
    listed = "\n".join(f"- {name}: {_about(one, language)}" for name, one in zip(names, places, strict=True))
    shared = {**values, "places": listed, "language": CALLED[language]}

    def request(item: Item, by: Endpoint, draw: int) -> Request:
        filled = {**shared, "request": shown(item), "mark": calls.mark(item.request)}
        return Request(
            model=by.identity,
            messages=calls.prompt("construct", f"tag_{key}").messages(filled),
            sampling=by.adapt(SAMPLING),
            schema=schema(key, names, SHORT if by.weights else {}) if by.schema else None,
            draw=draw,
        )

    return calls.Question(request=request, read=lambda item, reply: read(reply, key, places))


def called(place: Subdomain, language: Language) -> str:
    """The name of a domain or subdomain in a language."""
    return place.zh if language == "zh" else place.name


def _about(place: Subdomain, language: Language) -> str:
    """What a model is told of a place: its description, and of a domain what is in it."""
    text = place.description_zh if language == "zh" else place.description
    inside = place.subdomains if isinstance(place, Domain) else ()
    return f"{text} ({', '.join(called(one, language) for one in inside)})" if inside else text


def shown(item: Item) -> str:
    """As much of a request as a model is given: its beginning, and its end where it is long."""
    text = item.request
    if len(text) <= HEAD + TAIL:
        return text
    gap = LEFT_OUT[item.language].format(count=len(text) - HEAD - TAIL)
    return f"{text[:HEAD]}\n\n{gap}\n\n{text[-TAIL:]}"


def schema(key: str, names: Sequence[str], longest: Mapping[str, int]) -> dict[str, Any]:
    """The JSON schema of an answer."""
    properties: dict[str, Any] = {key: {"type": "string", "enum": list(dict.fromkeys([*names, OTHER]))}}
    if key == "domain":
        properties |= {kind: {"type": "boolean"} for kind in REQUIREMENTS}
    for field in ("name", "description"):
        properties[field] = {"type": "string"} | ({"maxLength": longest[field]} if field in longest else {})
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


# reading


def read(reply: Reply, key: str, places: Sequence[Subdomain]) -> Place | Failure:
    """The place in a reply, the last if there are several answers; else why there is none."""
    found = calls.last(reply, lambda value: _recognized(value, key))
    if isinstance(found, Failure):
        return found
    requirements: list[Requirement] = []
    for kind in REQUIREMENTS if key == "domain" else ():
        said = str(found.get(kind)).strip().lower()
        if said not in _TRUE | _FALSE:
            return Failure(kind="unreadable", note=f"it is not said whether there is a demand for {kind}")
        if said in _TRUE:
            requirements.append(kind)
    name, description = line(found.get("name"), ":："), line(found.get("description"))
    other = _plain(found[key]) in OTHERS
    # what is proposed may be in the list after all, and what is called a domain be one of its subdomains
    place = _find(name if other else found[key], places)
    if place:
        return Place(name=place.name, requirements=tuple(requirements))
    if not other:
        return Failure(kind="unreadable", note=f"there is no {key} {found[key]!r:.80}")
    if not name or len(name) > NAME or len(description) > DESCRIPTION:
        return Failure(kind="unreadable", note=f"no name and line for other: {name!r:.80}, {description!r:.80}")
    return Place(name="", proposed=": ".join(filter(None, (name, description))), requirements=tuple(requirements))


def _find(name: str, places: Sequence[Subdomain]) -> Subdomain | None:
    """The place that is called so in either language, or else that has a subdomain that is."""
    wanted = _plain(name)
    within = ((one, inner) for one in places if isinstance(one, Domain) for inner in one.subdomains)
    every = (*((one, one) for one in places), *within)
    return next((one for one, inner in every if wanted and wanted in {_plain(inner.name), _plain(inner.zh)}), None)


def _recognized(value: Any, key: str) -> dict[str, Any] | None:
    if not isinstance(value, dict):
        return None
    found = {name.strip().lower(): said for name, said in value.items()}
    return found if isinstance(found.get(key), str) else None


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def line(said: Any, without: str = "") -> str:
    """A text on one line, without half characters and without some others; "" where it is no text."""
    said = said if isinstance(said, str) else ""
    gone = str.maketrans(dict.fromkeys(without, " "))
    return " ".join(said.translate(_CONTROL).translate(gone).split()).encode("utf-8", "replace").decode()
