"""How hard a server is asked: the number in flight follows it, ceilings are kept, what its headers say is heeded."""

import asyncio
import time
from collections import Counter
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faulty import Faulty, Wire, completion, error, http
from writingbench.models import Terms, limits, pace, resolve
from writingbench.models.lines import connect
from writingbench.models.pace import Pace
from writingbench.records import EndpointRefused, Failure, Message, Reply, Request, Sampling
from writingbench.store import Store


def standing_still(story):
    """Run a story with a clock for the pace that stands still, at 1000, until the story moves it."""
    now = SimpleNamespace(monotonic=lambda: now.seconds, seconds=1000.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pace, "time", now)
        return story(now)


@pytest.fixture
def clock():
    now = SimpleNamespace(monotonic=lambda: now.seconds, seconds=1000.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pace, "time", now)
        yield now


def alone(story):
    """Run a story that has no servers in it."""
    return asyncio.run(asyncio.wait_for(story(), 30))


async def enter(made, count):
    """Begin so many calls; those that found a place."""
    tasks = [asyncio.create_task(made.enter()) for _ in range(count)]
    for _ in range(3):
        await asyncio.sleep(0)
    return [task for task in tasks if task.done()]


# how many at once


def test_while_the_server_answers_the_number_grows_by_one_for_each_answer_and_stops_at_its_ceiling():
    async def story():
        made, seen = Pace(2, 7), []
        waiting = [asyncio.create_task(made.enter()) for _ in range(40)]
        for _ in range(20):
            await asyncio.sleep(0)
            seen.append(made.in_flight)
            made.answered(10)
            made.leave()
        for task in waiting:
            task.cancel()
        return seen

    assert alone(story)[:8] == [2, 3, 4, 5, 6, 7, 7, 7]


def test_a_number_that_nobody_comes_near_does_not_grow():
    async def story():
        made = Pace(4, 100)
        for _ in range(30):
            await made.enter()
            made.answered(10)
            made.leave()
        return made.limit

    assert alone(story) == 4


def test_a_burst_of_complaints_halves_the_number_once(clock):
    made = Pace(32, 64)
    began = clock.seconds
    for _ in range(20):  # all sent before the first complaint
        clock.seconds += 0.01
        made.pushed_back(began)
    assert made.limit == 16
    clock.seconds += 1
    made.pushed_back(clock.seconds - 0.5)  # sent since
    assert made.limit == 8


def test_after_a_complaint_it_takes_a_full_round_of_answers_to_grow_by_one(clock):
    async def story():
        made = Pace(16, 64)
        made.pushed_back(clock.seconds)
        await enter(made, 8)
        for _ in range(8):
            made.answered(10)
        return made.limit

    assert 8.9 < alone(story) <= 9


whatever = st.lists(st.sampled_from(["answered", "complaint", "old complaint", "enter", "leave", "time"]), max_size=80)


@settings(max_examples=150)
@given(whatever, st.integers(1, 20), st.integers(0, 40))
def test_whatever_happens_the_number_stays_between_one_and_its_ceiling(steps, start, room):
    async def story():
        made, inside = Pace(start, start + room), 0
        for step in steps:
            before = made.limit
            match step:
                case "answered" if inside:
                    made.answered(5)
                    assert made.limit >= before
                case "complaint":
                    made.pushed_back(time.monotonic())
                    assert made.limit == max(1, before / 2)
                case "old complaint":
                    made.pushed_back(0.0)
                    assert made.limit in (before, max(1, before / 2))
                case "enter":
                    inside += len(await enter(made, 1))
                case "leave" if inside:
                    made.leave()
                    await asyncio.sleep(0)
                    inside = made.in_flight
                case "time":
                    await asyncio.sleep(0)
            assert 1 <= made.limit <= start + room
            assert made.in_flight >= 0
            inside = made.in_flight
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    alone(story)


def test_even_halved_to_the_end_one_call_may_go(clock):
    async def story():
        made = Pace(8, 8)
        for _ in range(20):
            clock.seconds += 1
            made.pushed_back(clock.seconds)
        assert made.limit == 1
        assert len(await enter(made, 3)) == 1

    alone(story)


# when


def test_nothing_is_sent_while_it_is_held_and_everything_after_and_the_longest_wish_counts():
    async def story():
        made = Pace(5, 5)
        began = time.monotonic()
        made.hold(0.3)
        made.hold(0.05)
        await asyncio.gather(*(made.enter() for _ in range(5)))
        return time.monotonic() - began

    assert alone(story) >= 0.29


def test_a_hold_that_comes_while_others_wait_holds_them_too():
    async def story():
        made = Pace(1, 1)
        await made.enter()
        waiting = asyncio.create_task(made.enter())
        await asyncio.sleep(0)
        began = time.monotonic()
        made.hold(0.1)
        made.leave()
        await asyncio.sleep(0.05)
        made.hold(0.2)
        await waiting
        return time.monotonic() - began

    assert alone(story) >= 0.24


def goes(made, count, tokens=0):
    """At what second each of `count` calls went, when all want to go at once and are answered at once."""

    async def story():
        went, began = [], time.monotonic()

        async def one():
            await made.enter()
            went.append(time.monotonic() - began)
            made.answered(tokens)
            made.leave()

        await asyncio.gather(*(one() for _ in range(count)))
        return went

    return alone(story)


@pytest.mark.parametrize("rpm", [600, 1200, 6000])
def test_a_ceiling_of_calls_a_minute_is_kept_over_every_stretch_of_time(rpm):
    went = goes(Pace(50, 50, rpm=rpm), rpm // 60 + 5)
    burst = rpm / 60 * pace.BURST + 1
    for first in range(len(went)):
        for last in range(first + 1, len(went)):
            assert last - first <= (went[last] - went[first]) * rpm / 60 + burst


@settings(max_examples=25)
@given(st.integers(1, 1500), st.floats(0.05, 2))
def test_a_ceiling_of_calls_a_minute_is_reached_and_in_no_minute_passed(rpm, step):
    def minute(now):
        async def story():
            made, went, task = Pace(1, 1, rpm=rpm), 0, None
            while now.seconds < 1060:
                task = task or asyncio.create_task(made.enter())
                await asyncio.sleep(0)
                made._wake()
                await asyncio.sleep(0)
                if task.done():
                    went, task = went + 1, made.leave()
                else:
                    now.seconds += min(max(made._wait(), 0.001), step)
            if task:
                task.cancel()
            if made._alarm:
                made._alarm.cancel()
            return went

        return alone(story)

    assert 0.99 * rpm - 1 <= standing_still(minute) <= rpm + 1


def test_a_ceiling_of_tokens_a_minute_is_kept_once_it_is_known_what_a_call_takes():
    tokens, tpm = 50, 60_000  # 20 calls a second
    went = goes(Pace(1, 1, tpm=tpm), 21, tokens)
    assert len(went) == 21
    # those that went took no more than was free in that time, save what goes in a burst
    assert went[-1] >= (20 * tokens) / (tpm / 60) - pace.BURST - 0.06


@settings(max_examples=60)
@given(st.lists(st.integers(0, 3000), min_size=1, max_size=40), st.integers(1000, 100_000))
def test_whatever_calls_take_the_tokens_of_those_answered_keep_to_the_ceiling(taken, tpm):
    def one_after_the_other(now):
        async def story():
            made = Pace(1, 1, tpm=tpm)
            used = 0
            for tokens in taken:
                task = asyncio.create_task(made.enter())
                await asyncio.sleep(0)
                if not task.done():
                    now.seconds += max(made._wait(), 0)
                    made._wake()
                    await asyncio.sleep(0)
                assert task.done()
                # what went before this one has been paid for in time, but for the burst
                assert used <= (now.seconds - 1000 + pace.BURST) * tpm / pace.MINUTE + 1e-3
                made.answered(tokens)
                made.leave()
                used += tokens
            if made._alarm:
                made._alarm.cancel()

        alone(story)

    standing_still(one_after_the_other)


# what headers say


def after(seconds, form):
    """A time so many seconds from now."""
    when = datetime.now(UTC) + timedelta(seconds=seconds)
    return format_datetime(when, usegmt=True) if form == "HTTP" else when.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), (" 2.5 ", 2.5), ("0", 0), ("-3", 0), ("", 0), ("soon", 0), ("inf", 0), ("nan", 0), ("1e400", 0)],
)
def test_retry_after_is_read(header, seconds):
    assert limits.retry_after({"Retry-After": header}) == seconds


def test_retry_after_may_be_a_time_of_either_kind_and_the_past_is_now():
    for form in ("HTTP", "RFC 3339"):
        assert 57 < limits.retry_after({"Retry-After": after(60, form)}) <= 60
        assert limits.retry_after({"Retry-After": after(-60, form)}) == 0


def test_milliseconds_come_before_whole_seconds():
    assert limits.retry_after({"retry-after-ms": "1500", "Retry-After": "2"}) == 1.5


def openai(left, reset, whole="1000", kind="requests"):
    return {
        f"x-ratelimit-limit-{kind}": whole,
        f"x-ratelimit-remaining-{kind}": left,
        f"x-ratelimit-reset-{kind}": reset,
    }


@pytest.mark.parametrize(
    ("reset", "seconds"),
    [("6m0s", 360), ("12ms", 0.012), ("1s", 1), ("1h2m3s", 3723), ("59.7s", 59.7), ("1d", 86400), ("20", 20)],
)
def test_the_time_until_an_allowance_is_whole_again_is_read_as_openai_writes_it(reset, seconds):
    # a tenth of it is enough to go on with
    assert limits.hold(openai("0", reset), 0) == pytest.approx(seconds * limits.ENOUGH)


def test_where_nobody_says_how_large_an_allowance_is_the_whole_of_the_time_is_waited():
    headers = openai("0", "8s")
    del headers["x-ratelimit-limit-requests"]
    assert limits.hold(headers, 0) == 8


@pytest.mark.parametrize("left", ["1", "999", "-1", "", "many", "nan", "inf"])
def test_while_something_is_left_or_nobody_knows_nothing_is_held(left):
    assert limits.hold(openai(left, "6m0s"), 0) == 0


def test_an_allowance_of_tokens_is_used_up_when_it_holds_less_than_a_call_takes():
    assert limits.hold(openai("900", "10s", "10000", "tokens"), 1000) == pytest.approx(1)
    assert limits.hold(openai("1100", "10s", "10000", "tokens"), 1000) == 0
    # a call that needs most of it waits until most of it is there
    assert limits.hold(openai("900", "10s", "10000", "tokens"), 8000) == pytest.approx(8)


def test_anthropics_headers_are_read_and_the_longest_wait_counts():
    headers = {
        "anthropic-ratelimit-requests-limit": "50",
        "anthropic-ratelimit-requests-remaining": "0",
        "anthropic-ratelimit-requests-reset": after(20, "RFC 3339"),
        "anthropic-ratelimit-output-tokens-limit": "8000",
        "anthropic-ratelimit-output-tokens-remaining": "0",
        "anthropic-ratelimit-output-tokens-reset": after(60, "RFC 3339"),
    }
    assert 5.5 < limits.hold(headers, 100) <= 6


anything = st.text(max_size=20) | st.floats().map(str) | st.integers().map(str) | st.sampled_from(["6m0s", "-1", "0"])
headers = st.dictionaries(
    st.sampled_from(["Retry-After", "retry-after-ms", *(name for kind in limits.HEADERS for name in kind[1:])]),
    anything,
)


@given(headers, st.floats(0, 1e9))
def test_whatever_the_headers_say_it_is_a_number_of_seconds(headers, tokens):
    for seconds in (limits.hold(headers, tokens), limits.retry_after(headers)):
        assert 0 <= seconds < float("inf")


@pytest.mark.parametrize("text", ["9" * 5000, "1" * 9 + "h" * 9, "1s" * 5000, "1." * 5000, "0x10", "１２"])
def test_a_hostile_number_is_a_number(text):
    assert 0 <= limits.retry_after({"Retry-After": text}) < float("inf")
    assert 0 <= limits.hold(openai("0", text), 0) < float("inf")


# against a server


@asynccontextmanager
async def line(server, store, **terms):
    endpoint = resolve("vllm/m", server.url)
    async with connect([endpoint], store, Terms(**{"first_pause": 0.01, **terms})) as lines:
        yield lines[endpoint]


def request(number):
    message = Message(role="user", content=f"Write {number}.")
    return Request(model="vllm/m", messages=(message,), sampling=Sampling())


def ask(server, tmp_path, count, **terms):
    """What came of so many requests, all wanted at once."""

    async def story():
        with Store(tmp_path / "store.db") as store:
            async with line(server, store, **terms) as asked:
                return await asyncio.gather(*(asked.ask(request(number)) for number in range(count)))

    return asyncio.run(asyncio.wait_for(story(), 60))


def test_against_a_server_that_bears_ten_at_once_most_calls_get_through_and_the_number_settles(tmp_path):
    bears, at_once = 10, []

    def answer(call):
        at_once.append(server.now)
        if server.now > bears:
            return Wire(http(429, error("slow down")))
        return Wire(http(200, completion(call)), whole=True)

    with Faulty(latency=0.01, answer=answer) as server:
        outcomes = ask(server, tmp_path, 1500, connections=200)
    assert all(isinstance(outcome, Reply) for outcome in outcomes)
    assert max(at_once) > 2 * bears  # it did try
    settled = at_once[len(at_once) // 2 :]
    assert sum(number > bears for number in settled) < 0.1 * len(settled)
    assert 0.4 * bears <= sum(settled) / len(settled) <= 1.3 * bears


def test_a_server_that_answers_everything_gets_all_that_was_allowed(tmp_path):
    with Faulty(latency=0.03) as server:
        ask(server, tmp_path, 600, connections=100)
    assert server.most == 100


def test_no_more_than_the_ceiling_a_minute_reaches_the_server(tmp_path):
    arrived = []

    def answer(call):
        arrived.append(time.monotonic())
        return Wire(http(200, completion(call)), whole=True)

    with Faulty(answer=answer) as server:
        ask(server, tmp_path, 40, rpm=1500)
    assert arrived[-1] - arrived[0] >= 39 / 25 - pace.BURST - 0.5


def test_no_more_tokens_than_the_ceiling_a_minute_are_taken(tmp_path):
    arrived = []

    def answer(call):
        arrived.append(time.monotonic())
        return Wire(http(200, completion(call)), whole=True)  # 110 tokens

    with Faulty(answer=answer) as server:
        ask(server, tmp_path, 30, tpm=110 * 60 * 20, connections=2)
    assert arrived[-1] - arrived[0] >= 29 / 20 - pace.BURST - 0.5


def test_a_retry_after_holds_the_whole_line(tmp_path):
    arrived = []

    def answer(call):
        arrived.append(time.monotonic())
        if len(arrived) == 30:
            return Wire(http(429, error("slow down"), "Retry-After: 1.5"))
        return Wire(http(200, completion(call)), whole=True)

    with Faulty(latency=0.02, answer=answer) as server:
        ask(server, tmp_path, 100, connections=5)
    assert len(arrived) == 101
    # only those that were on their way came after it
    held = [number for number, (earlier, later) in enumerate(pairwise(arrived)) if later - earlier >= 1.4]
    assert held
    assert 29 <= held[0] <= 29 + 5


@pytest.mark.parametrize("wish", ["901", "86400", after(3600, "HTTP")], ids=["901", "86400", "date"])
def test_a_server_that_wants_to_be_left_alone_for_long_ends_the_run_with_one_line(wish, tmp_path):
    with (
        Faulty(answer=lambda call: Wire(http(429, error("quota\nfor today"), f"Retry-After: {wish}"))) as server,
        pytest.raises(EndpointRefused) as told,
    ):
        ask(server, tmp_path, 3, connections=1)
    assert len(server.calls) == 1
    line = str(told.value)
    assert line.startswith("vllm/m wants to be asked again in ")
    assert "minutes" in line
    assert "quota for today" in line
    assert "\n" not in line


@pytest.mark.parametrize("wish", ["nan", "inf", "-5", "1e999", "soon", "0"])
def test_a_wish_that_makes_no_sense_is_no_wish(wish, tmp_path):
    def answer(call):
        if call.number == 0:
            return Wire(http(429, error("slow down"), f"Retry-After: {wish}"))
        return Wire(http(200, completion(call)), whole=True)

    with Faulty(answer=answer) as server:
        (outcome,) = ask(server, tmp_path, 1)
    assert isinstance(outcome, Reply)
    assert len(server.calls) == 2


def test_an_allowance_that_is_used_up_is_waited_for_though_the_answer_was_a_good_one(tmp_path):
    arrived = []

    def answer(call):
        arrived.append(time.monotonic())
        used_up = (f"{name}: {value}" for name, value in openai("0", "5s").items())
        return Wire(http(200, completion(call), *(used_up if call.number == 0 else ())), whole=True)

    with Faulty(answer=answer) as server:
        ask(server, tmp_path, 3, connections=1)
    assert arrived[1] - arrived[0] >= 0.45


@pytest.mark.parametrize("status", [429, 503, 529])
def test_a_server_with_too_much_to_do_is_asked_six_times_and_the_others_go_on(status, tmp_path):
    def answer(call):
        if call.text == "Write 3.":
            return Wire(http(status, error("too much")))
        return Wire(http(200, completion(call)), whole=True)

    with Faulty(answer=answer) as server:
        outcomes = ask(server, tmp_path, 10, connections=4)
    assert [isinstance(outcome, Failure) for outcome in outcomes] == [number == 3 for number in range(10)]
    assert outcomes[3].kind == "unreachable"
    assert Counter(call.text for call in server.calls)["Write 3."] == 6
    assert len(server.calls) == 15


def test_each_attempt_waits_about_twice_as_long_as_the_one_before_and_no_two_calls_alike(tmp_path):
    arrived = {}

    def answer(call):
        arrived.setdefault(call.text, []).append(time.monotonic())
        return Wire(http(500, error("out of order")))

    with Faulty(answer=answer) as server:
        ask(server, tmp_path, 5, first_pause=0.04)
    pauses = [[later - earlier for earlier, later in pairwise(times)] for times in arrived.values()]
    for waited in pauses:
        assert len(waited) == 5
        assert all(pause >= 0.02 * 2**number * 0.95 for number, pause in enumerate(waited))
    assert len({round(waited[-1], 3) for waited in pauses}) > 1


def test_a_line_that_closes_waits_for_no_further_attempt(tmp_path):
    async def story():
        with Store(tmp_path / "store.db") as store:
            async with line(server, store, connections=4, first_pause=30) as asked:
                tasks = [asyncio.ensure_future(asked.ask(request(number))) for number in range(4)]
                while server.now < 4:  # noqa: ASYNC110 - the server lives in another thread
                    await asyncio.sleep(0.01)
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                await asked.close()  # however long it takes what is in flight

    with Faulty(latency=0.3, answer=lambda call: Wire(http(500, error("out of order")))) as server:
        asyncio.run(asyncio.wait_for(story(), 12))  # the first pause is longer
    assert len(server.calls) == 4
