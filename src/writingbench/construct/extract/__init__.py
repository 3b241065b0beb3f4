"""Text out of files that people upload: text, Markdown, HTML, PDF, DOCX, XLSX.

    extracted = extract(content)        # Extracted(text="…", kind="pdf", title="Our year", notes=("extract_cut",))

The files are hostile. What a file is, is read from its bytes and never from its name; nothing of it is parsed in this
process, only in a child that has little memory, little time and nothing else. See docs/construct/files.md.
"""

from __future__ import annotations

from dataclasses import dataclass

MOST = 20 * 2**20  # bytes of an upload
TEXT = 2_000_000  # characters kept of a text


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """The text of a file: paragraphs with a blank line between, "# " before headings, "- " before items, tables as rows
    with " | "."""

    text: str
    kind: str  # text, html, pdf, docx, xlsx
    title: str = ""  # as the file has it
    notes: tuple[str, ...] = ()  # words of words.toml: what was left out


def extract(content: bytes) -> Extracted:
    """The text of an uploaded file. Blocks, for 20 seconds at the most; a caller sees to it that few are read at once.

    Raises Unfit with a word of words.toml where there is none to be had, UserError where a library is missing.
    """
    from writingbench.construct.extract import runner  # noqa: PLC0415 - the child imports this package and needs none of it

    return runner.run(content)
