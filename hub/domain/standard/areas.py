"""A kelurahan by its name within its kecamatan, by present or former name; what is ambiguous stays unknown.

Source: Kemendagri area list and its former spellings (hub.reference). Traps of DOMAIN §1: MEKARMULYA in
Rancasari is Mekar Jaya while MEKAR MULYA in Panyileukan is another place; the kelurahan Batununggal lies
outside the kecamatan of that name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from hub.domain.facts import Json
from hub.domain.standard.text import tidy

SHORTEST_MISSPELT = 6
"""Letters below which one wrong letter is no longer told apart from another name."""


class AreaKind(StrEnum):
    """How an area was recognised."""

    NAME = "name"
    FORMER_NAME = "former_name"
    MISSPELT = "misspelt"


@dataclass(frozen=True, slots=True)
class FoundArea:
    """A kelurahan: Kemendagri code of 10 digits, and how it was recognised."""

    code: str
    kind: AreaKind


_NOT_LETTERS = re.compile(r"[\W_]+")
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


class AreaIndex:
    """Finds kelurahan of one city by the names of kecamatan and kelurahan.

    `areas` as in hub.reference.areas: mappings with code, name, level, parent and former_names.
    """

    def __init__(self, areas: Iterable[Mapping[str, Json]]) -> None:
        listed = tuple(areas)
        kecamatan = [area for area in listed if area["level"] == "KECAMATAN"]
        self._cities = {squeezed(area["name"]) for area in listed if area["level"] == "CITY"}
        self._kecamatan = _Names(kecamatan)
        self._kelurahan = {
            each["code"]: _Names(area for area in listed if area["parent"] == each["code"])
            for each in kecamatan
        }
        self._found: dict[tuple[str, str, str], FoundArea | None] = {}

    def kelurahan(self, kecamatan: str, kelurahan: str, city: str = "") -> FoundArea | None:
        """The kelurahan of that name in that kecamatan, or None; never looked up in the whole city.

        `city` as written in the register: None when it names another city or kabupaten; blank says nothing.
        """
        asked = (kecamatan, kelurahan, city)
        if asked not in self._found:
            if len(self._found) > 1 << 16:  # a hostile file has a new spelling in each row
                self._found.clear()
            self._found[asked] = self._find(*asked)
        return self._found[asked]

    def _is_other_city(self, value: str) -> bool:
        """The name without KOTA is taken for the city too: many exports leave it out."""
        name = squeezed(value)
        return bool(name) and all(name not in (city, city.removeprefix("KOTA")) for city in self._cities)

    def _find(self, kecamatan: str, kelurahan: str, city: str) -> FoundArea | None:
        district = self._kecamatan.find(kecamatan)
        if district is None or self._is_other_city(city):
            return None
        found = self._kelurahan[district.code].find(kelurahan)
        if found and district.kind is AreaKind.MISSPELT:
            return FoundArea(found.code, AreaKind.MISSPELT)
        return found
