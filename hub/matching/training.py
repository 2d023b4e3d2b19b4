"""A model from rows alone: m from pairs that came to be one person, u from pairs drawn at random.

Classification EM (Celeux and Govaert 1992): match with the model at hand, count the levels of the pairs that came to be
one person and of random pairs that did not, and match again. No truth is asked for. The clusters keep out what spoils
EM over pairs: brothers are not counted as one person, however alike their homes and names are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations

import pyarrow as pa
import pyarrow.compute as pc

from hub.matching.comparisons import FIRST_PASS, IDENTITY, KIN, SECOND_PASS, Comparison
from hub.matching.features import word_bits
from hub.matching.model import Chances, Model, Thresholds
from hub.matching.pairs import Pair, as_table, columns
from hub.matching.persons import Matching
from hub.matching.rows import MatchRow

ROUNDS = 2
_THRESHOLDS = Thresholds()
_DRAWN, _DRAWN_A_ROW = 1_000_000, 30
"""Random pairs: at most, and for each row."""
_NEVER_MET = 0.5
"""Counted for each level beside what was met, so that what was never met is rare and not impossible."""


def train(rows: Iterable[MatchRow], thresholds: Thresholds = _THRESHOLDS, *, rounds: int = ROUNDS) -> Model:
    """A model for rows like these: a first one from two simple rules, then `rounds` times one from its own outcome."""
    given = tuple(rows)
    bits = word_bits(given)
    model = _trained(given, _blank(bits, thresholds), _by_rules)
    for _ in range(rounds):
        model = _trained(given, model, _by_outcome)
    return model


def _trained(rows: Sequence[MatchRow], model: Model, guess: _Guess) -> Model:
    with Matching(rows, model) as matching:
        return guess(matching, model)


def _by_rules(matching: Matching, model: Model) -> Model:
    """Pairs with one NIK, and pairs with one name in one home: two views that hardly know of each other."""
    told = matching.scorer.levels(matching.scorer.candidates(), FIRST_PASS)
    by_nik = told.filter(pc.field("identity").isin(["nik", f"{KIN}nik"]))
    by_name = told.filter(
        pc.field("name").isin([f"{KIN}same_rare", f"{KIN}same"]) & (pc.field("sex") == "same")
    )
    apart = _drawn(matching), matching.scorer.within_units()
    first = _ladder(matching, FIRST_PASS, by_nik, *apart)
    first["identity"] = _ladder(matching, (IDENTITY,), by_name, *apart)["identity"]
    return Model(first, {**first, "home": _before_kin(first["home"])}, model.word_bits, model.thresholds)


def _by_outcome(matching: Matching, model: Model) -> Model:
    """The pairs that this model joins, beside random pairs and pairs of one family that it does not."""
    of = matching.clustered(matching.weights())
    same = as_table(*columns(sorted(_together(of))))
    person = pa.array(of, pa.int32())
    apart = [
        pairs.filter(pc.not_equal(person.take(pairs["l"]), person.take(pairs["r"])))
        for pairs in (_drawn(matching), matching.scorer.within_units())
    ]
    first, second = (_ladder(matching, passed, same, *apart) for passed in (FIRST_PASS, SECOND_PASS))
    return Model(first, second, model.word_bits, model.thresholds)


_Guess = Callable[[Matching, Model], Model]


def _drawn(matching: Matching) -> pa.Table:
    return matching.scorer.drawn(min(_DRAWN, _DRAWN_A_ROW * matching.rows), seed=1)


def _together(of: Sequence[int]) -> list[Pair]:
    persons: dict[int, list[int]] = {}
    for row, first in enumerate(of):
        persons.setdefault(first, []).append(row)
    return [pair for rows in persons.values() for pair in combinations(rows, 2)]


def _ladder(
    matching: Matching, comparisons: Sequence[Comparison], same: pa.Table, drawn: pa.Table, family: pa.Table
) -> dict[str, dict[str, Chances]]:
    """Chances of all levels; those of rows of one family are counted on pairs of one family."""
    m, u, kin_u = (matching.scorer.level_counts(pairs, comparisons) for pairs in (same, drawn, family))
    found: dict[str, dict[str, Chances]] = {}
    for each in comparisons:
        names = [level.name for level in each.levels if not level.unknown]
        alike = [name for name in names if not name.startswith(KIN)]
        # Clerks make the same mistakes with everybody, so that m is counted on all pairs.
        made = _shares(alike, {name: m[each.name][name] + m[each.name][f"{KIN}{name}"] for name in alike})
        met = _shares(alike, u[each.name])
        found[each.name] = {name: Chances(made[name], met[name]) for name in alike}
        if each.by_kinship:
            related = _shares(alike, {name: kin_u[each.name][f"{KIN}{name}"] for name in alike})
            found[each.name] |= {f"{KIN}{name}": Chances(made[name], related[name]) for name in alike}
    return found


def _shares(names: Sequence[str], counts: Mapping[str, int]) -> dict[str, float]:
    met = {name: counts.get(name, 0) + _NEVER_MET for name in names}
    total = sum(met.values())
    return {name: float(f"{number / total:.4g}") for name, number in met.items()}


def _before_kin(home: Mapping[str, Chances]) -> dict[str, Chances]:
    """Levels of the second pass before anything is known of them: as the family card."""
    family = SECOND_PASS[-1]
    return {level.name: home.get(level.name, home["kk"]) for level in family.levels if not level.unknown}


def _blank(bits: Mapping[str, float], thresholds: Thresholds) -> Model:
    first, second = (
        {
            each.name: {level.name: Chances(0.5, 0.5) for level in each.levels if not level.unknown}
            for each in passed
        }
        for passed in (FIRST_PASS, SECOND_PASS)
    )
    return Model(first, second, bits, thresholds)
