"""How much memory the whole of `writingbench run` needs at its peak.

    python bench/memory.py --queries 1000 --tokens 16000

The command runs in a process of its own against a server with long answers and says at its end how much memory it
held at most (VmHWM). The ratio is to what the same command needs before it has asked anything.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from material import queries, terminal, write
from server import serving

# what the command's own script does, and then the peak of that process; a child's ru_maxrss would count its parent in
PROGRAM = """
import atexit, os, re
@atexit.register
def peak():
    with open("/proc/self/status") as status, open(os.environ["PEAK"], "w") as out:
        out.write(re.search(r"VmHWM:\\s+(\\d+) kB", status.read())[1])
from writingbench.cli import main
main()
"""
MODEL = "openai/tiny"


def peak(*arguments: str, expect: int) -> float:
    """Megabytes that `writingbench` with these arguments held at most."""
    with tempfile.NamedTemporaryFile("r") as said:
        surroundings = os.environ | {"PEAK": said.name, "OPENAI_API_KEY": "made-up"}
        done = subprocess.run(
            [sys.executable, "-P", "-c", PROGRAM, *arguments],
            check=False,
            stdout=subprocess.DEVNULL,
            env=surroundings,
        )
        if done.returncode != expect:
            raise SystemExit(f"writingbench {' '.join(arguments)} ended with {done.returncode}")
        return int(said.read()) / 1024


def main() -> None:
    """Measure as the command line says, and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--queries", type=int, default=1000)
    options.add_argument("--tokens", type=int, default=16_000, help="of an answer")
    options.add_argument("--connections", type=int, default=64)
    options.add_argument("--file", type=Path, help="queries, instead of the official ones")
    chosen = options.parse_args()
    asked = queries(chosen.queries, chosen.file)
    with tempfile.TemporaryDirectory() as out, serving(tokens=chosen.tokens) as url, terminal():
        file = write(asked, Path(out) / "asked.jsonl")
        run = ["run", "--writer", MODEL, "--judge", MODEL, "--base-url", url, "--out", out]
        run += ["--max-connections", str(chosen.connections)]
        start = peak(*run, "--benchmark", f"{out}/none.jsonl", expect=2)
        whole = peak(*run, "--benchmark", str(file), expect=0)
        made = {name: (Path(out) / name).stat().st_size / 1e6 for name in ("store.db", "report.html")}
    print(f"{asked.name}: {chosen.queries:,} queries, {chosen.tokens:,} tokens each, {chosen.connections} connections")
    print(", ".join(f"{name} {size:,.0f} MB" for name, size in made.items()))
    print(f"start      {start:.0f} MiB")
    print(f"peak       {whole:.0f} MiB, ratio {whole / start:.2f}")


if __name__ == "__main__":
    main()
