"""What the run of a release asks of each register's module."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from hub.commands.intake import Incoming
from hub.domain.errors import InvalidInput
from hub.domain.standard.areas import AreaIndex
from hub.intake.refusals import Refusal


class RowReader(Protocol):
    """Turns the rows of one file into records; made for that file's heading."""

    @property
    def unknown_columns(self) -> tuple[str, ...]:
        """Columns that the register's layout does not know; they are kept with the person."""

    def person(self, values: list[str]) -> Incoming | Refusal:
        """The person's part of a row, or why the row is not taken."""

    def dwelling(self, values: list[str]) -> Incoming:
        """The dwelling's part of a row whose person was taken."""


class Adapter(Protocol):
    """One register: its code, and how to bind to the heading of a file."""

    register: str

    def bind(self, heading: tuple[str, ...], as_of: str, areas: AreaIndex) -> RowReader:
        """A reader for this heading. Raises InvalidInput for another register's file."""


@dataclass(frozen=True, slots=True)
class Heading:
    """Where the columns of a layout stand in a file."""

    at: Mapping[str, int]
    """Name of the layout → position."""
    unknown: Mapping[str, int]
    """Columns of no layout, as given → position."""


def squeeze(column: str) -> str:
    """A column's name without case, blanks and signs, so that ID_DTKS, IDDTKS and `id dtks` are one."""
    return "".join(letter for letter in column.upper() if letter.isalnum())


def read_heading(heading: Iterable[str], spellings: Mapping[str, str], advice: str) -> Heading:
    """Find a layout's columns by name, in any order; `spellings` maps squeezed spellings to its names.

    Raises InvalidInput when a column stands there twice.
    """
    at: dict[str, int] = {}
    unknown: dict[str, int] = {}
    for index, column in enumerate(heading):
        name = spellings.get(squeeze(column))
        into = at if name else unknown
        known_as = name or column or f"column {index + 1}"
        if known_as in into:
            raise InvalidInput(f"The column {known_as} stands in the heading twice.", advice)
        into[known_as] = index
    return Heading(at, unknown)


_SIGNS_OF = {
    "P3KE": {"IDKELUARGAP3KE", "DESILKESEJAHTERAAN", "RESIKOSTUNTING"},
    "Regsosek": {"IDKELUARGA", "R101", "R110", "R401", "R114"},
    "Dukcapil": {"NAMALGKP", "STATHBKEL", "JENISKLMIN", "TGLLHR"},
    "DTSEN": {"DESILNASIONAL", "NOMORKARTUKELUARGA", "NOMORINDUKKEPENDUDUKAN"},
    "DTKS": {"IDDTKS", "KETERANGANPADAN", "BANSOSBPNT"},
    "PKH": {"NOPESERTA", "KOMPONEN", "NOMINAL"},
    "PBI-JKN": {"NOKARTU", "SEGMEN"},
    "Rutilahu": {"NAMAPENERIMA", "SUMBERDANA"},
}


def looks_like(heading: Iterable[str]) -> str | None:
    """The register whose heading this resembles most (two columns that only it has), or None."""
    columns = {squeeze(column) for column in heading}
    best = max(_SIGNS_OF, key=lambda register: len(_SIGNS_OF[register] & columns))
    return best if len(_SIGNS_OF[best] & columns) >= 2 else None
