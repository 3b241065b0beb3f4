"""The text of an HTML page."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from writingbench.construct.extract import TEXT, Extracted
from writingbench.construct.extract.plain import decoded
from writingbench.construct.extract.tidy import CJK, Block, finish, flat, joined, row_of

CHARSET = re.compile(
    rb"<(?:meta[^>]*?charset\s*=\s*[\"']?\s*|\?xml[^>]*?encoding\s*=\s*[\"'])([\w.:-]+)", re.IGNORECASE
)
SKIPPED = frozenset(
    "script style noscript template nav head title svg math iframe object embed canvas audio video button select input "
    "textarea datalist dialog rt rp".split()
)
APART = frozenset(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu ol p pre section summary table tbody td tfoot th thead tr "
    "ul".split()
)
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
LISTS = frozenset(("ul", "ol", "menu"))
HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|(?:font-size|opacity)\s*:\s*0*\.?0*(?![.\d])", re.IGNORECASE
)
LONG = 1000  # characters of a style that are looked at
WITHIN = re.compile(f"(?<=[{CJK}])[ \t]*[\r\n]\\s*(?=[{CJK}])")  # Chinese: the end of a line there is no space
BREAK = "\0"  # no HTML parser lets it through


def read(content: bytes) -> Extracted:
    """What is seen of an HTML page without running anything."""
    declared = CHARSET.search(content[:4096])
    text, notes = decoded(content, declared[1].decode() if declared else "")
    page = LexborHTMLParser(text)
    title = page.css_first("title")
    writing = _Writing()
    if page.body:
        writing.walk(page.body)
    hidden = ("extract_hidden",) if writing.hidden else ()
    return finish(joined(writing.blocks), "html", title=title.text() if title else "", notes=(*notes, *hidden))


class _Writing:
    """What has been read of a page."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []  # of the page; within a table, of its innermost cell
        self.hidden = False
        self._length = 0
        self._line: list[str] = []  # what is said since the last block ended
        self._mark = ""  # "- ", "## ": what the next block begins with
        self._lists: list[int] = []  # of those that are open, the last number; -1 where there are none
        self._pre = 0
        self._rows: list[tuple[list[Block], list[list[Block]]]] = []  # that are open: what was before, the cells

    def walk(self, root: LexborNode) -> None:
        """Read all of `root`, without recursion: a page may be nested as deep as it is long."""
        self._enter(root)
        inside, node = [root], root.child
        while inside and self._length <= TEXT:
            if node is None:
                done = inside.pop()
                self._leave(done.tag or "")
                node = done.next if inside else None
            elif self._enter(node):
                inside.append(node)
                node = node.child
            else:
                node = node.next
        while inside:
            self._leave(inside.pop().tag or "")

    def _enter(self, node: LexborNode) -> bool:
        """Whether what is inside is to be read."""
        tag = node.tag or ""
        if tag == "-text":
            self._line.append(node.text_content or "")
            return False
        if tag.startswith("-") or tag in SKIPPED or self._hides(node):
            return False
        if tag == "br":
            self._line.append(BREAK)
            return False
        if tag not in APART:
            return True
        self._end()
        if tag in LISTS:
            self._lists.append(0 if tag == "ol" else -1)
        elif tag == "li":
            numbered = self._lists and self._lists[-1] >= 0
            if numbered:
                self._lists[-1] += 1
            self._mark = f"{self._lists[-1]}. " if numbered else "- "
        elif tag in HEADINGS:
            self._mark = "#" * int(tag[1]) + " "
        elif tag == "pre":
            self._pre += 1
        elif tag == "tr":
            self._rows.append((self.blocks, []))
        elif tag in ("td", "th") and self._rows:
            self.blocks = []
            self._rows[-1][1].append(self.blocks)
        return True

    def _hides(self, node: LexborNode) -> bool:
        attributes = node.attributes
        if attributes.get("aria-hidden") == "true":
            return True  # an ornament that is seen, or what is said twice
        if "hidden" in attributes or HIDING.search((attributes.get("style") or "")[:LONG]):
            self.hidden = True
            return True
        return False

    def _leave(self, tag: str) -> None:
        if tag not in APART:
            return
        self._end()
        if tag in LISTS:
            self._lists.pop()
        elif tag == "li" or tag in HEADINGS:
            self._mark = ""
        elif tag == "pre":
            self._pre -= 1
        elif tag == "tr":
            self.blocks, cells = self._rows.pop()
            self.blocks += row_of(cells)

    def _end(self) -> None:
        """What was said since the last block is one now."""
        said = "".join(self._line)
        self._line.clear()
        if self._pre:
            text = said.replace(BREAK, "\n").strip("\n")
        else:
            text = "\n".join(flat(WITHIN.sub("", line)) for line in said.split(BREAK)).strip()
        if text.strip():
            indent = "  " * (len(self._lists) - 1)
            self.blocks.append(
                Block(indent + (self._mark or "  " * bool(self._lists)) + text, "item" if self._lists else "")
            )
            self._mark = ""
            self._length += len(text)
