"""Who is asked and how: names, the protocol in both directions, and what happens when a server complains."""

import asyncio
import json
import socket
from contextlib import asynccontextmanager, closing

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import Answer, Server, said
from writingbench.models import Terms, dialects, drain, limits, resolve
from writingbench.models.chat import ATTEMPTS
from writingbench.models.lines import connect
from writingbench.models.memory import Recall
from writingbench.models.pace import Pace
from writingbench.records import EndpointRefused, Failure, Message, Reply, Request, Sampling, UserError, fingerprint
from writingbench.store import Store

KEY = "sk-made-up-0123456789abcdef"


def request(text="Write.", draw=0, **options):
    options.setdefault("sampling", Sampling())
    return Request(model="vllm/tiny", messages=(Message(role="user", content=text),), draw=draw, **options)


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "store.db") as opened:
        yield opened


@pytest.fixture
def keyed(monkeypatch):
    monkeypatch.setenv("VLLM_API_KEY", KEY)


def ask(server, store, *requests, url=None):
    """Ask one after the other; what came back, the last if there are several."""

    async def story():
        endpoint = resolve("vllm/tiny", url or server.url)
        async with connect([endpoint], store, Terms(first_pause=0.01)) as lines:
            for one in requests or (request(),):
                outcome = await lines[endpoint].ask(one)
            return outcome

    return asyncio.run(story())


async def waited(reply):
    return await reply


# names


@pytest.mark.parametrize("name", ["nobody/model", "gpt-5", "", "openai/", "/model"])
def test_a_name_without_a_known_provider_is_refused_and_the_providers_are_listed(name):
    with pytest.raises(UserError, match=r"openai, anthropic, .*vllm"):
        resolve(name)


@pytest.mark.parametrize("value", [None, "", "  \n"])
def test_a_vendor_without_its_key_names_the_environment_variable(monkeypatch, value):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    if value is not None:
        monkeypatch.setenv("OPENAI_API_KEY", value)
    with pytest.raises(UserError, match="OPENAI_API_KEY"):
        resolve("openai/gpt-5.2")


@pytest.mark.parametrize("url", ["localhost:8000/v1", "ftp://host/v1", "http://", "/v1", "127.0.0.1"])
def test_a_base_url_that_is_none_is_refused(url):
    with pytest.raises(UserError, match="base-url"):
        resolve("openai/tiny", url)


def test_a_base_url_frees_from_a_vendors_habits_and_from_its_key(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    endpoint = resolve("openai/tiny", "http://127.0.0.1:9/v1/")
    assert endpoint.provider.base_url == "http://127.0.0.1:9/v1"
    assert endpoint.limit == "max_tokens"
    assert endpoint.adapt(Sampling(top_k=20)) == Sampling(top_k=20)
    assert endpoint.key == ""


def test_a_server_that_is_no_vendor_keeps_what_is_known_of_it_at_another_address():
    assert resolve("vllm/tiny", "http://127.0.0.1:9/v1").provider.schema is True


def test_a_model_may_have_slashes_in_its_name():
    assert resolve("vllm/Qwen/Qwen3-8B").model == "Qwen/Qwen3-8B"


def test_the_embedded_provider_has_one_model_and_files_must_be_there(tmp_path):
    with pytest.raises(UserError, match="local/smollm2"):
        resolve("local/else")
    with pytest.raises(UserError, match="there is no file"):
        resolve(f"gguf/{tmp_path / 'none.gguf'}")


def test_a_key_is_in_no_representation_and_in_no_fingerprint(monkeypatch):
    found = []
    for key in (KEY, "another-key"):
        monkeypatch.setenv("OPENAI_API_KEY", f"{key}\n")
        endpoint = resolve("openai/gpt-5.2")
        assert endpoint.key == key
        assert key not in repr(endpoint)
        assert key not in str(endpoint)
        found.append(fingerprint(endpoint.identity, endpoint.provider))
    assert found[0] == found[1]


# a request as the server wants it


def sent(asked, endpoint):
    """The body of a call as the server reads it."""
    return json.loads(msgspec.json.encode(dialects.of(endpoint).body(asked, endpoint)))


def test_all_sampling_that_is_set_is_sent_and_nothing_else():
    sampling = Sampling(temperature=0.0, top_p=0.8, top_k=20, max_tokens=99)
    assert sent(request("Hi", sampling=sampling), resolve("vllm/tiny")) == {
        "model": "tiny",
        "messages": [{"role": "user", "content": "Hi"}],
        "temperature": 0.0,
        "top_p": 0.8,
        "top_k": 20,
        "max_tokens": 99,
    }
    assert set(sent(request("Hi"), resolve("vllm/tiny"))) == {"model", "messages"}


def test_openai_proper_gets_its_own_limit_and_no_top_k(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    endpoint = resolve("openai/gpt-5.2")
    sampling = endpoint.adapt(Sampling(temperature=1.0, top_k=20, max_tokens=99))
    body = sent(request(sampling=sampling), endpoint)
    assert body["max_completion_tokens"] == 99
    assert body["temperature"] == 1.0
    assert "max_tokens" not in body
    assert "top_k" not in body


def test_a_schema_becomes_a_response_format():
    body = sent(request(schema={"type": "object"}), resolve("vllm/tiny"))
    assert body["response_format"]["type"] == "json_schema"
    assert body["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert body["response_format"]["json_schema"]["strict"] is True


# an answer as a reply


def parsed(answer):
    return dialects.openai.reply(json.dumps(answer.body).encode(), 1.5)


def test_a_completion_becomes_a_reply_with_its_usage():
    reply = parsed(said("Hello 你好"))
    assert (reply.text, reply.finish, reply.model, reply.seconds) == ("Hello 你好", "stop", "tiny-2026", 1.5)
    usage = reply.usage
    assert (usage.input_tokens, usage.cached_tokens, usage.output_tokens) == (11, 5, 7)


@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": None, "prompt_tokens_details": None}])
def test_a_server_that_does_not_count_is_no_problem(usage):
    answer = said("Hi")
    answer.body["usage"] = usage
    assert parsed(answer).usage.input_tokens == 0


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_reasoning_that_the_server_kept_apart_stays_apart(field):
    reply = parsed(said("Hello", **{field: "first ..."}))
    assert (reply.text, reply.reasoning) == ("Hello", "first ...")


def test_content_in_parts_is_joined():
    answer = said(None)
    parts = [{"type": "text", "text": "Hel"}, {"type": "thinking", "thinking": []}, {"type": "text", "text": "lo"}]
    answer.body["choices"][0]["message"]["content"] = parts
    assert parsed(answer).text == "Hello"


def test_null_content_is_an_empty_text():
    assert parsed(said(None)).text == ""


def test_a_text_that_says_null_is_not_null():
    assert parsed(said("null")).text == "null"


@pytest.mark.parametrize(
    ("finish", "read"),
    [("stop", "stop"), ("length", "length"), ("content_filter", "refused"), (None, "stop"), ("eos", "stop")],
)
def test_the_reason_for_the_end_is_read(finish, read):
    assert parsed(said("Hello", finish=finish)).finish == read


def test_a_refusal_is_refused_with_the_models_words():
    reply = parsed(said(None, refusal="I would rather not."))
    assert (reply.finish, reply.text) == ("refused", "I would rather not.")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"choices": []}',
        b'{"choices": null}',
        b'{"choices": [{}]}',
        b'{"choices": [{"message": {"content": "a\xff"}}]}',
        b'{"choices": [{"message": {"content": 7}}]}',
        b'{"x": ' + b"[" * 50_000 + b"]" * 50_000 + b', "choices": []}',
        b"<html>Welcome</html>",
    ],
)
def test_an_answer_that_is_no_completion_is_nonsense(body):
    with pytest.raises(dialects.Nonsense):
        dialects.openai.reply(body, 0.0)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_reply_or_nonsense(body):
    try:
        assert isinstance(dialects.openai.reply(body, 0.0), Reply)
    except dialects.Nonsense as error:
        assert str(error)  # noqa: PT017 - either way is right


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 999) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["error", "message", "code", "type", "detail"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(anything.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=300), st.integers(300, 599))
def test_whatever_a_server_says_becomes_one_line_with_its_status(body, status):
    words = dialects.words(body, status)
    assert words.startswith(str(status))
    assert "\n" not in words
    assert len(words) < 400
    assert dialects.complaint(status, words) in ("account", "overlong", "refused", "busy", "broken", "call")


@pytest.mark.parametrize("body", [b'"\xff"', b"[" * 5000 + b"]" * 5000])
def test_a_complaint_that_cannot_be_decoded_is_still_told(body):
    assert dialects.words(body, 500).startswith("500: ")


@pytest.mark.parametrize(
    ("status", "error", "about"),
    [
        (401, {"message": "Incorrect API key provided"}, "account"),
        (402, {"message": "Insufficient Balance"}, "account"),
        (429, {"message": "You exceeded your current quota", "code": "insufficient_quota"}, "account"),
        (429, {"message": "Rate limit reached for requests", "code": "rate_limit_exceeded"}, "busy"),
        (503, {"message": "The engine is overloaded"}, "busy"),
        (400, {"message": "This model's maximum context length is 8192 tokens."}, "overlong"),
        (400, {"message": "the request exceeds the available context size", "code": 400}, "overlong"),
        (400, {"message": "Too much.", "code": "context_length_exceeded"}, "overlong"),
        (400, {"message": "filtered due to Azure OpenAI's content management policy"}, "refused"),
        (400, {"message": "Content Exists Risk", "code": "invalid_request_error"}, "refused"),
        (400, {"message": "Input data may contain inappropriate content."}, "refused"),
        (400, {"message": "The request was rejected", "type": "content_filter"}, "refused"),
        (400, {"message": "系统检测到输入或生成内容可能包含不安全或敏感内容", "code": "1301"}, "refused"),
        (400, {"message": "Unsupported parameter: 'top_k'"}, "call"),
        (422, {"message": "messages: field required"}, "call"),
    ],
)
def test_complaints_as_vendors_word_them_are_understood(status, error, about):
    assert dialects.complaint(status, dialects.words(json.dumps({"error": error}).encode(), status)) == about


# asking


def test_a_reply_is_asked_for_at_the_right_place_with_the_key(keyed, store):
    with Server(said("Hello")) as server:
        reply = ask(server, store)
    assert reply.text == "Hello"
    assert reply.seconds > 0
    (seen,) = server.seen
    assert seen.path == "/v1/chat/completions"
    assert seen.headers["Authorization"] == f"Bearer {KEY}"
    assert seen.body["model"] == "tiny"


def test_without_a_key_no_authorization_is_sent(monkeypatch, store):
    monkeypatch.delenv("VLLM_API_KEY", raising=False)
    with Server(said("Hello")) as server:
        ask(server, store)
    assert "Authorization" not in server.seen[0].headers


@pytest.mark.parametrize("key", ["x", "EMPTY"])
def test_a_key_that_is_no_secret_is_not_taken_out_of_texts_that_hold_it_by_chance(monkeypatch, store, key):
    monkeypatch.setenv("VLLM_API_KEY", key)
    with Server(said("The next box is EMPTY.")) as server:
        assert ask(server, store).text == "The next box is EMPTY."


@pytest.mark.parametrize("proxy", ["http_proxy", "HTTP_PROXY"])
def test_a_proxy_from_the_environment_is_not_asked_about_this_machine(monkeypatch, store, proxy):
    monkeypatch.setenv(proxy, "http://127.0.0.1:9")
    with Server(said("Hello")) as server:
        assert ask(server, store).text == "Hello"


@pytest.mark.parametrize("status", [401, 402, 403, 404, 400, 422, 302])
def test_what_every_call_would_be_told_ends_the_run_in_the_servers_words_without_the_key(keyed, store, status):
    words = f"no such thing for {KEY}, sorry"
    with (
        Server(Answer({"error": {"message": words}}, status, {"Location": "/elsewhere"})) as server,
        pytest.raises(EndpointRefused) as told,
    ):
        ask(server, store)
    assert "no such thing for ***, sorry" in str(told.value)
    assert str(told.value).startswith("vllm/tiny")
    assert str(status) in str(told.value)
    assert len(server.seen) == 1


@pytest.mark.parametrize("before", range(260, 310, 7))
def test_not_even_half_a_key_is_told_where_the_words_are_cut(keyed, store, before):
    with (
        Server(Answer({"error": {"message": "x" * before + KEY + "y" * 100}}, 401)) as server,
        pytest.raises(EndpointRefused) as told,
    ):
        ask(server, store)
    assert "sk" not in str(told.value)


def test_a_busy_server_is_asked_again_when_it_wants_to_be(store):
    with Server(Answer({"error": "slow down"}, 429, {"Retry-After": "0.3"}), said("Hello", delay=0.0)) as server:

        async def story():
            endpoint = resolve("vllm/tiny", server.url)
            async with connect([endpoint], store, Terms(first_pause=0.001)) as lines:
                before = asyncio.get_running_loop().time()
                reply = await lines[endpoint].ask(request())
                return reply, asyncio.get_running_loop().time() - before

        reply, seconds = asyncio.run(story())
    assert reply.text == "Hello"
    assert len(server.seen) == 2
    assert seconds >= 0.29


@given(st.text(max_size=40) | st.floats().map(str))
def test_any_retry_after_is_a_number_of_seconds(header):
    assert 0 <= limits.retry_after({"Retry-After": header}) < float("inf")


def test_a_retry_after_may_be_a_date():
    assert limits.retry_after({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0
    assert limits.retry_after({"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT"}) > 1e9


@pytest.mark.parametrize(
    "answer",
    [
        Answer({"error": {"message": "out of order"}}, 500),
        Answer("<html><body><h1>502 Bad Gateway</h1>\n<p>out of order</p></body></html>", 502),
        Answer('{"choices": [{"mess', 200),
        Answer(json.dumps(said("Hello").body) * 2, 200),
        Answer({"choices": []}, 200),
        Answer(b"", 200),
        Answer(b"not gzip", 200, {"Content-Encoding": "gzip"}),
        Answer(drop=True),
    ],
    ids=["500", "html", "cut", "doubled", "no choice", "empty", "gzip", "drop"],
)
def test_a_server_that_never_answers_sensibly_is_given_up_after_six_attempts(store, answer):
    with Server(answer) as server:
        outcome = ask(server, store)
    assert isinstance(outcome, Failure)
    assert outcome.kind == "unreachable"
    assert "6 attempts" in outcome.note
    assert "<" not in outcome.note
    assert len(server.seen) == ATTEMPTS == 6
    assert store.recall(request().fingerprint) == outcome


@pytest.mark.parametrize("trouble", [Answer(b"", 500), Answer("{", 200), Answer(drop=True)])
def test_a_trouble_that_passes_costs_one_attempt(store, trouble):
    with Server(trouble, said("Hello")) as server:
        assert ask(server, store).text == "Hello"
    assert len(server.seen) == 2


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer({"error": {"message": "maximum context length is 10 tokens"}}, 400), "overlong"),
        (Answer("payload", 413), "overlong"),
        (Answer({"error": {"message": "no", "code": "content_filter"}}, 400), "refused"),
    ],
)
def test_what_concerns_one_request_alone_is_a_failure_of_that_request(store, answer, kind):
    with Server(answer) as server:
        outcome = ask(server, store)
    assert isinstance(outcome, Failure)
    assert outcome.kind == kind
    assert len(server.seen) == 1


def test_where_nobody_listens_one_clear_line_says_so(store):
    with closing(socket.socket()) as taken:  # bound and not listening: nobody else gets the port
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(EndpointRefused) as told:
            ask(None, store, url=f"http://127.0.0.1:{port}/v1")
    line = str(told.value)
    assert f"nothing answers at 127.0.0.1:{port}" in line
    assert "is the server up?" in line
    assert "\n" not in line


def test_what_is_in_the_store_is_not_asked_again(store):
    with Server(said("Hello")) as server:
        first = ask(server, store)
        again = ask(server, store)
        other = ask(server, store, request(draw=1))
    assert first == again
    assert other.text == "Hello"
    assert len(server.seen) == 2


def test_a_failure_in_the_store_is_asked_again_and_gives_way_to_the_reply(store):
    with Server(Answer("", 413), said("Hello")) as server:
        assert isinstance(ask(server, store), Failure)
        assert ask(server, store).text == "Hello"
    assert store.recall(request().fingerprint).text == "Hello"


def test_recalling_asks_nobody(store):
    asked = request()
    assert asyncio.run(waited(Recall(store).ask(asked))) is None
    store.keep(asked.fingerprint, asked.model, Reply(text="kept", finish="stop"))
    assert asyncio.run(waited(Recall(store).ask(asked))).text == "kept"


def test_a_reply_is_on_disk_before_anyone_sees_it(store):
    async def story(url):
        endpoint = resolve("vllm/tiny", url)
        async with connect([endpoint], store) as lines:
            reply = await lines[endpoint].ask(request())
            with Store(store.path) as other:  # another process would see the same
                assert other.recall(request().fingerprint) == reply
            return reply

    with Server(said("Hello")) as server:
        assert asyncio.run(story(server.url)).text == "Hello"


def together(server, store, count, cancel=()):
    """Ask the same `count` times at once, call some off, and tell what came of each."""

    async def story():
        endpoint = resolve("vllm/tiny", server.url)
        async with connect([endpoint], store, Terms(first_pause=0.01)) as lines:
            tasks = [asyncio.create_task(waited(lines[endpoint].ask(request()))) for _ in range(count)]
            await asyncio.sleep(0.1 if cancel else 0)
            for number in cancel:
                tasks[number].cancel()
            return await asyncio.gather(*tasks, return_exceptions=True)

    return asyncio.run(story())


def test_the_same_request_several_times_at_once_is_sent_once(store):
    with Server(said("Hello", delay=0.05)) as server:
        replies = together(server, store, 4)
    assert [reply.text for reply in replies] == ["Hello"] * 4
    assert len(server.seen) == 1


def test_all_who_wait_for_the_same_reply_are_told_of_a_refusal(store):
    with Server(Answer({"error": "who are you"}, 401, delay=0.05)) as server:
        told = together(server, store, 3)
    assert [type(error) for error in told] == [EndpointRefused] * 3
    assert len(server.seen) == 1


def test_who_waits_for_a_reply_gets_it_though_the_one_who_asked_is_called_off(store):
    with Server(said("Hello", delay=0.3)) as server:
        first, *others = together(server, store, 3, cancel=[0])
    assert isinstance(first, asyncio.CancelledError)
    assert [reply.text for reply in others] == ["Hello"] * 2
    assert len(server.seen) == 1


def test_no_more_calls_are_in_flight_than_the_ceiling_allows(store):
    async def story(url):
        endpoint = resolve("ollama/tiny", url)
        async with connect([endpoint, endpoint], store, Terms(connections=2)) as lines:
            assert len(lines) == 1
            await asyncio.gather(*(lines[endpoint].ask(request(draw=n)) for n in range(7)))
            assert lines[endpoint].asked == 7

    with Server(said("Hello", delay=0.05)) as server:
        asyncio.run(story(server.url))
    assert server.most == 2


# who goes next


@asynccontextmanager
async def turn(pace, urgency=0):
    await pace.enter(urgency)
    try:
        yield
    finally:
        pace.leave()


def test_a_pace_never_has_more_in_flight_than_its_limit():
    async def story():
        pace, now, most = Pace(3, 3), 0, 0

        async def one(number):
            nonlocal now, most
            async with turn(pace, number % 4):
                now += 1
                most = max(most, now)
                await asyncio.sleep(0.001)
                now -= 1

        await asyncio.gather(*(one(number) for number in range(40)))
        return most, now

    assert asyncio.run(story()) == (3, 0)


@given(st.lists(st.integers(-2, 3), max_size=20))
def test_the_most_urgent_goes_first_and_among_equals_the_longest_waiting(urgencies):
    async def story():
        pace, order = Pace(1, 1), []

        async def one(number, urgency):
            async with turn(pace, urgency):
                order.append(number)

        async with asyncio.TaskGroup() as group, turn(pace):
            for number, urgency in enumerate(urgencies):
                group.create_task(one(number, urgency))
            await asyncio.sleep(0)
            assert order == []
        return order

    assert asyncio.run(story()) == sorted(range(len(urgencies)), key=lambda number: -urgencies[number])


@given(st.lists(st.sampled_from(["stays", "goes before", "goes as it is given its place", "fails"]), max_size=12))
def test_no_place_is_lost_by_who_is_called_off_or_fails(fates):
    async def story():
        pace, served = Pace(2, 2), []

        async def one(number, fate):
            async with turn(pace):
                served.append(number)
                if fate == "fails":
                    raise RuntimeError

        async with turn(pace):
            async with turn(pace):
                tasks = [asyncio.create_task(one(number, fate)) for number, fate in enumerate(fates)]
                await asyncio.sleep(0)
                for task, fate in zip(tasks, fates, strict=True):
                    if fate == "goes before":
                        task.cancel()
            for task, fate in zip(tasks, fates, strict=True):
                if fate == "goes as it is given its place":
                    task.cancel()
            await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 10)
        assert served == [number for number, fate in enumerate(fates) if fate in ("stays", "fails")]
        async with asyncio.timeout(10), turn(pace), turn(pace):  # both places are there again
            return True

    assert asyncio.run(story())


def test_draining_keeps_to_its_workers_and_takes_the_next_only_when_there_is_room():
    taken, now, most, ahead = 0, 0, 0, 0

    def items():
        nonlocal taken
        for number in range(25):
            taken += 1
            yield number

    done = []

    async def one(number):
        nonlocal now, most, ahead
        now += 1
        most, ahead = max(most, now), max(ahead, taken - len(done))
        await asyncio.sleep(0.001)
        done.append(number)
        now -= 1

    asyncio.run(drain(items(), one, 4))
    assert sorted(done) == list(range(25))
    assert (most, ahead) == (4, 4)


def test_draining_raises_the_first_exception_as_it_is_and_ends_the_others():
    ended = []

    async def one(number):
        try:
            if number == 2:
                raise EndpointRefused("no")
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            ended.append(number)
            raise

    with pytest.raises(EndpointRefused, match=r"^no$"):
        asyncio.run(drain(range(10), one, 4))
    assert sorted(ended) == [0, 1, 3]


def test_draining_finds_the_exception_inside_groups():
    async def fail():
        raise UserError("deep")

    async def one(_):
        async with asyncio.TaskGroup() as group:
            group.create_task(fail())

    with pytest.raises(UserError, match=r"^deep$"):
        asyncio.run(drain([1], one, 2))


@given(st.builds(Reply, text=st.text(), reasoning=st.text(), finish=st.sampled_from(["stop", "length", "refused"])))
def test_a_reply_comes_back_from_its_bytes_as_it_was(reply):
    assert msgspec.json.decode(msgspec.json.encode(reply), type=Reply) == reply


def test_half_an_emoji_does_not_lose_the_reply():
    answer = b'{"choices": [{"message": {"content": "Well done \\ud83d"}, "finish_reason": "length"}]}'
    assert dialects.openai.reply(answer, 0.1).text == "Well done ?"
