"""Each action is named once: commands, questions, rules, cases and the API speak of the same ones."""

from __future__ import annotations

import inspect
import re
import tomllib
from types import ModuleType

import pytest
from graphql import GraphQLObjectType

import policies
from hub.access.policy import Policy
from hub.access.vocabulary import ACTIONS
from hub.api.schema import CORE
from hub.commands import (
    access,
    arranging,
    course,
    enrolling,
    forming,
    governing,
    households,
    intake,
    matching,
    overlaps,
    payments,
    people,
    programmes,
    standings,
    survivorship,
)
from hub.commands.registry import COMMANDS
from hub.domain.kinds import KINDS, Log
from hub.graph.asked import OWN
from hub.graph.ops import COPIERS
from hub.ledger.answers import ANSWERS
from hub.questions import model
from hub.questions.registry import QUESTIONS
from hub.studies import STUDIES

FAMILIES: tuple[ModuleType, ...] = (
    access, arranging, course, enrolling, forming, governing, households, intake, matching, overlaps, payments,
    people, programmes, standings, survivorship,
)  # fmt: skip
PARTS = {
    intake.Incoming,
    matching.Finding,
    households.HouseholdGroup,
    enrolling.FoundEntry,
    overlaps.OverlapRule,
}
"""Dataclasses of the commands that are parts of one."""
ANSWERED = {model.Answer, model.Viewed, model.Page, model.Between, model.Trail}
"""Dataclasses of the questions that are none."""
FOUNDING = "hub:found"
"""The one action that stands before any policy: no rule can be about it."""
POLICY = Policy.load(policies.rules(), 1)


def dataclasses_of(module: ModuleType) -> set[type]:
    return {
        each
        for _, each in inspect.getmembers(module, inspect.isclass)
        if each.__module__ == module.__name__
        and hasattr(each, "__dataclass_fields__")
        and each.__name__[0] != "_"
    }


def needed() -> set[tuple[str, str]]:
    """(action, label) of every command and every question."""
    found = {(spec.action, spec.label) for spec in COMMANDS.values()}
    return found | {(spec.action, spec.label) for spec in QUESTIONS.values()}


def cases() -> set[str]:
    return {case["act"] for text in policies.cases().values() for case in tomllib.loads(text)["case"]}


def test_every_command_is_in_the_registry() -> None:
    assert set().union(*map(dataclasses_of, FAMILIES)) - PARTS == set(COMMANDS)


def test_every_question_is_in_the_registry_and_answered_by_graph_or_ledger() -> None:
    assert dataclasses_of(model) - ANSWERED == set(QUESTIONS)
    by_graph = {question for question, spec in QUESTIONS.items() if spec.plan is not None} | set(OWN)
    assert by_graph | set(ANSWERS) | STUDIES | {model.Viewer, model.NodeById} == set(QUESTIONS)
    assert not (by_graph | STUDIES) & set(ANSWERS)


def test_every_action_that_is_needed_is_known_and_every_known_one_is_needed() -> None:
    assert {action for action, _ in needed()} - {FOUNDING} == set(ACTIONS)


def test_the_label_of_each_row_is_one_that_its_action_is_about() -> None:
    pairs = [(action, label) for action, label in needed() if action != FOUNDING]
    assert [(action, label) for action, label in pairs if label not in ACTIONS[action]] == []


def test_only_the_founding_stands_before_the_policy() -> None:
    assert [spec.action for spec in COMMANDS.values() if spec.founding] == [FOUNDING]
    assert FOUNDING not in ACTIONS


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_has_a_rule_that_allows_it_to_somebody(action: str) -> None:
    rules = [rule for rule in POLICY.book.rules if rule.act == action and rule.allow and rule.about_rows]
    assert rules


def test_every_action_has_a_case() -> None:
    assert set(ACTIONS) - cases() == set()


def test_no_case_is_about_an_unknown_action() -> None:
    assert cases() - set(ACTIONS) == set()


def test_every_role_has_cases() -> None:
    granted = {
        each["role"] for text in policies.cases().values() for each in tomllib.loads(text)["actor"]["grants"]
    }
    assert granted == set(POLICY.book.roles)


@pytest.mark.parametrize("root", [CORE.query_type, CORE.mutation_type], ids=["Query", "Mutation"])
def test_every_root_field_names_an_action_that_exists(root: GraphQLObjectType) -> None:
    for name, field in root.fields.items():
        found = re.search(r"Needs `([a-z]+:[a-z]+)`\.$", field.description or "")
        assert found, name
        assert found[1] in ACTIONS, name


def test_every_kind_of_fact_in_the_changes_has_a_copier_and_no_other_has() -> None:
    assert {kind.name for kind in KINDS.values() if kind.log is Log.CHANGES} == set(COPIERS)
