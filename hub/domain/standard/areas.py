"""A kelurahan by its names, its code, or both; what is ambiguous stays unknown.

Source: Kemendagri area list with former spellings and BPS codes (hub.reference). Traps of DOMAIN §1: MEKARMULYA
in Rancasari is Mekar Jaya while MEKAR MULYA in Panyileukan is another place; the kelurahan Batununggal lies
outside the kecamatan of that name; 16 codes of ten digits are one kelurahan for Kemendagri, another for BPS.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from hub.domain.facts import Json
from hub.domain.standard.identifiers import PROVINCES
from hub.domain.standard.text import NOTHING, tidy

KEMENDAGRI, BPS = CODE_SYSTEMS = ("KEMENDAGRI", "BPS")

SHORTEST_MISSPELT = 6
"""Letters below which one wrong letter is no longer told apart from another name."""


class AreaKind(StrEnum):
    """How an area was recognised."""

    NAME = "name"
    FORMER_NAME = "former_name"
    MISSPELT = "misspelt"
    CODE = "code"
    MISSING_CODE = "missing_code"
    """By the number that the list of BPS codes leaves out in a kecamatan, for the kelurahan it leaves out."""
    CODE_AND_NAME = "code_and_name"
    """Both say the same place: nothing is surer."""
    OTHER_SYSTEM = "other_system"
    """The names, and the code read in the other code system than the register's own."""
    CODE_DIFFERS = "code_differs"
    """The names; the code is that of another place, or of none."""


@dataclass(frozen=True, slots=True)
class FoundArea:
    """A kelurahan: Kemendagri code of 10 digits, and how it was recognised."""

    code: str
    kind: AreaKind


_NOT_LETTERS = re.compile(r"[\W_]+")
_NOT_CODE = re.compile(r"[\s.'-]+")
_PREFIX = re.compile(r"^(?:KEL|KELURAHAN|KEC|KECAMATAN|DESA)\b\.?\s+(?=\w)")


def squeezed(value: str) -> str:
    """The letters of a name without blanks and signs, so that joined and split words are equal."""
    return _NOT_LETTERS.sub("", _PREFIX.sub("", tidy(value)))


def one_slip_apart(left: str, right: str) -> bool:
    """Whether one letter added, dropped, changed, or two neighbours swapped, turn one into the other."""
    if abs(len(left) - len(right)) > 1 or left == right:
        return False
    start = next(
        (i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right))
    )
    a, b = left[start:], right[start:]
    if len(a) == len(b):
        return a[1:] == b[1:] or (len(a) > 1 and a[0] == b[1] and a[1] == b[0] and a[2:] == b[2:])
    return a[1:] == b if len(a) > len(b) else b[1:] == a


class _Names:
    """The names under one parent: squeezed name → code, present before former."""

    def __init__(self, areas: Iterable[Mapping[str, Json]]) -> None:
        listed = list(areas)
        self.present = {squeezed(area["name"]): area["code"] for area in listed}
        self.former = {squeezed(name): area["code"] for area in listed for name in area["former_names"]}

    def find(self, value: str) -> FoundArea | None:
        name = squeezed(value)
        if name in self.present:
            return FoundArea(self.present[name], AreaKind.NAME)
        if name in self.former:
            return FoundArea(self.former[name], AreaKind.FORMER_NAME)
        return self._misspelt(name)

    def _misspelt(self, name: str) -> FoundArea | None:
        if len(name) < SHORTEST_MISSPELT:
            return None
        close = {
            code
            for known, code in [*self.present.items(), *self.former.items()]
            if one_slip_apart(name, known)
        }
        return FoundArea(close.pop(), AreaKind.MISSPELT) if len(close) == 1 else None


def _codes(areas: Iterable[Mapping[str, Json]]) -> dict[tuple[str, str], FoundArea]:
    """(code system, code) → kelurahan."""
    listed = tuple(areas)
    found: dict[tuple[str, str], FoundArea] = {}
    for kecamatan in listed:
        if kecamatan["level"] == "KECAMATAN":
            within = [area for area in listed if area["parent"] == kecamatan["code"]]
            found |= {(KEMENDAGRI, area["code"]): FoundArea(area["code"], AreaKind.CODE) for area in within}
            found |= _bps_codes(kecamatan.get("bps_code"), within)
    return found


def _bps_codes(prefix: str | None, within: list[Mapping[str, Json]]) -> dict[tuple[str, str], FoundArea]:
    """The BPS codes of a kecamatan; if one kelurahan has none, it has the one number of 1..n that is left."""
    known = {area["bps_code"]: area["code"] for area in within if area.get("bps_code")}
    found = {(BPS, code): FoundArea(area, AreaKind.CODE) for code, area in known.items()}
    without = [area["code"] for area in within if not area.get("bps_code")]
    free = {f"{prefix}{number:03}" for number in range(1, len(within) + 1)} - known.keys()
    if prefix and len(without) == len(free) == 1:
        found[(BPS, free.pop())] = FoundArea(without[0], AreaKind.MISSING_CODE)
    return found


def bps_code(province: str, city: str, kecamatan: str, village: str) -> str | None:
    """The BPS code of ten digits from its four parts (Regsosek r101-r104), also without their leading zeros."""
    parts = [_NOT_CODE.sub("", part) for part in (province, city, kecamatan, village)]
    code = "".join(part.zfill(width) for part, width in zip(parts, (2, 2, 3, 3), strict=True))
    return code if all(parts) and len(code) == 10 and code.isascii() and code.isdigit() else None


class AreaIndex:
    """Finds kelurahan of one city by the names of kecamatan and kelurahan, and by code.

    `areas` as in hub.reference.areas: mappings with code, name, level, parent and former_names, and bps_code
    where known.
    """

    def __init__(self, areas: Iterable[Mapping[str, Json]]) -> None:
        listed = tuple(areas)
        kecamatan = [area for area in listed if area["level"] == "KECAMATAN"]
        self._city_codes = {area["code"] for area in listed if area["level"] == "CITY"}
        self._cities = {squeezed(area["name"]) for area in listed if area["level"] == "CITY"}
        self._kecamatan = _Names(kecamatan)
        self._kelurahan = {
            each["code"]: _Names(area for area in listed if area["parent"] == each["code"])
            for each in kecamatan
        }
        self._by_code = _codes(listed)
        self._found: dict[tuple[str, ...], FoundArea | None] = {}

    def kelurahan(self, kecamatan: str, kelurahan: str, city: str = "") -> FoundArea | None:
        """The kelurahan of that name in that kecamatan, or None; never looked up in the whole city.

        `city` as written in the register: None when it names another city or kabupaten; blank says nothing.
        """
        asked = (kecamatan, kelurahan, city)
        if asked not in self._found:
            self._remember(asked, self._find(*asked))
        return self._found[asked]

    def by_code(self, system: str, code: str) -> FoundArea | None:
        """The kelurahan of that code in that system (KEMENDAGRI or BPS), or None; dots and blanks don't count."""
        return self._by_code.get((system, code)) or self._by_code.get((system, _NOT_CODE.sub("", code)))

    def resolve(
        self, code: str, system: str, kecamatan: str, kelurahan: str, city: str = ""
    ) -> FoundArea | None:
        """The kelurahan of a row that has a code, names, or both; None when neither names one of this city.

        Where both are known and differ, the code is tried in the other system (OTHER_SYSTEM when it then agrees).
        If it still differs the names win (CODE_DIFFERS): people write and read them, two of them agree, and one
        wrong digit of a code is another real place. A city that is not ours settles it whatever the code. A code
        alone is read in the register's own system only: for 16 codes the other one is as good a place.
        """
        asked = (code, system, kecamatan, kelurahan, city)
        if asked not in self._found:
            self._remember(asked, self._combine(*asked))
        return self._found[asked]

    def _remember(self, asked: tuple[str, ...], found: FoundArea | None) -> None:
        if len(self._found) > 1 << 16:  # a hostile file has a new spelling in each row
            self._found.clear()
        self._found[asked] = found

    def _combine(self, code: str, system: str, kecamatan: str, kelurahan: str, city: str) -> FoundArea | None:
        coded, named = self.by_code(system, code), self.kelurahan(kecamatan, kelurahan, city)
        if named is None:
            return None if self.is_other_city(city) else coded
        if not squeezed(code) or code.strip() in NOTHING:
            return named
        if coded and coded.code == named.code:
            return FoundArea(named.code, AreaKind.CODE_AND_NAME)
        others = (self.by_code(other, code) for other in CODE_SYSTEMS if other != system)
        if any(other and other.code == named.code for other in others):
            return FoundArea(named.code, AreaKind.OTHER_SYSTEM)
        return FoundArea(named.code, AreaKind.CODE_DIFFERS)

    def is_other_city(self, value: str) -> bool:
        """Whether a name is that of another city or kabupaten.

        The name without KOTA is taken for the city too: many exports leave it out.
        """
        name = squeezed(value)
        return bool(name) and all(name not in (city, city.removeprefix("KOTA")) for city in self._cities)

    def is_other_code(self, code: str) -> bool:
        """Whether a code of either system is one of another city or kabupaten of a province there is."""
        digits = code.replace(".", "").strip()
        known = digits.isascii() and digits.isdigit() and len(digits) >= 4 and digits[:2] in PROVINCES
        return known and not any(each.startswith(digits[:4]) for each in self._city_codes)

    def _find(self, kecamatan: str, kelurahan: str, city: str) -> FoundArea | None:
        district = self._kecamatan.find(kecamatan)
        if district is None or self.is_other_city(city):
            return None
        found = self._kelurahan[district.code].find(kelurahan)
        if found and district.kind is AreaKind.MISSPELT:
            return FoundArea(found.code, AreaKind.MISSPELT)
        return found
