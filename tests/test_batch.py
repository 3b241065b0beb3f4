"""Batches: sent once, waited for, fetched, kept; whoever is killed in between and whatever the vendor says."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from functools import partial
from pathlib import Path

import aiohttp
import pytest

from batch_server import BatchServer, Over, Raw, Said, Wrong
from server import Answer
from writingbench import evaluate, protocols
from writingbench.benchmark import named
from writingbench.models import drain
from writingbench.models.account import Account, Till
from writingbench.models.batch import BatchLine
from writingbench.models.batches.vendor import Pauses
from writingbench.models.endpoints import Endpoint, Provider
from writingbench.models.prices import Price
from writingbench.models.stops import Refuses, Spent
from writingbench.records import EndpointRefused, Failure, Message, Reply, Request, Sampling, Text, Verdict
from writingbench.store import Store

KEY = "sk-made-up-0123456789abcdef"
PRICE = Price(input=2.0, cached=2.0, cache_write=2.0, output=8.0)  # half of it: 0.003 for an answer of the server
CREATE = {"openai": "/batches", "anthropic": "/messages/batches"}
both = pytest.mark.parametrize("vendor", ["openai", "anthropic"])


def endpoint(vendor, url):
    provider = Provider(connections=1, base_url=url, dialect=vendor, vendor=True, batch=True)
    return Endpoint(name=f"{vendor}/tiny", model="tiny", identity=f"{vendor}/tiny", provider=provider, key=KEY)


def request(vendor, text, **sampling):
    message = Message(role="user", content="", opening=Text(text))
    return Request(model=f"{vendor}/tiny", messages=(message,), sampling=Sampling(**sampling))


def story(vendor, server, store, tell, *, most=None, price=PRICE, notes=None, **options):
    """What `tell` makes of an open line."""
    options = {"quiet": 0.05, "pauses": Pauses(first=0.02, longest=0.1), "unclear": 0.3} | options

    async def told():
        async with aiohttp.ClientSession() as session:
            till = Till(Account(most), partial(price.cost, batch=True) if price else None)
            note = (notes if notes is not None else []).append
            line = BatchLine(endpoint(vendor, server.url), session, store, till, note=note, **options)
            try:
                return await asyncio.wait_for(tell(line), 60)
            finally:
                await line.close(2.0)

    return asyncio.run(told())


def ask(vendor, server, store, *texts, **options):
    """Ask everything at once; what came of each."""

    async def came(asked):
        try:
            return await asked
        except Exception as error:
            return error

    async def tell(line):
        return [await came(asked) for asked in [line.ask(request(vendor, text)) for text in texts]]

    return story(vendor, server, store, tell, **options)


def until(true, seconds=30):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "store.db") as opened:
        yield opened


@pytest.fixture
def server():
    with BatchServer() as running:
        running.key = KEY
        yield running


# the whole way


@both
def test_everything_that_is_asked_goes_out_as_one_batch_and_its_answers_are_kept(vendor, server, store):
    notes = []
    texts = ["write a letter", "写一封信，给“王先生”", "emoji 🙂 and\nlines"]
    replies = ask(vendor, server, store, *texts, notes=notes)
    assert [reply.text for reply in replies] == [text.upper() for text in texts]
    assert [store.recall(request(vendor, text).fingerprint) for text in texts] == replies
    (batch,) = server.batches.values()
    assert sorted(call.text for call in batch.calls) == sorted(texts)
    assert len(notes) == 1
    assert batch.id in notes[0]
    assert "3 calls" in notes[0]
    assert store.unsettled(endpoint(vendor, server.url).place) == []


@both
def test_a_batch_costs_half(vendor, server, store):
    async def tell(line):
        return await line.ask(request(vendor, "a")), line.spent, line.asked

    reply, spent, asked = story(vendor, server, store, tell)
    assert reply.cost == pytest.approx((1000 * 2.0 + 500 * 8.0) / 1e6 / 2)
    assert spent == pytest.approx(reply.cost)
    assert asked == 1


@both
def test_what_is_in_the_store_is_not_asked(vendor, server, store):
    first = ask(vendor, server, store, "a", "b")
    assert ask(vendor, server, store, "a", "b") == first
    assert len(server.batches) == 1


@both
def test_the_same_call_asked_twice_at_the_same_time_is_sent_once(vendor, server, store):
    one, other = ask(vendor, server, store, "a", "a")
    assert one == other
    assert server.sent == {"a": 1}


@both
def test_a_batch_waits_until_whoever_feeds_it_is_done(vendor, server, store):
    async def tell(line):
        first = line.ask(request(vendor, "a"))
        await asyncio.sleep(1.0)
        sent_early = len(server.batches)
        working.clear()
        await asyncio.sleep(0.2)  # what it has made is asked about in a moment
        await asyncio.gather(first, line.ask(request(vendor, "b")))
        return sent_early

    working = ["the writer"]
    assert story(vendor, server, store, tell, idle=lambda: not working, quiet=0.5) == 0
    assert len(server.batches) == 1


@both
def test_a_batch_is_split_at_the_vendors_limits(vendor, server, store, monkeypatch):
    from writingbench.models import batches

    monkeypatch.setattr(batches.INTERFACES[vendor], "CALLS", 3)
    replies = ask(vendor, server, store, *"abcdefg")
    assert [reply.text for reply in replies] == list("ABCDEFG")
    assert sorted(len(batch.calls) for batch in server.batches.values()) == [1, 3, 3]
    monkeypatch.setattr(batches.INTERFACES[vendor], "CALLS", 1000)
    monkeypatch.setattr(batches.INTERFACES[vendor], "BYTES", 5000)
    ask(vendor, server, store, *(letter * 2000 for letter in "abcde"))
    assert sorted(len(batch.calls) for batch in list(server.batches.values())[3:]) == [1, 2, 2]


@both
def test_the_key_is_in_no_file_and_no_message(vendor, server, store, tmp_path):
    server.key = "another"
    notes = []
    (refused,) = ask(vendor, server, store, "a", notes=notes)
    assert isinstance(refused, EndpointRefused)
    assert "***" in str(refused)
    server.key = KEY
    server.answer = lambda call: Said(f"your key is {KEY}")
    (reply,) = ask(vendor, server, store, "a", notes=notes)
    assert reply.text == "your key is ***"
    told = [str(refused), *notes]
    assert not any(KEY in text for text in told)
    store.close()
    assert not any(KEY.encode() in path.read_bytes() for path in tmp_path.iterdir())


@both
def test_a_key_that_comes_back_in_another_spelling_is_hidden_too(vendor, server, store, tmp_path):
    def line(name, text):
        if vendor == "openai":
            completion = {"choices": [{"message": {"content": text}, "finish_reason": "stop"}]}
            return {"custom_id": name, "response": {"status_code": 200, "body": completion}, "error": None}
        message = {"content": [{"type": "text", "text": text}], "stop_reason": "end_turn"}
        return {"custom_id": name, "result": {"type": "succeeded", "message": message}}

    spelt = "".join(f"\\u{ord(letter):04x}" for letter in KEY)
    server.answer = lambda call: Raw(json.dumps(line(call.name, "it is KEY")).replace("KEY", spelt))
    (reply,) = ask(vendor, server, store, "a")
    assert reply.text == "it is ***"
    store.close()
    assert not any(KEY.encode() in path.read_bytes() for path in tmp_path.iterdir())


# stopped between submit and fetch


def child(vendor, server, path, *texts):
    """A process of its own that asks these, and prints what it is told and answered."""
    code = f"""
        import sys
        from pathlib import Path
        from types import SimpleNamespace
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from test_batch import ask
        from writingbench.store import Store
        class Notes(list):
            def append(self, note): print("note", note, flush=True)
        with Store(Path({str(path)!r})) as store:
            server = SimpleNamespace(url={server.url!r})
            for reply in ask({vendor!r}, server, store, *{texts!r}, notes=Notes()):
                print("reply", getattr(reply, "text", repr(reply)), flush=True)
    """
    return subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True)


@both
def test_a_process_killed_while_the_batch_is_worked_on_loses_nothing_and_sends_nothing_again(vendor, server, tmp_path):
    server.hold = True
    with child(vendor, server, tmp_path / "store.db", "a", "b") as process:
        assert "2 calls" in process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
    server.finish()
    with Store(tmp_path / "store.db") as store:
        replies = ask(vendor, server, store, "a", "b", "c")
    assert [reply.text for reply in replies] == ["A", "B", "C"]
    assert replies[0].cost == pytest.approx(0.003)
    assert server.sent == {"a": 1, "b": 1, "c": 1}
    assert len(server.batches) == 2


@both
def test_a_process_killed_before_it_learns_the_batchs_id_sends_nothing_again(vendor, server, tmp_path):
    server.hold = True
    server.page = 2
    with Store(tmp_path / "other.db") as other:  # batches of other people, some of the same size
        server.hold = False
        ask(vendor, server, other, "x", "y")
        server.hold = True
    server.fault("POST", CREATE[vendor], Answer(delay=60), after=True)
    with child(vendor, server, tmp_path / "store.db", "a", "b") as process:
        until(lambda: len(server.batches) == 2)
        os.kill(process.pid, signal.SIGKILL)
    server.finish()
    with Store(tmp_path / "other.db") as other:
        ask(vendor, server, other, "p", "q")
        ask(vendor, server, other, "r", "s", "t")
    with Store(tmp_path / "store.db") as store:
        assert [reply.text for reply in ask(vendor, server, store, "a", "b")] == ["A", "B"]
    assert server.sent["a"] == server.sent["b"] == 1
    assert len(server.batches) == 4


@both
def test_a_process_killed_before_the_vendor_had_the_batch_has_it_sent_by_the_next(vendor, server, tmp_path):
    server.fault("POST", "/files" if vendor == "openai" else CREATE[vendor], Answer(delay=60))
    with child(vendor, server, tmp_path / "store.db", "a") as process:
        until(lambda: server.at["POST /files" if vendor == "openai" else "POST /messages/batches"])
        os.kill(process.pid, signal.SIGKILL)
    with Store(tmp_path / "store.db") as store:
        assert [reply.text for reply in ask(vendor, server, store, "a")] == ["A"]
    assert server.sent == {"a": 1}


@both
@pytest.mark.parametrize(
    "answer", [Answer(drop=True), Answer(status=500), Answer("what?"), Answer(status=503)], ids=repr
)
def test_a_batch_that_was_taken_without_a_word_is_found_and_not_sent_again(vendor, answer, server, store):
    server.fault("POST", CREATE[vendor], answer, after=True)
    assert [reply.text for reply in ask(vendor, server, store, "a", "b")] == ["A", "B"]
    assert len(server.batches) == 1


@both
@pytest.mark.parametrize("answer", [Answer(drop=True), Answer(status=500), Answer(status=429)], ids=repr)
def test_a_batch_that_was_not_taken_is_sent_again(vendor, answer, server, store):
    server.fault("POST", CREATE[vendor], answer)
    assert [reply.text for reply in ask(vendor, server, store, "a", "b")] == ["A", "B"]
    assert len(server.batches) == 1


@both
def test_a_vendor_whose_list_is_late_is_given_time(vendor, server, store):
    async def tell(line):
        asked = line.ask(request(vendor, "a"))
        await asyncio.to_thread(until, lambda: server.batches)
        seen = server.at["GET " + CREATE[vendor]]
        await asyncio.to_thread(until, lambda: server.at["GET " + CREATE[vendor]] > seen + 1)
        server.bare = False
        return await asked

    server.bare = True
    server.fault("POST", CREATE[vendor], Answer(drop=True), after=True)
    assert story(vendor, server, store, tell, unclear=20.0).text == "A"
    assert len(server.batches) == 1


def test_an_unclear_batch_of_the_right_size_that_is_still_open_is_waited_for(server, store):
    async def tell(line):
        asked = line.ask(request("anthropic", "a"))
        await asyncio.sleep(1.0)  # long after it would have been given up
        sent = len(server.batches)
        server.finish()
        return sent, (await asked).text

    server.hold = True
    server.fault("POST", CREATE["anthropic"], Answer(drop=True), after=True)
    assert story("anthropic", server, store, tell) == (1, "A")
    assert len(server.batches) == 1


def test_a_batch_that_is_known_is_not_taken_for_one_that_is_missed(server, store):
    async def tell(line):
        asked = [line.ask(request("anthropic", text)) for text in ("missed", "other")]
        await asyncio.to_thread(until, lambda: len(server.batches) == 2)
        server.finish()
        return [(await one).text for one in asked]

    store.claim("lost", endpoint("anthropic", server.url).place, "", [request("anthropic", "missed").fingerprint])
    store.submitting("lost")  # and killed
    server.hold = True
    assert story("anthropic", server, store, tell) == ["MISSED", "OTHER"]


@both
def test_two_processes_at_once_send_each_call_once(vendor, server, tmp_path):
    texts = [f"text {n}" for n in range(30)]
    server.hold = True
    with (
        child(vendor, server, tmp_path / "store.db", *texts) as one,
        child(vendor, server, tmp_path / "store.db", *texts, "one more") as other,
    ):
        until(lambda: len(server.sent) == 31)
        server.finish()
        said = [process.communicate(timeout=60)[0] for process in (one, other)]
    assert all(f"reply {text.upper()}" in out for text in texts for out in said)
    assert "reply ONE MORE" in said[1]
    assert set(server.sent.values()) == {1}


@both
def test_a_batch_that_is_on_its_way_is_left_to_the_process_that_sends_it(vendor, server, tmp_path):
    server.fault("POST", CREATE[vendor], slow=3.0)  # ten times what a second process would wait for it
    with child(vendor, server, tmp_path / "store.db", "a") as one:
        until(lambda: server.at["POST " + CREATE[vendor]])
        with child(vendor, server, tmp_path / "store.db", "a", "b") as other:
            said = [process.communicate(timeout=60)[0] for process in (one, other)]
    assert "reply A" in said[0]
    assert "reply A\nreply B" in said[1]
    assert server.sent == {"a": 1, "b": 1}


def test_a_claim_holds_what_nobody_else_has_sent_or_answered(store):
    store.keep("answered", "m", Reply(text="t", finish="stop"))
    assert store.claim("k1", "here", "", ["a", "answered", "b"]) == ["a", "b"]
    assert store.claim("k2", "here", "", ["b", "c"]) == ["c"]
    assert store.claim("k3", "here", "", ["a", "b"]) == []
    assert [row[0] for row in store.unsettled("here")] == ["k1", "k2"]
    store.settle("k1")
    assert store.claim("k4", "here", "", ["a", "c"]) == ["a"]


def test_one_at_a_time_is_alone_on_a_store(store):
    with Store(store.path) as other:
        with store.alone() as first, other.alone() as second:
            assert (first, second) == (True, False)
        with other.alone() as second:
            assert second


@both
def test_ctrl_c_ends_at_once_and_the_next_run_fetches(vendor, server, store):
    async def tell(line):
        asked = line.ask(request(vendor, "a"))
        await asyncio.to_thread(until, has_id)
        asked.cancel()
        await line.close(5.0)

    def has_id():
        with Store(store.path) as seen:
            return any(id for _, _, _, id, _ in seen.unsettled(endpoint(vendor, server.url).place))

    server.hold = True
    story(vendor, server, store, tell)
    server.finish()
    assert ask(vendor, server, store, "a")[0].text == "A"
    assert len(server.batches) == 1


# calls that come to nothing


@both
@pytest.mark.parametrize(
    ("status", "words", "kind"),
    [
        (400, "prompt is too long: 300000 tokens > 200000 maximum", "overlong"),
        (400, "Output blocked by content filtering policy", "refused"),
    ],
)
def test_a_call_that_is_turned_down_is_a_failure_and_the_others_are_answered(
    vendor, status, words, kind, server, store
):
    server.answer = lambda call: Wrong(status, words) if call.text == "b" else Said("fine")
    good, bad, fine = ask(vendor, server, store, "a", "b", "c")
    assert (good.text, fine.text) == ("fine", "fine")
    assert isinstance(bad, Failure)
    assert bad.kind == kind
    assert words in bad.note
    assert store.recall(request(vendor, "b").fingerprint) == bad
    assert len(server.batches) == 1


@both
@pytest.mark.parametrize(
    "outcome",
    [Over("expired"), Over("cancelled"), Wrong(500, "internal"), Wrong(429, "slow down"), Raw("{nonsense"), Raw("")],
    ids=repr,
)
def test_a_call_that_had_bad_luck_is_asked_once_more_and_then_given_up(vendor, outcome, server, store):
    server.answer = lambda call: outcome if call.text == "b" else Said("fine")
    good, bad = ask(vendor, server, store, "a", "b")
    assert good.text == "fine"
    assert (bad.kind, bad.note.endswith("(2 batches)")) == ("unreachable", True)
    assert server.sent == {"a": 1, "b": 2}


@both
def test_a_call_that_has_better_luck_the_second_time_is_answered(vendor, server, store):
    server.answer = lambda call: Over() if call.text == "b" and server.sent["b"] == 1 else Said("fine")
    assert [reply.text for reply in ask(vendor, server, store, "a", "b")] == ["fine", "fine"]


@both
def test_a_refused_field_is_told_when_everything_good_is_kept(vendor, server, store):
    words = "Unsupported value: 'temperature' does not support 0.3 with this model."
    server.answer = lambda call: Wrong(400, words) if "temperature" in call.body else Said("fine")

    async def tell(line):
        asked = (line.ask(request(vendor, "a", temperature=0.3)), line.ask(request(vendor, "b")))
        came = await asyncio.gather(*asked, return_exceptions=True)
        line.endpoint = line.endpoint.without(["temperature"])
        return *came, await line.ask(request(vendor, "a"))

    told, good, again = story(vendor, server, store, tell)
    assert isinstance(told, Refuses)
    assert told.field == "temperature"
    assert (good.text, again.text) == ("fine", "fine")
    assert store.recall(request(vendor, "b").fingerprint) == good
    assert store.recall(request(vendor, "a", temperature=0.3).fingerprint) is None


def test_a_limit_that_is_now_sent_under_its_other_name_is_no_trouble_with_the_call(server, store):
    words = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    server.answer = lambda call: Wrong(400, words) if "max_tokens" in call.body else Said("fine")
    server.hold = True

    async def tell(line):
        asked = line.ask(request("openai", "a", max_tokens=9))
        await asyncio.to_thread(until, lambda: server.batches)
        line.endpoint = line.endpoint.without(["max_tokens"])  # learned meanwhile, from another batch
        server.finish()
        return await asked

    assert story("openai", server, store, tell).text == "fine"


@both
def test_an_account_that_is_turned_away_ends_it_with_the_vendors_words(vendor, server, store):
    server.answer = lambda call: Wrong(401, "no such key") if call.text == "b" else Said("fine")
    good, bad = ask(vendor, server, store, "a", "b")
    assert good.text == "fine"
    assert isinstance(bad, EndpointRefused)
    assert "no such key" in str(bad)


@both
def test_a_server_that_has_no_batches_says_so_before_anything_is_sent(vendor, server, store):
    server.fault("GET", CREATE[vendor], Answer({"error": {"message": "no such route"}}, status=404), times=9)
    (bad,) = ask(vendor, server, store, "a")
    assert isinstance(bad, EndpointRefused)
    assert "no such route" in str(bad)
    assert store.unsettled(endpoint(vendor, server.url).place) == []


@both
def test_a_batch_that_is_turned_down_leaves_its_calls_free(vendor, server, store):
    server.fault("POST", CREATE[vendor], Answer({"error": {"message": "your organisation is closed"}}, status=400))
    bad = ask(vendor, server, store, "a", "b")
    assert all(isinstance(one, EndpointRefused) and "organisation is closed" in str(one) for one in bad)
    assert [reply.text for reply in ask(vendor, server, store, "a", "b")] == ["A", "B"]


def test_a_batch_that_fails_as_a_whole_is_told_in_the_vendors_words(server, store):
    async def tell(line):
        asked = line.ask(request("openai", "a"))
        await asyncio.to_thread(until, lambda: server.batches)
        (batch,) = server.batches.values()
        batch.failed = {"code": "model_not_found", "message": "The provided model is not supported by the Batch API."}
        return (await asyncio.gather(asked, return_exceptions=True))[0]

    server.hold = True
    bad = story("openai", server, store, tell)
    assert isinstance(bad, EndpointRefused)
    assert "not supported by the Batch API" in str(bad)
    assert store.unsettled(endpoint("openai", server.url).place) == []


def test_a_vendor_with_little_room_gets_smaller_batches_one_after_the_other(server, store):
    server.room = 3
    replies = ask("openai", server, store, *"abcdefgh")
    assert [reply.text for reply in replies] == list("ABCDEFGH")
    assert set(server.sent.values()) == {1}
    assert max(len(batch.calls) for batch in server.batches.values() if not batch.failed) <= 3


@both
def test_a_batch_that_the_vendor_no_longer_knows_is_not_sent_again_behind_the_users_back(vendor, server, store):
    place = endpoint(vendor, server.url).place
    asked = request(vendor, "a").fingerprint
    store.claim("somekey", place, "", [asked])
    store.submitting("somekey")
    store.accepted("somekey", "batch_gone")
    (bad,) = ask(vendor, server, store, "a")
    assert isinstance(bad, EndpointRefused)
    assert "batch_gone" in str(bad)
    assert not server.batches
    store._db.execute("UPDATE batches SET at=at-40*86400")  # no vendor keeps anything that long
    assert ask(vendor, server, store, "a")[0].text == "A"


# trouble on the way, money, nonsense


@both
def test_a_vendor_that_stumbles_while_it_is_polled_is_asked_on(vendor, server, store):
    one = CREATE[vendor] + "/[^/]+"
    results = "/files/[^/]+/content" if vendor == "openai" else one + "/results"
    for path in (CREATE[vendor], one, results):
        server.fault("GET", path, Answer(status=500), times=2)
        server.fault("GET", path, Answer(drop=True))
        if path != results:
            server.fault("GET", path, Answer("what?"))
    notes = []
    assert [reply.text for reply in ask(vendor, server, store, "a", "b", notes=notes)] == ["A", "B"]
    assert len(server.batches) == 1
    assert any("still trying" in note for note in notes)


def test_results_that_break_off_are_read_again_and_paid_once(server, store):
    async def tell(line):
        replies = await asyncio.gather(*(line.ask(request("openai", text)) for text in "ab"))
        return [reply.text for reply in replies], line.spent

    server.fault("GET", "/files/[^/]+/content", cut=0.7)
    texts, spent = story("openai", server, store, tell)
    assert texts == ["A", "B"]
    assert spent == pytest.approx(2 * 0.003)


@both
def test_results_with_strange_names_are_nobodys(vendor, server, store):
    strange = ["x-0", "-1", "", f"{'9' * 30}-0", "0"]
    lines = [json.dumps({"custom_id": name, "response": None, "result": {"type": "expired"}}) for name in strange]
    server.answer = lambda call: Raw("\n".join(lines)) if call.text == "b" else Said("fine")
    good, bad = ask(vendor, server, store, "a", "b")
    assert good.text == "fine"
    assert bad.kind == "unreachable"


@both
def test_money_is_set_aside_for_a_whole_batch_and_what_is_beyond_is_not_sent(vendor, server, store):
    async def tell(line):
        asked = [line.ask(request(vendor, text)) for text in "abcdef"]
        came = await asyncio.gather(*asked, return_exceptions=True)
        await line.close()
        return came, line.spent

    came, spent = story(vendor, server, store, tell, most=0.0125)  # a call is thought to cost 0.004
    assert [type(one) for one in came] == [Reply] * 3 + [Spent] * 3
    assert spent == pytest.approx(3 * 0.003)
    assert len(server.sent) == 3


@both
def test_when_money_is_out_closing_waits_for_what_was_sent(vendor, server, store):
    async def tell(line):
        asked = [line.ask(request(vendor, text)) for text in "abcdef"]
        done, left = await asyncio.wait(asked, return_when=asyncio.FIRST_EXCEPTION)
        for task in left:
            task.cancel()
        server.finish()
        await line.close()
        return [task.exception() for task in done]

    server.hold = True
    ends = story(vendor, server, store, tell, most=0.0125)
    assert ends
    assert all(isinstance(end, Spent) for end in ends)
    kept = [store.recall(request(vendor, text).fingerprint) for text in "abcdef"]
    assert [isinstance(reply, Reply) for reply in kept] == [True] * 3 + [False] * 3


@both
def test_a_batch_of_an_earlier_run_is_not_held_against_the_ceiling_of_this_one(vendor, server, store):
    async def stop(line):
        asked = asyncio.gather(*(line.ask(request(vendor, text)) for text in "abc"))
        await asyncio.to_thread(until, lambda: server.batches)
        await asyncio.sleep(0.2)
        asked.cancel()

    server.hold = True
    story(vendor, server, store, stop)
    server.finish()
    replies = ask(vendor, server, store, *"abc", most=0.001)
    assert [reply.text for reply in replies] == ["A", "B", "C"]
    assert all(reply.cost == pytest.approx(0.003) for reply in replies)


@both
def test_a_reply_whose_price_nobody_knows_has_no_cost(vendor, server, store):
    assert ask(vendor, server, store, "a", price=None)[0].cost is None


@both
def test_whoever_stops_waiting_before_the_batch_goes_out_is_not_in_it(vendor, server, store):
    async def tell(line):
        gone, stays = (line.ask(request(vendor, text)) for text in ("gone", "stays"))
        gone.cancel()
        return await stays

    assert story(vendor, server, store, tell).text == "STAYS"
    assert server.sent == {"stays": 1}


@both
def test_trouble_of_our_own_reaches_whoever_waits(vendor, server, store, monkeypatch):
    def full(key):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "submitting", full)
    came = ask(vendor, server, store, "a", "b")
    assert all(isinstance(one, OSError) for one in came)
    monkeypatch.undo()
    assert [reply.text for reply in ask(vendor, server, store, "a", "b")] == ["A", "B"]
    assert server.sent == {"a": 1, "b": 1}


# a whole evaluation


@both
def test_an_evaluation_is_a_batch_of_answers_a_batch_of_marks_and_one_of_what_could_not_be_read(vendor, server, store):
    def answer(call):
        if call.text in wanted:
            return Said("My answer. 我的答案。")
        early = call in list(server.batches.values())[1].calls
        if early and call.name.endswith(("-3", "-17")):
            return Said("no idea")
        return Said('{"reason": "It does what was asked for, and well.", "score": 7}')

    server.answer = answer
    protocol, benchmark = protocols.load("standard"), named("starter", lambda: None)
    asked = endpoint(vendor, server.url)
    run = evaluate.plan(protocol, benchmark, asked, asked)
    queries = benchmark.queries[:4]
    wanted = {query.text for query in queries}
    items = []

    async def tell(line):
        async def one(query):
            items.append(await evaluate.item(query, run, line, line, evaluate.Progress()))

        await drain(queries, one, workers=line.most)
        return line.asked

    calls = story(vendor, server, store, tell)
    verdicts = [made.outcome for item in items for made in item.judgements]
    assert [type(verdict) for verdict in verdicts] == [Verdict] * 20
    assert [len(batch.calls) for batch in server.batches.values()] == [4, 20, 2]
    assert calls == 26


def command(out, *options):
    ended = subprocess.run(
        [sys.executable, "-m", "writingbench", "run", "--out", str(out), "--index", "3", "--index", "4", *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "OPENAI_API_KEY": KEY, "ANTHROPIC_API_KEY": KEY},
    )
    return ended


def test_the_command_line_asks_both_vendors_by_batch_says_so_and_a_second_run_asks_nothing(server, tmp_path):
    def answer(call):
        marking = "Mark the response" in call.text
        return Said('{"reason": "It does what was asked for.", "score": 7}' if marking else "My answer. 我的答案。")

    server.answer = answer
    (tmp_path / "prices.toml").write_text(
        '["openai/gpt"]\ninput = 1\noutput = 1\n["anthropic/claude"]\ninput = 1\noutput = 1'
    )
    models = ["--writer", "openai/gpt", "--judge", "anthropic/claude", "--base-url", server.url]
    models += ["--prices", str(tmp_path / "prices.toml"), "--batch"]
    ended = command(tmp_path, *models)
    assert ended.returncode == 0, ended.stderr
    assert [len(batch.calls) for batch in server.batches.values()] == [2, 10]
    assert ended.stderr.count("stopping now loses nothing") == 2
    assert "12 calls made." in ended.stdout
    usage = json.loads((tmp_path / "scores.json").read_text("utf-8"))["models"][0]["usage"]
    assert usage["cost"] == pytest.approx((usage["input_tokens"] + usage["output_tokens"]) / 1e6 / 2)
    again = command(tmp_path, *models)
    assert "Nothing to ask" in again.stdout
    assert len(server.batches) == 2


def test_where_nobody_can_be_asked_by_batch_one_line_says_who_can(tmp_path):
    ended = command(
        tmp_path, "--writer", "deepseek/chat", "--judge", "vllm/tiny", "--batch", "--base-url", "http://127.0.0.1:9/v1"
    )
    assert ended.returncode == 2
    assert "deepseek/chat and vllm/tiny cannot be asked by batch; providers that can: openai, anthropic" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_while_a_batch_is_with_the_vendor_nothing_is_asked_call_by_call(server, store, tmp_path):
    store.claim("abc", endpoint("openai", server.url).place, "", ["f" * 32])
    ended = command(tmp_path, "--writer", "openai/tiny", "--judge", "openai/tiny", "--base-url", server.url)
    assert ended.returncode == 2
    assert "still with the vendor; fetch it with --batch" in ended.stderr
    assert not server.seen
