"""Where a row says that something is: the kelurahan by names, code or both, and the address taken apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from hub.domain.facts import Json
from hub.domain.standard import addresses
from hub.domain.standard.areas import KEMENDAGRI, FoundArea, bps_code
from hub.intake.answers import picker
from hub.intake.layout import Context

_PARTS = ("street_type", "street", "lane_type", "lane", "block", "number", "rest", "street_key")


@dataclass(frozen=True, slots=True)
class PlaceColumns:
    """Which columns tell what of a place; those that a file lacks are passed over."""

    kecamatan: str = ""
    kelurahan: str = ""
    city: str = ""
    code: str = ""
    bps: tuple[str, ...] = ()
    """Province, city, kecamatan and village of the BPS system in a column each."""
    system: str = KEMENDAGRI
    """Code system of `code` where the file's codes did not show one."""
    address: str = ""
    rt: str = ""
    rw: str = ""
    sls: str = ""
    """Name of the SLS, with RT and RW in free notation."""


class Place:
    """Reads the place of the rows of one file."""

    def __init__(self, at: Mapping[str, int], columns: PlaceColumns, context: Context) -> None:
        names = (columns.kecamatan, columns.kelurahan, columns.city, columns.code, *columns.bps)
        self._areas = context.areas
        self._system = context.code_system or columns.system
        self._cells = picker([at.get(each, -1) for each in names])
        self._absent = [each not in at for each in names]
        self._area = lru_cache(maxsize=1 << 14)(self._find)
        address = (columns.address, columns.rt, columns.rw, columns.sls)
        self._address_cells = picker([at.get(each, -1) for each in address])
        self._no_address = [each not in at for each in address]

    def area(self, values: list[str]) -> FoundArea | None:
        """The kelurahan, or None when the row names none of this city."""
        return self._area(self._cells(values))

    def given(self, values: list[str]) -> str:
        """The names and codes of the area as written, for telling people."""
        return " / ".join(text for cell in self._named(values) if (text := cell.strip()))

    def elsewhere(self, values: list[str]) -> bool:
        """Whether the row names another city, or no place at all: then its area is no fault."""
        _, _, city, code, *_ = self._named(values)
        elsewhere = self._areas.is_other_city(city) or self._areas.is_other_code(code)
        return elsewhere or not self.given(values)

    def read(self, values: list[str]) -> tuple[dict[str, Json], list[str]] | None:
        """Standardised values of the place and flags; None when the kelurahan is none of this city."""
        area = self.area(values)
        if area is None:
            return None
        known, flags = self.address(values)
        return known | lying_in(area), flags

    def address(self, values: list[str]) -> tuple[dict[str, Json], list[str]]:
        """The address without its area; RT and RW from their columns, else from the SLS or the text."""
        text, rt_text, rw_text, sls_text = _there(self._address_cells(values), self._no_address)
        found = addresses.parse(text)
        sls = addresses.parse(sls_text) if sls_text else found
        rt = addresses.rt_or_rw(rt_text) or sls.rt or found.rt
        rw = addresses.rt_or_rw(rw_text) or sls.rw or found.rw
        told = {"text": addresses.text(text), "rt": rt, "rw": rw}
        told |= {part: getattr(found, part) for part in _PARTS}
        flags = ["rt_rw_swapped"] if addresses.looks_swapped(rt, rw) else []
        return {name: value for name, value in told.items() if value}, flags

    def _named(self, values: list[str]) -> list[str]:
        """The cells that name the area, in the order of the constructor; blank where the file lacks the column."""
        return _there(self._cells(values), self._absent)

    def _find(self, cells: tuple[str, ...]) -> FoundArea | None:
        kecamatan, kelurahan, city, code, *bps = _there(cells, self._absent)
        if bps:
            code = bps_code(*bps) or ""
        return self._areas.resolve(code, self._system, kecamatan, kelurahan, city)


def _there(cells: tuple[str, ...], absent: list[bool]) -> list[str]:
    """The cells, blank where the file lacks their column."""
    return ["" if missing else cell for cell, missing in zip(cells, absent, strict=True)]


def lying_in(area: FoundArea) -> dict[str, Json]:
    """What is known of somebody or something that lies in an area."""
    return {"area": area.code, "area_kind": area.kind.value}
