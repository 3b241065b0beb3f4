"""What calls cost: by hand, by a list of the user's own, and by the vendors' lists as genai-prices has them."""

import subprocess
import sys

import genai_prices
import pytest

from writingbench.models import resolve
from writingbench.models.endpoints import providers
from writingbench.models.prices import VENDORS, Price, load, price_of
from writingbench.records import Usage, UserError

OWN = Price(input=2.0, cached=0.5, cache_write=2.5, output=8.0)
SOME = Usage(input_tokens=10_000, cached_tokens=6_000, cache_write_tokens=1_000, output_tokens=500)


@pytest.fixture(autouse=True)
def _keys(monkeypatch):
    for provider in providers().values():
        if provider.key:
            monkeypatch.setenv(provider.key, "sk-test")


def cost_of(name, base_url=None, own=None):
    return price_of(resolve(name, base_url), own or {})


def test_a_call_costs_what_its_tokens_cost_by_hand():
    # 3,000 x 2 + 6,000 x 0.5 + 1,000 x 2.5 + 500 x 8 = 6,000 + 3,000 + 2,500 + 4,000, in millionths
    assert OWN.cost(SOME) == pytest.approx(0.0155)
    assert OWN.cost(SOME, batch=True) == pytest.approx(0.00775)
    assert OWN.cost(Usage()) == 0


def test_a_server_that_claims_more_cached_than_it_read_makes_no_call_cheaper_than_cached():
    assert OWN.cost(Usage(input_tokens=10, cached_tokens=1_000)) == pytest.approx(1_000 * 0.5 / 1e6)


@pytest.mark.parametrize("name", ["local/smollm2", "vllm/Qwen/Qwen3-8B", "sglang/m", "ollama/m"])
def test_ones_own_hardware_is_free_unless_one_says_what_it_costs(name):
    assert cost_of(name)(SOME) == 0
    assert cost_of(name, own={name: OWN})(SOME) == OWN.cost(SOME)


def test_ones_own_list_comes_before_the_vendors():
    assert cost_of("openai/gpt-5.2", own={"openai/gpt-5.2": OWN})(SOME) == OWN.cost(SOME)
    assert cost_of("openai/gpt-5.2", own={"openai/other": OWN})(SOME) != OWN.cost(SOME)


@pytest.mark.parametrize(
    ("name", "base_url"),
    [
        ("openai/a-model-that-nobody-sells", None),
        ("openai/whisper-1", None),  # listed by the minute, not by the token
        ("openai/gpt-5.2", "http://127.0.0.1:9/v1"),  # who knows what stands there
        ("dashscope/qwen-max", None),  # genai-prices has no list of this vendor
    ],
)
def test_an_unknown_price_is_none_and_not_nothing(name, base_url):
    assert cost_of(name, base_url) is None
    assert cost_of(name, base_url, {name: OWN})(SOME) == OWN.cost(SOME)


def test_a_vendors_own_address_given_by_hand_is_the_vendor():
    url = providers()["openai"].base_url
    assert cost_of("openai/gpt-5.2", url)(SOME) == cost_of("openai/gpt-5.2")(SOME)


LONG = 300_000  # tokens; above the step of every model that has one


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize("size", [0, 10_000, LONG])
@pytest.mark.parametrize(
    "name",
    [
        "openai/gpt-5.2",
        "openai/gpt-4o-mini",  # its batch service takes the full price for cached input
        "gemini/gemini-2.5-pro",  # dearer above 200,000 tokens
        "moonshot/kimi-k2-0905-preview",
    ],
)
def test_a_call_costs_what_genai_prices_says(name, size, batch):
    usage = Usage(input_tokens=size, cached_tokens=size // 2, output_tokens=700)
    theirs = genai_prices.calc_price(
        genai_prices.Usage(input_tokens=size, cache_read_tokens=size // 2, output_tokens=700),
        name.partition("/")[2],
        provider_id=VENDORS[name.partition("/")[0]],
        price_context={"processing": "batch"} if batch else None,
    ).total_price
    halved = batch and name.startswith("moonshot/")  # its list says nothing of batches
    assert cost_of(name)(usage, batch) == pytest.approx(float(theirs) / (2 if halved else 1))
    assert cost_of(name)(usage, batch) > 0


def test_long_inputs_cost_more_where_the_vendor_says_so():
    cost = cost_of("gemini/gemini-2.5-pro")
    assert cost(Usage(input_tokens=LONG)) > 1.5 * cost(Usage(input_tokens=LONG // 2)) * 2


def test_every_vendor_has_a_list_or_is_known_to_have_none():
    from genai_prices import data_snapshot

    assert set(VENDORS) == {name for name, provider in providers().items() if provider.vendor} - {"dashscope"}
    listed = {provider.id for provider in data_snapshot.get_snapshot().providers}
    assert set(VENDORS.values()) <= listed


QUIET = """
import sys
def watch(event, args):
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise SystemExit(f"went looking for {args}")
sys.addaudithook(watch)
from writingbench.models import resolve
from writingbench.models.prices import price_of
from writingbench.records import Usage
assert price_of(resolve("vllm/m"), {})(Usage()) == 0
assert "genai_prices" not in sys.modules
assert price_of(resolve("openai/gpt-5.2"), {})(Usage(input_tokens=1)) > 0
assert "genai_prices" in sys.modules
"""


def test_prices_are_loaded_when_a_vendor_is_asked_and_never_looked_up_on_the_network():
    ended = subprocess.run([sys.executable, "-c", QUIET], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


def test_a_list_of_ones_own_leaves_out_what_is_as_the_input(tmp_path):
    path = tmp_path / "prices.toml"
    path.write_text(
        '["openai/my-model"]\ninput = 0.5\noutput = 2\n["vllm/我的模型"]\ninput = 1\noutput = 2\ncached = 0\n', "utf-8"
    )
    assert load(path) == {
        "openai/my-model": Price(input=0.5, cached=0.5, cache_write=0.5, output=2.0),
        "vllm/我的模型": Price(input=1.0, cached=0.0, cache_write=1.0, output=2.0),
    }


GOOD = '["openai/m"]\ninput = 1\noutput = 2\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD + "cached = -1", "openai/m: `cached` is -1; it must be US dollars"),
        (GOOD + "cached = nan", "`cached` is nan"),
        (GOOD + "cached = inf", "`cached` is inf"),
        (GOOD + "cached = 1" + "0" * 400, "`cached` is 1000"),
        (GOOD + "cached = true", "`cached` is True"),
        (GOOD + 'cached = "0.5"', "`cached` is '0.5'"),
        (GOOD + "cache = 1", "unknown field `cache`; there are input, cached, cache_write, output"),
        ('["openai/m"]\ninput = 1', "`output` is missing"),
        ('["openai/m"]\noutput = 1', "`input` is missing"),
        ("[openai/m]\ninput = 1", "not a TOML file"),
        ("[openai.m]\ninput = 1", "'openai' is not a model"),
        ('["opnai/m"]\ninput = 1', "'opnai/m' is not a model"),
        ('"openai/m" = 1', "'openai/m' is 1; write [\"openai/m\"]"),
        ("x = " + "[" * 5000, "not a TOML file"),
        ("x = " + "9" * 5000, "not a TOML file"),
        ("\udcff", "not a TOML file"),
    ],
)
def test_a_defect_of_the_list_is_named_with_its_file_field_and_value(text, said, tmp_path):
    path = tmp_path / "prices.toml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UserError) as raised:
        load(path)
    assert said in str(raised.value)
    assert str(path) in str(raised.value)
    assert len(str(raised.value)) < 500


def test_a_list_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UserError, match=r"absent\.toml: cannot be read \(No such file"):
        load(tmp_path / "absent.toml")
