"""How the list of a programme is described: a TOML file that names every column, and what it is.

A new list needs such a file, not code. Tables: programme, agency, key, columns; period, status, aside, spellings
and optional where they apply. `hub/intake/programmes` holds those that come with the hub.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from hub.commands.programmes import UNITS
from hub.domain.errors import InvalidInput
from hub.intake.layout import squeeze

ROLES = (
    "nik", "kk", "name", "born", "birthplace", "mother", "sex", "address", "rt", "rw", "kelurahan", "kecamatan",
    "city", "area_code", "amount", "component", "segment", "fund_source",
)  # fmt: skip
"""What a column of a list may be."""
_is_code = re.compile(r"[a-z0-9_]{2,30}").fullmatch
_TABLES = ("programme", "agency", "key", "columns", "period", "status", "aside", "spellings", "optional")


@dataclass(frozen=True, slots=True)
class Mapped:
    """One programme's list, described."""

    code: str
    name: str
    agency: str
    agency_name: str
    unit: str
    """PERSON, FAMILY_CARD or HOUSEHOLD."""
    funded_by: str | None
    needs: tuple[str, ...]
    key: tuple[str, ...]
    """Columns whose values, joined by "-", are the row's key."""
    key_digits: int | None
    """Digits of a key whose leading zeros may be lost."""
    columns: Mapping[str, str]
    """Role → column."""
    period: str | None
    """Column of the period; None for a list without."""
    status: str | None
    """Column of the status; None for a list without."""
    active: frozenset[str]
    """Words of the status, squeezed."""
    ended: frozenset[str]
    aside: Mapping[str, str]
    """Column → why it is used for nothing."""
    spellings: Mapping[str, tuple[str, ...]]
    """Column → other headings for it."""
    optional: frozenset[str]
    """Columns that files may lack."""

    def named(self) -> Iterator[str]:
        """Every column, once, in the order of the file."""
        extra = [each for each in (self.period, self.status) if each]
        yield from dict.fromkeys((*self.key, *self.columns.values(), *extra, *self.aside))


class _Table:
    """One table of a mapping, whose faults name it and the key."""

    def __init__(self, whole: Mapping[str, object], name: str, source: str) -> None:
        found = whole.get(name, {})
        self._source = source
        self.name = name
        if not isinstance(found, dict):
            raise self.fault("", "must be a table")
        self.values: dict[str, object] = found

    def fault(self, key: str, what: str) -> InvalidInput:
        """The error about one key, or about the table."""
        where = f"[{self.name}] {key}".strip()
        return InvalidInput(
            f"{self._source}: {where} {what}.", "Compare with hub/intake/programmes/pkh.toml."
        )

    def only(self, *known: str) -> None:
        """Refuse keys that mean nothing: a slip would be passed over in silence."""
        for key in self.values:
            if key not in known:
                raise self.fault(key, f"is unknown; known: {', '.join(known)}")

    def text(self, key: str) -> str:
        """A required text."""
        found = self.maybe(key)
        if found is None:
            raise self.fault(key, "is missing")
        return found

    def maybe(self, key: str) -> str | None:
        """A text or nothing."""
        found = self.values.get(key)
        if found is None:
            return None
        if not isinstance(found, str) or not found.strip():
            raise self.fault(key, "must be a text")
        return found

    def code(self, key: str) -> str:
        """A required code."""
        found = self.text(key)
        if not _is_code(found):
            raise self.fault(key, f"is {found!r}; use 2 to 30 of a-z, 0-9 and _")
        return found

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, perhaps empty."""
        found = self.values.get(key, [])
        if not isinstance(found, list) or not all(isinstance(each, str) and each.strip() for each in found):
            raise self.fault(key, "must be a list of texts")
        return tuple(found)

    def digits(self, key: str) -> int | None:
        """A number of digits or nothing."""
        found = self.values.get(key)
        if found is not None and (not isinstance(found, int) or not 1 <= found <= 30):
            raise self.fault(key, "must be a number from 1 to 30")
        return found if isinstance(found, int) else None


def load(path: Path) -> Mapped:
    """The mapping in a file. Raises InvalidInput naming what is wrong in it."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InvalidInput(f"There is no file {path.name}.", "Check the path of the mapping.") from None
    except (OSError, UnicodeDecodeError):
        raise InvalidInput(f"{path.name} can't be read as text.", "Give a mapping in TOML, UTF-8.") from None
    return read(text, path.name)


def shipped() -> Mapping[str, Mapped]:
    """The mappings that come with the hub, by programme code."""
    folder = files("hub.intake").joinpath("programmes")
    found = [each for each in folder.iterdir() if each.name.endswith(".toml")]
    listed = [
        read(each.read_text(encoding="utf-8"), each.name)
        for each in sorted(found, key=lambda each: each.name)
    ]
    return MappingProxyType({each.code: each for each in listed})


def read(text: str, source: str) -> Mapped:
    """The mapping that a TOML text holds; `source` names it in errors. Raises InvalidInput."""
    try:
        whole = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{source} is no TOML: {error}.", "Mend that line.") from None
    for name in whole:
        if name not in _TABLES:
            raise InvalidInput(f"{source}: [{name}] is unknown.", f"Known tables: {', '.join(_TABLES)}.")
    tables = {name: _Table(whole, name, source) for name in _TABLES}
    mapped = _mapped(tables)
    _refuse_contradictions(mapped, tables)
    return mapped


def _mapped(tables: Mapping[str, _Table]) -> Mapped:
    programme, agency, key, status = (tables[name] for name in ("programme", "agency", "key", "status"))
    programme.only("code", "name", "unit", "funded_by", "needs")
    agency.only("code", "name")
    key.only("columns", "digits")
    tables["period"].only("column")
    status.only("column", "active", "ended")
    tables["columns"].only(*ROLES)
    tables["optional"].only("columns")
    return Mapped(
        code=programme.code("code"),
        name=programme.text("name"),
        agency=agency.code("code"),
        agency_name=agency.text("name"),
        unit=programme.text("unit"),
        funded_by=programme.maybe("funded_by"),
        needs=programme.texts("needs"),
        key=key.texts("columns"),
        key_digits=key.digits("digits"),
        columns={role: tables["columns"].text(role) for role in tables["columns"].values},
        period=tables["period"].text("column") if tables["period"].values else None,
        status=status.text("column") if status.values else None,
        active=frozenset(map(squeeze, status.texts("active"))),
        ended=frozenset(map(squeeze, status.texts("ended"))),
        aside={column: tables["aside"].text(column) for column in tables["aside"].values},
        spellings={column: tables["spellings"].texts(column) for column in tables["spellings"].values},
        optional=frozenset(tables["optional"].texts("columns")),
    )


def _refuse_contradictions(mapped: Mapped, tables: Mapping[str, _Table]) -> None:
    if mapped.unit not in UNITS:
        raise tables["programme"].fault("unit", f"is {mapped.unit!r}; one of {', '.join(UNITS)}")
    if not mapped.key:
        raise tables["key"].fault("columns", "is missing")
    if mapped.key_digits and len(mapped.key) > 1:
        raise tables["key"].fault("digits", "needs a key of one column")
    for each in mapped.needs:
        if not _is_code(each):
            raise tables["programme"].fault("needs", f"holds {each!r}; use 2 to 30 of a-z, 0-9 and _")
    if "name" not in mapped.columns:
        raise tables["columns"].fault("name", "is missing")
    if mapped.status and not mapped.active:
        raise tables["status"].fault("active", "is missing")
    _refuse_columns(mapped, tables)


def _refuse_columns(mapped: Mapped, tables: Mapping[str, _Table]) -> None:
    """A column is one thing only, and what is said of a column is said of one that is there."""
    extra = (mapped.period, mapped.status, *mapped.aside)
    used = [squeeze(each) for each in (*mapped.columns.values(), *extra) if each]
    for role, column in mapped.columns.items():
        if used.count(squeeze(column)) > 1:
            raise tables["columns"].fault(role, f"names {column}, which is named elsewhere too")
    known = set(mapped.named())
    for table, columns in (("spellings", mapped.spellings), ("optional", mapped.optional)):
        for column in columns:
            if column not in known:
                raise tables[table].fault(column, "is no column of this list")
    for column in (*mapped.key, mapped.columns["name"]):
        if column in mapped.optional:
            raise tables["optional"].fault(column, "can't be missing")
