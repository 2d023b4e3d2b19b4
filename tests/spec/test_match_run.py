"""The matcher over a whole made-up town: what it writes, what it leaves alone, and what stewards make of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from neo4j import Driver

from hub.api.app import create_app
from hub.api.identity import issue
from hub.bootstrap import STEWARD
from hub.cli.asgi import post
from hub.commands.matching import JudgeMatch
from hub.demo.city import CityFiles, write_registers
from hub.domain.errors import Forbidden
from hub.domain.selection import pick
from hub.graph.connect import GraphAddress
from hub.matching.evaluate import evaluate
from hub.matching.partition import partition
from hub.questions.model import MatchById, MatchQueue, Page, PairExplained
from tests.spec.deliveries import delivery, demand_agreement, matched, taken, truth
from tests.spec.hubs import Town, open_town, settings_of

PERSONS, SEED = 220, 1
GOLDEN = tuple(pick(name) for name in ("nik", "name", "born_on", "mother_name"))
RECORDS = pick("source_records", pick("register"), pick("row_key"))


def _partition(town: Town) -> set[frozenset[tuple[str, str]]]:
    rows = town.run(partition(town.opened.doors, town.opened.steward, lambda done: None))
    groups: dict[str, set[tuple[str, str]]] = {}
    for row, person in rows.items():
        groups.setdefault(person, set()).add(row)
    return set(map(frozenset, groups.values()))


def _golden(town: Town) -> set[Any]:
    found = town.everybody(STEWARD, (*GOLDEN, RECORDS))
    return {
        (*(each[pick.name] for pick in GOLDEN), frozenset(map(str, each["source_records"]))) for each in found
    }


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> CityFiles:
    return write_registers(tmp_path_factory.mktemp("city"), PERSONS, SEED, hard=True)


@pytest.fixture(scope="module")
def town(
    city: CityFiles,
    tmp_path_factory: pytest.TempPathFactory,
    graph_address: GraphAddress,
    graph_driver: Driver,
) -> Iterator[Town]:
    """A hub that took three registers in, and matched them once."""
    settings = settings_of(tmp_path_factory.mktemp("hub"), graph_address, graph_driver)
    with open_town(settings, graph_driver) as town:
        for register in ("regsosek", "dtks", "p3ke"):
            taken(town, delivery(city, register))
        matched(town)
        yield town


def _queue(town: Town, **asked: Any) -> list[Any]:
    return [edge["node"] for edge in town.ask(STEWARD, MatchQueue(**asked))["edges"]]


def test_more_rows_of_one_person_are_found_than_by_nik(town: Town, city: CityFiles) -> None:
    rows = town.run(partition(town.opened.doors, town.opened.steward, lambda done: None))
    there = {
        (row["register"], row["row_key"]): row["person_id"]
        for row in truth(city, "persons")
        if row["register"] in {"regsosek", "dtks", "p3ke"}
    }
    found = evaluate(rows, there)
    assert found.missing == 0
    assert found.all.f1 > 0.93
    assert found.all.precision > 0.95
    demand_agreement(town)


def test_the_next_run_writes_nothing(town: Town) -> None:
    before = town.holds()
    found = matched(town)
    assert (found.changed, found.findings) == (0, 0)
    assert town.holds() == before


def test_the_queue_names_both_rows_every_level_and_what_it_weighs(town: Town) -> None:
    found = _queue(town)
    assert found
    assert [each["probability"] for each in found] == sorted(
        (each["probability"] for each in found), reverse=True
    )
    for each in found:
        assert {each["left"]["register"], each["right"]["register"]} <= {"regsosek", "dtks", "p3ke"}
        assert [level["comparison"] for level in each["levels"]] == [
            "name", "identity", "sex", "mother", "birthplace", "register", "home",
        ]  # fmt: skip
        assert each["levels"][0]["left"]
        assert each["judgement"] == "UNJUDGED"
        assert town.ask(STEWARD, MatchById(each["id"])) == each


def test_the_queue_is_read_page_by_page(town: Town) -> None:
    whole, paged, after = _queue(town), [], None
    while True:
        page = town.ask(STEWARD, MatchQueue(page=Page(first=2, after=after)))
        paged += [edge["node"]["id"] for edge in page["edges"]]
        assert page["total_count"] == len(whole)
        if not page["page_info"]["has_next_page"]:
            break
        after = page["page_info"]["end_cursor"]
    assert paged == [each["id"] for each in whole]


def test_who_saw_the_queue_is_recorded(town: Town) -> None:
    before = town.holds().disclosures
    assert _queue(town)
    assert town.holds().disclosures == before + 1


def test_nobody_but_steward_and_investigator_reads_it(town: Town) -> None:
    for name in ("pemadan", "admin"):
        with town.refuses(Forbidden):
            town.ask(name, MatchQueue())


def test_what_a_steward_judges_holds_in_every_later_run(town: Town) -> None:
    first, second = _queue(town)[:2]
    pairs = [(each["left"]["id"], each["right"]["id"]) for each in (first, second)]
    town.submit(STEWARD, JudgeMatch(*pairs[0], "SAME", "Orangnya sama."))
    town.submit(STEWARD, JudgeMatch(*pairs[1], "DIFFERENT", "Ibunya lain."))
    town.settle()
    matched(town)
    assert first["id"] not in {each["id"] for each in _queue(town)}
    told = [town.ask(STEWARD, PairExplained(*pair)) for pair in pairs]
    assert [each["same"] for each in told] == [True, False]
    assert [len(each["judgements"]) for each in told] == [1, 1]
    assert [len(each["barred_by"]) for each in told] == [0, 1]
    judged = town.ask(STEWARD, MatchById(first["id"]))
    assert (judged["judgement"], judged["reason"]) == ("SAME", "Orangnya sama.")
    demand_agreement(town)


_QUEUE = """{ matchQueue(first: 1) { totalCount edges { node { id version probability judgement
    left { register rowKey release { label } } right { register rowKey takenAt }
    levels { comparison level weight left right } } } } }"""
_JUDGE = (
    """mutation Judge($input: JudgeMatchInput!) { judgeMatch(input: $input) { seq subject projected } }"""
)
_LOOK = """query Look($match: ID!, $left: ID!, $right: ID!) { match(id: $match) { judgement judgedAt reason }
    explainPair(left: $left, right: $right) { same judgements { action } barredBy { seq } } }"""
_REVOKE = """mutation { revokeJudgement(input: {match: "%s", reason: "Salah lihat."}) { seq } }"""


def test_a_steward_works_through_the_queue_over_graphql(town: Town) -> None:
    app = create_app(town.opened.hub, town.settings)
    token = issue(town.settings, town.opened.steward.id, 60)

    def asked(query: str, **variables: Any) -> Any:
        answer = town.run(post(app, "/graphql", {"query": query, "variables": variables}, token))
        assert "errors" not in answer, answer
        return answer["data"]

    before = asked(_QUEUE)["matchQueue"]
    node = before["edges"][0]["node"]
    assert node["levels"][0]["comparison"] == "name"
    judged = asked(
        _JUDGE, input={"match": node["id"], "judgement": "DIFFERENT", "reason": "Dua anak kembar."}
    )
    assert judged["judgeMatch"]["subject"] == node["id"]
    town.settle()
    found = town.ask(STEWARD, MatchById(node["id"]))
    looked = asked(_LOOK, match=node["id"], left=found["left"]["id"], right=found["right"]["id"])
    assert looked["match"]["judgement"] == "DIFFERENT"
    assert looked["explainPair"]["same"] is False
    assert {each["action"] for each in looked["explainPair"]["judgements"]} == {"match:judge"}
    assert asked(_QUEUE)["matchQueue"]["totalCount"] == before["totalCount"] - 1
    asked(_REVOKE % node["id"])
    assert asked(_QUEUE)["matchQueue"]["totalCount"] == before["totalCount"]


def test_a_new_release_touches_only_whom_it_is_about(town: Town, city: CityFiles) -> None:
    before = {each["id"]: each["version"] for each in town.everybody(STEWARD, (pick("id"), pick("version")))}
    again = replace(delivery(city, "dtks", "2024-06"), as_of="2024-06-30")
    taken(town, again)
    found = matched(town)
    assert found.changed == 0
    after = {each["id"]: each["version"] for each in town.everybody(STEWARD, (pick("id"), pick("version")))}
    assert after.keys() == before.keys()
    demand_agreement(town)


def test_the_order_of_files_changes_neither_partition_nor_golden_values(
    city: CityFiles, tmp_path: Any, graph_address: GraphAddress, graph_driver: Driver
) -> None:
    found = []
    for number, order in enumerate((("p3ke", "regsosek"), ("regsosek", "p3ke"))):
        settings = settings_of(tmp_path / str(number), graph_address, graph_driver)
        with open_town(settings, graph_driver) as hub:
            for register in order:
                taken(hub, delivery(city, register))
                if number:
                    matched(hub)
            matched(hub)
            found.append((_partition(hub), _golden(hub)))
    assert found[0] == found[1]
