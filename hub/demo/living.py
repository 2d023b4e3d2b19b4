"""How the persons and families of the made-up city live: schooling, work, housing, goods, programmes.

Values are codes of the Regsosek questionnaire (FORMATS); they follow from the random bytes that each person and
family carries, so that two registers tell the same story.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from hub.demo.chance import by_decile, spread
from hub.demo.people import Family, Person

NO_DIPLOMA = "23"
_FINAL = by_decile(
    {"": 3, "SD-": 13, "3": 33, "8": 24, "13": 14, "15": 10, "18": 2, "19": 1},
    {"": 1, "SD-": 6, "3": 22, "8": 22, "13": 26, "15": 12, "18": 5, "19": 6},
    {"": 0, "SD-": 2, "3": 8, "8": 13, "13": 34, "15": 9, "18": 10, "19": 24},
)
"""Where schooling ends: never began, left primary school, or a level: SD 3, SMP 8, SMA 13, SMK 15, D 18, S1 19."""
_LEFT_AT = {"": 6, "SD-": 10, "3": 12, "8": 15, "13": 18, "15": 18, "18": 21, "19": 22}
_MODERN = 1990
"""Born since then, nearly everybody finishes SMP."""
_WORK = {
    "L": by_decile(
        {"casual": 30, "employee": 25, "trader": 10, "own": 14, "driver": 7, "none": 12},
        {"casual": 14, "employee": 40, "trader": 12, "own": 15, "driver": 7, "civil": 4, "none": 8},
        {"casual": 3, "employee": 48, "trader": 11, "own": 20, "driver": 2, "civil": 11, "none": 5},
    ),
    "P": by_decile(
        {"home": 64, "casual": 5, "employee": 9, "trader": 9, "own": 5, "maid": 8},
        {"home": 60, "employee": 18, "trader": 9, "own": 6, "maid": 4, "civil": 3},
        {"home": 52, "employee": 27, "trader": 6, "own": 7, "civil": 8},
    ),
}
EARNING = frozenset({"casual", "employee", "trader", "own", "driver", "maid", "civil"})


class Schooling(NamedTuple):
    """Questions 412 to 415."""

    state: str
    """1 never or not yet, 2 pupil, 3 no longer."""
    level: str
    grade: str
    diploma: str


def schooling(person: Person, decile: int, age: int) -> Schooling:
    """A person's schooling at an age of 5 or more."""
    final = _FINAL[decile - 1][person.traits[0]]
    if person.born.year >= _MODERN and final in ("", "SD-", "3") and person.traits[1] > 40:
        final = "8"
    if age < 7 and (age < 6 or person.traits[2] < 80):
        return Schooling("1", "", "", NO_DIPLOMA)
    if final == "":
        return Schooling("1", "", "", NO_DIPLOMA)
    if age <= _LEFT_AT[final]:
        return _pupil(final, age)
    if final == "SD-":
        return Schooling("3", "3", "4", NO_DIPLOMA)
    return Schooling("3", final, "8", final)


def _pupil(final: str, age: int) -> Schooling:
    if age <= 12:
        return Schooling("2", "3", str(max(1, age - 6)), NO_DIPLOMA)
    if age <= 15:
        return Schooling("2", "8", str(age - 12), "3")
    if age <= 18:
        return Schooling("2", "15" if final == "15" else "13", str(age - 15), "8")
    return Schooling("2", final, str(min(4, age - 18)), "13")


def work(person: Person, decile: int, age: int) -> str:
    """What a person does: none, pupil, home, pension, casual, employee, trader, own, driver, maid, civil."""
    if age < 15:
        return "pupil" if age > 6 else "none"
    if schooling(person, decile, age).state == "2":
        return "pupil"
    kind = _WORK[person.sex][decile - 1][person.traits[3]]
    if age < 65 or (age < 75 and person.traits[4] < 90 and kind != "civil"):
        return kind
    return "pension" if kind == "civil" else "home" if person.sex == "P" else "none"


class Home(NamedTuple):
    """Questions 301 to 310 as codes, blank where the questionnaire skips."""

    owned: str
    proof: str
    floor_area: str
    floor: str
    wall: str
    roof: str
    water: str
    to_septic: str
    light: str
    power: str
    fuel: str
    toilet: str
    closet: str
    disposal: str


_OWNED = by_decile(
    {"1": 45, "2": 29, "3": 23, "4": 1, "5": 2}, {"1": 58, "2": 25, "3": 15, "4": 1, "5": 1},
    {"1": 76, "2": 17, "3": 5, "4": 2},
)  # fmt: skip
_PROOF = by_decile(
    {"1": 35, "2": 10, "3": 8, "4": 6, "5": 28, "6": 13}, {"1": 58, "2": 9, "3": 6, "4": 5, "5": 16, "6": 6},
    {"1": 82, "2": 6, "3": 2, "4": 5, "5": 5},
)  # fmt: skip
_FLOOR = by_decile(
    {"2": 48, "4": 12, "6": 31, "8": 4, "5": 2, "7": 1, "9": 1, "3": 1}, {"2": 66, "1": 3, "4": 10, "6": 18, "3": 3},
    {"2": 70, "1": 18, "4": 5, "3": 6, "6": 1},
)  # fmt: skip
_WALL = by_decile(
    {"1": 76, "2": 4, "3": 7, "4": 7, "5": 3, "6": 2, "7": 1}, {"1": 92, "2": 3, "3": 3, "4": 2}, {"1": 99, "3": 1},
)  # fmt: skip
_ROOF = by_decile(
    {"2": 54, "4": 33, "3": 6, "1": 3, "5": 1, "6": 1, "8": 2}, {"2": 66, "4": 22, "1": 7, "3": 3, "8": 2},
    {"2": 70, "1": 18, "4": 10, "3": 2},
)  # fmt: skip
_WATER = by_decile(
    {"2": 30, "3": 26, "4": 18, "5": 9, "6": 6, "7": 5, "1": 2, "8": 2, "10": 1, "11": 1},
    {"2": 33, "3": 27, "4": 20, "5": 5, "1": 12, "7": 2, "6": 1}, {"2": 29, "3": 24, "4": 14, "1": 31, "5": 2},
)  # fmt: skip
_LIGHT = by_decile({"1": 85, "2": 13, "3": 1, "4": 1}, {"1": 95, "2": 5}, {"1": 99, "2": 1})
_POWER = by_decile(
    {"1": 50, "2": 42, "3": 7, "4": 1}, {"1": 17, "2": 40, "3": 35, "4": 8},
    {"2": 12, "3": 40, "4": 30, "5": 18},
)  # fmt: skip
_FUEL = by_decile(
    {"4": 89, "12": 5, "10": 4, "1": 1, "11": 1}, {"4": 85, "2": 4, "12": 5, "5": 3, "1": 3},
    {"4": 48, "2": 19, "3": 18, "5": 8, "1": 4, "12": 3},
)  # fmt: skip
_TOILET = by_decile(
    {"1": 70, "2": 18, "3": 5, "4": 4, "6": 2, "5": 1}, {"1": 88, "2": 9, "3": 2, "4": 1}, {"1": 99, "2": 1},
)  # fmt: skip
_CLOSET = by_decile({"1": 88, "2": 6, "3": 2, "4": 4}, {"1": 96, "2": 3, "4": 1}, {"1": 99, "2": 1})
_DISPOSAL = by_decile(
    {"1": 52, "3": 34, "2": 5, "4": 5, "6": 3, "5": 1}, {"1": 70, "3": 20, "2": 7, "4": 2, "6": 1},
    {"1": 84, "2": 11, "3": 5},
)  # fmt: skip
_TO_SEPTIC = spread({"1": 38, "2": 43, "3": 19})


def home(family: Family) -> Home:
    """How a family is housed."""
    traits, band = family.traits, family.decile - 1
    owned, water = _OWNED[band][traits[0]], _WATER[band][traits[1]]
    light, toilet = _LIGHT[band][traits[2]], _TOILET[band][traits[3]]
    shared = toilet in ("1", "2", "3")
    return Home(
        owned=owned,
        proof=_PROOF[band][traits[4]] if owned == "1" else "",
        floor_area=str(14 + band * 6 + traits[5] * (6 + band) // 60),
        floor=_FLOOR[band][traits[6]],
        wall=_WALL[band][traits[7]],
        roof=_ROOF[band][traits[8]],
        water=water,
        to_septic=_TO_SEPTIC[traits[9]] if water in ("4", "5", "6", "7", "8") else "",
        light=light,
        power=_POWER[band][traits[10]] if light == "1" else "",
        fuel=_FUEL[band][traits[11]],
        toilet=toilet,
        closet=_CLOSET[band][traits[12]] if shared else "",
        disposal=_DISPOSAL[band][traits[13]] if shared else "",
    )


_PROGRAMMES = {
    "sembako": (20, (66, 60, 54, 46, 24, 10, 4, 1, 0, 0)),
    "pkh": (21, (38, 34, 28, 20, 8, 3, 1, 0, 0, 0)),
    "pbi": (22, (80, 74, 68, 60, 44, 26, 14, 6, 3, 1)),
    "bpum": (23, (7, 7, 7, 7, 6, 4, 2, 1, 0, 0)),
    "bst": (24, (14, 14, 13, 12, 10, 6, 3, 1, 0, 0)),
    "ppkm": (25, (6, 6, 5, 5, 4, 2, 1, 0, 0, 0)),
    "electricity": (26, (92, 90, 86, 80, 66, 52, 36, 20, 10, 4)),
    "local": (27, (9, 8, 6, 5, 3, 2, 1, 0, 0, 0)),
    "gas": (28, (94, 93, 92, 90, 84, 78, 66, 50, 40, 30)),
    "rutilahu": (29, (4, 3, 2, 1, 0, 0, 0, 0, 0, 0)),
    "savings": (30, (14, 18, 22, 26, 32, 40, 52, 64, 76, 86)),
}
"""Code → the byte that decides, per cent of the families of each decile."""


def receives(family: Family, programme: str) -> bool:
    """Whether a family gets a programme, in the years in which it was paid."""
    slot, shares = _PROGRAMMES[programme]
    return family.traits[slot] * 100 < shares[family.decile - 1] * 256


_AGE_GROUPS = ((0, 6), (7, 12), (13, 15), (16, 18), (19, 21), (22, 59), (60, 200))


def age_flags(age: int) -> list[bool]:
    """P3KE's seven groups of age."""
    return [low <= age <= high for low, high in _AGE_GROUPS]


def disabled(person: Person) -> int:
    """0 none, otherwise 1-3: how severe a difficulty is, as codes of question 428 count."""
    byte = person.traits[5]
    return 0 if byte > 7 else 1 + byte % 3


def pregnant(person: Person, day: date) -> bool:
    """Whether a married woman expects a child."""
    return person.sex == "P" and person.marital == 2 and 15 <= person.age(day) <= 44 and person.traits[6] < 14
