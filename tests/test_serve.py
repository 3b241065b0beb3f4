"""The report over a live store: a real server process, real HTTP, and a run going on meanwhile."""

import json
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from http.cookiejar import CookieJar

import pytest

from server import Server, said
from test_cli import VERDICT, call, one_line_of_help, reply

CHROMIUM = shutil.which("chromium")


@contextmanager
def serving(out, *arguments):
    """`writingbench serve` in a process of its own; gives the address that it printed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "writingbench", "serve", "--out", str(out), "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGINT)
            try:
                assert process.wait(20) in (0, 130)
            finally:
                process.kill()  # a test that fails must not wait for ever
            assert "Traceback" not in process.stderr.read()


def get(url, *, opener=None, **headers):
    request = urllib.request.Request(url, headers=headers)
    try:
        with (opener.open if opener else urllib.request.urlopen)(request, timeout=60) as answer:
            return answer.status, answer.read().decode(), answer.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), error.headers


def run(server, out, *arguments):
    judge = () if "--judge" in arguments else ("--judge", "openai/m")
    models = ("--writer", "openai/m", *judge, "--base-url", server.url)
    ended = call("run", *models, "--benchmark", "starter", "--out", out, *arguments, cwd=out.parent)
    assert ended.returncode == 0, ended.stderr


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    out = tmp_path_factory.mktemp("serve") / "out"
    with Server(reply) as server:
        run(server, out)
    return out


def test_the_front_page_and_every_query_page_are_served(done):
    with serving(done) as url:
        status, front, headers = get(url)
        assert status == 200
        assert "openai/m" in front
        assert headers["X-Content-Type-Options"] == "nosniff"
        pages = sorted(set(re.findall(r'href="(report/[^"#]+\.html)', front)))
        assert len(pages) == 12
        for page in pages:
            status, text, _ = get(url + page)
            assert status == 200
            assert "Dear reader" in text
        assert json.loads(get(url + "state")[1]) == {"shown": 1, "judged": 60, "asked": 60}


def test_pages_that_are_not_there_are_said_to_be_so_and_no_path_leads_out(done):
    with serving(done) as url:
        for path in (
            "report/q-999.html",
            "report/..%2f..%2fstore.db",
            "report/%2e%2e/scores.json",
            "store.db",
            "nothing",
        ):
            status, text, _ = get(url + path)
            assert status == 404, path
            assert "SQLite" not in text


def test_a_name_that_is_not_this_machines_is_turned_away(done):
    with serving(done) as url:
        assert get(url, Host="evil.example")[0] == 400
        assert get(url, Host="localhost")[0] == 200


def test_beyond_this_machine_a_token_is_asked_for_and_kept_in_a_cookie(done, monkeypatch):
    monkeypatch.setenv("WRITINGBENCH_TOKEN", "open-sesame")
    with serving(done, "--host", "0.0.0.0") as printed:
        assert printed.endswith("/?token=open-sesame")
        url = printed.replace("0.0.0.0", "127.0.0.1").partition("?")[0]
        for path in ("", "state", "report/q-1.html", "?token=wrong", "?token="):
            status, text, _ = get(url + path)
            assert status == 401
            assert "token" in text and "openai/m" not in text
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        status, front, _ = get(url + "?token=open-sesame", opener=opener)
        assert status == 200 and "openai/m" in front
        assert get(url + "state", opener=opener)[0] == 200
        assert "open-sesame" not in front


def test_without_a_token_of_its_own_the_server_makes_a_new_one_each_time(done, monkeypatch):
    monkeypatch.delenv("WRITINGBENCH_TOKEN", raising=False)
    tokens = []
    for _ in range(2):
        with serving(done, "--host", "0.0.0.0") as printed:
            tokens.append(printed.partition("token=")[2])
    assert len(set(tokens)) == 2
    assert all(len(token) > 20 for token in tokens)


def test_the_pages_grow_while_a_run_goes_on_and_begin_before_it(tmp_path):
    out = tmp_path / "out"

    def slow(seen):
        return said(VERDICT if "Criterion: " in seen.text else "A text.", delay=0.15)

    with Server(slow) as server, serving(out) as url:
        assert "Nothing has been judged yet" in get(url)[1]
        states = [json.loads(get(url + "state")[1])]
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "writingbench",
                "run",
                "--writer",
                "vllm/m",
                "--judge",
                "vllm/m",
                "--base-url",
                server.url,
                "--benchmark",
                "starter",
                "--out",
                str(out),
                "--max-connections",
                "1",
            ],
            stdout=subprocess.DEVNULL,
        )
        until = time.monotonic() + 100
        while states[-1]["judged"] < 60 and time.monotonic() < until:
            time.sleep(0.3)
            states.append(json.loads(get(url + "state")[1]))
        assert process.wait(60) == 0
        judged = [state["judged"] for state in states]
        assert judged == sorted(judged) and judged[0] == 0 and judged[-1] == 60
        assert len(set(judged)) > 2  # it was seen half-way
        assert "60 of 60" in get(url)[1]


def test_a_port_that_is_taken_is_one_clear_line(done):
    with serving(done) as url:
        port = url.rstrip("/").rpartition(":")[2]
        line = one_line_of_help(call("serve", "--out", done, "--port", port, cwd=done.parent))
        assert f"127.0.0.1:{port}" in line and "--port" in line
    line = one_line_of_help(call("serve", "--out", done, "--port", 99999, cwd=done.parent))
    assert "--port is 99999; it must be from 0 to 65535" in line


def test_runs_of_different_rules_are_served_in_tables_of_their_own(tmp_path):
    out = tmp_path / "out"
    with Server(reply) as server:
        run(server, out)
        run(server, out, "--judge", "openai/other")
    with serving(out, "--lang", "zh") as url:
        _, front, _ = get(url)
        assert front.count("openai/other") and 'lang="zh-Hans"' in front
        assert json.loads(get(url + "state")[1])["asked"] == 120


@pytest.mark.skipif(not CHROMIUM, reason="there is no chromium on this machine; `make browser` installs one")
def test_a_browser_shows_the_live_page_and_renews_it_by_itself(tmp_path):
    from playwright.sync_api import sync_playwright

    out = tmp_path / "out"
    messages = []
    with Server(reply) as server, serving(out) as url, sync_playwright() as playwright:
        run(server, out, "--limit", "2")
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        page = browser.new_page()
        page.on("console", lambda message: messages.append(message.text))
        page.on("pageerror", lambda error: messages.append(str(error)))
        page.goto(url)
        page.get_by_text("Live: 10 of 10 marks").wait_for()
        run(server, out)
        page.get_by_text("Live: 60 of 60 marks").wait_for()
        page.locator('a[href^="report/"]').nth(11).wait_for()
        browser.close()
    assert messages == []
