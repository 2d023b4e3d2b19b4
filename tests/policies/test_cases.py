"""The decisions that `policies/cases` expects, by the compiled scope and by Casbin."""

from __future__ import annotations

import pytest

import policies
from graph_schema import LABELS
from hub.access import matrix
from hub.access.cases import DAY, Case, decided, read_cases
from hub.access.policy import Policy
from hub.access.predicates import Facing
from hub.access.scope import Scope
from hub.access.vocabulary import ACTIONS
from hub.domain.facts import Grant, Standing
from hub.questions.registry import QUESTIONS

POLICY = Policy.load(policies.rules(), 1)
ADMIN = Standing("", "", 1, None, False, (Grant("", "admin_kebijakan", None, None, "2020-01-01", None),))
CASES = [
    pytest.param(case, id=f"{case.file.removesuffix('.toml')} {case.says}: {case.row_name} {case.expected}")
    for case in read_cases(policies.cases())
]


@pytest.mark.parametrize("case", CASES)
def test_decides_as_its_case_says(case: Case) -> None:
    scope = POLICY.scope(case.standing, None, DAY)
    found = decided(POLICY, case)
    assert found == case.expected
    assert (found in ("deny", "withhold")) is not enforced(case, scope)


def enforced(case: Case, scope: Scope) -> bool:
    obj = case.obj
    objects: tuple[str, ...] = (obj,)
    if "." in obj:
        kind = LABELS[obj.split(".")[0]]
        objects = (obj, *(p.sensitivity.value for p in kind.properties if p.name == obj.split(".")[1]))
    (grant,) = case.standing.grants
    agency = grant.agency or case.standing.agency
    facing = Facing(case.row, grant.territory, agency, DAY)
    enforcer = POLICY.enforcer_oracle()
    return any(
        enforcer.enforce(grant.role, agency or "", case.act, o, scope.purpose, facing) for o in objects
    )


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
    scope = POLICY.scope(ADMIN, None, DAY)
    for label in ("Person", "FamilyCard", "Address", "SourceRecord", "Enrolment"):
        assert all(scope.treatment(label, p.name) == () for p in LABELS[label].properties
                   if p.sensitivity.value != "open")  # fmt: skip
