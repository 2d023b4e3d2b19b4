"""Blocks III and V of Regsosek: how a made-up family is housed, what it gets and owns."""

from __future__ import annotations

from hub.demo.chance import by_decile
from hub.demo.living import home, receives
from hub.demo.people import Family
from hub.demo.regsosek_columns import AID, FAMILY_COLUMNS, GOODS

BLOCKS_III_AND_V = len(FAMILY_COLUMNS) - FAMILY_COLUMNS.index("r301a")
_AID = ("sembako", "pkh", "", "electricity", "local", "", "gas")
"""501a to g; c (village funds) and f (fertiliser) are not paid in a city."""
_GOODS = (
    (80, 90, 96), (60, 74, 90), (4, 18, 52), (2, 6, 26), (3, 11, 34), (72, 86, 95), (18, 34, 62), (16, 42, 78),
    (28, 32, 38), (52, 68, 78), (3, 20, 68), (0, 0, 0), (0, 0, 0), (90, 96, 99),
)  # fmt: skip
"""502a to n: per cent of the poor, the middle and the well-off that own it."""
_LAND = (6, 15, 34)
_OTHER_HOUSE = (2, 8, 28)
_GOATS = ("0",) * 254 + ("3", "4")
_INTERNET = by_decile(
    {"3": 62, "2": 18, "0": 16, "1": 4},
    {"3": 56, "2": 28, "1": 10, "0": 6},
    {"3": 38, "2": 34, "1": 26, "0": 2},
)
_ACCOUNT = by_decile(
    {"4": 62, "2": 30, "3": 5, "1": 3},
    {"4": 36, "2": 48, "3": 12, "1": 4},
    {"2": 68, "4": 14, "3": 16, "1": 2},
)
_YES, _NO = "1", "2"
_FIRST_MONTH, _FIRST_GOOD = 34, 41


def blocks(family: Family) -> list[str]:
    """r301a to r506 of a family that answered."""
    traits, band = family.traits, family.decile - 1
    third = 0 if band < 4 else 1 if band < 7 else 2
    lives = home(family)
    goods = [_yes(traits[_FIRST_GOOD + at], _GOODS[at][third]) for at in range(len(GOODS))]
    return [
        lives.owned, lives.proof, lives.floor_area, lives.floor, lives.wall, lives.roof, lives.water,
        lives.to_septic, lives.light, lives.power, "", "", lives.fuel, lives.toilet, lives.closet,
        lives.disposal, *_aid(family), *goods, _yes(traits[57], _LAND[third]), _yes(traits[58], _OTHER_HOUSE[third]),
        "0", "0", "0", "0", _GOATS[traits[59]], _INTERNET[band][traits[60]], _ACCOUNT[band][traits[61]],
    ]  # fmt: skip


def _yes(byte: int, percent: int) -> str:
    return _YES if byte * 100 < percent * 256 else _NO


def _aid(family: Family) -> list[str]:
    """501a to g, each with month and year of the last receipt."""
    answers: list[str] = []
    for at in range(len(AID)):
        byte = family.traits[_FIRST_MONTH + at]
        impossible = not _AID[at] and byte == 0  # a village programme in a city: the reader has to flag it
        if impossible or (_AID[at] and receives(family, _AID[at])):
            earlier = byte < 50
            answers += [_YES, str(1 + byte % (12 if earlier else 10)), "2021" if earlier else "2022"]
        else:
            answers += [_NO, "", ""]
    return answers
