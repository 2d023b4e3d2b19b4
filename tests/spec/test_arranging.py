"""Households by hand: what a person decided stands, whatever registers and the machine say afterwards."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hub.bootstrap import STEWARD
from hub.commands.arranging import FormHousehold, MoveMember, SplitHousehold
from hub.commands.households import FormHouseholds, HouseholdGroup
from hub.commands.matching import JudgeMatch
from hub.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, VersionConflict
from hub.domain.ids import new_id
from hub.domain.kinds import Log
from hub.domain.selection import pick
from hub.matching.housing import Housed
from hub.questions.model import HouseholdById, LedgerEntry
from tests.spec.hubs import Town
from tests.spec.test_households import (
    HERE,
    THERE,
    group_of,
    housed,
    households,
    listed,
    person_of,
    state_of,
)

WHY = "Verval 12 Maret: dapur sendiri."
ON = "2024-03-01"


@pytest.fixture
def pair(bare: Town) -> tuple[str, str]:
    """The households of a, b and c, and of d with e, who have stood there since January 2024."""
    listed(bare, "dtks", "2024-01-31", "abc de")
    housed(bare)
    found = households(bare)
    return found["abc"], found["de"]


def ids(town: Town, keys: str) -> tuple[str, ...]:
    return tuple(person_of(town, key) for key in keys)


def split(town: Town, household: str, keys: str, *, by: str = STEWARD, on: str = ON, **rest: Any) -> Any:
    """Some members leave; the first of them is head."""
    persons = ids(town, keys)
    return town.submit(by, SplitHousehold(household, persons, persons[0], WHY, on), **rest)


def move(
    town: Town,
    key: str,
    left: str | None,
    entered: str | None,
    *,
    by: str = STEWARD,
    on: str = ON,
    **rest: Any,
) -> Any:
    return town.submit(by, MoveMember(person_of(town, key), left, entered, WHY, on), **rest)


# -- what is decided --------------------------------------------------------------------------------------------


def test_some_members_become_a_household_of_their_own(bare: Town, pair: tuple[str, str]) -> None:
    receipt = split(bare, pair[0], "bc")
    found = households(bare)
    assert set(found) == {"a", "bc", "de"}
    assert (found["a"], receipt.subject) == (pair[0], pair[0])
    asked = HouseholdById(
        found["bc"],
        (pick("head", pick("name")), pick("address", pick("text")), pick("area", pick("code"))),
    )
    assert bare.ask(STEWARD, asked) == {
        "head": {"name": "NAMA b"}, "address": {"text": "JL dtks a"}, "area": {"code": HERE},
    }  # fmt: skip
    b, c = ids(bare, "bc")
    assert state_of(bare, found["bc"]).state["head"] == b
    assert state_of(bare, pair[0]).state["former"] == sorted([[b, "2024-01-31", ON], [c, "2024-01-31", ON]])
    assert state_of(bare, found["bc"]).state["members"] == sorted([[b, ON], [c, ON]])


def test_a_member_moves_to_another_household(bare: Town, pair: tuple[str, str]) -> None:
    move(bare, "c", *pair)
    assert households(bare) == {"ab": pair[0], "cde": pair[1]}
    c = person_of(bare, "c")
    assert [c, ON] in state_of(bare, pair[1]).state["members"]


def test_who_moves_out_lives_in_no_household_and_can_come_back(bare: Town, pair: tuple[str, str]) -> None:
    move(bare, "c", pair[0], None)
    assert households(bare) == {"ab": pair[0], "de": pair[1]}
    assert housed(bare).written == 0
    move(bare, "c", None, pair[1], on="2024-05-01")
    assert households(bare) == {"ab": pair[0], "cde": pair[1]}
    assert state_of(bare, pair[0]).state["left"] == []


def test_persons_of_several_households_become_one(bare: Town, pair: tuple[str, str]) -> None:
    persons = ids(bare, "ce")
    receipt = bare.submit(STEWARD, FormHousehold(persons, persons[1], WHY, ON))
    assert households(bare) == {"ab": pair[0], "ce": str(receipt.subject), "d": pair[1]}
    assert state_of(bare, str(receipt.subject)).state["head"] == persons[1]


def test_the_reverse_move_undoes_a_move(bare: Town, pair: tuple[str, str]) -> None:
    move(bare, "c", *pair)
    move(bare, "c", pair[1], pair[0])
    assert households(bare) == {"abc": pair[0], "de": pair[1]}


def test_a_household_that_everybody_left_keeps_its_id_and_place_so_that_they_can_come_back(
    bare: Town, pair: tuple[str, str]
) -> None:
    split(bare, pair[0], "c")
    alone = households(bare)["c"]
    move(bare, "c", alone, pair[1])
    assert housed(bare).written == 0
    assert households(bare) == {"ab": pair[0], "cde": pair[1], "": alone}
    asked = HouseholdById(alone, (pick("area", pick("code")), pick("members", pick("id"))))
    assert bare.ask(STEWARD, asked) == {"area": {"code": HERE}, "members": []}
    move(bare, "c", pair[1], alone)
    assert households(bare) == {"ab": pair[0], "c": alone, "de": pair[1]}


def test_the_head_who_leaves_is_head_no_more(bare: Town, pair: tuple[str, str]) -> None:
    move(bare, "a", pair[0], None)
    assert state_of(bare, pair[0]).state["head"] is None


# -- what the machine makes of it --------------------------------------------------------------------------------


def test_later_runs_and_releases_that_repeat_what_was_leave_a_decision_alone(
    bare: Town, pair: tuple[str, str]
) -> None:
    split(bare, pair[0], "bc")
    before = households(bare)
    assert housed(bare) == Housed(3, 0)
    listed(bare, "dtks", "2024-04-30", "abc de", label="2")
    assert housed(bare) == Housed(3, 0)
    listed(bare, "regsosek", "2024-06-30", "abc")
    housed(bare)
    assert households(bare) == before
    assert housed(bare) == Housed(3, 0)


def test_who_is_newly_told_in_a_household_that_was_arranged_lives_there(
    bare: Town, pair: tuple[str, str]
) -> None:
    split(bare, pair[0], "bc")
    own = households(bare)["bc"]
    listed(bare, "dtsen", "2024-06-30", "bcf")
    housed(bare)
    assert households(bare) == {"a": pair[0], "bcf": own, "de": pair[1]}
    assert [each[0] for each in state_of(bare, own).state["placed"]] == sorted(ids(bare, "bc"))
    listed(bare, "dtks", "2024-07-31", "abcg de", label="2")
    housed(bare)
    assert households(bare) == {"ag": pair[0], "bcf": own, "de": pair[1]}
    assert housed(bare).written == 0


def test_registers_that_tell_two_arranged_households_as_one_join_nothing(
    bare: Town, pair: tuple[str, str]
) -> None:
    move(bare, "c", *pair)
    listed(bare, "p3ke", "2024-06-30", "abcde")
    housed(bare)
    assert households(bare) == {"ab": pair[0], "cde": pair[1]}


def test_who_was_not_placed_by_hand_moves_as_the_registers_say(bare: Town, pair: tuple[str, str]) -> None:
    listed(bare, "dtks", "2024-04-30", "abc de fg", label="2")
    housed(bare)
    move(bare, "c", *pair, on="2024-05-01")
    listed(bare, "dtsen", "2024-06-30", "af g")
    housed(bare)
    found = households(bare)
    assert found["ab"] == pair[0], "a was placed: it stayed when c moved"
    assert set(found) == {"ab", "cde", "f", "g"}


def test_persons_who_become_one_live_where_the_newer_decision_put_them(
    bare: Town, pair: tuple[str, str]
) -> None:
    move(bare, "c", pair[0], None)
    move(bare, "d", pair[1], pair[0], on="2024-04-01")
    one, other = (state_of(bare, person_of(bare, key)).state["records"][0] for key in "cd")
    bare.submit(STEWARD, JudgeMatch(one, other, "SAME", "Orangnya sama."))
    housed(bare)
    assert sorted(map(len, households(bare))) == [1, 3]
    assert state_of(bare, pair[0]).state["left"] == []
    assert housed(bare).written == 0


def test_the_machine_can_not_leave_out_what_was_decided(bare: Town, pair: tuple[str, str]) -> None:
    earlier = tuple(group_of(bare, each) for each in pair)
    split(bare, pair[0], "bc")
    with bare.refuses(VersionConflict):
        bare.submit("pemadan", FormHouseholds(earlier))
    b = person_of(bare, "b")
    elsewhere = group_of(bare, pair[1], members=((b, ON),), head=None)
    with bare.refuses(VersionConflict):
        bare.submit("pemadan", FormHouseholds((elsewhere,)))
    with bare.refuses(InvalidInput):
        bare.submit("pemadan", FormHouseholds((replace(group_of(bare, pair[1]), household=pair[1]),)))
    with bare.refuses(VersionConflict):
        emptied = HouseholdGroup((), (), (), None, households(bare)["bc"])
        bare.submit("pemadan", FormHouseholds((emptied,)))


# -- what is refused ---------------------------------------------------------------------------------------------


def test_the_second_of_two_officers_gets_a_conflict(bare: Town, pair: tuple[str, str]) -> None:
    seen = state_of(bare, pair[0]).version
    split(bare, pair[0], "c", expected=seen)
    with bare.refuses(VersionConflict):
        split(bare, pair[0], "b", expected=seen)
    with bare.refuses(Conflict):
        move(bare, "c", *pair)


def test_the_same_request_again_changes_nothing(bare: Town, pair: tuple[str, str]) -> None:
    request = new_id()
    first = move(bare, "c", *pair, request=request)
    before = bare.holds()
    again = move(bare, "c", *pair, request=request)
    assert (again.seq, again.repeated) == (first.seq, True)
    assert bare.holds() == before


@pytest.mark.parametrize(
    ("keys", "head", "refusal"),
    [("abc", "a", Conflict), ("", "a", InvalidInput), ("bb", "b", InvalidInput), ("b", "a", InvalidInput),
     ("bd", "b", Conflict)],
    ids=["everybody", "nobody", "one twice", "a head who stays", "a stranger"],
)  # fmt: skip
def test_a_household_is_split_into_two_and_nothing_else(
    bare: Town, pair: tuple[str, str], keys: str, head: str, refusal: type[Any]
) -> None:
    with bare.refuses(refusal):
        bare.submit(STEWARD, SplitHousehold(pair[0], ids(bare, keys), person_of(bare, head), WHY, ON))


def test_a_move_from_where_nobody_lives_or_to_the_same_place_is_refused(
    bare: Town, pair: tuple[str, str]
) -> None:
    for left, entered, refusal in (
        (pair[1], pair[0], Conflict), (None, pair[1], Conflict), (pair[0], pair[0], InvalidInput),
        (None, None, InvalidInput), (pair[0], new_id(), NotFound),
    ):  # fmt: skip
        with bare.refuses(refusal):
            move(bare, "c", left, entered)


@pytest.mark.parametrize("on", ["2024-01-30", "2999-01-01", "kemarin"])
def test_nobody_leaves_before_they_came_nor_in_days_to_come(
    bare: Town, pair: tuple[str, str], on: str
) -> None:
    with bare.refuses(InvalidInput):
        move(bare, "c", *pair, on=on)


def test_what_is_one_household_already_is_not_formed_again(bare: Town, pair: tuple[str, str]) -> None:
    persons = ids(bare, "de")
    with bare.refuses(Conflict):
        bare.submit(STEWARD, FormHousehold(persons, persons[0], WHY, ON))
    with bare.refuses(InvalidInput):
        bare.submit(STEWARD, FormHousehold(persons, persons[0], " ", ON))


# -- who may, and who sees it ------------------------------------------------------------------------------------


def test_a_kelurahan_arranges_the_own_households_and_no_other(bare: Town) -> None:
    listed(bare, "dtks", "2024-01-31", "abc")
    listed(bare, "p3ke", "2024-01-31", "de", area=THERE)
    housed(bare)
    ours, theirs = (households(bare)[each] for each in ("abc", "de"))
    bare.register("lina", "petugas_kelurahan", territory=HERE)
    for asked in (
        lambda: split(bare, theirs, "e", by="lina"),
        lambda: move(bare, "c", ours, theirs, by="lina"),
        lambda: move(bare, "e", theirs, ours, by="lina"),
        lambda: bare.submit("lina", FormHousehold(ids(bare, "ce"), person_of(bare, "c"), WHY, ON)),
        lambda: bare.submit("lina", FormHousehold((new_id(),), new_id(), WHY, ON)),
    ):
        with bare.refuses(NotFound):
            asked()
    split(bare, ours, "c", by="lina")
    assert set(households(bare)) == {"ab", "c", "de"}
    # c is moved across the border by the steward; their own golden address stays where the register has it.
    move(bare, "c", households(bare)["c"], theirs)
    with bare.refuses(Forbidden):
        bare.submit("lina", FormHousehold(ids(bare, "c"), person_of(bare, "c"), WHY, ON))


@pytest.mark.parametrize("role", ["petugas_opd", "pemeriksa", "admin_kebijakan"])
def test_nobody_else_arranges_households(bare: Town, pair: tuple[str, str], role: str) -> None:
    bare.register("tamu", role, "diskominfo")
    with bare.refuses(Forbidden):
        split(bare, pair[0], "c", by="tamu")


def test_the_reason_is_sealed_and_no_name_stands_in_clear(bare: Town, pair: tuple[str, str]) -> None:
    receipt = split(bare, pair[0], "c")
    entry = bare.opened.ledger.entry(Log.CHANGES, receipt.seq)
    assert {fact.kind for fact in entry.facts} == {"HouseholdArranged"}
    assert all(fact.sealed and WHY not in repr(fact.clear) for fact in entry.facts)
    assert all(fact.payload == {"reason": WHY} for fact in entry.facts)
    bare.register("irma", "pemeriksa", "diskominfo")
    assert bare.ask("irma", LedgerEntry(receipt.seq))["action"] == "household:arrange"
