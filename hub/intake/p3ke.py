"""P3KE of Kemenko PMK (survey of July to October 2021): a file of families and a file of their persons.

Layout: FORMATS, P3KE. The unit is the BKKBN family, people who live together whatever their KK says; there is
no KK number, no mother's name, no RT or RW.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping

from hub.commands.intake import Incoming
from hub.domain.measures import measured_by
from hub.domain.standard import codes
from hub.intake.answers import YES_NO, Answer, Block, Read, assess, coded, decile, golden, one_of
from hub.intake.layout import Bound, Column, Context, Fate, Layout, RowReader
from hub.intake.people import Coded, Original, Person, PersonColumns, told
from hub.intake.places import Place, PlaceColumns, lying_in
from hub.intake.refusals import Refusal

_MEASURES = measured_by("p3ke")
_is_family = re.compile(r"[0-9]{1,9}").fullmatch
_is_position = re.compile(r"[0-9]{1,3}").fullmatch


def _list(labels: str) -> Read:
    return coded({each: each for each in labels.split(" | ")})


_yes_no = coded(YES_NO)
_occupation = _list(
    "Tidak/belum bekerja | Pekerja Lepas | Pegawai Swasta | Wiraswasta | Pedagang | Petani | PNS/TNI/Polri"
    " | Pensiunan | Lainnya"
)
_education = _list(
    "Tidak/belum sekolah | Tidak tamat SD/sederajat | Siswa SD/sederajat | Siswa SMP/sederajat"
    " | Siswa SMA/sederajat | Tamat SD/sederajat | Tamat SMP/sederajat | Tamat SMA/sederajat"
    " | Tamat Perguruan Tinggi"
)
_HOUSING: Mapping[str, Read] = {
    "Kepemilikan Rumah": _list("Milik Sendiri | Kontrak/Sewa | Menumpang | Lainnya"),
    "Memiliki Simpanan Uang/Perhiasan/Ternak/Lainnya": _yes_no,
    "Jenis Atap": _list("Beton | Genteng | Seng | Asbes | Kayu/Sirap | Bambu | Lainnya"),
    "Jenis Dinding": _list("Tembok | Kayu/Papan | Bambu | Lainnya"),
    "Jenis Lantai": _list(
        "Keramik/Granit/Marmer/Ubin/Tegel/Teraso | Semen | Kayu/Papan | Bambu | Tanah | Lainnya"
    ),
    "Sumber Penerangan": _list(
        "Listrik Pribadi s/d 900 Watt | Listrik Pribadi > 900 Watt | Listrik Bersama | Non-Listrik"
    ),
    "Bahan Bakar Memasak": _list("Listrik/Gas | Minyak Tanah | Arang/Kayu | Lainnya"),
    "Sumber Air Minum": _list(
        "Air Kemasan/Isi Ulang | Ledeng/PAM | Sumur Bor | Sumur Terlindung | Sumur Tidak Terlindung | Mata Air"
        " | Air Permukaan | Air Hujan | Lainnya"
    ),
    "Fasilitas Buang Air Besar": _list(
        "Ya, dengan Septic Tank | Ya, tanpa Septic Tank | Tidak, Jamban Umum/Bersama | Tidak Ada"
    ),
}
_AID: Mapping[str, Read] = {
    **dict.fromkeys(
        ("Penerima BPNT", "Penerima BPUM", "Penerima BST", "Penerima PKH", "Penerima SEMBAKO"), _yes_no
    ),
    "Resiko Stunting": coded({"1": "1", "2": "2"}),
}
_AGES = {
    "Usia dibawah 7": "0-6", "Usia 7-12": "7-12", "Usia 13-15": "13-15", "Usia 16-18": "16-18",
    "Usia 19-21": "19-21", "Usia 22-59": "22-59", "Usia 60 tahun keatas": "60+",
}  # fmt: skip


def _assessed(column: str, unit: str) -> Column:
    return Column(column, Fate.ASSESSED, _MEASURES[column], unit)


_WHERE = (
    Column("Provinsi", Fate.ASIDE, "the kabupaten or kota says it", "dwelling"),
    Column("Kabupaten/Kota", Fate.EVIDENCE, "area", "dwelling", spellings=("Kab/Kota", "Kabupaten")),
    Column("Kecamatan", Fate.GOLDEN, "area", "dwelling"),
    Column("Desa", Fate.GOLDEN, "area", "dwelling", spellings=("Desa/Kelurahan", "Kelurahan")),
    Column("Kode Kemendagri", Fate.GOLDEN, "area", "dwelling"),
    _assessed("Desil Kesejahteraan", "dwelling"),
    Column("Alamat", Fate.GOLDEN, "address", "dwelling"),
)
FAMILIES = Layout(
    "p3ke_keluarga",
    "the family file of P3KE",
    (
        Column("ID Keluarga P3KE", Fate.EVIDENCE, "key of the family", "dwelling"),
        *_WHERE,
        Column("Kepala Keluarga", Fate.EVIDENCE, "head of the family", "head"),
        Column("NIK", Fate.EVIDENCE, "head of the family", "head"),
        Column("Padan Dukcapil", Fate.EVIDENCE, "match of the head's NIK with the civil registry", "head"),
        Column("Jenis Kelamin", Fate.EVIDENCE, "head of the family", "head"),
        Column("Tanggal Lahir", Fate.EVIDENCE, "head of the family", "head"),
        Column("Pekerjaan", Fate.EVIDENCE, "head of the family", "head"),
        Column("Pendidikan", Fate.EVIDENCE, "head of the family", "head"),
        *(_assessed(column, "dwelling") for column in (*_HOUSING, *_AID)),
    ),
    code_column="Kode Kemendagri",
    key="ID Keluarga P3KE",
    identifiers=("NIK",),
)
PERSONS = Layout(
    "p3ke_individu",
    "the person file of P3KE",
    (
        Column("ID Keluarga P3KE", Fate.EVIDENCE, "key of the family"),
        *_WHERE,
        Column("ID Individu", Fate.EVIDENCE, "key: position in the family"),
        Column("Nama", Fate.GOLDEN, "name"),
        Column("NIK", Fate.GOLDEN, "nik"),
        Column("Padan Dukcapil", Fate.EVIDENCE, "match with the civil registry"),
        Column("Jenis Kelamin", Fate.GOLDEN, "sex"),
        Column("Hubungan dengan Kepala Keluarga", Fate.GOLDEN, "relation_to_head"),
        Column("Tanggal Lahir", Fate.GOLDEN, "born_on"),
        Column("Status Kawin", Fate.GOLDEN, "marital_status"),
        Column("Pekerjaan", Fate.GOLDEN, "occupation"),
        Column("Pendidikan", Fate.GOLDEN, "education"),
        *(_assessed(column, "person") for column in (*_AGES, *_AID)),
        Column("Pensasaran", Fate.ASIDE, "not described by the ministry", optional=True),
    ),
    code_column="Kode Kemendagri",
    key="ID Individu",
    identifiers=("NIK",),
)


def _padan(value: str) -> str | None:
    said = codes.yes(value)
    return None if said is None else "PADAN" if said else "TIDAK PADAN"


_CODED = (
    Coded("sex", "Jenis Kelamin", codes.sex),
    Coded("relation_to_head", "Hubungan dengan Kepala Keluarga", codes.relation),
    Coded("marital_status", "Status Kawin", codes.marital),
    Coded("padan", "Padan Dukcapil", _padan),
)
_PLACE = PlaceColumns(
    kecamatan="Kecamatan", kelurahan="Desa", city="Kabupaten/Kota", code="Kode Kemendagri", address="Alamat"
)
_WORK = (
    Answer("occupation", ("Pekerjaan",), golden(_occupation, codes.occupation)),
    Answer("education", ("Pendidikan",), golden(_education, codes.education)),
)
_DECILE = (Answer("decile", ("Desil Kesejahteraan",), decile),)


def _answers(columns: Mapping[str, Read]) -> tuple[Answer, ...]:
    return tuple(Answer(_MEASURES[column], (column,), read) for column, read in columns.items())


class P3ke:
    """The register P3KE."""

    register = "p3ke"
    layouts = (FAMILIES, PERSONS)

    def bind(self, layout: Layout, columns: Bound, context: Context) -> RowReader:
        """A reader for one of its files."""
        return (_FamilyRows if layout is FAMILIES else _PersonRows)(columns, context)


class _FamilyRows:
    """Reads rows of the family file: a dwelling each, and what they say of its head."""

    def __init__(self, bound: Bound, context: Context) -> None:
        self._family_at = bound.at["ID Keluarga P3KE"]
        self._own = Original(FAMILIES, bound, "dwelling", own=True)
        self._of_head = Original(FAMILIES, bound, "head")
        self._place = Place(bound.at, _PLACE, context)
        self._blocks = [Block(bound.at, each) for each in (_DECILE, _answers(_HOUSING), _answers(_AID))]
        self._head = Person(
            bound.at,
            PersonColumns("Kepala Keluarga", "NIK", born="Tanggal Lahir", coded=_CODED),
            context.as_of,
        )
        self._work = Block(bound.at, _WORK)

    def record(self, values: list[str], rounded: Container[int] = ()) -> Incoming | Refusal:
        """The family's dwelling."""
        family = values[self._family_at].strip()
        if not _is_family(family):
            return Refusal("bad_key", "ID Keluarga P3KE", family)
        found = self._place.read(values)
        if found is None:
            return Refusal("impossible_area", "Desa", self._place.given(values))
        known, flags = found
        assessed = assess(self._blocks, values, flags)
        return Incoming("dwelling", family, family, self._own.of(values), told(known, flags, assessed))

    def dwelling(self, values: list[str]) -> Incoming | None:
        """None: the row's own record is the dwelling."""
        return None

    def head(self, values: list[str], rounded: Container[int] = ()) -> Incoming | None:
        """The head as the family file tells of them, also without a name; None when it tells nothing."""
        original = self._of_head.of(values)
        found = self._head.read(values, rounded, nameless=True)
        if found is None or not any(map(str.strip, original.values())):
            return None
        known, flags = found
        self._work.read(values, known, flags)
        family = values[self._family_at].strip()
        key = f"{family}-head"
        return Incoming("head", key, key, original, told(known, flags), family)


class _PersonRows:
    """Reads rows of the person file: a person each, and the dwelling where the family file lacks it."""

    def __init__(self, bound: Bound, context: Context) -> None:
        self._family_at = bound.at["ID Keluarga P3KE"]
        self._position_at = bound.at["ID Individu"]
        self._name_at = bound.at["Nama"]
        self._own = Original(PERSONS, bound, "person", own=True)
        self._of_dwelling = Original(PERSONS, bound, "dwelling")
        self._place = Place(bound.at, _PLACE, context)
        self._person = Person(
            bound.at, PersonColumns("Nama", "NIK", born="Tanggal Lahir", coded=_CODED), context.as_of
        )
        self._work = Block(bound.at, _WORK)
        ages = Answer("age_group", tuple(_AGES), one_of(tuple(_AGES.values())))
        self._answers = Block(bound.at, (ages, *_answers(_AID)))
        self._decile = Block(bound.at, _DECILE)

    def record(self, values: list[str], rounded: Container[int] = ()) -> Incoming | Refusal:
        """The person, who names the family's dwelling."""
        family, position = values[self._family_at].strip(), values[self._position_at].strip()
        if not _is_family(family):
            return Refusal("bad_key", "ID Keluarga P3KE", family)
        if not _is_position(position):
            return Refusal("bad_key", "ID Individu", position)
        found = self._person.read(values, rounded)
        if found is None:
            return Refusal("no_name_no_nik", "Nama", values[self._name_at])
        area = self._place.area(values)
        if area is None:
            return Refusal("impossible_area", "Desa", self._place.given(values))
        known, flags = found
        known |= lying_in(area)
        self._work.read(values, known, flags)
        assessed = assess((self._answers,), values, flags)
        key = f"{family}-{position}"
        return Incoming("person", key, key, self._own.of(values), told(known, flags, assessed), family)

    def dwelling(self, values: list[str]) -> Incoming | None:
        """The family's dwelling as its persons tell it, a spare one."""
        found = self._place.read(values)
        if found is None:
            return None
        known, flags = found
        assessed = assess((self._decile,), values, flags)
        family, original = values[self._family_at].strip(), self._of_dwelling.of(values)
        return Incoming("dwelling", family, family, original, told(known, flags, assessed), spare=True)

    def head(self, values: list[str], rounded: Container[int] = ()) -> Incoming | None:
        """None: the head has a row of their own."""
        return None
