"""Golden values by rules that are data: set by a command, applied by another, the same in every order of loading."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from neo4j import Driver

from hub.bootstrap import STEWARD
from hub.commands.people import CorrectPerson
from hub.commands.survivorship import ChoosePersons, SetSurvivorshipRules, rules_set
from hub.domain.errors import Conflict, Forbidden, InvalidInput, VersionConflict
from hub.domain.kinds import Log
from hub.domain.selection import pick
from hub.domain.survivorship import FIELDS, shipped
from hub.graph.connect import GraphAddress
from hub.matching.survive import Survived, survive
from hub.questions.model import LedgerEntry, SurvivorshipInForce
from tests.spec.deliveries import OTHER_NIK, demand_agreement, dwelling, finished, matched, person
from tests.spec.hubs import Town, open_town, settings_of

SHOWN = (pick("id"), pick("version"), pick("name"), pick("nik"), pick("born_on"), pick("area", pick("code")))
FRESH = SetSurvivorshipRules((), dict.fromkeys(FIELDS, ("corrected", "freshness")), "Yang terbaru.")
TRUSTED = SetSurvivorshipRules(("p3ke", "dtks"), dict.fromkeys(FIELDS, ("corrected", "trust")))
HERE, THERE = "3273011001", "3273011002"
DELIVERIES = (
    ("dtks", "a", "2024-03-31", (person("k1", "BARU", born_on="1980-01-01"),)),
    ("p3ke", "b", "2022-03-31", (person("k2", "LAMA", born_on="1980-01-02"),)),
    ("regsosek", "c", "2022-11-30", (person("k3", "LAMA", born_on="1980-01-02"),)),
)
"""Three rows of one person: one new name, and an old one of which two registers agree."""


def chosen(town: Town) -> Any:
    """The one person there is."""
    town.settle()
    (found,) = town.everybody(STEWARD, SHOWN)
    return found


def applied(town: Town) -> Survived:
    """Everybody's values chosen anew by the rules in force."""
    found = town.run(survive(town.opened.doors, town.opened.matcher, lambda stage, done, total: None))
    town.settle()
    return found


def deliver(town: Town) -> None:
    for each in DELIVERIES:
        finished(town, *each[:3], *each[3])


def entries(town: Town) -> int:
    return town.opened.ledger.size(Log.CHANGES)


# -- rules in force -----------------------------------------------------------------------------------------------


def test_a_new_hub_goes_by_the_rules_that_come_with_it_and_they_stand_in_its_ledger(bare: Town) -> None:
    told = bare.ask(STEWARD, SurvivorshipInForce())
    assert (told["edition"], told["digest"]) == (1, shipped().digest)
    assert told["fields"][0] == {
        "field": "nik", "criteria": ["corrected", "civil_registry", "agreement", "trust", "freshness"],
    }  # fmt: skip


def test_what_most_registers_say_is_chosen_until_other_rules_are_applied(bare: Town) -> None:
    deliver(bare)
    assert chosen(bare)["name"] == "LAMA"
    before = bare.holds()
    bare.submit(STEWARD, FRESH)
    after = bare.holds()
    assert (after.nodes, after.ties) == (before.nodes, before.ties) or chosen(bare)["name"] == "LAMA"
    assert applied(bare) == Survived(2, 1, 1)
    assert (chosen(bare)["name"], chosen(bare)["born_on"]) == ("BARU", "1980-01-01")
    bare.submit(STEWARD, TRUSTED)
    assert applied(bare) == Survived(3, 1, 1)
    assert chosen(bare)["name"] == "LAMA"
    demand_agreement(bare)


def test_applying_rules_twice_writes_nothing_the_second_time(bare: Town) -> None:
    deliver(bare)
    bare.submit(STEWARD, FRESH)
    applied(bare)
    before = entries(bare)
    assert applied(bare) == Survived(2, 0, 0)
    assert entries(bare) == before


def test_persons_of_whom_nothing_is_different_are_not_written(bare: Town) -> None:
    deliver(bare)
    finished(bare, "dtks", "d", "2024-03-31", person("k9", "SENDIRI", OTHER_NIK))
    bare.submit(STEWARD, FRESH)
    assert applied(bare) == Survived(2, 2, 1)


def test_a_run_of_the_matcher_applies_rules_that_were_set(bare: Town) -> None:
    deliver(bare)
    matched(bare)
    bare.submit(STEWARD, FRESH)
    found = matched(bare)
    assert (found.values.persons, found.values.changed) == (1, 1)
    before = entries(bare)
    assert matched(bare).values == Survived(2, 0, 0)
    assert entries(bare) == before
    assert chosen(bare)["name"] == "BARU"


def test_the_same_rules_again_change_nothing(bare: Town) -> None:
    before = entries(bare)
    receipt = bare.submit(STEWARD, rules_set(shipped()))
    assert receipt.repeated
    assert entries(bare) == before


def test_a_choice_names_criteria_and_the_edition_and_holds_no_value(bare: Town) -> None:
    deliver(bare)
    seq = next(
        entry.seq
        for entry in reversed(bare.opened.ledger.entries(Log.CHANGES, 0, 1_000, 10_000))
        if any(fact.kind == "GoldenChosen" for fact in entry.facts)
    )
    entry = bare.opened.ledger.entry(Log.CHANGES, seq)
    (fact,) = [each for each in entry.facts if each.kind == "GoldenChosen"]
    assert fact.clear["rule"] == "survivorship/1"
    assert fact.clear["decided"]["name"] == "agreement"
    assert fact.clear["decided"]["nik"] == "unopposed"
    assert fact.payload is None
    assert len(fact.refs_as("source")) == 3


# -- who may, and what is refused -----------------------------------------------------------------------------------


def test_only_the_data_steward_sets_rules(bare: Town) -> None:
    bare.register("lina", "petugas_kelurahan", None, HERE)
    with bare.refuses(Forbidden):
        bare.submit("lina", FRESH)
    with bare.refuses(Forbidden):
        bare.submit(STEWARD, ChoosePersons(()))


@pytest.mark.parametrize("fields", [{"name": ("corrected",)}, {**FRESH.fields, "name": ("freshness",)}])
def test_rules_that_are_none_are_refused(bare: Town, fields: Any) -> None:
    with bare.refuses(InvalidInput):
        bare.submit(STEWARD, SetSurvivorshipRules((), fields))


def test_of_two_stewards_the_later_one_is_told(bare: Town) -> None:
    seen = bare.ask(STEWARD, SurvivorshipInForce())["version"]
    bare.submit(STEWARD, FRESH, expected=seen)
    with bare.refuses(VersionConflict):
        bare.submit(STEWARD, TRUSTED, expected=seen)


def test_rules_that_were_replaced_meanwhile_are_not_called_applied(bare: Town) -> None:
    bare.submit(STEWARD, FRESH)
    bare.submit(STEWARD, TRUSTED)
    with bare.refuses(Conflict):
        bare.submit("pemadan", ChoosePersons((), 2))


def test_a_correction_by_hand_outlives_every_rule(bare: Town) -> None:
    deliver(bare)
    bare.submit(STEWARD, CorrectPerson(chosen(bare)["id"], {"name": "BENAR"}, "KTP"))
    for command in (FRESH, TRUSTED):
        bare.submit(STEWARD, command)
        applied(bare)
        assert chosen(bare)["name"] == "BENAR"
    demand_agreement(bare)


def test_why_rules_were_set_stands_in_the_ledger(bare: Town) -> None:
    seq = bare.submit(STEWARD, FRESH).seq
    bare.register("irma", "pemeriksa")
    (fact,) = bare.ask("irma", LedgerEntry(seq))["facts"]
    assert fact["kind"] == "SurvivorshipRulesSet"
    assert fact["after"]["edition"] == 2


# -- the address ----------------------------------------------------------------------------------------------------


def test_the_domicile_is_that_of_the_register_that_visits_and_not_of_the_newest(bare: Town) -> None:
    finished(
        bare, "regsosek", "a", "2022-11-30",
        dwelling("f1", "JL KUNJUNGAN", area=HERE), person("k1", "ANI", family="f1"),
    )  # fmt: skip
    finished(
        bare,
        "dtks",
        "b",
        "2024-05-31",
        dwelling("f2", "JL KTP", area=THERE),
        person("k2", "ANI", family="f2"),
    )
    assert chosen(bare)["area"] == {"code": HERE}
    bare.submit(STEWARD, FRESH)
    applied(bare)
    assert chosen(bare)["area"] == {"code": THERE}
    demand_agreement(bare)


# -- the order of loading ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rules", [None, FRESH, TRUSTED], ids=["shipped", "fresh", "trusted"])
def test_the_order_of_loading_and_when_rules_were_set_change_no_value(
    tmp_path: Path, graph_address: GraphAddress, graph_driver: Driver, rules: SetSurvivorshipRules | None
) -> None:
    found = []
    for number, order in enumerate(list(permutations(DELIVERIES))[::2]):
        settings = settings_of(tmp_path / f"hub{number}", graph_address, graph_driver)
        with open_town(settings, graph_driver) as town:
            for at, each in enumerate(order):
                if at == number and rules is not None:
                    town.submit(STEWARD, rules)
                finished(town, *each[:3], *each[3])
            applied(town)
            told = chosen(town)
            found.append({name: value for name, value in told.items() if name not in ("id", "version")})
    assert found[0] == found[1] == found[2]
