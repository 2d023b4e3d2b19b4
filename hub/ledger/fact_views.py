"""Facts of an entry before and after, masked for a scope: for those who read the ledger entry by entry."""

from __future__ import annotations

from typing import Any

from hub.access.scope import Scope
from hub.domain.facts import Fact
from hub.domain.kinds import KINDS, Retention
from hub.ledger.answering import ENROLMENT_STATES, sees_values
from hub.ledger.entry_views import PERSONAL_TYPES, content
from hub.ledger.store import Ledger


class FactViews:
    """Facts of one entry, masked for one scope; what was shown and withheld is remembered."""

    def __init__(self, ledger: Ledger, scope: Scope) -> None:
        self._ledger = ledger
        self._values = sees_values(scope)
        self._states = sees_values(scope, ENROLMENT_STATES)
        self._seen: dict[str, None] = {}
        self.withheld: dict[str, None] = {}

    def everybody(self) -> tuple[str, ...]:
        """Ids of what was shown, and of the persons whose source records were: they are who was seen."""
        persons = self._ledger.find_many(("person_of", each) for each in self._seen)
        return tuple(dict.fromkeys([*self._seen, *(each for found in persons.values() for each in found)]))

    def opens(self, fact: Fact) -> tuple[bool, bool]:
        """Whether what a fact says is shown, and its payload; what is will be recorded as seen."""
        kind = KINDS[fact.kind]
        personal = kind.type in PERSONAL_TYPES
        clear = not personal or (self._states if kind.type == "Enrolment" else self._values)
        payload = clear and (self._values or kind.retention is Retention.AUDIT)  # audit: actors, not the poor
        if personal and clear:
            persons = (each for role in ("person", "member", "former") for each in fact.refs_as(role))
            self._seen.update(dict.fromkeys((fact.subject, *persons)))
        return clear, payload

    def view(self, fact: Fact, before: Fact | None) -> dict[str, Any]:
        """One fact as the API names it; the payload's fields are withheld unless the scope is shown all."""
        clear, payload = self.opens(fact)
        hidden = [] if clear else ["clear"]
        hidden += ["payload"] if fact.sealed and not payload else []
        self.withheld.update(dict.fromkeys(hidden))
        return {
            "kind": fact.kind, "subject": fact.subject,
            "before": content(before, payload) if before and clear else None,
            "after": content(fact, payload) if clear else None,
            "withheld": [{"field": name, "reason": "class"} for name in hidden],
            "erased": fact.sealed and fact.payload is None,
        }  # fmt: skip
