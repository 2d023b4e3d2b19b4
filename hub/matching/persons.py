"""From rows to persons: two passes of scores, the second with what the first said of families, then clusters."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import log2

import pyarrow as pa

from hub.matching.clusters import Evidence, Pair, clusters
from hub.matching.comparisons import FIRST_PASS, KIN, SECOND_PASS
from hub.matching.families import Families
from hub.matching.features import features
from hub.matching.model import Model
from hub.matching.rows import MatchRow
from hub.matching.scoring import Scorer

Key = tuple[str, str]
Keys = tuple[Key, Key]
"""Two rows, the lesser key first."""
Progress = Callable[[str], None]
_JUST_BELOW = 0.001
_LARGEST_CLOSED = 40
"""Neighbours of a row above which it is too common for every pair of them to be worth a look."""


@dataclass(frozen=True, slots=True)
class Judgements:
    """What people decided about pairs of rows; it stands before all evidence."""

    different: Collection[Keys] = ()
    same: Collection[Keys] = ()


NOTHING_JUDGED = Judgements()


@dataclass(frozen=True, slots=True)
class Step:
    """What one comparison says of a pair."""

    comparison: str
    level: str
    weight: float
    """Bits; 0 for a level that says that nothing is known."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a pair weighs what it weighs: the prior and the steps add up to it."""

    prior: float
    """Bits: what is known of two rows before they are looked at; the more rows there are, the less."""
    steps: tuple[Step, ...]

    @property
    def weight(self) -> float:
        """Evidence for one person, in bits."""
        return self.prior + sum(step.weight for step in self.steps)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A pair for a person to judge."""

    pair: Keys
    weight: float


@dataclass(frozen=True)
class Matched:
    """What came of a run."""

    persons: Mapping[Key, Key]
    """Row → the first row of its person."""
    queue: Sequence[Doubt]
    """Pairs between two persons that are neither sure nor out of question, the surest first."""
    weights: Mapping[Keys, float] = field(repr=False)
    """Every pair that was scored → bits, before exclusivity and judgements."""
    levels: Mapping[Keys, tuple[int, ...]] = field(repr=False)
    """Pairs of one person and pairs in the queue → level reached in each comparison of the second pass, by number."""


def _silent(step: str) -> None:
    pass


class Matching:
    """Some rows beside a model, in a database in memory while the `with` lasts. Their order changes nothing.

    Raises ValueError for a row that is given twice.
    """

    def __init__(
        self,
        rows: Iterable[MatchRow],
        model: Model,
        *,
        progress: Progress = _silent,
        threads: int | None = None,
    ) -> None:
        self._keys, ordered = _in_order(rows)
        self._position = {key: number for number, key in enumerate(self._keys)}
        self.rows = len(ordered)
        self._model = model
        self._progress = progress
        table = features(ordered, model.word_bits)
        self._families = Families(table["unit"].to_pylist())
        self.scorer = Scorer(table, threads)

    def __enter__(self) -> Matching:
        return self

    def __exit__(self, *exc: object) -> None:
        self.scorer.close()

    def match(self, judgements: Judgements = NOTHING_JUDGED) -> Matched:
        """Which rows are one person, and which pairs are for people to judge."""
        weights = self.weights()
        self._progress("Forming persons")
        of = self.clustered(weights, judgements)
        keys, queue = self._keys, self._queue(weights, of, judgements)
        told = {pair for pair in weights if of[pair[0]] == of[pair[1]]}
        told |= {(self._position[doubt.pair[0]], self._position[doubt.pair[1]]) for doubt in queue}
        return Matched(
            persons={key: keys[first] for key, first in zip(keys, of, strict=True)},
            queue=queue,
            weights={(keys[left], keys[right]): weight for (left, right), weight in weights.items()},
            levels={
                (keys[left], keys[right]): levels for (left, right), levels in self._levels(told).items()
            },
        )

    def _levels(self, pairs: Collection[Pair]) -> dict[Pair, tuple[int, ...]]:
        numbers = [{level.name: at for at, level in enumerate(each.levels)} for each in SECOND_PASS]
        told = self.scorer.levels(as_table(pairs), SECOND_PASS)
        left, right, *names = (
            told[name].to_pylist() for name in ("l", "r", *(each.name for each in SECOND_PASS))
        )
        reached = zip(*names, strict=True)
        return {
            pair: tuple(of[name] for of, name in zip(numbers, each, strict=True))
            for pair, each in zip(zip(left, right, strict=True), reached, strict=True)
        }

    def explain(self, pairs: Iterable[Keys]) -> dict[Keys, Explanation]:
        """Why pairs weigh what they weigh, whether or not a rule made them candidates; after `match`."""
        told = self.scorer.levels(as_table(set(_positions(pairs, self._position))), SECOND_PASS)
        prior = log2(1 / (self.scorer.number - 1))
        return {
            (self._keys[line["l"]], self._keys[line["r"]]): Explanation(prior, tuple(self._steps(line)))
            for line in told.to_pylist()
        }

    def _steps(self, levels: Mapping[str, str]) -> Iterable[Step]:
        for each in SECOND_PASS:
            level = levels[each.name]
            chances = self._model.second[each.name].get(level)
            yield Step(each.name, level, chances.weight if chances else 0.0)

    def weights(self) -> dict[Pair, float]:
        """The pairs worth a look, and their evidence after both passes."""
        self._progress("Looking for candidates")
        pairs = self.scorer.candidates()
        self._progress("Scoring, first pass")
        weights = _weights(self.scorer.scores(pairs, FIRST_PASS, self._model.first))
        self._progress("Scoring, with families")
        return self._asked(self._with_families(weights))

    def _asked(self, weights: Mapping[Pair, float]) -> dict[Pair, float]:
        """The same, but where names differ and no NIK binds the two, no more than leaves it to a person.

        Family, mother and a day that stands for an unknown one are what brothers and sisters share as well. Such a
        pair weighs less than its levels add up to.
        """
        upper = self._model.thresholds.upper
        strong = as_table(pair for pair, weight in weights.items() if weight >= upper)
        told = self.scorer.levels(strong, SECOND_PASS)
        columns = (told[name].to_pylist() for name in ("l", "r", "name", "identity"))
        doubtful = {
            (left, right): upper - _JUST_BELOW
            for left, right, name, identity in zip(*columns, strict=True)
            if name.removeprefix(KIN) == "different" and not identity.removeprefix(KIN).startswith("nik")
        }
        return {**weights, **doubtful}

    def clustered(self, weights: Mapping[Pair, float], judgements: Judgements = NOTHING_JUDGED) -> list[int]:
        """For every row, in the order of their keys, the first row of its person."""
        different = set(_positions(judgements.different, self._position))
        # A partner that people ruled out must not keep the next best one away.
        possible = {pair: weight for pair, weight in weights.items() if pair not in different}
        evidence = Evidence(
            self._exclusive(possible),
            different,
            _positions(judgements.same, self._position),
        )
        thresholds = self._model.thresholds
        return clusters(len(self._keys), evidence, unseen=thresholds.unseen, upper=thresholds.upper)

    def _with_families(self, weights: Mapping[Pair, float]) -> dict[Pair, float]:
        """The same pairs and those that they suggest, with what they say of each other's families."""
        thresholds = self._model.thresholds
        self._families.list_twice(weights, thresholds.upper)
        bonds = self._families.bonds(weights, thresholds.bond)
        self.scorer.tell_families(self._families.told(bonds))
        pairs = {*weights, *self._families.grown(bonds), *self._closing(weights)}
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
        self._families.list_twice(weights, thresholds.upper)
        best = self._families.best(weights)
        return {
            pair: weight if pair in best or self._families.within(pair) else min(weight, thresholds.lost)
            for pair, weight in weights.items()
        }

    def _queue(self, weights: Mapping[Pair, float], of: Sequence[int], judgements: Judgements) -> list[Doubt]:
        judged = {tuple(sorted(pair)) for pair in (*judgements.different, *judgements.same)}
        exclusive = self._exclusive(weights)
        doubts = [
            Doubt((self._keys[left], self._keys[right]), weight)
            for (left, right), weight in exclusive.items()
            if weight >= self._model.thresholds.lower and of[left] != of[right]
        ]
        return sorted(
            (doubt for doubt in doubts if doubt.pair not in judged),
            key=lambda doubt: (-doubt.weight, doubt.pair),
        )


def _in_order(rows: Iterable[MatchRow]) -> tuple[list[Key], list[MatchRow]]:
    ordered = sorted(rows, key=lambda row: row.key)
    keys = [row.key for row in ordered]
    if len(set(keys)) < len(keys):
        raise ValueError("a row is given twice")
    return keys, ordered


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
