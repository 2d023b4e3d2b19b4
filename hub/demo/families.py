"""The families of a made-up city, kelurahan by kelurahan; the same seed gives the same people."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from hub.demo.grow import Grower
from hub.demo.people import Family, Place
from hub.reference.areas import areas

MEKAR_JAYA, MEKAR_MULYA = "3273231004", "3273281004"
ALWAYS = (MEKAR_JAYA, MEKAR_MULYA, "3273021003", "3273211001")
"""Kelurahan in every city: the two that a name join confuses, Sadang Serang, Batununggal in Bandung Kidul."""
PERSONS_PER_KELURAHAN = 400


def places() -> tuple[Place, ...]:
    """All kelurahan of the city, by code."""
    listed = areas()
    kecamatan = {area["code"]: area for area in listed if area["level"] == "KECAMATAN"}
    taken = {area["bps_code"] for area in listed}
    return tuple(
        Place(
            code=area["code"],
            bps_code=area["bps_code"] or _missing_code(kecamatan[area["parent"]]["bps_code"], taken),
            name=area["name"].upper(),
            kecamatan=kecamatan[area["parent"]]["name"].upper(),
            kecamatan_code=area["parent"],
            former_name=area["former_names"][-1].upper() if area["former_names"] else None,
        )
        for area in listed
        if area["level"] == "KELURAHAN"
    )


def _missing_code(kecamatan: str, taken: set[str | None]) -> str:
    """Five kelurahan have no BPS code in the list: their rows carry the missing number of the sequence."""
    return next(code for number in range(1, 100) if (code := f"{kecamatan}{number:03}") not in taken)


def chosen_places(rng: Random, persons: int) -> list[Place]:
    """The kelurahan in which a city of that size lives, by code."""
    every = places()
    wanted = min(len(every), max(len(ALWAYS), persons // PERSONS_PER_KELURAHAN))
    others = [place for place in every if place.code not in ALWAYS]
    kept = rng.sample(others, wanted - len(ALWAYS)) + [place for place in every if place.code in ALWAYS]
    return sorted(kept, key=lambda place: place.code)


def families(persons: int, seed: int) -> Iterator[Family]:
    """The families of a city of about that many persons (never fewer), kelurahan by kelurahan."""
    rng = Random(f"city {seed}")  # noqa: S311 - made-up data must be the same for the same seed
    chosen = chosen_places(rng, persons)
    grower = Grower(rng, chosen)
    for number, place in enumerate(chosen, start=1):
        share = persons * number // len(chosen)
        first = True
        while grower.persons < share:
            yield from grower.household(place, at_home=first)
            first = False
