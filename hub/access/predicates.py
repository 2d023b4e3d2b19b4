"""Row predicates: what they mean in Cypher, label by label, and their twins in Python."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hub.domain.errors import InvalidInput, SetupError
from hub.domain.facts import Json

_WORD = re.compile(r"\$?[A-Za-z_]\w*|[^\sA-Za-z_]")
_KEYWORDS = frozenset(
    {"AND", "OR", "NOT", "IS", "NULL", "EXISTS", "WHERE", "STARTS", "WITH", "IN", "true", "false", "n", "p"}
)
_PARAMETERS = frozenset({"$territory", "$agency", "$today", "$nik", "$family_card", "$born_on"})
_SIGNS = frozenset("(){}[]:.,<>=-")
_TERRITORY = re.compile(r"[0-9]{2}(?:[0-9]{2}){0,2}(?:[0-9]{4})?")
_WIDTHS = frozenset({2, 4, 6, 10})
_AGENCY = re.compile(r"[a-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Facing:
    """A row as a twin sees it, with the territory, the agency and the day of the one who looks.

    `row` holds `kelurahan`, `agency` (the one that runs it) and `vis` (agency → last day, None while active),
    as far as predicates ask; what they ask and is not there is a fault, since a denial must not be missed.
    What is not a person may hold `persons` instead: the rows of the persons that it belongs to. A household holds
    both, `persons` and the `kelurahan` where it lives.
    """

    row: Mapping[str, Json]
    territory: str | None
    agency: str | None
    day: str


Twin = Callable[[Facing], bool]


def is_territory(code: str | None) -> bool:
    """Whether it is a Kemendagri code (digits only) of a province, city, kecamatan or kelurahan."""
    return code is not None and len(code) in _WIDTHS and _TERRITORY.fullmatch(code) is not None


def is_agency(code: str | None) -> bool:
    """Whether it is an agency's code: lower-case letters, digits and `_`."""
    return code is not None and _AGENCY.fullmatch(code) is not None


def every_row(facing: Facing) -> bool:
    """Twin of `all`."""
    return True


def no_row(facing: Facing) -> bool:
    """Twin of `none`."""
    return False


def within_territory(facing: Facing) -> bool:
    """Twin of `territory`."""
    code = facing.territory
    if code is None or not is_territory(code):
        return False
    width = len(code)
    rows = (facing.row,) if "kelurahan" in facing.row else _persons(facing)
    domiciles = [_of(row, "kelurahan") or "" for row in rows]
    return any(each == code if width == 10 else each.startswith(code) for each in domiciles)


def in_own_programmes(facing: Facing) -> bool:
    """Twin of `own_programmes`."""
    if not is_agency(facing.agency):
        return False
    until = [_of(row, "vis").get(facing.agency, "") for row in _persons(facing)]
    return any(last is None or last >= facing.day for last in until)


def of_own_agency(facing: Facing) -> bool:
    """Twin of `own_agency`."""
    return is_agency(facing.agency) and _of(facing.row, "agency") == facing.agency


def fits_the_key(facing: Facing) -> bool:
    """Twin of `by_key`: whether the row was found by a full number and the birth date."""
    return bool(_of(facing.row, "key"))


def _persons(facing: Facing) -> Iterable[Mapping[str, Json]]:
    persons: Iterable[Mapping[str, Json]] = facing.row.get("persons", (facing.row,))
    return persons


def _of(row: Mapping[str, Json], name: str) -> Json:
    if name not in row:
        raise SetupError(f"A row predicate needs {name!r}, and the row has none.", "Give it with the row.")
    return row[name]


TWINS: Mapping[str, Twin] = MappingProxyType(
    {
        each.__name__: each
        for each in (
            every_row,
            no_row,
            within_territory,
            in_own_programmes,
            of_own_agency,
            fits_the_key,
        )
    }
)


@dataclass(frozen=True, slots=True)
class Predicate:
    """One named row predicate."""

    name: str
    says: str
    twin: Twin
    needs: str
    """What it is about: "territory" or "agency" of a grant, the "key" that a check brings, or nothing."""
    cypher: Mapping[str, str]
    """Label → expression over `n`; "*" stands for every label."""
    exact: Mapping[str, str]
    """The same for a territory that is a single kelurahan."""

    def expression(self, label: str, exact: bool = False) -> str:
        """The Cypher for a label. SetupError when there is none: such a rule is not compiled."""
        text = (self.exact if exact else {}).get(label) or self.cypher.get(label) or self.cypher.get("*")
        if text is None:
            raise SetupError(
                f"Predicate {self.name} says nothing of {label}.",
                f"Add its Cypher for {label} to predicates.toml, or take the rule back.",
            )
        return text

    def stands_on(self, label: str) -> bool:
        """Whether it has Cypher for the label."""
        return label in self.cypher or "*" in self.cypher


def read_predicates(text: str, file: str) -> Mapping[str, Predicate]:
    """The predicates of a TOML text by name. InvalidInput names what is wrong."""
    found = {}
    for name, table in tomllib.loads(text).items():
        twin = TWINS.get(table.get("twin", ""))
        if twin is None:
            raise InvalidInput(
                f"{file}: predicate {name} has no twin in hub/access/predicates.py.",
                f"Name one of {', '.join(TWINS)}.",
            )
        cypher, exact = table.get("cypher", {}), table.get("exact", {})
        for expression in (*cypher.values(), *exact.values()):
            _check(expression, f"{file}: predicate {name}")
        found[name] = Predicate(name, table.get("says", ""), twin, table.get("needs", ""), cypher, exact)
    return MappingProxyType(found)


def _check(expression: str, where: str) -> None:
    # Rules may be changed through the hub. What they bring as Cypher can only compare: no clause, no call.
    words = _WORD.findall(expression)
    for before, word, after in zip(["", *words], words, [*words[1:], ""], strict=False):
        name = before in {".", ":"} and after != "("
        if not (name or word in _KEYWORDS or word in _PARAMETERS or word in _SIGNS):
            raise InvalidInput(
                f"{where}: {word!r} may not stand in a row predicate.",
                "Compare properties of `n` and of a person `p` beside it; nothing else.",
            )
    if any(words.count(left) != words.count(right) for left, right in ("()", "{}", "[]")):
        raise InvalidInput(f"{where}: brackets do not match.", "Close every bracket that is opened.")
