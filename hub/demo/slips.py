"""What ears, hands and spreadsheets do to a number or a name: one slip each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from hub.demo.chance import choice
from hub.demo.names import NICKNAMES, VARIANTS

NumberSlip = Callable[[Random, str], str]
NameSlip = Callable[[Random, str, str], str]
"""(chance, name, sex) → the name as written."""
DaySlip = Callable[[Random, date], date]
_MEN_TITLES = ("H.", "HAJI", "DRS.", "R.", "KH.", "BPK.", "UST.")
_WOMEN_TITLES = ("HJ.", "HAJAH", "IBU", "NY.", "HJ", "NENG")
_UNKNOWN_DAYS = ((1, 1), (1, 1), (12, 31), (7, 1), (6, 30))
_BY_EAR = (
    ("F", "P"), ("V", "P"), ("Z", "J"), ("AE", "AI"), ("IA", "IYA"), ("SY", "S"), ("KH", "H"), ("U", "OE"),
    ("I", "Y"),
)  # fmt: skip
_KEYS = "QWERTYUIOPASDFGHJKLZXCVBNM"


def typo(rng: Random, digits: str) -> str:
    """One digit wrong."""
    at = 1 + int(rng.random() * (len(digits) - 1))
    wrong = (int(digits[at]) + 1 + int(rng.random() * 9)) % 10
    return f"{digits[:at]}{wrong}{digits[at + 1 :]}"


def transposed(rng: Random, digits: str) -> str:
    """Two neighbours swapped, if there are two that differ."""
    start = 1 + int(rng.random() * (len(digits) - 2))
    for at in (*range(start, len(digits) - 1), *range(1, start)):
        if digits[at] != digits[at + 1]:
            return digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
    return digits


def zeroed(rng: Random, digits: str) -> str:
    """The sixteenth digit lost to a spreadsheet."""
    return f"{digits[:-1]}0"


def one_lost(rng: Random, digits: str) -> str:
    """Fifteen digits."""
    at = 1 + int(rng.random() * (len(digits) - 1))
    return digits[:at] + digits[at + 1 :]


def scientific(rng: Random, digits: str) -> str:
    """As a spreadsheet shows a long number."""
    if rng.random() < 0.5:
        return f"{digits[0]}.{digits[1:3]}E+15"
    return f"{digits[0]},{digits[1:6]}E+15"


def spaced(rng: Random, digits: str) -> str:
    """Right, but with blanks, dots or an apostrophe."""
    parts = (digits[:6], digits[6:12], digits[12:])
    return choice(rng, (f"'{digits}", " ".join(parts), ".".join(parts), f"{digits} "))


def respelt(rng: Random, name: str, sex: str) -> str:
    """One word in another spelling."""
    words = name.split()
    at = int(rng.random() * len(words))
    words[at] = choice(rng, VARIANTS.get(words[at]) or (_by_ear(words[at]),))
    return " ".join(words)


def _by_ear(word: str) -> str:
    """A spelling by ear, for words without known variants."""
    for old, new in _BY_EAR:
        if old in word[1:]:
            return word[0] + word[1:].replace(old, new, 1)
    return word + word[-1]


def dropped(rng: Random, name: str, sex: str) -> str:
    """One word less, if there are two."""
    words = name.split()
    if len(words) > 1:
        words.pop(1 + int(rng.random() * (len(words) - 1)) if rng.random() < 0.8 else 0)
    return " ".join(words)


def initialled(rng: Random, name: str, sex: str) -> str:
    """One word of several as its first letter."""
    words = name.split()
    if len(words) > 1:
        at = int(rng.random() * len(words))
        words[at] = f"{words[at][0]}." if rng.random() < 0.5 else words[at][0]
    return " ".join(words)


def mistyped(rng: Random, name: str, sex: str) -> str:
    """A letter lost, doubled, wrong, or swapped with the next."""
    if len(name) < 5:
        return name
    at = 1 + int(rng.random() * (len(name) - 2))
    kind = rng.random()
    if " " in name[at : at + 2]:  # a blank more or less is no other name
        return name
    if kind < 0.3:
        return name[:at] + name[at + 1 :]
    if kind < 0.55:
        return name[:at] + name[at] + name[at:]
    if kind < 0.8:
        return name[:at] + choice(rng, _KEYS) + name[at + 1 :]
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def joined(rng: Random, name: str, sex: str) -> str:
    """Two words run together."""
    return name.replace(" ", "", 1)


def swapped(rng: Random, name: str, sex: str) -> str:
    """The last word first."""
    words = name.split()
    return " ".join((words[-1], *words[:-1]))


def added(rng: Random, name: str, sex: str) -> str:
    """Whose child, or that the person is dead, or a stray word."""
    parent = choice(rng, NICKNAMES["L"])
    child = "BIN" if sex == "L" else "BINTI"
    return choice(rng, (f"{name} {child} {parent}", f"AN. {name}", f"{name} (ALM)", f"{name} {parent}"))


def nicknamed(rng: Random, name: str, sex: str) -> str:
    """The name used at home, alone or before the last word."""
    nick, words = choice(rng, NICKNAMES[sex]), name.split()
    return nick if rng.random() < 0.5 or len(words) == 1 else f"{nick} {words[-1]}"


def titled(rng: Random, name: str, sex: str) -> str:
    """A title before, or a degree behind."""
    if rng.random() < 0.12:
        return f"{name}, {choice(rng, ('S.PD', 'SE', 'S.AG', 'A.MD'))}"
    return f"{choice(rng, _MEN_TITLES if sex == 'L' else _WOMEN_TITLES)} {name}"


def unknown_day(rng: Random, day: date) -> date:
    """A day that stands for an unknown one."""
    month, number = choice(rng, _UNKNOWN_DAYS)
    return day.replace(month=month, day=number)


def day_and_month_swapped(rng: Random, day: date) -> date:
    """Day and month swapped, where that is a date."""
    return day.replace(month=day.day, day=day.month) if day.day <= 12 else day


def other_year(rng: Random, day: date) -> date:
    """A year off."""
    return _shifted(day, choice(rng, (-1, 1)))


def other_decade(rng: Random, day: date) -> date:
    """Ten years off."""
    return _shifted(day, choice(rng, (-10, 10)))


def other_day(rng: Random, day: date) -> date:
    """A few days off."""
    return day + timedelta(days=choice(rng, (-10, -2, -1, 1, 2, 10)))


def other_month(rng: Random, day: date) -> date:
    """A month off."""
    return day.replace(month=1 + (day.month + choice(rng, (0, 10))) % 12, day=min(day.day, 28))


def _shifted(day: date, by: int) -> date:
    return day.replace(year=day.year + by, day=28 if (day.month, day.day) == (2, 29) else day.day)


def possible(slipped: date, day: date, latest: date) -> date:
    """The slipped date unless it is later than when it was written."""
    return slipped if slipped <= latest else day
