"""Query: each field builds one question and hands back its answer."""

# ruff: noqa: A002  (arguments are called what the contract calls them)

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import strawberry
from strawberry import ID
from strawberry.tools import create_type
from strawberry.types.field import StrawberryField

from hub.api import officer_queries, policy_fields
from hub.api.areas import kemendagri_code
from hub.api.context import Root
from hub.api.inputs import (
    AreaInput,
    DisclosureFilter,
    EnrolmentFilter,
    EntryFilter,
    HouseholdFilter,
    MatchFilter,
    PersonFilter,
    ProgrammeFilter,
)
from hub.api.ledger_types import (
    Checkpoint,
    ConsistencyProof,
    Disclosure,
    Evidence,
    InclusionProof,
    Match,
    PairExplanation,
    SurvivorshipRules,
    UnmatchedEntry,
    Viewer,
)
from hub.api.lineage_types import Lineage
from hub.api.plan import snake
from hub.api.roots import root_field
from hub.api.scalars import AreaSystem, Date, DateTime, EnrolmentOrder, HouseholdOrder, PersonOrder
from hub.api.types import (
    Agency,
    Area,
    Connection,
    Enrolment,
    Entry,
    FamilyCard,
    Household,
    Node,
    Person,
    Programme,
    Release,
    SourceStatement,
)
from hub.domain.errors import InvalidInput
from hub.domain.ids import as_uuid
from hub.domain.selection import Pick, project
from hub.questions import model as questions
from hub.questions.model import Page

FIELDS: list[StrawberryField] = []
ask = partial(root_field, FIELDS)

First = Annotated[int | None, strawberry.argument(description="Rows from the start, at most 100.")]
After = Annotated[str | None, strawberry.argument(description="Cursor before the first row wanted.")]
Last = Annotated[int | None, strawberry.argument(description="Rows from the end instead, at most 100.")]
Before = Annotated[str | None, strawberry.argument(description="Cursor behind the last row wanted.")]
PersonOrders = Annotated[
    list[PersonOrder] | None, strawberry.argument(description="One order; by name unless given.")
]
HouseholdOrders = Annotated[
    list[HouseholdOrder] | None,
    strawberry.argument(description="One order; that of their making unless given."),
]
EnrolmentOrders = Annotated[
    list[EnrolmentOrder] | None,
    strawberry.argument(description="One order; that of their making unless given."),
]


@ask(
    Node | None,
    "Anything by its id; null when there is none for this asker. What it is needs its own right beside it.",
    needs="viewer:read",
)
async def node(root: Root, id: ID) -> Any:
    """One thing, whatever it is."""
    try:
        subject = as_uuid(id, "id")
    except InvalidInput:
        return None
    found = await root.ask(questions.NodeById(subject, root.selections))
    if found is not None and found["__typename"] == "Match":  # the ledger knows no selection
        return {**project(found, root.selections["Match"]), "__typename": "Match"}
    return found


@ask(Viewer, "Who is asking: roles, agency, purposes.", needs="viewer:read")
async def viewer(root: Root) -> Any:
    """The asker."""
    return await root.ask_whole(questions.Viewer())


AsOf = Annotated[
    DateTime | None,
    strawberry.argument(
        description="As it was then. It moves data, never rights: what may be seen is decided by today."
    ),
]


@ask(Person | None, "One person (individu).", needs="person:read")
async def person(root: Root, id: ID, as_of: AsOf) -> Any:
    """One person by id."""
    return await root.ask(questions.PersonById(as_uuid(id, "id"), root.selection, as_of))


@ask(Person | None, "The person who carries this NIK.", needs="person:read")
async def person_by_nik(root: Root, nik: str) -> Any:
    """One person by NIK."""
    return await root.ask(questions.PersonByNik(nik, root.selection))


@ask(Connection[Person], "Persons (individu) by name, page by page.", needs="person:read")
async def persons(  # noqa: PLR0913  # the contract's arguments, all by name
    root: Root,
    *,
    filter: PersonFilter | None,
    order_by: PersonOrders,
    first: First = 20,
    after: After,
    last: Last,
    before: Before,
) -> Any:
    """Persons of an area, or by what else is known of them."""
    wanted = filter or PersonFilter(
        area=None, name=None, sex=None, born_from=None, born_to=None, enrolled_in=None
    )
    return await root.ask(
        questions.Persons(
            root.selection,
            await kemendagri_code(root, wanted.area),
            Page(first, after, last, before),
            name=wanted.name,
            sex=wanted.sex and wanted.sex.value,
            born_from=wanted.born_from,
            born_to=wanted.born_to,
            enrolled_in=wanted.enrolled_in,
            order=_order(order_by),
        )
    )


@ask(
    Connection[Person],
    "The persons whose names are most like a text, 20 at most: of an area, or born on a day.",
    needs="person:read",
)
async def search_persons(  # noqa: PLR0913  # the contract's arguments, all by name
    root: Root,
    text: str,
    area: AreaInput | None,
    born_on: Date | None,
    *,
    first: First = 20,
    after: After,
) -> Any:
    """A search that bears other spellings, slips, titles and words changed about."""
    return await root.ask(
        questions.PersonsByName(
            text, root.selection, await kemendagri_code(root, area), born_on, Page(first, after)
        )
    )


def _order(given: list[Any] | None) -> str | None:
    """The order asked for. Raises InvalidInput for several: each one is whole, so that a second says nothing."""
    if not given:
        return None
    if len(given) > 1:
        raise InvalidInput("Rows can be ordered by one thing.", "Give one order; ties go by id.")
    return str(given[0].value)


@ask(Household | None, "One household (rumah tangga).", needs="person:read")
async def household(root: Root, id: ID, as_of: AsOf) -> Any:
    """One household by id."""
    return await root.ask(questions.HouseholdById(as_uuid(id, "id"), root.selection, as_of))


@ask(Connection[Household], "Households (rumah tangga), page by page.", needs="person:read")
async def households(
    root: Root,
    *,
    filter: HouseholdFilter | None,
    order_by: HouseholdOrders,
    first: First = 20,
    after: After,
) -> Any:
    """Households of an area."""
    area = await kemendagri_code(root, filter.area if filter else None)
    return await root.ask(questions.Households(root.selection, area, Page(first, after), _order(order_by)))


@ask(FamilyCard | None, "The family card (kartu keluarga) with this number.", needs="person:read")
async def family_card(root: Root, number: str) -> Any:
    """One family card by its number."""
    return await root.ask(questions.FamilyCardByNumber(number, root.selection))


@ask(Area | None, "One area (wilayah) by its code.", needs="area:read")
async def area(root: Root, code: str, system: AreaSystem = AreaSystem.KEMENDAGRI) -> Any:
    """One area."""
    return await root.ask(questions.AreaByCode(system.value, code.replace(".", ""), root.selection))


@ask(list[Agency], "Agencies of the city (OPD), by code.", needs="agency:read")
async def agencies(root: Root) -> Any:
    """All agencies."""
    return await root.ask(questions.Agencies(root.selection))


@ask(list[Programme], "Programmes (program), by code.", needs="programme:read")
async def programmes(
    root: Root,
    filter: ProgrammeFilter | None,
) -> Any:
    """All programmes, or those of an agency."""
    return await root.ask(questions.Programmes(root.selection, filter.agency if filter else None))


@ask(Programme | None, "One programme (program) by its code.", needs="programme:read")
async def programme(root: Root, code: str) -> Any:
    """One programme: all are few, so they are asked and this one is picked out."""
    selection, taken = root.selection, {each.key for each in root.selection}
    key = next((each.key for each in selection if each.name == "code"), None)
    if key is None:
        key = next(name for name in (f"code{n}" for n in range(len(taken) + 1)) if name not in taken)
        selection = (*selection, Pick("code", key))
    found = await root.ask(questions.Programmes(selection))
    return next((each for each in found if each[key] == code), None)


@ask(Enrolment | None, "One enrolment (kepesertaan).", needs="enrolment:read")
async def enrolment(root: Root, id: ID, as_of: AsOf) -> Any:
    """One enrolment by id."""
    return await root.ask(questions.EnrolmentById(as_uuid(id, "id"), root.selection, as_of))


@ask(Connection[Enrolment], "Enrolments (kepesertaan) across programmes.", needs="enrolment:read")
async def enrolments(
    root: Root,
    *,
    filter: EnrolmentFilter | None,
    order_by: EnrolmentOrders,
    first: First = 20,
    after: After,
) -> Any:
    """Enrolments by programme, agency, status, area, person or household."""
    wanted = filter or EnrolmentFilter(
        programme=None, agency=None, status=None, area=None, person=None, household=None
    )
    return await root.ask(
        questions.Enrolments(
            root.selection,
            programme=wanted.programme,
            agency=wanted.agency,
            status=wanted.status and wanted.status.value,
            area=await kemendagri_code(root, wanted.area),
            person=wanted.person and as_uuid(wanted.person, "person"),
            household=wanted.household and as_uuid(wanted.household, "household"),
            order=_order(order_by),
            page=Page(first, after),
        )
    )


@ask(
    list[Release],
    "Deliveries of registers (rilis), newest first, also unfinished ones.",
    needs="release:read",
)
async def releases(root: Root, register: str | None) -> Any:
    """Releases of one register, or of all."""
    return await root.ask_whole(questions.Releases(register))


@ask(
    list[SourceStatement],
    "What a row of a register said in each finished release, newest first; its `id` is that of the source record.",
    needs="person:read",
)
async def source_statements(root: Root, record: ID) -> Any:
    """A source record through its releases."""
    return await root.ask_whole(questions.SourceStatements(as_uuid(record, "record")))


@ask(Connection[Match], "Pairs of rows that wait for a judgement, the likeliest first.", needs="match:read")
async def match_queue(root: Root, *, filter: MatchFilter | None, first: First = 20, after: After) -> Any:
    """The queue of the data steward."""
    person = as_uuid(filter.person, "person") if filter and filter.person else None
    return await root.ask_whole(questions.MatchQueue(person, Page(first, after)))


@ask(
    Connection[UnmatchedEntry],
    "Entries of a programme's lists that enrol nobody yet, those nearest to somebody first.",
    needs="match:read",
)
async def unmatched_entries(root: Root, programme: str, *, first: First = 20, after: After) -> Any:
    """What is left of the lists of an agency."""
    return await root.ask_whole(questions.UnmatchedEntries(programme, Page(first, after)))


@ask(
    SurvivorshipRules,
    "The rules in force by which golden values are chosen (aturan pemilihan nilai).",
    needs="survivorship:read",
)
async def survivorship_rules(root: Root) -> Any:
    """The rules."""
    return await root.ask_whole(questions.SurvivorshipInForce())


@ask(Match | None, "One pair of rows with every level and weight (padanan).", needs="match:read")
async def match(root: Root, id: ID) -> Any:
    """One match."""
    return await root.ask_whole(questions.MatchById(as_uuid(id, "id")))


@ask(PairExplanation | None, "Why two source records or persons are one, or not.", needs="match:read")
async def explain_pair(root: Root, left: ID, right: ID) -> Any:
    """An explanation; null when either is not there for this asker."""
    return await root.ask_whole(questions.PairExplained(as_uuid(left, "left"), as_uuid(right, "right")))


@ask(
    Lineage | None,
    "Where a person, household, enrolment or source record comes from, or one golden `field` of a person, and what was "
    "decided from it, up to `depth` steps.",
    needs="lineage:read",
)
async def lineage(root: Root, subject: ID, field: str | None, depth: int = 3) -> Any:
    """A lineage; null when there is no such subject for this asker."""
    wanted = None if field is None else snake(field)
    return await root.ask_whole(questions.Lineage(as_uuid(subject, "subject"), wanted, depth))


@ask(Connection[Entry], "Entries of the ledger (buku besar), newest first.", needs="entry:read")
async def ledger_entries(
    root: Root,
    *,
    filter: EntryFilter | None,
    first: First = 20,
    after: After,
) -> Any:
    """Entries about a subject, by an actor, of a time, or all."""
    page = Page(first, after)
    if filter is None:
        return await root.ask_whole(questions.LedgerEntries(page=page))
    return await root.ask_whole(
        questions.LedgerEntries(
            filter.subject,
            filter.actor,
            page,
            filter.agency,
            filter.action,
            questions.Between(filter.from_, filter.to),
        )
    )


@ask(Entry | None, "One entry of the ledger (entri).", needs="entry:read")
async def ledger_entry(root: Root, seq: int) -> Any:
    """One entry by its place."""
    return await root.ask_whole(questions.LedgerEntry(seq))


@ask(Checkpoint, "The newest signed state of at least `size` entries.", needs="ledger:prove")
async def ledger_checkpoint(root: Root, size: int | None) -> Any:
    """A signed checkpoint."""
    return await root.ask_whole(questions.LedgerCheckpoint(size))


@ask(InclusionProof, "Proof that an entry stands in the ledger.", needs="ledger:prove")
async def inclusion_proof(root: Root, seq: int, size: int | None) -> Any:
    """A proof of inclusion."""
    return await root.ask_whole(questions.InclusionProof(seq, size))


@ask(
    ConsistencyProof,
    "Proof that the first `from` entries are the beginning of the first `to`.",
    needs="ledger:prove",
)
async def consistency_proof(
    root: Root, from_: Annotated[int, strawberry.argument(name="from")], to: int
) -> Any:
    """A proof of consistency."""
    return await root.ask_whole(questions.ConsistencyProof(from_, to))


@ask(
    Evidence,
    "A file that proves an entry to an outsider; `facts` are places from 0, all unless given.",
    needs="entry:prove",
)
async def evidence(root: Root, seq: int, facts: list[int] | None, closed: bool = False) -> Any:
    """An evidence file, without payloads when `closed`."""
    places = tuple(facts) if facts is not None else None
    return await root.ask_whole(questions.Evidence(seq, places, closed))


@ask(Connection[Disclosure], "Who saw what, when, what for; newest first.", needs="disclosure:read")
async def disclosures(
    root: Root,
    *,
    filter: DisclosureFilter | None,
    first: First = 20,
    after: After,
) -> Any:
    """Disclosures about a person, to an actor, of a time, or all."""
    page = Page(first, after)
    if filter is None:
        return await root.ask_whole(questions.Disclosures(page=page))
    return await root.ask_whole(
        questions.Disclosures(
            filter.person,
            filter.actor,
            page,
            filter.agency,
            filter.purpose,
            questions.Between(filter.from_, filter.to),
        )
    )


Query = create_type(
    "Query",
    [*FIELDS, *officer_queries.FIELDS, *policy_fields.QUERIES],
    description="Everything that can be asked. What one may not see comes back withheld, or not at all.",
)
