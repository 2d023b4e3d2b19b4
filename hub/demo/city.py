"""Writes a made-up city: its registers in their real layouts, and the truth beside them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hub.demo import dtks
from hub.demo.families import families
from hub.demo.people import AS_OF
from hub.demo.truth import truth_files
from hub.domain.errors import InvalidInput

WIDTHS = (17, 22, 23)


@dataclass(frozen=True, slots=True)
class CityFiles:
    """What was written."""

    dtks: Path
    truth: Path
    """Folder of persons.csv, refused.csv and population.csv."""
    persons: int
    rows: int
    """Rows of dtks that can be taken."""
    refused: int
    """Rows of dtks that have to be refused."""
    as_of: str
    """ISO date that the registers describe."""


def write_city(out: Path, persons: int, seed: int, *, width: int = 22) -> CityFiles:
    """Write a city of at least that many persons into a folder; the same arguments give the same bytes.

    Cities of 200 persons or more hold a person listed twice with one valid NIK, a family of Mekar Jaya
    written as MEKARMULYA, and a row to be refused for each reason.

    Raises InvalidInput for an unknown width of DTKS.
    """
    if width not in WIDTHS:
        raise InvalidInput(f"DTKS has no layout of {width} columns.", "Use 17, 22 or 23.")
    if persons < 1:
        raise InvalidInput("A city needs persons.", "Give a number of 1 or more.")
    truth_folder = out / "truth"
    file = out / dtks.FILE
    with truth_files(truth_folder) as truth, file.open("w", encoding="ascii", newline="") as stream:
        register = dtks.DtksWriter(stream, truth, seed, width)
        for family in families(persons, seed):
            truth.family(family)
            register.family(family)
        register.finish()
    return CityFiles(file, truth_folder, truth.people, register.rows, truth.refusals, AS_OF.isoformat())
