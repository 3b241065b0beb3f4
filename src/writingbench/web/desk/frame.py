"""What every page of the desk shares: the document around it, its words in both languages, what it may load.

Scripts and style stand in the page, and the content policy names their hashes: nothing that somebody wrote can run.
"""

from __future__ import annotations

import tomllib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup
from starlette.responses import HTMLResponse

from writingbench.construct.extract import refusal
from writingbench.people import Person
from writingbench.reports import shell
from writingbench.reports.shell import Tongue

_PARTS = files("writingbench.web.desk")
SCRIPTS = ("desk.js", "saving.js", "moves.js", "collect.js", "reading.js", "screen.js", "pairs.js")


def page(template: str, tongue: Tongue, person: Person | None, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A whole page. Its template sees the words as `w`, the `tongue`, the `person` and `place`, which names domains."""
    scripts = [_source(f"templates/{name}") for name in SCRIPTS] if person else []
    style = shell.source("style.css") + _source("templates/desk.css") + _source("templates/pairs.css")
    text = _templates().get_template(template).render(
        w=words(tongue), tongue=tongue, person=person, place=lambda name: shell.place(name, tongue),
        scripts=[Markup(one) for one in scripts], style=Markup(style),  # noqa: S704 - files of this package
        **values,
    )  # fmt: skip
    return HTMLResponse(text, status_code=status, headers={"Content-Security-Policy": _policy(scripts, style)})


def out(tongue: Tongue, there: str, *, again: bool, status: int = 200) -> HTMLResponse:
    """The page of somebody who is not signed in, in both languages; `again`: it leads to `there` by itself."""
    other = words("en" if tongue == "zh" else "zh")
    return page("out.html", tongue, None, status=status, other=other, there=there, again=again)


@cache
def words(tongue: Tongue) -> Mapping[str, str]:
    """What the desk says, by key; why a file cannot be read is said where files are read."""
    said = tomllib.loads(_source("words/desk.toml")) | tomllib.loads(_source("words/pairs.toml")) | refusal.words()
    return {key: texts[tongue] for key, texts in said.items()}


def moment(at: float) -> Markup:
    """A moment, in seconds since 1970, which the page's script puts into the reader's own time."""
    when = datetime.fromtimestamp(at, UTC)
    said = when.strftime("%Y-%m-%d %H:%M UTC")
    return Markup('<time datetime="{}">{}</time>').format(when.isoformat(timespec="seconds"), said)


@cache
def _templates() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("writingbench.web.desk"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    made.globals |= {"data": shell.data, "lang": shell.HTML_LANG, "moment": moment}
    return made


@cache
def _source(name: str) -> str:
    return (_PARTS / name).read_text("utf-8")


def _policy(scripts: Sequence[str], style: str) -> str:
    hashes = " ".join(map(_hash, scripts)) or "'none'"
    return (
        f"default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; img-src data:; "
        f"connect-src 'self'; style-src {_hash(style)}; script-src {hashes}"
    )


def _hash(source: str) -> str:
    return f"'sha256-{b64encode(sha256(source.encode()).digest()).decode()}'"
