"""Scope: what one actor may do and see for one purpose, on one day, under one version of the policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from hub.access.conditions import NEVER, Atom, Condition, evaluate
from hub.access.predicates import Facing, Predicate
from hub.access.rights import Rights, Treated, shows_on_all
from hub.access.vocabulary import ACTIONS, READS, Treatment
from hub.domain.errors import Forbidden
from hub.domain.facts import Json


@dataclass(frozen=True, slots=True)
class Scope:
    """Compiled rights with the versions they were compiled under. Nothing here calls Casbin."""

    policy_version: int
    actor: str
    actor_version: int
    roles: tuple[str, ...]
    """Roles in force, also those that this purpose does not use."""
    agencies: frozenset[str]
    """Every agency that the actor acts for."""
    purpose: str
    basis: str
    """Legal basis of the purpose."""
    day: str
    """ISO date for which it was compiled."""
    rights: Rights
    refusal: str = ""
    """Why it allows nothing at all, e.g. that the actor is suspended."""

    @property
    def key(self) -> str:
        """Equal keys give equal query texts; values differ only in parameters."""
        return self.rights.key

    @property
    def parameters(self) -> Mapping[str, str]:
        """Territories (t0, t1 …) and agencies (g0, g1 …) that conditions name by slot."""
        return self.rights.parameters

    @property
    def predicates(self) -> Mapping[str, Predicate]:
        """The row predicates that atoms name."""
        return self.rights.predicates

    def may(self, action: str) -> bool:
        """Whether the action is open to this actor for some row at least."""
        return any(self.rows(action, label) != NEVER for label in ACTIONS[action])

    def require(self, action: str, label: str | None = None) -> None:
        """Forbidden unless the action is open for some row, of that label if one is given."""
        if not self.may(action) if label is None else self.rows(action, label) == NEVER:
            self._refuse(action)

    def require_row(self, action: str, label: str, row: Mapping[str, Json]) -> None:
        """Forbidden unless the action is open for this row of the label.

        `row` holds what predicates look at: `kelurahan` (of the person), `agency` (that runs the programme).
        """
        condition = self.rows(action, label)
        if condition == NEVER:
            self._refuse(action)
        if not self.holds(condition, row):
            raise Forbidden(
                f"{action} is open to you for some of the rows of {label}, and this is none of them.",
                f"Decided by: {self._deciders(action, label)}; purpose {self.purpose}.",
            )

    def rows(self, action: str, label: str) -> Condition:
        """Which rows of a label the action may touch, as a condition."""
        return self.rights.rows(action, label)

    def reads(self, label: str) -> Condition:
        """Which rows of a label may be read."""
        return self.rights.rows(READS[label], label)

    def treatment(self, label: str, property: str) -> Treated:  # noqa: A002 - the schema's own word
        """(treatment, condition) from wide to narrow; the first that holds applies, else withheld."""
        return self.rights.treatment(label, property)

    def shows(self, label: str, property: str) -> bool:  # noqa: A002 - the schema's own word
        """Whether the value is shown in full on every row of the label that may be read."""
        return shows_on_all(self.reads(label), self.treatment(label, property))

    def treated(self, label: str, property: str, row: Mapping[str, Json]) -> Treatment:  # noqa: A002
        """The treatment of a value on one row, by the Python twins."""
        cases = self.treatment(label, property)
        return next((how for how, condition in cases if self.holds(condition, row)), Treatment.WITHHOLD)

    def holds(self, condition: Condition, row: Mapping[str, Json]) -> bool:
        """Whether a condition holds for a row, by the Python twins."""

        def atom_holds(atom: Atom) -> bool:
            value = self.parameters.get(atom.slot)
            facing = Facing(
                row,
                territory=value if atom.slot.startswith("t") else None,
                agency=value if atom.slot.startswith("g") else None,
                day=self.day,
            )
            return self.predicates[atom.predicate].twin(facing)

        return evaluate(condition, atom_holds)

    def _deciders(self, action: str, label: str) -> str:
        clauses = [c for c in self.rights.clauses if c.act == action and c.obj == label]
        named = {f"{'allowed' if c.allow else 'denied'} for {c.atom.predicate}" for c in clauses}
        return ", ".join(sorted(named))

    def _refuse(self, action: str) -> NoReturn:
        if self.refusal:
            raise Forbidden(self.refusal, "Ask a policy admin about your grants.")
        raise Forbidden(
            f"{action} is not open to {' or '.join(self.roles)} for purpose {self.purpose}.",
            "Ask under another purpose, or ask a policy admin for a role that may.",
        )
