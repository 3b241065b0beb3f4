"""Text out of uploaded files: what is kept of good ones, and that bad ones do no harm."""

from __future__ import annotations

import io
import os
import random
import re
import shutil
import socket
import string
import struct
import sys
import tempfile
import tomllib
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path

import docx
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import writingbench.construct.extract as package
from writingbench.construct.extract import MOST, TEXT, Extracted, extract, runner
from writingbench.construct.extract.numbering import written
from writingbench.construct.extract.plain import decoded
from writingbench.construct.extract.refusal import Refused, words
from writingbench.construct.unfit import Unfit
from writingbench.records import UserError

CHROMIUM = shutil.which("chromium")
HERE = Path(package.__file__).parent
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CHINESE = "二〇二四年的调查显示，参加试点的学校在阅读时间和写作成绩上都有提高，我们认为这是一个好的开始。"
FRENCH = "L’été dernier, le comité a décidé que la bibliothèque resterait ouverte jusqu’à l’automne."


@pytest.fixture(autouse=True)
def _nothing_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """After every test: no child, no file, no open pipe."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    before = _open_files()
    yield
    assert not list(folder.iterdir())
    assert not _children()
    assert _open_files() <= before


def _open_files() -> int:
    return len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").is_dir() else 0


def _children() -> list[str]:
    """The processes that this one has started and that are still there, dead ones that nobody waited for among them."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status, command = (folder / "stat").read_text(), (folder / "cmdline").read_text()
        except OSError:
            continue  # it has ended just now
        ours = int(status.rpartition(")")[2].split()[1]) == os.getpid()
        if ours and ("construct.extract" in command or "sys.argv[2:]" in command or not command):
            found.append(command)
    return found


def _word(content: bytes) -> str:
    """Why a file is refused."""
    with pytest.raises(Unfit) as refused:
        extract(content)
    assert str(refused.value) == words()[refused.value.word]["en"].format(**refused.value.facts)
    return refused.value.word


# text


@pytest.mark.parametrize("text", ["# Title\n\n- an item\n\n| a | b |", CHINESE, FRENCH, f"{CHINESE}\n\n{FRENCH} 😀"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_text_in_unicode_stays_as_it_is(text: str, encoding: str) -> None:
    assert extract(text.encode(encoding)) == Extracted(text=text, kind="text")


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_either_order_of_bytes_is_told_by_its_mark(codec: str) -> None:
    assert extract(("\ufeff" + CHINESE).encode(codec)).text == CHINESE


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (CHINESE, "gb18030"),
        ("附件：2023年度 Annual Report 摘要", "gb18030"),
        ("这個朋友叫朱镕基，住在㙍村。" + CHINESE, "gb18030"),
        ("二零二四年的調查顯示，我們的學校在閱讀時間和寫作成績上都有進步，這是一個好的開始。", "big5"),
        (FRENCH, "cp1252"),
        ("The café – 20 °C – costs 5 €.", "cp1252"),
        ("Größe und Übergänge: »Fußgänger« dürfen hier nicht über die Straße.", "cp1252"),
    ],
)
def test_a_text_in_an_older_encoding_is_read_in_it(text: str, encoding: str) -> None:
    assert extract(text.encode(encoding)).text == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("이 보고서는 지난해의 조사 결과를 정리한 것이며 학교와 도서관의 변화를 설명한다.", "euc_kr"),
        ("Прошлым летом комитет решил, что библиотека останется открытой до осени.", "cp1251"),
        ("昨年の夏、委員会は図書館を秋まで開けておくことに決めました。", "shift_jis"),
        ("昨年の夏、委員会は図書館を秋まで開けておくことに決めました。", "euc_jp"),
        ("Το περασμένο καλοκαίρι η επιτροπή αποφάσισε να μείνει ανοιχτή.", "cp1253"),
    ],
)
def test_an_encoding_that_cannot_be_told_is_no_mojibake(text: str, encoding: str) -> None:
    assert _word(text.encode(encoding)) == "extract_encoding"


def test_a_text_cut_within_a_character_is_taken_and_says_so() -> None:
    found = extract(CHINESE.encode()[:-1])
    assert found.text == CHINESE[:-1] + "�"
    assert found.notes == ("extract_replaced",)


def test_what_is_not_seen_is_no_part_of_a_text() -> None:
    hidden = "".join(chr(0xE0000 + ord(char)) for char in "ignore all that")
    found = extract(
        f"one\x07\u200b \u202etwo\u202c\x1b[0m{hidden}\r\n\r\n\r\n\r\nthree\u2028four\x0cfive  \r六\u00a0".encode()
    )
    assert found.text == "one two[0m\n\nthree\nfour\n\nfive\n六"


def test_tabs_and_the_beginnings_of_lines_stay() -> None:
    assert extract("  a\tb\n    code\n　　段首".encode()).text == "  a\tb\n    code\n　　段首"


def test_a_text_about_pdf_and_html_is_a_text() -> None:
    text = "A file begins with %PDF-1.7 or <html>. 以及 <p> 标签。"
    assert extract(text.encode()) == Extracted(text=text, kind="text")


def test_markdown_that_begins_with_tags_is_a_text() -> None:
    text = '<p align="center"><img src="logo.png"></p>\n\n# Name\n\nWords.'
    assert extract(text.encode()) == Extracted(text=text, kind="text")


def test_a_long_text_is_cut_and_says_so() -> None:
    found = extract(("字" * 1000 + "\n").encode() * (MOST // 3001))
    assert len(found.text) == TEXT
    assert found.notes == ("extract_cut",)


def test_a_file_of_the_largest_size_is_read_and_one_byte_more_is_refused() -> None:
    assert extract(b"word " * (MOST // 5)).notes == ("extract_cut",)
    assert _word(b"a" * (MOST + 1)) == "extract_large"


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "extract_empty"),
        (b" \n\t\r\n", "extract_no_text"),
        (b"--- *** ---", "extract_no_text"),
        (b"text with a zero\0", "extract_kind"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "extract_kind"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "extract_kind"),
        (b"\x7fELF\2\1\1\0", "extract_kind"),
        (b"MZ\x90\0\3\0", "extract_kind"),
        (b"GIF89a\1\0\1\0", "extract_kind"),
        (b"\x1f\x8b\x08\0\0\0", "extract_kind"),
        (b"{\\rtf1\\ansi words}", "extract_kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "extract_old_office"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "extract_encrypted"),
        (bytes(range(1, 32)) * 30, "extract_kind"),
        (random.Random(7).randbytes(5000), "extract_kind"),
        (random.Random(7).randbytes(5000).replace(b"\0", b""), "extract_kind"),
        (b"\xff\xfe" + random.Random(7).randbytes(5000).replace(b"\0", b"\xd8"), "extract_encoding"),
    ],
)
def test_what_is_no_text_is_refused(content: bytes, word: str) -> None:
    assert _word(content) == word


@given(st.binary(max_size=300), st.text(max_size=20))
@settings(max_examples=300)
def test_any_bytes_in_any_declared_encoding_are_a_text_or_are_refused(content: bytes, declared: str) -> None:
    try:
        text, _ = decoded(content, declared)
    except Refused as refused:
        assert refused.word in words()  # noqa: PT017
    else:
        assert "\0" not in text


@given(
    content=st.binary(min_size=1, max_size=300),
    start=st.sampled_from([b"", b"%PDF-1.7\n", b"PK\3\4", b"<html>", b"\xff\xfe"]),
)
@settings(max_examples=25)
def test_any_file_is_a_text_or_is_refused(content: bytes, start: bytes) -> None:
    try:
        found = extract(start + content)
    except Unfit as unfit:
        assert unfit.word in words()  # noqa: PT017
    else:
        assert re.search(r"\w", found.text)


# HTML

PAGE = """<!DOCTYPE html><html><head><meta charset="{charset}"><title>A &amp; B 标题</title><style>p {{}}</style>
<script>document.write("x")</script></head><body><nav>Menu</nav><h1>Head <b>line</b></h1>
<p>One
line &eacute;&#x4e2d;<br>next</p><p>中文
换行<span hidden>secret</span><span style="Display : none">secret</span></p>
<ul><li>a<li>b<ol><li>b1<li><p>b2</p><p>more</p></ol><li>c</ul>
<table><tr><th>n<th>值</tr><tr><td>1<td>2 <p>x</p></tr></table>
<table><tr><td><p>made</p><p>for</p><h2>layout</h2><p>only</p><td>side</table>
<pre>def f():
    pass</pre><noscript>no</noscript><template>t</template><!-- comment --><p>end</body></html>"""

SEEN = """# Head line

One line é中
next

中文换行

- a
- b
  1. b1
  2. b2
    more
- c

n | 值
1 | 2 x

made

for

## layout

only

side

def f():
    pass

end"""


@pytest.mark.parametrize(
    ("charset", "codec"), [("utf-8", "utf-8"), ("gb2312", "gb18030"), ("big5", "utf-8"), ("utf-8", "utf-16")]
)
def test_a_page_is_read_as_it_is_seen(charset: str, codec: str) -> None:
    found = extract(PAGE.format(charset=charset).encode(codec))
    assert found == Extracted(text=SEEN, kind="html", title="A & B 标题", notes=("extract_hidden",))


def test_a_page_may_declare_an_encoding_that_cannot_be_guessed() -> None:
    text = "昨年の夏、委員会は図書館を開けておくことに決めました。"
    assert extract(f"<html><meta charset=Shift_JIS><p>{text}".encode("shift_jis")).text == text
    assert _word(b"<html><meta charset=uu_codec><p>\xe9\x81" + bytes(range(0x81, 0xFF)) * 9) == "extract_encoding"


def test_a_piece_of_a_page_is_a_page() -> None:
    assert extract("<!-- a --><!-- b --><div><p>One</p><p>二</p></div>".encode()).text == "One\n\n二"


@pytest.mark.parametrize("tag", ["div", "b", "ul><li", "table><tr><td", "font", "a href=x", "svg"])
def test_a_page_may_be_nested_as_deep_as_it_likes(tag: str) -> None:
    content = f"<html><body><p>before{f'<{tag}>' * 10_000}deep".encode()
    try:
        assert "before" in extract(content).text
    except Unfit as unfit:
        assert unfit.word in ("extract_slow", "extract_memory", "extract_broken")  # noqa: PT017


def test_a_page_of_nothing_but_comments_takes_no_time_to_be_told() -> None:
    assert extract(b"<!-- a -->" * 5000 + b"words").kind == "text"


def test_a_page_without_text_is_refused() -> None:
    assert _word(b"<html><script>alert(1)</script><img src=x>") == "extract_no_text"


# PDF


def _pdf(objects: Mapping[int, bytes], trailer: bytes = b"") -> bytes:
    """A PDF of these objects, of which 1 is the root."""
    out, places = bytearray(b"%PDF-1.7\n"), {}
    for number, body in sorted(objects.items()):
        places[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    at = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    out += b"trailer\n<</Size %d/Root 1 0 R%b>>\nstartxref\n%d\n%%%%EOF\n" % (max(objects) + 1, trailer, at)
    return bytes(out)


def _stream(body: bytes, more: bytes = b"") -> bytes:
    return b"<</Length %d%b>>stream\n%b\nendstream" % (len(body), more, body)


def _pages(
    *contents: bytes, more: Mapping[int, bytes] | None = None, trailer: bytes = b"", media: bytes = b""
) -> bytes:
    """A PDF with a page for each of these streams."""
    kids = b" ".join(b"%d 0 R" % (10 + 2 * n) for n in range(len(contents)))
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[%b]/Count %d/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>%b>>>>"
        % (kids, len(contents), media),
        3: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    }
    for n, content in enumerate(contents):
        objects[10 + 2 * n] = b"<</Type/Page/Parent 2 0 R/Contents %d 0 R>>" % (11 + 2 * n)
        objects[11 + 2 * n] = content if content.startswith(b"<<") else _stream(content)
    return _pdf(objects | dict(more or {}), trailer)


def _set(*lines: str, top: int = 700, left: int = 70, size: int = 12, lead: int = 14) -> bytes:
    """Lines of a page, one below the other."""
    said = "".join(f"({line}) Tj 0 -{lead} Td " for line in lines)
    return f"BT /F {size} Tf {left} {top} Td {said}ET ".encode("cp1252")


def test_lines_of_a_pdf_are_put_together_to_paragraphs() -> None:
    page = _set("A Heading", size=20, top=760) + _set(
        "The committee of the northern schools has met three times this spring, and every meet-",
        "ing was opened by its chair. A well-known writer spoke about the reading of self-",
        "made books, and self-made maps were shown to all who came to the library that day.",
        "The end of it was short.",
        top=720,
    ) + _set("A second paragraph stands apart.", top=640)  # fmt: skip
    assert extract(_pages(page)).text == (
        "A Heading\n\nThe committee of the northern schools has met three times this spring, and every meeting was "
        "opened by its chair. A well-known writer spoke about the reading of self-made books, and self-made maps were "
        "shown to all who came to the library that day. The end of it was short.\n\nA second paragraph stands apart."
    )


def test_what_runs_above_and_below_the_pages_is_left_out() -> None:
    body = "The committee has met on day number {} of this spring, and every one of its members was there."
    pages = [
        _set(*[body.format(n * 40 + m) for m in range(40)], lead=16)
        + _set("Journal of Reading", top=810, size=9)
        + _set(f"Page {n + 1} of 4", top=20, size=9)
        for n in range(4)
    ]
    found = extract(_pages(*pages))
    assert "extract_running_lines" in found.notes
    assert "Journal" not in found.text
    assert "Page" not in found.text
    assert all(f"number {n} " in found.text for n in range(160))


def test_pages_that_say_nothing_but_the_same_keep_it() -> None:
    assert extract(_pages(*[_set("Every page says this.")] * 5)).text.count("Every page says this.") == 5


def test_pages_without_text_are_told_and_a_file_of_them_is_refused() -> None:
    drawn = b"0 0 100 100 re f"
    assert extract(_pages(_set("Words."), drawn, b"")).notes == ("extract_scanned_pages",)
    assert extract(_pages(_set("Words."), b"")).notes == ()
    assert _word(_pages(drawn, drawn)) == "extract_no_text"


def test_a_pdf_behind_other_bytes_is_one() -> None:
    assert extract(b"\r\n\r\n" + _pages(_set("Words."))).kind == "pdf"
    assert extract(b"@PJL SET X\n" + _pages(_set("Words."))).kind == "pdf"


def test_a_pdf_that_is_a_zip_as_well_is_what_it_begins_as() -> None:
    archive = _zip({"evil.txt": b"evil"})
    assert extract(_pages(_set("Words.")) + archive).text == "Words."
    assert _word(archive + _pages(_set("Words."))) == "extract_kind"


def test_a_pdf_with_a_password_is_refused_for_it() -> None:
    lock = b"/Encrypt<</Filter/Standard/V 2/R 3/Length 128/P -4/O<%b>/U<%b>>>/ID[<%b><%b>]" % ((b"ab" * 32,) * 4)
    assert _word(_pages(_set("Words."), trailer=lock)) == "extract_encrypted"


@pytest.mark.skipif(not CHROMIUM, reason="there is no chromium on this machine; `make browser` installs one")
def test_a_printed_page_reads_as_its_paragraphs_in_both_languages() -> None:
    from playwright.sync_api import sync_playwright

    english = "Participants annotate their texts and remember considerably more than those who underline them, " * 4
    english = f"{english.removesuffix(', ')}. "  # one sentence, which goes on wherever a column ends
    page = f"""<meta charset=utf-8><title>Report 报告</title><style>@page {{ size: A4; margin: 2cm }}
    .zh p {{ margin: 0; text-indent: 2em }} .two {{ columns: 2; text-align: justify }}</style>
    <h1>Annual Report</h1><p>{english}<p>{english}
    <table><tr><td>Name<td>Age</tr><tr><td>Ann<td>33</tr></table><div class=zh><h2>第一章　结果</h2><p>{CHINESE * 5}</p>
    <p>见人长车门，{CHINESE * 4}</p></div><div class=two><p>{english}<p>{english}</div>"""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page()
        tab.set_content(page)
        content = tab.pdf(prefer_css_page_size=True)
        browser.close()
    found = extract(content)
    assert found.title == "Report 报告"
    assert found.text.split("\n\n") == [
        "Annual Report",
        *[english.strip()] * 2,
        "Name Age\nAnn 33",
        "第一章 结果",
        CHINESE * 5,
        f"见人长车门，{CHINESE * 4}",
        *[english.strip()] * 2,
    ]


# DOCX


def _zip(members: Mapping[str, bytes | str], stored: tuple[str, ...] = ()) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _relations(*those: tuple[str, str]) -> str:
    said = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/{kind}" Target="{to}"/>' for n, (kind, to) in enumerate(those)
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{said}</Relationships>'


def _types(part: str, kind: str) -> str:
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/{part}" ContentType="application/{kind}"/></Types>'
    )


DOCX = "vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
XLSX = "vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def _word_members(body: str, **parts: str) -> dict[str, bytes | str]:
    return {
        "[Content_Types].xml": _types("word/document.xml", DOCX),
        "_rels/.rels": _relations(("officeDocument", "word/document.xml")),
        "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
        "word/_rels/document.xml.rels": _relations(*((name, f"{name}.xml") for name in parts)),
        **{f"word/{name}.xml": f'<w:{name} xmlns:w="{WORD}">{part}</w:{name}>' for name, part in parts.items()},
    }


def _word_file(body: str, **parts: str) -> bytes:
    return _zip(_word_members(body, **parts))


def _saved(thing: docx.document.Document | openpyxl.Workbook) -> bytes:  # type: ignore[name-defined]
    out = io.BytesIO()
    thing.save(out)
    return out.getvalue()


def _p(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def test_a_document_keeps_its_headings_lists_and_tables() -> None:
    made = docx.Document()
    made.core_properties.title = "年报 Report"
    made.sections[0].header.paragraphs[0].text = "above every page"
    made.add_heading("Overview", 1)
    made.add_paragraph("A paragraph.\tIt goes on. 中文。")
    for text, style in (("a", "List Bullet"), ("b", "List Bullet"), ("c", "List Number"), ("丁", "List Number")):
        made.add_paragraph(text, style=style)
    table = made.add_table(2, 2)
    for n, cell in enumerate(cell for row in table.rows for cell in row.cells):
        cell.text = f"c{n}"
    made.add_heading("第二节", 2)
    made.add_paragraph("The end.")
    assert extract(_saved(made)) == Extracted(
        text="# Overview\n\nA paragraph. It goes on. 中文。\n\n- a\n- b\n1. c\n2. 丁\n\nc0 | c1\nc2 | c3\n\n"
        "## 第二节\n\nThe end.",
        kind="docx",
        title="年报 Report",
    )


def test_a_document_reads_as_with_its_changes_accepted() -> None:
    deleted = "<w:del><w:r><w:delText>old</w:delText></w:r></w:del>"
    inserted = "<w:ins><w:r><w:t>new</w:t></w:r></w:ins>"
    found = extract(
        _word_file(
            f"<w:p><w:r><w:t>the </w:t></w:r>{deleted}{inserted}<w:r><w:t> one</w:t></w:r></w:p>"
            + _p("first half, ", "<w:rPr><w:del/></w:rPr>")
            + _p("second half")
            + f"<w:moveFrom>{_p('moved')}</w:moveFrom><w:moveTo>{_p('moved')}</w:moveTo>"
        )
    )
    assert found.text == "the new one\n\nfirst half, second half\n\nmoved"
    assert found.notes == ("extract_deleted",)


def test_notes_of_a_document_stand_below_it_as_they_are_numbered() -> None:
    see = '<w:r><w:t>{}</w:t></w:r><w:r><w:{}Reference w:id="{}"/></w:r>'
    notes = '<w:footnote w:id="0"><w:p/></w:footnote><w:footnote w:id="2">' + _p("脚注。") + "</w:footnote>"
    ends = '<w:endnote w:id="2">' + _p("An endnote.") + "</w:endnote>"
    body = (
        f"<w:p>{see.format('One', 'endnote', 2)}{see.format('二', 'footnote', 2)}{see.format('x', 'footnote', 9)}</w:p>"
    )
    assert (
        extract(_word_file(body, footnotes=notes, endnotes=ends)).text == "One[1]二[2]x\n\n[1] An endnote.\n[2] 脚注。"
    )


def test_numbers_that_word_makes_are_in_the_text() -> None:
    level = '<w:lvl w:ilvl="{}"><w:start w:val="1"/><w:numFmt w:val="{}"/><w:lvlText w:val="{}"/></w:lvl>'
    shapes = (
        level.format(0, "chineseCounting", "第%1条") + level.format(1, "decimal", "%2)") + level.format(2, "none", "")
    )
    numbering = (
        f'<w:abstractNum w:abstractNumId="5">{shapes}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="5"/></w:num>'
    )
    numbered = '<w:numPr><w:ilvl w:val="{}"/><w:numId w:val="1"/></w:numPr>'
    styles = (
        f'<w:style w:styleId="a1"><w:name w:val="heading 1"/><w:pPr>{numbered.format(0)}</w:pPr></w:style>'
        '<w:style w:styleId="a2"><w:basedOn w:val="a1"/></w:style>'
    )
    body = "".join(
        (
            _p("总则", '<w:pStyle w:val="a1"/>'),
            _p("one", numbered.format(1)),
            _p("", numbered.format(1)),
            _p("two", numbered.format(1)),
            _p("附则", '<w:pStyle w:val="a2"/>'),
            _p("one", numbered.format(1)),
            _p("plain", numbered.format(2)),
            _p("bad", numbered.format("x") + "<w:pStyle/>"),
        )
    )
    assert extract(_word_file(body, styles=styles, numbering=numbering)).text == (
        "# 第一条 总则\n\n  1) one\n  2) two\n\n# 第二条 附则\n\n  1) one\n\nplain\n\n第三条 bad"
    )


@pytest.mark.parametrize(
    ("number", "form", "text"),
    [(4, "lowerRoman", "iv"), (1999, "upperRoman", "MCMXCIX"), (27, "lowerLetter", "aa"), (2, "upperLetter", "B"),
     (10, "chineseCounting", "十"), (21, "chineseCountingThousand", "二十一"), (105, "chineseCounting", "105"),
     (0, "lowerRoman", ""), (7, "hebrew1", "7")],
)  # fmt: skip
def test_a_number_is_written_in_the_form_of_its_list(number: int, form: str, text: str) -> None:
    assert written(number, form) == text


def test_text_in_boxes_controls_links_and_formulas_is_there_once_and_hidden_text_is_not() -> None:
    more = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:wps="urn:wps"'
    box = f"<w:txbxContent>{_p('in a box')}</w:txbxContent>"
    maths = '<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><m:r><m:t>x=1</m:t></m:r></m:oMath>'
    found = extract(
        _word_file(
            f"<w:p {more}><w:r><w:t>text </w:t><mc:AlternateContent><mc:Choice><wps:txbx>{box}</wps:txbx></mc:Choice>"
            f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>{maths}"
            "<w:hyperlink><w:r><w:t> link</w:t></w:r></w:hyperlink><w:r><w:instrText>PAGE</w:instrText></w:r>"
            "<w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r></w:p>"
            f"<w:sdt><w:sdtPr/><w:sdtContent>{_p('控件')}</w:sdtContent></w:sdt>"
        )
    )
    assert found.text == "text x=1 link\n\nin a box\n\n控件"
    assert found.notes == ("extract_hidden",)


def test_the_strict_flavour_of_a_document_is_read_too() -> None:
    members = {
        name: content.replace(WORD, "http://purl.oclc.org/ooxml/wordprocessingml/main")
        if isinstance(content, str)
        else content
        for name, content in _word_members(_p("strict")).items()
    }
    assert extract(_zip(members)).text == "strict"


# XLSX


def _book_members(rows: str, **more: str) -> dict[str, bytes | str]:
    return {
        "[Content_Types].xml": _types("xl/workbook.xml", XLSX),
        "_rels/.rels": _relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="r0"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(
            ("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml")
        ),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SHEET}"><dimension ref="A1:XFD1048576"/>'
        f"<sheetData>{rows}</sheetData></worksheet>",
        **more,
    }


def test_a_workbook_keeps_every_sheet_that_is_shown_with_its_values() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "数据"
    sheet.append(["Name", "When", "Share", None, "是否"])
    sheet.append(["Ann", datetime(2024, 3, 5, 14, 30), 0.125, None, True])
    sheet["C2"].number_format = "0.0%"
    sheet.append([])
    sheet.append(["Bo", date(1900, 2, 3), 0.1 + 0.2, None, "两\n行"])
    sheet["A7"], sheet["A8"], sheet["A9"] = timedelta(hours=30, minutes=5), time(9, 5), date(2024, 12, 31)
    sheet["A9"].number_format = 'yyyy"年"m"月"d"日";@'
    book.create_sheet("hidden").sheet_state = "hidden"
    book["hidden"]["A1"] = "secret"
    far = book.create_sheet("Far")
    far["A1"], far["XFD1048576"] = 12345678901, "far"
    found = extract(_saved(book))
    assert found == Extracted(
        text="# 数据\n\nName | When | Share | 是否\nAnn | 2024-03-05 14:30 | 12.5% | TRUE\n"
        "Bo | 1900-02-03 | 0.3 | 两 行\n30:05:00\n09:05\n2024-12-31\n\n# Far\n\n12345678901\n | far",
        kind="xlsx",
        notes=("extract_hidden",),
    )


def test_a_formula_gives_its_value_and_one_without_is_told() -> None:
    computed = '<row><c r="A1"><f>1+1</f><v>2</v></c><c r="C1" t="str"><f>""</f><v></v></c></row>'
    assert extract(_zip(_book_members(computed))) == Extracted(text="# S\n\n2", kind="xlsx")
    book = openpyxl.Workbook()
    book.active.append(["total", "=1+1"])
    assert extract(_saved(book)) == Extracted(text="# Sheet\n\ntotal", kind="xlsx", notes=("extract_formulas",))


def test_texts_of_cells_are_found_wherever_they_are_kept() -> None:
    runs = "<si><r><t>two </t></r><r><t>runs</t></r><rPh><t>no</t></rPh></si>"
    shared = f'<sst xmlns="{SHEET}"><si><t>共享</t></si>{runs}</sst>'
    rows = (
        '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s"><v>99</v></c><c t="s"><v>-1</v></c>'
        '<c t="inlineStr"><is><t>in line</t></is></c><c t="e"><v>#DIV/0!</v></c>'
        '<c t="d"><v>2024-03-05T00:00:00</v></c></row>'
    )
    found = extract(_zip(_book_members(rows, **{"xl/sharedStrings.xml": shared})))
    assert found.text == "# S\n\n共享 | two runs | in line | #DIV/0! | 2024-03-05"


def test_dates_in_the_forms_of_east_asia_are_dates() -> None:
    styles = f'<styleSheet xmlns="{SHEET}"><cellXfs><xf numFmtId="31"/><xf numFmtId="58"/></cellXfs></styleSheet>'
    rows = '<row><c s="0"><v>45357</v></c><c s="1"><v>45357</v></c></row>'
    parts = ("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml")
    more = {"xl/_rels/workbook.xml.rels": _relations(*parts), "xl/styles.xml": styles}
    assert extract(_zip(_book_members(rows, **more))).text == "# S\n\n2024-03-06 | 2024-03-06"


def test_a_sheet_that_is_full_on_its_diagonal_is_cut() -> None:
    letters = string.ascii_uppercase
    names = [*letters, *(a + b for a in letters for b in letters), *("A" + a + b for a in letters for b in letters)]
    rows = "".join(f'<row r="{n}"><c r="{name}{n}"><v>{n}</v></c></row>' for n, name in enumerate(names * 20, 1))
    rows += "".join(f'<row><c r="{name}1"><v>1</v></c></row>' for name in reversed(names))
    found = extract(_zip(_book_members(rows * 3)))
    assert found.notes == ("extract_cut",)
    assert len(found.text) <= TEXT


# attacks


def _declared(content: bytes, size: int) -> bytes:
    """The same ZIP file, with every member declared to have this size unpacked."""
    out = bytearray(content)
    for at in [match.start() for match in re.finditer(b"PK\1\2", content)]:
        out[at + 24 : at + 28] = struct.pack("<I", size)
    return bytes(out)


def test_other_zip_files_are_refused() -> None:
    nested = b"nothing"
    for _ in range(6):
        nested = _zip({f"{n}.zip": nested for n in range(16)})
    assert _word(nested) == "extract_kind"
    assert _word(_zip({"a.txt": b"words"})) == "extract_kind"
    assert _word(_zip({"mimetype": b"application/epub+zip"})) == "extract_kind"
    assert _word(zipfile_empty := _zip({})) == "extract_kind"
    assert zipfile_empty.startswith(b"PK\5\6")
    slides = _types("ppt/presentation.xml", "vnd.openxmlformats-officedocument.presentationml.presentation.main+xml")
    assert (
        _word(
            _zip({"[Content_Types].xml": slides, "_rels/.rels": _relations(("officeDocument", "ppt/presentation.xml"))})
        )
        == "extract_kind"
    )


def test_files_with_macros_are_refused() -> None:
    members = _word_members(_p("words"))
    assert _word(_zip({**members, "word/vbaProject.bin": b"x"})) == "extract_macros"
    kind = "vnd.ms-excel.sheet.macroEnabled.main+xml"
    assert (
        _word(_zip({**_book_members(""), "[Content_Types].xml": _types("xl/workbook.xml", kind)})) == "extract_macros"
    )


@pytest.mark.parametrize("members", [_word_members(_p("words")), _book_members("<row><c><v>1</v></c></row>")])
def test_bombs_are_refused(members: Mapping[str, bytes | str]) -> None:
    good = _zip(members)
    assert extract(good)
    assert _word(_declared(good, 0xF0000000)) == "extract_bomb"  # 4 GB each
    assert _word(_zip({**members, "x": bytes(50_000_000)})) == "extract_bomb"
    assert _word(_zip({**members, **{f"m{n}": b"" for n in range(20_000)}})) == "extract_bomb"


def test_members_that_share_their_bytes_are_refused() -> None:
    content = bytearray(_zip({**_word_members(_p("words")), "a": b"x" * 99, "b": b"x" * 99}))
    first, second = [m.start() for m in re.finditer(b"PK\1\2", bytes(content))][-2:]
    content[second + 42 : second + 46] = content[first + 42 : first + 46]
    assert _word(bytes(content)) == "extract_bomb"


def test_a_member_that_is_larger_than_it_says_is_never_unpacked_whole() -> None:
    long = _word_file(_p("words " * 5_000_000))
    assert _word(_declared(long, 2000)) == "extract_broken"
    assert _word(_declared(_word_file(_p("words")), 5_000_000)) in ("extract_broken", "extract_bomb")


@pytest.mark.parametrize("name", ["../../../tmp/evil", "/etc/evil", "word/../../evil", "\\\\host\\evil"])
def test_names_that_lead_elsewhere_are_refused(name: str) -> None:
    assert _word(_zip({**_word_members(_p("words")), name: b"evil"})) == "extract_broken"


def test_relations_that_lead_elsewhere_lead_nowhere(tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_text(f'<w:footnotes xmlns:w="{WORD}"><w:footnote w:id="1">{_p("secret")}</w:footnote></w:footnotes>')
    for target in (f"../../../../../../..{secret}", str(secret), secret.as_uri()):
        members = _word_members('<w:p><w:r><w:t>words</w:t><w:footnoteReference w:id="1"/></w:r></w:p>')
        assert (
            extract(_zip({**members, "word/_rels/document.xml.rels": _relations(("footnotes", target))})).text
            == "words"
        )


def test_two_members_of_one_name_are_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made, warnings.catch_warnings(action="ignore"):
        for name, content in (*_word_members(_p("one")).items(), *_word_members(_p("two")).items()):
            made.writestr(name, content)
    assert _word(out.getvalue()) == "extract_broken"


def test_members_with_a_password_or_packed_otherwise_are_refused() -> None:
    content = bytearray(_word_file(_p("words")))
    for at in [match.start() for match in re.finditer(b"PK\1\2", bytes(content))]:
        content[at + 8] |= 1
    assert _word(bytes(content)) == "extract_encrypted"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as made:
        for name, member in _word_members(_p("words")).items():
            made.writestr(name, member)
    assert _word(out.getvalue()) == "extract_broken"


LAUGHS = "<!DOCTYPE x [<!ENTITY a0 'ha'>{}]>".format(
    "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
)
QUADRATIC = f"<!DOCTYPE x [<!ENTITY a '{'a' * 100_000}'>]>"


@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "before", [LAUGHS, QUADRATIC, "<!DOCTYPE x SYSTEM 'http://127.0.0.1:9/x.dtd'>", "<!DOCTYPE x>"]
)
@pytest.mark.parametrize(
    ("members", "part"),
    [
        (_word_members(_p("words"), styles="", footnotes=""), part)
        for part in ("[Content_Types].xml", "_rels/.rels", "word/document.xml", "word/styles.xml", "word/footnotes.xml")
    ]
    + [
        (_book_members("<row><c><v>1</v></c></row>", **{"xl/sharedStrings.xml": f'<sst xmlns="{SHEET}"></sst>'}), part)
        for part in ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml")
    ],
)
def test_xml_with_a_document_type_is_refused_in_every_part(
    members: Mapping[str, bytes | str], part: str, before: str, codec: str
) -> None:
    said = members[part]
    assert isinstance(said, str)
    head = f"<?xml version='1.0' encoding='{codec}'?>"
    attack = (head + before + said.replace("</", "&a11;</" if before is LAUGHS else "&a;</", 1)).encode(codec)
    assert _word(_zip({**members, part: attack})) == "extract_entities"


def test_an_entity_that_names_a_file_or_an_address_is_never_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        there = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        for address in (secret.as_uri(), there):
            for declared in (f"<!ENTITY e SYSTEM '{address}'>", f"<!ENTITY % e SYSTEM '{address}'> %e;"):
                members = _word_members(_p("&e;"))
                members["word/document.xml"] = f"<!DOCTYPE x [{declared}]>{members['word/document.xml']}"
                assert _word(_zip(members)) == "extract_entities"
        page = f"<!DOCTYPE html [<!ENTITY e SYSTEM '{secret.as_uri()}'>]><html><p>&e; words"
        page += f"<img src='{there}'><iframe src='{there}'>"
        assert "secret" not in extract(page.encode()).text
        link = b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/URI/URI(%b)>>>>" % there.encode()
        assert extract(_pages(_set("Words."), more={1: link})).text == "Words."
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.parametrize("depth", [2000, 200_000])  # more of them are a bomb by their size
def test_xml_may_be_nested_as_deep_as_it_likes(depth: int) -> None:
    inside = "<w:sdt>" * depth + _p("deep") + "</w:sdt>" * depth
    assert _word(_word_file(_p("words") + inside)) in ("extract_broken", "extract_memory")
    tables = "<w:tbl><w:tr><w:tc>" * depth + _p("deep") + "</w:tc></w:tr></w:tbl>" * depth
    assert _word(_word_file(tables)) in ("extract_broken", "extract_memory")


def test_a_paragraph_that_fills_the_memory_is_refused() -> None:
    padding = random.Random(1).randbytes(3_000_000)  # so that it is no bomb by its ratio
    members = {**_word_members(f"<w:p><w:r><w:t>words</w:t></w:r>{'<w:r/>' * 12_000_000}</w:p>"), "padding": padding}
    assert _word(_zip(members)) in ("extract_memory", "extract_slow")


def test_a_pdf_of_very_many_pages_is_cut() -> None:
    count = 100_000
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[%b]/Count %d/MediaBox[0 0 9 9]>>" % (b"3 0 R " + b"4 0 R " * (count - 1), count),
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R/Resources<</Font<</F 6 0 R>>>>>>",
        4: b"<</Type/Page/Parent 2 0 R>>",
        5: _stream(_set("Words.")),
        6: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    }
    found = extract(_pdf(objects))
    assert found.text == "Words."
    assert "extract_cut" in found.notes


def _tree(depth: int) -> bytes:
    objects = {1: b"<</Type/Catalog/Pages 2 0 R>>"}
    for n in range(2, depth):
        objects[n] = b"<</Type/Pages/Kids[%d 0 R]/Count 1%b>>" % (n + 1, b"/Parent %d 0 R" % (n - 1) if n > 2 else b"")
    objects[depth] = b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 9 9]>>" % (depth - 1)
    return _pdf(objects)


FORM = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 7 0 R>>>>"
PDFS: dict[str, Callable[[], bytes]] = {
    "a deep tree of pages": lambda: _tree(20_000),
    "pages that are their own parents": lambda: _pdf(
        {1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 9/Parent 2 0 R>>"}
    ),
    "objects in objects": lambda: _pdf(
        {1: b"<</Type/Catalog/Pages 2 0 R/X " + b"[" * 500_000 + b"]" * 500_000 + b">>", 2: b"<<>>"}
    ),
    "a form in itself": lambda: _pages(
        b"/X Do", more={7: _stream(b"/X Do " * 50, FORM)}, media=b"/XObject<</X 7 0 R>>"
    ),
    "a count that lies": lambda: _pdf(
        {1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Kids[]/Count 2147483647>>"}
    ),
    "packed twice, gigabytes": lambda: _pages(
        _stream(zlib.compress(zlib.compress(bytes(300_000_000), 1)), b"/Filter[/FlateDecode/FlateDecode]")
    ),
    "a page of parentheses": lambda: _pages(b"BT /F 9 Tf " + b"(" * 5_000_000),
    "a page of saved states": lambda: _pages(b"q " * 3_000_000),
    "no pages": lambda: _pdf({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Kids[]/Count 0>>"}),
    "only its first line": lambda: b"%PDF-1.7\n",
    "objects that are not there": lambda: _pdf({1: b"<</Type/Catalog/Pages 99 0 R>>"}),
}


@pytest.mark.parametrize("name", PDFS)
def test_a_pdf_made_to_do_harm_does_none(name: str) -> None:
    with pytest.raises(Unfit) as refused:
        runner.run(PDFS[name](), wall=5)
    assert refused.value.word in ("extract_broken", "extract_no_text", "extract_slow", "extract_memory")


def test_a_page_with_more_text_than_is_kept_is_cut_or_refused() -> None:
    line = b"(The same line of words again and again, and then once more for good measure.) Tj 0 -1 Td "
    body = b".01 0 0 .01 0 840 cm BT /F 1 Tf 0 0 Td " + line * (TEXT // 75) + b"ET"  # all on the page, in small type
    try:
        found = extract(_pages(_stream(zlib.compress(body), b"/Filter/FlateDecode")))
    except Unfit as unfit:
        assert unfit.word in ("extract_slow", "extract_memory")  # noqa: PT017
    else:
        assert TEXT - 100 < len(found.text) <= TEXT
        assert "extract_cut" in found.notes


GOOD: dict[str, Callable[[], bytes]] = {
    "html": PAGE.encode,
    "pdf": lambda: _pages(_set("Words."), _set("More words.")),
    "docx": lambda: _word_file(_p("words")),
    "xlsx": lambda: _zip(_book_members("<row><c><v>1</v></c></row>")),
}


@pytest.mark.parametrize("kind", GOOD)
@given(data=st.data())
@settings(max_examples=12)
def test_a_damaged_file_is_read_or_refused(kind: str, data: st.DataObject) -> None:
    content = bytearray(GOOD[kind]())
    for _ in range(data.draw(st.integers(0, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    del content[data.draw(st.integers(1, len(content))) :]
    try:
        assert extract(bytes(content)).text
    except Unfit as unfit:
        assert unfit.word in words()  # noqa: PT017


# the child


def _child(body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str = "") -> str:
    """The name of a module for a child that does as it likes with the file, under the limits of the real one."""
    (tmp_path / "naughty.py").write_text(
        "import os, sys, time, socket\nfrom writingbench.construct.extract import Extracted\n"
        f"from writingbench.construct.extract import child\ndef read(content):\n    {body}\n"
        f"    return Extracted(text='done', kind='text')\ndef main():\n    {first}\n    child.main(read)\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    return "naughty"


def test_a_child_that_behaves_is_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert runner.run(b"words", _child("pass", tmp_path, monkeypatch)) == Extracted(text="done", kind="text")


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("time.sleep(60)", "extract_slow"),
        ("os.close(1); time.sleep(60)", "extract_broken"),
        ("hog = []\n    while True: hog.append(bytes(10**7))", "extract_memory"),
        ("x = bytes(2 * 10**9)", "extract_memory"),
        ("os.abort()", "extract_broken"),
        ("os._exit(0)", "extract_broken"),
        ("raise KeyError", "extract_broken"),
        ("def deeper(): deeper()\n    deeper()", "extract_broken"),
        ("sys.stdout.write('{'); sys.stdout.flush(); os._exit(0)", "extract_broken"),
        ("while True: os.write(1, bytes(2**16))", "extract_broken"),
        ('os.write(1, b\'{"refused": "extract_large"}\'); os._exit(0)', "extract_broken"),
        ('os.write(1, b\'{"refused": "anything"}\'); os._exit(0)', "extract_broken"),
        ('os.write(1, b\'{"text": "x", "kind": "exe"}\'); os._exit(0)', "extract_broken"),
        ('os.write(1, b\'{"text": "x", "kind": "pdf", "notes": ["other"]}\'); os._exit(0)', "extract_broken"),
        ('os.write(1, b\'{"text": "\\\\ud800", "kind": "pdf"}\'); os._exit(0)', "extract_broken"),
        ("return Extracted(text='x' * 3_000_000, kind='text')", "extract_broken"),
    ],
)
def test_a_child_that_does_not_behave_is_ended(
    body: str, word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Unfit) as refused:
        runner.run(b"words", _child(body, tmp_path, monkeypatch), wall=3)
    assert refused.value.word == word


def test_a_child_that_computes_for_ever_is_ended_by_its_own_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Unfit) as refused:
        runner.run(b"words", _child("while True: pass", tmp_path, monkeypatch, first="child.CPU = 1"), wall=60)
    assert refused.value.word == "extract_slow"


def test_a_child_that_never_reads_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "deaf.py").write_text("import time\ndef main():\n    time.sleep(60)\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(Unfit) as refused:
        runner.run(b"words" * 1_000_000, "deaf", wall=2)
    assert refused.value.word == "extract_slow"


def test_what_a_child_starts_ends_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = _child("child_of_child = os.fork()\n    time.sleep(60)", tmp_path, monkeypatch)
    with pytest.raises(Unfit) as refused:
        runner.run(b"words", name, wall=2)
    assert refused.value.word in ("extract_slow", "extract_broken")  # whoever is no administrator cannot even fork
    assert not [one for one in Path("/proc").glob("[0-9]*/cmdline") if b"naughty\0" in _read(one)]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can shut a process in")
@pytest.mark.parametrize(
    "body",
    [
        "open({file!r}).read()",
        "open('/etc/passwd').read()",
        "open({file!r} + '.new', 'w').write('x')",
        "open('here', 'w').write('x')",
        "os.listdir('/')",
        "os.mkdir({file!r} + '.folder')",
        "socket.create_connection(('127.0.0.1', {port}), 2)",
        "import ensurepip",
    ],
)
def test_a_reader_reaches_neither_files_nor_the_network(
    body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    with socket.create_server(("127.0.0.1", 0)) as server:
        body = body.format(file=str(secret), port=server.getsockname()[1])
        shut_in = f"try: {body}\n    except (OSError, ImportError): return Extracted(text='kept out', kind='text')"
        assert runner.run(b"words", _child(shut_in, tmp_path, monkeypatch)).text == "kept out"
    assert {one.name for one in tmp_path.iterdir()} == {"secret", "naughty.py", "temporary"}


def test_a_reader_sees_nothing_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    body = "return Extracted(text=repr((dict(os.environ), len(content))), kind='text')"
    assert "secret" not in runner.run(b"words", _child(body, tmp_path, monkeypatch)).text


def test_a_library_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = "raise ModuleNotFoundError('no', name='pypdfium2.raw')"
    with pytest.raises(UserError, match=r"construct needs pypdfium2: pip install 'writingbench\[construct\]'"):
        runner.run(b"words", _child(body, tmp_path, monkeypatch))


def test_several_files_are_read_at_the_same_time() -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(extract, [f"text {n}".encode() for n in range(12)]))
    assert [one.text for one in found] == [f"text {n}" for n in range(12)]


def test_every_word_has_a_text_in_both_languages_with_the_same_facts() -> None:
    said = "".join(path.read_text(encoding="utf-8") for path in HERE.glob("*.py"))
    used = set(re.findall(r'"(extract_\w+)"', said))
    table = tomllib.loads((HERE / "words.toml").read_text(encoding="utf-8"))
    assert used == table.keys()
    for texts in table.values():
        assert texts.keys() == {"en", "zh"}
        assert set(re.findall(r"{(\w+)}", texts["en"])) == set(re.findall(r"{(\w+)}", texts["zh"]))
        assert re.search("[\u4e00-\u9fff]", texts["zh"])
