"""Where a golden value comes from, and what was decided from it: rows, judgements, corrections, who and when."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from neo4j import Driver
from prov.model import ProvDocument

import policies
from hub.bootstrap import ADMIN, STEWARD
from hub.cli.lineage_tree import branches, picture
from hub.commands.access import AdoptPolicy
from hub.domain.errors import Forbidden, InvalidInput
from hub.domain.ids import new_id
from hub.domain.kinds import Log
from hub.domain.selection import pick
from hub.graph.connect import GraphAddress
from hub.questions.model import Lineage, PersonById
from tests.spec.hubs import Town, open_town, settings_of
from tests.spec.investigation import NIKS, person_with, record, tell

TRACE_FOR_SARI = "petugas_opd, *, lineage:read, Lineage, penyaluran_bantuan, all, show, allow\n"


@pytest.fixture(scope="module")
def town(
    tmp_path_factory: pytest.TempPathFactory, graph_address: GraphAddress, graph_driver: Driver
) -> Iterator[Town]:
    settings = settings_of(tmp_path_factory.mktemp("lineage"), graph_address, graph_driver)
    with open_town(settings, graph_driver) as town:
        tell(town, lambda what: None)
        town.settle()
        yield town


def traced(town: Town, subject: str, field: str | None = None, depth: int = 3, name: str = "irma") -> Any:
    return town.ask(name, Lineage(subject, field, depth))


def entities(found: Any, type_: str) -> list[Any]:
    return [each for each in found["nodes"] if (each["kind"], each["type"]) == ("ENTITY", type_)]


def beyond(found: Any, node: Any, relation: str | None = None) -> list[Any]:
    """The nodes that a node was made from or by."""
    nodes = {each["id"]: each for each in found["nodes"]}
    edges = [e for e in found["edges"] if e["from"] == node["id"] and relation in (None, e["relation"])]
    return [nodes[each["to"]] for each in edges]


def root(found: Any) -> Any:
    (only,) = (each for each in found["nodes"] if each["distance"] == 0 and each["kind"] == "ENTITY")
    return only


# ------------------------------------------------------------------------------------------------ upstream


def test_a_value_leads_to_its_row_its_release_and_the_entry_that_took_it_in(town: Town) -> None:
    found = traced(town, person_with(town, "b"), "nik")
    start = root(found)
    assert (start["type"], start["label"], start["details"]["values"]) == (
        "Person",
        "GoldenChosen",
        {"nik": NIKS[1]},
    )
    (row,) = (each for each in beyond(found, start, "wasDerivedFrom") if each["type"] == "SourceRecord")
    assert row["subject"] == record(town, "b")
    assert (row["details"]["register"], row["details"]["row_key"], row["details"]["nik"]) == (
        "dtks",
        "b",
        NIKS[1],
    )
    assert row["details"]["release"] == {"label": "2", "as_of": "2024-12-31", "status": "CLOSED"}
    (entry,) = beyond(found, row, "wasGeneratedBy")
    stands = town.opened.ledger.entry(Log.CHANGES, entry["seq"])
    assert (entry["label"], stands.action) == ("release:take", "release:take")
    assert row["subject"] in {fact.subject for fact in stands.facts}
    assert entry["details"]["leaf_hash"] == stands.leaf_hash.hex()
    (actor,) = beyond(found, entry, "wasAssociatedWith")
    assert (actor["label"], actor["subject"]) == (STEWARD, stands.actor)
    assert [each["label"] for each in beyond(found, actor, "actedOnBehalfOf")] == ["diskominfo"]
    releases = [each for each in beyond(found, row) if each["type"] == "Release"]
    assert releases
    assert {each["details"]["register"] for each in releases if "register" in each["details"]} == {"dtks"}


def test_a_corrected_value_leads_to_the_correction_and_its_evidence(town: Town) -> None:
    found = traced(town, person_with(town, "a"), "mother_name")
    (corrected,) = (each for each in beyond(found, root(found)) if each["label"] == "PersonCorrected")
    assert corrected["details"]["values"]["mother_name"] == "IIS"
    assert corrected["details"]["evidence"] == "Akta"
    (entry,) = beyond(found, corrected, "wasGeneratedBy")
    assert entry["label"] == "person:correct"


def test_of_one_value_only_its_own_rows_are_followed(town: Town) -> None:
    asep = person_with(town, "a")
    whole, one = traced(town, asep, None, 1), traced(town, asep, "nik", 1)
    assert len(entities(one, "SourceRecord")) <= len(entities(whole, "SourceRecord"))
    assert root(one)["details"]["values"] == {"nik": NIKS[0]}
    assert set(root(whole)["details"]["values"]) > {"nik", "name"}


def test_who_became_one_leads_to_the_judgement_with_its_reason(town: Town) -> None:
    d = person_with(town, "d")
    found = [traced(town, each, "name", 6) for each in (person_with(town, "a"), d)]
    judged = [node for each in found for node in entities(each, "Match")]
    assert judged
    reasons = {each["details"].get("reason") for each in judged}
    assert reasons & {"Satu orang.", "Keliru."}
    assert {each["details"]["by"] for each in judged if "by" in each["details"]} == {STEWARD}


def test_depth_bounds_how_far_it_goes(town: Town) -> None:
    asep = person_with(town, "a")
    sizes = [len(traced(town, asep, None, depth)["nodes"]) for depth in range(5)]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[1] < sizes[2]
    assert all(abs(each["distance"]) <= 2 for each in traced(town, asep, None, 2)["nodes"])
    for wrong in (-1, 11):
        with town.refuses(InvalidInput):
            traced(town, asep, None, wrong)


# ---------------------------------------------------------------------------------------------- downstream


def test_what_was_decided_from_a_person_is_told_too(town: Town) -> None:
    found = traced(town, person_with(town, "a"))
    below = [each for each in found["nodes"] if each["distance"] < 0 and each["kind"] == "ENTITY"]
    assert {"Enrolment", "Household"} <= {each["type"] for each in below}
    (enrolment,) = (each for each in below if each["type"] == "Enrolment")
    assert (enrolment["details"]["status"], enrolment["details"]["reason"]) == ("ENDED", "GRADUATED")
    assert root(found)["id"] in {each["id"] for each in beyond(found, enrolment, "wasDerivedFrom")}


def test_a_row_leads_to_the_person_that_has_it(town: Town) -> None:
    found = traced(town, record(town, "b"))
    people = [each for each in entities(found, "Person") if each["distance"] < 0]
    assert {each["subject"] for each in people} == {person_with(town, "b")}


def test_a_former_id_is_traced_as_whom_it_became(town: Town) -> None:
    ledger = town.opened.ledger
    (gone,) = {fact.subject for entry in ledger.entries(Log.CHANGES, 0, 10_000) for fact in entry.facts
               if fact.kind == "PersonRedirected"}  # fmt: skip
    assert traced(town, gone)["subject"] == ledger.subjects([gone])[gone].state["merged_into"]


# --------------------------------------------------------------------------------------------------- scope


def test_only_who_may_trace_is_told(town: Town) -> None:
    asep = person_with(town, "a")
    assert traced(town, asep, name=STEWARD)["nodes"]
    for name in ("sari", "lina", ADMIN):
        with town.refuses(Forbidden):
            traced(town, asep, name=name)


def test_hidden_and_missing_read_the_same(town: Town) -> None:
    enrolled, other = person_with(town, "a"), person_with(town, "c")
    with allowing(town, TRACE_FOR_SARI):
        assert traced(town, enrolled, name="sari")
        for nobody in (other, new_id(), town.who("lina").id):
            assert traced(town, nobody, name="sari") is None
    assert traced(town, new_id()) is None


def test_what_the_scope_does_not_show_is_not_in_it(town: Town) -> None:
    with allowing(town, TRACE_FOR_SARI):
        found = traced(town, person_with(town, "a"), None, 6, "sari")
    assert root(found)["details"]["values"]["nik"] == "*" * 16
    assert {"field": "nik", "reason": "PARTIAL"} in root(found)["withheld"]
    assert {each["type"] for each in found["nodes"] if each["kind"] == "ENTITY"} <= {
        "Person", "Enrolment", "Household", "Programme",
    }  # fmt: skip
    text = repr(found)
    hidden = ("IIS", "Akta", "Satu orang.", "BUDI", "CICI", *NIKS, record(town, "a"), person_with(town, "c"))
    assert [each for each in hidden if each in text] == []
    ends = {each[end] for each in found["edges"] for end in ("from", "to")}
    assert ends <= {each["id"] for each in found["nodes"]}


def test_a_lineage_is_recorded_with_whom_it_shows(town: Town) -> None:
    ledger, asep = town.opened.ledger, person_with(town, "a")
    before = ledger.size(Log.DISCLOSURES)
    found = traced(town, asep)
    assert ledger.size(Log.DISCLOSURES) == before + 1
    seen = ledger.entry(Log.DISCLOSURES, before + 1).facts[0].refs_as("seen")
    shown = {
        each["subject"]
        for label in ("Person", "SourceRecord", "Enrolment")
        for each in entities(found, label)
    }
    assert shown <= set(seen)


@pytest.mark.parametrize("field", ["shoe_size", "id", ""])
def test_a_value_that_was_never_chosen_can_not_be_traced(town: Town, field: str) -> None:
    with town.refuses(InvalidInput):
        traced(town, person_with(town, "a"), field)


class allowing:  # noqa: N801  # reads as a statement
    """While it lasts, the policy has one more rule."""

    def __init__(self, town: Town, rule: str) -> None:
        self._town, self._rule = town, rule

    def __enter__(self) -> None:
        self._adopt(self._rule)

    def __exit__(self, *_: object) -> None:
        self._adopt("")

    def _adopt(self, more: str) -> None:
        rules = policies.rules()
        rules = {**rules, "policy.csv": rules["policy.csv"] + more}
        self._town.submit("sistem", AdoptPolicy(policies.digest(rules), rules))


# -------------------------------------------------------------------------------------------- PROV and tree


def test_the_prov_document_says_the_same(town: Town) -> None:
    found = traced(town, person_with(town, "a"), None, 6)
    document = ProvDocument.deserialize(content=orjson.dumps(found["prov_json"]).decode(), format="json")
    records = list(document.get_records())
    kinds = [each.get_type().localpart for each in records]
    wanted = {"ENTITY": "Entity", "ACTIVITY": "Activity", "AGENT": "Agent"}
    for kind, name in wanted.items():
        assert kinds.count(name) == sum(each["kind"] == kind for each in found["nodes"])
    assert len(records) == len(found["nodes"]) + len(found["edges"])
    assert "ASEP SAEPUDIN" in orjson.dumps(found["prov_json"]).decode()


def test_the_tree_names_every_version_and_who_made_it(town: Town) -> None:
    found = traced(town, person_with(town, "a"), "name")
    lines = branches(found)
    text = "\n".join(f"{each.text} {each.by}" for each in lines)
    assert lines[0].depth == 0
    for node in found["nodes"]:
        if node["kind"] == "ENTITY":
            assert f"{node['subject']} v{node['version']}" in text
    assert "name = ASEP SAEPUDIN" in text
    assert f"person:correct by {STEWARD} (diskominfo)" in text
    drawn = picture(found)
    assert ET.fromstring(drawn).tag.endswith("svg")
    assert "ASEP SAEPUDIN" in drawn


def test_what_a_person_is_now_is_where_the_lineage_of_each_value_begins(town: Town) -> None:
    fields = ("nik", "name", "mother_name", "sex", "born_on", "birthplace", "occupation")
    for key in "abcde":
        person = person_with(town, key)
        now = town.ask(STEWARD, PersonById(person, tuple(map(pick, fields))))
        for name, value in now.items():
            if value is not None:
                assert root(traced(town, person, name))["details"]["values"] == {name: value}
