"""Queries of officers across agencies: a person by key."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import strawberry
from strawberry.types.field import StrawberryField

from hub.api.context import Root
from hub.api.officer_types import PersonCheck
from hub.api.roots import root_field
from hub.api.scalars import Date
from hub.questions import model as questions

FIELDS: list[StrawberryField] = []
ask = partial(root_field, FIELDS)

Nik = Annotated[str | None, strawberry.argument(description="The full NIK.")]
Card = Annotated[str | None, strawberry.argument(description="Else the full number of the family card (KK).")]
BornOn = Annotated[Date, strawberry.argument(description="Birth date (tanggal lahir).")]


@ask(
    PersonCheck,
    "Whether somebody is helped already (cek), by full NIK or KK and birth date; so many times an hour, each recorded.",
    needs="person:check",
)
async def check_person(root: Root, *, nik: Nik, family_card: Card, born_on: BornOn) -> Any:
    """A check by key."""
    return await root.ask(questions.PersonCheck(root.selection, born_on, nik, family_card))
