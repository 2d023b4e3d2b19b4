"""Names of people: a tidy form that keeps everything, and a key that leaves out what is not part of the name.

Source: name customs and over-merge traps measured in DOMAIN §4. Nothing is folded by sound here: what would
join ANI with HANI or IDA with IDAH is weighed by the matcher, not decided by a key.
"""

from __future__ import annotations

import re

from hub.domain.standard.text import known

_NOT_A_MOTHER = frozenset({"IBU", "MAMAH", "MAMA", "ALMARHUMAH", "ALM", "ALMH"})
_LEADING = frozenset({
    "H", "HJ", "KH", "HAJI", "HAJJAH", "DRS", "DRA", "IR", "DR", "PROF", "R", "RD", "RR", "RADEN", "NY", "TN",
    "SDR", "SDRI", "USTAD", "USTADZ", "ALM", "ALMH", "ALMARHUM", "ALMARHUMAH",
})  # fmt: skip
_DOTTED_ONLY = frozenset({"AN", "A.N"})
"""`AN.` (atas nama) is a form's phrase; AN without its dot may be a name."""
_DEGREES = frozenset({
    "SE", "SH", "ST", "SS", "SPD", "SPDI", "SAG", "SIP", "SSOS", "SKOM", "SKM", "SKED", "SKEP", "SP", "SPT",
    "SSI", "SHI", "SEI", "SPSI", "SAP", "SIKOM", "MM", "MH", "MT", "MSI", "MPD", "MPDI", "MAG", "MKOM", "MAP",
    "MBA", "AMD", "AMDKEB", "AMDKEP", "BA", "BSC", "MSC", "PHD", "LC", "NERS", "APT", "AKP",
})  # fmt: skip
_LATE = re.compile(r"[(\[]\s*AL(?:M|MH|MARHUM|MARHUMAH)\.?\s*[)\]]|\bALMH?\.?\s*$")
_PARENTAGE = re.compile(r"(?<=\w)\s+(?:BIN|BINTI|BT|BTI)\.?\s+\w.*$")
_NOT_LETTERS = re.compile(r"[^\w ]+|_+")
_PLAIN = re.compile(r"[A-Z]{3,}(?: [A-Z]{3,})*").fullmatch
_TO_LOOK_AT = frozenset({
    "HAJI", "HAJJAH", "DRS", "DRA", "PROF", "RADEN", "SDR", "SDRI", "USTAD", "USTADZ", "ALM", "ALMH",
    "ALMARHUM", "ALMARHUMAH", "BIN", "BINTI", "BTI",
})  # fmt: skip


def name(value: str) -> str | None:
    """A name in upper case, NFC, with single blanks, without stray quotes; None when the cell names nobody.

    Titles, degrees and remarks stay: they are part of what the register says.
    """
    return known(value)


def mother_name(value: str) -> str | None:
    """A mother's name; None also for words that only say "mother"."""
    found = known(value)
    return None if found in _NOT_A_MOTHER else found


def name_flags(tidied: str) -> list[str]:
    """What a name says besides naming: named_late (`(ALM)`), named_baby (`BAYI NY. x`: the mother's name)."""
    flags = []
    if tidied.startswith("BAYI "):
        flags.append("named_baby")
    if "ALM" in tidied and _LATE.search(tidied):
        flags.append("named_late")
    return flags


def name_key(tidied: str) -> str:
    """The name without titles, degrees, parentage and remarks, for comparing and sorting; never empty.

    `tidied` is what `name` returned. BAYI stays, or a newborn would have the mother's key.
    """
    if _PLAIN(tidied) and _TO_LOOK_AT.isdisjoint(tidied.split()):
        return tidied
    bare = _PARENTAGE.sub("", _LATE.sub(" ", _without_degrees(tidied)))
    words = _without_titles(bare.split())
    key = " ".join(_NOT_LETTERS.sub(" ", " ".join(words).replace("'", "")).split())
    return key or tidied


def _without_degrees(tidied: str) -> str:
    """Comma parts go only when they look like a degree; the rest may be a name written last-first."""
    first, *parts = tidied.split(",")
    kept = [part for part in parts if not _is_degree(part)]
    return " ".join([first, *kept])


def _is_degree(part: str) -> bool:
    words = part.replace(".", "").split()
    return not words or "".join(words) in _DEGREES or all(word in _DEGREES for word in words)


def _without_titles(words: list[str]) -> list[str]:
    kept = list(words)
    if kept and kept[0] == "BAYI":
        return ["BAYI", *_without_titles(kept[1:])]
    while len(kept) > 1 and _is_title(kept[0]):
        kept = kept[1:]
    if kept and "." in kept[0]:  # "H.ABAH": a title joined to the name by its dot
        title, _, rest = kept[0].partition(".")
        if rest.strip(".") and title in _LEADING:
            kept = [rest, *kept[1:]]
    return kept


def _is_title(word: str) -> bool:
    bare = word.rstrip(".")
    return bare in _LEADING or (word.endswith(".") and bare in _DOTTED_ONLY)
