"""Looks at a stretch of a file before it is taken in: its system of area codes, and what a spreadsheet did to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import Any

CODE_SYSTEMS = ("KEMENDAGRI", "BPS")
DECISIVE = 0.8
"""Share of the telling codes that must be of one system; a family under the other system's code is one of many."""
KNOWN = 0.5
"""Share of the codes that some list must hold; five kelurahan have no BPS code in the list."""
SHORTEST_RUN = 6
"""Consecutive distinct numbers ending in 0 that are no chance any more."""
_CODE = re.compile(r"[0-9]{10}").fullmatch
_SIXTEEN = re.compile(r"[1-9][0-9]{15}").fullmatch
_SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]+)?E\+?[0-9]+", re.IGNORECASE).fullmatch
_DIGITS = re.compile(r"[0-9]+").fullmatch
_PADDED_WIDTHS = (10, 13)
_FEWEST = 20
"""Values below which a column says nothing."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Where the 10-digit area codes of a stretch are found, as shares of 0 to 1."""

    codes: int
    """Codes of 10 digits, counted row by row; the shares are of these."""
    kemendagri: float
    """In the Kemendagri list, perhaps in the other too."""
    bps: float
    """In the BPS list, perhaps in the other too."""
    both: float
    neither: float


def code_systems(codes: Iterable[str], areas: Iterable[Mapping[str, Any]]) -> Shares:
    """Look area codes up in both lists; `areas` as of hub.reference.areas, with `code` and `bps_code`.

    Dots and blanks in a code do not count; what has not 10 digits is passed over.
    """
    pairs = [(area["code"], area["bps_code"]) for area in areas]
    kemendagri, bps = {code for code, _ in pairs}, {code for _, code in pairs}
    found = [0, 0, 0, 0]  # neither, Kemendagri only, BPS only, both
    for given in codes:
        code = given.strip().replace(".", "")
        if _CODE(code):
            found[(code in kemendagri) + 2 * (code in bps)] += 1
    total = sum(found)
    neither, first, second, both = (count / max(total, 1) for count in found)
    return Shares(total, first + both, second + both, both, neither)


def chosen_system(shares: Shares) -> str | None:
    """KEMENDAGRI or BPS, or None when a person has to say.

    Sixteen codes mean one place in one list and another in the other: they tell nothing. Of the codes that
    stand in one list only, four of five must stand in the same; and at least half of all codes must be known.
    Single rows under a code of the other system are recognised one by one, by their names.
    """
    only = {"KEMENDAGRI": shares.kemendagri - shares.both, "BPS": shares.bps - shares.both}
    telling = sum(only.values())
    best = max(only, key=lambda system: only[system])
    decided = telling > 1e-9 and only[best] >= DECISIVE * telling
    return best if decided and shares.neither <= 1 - KNOWN else None


class Damage(StrEnum):
    """What a spreadsheet does to a column of identifiers."""

    LAST_DIGIT_ZEROED = "last_digit_zeroed"
    FIFTEEN_DIGITS = "fifteen_digits"
    SCIENTIFIC = "scientific"
    LEADING_ZEROS_LOST = "leading_zeros_lost"
    APOSTROPHES = "apostrophes"


_SAID = {
    Damage.SCIENTIFIC: "{share:.0%} of the numbers are written like 3.27E+15: a spreadsheet kept their first digits "
    "only. Get the column again, formatted as text.",
    Damage.LAST_DIGIT_ZEROED: "{share:.0%} of the 16-digit numbers end in 0, where 10% would: a spreadsheet rounded "
    "their last digit away. Get the column again, formatted as text.",
    Damage.FIFTEEN_DIGITS: "{share:.0%} of the numbers have 15 digits: the last one is missing. Get the column "
    "again, formatted as text.",
    Damage.LEADING_ZEROS_LOST: "{share:.0%} of the numbers are too short and none begins with 0: a spreadsheet "
    "dropped the zeros in front. Get the column again, formatted as text.",
    Damage.APOSTROPHES: "{share:.0%} of the numbers begin with an apostrophe, as spreadsheets mark text. The number "
    "itself is whole.",
}


@dataclass(frozen=True, slots=True)
class ColumnDamage:
    """What is wrong with a column as a whole, beyond single rows."""

    kind: Damage
    share: float
    """Of the values that can show it, 0 to 1."""
    sentence: str
    """For people."""


def column_damage(values: Sequence[str]) -> ColumnDamage | None:
    """The gravest damage of a column of identifiers, from a sample of its values; None when it looks sound.

    Blank values are passed over. A column of fewer than 20 values says nothing.
    """
    given = [value.strip() for value in values if value.strip()]
    if len(given) < _FEWEST:
        return None
    measured = (
        (Damage.SCIENTIFIC, _share(given, _SCIENTIFIC), 0.2),
        (Damage.LAST_DIGIT_ZEROED, *_ending_in_zero(given)),
        (Damage.FIFTEEN_DIGITS, _share(given, lambda value: len(value) == 15 and _DIGITS(value)), 0.5),
        (Damage.LEADING_ZEROS_LOST, _too_short(given), 0.05),
        (Damage.APOSTROPHES, _share(given, lambda value: value[0] in "'`\u2019"), 0.5),
    )
    for kind, share, enough in measured:
        if share >= enough:
            return ColumnDamage(kind, share, _SAID[kind].format(share=share))
    return None


def _share(values: Sequence[str], has: Callable[[str], object]) -> float:
    return sum(1 for value in values if has(value)) / len(values)


def _ending_in_zero(values: Sequence[str]) -> tuple[float, float]:
    """Share of the distinct 16-digit values that end in 0, and what is far above one in ten: six deviations."""
    distinct = {value for value in values if _SIXTEEN(value)}
    if len(distinct) < _FEWEST:
        return 0.0, 1.0
    return _share(list(distinct), lambda value: value[-1] == "0"), max(
        0.25, 0.1 + 6 * sqrt(0.09 / len(distinct))
    )


def _too_short(values: Sequence[str]) -> float:
    """Share of numbers that are shorter than most, in a column of 10 or 13 digits where none begins with 0."""
    numbers = [value for value in values if _DIGITS(value)]
    if not numbers or any(number[0] == "0" for number in numbers):
        return 0.0
    lengths = [len(number) for number in numbers]
    width = max(set(lengths), key=lengths.count)
    return (
        sum(1 for length in lengths if width - 4 < length < width) / len(values)
        if width in _PADDED_WIDTHS
        else 0.0
    )


def rounded_runs(values: Sequence[str]) -> frozenset[int]:
    """Positions in consecutive values of an identifier column whose last digit a spreadsheet zeroed, list by list.

    That is a run of at least 6 distinct well-formed 16-digit values which all end in 0; what is not well-formed
    neither counts nor ends a run, and a number repeated by a family counts once. Where last digits are random,
    a false run begins at one value in about 1.1 million.
    """
    found: list[int] = []
    run: list[int] = []
    for at, value in enumerate(values):
        if value[-1:] == "0":
            if _SIXTEEN(value):
                run.append(at)
        elif run and _SIXTEEN(value):
            if _is_rounded(run, values):
                found += run
            run = []
    if _is_rounded(run, values):
        found += run
    return frozenset(found)


def _is_rounded(run: Sequence[int], values: Sequence[str]) -> bool:
    return len(run) >= SHORTEST_RUN and len({values[at] for at in run}) >= SHORTEST_RUN
