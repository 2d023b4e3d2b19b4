"""The areas of Kota Bandung as records for the command that lists them."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from hub.domain.facts import Json
from hub.domain.standard.areas import AreaIndex

SYSTEM = "KEMENDAGRI"
_LEVELS = ("PROVINCE", "CITY", "KECAMATAN", "KELURAHAN")


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = files("hub.reference").joinpath(name).read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())


def _former_names(code: str, name: str, seen: Mapping[str, list[str]]) -> list[str]:
    """Other spellings of one area, without those that are the present name but for blanks at the ends."""
    trimmed = (alias.strip() for alias in seen.get(code, ()))
    return [alias for alias in dict.fromkeys(trimmed) if alias != name]


@cache
def areas() -> tuple[dict[str, Json], ...]:
    """Province, city, 30 kecamatan and 151 kelurahan, parents before children.

    Each {system, code (Kemendagri digits without dots), name, level, parent (code or None),
    bps_code (or None: five kelurahan have none in the source), former_names (list)}.
    Treat them as read-only: they are made once.
    """
    seen: dict[str, list[str]] = {}
    for row in _rows("bandung_area_aliases.csv"):
        seen.setdefault(row["code"], []).append(row["former_name"])
    listed = [
        {
            "system": SYSTEM,
            "code": row["code"],
            "name": row["name"],
            "level": row["level"],
            "parent": row["parent"] or None,
            "bps_code": row["bps_code"] or None,
            "former_names": _former_names(row["code"], row["name"], seen),
        }
        for row in _rows("bandung_areas.csv")
    ]
    return tuple(sorted(listed, key=lambda area: (_LEVELS.index(area["level"]), area["code"])))


def area_index() -> AreaIndex:
    """An index that finds these areas by name."""
    return AreaIndex(areas())
