"""The kelurahan and families of a made-up city; the same seed gives the same people."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from hub.demo import people
from hub.demo.chance import seeded
from hub.demo.grow import Grower
from hub.demo.people import Family, Place
from hub.demo.register_office import RegisterOffice
from hub.demo.shares import DEFAULT, Shares
from hub.demo.town import DAYS, Town
from hub.reference.areas import areas

MEKAR_JAYA, MEKAR_MULYA = "3273231004", "3273281004"
ALWAYS = (MEKAR_JAYA, MEKAR_MULYA, "3273021003", "3273211001")
"""Kelurahan in every city: the two that a name join confuses, Sadang Serang, Batununggal in Bandung Kidul."""
PERSONS_PER_KELURAHAN = 400
_SETTLED = 0.925
"""Share of the city's persons that live there when the history begins: others are born, or arrive."""


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


class City:
    """A city of about that many persons, never fewer: its kelurahan one after the other."""

    def __init__(self, persons: int, seed: int, shares: Shares = DEFAULT) -> None:
        self._wanted = persons
        self._shares = shares
        self._rng = seeded("city", seed)
        self.places = chosen_places(self._rng, persons)
        self.office = RegisterOffice(self._rng, shares)

    def towns(self) -> Iterator[Town]:
        """Each kelurahan as it was in the beginning: let it `live` before the next is drawn."""
        grower = Grower(self._rng, self.office, self.places, self._shares)
        for number, place in enumerate(self.places):
            town = Town(self._rng, self.office, grower, place, self.places)
            share = self._wanted * (number + 1) // len(self.places) - self.office.persons
            stories = (people.EVERYWHERE, people.MOURNING) if number == 0 else ()
            town.found(int(share * _SETTLED), stories)
            yield town

    def live(self, town: Town, stage: int) -> None:
        """Let a kelurahan live until the day of a register; on the last day all have arrived."""
        town.live(DAYS[stage], self._shares)
        if stage == len(DAYS) - 1:
            town.arrive(self._wanted * (self.places.index(town.place) + 1) // len(self.places))


def families(persons: int, seed: int) -> Iterator[Family]:
    """The families of a city on its last day, kelurahan by kelurahan, the dead and gone among them."""
    city = City(persons, seed)
    for town in city.towns():
        for stage in range(len(DAYS)):
            city.live(town, stage)
        yield from town.families
