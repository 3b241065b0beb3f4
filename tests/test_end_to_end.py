"""The whole way on the real embedded model: its own words in the store, the page in a real browser."""

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from writingbench import evaluate, stored
from writingbench.records import Answer, Verdict
from writingbench.store import Store

CHROMIUM = shutil.which("chromium")


def command(*arguments, out, **options):
    return subprocess.run(
        [sys.executable, "-m", "writingbench", *arguments, "--out", str(out)],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        **options,
    )


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """One English and one Chinese query, answered and judged by the embedded model."""
    out = tmp_path_factory.mktemp("run")
    ended = command("run", "--index", "3", "--index", "4", "--json", out=out)
    assert ended.returncode in (0, 1), ended.stderr
    return out, ended


def items(out):
    with Store(out / "store.db") as store:
        (run,) = stored.stored_runs(store)

        async def every():
            tally = stored.Tally(run, store)
            return [await tally.take(query) for query in store.queries(run.fingerprint)]

        return asyncio.run(every())


def test_every_mark_on_the_embedded_model_has_a_reason_of_its_own(done):
    found = items(done[0])
    assert [item.query.language for item in found] == ["en", "zh"]
    verdicts = [j.outcome for item in found for j in item.judgements if isinstance(j.outcome, Verdict)]
    assert len(verdicts) >= 8  # the model is small: one or two unreadable marks are its right
    assert all(1 <= verdict.score <= 10 and len(verdict.reason) > 10 for verdict in verdicts)
    assert all(isinstance(item.responses[0].outcome, Answer) for item in found)


def test_the_exit_status_and_the_table_say_how_complete_the_run_is(done):
    out, ended = done
    table = json.loads(ended.stdout)
    assert table == json.loads((out / "scores.json").read_text("utf-8"))
    (model,) = table["models"]
    coverage = model["coverage"]
    assert coverage["asked"] == 10
    assert coverage["judged"] + sum(coverage["failures"].values()) == 10
    assert ended.returncode == (0 if coverage["judged"] == 10 else 1)
    assert model["overall"]["mean"] is not None
    assert model["usage"]["calls"] >= 12
    assert model["usage"]["cached_tokens"] > 0  # the four later calls of a response find its prefix


def test_a_second_run_asks_nothing_and_says_so(done):
    again = command("run", "--index", "3", "--index", "4", out=done[0])
    assert "Nothing to ask: every reply is in the store already." in again.stdout
    assert again.returncode == done[1].returncode


def test_an_answer_that_does_not_fit_the_context_is_overlong(tmp_path):
    line = json.loads(
        (Path(evaluate.__file__).parent / "benchmark/data/starter.jsonl").read_text("utf-8").splitlines()[0]
    )
    line["query"] = "word " * 9000
    (tmp_path / "long.jsonl").write_text(json.dumps(line), "utf-8")
    ended = command("run", "--benchmark", str(tmp_path / "long.jsonl"), out=tmp_path / "out")
    assert ended.returncode == 1
    assert "overlong" in ended.stderr
    assert "8192" in ended.stderr
    table = json.loads((tmp_path / "out/scores.json").read_text("utf-8"))
    assert table["models"][0]["coverage"]["failures"] == {"overlong": 5}
    assert table["models"][0]["overall"]["mean"] is None


def test_a_broken_weights_file_is_one_clear_line(tmp_path):
    (tmp_path / "broken.gguf").write_bytes(b"GGUF but not really")
    ended = command("run", "--writer", f"gguf/{tmp_path}/broken.gguf", "--limit", "1", out=tmp_path / "out")
    assert ended.returncode == 2
    assert "could not load" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.skipif(not CHROMIUM, reason="there is no chromium on this machine; `make browser` installs one")
def test_the_page_opens_in_a_browser_shows_chinese_and_runs_nothing_a_model_wrote(done, tmp_path):
    from playwright.sync_api import sync_playwright

    out = tmp_path / "out"
    shutil.copytree(done[0], out)
    hostile = '<script>document.title="owned"</script><img src=x onerror="document.title=\'owned\'"></div></details>'
    with Store(out / "store.db") as store:
        (run,) = stored.stored_runs(store)
        (first, *_) = store.queries(run.fingerprint)
        asked = run.writer.request(first, 0).fingerprint
        reply = store.recall(asked)
        store._db.execute("DELETE FROM replies WHERE fingerprint=?", (asked,))
        from dataclasses import replace

        store.keep(asked, run.writer.model, replace(reply, text=hostile))
    assert command("report", out=out).returncode == 1  # the new text has not been judged
    messages = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        page = browser.new_page(viewport={"width": 390, "height": 800})
        page.on("console", lambda message: messages.append(message.text))
        page.on("pageerror", lambda error: messages.append(str(error)))
        page.goto((out / "report.html").as_uri())
        title = page.title()
        page.evaluate("location.hash = '#q-3'")
        shown = page.locator("#q-3").inner_text()
        page.evaluate("location.hash = '#q-4'")
        chinese = page.locator("#q-4").inner_text()
        wide = page.evaluate("document.documentElement.scrollWidth")
        browser.close()
    assert title == "local/smollm2"
    assert hostile in shown
    assert any("\u4e00" <= character <= "\u9fff" for character in chinese)
    assert messages == []
    assert wide <= 390  # nothing sticks out on a phone
