"""What a scope sees today, by the ledger's own states and the Python twins: rights never come from the past."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from hub.access.conditions import ALWAYS, NEVER, Condition
from hub.access.scope import Scope
from hub.access.vocabulary import Treatment
from hub.commands.reading import listed_on, owner_of, person_row, resolved
from hub.commands.tracing import living_at, naming
from hub.domain.facts import Json, Subject
from hub.ledger.store import Ledger

Row = Mapping[str, Json]
_NOBODYS: Row = {"persons": (), "agency": None}
"""The row of what belongs to nobody: no predicate but `all` holds for it."""


class Sight:
    """Rows as the predicates of the policy look at them, each read once. Not thread-safe: one instance an answer."""

    def __init__(self, ledger: Ledger, scope: Scope) -> None:
        self.history = ledger.history()
        self.scope = scope
        self._ledger = ledger
        self._rows: dict[tuple[str, str], Row] = {}

    def row(self, label: str, subject: str) -> Row:
        """The row of a subject as it is today; an assessment goes by its record."""
        key = ("SourceRecord" if label == "Assessment" else label, subject)
        if key not in self._rows and label == "Payment":
            self._rows[key] = self._payment(subject)
        elif key not in self._rows:
            found, make = resolved(self.history, subject), _ROWS.get(key[0])
            self._rows[key] = make(self, found) if make is not None and found is not None else _NOBODYS
        return self._rows[key]

    def holds(self, condition: Condition, label: str, subject: str) -> bool:
        """Whether a condition on the rows of a label holds for a subject."""
        if condition in (ALWAYS, NEVER):
            return condition == ALWAYS
        return self.scope.holds(condition, self.row(label, subject))

    def sees(self, label: str, subject: str) -> bool:
        """Whether a subject may be read, by its own row."""
        return self.holds(self.scope.reads(label), label, subject)

    def treats(self, label: str, name: str, subject: str) -> Treatment:
        """How a value of a subject is shown."""
        cases = self.scope.treatment(label, name)
        return next((how for how, when in cases if self.holds(when, label, subject)), Treatment.WITHHOLD)

    # -- rows by label -------------------------------------------------------------------------------------

    def person(self, person: Subject) -> Row:
        """Domicile, and which agencies see the person."""
        return person_row(self.history, person)

    def household(self, household: Subject) -> Row:
        """Where it is, and its members."""
        said = self.history.payload(household.state.get("evidence") or "") or {}
        members = self._persons(person for person, _ in household.state["members"])
        return {"kelurahan": said.get("standardised", {}).get("area"), "persons": members, "agency": None}

    def enrolment(self, enrolment: Subject) -> Row:
        """Whose it is, and the agency that runs the programme."""
        return {"persons": self._persons([enrolment.state["person"]]), "agency": enrolment.state["agency"]}

    def _payment(self, payment: str) -> Row:
        """Whom it was paid to, and the agency that paid it: a fact about an enrolment, and no subject of its own."""
        fact = self._ledger.facts([payment]).get(payment)
        if fact is None:
            return _NOBODYS
        return {**self.row("Enrolment", fact.subject), "agency": fact.clear["agency"]}

    def record(self, record: Subject) -> Row:
        """Who has it, or, of a dwelling, those whose records name it."""
        owners = (
            owner_of(self.history, each) for each in (record.id, *naming(self.history.find, [record.id]))
        )
        return self._belonging(owner for owner in owners if owner is not None)

    def card(self, card: Subject) -> Row:
        """Who is listed on it."""
        return self._belonging(listed_on(self.history, card.id))

    def address(self, address: Subject) -> Row:
        """Who lives there."""
        dwellings = (each for fact in self._ledger.facts_of(address.id) for each in fact.refs_as("dwelling"))
        living = living_at(self.history.find, dict.fromkeys(dwellings))
        self.history.prefetch(subjects=living)
        found = map(self.history.subject, living)
        return self._belonging(each for each in found if each and each.state.get("address") == address.id)

    def run_by(self, subject: Subject) -> Row:
        """The agency itself, or the one that runs a programme."""
        return {"persons": (), "agency": subject.state.get("agency", subject.state.get("code"))}

    def _belonging(self, persons: Iterable[Subject]) -> Row:
        return {"persons": self._persons(each.id for each in persons), "agency": None}

    def _persons(self, persons: Iterable[str]) -> list[Row]:
        return [self.row("Person", each) for each in dict.fromkeys(persons)]


_ROWS: Mapping[str, Callable[[Sight, Subject], Row]] = MappingProxyType({
    "Person": Sight.person, "Household": Sight.household, "Enrolment": Sight.enrolment, "SourceRecord": Sight.record,
    "FamilyCard": Sight.card, "Address": Sight.address, "Programme": Sight.run_by, "Agency": Sight.run_by,
})  # fmt: skip
