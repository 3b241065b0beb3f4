"""Files of Office: which of them it is."""

from __future__ import annotations

from writingbench.construct.extract import Extracted, docx, xlsx
from writingbench.construct.extract.package import Package
from writingbench.construct.extract.refusal import Refused

TYPES = "[Content_Types].xml"
# the end of the type of the main part -> what reads it
READERS = {"wordprocessingml.document.main+xml": docx.read, "spreadsheetml.sheet.main+xml": xlsx.read}


def read(content: bytes) -> Extracted:
    """A DOCX or XLSX file."""
    package = Package(content)
    types = package.tree(TYPES)
    if types is None:
        raise Refused("extract_kind")
    main = package.first("", "officeDocument")
    said = {one.get("PartName", "").lstrip("/").lower(): one.get("ContentType", "") for one in types}
    if any("macroEnabled" in kind or "vbaProject" in kind for kind in said.values()):
        raise Refused("extract_macros")
    if any(name.rpartition("/")[2].lower() == "vbaproject.bin" for name in package.names):
        raise Refused("extract_macros")
    for kind, reader in READERS.items():
        if said.get(main.lower(), "").endswith(kind):
            return reader(package, main)
    raise Refused("extract_kind")
