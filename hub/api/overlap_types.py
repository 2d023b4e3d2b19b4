"""GraphQL types and inputs of enrolments that do not go together."""

from __future__ import annotations

from enum import StrEnum

import strawberry
from strawberry import ID, field

from hub.api.inputs import AreaInput, Change
from hub.api.scalars import Date
from hub.api.types import Enrolment, Household, Person, WithheldField


@strawberry.enum(
    description="What a rule looks at: one person more than once in a programme, or in programmes that exclude each "
    "other; enrolled, though dead, moved or not found; two persons of one household in a programme."
)
class OverlapKind(StrEnum):
    """Kinds of rules."""

    TWICE = "TWICE"
    EXCLUSIVE = "EXCLUSIVE"
    PRESENCE = "PRESENCE"
    ONE_PER_HOUSEHOLD = "ONE_PER_HOUSEHOLD"


@strawberry.enum(description="Whether a rule forbids, or only flags for a look.")
class OverlapSeverity(StrEnum):
    """How much a rule says."""

    FORBIDDEN = "FORBIDDEN"
    FLAGGED = "FLAGGED"


@strawberry.type(description="Which enrolments do not go together, and why (aturan). Needs `overlap:find`.")
class OverlapRule:
    """A rule."""

    code: str = field(description="Short code, unique among the rules.")
    kind: OverlapKind = field(description="What it looks at.")
    severity: OverlapSeverity = field(description="Whether it forbids or flags.")
    says: str = field(description="What it says (bunyi aturan).")
    basis: str = field(description="What it rests on (dasar hukum).")
    programmes: list[str] = field(description="Codes of the programmes it is about; none for all.")
    against: list[str] = field(description="With which programmes they do not go together.")
    presence: list[str] = field(description="With which states of a person they do not go together.")
    from_: Date | None = field(name="from", description="First day in force.")
    to: Date | None = field(description="Last day in force.")


@strawberry.type(
    description="Enrolments that a rule forbids or flags (tumpang tindih), as far as the asker may see them. "
    "Needs `overlap:find`."
)
class Overlap:
    """An overlap."""

    rule: OverlapRule = field(description="The rule.")
    severity: OverlapSeverity = field(description="That of the rule.")
    person: Person | None = field(description="Whose enrolments they are; none where they are a household's.")
    household: Household | None = field(
        description="Whose members' enrolments they are, where the rule is about households."
    )
    enrolments: list[Enrolment] = field(description="Those that do not go together, the older first.")
    withheld: list[WithheldField] = field(
        description="Names `enrolments` where one of them is not open to the asker (ditahan)."
    )


@strawberry.input(description="Which overlaps (tumpang tindih).")
class OverlapFilter:
    """Filter of overlaps."""

    rule: str | None = field(description="By the rule with this code.")
    severity: OverlapSeverity | None = field(description="By rules that forbid, or that flag.")
    programme: str | None = field(description="In which an enrolment of this programme takes part.")
    agency: str | None = field(description="In which an enrolment of this agency takes part.")
    person: ID | None = field(description="Of this person, or of somebody of whose household.")
    area: AreaInput | None = field(description="Of persons, or households, of this area.")


@strawberry.input(description="Which enrolments do not go together, and why.")
class OverlapRuleInput:
    """A rule to be set."""

    code: str = field(description="Short code, unique among the rules.")
    kind: OverlapKind = field(description="What it looks at.")
    severity: OverlapSeverity = field(description="Whether it forbids or flags.")
    says: str = field(description="What it says (bunyi aturan).")
    basis: str = field(description="What it rests on (dasar hukum).")
    programmes: list[str] | None = field(description="Codes of the programmes it is about; none for all.")
    against: list[str] | None = field(description="`EXCLUSIVE`: with which they do not go together.")
    presence: list[str] | None = field(description="`PRESENCE`: with which states, e.g. `DEAD`.")
    from_: Date | None = field(name="from", description="First day in force.")
    to: Date | None = field(description="Last day in force.")


@strawberry.input(description="Puts a whole set of rules in force, in place of the one before.")
class SetOverlapRulesInput(Change):
    """Input of setOverlapRules."""

    rules: list[OverlapRuleInput] = field(description="All rules from now on.")
