"""The clerks of a register: they write values as the register holds them, with its own chance."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Generic, TypeVar

from hub.demo import slips
from hub.demo.chance import choice
from hub.demo.people import Dwelling, Person, Place, View
from hub.demo.shares import Shares

_NO_NUMBER = (
    "", "", "", "", "", "", "", "", "", "-", "0", "TIDAK ADA", "0000000000000000", "9999999999999999",
)  # fmt: skip
_NO_MOTHER = ("", "", "-", "0", "IBU", "TIDAK TAHU")
_MOTHER_CALLED = 0.08
"""Children often know their mother by another name than her papers do."""
_OTHER_SEX = {"L": "P", "P": "L"}
_T = TypeVar("_T")


class Faults(Generic[_T]):
    """Kinds of fault with their shares: one draw finds the fault of a value, most often none."""

    def __init__(self, *faults: tuple[float, _T]) -> None:
        self._bounds: list[tuple[float, _T]] = []
        self._total = 0.0
        for share, kind in faults:
            self._total += share
            self._bounds.append((self._total, kind))

    def find(self, chance: float) -> _T | None:
        """The fault that a draw from 0 to 1 stands for."""
        if chance >= self._total:
            return None
        return next(kind for bound, kind in self._bounds if chance < bound)


class Clerk:
    """Writes the values of one register."""

    def __init__(self, rng: Random, shares: Shares) -> None:
        self._rng = rng
        self._shares = shares
        self._temporary = 0
        self._rounded: dict[tuple[str, int, int], bool] = {}
        self._last_nik = ""
        self._numbers = Faults[slips.NumberSlip](
            (shares.id_typo, slips.typo), (shares.id_transposed, slips.transposed),
            (shares.id_zeroed, slips.zeroed), (shares.id_15, slips.one_lost),
            (shares.id_sci, slips.scientific), (shares.id_spaced, slips.spaced),
        )  # fmt: skip
        self._names = Faults[slips.NameSlip](
            (shares.name_variant, slips.respelt), (shares.name_drop, slips.dropped),
            (shares.name_initial, slips.initialled), (shares.name_typo, slips.mistyped),
            (shares.name_join, slips.joined), (shares.name_swap, slips.swapped),
            (shares.name_added, slips.added), (shares.name_nick, slips.nicknamed),
            (shares.name_title, slips.titled),
        )  # fmt: skip
        self._days = Faults[slips.DaySlip](
            (shares.dob_default, slips.unknown_day), (shares.dob_swap, slips.day_and_month_swapped),
            (shares.dob_year, slips.other_year), (shares.dob_decade, slips.other_decade),
            (shares.dob_day, slips.other_day), (shares.dob_month, slips.other_month),
        )  # fmt: skip

    def nik(self, person: Person, where: Dwelling, head: Person, day: date) -> str:
        """A person's NIK as written by who lists a family living there, on that day."""
        rng, shares = self._rng, self._shares
        missing = shares.nik_missing_child if person.age(day) < 5 else shares.nik_missing
        chance = rng.random()
        if chance < missing:
            return choice(rng, _NO_NUMBER)
        chance -= missing
        if chance < shares.nik_copied:
            return head.nik
        if chance < shares.nik_copied + shares.nik_shared and self._last_nik:
            return self._last_nik
        self._last_nik = person.nik
        if self._is_rounded(where):
            return slips.zeroed(rng, person.nik)
        return self._number(person.nik, where.place)

    def _is_rounded(self, where: Dwelling) -> bool:
        """Whether the list of this RT went through a spreadsheet."""
        key = (where.place.code, where.rt, where.rw)
        if key not in self._rounded:
            self._rounded[key] = self._rng.random() < self._shares.batch_rt
        return self._rounded[key]

    def kk(self, seen: View, place: Place) -> str:
        """A family's KK number as written; an outdated one is one that the family had before."""
        chance, shares, former = self._rng.random(), self._shares, seen.family.former_kk
        kk = seen.kk
        if chance < shares.kk_missing:
            return choice(self._rng, _NO_NUMBER)
        if chance < shares.kk_missing + shares.kk_outdated and kk == seen.family.kk:
            kk = choice(self._rng, former) if former else self._issued_before(kk)
        return self._number(kk, place) if self._rng.random() < 0.5 else kk

    def _issued_before(self, kk: str) -> str:
        year = int(kk[10:12])
        return f"{kk[:10]}{max(0, year - 3):02}{1 + int(self._rng.random() * 90):04}"

    def _number(self, number: str, place: Place) -> str:
        chance = self._rng.random()
        if chance < self._shares.id_temp:
            self._temporary += 1
            return f"0{place.code}{self._temporary % 100_000:05}"
        slip = self._numbers.find(chance - self._shares.id_temp)
        return slip(self._rng, number) if slip else number

    def name(self, person: Person, day: date) -> str:
        """A person's name as written on that day."""
        rng, shares = self._rng, self._shares
        if rng.random() < shares.name_missing:
            return ""
        if day.year - person.born.year < 2 and person.age(day) < 1 and rng.random() < shares.name_baby:
            return f"BAYI NY. {person.mother_name}"
        return self._slipped_name(person.known_as, person.sex)

    def mother(self, name: str) -> str:
        """A mother's name as written."""
        if self._rng.random() < self._shares.mother_missing:
            return choice(self._rng, _NO_MOTHER)
        if self._rng.random() < _MOTHER_CALLED:
            name = choice(self._rng, (slips.dropped, slips.respelt, slips.nicknamed))(self._rng, name, "P")
        return self._slipped_name(name, "P")

    def _slipped_name(self, name: str, sex: str) -> str:
        slip = self._names.find(self._rng.random())
        if slip is None:
            return name
        name = slip(self._rng, name, sex)
        if self._rng.random() < 0.1:  # a clerk in a hurry makes another
            slip = self._names.find(self._rng.random())
            name = slip(self._rng, name, sex) if slip else name
        return name

    def born(self, person: Person, day: date) -> date | None:
        """A birth date as written on that day, None where there is none."""
        chance, missing = self._rng.random(), self._shares.dob_missing
        if chance < missing:
            return None
        slip = self._days.find(chance - missing)
        born = slips.possible(person.says_born, person.born, day)
        return slips.possible(slip(self._rng, born), born, day) if slip else born

    def sex(self, sex: str) -> str:
        """L or P as written."""
        return _OTHER_SEX[sex] if self._rng.random() < self._shares.sex_wrong else sex

    def birthplace(self, name: str) -> str:
        """A place of birth as written."""
        return "KOTA BANDUNG" if name == "BANDUNG" and self._rng.random() < 0.04 else name

    def street(self, street: str) -> str:
        """A street as written: `GG.` and `JL.` have many notations."""
        chance = self._rng.random()
        if chance < 0.15 and street.startswith("GG."):
            return f"JL. {street}"
        if chance < 0.35:
            return street.replace(". ", " ", 1)
        if chance < 0.45:
            return street.replace("NO. ", "NO.")
        if chance < 0.55:
            return street.replace("NO. ", "NO ")
        if chance < 0.6:
            return street.replace("JL. ", choice(self._rng, ("JLN. ", "JALAN ")), 1)
        return slips.mistyped(self._rng, street, "") if chance > 0.97 else street

    def kelurahan(self, place: Place) -> str:
        """A kelurahan's name as written: a former name, or one letter wrong."""
        chance, shares = self._rng.random(), self._shares
        if place.former_name and chance < shares.area_alias:
            return place.former_name
        if chance > 1 - shares.area_typo and len(place.name) > 7:
            return slips.mistyped(self._rng, place.name, "")
        return place.name

    def area(self, place: Place, places: list[Place]) -> Place:
        """The kelurahan under which a family is listed, now and then another one."""
        return choice(self._rng, places) if self._rng.random() < self._shares.area_wrong else place

    def forgets(self) -> bool:
        """Whether a person of a listed family is left out."""
        return self._rng.random() < self._shares.omit
