"""Survivorship, first rule: which source record each golden value of a person is chosen from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hub.domain.facts import Draft, Draw, History, Json, Ref, Subject

RULE = "newest-confirmed/1"
"""Newest register date first, then rows that the civil registry confirmed, then a fixed order; first value wins."""
FIELDS = (
    "nik", "name", "name_key", "sex", "born_on", "birthplace", "mother_name", "relation_to_head", "marital_status",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Evidence:
    """A source record as survivorship looks at it."""

    record: Subject
    as_of: str
    values: Mapping[str, Json]

    @property
    def fact(self) -> str:
        """The fact that holds its values."""
        return str(self.record.state["taken"])

    @property
    def rank(self) -> tuple[str, bool, str]:
        """Higher is preferred; no two records tie, and none by the order in which they were loaded."""
        return self.as_of, self.values.get("padan") == "PADAN", str(self.record.state["digest"])


def evidence_of(history: History, records: Iterable[str]) -> list[Evidence]:
    """Source records with their values, best first."""
    found: list[Evidence] = []
    for each in records:
        record = history.subject(each)
        if record is None:
            continue
        payload = history.payload(record.state["taken"])
        release = history.subject(record.state["release"])
        if payload is not None and release is not None:
            found.append(Evidence(record, release.state["as_of"], payload["standardised"]))
    return sorted(found, key=lambda each: each.rank, reverse=True)


def choose(evidence: list[Evidence], corrections: Mapping[str, str]) -> dict[str, str]:
    """Field → fact it is taken from. A correction by hand stands before every register."""
    chosen: dict[str, str] = {}
    for name in FIELDS:
        fact = corrections.get(name) or next((each.fact for each in evidence if each.values.get(name)), None)
        if fact is not None:
            chosen[name] = fact
    return chosen


def chosen_draft(draw: Draw, person: str, chosen: Mapping[str, str], others: tuple[Ref, ...]) -> Draft:
    """The fact that states the choice: references to evidence, never a copy of a value."""
    order = {fact: index for index, fact in enumerate(dict.fromkeys(chosen.values()))}
    clear = {"rule": RULE, "chosen": {name: order[fact] for name, fact in chosen.items()}}
    refs = tuple(("evidence", fact) for fact in order)
    return Draft(draw.new_id(), "GoldenChosen", person, (*refs, *others), clear)


def correction_refs(person: Subject) -> tuple[Ref, ...]:
    """The references of a standing choice that a correction of values leaves as they are."""
    address = person.state.get("address")
    cards = tuple(("family_card", each) for each in person.state.get("family_cards", ()))
    return (("address", address), *cards) if address else cards
