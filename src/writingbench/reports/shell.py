"""What every page of a report shares: the document around its body, the words of both tongues, the templates.

A page is one file that loads nothing. Its content security policy names the hashes of our own scripts, so that nothing
a model wrote can run even if it got past the escaping.
"""

from __future__ import annotations

import json
import re
import tomllib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from writingbench import __version__
from writingbench.benchmark import taxonomy

if TYPE_CHECKING:
    import jinja2
    from markupsafe import Markup

Tongue = Literal["en", "zh"]
"""The language of the page; texts of queries, criteria and reasons stay in their own."""

HTML_LANG = {"en": "en", "zh": "zh-Hans"}
LONG = 80  # characters of a name that are always shown
_PARTS = files("writingbench.reports")
_UNSAFE = str.maketrans({sign: f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"})


def shell(
    title: str,
    body: str,
    tongue: Tongue,
    scripts: Sequence[str] = (),
    nav: Sequence[tuple[str, str]] = (),
    *,
    styles: Sequence[str] = (),
    live: bool = False,
) -> str:
    """A whole HTML document. `body` is HTML that our own templates made, `scripts` and `styles` (behind style.css) our
    own sources, `nav` links as (address, name). A `live` page may ask the server that it came from.
    """
    from markupsafe import Markup  # noqa: PLC0415 - only a page needs it

    hashes = " ".join(f"'sha256-{b64encode(sha256(one.encode()).digest()).decode()}'" for one in scripts)
    return render(
        "shell.html",
        tongue,
        title=title,
        body=Markup(body),  # noqa: S704 - our own templates made it
        style=Markup("\n".join([source("style.css"), *styles])),  # noqa: S704 - files of this package
        scripts=[Markup(one) for one in scripts],  # noqa: S704 - files of this package
        hashes=hashes or "'none'",
        nav=nav,
        live=live,
        version=__version__,
    )


def render(template: str, tongue: Tongue, **values: Any) -> str:
    """A template filled in. It sees the words as `w`, the `tongue`, and `place`, which names domains in it."""
    page = templates().get_template(template)
    return page.render(w=words(tongue), tongue=tongue, place=lambda name: place(name, tongue), **values)


@cache
def templates() -> jinja2.Environment:
    """The templates of this package. Everything that goes into one is escaped, whatever the template is called."""
    import jinja2  # noqa: PLC0415 - only a page needs it

    made = jinja2.Environment(
        loader=jinja2.PackageLoader("writingbench.reports"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    made.globals |= {"data": data, "lang": HTML_LANG}
    made.filters["breaking"] = breaking
    return made


@cache
def source(name: str) -> str:
    """The text of a style sheet or script of this package."""
    return (_PARTS / "templates" / name).read_text("utf-8")


@cache
def words(tongue: Tongue) -> Mapping[str, str]:
    """What the interface says, by key, from all files in `words/`. Raises ValueError when two files share a key."""
    found: dict[str, str] = {}
    for file in sorted((_PARTS / "words").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            said = tomllib.loads(file.read_text("utf-8"))
            if twice := found.keys() & said.keys():
                raise ValueError(f"{file.name} says again what another file says: {', '.join(sorted(twice))}")
            found |= {key: texts[tongue] for key, texts in said.items()}
    return found


def data(value: Any) -> Markup:
    """A JSON value as the content of `<script type="application/json">`, which no text in it can end."""
    from markupsafe import Markup  # noqa: PLC0415

    return Markup(json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).translate(_UNSAFE))  # noqa: S704


def breaking(name: str) -> Markup:
    """A model's name, which may be broken behind a slash, a hyphen or an underscore. Of a very long one a few lines
    are shown, and all of it in the title.
    """
    from markupsafe import Markup, escape  # noqa: PLC0415

    shown = Markup(re.sub(r"(?<=[/_-])(?=[^/_-])", "<wbr>", str(escape(name))))  # noqa: S704 - escaped above
    return shown if len(name) <= LONG else Markup('<span class="long" title="{}">{}</span>').format(name, shown)


def place(name: str, tongue: Tongue) -> str:
    """A domain or subdomain as it is called in `tongue`; names that are not of the built-in taxonomy stay."""
    return _chinese().get(name, name) if tongue == "zh" else name


@cache
def _chinese() -> Mapping[str, str]:
    domains = taxonomy.builtin().domains
    return {one.name: one.zh for domain in domains for one in (domain, *domain.subdomains)}
