"""DTSEN of BPS: a file of families, each a KK, and a file of their persons; the code system differs by file.

Layout: DOMAIN §3d. A person's own columns say where the KTP was issued for, the family's where they live.
"""

from __future__ import annotations

from collections.abc import Container

from hub.commands.intake import Incoming
from hub.domain.facts import Json
from hub.domain.standard import codes
from hub.domain.standard.identifiers import identifier
from hub.intake.answers import Block, assess
from hub.intake.dtsen_columns import FAMILIES, FAMILY_BLOCKS, GOLDEN, PERSON_BLOCKS, PERSONS, answers
from hub.intake.layout import Bound, Context, Layout, RowReader, squeeze
from hub.intake.people import Coded, Original, Person, PersonColumns, card, told
from hub.intake.places import Place, PlaceColumns, lying_in
from hub.intake.refusals import Refusal
from hub.intake.regsosek_columns import questions

_KEY_DIGITS = 6
"""Fewer characters can't be the ministry's key of a family or a person."""
_CODED = (
    Coded("sex", "jenis_kelamin", codes.sex),
    Coded("marital_status", "status_kawin", codes.marital),
)
_R409 = {squeeze(label): code for code, label in questions()["r409"][1].items()}


def _place(ending: str, address: str, rt: str, rw: str) -> PlaceColumns:
    return PlaceColumns(
        f"kecamatan{ending}", f"kelurahan_desa{ending}", f"kabupaten_kota{ending}", f"kode_kelurahan_desa{ending}",
        address=address, rt=rt, rw=rw,
    )  # fmt: skip


class Dtsen:
    """The register DTSEN."""

    register = "dtsen"
    layouts = (FAMILIES, PERSONS)

    def bind(self, layout: Layout, columns: Bound, context: Context) -> RowReader:
        """A reader for one of its files."""
        return (_FamilyRows if layout is FAMILIES else _PersonRows)(columns, context)


class _Key:
    """A row's key: the ministry's own where the file has it, else the number by which rows are told apart."""

    def __init__(self, bound: Bound, own: str, number: str) -> None:
        self._own_at = bound.at.get(own)
        self._number_at = bound.at[number]
        self._columns = own, number

    def read(self, values: list[str], rounded: Container[int]) -> str | Refusal:
        """The key, or why there is none: a number that is not sure is no key."""
        if self._own_at is not None:
            given = values[self._own_at]
            key = given.strip()
            good = len(key) >= _KEY_DIGITS and key.replace("-", "").isalnum()
            return key if good else Refusal("bad_key", self._columns[0], given)
        given = values[self._number_at]
        digits = identifier(given, self._number_at in rounded).digits
        return digits or Refusal("bad_key", self._columns[1], given)


class _FamilyRows:
    """Reads rows of the family file: a dwelling each, and what they say of its head."""

    def __init__(self, bound: Bound, context: Context) -> None:
        at = bound.at
        self._key = _Key(bound, "id_keluarga", "nomor_kartu_keluarga")
        self._own = Original(FAMILIES, bound, "dwelling", own=True)
        self._of_head = Original(FAMILIES, bound, "head")
        self._place = Place(at, _place("", "alamat", "rt", "rw"), context)
        self._kk_at = at["nomor_kartu_keluarga"]
        self._blocks = [Block(at, answers(each)) for each in FAMILY_BLOCKS]
        head = PersonColumns("nama_anggota_keluarga", "nomor_induk_kependudukan")
        self._head = Person(at, head, context.as_of)

    def record(self, values: list[str], rounded: Container[int] = ()) -> Incoming | Refusal:
        """The family's dwelling, with the number of its KK."""
        family = self._key.read(values, rounded)
        if isinstance(family, Refusal):
            return family
        found = self._place.read(values)
        if found is None:
            return Refusal("impossible_area", "kode_kelurahan_desa", self._place.given(values))
        known, flags = found
        card(values[self._kk_at], known, flags, rounded=self._kk_at in rounded)
        assessed = assess(self._blocks, values, flags)
        return Incoming("dwelling", family, family, self._own.of(values), told(known, flags, assessed))

    def dwelling(self, values: list[str]) -> Incoming | None:
        """None: the row's own record is the dwelling."""
        return None

    def head(self, values: list[str], rounded: Container[int] = ()) -> Incoming | None:
        """The head as the family file tells of them, also without a name; None when it tells nothing."""
        original, family = self._of_head.of(values), self._key.read(values, rounded)
        found = self._head.read(values, rounded, nameless=True)
        if found is None or isinstance(family, Refusal) or not any(map(str.strip, original.values())):
            return None
        key = f"{family}-head"
        return Incoming("head", key, key, original, told(*found), family)


class _PersonRows:
    """Reads rows of the person file; the dwelling comes from the family's row."""

    def __init__(self, bound: Bound, context: Context) -> None:
        at = bound.at
        self._key = _Key(bound, "idsemesta", "nomor_induk_kependudukan")
        self._family = _Key(bound, "id_keluarga", "nomor_kartu_keluarga")
        self._own = Original(PERSONS, bound, "person", own=True)
        self._ktp = Place(at, _place("_ktp", "alamat_ktp", "rt_ktp", "rw_ktp"), context)
        columns = PersonColumns(
            "nama", "nomor_induk_kependudukan", "nomor_kartu_keluarga", "tanggal_lahir", coded=_CODED
        )
        self._person = Person(at, columns, context.as_of)
        self._name_at, self._relation_at = at["nama"], at["status_hubungan_keluarga"]
        self._golden = Block(at, answers(GOLDEN))
        self._blocks = [Block(at, answers(each)) for each in PERSON_BLOCKS]

    def record(self, values: list[str], rounded: Container[int] = ()) -> Incoming | Refusal:
        """The person, who names the family's dwelling; a KTP of another city is a flag."""
        found = self._person.read(values, rounded)
        if found is None:
            return Refusal("no_name_no_nik", "nama", values[self._name_at])
        key, family = self._key.read(values, rounded), self._family.read(values, rounded)
        if isinstance(key, Refusal):
            return key
        known, flags = found
        if area := self._ktp.area(values):
            known |= lying_in(area)
        elif self._ktp.elsewhere(values):
            flags += ["ktp_elsewhere"] if self._ktp.given(values) else []
        else:
            return Refusal("impossible_area", "nama_kelurahan_desa_ktp", self._ktp.given(values))
        self._golden.read(values, known, flags)
        self._relation(values[self._relation_at], known, flags)
        assessed = assess(self._blocks, values, flags)
        named = family if isinstance(family, str) else None
        return Incoming("person", key, key, self._own.of(values), told(known, flags, assessed), named)

    def dwelling(self, values: list[str]) -> Incoming | None:
        """None: the family file tells the dwelling, and a person without its row is taken all the same."""
        return None

    def head(self, values: list[str], rounded: Container[int] = ()) -> Incoming | None:
        """None: the head has a row of their own."""
        return None

    def _relation(self, given: str, known: dict[str, Json], flags: list[str]) -> None:
        """By the codes of Regsosek, by their labels, or by those of the civil registry."""
        code = _R409.get(squeeze(given), given)
        if said := codes.relation_by_r409(code, known.get("sex")) or codes.relation(given):
            known["relation_to_head"] = said
        elif given.strip():
            flags.append("code_unknown:status_hubungan_keluarga")
