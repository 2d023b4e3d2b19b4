"""The files of a release before a row is taken: which layout each has, in which code system, of which city."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from hub.domain.errors import InvalidInput
from hub.intake.columns import recognise
from hub.intake.layout import Adapter, Bound, Context, Layout, RowReader
from hub.intake.probe import CODE_SYSTEMS, chosen_system, code_systems, column_damage
from hub.intake.programme_lists import ProgrammeList
from hub.intake.refusals import Refusal
from hub.intake.rows import read
from hub.intake.sheet import Sheet, inspect
from hub.reference.areas import areas

SAMPLED = 2_000
"""Rows looked at before a file is taken in."""
_MOST_ELSEWHERE = 0.8
"""Share of rows outside the city above which a file is another city's."""
_FEWEST_ROWS = 20


@dataclass(frozen=True, slots=True)
class Source:
    """One file of a release, ready to be read."""

    sheet: Sheet
    layout: Layout
    columns: Bound
    reader: RowReader
    code_system: str | None
    """KEMENDAGRI or BPS, where the file has codes of areas."""
    warnings: tuple[str, ...] = ()
    """What it shows of a spreadsheet's damage, in words for people."""

    @property
    def identifiers(self) -> tuple[int, ...]:
        """Positions of NIK and KK numbers."""
        return tuple(self.columns.at[name] for name in self.layout.identifiers if name in self.columns.at)


def open_sources(adapter: Adapter, paths: Sequence[Path], context: Context) -> tuple[Source, ...]:
    """The files of one release in the order in which they are read.

    Raises InvalidInput when one is missing, given twice, of another register, another city, or can't be read.
    """
    sheets = [inspect(path) for path in paths]
    by_layout: dict[str, Sheet] = {}
    for sheet in sheets:
        layout = _layout_of(adapter, sheet)
        if layout.name in by_layout:
            raise InvalidInput(
                f"{sheet.path.name} and {by_layout[layout.name].path.name} are both {layout.title}.",
                "Give each kind of file of a release once.",
            )
        by_layout[layout.name] = sheet
    lacking = [layout for layout in adapter.layouts if layout.name not in by_layout]
    if lacking:
        raise InvalidInput(
            f"{lacking[0].title[:1].upper()}{lacking[0].title[1:]} is missing.",
            f"A release of {adapter.register} has {len(adapter.layouts)} files: name all of them in one command.",
        )
    return tuple(_open(adapter, layout, by_layout[layout.name], context) for layout in adapter.layouts)


def digest_of(sources: Sequence[Source]) -> str:
    """The digest of a release: its file's, or that of its files' digests, one a line, in reading order."""
    if len(sources) == 1:
        return sources[0].sheet.digest
    lines = "".join(f"{each.sheet.digest}\n" for each in sources)
    return hashlib.sha256(lines.encode()).hexdigest()


def _layout_of(adapter: Adapter, sheet: Sheet) -> Layout:
    fitting = next((each for each in adapter.layouts if not each.missing(sheet.heading)), None)
    if fitting is not None:
        return fitting
    other = recognise(sheet.heading)
    if other is not None and other[0] != adapter.register:
        raise InvalidInput(
            f"{sheet.path.name} is not of {adapter.register}: its heading is that of {other[1]}.",
            f"Take it in as {other[0]}, or give the right file.",
        )
    nearest = min(adapter.layouts, key=lambda each: len(each.missing(sheet.heading)))
    missing = nearest.missing(sheet.heading)
    shown = ", ".join(missing[:6]) + (f" and {len(missing) - 6} more" if len(missing) > 6 else "")
    raise InvalidInput(
        f"{sheet.path.name} is not of {adapter.register}: its heading lacks {shown}.",
        f"Give {nearest.title} with its heading line as it was delivered.",
    )


def _open(adapter: Adapter, layout: Layout, sheet: Sheet, context: Context) -> Source:
    columns = layout.bind(sheet.heading)
    sample = [values for _, values in _sampled(sheet) if not isinstance(values, Refusal)]
    system = _system(layout, columns, sheet, sample, context)
    if context.period is not None and isinstance(adapter, ProgrammeList):
        rows = (values for _, values in read(sheet) if not isinstance(values, Refusal))
        adapter.refuse_without_period(columns, context.period, rows)
    reader = adapter.bind(layout, columns, replace(context, code_system=system))
    _refuse_another_city(sheet, reader, sample)
    return Source(sheet, layout, columns, reader, system, tuple(_damages(sheet, layout, columns, sample)))


def _sampled(sheet: Sheet) -> Iterator[tuple[int, list[str] | Refusal]]:
    rows = read(sheet)
    yield from islice(rows, SAMPLED)


def _system(
    layout: Layout, columns: Bound, sheet: Sheet, sample: list[list[str]], context: Context
) -> str | None:
    """The code system that the file's codes were found to be of, unless the user says which."""
    if layout.code_column is None or layout.code_column not in columns.at:
        return None
    if context.code_system is not None:
        return context.code_system
    at = columns.at[layout.code_column]
    shares = code_systems((values[at] for values in sample), areas())
    found = chosen_system(shares)
    if found is None and shares.codes >= _FEWEST_ROWS and shares.neither > _MOST_ELSEWHERE:
        raise _of_another_city(sheet, f"{shares.neither:.0%} of its codes of areas lie elsewhere")
    if found is None and sample:
        raise InvalidInput(
            f"It can't be told which code system {layout.code_column} of {sheet.path.name} is of: {shares}.",
            f"Say it with {' or '.join(f'--code-system {each}' for each in CODE_SYSTEMS)}.",
        )
    return found


def _refuse_another_city(sheet: Sheet, reader: RowReader, sample: list[list[str]]) -> None:
    outcomes = [reader.record(values) for values in sample]
    elsewhere = sum(isinstance(each, Refusal) and each.reason == "impossible_area" for each in outcomes)
    if len(sample) >= _FEWEST_ROWS and elsewhere > len(sample) * _MOST_ELSEWHERE:
        raise _of_another_city(sheet, f"{elsewhere} of its first {len(sample)} rows lie elsewhere")


def _of_another_city(sheet: Sheet, why: str) -> InvalidInput:
    return InvalidInput(f"{sheet.path.name} is of another city: {why}.", "Give this city's file.")


def _damages(sheet: Sheet, layout: Layout, columns: Bound, sample: list[list[str]]) -> Iterator[str]:
    if sheet.unvalued:
        yield (
            f"{sheet.unvalued:,} cells hold a formula without its value and are read as empty. Open the file in a "
            "spreadsheet program, save it, and give the saved file."
        )
    for name in layout.identifiers:
        if name in columns.at:
            found = column_damage([values[columns.at[name]] for values in sample])
            if found is not None:
                yield f"{name}: {found.sentence}"
