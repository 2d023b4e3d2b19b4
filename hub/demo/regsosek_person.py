"""Blocks IV A to F of Regsosek: the answers of one person, blank where the questionnaire skips."""

from __future__ import annotations

from hub.demo import people
from hub.demo.chance import spread
from hub.demo.living import EARNING, Schooling, disabled, pregnant, receives, schooling, work
from hub.demo.people import REGSOSEK_DAY, Member, Person
from hub.demo.regsosek_columns import PERSON_COLUMNS

FROM_MARITAL_ON = len(PERSON_COLUMNS) - PERSON_COLUMNS.index("r408")
RELATION = {
    people.HEAD: "1", people.WIFE: "2", "SUAMI": "2", people.CHILD: "3", people.IN_LAW: "4",
    people.GRANDCHILD: "5", people.PARENT: "6", people.PARENT_IN_LAW: "6", people.KIN: "8",
}  # fmt: skip
_PAPERS_OF_CHILDREN = spread({"1": 52, "3": 38, "2": 5, "0": 5})
_PAPERS_OF_ADULTS = spread({"4": 57, "5": 39, "0": 3, "1": 1})
_SECTOR = {
    "casual": ("11", "7"), "employee": ("8", "4"), "own": ("8", "1"), "trader": ("12", "1"),
    "driver": ("13", "4"), "maid": ("25", "4"), "civil": ("20", "5"),
}  # fmt: skip
"""Work → questions 417 and 418."""
_TAX_NUMBER = spread({"3": 73, "1": 20, "2": 7})
_LICENCE = spread({"11": 86, "4": 9, "10": 5})
_TURNOVER = spread({"1": 42, "2": 26, "3": 15, "4": 13, "5": 4})
_ONLINE = spread({"0": 47, "1": 30, "13": 23})
_NUTRITION = spread({"3": 90, "8": 4, "1": 3, "2": 3})
_DIFFICULTY = spread({"4": 94, "3": 6})
_SAD = spread({"4": 88, "3": 9, "2": 2, "1": 1})
_CARER = spread({"1": 84, "3": 11, "2": 5})
_ILLNESS = spread({"1": 78, "2": 10, "3": 4, "6": 4, "5": 2, "8": 1, "13": 1})
_ILLNESS_OF_YOUNG = spread({"1": 97, "4": 2, "18": 1})
_JOB_INSURANCE = spread({"3": 55, "0": 38, "15": 7})
_DONT_KNOW = spread({"2": 98, "8": 2})
_LOANS = (range(1, 8), range(8, 12), range(12, 14))
"""Bytes that stand for Prakerja, KUR, UMi."""
_HEALTH = {"pbi": "1", "employee": "4", "civil": "4"}
_SELF_PAID = spread({"0": 58, "2": 40, "6": 2})


def answers(member: Member, sex: str, age: int) -> list[str]:
    """r408 to r431f of somebody who lives with the family; `sex` and `age` as written in 405 and 407."""
    person = member.person
    decile = person.home.decile
    school = schooling(person, decile, age)
    kind = work(person, decile, age)
    return [
        str(member.marital),
        RELATION.get(member.relation, "8"),
        _expecting(member, sex, age),
        _papers(person, age),
        *_block_b(school, age),
        *_block_c(person, kind, age),
        *_block_d(person, kind, age),
        *_block_e(person, age),
        *_block_f(person, kind, age),
    ]


def _expecting(member: Member, sex: str, age: int) -> str:
    if sex != "P" or member.marital != people.MARRIED or not 10 <= age <= 54:
        return ""
    return "1" if pregnant(member.person, REGSOSEK_DAY) else "2"


def _papers(person: Person, age: int) -> str:
    """411, a sum of bits: 1 birth certificate, 2 child's card, 4 KTP."""
    return (_PAPERS_OF_ADULTS if age >= 17 else _PAPERS_OF_CHILDREN)[person.traits[7]]


def _block_b(school: Schooling, age: int) -> tuple[str, ...]:
    return school if age >= 5 else ("", "", "", "")


def _block_c(person: Person, kind: str, age: int) -> tuple[str, ...]:
    """416a to 419: work and tax number."""
    if age < 5:
        return ("", "", "", "", "")
    tax = _TAX_NUMBER[person.traits[8]] if age >= 15 else ""
    if kind not in EARNING:
        return ("2", "", "", "", tax)
    return ("1", str(20 + person.traits[9] % 50), *_SECTOR[kind], tax)


def _block_d(person: Person, kind: str, age: int) -> tuple[str, ...]:
    """420a to 426: own business."""
    traits = person.traits
    if age < 5:
        return ("",) * 8
    if kind not in ("own", "trader"):
        return ("2", *("",) * 7)
    helpers, paid = str(int(traits[10] < 55)), str(int(traits[11] < 18))
    return (
        "1", "1", _SECTOR[kind][0], helpers, paid, _LICENCE[traits[12]], _TURNOVER[traits[13]], _ONLINE[traits[14]],
    )  # fmt: skip


def _block_e(person: Person, age: int) -> tuple[str, ...]:
    """427 to 430: nutrition, difficulties, carer, chronic illness."""
    traits = person.traits
    nutrition = _NUTRITION[traits[15]] if age < 5 else ""
    difficulties = _difficulties(person, age) if age >= 2 else [""] * 9
    sad = _SAD[traits[26]] if age >= 5 else ""
    needs_care = age >= 60 or "1" in difficulties or "2" in difficulties
    illness = (_ILLNESS if age >= 45 else _ILLNESS_OF_YOUNG)[traits[27]]
    return (nutrition, *difficulties, sad, _CARER[traits[28]] if needs_care else "", illness)


def _difficulties(person: Person, age: int) -> list[str]:
    """428a to i."""
    answers = [_DIFFICULTY[person.traits[16 + at]] if age >= 50 else "4" for at in range(9)]
    severity = disabled(person)
    if severity:
        answers[person.traits[25] % 9] = str(severity)
    return answers


def _block_f(person: Person, kind: str, age: int) -> tuple[str, ...]:
    """431a to f: insurance and programmes; a and f are sums of bits."""
    traits = person.traits
    paid_by = "pbi" if receives(person.home, "pbi") else kind
    health = _HEALTH.get(paid_by) or _SELF_PAID[traits[29]]
    if age < 5:
        return (health, "", "", "", "", "")
    otherwise = _DONT_KNOW[traits[30]]
    grown = ("1" if traits[31] in hits else otherwise for hits in _LOANS) if age >= 15 else ("", "", "")
    pip = "1" if kind == "pupil" and receives(person.home, "sembako") and traits[30] < 170 else "2"
    insured = _JOB_INSURANCE[traits[24]] if kind in EARNING else ""
    return (health, *grown, pip, insured)
