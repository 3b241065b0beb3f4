"""What a judge is told. Prompts are text files, filled in one pass.

One pass, because essays contain braces, and even `{query}`: what was put in is never looked at again. In the
`standard` prompt the criterion comes last, so that all calls about one response begin alike and a server with a
prefix cache computes that beginning once; request and response stand between tags whose id is taken from the
response itself, so that no response can close its own tag. The `official` prompt is the published one, read from
the downloaded asset.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from writingbench.records import BANDS, Criterion, Message, Query, Text, UserError

FIELDS = ("query", "response", "mark", "name", "description", "criterion", *BANDS)
PLACE = re.compile("{(" + "|".join(FIELDS) + ")}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A prompt with places to fill: {query}, {response}, {mark}, {name}, {description}, {1-2} ... or {criterion}."""

    name: str
    system: str  # "" where there is none
    user: str

    def about(self, query: Query, response: str) -> Sheet:
        """The prompt filled in for one response, all but the criterion."""
        # no response can hold a hash of itself
        mark = sha256(response.encode("utf-8", "replace")).hexdigest()[:8]
        values = {"query": query.text, "response": response, "mark": mark}
        first = next((place.start() for place in PLACE.finditer(self.user) if place[1] not in values), len(self.user))
        before = (Message(role="system", content="", opening=_text(self.system)),) if self.system else ()
        opening = Text(fill(self.user[:first], values))
        return Sheet(before=before, opening=opening, rest=self.user[first:], values=values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A prompt about one response, open for the criterion. What comes before the criterion is the same for all."""

    before: tuple[Message, ...]
    opening: Text
    rest: str  # a template still
    values: Mapping[str, str]

    def messages(self, criterion: Criterion) -> tuple[Message, ...]:
        """The whole prompt."""
        bands = dict(zip(BANDS, criterion.bands, strict=True))
        values = {**self.values, "name": criterion.name, "description": criterion.description, **bands}
        if "{criterion}" in self.rest:  # the published code prints the criterion as Python prints a dict
            values["criterion"] = str({"name": criterion.name, "criteria_description": criterion.description, **bands})
        return (*self.before, Message(role="user", content=fill(self.rest, values), opening=self.opening))


def fill(template: str, values: Mapping[str, str]) -> str:
    """Put `values` into the places of `template`, all at once."""
    return PLACE.sub(lambda place: values[place[1]], template)


_text = lru_cache(Text)


def load(name: str, official: Callable[[], Path]) -> Prompt:
    """The prompt called `name`; `official` tells where the official asset's folder is, if that is the one."""
    if name == "official":
        return published((official() / "prompt.py").read_text("utf-8"))
    text = (files("writingbench.judgements.prompts") / f"{name}.md").read_text("utf-8")
    system, _, user = text.removeprefix("[system]\n").partition("[user]\n")
    return Prompt(name=name, system=system.strip(), user=user.strip())


def published(source: str) -> Prompt:
    """The published prompt out of a Python module, which is parsed and never executed.

    Either the official `prompt.py` with its constants `evaluate_system` and `evaluate_prompt`, or the module of
    inspect_evals, whose function returns the same prompt as an indented f-string without the system prompt.

    Raises UserError when the module holds neither.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        tree = ast.Module([], [])
    constants = {
        target.id: statement.value.value
        for statement in tree.body
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant)
        for target in statement.targets
        if isinstance(target, ast.Name) and isinstance(statement.value.value, str)
    }
    if "evaluate_prompt" in constants:
        user = constants["evaluate_prompt"].replace("{criteria}", "{criterion}")
        return Prompt(
            name="official",
            system=_single(constants.get("evaluate_system", "")).strip(),
            user=_single(user).strip(),
        )
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == "create_scoring_prompt":
            for inner in ast.walk(node):
                if isinstance(inner, ast.JoinedStr):
                    parts = [part.value if isinstance(part, ast.Constant) else "0" for part in inner.values]
                    text = textwrap.dedent("".join(str(part) for part in parts)).strip()
                    for theirs, ours in (
                        ("checklist[0]", "criterion"),
                        ("question", "query"),
                        ("answer", "response"),
                    ):
                        text = text.replace("{" + theirs + "}", "{" + ours + "}")
                    return Prompt(name="official (without its system prompt)", system="", user=_single(text))
    raise UserError("the official prompt is not where it was expected; run `writingbench data pull official` again")


def _single(template: str) -> str:
    """Braces that were doubled for str.format, single: this project fills templates by place, not by format."""
    return template.replace("{{", "{").replace("}}", "}")
