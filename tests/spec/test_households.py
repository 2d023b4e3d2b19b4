"""Who lives together by what the registers have in common: ids that stay, members who come and go, one run a change."""

from __future__ import annotations

from typing import Any

import pytest

from hub.bootstrap import ADMIN, STEWARD
from hub.commands.access import DefineAgency
from hub.commands.households import FormHouseholds, HouseholdGroup
from hub.commands.matching import JudgeMatch
from hub.commands.programmes import DefineProgramme, Enrol, ProposeEnrolment
from hub.domain.errors import Forbidden, InvalidInput, VersionConflict
from hub.domain.facts import Subject
from hub.domain.kinds import Log
from hub.domain.selection import pick
from hub.matching.housing import Housed, house
from hub.questions.model import Disclosures, HouseholdById, Households, PersonById
from tests.spec.deliveries import demand_agreement, dwelling, finished, person
from tests.spec.hubs import Town, connection

NIKS = {key: f"32730101018000{number:02}" for number, key in enumerate("abcdefgh", start=1)}
HERE, THERE = "3273011001", "3273021001"
SEEN = (
    pick("id"), pick("area", pick("code")), pick("address", pick("text")), pick("head", pick("name")),
    pick("members", pick("name")), pick("source_records", pick("register")), pick("assessments", pick("value")),
    pick("withheld", pick("field")),
)  # fmt: skip


def listed(
    town: Town, register: str, as_of: str, families: str, *, area: str = HERE, label: str = "1", **said: Any
) -> None:
    """A finished release; "ab cd" are two families of persons, a letter each, of whom the first one is the head."""
    rows = []
    for family in families.split():
        rows.append(dwelling(f"{register}-{family[0]}", f"JL {register} {family[0]}", area=area, **said))
        for key in family:
            relation = "KEPALA KELUARGA" if key == family[0] else "ANAK"
            rows.append(
                person(
                    f"{register}-{key}", f"NAMA {key}", NIKS[key], family=f"{register}-{family[0]}",
                    relation_to_head=relation, born_on="1980-01-01",
                )
            )  # fmt: skip
    finished(town, register, label, as_of, *rows)


def housed(town: Town) -> Housed:
    found = town.run(house(town.opened.doors, town.opened.matcher, lambda stage, done, total: None))
    demand_agreement(town)
    return found


def households(town: Town) -> dict[str, str]:
    """Members of each household, sorted → its id, as the graph has it."""
    with town.driver.session(database=town.settings.neo4j_database) as session:
        town.settle()
        rows = session.run(
            "MATCH (h:Household) RETURN h.id AS id, [(h)<-[:MEMBER_OF]-(p) | right(p.name, 1)] AS members"
        )
        found = [(row["id"], "".join(sorted(row["members"]))) for row in rows]
    assert len({members for _, members in found}) == len(found)
    return {members: household for household, members in found}


def state_of(town: Town, household: str) -> Subject:
    found = town.opened.ledger.history().subject(household)
    assert found is not None
    return found


def person_of(town: Town, key: str) -> str:
    with town.driver.session(database=town.settings.neo4j_database) as session:
        town.settle()
        row = session.run("MATCH (p:Person {nik: $nik}) RETURN p.id AS id", nik=NIKS[key]).single(strict=True)
        return str(row["id"])


def group_of(town: Town, household: str, **changed: Any) -> HouseholdGroup:
    """A household as it stands, or otherwise."""
    state = state_of(town, household).state
    said = {
        "records": tuple(state["records"]), "members": tuple(map(tuple, state["members"])),
        "former": tuple(map(tuple, state["former"])), "head": state["head"],
    }  # fmt: skip
    return HouseholdGroup(**{**said, **changed})


# -- who lives together -----------------------------------------------------------------------------------------


def test_units_of_three_kinds_become_one_household(bare: Town) -> None:
    listed(bare, "p3ke", "2022-01-31", "ab cd")
    listed(bare, "regsosek", "2022-10-31", "abe")
    listed(bare, "dtks", "2024-01-31", "abcd f")
    assert housed(bare) == Housed(2, 2)
    assert set(households(bare)) == {"abcde", "f"}


def test_the_household_has_the_head_the_address_and_the_cards_of_its_members(bare: Town) -> None:
    listed(bare, "p3ke", "2022-01-31", "ba")
    listed(bare, "dtks", "2024-01-31", "ab", kk="3273010101010001")
    housed(bare)
    with bare.driver.session(database=bare.settings.neo4j_database) as session:
        row = session.run(
            "MATCH (h:Household)-[:HEADED_BY]->(p), (h)-[:HOUSED_AT]->(a), (h)-[:HOLDS]->(c), (h)-[:SITUATED_IN]->(w) "
            "RETURN p.nik AS head, a.text AS text, c.number AS card, w.code AS area, h.kelurahan AS kelurahan, "
            "[(h)<-[m:MEMBER_OF]-() | toString(m.from_on)] AS days"
        ).single(strict=True)
    assert (row["head"], row["text"], row["card"]) == (NIKS["a"], "JL dtks a", "3273010101010001")
    assert row["area"] == row["kelurahan"] == HERE
    assert row["days"] == ["2022-01-31"] * 2


def test_who_moved_away_is_a_member_where_they_live_now_and_a_former_one_where_they_did(bare: Town) -> None:
    listed(bare, "p3ke", "2022-01-31", "abcd")
    housed(bare)
    stays = households(bare)["abcd"]
    listed(bare, "dtks", "2024-01-31", "de", area=THERE)
    assert housed(bare).written == 2
    found = households(bare)
    assert set(found) == {"abc", "de"}
    assert found["abc"] == stays
    moved = person_of(bare, "d")
    assert state_of(bare, found["abc"]).state["former"] == [[moved, "2022-01-31", "2022-01-31"]]
    assert [moved, "2024-01-31"] in state_of(bare, found["de"]).state["members"]


def test_the_next_run_writes_nothing(bare: Town) -> None:
    listed(bare, "p3ke", "2022-01-31", "ab cd")
    listed(bare, "dtks", "2024-01-31", "ab", kk="3273010101010001")
    assert housed(bare) == Housed(2, 2)
    before = bare.holds()
    assert housed(bare) == Housed(2, 0)
    assert bare.holds() == before


def test_a_release_that_says_the_same_writes_nothing_and_new_words_only_whom_they_are_about(
    bare: Town,
) -> None:
    listed(bare, "dtks", "2024-01-31", "ab cd")
    housed(bare)
    listed(bare, "dtks", "2024-02-28", "ab cd", label="2")
    assert housed(bare) == Housed(2, 0)
    listed(bare, "dtks", "2024-03-31", "abe", label="3")
    assert housed(bare) == Housed(2, 1)
    assert set(households(bare)) == {"abe", "cd"}


def test_the_order_of_files_changes_nobodys_household(bare: Town) -> None:
    listed(bare, "dtks", "2024-01-31", "abcd f")
    housed(bare)
    listed(bare, "regsosek", "2022-10-31", "abe")
    housed(bare)
    listed(bare, "p3ke", "2022-01-31", "ab cd")
    housed(bare)
    assert set(households(bare)) == {"abcde", "f"}


# -- ids stay ---------------------------------------------------------------------------------------------------


def test_households_become_one_and_the_id_with_most_dwellings_stays(bare: Town) -> None:
    listed(bare, "p3ke", "2022-01-31", "ab cd")
    listed(bare, "regsosek", "2022-10-31", "cd")
    housed(bare)
    before = households(bare)
    listed(bare, "dtks", "2024-01-31", "abcd")
    housed(bare)
    assert households(bare) == {"abcd": before["cd"]}
    assert state_of(bare, before["ab"]).state["merged_into"] == before["cd"]


def test_persons_who_become_one_or_two_are_mended_by_the_next_run(bare: Town) -> None:
    listed(bare, "p3ke", "2022-01-31", "abe cdf")
    housed(bare)
    one, other = (state_of(bare, person_of(bare, key)).state["records"][0] for key in "ce")
    bare.submit(STEWARD, JudgeMatch(one, other, "SAME", "Orangnya sama."))
    assert housed(bare).written == 1
    assert sorted(map(len, households(bare))) == [2, 3]
    bare.submit(STEWARD, JudgeMatch(one, other, "DIFFERENT", "Ibunya lain."))
    assert housed(bare).written == 1
    assert set(households(bare)) == {"abe", "cdf"}


# -- the command by itself --------------------------------------------------------------------------------------


@pytest.fixture
def pair(bare: Town) -> tuple[str, str]:
    """The households of a with b, and of c with d."""
    listed(bare, "dtks", "2024-01-31", "ab cd")
    housed(bare)
    found = households(bare)
    return found["ab"], found["cd"]


def test_the_same_again_changes_nothing(bare: Town, pair: tuple[str, str]) -> None:
    before = bare.holds()
    groups = tuple(group_of(bare, each) for each in pair)
    assert bare.submit("pemadan", FormHouseholds(groups)).repeated
    assert bare.holds() == before


def test_only_the_machine_forms_households(bare: Town, pair: tuple[str, str]) -> None:
    with bare.refuses(Forbidden):
        bare.submit(STEWARD, FormHouseholds((group_of(bare, pair[0], head=None),)))


def test_nobody_is_left_a_member_of_two_households(bare: Town, pair: tuple[str, str]) -> None:
    ours, theirs = (group_of(bare, each) for each in pair)
    everybody = (*ours.members, *theirs.members)
    with bare.refuses(InvalidInput):
        bare.submit("pemadan", FormHouseholds((group_of(bare, pair[0], members=everybody), theirs)))
    with bare.refuses(VersionConflict):
        bare.submit("pemadan", FormHouseholds((group_of(bare, pair[0], members=everybody),)))


def test_a_household_is_not_torn_by_groups_that_name_part_of_its_dwellings(
    bare: Town, pair: tuple[str, str]
) -> None:
    listed(bare, "p3ke", "2022-01-31", "ab")
    housed(bare)
    whole = group_of(bare, pair[0])
    assert len(whole.records) == 2
    with bare.refuses(VersionConflict):
        bare.submit("pemadan", FormHouseholds((group_of(bare, pair[0], records=whole.records[:1]),)))


@pytest.mark.parametrize("what", ["no members", "no dwelling", "a stranger as head", "a person as dwelling"])
def test_what_is_no_household_is_refused(bare: Town, pair: tuple[str, str], what: str) -> None:
    member = group_of(bare, pair[0]).members[0][0]
    stranger = group_of(bare, pair[1]).members[0][0]
    wrong: dict[str, dict[str, Any]] = {
        "no members": {"members": (), "head": None},
        "no dwelling": {"records": ()},
        "a stranger as head": {"head": stranger},
        "a person as dwelling": {"records": (member,)},
    }
    with bare.refuses(InvalidInput):
        bare.submit("pemadan", FormHouseholds((group_of(bare, pair[0], **wrong[what]),)))


def test_no_name_and_no_number_stands_in_clear(bare: Town, pair: tuple[str, str]) -> None:
    ledger = bare.opened.ledger
    facts = [
        fact
        for seq in range(1, ledger.size(Log.CHANGES) + 1)
        for fact in ledger.entry(Log.CHANGES, seq).facts
        if fact.kind == "HouseholdFormed"
    ]
    assert len(facts) == 2
    assert all(fact.payload is None and set(fact.clear) == {"rule", "members", "former"} for fact in facts)


# -- who sees them ----------------------------------------------------------------------------------------------


def _seen(town: Town, name: str, area: str | None = None) -> list[Any]:
    """Households that somebody sees, as they see them; the count says no more."""
    found = town.ask(name, Households(connection(SEEN), area))
    assert found["total_count"] == len(found["edges"])
    return [edge["node"] for edge in found["edges"]]


def _names(persons: list[Any]) -> str:
    return "".join(sorted(each["name"][-1] for each in persons))


def _employ(town: Town, key: str) -> str:
    """Sari of dinsos, whose agency has enrolled one person; returns that person's id."""
    town.submit(ADMIN, DefineAgency("dinsos", "Dinas Sosial"))
    town.register("sari", "petugas_opd", "dinsos")
    town.submit(STEWARD, DefineProgramme("pkh", "PKH", "dinsos"))
    proposed = town.submit("sari", ProposeEnrolment("pkh", nik=NIKS[key], born_on="1980-01-01"))
    town.submit(STEWARD, Enrol(str(proposed.subject)))
    return person_of(town, key)


def test_a_kelurahan_sees_the_households_that_live_there_and_no_other(bare: Town) -> None:
    listed(bare, "dtks", "2024-01-31", "ab")
    listed(bare, "p3ke", "2022-01-31", "cd", area=THERE)
    housed(bare)
    bare.register("lina", "petugas_kelurahan", territory=HERE)
    (found,) = _seen(bare, "lina")
    assert (_names(found["members"]), found["head"]["name"], found["area"]["code"]) == ("ab", "NAMA a", HERE)
    assert found["address"]["text"] == "JL dtks a"
    assert [each["register"] for each in found["source_records"]] == ["dtks"]
    assert bare.ask("lina", HouseholdById(households(bare)["cd"], SEEN)) is None
    assert _seen(bare, "lina", THERE) == []
    assert [_names(each["members"]) for each in _seen(bare, STEWARD, THERE)] == ["cd"]


def test_an_agency_sees_the_household_of_its_person_and_nothing_of_hidden_members(bare: Town) -> None:
    listed(bare, "dtks", "2024-01-31", "abc de")
    housed(bare)
    person = _employ(bare, "b")
    (found,) = _seen(bare, "sari")
    assert found["id"] == households(bare)["abc"]
    assert (_names(found["members"]), found["head"]) == ("b", None)
    assert {"field": "sourceRecords"} in found["withheld"]
    assert bare.ask("sari", HouseholdById(households(bare)["de"], SEEN)) is None
    told = bare.ask("sari", PersonById(person, (pick("household", pick("members", pick("name"))),)))
    assert _names(told["household"]["members"]) == "b"


def test_a_former_id_leads_to_the_household_it_became(bare: Town) -> None:
    listed(bare, "p3ke", "2022-01-31", "ab cd")
    housed(bare)
    before = households(bare)
    listed(bare, "dtks", "2024-01-31", "abcd")
    housed(bare)
    found = {bare.ask(STEWARD, HouseholdById(each, SEEN))["id"] for each in before.values()}
    assert found == set(households(bare).values())


def test_who_saw_a_household_and_its_members_is_recorded(bare: Town) -> None:
    listed(bare, "dtks", "2024-01-31", "ab")
    housed(bare)
    (household,) = households(bare).values()
    persons = {person_of(bare, key) for key in "ab"}
    _seen(bare, STEWARD)
    bare.submit(ADMIN, DefineAgency("inspektorat", "Inspektorat"))
    bare.register("irma", "pemeriksa", "inspektorat")
    newest = bare.ask("irma", Disclosures())["edges"][0]["node"]
    assert newest["question"] == "Households"
    assert {household, *persons} <= set(newest["subjects"])
