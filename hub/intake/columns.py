"""Every column of every register with what becomes of it, as a page; and which register a heading belongs to.

`python -m hub.intake.columns` writes hub/docs/columns.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from hub.domain.measures import MEASURES
from hub.intake.layout import Column, Fate, Layout, squeeze
from hub.intake.registers import ADAPTERS

PAGE = Path(__file__).parents[1] / "docs" / "columns.md"
_LIKE = 0.6
"""Share of a layout's required columns from which a heading that fits none is taken for it."""
_TITLE = """# Columns of the registers
What becomes of each column: *golden* (a golden attribute may be chosen from it), *assessed* (kept as an assessment of \
its register, release and date), *evidence* (helps to recognise the row, the person, the household or the place), \
*aside* (kept as given and used for nothing, for the reason told). Every column is kept exactly as given in one \
record; columns of no layout are reported and kept with the row's own record.

Made by `python -m hub.intake.columns`; a test fails when it is stale.
"""


def every_layout() -> Iterator[tuple[str, Layout]]:
    """Register code and layout of each kind of file."""
    for adapter in ADAPTERS.values():
        for layout in adapter.layouts:
            yield adapter.register, layout


def recognise(heading: Iterable[str]) -> tuple[str, str] | None:
    """Register and layout that a heading is of, or most resembles; None when it resembles none.

    Of layouts that fit, the one that knows the most of its columns.
    """
    heading = tuple(heading)
    best = max(every_layout(), key=lambda each: _likeness(each[1], heading))
    return (best[0], best[1].name) if _likeness(best[1], heading)[0] >= _LIKE else None


def _likeness(layout: Layout, heading: tuple[str, ...]) -> tuple[float, int]:
    """Share of the required columns that are there, and how many of the heading's columns are known."""
    given = {squeeze(column) for column in heading}
    required = sum(not each.optional for each in layout.columns)
    known = sum(not given.isdisjoint(map(squeeze, (each.name, *each.spellings))) for each in layout.columns)
    return 1 - len(layout.missing(heading)) / required, known


def page() -> str:
    """The page, from the layouts."""
    return _TITLE + "".join(f"\n{_section(*each)}" for each in every_layout())


def _section(register: str, layout: Layout) -> str:
    counts = [sum(each.fate is fate for each in layout.columns) for fate in Fate]
    told = ", ".join(f"{count} {fate.value}" for fate, count in zip(Fate, counts, strict=True) if count)
    lines = [
        f"## {layout.name}",
        f"Register `{register}`, {layout.title}: {len(layout.columns)} columns, {told}.",
        "",
        "| column | fate | of | record |",
        "|---|---|---|---|",
        *map(_line, layout.columns),
    ]
    return "\n".join(lines) + "\n"


def _line(column: Column) -> str:
    spellings = "".join(f" · `{each}`" for each in column.spellings)
    optional = " (optional)" if column.optional else ""
    of = column.of
    if column.fate is Fate.ASSESSED:
        measure = MEASURES[column.of]
        of = f"`{measure.name}`: {measure.description} ({measure.sensitivity.value})"
    return f"| `{column.name}`{spellings}{optional} | {column.fate.value} | {of} | {column.unit} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
