"""Lists of programmes of city agencies, read by a mapping: an entry a row, whoever or whatever it is about.

A list has no code of its own; `hub.intake.programme_mapping` says how one is described.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from functools import lru_cache

from hub.commands.intake import Incoming
from hub.domain.errors import InvalidInput
from hub.domain.facts import Json
from hub.domain.measures import measured_by
from hub.domain.standard import codes
from hub.domain.standard.identifiers import card_number
from hub.domain.standard.text import tidy
from hub.intake.answers import Answer, Block, assess, picker, rupiah, words
from hub.intake.layout import Bound, Column, Context, Fate, Layout, RowReader, squeeze
from hub.intake.people import Coded, Original, Person, PersonColumns, told
from hub.intake.places import Place, PlaceColumns
from hub.intake.programme_mapping import Mapped, shipped
from hub.intake.refusals import Refusal

_MEASURES = measured_by("programme")
_READ = {"amount": rupiah}
_EVIDENCE_OF = {
    "nik": "nik", "kk": "kk", "name": "name", "born": "born_on", "birthplace": "birthplace", "mother": "mother_name",
    "sex": "sex", "address": "address", "rt": "address: RT", "rw": "address: RW", "kelurahan": "area",
    "kecamatan": "area", "city": "area", "area_code": "area",
}  # fmt: skip
_KEY = "key of the entry"
_PERIODS_TOLD = 8


def layout_of(mapped: Mapped) -> Layout:
    """The columns of a list; its entries are evidence of an enrolment, no source of golden values."""
    return Layout(
        mapped.code,
        f"the list of {mapped.name}",
        tuple(
            Column(
                each, *_fate(mapped, each), "entry", each in mapped.optional, mapped.spellings.get(each, ())
            )
            for each in mapped.named()
        ),
        code_column=mapped.columns.get("area_code"),
        key=mapped.key[0] if len(mapped.key) == 1 else "",
        identifiers=tuple(mapped.columns[role] for role in ("nik", "kk") if role in mapped.columns),
    )


def _fate(mapped: Mapped, column: str) -> tuple[Fate, str]:
    role = next((role for role, named in mapped.columns.items() if named == column), None)
    if role and role in _MEASURES:
        return Fate.ASSESSED, _MEASURES[role]
    if role:
        return Fate.EVIDENCE, _EVIDENCE_OF[role]
    if column in mapped.aside:
        return Fate.ASIDE, mapped.aside[column]
    named = {mapped.period: "period of the enrolment", mapped.status: "status of the enrolment"}
    return Fate.EVIDENCE, named.get(column, _KEY)


class ProgrammeList:
    """The list of one programme; its register is the programme's code."""

    def __init__(self, mapped: Mapped) -> None:
        self.mapped = mapped
        self.register = mapped.code
        self.layouts: tuple[Layout, ...] = (layout_of(mapped),)

    def bind(self, layout: Layout, columns: Bound, context: Context) -> RowReader:
        """A reader for one file."""
        return _Rows(self.mapped, layout, columns, context)

    def refuse_without_period(self, columns: Bound, period: str, rows: Iterable[list[str]]) -> None:
        """Look through a file before anything is written: at least one row must be of the period asked for.

        A year covers its parts, and rows of other periods come along with their own: a list may carry them over.
        A list that names no period is taken as told. Raises InvalidInput with the periods that are there.
        """
        at = columns.at.get(self.mapped.period or "")
        if at is None:
            return
        asked = same_period(period)
        met: dict[str, None] = {}
        for values in rows:
            if f"{same_period(values[at])}-".startswith(f"{asked}-"):
                return
            if len(met) < _PERIODS_TOLD:
                met.setdefault(tidy(values[at]))
        there = ", ".join(met) or "none"
        raise InvalidInput(
            f"No row of this list is of the period {period}.", f"Periods in the file: {there}."
        )


def programme_lists() -> tuple[ProgrammeList, ...]:
    """The lists whose mappings come with the hub."""
    return tuple(map(ProgrammeList, shipped().values()))


@lru_cache(maxsize=1 << 10)
def same_period(period: str) -> str:
    """A period without blanks, signs and leading zeros, so that `2024-2` and `2024/02` are one."""
    parts = "".join(letter if letter.isalnum() else " " for letter in tidy(period)).split()
    return "-".join(part.lstrip("0") if part.isdigit() else part for part in parts)


class _Rows:
    """Reads rows of one list: an entry each."""

    def __init__(self, mapped: Mapped, layout: Layout, bound: Bound, context: Context) -> None:
        at, columns = bound.at, mapped.columns
        self._mapped = mapped
        self._own = Original(layout, bound, "entry", own=True)
        self._keys = picker([at[each] for each in mapped.key])
        self._name_at = at[columns["name"]]
        self._person = Person(at, _person_columns(columns), context.as_of)
        place = PlaceColumns(
            columns.get("kecamatan", ""), columns.get("kelurahan", ""), columns.get("city", ""),
            columns.get("area_code", ""), address=columns.get("address", ""), rt=columns.get("rt", ""),
            rw=columns.get("rw", ""),
        )  # fmt: skip
        self._place = Place(at, place, context)
        self._placed = any(columns.get(role) in at for role in ("kelurahan", "area_code"))
        self._period_at, self._status_at = (at.get(each or "") for each in (mapped.period, mapped.status))
        assessed = [(role, column) for role, column in columns.items() if role in _MEASURES]
        self._answers = Block(
            at, (Answer(_MEASURES[role], (column,), _READ.get(role, words)) for role, column in assessed)
        )

    def record(self, values: list[str], rounded: Container[int] = ()) -> Incoming | Refusal:
        """The entry, with the period that its row names."""
        period = same_period(values[self._period_at]) if self._period_at is not None else ""
        key = self._key(values)
        if isinstance(key, Refusal):
            return key
        found = self._person.read(values, rounded)
        if found is None:
            return Refusal("no_name_no_nik", self._mapped.columns["name"], values[self._name_at])
        known, flags = found
        if self._placed and (refused := self._read_place(values, known, flags)):
            return refused
        if period:
            known["period"] = period
        self._status(values, known, flags)
        assessed = assess((self._answers,), values, flags)
        identity = f"{key}|{period}" if period else key
        return Incoming("entry", key, identity, self._own.of(values), told(known, flags, assessed))

    def dwelling(self, values: list[str]) -> Incoming | None:
        """None: an entry tells no dwelling of its own."""
        return None

    def head(self, values: list[str], rounded: Container[int] = ()) -> Incoming | None:
        """None: an entry is one record, also where it is a family's."""
        return None

    def _key(self, values: list[str]) -> str | Refusal:
        cells = [cell.strip() for cell in self._keys(values)]
        if self._mapped.key_digits and cells[0]:
            number = card_number(cells[0], self._mapped.key_digits)
            cells = [number] if number else [""]
        blank = next((column for column, cell in zip(self._mapped.key, cells, strict=True) if not cell), None)
        return Refusal("bad_key", blank, "-".join(self._keys(values))) if blank else "-".join(cells)

    def _read_place(self, values: list[str], known: dict[str, Json], flags: list[str]) -> Refusal | None:
        found = self._place.read(values)
        if found is None:
            column = self._mapped.columns.get("kelurahan") or self._mapped.columns["area_code"]
            return Refusal("impossible_area", column, self._place.given(values))
        known |= found[0]
        flags += found[1]
        return None

    def _status(self, values: list[str], known: dict[str, Json], flags: list[str]) -> None:
        if self._status_at is None:
            return
        said = squeeze(values[self._status_at])
        if said in self._mapped.active:
            known["status"] = "ACTIVE"
        elif said in self._mapped.ended:
            known["status"] = "ENDED"
        elif said:
            flags.append(f"code_unknown:{self._mapped.status}")


def _person_columns(columns: Mapping[str, str]) -> PersonColumns:
    coded = (("sex", codes.sex), ("birthplace", codes.birthplace))
    return PersonColumns(
        columns["name"],
        columns.get("nik"),
        columns.get("kk"),
        columns.get("born"),
        columns.get("mother"),
        tuple(Coded(role, columns[role], read) for role, read in coded if role in columns),
    )
