"""Columns that comparisons read, from rows: words of names as numbers that carry their own rarity, dates as parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from math import log2
from typing import Any
from zlib import crc32

import pyarrow as pa

from hub.domain.standard.names import name_key
from hub.domain.standard.sounds import name_sound
from hub.matching.rows import MatchRow

BITS_SHIFT = 32
"""A word is one number: what it tells in tenths of a bit above, which word it is below."""
RARE_NAME = 120
"""Tenths of a bit from which a whole name is rare: about one bearer in 4,000."""
UNHEARD_BITS = 14.0
"""What a word tells that the model never heard: about one bearer in 16,000."""

WORDS = (1, 2, 3, 4)
"""A name's rarest words, each a column of its own: comparing lists takes ten times as long."""

_SCHEMA = pa.schema([
    ("unique_id", pa.int32()),
    ("source", pa.string()),
    ("unit", pa.int32()),
    ("nik", pa.string()),
    ("nik_head", pa.string()),
    ("nik_tail", pa.string()),
    ("nik_fits", pa.bool_()),
    ("born_on", pa.string()),
    ("born_day", pa.string()),
    ("born_year", pa.int16()),
    ("born_default", pa.bool_()),
    ("sex", pa.string()),
    ("sound", pa.string()),
    ("first_word", pa.string()),
    ("words", pa.string()),
    ("rare_name", pa.string()),
    *((f"word{at}", pa.int64()) for at in WORDS),
    ("word_bits", pa.int32()),
    ("mother", pa.string()),
    ("mother_words", pa.string()),
    *((f"mother_word{at}", pa.int64()) for at in WORDS),
    ("birthplace", pa.string()),
    ("kk", pa.string()),
    ("area", pa.string()),
    ("rt_rw", pa.string()),
    ("address", pa.string()),
])  # fmt: skip


def word_bits(rows: Iterable[MatchRow]) -> dict[str, float]:
    """What each sounding word of a name tells: minus the binary logarithm of the share of names that hold it."""
    counts: dict[str, int] = {}
    names = 0
    for row in rows:
        if row.name_sound:
            names += 1
            for word in set(row.name_sound.split()):
                counts[word] = counts.get(word, 0) + 1
    return {word: min(UNHEARD_BITS, round(-log2(n / names), 1)) for word, n in sorted(counts.items())}


def features(rows: Sequence[MatchRow], bits: Mapping[str, float]) -> pa.Table:
    """One line a row, in the order given; `unique_id` is its position."""
    words = _Words(bits)
    units: dict[tuple[str, str, str], int] = {}
    lines = []
    for position, row in enumerate(rows):
        unit = units.setdefault((row.register, row.release, row.unit), len(units))
        lines.append(_line(position, unit, row, words))
    return pa.Table.from_pylist(lines, schema=_SCHEMA)


class _Words:
    """Turns words into numbers, the same wherever they are met."""

    def __init__(self, bits: Mapping[str, float]) -> None:
        self._bits = bits
        self._codes: dict[str, int] = {}
        # Most names are met in several rows, as those of one person or of many.
        self.columns = cache(self._columns)
        self.mother = cache(lambda name: name_sound(name_key(name)))

    def _columns(self, name: str, sound: str | None) -> dict[str, Any]:
        """The words of a name of two letters or more, the rarest first; an initial is no word."""
        words = {word for word in (sound or "").split() if len(word) > 1}
        codes = sorted(map(self._code, words), reverse=True)
        told: dict[str, Any] = {
            f"{name}s": " ".join(sorted(words)) or None,
            f"{name}_bits": sum(code >> BITS_SHIFT for code in codes),
            **dict(zip((f"{name}{at}" for at in WORDS), codes, strict=False)),
        }
        return told

    def _code(self, word: str) -> int:
        found = self._codes.get(word)
        if found is None:
            tenths = round(10 * self._bits.get(word, UNHEARD_BITS))
            found = self._codes[word] = (tenths << BITS_SHIFT) + crc32(word.encode())
        return found


def _line(position: int, unit: int, row: MatchRow, words: _Words) -> dict[str, Any]:
    sound = row.name_sound or None
    name = words.columns("word", sound)
    mother = words.mother(row.mother_name) if row.mother_name else None
    born = row.born_on
    return {
        "unique_id": position,
        "source": f"{row.register} {row.release}",
        "unit": unit,
        "nik": row.nik,
        "nik_head": row.nik[:12] if row.nik else None,
        "nik_tail": row.nik[6:] if row.nik else None,
        "nik_fits": row.nik_fits,
        "born_on": born,
        "born_day": born[5:] if born else None,
        "born_year": int(born[:4]) if born else None,
        "born_default": row.born_default,
        "sex": row.sex,
        "sound": sound.replace(" ", "") if sound else None,
        "first_word": sound.split()[0] if sound else None,
        **name,
        "rare_name": name["words"] if name["word_bits"] >= RARE_NAME else None,
        "mother": mother.replace(" ", "") if mother else None,
        **words.columns("mother_word", mother),
        "birthplace": row.birthplace,
        "kk": row.kk,
        "area": row.area,
        "rt_rw": f"{row.area}/{row.rt}/{row.rw}" if row.area and row.rt and row.rw else None,
        "address": f"{row.area}/{row.street_key}/{row.number}" if row.area and row.street_key else None,
    }
