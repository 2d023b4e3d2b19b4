"""Files of rows that know their line, and person files that know which rows have to be refused."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import TextIO

from hub.demo.chance import choice
from hub.demo.people import Person
from hub.demo.shares import Shares
from hub.demo.truth import Truth

Spoil = Callable[[list[str], Sequence[str], str], list[str]]
"""(values, columns, key of a row that stands in the file) → values of a row that can't be taken."""
_FAMILIES_BETWEEN_SPOILS = 3


class Sheet:
    """The rows of one file, in its own separator, quotes and line ends; the heading is line 1."""

    def __init__(
        self, stream: TextIO, columns: Sequence[str], separator: str = ",", *, quote_all: bool = False
    ) -> None:
        self.columns = columns
        self.line = 0
        self._writer = csv.writer(
            stream,
            delimiter=separator,
            quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL,
            lineterminator="\r\n" if quote_all else "\n",
        )
        self.put(columns)

    @property
    def rows(self) -> int:
        """Rows below the heading."""
        return self.line - 1

    def put(self, values: Sequence[str | int]) -> None:
        """Write a row."""
        self.line += 1
        self._writer.writerow(values)


@dataclass(frozen=True, slots=True)
class Layout:
    """What a register's person file is called, how its row is keyed, and how a row of it goes wrong."""

    register: str
    file: str
    key: Callable[[Sequence[str]], str]
    spoils: Mapping[str, Spoil]


@dataclass(frozen=True, slots=True)
class Task:
    """What the writer of any register needs to know."""

    truth: Truth
    persons: int
    """How many were asked for."""
    seed: int
    shares: Shares


class Listing:
    """The person file of a register: the truth is told whom a row is about, or why it has to be refused."""

    def __init__(self, layout: Layout, sheet: Sheet, truth: Truth, rng: Random, refused: float) -> None:
        self.rows = self.refused = self.right_niks = 0
        self._layout = layout
        self._sheet = sheet
        self._truth = truth
        self._rng = rng
        self._share = refused
        self._reasons = tuple(layout.spoils)
        self._owed = [*layout.spoils]
        self._families = 0
        self._sound: list[str] | None = None

    @property
    def file(self) -> str:
        """The name of the file."""
        return self._layout.file

    def put(self, values: list[str], person: Person, *, nik_right: bool) -> None:
        """Write a row about a person."""
        self._sheet.put(values)
        self._truth.row(self._layout.register, self._layout.key(values), person)
        self.rows += 1
        self.right_niks += nik_right
        self._sound = values

    def end_family(self, rekeyed: Callable[[list[str]], list[str]]) -> None:
        """After a family, now and then, a row that has to be refused; first one for each reason."""
        self._families += 1
        if self._sound is None:
            return
        if self._owed:
            if self._families % _FAMILIES_BETWEEN_SPOILS == 0:
                self._spoil(self._owed.pop(0), rekeyed)
        elif self._rng.random() < self._share * 3:
            self._spoil(choice(self._rng, self._reasons), rekeyed)

    def finish(self, rekeyed: Callable[[list[str]], list[str]]) -> None:
        """Write what every city has by construction and this one still lacks."""
        while self._owed and self._sound is not None:
            self._spoil(self._owed.pop(0), rekeyed)

    def _spoil(self, reason: str, rekeyed: Callable[[list[str]], list[str]]) -> None:
        """A row to be refused for that reason, made from a sound one under a key of its own."""
        layout, sound = self._layout, self._sound
        assert sound is not None
        values = layout.spoils[reason](rekeyed([*sound]), self._sheet.columns, layout.key(sound))
        self._sheet.put(values)
        key = "" if reason == "broken_columns" else layout.key(values)
        self.refused += 1
        self._truth.refused(layout.register, layout.file, self._sheet.line, key, reason)
