"""Plays the people of runs/construct.sh: one who attaches material, an expert who screens, another who confirms.

    people.py collect rows.jsonl     rows as `construct work export` writes them, changed in place

Real people do this on the pages of `writingbench serve`, or in a tool of their own with the same rows.
"""

import json
import sys
from pathlib import Path

MATERIALS = Path(__file__).parent / "materials"
NOT_NEEDED = {"en": "Printing and distribution", "zh": "印制与分发"}  # a section that no writer needs


def collect(row):
    """The material of the row's subdomain and language."""
    place = row["domain2"].lower().replace(" ", "-")
    text = (MATERIALS / f"{place}.{row['language']}.md").read_text("utf-8")
    title, _, body = text.partition("\n")
    row["materials"] = [
        {"title": title.lstrip("# "), "source": "made up for runs/construct.sh", "licence": "CC0", "text": body.strip()}
    ]
    row["decision"] = "collected"


def screen(row):
    """The request speaks of its material, and what is not needed of that is cut."""
    for one in row["materials"]:
        start = one["text"].find(NOT_NEEDED[row["language"]])
        if start >= 0 and not one["cuts"]:
            one["cuts"] = [[start, len(one["text"])]]
    hint = {"en": "Use the material below.", "zh": "请使用下面的材料。"}[row["language"]]
    if row["materials"] and hint not in row["request"]:
        row["request"] += "\n\n" + hint
    row["decision"] = "approve"


def confirm(row):
    row["decision"] = "confirm"


def main():
    act = {"collect": collect, "screen": screen, "confirm": confirm}[sys.argv[1]]
    path = Path(sys.argv[2])
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for row in rows:
        act(row)
        row["decision"] = next((word for word in row["decisions"] if word == row["decision"]), row["decisions"][0])
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


main()
