"""The schema is a contract: its text is reviewed, promised names stay, everything in it is described."""

from __future__ import annotations

import re

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
)

from hub.api.schema import GOLDEN, sdl

PROMISED = """
Query node(id) viewer person(id) personByNik(nik) persons(filter,orderBy,first,after,last,before) area(system,code)
Query household(id) households(filter,orderBy,first,after)
Query searchPersons(text,area,bornOn,first,after)
Query programmes(filter) programme(code) enrolments(filter,first,after) releases(register)
Query ledgerEntries(filter,first,after) ledgerEntry(seq) ledgerCheckpoint(size) inclusionProof(seq,size)
Query disclosures(filter,first,after) sourceStatements(record)
Query person(id,asOf) household(id,asOf) enrolment(id,asOf) lineage(subject,field,depth)
Query consistencyProof(from,to) evidence(seq,facts,closed)
Query matchQueue(filter,first,after) match(id) explainPair(left,right)
Query unmatchedEntries(programme,first,after)
Query policy policyVersions(first,after) actors(first,after)
Query explainAccess(actor,action,subject,field,purpose) simulatePolicy(change)
Mutation proposeEnrolment(input) enrol(input) endEnrolment(input) correctPerson(input) grantRole(input)
Mutation suspendActor(input) defineProgramme(input) judgeMatch(input) revokeJudgement(input)
Mutation adoptMatchModel(input)
Mutation proposePolicyChange(input) approvePolicyChange(input) revokeGrant(input) resumeActor(input)
Mutation registerActor(input)
Policy version digest adoptedAt fourEyes rules roles purposes predicates files changes
PolicyVersion version digest adoptedBy adoptedAt proposedBy reason seq entry differences
PolicyChange id version digest proposedBy proposedAt reason differences
AccessExplanation actor roles purpose legalBasis policyVersion about allowed treatment rows shown refusal
AccessExplanation subjectTold deciding nearly
PolicySimulation baseVersion digest differences effects openToNobody openToEverybody uncounted fourEyes approvers
PolicyEffect roles actors purpose action label field before after rowsGained rowsLost
Actor id version name agency machine suspended grants
ActorGrant id role agency territory startsOn endsOn revokedOn
Query survivorshipRules
Mutation setSurvivorshipRules(input)
SurvivorshipRules version edition digest appliedEdition trust fields
FieldRule field criteria
SurvivorshipRulesInput requestId expectedVersion
Receipt seq subject version leafHash recordedAt projected entry
Person id version withheld nik name sex bornOn bornYear birthplace motherName maritalStatus occupation
Person education alive presence relationToHead household familyCards address area enrolments(filter)
Person history(first,after)
Household history(first,after)
Enrolment history(first,after)
Person sourceRecords assessments values civilRegistry confirmedOn civilDiffers
GoldenValue field value withheld rule evidence alternatives
SourceValue value sourceRecord
Household id version withheld head members familyCards address area sourceRecords assessments
Assessment register release measure value withheld assessedOn
SourceStatement release repeated original standardised erased withheld
WithheldField field reason
FamilyCard id number head persons withheld
Address id text street number rt rw area withheld
Area id system code name level parent children otherCodes
AreaCode system code
Agency id code name programmes
Programme id code name agency unit fundedBy needs quota
Enrolment id version programme person status from to reason lastPaidOn withheld
SourceRecord id register rowKey release takenAt withheld
Release register label asOf status accepted repeated refused digest
Entry seq recordedAt actor agency action purpose legalBasis policyVersion subjects facts leafHash
EntryFact kind subject before after withheld erased
Match id version left right withheld probability levels judgement judgedBy judgedAt reason
MatchLevel comparison level weight left right
UnmatchedEntry id row candidates withheld
EntryCandidate row person probability
PairExplanation same probability levels barredBy judgements
JudgementKind SAME DIFFERENT UNSURE UNJUDGED
Checkpoint origin size rootHash note cosignatures
InclusionProof seq size leafHash path checkpoint file
ConsistencyProof from to path fromRootHash toRootHash
Evidence seq file vkey
Lineage subject field truncated nodes edges provJson
LineageNode id kind type label subject version seq recordedAt distance details withheld
LineageEdge from to relation role
LineageKind ENTITY ACTIVITY AGENT
EntryFilter subject actor agency action from to
DisclosureFilter person actor agency purpose from to
Disclosure seq recordedAt actor agency purpose legalBasis question subjects withheld
Viewer id name agency roles purposes
PageInfo hasNextPage hasPreviousPage startCursor endCursor
PersonConnection edges pageInfo totalCount
PersonEdge cursor node
HouseholdConnection edges pageInfo totalCount
EnrolmentConnection edges pageInfo totalCount
EntryConnection edges pageInfo totalCount
DisclosureConnection edges pageInfo totalCount
AreaSystem KEMENDAGRI BPS
AreaLevel PROVINCE CITY KECAMATAN KELURAHAN RW RT
EnrolmentUnit PERSON FAMILY_CARD HOUSEHOLD
ReleaseStatus OPEN CLOSED ABANDONED
EnrolmentStatus PROPOSED ELIGIBLE ENROLLED SUSPENDED ENDED REFUSED
Sex MALE FEMALE
Presence PRESENT MOVED_WITHIN MOVED_OUT ABROAD DEAD NOT_FOUND UNKNOWN
PersonFilter area name sex bornFrom bornTo enrolledIn
PersonOrder NAME NAME_REVERSED BORN_ON BORN_ON_NEWEST
HouseholdOrder AREA AREA_REVERSED
HouseholdFilter area
ProgrammeFilter agency
EnrolmentFilter programme agency status area person
AreaInput system code
ProposeEnrolmentInput requestId
EnrolInput requestId expectedVersion
EndEnrolmentInput requestId expectedVersion
CorrectPersonInput requestId expectedVersion
GrantRoleInput requestId expectedVersion
SuspendActorInput requestId expectedVersion
DefineProgrammeInput requestId expectedVersion
"""
"""Type, then its members with their arguments: names that clients rely on."""

NODES = (
    "Person",
    "Household",
    "FamilyCard",
    "Address",
    "Area",
    "Agency",
    "Programme",
    "Enrolment",
    "SourceRecord",
    "Match",
)


@pytest.fixture(scope="module")
def kept() -> GraphQLSchema:
    return build_schema(GOLDEN.read_text())


def members(kept: GraphQLSchema, name: str) -> dict[str, set[str]]:
    kind = kept.get_type(name)
    if isinstance(kind, GraphQLEnumType):
        return {each: set() for each in kind.values}
    if isinstance(kind, GraphQLInputObjectType):
        return {each: set() for each in kind.fields}
    assert isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType)), f"{name} is gone"
    return {each: set(field.args) for each, field in kind.fields.items()}


def test_the_kept_schema_is_the_one_in_force() -> None:
    assert GOLDEN.read_text() == sdl(), (
        "run `python -m hub.api.schema > hub/api/schema.graphql`, review the change"
    )


@pytest.mark.parametrize("line", PROMISED.split("\n")[1:-1])
def test_promised_names_stay(kept: GraphQLSchema, line: str) -> None:
    name, *wanted = line.split()
    found = members(kept, name)
    for each in wanted:
        field, _, arguments = each.rstrip(")").partition("(")
        assert field in found, f"{name}.{field} is gone"
        assert set(filter(None, arguments.split(","))) <= found[field], f"{name}.{field} lost an argument"


def test_things_with_an_id_can_be_asked_for_as_nodes(kept: GraphQLSchema) -> None:
    interface = kept.get_type("Node")
    assert isinstance(interface, GraphQLInterfaceType)
    assert {each.name for each in kept.get_possible_types(interface)} == set(NODES)


def test_every_type_and_every_field_is_described(kept: GraphQLSchema) -> None:
    bare = [
        f"{kind.name}.{name}" if name else kind.name
        for kind in kept.type_map.values()
        if not kind.name.startswith("__") and kind.name not in {"ID", "String", "Int", "Boolean", "Float"}
        for name, described in [
            ("", kind),
            *(getattr(kind, "fields", {}).items() if not isinstance(kind, GraphQLEnumType) else ()),
        ]
        if not described.description
    ]
    assert bare == []


@pytest.mark.parametrize("root", ["Query", "Mutation"])
def test_every_root_field_names_the_action_it_needs(kept: GraphQLSchema, root: str) -> None:
    kind = kept.get_type(root)
    assert isinstance(kind, GraphQLObjectType)
    for name, field in kind.fields.items():
        assert re.search(r"Needs `[a-z]+:[a-z]+`\.$", field.description or ""), name


def test_every_change_can_be_sent_twice(kept: GraphQLSchema) -> None:
    kind = kept.get_type("Mutation")
    assert isinstance(kind, GraphQLObjectType)
    for name, field in kind.fields.items():
        given = kept.get_type(str(field.args["input"].type).rstrip("!"))
        assert isinstance(given, GraphQLInputObjectType)
        assert "requestId" in given.fields, name
        assert str(field.type) == "Receipt!"
