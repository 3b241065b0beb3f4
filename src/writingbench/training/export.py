"""A trained folder in the forms that servers load, each with its card beside it.

lora      OUT/adapter.gguf   small; for the embedded model, `local/OUT`
merged    OUT/model.gguf     all of it in Q8_0: writes a quarter faster than an adapter; `local/OUT` or `gguf/…`
folder    OUT/               transformers, for vLLM: vllm serve OUT
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np

from writingbench import assets
from writingbench.models.trained import ADAPTER, WHOLE
from writingbench.records import UserError
from writingbench.training import base, card, gguf, recipe
from writingbench.training.recipe import Recipe

Form = Literal["lora", "merged", "folder"]
FILES = {"lora": ADAPTER, "merged": WHOLE}


def export(trained: Path, form: Form, out: Path, like: Path | None = None) -> Path:
    """Write a trained folder in one form; returns what a server is given. `like` is a GGUF file of the same model, for
    a merged one of another model than the embedded.

    Raises UserError where that form cannot hold what was trained.
    """
    said, (of, text) = card.load(trained), recipe.load(str(trained / card.RECIPE))
    if of.head == "scalar" and form != "folder":
        raise UserError(
            f"{trained}: a scalar head has no form in GGUF that a chat server could use; export it as folder "
            "(vLLM serves it as a classifier), or train with head = words"
        )
    if form == "lora" and of.method != "lora":
        raise UserError(f"{trained}: every weight was trained, there is no adapter; export it as merged or folder")
    if out.resolve() == trained.resolve():
        raise UserError(f"{out}: is the trained folder itself; name another --out")
    base.required()
    if form == "lora":
        made = out / FILES[form]
        _adapter(trained, of, made)
    elif form == "merged":
        if like is None and of.base != base.EMBEDDED:
            raise UserError(f"a merged file takes its vocabulary from a GGUF file of {of.base}: name one with --like")
        made = out / FILES[form]
        model = _whole(trained, of)
        weights = {name: _array(value) for name, value in model.state_dict().items()}
        source = like or assets.get("smollm2") / "model.gguf"
        gguf.write_merged(_tied(weights, model.config), model.config, source, made, name=out.name)
    else:
        made = out
        _whole(trained, of).save_pretrained(out)
        base.tokenizer(of.base).save_pretrained(out)
    card.save(said, out)
    (out / card.RECIPE).write_text(text, "utf-8")
    return made


def _adapter(trained: Path, of: Recipe, made: Path) -> None:
    """peft's adapter as GGUF, as it lies on the disk: no model is loaded."""
    from safetensors.numpy import load_file
    from transformers import AutoConfig

    pairs: dict[str, dict[str, Any]] = {}
    for name, value in load_file(trained / "adapter" / "adapter_model.safetensors").items():
        plain, _, part = name.removeprefix("base_model.model.").rpartition(".lora_")
        pairs.setdefault(f"{plain}.weight", {})[part[0]] = value.astype(np.float32)
    gguf.write_adapter(
        {name: (parts["A"], parts["B"]) for name, parts in pairs.items()},
        AutoConfig.from_pretrained(base.folder(of.base)),
        of.lora.alpha,
        made,
        base=base.gguf_hash(of.base),
        name=made.parent.name,
    )


def _whole(trained: Path, of: Recipe) -> Any:
    """The model with what was learned in it, as one."""
    from writingbench.training.expect import loaded

    model = loaded(of, trained)
    return model.merge_and_unload() if of.method == "lora" else model


def _tied(weights: dict[str, Any], config: Any) -> dict[str, Any]:
    """Without the output map where it is the table of words once more."""
    if config.tie_word_embeddings:
        weights.pop("lm_head.weight", None)
    return weights


def _array(value: Any) -> Any:
    return value.float().cpu().numpy()
