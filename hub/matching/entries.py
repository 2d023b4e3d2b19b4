"""Which person an entry of a programme list is about: its values are weighed against every row of the persons.

An entry stands alone and tells little, so nothing is known of its family: the comparisons of the first pass are those
that were trained for that. It is no row of a person either: what a list says never joins two persons.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hub.matching.blocking import RULES
from hub.matching.comparisons import FIRST_PASS
from hub.matching.features import features
from hub.matching.model import Model
from hub.matching.persons import Key
from hub.matching.rows import MatchRow
from hub.matching.scoring import Scorer

MARGIN = 3.0
"""Bits by which the best person must beat the second: eight to one. Fixed without the truth."""
NEAREST = 3
"""Persons whom a steward is shown beside an entry that was given to nobody."""
_RULES = (*RULES, ("area", "sound"), ("area", "word1"))
"""An entry often tells neither birth date nor family card: then its name must do, within the kelurahan."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person as they look from an entry: their row that fits it best."""

    row: Key
    weight: float
    """Bits for one person, the prior included."""


@dataclass(frozen=True, slots=True)
class Placing:
    """What was found for an entry."""

    nearest: tuple[Candidate, ...]
    """Of different persons, the best first, at most NEAREST."""
    sure: bool
    """Whether the first of them is whom the entry is about."""
    doubtful: bool = False
    """Whether a person should look: it is not sure, and not out of question."""


def place(
    entries: Sequence[MatchRow],
    rows: Sequence[MatchRow],
    persons: Mapping[Key, Key],
    model: Model,
    *,
    threads: int | None = None,
) -> list[Placing]:
    """For each entry whom it is about. `persons`: row → first row of its person. The order of rows changes nothing."""
    if not entries:
        return []
    scorer = Scorer(features([*rows, *entries], model.word_bits), threads)
    try:
        pairs = scorer.candidates_between(len(rows), _RULES)
        scored = scorer.scores(pairs, FIRST_PASS, model.first)
    finally:
        scorer.close()
    best: dict[int, dict[Key, Candidate]] = defaultdict(dict)
    for row, entry, weight in zip(*(scored[name].to_pylist() for name in ("l", "r", "weight")), strict=True):
        found = Candidate(rows[row].key, round(weight, 3))
        person, known = persons[found.row], best[entry]
        if person not in known or _order(found) < _order(known[person]):
            known[person] = found
    return [_placing(best.get(len(rows) + at, {}), model) for at in range(len(entries))]


def _order(candidate: Candidate) -> tuple[float, Key]:
    return -candidate.weight, candidate.row


def _placing(found: Mapping[Key, Candidate], model: Model) -> Placing:
    nearest = tuple(sorted(found.values(), key=_order)[:NEAREST])
    first, second = (nearest[at].weight if at < len(nearest) else float("-inf") for at in (0, 1))
    sure = first >= model.thresholds.upper and first - second >= MARGIN
    return Placing(nearest, sure, not sure and first >= model.thresholds.lower)
