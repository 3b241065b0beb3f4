"""Train the classifier of criteria and say what it is worth.

    python bench/labels.py                what docs/labels.md shows, about two minutes on two cores
    python bench/labels.py --variants     what else was tried, about a quarter of an hour
    python bench/labels.py --write        train on everything and write the weights into the package

It learns from the published subsets of WritingBench v1 (`--data`, the folder that holds `v1/`): all criteria of every
query with a requirement, and those criteria that watch over one. Ten folds by query, near-duplicates in the same fold;
thresholds are chosen on the other nine. The length labels of v2 are a second test, on queries that v1 does not hold or
resemble, and our own starter set, whose criteria are worded in another way, is a third; nothing is trained on them.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression

from writingbench import criteria
from writingbench.benchmark import load, named
from writingbench.benchmark.language import language_of
from writingbench.criteria.features import IDEAS, SIZE, features
from writingbench.criteria.label import FARTHEST, KINDS, SURE, Weights, choose, rivals, second
from writingbench.records import REQUIREMENTS, Criterion, Query

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

DATA = Path(__file__).parents[2] / "shared/data/official"
WEIGHTS = Path(criteria.__file__).parent / "data/labels.npz"

FOLDS, INSIDE = 10, 5
NONE = KINDS.index("none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How it is trained."""

    penalty: float = 0.3  # the inverse strength that scikit-learn calls C
    balanced: bool = False  # every kind weighs the same
    rivals: bool = True  # the second model
    thresholds: bool = True  # else the likeliest kind
    read: Callable[[Query, Criterion], dict[int, float]] = lambda query, criterion: features(criterion)


def labelled(folder: Path, pattern: str, whole: str | None = None) -> list[Query]:
    """The queries of `pattern.format(kind)` (or all of the file `whole`), labelled by the C files beside them."""
    kinds = [kind for kind in REQUIREMENTS if (folder / pattern.format(f"{kind}_subset_C")).is_file()]
    found: dict[int, Query] = {}
    for path in [folder / whole] if whole else [folder / pattern.format(f"{kind}_subset") for kind in kinds]:
        found |= {query.index: query for query in load(path, criteria=None).queries}
    of: dict[tuple[int, str], str] = {}
    for kind in kinds:
        for query in load(folder / pattern.format(f"{kind}_subset_C"), criteria=None).queries:
            for criterion in query.criteria:
                assert of.setdefault((query.index, criterion.name), kind) == kind, "a criterion of two kinds"
    made = []
    for index, query in sorted(found.items()):
        given = [of.get((index, criterion.name), "none") for criterion in query.criteria]
        made.append(criteria.apply(query, given, again=True))  # type: ignore[arg-type]
    return made


def alike(queries: Sequence[Query]) -> Whole:
    """A number for each query, the same for those that are near-duplicates of one another: more than half of the
    shorter one's runs of six characters stand in the other too, or the two share a criterion word for word.
    """
    runs = HashingVectorizer(
        analyzer="char", ngram_range=(6, 6), n_features=1 << 20, norm=None, binary=True, alternate_sign=False
    ).transform([query.text for query in queries])
    sizes = np.asarray(runs.sum(axis=1)).ravel()
    shared = (runs @ runs.T).tocoo()
    close = shared.data > 0.5 * np.minimum(sizes[shared.row], sizes[shared.col])
    pairs = list(zip(shared.row[close], shared.col[close], strict=True))
    owner: dict[str, int] = {}
    for place, query in enumerate(queries):
        pairs += [(place, owner.setdefault(one.description, place)) for one in query.criteria]
    group = np.arange(len(queries))
    for one, other in pairs:
        group[group == group[one]] = group[other]
    return group


def folds(groups: Whole, count: int, seed: int) -> Whole:
    """The fold of each query."""
    names = np.unique(groups)
    place = np.random.default_rng(seed).permutation(len(names)) % count
    found: Whole = place[np.searchsorted(names, groups)]
    return found


def truth(queries: Iterable[Query]) -> Whole:
    """The place in KINDS of every criterion's label, query after query."""
    return np.array([KINDS.index(one.requirement or "none") for query in queries for one in query.criteria])


def matrix(queries: Sequence[Query], settings: Settings) -> csr_array:
    """The features of every criterion, query after query."""
    rows = [settings.read(query, criterion) for query in queries for criterion in query.criteria]
    columns = [column for row in rows for column in row]
    values = [value for row in rows for value in row.values()]
    starts = np.cumsum([0, *(len(row) for row in rows)])
    return csr_array((values, columns, starts), shape=(len(rows), SIZE))


def fit(features: csr_array | Floats, kinds: Whole, penalty: float, balanced: bool) -> tuple[Floats, Floats]:
    """Multinomial logistic regression as log odds against none: weights [features, 3] and offsets [3]."""
    model = LogisticRegression(C=penalty, max_iter=1000, tol=1e-3, class_weight="balanced" if balanced else None)
    model.fit(features, kinds)
    return (model.coef_[:NONE] - model.coef_[NONE]).T, model.intercept_[:NONE] - model.intercept_[NONE]


def odds_of(found: csr_array, weights: Floats, offset: Floats) -> Floats:
    """Log odds [criteria, 3], the weights first rounded as they are stored."""
    step = np.abs(weights).max(axis=0) / 127
    return np.asarray(found @ np.round(weights / step)) * step + offset


def thresholds(likely: Floats, kinds: Whole) -> Floats:
    """For each requirement the probability above which its label gives the best F1."""
    best = []
    for place in range(NONE):
        levels = np.arange(0.2, 0.81, 0.02)
        scores = [f1(kinds == place, likely[:, place] >= level) for level in levels]
        best.append(float(levels[int(np.argmax(scores))]))
    return np.array(best)


def f1(is_so: NDArray[np.bool_], said: NDArray[np.bool_]) -> float:
    return float(2 * (is_so & said).sum() / max(1, is_so.sum() + said.sum()))


def train(queries: Sequence[Query], groups: Whole, settings: Settings, found: csr_array, seed: int) -> Weights:
    """Both models and the thresholds. The second learns from what the first says of queries it has not seen."""
    kinds = truth(queries)
    per = np.array([len(query.criteria) for query in queries])
    inside = np.repeat(folds(groups, INSIDE, seed + 1), per)
    odds = np.zeros((len(kinds), NONE))
    for fold in range(INSIDE):
        left = inside != fold
        odds[~left] = odds_of(found[~left], *fit(found[left], kinds[left], settings.penalty, settings.balanced))
    weights, offset = fit(found, kinds, settings.penalty, settings.balanced)
    relative, relative_offset = np.array([np.ones(NONE), np.zeros(NONE)]), np.zeros(NONE)
    if settings.rivals:
        relative, relative_offset = fit_second(odds, kinds, per)
    step = np.abs(weights).max(axis=0) / 127
    made = Weights(
        features=np.round(weights / step).astype(np.int8),
        step=step.astype(np.float32),
        offset=offset.astype(np.float32),
        relative=relative.astype(np.float32),
        relative_offset=relative_offset.astype(np.float32),
        least=np.full(NONE, 1e-9, dtype=np.float32),
    )
    if not settings.thresholds:
        return made
    return replace(made, least=thresholds(in_queries(odds, per, made), kinds).astype(np.float32))


def fit_second(odds: Floats, kinds: Whole, per: Whole) -> tuple[Floats, Floats]:
    """Weights [2, 3] and offsets [3] of the second model: each requirement against none, by a regression of its own
    (Begg and Gray 1984, Biometrika 71, 11-18), so that the kinds of a query do not speak for or against one another.
    """
    odds = np.clip(odds, -FARTHEST, FARTHEST)
    others = np.vstack([rivals(part) for part in np.split(odds, np.cumsum(per)[:-1])])
    weights, offset = np.zeros((2, NONE)), np.zeros(NONE)
    for place in range(NONE):
        among = (kinds == place) | (kinds == NONE)
        seen = np.stack([odds[among, place], others[among, place]], axis=1)
        model = LogisticRegression().fit(seen, kinds[among] == place)
        weights[:, place], offset[place] = model.coef_[0], model.intercept_[0]
    return weights, offset


def in_queries(odds: Floats, per: Whole, weights: Weights) -> Floats:
    """Probabilities [criteria, 4] from the log odds of criteria of many queries, `per` query so many."""
    return np.vstack([second(part, weights) for part in np.split(odds, np.cumsum(per)[:-1])])


def apply(weights: Weights, found: csr_array, per: Whole) -> Floats:
    """Probabilities [criteria, 4], as `label.likely` gives them, from features that are there already."""
    odds = np.asarray(found @ weights.features.astype(float)) * weights.step + weights.offset
    return in_queries(odds, per, weights)


def said(likely: Floats, weights: Weights, settings: Settings) -> Whole:
    """The label for each row of probabilities."""
    if not settings.thresholds:
        return likely.argmax(axis=1)
    return np.array([KINDS.index(choose(dict(zip(KINDS, row, strict=True)), weights)) for row in likely.tolist()])


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of cross-validation, one row a criterion."""

    likely: Floats
    said: Whole


def cross_validate(queries: Sequence[Query], groups: Whole, settings: Settings, seed: int) -> Tried:
    """Label every query by a model that has seen nothing like it."""
    found, per = matrix(queries, settings), np.array([len(query.criteria) for query in queries])
    fold = folds(groups, FOLDS, seed)
    every = np.repeat(fold, per)
    shares, labels = np.zeros((len(every), 4)), np.zeros(len(every), dtype=np.int64)
    for number in range(FOLDS):
        mine, inner = every == number, [query for query, at in zip(queries, fold, strict=True) if at != number]
        weights = train(inner, groups[fold != number], settings, found[~mine], seed)
        shares[mine] = apply(weights, found[mine], per[fold == number])
        labels[mine] = said(shares[mine], weights, settings)
    return Tried(likely=shares, said=labels)


def by_keyword(queries: Iterable[Query]) -> Whole:
    """The labels that a handful of words in name and description would give."""
    words = {"length": ("count", "length"), "style": ("style", "tone", "language"), "format": ("format", "structure")}
    found = []
    for query in queries:
        for one in query.criteria:
            text = f"{one.name} {one.description}".replace("_", " ").lower()
            kinds = (kind for kind, ideas in words.items() if any(IDEAS[idea].search(text) for idea in ideas))
            found.append(KINDS.index(next(kinds, "none")))
    return np.array(found)


def figures(name: str, kinds: Whole, labels: Whole, per: Whole) -> tuple[str, ...]:
    """A line of the table: accuracy, F1 of each requirement, their mean, and agreement on whole queries."""
    each = [f1(kinds == place, labels == place) for place in range(NONE)]
    whole = [present(kinds, per, place) == present(labels, per, place) for place in range(NONE)]
    return (
        name,
        f"{len(kinds):,}",
        f"{np.mean(kinds == labels):.1%}",
        *(f"{one:.3f}" for one in (*each, float(np.mean(each)))),
        *(f"{np.mean(one):.1%}" for one in whole),
    )


HEAD = ("", "criteria", "right", *(f"F1 {kind}" for kind in REQUIREMENTS), "mean F1",
        *(f"queries {kind}" for kind in REQUIREMENTS))  # fmt: skip


def criteria_language(query: Query) -> str:
    """The language that a query's criteria are in, which need not be the query's own."""
    return language_of(" ".join(criterion.name for criterion in query.criteria))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table as docs/labels.md shows it."""
    for row in (head, ["---", *["--:"] * (len(head) - 1)], *rows):
        print(f"| {' | '.join(row)} |")


def present(kinds: Whole, per: Whole, place: int) -> NDArray[np.bool_]:
    """By query, whether any criterion is of that kind."""
    return np.array([bool((part == place).any()) for part in np.split(kinds, np.cumsum(per)[:-1])])


def spread(queries: Sequence[Query], kinds: Whole, labels: Whole, seed: int) -> str:
    """The range in which accuracy and mean F1 would lie 95 times of 100 with other queries like these (bootstrap)."""
    rows = np.split(np.arange(len(kinds)), np.cumsum([len(query.criteria) for query in queries])[:-1])
    rng, drawn = np.random.default_rng(seed), []
    for _ in range(1000):
        take = np.concatenate([rows[place] for place in rng.integers(len(rows), size=len(rows))])
        is_so, label = kinds[take], labels[take]
        drawn.append((np.mean(is_so == label), np.mean([f1(is_so == p, label == p) for p in range(NONE)])))
    (low, lowest), (high, highest) = np.quantile(drawn, [0.025, 0.975], axis=0)
    return f"95 % of samples of queries: right {low:.1%} to {high:.1%}, mean F1 {lowest:.3f} to {highest:.3f}"


def show(queries: Sequence[Query], groups: Whole, settings: Settings, seed: int) -> None:
    """All that is measured on v1."""
    kinds, per = truth(queries), np.array([len(query.criteria) for query in queries])
    chinese = np.repeat([criteria_language(query) == "zh" for query in queries], per)
    asked = np.repeat([language_of(query.text) == "zh" for query in queries], per)
    tried = cross_validate(queries, groups, settings, seed)
    labels = tried.said
    print(f"v1: {len(queries)} queries, {len(kinds):,} criteria, {len(np.unique(groups))} groups, seed {seed}\n")
    rows: list[tuple[str, ...]] = []
    for place, kind in enumerate(KINDS):
        is_so, so_said = kinds == place, labels == place
        right = (is_so & so_said).sum()
        rows.append((kind, f"{right / so_said.sum():.3f}", f"{right / is_so.sum():.3f}",
                     f"{f1(is_so, so_said):.3f}", str(is_so.sum())))  # fmt: skip
    table(("", "precision", "recall", "F1", "support"), rows)
    print("\n(rows: what it is; columns: what was said)")
    counts = [[str(((kinds == a) & (labels == b)).sum()) for b in range(len(KINDS))] for a in range(len(KINDS))]
    table(("", *KINDS), [(kind, *row) for kind, row in zip(KINDS, counts, strict=True)])
    print("")
    rows = [
        figures("all", kinds, labels, per),
        figures("none of them", kinds, np.full_like(kinds, NONE), per),
        figures("– by keywords", kinds, by_keyword(queries), per),
    ]
    keywords = by_keyword(queries)
    for name, mask in (("English criteria", ~chinese), ("Chinese criteria", chinese), ("English queries", ~asked),
                       ("Chinese queries", asked)):  # fmt: skip
        some = per[mask[np.cumsum(per) - 1]]
        rows.append(figures(name, kinds[mask], labels[mask], some))
        rows.append(figures("– by keywords", kinds[mask], keywords[mask], some))
    table(HEAD, rows)
    print("\n" + spread(queries, kinds, labels, seed))
    given = tried.likely[np.arange(len(labels)), labels]
    sure = given >= SURE
    print(
        f"sure (at least {SURE}): {sure.mean():.1%} of criteria, {np.mean((kinds == labels)[sure]):.1%} right; "
        f"unsure: {np.mean((kinds == labels)[~sure]):.1%} right"
    )


def held_out(queries: Sequence[Query], groups: Whole, data: Path, settings: Settings, seed: int) -> None:
    """Length on v2, and our own starter set, trained on all of v1."""
    later = labelled(data, "{}.jsonl", "benchmark_all.jsonl")
    together = alike([*queries, *later])
    seen = set(together[: len(queries)].tolist())
    new = [query for query, group in zip(later, together[len(queries) :], strict=True) if group not in seen]
    weights = train(queries, groups, settings, matrix(queries, settings), seed)
    per = np.array([len(query.criteria) for query in new])
    length = KINDS.index("length")
    is_so = truth(new) == length
    so_said = said(apply(weights, matrix(new, settings), per), weights, settings) == length
    keywords = by_keyword(new) == length
    chinese = np.repeat([criteria_language(query) == "zh" for query in new], per)
    rows = []
    for name, mask in (("all", is_so | True), ("English criteria", ~chinese), ("Chinese criteria", chinese)):
        for who, guess in (("", so_said), (", by keywords", keywords)):
            some = per[mask[np.cumsum(per) - 1]]
            agree = present(is_so[mask] * 1, some, 1) == present(guess[mask] * 1, some, 1)
            counts = (guess & mask).sum(), (is_so & mask).sum(), (is_so & guess & mask).sum()
            rows.append((name + who, f"{counts[2] / max(1, counts[0]):.3f}", f"{counts[2] / counts[1]:.3f}",
                         f"{f1(is_so[mask], guess[mask]):.3f}", str(counts[1]),
                         f"{np.mean((is_so == guess)[mask]):.1%}", f"{agree.mean():.1%}"))  # fmt: skip
    print(f"\nv2, length: {len(new)} of {len(later):,} queries that v1 does not hold or resemble")
    table(("", "precision", "recall", "F1", "support", "right", "queries"), rows)
    print(f"none of them: {1 - is_so.mean():.1%} of criteria, {1 - present(is_so * 1, per, 1).mean():.1%} of queries")

    ours = named("starter", lambda: data).queries
    kinds, per = truth(ours), np.array([len(query.criteria) for query in ours])
    labels = said(apply(weights, matrix(ours, settings), per), weights, settings)
    print("\nthe starter set, whose criteria are worded in another way")
    guesses = {"all": labels, "– by keywords": by_keyword(ours), "none of them": np.full_like(kinds, NONE)}
    table(HEAD, [figures(name, kinds, guess, per) for name, guess in guesses.items()])


def variants() -> dict[str, Settings]:
    """What else was tried."""

    def add(more: Callable[[Query, Criterion], Iterable[str]]) -> Callable[[Query, Criterion], dict[int, float]]:
        def read(query: Query, criterion: Criterion) -> dict[int, float]:
            found, names = features(criterion), set(more(query, criterion))
            for name in names:
                number = crc32(name.encode()) % SIZE
                found[number] = found.get(number, 0) + len(names) ** -0.5
            return found

        return read

    def words(query: Query, criterion: Criterion) -> dict[int, float]:
        ideas = {
            crc32(f"{part}~{idea}".encode()) % SIZE
            for part in ("name", "description", "either", "bands")
            for idea in IDEAS
        }
        return {number: weight for number, weight in features(criterion).items() if number not in ideas}

    def runs(query: Query, criterion: Criterion) -> Iterable[str]:
        text = f" {criterion.name} {criterion.description} ".lower().replace("_", " ")
        return (f"run:{text[at : at + size]}" for size in (2, 3, 4, 5) for at in range(len(text) - size + 1))

    def bands(query: Query, criterion: Criterion) -> Iterable[str]:
        return (f"band:{word}" for word in " ".join(criterion.bands).lower().split())

    def demands(query: Query, criterion: Criterion) -> Iterable[str]:
        # what a request asks for stands at its beginning or end, material in between
        text = (query.text[:700] + query.text[-500:]).lower()
        own = f"{criterion.name} {criterion.description}".lower()
        for idea, pattern in IDEAS.items():
            if pattern.search(text):
                yield f"asked:{idea}"
                if pattern.search(own):
                    yield f"asked and watched:{idea}"

    ours = Settings()
    return {
        "as shipped": ours,
        "the likeliest kind": replace(ours, thresholds=False),
        "no rivals": replace(ours, rivals=False),
        "no rivals, likeliest": replace(ours, rivals=False, thresholds=False),
        "kinds weigh the same": replace(ours, balanced=True),
        "C 0.1": replace(ours, penalty=0.1),
        "C 1": replace(ours, penalty=1.0),
        "C 3": replace(ours, penalty=3.0),
        "no ideas": replace(ours, read=words),
        "runs of 2-5 characters": replace(ours, read=add(runs)),
        "words of the bands": replace(ours, read=add(bands)),
        "demands of the query": replace(ours, read=add(demands)),
    }


def main() -> None:
    """Do what is asked."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, default=DATA)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--write", action="store_true")
    options.add_argument("--variants", action="store_true")
    chosen = options.parse_args()
    if not (chosen.data / "v1").is_dir():
        options.error(f"needs the published files in {chosen.data}")
    queries = labelled(chosen.data / "v1", "{}.jsonl")
    groups = alike(queries)
    if chosen.write:
        settings = Settings()
        weights = train(queries, groups, settings, matrix(queries, settings), chosen.seed)
        np.savez_compressed(WEIGHTS, **{name: getattr(weights, name) for name in Weights.__slots__})
        print(f"{WEIGHTS.name}: {WEIGHTS.stat().st_size:,} bytes, thresholds {weights.least.round(2).tolist()}")
    elif chosen.variants:
        per = np.array([len(query.criteria) for query in queries])
        rows = [
            figures(name, truth(queries), cross_validate(queries, groups, settings, chosen.seed).said, per)
            for name, settings in variants().items()
        ]
        table(HEAD, rows)
    else:
        show(queries, groups, Settings(), chosen.seed)
        held_out(queries, groups, chosen.data, Settings(), chosen.seed)


if __name__ == "__main__":
    main()
