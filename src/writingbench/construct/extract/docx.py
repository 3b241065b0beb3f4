"""The text of a DOCX file: as it reads when all tracked changes are accepted."""

from __future__ import annotations

from collections.abc import Iterator

from writingbench.construct.extract import TEXT, Extracted
from writingbench.construct.extract.numbering import Numbering
from writingbench.construct.extract.package import MATHS, WORD, Element, Package, attribute
from writingbench.construct.extract.tidy import Block, finish, flat, joined, row_of

LEFT_OUT = frozenset("del moveFrom rPr pPr instrText delText rt Fallback commentReference annotationRef".split())
SPACES = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
NOTES = {"footnoteReference": "footnotes", "endnoteReference": "endnotes"}


def read(package: Package, main: str) -> Extracted:
    """A DOCX file by its main part."""
    reading = _Reading(package, main)
    blocks: list[Block] = []
    length = 0
    for element in package.each(main, "body"):
        found = list(reading.blocks(element))
        blocks += found
        length += sum(len(block.text) for block in found)
        if length > TEXT:
            break
    blocks += reading.said_below()
    return finish(joined(blocks), "docx", title=package.title() or reading.title, notes=reading.left_out)


class _Reading:
    """What has to be known of a document to read its paragraphs."""

    def __init__(self, package: Package, main: str) -> None:
        self.title = ""
        self.left_out: dict[str, None] = {}
        self._numbering = Numbering(
            package.tree(package.first(main, "styles")), package.tree(package.first(main, "numbering"))
        )
        self._notes = {kind: self._bodies(package.tree(package.first(main, kind))) for kind in NOTES.values()}
        self._noted: dict[tuple[str, str], int] = {}  # those that were referred to -> the number they got
        self._carried = ""  # of a paragraph whose end was deleted: it goes on in the next

    def _bodies(self, tree: Element | None) -> dict[str, Element]:
        return {attribute(note, "id") or "": note for note in ([] if tree is None else tree)}

    def blocks(self, element: Element) -> Iterator[Block]:
        """The paragraphs, headings, items and rows of a child of the body."""
        name = _word(element)
        if name == "p":
            yield from self._paragraph(element)
        elif name == "tbl":
            for row in _inside(element, "tr"):
                if (properties := _child(row, "trPr")) is not None and _child(properties, "del") is not None:
                    self.left_out["extract_deleted"] = None
                    continue
                yield from row_of([list(self._within(cell)) for cell in _inside(row, "tc")])
        elif name not in LEFT_OUT:
            yield from self._within(element)
        elif name in ("del", "moveFrom"):
            self.left_out["extract_deleted"] = None

    def _within(self, element: Element) -> Iterator[Block]:
        for child in element:
            yield from self.blocks(child)

    def _paragraph(self, element: Element) -> Iterator[Block]:
        boxes: list[Element] = []
        said = self._carried + "".join(self._said(element, boxes))
        self._carried = ""
        properties = _child(element, "pPr")
        mark = None if properties is None else _child(properties, "rPr")
        if mark is not None and _child(mark, "del") is not None:
            self._carried = said
            return
        text = "\n".join(map(flat, said.split("\n"))).strip()
        label, heading, depth = self._numbering.of(properties, counted=bool(text))
        if text:
            if heading:
                self.title = self.title or text
                yield Block("#" * min(heading, 6) + " " + " ".join(filter(None, (label, flat(text)))))
            elif label:
                yield Block("  " * depth + f"{label} {text}", "item")
            else:
                yield Block(text)
        for box in boxes:
            yield from self._within(box)

    def _said(self, element: Element, boxes: list[Element]) -> Iterator[str]:
        """What is said in a paragraph; the text boxes that hang on it go to `boxes`."""
        for child in element:
            name = _word(child)
            if name in ("t", "m:t"):
                yield child.text or ""
            elif name in SPACES:
                yield SPACES[name]
            elif name == "sym":
                yield _symbol(attribute(child, "char") or "")
            elif name in NOTES:
                key = (NOTES[name], attribute(child, "id") or "")
                if key[1] in self._notes[key[0]]:
                    yield f"[{self._noted.setdefault(key, len(self._noted) + 1)}]"
            elif name == "txbxContent":
                boxes.append(child)
            elif name in ("del", "moveFrom"):
                self.left_out["extract_deleted"] = None
            elif name == "r" and _hidden(child):
                self.left_out["extract_hidden"] = None
            elif name not in LEFT_OUT:
                yield from self._said(child, boxes)

    def said_below(self) -> Iterator[Block]:
        """The notes that were referred to, numbered as they are in the text; and what a deleted end left over."""
        if self._carried.strip():
            yield Block(flat(self._carried))
            self._carried = ""
        for (kind, id), number in list(self._noted.items()):
            text = " ".join(block.text for block in self._within(self._notes[kind][id]))
            if text:
                yield Block(f"[{number}] {flat(text)}", "note")


def _word(element: Element) -> str:
    """The name of an element; of mathematics "m:…", of what is no part of the text "other"."""
    namespace, _, name = element.tag[1:].rpartition("}")
    if namespace in WORD:
        return name
    return f"m:{name}" if namespace in MATHS else "Fallback" if name == "Fallback" else "other"


def _child(element: Element, name: str) -> Element | None:
    return next((child for child in element if _word(child) == name), None)


def _inside(element: Element, name: str) -> Iterator[Element]:
    """The rows of a table or the cells of a row, also those in a control or an insertion."""
    for child in element:
        if (found := _word(child)) == name:
            yield child
        elif found in ("sdt", "sdtContent", "ins", "moveTo", "customXml"):
            yield from _inside(child, name)


def _hidden(run: Element) -> bool:
    properties = _child(run, "rPr")
    vanish = None if properties is None else _child(properties, "vanish")
    return vanish is not None and attribute(vanish, "val") not in ("0", "false", "off")


def _symbol(code: str) -> str:
    try:
        number = int(code, 16)
    except ValueError:
        return ""
    return chr(number) if number < 0xE000 else ""  # what is above is a picture in a font of symbols
