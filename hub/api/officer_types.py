"""GraphQL types of what officers ask across agencies."""

from __future__ import annotations

import strawberry
from strawberry import field

from hub.api.scalars import Date, EnrolmentStatus
from hub.api.types import Programme


@strawberry.type(description="An enrolment of whoever was checked, without anything about the person.")
class CheckedEnrolment:
    """A checked enrolment."""

    programme: Programme = field(description="The programme, of whatever agency.")
    status: EnrolmentStatus = field(description="How far it has come.")
    from_: Date | None = field(name="from", description="First day (mulai).")
    to: Date | None = field(description="Last day (selesai), once ended.")


@strawberry.type(
    description="What the hub says of a person whose number and birth date are given: nothing that was not given. "
    "Needs `person:check`."
)
class PersonCheck:
    """An answer by key."""

    known: bool = field(description="Whether anybody has this number and birth date.")
    enrolments: list[CheckedEnrolment] = field(
        description="Their places in programmes of all agencies (kepesertaan)."
    )
    eligible_for: list[Programme] = field(
        description="Programmes whose stated conditions they fulfil and in which they have no place, and those for "
        "which an officer found them eligible (layak). A programme that states no condition is never among them."
    )
    possible_duplicate: bool = field(
        description="Whether a pair of their rows waits for a judgement, or two persons fit: twins may, too."
    )
