"""Commands that form golden persons and correct them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from hub.commands.choosing import chosen_draft, correction_refs
from hub.commands.model import By
from hub.commands.reading import day, known, words
from hub.domain.errors import InvalidInput
from hub.domain.facts import Decision, Draft, Draw, History, Json
from hub.domain.standard.identifiers import identifier
from hub.domain.standard.names import name_key


@dataclass(frozen=True, slots=True)
class FormPersons:
    """Form or extend golden persons from source records of a closed release (the machine's command)."""

    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CorrectPerson:
    """Set values of a person by hand, citing the evidence; a later register does not overrule them.

    `values` holds any of nik, name, sex, born_on, birthplace, mother_name, marital_status, relation_to_head.
    """

    person: str
    values: Mapping[str, Json]
    evidence: str


def correct_person(history: History, command: CorrectPerson, draw: Draw, by: By) -> Decision:
    """The corrected values with their evidence, and the choice that now prefers them."""
    person = known(history, command.person, "Person", "person")
    if not command.values:
        raise InvalidInput("Nothing is corrected.", "Give at least one value.")
    values = {name: _checked(name, value, draw.today) for name, value in sorted(command.values.items())}
    if "name" in values:
        values["name_key"] = name_key(str(values["name"]))
    payload = {"values": values, "evidence": words(command.evidence, "The evidence", 500)}
    corrected = Draft(
        draw.new_id(), "PersonCorrected", person.id, clear={"fields": sorted(values)}, payload=payload
    )
    choice = {**person.state["chosen"], **dict.fromkeys(values, corrected.id)}
    return Decision((corrected, chosen_draft(draw, person.id, choice, correction_refs(person))))


def _checked(name: str, value: Json, today: str) -> str:
    """A value a person may be corrected to. Raises InvalidInput naming the field, never the value."""
    if not isinstance(value, str):
        raise InvalidInput(f"The corrected {name} is not text.", "Give it as text.")
    if name == "nik":
        digits = identifier(value).digits
        if digits is None:
            raise InvalidInput(
                "The corrected NIK is not well-formed.", "16 digits, the first not 0, serial not 0000."
            )
        return digits
    if name == "born_on":
        born = day(value, "The corrected birth date")
        if not date(1890, 1, 1).isoformat() <= born <= today:
            raise InvalidInput("Nobody alive was born then.", "Check the year.")
        return born
    if name == "sex" and value not in ("MALE", "FEMALE"):
        raise InvalidInput("The corrected sex is neither MALE nor FEMALE.", "Give one of the two.")
    if name not in _CORRECTABLE:
        raise InvalidInput(f"{name!r} can't be corrected.", f"Only {', '.join(_CORRECTABLE)} can.")
    return words(value, f"The corrected {name}", 120).upper()


_CORRECTABLE = (
    "nik",
    "name",
    "sex",
    "born_on",
    "birthplace",
    "mother_name",
    "marital_status",
    "relation_to_head",
)
