# For scripts that build a benchmark, by `source`: a step that is shown, and people's part in it.

step() { printf '\n== %s\n' "$*"; "$@" || [ $? -eq 1 ]; }  # 1: done but incomplete, which is what a small model is

# people STAGE NAME FOLDER: what waits at a stage goes out as rows, somebody works on them, and they come back
people() {
  local stage=$1 name=$2 out=$3 rows="$3/$1.jsonl" waiting
  waiting=$(writingbench construct status --out "$out" --json \
    | python -c 'import json, sys; print(json.load(sys.stdin)["stages"][sys.argv[1]])' "$stage")
  [ "$waiting" -gt 0 ] || { printf '\n== nothing waits at %s\n' "$stage"; return 0; }
  step writingbench construct work export --out "$out" --stage "$stage" --to "$rows" --hold "$name" --force
  python runs/construct/people.py "$stage" "$rows"
  step writingbench construct work import "$rows" --out "$out" --by "$name"
}
