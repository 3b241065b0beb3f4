"""`writingbench report` and `power` as a user calls them: two writers, two judges, every file that comes of it."""

import json
import re
import shutil
import subprocess

import openpyxl
import pytest

from server import Server, said
from test_cli import call, one_line_of_help

FONTS = shutil.which("fc-list")
CHINESE = subprocess.run([FONTS, ":lang=zh"], capture_output=True, text=True, check=False).stdout if FONTS else ""


def reply(seen):
    """The writer `good` gets 9 and `plain` 5; the judge `harsh` gives two less, and calls formulas what they are."""
    if "Criterion: " not in seen.text:
        return said(f"=1+1 is how {seen.body['model']} begins, with <b>words</b>.")
    score = (9 if "good begins" in seen.text else 5) - 2 * (seen.body["model"] == "harsh")
    return said(json.dumps({"reason": "@SUM(A1) is “nowhere to be found at all”.", "score": score}))


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """Two writers marked by `mild`, one of them by `harsh` as well."""
    folder = tmp_path_factory.mktemp("report")
    with Server(reply) as server:
        for writer, judge in (("good", "mild"), ("plain", "mild"), ("good", "harsh")):
            models = ("--writer", f"openai/{writer}", "--judge", f"openai/{judge}", "--base-url", server.url)
            ended = call("run", *models, "--benchmark", "starter", cwd=folder)
            assert ended.returncode == 0, ended.stderr
    return folder


@pytest.fixture
def folder(done, tmp_path):
    """A copy to make reports in."""
    shutil.copytree(done, tmp_path / "copy")
    return tmp_path / "copy"


def table(folder, name="scores.json"):
    return json.loads((folder / "writingbench-out" / name).read_text("utf-8"))


def workbook(folder, name="scores.xlsx"):
    return openpyxl.load_workbook(folder / "writingbench-out" / name)


def test_runs_of_different_rules_are_refused_in_one_line_that_says_what_to_do(folder):
    line = one_line_of_help(call("report", cwd=folder))
    assert "different rules" in line and "openai/harsh" in line and "--judge" in line and "--mix" in line


def test_one_judge_is_one_ranking(folder):
    ended = call("report", "--judge", "openai/mild", cwd=folder)
    assert ended.returncode == 0, ended.stderr
    assert re.search(r"^1 +openai/good +9.00 ", ended.stdout, re.M)
    models = table(folder)["models"]
    assert [(one["writer"], one["overall"]["mean"], one["rank"]["place"]) for one in models] == [
        ("openai/good", 9, 1),
        ("openai/plain", 5, 2),
    ]
    (pair,) = table(folder)["pairs"]
    assert (pair["difference"], pair["shared"], pair["apart"]) == (4, 12, True)


def test_a_mixed_report_has_tables_of_their_own_and_never_one_ranking(folder):
    ended = call("report", "--mix", "--lang", "zh", cwd=folder)
    assert ended.returncode == 0, ended.stderr
    tables = table(folder)["tables"]
    assert sorted([(one["writer"], one["judge"]) for one in t["models"]] for t in tables) == [
        [("openai/good", "openai/harsh")],
        [("openai/good", "openai/mild"), ("openai/plain", "openai/mild")],
    ]
    assert [one["rank"]["place"] for t in tables for one in t["models"]].count(1) == 2
    assert '<html lang="zh-Hans"' in (folder / "writingbench-out/report.html").read_text("utf-8")
    names = workbook(folder).sheetnames
    assert {"排行榜 1", "排行榜 2"} <= set(names)


def test_the_workbook_holds_every_view_and_all_texts_as_text(folder):
    call("report", "--judge", "openai/mild", cwd=folder)
    book = workbook(folder)
    assert book.sheetnames == [
        "Leaderboard",
        "Domains",
        "Subdomains",
        "Queries",
        "Pairs",
        "Checks",
        "Responses",
        "Marks",
        "Findings",
        "Rules",
    ]
    head, first, second, *_ = book["Leaderboard"].values
    assert (first[head.index("Writer")], first[head.index("Overall")], first[head.index("Rank")]) == (
        "openai/good",
        9,
        1,
    )
    assert (second[head.index("Low")], second[head.index("Marks there")]) == (5, 60)
    assert book["Queries"].max_row == 13
    marks = list(book["Marks"].values)
    assert len(marks) == 1 + 2 * 60
    assert all(cell.data_type != "f" for sheet in book for row in sheet for cell in row)
    texts = [row[-1] for row in book["Responses"].values][1:]
    assert len(texts) == 24 and all(text.startswith("=1+1 is how") for text in texts)


def test_marks_in_parquet_give_the_same_table_without_the_store(folder):
    call("report", "--judge", "openai/mild", cwd=folder)
    whole = table(folder)
    shutil.copy(folder / "writingbench-out/scores.parquet", folder / "marks.parquet")
    ended = call("report", "--marks", "marks.parquet", "--out", "again", cwd=folder)
    assert ended.returncode == 0, ended.stderr
    assert json.loads((folder / "again/scores.json").read_text("utf-8")) == whole
    rules = list(openpyxl.load_workbook(folder / "again/scores.xlsx")["Rules"].values)
    assert "marks without texts" in str(rules[-1][0])
    page = (folder / "again/report.html").read_text("utf-8")
    assert "openai/good" in page and "is how good begins" not in page


def test_parquet_files_of_different_rules_are_refused_too(folder):
    for judge in ("mild", "harsh"):
        call("report", "--judge", f"openai/{judge}", cwd=folder)
        shutil.copy(folder / "writingbench-out/scores.parquet", folder / f"{judge}.parquet")
    both = ("report", "--marks", "mild.parquet", "--marks", "harsh.parquet", "--out", "again")
    assert "different rules" in one_line_of_help(call(*both, cwd=folder))
    assert call(*both, "--mix", cwd=folder).returncode == 0
    twice = one_line_of_help(call("report", "--marks", "mild.parquet", "--marks", "mild.parquet", cwd=folder))
    assert "mild.parquet" in twice
    (folder / "no.parquet").write_text("not one")
    assert "no.parquet" in one_line_of_help(call("report", "--marks", "no.parquet", cwd=folder))
    assert "--official needs the store" in one_line_of_help(
        call("report", "--marks", "mild.parquet", "--official", cwd=folder)
    )


def test_figures_are_written_as_svg_and_png_and_a_missing_font_is_said(folder):
    ended = call("report", "--judge", "openai/mild", "--figures", "--lang", "zh", cwd=folder)
    assert ended.returncode == 0, ended.stderr
    made = {path.name for path in (folder / "writingbench-out/figures").iterdir()}
    names = ("leaderboard", "heatmap", "length-input", "length-output")
    assert made == {f"{name}.{ending}" for name in names for ending in ("svg", "png")}
    for name in made:
        content = (folder / "writingbench-out/figures" / name).read_bytes()
        assert content.startswith(b"\x89PNG" if name.endswith("png") else b"<svg")
    assert "var(--" not in (folder / "writingbench-out/figures/heatmap.svg").read_text("utf-8")
    assert ("fonts-noto-cjk" in ended.stderr) == (not CHINESE.strip())


def test_the_official_table_of_our_own_runs_has_the_published_columns(folder):
    call("report", "--judge", "openai/mild", "--official", cwd=folder)
    head, first, second = workbook(folder)["Sheet1"].values
    assert head[:4] == ("Model", "Overall", "Count", "Domain1_Academic & Engineering")
    assert (first[:3], second[:3]) == (("openai/good", 9, 12), ("openai/plain", 5, 12))


def test_power_says_how_many_queries_are_needed(folder):
    ended = call("power", "--judge", "openai/mild", "--json", cwd=folder)
    found = json.loads(ended.stdout)
    assert (found["queries"], found["spread"]["pairs"], found["spread"]["median"]) == (12, 1, 0)
    assert [row["queries needed"] for row in found["rows"]] == [2, 2]
    shown = call("power", "--judge", "openai/mild", cwd=folder)
    assert "queries to see 0.1" in " ".join(shown.stdout.split())
    assert "different rules" in one_line_of_help(call("power", cwd=folder))
    assert "--difference is -1.0" in one_line_of_help(call("power", "--difference", -1, cwd=folder))
    assert "no store here" in one_line_of_help(call("power", "--out", "nowhere", cwd=folder))


def test_writers_to_compare_thinking_by_are_looked_for_in_every_table(folder):
    pair = ("--with-thinking", "openai/good", "--without-thinking", "openai/plain")
    ended = call("report", "--mix", *pair, "--json", cwd=folder)
    assert ended.returncode == 0, ended.stderr
    found = [one["thinking"] for one in json.loads(ended.stdout)["tables"]]
    assert sum(one is not None for one in found) == 1
    lacking = call("report", "--mix", "--with-thinking", "nobody", "--without-thinking", "openai/plain", cwd=folder)
    assert "no table has a writer called nobody; there are: openai/good, openai/plain" in one_line_of_help(lacking)


def test_the_judges_of_a_store_make_a_panel_that_is_a_judge_of_its_own(folder):
    ended = call("report", "--panel", "mean", "--json", cwd=folder)
    (one,) = json.loads(ended.stdout)["models"]
    assert (one["writer"], one["judge"]) == ("openai/good", "mean of openai/harsh, openai/mild")
    assert one["overall"]["mean"] == 8.0  # 9 by the one, 7 by the other
    alone = {
        row["fingerprint"]
        for row in json.loads(call("report", "--mix", "--json", cwd=folder).stdout)["tables"][0]["models"]
    }
    assert one["fingerprint"] not in alone
    assert "--leave-out-self goes with --panel" in call("report", "--leave-out-self", cwd=folder).stderr


def test_the_judges_of_a_store_are_shown_beside_each_other(folder):
    ended = call("audit", "matrix", "--json", cwd=folder)
    (pair,) = json.loads(ended.stdout)["pairs"]
    assert {pair["first"], pair["second"]} == {"openai/mild", "openai/harsh"}
    assert abs(pair["difference"]) == 2  # harsh gives two less
    assert (pair["same"], pair["there"]["errors"]) == (0, None)
    shown = call("audit", "matrix", cwd=folder).stdout
    assert "openai/harsh" in shown and "too few to say" in shown
