"""What a register's files look like, column by column, and what becomes of each column: nothing is overlooked."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from hub.commands.intake import Incoming
from hub.domain.errors import InvalidInput
from hub.domain.standard.areas import AreaIndex
from hub.intake.refusals import Refusal


class Fate(StrEnum):
    """What becomes of a column."""

    GOLDEN = "golden"
    """A golden attribute may be chosen from it."""
    ASSESSED = "assessed"
    """Kept as an assessment of its register, release and date."""
    EVIDENCE = "evidence"
    """Helps to recognise the row, the person, the household or the place."""
    ASIDE = "aside"
    """Kept as given and used for nothing, for a reason."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a layout."""

    name: str
    """As the register writes it."""
    fate: Fate
    of: str
    """The golden attribute, the measure, what it is evidence of, or why it is set aside."""
    unit: str = "person"
    """Record whose original keeps it: "person", "dwelling" or "head"."""
    optional: bool = False
    """Whether files without it circulate."""
    spellings: tuple[str, ...] = ()
    """Other headings for the same column."""


@dataclass(frozen=True, slots=True)
class Bound:
    """Where the columns of a layout stand in one file."""

    at: Mapping[str, int]
    """Name of the layout → position from 0."""
    unknown: Mapping[str, int]
    """Columns of no layout, as given → position: reported, and kept with the row's own record."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of file of a register."""

    name: str
    """E.g. `p3ke_keluarga`."""
    title: str
    """What to call it in an error: "the family file of P3KE"."""
    columns: tuple[Column, ...]
    code_column: str | None = None
    """Column of 10-digit area codes, whose code system is found by looking."""
    key: str = ""
    """Column that a row with a key met before is told by; blank where several make the key."""
    identifiers: tuple[str, ...] = ()
    """Columns of NIK and KK numbers, where a spreadsheet's rounding is looked for."""

    def missing(self, heading: Iterable[str]) -> list[str]:
        """Columns that a file with this heading lacks."""
        known = self._find(heading)[0]
        return [each.name for each in self.columns if not each.optional and each.name not in known]

    def bind(self, heading: Iterable[str]) -> Bound:
        """Find the columns by their names, in any order.

        Raises InvalidInput when one is missing or stands there twice.
        """
        heading = tuple(heading)
        advice = f"Give {self.title} with its heading line as it was delivered."
        if missing := self.missing(heading):
            raise InvalidInput(f"The heading lacks columns: {', '.join(missing[:8])}.", advice)
        at, unknown, twice = self._find(heading)
        if twice:
            raise InvalidInput(f"The column {twice[0]} stands in the heading twice.", advice)
        return Bound(at, unknown)

    def _find(self, heading: Iterable[str]) -> tuple[dict[str, int], dict[str, int], list[str]]:
        names = {squeeze(one): each.name for each in self.columns for one in (each.name, *each.spellings)}
        at: dict[str, int] = {}
        unknown: dict[str, int] = {}
        twice: list[str] = []
        for index, column in enumerate(heading):
            name = names.get(squeeze(column))
            into, known_as = (at, name) if name else (unknown, _plain(column) or f"column {index + 1}")
            if known_as in into:
                twice.append(known_as)
            into[known_as] = index
        return at, unknown, twice


@dataclass(frozen=True, slots=True)
class Context:
    """What a reader of rows is told besides the heading."""

    as_of: str
    """ISO day that the register describes."""
    areas: AreaIndex
    code_system: str | None = None
    """KEMENDAGRI or BPS: what the file's codes were found to be; None where it has none."""
    period: str | None = None
    """Period of a programme list, as asked for."""


class RowReader(Protocol):
    """Turns the rows of one file into records; made for that file's heading."""

    def record(self, values: list[str], rounded: Container[int] = ()) -> Incoming | Refusal:
        """The row's own record, or why the row is not taken.

        `rounded`: positions of identifiers that lie in a stretch whose last digits a spreadsheet zeroed.
        """

    def dwelling(self, values: list[str]) -> Incoming | None:
        """The dwelling that the row's record names, where this file tells it; asked once a chunk and dwelling."""

    def head(self, values: list[str], rounded: Container[int] = ()) -> Incoming | None:
        """What a family's row says of its head, as a record of its own; None in files of persons."""


class Adapter(Protocol):
    """One register: its layouts in the order in which their files are read, and how rows become records."""

    @property
    def register(self) -> str:
        """Code of the register, e.g. `p3ke`."""

    @property
    def layouts(self) -> tuple[Layout, ...]:
        """Its kinds of files; a release has one of each."""

    def bind(self, layout: Layout, columns: Bound, context: Context) -> RowReader:
        """A reader for one file."""


def _plain(column: str) -> str:
    """A heading as a name of the ledger, which has ASCII only."""
    return column.encode("ascii", "backslashreplace").decode()


def squeeze(column: str) -> str:
    """A column's name without case, blanks and signs, so that ID_DTKS, IDDTKS and `id dtks` are one."""
    return "".join(letter for letter in column.upper() if letter.isalnum())
