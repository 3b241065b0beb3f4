"""Which files make up a model that was trained here: `local/PATH`, what `writingbench train export` wrote.

critic/adapter.gguf     on the weights of local/smollm2
critic/model.gguf       all of it
"""

from __future__ import annotations

from pathlib import Path

from writingbench.models.weights import header
from writingbench.records import UserError

ADAPTER, WHOLE = "adapter.gguf", "model.gguf"
BASE = "writingbench.base"  # in an adapter: the hash of the file that it was trained on


def find(path: Path) -> Path:
    """The GGUF file of a folder, or `path` itself. Raises UserError where there is none, or where there are two."""
    if not path.is_dir():
        return path
    there = [path / name for name in (ADAPTER, WHOLE) if (path / name).is_file()]
    if len(there) != 1:
        found = f"both {ADAPTER} and {WHOLE}; name one of the two" if there else f"neither {ADAPTER} nor {WHOLE}"
        raise UserError(f"local/{path}: the folder holds {found}. `writingbench train export` writes them")
    return there[0]


def is_adapter(path: Path) -> bool:
    """Whether a GGUF file is of no use without the weights that it changes."""
    return header(path).get("general.type") == "adapter"


def fits(adapter: Path, base_hash: str) -> None:
    """Raises UserError where an adapter was trained on other weights than those with this hash."""
    meant = header(adapter).get(BASE)
    if meant != base_hash:
        raise UserError(
            f"{adapter}: was trained on {meant or 'weights that it does not name'}, and local/smollm2 is {base_hash}; "
            "export it as merged, which needs no other file"
        )
