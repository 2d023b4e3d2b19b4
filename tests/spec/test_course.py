"""The course of an enrolment: eligible, refused, suspended, resumed, paid. Each its own thing with its own day."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hub.bootstrap import STEWARD
from hub.commands.course import ConfirmEligibility, RefuseEnrolment, ResumeEnrolment, SuspendEnrolment
from hub.commands.payments import MOST, RecordPayment
from hub.commands.programmes import DefineProgramme, EndEnrolment, Enrol, ProposeEnrolment
from hub.domain.errors import Conflict, Forbidden, HubError, InvalidInput, VersionConflict
from hub.domain.selection import Pick, pick
from hub.questions.model import Agencies, Enrolments, Page, PersonById
from tests.spec.hubs import Resident, Town, connection

STATE = (
    pick("id"), pick("status"), pick("reason"), pick("proposed_on"), pick("eligible_on"), pick("suspended_on"),
    Pick("from", "from"), pick("to"), pick("last_paid_on"),
    pick("payments", pick("paid_on"), pick("amount"), pick("period")),
)  # fmt: skip


def state_of(town: Town, name: str, enrolment: str, **rest: Any) -> dict[str, Any]:
    """The enrolment as somebody sees it."""
    question = Enrolments(connection(STATE), page=Page(first=100), **rest)
    found = [edge["node"] for edge in town.ask(name, question)["edges"]]
    return next(each for each in found if each["id"] == enrolment)


def seen_by(town: Town, name: str, person: Resident) -> bool:
    return town.ask(name, PersonById(person.id, (pick("id"),))) is not None


# -------------------------------------------------------------------------------------- eligible, refused


def test_eligible_is_not_enrolled_it_opens_nothing_and_takes_no_place(town: Town) -> None:
    programme, person = town.programme("c_eligible", quota=0), town.somebody()
    enrolment = town.propose("sari", programme, person)
    town.submit(STEWARD, ConfirmEligibility(enrolment, "2026-02-03"))
    found = state_of(town, "irma", enrolment, programme=programme)
    assert (found["status"], found["eligible_on"], found["from"]) == ("ELIGIBLE", "2026-02-03", None)
    assert found["proposed_on"] > "2026-11-01"
    assert not seen_by(town, "sari", person)
    with town.refuses(Conflict, "places"):
        town.submit(STEWARD, Enrol(enrolment))
    town.programme(programme, quota=1)
    town.submit(STEWARD, Enrol(enrolment, "2026-03-01"))
    found = state_of(town, "irma", enrolment, programme=programme)
    assert (found["status"], found["eligible_on"], found["from"]) == ("ENROLLED", "2026-02-03", "2026-03-01")


def test_who_is_eligible_is_not_proposed_again(town: Town) -> None:
    programme, person = town.programme("c_again"), town.somebody()
    enrolment = town.propose("sari", programme, person)
    town.submit(STEWARD, ConfirmEligibility(enrolment))
    with town.refuses(Conflict, "eligible"):
        town.propose("sari", programme, person)


def test_a_refused_proposal_opens_nothing_and_the_person_may_be_proposed_anew(town: Town) -> None:
    programme, person = town.programme("c_refused"), town.somebody()
    enrolment = town.propose("sari", programme, person)
    town.submit(STEWARD, RefuseEnrolment(enrolment, "NOT_ENTITLED", "Penghasilan di atas UMP."))
    found = state_of(town, "sari", enrolment, programme=programme)
    assert (found["status"], found["reason"]) == ("REFUSED", "NOT_ENTITLED")
    assert not seen_by(town, "sari", person)
    with town.refuses(Conflict, "refused"):
        town.submit(STEWARD, Enrol(enrolment))
    assert town.propose("sari", programme, person) != enrolment


@pytest.mark.parametrize("command", [ConfirmEligibility, lambda id_: RefuseEnrolment(id_, "NO_PLACE")])
def test_the_agency_that_proposes_neither_finds_eligible_nor_refuses(town: Town, command: Any) -> None:
    enrolment = town.propose("sari", town.programme("c_four_eyes"), town.somebody())
    with town.refuses(Forbidden):
        town.submit("sari", command(enrolment))


def test_the_kelurahan_refuses_for_its_own_people_only(town: Town) -> None:
    mine, theirs = town.territories
    programme = town.programme("c_kelurahan")
    inside, outside = (town.propose("sari", programme, town.somebody(area)) for area in (mine, theirs))
    with town.refuses(Forbidden):
        town.submit("lina", RefuseEnrolment(outside, "UNKNOWN_TO_RT"))
    town.submit("lina", RefuseEnrolment(inside, "UNKNOWN_TO_RT"))
    assert state_of(town, "lina", inside, programme=programme)["status"] == "REFUSED"


# ------------------------------------------------------------------------------------ suspended, resumed


def test_a_suspended_person_is_still_seen_keeps_the_place_and_is_resumed(town: Town) -> None:
    programme, person = town.programme("c_suspend", quota=1), town.somebody()
    enrolment = town.enrol("sari", programme, person, "2026-01-01")
    town.submit("sari", SuspendEnrolment(enrolment, "UNDER_VERIFICATION", "2026-05-01"))
    found = state_of(town, "sari", enrolment, programme=programme)
    assert (found["status"], found["reason"], found["suspended_on"]) == (
        "SUSPENDED", "UNDER_VERIFICATION", "2026-05-01",
    )  # fmt: skip
    assert seen_by(town, "sari", person)
    other = town.propose("sari", programme, town.somebody())
    with town.refuses(Conflict, "places"):
        town.submit(STEWARD, Enrol(other))
    with town.refuses(Conflict):
        town.submit("sari", SuspendEnrolment(enrolment, "DEAD"))
    with town.refuses(InvalidInput, "before it was suspended"):
        town.submit("sari", ResumeEnrolment(enrolment, "2026-04-30"))
    town.submit("sari", ResumeEnrolment(enrolment, "2026-06-01"))
    found = state_of(town, "sari", enrolment, programme=programme)
    assert (found["status"], found["reason"], found["suspended_on"], found["from"]) == (
        "ENROLLED", None, None, "2026-01-01",
    )  # fmt: skip
    with town.refuses(Conflict):
        town.submit("sari", ResumeEnrolment(enrolment))


@pytest.mark.parametrize(
    "change", [{"reason": "BECAUSE"}, {"suspended_on": "2099-01-01"}, {"suspended_on": "2025-12-31"},
               {"suspended_on": "01-02-2026"}, {"note": "=1+1"}]
)  # fmt: skip
def test_refuses_a_suspension_that_cant_stand(town: Town, change: dict[str, str]) -> None:
    enrolment = town.enrol("sari", town.programme("c_bad"), town.somebody(), "2026-01-01")
    with town.refuses(InvalidInput):
        town.submit("sari", SuspendEnrolment(enrolment, **{"reason": "NOT_FOUND", **change}))


def test_another_agency_suspends_nothing_and_a_stale_version_neither(town: Town) -> None:
    enrolment = town.enrol("sari", town.programme("c_stale"), town.somebody())
    with town.refuses(Forbidden):
        town.submit("dedi", SuspendEnrolment(enrolment, "DEAD"))
    with town.refuses(VersionConflict):
        town.submit("sari", SuspendEnrolment(enrolment, "DEAD"), expected=1)


def test_a_suspended_enrolment_ends_and_gives_its_place_back(town: Town) -> None:
    programme = town.programme("c_ends", quota=1)
    enrolment = town.enrol("sari", programme, town.somebody(), "2026-01-01")
    town.submit("sari", SuspendEnrolment(enrolment, "NOT_FOUND", "2026-02-01"))
    town.submit("sari", EndEnrolment(enrolment, "MOVED_OUT_CITY"))
    assert state_of(town, "sari", enrolment, programme=programme)["status"] == "ENDED"
    assert town.enrol("sari", programme, town.somebody())


# -------------------------------------------------------------------------------------------------- paid


def test_payments_stand_by_day_with_their_amounts_and_the_newest_day(town: Town) -> None:
    programme, person = town.programme("c_paid"), town.somebody()
    enrolment = town.enrol("sari", programme, person, "2026-01-01")
    for paid_on, period in (("2026-07-05", "2026-2"), ("2026-04-03", "2026-01"), ("2026-10-02", "2026-3")):
        town.submit("sari", RecordPayment(enrolment, paid_on, 600_000, period))
    found = state_of(town, "sari", enrolment, programme=programme)
    assert found["last_paid_on"] == "2026-10-02"
    assert [(each["paid_on"], each["amount"], each["period"]) for each in found["payments"]] == [
        ("2026-04-03", 600_000, "2026-1"), ("2026-07-05", 600_000, "2026-2"), ("2026-10-02", 600_000, "2026-3"),
    ]  # fmt: skip
    assert found["status"] == "ENROLLED"


def test_a_payment_recorded_twice_is_refused(town: Town) -> None:
    enrolment = town.enrol("sari", town.programme("c_twice"), town.somebody(), "2026-01-01")
    town.submit("sari", RecordPayment(enrolment, "2026-07-05", 600_000, "2026-2"))
    with town.refuses(Conflict, "already"):
        town.submit("sari", RecordPayment(enrolment, "2026-07-05", 600_000, "2026-02"))


def test_what_one_agency_paid_no_other_one_sees(town: Town) -> None:
    person = town.somebody()
    enrolment = town.enrol("sari", town.programme("c_mine"), person, "2026-01-01")
    town.enrol("dedi", town.programme("c_theirs", "dinkes"), person)
    town.submit("sari", RecordPayment(enrolment, "2026-07-05", 600_000, "2026-2"))
    assert len(state_of(town, "sari", enrolment, person=person.id)["payments"]) == 1
    assert state_of(town, "dedi", enrolment, person=person.id)["payments"] == []


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"amount": 0}, InvalidInput), ({"amount": -5}, InvalidInput), ({"amount": MOST + 1}, InvalidInput),
        ({"paid_on": "2099-01-01"}, InvalidInput), ({"paid_on": "1999-12-31"}, InvalidInput),
        ({"period": "Q2"}, InvalidInput), ({"enrolment": "proposed"}, Conflict),
    ],
)  # fmt: skip
def test_refuses_a_payment_that_cant_stand(
    town: Town, change: dict[str, Any], refusal: type[HubError]
) -> None:
    programme = town.programme("c_badly_paid")
    proposed = town.propose("sari", programme, town.somebody())
    enrolment = town.enrol("sari", programme, town.somebody(), "2026-01-01")
    if "enrolment" in change:
        change = {"enrolment": proposed}
    given = {"enrolment": enrolment, "paid_on": "2026-07-05", "amount": 600_000, "period": "2026-2", **change}
    with town.refuses(refusal):
        town.submit("sari", RecordPayment(**given))


def test_only_the_agency_that_runs_the_programme_says_what_it_paid(town: Town) -> None:
    enrolment = town.enrol("sari", town.programme("c_whose"), town.somebody(), "2026-01-01")
    for name in ("dedi", "lina", STEWARD, "irma"):
        with town.refuses(Forbidden):
            town.submit(name, RecordPayment(enrolment, "2026-07-05", 600_000, "2026-2"))


# ------------------------------------------------------------------------------------------------- quota


def test_of_two_enrolments_on_the_last_place_one_wins(town: Town) -> None:
    programme = town.programme("c_last", quota=1)
    proposals = [town.propose("sari", programme, town.somebody()) for _ in range(4)]

    async def at_once() -> list[Any]:
        steward = town.who(STEWARD)
        return await asyncio.gather(
            *(town.opened.hub.submit(steward, Enrol(each)) for each in proposals), return_exceptions=True
        )

    outcomes = town.run(at_once())
    assert sorted(type(each).__name__ for each in outcomes) == ["Conflict"] * 3 + ["Receipt"]
    town.settle()
    held = town.ask("irma", Enrolments(connection((pick("id"),)), programme=programme, status="ENROLLED"))
    assert held["total_count"] == 1


def test_a_limit_that_comes_later_counts_who_is_there_already(town: Town) -> None:
    programme = town.programme("c_later")
    first = [town.enrol("sari", programme, town.somebody()) for _ in range(2)]
    proposal = town.propose("sari", programme, town.somebody())
    town.programme(programme, quota=2)
    with town.refuses(Conflict, "places"):
        town.submit(STEWARD, Enrol(proposal))
    town.submit("sari", EndEnrolment(first[0], "GRADUATED"))
    town.submit(STEWARD, Enrol(proposal))


def test_an_enrolment_ends_also_where_more_are_enrolled_than_a_lowered_limit_allows(town: Town) -> None:
    programme = town.programme("c_lowered", quota=3)
    held = [town.enrol("sari", programme, town.somebody()) for _ in range(3)]
    town.submit(STEWARD, DefineProgramme(programme, f"Program {programme}", "dinsos", quota=1))
    town.submit("sari", EndEnrolment(held[0], "GRADUATED"))
    proposal = town.propose("sari", programme, town.somebody())
    with town.refuses(Conflict, "places"):
        town.submit(STEWARD, Enrol(proposal))


# ------------------------------------------------------------------------------- across programmes, in order


def test_enrolments_come_in_the_order_asked_page_by_page(town: Town) -> None:
    programme = town.programme("c_order")
    made = [
        town.enrol("sari", programme, town.somebody(), day)
        for day in ("2026-03-01", "2026-01-01", "2026-02-01")
    ]
    made.append(town.propose("sari", programme, town.somebody()))
    expected = {
        None: [0, 1, 2, 3], "MADE_NEWEST": [3, 2, 1, 0], "FROM": [3, 1, 2, 0], "FROM_NEWEST": [0, 2, 1, 3],
        "STATUS": [0, 1, 2, 3],
    }  # fmt: skip
    for order, wanted in expected.items():
        found: list[str] = []
        page = Page(first=1)
        for _ in made:
            asked = Enrolments(connection((pick("id"),)), programme=programme, order=order, page=page)
            answer = town.ask("sari", asked)
            found += [edge["node"]["id"] for edge in answer["edges"]]
            page = Page(first=1, after=answer["page_info"]["end_cursor"])
        assert found == [made[each] for each in wanted], order
        assert not answer["page_info"]["has_next_page"]


def test_an_order_that_is_none_is_refused(town: Town) -> None:
    with pytest.raises(InvalidInput, match="order"):
        town.ask("sari", Enrolments(connection((pick("id"),)), order="nik"))


def test_every_role_reads_the_agencies_with_their_programmes(town: Town) -> None:
    programme = town.programme("c_agencies")
    selection = (pick("code"), pick("programmes", pick("code")))
    for name in ("sari", "lina", STEWARD, "admin"):
        found = {each["code"]: each["programmes"] for each in town.ask(name, Agencies(selection))}
        assert {"code": programme} in found["dinsos"]
        assert {"code": programme} not in found["dinkes"]
        assert list(found) == sorted(found)


def test_a_person_who_is_proposed_by_id_by_an_agency_that_sees_them_may_be_refused(town: Town) -> None:
    person = town.somebody()
    town.enrol("sari", town.programme("c_sees"), person)
    proposal = town.submit("sari", ProposeEnrolment(town.programme("c_sees_too"), person=person.id)).subject
    assert proposal is not None
    town.submit(STEWARD, RefuseEnrolment(proposal, "ALREADY_HELPED"))
    assert seen_by(town, "sari", person), "the other enrolment goes on"
