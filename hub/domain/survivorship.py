"""Survivorship rules as data: by which criteria, field by field, one of several rows' values becomes the golden one.

A rule set is an order of registers by trust and, for each field, criteria in order. Each criterion keeps those
candidates that it likes best; the first that leaves one value has decided. What no criterion decides, the newest
day, the register and the row key do: what is the same in every hub, in whatever order it took its files in.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

import orjson

from hub.domain.errors import InvalidInput
from hub.domain.facts import Json

FIELDS = (
    "nik", "name", "sex", "born_on", "birthplace", "mother_name", "relation_to_head", "marital_status",
    "occupation", "education", "alive", "presence", "address",
)  # fmt: skip
"""What rules are about; `address` stands for the dwelling, and two dwellings of one kelurahan agree."""
_CODE = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")


class Criterion(StrEnum):
    """What may decide between values."""

    CORRECTED = "corrected"
    """Set by hand, with evidence: always the first."""
    CIVIL_REGISTRY = "civil_registry"
    """What the row of the civil registry says that confirms the person; failing that, rows marked as matched."""
    TRUST = "trust"
    """The register that stands earliest in the order of trust."""
    FRESHNESS = "freshness"
    """The newest day for which a row's words hold."""
    AGREEMENT = "agreement"
    """What most registers say."""


UNOPPOSED, TIE_BREAK = "unopposed", "tie_break"
"""What decided where there was only one value, and where no criterion told values apart."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value of one field as one row says it, without the value."""

    same_as: Json
    """What two candidates have in common that say the same."""
    register: str
    row_key: str
    as_of: str
    matched: bool
    """Whether its register says that the civil registry knows the row."""

    @property
    def rank(self) -> tuple[str, bool, str, str]:
        """Higher is preferred where nothing else decides; no two rows tie."""
        return self.as_of, self.matched, self.register, self.row_key


@dataclass(frozen=True, slots=True)
class Rules:
    """One set of rules."""

    trust: tuple[str, ...]
    """Codes of registers, the most trusted first; those not named come after them."""
    fields: Mapping[str, tuple[Criterion, ...]]

    @property
    def digest(self) -> str:
        """SHA-256 of the rules, hex: the same rules have the same one."""
        return hashlib.sha256(orjson.dumps(self.as_dict(), option=orjson.OPT_SORT_KEYS)).hexdigest()

    def as_dict(self) -> dict[str, Json]:
        """The rules in plain terms, as the ledger keeps them."""
        return {
            "trust": list(self.trust),
            "fields": {name: [each.value for each in order] for name, order in self.fields.items()},
        }

    def as_toml(self) -> str:
        """The rules as a file that can be edited and set."""
        lines = [f"trust = {_listed(self.trust)}", "", "[fields]"]
        width = max(map(len, self.fields))
        lines += [f"{name:<{width}} = {_listed(order)}" for name, order in self.fields.items()]
        return "\n".join(lines) + "\n"

    def consults_registry(self, field: str) -> bool:
        """Whether the civil registry's own row is a candidate for a field."""
        return Criterion.CIVIL_REGISTRY in self.fields[field]

    def choose(
        self, field: str, candidates: Sequence[Candidate], confirmed: Json = None
    ) -> tuple[Candidate, str] | None:
        """The candidate whose value is golden and what decided; None when there is none.

        `confirmed`: what the row of the civil registry that confirms the person says of the field, as `same_as`.
        """
        left = list(candidates)
        if not left:
            return None
        decided = UNOPPOSED if _one_value(left) else ""
        for criterion in self.fields[field][1:]:
            if len(left) == 1:
                break
            left = self._best(criterion, left, candidates, confirmed)
            if not decided and _one_value(left):
                decided = (
                    criterion.value
                )  # the others only tell which of the rows that say so is the best one
        return max(left, key=lambda each: each.rank), decided or TIE_BREAK

    def _best(
        self, criterion: Criterion, left: list[Candidate], every: Sequence[Candidate], confirmed: Json
    ) -> list[Candidate]:
        scores = [self._score(criterion, each, every, confirmed) for each in left]
        best = max(scores)
        return [each for each, score in zip(left, scores, strict=True) if score == best]

    def _score(
        self, criterion: Criterion, one: Candidate, every: Sequence[Candidate], confirmed: Json
    ) -> tuple[int, str]:
        """Higher is better: (a number, a day)."""
        match criterion:
            case Criterion.CIVIL_REGISTRY:
                known = confirmed is not None and one.same_as == confirmed
                return (2 if known else int(one.matched)), ""
            case Criterion.TRUST:
                place = self.trust.index(one.register) if one.register in self.trust else len(self.trust)
                return -place, ""
            case Criterion.FRESHNESS:
                return 0, one.as_of
            case Criterion.AGREEMENT:
                return len({each.register for each in every if each.same_as == one.same_as}), ""
            case _:
                raise AssertionError("a correction by hand stands before all candidates")


def rules_of(given: Mapping[str, Json]) -> Rules:
    """Rules from plain terms. Raises InvalidInput that names what is wrong and where."""
    if set(given) != {"trust", "fields"} or not isinstance(given["fields"], Mapping):
        raise InvalidInput(
            "These are no survivorship rules.", "Give `trust` and `[fields]`, and nothing else."
        )
    trust = _texts(given["trust"], "trust")
    if len(set(trust)) != len(trust) or not all(each and set(each) <= _CODE for each in trust):
        raise InvalidInput("The order of trust is none.", "Name codes of registers, each once, e.g. dtks.")
    strange, missing = set(given["fields"]) - set(FIELDS), set(FIELDS) - set(given["fields"])
    if strange or missing:
        raise InvalidInput(
            f"Rules for the wrong fields: {', '.join(sorted(strange | missing))}.",
            f"Give one for each of {', '.join(FIELDS)}.",
        )
    return Rules(trust, {name: _order(name, given["fields"][name]) for name in FIELDS})


def rules_from_toml(text: str) -> Rules:
    """Rules from a file's text. Raises InvalidInput."""
    try:
        return rules_of(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"The file is no TOML: {error}.", "See `hub survivorship show`.") from None


@lru_cache(maxsize=1)
def shipped() -> Rules:
    """The rules that come with this version; they are in force in a hub only once a command has set them."""
    return rules_from_toml((files("hub") / "domain" / "survivorship.toml").read_text("utf-8"))


def _one_value(candidates: Sequence[Candidate]) -> bool:
    return all(each.same_as == candidates[0].same_as for each in candidates)


def _order(field: str, given: Json) -> tuple[Criterion, ...]:
    names = _texts(given, field)
    known = [each.value for each in Criterion]
    if unknown := [each for each in names if each not in known]:
        raise InvalidInput(f"{unknown[0]!r}, of {field}, is no criterion.", f"There are {', '.join(known)}.")
    if len(set(names)) != len(names) or names[:1] != (Criterion.CORRECTED.value,):
        raise InvalidInput(
            f"The criteria of {field} are in no order that can be.",
            "Begin with corrected, which no register overrules, and name each criterion once.",
        )
    if field == "address" and Criterion.CIVIL_REGISTRY.value in names:
        raise InvalidInput(
            "The civil registry can't decide on the address.",
            "It knows the one on paper, not where one lives.",
        )
    return tuple(map(Criterion, names))


def _texts(given: Json, what: str) -> tuple[str, ...]:
    if not isinstance(given, list | tuple) or not all(isinstance(each, str) for each in given):
        raise InvalidInput(f"{what} is no list of words.", "Write it as in `hub survivorship show`.")
    return tuple(given)


def _listed(words: Iterable[str]) -> str:
    quoted = (f'"{each}"' for each in words)
    return f"[{', '.join(quoted)}]"
