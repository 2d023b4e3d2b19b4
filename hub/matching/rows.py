"""What the matcher is given: one row of a register release, as the hub's standardisers left it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hub.domain.facts import Json


@dataclass(frozen=True, slots=True)
class MatchRow:
    """A person's row with what its unit's dwelling says. None: the register does not tell.

    Values are those of `SourceRecord.standardised` (hub.intake.people, hub.intake.places), nothing is read anew.
    """

    register: str
    row_key: str
    unit: str
    """Key of the family or household within its register: two rows of one unit are two persons, as a rule."""
    release: str = ""
    """Label of the release: whoever stands in two releases of one register stands there once in each."""
    name_key: str | None = None
    name_sound: str | None = None
    nik: str | None = None
    """Only a NIK of kind OK."""
    nik_fits: bool = False
    """Whether the NIK tells the birth date and sex of the same row."""
    kk: str | None = None
    sex: str | None = None
    born_on: str | None = None
    born_default: bool = False
    """Whether the day stands for an unknown one, such as 1 January."""
    birthplace: str | None = None
    mother_name: str | None = None
    area: str | None = None
    """Kelurahan: Kemendagri code of ten digits."""
    rt: str | None = None
    rw: str | None = None
    street_key: str | None = None
    number: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        """By what a partition names the row."""
        return self.register, self.row_key


_MISFITS = frozenset({"nik_birth_differs", "nik_birth_impossible", "nik_sex_differs"})


@dataclass(frozen=True, slots=True)
class RowName:
    """Which row: of which register and release, in which unit of it."""

    register: str
    row_key: str
    unit: str | None = None
    """None: the row stands alone."""
    release: str = ""


def match_row(
    name: RowName, person: Mapping[str, Json], dwelling: Mapping[str, Json] | None = None
) -> MatchRow:
    """The row of a person, from the standardised values of its record and of the dwelling that it names.

    Where both tell the area, the dwelling's counts: a KTP may name another place than where people live.
    """
    place = dwelling or {}
    flags = frozenset(person.get("flags", ()))
    born_on = person.get("born_on")
    nik = person.get("nik")
    return MatchRow(
        register=name.register,
        row_key=name.row_key,
        unit=name.row_key if name.unit is None else name.unit,
        release=name.release,
        name_key=person.get("name_key"),
        name_sound=person.get("name_sound"),
        nik=nik,
        nik_fits=bool(nik and born_on and not flags & _MISFITS),
        kk=person.get("kk") or place.get("kk"),
        sex=person.get("sex"),
        born_on=born_on,
        born_default="born_default_day" in flags,
        birthplace=person.get("birthplace"),
        mother_name=person.get("mother_name"),
        area=place.get("area") or person.get("area"),
        rt=place.get("rt"),
        rw=place.get("rw"),
        street_key=place.get("street_key"),
        number=place.get("number"),
    )
