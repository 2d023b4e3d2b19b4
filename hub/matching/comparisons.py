"""How two rows are compared: a few comparisons, each a ladder of levels made for the registers of this country.

A level is a name and a condition on the columns of `features`; the first that holds counts. NIK and birth date stand
in one comparison, since a NIK holds the date; so do family card, address and family, since a family shares all three.
"""

from __future__ import annotations

from dataclasses import dataclass

from hub.matching.features import BITS_SHIFT, WORDS


@dataclass(frozen=True, slots=True)
class Level:
    """One rung: the condition that two rows must meet, and whether it only says that nothing is known."""

    name: str
    sql: str
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """A ladder of levels, from the most alike down; the last holds for whatever is left."""

    name: str
    levels: tuple[Level, ...]
    by_kinship: bool = False
    """Whether each level has a twin for rows of one family, where brothers and twins are what it must tell apart."""


_REST = "true"
KIN = "kin_"
"""Begins the name of a level that holds only for two rows of one family."""
_RELATED = (
    "(unit_l = unit_r OR coalesce(kk_l = kk_r, false) OR (clan_l = clan_r AND list_has_any(kin_l, kin_r)))"
)
"""The clan is there to be quick: only rows of one clan can have kin in common."""


def _by_kinship(name: str, *levels: Level) -> Comparison:
    """The ladder with every level once for rows of one family and once for all others.

    A birth date in common says much of two strangers and little of two children of one mother.
    """
    split = []
    for level in levels:
        if not level.unknown:
            split.append(Level(f"{KIN}{level.name}", f"{_RELATED} AND ({level.sql})"))
        split.append(level)
    return Comparison(name, tuple(split), by_kinship=True)


def _shared(column: str) -> str:
    """Tenths of a bit told by the words that both names hold."""
    theirs = ", ".join(f"{column}{at}_r" for at in WORDS)
    terms = (
        f"CASE WHEN {column}{at}_l IN ({theirs}) THEN {column}{at}_l >> {BITS_SHIFT} ELSE 0 END"
        for at in WORDS
    )
    return f"({' + '.join(terms)})"


_SHARED = _shared("word")
_SAME_WORDS = "words_l = words_r"
_LESS = "least(word_bits_l, word_bits_r)"
_ALIKE = "jaro_winkler_similarity(sound_l, sound_r)"
NAME = _by_kinship(
    "name",
    Level("unknown", "sound_l IS NULL OR sound_r IS NULL", unknown=True),
    Level("same_rare", f"{_SAME_WORDS} AND word_bits_l >= 180"),
    Level("same", f"{_SAME_WORDS} AND word_bits_l >= 120"),
    Level("same_common", f"{_SAME_WORDS} AND word_bits_l >= 70"),
    Level("same_one_word", f"({_SAME_WORDS}) OR sound_l = sound_r"),
    Level("part_rare", f"{_SHARED} = {_LESS} AND {_LESS} >= 120"),
    Level("part", f"{_SHARED} = {_LESS} AND {_LESS} >= 70"),
    Level("misspelt", f"{_ALIKE} >= 0.94"),
    Level("part_common", f"{_SHARED} = {_LESS} AND {_LESS} > 0"),
    Level("shares_rare", f"{_SHARED} >= 100"),
    Level("alike", f"{_ALIKE} >= 0.88"),
    Level("shares_word", f"{_SHARED} >= 60"),
    Level("shares_common", f"{_SHARED} > 0 OR {_ALIKE} >= 0.8"),
    Level("different", _REST),
)

_BOTH_NIK = "nik_l IS NOT NULL AND nik_r IS NOT NULL"
_NEAR_NIK = "CASE WHEN hamming(nik_l, nik_r) <= 2 THEN damerau_levenshtein(nik_l, nik_r) <= 1 ELSE false END"
"""One digit wrong, or two neighbours swapped; the costly measure is taken where the cheap one allows it."""
_SAME_BORN = "born_on_l = born_on_r"
_SWAPPED = (
    "born_year_l = born_year_r AND left(born_day_l, 2) = right(born_day_r, 2)"
    " AND left(born_day_r, 2) = right(born_day_l, 2)"
)
_NEAR_BORN = (
    f"({_SAME_BORN} OR ({_SWAPPED})"
    " OR (born_day_l = born_day_r AND abs(born_year_l - born_year_r) IN (1, 10))"
    " OR abs(date_diff('day', born_on_l::DATE, born_on_r::DATE)) <= 10"
    " OR (born_year_l = born_year_r AND (born_default_l OR born_default_r))"
    " OR (born_year_l = born_year_r AND right(born_day_l, 2) = right(born_day_r, 2)))"
)
_BOTH_FIT = "nik_fits_l AND nik_fits_r"
_NO_BORN = "(born_on_l IS NULL OR born_on_r IS NULL)"
_FIT_APART = f"({_BOTH_FIT} AND NOT {_SAME_BORN})"
"""Each NIK tells the birth date of its own row, and the dates differ: then so do the NIKs, and it was no slip."""
IDENTITY = _by_kinship(
    "identity",
    Level("nik", f"nik_l = nik_r AND ({_NO_BORN} OR {_NEAR_BORN})"),
    Level("nik_other_born", "nik_l = nik_r"),
    Level(
        "nik_slip_in_day",
        f"{_NEAR_NIK} AND right(nik_l, 4) = right(nik_r, 4) AND ({_NO_BORN} OR {_NEAR_BORN})"
        f" AND NOT {_FIT_APART}",
    ),
    Level("nik_slip", f"{_NEAR_NIK} AND {_SAME_BORN}"),
    Level("nik_slip_other_born", f"{_NEAR_NIK} AND NOT {_FIT_APART}"),
    Level("born_other_niks", f"{_BOTH_NIK} AND {_SAME_BORN} AND {_BOTH_FIT}"),
    Level("born_misfit_niks", f"{_BOTH_NIK} AND {_SAME_BORN}"),
    Level("other_niks", f"{_BOTH_NIK} AND {_FIT_APART}"),
    Level("born_near_misfit_niks", f"{_BOTH_NIK} AND {_NEAR_BORN}"),
    Level("misfit_niks", _BOTH_NIK),
    Level("unknown", _NO_BORN, unknown=True),
    Level("born", f"{_SAME_BORN} AND NOT born_default_l"),
    Level("born_default_day", "born_year_l = born_year_r AND (born_default_l OR born_default_r)"),
    Level("born_swapped", _SWAPPED),
    Level("born_near", _NEAR_BORN),
    Level("born_year", "born_year_l = born_year_r"),
    Level("different", _REST),
)
SEX = Comparison(
    "sex",
    (
        Level("unknown", "sex_l IS NULL OR sex_r IS NULL", unknown=True),
        Level("same", "sex_l = sex_r"),
        Level("different", _REST),
    ),
)
MOTHER = _by_kinship(
    "mother",
    Level("unknown", "mother_l IS NULL OR mother_r IS NULL", unknown=True),
    Level("same", "mother_words_l = mother_words_r OR mother_l = mother_r"),
    Level("alike", "jaro_winkler_similarity(mother_l, mother_r) >= 0.88"),
    Level("shares_word", f"{_shared('mother_word')} > 0"),
    Level("different", _REST),
)
BIRTHPLACE = Comparison(
    "birthplace",
    (
        Level("unknown", "birthplace_l IS NULL OR birthplace_r IS NULL", unknown=True),
        Level("same", "birthplace_l = birthplace_r AND birthplace_l <> 'BANDUNG'"),
        Level("same_city", "birthplace_l = birthplace_r"),
        Level("different", _REST),
    ),
)
_SAME_UNIT = "unit_l = unit_r"
SOURCE = Comparison(
    "register",
    (
        Level("same_unit", _SAME_UNIT, unknown=True),
        Level("same", "source_l = source_r"),
        Level("other", _REST),
    ),
)
"""A register lists nearly everybody once. What one family lists twice is weighed with the home."""
_PLACE = (
    Level("address", "address_l = address_r"),
    Level("rt_rw", "rt_rw_l = rt_rw_r"),
    Level("kelurahan", "area_l = area_r"),
    Level("kecamatan", "left(area_l, 6) = left(area_r, 6)"),
)
_NO_PLACE = Level("unknown", "area_l IS NULL OR area_r IS NULL", unknown=True)
_ELSEWHERE = Level("different", _REST)
HOME = Comparison(
    "home", (Level("same_unit", _SAME_UNIT), Level("kk", "kk_l = kk_r"), *_PLACE, _NO_PLACE, _ELSEWHERE)
)
"""Where two rows belong, before families are known."""
_KIN = "CASE WHEN clan_l = clan_r THEN len(list_intersect(kin_l, kin_r)) ELSE 0 END"
_KK = "kk_l = kk_r"
FAMILY = Comparison(
    "home",
    (
        Level("same_unit", _SAME_UNIT),
        Level("three_kin", f"{_KIN} >= 3"),
        Level("two_kin", f"{_KIN} = 2"),
        Level(
            "one_kin_home",
            f"{_KIN} = 1 AND (coalesce({_KK}, false) OR coalesce(address_l = address_r, false))",
        ),
        Level("one_kin", f"{_KIN} = 1"),
        Level("kk_address", f"{_KK} AND address_l = address_r"),
        Level("kk", _KK),
        *_PLACE,
        _NO_PLACE,
        _ELSEWHERE,
    ),
)
"""The same when the first pass has told which other members of the two units are one."""

FIRST_PASS = (NAME, IDENTITY, SEX, MOTHER, BIRTHPLACE, SOURCE, HOME)
SECOND_PASS = (NAME, IDENTITY, SEX, MOTHER, BIRTHPLACE, SOURCE, FAMILY)
