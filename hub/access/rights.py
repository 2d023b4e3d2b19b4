"""What the rules give to one set of grants under one purpose: conditions for rows and fields."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graph_schema import Sensitivity, sensitivity
from hub.access.conditions import ALWAYS, NEVER, Atom, Condition, all_of, any_of, implies, unless
from hub.access.predicates import Predicate, is_agency, is_territory
from hub.access.rulebook import ANY, Purpose, Rule, Rulebook
from hub.access.vocabulary import READS, WIDEST_FIRST, Treatment, properties_of

Treated = tuple[tuple[Treatment, Condition], ...]

_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "Enrolment": ("status",),
    "SourceRecord": ("register",),
    "Release": ("register", "label", "status", "accepted", "repeated", "refused", "digest"),
}
"""Fields that the API promises never to be null: where one of them may not be shown, its row is not."""


@dataclass(frozen=True, slots=True, order=True)
class Seat:
    """One grant in force: the role, and the agency and territory it is held for ("" for none)."""

    role: str
    agency: str
    territory: str


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything about an actor that rules look at; equal situations share their rights."""

    seats: tuple[Seat, ...]
    """In force, distinct, in order."""
    agency: str
    """Of the actor itself."""
    purpose: str

    @property
    def agencies(self) -> tuple[str, ...]:
        """All agencies that the actor acts for, in order."""
        return tuple(sorted({self.agency, *(seat.agency for seat in self.seats)} - {""}))

    @property
    def territories(self) -> tuple[str, ...]:
        """All territories of its grants, in order."""
        return tuple(sorted({seat.territory for seat in self.seats} - {""}))


@dataclass(frozen=True, slots=True, order=True)
class Clause:
    """A rule that matched by equality: what it is about, and the row predicate still to be asked."""

    act: str
    obj: str
    allow: bool
    treatment: Treatment
    atom: Atom


class Rights:
    """Conditions compiled from the clauses of one situation. Rights of equal `key` have equal texts."""

    def __init__(self, book: Rulebook, situation: Situation) -> None:
        self.predicates = book.predicates
        self.territories = tuple(code for code in situation.territories if is_territory(code))
        self.agencies = tuple(code for code in situation.agencies if is_agency(code))
        self.clauses = tuple(sorted(self._clauses(book, situation)))
        self.key = self._key()
        self._rows: dict[tuple[str, str], Condition] = {}
        self._treated: dict[tuple[str, str], Treated] = {}

    @property
    def parameters(self) -> Mapping[str, str]:
        """Value of each slot: territories t0, t1 …, agencies g0, g1 …"""
        slots = {f"t{index}": code for index, code in enumerate(self.territories)}
        return slots | {f"g{index}": code for index, code in enumerate(self.agencies)}

    def rows(self, action: str, label: str) -> Condition:
        """Which rows of a label the action may touch."""
        found = self._rows.get((action, label))
        if found is None:
            found = self._rows[action, label] = self._row_condition(action, label)
        return found

    def treatment(self, label: str, property: str) -> Treated:  # noqa: A002 - the schema's own word
        """(treatment, condition) from wide to narrow; the first whose condition holds for a row applies.

        What no condition covers is withheld. Denials are part of each condition.
        """
        found = self._treated.get((label, property))
        if found is None:
            found = self._treated[label, property] = self._field_conditions(label, property)
        return found

    def _row_condition(self, action: str, label: str) -> Condition:
        granted = self._granted([c for c in self.clauses if c.act == action and c.obj == label])
        if READS.get(label) != action or granted == NEVER:
            return granted
        needed = (
            dict(self.treatment(label, name)).get(Treatment.SHOW, NEVER) for name in _REQUIRED.get(label, ())
        )
        return all_of([granted, *needed])

    def _field_conditions(self, label: str, name: str) -> Treated:
        kind = sensitivity(label, name)
        if kind is Sensitivity.OPEN:
            return ((Treatment.SHOW, ALWAYS),)
        about = [
            c for c in self.clauses if c.act == READS.get(label) and c.obj in (kind.value, f"{label}.{name}")
        ]
        found = {
            treatment: self._granted([c for c in about if not c.allow or c.treatment is treatment])
            for treatment in WIDEST_FIRST
            if treatment is not Treatment.WITHHOLD
        }
        if (label, name) == ("Person", "born_year"):
            # A date shown as its year fills the year, and a date shown in full hides nothing of it.
            dates = dict(self.treatment(label, "born_on"))
            year = any_of(dates.get(each, NEVER) for each in (Treatment.SHOW, Treatment.YEAR))
            denied = unless(self._granted([_turned(c) for c in about if not c.allow]))
            found[Treatment.SHOW] = any_of([found[Treatment.SHOW], all_of([year, denied])])
        return tuple((treatment, condition) for treatment, condition in found.items() if condition != NEVER)

    def _granted(self, clauses: Iterable[Clause]) -> Condition:
        clauses = list(clauses)
        allowed = any_of(self._condition(c.atom) for c in clauses if c.allow)
        denied = any_of(self._condition(c.atom) for c in clauses if not c.allow)
        return NEVER if allowed == NEVER else all_of([allowed, unless(denied)])

    def _condition(self, atom: Atom) -> Condition:
        return ALWAYS if atom.predicate == "all" else NEVER if atom.predicate == "none" else atom

    def _clauses(self, book: Rulebook, situation: Situation) -> set[Clause]:
        purpose = book.purposes.get(situation.purpose)
        if purpose is None:
            return set()
        sitting = [seat for seat in situation.seats if seat.role in purpose.roles]
        if not sitting:
            return set()
        # A denial looks at every role, agency and territory of the actor, whichever grant it would act on.
        anywhere = [
            Seat(seat.role, agency, territory)
            for seat in situation.seats
            for agency in ("", *situation.agencies)
            for territory in ("", *situation.territories)
        ]
        found = (
            self._clause(book.predicates[rule.predicate], rule, seat)
            for rule in book.rules
            if rule.purpose in (ANY, purpose.code) and opens(purpose, rule)
            for seat in (sitting if rule.allow else anywhere)
            if rule.role in (ANY, seat.role) and rule.agency in (ANY, seat.agency)
        )
        return {clause for clause in found if clause is not None}

    def _clause(self, predicate: Predicate, rule: Rule, seat: Seat) -> Clause | None:
        # A predicate about something that the grant lacks, or that is no code, holds for no row.
        slot = ""
        if predicate.needs == "territory":
            if seat.territory not in self.territories:
                return None
            slot = f"t{self.territories.index(seat.territory)}"
        elif predicate.needs == "agency":
            if seat.agency not in self.agencies:
                return None
            slot = f"g{self.agencies.index(seat.agency)}"
        return Clause(rule.act, rule.obj, rule.allow, rule.treatment, Atom(predicate.name, slot))

    def _key(self) -> str:
        # Agencies stand in a plan's text as labels; of a territory the text holds only whether it is exact.
        exact = tuple(len(code) == 10 for code in self.territories)
        texts = tuple(
            sorted(
                (each.name, *each.cypher.items(), *each.exact.items()) for each in self.predicates.values()
            )
        )
        return hashlib.sha256(repr((self.clauses, self.agencies, exact, texts)).encode()).hexdigest()


def shows_on_all(rows: Condition, treated: Treated) -> bool:
    """Whether every row of `rows` shows the value in full."""
    return (
        rows != NEVER and bool(treated) and treated[0][0] is Treatment.SHOW and implies(rows, treated[0][1])
    )


def opens(purpose: Purpose, rule: Rule) -> bool:
    """Whether a purpose opens every class that a rule on fields is about; rows and denials it does not bound."""
    if rule.about_rows or not rule.allow:
        return True
    classes = {sensitivity(label, name).value for label, name in properties_of(rule.act, rule.obj)}
    return classes <= purpose.classes


def _turned(clause: Clause) -> Clause:
    return Clause(clause.act, clause.obj, True, Treatment.SHOW, clause.atom)
