"""GraphQL inputs: filters of queries and what mutations are given."""

from __future__ import annotations

import strawberry
from strawberry import ID, field

from hub.api.scalars import (
    AreaSystem,
    Date,
    DateTime,
    EnrolmentStatus,
    EnrolmentUnit,
    JudgementKind,
    Sex,
)


@strawberry.input(description="An area (wilayah): a bare code does not say which of two places it means.")
class AreaInput:
    """An area by code."""

    code: str = field(description="Digits, with or without dots, of any level.")
    system: AreaSystem = field(default=AreaSystem.KEMENDAGRI, description="Who gave the code.")


@strawberry.input(description="Which persons.")
class PersonFilter:
    """Filter of persons."""

    area: AreaInput | None = field(description="Domiciled in this area.")
    name: str | None = field(description="Whose name begins so, titles left out (awal nama).")
    sex: Sex | None = field(description="Of this sex (jenis kelamin).")
    born_from: Date | None = field(description="Born on this day or later.")
    born_to: Date | None = field(description="Born on this day or before.")
    enrolled_in: str | None = field(
        description="Enrolled now in the programme with this code, as far as the asker sees enrolments."
    )


@strawberry.input(description="Which households (rumah tangga).")
class HouseholdFilter:
    """Filter of households."""

    area: AreaInput | None = field(description="Domiciled in this area.")


@strawberry.input(description="Which programmes.")
class ProgrammeFilter:
    """Filter of programmes."""

    agency: str | None = field(description="Run by the agency with this code.")


@strawberry.input(description="Which enrolments (kepesertaan).")
class EnrolmentFilter:
    """Filter of enrolments."""

    programme: str | None = field(description="Code of the programme.")
    agency: str | None = field(description="Code of the agency that runs the programme.")
    status: EnrolmentStatus | None = field(description="How far they have come.")
    area: AreaInput | None = field(description="Of persons domiciled in this area.")
    person: ID | None = field(description="Of this person.")
    household: ID | None = field(description="Of the members of this household (rumah tangga).")


@strawberry.input(description="Which pairs of rows.")
class MatchFilter:
    """Filter of the match queue."""

    person: ID | None = field(description="In which a row of this person stands.")


@strawberry.input(description="Which entries.")
class EntryFilter:
    """Filter of entries."""

    subject: ID | None = field(description="About this subject.")
    actor: str | None = field(description="By this actor (pelaku): id or log-in name.")
    agency: str | None = field(description="Made for the agency with this code (OPD).")
    action: str | None = field(description="In which this was done, as `noun:verb`.")
    from_: DateTime | None = field(name="from", description="Recorded then or later.")
    to: DateTime | None = field(description="Recorded before then.")


@strawberry.input(description="Which disclosures.")
class DisclosureFilter:
    """Filter of disclosures."""

    person: ID | None = field(
        description="Of data about this person, also under ids that became theirs by merging."
    )
    actor: str | None = field(description="To this actor (pelaku): id or log-in name.")
    agency: str | None = field(description="To somebody who asked for the agency with this code (OPD).")
    purpose: str | None = field(description="For the purpose with this code (tujuan).")
    from_: DateTime | None = field(name="from", description="Left then or later.")
    to: DateTime | None = field(description="Left before then.")


@strawberry.input
class Request:
    """What every mutation may be given beside its own values."""

    request_id: ID | None = field(
        description="A UUID of the client's choice; the same change sent again under it changes nothing."
    )


@strawberry.input
class Change(Request):
    """The same, for a change to something that exists."""

    expected_version: int | None = field(
        description="Version of the subject the client has seen; refused when it is another by now."
    )


@strawberry.input(
    description="An agency proposes whom its programme enrols: by id where visible, else by number and birth date."
)
class ProposeEnrolmentInput(Request):
    """Input of proposeEnrolment."""

    programme: str = field(description="Code of the programme.")
    person: ID | None = field(description="Id of the person, where the asker sees it.")
    nik: str | None = field(description="Else the full NIK, together with `bornOn`.")
    family_card_number: str | None = field(
        description="Else the full number of the family card (KK), together with `bornOn`."
    )
    born_on: Date | None = field(description="Birth date of the person, together with either number.")
    household: ID | None = field(
        description="Id of the household to enrol, where the asker sees it; `person`, or its head, stands for it."
    )
    family_card: ID | None = field(description="Likewise id of the family card to enrol.")
    note: str | None = field(description="Why; free text (catatan).")


@strawberry.input(description="Accepts a proposal.")
class EnrolInput(Change):
    """Input of enrol."""

    enrolment: ID = field(description="Id of the proposal.")
    starts_on: Date | None = field(description="First day; today unless given.")


@strawberry.input(description="Says whether two rows are of one person (keputusan padan).")
class JudgeMatchInput(Change):
    """Input of judgeMatch."""

    match: ID | None = field(description="Id of the match.")
    left: ID | None = field(description="Else one of the two source records.")
    right: ID | None = field(description="And the other.")
    judgement: JudgementKind = field(description="`SAME`, `DIFFERENT` or `UNSURE`.")
    reason: str = field(description="Why; free text (alasan).")


@strawberry.input(description="Puts a match model in force; the next run of the matcher goes by it.")
class AdoptMatchModelInput(Change):
    """Input of adoptMatchModel."""

    model: str = field(description="The whole model as the hub wrote it, JSON.")


@strawberry.input(description="The criteria of one field, in order (urutan kriteria).")
class FieldRuleInput:
    """The rule of a field."""

    field: str = strawberry.field(description="Name of the field as in `survivorshipRules`, e.g. `born_on`.")
    criteria: list[str] = strawberry.field(description="The first is always `corrected`.")


@strawberry.input(
    description="Puts survivorship rules in force (aturan pemilihan nilai). Values stay as they are until the "
    "next run of the matcher chooses everybody's anew."
)
class SurvivorshipRulesInput(Change):
    """Input of setSurvivorshipRules."""

    trust: list[str] = field(description="Codes of registers, the most trusted first.")
    fields: list[FieldRuleInput] = field(description="One rule for every field.")
    reason: str | None = field(description="Why; free text (alasan).")


@strawberry.input(description="Takes a judgement back; what the machine found holds again.")
class RevokeJudgementInput(Change):
    """Input of revokeJudgement."""

    match: ID = field(description="Id of the match.")
    reason: str = field(description="Why; free text (alasan).")


@strawberry.input(description="Ends an enrolment.")
class EndEnrolmentInput(Change):
    """Input of endEnrolment."""

    enrolment: ID = field(description="Id of the enrolment.")
    reason: str = field(description="Code of the reason (alasan), e.g. `DEAD`, `MOVED_OUT_CITY`.")
    ends_on: Date | None = field(description="Last day; today unless given.")
    note: str | None = field(description="Free text (catatan).")


@strawberry.input(description="Values of a person to set; what is left out or null stays as it is.")
class PersonValuesInput:
    """Values that may be corrected."""

    nik: str | None = field(description="Population number (NIK).")
    name: str | None = field(description="Name as on the document (nama).")
    sex: Sex | None = field(description="Sex (jenis kelamin).")
    born_on: Date | None = field(description="Birth date (tanggal lahir).")
    birthplace: str | None = field(description="Place of birth (tempat lahir).")
    mother_name: str | None = field(description="Mother's maiden name (nama ibu kandung).")
    marital_status: str | None = field(description="Marital status (status kawin).")
    relation_to_head: str | None = field(description="Relation to the head of the family.")


@strawberry.input(description="Corrects values of a person by hand.")
class CorrectPersonInput(Change):
    """Input of correctPerson."""

    person: ID = field(description="Id of the person.")
    values: PersonValuesInput = field(description="The right values.")
    evidence: str = field(description="What shows it: document, number, date (bukti).")


@strawberry.input(description="Makes persons a household (rumah tangga) of their own, by hand.")
class FormHouseholdInput(Request):
    """Input of formHousehold."""

    persons: list[ID] = field(description="Ids of all its members (anggota).")
    head: ID = field(description="Id of the one who is its head (kepala rumah tangga).")
    reason: str = field(description="Why, and what shows it; free text (alasan).")
    on: Date | None = field(description="From which day on; today unless given.")


@strawberry.input(description="Moves a person from one household (rumah tangga) to another, or out, or in.")
class MoveMemberInput(Change):
    """Input of moveMember; `expectedVersion` is that of the household left, else of the one come to."""

    person: ID = field(description="Id of the person.")
    from_household: ID | None = field(description="Where they live now; left out for who lives in none.")
    to_household: ID | None = field(description="Where they live from then on; left out for none.")
    reason: str = field(description="Why, and what shows it; free text (alasan).")
    on: Date | None = field(description="On which day; today unless given.")


@strawberry.input(description="Lets members of a household (rumah tangga) be one of their own.")
class SplitHouseholdInput(Change):
    """Input of splitHousehold."""

    household: ID = field(description="Id of the household that is split.")
    persons: list[ID] = field(description="Ids of the members who leave it.")
    head: ID = field(description="Id of the one of them who is head of the new household.")
    reason: str = field(description="Why, and what shows it; free text (alasan).")
    on: Date | None = field(description="On which day; today unless given.")


@strawberry.input(description="Gives an actor a role (peran).")
class GrantRoleInput(Change):
    """Input of grantRole."""

    actor: str = field(description="Log-in name or id of the actor (pelaku).")
    role: str = field(description="Code of the role, e.g. `petugas_kelurahan`.")
    reason: str = field(description="Why (alasan), e.g. the letter of appointment.")
    agency: str | None = field(description="Code of the agency within which it holds (OPD).")
    territory: AreaInput | None = field(description="Area within which it holds (wilayah kerja).")
    starts_on: Date | None = field(description="First day; today unless given.")
    ends_on: Date | None = field(description="Last day; open unless given.")


@strawberry.input(description="Takes all rights from an actor, at once.")
class SuspendActorInput(Change):
    """Input of suspendActor."""

    actor: str = field(description="Log-in name or id of the actor (pelaku).")
    reason: str = field(description="Why (alasan).")


@strawberry.input(description="Sets up a programme, or changes its description.")
class DefineProgrammeInput(Change):
    """Input of defineProgramme."""

    code: str = field(description="Short code, unique in the hub.")
    name: str = field(description="Official name (nama program).")
    agency: str = field(description="Code of the agency that runs it (OPD).")
    unit: EnrolmentUnit = field(default=EnrolmentUnit.PERSON, description="What it enrols.")
    funded_by: str | None = field(description="Source of the budget (sumber dana).")
    needs: list[str] | None = field(description="Codes of the needs it answers (masalah).")
    quota: int | None = field(description="Places (kuota), when limited.")
    max_decile: int | None = field(
        description="Entitled up to this decile (desil), the newest of any register."
    )
    min_age: int | None = field(description="Entitled from this age on, in full years.")
    max_age: int | None = field(description="Entitled up to this age, in full years.")
