"""Addresses as far as the first version reads them: the text tidied, RT and RW as three digits.

Source: notations of FORMATS (DTKS, columns ALAMAT, RT, RW).
"""

from __future__ import annotations

import re
from functools import lru_cache

from hub.domain.standard.text import known

_NUMBER = re.compile(r"(?:R\s?[TW]\s?[.:/]?\s*)?([0-9]{1,3})").fullmatch


def text(value: str) -> str | None:
    """The address text in upper case with single blanks; None when the cell holds none."""
    return known(value)


@lru_cache(maxsize=1 << 12)
def rt_or_rw(value: str) -> str | None:
    """The number of an RT or RW as three digits, from `3`, `03`, `003`, `RT 03`, `RW.5`; else None."""
    found = _NUMBER(known(value) or "")
    if found is None or int(found[1]) == 0:
        return None
    return found[1].zfill(3)
