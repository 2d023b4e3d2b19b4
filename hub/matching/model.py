"""A match model: weights of every level, what words of names tell, thresholds; frozen, with one digest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import log2
from types import MappingProxyType
from typing import Any

import orjson

from hub.domain.errors import InvalidInput
from hub.matching.comparisons import FIRST_PASS, SECOND_PASS, Comparison

_DEFAULT = "default_model.json"


@dataclass(frozen=True, slots=True)
class Chances:
    """How often a level is met among pairs of rows of one person (m) and of two (u)."""

    m: float
    u: float

    @property
    def weight(self) -> float:
        """Evidence for one person, in bits; below 0 it speaks for two."""
        return log2(self.m / self.u)


Ladder = Mapping[str, Mapping[str, Chances]]
"""Comparison → level → chances; levels that only say "unknown" have none, they weigh nothing."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Bits of evidence, the prior included, at which the matcher decides: odds of one person to two, 3.3 bits are 10:1.

    They follow from what a mistake costs, not from any truth: to join two persons is ten times as bad as to miss one.
    """

    upper: float = 3.3
    """From here on the machine joins."""
    lower: float = -3.3
    """From here on a person is asked; below it nothing is done."""
    bond: float = 6.6
    """From here on a pair is evidence for the other members of its families."""
    lost: float = -6.6
    """What a pair weighs at most when either row has a better partner in the other's family."""
    unseen: float = -1.0
    """What a pair weighs in a cluster that no rule made a candidate."""

    def __post_init__(self) -> None:
        if not (self.lost < self.lower <= self.upper and self.unseen <= 0 < self.upper):
            raise InvalidInput(
                "The thresholds of the match model contradict each other.",
                "They must be lost < lower <= upper, and unseen <= 0 < upper.",
            )


@dataclass(frozen=True)
class Model:
    """What the matcher knows before it sees rows."""

    first: Ladder
    second: Ladder
    word_bits: Mapping[str, float]
    thresholds: Thresholds = Thresholds()

    def __post_init__(self) -> None:
        for comparisons, ladder in ((FIRST_PASS, self.first), (SECOND_PASS, self.second)):
            if _levels(comparisons) != {name: set(levels) for name, levels in ladder.items()}:
                raise InvalidInput(
                    "The match model is of another version of the comparisons.",
                    "Train it again with this hub.",
                )

    def as_dict(self) -> dict[str, Any]:
        """The model as plain values."""
        return {
            "first": _plain(self.first),
            "second": _plain(self.second),
            "thresholds": {name: getattr(self.thresholds, name) for name in Thresholds.__slots__},
            "word_bits": dict(self.word_bits),
        }

    def as_json(self) -> bytes:
        """The model as its digest reads it."""
        return orjson.dumps(self.as_dict(), option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)

    @property
    def digest(self) -> str:
        """SHA-256 of the model and of the conditions that its levels stand for."""
        conditions = repr((FIRST_PASS, SECOND_PASS)).encode()
        return hashlib.sha256(self.as_json() + conditions).hexdigest()

    @classmethod
    def from_json(cls, text: bytes) -> Model:
        """The model that `as_json` wrote. Raises InvalidInput when it is none of this version."""
        try:
            plain = orjson.loads(text)
            return cls(
                _ladder(plain["first"]),
                _ladder(plain["second"]),
                MappingProxyType(plain["word_bits"]),
                Thresholds(**plain["thresholds"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidInput(
                f"This is no match model: {type(error).__name__}.", "Give one that the hub wrote."
            ) from None


@cache
def default_model() -> Model:
    """The model that comes with the hub, trained on made-up cities: used where data are few."""
    return Model.from_json((files("hub.matching") / _DEFAULT).read_bytes())


def _levels(comparisons: tuple[Comparison, ...]) -> dict[str, set[str]]:
    return {each.name: {level.name for level in each.levels if not level.unknown} for each in comparisons}


def _plain(ladder: Ladder) -> dict[str, dict[str, list[float]]]:
    return {name: {level: [c.m, c.u] for level, c in levels.items()} for name, levels in ladder.items()}


def _ladder(plain: Mapping[str, Mapping[str, list[float]]]) -> Ladder:
    return MappingProxyType(
        {
            name: MappingProxyType({level: Chances(m, u) for level, (m, u) in levels.items()})
            for name, levels in plain.items()
        }
    )
