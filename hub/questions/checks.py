"""The question about a person whom the asker knows by number and birth date already."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from hub.domain.errors import InvalidInput
from hub.questions.model import PersonCheck

RECORDS = "~records"
"""Key of the source records of who was found, until the ledger has said whether a match of them waits."""
_NUMBER = re.compile(r"[0-9]{16}")


def key_of(question: PersonCheck) -> Mapping[str, str | date | None]:
    """The parameters nik, family_card and born_on. Raises InvalidInput unless one of the numbers is given in full."""
    nik, card = (_number(each) for each in (question.nik, question.family_card))
    if nik is None and card is None:
        raise InvalidInput(
            "A birth date alone names nobody.", "Give the full NIK or the full number of the family card."
        )
    try:
        born_on = date.fromisoformat(question.born_on)
    except (TypeError, ValueError):
        raise InvalidInput("The birth date is none.", "Write it as yyyy-mm-dd.") from None
    return {"nik": nik, "family_card": card, "born_on": born_on}


def _number(given: str | None) -> str | None:
    digits = None if given is None else "".join(given.split())
    if digits is not None and not _NUMBER.fullmatch(digits):
        raise InvalidInput(
            "A NIK, or KK number, has 16 digits.", "Give all of them, without dots or letters."
        )
    return digits
