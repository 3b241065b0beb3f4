"""The model that training begins with, as transformers has it.

`local/smollm2` is the embedded model's own GGUF file, its numbers unpacked from four bits once and kept beside the
assets: what is trained on is then what the adapter will be served on. Any other name is transformers' own affair, a
folder or a model of the hub.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from writingbench import assets
from writingbench.records import UserError
from writingbench.training.recipe import Recipe

EMBEDDED = "local/smollm2"
INSTALL = 'training needs more than is installed: pip install "writingbench[train]"'


def required() -> None:
    """Raises UserError where torch and what goes with it is not installed. Quiet libraries, no calls home."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # spinning threads stall a machine that others use too
    try:
        import peft  # noqa: F401
        import transformers

        transformers.logging.set_verbosity_error()
        transformers.utils.logging.disable_progress_bar()
    except ImportError as error:
        raise UserError(f"{INSTALL} ({error})") from error


def folder(base: str) -> str:
    """What transformers can load; the embedded model is unpacked first where it has not been."""
    if base != EMBEDDED:
        return base
    source = assets.get("smollm2") / "model.gguf"
    made = assets.home() / f"smollm2-unpacked-{assets.hash_of(source).removeprefix('sha256:')[:12]}"
    if not made.is_dir():
        _unpack(source, made)
    return str(made)


def gguf_hash(base: str) -> str:
    """The hash of the GGUF file that an adapter on `base` is served on, "" where it is not known."""
    return assets.hash_of(assets.get("smollm2") / "model.gguf") if base == EMBEDDED else ""


def identity(base: str) -> str:
    """What stands for the weights of `base`: hashes of its files, else its name, where the hub is trusted."""
    if base == EMBEDDED:
        return gguf_hash(base)
    files = sorted(Path(base).glob("*.safetensors")) if Path(base).is_dir() else []
    return "+".join(map(assets.hash_of, files)) or base


def tokenizer(base: str) -> Any:
    from transformers import AutoTokenizer

    try:
        found = AutoTokenizer.from_pretrained(folder(base))
    except (OSError, ValueError) as error:
        raise UserError(f"{base}: no tokenizer could be loaded: {_first(error)}") from error
    if found.chat_template is None:
        raise UserError(f"{base}: its tokenizer has no chat template; begin with a model that was tuned for chat")
    if found.pad_token is None:
        found.pad_token = found.eos_token
    return found


def model(recipe: Recipe, *, train: bool) -> Any:
    """The model that `recipe` begins with, a fresh head on it where it wants one.

    Weights that stay as they are, or are only used, are halved to bf16; those that learn are whole (fp32), since steps
    of 7e-6 are lost in bf16's 8 bits.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification

    whole = recipe.precision == "fp32" or (train and recipe.method == "full")
    dtype = torch.float32 if whole else torch.bfloat16
    where = folder(recipe.base)
    try:
        if recipe.head == "scalar":
            torch.manual_seed(recipe.seed)  # the head begins at random
            return AutoModelForSequenceClassification.from_pretrained(where, num_labels=1, dtype=dtype)
        return AutoModelForCausalLM.from_pretrained(where, dtype=dtype)
    except (OSError, ValueError) as error:
        raise UserError(f"{recipe.base}: could not be loaded: {_first(error)}") from error


def context(base: str) -> int:
    """Tokens that the model was made for."""
    from transformers import AutoConfig

    return int(AutoConfig.from_pretrained(folder(base)).max_position_embeddings)


def _unpack(source: Path, made: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    made.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=made.parent, prefix=".unpacking-") as scratch:
        whole = Path(scratch) / "model"
        name = {"pretrained_model_name_or_path": str(source.parent), "gguf_file": source.name}
        # without `dequantize` the model says it is quantized still, and cannot be saved
        unpacked = AutoModelForCausalLM.from_pretrained(
            **name, dtype=torch.bfloat16, quantization_config=GgufConfig(dequantize=True)
        )
        unpacked.save_pretrained(whole)
        AutoTokenizer.from_pretrained(**name).save_pretrained(whole)
        try:
            whole.rename(made)
        except OSError:
            if not made.is_dir():  # another process was faster: its copy is as good
                raise


def _first(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
