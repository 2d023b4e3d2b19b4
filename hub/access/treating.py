"""What a treatment leaves of a value: the Python twin of the masks in Cypher."""

from __future__ import annotations

from datetime import date
from typing import Any

from hub.access.vocabulary import Treatment

STARS = "*" * 16
"""What is shown of a number partly: that there is one."""


def treated(how: Treatment, value: Any) -> Any:
    """A value as its treatment leaves it; dates as ISO text.

    A date of which only the year is shown gives `born_year`; the date itself stays withheld.
    """
    if value is None:
        return None
    match how:
        case Treatment.SHOW:
            return value.isoformat() if isinstance(value, date) else value
        case Treatment.PARTIAL:
            return STARS
        case Treatment.INITIALS:
            return " ".join(f"{word[0]}." for word in str(value).split(" ") if word) or None
        case _:
            return None
