"""From rows to persons: two passes of scores, the second with what the first said of families, then clusters."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import pyarrow as pa

from hub.matching.clusters import Evidence, Pair, clusters
from hub.matching.comparisons import FIRST_PASS, SECOND_PASS
from hub.matching.families import Families
from hub.matching.features import features
from hub.matching.model import Model
from hub.matching.rows import MatchRow
from hub.matching.scoring import Scorer

Key = tuple[str, str]
Keys = tuple[Key, Key]
Progress = Callable[[str], None]
_SECOND_PASSES = 2
"""The second of them sees the families that the first one found."""
_LARGEST_CLOSED = 40


@dataclass(frozen=True, slots=True)
class Judgements:
    """What people decided about pairs of rows; it stands before all evidence."""

    different: Collection[Keys] = ()
    same: Collection[Keys] = ()


NOTHING_JUDGED = Judgements()


@dataclass(frozen=True, slots=True)
class Doubt:
    """A pair for a person to judge."""

    pair: Keys
    weight: float


@dataclass(frozen=True)
class Linked:
    """What came of a run."""

    persons: Mapping[Key, Key]
    """Row → the first row of its person."""
    queue: Sequence[Doubt]
    """Pairs between two persons that are neither sure nor out of question, the surest first."""
    weights: Mapping[Keys, float] = field(repr=False)
    """Every pair that was scored → bits, before exclusivity and judgements."""


def _silent(step: str) -> None:
    pass


def link(
    rows: Iterable[MatchRow],
    model: Model,
    judgements: Judgements = NOTHING_JUDGED,
    *,
    progress: Progress = _silent,
    threads: int | None = None,
) -> Linked:
    """Which rows are one person. The order of the rows changes nothing."""
    given = sorted(rows, key=lambda row: row.key)
    work = Work(given, model, threads=threads, progress=progress)
    try:
        return work.linked(judgements)
    finally:
        work.close()


class Work:
    """One run over some rows in the order of their keys."""

    def __init__(
        self,
        rows: Sequence[MatchRow],
        model: Model,
        *,
        threads: int | None = None,
        progress: Progress = _silent,
    ) -> None:
        self.rows = rows
        self._model = model
        self._progress = progress
        table = features(rows, model.word_bits)
        self.families = Families(table["unit"].to_pylist())
        self.scorer = Scorer(table, threads)

    def close(self) -> None:
        """Let the database go."""
        self.scorer.close()

    def linked(self, judgements: Judgements) -> Linked:
        """The whole way."""
        weights = self.weights()
        self._progress("Forming persons")
        of = self.clustered(weights, judgements)
        keys = [row.key for row in self.rows]
        return Linked(
            persons={key: keys[first] for key, first in zip(keys, of, strict=True)},
            queue=self._queue(weights, of, judgements),
            weights={(keys[left], keys[right]): weight for (left, right), weight in weights.items()},
        )

    def weights(self) -> dict[Pair, float]:
        """The pairs worth a look, and their evidence after both passes."""
        self._progress("Looking for candidates")
        pairs = self.scorer.candidates()
        self._progress("Scoring, first pass")
        weights = _weights(self.scorer.scores(pairs, FIRST_PASS, self._model.first))
        for _ in range(_SECOND_PASSES):
            self._progress("Scoring, with families")
            weights = self._with_families(weights)
        return weights

    def clustered(self, weights: Mapping[Pair, float], judgements: Judgements = NOTHING_JUDGED) -> list[int]:
        """For every row the first row of its person."""
        thresholds = self._model.thresholds
        position = {row.key: number for number, row in enumerate(self.rows)}
        return clusters(
            len(self.rows),
            Evidence(
                self._exclusive(weights),
                _positions(judgements.different, position),
                _positions(judgements.same, position),
            ),
            unseen=thresholds.unseen,
            upper=thresholds.upper,
        )

    def _with_families(self, weights: Mapping[Pair, float]) -> dict[Pair, float]:
        """The same pairs and those that they suggest, with what they say of each other's families."""
        thresholds = self._model.thresholds
        self.families.list_twice(weights, thresholds.upper)
        links = self.families.links(weights, thresholds.link)
        self.scorer.tell_families(self.families.told(links))
        pairs = {*weights, *self.families.grown(links), *self._closing(weights)}
        return _weights(self.scorer.scores(as_table(pairs), SECOND_PASS, self._model.second))

    def _closing(self, weights: Mapping[Pair, float]) -> Iterable[Pair]:
        """The pairs between rows that share a neighbour, so that no cluster is judged by half of its pairs."""
        near: dict[int, list[int]] = {}
        for (left, right), weight in weights.items():
            if weight >= self._model.thresholds.lower:
                near.setdefault(left, []).append(right)
                near.setdefault(right, []).append(left)
        for around in near.values():
            if len(around) <= _LARGEST_CLOSED:
                yield from combinations(sorted(around), 2)

    def _exclusive(self, weights: Mapping[Pair, float]) -> dict[Pair, float]:
        """What pairs weigh once a better partner counts against them."""
        thresholds = self._model.thresholds
        self.families.list_twice(weights, thresholds.upper)
        best = self.families.best(weights)
        return {
            pair: weight if pair in best or self.families.within(pair) else min(weight, thresholds.lost)
            for pair, weight in weights.items()
        }

    def _queue(self, weights: Mapping[Pair, float], of: Sequence[int], judgements: Judgements) -> list[Doubt]:
        judged = {tuple(sorted(pair)) for pair in (*judgements.different, *judgements.same)}
        exclusive = self._exclusive(weights)
        doubts = [
            Doubt((self.rows[left].key, self.rows[right].key), weight)
            for (left, right), weight in exclusive.items()
            if weight >= self._model.thresholds.lower and of[left] != of[right]
        ]
        return sorted(
            (doubt for doubt in doubts if doubt.pair not in judged),
            key=lambda doubt: (-doubt.weight, doubt.pair),
        )


def as_table(pairs: Iterable[Pair]) -> pa.Table:
    """Pairs as the scorer takes them."""
    ordered = sorted(pairs)
    return pa.table(
        {
            "l": pa.array([left for left, _ in ordered], pa.int32()),
            "r": pa.array([right for _, right in ordered], pa.int32()),
        }
    )


def _weights(scored: pa.Table) -> dict[Pair, float]:
    columns = (scored[name].to_pylist() for name in ("l", "r", "weight"))
    return {(left, right): round(weight, 3) for left, right, weight in zip(*columns, strict=True)}


def _positions(pairs: Iterable[Keys], position: Mapping[Key, int]) -> list[Pair]:
    """Judged pairs of rows that are there."""
    found = ((position.get(one), position.get(other)) for one, other in pairs)
    return [(min(a, b), max(a, b)) for a, b in found if a is not None and b is not None and a != b]
