"""The ZIP files of Office: what may be in one, and how much of it is ever unpacked."""

from __future__ import annotations

import codecs
import io
import posixpath
import zlib
from collections.abc import Iterator
from itertools import pairwise
from xml.etree import ElementTree
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from writingbench.construct.extract.refusal import Refused

codecs.lookup("cp437")  # of names in a ZIP file; it could not be loaded later

MEMBERS = 5000
UNPACKED = 200 * 2**20  # bytes, of all members together
RATIO = 200  # unpacked to packed, of what is not small anyway
SMALL = 10 * 2**20
LOCAL = 30  # bytes before each member at the least

Element = ElementTree.Element

# each in the two flavours of the standard
WORD = frozenset(
    ("http://schemas.openxmlformats.org/wordprocessingml/2006/main", "http://purl.oclc.org/ooxml/wordprocessingml/main")
)
MATHS = frozenset(
    ("http://schemas.openxmlformats.org/officeDocument/2006/math", "http://purl.oclc.org/ooxml/officeDocument/math")
)


class Package:
    """A ZIP file that is not made to do harm. Raises Refused where it is."""

    def __init__(self, content: bytes) -> None:
        try:
            self._zip = ZipFile(io.BytesIO(content))
        except (BadZipFile, ValueError, NotImplementedError, OverflowError, zlib.error):
            raise Refused("extract_broken") from None
        members = self._zip.infolist()
        unpacked = sum(member.file_size for member in members)
        if len(members) > MEMBERS or unpacked > UNPACKED or unpacked > max(SMALL, RATIO * len(content)):
            raise Refused("extract_bomb")
        members.sort(key=lambda member: member.header_offset)
        for member, after in pairwise(members):  # the same bytes unpacked again and again
            if member.header_offset + LOCAL + member.compress_size > after.header_offset:
                raise Refused("extract_bomb")
        if any(member.flag_bits & 1 for member in members):
            raise Refused("extract_encrypted")
        names = [member.filename for member in members]
        if (
            len(set(names)) < len(names)
            or any(name.startswith(("/", "\\")) or ".." in name.split("/") for name in names)
            or any(member.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for member in members)
        ):
            raise Refused("extract_broken")
        self.names = frozenset(names)
        self._left = UNPACKED

    def part(self, name: str) -> bytes | None:
        """A member, unpacked; None where there is none."""
        if name not in self.names:
            return None
        try:
            with self._zip.open(name) as member:
                data = member.read(self._left + 1)
        except (BadZipFile, EOFError, NotImplementedError, zlib.error):
            raise Refused("extract_broken") from None
        self._left -= len(data)
        if self._left < 0:
            raise Refused("extract_bomb")
        return data

    def tree(self, name: str) -> Element | None:
        """A member that is XML; None where there is none."""
        return None if (data := self.part(name)) is None else _parsed(data)

    def each(self, name: str, parent: str) -> Iterator[Element]:
        """What stands right below the first `parent` of a member, one by one, each forgotten when the next is read."""
        if (data := self.part(name)) is None:
            return
        _checked(data)
        inside: list[Element] = []
        depth = 0  # of the parent
        try:
            # expat, as in the check
            for event, element in ElementTree.iterparse(io.BytesIO(data), events=("start", "end")):  # noqa: S314
                if event == "start":
                    inside.append(element)
                    if not depth and local(element) == parent:
                        depth = len(inside)
                    continue
                inside.pop()
                if depth and len(inside) == depth:
                    yield element
                    inside[-1].clear()
                elif depth and len(inside) < depth:
                    return
        except ElementTree.ParseError:
            raise Refused("extract_broken") from None

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """What a part names as related to it: by id, of which sort, which part."""
        folder, name = posixpath.split(part)
        tree = self.tree(posixpath.join(folder, "_rels", f"{name}.rels"))
        found = {}
        for one in [] if tree is None else tree:
            if one.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, one.get("Target", ""))).lstrip("/")
                found[one.get("Id", "")] = (one.get("Type", "").rpartition("/")[2], target)
        return found

    def first(self, part: str, sort: str) -> str:
        """The part of this sort that is related to `part`; "" where there is none."""
        return next((target for kind, target in self.related(part).values() if kind == sort), "")

    def title(self) -> str:
        """The title that the file gives itself."""
        core = self.tree(self.first("", "core-properties"))
        return next((one.text or "" for one in ([] if core is None else core) if local(one) == "title"), "")


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def attribute(element: Element | None, name: str) -> str | None:
    """An attribute by its name without a namespace."""
    for key, value in {} if element is None else element.attrib.items():
        if key.rpartition("}")[2] == name:
            return value
    return None


def _parsed(data: bytes) -> Element:
    _checked(data)
    try:
        return ElementTree.fromstring(data)  # noqa: S314 - it has no document type, so it has no entities
    except ElementTree.ParseError:
        raise Refused("extract_broken") from None


class _RootBegins(Exception):
    pass


def _checked(data: bytes) -> None:
    """Refuse XML with a document type, and with it everything that XML can do by entities.

    It can only stand before the root. The parser is the one that reads it afterwards: no encoding can hide it.
    """

    def refuse(*_: object) -> None:
        raise Refused("extract_entities")

    def stop(*_: object) -> None:
        raise _RootBegins

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = stop
    try:
        parser.Parse(data, True)
    except _RootBegins:
        pass
    except expat.ExpatError:
        raise Refused("extract_broken") from None
