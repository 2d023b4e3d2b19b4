"""DTKS as SIKS-NG exports it (17, 22 or 23 columns, read by heading): a row becomes a person and a dwelling.

Layout: FORMATS, section DTKS. ID_DTKS = 10 digits of village + 6 of household + 2 of the person in it.
"""

from __future__ import annotations

import re
from collections.abc import Container

from hub.commands.intake import Incoming
from hub.domain.measures import measured_by
from hub.domain.standard import codes
from hub.intake.answers import YES_NO, Answer, Block, assess, coded, picker
from hub.intake.layout import Bound, Column, Context, Fate, Layout, RowReader
from hub.intake.people import Coded, Original, Person, PersonColumns, told
from hub.intake.places import Place, PlaceColumns
from hub.intake.refusals import Refusal

_MEASURES = measured_by("dtks")
_RUTA_DIGITS = 16
_is_key = re.compile(r"[0-9]{18}").fullmatch
_ADDRESS = ("PROVINSI", "KABUPATEN/KOTA", "KECAMATAN", "DESA/KELURAHAN", "ALAMAT", "RT", "RW")
EXPORT = Layout(
    "dtks",
    "the SIKS-NG export of DTKS",
    (
        Column("ID_DTKS", Fate.EVIDENCE, "key: household (16 digits) and person in it"),
        Column("PROVINSI", Fate.ASIDE, "the kabupaten or kota says it", "dwelling"),
        Column("KABUPATEN/KOTA", Fate.EVIDENCE, "area", "dwelling", spellings=("KABKOTA", "KABUPATEN")),
        Column("KECAMATAN", Fate.GOLDEN, "area", "dwelling"),
        Column(
            "DESA/KELURAHAN", Fate.GOLDEN, "area", "dwelling", spellings=("KELURAHAN", "KELURAHAN/DESA", "DESA")
        ),
        Column("ALAMAT", Fate.GOLDEN, "address", "dwelling"),
        # With the person: in the city it is blank, `-` or `0` by row and says nothing of a dwelling.
        Column("DUSUN", Fate.ASIDE, "the city has no dusun"),
        Column("RT", Fate.GOLDEN, "address: RT", "dwelling"),
        Column("RW", Fate.GOLDEN, "address: RW", "dwelling"),
        Column("NOMOR KK", Fate.GOLDEN, "kk", spellings=("NO KK",)),
        Column("NOMOR NIK", Fate.GOLDEN, "nik", spellings=("NIK", "NO NIK")),
        Column("NAMA", Fate.GOLDEN, "name"),
        Column("TANGGAL LAHIR", Fate.GOLDEN, "born_on", spellings=("TGL LAHIR",)),
        Column("TEMPAT LAHIR", Fate.GOLDEN, "birthplace", spellings=("TMP LAHIR", "TMPT LAHIR")),
        Column("JENIS KELAMIN", Fate.GOLDEN, "sex", spellings=("JK",)),
        Column("PEKERJAAN", Fate.GOLDEN, "occupation", optional=True),
        Column("NAMA IBU KANDUNG", Fate.GOLDEN, "mother_name", spellings=("NAMA IBU", "IBU KANDUNG")),
        Column("HUBUNGAN KELUARGA", Fate.GOLDEN, "relation_to_head", spellings=("HUB KELUARGA",)),
        Column(
            "KETERANGAN PADAN", Fate.EVIDENCE, "match with the civil registry", optional=True,
            spellings=("KET PADAN",),
        ),
        *(Column(each, Fate.ASSESSED, measure, optional=True) for each, measure in _MEASURES.items()),
    ),
    key="ID_DTKS",
    identifiers=("NOMOR NIK", "NOMOR KK"),
)  # fmt: skip
_PLACE = PlaceColumns("KECAMATAN", "DESA/KELURAHAN", "KABUPATEN/KOTA", address="ALAMAT", rt="RT", rw="RW")
_COLUMNS = PersonColumns(
    "NAMA", "NOMOR NIK", "NOMOR KK", "TANGGAL LAHIR", "NAMA IBU KANDUNG",
    (
        Coded("sex", "JENIS KELAMIN", codes.sex),
        Coded("birthplace", "TEMPAT LAHIR", codes.birthplace),
        Coded("occupation", "PEKERJAAN", codes.occupation),
        Coded("relation_to_head", "HUBUNGAN KELUARGA", codes.relation),
        Coded("padan", "KETERANGAN PADAN", codes.padan),
    ),
)  # fmt: skip


class Dtks:
    """The register DTKS."""

    register = "dtks"
    layouts = (EXPORT,)

    def bind(self, layout: Layout, columns: Bound, context: Context) -> RowReader:
        """A reader for an export."""
        return _Rows(columns, context)


class _Rows:
    """Reads rows of an export: a person each, and the household's dwelling at the address as given."""

    def __init__(self, bound: Bound, context: Context) -> None:
        at = bound.at
        self._own = Original(EXPORT, bound, "person", own=True)
        self._of_dwelling = Original(EXPORT, bound, "dwelling")
        self._person = Person(at, _COLUMNS, context.as_of)
        self._place = Place(at, _PLACE, context)
        self._key_at, self._name_at = at["ID_DTKS"], at["NAMA"]
        self._address = picker([at[column] for column in _ADDRESS])
        yes_no = coded(YES_NO)
        self._answers = Block(at, (Answer(measure, (each,), yes_no) for each, measure in _MEASURES.items()))

    def record(self, values: list[str], rounded: Container[int] = ()) -> Incoming | Refusal:
        """The person, who names the household's dwelling."""
        given_key = values[self._key_at]
        key = given_key.strip()
        if not _is_key(key):
            return Refusal("bad_key", "ID_DTKS", given_key)
        found = self._person.read(values, rounded)
        if found is None:
            return Refusal("no_name_no_nik", "NAMA", values[self._name_at])
        if self._place.area(values) is None:
            return Refusal("impossible_area", "DESA/KELURAHAN", self._place.given(values))
        known, flags = found
        assessed = assess((self._answers,), values, flags)
        original, standardised = self._own.of(values), told(known, flags, assessed)
        return Incoming("person", key, key, original, standardised, self._dwelling_of(key, values))

    def dwelling(self, values: list[str]) -> Incoming | None:
        """The household's dwelling; the same household at another address as given is another dwelling."""
        found = self._place.read(values)
        if found is None:
            return None
        key = values[self._key_at].strip()
        identity, original = self._dwelling_of(key, values), self._of_dwelling.of(values)
        return Incoming("dwelling", key[:_RUTA_DIGITS], identity, original, told(*found))

    def head(self, values: list[str], rounded: Container[int] = ()) -> Incoming | None:
        """None: an export has persons only."""
        return None

    def _dwelling_of(self, key: str, values: list[str]) -> str:
        return "|".join((key[:_RUTA_DIGITS], *self._address(values)))
