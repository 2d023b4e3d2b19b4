"""How often each fault and each event of the made-up city happens: the knobs, by the names of `meta.json`.

Defaults are those of DOMAIN §7 and of the sample city.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of values, persons, families or rows; events of the city for its whole history."""

    nik_missing: float = 0.055
    nik_missing_child: float = 0.1
    id_typo: float = 0.03
    id_transposed: float = 0.01
    id_zeroed: float = 0.012
    id_temp: float = 0.01
    id_15: float = 0.005
    id_sci: float = 0.002
    id_spaced: float = 0.006
    batch_rt: float = 0.008
    """Lists of one RT whose NIKs a spreadsheet rounded."""
    nik_shared: float = 0.0005
    """A NIK of somebody of another family."""
    nik_copied: float = 0.0005
    """The NIK of the head."""
    nik_redated: float = 0.02
    """Birth dates corrected after the NIK was issued."""
    kk_outdated: float = 0.15
    kk_missing: float = 0.03
    name_variant: float = 0.12
    name_drop: float = 0.05
    name_initial: float = 0.02
    name_typo: float = 0.03
    name_join: float = 0.012
    name_swap: float = 0.005
    name_added: float = 0.008
    name_nick: float = 0.01
    name_title: float = 0.03
    name_baby: float = 0.12
    """Children under one year still listed as their mother's baby."""
    name_missing: float = 0.0002
    dob_default: float = 0.04
    dob_swap: float = 0.015
    dob_year: float = 0.02
    dob_decade: float = 0.004
    dob_day: float = 0.008
    dob_month: float = 0.006
    dob_missing: float = 0.004
    mother_missing: float = 0.08
    habit_name: float = 0.08
    """Persons who give another name than that of their papers, to every register."""
    habit_dob: float = 0.02
    sex_wrong: float = 0.006
    moved: float = 0.13
    movedout: float = 0.035
    marry: float = 0.06
    """Yearly, of the single men of 20 to 38."""
    legal_elsewhere: float = 0.02
    """Beside those who moved and kept their papers."""
    dup_person: float = 0.002
    dup_family: float = 0.002
    omit: float = 0.03
    area_alias: float = 0.35
    area_typo: float = 0.01
    area_wrong: float = 0.006
    area_code_other: float = 0.002
    namesake: float = 0.006
    namesake_day: float = 0.05
    """Of the namesakes, those born within ten days of each other."""
    refused: float = 0.001
    split: float = 0.18
    stale: float = 0.45


DEFAULT = Shares()
_AS_BEFORE = frozenset({
    "area_alias", "split", "stale", "moved", "movedout", "marry", "refused", "omit", "name_missing",
})  # fmt: skip
_HARDER = {
    "split": 0.3, "stale": 0.6, "moved": 0.24, "movedout": 0.04, "omit": 0.05, "batch_rt": 0.04,
    "name_join": 0.04, "name_swap": 0.03, "name_nick": 0.04, "namesake": 0.03, "namesake_day": 0.2,
    "dup_person": 0.015, "dup_family": 0.008, "legal_elsewhere": 0.08,
}  # fmt: skip
_CHANCES = {
    each.name: float(getattr(DEFAULT, each.name)) for each in fields(Shares) if each.name not in _AS_BEFORE
}
HARD = replace(DEFAULT, **{name: share * 1.9 for name, share in _CHANCES.items()} | _HARDER)
"""About twice the faults, and more of what makes matching hard."""


SETTLED = replace(DEFAULT, stale=0.0, area_wrong=0.0, nik_shared=0.0, nik_copied=0.0)
"""Papers and lists are up to date, and no number stands with two persons."""
SCENARIOS = {"settled": SETTLED, "default": DEFAULT, "hard": HARD}


def scaled(shares: Shares, *, numbers: float = 1.0, names: float = 1.0) -> Shares:
    """The shares of a register whose numbers or names are better or worse kept than usual."""
    factors = {"nik_": numbers, "id_": numbers, "name_": names}
    changed = {
        each.name: getattr(shares, each.name) * factor
        for each in fields(shares)
        for start, factor in factors.items()
        if each.name.startswith(start)
    }
    return replace(shares, **changed)
