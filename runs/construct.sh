#!/usr/bin/env bash
# A benchmark from nothing: two subdomains, in both languages, through all four stages and into a file that `run` takes.
#
#   runs/construct.sh                                   # the embedded model, one request a place; minutes on two cores
#   MODEL=openai/gpt-5.2 COUNT=10 runs/construct.sh     # the same with a model that can write
#
# Needs pip install 'writingbench[construct]'. The embedded model drafts and refines badly, and its requests say so.
# People's part is played by runs/construct/people.py over the same rows that a team's own tool would get.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$PWD/.venv/bin:$PATH"
MODEL=${MODEL:-local/smollm2}
COUNT=${COUNT:-1}
OUT=${OUT:-writingbench-out/construct}

source runs/construct/people.sh

# 1 draft: requests for each subdomain and language; what is too much alike is put aside
step writingbench construct draft --out "$OUT" --model "$MODEL" --count "$COUNT" \
  --subdomain "Meeting Minutes" --subdomain Slogans

# 2 refine: guidances drawn so that the set has the wanted mix, worked in by the model
step writingbench construct refine --out "$OUT" --model "$MODEL" --keep

# 3 collect: an annotator attaches what is asked for
people collect Ines "$OUT"

# 4 screen: one expert adapts, cuts and approves, another confirms
people screen Karl "$OUT"
people confirm Mei "$OUT"

# the file, each query with its whole history; criteria come after it, since a small model may not manage any
step writingbench construct finish --out "$OUT" --to "$OUT/benchmark.jsonl" --force
step writingbench construct status --out "$OUT"
step writingbench data lint "$OUT/benchmark.jsonl" --criteria 0

# five criteria for each query, looked through; where there are none the shared ones judge: run --criteria global
step writingbench criteria generate --benchmark "$OUT/benchmark.jsonl" --model "$MODEL" --out "$OUT" \
  --to "$OUT/benchmark-v2.jsonl" --force
if [ -f "$OUT/benchmark-v2.jsonl" ]; then
  step writingbench criteria lint --benchmark "$OUT/benchmark-v2.jsonl"
else
  step writingbench plan --benchmark "$OUT/benchmark.jsonl" --criteria global --out "$OUT"
fi
