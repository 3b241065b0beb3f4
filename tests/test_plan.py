"""What a run will take: counted against a real store and what the run then really asks for."""

import asyncio
import json
from dataclasses import replace

import pytest

from server import Answer as Sent
from server import Server, said
from writingbench import assets, evaluate, protocols
from writingbench.benchmark import load, named
from writingbench.benchmark.size import tokens
from writingbench.benchmark.stats import counter
from writingbench.cli import planned as plan
from writingbench.estimate import ANSWER, VERDICT, estimate
from writingbench.models import Terms, resolve
from writingbench.models.prices import Price
from writingbench.records import EndpointRefused, Failure, Reply, Sampling, Usage
from writingbench.store import Store

GOOD = json.dumps({"reason": "It names the date.", "score": 7})
RULES = protocols.load("standard")
STARTER = named("starter", lambda: pytest.fail("the starter needs no asset"))
ENGLISH = [query for query in STARTER.queries if query.language == "en"]
CHINESE = [query for query in STARTER.queries if query.language == "zh"]
FLAT = Price(input=1.0, cached=1.0, cache_write=1.0, output=4.0)
CACHED = Price(input=1.0, cached=0.1, cache_write=1.25, output=4.0)


def reply(seen):
    return said(GOOD if "Criterion: " in seen.text else f"Dear reader, {len(seen.text)}.")


def run_on(server, rules=RULES, writer="vllm/writer", judge="vllm/judge"):
    endpoints = [resolve(name, server.url) for name in (writer, judge)]
    return evaluate.plan(rules, STARTER, *endpoints), endpoints


def ask(run, endpoints, queries, store):
    writer, judge = endpoints
    asyncio.run(evaluate.carry_out(run, queries, store, writer=writer, judge=judge, seen=evaluate.Progress()))


def stages(run, queries, store=None, writer=FLAT.cost, judge=FLAT.cost, **options):
    return asyncio.run(estimate(run, queries, store, writer=writer, judge=judge, **options))


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "store.db") as opened:
        yield opened


@pytest.fixture(scope="module")
def server():
    with Server(reply) as started:
        yield started


def test_what_the_plan_counts_is_what_the_run_then_asks(store, server):
    run, endpoints = run_on(server)
    half = [*ENGLISH[:3], *CHINESE[:3]]
    ask(run, endpoints, half, store)
    before = len(server.seen)
    responses, judgements = stages(run, STARTER.queries, store)
    assert (responses.stored, responses.missing) == (6, 6)
    assert (judgements.stored, judgements.missing) == (30, 30)
    assert len(server.seen) == before
    ask(run, endpoints, STARTER.queries, store)
    assert len(server.seen) - before == responses.missing + judgements.missing
    for stage in stages(run, STARTER.queries, store):
        assert (stage.missing, stage.input_tokens, stage.output_tokens, stage.cost, stage.most) == (0, 0, 0, 0.0, 0.0)


@pytest.mark.parametrize("queries", [ENGLISH[:1], CHINESE[:1]], ids=["en", "zh"])
def test_cost_and_most_are_what_the_table_makes_of_the_tokens_by_hand(queries, server):
    run, _ = run_on(server)
    responses, judgements = stages(run, queries)
    assert responses.input_tokens == tokens(queries[0].text)
    assert (responses.output_tokens, judgements.output_tokens) == (ANSWER, 5 * VERDICT)
    assert judgements.input_tokens > 5 * (tokens(queries[0].text) + ANSWER)
    assert responses.cost == pytest.approx((responses.input_tokens + 4 * ANSWER) / 1e6)
    assert judgements.cost == pytest.approx((judgements.input_tokens + 4 * 5 * VERDICT) / 1e6)
    assert responses.most == pytest.approx((responses.input_tokens + 4 * 16_000) / 1e6)
    longest = judgements.input_tokens + 5 * (16_000 - ANSWER)  # the answers may become that much longer
    assert judgements.most == pytest.approx((longest + 4 * 5 * 2_048) / 1e6)


@pytest.mark.parametrize("query", [ENGLISH[0], CHINESE[0]], ids=["en", "zh"])
def test_the_later_calls_about_a_response_find_its_beginning_in_the_cache(query, server):
    run, _ = run_on(server)
    _, judgements = stages(run, [query], judge=CACHED.cost)
    beginning = judgements.cached_tokens // 4
    assert beginning * 4 == judgements.cached_tokens
    assert beginning > ANSWER + tokens(query.text)
    fresh = judgements.input_tokens - 5 * beginning
    assert 0 < fresh < beginning
    by_hand = (fresh + 1.25 * beginning + 0.1 * 4 * beginning + 4 * 5 * VERDICT) / 1e6
    assert judgements.cost == pytest.approx(by_hand)
    assert judgements.cost < stages(run, [query])[1].cost
    assert judgements.most > stages(run, [query])[1].most  # at worst each call writes it and none finds it


def test_a_short_beginning_and_a_batch_are_not_counted_on_to_be_cached(server, store):
    brief = replace(RULES, writer=replace(RULES.writer, max_tokens=50))
    run, _ = run_on(server, brief)
    assert stages(run, ENGLISH[:1], judge=CACHED.cost)[1].cached_tokens == 0
    run, _ = run_on(server)
    whole, halved = stages(run, ENGLISH[:1])[1], stages(run, ENGLISH[:1], judge=CACHED.cost, batches=(True, True))[1]
    assert halved.cached_tokens == 0
    assert halved.cost == pytest.approx(whole.cost / 2)


def test_no_answer_is_expected_to_be_longer_than_its_limit(server):
    brief = replace(RULES, writer=Sampling(max_tokens=40), judge=Sampling(max_tokens=30))
    responses, judgements = stages(run_on(server, brief)[0], ENGLISH)
    assert responses.output_tokens == 40 * 6
    assert judgements.output_tokens == 30 * 30
    assert responses.most == responses.cost
    assert judgements.most == judgements.cost


def test_without_a_limit_there_is_no_most(server):
    open_end = replace(RULES, writer=Sampling())
    responses, judgements = stages(run_on(server, open_end)[0], ENGLISH)
    assert (responses.most, judgements.most) == (None, None)
    assert responses.cost > 0
    assert judgements.cost > 0


def test_five_stored_replies_say_how_long_the_next_will_be_in_whatever_run_they_were_asked(store, server):
    run, endpoints = run_on(server)
    ask(run, endpoints, ENGLISH[:4], store)
    responses, judgements = stages(run, CHINESE, store)
    assert (responses.output, responses.measured) == (ANSWER, 0)
    assert (judgements.output, judgements.measured) == (7, 20)  # the server says 7 tokens each time
    ask(run, endpoints, ENGLISH[4:5], store)
    responses, _ = stages(run, CHINESE, store)
    assert (responses.output, responses.measured) == (7, 5)
    other, _ = run_on(server, writer="vllm/another")
    responses, judgements = stages(other, CHINESE, store)
    assert (responses.output, responses.measured) == (ANSWER, 0)
    assert (judgements.output, judgements.measured) == (7, 25)
    another, _ = run_on(server, judge="vllm/another")
    responses, judgements = stages(another, CHINESE, store)
    assert (responses.output, responses.measured) == (7, 5)
    assert (judgements.output, judgements.measured) == (VERDICT, 0)


def test_a_failure_is_asked_again_and_counted(store, server):
    run, _ = run_on(server)
    asked = run.writer.request(ENGLISH[0], 0)
    store.keep(asked.fingerprint, run.writer.model, Failure(kind="unreachable", note="gone"))
    responses, judgements = stages(run, ENGLISH[:1], store)
    assert (responses.stored, responses.missing) == (0, 1)
    assert (judgements.stored, judgements.missing) == (0, 5)


def test_a_refused_answer_leaves_nothing_to_judge(store, server):
    run, _ = run_on(server)
    refused = Reply(text="I can't help with that.", finish="refused", usage=Usage(output_tokens=7))
    store.keep(run.writer.request(ENGLISH[0], 0).fingerprint, run.writer.model, refused)
    responses, judgements = stages(run, ENGLISH[:1], store)
    assert (responses.stored, responses.missing) == (1, 0)
    assert (judgements.stored, judgements.missing) == (0, 0)


def test_an_unreadable_verdict_that_was_asked_once_is_counted_once_more(store):
    with Server(said("Dear reader."), said("Eight, I think."), Sent("", status=401)) as server:
        run, endpoints = run_on(server)
        with pytest.raises(EndpointRefused):
            ask(run, endpoints, ENGLISH[:1], store)
    responses, judgements = stages(run, ENGLISH[:1], store)
    assert (responses.stored, responses.missing) == (1, 0)
    assert (judgements.stored, judgements.missing) == (1, 5)


def test_several_responses_and_marks_are_counted_each(server):
    twice = replace(RULES, responses=2, repeats=3)
    responses, judgements = stages(run_on(server, twice)[0], ENGLISH)
    assert responses.missing == 6 * 2
    assert judgements.missing == 6 * 2 * 5 * 3


def test_an_unknown_price_makes_only_its_own_stage_unknown(server):
    responses, judgements = stages(run_on(server)[0], ENGLISH, writer=None)
    assert (responses.cost, responses.most) == (None, None)
    assert judgements.cost > 0
    assert responses.output_tokens == 6 * ANSWER


def look_ahead(out, server, writer="vllm/writer", judge="vllm/judge", **terms):
    endpoints = {"writer": resolve(writer, server.url), "judge": resolve(judge, server.url)}
    return plan.look_ahead(RULES, STARTER, STARTER.queries, out, Terms(**terms), **endpoints)


def test_looking_ahead_makes_no_folder_and_sends_nothing(tmp_path, server):
    before = len(server.seen)
    responses, judgements = look_ahead(tmp_path / "none", server)
    assert (responses.missing, judgements.missing) == (12, 60)
    assert not (tmp_path / "none").exists()
    assert len(server.seen) == before


def test_looking_ahead_subtracts_what_the_folder_holds(tmp_path, server):
    run, endpoints = run_on(server)
    with Store(tmp_path / "out/store.db") as store:
        ask(run, endpoints, CHINESE, store)
    responses, judgements = look_ahead(tmp_path / "out", server)
    assert (responses.stored, responses.missing) == (6, 6)
    assert (judgements.stored, judgements.missing) == (30, 30)


def test_the_table_says_what_it_assumes_and_that_nothing_was_sent(tmp_path, server, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    stages = look_ahead(tmp_path / "none", server, prices={"vllm/writer": FLAT, "vllm/judge": CACHED})
    assert plan.show(stages, json=False) == 0
    said = capsys.readouterr().out
    rows = {line.split()[0]: line.split() for line in said.splitlines() if line}
    assert rows["responses"][1:4] == ["12", "0", "12"]
    assert rows["judgements"][1:4] == ["60", "0", "60"]
    assert rows["all"][1:4] == ["72", "0", "72"]
    assert float(rows["all"][-1]) > float(rows["all"][-2]) > 0
    assert "responses: by vllm/writer, 1,500 output tokens a call (assumed)" in said
    assert "in the vendor's cache" in said
    assert said.endswith("Nothing was sent.\n")


def test_the_table_says_how_to_give_a_price_that_is_not_known(tmp_path, server, capsys, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    assert plan.show(look_ahead(tmp_path / "none", server, writer="openai/m"), json=False) == 0
    said = capsys.readouterr().out
    assert "unknown" in said
    assert 'No price is known for openai/m: name a file with --prices that says ["openai/m"]' in said


def test_as_json_an_unknown_price_is_null_and_nothing_stands_around_it(tmp_path, server, capsys, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    assert plan.show(look_ahead(tmp_path / "none", server, writer="openai/m"), json=True) == 0
    table = json.loads(capsys.readouterr().out)
    responses, judgements = table["stages"]
    assert set(responses) == {
        "stage", "model", "calls", "stored", "missing",
        "input_tokens", "cached_tokens", "output_tokens", "cost", "most",
    }  # fmt: skip
    assert (responses["calls"], responses["cost"], responses["most"]) == (12, None, None)
    assert (judgements["calls"], judgements["cost"], judgements["most"]) == (60, 0.0, 0.0)
    assert (table["cost"], table["most"]) == (None, None)


@pytest.mark.parametrize("text", ["", "a", "我", "\ud800", "🖥️" * 100, "naïve café", "\x00" * 50])
def test_any_text_has_a_count(text):
    assert 0 <= tokens(text) <= 2 * len(text)


def test_tokens_by_characters_are_near_those_of_o200k_on_the_official_queries(official):
    vocabulary = assets.find("o200k")
    if not vocabulary:
        pytest.skip("needs the o200k vocabulary: writingbench data pull o200k")
    queries = load(official / "benchmark_all.jsonl").queries
    counted = counter(vocabulary)([query.text for query in queries])
    for language in ("en", "zh"):
        pairs = [(tokens(q.text), n) for q, n in zip(queries, counted, strict=True) if q.language == language]
        assert sum(guess for guess, _ in pairs) == pytest.approx(sum(n for _, n in pairs), rel=0.03)
        assert sum(abs(guess / n - 1) for guess, n in pairs) / len(pairs) < 0.11
