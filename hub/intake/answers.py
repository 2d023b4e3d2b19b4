"""Answers to a register's questions as readable text: labels of codes, sums of bits, numbers, months.

What is no answer of the question is kept as given and flagged `<fault>:<column>`; nothing is refused for it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

from hub.domain.standard.text import tidy
from hub.intake.layout import squeeze

Read = Callable[..., tuple[str, str]]
"""The cells of one question, not all blank → its value, and its fault or an empty text."""

YES_NO = {"Ya": "Ya", "Tidak": "Tidak"}
_NUMBER = re.compile(r"([0-9]{1,12})(?:[.,]0{1,2})?").fullmatch
_RUPIAH = re.compile(
    r"(?:RP\.?\s*)?([0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,12})(?:,(?:0{1,2}|-))?", re.IGNORECASE
).fullmatch
_BIT_KINDS = 64
"""Codes from here on are answers of their own, not bits: 99 in questions 431a and 431f."""


def coded(labels: Mapping[str, str]) -> Read:
    """Reads a code, with or without leading zeros, or its label in any writing.

    Faults: code_unknown.
    """
    spelt = {tidy(label): label for label in labels.values()}
    squeezed = Counter(squeeze(label) for label in spelt.values())
    loose = {squeeze(label): label for label in spelt.values() if squeezed[squeeze(label)] == 1}

    def read(text: str) -> tuple[str, str]:
        found = labels.get(text) or labels.get(text.lstrip("0") or "0")
        found = found or spelt.get(tidy(text)) or loose.get(squeeze(text) or text)
        return (found, "") if found else (text, "code_unknown")

    return read


def bits(labels: Mapping[str, str]) -> Read:
    """Reads a sum of bits as the labels of its bits, smallest first, joined by "; ".

    Faults: code_unknown, also when only some of the bits are known.
    """
    known = sorted((int(code), label) for code, label in labels.items() if 0 < int(code) < _BIT_KINDS)
    apart = [(int(code), label) for code, label in labels.items() if int(code) >= _BIT_KINDS]

    def read(text: str) -> tuple[str, str]:
        if not (text.isascii() and text.isdigit()):
            return text, "code_unknown"
        rest = int(text)
        if rest == 0:
            return (labels["0"], "") if "0" in labels else (text, "code_unknown")
        found = [label for code, label in apart if rest >= code]
        rest -= sum(code for code, _ in apart if rest >= code)
        found = [label for code, label in known if rest & code] + found
        rest &= ~sum(code for code, _ in known)
        return (text, "code_unknown") if rest else ("; ".join(found), "")

    return read


def number(text: str) -> tuple[str, str]:
    """Reads a whole number as its digits. Faults: number_unknown."""
    found = _NUMBER(text)
    return (str(int(found[1])), "") if found else (text, "number_unknown")


def rupiah(text: str) -> tuple[str, str]:
    """Reads an amount (`500000`, `Rp 500.000,00`) as its digits. Faults: number_unknown."""
    found = _RUPIAH(text)
    return (str(int(found[1].replace(".", ""))), "") if found else (text, "number_unknown")


def decile(text: str) -> tuple[str, str]:
    """Reads a decile, 1 to 10. Faults: number_unknown."""
    value, fault = number(text)
    return (value, "") if not fault and 1 <= int(value) <= 10 else (text, "number_unknown")


def words(text: str) -> tuple[str, str]:
    """Reads free text with single blanks; anything is an answer."""
    return " ".join(text.split()), ""


def month(month_text: str, year_text: str) -> tuple[str, str]:
    """Reads month and year as `YYYY-MM`, a year alone as `YYYY`. Faults: date_unknown."""
    given = f"{month_text}/{year_text}".strip("/")
    if not (year_text.isascii() and year_text.isdigit() and len(year_text) == 4):
        return given, "date_unknown"
    if not month_text:
        return year_text, ""
    if not (month_text.isascii() and month_text.isdigit() and 1 <= int(month_text) <= 12):
        return given, "date_unknown"
    return f"{year_text}-{int(month_text):02}", ""


def golden(read: Read, standardise: Callable[[str], str | None]) -> Read:
    """An answer in the words of a golden attribute."""

    def standard(text: str) -> tuple[str, str]:
        value, fault = read(text)
        return standardise(value) or value, fault

    return standard


def one_of(labels: Sequence[str]) -> Read:
    """Reads a row of Ya/Tidak cells of which one is Ya, as that one's label. Faults: code_unknown."""

    def read(*texts: str) -> tuple[str, str]:
        said = [tidy(text) for text in texts]
        chosen = [label for label, text in zip(labels, said, strict=True) if text == "YA"]
        if len(chosen) == 1 and said.count("TIDAK") == len(said) - 1:
            return chosen[0], ""
        return "; ".join(chosen) or "/".join(texts), "code_unknown"

    return read


@dataclass(frozen=True, slots=True)
class Answer:
    """One measure, the columns that answer it, and how they are read."""

    measure: str
    columns: tuple[str, ...]
    read: Read


class Block:
    """Answers that are read together; equal ones are read once, since most rows answer alike."""

    def __init__(self, at: Mapping[str, int], answers: Iterable[Answer], remembered: int = 1 << 12) -> None:
        """`at` as in Bound; answers whose columns the file lacks are passed over."""
        held = [each for each in answers if all(column in at for column in each.columns)]
        starts: list[tuple[Answer, slice]] = []
        columns: list[int] = []
        for each in held:
            starts.append((each, slice(len(columns), len(columns) + len(each.columns))))
            columns += [at[column] for column in each.columns]
        self._answers = starts
        self._cells = picker(columns)
        self._read = lru_cache(maxsize=remembered)(self._read_cells)

    def read(self, values: list[str], assessed: dict[str, str], flags: list[str]) -> None:
        """Add what a row answers to `assessed` (measure → text) and `flags`."""
        found, faults = self._read(self._cells(values))
        assessed.update(found)
        flags += faults

    def _read_cells(self, cells: tuple[str, ...]) -> tuple[dict[str, str], tuple[str, ...]]:
        assessed: dict[str, str] = {}
        faults: list[str] = []
        given = [unicodedata.normalize("NFC", cell.strip()) for cell in cells]  # as the ledger wants texts
        for each, where in self._answers:
            if any(given[where]):
                assessed[each.measure], fault = each.read(*given[where])
                if fault:
                    faults.append(f"{fault}:{each.columns[0]}")
        return assessed, tuple(faults)


def assess(blocks: Iterable[Block], values: list[str], flags: list[str]) -> dict[str, str]:
    """What a row answers in all these blocks, measure → text; faults are added to `flags`."""
    assessed: dict[str, str] = {}
    for block in blocks:
        block.read(values, assessed, flags)
    return assessed


def picker(positions: Sequence[int]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """Like itemgetter, but always gives a tuple."""
    if len(positions) > 1:
        return itemgetter(*positions)
    if positions:
        only = positions[0]
        return lambda values: (values[only],)
    return lambda values: ()
