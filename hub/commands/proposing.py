"""Proposing an enrolment: of a person, or of the household or family card that a programme enrols.

Whatever the unit, an enrolment is about one person who stands for it, the recipient: the head, or whom the agency
names. Through that person it is seen, and opens them to the agency once it is accepted; nobody else of the unit.
"""

from __future__ import annotations

from hub.commands.enrolling import STANDING
from hub.commands.golden import card_numbered
from hub.commands.model import By
from hub.commands.programmes import ProposeEnrolment
from hub.commands.reading import (
    day,
    enrolments_for,
    enrolments_of,
    known,
    listed_on,
    lives_in,
    named,
    person_values,
    words,
)
from hub.domain.errors import Conflict, InvalidInput, NotFound
from hub.domain.facts import Decision, Draft, Draw, History, Ref, Subject
from hub.domain.standard.codes import HEAD


def propose_enrolment(history: History, command: ProposeEnrolment, draw: Draw, by: By) -> Decision:
    """A proposal that opens nothing until somebody outside the agency accepts it."""
    programme = named(history, "programme", command.programme, "programme")
    person, unit = _proposed(history, command, programme.state["unit"])
    others = [*enrolments_of(history, person.id), *(enrolments_for(history, unit[1]) if unit else ())]
    for each in others:
        if each.state["programme"] == programme.id and each.state["status"] in STANDING:
            who = "person" if each.state["person"] == person.id else programme.state["unit"].lower()
            raise Conflict(
                f"This {who.replace('_', ' ')} is {each.state['status'].lower()} in {command.programme} already.",
                "Look at the enrolment that stands.",
            )
    refs = (("person", person.id), ("programme", programme.id), *((unit,) if unit else ()))
    clear = {"status": "PROPOSED", "agency": programme.state["agency"], "proposed_on": draw.today,
             "proposed_by": by.actor}  # fmt: skip
    payload = {"note": words(command.note, "The note", 500)} if command.note else None
    return Decision((Draft(draw.new_id(), "EnrolmentProposed", draw.new_id(), refs, clear, payload),))


def _proposed(history: History, command: ProposeEnrolment, unit: str) -> tuple[Subject, Ref | None]:
    """The recipient, and the household or family card that is enrolled; None where the person is."""
    _demand_one_name(command, unit)
    if command.household is not None:
        return _of_household(history, command)
    if command.family_card is not None:
        card = known(history, command.family_card, "FamilyCard", "family card")
        return _recipient(history, command, listed_on(history, card.id)), ("family_card", card.id)
    person = proposed_person(history, command)
    if unit == "PERSON":
        return person, None
    found = lives_in(history, person.id) if unit == "HOUSEHOLD" else _card_of(history, command, person)
    if found is None:
        raise Conflict(
            f"No {unit.lower().replace('_', ' ')} of this person is known.",
            "Ask the steward, who sees where the registers put them.",
        )
    return person, (unit.lower(), found.id)


def _demand_one_name(command: ProposeEnrolment, unit: str) -> None:
    for name in ("household", "family_card"):
        if getattr(command, name) is not None and unit != name.upper():
            raise InvalidInput(
                f"{command.programme} does not enrol a {name.replace('_', ' ')}.",
                "Name what the programme's unit is.",
            )
    if command.household or command.family_card:
        if command.nik or command.family_card_number:
            raise InvalidInput("A unit is named twice.", "Give its id, or a number and a birth date.")
    elif sum(each is not None for each in (command.person, command.nik, command.family_card_number)) != 1:
        raise InvalidInput("A proposal names a person by id or by NIK.", "Give one of the two.")


def _of_household(history: History, command: ProposeEnrolment) -> tuple[Subject, Ref]:
    household = known(history, str(command.household), "Household", "household")
    head = household.state["head"]
    members = [history.subject(each) for each, _ in household.state["members"]]
    there = [each for each in members if each is not None]
    first = next((each for each in there if each.id == head), None)
    return _recipient(history, command, there, first), ("household", household.id)


def _recipient(
    history: History, command: ProposeEnrolment, there: list[Subject], head: Subject | None = None
) -> Subject:
    """Who stands for a unit: the person named beside it, else its head."""
    if command.person is not None:
        wanted = known(history, command.person, "Person", "person")
        found = next((each for each in there if each.id == wanted.id), None)
    else:
        found = head or _head(history, there)
    if found is None:
        raise InvalidInput("Nobody who belongs to it is named, and no head is known.", "Name the recipient.")
    return found


def _head(history: History, persons: list[Subject]) -> Subject | None:
    return next((p for p in persons if person_values(history, p).get("relation_to_head") == HEAD), None)


def _card_of(history: History, command: ProposeEnrolment, person: Subject) -> Subject | None:
    """The card that was named, else that of the newest words about the person."""
    if command.family_card_number is not None:
        card = card_numbered(history, "".join(command.family_card_number.split()))
    else:
        card = next(iter(person.state.get("family_cards", ())), None)
    return history.subject(card) if card else None


def proposed_person(history: History, command: ProposeEnrolment) -> Subject:
    """The person a proposal names: by id, or by NIK or family card and birth date, all of which must fit.

    Raises NotFound in the same words whether the number is unknown or the date differs.
    """
    if command.person is not None:
        return known(history, command.person, "Person", "person")
    if command.born_on is None:
        raise InvalidInput("A number alone does not name a person.", "Give the birth date as well.")
    born_on = day(command.born_on, "The birth date")
    if command.nik is not None:
        what, persons = "NIK", persons_with_nik(history, "".join(command.nik.split()))
    else:
        card = card_numbered(history, "".join(str(command.family_card_number).split()))
        what, persons = "family card", listed_on(history, card) if card else []
    found = [each for each in persons if person_values(history, each).get("born_on") == born_on]
    if not found:
        raise NotFound(
            f"No person with this {what} and birth date is known.", "Check both on the family card."
        )
    if command.nik is None and len(found) > 1:
        raise Conflict("More than one person on this card was born on that day.", "Give the NIK instead.")
    return found[0]


def persons_with_nik(history: History, nik: str) -> list[Subject]:
    """Persons whose golden NIK is this one."""
    candidates: dict[str, None] = {}
    for each in history.find("nik", nik):
        subject = history.subject(each)
        if subject is not None and subject.type == "Person":
            candidates[each] = None
        else:
            candidates.update(dict.fromkeys(history.find("person_of", each)))
    persons = [history.subject(each) for each in candidates]
    return [each for each in persons if each and person_values(history, each).get("nik") == nik]
