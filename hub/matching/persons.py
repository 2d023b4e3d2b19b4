"""From rows to persons: two passes of scores, the second with what the first said of families, then clusters."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log2

import numpy as np
import pyarrow.compute as pc

from hub.matching.clusters import Evidence, clusters
from hub.matching.comparisons import FIRST_PASS, KIN, SECOND_PASS
from hub.matching.families import Families, components
from hub.matching.features import features
from hub.matching.model import Model
from hub.matching.pairs import Groups, Mask, Numbers, Pair, Pairs, as_table, columns, packed, unpacked
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
    """Pairs of one person and pairs in the queue → bits, before exclusivity and judgements."""
    levels: Mapping[Keys, tuple[int, ...]] = field(repr=False)
    """The same pairs → level reached in each comparison of the second pass, by number."""


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
        self._families = Families(table["unit"].to_numpy().astype(np.int64))
        self.scorer = Scorer(table, threads)

    def __enter__(self) -> Matching:
        return self

    def __exit__(self, *exc: object) -> None:
        self.scorer.close()

    def match(self, judgements: Judgements = NOTHING_JUDGED) -> Matched:
        """Which rows are one person, and which pairs are for people to judge."""
        weights = self.weights()
        self._progress("Forming persons")
        exclusive = self._exclusive(weights, judgements)
        of = self._clusters(exclusive, judgements)
        doubts = self._doubts(exclusive, of, judgements)
        told = weights.where(
            (of[weights.left] == of[weights.right]) | self._among(weights, doubts.left, doubts.right)
        )
        keys = self._keys
        return Matched(
            persons={key: keys[first] for key, first in zip(keys, of.tolist(), strict=True)},
            queue=self._queue(doubts),
            weights={(keys[left], keys[right]): weight for (left, right), weight in told},
            levels={
                (keys[left], keys[right]): levels for (left, right), levels in self._levels(told).items()
            },
        )

    def _levels(self, pairs: Pairs) -> dict[Pair, tuple[int, ...]]:
        numbers = [{level.name: at for at, level in enumerate(each.levels)} for each in SECOND_PASS]
        told = self.scorer.levels(as_table(pairs.left, pairs.right), SECOND_PASS)
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
        told = self.scorer.levels(
            as_table(*columns(sorted(set(_positions(pairs, self._position))))), SECOND_PASS
        )
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

    def weights(self) -> Pairs:
        """The pairs worth a look, and their evidence after both passes."""
        self._progress("Looking for candidates")
        pairs = self.scorer.candidates()
        self._progress("Scoring, first pass")
        weights = Pairs.scored(self.scorer.scores(pairs, FIRST_PASS, self._model.first))
        self._progress("Scoring, with families")
        return self._asked(self._with_families(weights))

    def _asked(self, weights: Pairs) -> Pairs:
        """The same, but where names differ and no NIK binds the two, no more than leaves it to a person.

        Family, mother and a day that stands for an unknown one are what brothers and sisters share as well. Such a
        pair weighs less than its levels add up to.
        """
        upper = self._model.thresholds.upper
        strong = weights.weight >= upper
        told = self.scorer.levels(as_table(weights.left[strong], weights.right[strong]), SECOND_PASS)
        names, identities = (
            pc.replace_substring_regex(told[name], f"^{KIN}", "") for name in ("name", "identity")
        )
        doubtful = pc.and_not(pc.equal(names, "different"), pc.starts_with(identities, "nik"))
        weight = weights.weight.copy()
        weight[np.flatnonzero(strong)[doubtful.to_numpy()]] = upper - _JUST_BELOW
        return weights.weighing(weight)

    def clustered(self, weights: Pairs) -> list[int]:
        """For every row, in the order of their keys, the first row of its person, where nothing was judged."""
        of: list[int] = self._clusters(self._exclusive(weights, NOTHING_JUDGED), NOTHING_JUDGED).tolist()
        return of

    def _clusters(self, exclusive: Pairs, judgements: Judgements) -> Numbers:
        thresholds = self._model.thresholds
        different = _positions(judgements.different, self._position)
        same = _positions(judgements.same, self._position)
        # What is joined adds up to more than nothing, so some pair of it weighs more: the others need no look.
        positive = exclusive.where(exclusive.weight > 0)
        left, right = columns(same)
        near = components(np.append(positive.left, left), np.append(positive.right, right), self.rows)
        pairs = exclusive.where(near[exclusive.left] == near[exclusive.right])
        evidence = Evidence(dict(pairs), different, same)
        return np.array(
            clusters(self.rows, evidence, unseen=thresholds.unseen, upper=thresholds.upper), np.int64
        )

    def _with_families(self, weights: Pairs) -> Pairs:
        """The same pairs and those that they suggest, with what they say of each other's families."""
        thresholds = self._model.thresholds
        self._families.list_twice(weights, thresholds.upper)
        bonds = self._families.bonds(weights, thresholds.bond)
        self.scorer.tell_families(self._families.told(*bonds))
        packs = packed(weights.left, weights.right, self.rows)
        grown = (packs, self._families.grown(*bonds), self._closing(weights))
        left, right = unpacked(np.unique(np.concatenate(grown)), self.rows)
        return Pairs.scored(self.scorer.scores(as_table(left, right), SECOND_PASS, self._model.second))

    def _closing(self, weights: Pairs) -> Numbers:
        """The pairs between rows that share a neighbour, so that no cluster is judged by half of its pairs; packed."""
        near = weights.where(weights.weight >= self._model.thresholds.lower)
        around = Groups.of(np.append(near.left, near.right), self.rows)
        few = np.flatnonzero(around.size <= _LARGEST_CLOSED)
        one, other = around.product(few, few)
        beside = np.append(near.right, near.left)
        return packed(beside[one[one < other]], beside[other[one < other]], self.rows)

    def _exclusive(self, weights: Pairs, judgements: Judgements) -> Pairs:
        """What pairs weigh once a better partner counts against them.

        Those that people ruled out are none any more: such a partner must not keep the next best one away.
        """
        thresholds = self._model.thresholds
        possible = weights.where(~self._judged(weights, judgements.different))
        self._families.list_twice(possible, thresholds.upper)
        kept = self._families.best(possible) | self._families.within(possible)
        return possible.weighing(
            np.where(kept, possible.weight, np.minimum(possible.weight, thresholds.lost))
        )

    def _doubts(self, exclusive: Pairs, of: Numbers, judgements: Judgements) -> Pairs:
        """Pairs of two persons that are neither sure nor out of question, and that nobody has judged."""
        doubtful = exclusive.where(
            (exclusive.weight >= self._model.thresholds.lower) & (of[exclusive.left] != of[exclusive.right])
        )
        return doubtful.where(~self._judged(doubtful, judgements.same))

    def _queue(self, doubts: Pairs) -> list[Doubt]:
        queue = [Doubt((self._keys[left], self._keys[right]), weight) for (left, right), weight in doubts]
        return sorted(queue, key=lambda doubt: (-doubt.weight, doubt.pair))

    def _judged(self, pairs: Pairs, judged: Iterable[Keys]) -> Mask:
        """Which of the pairs are among those judged."""
        return self._among(pairs, *columns(_positions(judged, self._position)))

    def _among(self, pairs: Pairs, left: Numbers, right: Numbers) -> Mask:
        packs = packed(pairs.left, pairs.right, self.rows)
        return np.isin(packs, packed(left, right, self.rows))


def _in_order(rows: Iterable[MatchRow]) -> tuple[list[Key], list[MatchRow]]:
    ordered = sorted(rows, key=lambda row: row.key)
    keys = [row.key for row in ordered]
    if len(set(keys)) < len(keys):
        raise ValueError("a row is given twice")
    return keys, ordered


def _positions(pairs: Iterable[Keys], position: Mapping[Key, int]) -> list[Pair]:
    """Judged pairs of rows that are there."""
    found = ((position.get(one), position.get(other)) for one, other in pairs)
    return [(min(a, b), max(a, b)) for a, b in found if a is not None and b is not None and a != b]
