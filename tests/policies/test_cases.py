"""The decisions that `policies/cases` expects, by the compiled scope and by Casbin."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

import policies
from graph_schema import LABELS
from hub.access import matrix
from hub.access.policy import Policy
from hub.access.predicates import Facing
from hub.access.scope import Scope
from hub.access.vocabulary import ACTIONS, Treatment
from hub.domain.facts import Grant, Standing
from hub.questions.registry import QUESTIONS

DAY = "2026-06-15"
POLICY = Policy.load(policies.rules(), 1)
EXPECTATIONS = ("allow", "deny", *Treatment)


def expected() -> Iterator[Any]:
    for name, text in policies.cases().items():
        told = tomllib.loads(text)
        for case in told["case"]:
            for outcome in EXPECTATIONS:
                for row in case.get(outcome, ()):
                    about = f"{name.removesuffix('.toml')} {case['says']}: {row} {outcome}"
                    yield pytest.param(told["actor"], told["rows"][row], case, str(outcome), id=about)


def standing_of(actor: dict[str, Any]) -> Standing:
    grants = tuple(
        Grant("g", each["role"], each.get("agency"), each.get("territory"), "2020-01-01", None)
        for each in actor["grants"]
    )
    return Standing("a", "n", 1, actor.get("agency"), False, grants)


def row_of(told: dict[str, Any]) -> dict[str, Any]:
    vis = {agency: last or None for agency, last in told["vis"].items()}
    return {
        "kelurahan": told.get("kelurahan"),
        "agency": told["agency"],
        "vis": vis,
        "key": told.get("key", False),
    }


@pytest.mark.parametrize(("actor", "row", "case", "outcome"), list(expected()))
def test_decides_as_its_case_says(
    actor: dict[str, Any], row: dict[str, Any], case: dict[str, Any], outcome: str
) -> None:
    standing = standing_of(actor)
    scope = POLICY.scope(standing, None, DAY)
    found = decided(scope, case["act"], case["obj"], row_of(row))
    assert found == outcome
    assert (found in ("deny", "withhold")) is not enforced(standing, scope, case, row_of(row))


def decided(scope: Scope, act: str, obj: str, row: dict[str, Any]) -> str:
    if "." in obj:
        label, name = obj.split(".")
        seen = scope.holds(scope.rows(act, label), row)
        return scope.treated(label, name, row).value if seen else "withhold"
    return "allow" if scope.holds(scope.rows(act, obj), row) else "deny"


def enforced(standing: Standing, scope: Scope, case: dict[str, Any], row: dict[str, Any]) -> bool:
    act, obj = case["act"], case["obj"]
    objects = (obj,)
    if "." in obj:
        kind = LABELS[obj.split(".")[0]]
        objects = (obj, *(p.sensitivity.value for p in kind.properties if p.name == obj.split(".")[1]))
    (grant,) = standing.grants
    agency = grant.agency or standing.agency
    facing = Facing(row, grant.territory, agency, DAY)
    enforcer = POLICY.enforcer_oracle()
    return any(enforcer.enforce(grant.role, agency or "", act, o, scope.purpose, facing) for o in objects)


def test_every_action_is_granted_to_somebody() -> None:
    granted = {rule.act for rule in POLICY.book.rules if rule.allow and rule.about_rows}
    assert granted == set(ACTIONS)


def test_every_question_names_an_action_about_its_label() -> None:
    for spec in QUESTIONS.values():
        assert spec.label in ACTIONS[spec.action]


def test_every_role_has_a_purpose_it_may_use() -> None:
    for role in POLICY.book.roles.values():
        assert role.code in POLICY.book.purposes[role.default_purpose].roles


def test_the_matrix_is_not_stale() -> None:
    assert matrix.PAGE.read_text("utf-8") == matrix.page(POLICY), "run python -m hub.access.matrix"


def test_an_admin_sees_no_class_of_any_person() -> None:
    scope = POLICY.scope(standing_of({"grants": [{"role": "admin_kebijakan"}]}), None, DAY)
    for label in ("Person", "FamilyCard", "Address", "SourceRecord", "Enrolment"):
        assert all(scope.treatment(label, p.name) == () for p in LABELS[label].properties
                   if p.sensitivity.value != "open")  # fmt: skip
