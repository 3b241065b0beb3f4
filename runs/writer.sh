#!/usr/bin/env bash
# Make a small writer better, and say honestly by how much: requests -> candidates -> marks -> the best of each subdomain,
# with their reasoning, without, and as many by lot -> three writers -> the benchmark on them and on what they began as.
#
#   runs/writer.sh                     # the embedded model at toy size; the machinery, not the gain, is what it shows
#   runs/writer.sh --writer vllm/Qwen/Qwen2.5-7B-Instruct --judge openai/gpt-5.2 --requests mine.jsonl \
#     --benchmark official --recipe published-writer --served "vllm/plain vllm/thought vllm/random"
#
# Needs pip install 'writingbench[train,construct]'. --requests is a benchmark file, such as `construct finish` makes; left
# out, the writer drafts a few. Where what was trained is not served by local/, the script ends after training; serve the
# three folders under the names behind --served and run it again. Run again after it was ended, it goes on where it was.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$PWD/.venv/bin:$PATH"

WRITER=local/smollm2 JUDGE='' REQUESTS='' BENCHMARK=starter RECIPE='' SERVED='' SHARE=0.5 COUNT=1
OUT=writingbench-out/writer
while [ $# -gt 0 ]; do
  [ $# -gt 1 ] || { echo "runs/writer.sh: $1 needs a value" >&2; exit 2; }
  case "$1" in
    --writer) WRITER=$2 ;;
    --judge) JUDGE=$2 ;;
    --requests) REQUESTS=$2 ;;
    --benchmark) BENCHMARK=$2 ;;
    --recipe) RECIPE=$2 ;;
    --served) SERVED=$2 ;;
    --share) SHARE=$2 ;;
    --count) COUNT=$2 ;;
    --out) OUT=$2 ;;
    *) echo "runs/writer.sh: unknown option $1" >&2; exit 2 ;;
  esac
  shift 2
done
JUDGE=${JUDGE:-$WRITER}

# the embedded model ends few answers and repeats itself in most: short rules for it, four queries, and no checks, by
# which nothing would be left
if [ "$WRITER" = local/smollm2 ]; then
  RECIPE=${RECIPE:-runs/writer/toy-recipe.toml}
  CANDIDATES=runs/writer/toy.toml REASONS=runs/writer/toy-measured.toml MEASURED=$REASONS CHECKS=(--check none)
  SOME=(--index 1 --index 3 --index 7 --index 11)
else
  [ -n "$RECIPE" ] || { echo "runs/writer.sh: name with --recipe how $WRITER is trained" >&2; exit 2; }
  CANDIDATES=runs/writer/candidates.toml REASONS=runs/writer/reasons.toml MEASURED=standard CHECKS=() SOME=()
fi

source runs/construct/people.sh

# requests that are in no benchmark
if [ -z "$REQUESTS" ]; then
  REQUESTS=$OUT/requests/benchmark.jsonl
  step writingbench construct draft --out "$OUT/requests" --model "$WRITER" --count "$COUNT" --language en \
    --known "$BENCHMARK" --subdomain "Greeting Message" --subdomain Slogans --subdomain "Personal Blog" \
    --subdomain "Reading Reflection"
  step writingbench construct refine --out "$OUT/requests" --model "$WRITER" --keep \
    --mix style=0,format=0,length=0,personalization=0,content=0,expression=0
  people screen Karl "$OUT/requests"
  people confirm Mei "$OUT/requests"
  step writingbench construct finish --out "$OUT/requests" --to "$REQUESTS" --force
fi

# several answers each, marked
step writingbench run --writer "$WRITER" --judge "$JUDGE" --benchmark "$REQUESTS" --criteria global \
  --protocol "$CANDIDATES" --out "$OUT/candidates"

# reasoning where there is none
python runs/writer/reasons.py ask "$OUT/candidates" "$OUT/questions.jsonl"
if [ -s "$OUT/questions.jsonl" ]; then
  step writingbench respond --writer "$WRITER" --benchmark "$OUT/questions.jsonl" \
    --protocol "$REASONS" --out "$OUT/reasons"
fi
python runs/writer/reasons.py join "$OUT/candidates" "$OUT/reasons" "$OUT/candidates.jsonl"

# the best of each subdomain, and as many by lot
step writingbench train curate --candidates "$OUT/candidates.jsonl" --share "$SHARE" --benchmark "$BENCHMARK" --reasoned \
  "${CHECKS[@]}" --out "$OUT/data"

for name in plain thought random; do
  case $name in thought) set=thought/top ;; random) set=plain/random ;; *) set=plain/top ;; esac
  step writingbench train writer --data "$OUT/data/$set.jsonl" --recipe "$RECIPE" --out "$OUT/trained/$name"
  if [ "$WRITER" = local/smollm2 ]; then
    step writingbench train export --trained "$OUT/trained/$name" --out "$OUT/served/$name"
    SERVED+=" local/$OUT/served/$name"
  elif [ ! -d "$OUT/served/$name" ]; then
    step writingbench train export --trained "$OUT/trained/$name" --form folder --out "$OUT/served/$name"
  fi
done
if [ -z "$SERVED" ]; then
  printf '\nServe these, then run the same with their names behind --served: %s\n' "$OUT"/served/{plain,thought,random}
  exit 0
fi

# what it was good for, on the same queries
read -r PLAIN THOUGHT RANDOM_ <<<"$SERVED"
for name in "$WRITER" "$PLAIN" "$THOUGHT" "$RANDOM_"; do
  step writingbench run --writer "$name" --judge "$JUDGE" --benchmark "$BENCHMARK" --protocol "$MEASURED" "${SOME[@]}" \
    --out "$OUT/measured"
done
step writingbench report --out "$OUT/measured" --with-thinking "$THOUGHT" --without-thinking "$PLAIN"
step writingbench train gain --out "$OUT/measured" --base "$WRITER" --writer "$PLAIN" --writer "$THOUGHT" --writer "$RANDOM_"
