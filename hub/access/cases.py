"""Decisions that a policy must give, as `policies/cases/*.toml` tell them, tried on its compiled scopes."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hub.access.policy import Policy
from hub.access.scope import Scope
from hub.access.vocabulary import ACTIONS, READS, Treatment
from hub.domain.errors import HubError, InvalidInput
from hub.domain.facts import Grant, Standing

DAY = "2026-06-15"
"""The day that all cases are about: they speak of enrolments that ended before it and after."""
OUTCOMES = ("allow", "deny", *(each.value for each in Treatment))


@dataclass(frozen=True, slots=True)
class Case:
    """One row of one case, with what is expected of it."""

    file: str
    says: str
    standing: Standing
    act: str
    obj: str
    row_name: str
    row: Mapping[str, Any]
    expected: str


def read_cases(texts: Mapping[str, str]) -> Iterator[Case]:
    """The cases of all files, one for each row. InvalidInput names file and case of what can't be read."""
    for file, text in sorted(texts.items()):
        says = "?"
        try:
            told = tomllib.loads(text)
            standing = _standing(told["actor"])
            rows = {name: _row(row) for name, row in told["rows"].items()}
            for case in told["case"]:
                says = case["says"]
                for outcome in OUTCOMES:
                    for name in case.get(outcome, ()):
                        yield Case(file, says, standing, case["act"], case["obj"], name, rows[name], outcome)
        except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as fault:
            raise InvalidInput(
                f"{file}: the case {says!r} can't be read: {fault}", "Compare it with the shipped cases."
            ) from fault


def decided(policy: Policy, case: Case) -> str:
    """What the policy gives: `allow` or `deny` for rows, a treatment for a field."""
    if case.act not in ACTIONS:
        raise InvalidInput(f"{case.file}: there is no action {case.act!r}.", "Name one of the vocabulary.")
    scope: Scope = policy.scope(case.standing, None, DAY)
    label, _, name = case.obj.partition(".")
    seen = scope.holds(scope.rows(case.act, label), case.row)
    if not name:
        return "allow" if seen else "deny"
    if READS.get(label) != case.act:
        raise InvalidInput(f"{case.file}: {case.act} shows no field of {label}.", "Name the label alone.")
    return scope.treated(label, name, case.row).value if seen else Treatment.WITHHOLD.value


def broken_cases(policy: Policy, texts: Mapping[str, str]) -> Iterator[str]:
    """Every case that does not hold, in words; also one that can't be tried."""
    for case in read_cases(texts):
        where = f"cases/{case.file}: {case.says}: {case.row_name}"
        try:
            found = decided(policy, case)
        except (HubError, KeyError) as error:
            yield f"{where}: can't be tried: {error}"
            continue
        if found != case.expected:
            yield f"{where}: expected {case.expected}, the rules give {found}"


def _standing(actor: Mapping[str, Any]) -> Standing:
    grants = tuple(
        Grant("", each["role"], each.get("agency"), each.get("territory"), "2020-01-01", None)
        for each in actor["grants"]
    )
    return Standing("", "", 1, actor.get("agency"), False, grants)


def _row(told: Mapping[str, Any]) -> dict[str, Any]:
    vis = {agency: last or None for agency, last in told["vis"].items()}
    return {
        "kelurahan": told.get("kelurahan"), "agency": told["agency"], "vis": vis, "key": told.get("key", False),
    }  # fmt: skip
