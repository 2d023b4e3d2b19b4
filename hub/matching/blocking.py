"""Which pairs are worth a look: rows that share the columns of any rule. The families of strong pairs add theirs."""

from __future__ import annotations

RULES: tuple[tuple[str, ...], ...] = (
    ("nik",),
    ("nik_head",),
    ("nik_tail", "sex"),
    ("rare_name", "area"),
    ("born_on", "area"),
    ("born_on", "first_word"),
    ("born_on", "word1"),
    ("sound", "born_year"),
    ("rt_rw", "sound"),
    ("kk", "first_word"),
    ("kk", "born_on"),
    ("kk", "sex", "born_year"),
    ("address", "sex", "born_year"),
    ("address", "first_word"),
    ("area", "first_word", "born_year", "sex"),
    ("area", "word1", "born_year", "sex"),
)
