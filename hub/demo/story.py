"""Who works in the made-up city, what programmes there are, and what each role asks first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

AGENCIES = (
    ("dinsos", "Dinas Sosial"),
    ("dinkes", "Dinas Kesehatan"),
    ("inspektorat", "Inspektorat"),
)

PROGRAMMES = (
    ("permakanan", "Permakanan lansia", "dinsos", ("pangan",), "APBD Kota"),
    ("pbi_apbd", "PBI-JKN yang dibayar kota", "dinkes", ("kesehatan",), "APBD Kota"),
)
"""Code, name, agency, needs it serves, source of funds."""

CONDITIONS: Mapping[str, Mapping[str, Any]] = {
    "permakanan": {"max_decile": 4, "min_age": 60}, "pbi_apbd": {"max_decile": 5},
}  # fmt: skip
"""Who is entitled to a programme, by its code."""

TERRITORY = "@territory"
"""Stands in a question for the kelurahan of the demo's officer."""


@dataclass(frozen=True, slots=True)
class Account:
    """A local account of the demo, with the first question of its role."""

    name: str
    role: str
    agency: str | None
    in_territory: bool
    title: str
    question: str


_PEOPLE = """{ persons(filter: {area: {code: "@territory"}}, first: 2) {
    totalCount edges { node { name nik bornOn bornYear motherName address { text rt rw } withheld { field } } } } }"""

ACCOUNTS = (
    Account("operator", "walidata", "diskominfo", False, "walidata: sees the whole city", _PEOPLE),
    Account("sari.dinsos", "petugas_opd", "dinsos", False, "petugas OPD: only persons in programmes of Dinsos", _PEOPLE),
    Account("dadang.lurah", "petugas_kelurahan", None, True, "petugas kelurahan: only the own kelurahan", _PEOPLE),
    Account("irma.inspektorat", "pemeriksa", "inspektorat", False, "pemeriksa: who saw whom, and what for",
            "{ disclosures(first: 2) { edges { node { recordedAt agency purpose question subjects } } } }"),
    Account("admin", "admin_kebijakan", "diskominfo", False, "admin kebijakan: grants rights, sees no person",
            "{ viewer { name roles { role } purposes { code name } } }"),
)  # fmt: skip
"""Everybody who can log in to the demo."""
