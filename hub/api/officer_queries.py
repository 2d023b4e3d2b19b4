"""Queries of officers across agencies: a person by key, and enrolments that do not go together."""

# ruff: noqa: A002  (arguments are called what the contract calls them)

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Annotated, Any

import strawberry
from strawberry.types.field import StrawberryField

from hub.api.areas import kemendagri_code
from hub.api.context import Root
from hub.api.officer_types import PersonCheck
from hub.api.overlap_types import Overlap, OverlapFilter, OverlapRule
from hub.api.roots import root_field
from hub.api.scalars import Date
from hub.api.types import Connection
from hub.domain.ids import as_uuid
from hub.questions import model as questions
from hub.questions.model import Page

FIELDS: list[StrawberryField] = []
ask = partial(root_field, FIELDS)

Nik = Annotated[str | None, strawberry.argument(description="The full NIK.")]
Card = Annotated[str | None, strawberry.argument(description="Else the full number of the family card (KK).")]
First = Annotated[int | None, strawberry.argument(description="Rows from the start, at most 100.")]
After = Annotated[str | None, strawberry.argument(description="Cursor before the first row wanted.")]
BornOn = Annotated[Date, strawberry.argument(description="Birth date (tanggal lahir).")]


@ask(
    PersonCheck,
    "Whether somebody is helped already (cek), by full NIK or KK and birth date; so many times an hour, each recorded.",
    needs="person:check",
)
async def check_person(root: Root, *, nik: Nik, family_card: Card, born_on: BornOn) -> Any:
    """A check by key."""
    return await root.ask(questions.PersonCheck(root.selection, born_on, nik, family_card))


@ask(
    Connection[Overlap],
    "Enrolments that a rule forbids or flags, across programmes (tumpang tindih), by rule.",
    needs="overlap:find",
)
async def overlaps(root: Root, *, filter: OverlapFilter | None, first: First = 20, after: After) -> Any:
    """Overlaps by rule, severity, programme, agency, person or area."""
    asked = questions.Overlaps(root.selection, page=Page(first, after))
    if filter is not None:
        asked = replace(
            asked,
            rule=filter.rule,
            severity=filter.severity and filter.severity.value,
            programme=filter.programme,
            agency=filter.agency,
            person=filter.person and as_uuid(filter.person, "person"),
            area=await kemendagri_code(root, filter.area),
        )
    return await root.ask(asked)


@ask(list[OverlapRule], "The rules by which enrolments overlap (aturan), by code.", needs="overlap:find")
async def overlap_rules(root: Root) -> Any:
    """The rules in force."""
    return await root.ask_whole(questions.OverlapRules())
