"""Mutation: each field builds one command and hands back its receipt."""

# ruff: noqa: A002  (arguments are called what the contract calls them)

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Any

from strawberry.tools import create_type
from strawberry.types.field import StrawberryField

from hub.api import officer_changes, policy_fields
from hub.api.areas import kemendagri_code
from hub.api.context import Root
from hub.api.inputs import (
    AdoptMatchModelInput,
    CorrectPersonInput,
    DefineProgrammeInput,
    EndEnrolmentInput,
    EnrolInput,
    FormHouseholdInput,
    GrantRoleInput,
    JudgeMatchInput,
    MoveMemberInput,
    ProposeEnrolmentInput,
    RevokeJudgementInput,
    SplitHouseholdInput,
    SurvivorshipRulesInput,
    SuspendActorInput,
)
from hub.api.ledger_types import Receipt
from hub.api.roots import root_field
from hub.commands.access import GrantRole, SuspendActor
from hub.commands.arranging import FormHousehold, MoveMember, SplitHousehold
from hub.commands.matching import JudgeMatch, RevokeJudgement
from hub.commands.people import CorrectPerson
from hub.commands.programmes import DefineProgramme, EndEnrolment, Enrol, ProposeEnrolment
from hub.commands.survivorship import SetSurvivorshipRules
from hub.domain.errors import InvalidInput, NotFound
from hub.domain.ids import as_uuid
from hub.questions.model import MatchById

FIELDS: list[StrawberryField] = []
change = partial(root_field, FIELDS, Receipt)


@change(
    "An agency proposes whom its programme enrols, by id where visible, else by number and birth date.",
    needs="enrolment:propose",
)
async def propose_enrolment(root: Root, input: ProposeEnrolmentInput) -> Any:
    """Propose."""
    person = input.person and as_uuid(input.person, "person")
    household = input.household and as_uuid(input.household, "household")
    card = input.family_card and as_uuid(input.family_card, "familyCard")
    command = ProposeEnrolment(
        input.programme,
        person,
        input.nik,
        input.born_on,
        input.note,
        household,
        card,
        input.family_card_number,
    )
    return await root.submit(command, input.request_id)


@change("Accepts a proposal; never by the agency that made it.", needs="enrolment:accept")
async def enrol(root: Root, input: EnrolInput) -> Any:
    """Accept."""
    command = Enrol(as_uuid(input.enrolment, "enrolment"), input.starts_on)
    return await root.submit(command, input.request_id, input.expected_version)


@change("Ends an enrolment, with a reason code.", needs="enrolment:end")
async def end_enrolment(root: Root, input: EndEnrolmentInput) -> Any:
    """End."""
    command = EndEnrolment(as_uuid(input.enrolment, "enrolment"), input.reason, input.ends_on, input.note)
    return await root.submit(command, input.request_id, input.expected_version)


@change("Sets values of a person by hand, citing the evidence.", needs="person:correct")
async def correct_person(root: Root, input: CorrectPersonInput) -> Any:
    """Correct: what is null was not given."""
    given = {name: str(value) for name, value in asdict(input.values).items() if value is not None}
    command = CorrectPerson(as_uuid(input.person, "person"), given, input.evidence)
    return await root.submit(command, input.request_id, input.expected_version)


@change("Says whether two rows are of one person; what follows from it is done at once.", needs="match:judge")
async def judge_match(root: Root, input: JudgeMatchInput) -> Any:
    """Judge a match, or two source records."""
    if input.match is not None:
        found = await root.ask(MatchById(as_uuid(input.match, "match")))
        sides = (found["left"], found["right"]) if found else (None, None)
        left, right = (each["id"] if each else None for each in sides)
    else:
        left, right = input.left, input.right
    if not left or not right:
        raise NotFound("There is no such match.", "Give its id, or the ids of both source records.")
    command = JudgeMatch(as_uuid(left, "left"), as_uuid(right, "right"), input.judgement.value, input.reason)
    return await root.submit(command, input.request_id, input.expected_version)


@change("Puts a match model in force.", needs="model:adopt")
async def adopt_match_model(root: Root, input: AdoptMatchModelInput) -> Any:
    """Adopt a model."""
    from hub.matching.frozen import adoption_of  # noqa: PLC0415 - serving must not wait for what few ask for
    from hub.matching.model import Model  # noqa: PLC0415 - likewise

    command = adoption_of(Model.from_json(input.model.encode()))
    return await root.submit(command, input.request_id, input.expected_version)


@change("Puts survivorship rules in force.", needs="survivorship:set")
async def set_survivorship_rules(root: Root, input: SurvivorshipRulesInput) -> Any:
    """Set the rules."""
    fields = {each.field: tuple(each.criteria) for each in input.fields}
    if len(fields) != len(input.fields):
        raise InvalidInput("A field has two rules.", "Give one for each.")
    command = SetSurvivorshipRules(tuple(input.trust), fields, input.reason)
    return await root.submit(command, input.request_id, input.expected_version)


@change("Takes a judgement back.", needs="match:judge")
async def revoke_judgement(root: Root, input: RevokeJudgementInput) -> Any:
    """Revoke."""
    command = RevokeJudgement(as_uuid(input.match, "match"), input.reason)
    return await root.submit(command, input.request_id, input.expected_version)


@change("Makes persons a household of their own, by hand.", needs="household:arrange")
async def form_household(root: Root, input: FormHouseholdInput) -> Any:
    """Form: they leave the households where they lived."""
    persons = tuple(as_uuid(each, "persons") for each in input.persons)
    command = FormHousehold(persons, as_uuid(input.head, "head"), input.reason, input.on)
    return await root.submit(command, input.request_id)


@change("Moves a person from one household to another, out of all, or into one.", needs="household:arrange")
async def move_member(root: Root, input: MoveMemberInput) -> Any:
    """Move. The receipt is about the household that is left, else about the one come to."""
    left = input.from_household and as_uuid(input.from_household, "fromHousehold")
    entered = input.to_household and as_uuid(input.to_household, "toHousehold")
    command = MoveMember(as_uuid(input.person, "person"), left, entered, input.reason, input.on)
    return await root.submit(command, input.request_id, input.expected_version)


@change("Lets members of a household be one of their own.", needs="household:arrange")
async def split_household(root: Root, input: SplitHouseholdInput) -> Any:
    """Split. The receipt is about the household that is left."""
    persons = tuple(as_uuid(each, "persons") for each in input.persons)
    command = SplitHousehold(
        as_uuid(input.household, "household"), persons, as_uuid(input.head, "head"), input.reason, input.on
    )
    return await root.submit(command, input.request_id, input.expected_version)


@change("Gives an actor a role, with start, end and reason.", needs="role:grant")
async def grant_role(root: Root, input: GrantRoleInput) -> Any:
    """Grant."""
    command = GrantRole(
        actor=input.actor,
        role=input.role,
        reason=input.reason,
        agency=input.agency,
        territory=await kemendagri_code(root, input.territory),
        starts_on=input.starts_on,
        ends_on=input.ends_on,
    )
    return await root.submit(command, input.request_id, input.expected_version)


@change("Takes all rights from an actor, at once.", needs="actor:suspend")
async def suspend_actor(root: Root, input: SuspendActorInput) -> Any:
    """Suspend."""
    command = SuspendActor(input.actor, input.reason)
    return await root.submit(command, input.request_id, input.expected_version)


@change("Sets up a programme of an agency, or changes its description.", needs="programme:define")
async def define_programme(root: Root, input: DefineProgrammeInput) -> Any:
    """Define."""
    command = DefineProgramme(
        code=input.code,
        name=input.name,
        agency=input.agency,
        unit=input.unit.value,
        funded_by=input.funded_by,
        needs=tuple(input.needs or ()),
        quota=input.quota,
        max_decile=input.max_decile,
        min_age=input.min_age,
        max_age=input.max_age,
    )
    return await root.submit(command, input.request_id, input.expected_version)


Mutation = create_type(
    "Mutation",
    [*FIELDS, *officer_changes.FIELDS, *policy_fields.MUTATIONS],
    description="Everything that can be changed. A receipt says that the change is recorded for good.",
)
