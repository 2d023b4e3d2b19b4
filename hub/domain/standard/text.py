"""What all text values of the registers share: blanks, stray quotes, and the many ways to write "nothing"."""

from __future__ import annotations

import re
import unicodedata

NOTHING = frozenset({
    "", "-", "--", "---", ".", "..", "0", "00", "000", "?", "*", "NULL", "NAN", "NONE", "N/A", "NA", "NN",
    "TIDAK ADA", "TIDAK TAHU", "TDK ADA", "TDK TAHU", "BELUM ADA", "KOSONG", "TIDAK DIKETAHUI",
})  # fmt: skip
"""What stands in cells that hold no value (FORMATS, common rules; `NN` is "nomen nescio")."""

_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u00b4": "'", "`": "'", "\u201c": '"', "\u201d": '"'})
_TIDY = re.compile(r"[A-Z0-9./-]+(?: [A-Z0-9./-]+)*").fullmatch
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2060\ufeff]")


def tidy(value: str) -> str:
    """Upper case, NFC, no control characters, single blanks, none at the ends.

    Typographic quotes become plain ones; double quotes and quotes at the ends are leftovers of a spreadsheet.
    """
    if _TIDY(value):  # nine cells of ten
        return value
    if not value.isascii():
        value = unicodedata.normalize("NFC", value).translate(_QUOTES)
        value = unicodedata.normalize("NFC", _CONTROL.sub(" ", value).upper())
    elif not value.isprintable():
        value = _CONTROL.sub(" ", value).upper()
    else:
        value = value.upper()
    if '"' in value or "'" in value or "`" in value:
        value = value.replace('"', " ").replace("`", "'").strip(" '")
    return " ".join(value.split())


def known(value: str) -> str | None:
    """The tidied value, or None when it only says that there is none."""
    tidied = tidy(value)
    return None if tidied in NOTHING else tidied
