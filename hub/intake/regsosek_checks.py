"""Checks of the questionnaire REGSOSEK22-K that a form may fail: flags to look at, never a refusal.

Only answers to questions that should have been passed over are flagged; a missing answer is not. Sources: texts
of the questions and their codes (FORMATS, DOMAIN §3c); where the form's age limit is not known, the wider one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hub.domain.standard import dates
from hub.intake.answers import picker
from hub.intake.regsosek_columns import (
    AFTER_PRESENCE,
    AID,
    BUSINESS,
    DIFFICULTIES,
    FAMILY_MEANS,
    HOUSING,
    SCHOOL,
    WORK,
)


@dataclass(frozen=True, slots=True)
class Skip:
    """Columns that are asked only after some answers to a question, or only of some ages."""

    columns: tuple[str, ...]
    after: str = ""
    """The question whose answer decides; "" for the age alone."""
    answers: frozenset[str] = frozenset()
    """The answers after which the columns are asked."""
    youngest: int = 0
    oldest: int = 999
    """Years; nobody's age is held against them when it is unknown."""


def _after(question: str, answers: str, *columns: str) -> Skip:
    return Skip(columns, question, frozenset(answers.split()))


FAMILY_SKIPS = (
    _after("r205", "1 2 3 4", *HOUSING, *FAMILY_MEANS),
    _after("r301a", "1", "r301b"),
    _after("r306a", "4 5 6 7 8", "r306b"),
    _after("r307a", "1", "r307b1", "r307b2", "r307b3"),
    _after("r309a", "1 2 3 4 5", "r309b", "r310"),
    *(_after(f"r501{letter}", "1", f"r501{letter}_bulan", f"r501{letter}_tahun") for letter in AID),
)
PERSON_SKIPS = (
    _after("r404", "1 5", *AFTER_PRESENCE),
    Skip((*SCHOOL, *WORK, *BUSINESS, "r431b", "r431c", "r431d", "r431e", "r431f"), youngest=5),
    Skip(DIFFICULTIES, youngest=2),
    Skip(("r427",), oldest=4),
    Skip(("r410",), "r405", frozenset("2"), youngest=10, oldest=54),
    _after("r412", "2 3", "r413", "r414"),
    _after("r416a", "1", "r416b", "r417", "r418"),
    _after("r420a", "1", *BUSINESS[1:]),
)


class Skips:
    """Finds answers that should not be there in the rows of one file."""

    def __init__(self, at: Mapping[str, int], skips: tuple[Skip, ...]) -> None:
        self._skips = []
        for each in skips:
            columns = [column for column in each.columns if column in at]
            gate = at[each.after] if each.after else -1
            self._skips.append((each, gate, picker([at[column] for column in columns]), columns))

    def flags(self, values: list[str], age: int | None = None) -> list[str]:
        """`skip:<column>` for each answered column that was not to be asked."""
        found: list[str] = []
        for each, gate, cells, columns in self._skips:
            passed_over = age is not None and not each.youngest <= age <= each.oldest
            if not passed_over and gate >= 0:
                answer = values[gate].strip().lstrip("0")
                passed_over = bool(answer) and answer not in each.answers
            if passed_over and any(given := cells(values)):
                found += [
                    f"skip:{column}" for column, cell in zip(columns, given, strict=True) if cell.strip()
                ]
        return list(dict.fromkeys(found)) if found else found


def age_of(text: str) -> int | None:
    """The age in full years as written; None when it is no number."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else None


def age_differs(age: int | None, born_on: str | None, as_of: str) -> bool:
    """Whether the age is not that of the birth date; a year either way, since the visit was within a month or so."""
    return age is not None and born_on is not None and abs(age - dates.age_on(born_on, as_of)) > 1
