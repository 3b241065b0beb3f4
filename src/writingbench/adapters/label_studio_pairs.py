"""Pairs of responses as tasks of Label Studio, and what people said of them there as labels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from xml.etree import ElementTree

from writingbench.adapters.label_studio import read
from writingbench.agreement.draw import Pair
from writingbench.agreement.labels import Given, check
from writingbench.benchmark.line import Defect, Entry
from writingbench.benchmark.load import Defects

MEANT = {  # what is chosen on the page: the choice and its strength
    "A clearly A明显更好": ("first", 2),
    "A slightly A略好": ("first", 1),
    "tie 不相上下": ("tie", None),
    "B slightly B略好": ("second", 1),
    "B clearly B明显更好": ("second", 2),
}
CONTROLS = {"preference", "comment"}


def task(pair: Pair) -> dict[str, Any]:
    """A pair as a task; who wrote the two is not told."""
    shown = {"request": pair.query.text, "response_a": pair.first.text, "response_b": pair.second.text}
    return {"data": {"pair": pair.id, **{name: text or "—" for name, text in shown.items()}}}


def page() -> str:
    """The labelling page, as XML: what the project's setting "Labeling Interface" takes."""
    view = ElementTree.Element("View")

    def add(parent: ElementTree.Element, tag: str, **attributes: str) -> ElementTree.Element:
        return ElementTree.SubElement(parent, tag, attributes)

    add(view, "Style").text = '[class*="richtext__line"] { white-space: pre-wrap; } .pair { display: flex; gap: 2em; }'
    add(view, "Header", value="Request 题目", size="4")
    add(view, "Text", name="asked", value="$request", valueType="text", selectionEnabled="false")
    two = add(view, "View", className="pair")
    for letter in "ab":
        side = add(two, "View")
        add(side, "Header", value=f"{letter.upper()}", size="4")
        add(side, "Text", name=letter, value=f"$response_{letter}", valueType="text", selectionEnabled="false")
    add(view, "Header", value="Which one is better? 哪一篇更好？", size="4")
    choices = add(view, "Choices", name="preference", toName="asked", choice="single-radio", showInline="true")
    for value in MEANT:
        add(choices, "Choice", value=value)
    add(view, "Header", value="Comment, if you wish 备注（可不填）", size="5")
    add(view, "TextArea", name="comment", toName="asked", rows="3", editable="true", maxSubmissions="1")
    ElementTree.indent(view)
    return ElementTree.tostring(view, encoding="unicode") + "\n"


def labels(content: bytes, file: str, pairs: Iterable[Pair], by: str = "") -> list[Given]:
    """What people said, by an export as JSON or JSON-MIN. Whoever the export names is who said it, unless `by` is.

    Raises Defects.
    """
    known = {pair.id for pair in pairs}
    defects: list[Defect] = []
    found: list[Given] = []
    for one in read(content, file, CONTROLS.__contains__).annotations:
        at = Entry(file, one.line, defects)
        chosen = one.said("preference")
        if not chosen:
            continue
        if chosen[0] not in MEANT:
            at.wrong(
                "preference", "none of the choices of our page; export the project that was made with it", chosen[0]
            )
            continue
        choice, strength = MEANT[chosen[0]]
        comment = "\n\n".join(one.said("comment"))
        said = {"pair": one.data.get("pair"), "by": by or one.by, "choice": choice, "strength": strength}
        found.append(check({**said, "comment": comment}, at, known))
    if defects:
        raise Defects(defects)
    return found
