#!/usr/bin/env bash
# Do a judge's marks mean anything? The paper's comparison of criteria, on people's own scores: five criteria written for
# each query, five for all, five for each domain; the same responses judged under all three, and each held against people.
#
#   runs/agreement.sh --data FOLDER                                   # the embedded model on a few responses: it all runs
#   runs/agreement.sh --data FOLDER --judge openai/gpt-5.2 --limit 144 --each 19      # a judge worth its marks, whole
#
# FOLDER is Writing-Preference-Bench (queries.jsonl and responses.jsonl), or a JSONL file of scored responses. Whatever
# else is given (--model, --protocol, --max-cost, ...) goes to the judging. Running it again asks only for what is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$PWD/.venv/bin:$PATH"

DATA='' JUDGE=local/smollm2 LIMIT=3 EACH=3 OUT=writingbench-out/agreement MORE=()
while [ $# -gt 0 ]; do
  [ $# -gt 1 ] || { echo "runs/agreement.sh: $1 needs a value" >&2; exit 2; }
  case "$1" in
    --data) DATA=$2 ;;
    --judge) JUDGE=$2 ;;
    --limit) LIMIT=$2 ;;
    --each) EACH=$2 ;;
    --out) OUT=$2 ;;
    *) MORE+=("$1" "$2") ;;
  esac
  shift 2
done
[ -n "$DATA" ] || { echo "runs/agreement.sh: name the scored responses with --data" >&2; exit 2; }
# the embedded model is slow and ends no reason by itself: the short protocol
if [ "$JUDGE" = local/smollm2 ]; then MORE=(--protocol demo "${MORE[@]}"); fi

# criteria for each query, then marks under the three sets; 1 is "done but incomplete", which a small model mostly is
writingbench agree judge --human "$DATA" --judge "$JUDGE" --limit "$LIMIT" --each "$EACH" --out "$OUT" \
  --criteria dynamic --criteria global --criteria domain "${MORE[@]}" || [ $? -eq 1 ]

# the table on the terminal, agreement.json for programs, agreement.md for a page
writingbench agree report --human "$DATA" --out "$OUT"

# what a difference of the size that was published takes to be seen
writingbench agree power --from 0.84 --to 0.87
