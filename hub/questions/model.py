"""What may be asked, and what an answer is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.domain.selection import Selection


@dataclass(frozen=True, slots=True)
class Answer:
    """What the asker gets: plain dicts and lists keyed as picked, and how current they are."""

    data: Any
    as_of_seq: int
    """The ledger entry up to which the graph had been written."""
    behind: bool = False
    """True when entries exist that the graph does not show yet."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a connection: `first` rows after a cursor, or `last` rows before one."""

    first: int | None = 20
    after: str | None = None
    last: int | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Trail:
    """Entries about a subject that the ledger has still to put into an answer."""

    into: dict[str, Any]
    """The object of the answer."""
    key: str
    subject: str | None
    """None where they are not open: then the page is empty."""
    slot: str = ""
    """Which arguments of the selection ask for the page."""
    picks: Selection = ()
    page: Page = field(default_factory=Page)
    upto: int | None = None
    """The newest entry that may be shown; None for all."""


@dataclass(frozen=True, slots=True)
class Viewed:
    """A view before it leaves: the data, and what has to be recorded of it."""

    data: Any
    seen: tuple[str, ...]
    """Ids of everything personal in it, at every level; each once, in the order of the answer."""
    withheld: tuple[str, ...]
    """Asked values that may have come masked or not at all, as `Person.mother_name`."""
    trails: tuple[Trail, ...] = ()
    """What is still to be put into it."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who am I: name, roles, agency, purposes open to me."""


@dataclass(frozen=True, slots=True)
class ApiSchema:
    """The schema of the API; whoever may not read it is not helped with the spelling of its names either."""


@dataclass(frozen=True, slots=True)
class PersonById:
    """One golden person, as they are or as the graph showed them after an earlier moment."""

    id: str
    selection: Selection
    as_of: str | None = None
    """RFC 3339, with a time zone."""


@dataclass(frozen=True, slots=True)
class PersonByNik:
    """The golden person who carries this NIK."""

    nik: str
    selection: Selection


@dataclass(frozen=True, slots=True)
class PersonCheck:
    """Whether a person is known, enrolled, entitled or doubled, by a full number and the birth date."""

    selection: Selection
    born_on: str
    nik: str | None = None
    family_card: str | None = None
    """Number of a family card that lists them; with `nik`, either will do."""


@dataclass(frozen=True, slots=True)
class Persons:
    """Persons of an area, by name. `selection` is that of the connection (edges, page_info, total_count)."""

    selection: Selection
    area: str | None = None
    """Kemendagri code, digits only, of any level."""
    page: Page = field(default_factory=Page)
    name: str | None = None
    """Beginning of the name, titles left out."""
    sex: str | None = None
    born_from: str | None = None
    """First day, ISO."""
    born_to: str | None = None
    """Last day, ISO."""
    enrolled_in: str | None = None
    """Code of a programme in which they are enrolled now."""
    order: str | None = None
    """NAME, NAME_REVERSED, BORN_ON or BORN_ON_NEWEST; without one by name, as far as that may be seen."""


@dataclass(frozen=True, slots=True)
class PersonsByName:
    """Persons whose names are like a text, the likest first: 20 at most, of an area or born on a day."""

    text: str
    selection: Selection
    """That of the connection."""
    area: str | None = None
    """Kemendagri code, digits only, of any level."""
    born_on: str | None = None
    page: Page = field(default_factory=Page)


@dataclass(frozen=True, slots=True)
class HouseholdById:
    """One household, as it is or as the graph showed it after an earlier moment."""

    id: str
    selection: Selection
    as_of: str | None = None
    """RFC 3339, with a time zone."""


@dataclass(frozen=True, slots=True)
class EnrolmentById:
    """One enrolment, as it is or as the graph showed it after an earlier moment."""

    id: str
    selection: Selection
    as_of: str | None = None
    """RFC 3339, with a time zone."""


@dataclass(frozen=True, slots=True)
class Households:
    """Households of an area. `selection` is that of the connection."""

    selection: Selection
    area: str | None = None
    """Kemendagri code, digits only, of any level."""
    page: Page = field(default_factory=Page)
    order: str | None = None
    """AREA or AREA_REVERSED; without one in the order of their making."""


@dataclass(frozen=True, slots=True)
class FamilyCardByNumber:
    """The family card with this number."""

    number: str
    selection: Selection


@dataclass(frozen=True, slots=True)
class AreaByCode:
    """One area by a code of one of the two systems."""

    system: str
    code: str
    selection: Selection


@dataclass(frozen=True, slots=True)
class Agencies:
    """All agencies."""

    selection: Selection


@dataclass(frozen=True, slots=True)
class Programmes:
    """All programmes, or those of one agency."""

    selection: Selection
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class Enrolments:
    """Enrolments, across programmes. `selection` is that of the connection."""

    selection: Selection
    programme: str | None = None
    agency: str | None = None
    status: str | None = None
    area: str | None = None
    person: str | None = None
    household: str | None = None
    """Of its members."""
    order: str | None = None
    """MADE, FROM, PAID or STATUS, the first three also as MADE_NEWEST …"""
    page: Page = field(default_factory=Page)


@dataclass(frozen=True, slots=True)
class Overlaps:
    """Enrolments that a rule forbids or flags, across programmes. `selection` is that of the connection."""

    selection: Selection
    rule: str | None = None
    """Code of a rule."""
    severity: str | None = None
    programme: str | None = None
    agency: str | None = None
    person: str | None = None
    """This person, or somebody of whose household."""
    area: str | None = None
    page: Page = field(default_factory=Page)
    rules: tuple[Mapping[str, Any], ...] = ()
    """The rules in force: the door fills them in."""


@dataclass(frozen=True, slots=True)
class OverlapRules:
    """The rules by which enrolments overlap, as they are in force."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One entry of the changes, with its facts."""

    seq: int


@dataclass(frozen=True, slots=True)
class Between:
    """A stretch of time: from `since` on, and before `until`; RFC 3339 with a time zone, None for no bound."""

    since: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class LedgerEntries:
    """Entries of the changes, newest first."""

    subject: str | None = None
    actor: str | None = None
    """Id or log-in name."""
    page: Page = field(default_factory=Page)
    agency: str | None = None
    action: str | None = None
    between: Between = field(default_factory=Between)


@dataclass(frozen=True, slots=True)
class LedgerCheckpoint:
    """The newest signed checkpoint, or the newest one of at least `size` entries."""

    size: int | None = None


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """The proof that an entry stands in the ledger of `size` entries."""

    seq: int
    size: int | None = None


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """The proof that the changes as of `size1` entries are the beginning of those as of `size2`."""

    size1: int
    size2: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What proves one entry to an outsider, with as much of its facts as the asker may see."""

    seq: int
    facts: tuple[int, ...] | None = None
    """Places of the facts to enclose, from 0; None for all."""
    closed: bool = False
    """Without payloads, whoever asks."""


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where a subject, or one golden value of a person, comes from, and what was decided from it."""

    subject: str
    field: str | None = None
    depth: int = 3


@dataclass(frozen=True, slots=True)
class Disclosures:
    """Who saw what, when, what for; newest first."""

    person: str | None = None
    """Also as those whom merging made them; any other subject by its id, too."""
    actor: str | None = None
    """Id or log-in name."""
    page: Page = field(default_factory=Page)
    agency: str | None = None
    purpose: str | None = None
    between: Between = field(default_factory=Between)


@dataclass(frozen=True, slots=True)
class Releases:
    """Deliveries with their status and counts, newest first."""

    register: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class SourceStatements:
    """What one row of a register said in each finished release, newest first."""

    record: str
    """Id of the source record."""


@dataclass(frozen=True, slots=True)
class ReleasePersons:
    """Which person each row of a release was given to, or each entry of a list, a stretch at a time: with their keys."""

    release: str
    after: int = 0
    """Entry after which to go on: `next` of the stretch before."""


@dataclass(frozen=True, slots=True)
class ReleaseHouseholds:
    """Of which household each dwelling of a release is, a stretch at a time: dwellings with their keys."""

    release: str
    after: int = 0
    """Entry after which to go on: `next` of the stretch before."""


@dataclass(frozen=True, slots=True)
class ReleaseRecords:
    """Ids of the person records that a release brought, a stretch at a time: for the matcher."""

    release: str
    after: int = 0
    """Entry after which to go on: `next` of the stretch before."""


@dataclass(frozen=True, slots=True)
class MatchRows:
    """Every person's row with its newest finished words, a stretch at a time: for the matcher alone."""

    after: str = ""
    """Record after which to go on: `next` of the stretch before."""


@dataclass(frozen=True, slots=True)
class MatchesKnown:
    """What was found and judged of pairs of rows, a stretch at a time: for the matcher alone."""

    after: str = ""
    """Match after which to go on: `next` of the stretch before."""


@dataclass(frozen=True, slots=True)
class Stays:
    """In which dwellings persons stand, a stretch at a time: for the matcher alone."""

    after: str = ""
    """Record after which to go on: `next` of the stretch before."""


@dataclass(frozen=True, slots=True)
class EntryRows:
    """Every entry of a programme list with what was found of it, a stretch at a time: for the matcher alone."""

    after: str = ""
    """Record after which to go on: `next` of the stretch before."""


@dataclass(frozen=True, slots=True)
class HouseholdsKnown:
    """The households that stand, a stretch at a time: for the matcher alone."""

    after: str = ""
    """Household after which to go on: `next` of the stretch before."""


@dataclass(frozen=True, slots=True)
class RunningModel:
    """The match model in force."""


@dataclass(frozen=True, slots=True)
class SurvivorshipInForce:
    """The survivorship rules in force, and up to which edition all persons were chosen anew."""


@dataclass(frozen=True, slots=True)
class PersonsStanding:
    """Persons with the edition of the rules that chose their values, a stretch at a time: for the matcher alone."""

    after: str = ""
    """Person after whom to go on: `next` of the stretch before."""


@dataclass(frozen=True, slots=True)
class MatchQueue:
    """Pairs of rows that wait for a person's judgement, the likeliest first."""

    person: str | None = None
    """Only pairs in which a row of this person stands."""
    page: Page = field(default_factory=Page)


@dataclass(frozen=True, slots=True)
class MatchById:
    """What is known of one pair of rows."""

    id: str


@dataclass(frozen=True, slots=True)
class PairExplained:
    """Why two source records, or two persons, are one or not."""

    left: str
    right: str


@dataclass(frozen=True, slots=True)
class UnmatchedEntries:
    """Entries of a programme's lists that were given to nobody, each with the persons who came nearest."""

    programme: str
    """Code of the programme."""
    page: Page = field(default_factory=Page)


@dataclass(frozen=True, slots=True)
class FamilyCardById:
    """One family card."""

    id: str
    selection: Selection


@dataclass(frozen=True, slots=True)
class AddressById:
    """One address."""

    id: str
    selection: Selection


@dataclass(frozen=True, slots=True)
class AreaById:
    """One area by its id."""

    id: str
    selection: Selection


@dataclass(frozen=True, slots=True)
class AgencyById:
    """One agency by its id."""

    id: str
    selection: Selection


@dataclass(frozen=True, slots=True)
class ProgrammeById:
    """One programme by its id."""

    id: str
    selection: Selection


@dataclass(frozen=True, slots=True)
class SourceRecordById:
    """One row of a register."""

    id: str
    selection: Selection


@dataclass(frozen=True, slots=True)
class NodeById:
    """Whatever has this id; the answer says by `__typename` what it is."""

    id: str
    selections: Mapping[str, Selection]
    """Name of each type it may be → what is asked of it."""


@dataclass(frozen=True, slots=True)
class RunningPolicy:
    """The policy in force: rules, roles, purposes, and the changes to it that wait for approval."""


@dataclass(frozen=True, slots=True)
class PolicyVersions:
    """Every version of the policy, newest first."""

    page: Page = field(default_factory=Page)


@dataclass(frozen=True, slots=True)
class Actors:
    """Who works with the hub, with their grants, by log-in name."""

    page: Page = field(default_factory=Page)


@dataclass(frozen=True, slots=True)
class AccessExplained:
    """Whether an actor may do something, by which rule, and which rules nearly opened it."""

    actor: str
    """Log-in name or id."""
    action: str
    subject: str | None = None
    """Id of one thing; what holds for it is told only to who may read it."""
    field: str | None = None
    """A property, as `nik` or `Person.nik`."""
    purpose: str | None = None


@dataclass(frozen=True, slots=True)
class PolicySimulated:
    """What a change to the policy would give and take: treatments before and after, and counts of rows."""

    add_rules: tuple[str, ...] = ()
    remove_rules: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    """File name → its whole new text."""
    base_version: int | None = None
    """Version of the policy that the asker has seen; refused when it is another by now."""
