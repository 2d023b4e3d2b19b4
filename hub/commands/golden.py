"""Forming one golden person: whose the records are, what is chosen from them, and the papers and places they name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hub.commands.choosing import Evidence, evidence_of, finished_take
from hub.commands.confirming import civil_match
from hub.commands.survival import Choice, Corrected, chosen_draft, in_force, stands, survive
from hub.domain.facts import Draft, Draw, History, Json, Ref, Subject

RULE = "same-nik/1"


class Forming:
    """Collects the facts of one command."""

    def __init__(
        self, history: History, draw: Draw, said: Mapping[str, Mapping[str, Json]] | None = None
    ) -> None:
        self._history = history
        self._draw = draw
        self._said = said or {}
        """Fact → values of a correction that is being made, and that history does not hold yet."""
        self._running = in_force(history)
        self._addresses: dict[str, str] = {}
        self._cards: dict[str, str] = {}
        self.drafts: list[Draft] = []

    def form(self, person: str, members: list[str]) -> None:
        """Add what one person needs said, which may be nothing."""
        standing = self._history.subject(person) if ":" not in person else None
        subject = standing.id if standing else self._draw.new_id()
        before = list(standing.state["records"]) if standing else []
        records = [*before, *(each for each in members if each not in before)]
        if standing is None or records != before:
            refs = tuple(("record", each) for each in records)
            self.drafts.append(Draft(self._draw.new_id(), "PersonFormed", subject, refs, {"rule": RULE}))
        self.choose(subject, standing, records, standing.state.get("corrections", {}) if standing else {})

    def choose(
        self, subject: str, standing: Subject | None, records: Iterable[str], corrections: Mapping[str, str]
    ) -> None:
        """Add the golden choice from these records, unless it stands already."""
        evidence = evidence_of(self._history, records)
        corrected = Corrected(corrections, self._corrected_values(corrections))
        civil = civil_match(self._history, evidence, corrected.values)
        choice = survive(self._history, self._running.rules, evidence, corrected, civil)
        others = self._others(evidence, choice)
        if standing is None or not stands(standing, choice, others):
            self.drafts.append(chosen_draft(self._draw, subject, choice, self._running.edition, others))

    def _corrected_values(self, corrections: Mapping[str, str]) -> dict[str, Json]:
        """What corrections say; of one whose key is gone nothing is known."""
        said = {fact: self._said.get(fact) or self._payload(fact) for fact in set(corrections.values())}
        return {
            name: value for name, fact in corrections.items() if (value := said[fact].get(name)) is not None
        }

    def _payload(self, fact: str) -> Mapping[str, Json]:
        values: Mapping[str, Json] = (self._history.payload(fact) or {}).get("values", {})
        return values

    def _others(self, evidence: list[Evidence], choice: Choice) -> tuple[Ref, ...]:
        """Address and family cards of a person."""
        refs: list[Ref] = []
        if choice.dwelling is not None:
            refs.append(("address", self._address(choice.dwelling)))
        cards = dict.fromkeys(self._card(*each.card) for each in evidence if each.card)
        return (*refs, *(("family_card", each) for each in cards))

    def _address(self, dwelling: Subject) -> str:
        address = self._addresses.get(dwelling.id)
        if address is None:
            evidence, found = _taken(self._history, dwelling), self._history.find("address_of", dwelling.id)
            standing = self._history.subject(found[0]) if found else None
            address = self._addresses[dwelling.id] = standing.id if standing else self._draw.new_id()
            if standing is None or standing.state["evidence"] != evidence:
                refs = (("evidence", evidence), ("dwelling", dwelling.id))
                self.drafts.append(Draft(self._draw.new_id(), "AddressFormed", address, refs, {"rule": RULE}))
        return address

    def _card(self, number: str, fact: str, record: str) -> str:
        card = self._cards.get(number)
        if card is None:
            standing = card_numbered(self._history, number)
            card = self._cards[number] = standing or self._draw.new_id()
            if standing is None:
                refs = (("evidence", fact), ("record", record))
                self.drafts.append(Draft(self._draw.new_id(), "FamilyCardFormed", card, refs, {"rule": RULE}))
        return card


def card_numbered(history: History, number: str) -> str | None:
    """The family card with this number; a look-up also names cards of records that once said it."""
    for record in history.find("kk", number):
        for each in history.find("card_of", record):
            card = history.subject(each)
            said = history.payload(card.state["evidence"]) if card is not None else None
            if said and said["standardised"].get("kk") == number:
                return each
    return None


def _taken(history: History, dwelling: Subject) -> str:
    """The fact that holds a dwelling's values."""
    take = finished_take(history, dwelling)
    assert take is not None  # see dwelling_of
    return str(take["taken"])
