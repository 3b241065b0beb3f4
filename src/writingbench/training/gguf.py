"""Write what was trained as GGUF, the form that the embedded server loads: an adapter, or a merged file in Q8_0.

llama.cpp keeps the numbers of a head in another order than transformers does where a model is of Llama's kind: the two
halves that its rotation pairs lie side by side. The rows of the query and key maps, and of what an adapter adds to
them, are put into that order here. Everything else a merged file says (vocabulary, template, shape) is taken over from
the GGUF file of the model that was trained.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from writingbench.files import replaced
from writingbench.models.trained import BASE
from writingbench.records import UserError

Array = NDArray[np.float32]
# transformers' kinds of model -> llama.cpp's architecture, and whether it pairs the halves of a head
KINDS: Mapping[str, tuple[str, bool]] = {"llama": ("llama", True), "qwen2": ("qwen2", False), "qwen3": ("qwen3", False)}
TURNED = ("attn_q.weight", "attn_k.weight", "attn_q.bias", "attn_k.bias")
Q8 = 7  # what `general.file_type` calls a file that is mostly Q8_0


def kind(config: Any) -> tuple[str, bool]:
    """llama.cpp's architecture for a model. Raises UserError where this writer does not know the kind."""
    if config.model_type not in KINDS:
        raise UserError(
            f"a model of the kind {config.model_type!r} cannot be written as GGUF here, only {', '.join(KINDS)}; "
            "export it as transformers and convert it with llama.cpp's own script"
        )
    return KINDS[config.model_type]


def turned(rows: Array, heads: int) -> Array:
    """The rows [heads * width, ...] of a query or key map in llama.cpp's order, each head by itself."""
    width = rows.shape[0] // heads
    split = rows.reshape(heads, 2, width // 2, *rows.shape[1:])
    made: Array = split.swapaxes(1, 2).reshape(rows.shape)
    return made


def write_adapter(
    pairs: Mapping[str, tuple[Array, Array]], config: Any, alpha: float, path: Path, *, base: str, name: str
) -> None:
    """An adapter: for each map ("model.layers.0.self_attn.q_proj.weight") A [rank, in] and B [out, rank]."""
    from gguf import GGUFWriter

    architecture, turns = kind(config)
    to = _names(config)
    with replaced(path) as scratch:
        writer = GGUFWriter(scratch, architecture)
        writer.add_type("adapter")
        writer.add_name(name)
        writer.add_string("adapter.type", "lora")
        writer.add_float32("adapter.lora.alpha", alpha)
        if base:
            writer.add_string(BASE, base)
        for map_name, (down, up) in pairs.items():
            own = to(map_name)
            rows = turned(up, _heads(own, config)) if turns and own.endswith(TURNED) else up
            writer.add_tensor(f"{own}.lora_a", np.ascontiguousarray(down, np.float32))
            writer.add_tensor(f"{own}.lora_b", np.ascontiguousarray(rows, np.float32))
        _finish(writer)


def write_merged(weights: Mapping[str, Array], config: Any, like: Path, path: Path, *, name: str) -> None:
    """A whole model: `weights` by transformers' names, everything else as in the GGUF file `like`.

    Raises UserError where that file is of another kind of model or holds a map that `weights` lack.
    """
    from gguf import GGMLQuantizationType, GGUFReader, GGUFWriter
    from gguf.quants import quantize

    architecture, turns = kind(config)
    pattern = GGUFReader(like)
    said = pattern.get_field("general.architecture")
    if said is None or said.contents() != architecture:
        raise UserError(f"{like}: is no file of the kind {architecture}; name one of the model that was trained")
    to = _names(config)
    own = {to(key): value for key, value in weights.items()}
    with replaced(path) as scratch:
        writer = GGUFWriter(scratch, architecture)
        for key, value, types in _fields(pattern):
            writer.add_key_value(key, value, types[0], types[1] if len(types) > 1 else None)
        writer.add_name(name)
        writer.add_file_type(Q8)
        for tensor in pattern.tensors:
            if tensor.name not in own:
                raise UserError(f"{like}: holds {tensor.name}, which what was trained lacks; is it the same model?")
            value = own[tensor.name]
            if turns and tensor.name.endswith(TURNED):
                value = turned(value, _heads(tensor.name, config))
            if value.ndim < 2 or value.shape[-1] % 32:
                writer.add_tensor(tensor.name, np.ascontiguousarray(value, np.float32))
                continue
            packed = quantize(np.ascontiguousarray(value, np.float32), GGMLQuantizationType.Q8_0)
            writer.add_tensor(tensor.name, packed, raw_dtype=GGMLQuantizationType.Q8_0)
        _finish(writer)


def _fields(pattern: Any) -> Iterator[tuple[str, Any, Any]]:
    """What a GGUF file says of itself, without what its writer says anew."""
    for field in pattern.fields.values():
        if not field.name.startswith("GGUF.") and field.name not in (
            "general.architecture", "general.name", "general.file_type",
        ):  # fmt: skip
            yield field.name, field.contents(), field.types


def _names(config: Any) -> Any:
    """From transformers' name of a tensor to llama.cpp's."""
    from gguf import MODEL_ARCH, get_tensor_name_map
    from gguf.constants import MODEL_ARCH_NAMES

    architecture = kind(config)[0]
    which = next(one for one in MODEL_ARCH if MODEL_ARCH_NAMES.get(one) == architecture)
    known = get_tensor_name_map(which, config.num_hidden_layers)

    def to(name: str) -> str:
        found: str | None = known.get_name(name, try_suffixes=(".weight", ".bias"))
        if found is None:
            raise UserError(f"{name}: llama.cpp knows no such tensor in a {architecture}")
        return found

    return to


def _heads(name: str, config: Any) -> int:
    return int(config.num_attention_heads if "attn_q" in name else config.num_key_value_heads)


def _finish(writer: Any) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
