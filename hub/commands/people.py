"""Commands that form golden persons and correct them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from hub.commands.choosing import values_of
from hub.commands.golden import Forming
from hub.commands.model import By
from hub.commands.reading import day, known, person_values, words
from hub.domain.errors import Conflict, InvalidInput
from hub.domain.facts import Decision, Draft, Draw, History, Json, Subject
from hub.domain.standard import codes, names
from hub.domain.standard.identifiers import identifier


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
    """The corrected values with their evidence, and the choice that follows from them."""
    person = known(history, command.person, "Person", "person")
    if not command.values:
        raise InvalidInput("Nothing is corrected.", "Give at least one value.")
    values = {name: _checked(name, value, draw.today) for name, value in sorted(command.values.items())}
    if "name" in values:
        values["name_key"] = names.name_key(values["name"])
    if "nik" in values:
        _demand_own(history, person, values["nik"])
    payload = {"values": values, "evidence": words(command.evidence, "The evidence", 500)}
    corrected = Draft(
        draw.new_id(), "PersonCorrected", person.id, clear={"fields": sorted(values)}, payload=payload
    )
    forming = Forming(history, draw, {corrected.id: values})
    corrections = {**person.state.get("corrections", {}), **dict.fromkeys(values, corrected.id)}
    forming.choose(person.id, person, person.state["records"], corrections)
    return Decision((corrected, *forming.drafts))


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
    if name in _CODED:
        found, advice = _CODED[name]
        coded = found(value)
        if coded is None:
            raise InvalidInput(f"The corrected {name} is none that is known.", advice)
        return coded
    if name in _WORDED:
        said = _WORDED[name](words(value, f"The corrected {name}", 120))
        if said is None or not any(sign.isalpha() for sign in said):
            raise InvalidInput(f"The corrected {name} says nothing.", "Write it out in letters.")
        return said
    raise InvalidInput(f"{name!r} can't be corrected.", f"Only {', '.join(_CORRECTABLE)} can.")


def _demand_own(history: History, person: Subject, nik: str) -> None:
    """A NIK is one person's: what another one has, or a record of theirs says, is not given away by hand."""
    for each in history.find("nik", nik):
        found = history.subject(each)
        if found is not None and any(holder != person.id for holder in _holders(history, found, nik)):
            raise Conflict(
                "Another person has this NIK.",
                "Leave it as it is: which records are whose is the steward's to match.",
            )


def _holders(history: History, found: Subject, nik: str) -> list[str]:
    """Who has a NIK by what a look-up names, a person or a record; it also names what said so formerly."""
    if found.type == "Person":
        return [found.id] if person_values(history, found).get("nik") == nik else []
    if values_of(history, found).get("nik") != nik:
        return []
    owners = [history.subject(each) for each in history.find("person_of", found.id)]
    return [each.id for each in owners if each is not None and found.id in each.state["records"]]


_CODED: Mapping[str, tuple[Callable[[str], str | None], str]] = {
    "sex": (lambda value: value if value in ("MALE", "FEMALE") else None, "Give MALE or FEMALE."),
    "marital_status": (codes.marital, f"Give one of {', '.join(codes.MARITAL)}."),
    "relation_to_head": (codes.relation, f"Give one of {', '.join(codes.RELATIONS)}."),
}
_WORDED: Mapping[str, Callable[[str], str | None]] = {
    "name": names.name, "mother_name": names.mother_name, "birthplace": codes.birthplace,
}  # fmt: skip
_CORRECTABLE = ("nik", "born_on", *_CODED, *_WORDED)
