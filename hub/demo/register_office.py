"""Brings persons, dwellings and families of the made-up city into being, with their names and numbers."""

from __future__ import annotations

from datetime import date
from random import Random

from hub.demo import people, slips
from hub.demo.chance import choice
from hub.demo.names import made_up_name
from hub.demo.people import Dwelling, Family, Numbers, Person, Place
from hub.demo.shares import Shares


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


_STREETS = _phrases(
    "CIKUTRA|CIBADAK|CISITU LAMA|KEBON KAWUNG|PADASUKA|JAMIKA|GATOT SUBROTO|CARINGIN|BABAKAN SARI|"
    "MOH. TOHA|SUKAHAJI|PASIRKOJA|CIJERAH|TERUSAN BUAHBATU|KIARACONDONG|SOEKARNO HATTA|RANCABOLANG|"
    "CIWASTRA|UJUNGBERUNG"
)
_LANES = _phrases(
    "MAWAR|MELATI|ANGGREK|DAHLIA|H. KURDI|PAK OYON|IBU AISAH|MADRASAH|SALUYU|WARGALUYU|SILIWANGI|KUJANG|"
    "MANGGA|RAMBUTAN|SAWO|MEKAR|SAUYUNAN|CIBANTENG|LUMBUNG|SITU AKSAN|BAPA SUHAYA|DESA|TEGALLEGA|"
    "SUKARASA"
)
_ELSEWHERE = (
    ("GARUT", "3205"), ("SUMEDANG", "3211"), ("TASIKMALAYA", "3206"), ("CIANJUR", "3203"), ("CIAMIS", "3207"),
    ("KAB. BANDUNG", "3204"), ("BANDUNG BARAT", "3217"), ("CIMAHI", "3277"), ("MAJALENGKA", "3210"),
    ("CIREBON", "3209"), ("SUBANG", "3213"), ("JAKARTA", "3173"), ("BREBES", "3329"), ("CILACAP", "3301"),
    ("BANYUMAS", "3302"), ("SURABAYA", "3578"),
)  # fmt: skip
_HABITS = (
    slips.respelt, slips.respelt, slips.respelt, slips.dropped, slips.dropped, slips.nicknamed,
    slips.initialled, slips.mistyped,
)  # fmt: skip
_DATE_HABITS = (slips.unknown_day, slips.unknown_day, slips.other_year, slips.other_day)
_TWINS = 0.014
_FEW_CAN = 4
"""One namesake in four is born near enough, and not bound to a mother's age."""
_REMEMBERED = 400
"""How many persons of a kelurahan are kept in mind as possible namesakes."""


class RegisterOffice:
    """Counts and names what there is in one city."""

    def __init__(self, rng: Random, shares: Shares) -> None:
        self.persons = self.families = self.dwellings = 0
        self.namesakes = self.twins = 0
        self._rng = rng
        self._shares = shares
        self._numbers = Numbers(rng)
        self._known: dict[str, list[Person]] = {"L": [], "P": []}

    def next_kelurahan(self) -> None:
        """Namesakes live in the same kelurahan: forget those of the last."""
        self._known = {"L": [], "P": []}

    def dwelling(self, place: Place) -> Dwelling:
        """A new dwelling somewhere in a kelurahan."""
        rng = self._rng
        self.dwellings += 1
        chance = rng.random()
        if chance < 0.1:
            street = f"KP. {place.name}"
        else:
            street = f"GG. {choice(rng, _LANES)}" if chance < 0.7 else f"JL. {choice(rng, _STREETS)}"
            if rng.random() < 0.85:
                street += f" NO. {1 + int(rng.random() * 190)}{choice(rng, ('', '', '', 'A', 'B', '/21C'))}"
        rt, rw = 1 + int(rng.random() * 8), 1 + int(rng.random() * 14)
        return Dwelling(f"H{self.dwellings:07}", place, street, rt, rw)

    def family(
        self, dwelling: Dwelling, legal: Dwelling, decile: int, members: list[Person], registered: date
    ) -> Family:
        """A new family with its KK."""
        self.families += 1
        family = Family(
            f"K{self.families:07}", self.kk(legal, registered), dwelling, legal, decile, [],
            self._rng.randbytes(64),
        )  # fmt: skip
        for person in members:
            people.join(family, person)
        return family

    def kk(self, legal: Dwelling, registered: date) -> str:
        """A KK number, issued where the papers say."""
        return self._numbers.kk(legal.place.kecamatan_code, registered)

    def renew(self, family: Family, registered: date) -> None:
        """Another KK number for a family."""
        family.former_kk.append(family.kk)
        family.kk = self.kk(family.legal, registered)

    def born(self, place: Place, father: Person | None, mother: Person, born: date) -> list[Person]:
        """A child of the house, or twins. They have no family yet."""
        child = self._child(place, father, mother, born)
        if self._rng.random() >= _TWINS:
            return [child]
        twin = self._child(place, father, mother, born)
        twin.birthplace, twin.twin, twin.says_born = child.birthplace, True, child.says_born
        self.twins += 1
        return [child, twin]

    def _child(self, place: Place, father: Person | None, mother: Person, born: date) -> Person:
        child = self.person(place, choice(self._rng, "LP"), born, people.CHILD, mother)
        child.father_id = father.id if father else ""
        return child

    def person(
        self, place: Place, sex: str, born: date, relation: str, mother: Person | None = None
    ) -> Person:
        """Somebody new, registered at birth where born."""
        rng, shares = self._rng, self._shares
        name = made_up_name(rng, sex)
        if rng.random() < shares.namesake and self._known[sex]:
            name, born = self._namesake(sex, born, fixed=mother is not None)
        birthplace, region = self._birthplace(place, born)
        on_paper = born
        if rng.random() < shares.nik_redated:
            on_paper = slips.possible(slips.other_day(rng, born), born, people.AS_OF)
        self.persons += 1
        person = Person(
            id=f"P{self.persons:07}",
            nik=self._numbers.nik(region, on_paper, sex),
            name=name,
            sex=sex,
            born=born,
            birthplace=birthplace,
            mother_name=mother.name if mother else made_up_name(rng, "P"),
            relation=relation,
            traits=rng.randbytes(32),
            known_as=choice(rng, _HABITS)(rng, name, sex) if rng.random() < shares.habit_name else name,
            says_born=slips.possible(choice(rng, _DATE_HABITS)(rng, born), born, people.AS_OF)
            if rng.random() < shares.habit_dob
            else born,
            mother_id=mother.id if mother else "",
        )
        self._remember(person)
        return person

    def _birthplace(self, place: Place, born: date) -> tuple[str, str]:
        if self._rng.random() < (0.72 if born.year < 1994 else 0.93):
            return "BANDUNG", place.kecamatan_code
        birthplace, stem = choice(self._rng, _ELSEWHERE)
        return birthplace, f"{stem}{1 + int(self._rng.random() * 20):02}"

    def _namesake(self, sex: str, born: date, *, fixed: bool) -> tuple[str, date]:
        """The name of somebody of that sex and age living near; a few are also born within ten days."""
        rng = self._rng
        candidates = [choice(rng, self._known[sex]) for _ in range(8)]
        other = min(candidates, key=lambda each: abs(each.born - born))
        self.namesakes += 1
        near = abs((other.born - born).days) < 700 and born < people.START
        if near and not fixed and rng.random() < self._shares.namesake_day * _FEW_CAN:
            born = slips.possible(slips.other_day(rng, other.born), other.born, people.START)
        return other.name, born

    def _remember(self, person: Person) -> None:
        known = self._known[person.sex]
        if len(known) < _REMEMBERED:
            known.append(person)
        else:
            known[int(self._rng.random() * _REMEMBERED)] = person
