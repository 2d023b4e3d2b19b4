"""Columns of Regsosek 2022 (questionnaire REGSOSEK22-K) and how each answer is read: `r` + question number.

Layout: FORMATS, Regsosek. Codes and labels: hub/reference/regsosek_questions.csv.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from hub.domain.measures import measured_by
from hub.domain.standard import codes
from hub.intake.answers import Answer, Read, bits, coded, golden, month, number, words
from hub.intake.layout import Column, Fate, Layout

MEASURES = measured_by("regsosek")
AID = "abcdefg"
"""Letters of question 501: Sembako, PKH, BLT Dana Desa, electricity, local aid, fertiliser, LPG."""
_BELONGINGS = (*(f"r502{letter}" for letter in "abcdefghijklmn"), "r503a", "r503b")
_ANIMALS = tuple(f"r504{letter}" for letter in "abcde")
HOUSING = (
    "r301a", "r301b", "r302", "r303", "r304", "r305", "r306a", "r306b", "r307a", "r307b1", "r307b2", "r307b3",
    "r308", "r309a", "r309b", "r310",
)  # fmt: skip
RECEIVED = tuple(f"r501{letter}{part}" for letter in AID for part in ("", "_bulan", "_tahun"))
FAMILY_MEANS = (*RECEIVED, *_BELONGINGS, *_ANIMALS, "r505", "r506")
SCHOOL = ("r412", "r413", "r414", "r415")
WORK = ("r416a", "r416b", "r417", "r418", "r419")
BUSINESS = ("r420a", "r420b", "r421", "r422", "r423", "r424", "r425", "r426")
DIFFICULTIES = tuple(f"r428{letter}" for letter in "abcdefghij")
PROTECTION = ("r431a", "r431b", "r431c", "r431d", "r431e", "r431f")
AFTER_PRESENCE = (
    "r408", "r409", "r410", "r411", *SCHOOL, *WORK, *BUSINESS, "r427", *DIFFICULTIES, "r429", "r430", *PROTECTION,
)  # fmt: skip
"""What is asked only of those who are there (question 404)."""
_GOLDEN = {"r408": "marital_status", "r409": "relation_to_head", "r415": "education", "r418": "occupation"}
_STANDARD = {"r415": codes.education, "r418": codes.occupation}
_NUMBERS = frozenset(("r112", "r302", "r407", "r416b", "r420b", "r422", "r423", *_ANIMALS))
_KEY_PARTS = {
    "r101": "area: province", "r102": "area: city", "r103": "area: kecamatan", "r104": "area: kelurahan",
    "r105": "key: SLS", "r105a": "key: sub-SLS",
}  # fmt: skip


@cache
def questions() -> Mapping[str, tuple[str, Mapping[str, str]]]:
    """Column → kind of its answers (code or bits), and code → label."""
    text = files("hub.reference").joinpath("regsosek_questions.csv").read_text(encoding="utf-8")
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for row in csv.DictReader(text.splitlines()):
        found.setdefault(row["column"], (row["kind"], {}))[1][row["code"]] = row["label"]
    return MappingProxyType(found)


def reader(column: str) -> Read:
    """How the answers to a question are read."""
    if column in _NUMBERS:
        return number
    if column == "r111":
        return coded({"1": "1", "2": "2", "3": "3"})  # the meaning of 1 to 3 is not published
    kind, labels = questions().get(column, ("", {}))
    return bits(labels) if kind == "bits" else coded(labels) if kind else words


def _answer(column: str) -> Answer:
    if column in _STANDARD:
        return Answer(_GOLDEN[column], (column,), golden(reader(column), _STANDARD[column]))
    return Answer(MEASURES[column], (column,), reader(column))


def answers(columns: Iterable[str]) -> tuple[Answer, ...]:
    """The answers of these columns; months and years of question 501 are read together."""
    found = []
    for column in columns:
        if column.endswith("_bulan"):
            pair = (column, column.replace("_bulan", "_tahun"))
            found.append(Answer(MEASURES[column], pair, month))
        elif not column.endswith("_tahun"):
            found.append(_answer(column))
    return tuple(found)


FAMILY_BLOCKS = (
    ("r111", "r112", "r115", "r205"), ("r302",),
    ("r301a", "r301b", "r303", "r304", "r305"), ("r306a", "r306b", "r308"),
    ("r307a", "r307b1", "r307b2", "r307b3", "r309a", "r309b", "r310"),
    *(tuple(f"r501{letter}{part}" for part in ("", "_bulan", "_tahun")) for letter in AID),
    _BELONGINGS[:7], _BELONGINGS[7:], _ANIMALS, ("r505", "r506"),
)  # fmt: skip
"""Columns that are read together: small blocks repeat more often."""
PERSON_BLOCKS = (
    ("r407",), ("r410", "r411", "r412", "r413", "r414"), ("r416a", "r417", "r419"), ("r416b",), BUSINESS,
    ("r427", "r429", "r430"), DIFFICULTIES, PROTECTION,
)  # fmt: skip


def _column(name: str, unit: str) -> Column:
    if name in _GOLDEN:
        return Column(name, Fate.GOLDEN, _GOLDEN[name], unit)
    if name in MEASURES:
        return Column(name, Fate.ASSESSED, MEASURES[name], unit)
    return Column(name, Fate.EVIDENCE, _KEY_PARTS[name], unit)


FAMILIES = Layout(
    "regsosek_keluarga",
    "the family file of Regsosek",
    (
        Column("id_keluarga", Fate.EVIDENCE, "key of the family", "dwelling"),
        *(_column(name, "dwelling") for name in _KEY_PARTS),
        Column("r106", Fate.GOLDEN, "address: RT and RW", "dwelling"),
        Column("r107", Fate.GOLDEN, "address", "dwelling"),
        Column("r108", Fate.EVIDENCE, "head of the family", "head"),
        Column("r109", Fate.EVIDENCE, "dwelling: building in the SLS", "dwelling"),
        Column("r110", Fate.EVIDENCE, "key: family in the SLS", "dwelling"),
        _column("r111", "dwelling"),
        _column("r112", "dwelling"),
        Column("r113", Fate.ASIDE, "landmark of BPS, drawn anew in each survey", "dwelling"),
        Column("r114", Fate.GOLDEN, "kk", "dwelling"),
        _column("r115", "dwelling"),
        Column("r201", Fate.EVIDENCE, "day of the visit", "dwelling"),
        Column("r202", Fate.ASIDE, "officer who visited", "dwelling"),
        Column("r203", Fate.ASIDE, "day of checking", "dwelling"),
        Column("r204", Fate.ASIDE, "officer who checked", "dwelling"),
        *(_column(name, "dwelling") for name in ("r205", *HOUSING, *FAMILY_MEANS)),
    ),
    key="id_keluarga",
    identifiers=("r114",),
)
PERSONS = Layout(
    "regsosek_individu",
    "the person file of Regsosek",
    (
        Column("id_keluarga", Fate.EVIDENCE, "key of the family"),
        *(_column(name, "person") for name in _KEY_PARTS),
        Column("r110", Fate.EVIDENCE, "key: family in the SLS"),
        Column("r401", Fate.EVIDENCE, "key: number in the family"),
        Column("r402", Fate.GOLDEN, "name"),
        Column("r403", Fate.GOLDEN, "nik"),
        Column("r404", Fate.GOLDEN, "presence"),
        Column("r405", Fate.GOLDEN, "sex"),
        Column("r406", Fate.GOLDEN, "born_on"),
        *(_column(name, "person") for name in ("r407", *AFTER_PRESENCE)),
    ),
    key="r401",
    identifiers=("r403",),
)
