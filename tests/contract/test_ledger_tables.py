"""Nothing outside the ledger matters: of every table it is said what it follows from, and what follows is made anew."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete
from sqlmodel import SQLModel

from hub.domain.kinds import KINDS, Log
from hub.ledger import tree
from hub.ledger.audit import verify
from hub.ledger.engine import writing
from hub.ledger.refold import refold
from hub.ledger.rows import DerivedRow, LookupRow, NodeRow, SubjectRow, table
from hub.ledger.store import Ledger
from tests.contract.ledger_story import Story
from tests.contract.ledger_worlds import TABLES, everything

LEDGER = {"entry", "fact", "checkpoint"}
"""What was said, and what was signed of it."""
KEYS = {"payload_key"}
"""Keys of payloads: secrets, which say nothing, and whose loss is an erasure."""
FOLLOWS = {
    "node": "leaves of entries", "subject": "facts, by the fold of their kind",
    "lookup": "facts, by the look-ups of their kind",
    "derived": "the version of folds and look-ups",
}  # fmt: skip
"""Every other table, and what it follows from."""
TYPES = {
    "Area": {"AreaListed"}, "Agency": {"AgencyDefined"}, "Policy": {"PolicyAdopted"}, "MatchModel": {"ModelAdopted"},
    "Actor": {"ActorRegistered", "RoleGranted", "ActorSuspended"},
}  # fmt: skip
"""Registries that a hub lives by, and the facts that are all they follow from."""


@pytest.fixture
def told(ledger: Ledger) -> Ledger:
    """A ledger that holds every kind of fact."""
    Story(ledger).tell()
    return ledger


def test_of_every_table_it_is_said_what_it_follows_from() -> None:
    named = set(SQLModel.metadata.tables)
    assert named == {each.name for each in TABLES}
    assert named == LEDGER | KEYS | set(FOLLOWS)


def test_states_and_look_ups_that_were_lost_are_made_anew_from_facts(told: Ledger) -> None:
    before = everything(told)
    with writing(told.engine) as connection:
        for row in (SubjectRow, LookupRow, DerivedRow):
            connection.execute(delete(table(row)))
    assert refold(told.engine, told.vault)
    assert everything(told) == before


def test_nodes_are_those_of_the_leaves(told: Ledger) -> None:
    for log in Log:
        frontier = tree.Frontier()
        wanted = [
            (log.value, *node)
            for each in told.entries(log, 0, 1_000)
            for node in frontier.append(each.leaf_hash)
        ]
        held: list[tuple[Any, ...]] = everything(told)[str(NodeRow.__tablename__)]
        assert sorted(wanted) == [each for each in held if each[0] == log.value]
    assert verify(told).ok


def test_accounts_agencies_areas_policies_and_models_come_from_facts_alone(told: Ledger) -> None:
    for type_, kinds in TYPES.items():
        assert kinds <= {kind.name for kind in KINDS.values() if kind.type == type_}
    facts = [fact for entry in told.entries(Log.CHANGES, 0, 1_000) for fact in entry.facts]
    states = told.subjects({fact.subject for fact in facts})
    with told.reading() as connection:
        held = {row.id for row in connection.execute(table(SubjectRow).select())}
    assert held == set(states)
    for subject in states.values():
        state: dict[str, Any] = {}
        for fact in (each for each in facts if each.subject == subject.id):
            state = KINDS[fact.kind].fold(state, fact)
        assert subject.state == state, subject.type
