"""Makes households one by one: who lives together, how old, born where, with which numbers.

Structure: couples with children, lone parents, single and widowed people, parents and grandchildren living
with them, and young couples in the dwelling of their parents (one household, two KK).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random
from typing import TypeVar

from hub.demo.names import made_up_name
from hub.demo.people import AS_OF, Dwelling, Family, Numbers, Person, Place


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
_WORK = _phrases(
    "BURUH HARIAN LEPAS|KARYAWAN SWASTA|WIRASWASTA|PEDAGANG|BELUM/TIDAK BEKERJA|SOPIR|TUKANG BATU|"
    "TUKANG JAHIT"
)
_TODAY = AS_OF.toordinal()
_T = TypeVar("_T")


def choice(rng: Random, items: Sequence[_T]) -> _T:
    """One of the items; three times as fast as the library's, which matters at a million rows."""
    return items[int(len(items) * rng.random())]


class Grower:
    """Makes the households of one city."""

    def __init__(self, rng: Random, places: Sequence[Place]) -> None:
        self.persons = 0
        self._rng = rng
        self._places = places
        self._numbers = Numbers(rng)
        self._households = 0
        self._families = 0
        self._people = 0

    def household(self, place: Place, *, at_home: bool) -> list[Family]:
        """The one or two families of a new dwelling; `at_home`: their papers name this dwelling too."""
        rng = self._rng
        dwelling = self._dwelling(place)
        legal = dwelling
        if not at_home and rng.random() < 0.05:
            legal = self._dwelling(choice(rng, self._places))
        decile = 1 + int(rng.random() * 10)
        first = self._family(dwelling, legal, decile)
        parents = first.members[:2]
        if (
            len(parents) == 2
            and parents[1].relation == "ISTRI"
            and _age(parents[1]) > 42
            and rng.random() < 0.25
        ):
            return [first, self._young_couple(first, decile)]
        return [first]

    def _dwelling(self, place: Place) -> Dwelling:
        rng = self._rng
        self._households += 1
        street = f"GG. {choice(rng, _LANES)}" if rng.random() < 0.7 else f"JL. {choice(rng, _STREETS)}"
        if rng.random() < 0.8:
            street += f" NO. {1 + int(rng.random() * 190)}"
        rt, rw = 1 + int(rng.random() * 8), 1 + int(rng.random() * 14)
        return Dwelling(f"H{self._households:07}", place, street, rt, rw)

    def _family(self, dwelling: Dwelling, legal: Dwelling, decile: int) -> Family:
        rng = self._rng
        kind = rng.random()
        if kind < 0.78:
            members = self._couple(dwelling.place, 22 + int(rng.random() * 50))
        elif kind < 0.90:
            members = self._lone_parent(dwelling.place)
        else:
            members = [
                self._person(dwelling.place, choice(rng, "LP"), 20 + rng.random() * 65, "KEPALA KELUARGA")
            ]
            members[0].marital = 4 if _age(members[0]) > 55 else 1
        self._add_relatives(dwelling.place, members)
        self._strike_by_fate(members)
        return self._registered(dwelling, legal, decile, members)

    def _young_couple(self, parents: Family, decile: int) -> Family:
        """A grown child of the house with an own KK."""
        father, mother = parents.members[:2]
        age = max(19, int(_age(mother) - 20 - self._rng.random() * 6))
        members = self._couple(parents.dwelling.place, age)
        head = members[0]
        head.mother_id, head.father_id, head.mother_name = mother.id, father.id, mother.name
        return self._registered(parents.dwelling, parents.legal, decile, members)

    def _registered(self, dwelling: Dwelling, legal: Dwelling, decile: int, members: list[Person]) -> Family:
        rng = self._rng
        self._families += 1
        self.persons += len(members)
        registered = date.fromordinal(_TODAY - int(rng.random() * 6000))
        kk = self._numbers.kk(legal.place.kecamatan_code, registered)
        return Family(f"K{self._families:07}", kk, dwelling, legal, decile, members)

    def _couple(self, place: Place, age: int) -> list[Person]:
        rng = self._rng
        husband = self._person(place, "L", age, "KEPALA KELUARGA")
        wife = self._person(place, "P", max(18, age + 2 - rng.random() * 9), "ISTRI")
        husband.marital = wife.marital = 2
        return [husband, wife, *self._children(place, husband, wife)]

    def _lone_parent(self, place: Place) -> list[Person]:
        rng = self._rng
        mother = self._person(place, "P", 24 + rng.random() * 45, "KEPALA KELUARGA")
        mother.marital = 3 + int(rng.random() * 2)
        return [mother, *self._children(place, None, mother)]

    def _children(self, place: Place, father: Person | None, mother: Person) -> list[Person]:
        """Children born when the mother was 19 to 41 and still at home; now and then twins."""
        rng = self._rng
        children: list[Person] = []
        mother_age, at_birth = _age(mother), 19 + rng.random() * 8
        while at_birth < min(mother_age, 41) and len(children) < 6:
            age = mother_age - at_birth
            if age < 19 or rng.random() < 0.45:
                children.append(self._child(place, father, mother, age))
                if rng.random() < 0.008:
                    children.append(self._twin(place, father, mother, children[-1]))
            at_birth += 2 + rng.random() * 6
            if rng.random() < 0.15 * len(children):
                break
        return children

    def _child(self, place: Place, father: Person | None, mother: Person, age: float) -> Person:
        child = self._person(place, choice(self._rng, "LP"), age, "ANAK", mother.name)
        child.mother_id, child.father_id = mother.id, father.id if father else ""
        return child

    def _twin(self, place: Place, father: Person | None, mother: Person, first: Person) -> Person:
        twin = self._child(place, father, mother, _age(first))
        twin.born, twin.birthplace, twin.twin, first.twin = first.born, first.birthplace, True, True
        twin.nik = self._numbers.nik(first.nik[:6], first.born, twin.sex)
        return twin

    def _add_relatives(self, place: Place, members: list[Person]) -> None:
        rng, head = self._rng, members[0]
        if rng.random() < 0.06 and _age(head) < 60:
            relation, child = ("MERTUA", members[-1]) if rng.random() < 0.4 else ("ORANG TUA", head)
            elder = self._person(place, "P", _age(head) + 19 + rng.random() * 12, relation)
            elder.marital = 4
            if child is head:
                head.mother_id, head.mother_name = elder.id, elder.name
            members.append(elder)
        if rng.random() < 0.04 and _age(head) > 48:
            members.append(self._person(place, choice(rng, "LP"), rng.random() * 12, "CUCU"))
        if rng.random() < 0.03:
            members.append(self._person(place, choice(rng, "LP"), 12 + rng.random() * 40, "FAMILI LAIN"))

    def _strike_by_fate(self, members: list[Person]) -> None:
        """Some died and some left the city; a register may still list them."""
        for person in members:
            fate = self._rng.random()
            if fate < (0.05 if _age(person) > 65 else 0.012):
                person.died = date.fromordinal(
                    max(person.born.toordinal(), _TODAY - int(self._rng.random() * 900))
                )
            elif fate > 0.985:
                person.moved_out = True

    def _person(self, place: Place, sex: str, age: float, relation: str, mother: str | None = None) -> Person:
        rng = self._rng
        born = date.fromordinal(_TODAY - 1 - int(age * 365.25 + rng.random() * 300))
        if rng.random() < (0.72 if age > 25 else 0.9):
            birthplace, region = "BANDUNG", place.kecamatan_code
        else:
            birthplace, stem = choice(rng, _ELSEWHERE)
            region = f"{stem}{1 + int(rng.random() * 20):02}"
        self._people += 1
        return Person(
            id=f"P{self._people:07}",
            nik=self._numbers.nik(region, born, sex),
            name=made_up_name(rng, sex),
            sex=sex,
            born=born,
            birthplace=birthplace,
            mother_name=mother or made_up_name(rng, "P"),
            relation=relation,
            marital=1,
            occupation=self._occupation(sex, age),
        )

    def _occupation(self, sex: str, age: float) -> str:
        if age < 6:
            return "BELUM/TIDAK BEKERJA"
        if age < 18:
            return "PELAJAR/MAHASISWA"
        return (
            "MENGURUS RUMAH TANGGA" if sex == "P" and self._rng.random() < 0.6 else choice(self._rng, _WORK)
        )


def _age(person: Person) -> float:
    return (_TODAY - person.born.toordinal()) / 365.25
