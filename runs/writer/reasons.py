"""Reasoning for candidates that have none, for runs/writer.sh: a model that sees request and answer writes what
somebody would have thought before writing it. Writers that think by themselves need none of this.

    reasons.py ask  CANDIDATES QUESTIONS.jsonl             a question for each candidate of a store, as a benchmark
    reasons.py join CANDIDATES ANSWERS CANDIDATES.jsonl    candidates with the answers that the store ANSWERS holds

Candidates without an answer are written without reasoning; `train curate --reasoned` leaves them out.
"""

import asyncio
import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

from writingbench.benchmark.save import save
from writingbench.records import Failure
from writingbench.store import Store
from writingbench.stored import Tally, stored_runs
from writingbench.training import candidates

ASKED = {
    "en": (
        "Below are a request and the text that was written for it. Write the notes that its writer made just before "
        "writing: who will read it, what it must hold, in which order, and one choice that was hard. A few sentences, "
        "in the first person; no part of the text itself.\n\nRequest:\n{request}\n\nText:\n{answer}"
    ),
    "zh": (
        "下面是一项请求和为它写成的文本。请写出作者动笔之前的思考：给谁看，要写进什么，按什么次序，哪一处最难取舍。用第一人称，"
        "几句话即可，不要写出文本本身。\n\n请求：\n{request}\n\n文本：\n{answer}"
    ),
}


def question(number, one):
    text = ASKED[one.query.language].format(request=one.query.text, answer=one.answer.text)
    return replace(one.query, index=number, text=text, criteria=())


async def answers(folder):
    """What a store of answers holds, by the question's text."""
    found = {}
    with Store(folder / "store.db") as store:
        for run in stored_runs(store):
            tally = Tally(run, store)
            for query in store.queries(run.fingerprint):
                for response in (await tally.take(query)).responses:
                    if not isinstance(response.outcome, Failure):
                        found[query.text] = response.outcome.text
    return found


def main(act, pool, *paths):
    there = asyncio.run(candidates.read(Path(pool), Counter()))
    asked = [question(number, one) for number, one in enumerate(there, start=1)]
    if act == "ask":
        save([query for query, one in zip(asked, there, strict=True) if not one.answer.reasoning], Path(paths[0]))
        return
    said = asyncio.run(answers(Path(paths[0]))) if Path(paths[0]).is_dir() else {}
    rows = [
        {
            "query": one.query.text,
            "response": one.answer.text,
            "reasoning": one.answer.reasoning or said.get(query.text, ""),
            "mark": one.mark,
            "writer": one.writer,
            "domain1": one.query.domain1,
            "domain2": one.query.domain2,
        }
        for query, one in zip(asked, there, strict=True)
    ]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    Path(paths[1]).write_text(text, "utf-8")


main(*sys.argv[1:])
