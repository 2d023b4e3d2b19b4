"""The total table of commands: what each is called in the policy, and what decides it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

from hub.commands import (
    access,
    arranging,
    course,
    enrolling,
    forming,
    governing,
    households,
    intake,
    matching,
    overlaps,
    payments,
    people,
    programmes,
    proposing,
    standings,
    survivorship,
)
from hub.commands.model import CommandSpec
from hub.commands.reading import NOBODY, household_row, listed_on, lives_in, named, person_row, resolved
from hub.domain.facts import History, Json, Subject


def _programme_row(history: History, command: programmes.ProposeEnrolment) -> Mapping[str, Json]:
    return {"agency": named(history, "programme", command.programme, "programme").state["agency"]}


def _enrolment_row(history: History, command: Any) -> Mapping[str, Json]:
    enrolment = history.subject(command.enrolment)
    if enrolment is None or enrolment.type != "Enrolment":
        return NOBODY
    person = history.subject(enrolment.state["person"])
    return {**person_row(history, person), "agency": enrolment.state["agency"]}


def _corrected_row(history: History, command: people.CorrectPerson) -> Mapping[str, Json]:
    return person_row(history, _person(history, command.person))


def _named_person(history: History, command: programmes.ProposeEnrolment) -> Mapping[str, Json] | None:
    """The row of a person named by id: whoever names one by id must be able to see them."""
    return None if command.person is None else person_row(history, _person(history, command.person))


def _person(history: History, subject: str) -> Subject | None:
    found = resolved(history, subject)
    return found if found and found.type == "Person" else None


Rows = Iterable[tuple[str, Mapping[str, Json]]]
Alternatives = Iterable[tuple[str, Sequence[Mapping[str, Json]]]]


def _first_arranged(history: History, command: arranging.Arrangement) -> Mapping[str, Json]:
    return person_row(history, _person(history, arranging.named_persons(command)[0]))


def _named_unit(history: History, command: programmes.ProposeEnrolment) -> Alternatives:
    """A household or a family card that is named by id; the card is seen through whoever of its persons is."""
    if command.household is not None:
        yield "Household", [household_row(history, _household(history, command.household))]
    if command.family_card is not None:
        persons = listed_on(history, command.family_card)
        yield "FamilyCard", [person_row(history, each) for each in persons] or [NOBODY]


def _named_arranged(history: History, command: arranging.Arrangement) -> Alternatives:
    """Persons and households that are named by id."""
    for each in arranging.named_persons(command):
        yield "Person", [person_row(history, _person(history, each))]
    for each in arranging.named_households(command):
        yield "Household", [household_row(history, _household(history, each))]


def _all_arranged(history: History, command: arranging.Arrangement) -> Rows:
    """Whoever arranges a household must be allowed to do so where its persons live, and where they lived."""
    for each in map(partial(_person, history), arranging.named_persons(command)):
        yield "Household", person_row(history, each)
        if each is not None and (home := lives_in(history, each.id)) is not None:
            yield "Household", household_row(history, home)
    for household in arranging.named_households(command):
        yield "Household", household_row(history, _household(history, household))


def _household(history: History, subject: str) -> Subject | None:
    found = resolved(history, subject)
    return found if found and found.type == "Household" else None


_arranged = partial(
    CommandSpec,
    "household:arrange",
    "Household",
    row=_first_arranged,
    names=_named_arranged,
    changes=_all_arranged,
)


def _own_agency(history: History, command: Any) -> Mapping[str, Json]:
    return {"agency": command.agency}


COMMANDS: Mapping[type, CommandSpec] = MappingProxyType({
    access.FoundHub: CommandSpec("hub:found", "Policy", access.found_hub, founding=True),
    access.AdoptPolicy: CommandSpec("policy:adopt", "Policy", governing.adopt_policy),
    access.ListAreas: CommandSpec("area:list", "Area", access.list_areas),
    access.DefineAgency: CommandSpec("agency:define", "Agency", access.define_agency),
    access.RegisterActor: CommandSpec("actor:register", "Actor", access.register_actor),
    access.GrantRole: CommandSpec("role:grant", "Actor", access.grant_role),
    access.SuspendActor: CommandSpec("actor:suspend", "Actor", standings.suspend_actor),
    standings.RevokeGrant: CommandSpec("role:grant", "Actor", standings.revoke_grant),
    standings.ResumeActor: CommandSpec("actor:suspend", "Actor", standings.resume_actor),
    governing.ProposePolicyChange: CommandSpec("policy:propose", "PolicyChange", governing.propose_policy_change),
    governing.ApprovePolicyChange: CommandSpec("policy:approve", "PolicyChange", governing.approve_policy_change),
    intake.OpenRelease: CommandSpec("release:open", "Release", intake.open_release),
    intake.TakeRecords: CommandSpec("release:take", "Release", intake.take_records),
    intake.CloseRelease: CommandSpec("release:close", "Release", intake.close_release),
    intake.AbandonRelease: CommandSpec("release:abandon", "Release", intake.abandon_release),
    people.FormPersons: CommandSpec("person:form", "Person", forming.form_persons),
    people.CorrectPerson: CommandSpec("person:correct", "Person", people.correct_person, _corrected_row, _corrected_row),
    matching.AdoptModel: CommandSpec("model:adopt", "MatchModel", matching.adopt_model),
    survivorship.SetSurvivorshipRules: CommandSpec(
        "survivorship:set", "SurvivorshipRules", survivorship.set_survivorship_rules
    ),
    survivorship.ChoosePersons: CommandSpec("person:form", "Person", survivorship.choose_persons),
    matching.FormMatched: CommandSpec("person:form", "Person", matching.form_matched),
    matching.JudgeMatch: CommandSpec("match:judge", "Match", matching.judge_match),
    matching.RevokeJudgement: CommandSpec("match:judge", "Match", matching.revoke_judgement),
    households.FormHouseholds: CommandSpec("household:form", "Household", households.form_households),
    arranging.FormHousehold: _arranged(decide=arranging.form_household),
    arranging.MoveMember: _arranged(decide=arranging.move_member),
    arranging.SplitHousehold: _arranged(decide=arranging.split_household),
    programmes.DefineProgramme: CommandSpec("programme:define", "Programme", programmes.define_programme, _own_agency),
    programmes.ProposeEnrolment: CommandSpec(
        "enrolment:propose", "Enrolment", proposing.propose_enrolment, _programme_row, _named_person, _named_unit
    ),
    enrolling.EnrolMatched: CommandSpec("enrolment:match", "Enrolment", enrolling.enrol_matched),
    programmes.Enrol: CommandSpec("enrolment:accept", "Enrolment", programmes.enrol, _enrolment_row),
    course.ConfirmEligibility: CommandSpec("enrolment:accept", "Enrolment", course.confirm_eligibility, _enrolment_row),
    course.RefuseEnrolment: CommandSpec("enrolment:refuse", "Enrolment", course.refuse_enrolment, _enrolment_row),
    course.SuspendEnrolment: CommandSpec("enrolment:suspend", "Enrolment", course.suspend_enrolment, _enrolment_row),
    course.ResumeEnrolment: CommandSpec("enrolment:suspend", "Enrolment", course.resume_enrolment, _enrolment_row),
    overlaps.SetOverlapRules: CommandSpec("overlap:rule", "OverlapRules", overlaps.set_overlap_rules),
    payments.RecordPayment: CommandSpec("payment:record", "Payment", payments.record_payment, _enrolment_row),
    programmes.EndEnrolment: CommandSpec("enrolment:end", "Enrolment", programmes.end_enrolment, _enrolment_row),
})  # fmt: skip
