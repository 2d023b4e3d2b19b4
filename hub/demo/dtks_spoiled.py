"""Rows that a reader of DTKS has to refuse, one way for each reason code of the intake's report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from hub.demo.tables import Spoil


def _with(values: list[str], columns: Sequence[str], **changed: str) -> list[str]:
    spoiled = list(values)
    for name, value in changed.items():
        spoiled[columns.index(name.replace("_", " ") if name != "ID_DTKS" else name)] = value
    return spoiled


def _nobody(values: list[str], columns: Sequence[str], key: str) -> list[str]:
    return _with(values, columns, NAMA="", NOMOR_NIK="-")


def _nowhere(values: list[str], columns: Sequence[str], key: str) -> list[str]:
    return _with(values, columns, KECAMATAN="XXXX", **{"DESA/KELURAHAN": "TIDAK ADA"})


def _one_column_more(values: list[str], columns: Sequence[str], key: str) -> list[str]:
    at = columns.index("NAMA")
    return [*values[:at], "RT 01", *values[at:]]


def _same_key(values: list[str], columns: Sequence[str], key: str) -> list[str]:
    return _with(values, columns, ID_DTKS=key)


def _key_of_a_spreadsheet(values: list[str], columns: Sequence[str], key: str) -> list[str]:
    return _with(values, columns, ID_DTKS=f"{key[0]}.{key[1:3]}E+17")


def _endless(values: list[str], columns: Sequence[str], key: str) -> list[str]:
    return _with(values, columns, ALAMAT="GG. BUNTU " * 300)


SPOILS: Mapping[str, Spoil] = MappingProxyType({
    "no_name_no_nik": _nobody,
    "impossible_area": _nowhere,
    "broken_columns": _one_column_more,
    "duplicate_key": _same_key,
    "bad_key": _key_of_a_spreadsheet,
    "field_too_long": _endless,
})  # fmt: skip
