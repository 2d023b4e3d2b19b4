"""GraphQL types of what the graph holds: persons, papers, places, programmes and who is enrolled in them.

They declare names, types and descriptions only. Values come as plain dicts, already scoped and masked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Generic, TypeVar, cast

import strawberry
from strawberry import ID, field

from hub.api.inputs import EnrolmentFilter
from hub.api.scalars import (
    JSON,
    AreaLevel,
    AreaSystem,
    CivilRegistry,
    Date,
    DateTime,
    EnrolmentStatus,
    EnrolmentUnit,
    Presence,
    ReleaseStatus,
    Sex,
)

T = TypeVar("T")

WITHHELD = (
    "Fields asked for that the asker's scope does not open (ditahan), whether or not they have a value."
)
IDENTITY = "Random id that never changes and says nothing."


@strawberry.interface(description="Anything that can be asked for again by its id.")
class Node:
    """Relay's interface of things with an id."""

    id: ID = field(description=IDENTITY)


@strawberry.type(description="Where a page lies among the others.")
class PageInfo:
    """Relay's page marker."""

    has_next_page: bool = field(description="Whether rows follow.")
    has_previous_page: bool = field(description="Whether rows precede.")
    start_cursor: str | None = field(description="Cursor of the first row, for `before`.")
    end_cursor: str | None = field(description="Cursor of the last row, for `after`.")


@strawberry.type(description="One row of a connection.")
class Edge(Generic[T]):
    """Relay's edge."""

    cursor: str = field(description="Opaque place of this row, good for `after` and `before`.")
    node: T = field(description="The row itself.")


@strawberry.type(description="A list that can grow, read page by page.")
class Connection(Generic[T]):
    """Relay's connection."""

    edges: list[Edge[T]] = field(description="The rows of this page.")
    page_info: PageInfo = field(description="Where this page lies.")
    total_count: int | None = field(description="Rows on all pages together, where the hub counts them.")


@strawberry.type(description="The name of a field that was not shown, and why (ditahan).")
class WithheldField:
    """A withheld field."""

    field: str = strawberry.field(description="Name of the field.")
    reason: str = strawberry.field(description="What is in the way: the purpose, the role, the territory.")


@strawberry.type(description="One thing that an entry says about one subject (fakta).")
class EntryFact:
    """A fact."""

    kind: str = field(description="What happened, in the past tense, e.g. `PersonCorrected`.")
    subject: ID = field(description="Id of what it is about.")
    before: JSON | None = field(description="Values before, as far as the asker may see them.")
    after: JSON | None = field(description="Values after, as far as the asker may see them.")
    withheld: list[WithheldField] = field(description=WITHHELD)
    erased: bool = field(description="Whether the personal values were erased; the proof still stands.")


@strawberry.type(description="One change in the ledger (entri buku besar).")
class Entry:
    """An entry."""

    seq: int = field(description="Its place in the ledger, from 1.")
    recorded_at: DateTime = field(description="When it was recorded, UTC.")
    actor: str = field(description="Id of who did it (pelaku).")
    agency: str | None = field(description="Code of the agency it was done for (OPD).")
    action: str = field(description="What was done, as `noun:verb`.")
    purpose: str = field(description="Code of the purpose (tujuan).")
    legal_basis: str = field(description="Legal basis of the purpose (dasar hukum).")
    policy_version: int = field(description="Version of the rules that allowed it.")
    subjects: list[ID] = field(description="Ids of what its facts are about.")
    facts: list[EntryFact] = field(description="What it says, in order.")
    leaf_hash: str = field(description="RFC 6962 hash of its leaf, hexadecimal.")


@strawberry.type(description="A code of an area in another system.")
class AreaCode:
    """An area's code elsewhere."""

    system: AreaSystem = field(description="Who gave the code.")
    code: str = field(description="Digits without dots.")


@strawberry.type(description="An administrative area (wilayah), from province to RT. Needs `area:read`.")
class Area(Node):
    """An area."""

    system: AreaSystem = field(description="Code system of `code`.")
    code: str = field(description="Digits without dots; unique within its system only.")
    name: str = field(description="Current official name (nama wilayah).")
    level: AreaLevel = field(description="Level of the area.")
    parent: Area | None = field(description="The area it is part of.")
    children: list[Area] = field(description="The areas it consists of, by code.")
    other_codes: list[AreaCode] = field(description="Its codes in other systems.")


@strawberry.type(description="A postal address as the registers write it (alamat). Needs `person:read`.")
class Address(Node):
    """An address."""

    text: str | None = field(description="The whole address as given.")
    street: str | None = field(description="Street, alley or housing complex (jalan, gang, komplek).")
    number: str | None = field(description="House number (nomor rumah).")
    rt: str | None = field(description="RT, three digits.")
    rw: str | None = field(description="RW, three digits.")
    area: Area | None = field(description="The kelurahan it lies in. Needs `area:read`.")
    withheld: list[WithheldField] = field(description=WITHHELD)


@strawberry.type(
    description="A family card (kartu keluarga, KK): a document that lists persons. Needs `person:read`."
)
class FamilyCard(Node):
    """A family card."""

    number: str | None = field(description="Its 16 digits (nomor KK).")
    head: Person | None = field(
        description="The head of the family (kepala keluarga), if the asker may see them."
    )
    persons: list[Person] = field(description="Persons listed on it whom the asker may see.")
    withheld: list[WithheldField] = field(description=WITHHELD)


@strawberry.type(description="An agency of the city (OPD). Needs `agency:read`.")
class Agency(Node):
    """An agency."""

    code: str = field(description="Short code, the one that grants and programmes name.")
    name: str = field(description="Official name (nama OPD).")
    programmes: list[Programme] = field(description="Programmes it runs. Needs `programme:read`.")


@strawberry.type(description="A programme of aid or service (program). Needs `programme:read`.")
class Programme(Node):
    """A programme."""

    code: str = field(description="Short code, unique in the hub.")
    name: str = field(description="Official name (nama program).")
    agency: Agency = field(description="The agency that runs it (OPD). Needs `agency:read`.")
    unit: EnrolmentUnit = field(description="What it enrols.")
    funded_by: str | None = field(description="Source of the budget (sumber dana).")
    needs: list[str] = field(description="Codes of the needs it answers (masalah).")
    quota: int | None = field(description="Places (kuota), when limited.")
    max_decile: int | None = field(
        description="Entitled up to this decile (desil), the newest of any register."
    )
    min_age: int | None = field(description="Entitled from this age on, in full years.")
    max_age: int | None = field(description="Entitled up to this age, in full years.")


@strawberry.type(description="What was paid out for an enrolment, once (pembayaran). Needs `enrolment:read`.")
class Payment:
    """A payment."""

    paid_on: Date | None = field(description="Day of the payment.")
    amount: int | None = field(description="Whole rupiah.")
    period: str | None = field(description="What it was paid for, e.g. `2024-2`.")
    withheld: list[WithheldField] = field(description=WITHHELD)


def _history(
    root: Mapping[str, Any],
    first: Annotated[int | None, strawberry.argument(description="Rows from the start, at most 100.")] = 20,
    after: Annotated[
        str | None, strawberry.argument(description="Cursor before the first row wanted.")
    ] = None,
) -> Connection[Entry]:
    """Declares the arguments; the question that brought the row has already answered it."""
    return cast(Connection[Entry], root["history"])


HISTORY = (
    "Entries of the ledger about it, also under ids that were merged into it, newest first; of each only what it says "
    "of it. Needs `lineage:read`."
)


@strawberry.type(
    description="A place in a programme, from proposal to end (kepesertaan). Needs `enrolment:read`."
)
class Enrolment(Node):
    """An enrolment."""

    version: int = field(description="Number of changes so far; give it back as `expectedVersion`.")
    programme: Programme = field(description="The programme. Needs `programme:read`.")
    person: Person | None = field(
        description="The person, or who stands for the unit, when the asker may see them. Needs `person:read`."
    )
    household: Household | None = field(
        description="The household that is enrolled, where the programme's unit is one, if the asker may see it."
    )
    family_card: FamilyCard | None = field(
        description="The family card that is enrolled, where the programme's unit is one, if the asker may see it."
    )
    status: EnrolmentStatus = field(description="How far it has come.")
    proposed_on: Date | None = field(description="Day of the proposal (usul).")
    eligible_on: Date | None = field(description="Day on which the person was found entitled (layak).")
    suspended_on: Date | None = field(description="Day from which it is suspended, while it is.")
    from_: Date | None = field(name="from", description="First day (mulai).")
    to: Date | None = field(description="Last day (selesai), once ended.")
    reason: str | None = field(
        description="Code of the reason why it ended, is suspended or was refused (alasan)."
    )
    periods: list[str] | None = field(description="Periods of the lists that name the person, e.g. `2024-2`.")
    last_paid_on: Date | None = field(description="Day of the newest payment known to the hub.")
    payments: list[Payment] = field(description="What was paid out, by day, as far as the asker may see it.")
    withheld: list[WithheldField] = field(description=WITHHELD)
    history: Connection[Entry] = field(resolver=_history, description=HISTORY)


@strawberry.type(description="One delivery of a register (rilis), with its counts. Needs `release:read`.")
class Release:
    """A release."""

    register: str = field(description="Code of the register (basis data), e.g. `dtks`.")
    label: str = field(description="Name under which it was delivered.")
    as_of: Date | None = field(description="The day it describes.")
    status: ReleaseStatus = field(
        description="Whether it is under way (`OPEN`), finished (`CLOSED`) or was given up (`ABANDONED`)."
    )
    accepted: int = field(description="Rows taken in.")
    repeated: int = field(description="Rows that were known already, unchanged.")
    refused: int = field(description="Rows refused, each with its reason in the report.")
    digest: str = field(description="SHA-256 of the file, hexadecimal.")


@strawberry.type(description="One row of a register as it was delivered (data asal). Needs `person:read`.")
class SourceRecord(Node):
    """A source record."""

    register: str = field(description="Code of the register it came from.")
    row_key: str | None = field(description="The register's own key of the row.")
    release: Release = field(description="The newest finished delivery that held it.")
    taken_at: DateTime = field(description="When the hub first took it in.")
    withheld: list[WithheldField] = field(description=WITHHELD)


@strawberry.type(
    description="What one row of a register said in one release (isi data asal). Needs `person:read`."
)
class SourceStatement:
    """A row's words in one release."""

    release: Release = field(description="The finished delivery that said it.")
    repeated: bool = field(description="Whether it only repeated what an earlier release had said.")
    original: JSON | None = field(description="Column → value as given.")
    standardised: JSON | None = field(description="Attribute → value after standardising.")
    erased: bool = field(description="Whether the values were erased.")
    withheld: list[WithheldField] = field(description=WITHHELD)


@strawberry.type(
    description="One finding of a register about a person or their dwelling (hasil pendataan). Needs `person:read`."
)
class Assessment:
    """A finding."""

    register: str = field(description="Code of the register that found it (basis data).")
    release: str = field(description="The delivery that found it, or found it again (rilis).")
    measure: str = field(description="What was looked at, e.g. `floor_material`, `decile`.")
    value: str | None = field(description="What was found, in the register's own words.")
    withheld: bool = field(description="Whether the value is withheld (ditahan).")
    assessed_on: Date | None = field(description="The day that the register describes.")


def _enrolments(
    root: Mapping[str, Any],
    where: Annotated[EnrolmentFilter | None, strawberry.argument(name="filter", description="Which ones.")],
) -> list[Enrolment]:
    """Declares the argument; the question that brought the row has already answered it."""
    return cast(list[Enrolment], root["enrolments"])


@strawberry.type(description="People who share a dwelling and a kitchen (rumah tangga). Needs `person:read`.")
class Household(Node):
    """A household."""

    version: int = field(description="Number of changes so far; give it back as `expectedVersion`.")
    withheld: list[WithheldField] = field(description=WITHHELD)
    head: Person | None = field(description="Its head (kepala rumah tangga), if the asker may see them.")
    members: list[Person] = field(
        description="Persons who live there now (anggota), as far as the asker may see them."
    )
    family_cards: list[FamilyCard] = field(description="Family cards that list a member (KK).")
    address: Address | None = field(description="Where it lives (alamat).")
    area: Area | None = field(description="Area of domicile (wilayah domisili). Needs `area:read`.")
    source_records: list[SourceRecord] = field(
        description="Dwellings and families of registers that it was made from (data asal)."
    )
    assessments: list[Assessment] = field(
        description="What each register found of its dwellings; classes one may not see are left out, and named."
    )
    enrolments: list[Enrolment] = field(
        resolver=_enrolments,
        description="Places in programmes that enrol households (kepesertaan). Needs `enrolment:read`.",
    )
    history: Connection[Entry] = field(resolver=_history, description=HISTORY)


@strawberry.type(description="A value as one row of a register says it.")
class SourceValue:
    """A row's value."""

    value: str | None = field(description="What it says.")
    source_record: SourceRecord = field(description="The row (data asal).")


@strawberry.type(
    description="A golden value (data induk) with what it rests on. Rows are named only where the value is shown."
)
class GoldenValue:
    """A golden value."""

    field: str = strawberry.field(
        description="Name of the person's field, e.g. `bornOn`; `area` is the kelurahan."
    )
    value: str | None = strawberry.field(description="The value as text, as far as the field is shown.")
    withheld: bool = strawberry.field(description="Whether it is withheld, wholly or partly (ditahan).")
    rule: str = strawberry.field(
        description="The criterion that decided and the edition of the survivorship rules, e.g. "
        "`civil_registry/2`; `unopposed` where all rows say the same, empty where the value is withheld."
    )
    evidence: list[SourceRecord] = strawberry.field(
        description="Rows that say the same, as far as the asker may see them."
    )
    alternatives: list[SourceValue] = strawberry.field(
        description="What other rows say, as far as the asker may see them."
    )


@strawberry.type(
    description="A person (individu): one record made of all registers (data induk). Needs `person:read`."
)
class Person(Node):
    """A golden person."""

    version: int = field(description="Number of changes so far; give it back as `expectedVersion`.")
    withheld: list[WithheldField] = field(description=WITHHELD)
    nik: str | None = field(
        description="Population number (NIK), 16 digits, or its end where only that is open."
    )
    name: str | None = field(description="Name as registered (nama).")
    sex: Sex | None = field(description="Registered sex (jenis kelamin).")
    born_on: Date | None = field(description="Birth date (tanggal lahir).")
    born_year: int | None = field(description="Year of birth, also where the day is withheld.")
    birthplace: str | None = field(description="Place of birth (tempat lahir).")
    mother_name: str | None = field(description="Mother's maiden name (nama ibu kandung).")
    marital_status: str | None = field(description="Marital status (status kawin).")
    occupation: str | None = field(description="Occupation (pekerjaan).")
    education: str | None = field(description="Highest education (pendidikan).")
    alive: bool | None = field(description="Whether the newest evidence says alive (masih hidup).")
    presence: Presence | None = field(description="Whether found at the registered place (keberadaan).")
    relation_to_head: str | None = field(description="Relation to the head of the family (hubungan).")
    civil_registry: CivilRegistry | None = field(
        description="Whether the civil registry (Dukcapil) confirms the NIK with this birth date and name; null "
        "where it holds no such NIK."
    )
    confirmed_on: Date | None = field(description="Day of the extract that confirms the person.")
    civil_differs: list[str] | None = field(
        description="Fields whose value is not what the civil registry says, e.g. `mother_name`."
    )
    values: list[GoldenValue] = field(
        description="Each golden value with the rule that chose it, its evidence and its alternatives."
    )
    household: Household | None = field(
        description="The household they live in (rumah tangga), if the asker may see it."
    )
    family_cards: list[FamilyCard] = field(description="Family cards that list the person (KK).")
    address: Address | None = field(description="Registered address (alamat).")
    area: Area | None = field(description="Area of domicile (wilayah domisili). Needs `area:read`.")
    source_records: list[SourceRecord] = field(description="Rows of registers it was made from (data asal).")
    assessments: list[Assessment] = field(
        description="What each register found at its date; classes one may not see are left out, and named."
    )

    history: Connection[Entry] = field(resolver=_history, description=HISTORY)
    enrolments: list[Enrolment] = field(
        resolver=_enrolments, description="Places in programmes (kepesertaan). Needs `enrolment:read`."
    )
