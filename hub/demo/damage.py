"""What clerks and spreadsheets do to values on their way into a register, at the shares published for DTKS.

Shares are the defaults of DOMAIN §7; each register may bring its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from hub.demo.grow import choice
from hub.demo.names import VARIANTS
from hub.demo.people import AS_OF, Place


@dataclass(frozen=True, slots=True)
class Shares:
    """How often each kind of damage happens to a value."""

    nik_missing: float = 0.06
    id_typo: float = 0.03
    id_transposed: float = 0.01
    id_zeroed: float = 0.02
    id_temporary: float = 0.01
    id_fifteen: float = 0.005
    id_scientific: float = 0.003
    id_dirty: float = 0.006
    kk_outdated: float = 0.15
    kk_missing: float = 0.03
    name_variant: float = 0.12
    name_dropped: float = 0.06
    name_title: float = 0.03
    name_typo: float = 0.03
    born_default: float = 0.04
    born_swapped: float = 0.015
    born_year: float = 0.02
    born_odd_notation: float = 0.04
    born_missing: float = 0.004
    born_impossible: float = 0.001
    mother_missing: float = 0.08
    area_former: float = 0.35
    area_typo: float = 0.01
    listed_twice: float = 0.005
    row_refused: float = 0.001


_NO_NIK = ("", "", "", "", "-", "0", "TIDAK ADA")
_NO_MOTHER = ("", "-", "0", "IBU", "TIDAK TAHU")
_MONTHS = (
    "JANUARI", "FEBRUARI", "MARET", "APRIL", "MEI", "JUNI", "JULI", "AGUSTUS", "SEPTEMBER", "OKTOBER",
    "NOVEMBER", "DESEMBER",
)  # fmt: skip
_EPOCH = date(1899, 12, 30).toordinal()
NOTATIONS = ("%d-%m-%Y", "%Y-%m-%d", "%d/%m/%Y")


class Clerk:
    """Writes values as a register would hold them, with its own chance."""

    def __init__(self, rng: Random, shares: Shares) -> None:
        self._rng = rng
        self._shares = shares
        self._notations: dict[str, str] = {}
        self._temporary = 0
        self._faulty = sum((
            shares.id_typo, shares.id_transposed, shares.id_zeroed, shares.id_temporary, shares.id_fifteen,
            shares.id_scientific, shares.id_dirty,
        ))  # fmt: skip

    def nik(self, nik: str, place: Place) -> str:
        """A NIK as written."""
        if self._rng.random() < self._shares.nik_missing:
            return choice(self._rng, _NO_NIK)
        return self._number(nik, place)

    def kk(self, kk: str, place: Place) -> str:
        """A KK number as written; an outdated one is another number, issued before."""
        chance, shares = self._rng.random(), self._shares
        if chance < shares.kk_missing:
            return choice(self._rng, _NO_NIK)
        if chance < shares.kk_missing + shares.kk_outdated:
            year = int(kk[10:12])
            kk = f"{kk[:10]}{(year - 3) % 100:02}{1 + int(self._rng.random() * 90):04}"
        return self._number(kk, place)

    def _number(self, number: str, place: Place) -> str:
        """One of the usual faults of a 16-digit number, most often none."""
        shares, chance = self._shares, self._rng.random()
        if chance >= self._faulty:
            return number
        faults = (
            (shares.id_typo, self._typo),
            (shares.id_transposed, self._transposed),
            (shares.id_zeroed, lambda digits: digits[:-1] + "0"),
            (shares.id_temporary, lambda digits: self._local(place)),
            (shares.id_fifteen, self._one_lost),
            (shares.id_scientific, self._scientific),
            (shares.id_dirty, self._dirty),
        )
        for share, fault in faults:
            if chance < share:
                return fault(number)
            chance -= share
        return number

    def _typo(self, digits: str) -> str:
        at = 1 + int(self._rng.random() * (len(digits) - 1))
        wrong = (int(digits[at]) + 1 + int(self._rng.random() * 9)) % 10
        return f"{digits[:at]}{wrong}{digits[at + 1 :]}"

    def _transposed(self, digits: str) -> str:
        at = 1 + int(self._rng.random() * (len(digits) - 2))
        return digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]

    def _one_lost(self, digits: str) -> str:
        at = 1 + int(self._rng.random() * (len(digits) - 1))
        return digits[:at] + digits[at + 1 :]

    def _local(self, place: Place) -> str:
        self._temporary += 1
        return f"0{place.code}{self._temporary % 100_000:05}"

    def _scientific(self, digits: str) -> str:
        short = f"{digits[0]}.{digits[1:3]}E+15"
        return short if self._rng.random() < 0.5 else f"{digits[0]},{digits[1:6]}E+15"

    def _dirty(self, digits: str) -> str:
        parts = (digits[:6], digits[6:12], digits[12:])
        return choice(self._rng, (f"'{digits}", " ".join(parts), ".".join(parts), f"{digits} "))

    def name(self, name: str) -> str:
        """A name as written: another spelling, a word less, a title more, a slip."""
        shares, rng = self._shares, self._rng
        words = name.split()
        if len(words) > 1 and rng.random() < shares.name_dropped:
            words.pop(1 + int(rng.random() * (len(words) - 1)))
        if rng.random() < shares.name_variant:
            at = int(rng.random() * len(words))
            words[at] = choice(rng, VARIANTS.get(words[at]) or (_other_vowel(words[at]),))
        written = " ".join(words)
        if rng.random() < shares.name_typo and len(written) > 4:
            at = 1 + int(rng.random() * (len(written) - 2))
            written = written[:at] + written[at + 1 :]
        if rng.random() < shares.name_title:
            written = f"{choice(rng, ('H.', 'HJ.', 'DRS.', 'R.', 'KH.'))} {written}"
        return written

    def mother(self, name: str) -> str:
        """A mother's name as written."""
        return choice(self._rng, _NO_MOTHER) if self._rng.random() < self._shares.mother_missing else name

    def born(self, day: date, place: Place) -> str:
        """A birth date as written, in the notation usual in that kelurahan."""
        shares, chance = self._shares, self._rng.random()
        if chance < shares.born_missing:
            return ""
        chance -= shares.born_missing
        if chance < shares.born_impossible:
            return f"31-02-{day.year}"
        chance -= shares.born_impossible
        return self._notation(self._slipped(day, chance), place)

    def _slipped(self, day: date, chance: float) -> date:
        shares = self._shares
        if chance < shares.born_default:
            month, number = choice(self._rng, ((1, 1), (1, 1), (12, 31), (7, 1), (6, 30)))
            slipped = day.replace(month=month, day=number)
        elif chance < shares.born_default + shares.born_swapped and day.day <= 12:
            slipped = day.replace(month=day.day, day=day.month)
        elif chance > 1 - shares.born_year:
            slipped = day + timedelta(days=choice(self._rng, (-365, 365)))
        else:
            slipped = day
        return slipped if slipped <= AS_OF else day

    def _notation(self, day: date, place: Place) -> str:
        habit = self._notations.get(place.code)
        if habit is None:
            habit = self._notations[place.code] = choice(self._rng, NOTATIONS)
        chance = self._rng.random()
        if chance > self._shares.born_odd_notation:
            return day.strftime(habit)
        odd = int(chance / self._shares.born_odd_notation * 3)
        if odd == 0:
            return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
        return day.strftime("%d-%m-%y") if odd == 1 else str(day.toordinal() - _EPOCH)

    def birthplace(self, name: str) -> str:
        """A place of birth as written."""
        return "KOTA BANDUNG" if name == "BANDUNG" and self._rng.random() < 0.04 else name

    def street(self, street: str) -> str:
        """A street as written: `GG.` and `JL.` have many notations."""
        chance = self._rng.random()
        if chance < 0.2 and street.startswith("GG."):
            return f"JL. {street}"
        if chance < 0.4:
            return street.replace(". ", " ", 1)
        return street.replace("NO. ", "NO.") if chance < 0.5 else street

    def kelurahan(self, place: Place) -> str:
        """A kelurahan's name as written: a former name, or one letter wrong."""
        chance, shares = self._rng.random(), self._shares
        if place.former_name and chance < shares.area_former:
            return place.former_name
        if chance > 1 - shares.area_typo and len(place.name) > 7:
            at = 2 + int(self._rng.random() * (len(place.name) - 3))
            return place.name[:at] + place.name[at + 1 :]
        return place.name


def _other_vowel(word: str) -> str:
    """A spelling by ear, for words without known variants."""
    for old, new in (
        ("F", "P"),
        ("V", "P"),
        ("Z", "J"),
        ("AE", "AI"),
        ("IA", "IYA"),
        ("U", "OE"),
        ("I", "Y"),
    ):
        if old in word[1:]:
            return word[0] + word[1:].replace(old, new, 1)
    return word + word[-1]
