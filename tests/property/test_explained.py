"""An explanation says what the compiled scope does: of whatever actor, action, field and purpose."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

import policies
from graph_schema import LABELS
from hub.access.conditions import NEVER
from hub.access.explain import About, explain
from hub.access.policy import Policy
from hub.access.simulate import effects
from hub.access.vocabulary import ACTIONS, READS, Treatment
from hub.domain.facts import Grant, Standing

DAY = "2026-06-15"
POLICY, SAME = (Policy.load(policies.rules(), version) for version in (1, 2))
GRANTS = st.builds(
    Grant,
    id=st.just("g"),
    role=st.sampled_from(sorted(POLICY.book.roles)),
    agency=st.sampled_from([None, "dinsos", "dinkes", "Dinsos"]),
    territory=st.sampled_from([None, "3273011001", "327301", "x"]),
    starts_on=st.sampled_from(["2020-01-01", "2026-07-01"]),
    ends_on=st.sampled_from([None, "2026-01-01"]),
)
STANDINGS = st.builds(
    Standing,
    actor=st.just("a"),
    name=st.just("n"),
    version=st.just(1),
    agency=st.sampled_from([None, "diskominfo", "dinsos"]),
    suspended=st.booleans(),
    grants=st.lists(GRANTS, max_size=3).map(tuple),
)
THINGS = [About(action, label) for action, labels in ACTIONS.items() for label in labels] + [
    About(READS[label], label, each.name)
    for label in LABELS
    if label in READS
    for each in LABELS[label].properties
]


@settings(deadline=None)
@given(STANDINGS, st.sampled_from(THINGS), st.sampled_from(sorted(POLICY.book.purposes)))
def test_a_rule_is_said_to_apply_exactly_where_its_clause_was_compiled(
    standing: Standing, thing: About, purpose: str
) -> None:
    found = explain(POLICY, standing, thing, purpose, DAY)
    compiled = {
        each
        for each in found.scope.rights.clauses
        if each.act == thing.action and (each.obj == thing.label or each.obj in thing.objects)
    }
    said = {
        (each.rule.act, each.rule.obj, each.rule.allow, each.rule.treatment, atom)
        for each in found.applying
        for atom in each.atoms
    }
    assert said == {(each.act, each.obj, each.allow, each.treatment, each.atom) for each in compiled}
    assert all(each.reasons for each in found.nearly)


@settings(deadline=None)
@given(STANDINGS, st.sampled_from(THINGS), st.sampled_from(sorted(POLICY.book.purposes)))
def test_what_is_said_to_be_open_is_open_and_a_rule_is_named_for_it(
    standing: Standing, thing: About, purpose: str
) -> None:
    found = explain(POLICY, standing, thing, purpose, DAY)
    if thing.field is None:
        assert found.allowed(None) is (found.scope.rows(thing.action, thing.label) != NEVER)
    if found.allowed(None):
        assert any(each.rule.allow for each in found.deciding(None))
        assert purpose in [each.code for each in POLICY.purposes(standing, DAY)]
    else:
        assert found.treatment(None) is Treatment.WITHHOLD


@settings(deadline=None)
@given(st.lists(STANDINGS, max_size=4))
def test_a_policy_beside_itself_has_no_effect(standings: list[Standing]) -> None:
    assert effects(POLICY, SAME, standings, DAY) == []
