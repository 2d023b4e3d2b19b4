"""Reason codes as data: why an enrolment ends, is suspended, or is never made."""

from __future__ import annotations

from hub.domain.errors import InvalidInput

ENDING = (
    "DEAD", "MOVED_OUT_CITY", "MOVED_WITHIN", "NOT_FOUND", "UNKNOWN_TO_RT", "DUPLICATE", "NIK_INVALID", "KK_INVALID",
    "REFUSED", "RESIGNED", "WELL_OFF", "GRADUATED", "CIVIL_SERVANT", "CERTIFIED_TEACHER", "BUSINESS_OWNER",
    "WAGE_ABOVE_UMP", "VILLAGE_OFFICIAL", "PLN_NON_SUBSIDISED", "CAR_OWNER", "NO_HEIR", "ABROAD", "INACTIVE_KTP",
)  # fmt: skip
"""The categories that audits of aid lists use."""
SUSPENDING = (*ENDING, "UNDER_VERIFICATION", "DATA_INCOMPLETE", "NOT_COLLECTED")
"""Those, and what may still turn out well."""
REFUSING = (*ENDING, "NOT_ENTITLED", "ALREADY_HELPED", "NO_PLACE", "DATA_INCOMPLETE")
"""Those, and what speaks against a proposal only."""


def reason(value: str, known: tuple[str, ...]) -> str:
    """The code itself. Raises InvalidInput for one that is not among the known."""
    if value not in known:
        raise InvalidInput(f"{value!r} is no reason code.", f"One of {', '.join(known)}.")
    return value
