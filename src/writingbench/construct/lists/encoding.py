"""Tell how a file of text is encoded."""

from __future__ import annotations

import codecs
from pathlib import Path

from writingbench.benchmark.line import Defect
from writingbench.benchmark.load import Defects
from writingbench.records import UserError

COMMON = 0.8  # of a text's characters beyond ASCII that are common Chinese ones, where the text is said to be GB18030


def encoding(path: Path) -> str:
    """How a text file is encoded: UTF-8, UTF-16 with a mark, or GB18030. Raises UserError where it is no text."""
    with path.open("rb") as file:
        marked = file.read(2) in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}
    if marked and _decodes(path, "utf-16"):
        return "utf-16"  # what Excel calls Unicode text
    if _decodes(path, "utf-8"):
        return "utf-8-sig"
    if _decodes(path, "gb18030"):
        return "gb18030"
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            at = line.find(b"\0")
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                at = error.start
            if at >= 0:
                part = repr(line[at : at + 10])
                why = f"neither UTF-8 (byte {at} of the line) nor GB18030; save it as text in UTF-8"
                raise Defects([Defect(file=str(path), line=number, field="", value=part, problem=why)])
    raise UserError(f"{path}: it changed while it was read; try again")


def _decodes(path: Path, encoding: str) -> bool:
    """Whether a file is text in an encoding. Nearly any bytes are GB18030, so these must be common characters, too."""
    decoder = codecs.getincrementaldecoder(encoding)()
    beyond = common = 0
    with path.open("rb") as file:
        try:
            while part := file.read(1 << 20):
                text = decoder.decode(part)
                if "\0" in text:
                    return False
                if encoding == "gb18030":
                    rare = "".join(one for one in text if one > "\x7f")
                    beyond += len(rare)
                    # the first bytes of signs and of the 3,755 characters of the first level of GB 2312
                    common += sum(lead <= 0xD7 for lead in rare.encode("gb2312", "ignore")[::2])
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return common >= COMMON * beyond
