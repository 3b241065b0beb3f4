"""`writingbench train export`: what was trained, in the form that a server loads."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from writingbench.cli import steps
from writingbench.cli.options import Flag
from writingbench.reports import terminal


def export(
    *,
    trained: Path,
    form: Literal["lora", "merged", "folder"] = "lora",
    like: Path | None = None,
    out: Path,
    json: Flag = False,
) -> int:
    """Write a trained folder as an adapter or a merged file for the embedded server, or as a folder for vLLM.

    Parameters
    ----------
    trained
        The folder of `train critic` or `train writer`.
    form
        lora: an adapter for local/smollm2, small. merged: all of it in Q8_0. folder: transformers, for vLLM.
    like
        With merged: a GGUF file of the same model, whose vocabulary is taken over; the embedded model has its own.
    out
        The folder to write; the card goes along.
    json
        Print what was written as JSON on standard output, and nothing else.
    """
    from writingbench.training.card import load
    from writingbench.training.export import export as write

    made, said = write(trained, form, out, like), load(trained)
    served = f"vllm/{out} (after: vllm serve {out})" if form == "folder" else f"local/{out}"
    if json:
        return steps.print_json({"written": str(made), "model": served, "card": said})
    terminal.say(f"{made}" + (f" ({made.stat().st_size / 1e6:,.1f} MB)" if made.is_file() else ""))
    rules = f" --protocol {said.protocol}" if said.protocol else ""
    terminal.say(f"As a {'judge: --judge' if said.kind == 'critic' else 'writer: --writer'} {served}{rules}")
    return 0
