"""DTKS as SIKS-NG exports it (17, 22 or 23 columns, read by heading): a row becomes a person and a dwelling.

Layout: FORMATS, section DTKS. ID_DTKS = 10 digits of village + 6 of household + 2 of the person in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from operator import itemgetter

from hub.commands.intake import Incoming
from hub.domain.errors import InvalidInput
from hub.domain.facts import Json
from hub.domain.standard import addresses, codes, dates, names
from hub.domain.standard.areas import AreaIndex, FoundArea
from hub.domain.standard.identifiers import IdKind, identifier, nik_flags
from hub.intake.adapters import Heading, looks_like, read_heading, squeeze
from hub.intake.refusals import Refusal

_DWELLING = ("PROVINSI", "KABUPATEN/KOTA", "KECAMATAN", "DESA/KELURAHAN", "ALAMAT", "RT", "RW")
_PERSON = (
    "ID_DTKS", "DUSUN", "NOMOR KK", "NOMOR NIK", "NAMA", "TANGGAL LAHIR", "TEMPAT LAHIR", "JENIS KELAMIN",
    "NAMA IBU KANDUNG", "HUBUNGAN KELUARGA",
)  # fmt: skip
"""DUSUN goes with the person: in the city it is blank, `-` or `0` by row and says nothing of a dwelling."""
_OPTIONAL = ("PEKERJAAN", "KETERANGAN PADAN", "BANSOS BPNT", "BANSOS PKH", "BANSOS BPNT-PPKM", "PBI JKN")
_SPELLINGS = {squeeze(column): column for column in (*_DWELLING, *_PERSON, *_OPTIONAL)} | {
    "KABKOTA": "KABUPATEN/KOTA",
    "KABUPATEN": "KABUPATEN/KOTA",
    "KELURAHAN": "DESA/KELURAHAN",
    "KELURAHANDESA": "DESA/KELURAHAN",
    "DESA": "DESA/KELURAHAN",
    "NOKK": "NOMOR KK",
    "NIK": "NOMOR NIK",
    "NONIK": "NOMOR NIK",
    "TGLLAHIR": "TANGGAL LAHIR",
    "TMPLAHIR": "TEMPAT LAHIR",
    "TMPTLAHIR": "TEMPAT LAHIR",
    "JK": "JENIS KELAMIN",
    "NAMAIBU": "NAMA IBU KANDUNG",
    "IBUKANDUNG": "NAMA IBU KANDUNG",
    "HUBKELUARGA": "HUBUNGAN KELUARGA",
    "KETPADAN": "KETERANGAN PADAN",
}
_is_key = re.compile(r"[0-9]{18}").fullmatch
_NO_NIK = (IdKind.MISSING, IdKind.PLACEHOLDER)
_kk_identifier = lru_cache(maxsize=1 << 12)(identifier)  # a family shares one number, in rows that follow
_mother_name = lru_cache(maxsize=1 << 12)(names.mother_name)


class Dtks:
    """The register DTKS."""

    register = "dtks"

    def bind(self, heading: tuple[str, ...], as_of: str, areas: AreaIndex) -> DtksRows:
        """A reader for this heading. Raises InvalidInput when it is no DTKS heading."""
        advice = "Give the SIKS-NG export with its heading line as it was delivered."
        found = read_heading(heading, _SPELLINGS, advice)
        missing = [column for column in (*_DWELLING, *_PERSON) if column not in found.at]
        if missing:
            other = looks_like(heading)
            if other not in (None, "DTKS"):
                raise InvalidInput(f"This file is not DTKS: its heading looks like {other}.", advice)
            raise InvalidInput(f"The heading lacks columns of DTKS: {', '.join(missing)}.", advice)
        return DtksRows(found, as_of, areas)


class DtksRows:
    """Reads the rows of one DTKS file."""

    def __init__(self, heading: Heading, as_of: str, areas: AreaIndex) -> None:
        at = heading.at
        own = {name: at[name] for name in (*_PERSON, *_OPTIONAL) if name in at} | dict(heading.unknown)
        self.unknown_columns = tuple(heading.unknown)
        self._as_of = as_of
        self._areas = areas
        self._person_columns = tuple(own)
        self._person_cells = itemgetter(*own.values())
        self._address_cells = itemgetter(*(at[name] for name in _DWELLING))
        self._place = itemgetter(at["KECAMATAN"], at["DESA/KELURAHAN"], at["KABUPATEN/KOTA"])
        self._identity_cells = itemgetter(at["ID_DTKS"], at["NOMOR NIK"], at["NAMA"])
        self._other_cells = itemgetter(
            *(at[name] for name in ("NOMOR KK", "TANGGAL LAHIR", "TEMPAT LAHIR", "JENIS KELAMIN")),
            *(at[name] for name in ("NAMA IBU KANDUNG", "HUBUNGAN KELUARGA")),
        )
        self._padan_at = at.get("KETERANGAN PADAN")
        self._people_in: dict[int, int] = {}
        """Household → bits of the persons met: a third of the memory of a set of keys."""

    def person(self, values: list[str]) -> Incoming | Refusal:
        """The person's part of a row, or why the row is not taken."""
        given_key, nik_text, name_text = self._identity_cells(values)
        key = given_key.strip()
        if not _is_key(key):
            return Refusal("bad_key", "ID_DTKS", given_key)
        ruta = key[:16]
        household, bit = int(ruta), 1 << int(key[16:])
        met = self._people_in.get(household, 0)
        if met & bit:
            return Refusal("duplicate_key", "ID_DTKS", given_key)
        nik, name = identifier(nik_text), names.name(name_text)
        if name is None and nik.kind in _NO_NIK:
            return Refusal("no_name_no_nik", "NAMA", name_text)
        if self._area(values) is None:
            return Refusal("impossible_area", "DESA/KELURAHAN", " / ".join(self._place(values)))
        self._people_in[household] = met | bit
        standardised, flags = self._about(values, nik.digits)
        standardised["nik_kind"] = nik.kind.value
        if nik.digits:
            standardised["nik"] = nik.digits
        if nik.repaired:
            flags.append("nik_repaired")
        if name:
            standardised["name"], standardised["name_key"] = name, names.name_key(name)
            flags += names.name_flags(name)
        if flags:
            standardised["flags"] = sorted(flags)
        original = dict(zip(self._person_columns, self._person_cells(values), strict=True))
        identity = "|".join((ruta, *self._address_cells(values)))
        return Incoming("person", key, key, original, standardised, identity)

    def dwelling(self, values: list[str]) -> Incoming:
        """The dwelling's part of a row whose person was taken."""
        given = self._address_cells(values)
        ruta = self._identity_cells(values)[0].strip()[:16]
        original = dict(zip(_DWELLING, given, strict=True))
        return Incoming(
            "dwelling", ruta, "|".join((ruta, *given)), original, self._standard_address(original, values)
        )

    def _area(self, values: list[str]) -> FoundArea | None:
        return self._areas.kelurahan(*self._place(values))

    def _standard_address(self, given: Mapping[str, str], values: list[str]) -> dict[str, Json]:
        area = self._area(values)
        standardised = {
            "text": addresses.text(given["ALAMAT"]),
            "rt": addresses.rt_or_rw(given["RT"]),
            "rw": addresses.rt_or_rw(given["RW"]),
            "area": area and area.code,
            "area_kind": area and area.kind.value,
        }
        return {name: value for name, value in standardised.items() if value is not None}

    def _about(self, values: list[str], nik: str | None) -> tuple[dict[str, Json], list[str]]:
        """What the row says of the person besides name and NIK, and the flags raised by it."""
        kk_text, born_text, place, sex_text, mother, relation = self._other_cells(values)
        kk, born, sex = _kk_identifier(kk_text), dates.born(born_text, self._as_of), codes.sex(sex_text)
        known: dict[str, Json] = {"kk_kind": kk.kind.value, "born_kind": born.kind.value}
        if kk.digits:
            known["kk"] = kk.digits
        if born.on:
            known["born_on"] = born.on
        if sex:
            known["sex"] = sex
        if found := codes.birthplace(place):
            known["birthplace"] = found
        if found := _mother_name(mother):
            known["mother_name"] = found
        if found := codes.relation(relation):
            known["relation_to_head"] = found
        if self._padan_at is not None and (found := codes.padan(values[self._padan_at])):
            known["padan"] = found
        flags = nik_flags(nik, sex, born.on) if nik else []
        if born.default_day:
            flags.append("born_default_day")
        if born.kind is not dates.BornKind.EXACT and born.kind in dates.FLAGGED:  # hashing an enum is slow
            flags.append(f"born_{born.kind.value}")
        if kk.repaired:
            flags.append("kk_repaired")
        return known, flags
