"""Scalars and enums of the API: dates and instants travel as ISO 8601 text, codes as their own names."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

Date = NewType("Date", str)
DateTime = NewType("DateTime", str)
JSON = NewType("JSON", object)


def _iso(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, date):  # a datetime is a date, too
        return value.isoformat()
    raise TypeError(f"a {type(value).__name__} is no date")


def _read_date(value: Any) -> str:
    return date.fromisoformat(value).isoformat()


def _read_instant(value: Any) -> str:
    return datetime.fromisoformat(value).isoformat()


SCALARS: dict[object, ScalarDefinition] = {
    Date: strawberry.scalar(
        name="Date",
        description="A calendar day (tanggal) as `YYYY-MM-DD`.",
        serialize=_iso,
        parse_value=_read_date,
    ),
    DateTime: strawberry.scalar(
        name="DateTime",
        description="An instant in UTC, as RFC 3339 writes it.",
        serialize=_iso,
        parse_value=_read_instant,
    ),
    JSON: strawberry.scalar(
        name="JSON",
        description="Any JSON value; its shape depends on the kind of fact.",
        serialize=lambda value: value,
        parse_value=lambda value: value,
    ),
}


@strawberry.enum(description="Who numbered the areas: the same digits name different places in the two.")
class AreaSystem(StrEnum):
    """Area code systems."""

    KEMENDAGRI = "KEMENDAGRI"
    BPS = "BPS"


@strawberry.enum(description="Level of an area (wilayah).")
class AreaLevel(StrEnum):
    """Levels from province down."""

    PROVINCE = "PROVINCE"
    CITY = "CITY"
    KECAMATAN = "KECAMATAN"
    KELURAHAN = "KELURAHAN"
    RW = "RW"
    RT = "RT"


@strawberry.enum(
    description="What a programme enrols: persons, family cards (KK) or households (rumah tangga)."
)
class EnrolmentUnit(StrEnum):
    """Units of enrolment."""

    PERSON = "PERSON"
    FAMILY_CARD = "FAMILY_CARD"
    HOUSEHOLD = "HOUSEHOLD"


@strawberry.enum(description="What a person said of two rows (keputusan padan).")
class JudgementKind(StrEnum):
    """Judgements of a match."""

    SAME = "SAME"
    DIFFERENT = "DIFFERENT"
    UNSURE = "UNSURE"
    UNJUDGED = "UNJUDGED"


@strawberry.enum(description="What the civil registry (Dukcapil) says of a person's NIK.")
class CivilRegistry(StrEnum):
    """Outcomes of holding a person against the civil registry."""

    CONFIRMED = "CONFIRMED"
    CONTRADICTED = "CONTRADICTED"


@strawberry.enum(description="How far a delivery (rilis) has come; only closed ones count.")
class ReleaseStatus(StrEnum):
    """States of a release."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"
    ABANDONED = "ABANDONED"


@strawberry.enum(description="How far an enrolment (kepesertaan) has come.")
class EnrolmentStatus(StrEnum):
    """States of an enrolment."""

    PROPOSED = "PROPOSED"
    ELIGIBLE = "ELIGIBLE"
    ENROLLED = "ENROLLED"
    SUSPENDED = "SUSPENDED"
    ENDED = "ENDED"
    REFUSED = "REFUSED"


@strawberry.enum(
    description="What enrolments are ordered by; where it is withheld, in the order of their making."
)
class EnrolmentOrder(StrEnum):
    """Orders of enrolments."""

    MADE = "MADE"
    MADE_NEWEST = "MADE_NEWEST"
    FROM = "FROM"
    FROM_NEWEST = "FROM_NEWEST"
    PAID = "PAID"
    PAID_NEWEST = "PAID_NEWEST"
    STATUS = "STATUS"


@strawberry.enum(description="Sex as registered (jenis kelamin).")
class Sex(StrEnum):
    """Registered sex."""

    MALE = "MALE"
    FEMALE = "FEMALE"


@strawberry.enum(description="Whether a person was found where the registers place them (keberadaan).")
class Presence(StrEnum):
    """Findings about presence."""

    PRESENT = "PRESENT"
    MOVED_WITHIN = "MOVED_WITHIN"
    MOVED_OUT = "MOVED_OUT"
    ABROAD = "ABROAD"
    DEAD = "DEAD"
    NOT_FOUND = "NOT_FOUND"
    UNKNOWN = "UNKNOWN"


@strawberry.enum(
    description="What persons are ordered by; without a birth date comes last, or first when reversed."
)
class PersonOrder(StrEnum):
    """Orders of persons."""

    NAME = "NAME"
    NAME_REVERSED = "NAME_REVERSED"
    BORN_ON = "BORN_ON"
    BORN_ON_NEWEST = "BORN_ON_NEWEST"


@strawberry.enum(
    description="What households are ordered by; without an area comes last, or first when reversed."
)
class HouseholdOrder(StrEnum):
    """Orders of households."""

    AREA = "AREA"
    AREA_REVERSED = "AREA_REVERSED"
