"""What a change to the policy would do: who is given what, before and after, compared on a scratch model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from graph_schema import LABELS, Sensitivity
from hub.access.conditions import NEVER, AllOf, AnyOf, Atom, Condition, Unless
from hub.access.policy import Policy
from hub.access.rights import Treated
from hub.access.rulebook import Rulebook
from hub.access.scope import Scope
from hub.access.vocabulary import ACTIONS, READS
from hub.domain.facts import Grant, Standing

_NOBODY = "nobody"
_NO_ROLE: frozenset[str] = frozenset()
_PLACE, _AGENCY = "00", "opd"
"""Territory and agency of the made-up holder of a role that nobody holds."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that is open to some actors to another extent than before."""

    roles: tuple[str, ...]
    actors: tuple[str, ...]
    """Ids of those who stand alike; none where nobody holds the role today."""
    purpose: str
    action: str
    label: str
    field: str | None
    """A property of the label; None for its rows."""
    before: Scope
    after: Scope


@dataclass(frozen=True, slots=True)
class Reach:
    """Things that a change opens to nobody any more, or to everybody who holds a role, as `action Label.field`."""

    to_nobody: tuple[str, ...]
    to_everybody: tuple[str, ...]


def effects(before: Policy, after: Policy, standings: Iterable[Standing], day: str) -> list[Effect]:
    """Everything that differs for these actors, and for the roles that none of them holds."""
    other = _other_predicates(before.book, after.book)
    found: list[Effect] = []
    for standing, actors in _alike(before, after, standings, day):
        codes = {each.code for policy in (before, after) for each in policy.purposes(standing, day)}
        for purpose in sorted(codes):
            scopes = before.considered(standing, purpose, day), after.considered(standing, purpose, day)
            roles = tuple(sorted({grant.role for grant in standing.grants if grant.holds_on(day)}))
            found += (
                Effect(roles, actors, purpose, action, label, field, *scopes)
                for action, label, field in _differing(*scopes, other)
            )
    return found


def reach(before: Policy, after: Policy, day: str) -> Reach:
    """What the change closes to all roles, or opens to every one of them; machines do not count."""
    earlier, later = _open_to(before, day), _open_to(after, day)
    everyone = frozenset(_roles_of_persons(after.book))
    nobody = [key for key in earlier if key not in later]
    everybody = [
        key
        for key, roles in later.items()
        if roles >= everyone and not earlier.get(key, _NO_ROLE) >= everyone
    ]
    return Reach(tuple(sorted(nobody)), tuple(sorted(everybody)))


def _alike(
    before: Policy, after: Policy, standings: Iterable[Standing], day: str
) -> Iterator[tuple[Standing, tuple[str, ...]]]:
    """Actors who stand alike, one of them for all; then a made-up one for each role that nobody holds."""
    groups: dict[object, list[Standing]] = {}
    for each in standings:
        key = before.seats(each, day), after.seats(each, day), each.agency
        if key[0] or key[1]:
            groups.setdefault(key, []).append(each)
    held: set[str] = set()
    for alike in groups.values():
        held |= {grant.role for grant in alike[0].grants if grant.holds_on(day)}
        yield alike[0], tuple(each.actor for each in alike)
    for role in sorted({*before.book.roles, *after.book.roles} - held):
        yield _made_up(role, day), ()


def _made_up(role: str, day: str) -> Standing:
    grant = Grant(_NOBODY, role, _AGENCY, _PLACE, day, None)
    return Standing(_NOBODY, _NOBODY, 0, None, False, (grant,))


def _differing(before: Scope, after: Scope, other: frozenset[str]) -> Iterator[tuple[str, str, str | None]]:
    for action, labels in ACTIONS.items():
        for label in labels:
            rows = before.rows(action, label), after.rows(action, label)
            if not _same(*rows, other):
                yield action, label, None
            if READS.get(label) == action and label in LABELS and rows != (NEVER, NEVER):
                for name in _closable(label):
                    if not _treated_alike(before.treatment(label, name), after.treatment(label, name), other):
                        yield action, label, name


def _closable(label: str) -> list[str]:
    """Properties that do not simply go with their row."""
    return [each.name for each in LABELS[label].properties if each.sensitivity is not Sensitivity.OPEN]


def _same(before: Condition, after: Condition, other: frozenset[str]) -> bool:
    return before == after and not (_predicates_in(before) & other)


def _treated_alike(before: Treated, after: Treated, other: frozenset[str]) -> bool:
    return before == after and not any(_predicates_in(condition) & other for _, condition in before)


def _predicates_in(condition: Condition) -> frozenset[str]:
    match condition:
        case Atom(predicate):
            return frozenset({predicate})
        case AnyOf(parts) | AllOf(parts):
            return frozenset().union(*map(_predicates_in, parts))
        case Unless(part):
            return _predicates_in(part)
        case _:
            return frozenset()


def _other_predicates(before: Rulebook, after: Rulebook) -> frozenset[str]:
    """Names that mean something else afterwards."""
    return frozenset(
        name
        for name, each in before.predicates.items()
        if name in after.predicates and after.predicates[name] != each
    )


def _roles_of_persons(book: Rulebook) -> set[str]:
    """Roles that somebody may be granted; machines have the others, and their names are those of their roles."""
    return {each.code for each in book.roles.values() if each.code not in ("sistem", "pemadan")}


def _open_to(policy: Policy, day: str) -> Mapping[str, frozenset[str]]:
    """`action Label` or `action Label.field` → roles to which it is open for some row, for some purpose."""
    found: dict[str, set[str]] = {}
    for role in _roles_of_persons(policy.book):
        standing = _made_up(role, day)
        for purpose in policy.purposes(standing, day):
            scope = policy.considered(standing, purpose.code, day)
            for key in _opened(scope):
                found.setdefault(key, set()).add(role)
    return {key: frozenset(roles) for key, roles in found.items()}


def _opened(scope: Scope) -> Iterator[str]:
    for action, labels in ACTIONS.items():
        for label in labels:
            if scope.rows(action, label) == NEVER:
                continue
            yield f"{action} {label}"
            if READS.get(label) == action and label in LABELS:
                yield from (
                    f"{action} {label}.{name}" for name in _closable(label) if scope.treatment(label, name)
                )
