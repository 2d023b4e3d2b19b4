"""Forming golden persons, first rule: source records with the same well-formed NIK are one person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hub.commands.choosing import (
    Evidence,
    choose,
    chosen_draft,
    dwelling_of,
    evidence_of,
    finished_take,
    prefetch_words,
    values_of,
)
from hub.commands.model import By
from hub.commands.people import FormPersons
from hub.commands.reading import owner_of
from hub.domain.errors import Conflict
from hub.domain.facts import Decision, Draft, Draw, History, Json, Ref, Subject

RULE = "same-nik/1"
FORMING = frozenset({"dtks", "p3ke", "regsosek", "dtsen"})
"""Registers whose persons the hub is about; the civil registry only confirms them."""


def form_persons(history: History, command: FormPersons, draw: Draw, by: By) -> Decision:
    """New persons for records that belong to nobody yet, and longer lists of records for persons who exist."""
    records = form_records(history, command.records)
    forming = Forming(history, draw)
    for person, members in _groups(history, records).items():
        forming.form(person, members)
    return Decision(tuple(forming.drafts))


def forms(record: Subject) -> bool:
    """Whether a source record is a person's row of a register that persons are formed from."""
    return record.state["unit"] == "person" and record.state["register"] in FORMING


def form_records(history: History, ids: Iterable[str]) -> list[Subject]:
    """The person records of closed releases among these, with everything that forming them will look at.

    Raises Conflict for a record of no closed release.
    """
    ids = tuple(ids)
    history.prefetch(subjects=ids)
    records = [history.subject(each) for each in ids]
    persons = [each for each in records if each and each.type == "SourceRecord" and forms(each)]
    prefetch_words(history, persons)
    if any(finished_take(history, each) is None for each in persons):
        raise Conflict("Only records of closed releases are matched.", "Close the release first.")
    _prefetch(history, persons)
    return persons


def _dwelling(history: History, record: Subject) -> Subject | None:
    take = finished_take(history, record)
    return dwelling_of(history, take) if take else None


def _prefetch(history: History, records: list[Subject]) -> None:
    """Everything the rule will look at, in a handful of reads instead of several for each record."""
    standardised = [_numbers(history, each) for each in records]
    history.prefetch(
        finds=[("nik", values["nik"]) for values in standardised if values.get("nik")]
        + [("kk", values["kk"]) for values in standardised if values.get("kk")]
        + [("address_of", found.id) for each in records if (found := _dwelling(history, each))]
        + [("person_of", each.id) for each in records]
    )
    near = [
        subject
        for values in standardised
        for space in ("nik", "kk")
        if values.get(space)
        for subject in history.find(space, values[space])
    ]
    history.prefetch(
        subjects=near, finds=[(space, each) for each in near for space in ("person_of", "card_of")]
    )
    _prefetch_cards(history, (("card_of", each) for each in near))
    persons = {
        person for each in (*near, *(r.id for r in records)) for person in history.find("person_of", each)
    }
    history.prefetch(subjects=persons)
    standing = [history.subject(each) for each in persons]
    members = [record for each in standing if each for record in each.state.get("records", ())]
    history.prefetch(subjects=members, finds=[("card_of", each) for each in members])
    held = [each for each in map(history.subject, members) if each]
    prefetch_words(history, held)
    _prefetch_places(history, held)


def _prefetch_places(history: History, held: list[Subject]) -> None:
    """Cards and addresses that the records of standing persons name: they are chosen from as well."""
    cards = [("kk", numbers["kk"]) for each in held if "kk" in (numbers := _numbers(history, each))]
    homes = [("address_of", found.id) for each in held if (found := _dwelling(history, each))]
    history.prefetch(finds=[*cards, *homes])
    history.prefetch(subjects=[address for home in homes for address in history.find(*home)])
    of_records = [("card_of", each) for card in cards for each in history.find(*card)]
    history.prefetch(finds=of_records)
    _prefetch_cards(history, of_records)


def _prefetch_cards(history: History, of_records: Iterable[tuple[str, str]]) -> None:
    """Cards, with the facts that tell their numbers."""
    cards = dict.fromkeys(card for each in of_records for card in history.find(*each))
    history.prefetch(subjects=cards)
    known = [each for each in map(history.subject, cards) if each is not None]
    history.prefetch_payloads(each.state["evidence"] for each in known)


def _numbers(history: History, record: Subject) -> dict[str, str]:
    """NIK and KK number of a record, the latter also from its family's."""
    dwelling = _dwelling(history, record)
    family: Mapping[str, Json] = values_of(history, dwelling) if dwelling else {}
    values = {**{name: family[name] for name in ("kk",) if name in family}, **values_of(history, record)}
    return {name: str(values[name]) for name in ("nik", "kk") if values.get(name)}


def _groups(history: History, records: list[Subject]) -> dict[str, list[str]]:
    """Person (an id, or `nik:…` or `record:…` for one to be made) → records that are to be among its own."""
    groups: dict[str, list[str]] = {}
    for record in records:
        nik = values_of(history, record).get("nik")
        owner = _person_of(history, record.id) or (_holder(history, nik) if nik else None)
        groups.setdefault(owner or (f"nik:{nik}" if nik else f"record:{record.id}"), []).append(record.id)
    return groups


def _person_of(history: History, record: str) -> str | None:
    owner = owner_of(history, record)
    return owner.id if owner is not None else None


def _holder(history: History, nik: str) -> str | None:
    """The oldest person who has a record with this NIK now; a look-up also names records that once said it."""
    for each in history.find("nik", nik):
        subject, owner = history.subject(each), _person_of(history, each)
        if subject is not None and owner is not None and values_of(history, subject).get("nik") == nik:
            return owner
    return None


def _card_numbered(history: History, number: str) -> str | None:
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


class Forming:
    """Collects the facts of one command."""

    def __init__(self, history: History, draw: Draw) -> None:
        self._history = history
        self._draw = draw
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
        chosen = choose(evidence, corrections)
        others = self._others(evidence, chosen)
        if standing is None or self._differs(standing, chosen, others):
            self.drafts.append(chosen_draft(self._draw, subject, chosen, others))

    def _differs(self, standing: Subject, chosen: dict[str, str], others: tuple[Ref, ...]) -> bool:
        before = [("address", standing.state.get("address"))] if standing.state.get("address") else []
        before += [("family_card", each) for each in standing.state.get("family_cards", ())]
        return standing.state.get("chosen") != chosen or before != list(others)

    def _others(self, evidence: list[Evidence], chosen: dict[str, str]) -> tuple[Ref, ...]:
        """Address and family cards of a person; the address's evidence joins the choice."""
        refs: list[Ref] = []
        dwelling = next((each.dwelling for each in evidence if each.dwelling is not None), None)
        if dwelling is not None:
            refs.append(("address", self._address(dwelling)))
            chosen["address"] = _taken(self._history, dwelling)
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
            standing = _card_numbered(self._history, number)
            card = self._cards[number] = standing or self._draw.new_id()
            if standing is None:
                refs = (("evidence", fact), ("record", record))
                self.drafts.append(Draft(self._draw.new_id(), "FamilyCardFormed", card, refs, {"rule": RULE}))
        return card
