"""Show what a model wrote as the Markdown it meant, without letting it do anything to the page.

    "# 春\\n\\n**风：**来了 <b>"   ->   <h4>春</h4> <p><strong>风：</strong>来了 &lt;b&gt;</p>

The parser is CommonMark with tables and strikethrough and without HTML. What differs, differs because responses are
written to be read, not to be compiled: a single newline is a new line (poems, addresses, slogans: of 3,870 such
newlines in 2,736 real responses 53 stood after more than 70 characters, where wrapping would put them), `[Title]: text`
and a line of dashes under a line of text stay visible text and a rule, and marks beside Han characters count as
emphasis. What cannot be shown as Markdown is shown as the text that it is.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from itertools import zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

HEADINGS = 3  # the page itself uses h1 to h3, so "#" becomes h4, "##" h5, and whatever is below that h6
LONGEST = 200_000  # characters: the longest of 4,760 real responses has 76,095; the worst text of this length takes 6 s
DEEPEST = 20  # levels of nesting, of which a list takes two; real responses go to 11
REL = "noopener noreferrer nofollow"

# control characters, marks that turn the direction of the words after them, halves of characters, non-characters
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_LINK = re.compile("(?:https?://|mailto:)", re.IGNORECASE)
_BREAK = re.compile(r"<br ?/?>\n?", re.IGNORECASE)
_WIDE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
_INDENT = re.compile("^(?=\u3000)", re.MULTILINE)
_STAY = "\x01"  # cannot occur in printable text


def printable(text: str) -> str:
    """The text with U+FFFD for each character that shows nothing and may do something."""
    return _UNPRINTABLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def render(text: str, *, table: str = "Table") -> str:
    """HTML that is safe to embed in a page, whatever `text` is. Never raises.

    Only p, br, hr, h4 to h6, strong, em, s, code, pre, blockquote, ul, ol (start), li, a (href, rel) and tables occur;
    a table stands in a `div.scroll` that the keyboard reaches and that is called `table` and its number. No image is
    loaded: it becomes its description and its address. What is longer than LONGEST or deeper than DEEPEST is shown as
    it stands, in one pre.
    """
    text = printable(text)
    if len(text) <= LONGEST:
        parser = _parser()
        # else the parser would take the indent from the first line of a paragraph, and only from that
        tokens = parser.parse(_INDENT.sub(_STAY, text))
        if max((token.level for token in _all(tokens)), default=0) < DEEPEST - 1:  # beyond it the parser drops text
            html = parser.renderer.render(_tamed(tokens, escape(table)), parser.options, {})
            return printable(html.replace(_STAY, ""))  # again: "&#x202e;" is a character now
    return f"<pre>{escape(text, quote=False)}</pre>\n"


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - only a page needs it

    made = MarkdownIt("commonmark", {"html": False, "breaks": True, "xhtmlOut": False, "maxNesting": DEEPEST})
    made.enable(["table", "strikethrough"])
    # "[Title]: The Rain" would vanish as a definition, and dashes under a text make it a heading
    made.disable(["reference", "lheading"])
    made.validateLink = lambda url: bool(_LINK.match(url))  # type: ignore[method-assign]
    made.inline.ruler.before("emphasis", "stars", _stars)
    made.inline.ruler.before("autolink", "breaks", _line_break)
    return made


def _all(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from token.children or ()


def _tamed(tokens: Sequence[Token], table: str) -> list[Token]:
    """The tokens with nothing left in them but what `render` promises."""
    from markdown_it.token import Token  # noqa: PLC0415

    kept: list[Token] = []
    tables = 0
    for token in tokens:
        if token.type == "table_open":
            tables += 1
            opening = f'<div class="scroll" tabindex="0" role="region" aria-label="{table} {tables}">\n'
            kept.append(Token("html_block", "", 0, content=opening))
        kept.append(token)
        if token.type == "table_close":
            kept.append(Token("html_block", "", 0, content="</div>\n"))
    unlinked = ""
    flat = list(_all(tokens))
    for token, following in zip_longest(flat, flat[1:]):
        given, token.attrs = token.attrs, {}
        token.info = ""  # the language of a code block would become a class
        if token.type == "link_open" and given["href"] and following.type != "link_close":
            token.attrs = {"href": given["href"], "rel": REL}
        elif token.type == "link_open":  # nowhere to go, or no words to go by: shown as it was written
            token.type, token.content, unlinked = "text", "[", f"]({given['href']})"
        elif token.type == "link_close" and unlinked:
            token.type, token.content, unlinked = "text", unlinked, ""
        elif token.type == "ordered_list_open" and "start" in given:
            token.attrs = {"start": given["start"]}
        elif token.type == "image":
            token.type, token.content = "text", f"{token.content} ({given['src']})".strip()
        elif token.type.startswith("heading"):
            token.tag = f"h{min(int(token.tag[1]) + HEADINGS, 6)}"
    return kept


def _stars(state: StateInline, silent: bool) -> bool:
    """Emphasis by stars, for which a wide character beside them is as good as a space.

    CommonMark wants a space or punctuation behind the second pair of "**注意：**请", and Chinese has none there: of
    2,736 real responses 62 showed their stars that way, and with this 18 do, which is where they are meant.
    """
    from markdown_it.rules_inline.state_inline import Delimiter  # noqa: PLC0415

    if silent or state.src[state.pos] != "*":
        return False
    run = state.scanDelims(state.pos, True)
    end = state.pos + run.length
    before, after = state.src[state.pos - 1 : state.pos] or " ", state.src[end : end + 1] or " "
    opens = run.can_open or bool(_WIDE.match(before) and not after.isspace())
    closes = run.can_close or bool(_WIDE.match(after) and not before.isspace())
    for _ in range(run.length):
        state.push("text", "", 0).content = "*"
        star = Delimiter(ord("*"), run.length, len(state.tokens) - 1, -1, opens, closes)
        state.delimiters.append(star)
    state.pos = end
    return True


def _line_break(state: StateInline, silent: bool) -> bool:
    """The one tag of HTML that models write to be obeyed: <br>, since a table in Markdown knows no other new line."""
    found = _BREAK.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        state.push("hardbreak", "br", 0)
    state.pos = found.end()
    return True
