"""The civil registry's extract: a person a row, with the legal address; used only when asked.

Layout: FORMATS, Dukcapil; codes of SIAK (sex, SHDK, marital status, STATUS_DASAR).
"""

from __future__ import annotations

from collections.abc import Container

from hub.commands.intake import Incoming
from hub.domain.facts import Json
from hub.domain.standard import codes
from hub.domain.standard.identifiers import identifier
from hub.intake.answers import picker
from hub.intake.layout import Bound, Column, Context, Fate, Layout, RowReader
from hub.intake.people import NO_NIK, Coded, Original, Person, PersonColumns, present, told
from hub.intake.places import Place, PlaceColumns, lying_in
from hub.intake.refusals import Refusal

EXTRACT = Layout(
    "dukcapil",
    "the extract of the civil registry",
    (
        Column("NIK", Fate.GOLDEN, "nik"),
        Column("NO_KK", Fate.GOLDEN, "kk"),
        Column("NAMA_LGKP", Fate.GOLDEN, "name"),
        Column("JENIS_KLMIN", Fate.GOLDEN, "sex"),
        Column("TMPT_LHR", Fate.GOLDEN, "birthplace"),
        Column("TGL_LHR", Fate.GOLDEN, "born_on"),
        Column("STAT_HBKEL", Fate.GOLDEN, "relation_to_head"),
        Column("STAT_KWN", Fate.GOLDEN, "marital_status"),
        Column("NAMA_LGKP_IBU", Fate.GOLDEN, "mother_name"),
        Column("ALAMAT", Fate.GOLDEN, "address", "dwelling"),
        Column("NO_RT", Fate.GOLDEN, "address: RT", "dwelling"),
        Column("NO_RW", Fate.GOLDEN, "address: RW", "dwelling"),
        Column("KODE_WILAYAH", Fate.GOLDEN, "area", "dwelling"),
        Column("STATUS_DASAR", Fate.GOLDEN, "presence and alive"),
    ),
    code_column="KODE_WILAYAH",
    key="NIK",
    identifiers=("NIK", "NO_KK"),
)
_ADDRESS = ("ALAMAT", "NO_RT", "NO_RW", "KODE_WILAYAH")
_PLACE = PlaceColumns(code="KODE_WILAYAH", address="ALAMAT", rt="NO_RT", rw="NO_RW")
_COLUMNS = PersonColumns(
    "NAMA_LGKP", "NIK", "NO_KK", "TGL_LHR", "NAMA_LGKP_IBU",
    (
        Coded("sex", "JENIS_KLMIN", codes.sex),
        Coded("birthplace", "TMPT_LHR", codes.birthplace),
        Coded("relation_to_head", "STAT_HBKEL", codes.relation_by_shdk),
        Coded("marital_status", "STAT_KWN", codes.marital),
    ),
)  # fmt: skip


class Dukcapil:
    """The civil registry."""

    register = "dukcapil"
    layouts = (EXTRACT,)

    def bind(self, layout: Layout, columns: Bound, context: Context) -> RowReader:
        """A reader for an extract."""
        return _Rows(columns, context)


class _Rows:
    """Reads rows of an extract: a person each, and the address of their KK."""

    def __init__(self, bound: Bound, context: Context) -> None:
        at = bound.at
        self._own = Original(EXTRACT, bound, "person", own=True)
        self._of_dwelling = Original(EXTRACT, bound, "dwelling")
        self._person = Person(at, _COLUMNS, context.as_of)
        self._place = Place(at, _PLACE, context)
        self._nik_at, self._kk_at, self._name_at = at["NIK"], at["NO_KK"], at["NAMA_LGKP"]
        self._status_at = at["STATUS_DASAR"]
        self._address = picker([at[column] for column in _ADDRESS])

    def record(self, values: list[str], rounded: Container[int] = ()) -> Incoming | Refusal:
        """The person, whose key is the NIK; the registry of all has no row without one."""
        found = self._person.read(values, rounded)
        if found is None:
            return Refusal("no_name_no_nik", "NAMA_LGKP", values[self._name_at])
        known, flags = found
        nik = known.get("nik")
        if nik is None:
            return Refusal("bad_key", "NIK", values[self._nik_at])
        area = self._place.area(values)
        if area is None:
            return Refusal("impossible_area", "KODE_WILAYAH", self._place.given(values))
        known |= lying_in(area)
        self._presence(values, known, flags)
        return Incoming(
            "person", nik, nik, self._own.of(values), told(known, flags), self._identity(values)[1]
        )

    def dwelling(self, values: list[str]) -> Incoming | None:
        """The legal address of the KK."""
        found = self._place.read(values)
        if found is None:
            return None
        key, identity = self._identity(values)
        return Incoming("dwelling", key, identity, self._of_dwelling.of(values), told(*found))

    def head(self, values: list[str], rounded: Container[int] = ()) -> Incoming | None:
        """None: an extract has persons only."""
        return None

    def _identity(self, values: list[str]) -> tuple[str, str]:
        """Row key and identity of the address: the KK's, or the person's own where the number is none."""
        kk = identifier(values[self._kk_at])
        key = values[self._nik_at if kk.kind in NO_NIK else self._kk_at].strip()
        return key, "|".join((key, *self._address(values)))

    def _presence(self, values: list[str], known: dict[str, Json], flags: list[str]) -> None:
        given = values[self._status_at].strip()
        if presence := codes.presence_by_status(given):
            known |= present(presence)
        elif given:
            flags.append("code_unknown:STATUS_DASAR")
