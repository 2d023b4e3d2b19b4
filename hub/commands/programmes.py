"""Commands about programmes of agencies and who is enrolled in them."""

from __future__ import annotations

from dataclasses import dataclass

from hub.commands.enrolling import STANDING, by_lists_alone
from hub.commands.model import By
from hub.commands.reading import (
    code,
    day,
    enrolments_for,
    enrolments_of,
    known,
    later,
    named,
    sight_of,
    twelve_months_after,
    words,
)
from hub.commands.reasons import ENDING, reason
from hub.domain.errors import Conflict, Forbidden, InvalidInput
from hub.domain.facts import Decision, Draft, Draw, History, Json, Ref, Subject

UNITS = ("PERSON", "FAMILY_CARD", "HOUSEHOLD")
_OLDEST = 130


@dataclass(frozen=True, slots=True)
class DefineProgramme:
    """Set up a programme of an agency, or change its description."""

    code: str
    name: str
    agency: str
    unit: str = "PERSON"
    """PERSON, FAMILY_CARD or HOUSEHOLD."""
    funded_by: str | None = None
    needs: tuple[str, ...] = ()
    quota: int | None = None
    max_decile: int | None = None
    """Who is entitled, with the two below: newest decile of any register at most, 1 to 10."""
    min_age: int | None = None
    max_age: int | None = None


@dataclass(frozen=True, slots=True)
class ProposeEnrolment:
    """An agency proposes a person, named by id where visible, else by NIK or family card, and birth date.

    A programme that enrols households or family cards takes that of the person, or one named by id where visible, with
    the person who stands for it or without: then its head does. See hub.commands.proposing.
    """

    programme: str
    """Code of the programme."""
    person: str | None = None
    nik: str | None = None
    born_on: str | None = None
    note: str | None = None
    household: str | None = None
    family_card: str | None = None
    family_card_number: str | None = None


@dataclass(frozen=True, slots=True)
class Enrol:
    """Accept a proposal, or what a list says; never by the agency that made it."""

    enrolment: str
    starts_on: str | None = None


@dataclass(frozen=True, slots=True)
class EndEnrolment:
    """End an enrolment, with a reason code."""

    enrolment: str
    reason: str
    ends_on: str | None = None
    note: str | None = None


def define_programme(history: History, command: DefineProgramme, draw: Draw, by: By) -> Decision:
    """A new programme, or a new description of one; its agency and unit stay."""
    named(history, "agency", command.agency, "agency")
    if command.unit not in UNITS:
        raise InvalidInput(f"{command.unit!r} is no unit of enrolment.", f"One of {', '.join(UNITS)}.")
    if command.quota is not None and command.quota < 0:
        raise InvalidInput("A quota is not negative.", "Leave it out for no limit.")
    clear: dict[str, Json] = {
        "code": code(command.code, "a programme"), "name": words(command.name, "The name of a programme"),
        "agency": command.agency, "unit": command.unit, "needs": [code(each, "a need") for each in command.needs],
        "funded_by": words(command.funded_by, "The source of funds") if command.funded_by else None,
        "quota": command.quota, **_criteria(command),
    }  # fmt: skip
    found = history.find("programme", command.code)
    standing = history.subject(found[0]) if found else None
    if standing is None:
        return Decision((Draft(draw.new_id(), "ProgrammeDefined", draw.new_id(), clear=clear),))
    if any(standing.state[name] != clear[name] for name in ("agency", "unit")):
        raise Conflict("A programme keeps its agency and its unit.", "Define another programme.")
    if all(standing.state.get(name) == value for name, value in clear.items()):
        return Decision((), standing.id)
    defined = Draft(draw.new_id(), "ProgrammeDefined", standing.id, clear=clear)
    return Decision((defined, *_counted(history, draw, standing, command.quota)))


def _criteria(command: DefineProgramme) -> dict[str, Json]:
    """Who is entitled, as far as a register can tell; what is not stated is not asked for."""
    least, most = command.min_age, command.max_age
    if command.max_decile is not None and not 1 <= command.max_decile <= 10:
        raise InvalidInput("A decile is 1 to 10.", "Leave it out where it does not matter.")
    if any(each is not None and not 0 <= each <= _OLDEST for each in (least, most)):
        raise InvalidInput(f"An age is 0 to {_OLDEST} years.", "Leave it out where it does not matter.")
    if least is not None and most is not None and least > most:
        raise InvalidInput("Nobody is that old and that young.", "Give the lower age as minimum.")
    return {"max_decile": command.max_decile, "min_age": least, "max_age": most}


def enrol(history: History, command: Enrol, draw: Draw, by: By) -> Decision:
    """A proposal, or what a list says, becomes an enrolment; accepted by somebody outside the agency that made it."""
    enrolment = known(history, command.enrolment, "Enrolment", "enrolment")
    state = enrolment.state
    listed = state["status"] == "ENROLLED" and by_lists_alone(enrolment)
    if state["status"] not in {"PROPOSED", "ELIGIBLE"} and not listed:
        raise Conflict(
            f"This enrolment is {state['status'].lower()}, not proposed.",
            "Only a proposal, or an enrolment that rests on lists alone, can be accepted.",
        )
    demand_outside(enrolment, by)
    _demand_one_place(history, enrolment)
    agency = state["agency"]
    programme = known(history, state["programme"], "Programme", "programme")
    starts_on = day(command.starts_on or draw.today, "The start of an enrolment")
    if starts_on > twelve_months_after(draw.today):
        raise InvalidInput("An enrolment starts within a year.", "Check the year.")
    clear = {"status": "ENROLLED", "from_on": starts_on, "visible": {"agency": agency, "until": None}}
    draft = Draft(draw.new_id(), "PersonEnrolled", enrolment.id, enrolment_refs(enrolment), clear)
    return Decision((draft, *_places(draw, programme, +1)))


def end_enrolment(history: History, command: EndEnrolment, draw: Draw, by: By) -> Decision:
    """An enrolment ends for a reason; its agency keeps sight of the person for twelve months."""
    enrolment = known(history, command.enrolment, "Enrolment", "enrolment")
    state = enrolment.state
    if state["status"] not in STANDING:
        raise Conflict(f"This enrolment is {state['status'].lower()} already.", "Nothing needs to be done.")
    ends_on = day(command.ends_on or draw.today, "The end of an enrolment")
    if ends_on > draw.today and ends_on > state.get("from_on", ""):
        raise InvalidInput("An enrolment ends today or earlier.", "End it on the day.")
    if ends_on < state.get("from_on", ends_on):
        raise InvalidInput(
            "This enrolment would end before it started.", f"It started on {state['from_on']}."
        )
    clear: dict[str, Json] = {"status": "ENDED", "to_on": ends_on, "reason": reason(command.reason, ENDING)}
    if state.get("visible"):
        until: str | None = twelve_months_after(ends_on)
        for each in enrolments_of(history, state["person"]):
            ours = each.state["agency"] == state["agency"] and each.state.get("visible")
            if ours and each.id != enrolment.id:
                until = later(until, sight_of(each))
        clear["visible"] = {"agency": state["agency"], "until": until}
    payload = {"note": words(command.note, "The note", 500)} if command.note else None
    draft = Draft(draw.new_id(), "EnrolmentEnded", enrolment.id, enrolment_refs(enrolment), clear, payload)
    programme = known(history, state["programme"], "Programme", "programme")
    return Decision((draft, *(_places(draw, programme, -1) if state.get("visible") else ())))


def _demand_one_place(history: History, enrolment: Subject) -> None:
    """A household or family card has one place in a programme, whoever of it lists name."""
    state = enrolment.state
    unit = state.get("household") or state.get("family_card")
    for each in enrolments_for(history, unit) if unit else ():
        same = each.state["programme"] == state["programme"] and each.id != enrolment.id
        if same and each.state.get("visible") and each.state["status"] in STANDING:
            raise Conflict("It has a place in this programme already.", "Look at the enrolment that stands.")


def demand_outside(enrolment: Subject, by: By) -> None:
    """Forbidden for the agency that proposes, and for whoever made the proposal: four eyes."""
    if enrolment.state["agency"] in by.agencies or enrolment.state.get("proposed_by") == by.actor:
        raise Forbidden(
            "A proposal is never accepted by the agency that made it, nor refused.",
            "Ask the steward or the kelurahan.",
        )


def enrolment_refs(enrolment: Subject) -> tuple[Ref, ...]:
    """What every fact about an enrolment refers to."""
    return (("person", enrolment.state["person"]), ("programme", enrolment.state["programme"]))


def _counted(history: History, draw: Draw, programme: Subject, quota: int | None) -> tuple[Draft, ...]:
    """The places taken, counted when a limit comes to a programme that had none: until then nobody counts."""
    if quota is None or programme.state.get("quota") is not None:
        return ()
    accepted = history.find("accepted_in", programme.id)
    history.prefetch(subjects=accepted)
    states = [each.state for each in map(history.subject, accepted) if each is not None]
    taken = sum(1 for each in states if each["status"] in {"ENROLLED", "SUSPENDED"})
    return (Draft(draw.new_id(), "PlacesCounted", programme.id, clear={"enrolled_count": taken}),)


def _places(draw: Draw, programme: Subject, change: int) -> tuple[Draft, ...]:
    """The count of places taken, kept on programmes with a quota. Raises Conflict when none is left."""
    quota = programme.state.get("quota")
    if quota is None:
        return ()
    taken = programme.state.get("enrolled_count", 0) + change
    if change > 0 and taken > quota:
        raise Conflict(
            f"All {quota} places of this programme are taken.", "Raise the quota or end an enrolment."
        )
    return (Draft(draw.new_id(), "PlacesCounted", programme.id, clear={"enrolled_count": max(taken, 0)}),)
