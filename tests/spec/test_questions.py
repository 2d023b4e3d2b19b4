"""What each role is answered, against the register file read with the csv module alone."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from hub.bootstrap import ADMIN, STEWARD
from hub.commands.people import CorrectPerson
from hub.demo.city import CityFiles
from hub.domain.errors import Forbidden, HubError, InvalidInput, NotFound
from hub.domain.ids import new_id
from hub.domain.kinds import Log
from hub.domain.selection import pick
from hub.ledger import tree
from hub.questions import model
from hub.questions.model import AreaByCode, Enrolments, Page, PersonById, PersonByNik, Persons, Programmes
from tests.spec.hubs import LABEL, Town, connection

FIELDS = ("nik", "name", "sex", "born_on", "birthplace", "mother_name", "relation_to_head")
WHOLE = (
    pick("id"), *map(pick, FIELDS), pick("area", pick("code")), pick("family_cards", pick("number")),
    pick("source_records", pick("row_key"), pick("release", pick("label"))),
)  # fmt: skip
MASKED = (pick("id"), pick("name"), pick("nik"), pick("mother_name"), pick("withheld", pick("field")))
ROLES = (STEWARD, "sari", "lina", "irma", ADMIN)
READERS = (STEWARD, "lina", "irma")
_MONTHS = (
    "JANUARI", "FEBRUARI", "MARET", "APRIL", "MEI", "JUNI", "JULI", "AGUSTUS", "SEPTEMBER", "OKTOBER",
    "NOVEMBER", "DESEMBER",
)  # fmt: skip


# ------------------------------------------------------------------------------------------- the oracle


@dataclass(frozen=True)
class Golden:
    """What the rows of one person say: every choice that the rule may make, its area, its family cards."""

    choices: tuple[Mapping[str, str | None], ...]
    area: str
    cards: frozenset[str]


def register(files: CityFiles) -> dict[frozenset[str], Golden]:
    """Row keys of one person → what they say. Rows with the same well-formed NIK are one person."""
    refused = {int(row["line"]) for row in table(files.truth / "refused.csv")}
    legal = {row["person_id"]: row["kelurahan_legal"] for row in table(files.truth / "population.csv")}
    about = {row["row_key"]: legal[row["person_id"]] for row in table(files.truth / "persons.csv")}
    with files.dtks.open(newline="") as stream:
        heading, *lines = list(csv.reader(stream, delimiter="|"))
    groups: dict[str, list[dict[str, str]]] = defaultdict(list)
    for number, values in enumerate(lines, start=2):
        if number not in refused:
            row = dict(zip(heading, values, strict=True))
            groups[digits(row["NOMOR NIK"]) or row["ID_DTKS"]].append(row)
    return {frozenset(row["ID_DTKS"] for row in rows): golden(rows, about) for rows in groups.values()}


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def golden(rows: list[dict[str, str]], areas: Mapping[str, str]) -> Golden:
    """Rows that the civil registry confirmed come first; which of two equal ones, the file does not say."""
    orders = permutations(rows)
    ranked = [order for order in orders if confirmed(order) == sorted(confirmed(order), reverse=True)]
    choices = tuple({name: first(order, name) for name in FIELDS} for order in ranked)
    cards = frozenset(found for row in rows if (found := digits(row["NOMOR KK"])))
    (area,) = {areas[row["ID_DTKS"]] for row in rows}
    return Golden(choices, area, cards)


def confirmed(rows: tuple[dict[str, str], ...]) -> list[bool]:
    return [row["KETERANGAN PADAN"] == "PADAN" for row in rows]


def first(rows: tuple[dict[str, str], ...], name: str) -> str | None:
    return next((value for row in rows if (value := said(row)[name])), None)


def said(row: Mapping[str, str]) -> dict[str, str | None]:
    mother = row["NAMA IBU KANDUNG"]
    return {
        "nik": digits(row["NOMOR NIK"]), "name": row["NAMA"] or None, "born_on": born(row["TANGGAL LAHIR"]),
        "sex": {"L": "MALE", "P": "FEMALE"}[row["JENIS KELAMIN"]], "birthplace": row["TEMPAT LAHIR"],
        "mother_name": None if mother in ("", "-", "0", "IBU", "TIDAK TAHU") else mother,
        "relation_to_head": row["HUBUNGAN KELUARGA"],
    }  # fmt: skip


def digits(text: str) -> str | None:
    bare = re.sub(r"[ .']", "", text)
    usable = re.fullmatch("[1-9][0-9]{15}", bare) and bare[12:] != "0000" and len(set(bare)) > 1
    return bare if usable else None


def born(text: str) -> str | None:
    if re.fullmatch("[0-9]{5}", text):
        return (date(1899, 12, 30) + timedelta(days=int(text))).isoformat()
    day, _, rest = text.partition(" ")
    month, _, year = rest.partition(" ")
    text = f"{day}-{_MONTHS.index(month) + 1}-{year}" if month else text
    for form in ("%d-%m-%Y", "%Y-%m-%d", "%d/%m/%Y", "%d-%m-%y"):
        try:
            found = datetime.strptime(text, form).date()
        except ValueError:
            continue
        return (found if found.year < 2025 else found.replace(year=found.year - 100)).isoformat()
    return None


# -------------------------------------------------------------------------------------------- the world


@pytest.fixture(scope="module")
def town(town: Town) -> Town:
    town.programme("permakanan", needs=("pangan",))
    town.programme("pbi", "dinkes")
    for officer, programme in (("sari", "permakanan"), ("dedi", "pbi")):
        for _ in range(3):
            town.enrol(officer, programme, town.somebody(town.territories[0]))
    town.propose("sari", "permakanan", town.somebody())
    return town


@pytest.fixture(scope="module")
def expected(town: Town) -> dict[frozenset[str], Golden]:
    assert town.files is not None
    return register(town.files)


def keys(person: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(each["row_key"] for each in person["source_records"])


# ---------------------------------------------------------------------------------------------- persons


def test_persons_are_those_of_the_register_each_with_its_values(
    town: Town, expected: dict[frozenset[str], Golden]
) -> None:
    found = {keys(each): each for each in town.everybody(STEWARD, WHOLE)}
    assert found.keys() == expected.keys()
    assert any(len(each) > 1 for each in found)
    for each, person in found.items():
        assert {name: person[name] for name in FIELDS} in expected[each].choices
        assert {record["release"]["label"] for record in person["source_records"]} == {LABEL}


def test_persons_live_where_the_register_says(town: Town, expected: dict[frozenset[str], Golden]) -> None:
    for person in town.everybody(STEWARD, WHOLE):
        assert person["area"]["code"] == expected[keys(person)].area
    for area, count in Counter(each.area for each in expected.values()).items():
        for name in (STEWARD, "irma"):
            question = Persons(connection((pick("id"),)), area)
            assert town.ask(name, question)["total_count"] == count


def test_family_cards_list_whom_the_register_lists(
    town: Town, expected: dict[frozenset[str], Golden]
) -> None:
    wanted: dict[str, set[frozenset[str]]] = defaultdict(set)
    for each, person in expected.items():
        for number in person.cards:
            wanted[number].add(each)
    listed: dict[str, set[frozenset[str]]] = defaultdict(set)
    for person in town.everybody(STEWARD, WHOLE):
        for card in person["family_cards"]:
            listed[card["number"]].add(keys(person))
    assert listed == wanted


@pytest.mark.parametrize("size", [1, 7, 100])
def test_paging_by_cursor_gives_each_person_once_and_in_order(town: Town, size: int) -> None:
    area = town.territories[0]
    wanted = sorted(each.id for each in town.residents if each.area == area)
    for name in ("lina", STEWARD):
        found = town.everybody(name, (pick("id"), pick("name")), area, size)
        assert sorted(each["id"] for each in found) == wanted
        plain = [each["name"] for each in found if each["name"] and re.fullmatch("[A-Z ]+", each["name"])]
        assert plain == sorted(plain)


def test_a_cursor_of_another_scope_list_or_order_is_refused(town: Town) -> None:
    area = town.territories[0]
    mine = town.ask("lina", Persons(connection((pick("id"),)), area, Page(first=2)))
    cursor = mine["page_info"]["end_cursor"]
    for name in (STEWARD, "irma", "beni", "sari"):
        with town.refuses(InvalidInput, "cursor"):
            town.ask(name, Persons(connection((pick("id"),)), area, Page(first=2, after=cursor)))
    for question in (
        Enrolments(connection((pick("id"),)), page=Page(after=cursor)),
        Persons(connection((pick("id"),)), area, Page(after=cursor[:-4] + "AAAA")),
    ):
        with town.refuses(InvalidInput, "cursor"):
            town.ask("lina", question)


@pytest.mark.parametrize("name", ["sari", "lina"])
def test_hidden_and_missing_persons_read_the_same(town: Town, name: str) -> None:
    seen = {each["id"] for each in town.everybody(name, (pick("id"),))}
    hidden = next(each for each in town.residents if each.id not in seen and each.nik)
    assert seen
    assert town.ask(name, PersonById(hidden.id, MASKED)) is None
    assert town.ask(name, PersonById(new_id(), MASKED)) is None
    for nik in (str(hidden.nik), "9171010101310001"):
        assert town.ask(name, PersonByNik(nik, MASKED)) is None
    nowhere = town.ask(name, Enrolments(connection((pick("id"),)), person=hidden.id))
    assert nowhere == town.ask(name, Enrolments(connection((pick("id"),)), person=new_id()))


@pytest.mark.parametrize(
    ("name", "withheld"),
    [
        (STEWARD, []),
        ("irma", []),
        ("lina", ["nik", "motherName"]),
        ("sari", ["nik", "motherName"]),
    ],
)
def test_withheld_names_the_fields_asked_for_whether_or_not_there_is_a_value(
    town: Town, name: str, withheld: list[str]
) -> None:
    found = town.everybody(name, MASKED)
    assert found
    for person in found:
        assert sorted(each["field"] for each in person["withheld"]) == sorted(withheld)
        if withheld:
            assert person["mother_name"] is None
            assert re.fullmatch(r"\*{16}", person["nik"] or "*" * 16)


def test_a_nik_finds_its_bearer_for_those_who_may_see_them(town: Town) -> None:
    person = next(each for each in town.residents if each.nik and each.area == town.territories[0])
    nik = str(person.nik)
    for name in READERS:
        assert town.ask(name, PersonByNik(f" {nik[:6]} {nik[6:]}", (pick("id"),))) == {"id": person.id}
    assert town.ask("beni", PersonByNik(nik, (pick("id"),))) is None
    with town.refuses(InvalidInput):
        town.ask(STEWARD, PersonByNik(nik[:15], (pick("id"),)))


def test_those_who_read_no_person_are_refused(town: Town) -> None:
    person = town.residents[0]
    for question in (
        PersonById(person.id, MASKED),
        PersonByNik(str(person.nik), MASKED),
        Persons(connection(MASKED)),
        Enrolments(connection((pick("id"),))),
    ):
        with town.refuses(Forbidden):
            town.ask(ADMIN, question)


# ------------------------------------------------------------------------------- areas, programmes, enrolments


@pytest.mark.parametrize("name", ROLES)
def test_areas_are_those_of_the_reference_file_for_everybody(town: Town, name: str) -> None:
    code = town.territories[0]
    selection = (pick("code"), pick("level"), pick("parent", pick("code")))
    found = town.ask(name, AreaByCode("KEMENDAGRI", code, selection))
    assert found == {"code": code, "level": "KELURAHAN", "parent": {"code": code[:6]}}
    assert town.ask(name, AreaByCode("KEMENDAGRI", "3273999999", selection)) is None
    with town.refuses(InvalidInput):
        town.ask(name, AreaByCode("POS", code, selection))


@pytest.mark.parametrize("name", ROLES)
def test_programmes_are_open_to_everybody(town: Town, name: str) -> None:
    selection = (pick("code"), pick("needs"), pick("agency", pick("code")))
    assert town.ask(name, Programmes(selection, "dinsos")) == [
        {"code": "permakanan", "needs": ["pangan"], "agency": {"code": "dinsos"}}
    ]
    assert [each["code"] for each in town.ask(name, Programmes((pick("code"),)))] == ["pbi", "permakanan"]


def test_enrolments_are_answered_to_agency_territory_and_city(town: Town) -> None:
    selection = (pick("status"), pick("programme", pick("code")), pick("person", pick("id")))
    found = {
        name: [edge["node"] for edge in town.ask(name, Enrolments(connection(selection)))["edges"]]
        for name in (STEWARD, "irma", "sari", "dedi", "lina")
    }
    assert len(found[STEWARD]) == len(found["irma"]) == 7
    assert Counter(each["programme"]["code"] for each in found["sari"]) == {"permakanan": 4}
    assert [each["person"] is None for each in found["sari"] if each["status"] == "PROPOSED"] == [True]
    assert {each["programme"]["code"] for each in found["dedi"]} == {"pbi"}
    assert len([each for each in found["lina"] if each["status"] == "ENROLLED"]) == 6


# ----------------------------------------------------------------------------------------------- the ledger


def test_everybody_learns_who_they_are_and_what_they_may_ask_for(town: Town) -> None:
    for name, role in zip(ROLES, ("walidata", "petugas_opd", "petugas_kelurahan", "pemeriksa", "admin_kebijakan"),
                          strict=True):  # fmt: skip
        found = town.ask(name, model.Viewer())
        assert found["name"] == name
        assert [each["role"] for each in found["roles"]] == [role]
        assert len(found["purposes"]) == 1


def test_entries_are_read_by_those_who_trace_and_govern_and_values_only_by_the_former(town: Town) -> None:
    person = town.somebody()
    seq = town.submit(STEWARD, CorrectPerson(person.id, {"mother_name": "IIS"}, "KK")).seq
    whole = town.ask("irma", model.LedgerEntry(seq))
    assert whole["subjects"] == [person.id]
    assert whole["facts"][0]["after"]["payload"]["values"] == {"mother_name": "IIS"}
    bare = town.ask(ADMIN, model.LedgerEntry(seq))
    assert bare["facts"][0]["after"] is None
    assert [each["field"] for each in bare["facts"][0]["withheld"]] == ["clear", "payload"]
    assert bare["leaf_hash"] == whole["leaf_hash"]
    for name in (STEWARD, "sari", "lina"):
        for question in (model.LedgerEntry(seq), model.LedgerEntries(), model.Disclosures()):
            with town.refuses(Forbidden):
                town.ask(name, question)
    with town.refuses(NotFound):
        town.ask("irma", model.LedgerEntry(1_000_000))


def test_entries_page_backwards_through_the_whole_ledger(town: Town) -> None:
    size = town.holds().changes
    for name in ("irma", ADMIN):
        seqs: list[int] = []
        page = Page(first=9)
        for _ in range(size):
            found = town.ask(name, model.LedgerEntries(page=page))
            seqs += [edge["node"]["seq"] for edge in found["edges"]]
            assert found["total_count"] == size
            if not found["page_info"]["has_next_page"]:
                break
            page = Page(first=9, after=found["page_info"]["end_cursor"])
        assert seqs == list(range(size, 0, -1))
    with town.refuses(InvalidInput, "cursor"):
        town.ask("irma", model.LedgerEntries(page=page))


@pytest.mark.parametrize("name", ROLES)
def test_everybody_can_prove_that_an_entry_stands(town: Town, name: str) -> None:
    checkpoint = town.ask(name, model.LedgerCheckpoint())
    assert checkpoint["size"] == town.holds().changes
    for seq in (1, 2, checkpoint["size"]):
        proof = town.ask(name, model.InclusionProof(seq))
        leaf = tree.leaf_hash(town.opened.ledger.entry(Log.CHANGES, seq).data)
        assert proof["leaf_hash"] == leaf.hex()
        path, root = [bytes.fromhex(each) for each in proof["path"]], proof["checkpoint"]["root_hash"]
        tree.verify_inclusion(seq - 1, proof["size"], leaf, path, bytes.fromhex(root))
        with pytest.raises(HubError):
            tree.verify_inclusion(seq - 1, proof["size"], b"\0" * 32, path, bytes.fromhex(root))
    for seq in (0, checkpoint["size"] + 1):
        with town.refuses(NotFound):
            town.ask(name, model.InclusionProof(seq))
