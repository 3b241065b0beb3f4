#!/usr/bin/env bash
# Train a critic, and say honestly what it is worth: marks of people and of a judge -> conversations, split by request ->
# an adapter -> one more judge, and its agreement on requests that it never saw, beside the untrained model and baselines.
#
#   runs/critic.sh --people FOLDER --judge FOLDER                        # the embedded model; hours on two cores
#   runs/critic.sh --people FOLDER --judge FOLDER --limit 20 --letters 3500 --recipe mine.toml      # a first look
#   runs/critic.sh --people FOLDER --judge FOLDER --recipe one-gpu --protocol standard
#
# The folders are Writing-Preference-Bench's and HelloBench's (queries.jsonl with responses.jsonl or judgements.jsonl).
# --limit and --letters keep the measuring small. Run again after it was ended, it goes on where it was.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$PWD/.venv/bin:$PATH"

PEOPLE='' JUDGE='' RECIPE=embedded PROTOCOL=brief OUT=writingbench-out/critic MORE=()
while [ $# -gt 0 ]; do
  [ $# -gt 1 ] || { echo "runs/critic.sh: $1 needs a value" >&2; exit 2; }
  case "$1" in
    --people) PEOPLE=$2 ;;
    --judge) JUDGE=$2 ;;
    --recipe) RECIPE=$2 ;;
    --protocol) PROTOCOL=$2 ;;
    --out) OUT=$2 ;;
    --limit | --letters) MORE+=("$1" "$2") ;;
    *) echo "runs/critic.sh: unknown option $1" >&2; exit 2 ;;
  esac
  shift 2
done
[ -n "$PEOPLE" ] && [ -n "$JUDGE" ] || { echo "runs/critic.sh: name the marks with --people and --judge" >&2; exit 2; }

# made once: another split would be another critic
[ -f "$OUT/data/data.json" ] || writingbench train data critic --marks "$PEOPLE" --marks "$JUDGE" \
  --protocol "$PROTOCOL" --out "$OUT/data"

writingbench train critic --data "$OUT/data" --recipe "$RECIPE" --out "$OUT/trained"
writingbench train export --trained "$OUT/trained" --out "$OUT/served"

# 1 is "done, but some marks could not be had"
writingbench train measure --data "$OUT/data" --critic "$OUT/trained" --untrained "$RECIPE" --out "$OUT" "${MORE[@]}" \
  || [ $? -eq 1 ]
