"""What the rows of all registers say of a person, read in one way whatever the columns are called."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from hub.domain.facts import Json
from hub.domain.standard import codes, dates, names
from hub.domain.standard.identifiers import Identifier, IdKind, identifier, nik_flags
from hub.domain.standard.sounds import name_sound
from hub.domain.standard.text import known as known_text
from hub.intake.answers import picker
from hub.intake.layout import Bound, Layout

NO_NIK = (IdKind.MISSING, IdKind.PLACEHOLDER)
_kk_identifier = lru_cache(maxsize=1 << 12)(identifier)  # a family shares one number, in rows that follow
_mother_name = lru_cache(maxsize=1 << 12)(names.mother_name)


@dataclass(frozen=True, slots=True)
class Coded:
    """An attribute read from one column by one function; what it can't read is flagged code_unknown."""

    attribute: str
    column: str
    read: Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class PersonColumns:
    """Which columns tell what of a person; those that a file lacks are passed over."""

    name: str
    nik: str | None = None
    kk: str | None = None
    born: str | None = None
    mother: str | None = None
    coded: tuple[Coded, ...] = ()


class Person:
    """Reads the person's part of the rows of one file."""

    def __init__(self, at: Mapping[str, int], columns: PersonColumns, as_of: str) -> None:
        def find(column: str | None) -> int | None:
            return at.get(column) if column else None

        self._as_of = as_of
        self._name_at = at[columns.name]
        self._nik_at, self._kk_at = find(columns.nik), find(columns.kk)
        self._born_at, self._mother_at = find(columns.born), find(columns.mother)
        coded = [each for each in columns.coded if each.column in at]
        self._coded = [(each.attribute, at[each.column], each.read, each.column) for each in coded]

    def read(
        self, values: list[str], rounded: Container[int] = (), *, nameless: bool = False
    ) -> tuple[dict[str, Json], list[str]] | None:
        """Standardised values and flags; None when there is neither a name nor a NIK, unless `nameless`.

        `rounded` as for RowReader.record.
        """
        known: dict[str, Json] = {}
        flags: list[str] = []
        name = names.name(values[self._name_at])
        nik = self._nik(values, rounded, known, flags)
        if name is None and not nameless and (nik is None or nik.kind in NO_NIK):
            return None
        if name:
            known |= named(name)
            flags += names.name_flags(name)
        self._kk(values, rounded, known, flags)
        self._mother(values, known)
        self._read_coded(values, known, flags)
        self._born(values, nik.digits if nik else None, known, flags)
        return known, flags

    def _nik(
        self, values: list[str], rounded: Container[int], known: dict[str, Json], flags: list[str]
    ) -> Identifier | None:
        at = self._nik_at
        if at is None:
            return None
        return _say("nik", identifier(values[at], at in rounded), known, flags)

    def _kk(
        self, values: list[str], rounded: Container[int], known: dict[str, Json], flags: list[str]
    ) -> None:
        if (at := self._kk_at) is not None:
            card(values[at], known, flags, rounded=at in rounded)

    def _mother(self, values: list[str], known: dict[str, Json]) -> None:
        if self._mother_at is not None and (found := _mother_name(values[self._mother_at])):
            known["mother_name"] = found

    def _read_coded(self, values: list[str], known: dict[str, Json], flags: list[str]) -> None:
        for attribute, at, read, column in self._coded:
            value = values[at]
            if found := read(value):
                known[attribute] = found
            elif value and known_text(value):
                flags.append(f"code_unknown:{column}")

    def _born(self, values: list[str], nik: str | None, known: dict[str, Json], flags: list[str]) -> None:
        born_on = None
        if self._born_at is not None:
            born = dates.born(values[self._born_at], self._as_of)
            known["born_kind"] = born.kind.value
            if born_on := born.on:
                known["born_on"] = born_on
            if born.default_day:
                flags.append("born_default_day")
            if born.kind is not dates.BornKind.EXACT and born.kind in dates.FLAGGED:  # hashing enums is slow
                flags.append(f"born_{born.kind.value}")
        if nik:
            flags += nik_flags(nik, known.get("sex"), born_on)


def _say(what: str, found: Identifier, known: dict[str, Json], flags: list[str]) -> Identifier:
    known[f"{what}_kind"] = found.kind.value
    if found.digits:
        known[what] = found.digits
        if found.repaired:
            flags.append(f"{what}_repaired")
    return found


def card(text: str, known: dict[str, Json], flags: list[str], *, rounded: bool = False) -> None:
    """Add what a cell says of a family card's number."""
    _say("kk", _kk_identifier(text, rounded), known, flags)


def present(presence: str) -> dict[str, Json]:
    """What a presence says, also of being alive."""
    alive = codes.alive(presence)
    return {"presence": presence} if alive is None else {"presence": presence, "alive": alive}


def named(name: str) -> dict[str, Json]:
    """A tidied name with the keys by which it is compared."""
    key = names.name_key(name)
    return {"name": name, "name_key": key, "name_sound": name_sound(key)}


def told(
    known: dict[str, Json], flags: Iterable[str], assessed: Mapping[str, str] | None = None
) -> dict[str, Json]:
    """The standardised values of a record: `flags` and `assessed` only when there are any."""
    if assessed:
        known["assessed"] = assessed
    if flags := sorted(flags):
        known["flags"] = flags
    return known


class Original:
    """The columns of one unit exactly as given."""

    def __init__(self, layout: Layout, bound: Bound, unit: str, *, own: bool = False) -> None:
        """`own`: the unit of the row's own record, with which columns of no layout are kept."""
        at = {
            each.name: bound.at[each.name]
            for each in layout.columns
            if each.unit == unit and each.name in bound.at
        }
        if own:
            at |= bound.unknown
        self._names = tuple(at)
        self._cells = picker(tuple(at.values()))

    def of(self, values: list[str]) -> dict[str, str]:
        """Column → value of one row."""
        return dict(zip(self._names, self._cells(values), strict=True))
