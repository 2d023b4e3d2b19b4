"""Names of people: a tidy form that keeps everything, and a key that leaves out what is not part of the name.

Source: name customs and over-merge traps measured in DOMAIN §4. Nothing is folded by sound here (that is
`sounds.name_sound`), and what is left out of the key is not lost (`name_parts`).
"""

from __future__ import annotations

import re
from typing import NamedTuple

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

LONGEST_WORD = 14
"""Letters that no single name word reaches: the longest of 1,494 measured ones has 12."""
_JOINED = re.compile(
    r"(?:SITI|ASEP|CECEP|DADANG|UJANG|EUIS|IMAS|LILIS|MUHAM+AD|MO[CH]*HAM+AD|A[CK]?HMAD|ABDUL)"
    r"(?!(?:I|IN|AH|OH|LAH|LOH|[IAE]?WATI|YANI)$)[A-Z]{3,}"
).fullmatch
"""A first name that goes on: these rarely begin a longer one (as SRI, NUR or AGUS do), but for ABDULLAH."""


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


def name_shape(key: str) -> list[str]:
    """What the build of a key says for matching; nothing is split or filled in, only told.

    named_initial (`M YUSUF`) · named_joined (`SITINURHALIZA`: two names in one word, most likely) ·
    named_one_word (one in six people; with a common name it carries little weight alone)
    """
    words = key.split()
    flags = ["named_initial"] if any(len(word) == 1 for word in words) else []
    if any(_JOINED(word) or len(word) >= LONGEST_WORD for word in words):
        flags.append("named_joined")
    if len(words) == 1:
        flags.append("named_one_word")
    return flags


class NameParts(NamedTuple):
    """A tidied name taken apart; every letter of it stands in one of the parts."""

    key: str
    """As `name_key`; the other parts as written."""
    titles: tuple[str, ...] = ()
    """`H.`, `DRS.`, also `NY.` and the `AN.` of forms."""
    degrees: tuple[str, ...] = ()
    """`S.PD.`, without the comma before it."""
    parentage: str | None = None
    """`BINTI DENI`."""
    late: str | None = None
    """`(ALM)`."""
    baby: bool = False
    """Whether the key is BAYI and the mother's name."""


def name_key(tidied: str) -> str:
    """The name without titles, degrees, parentage and remarks, for comparing and sorting; never empty.

    `tidied` is what `name` returned. BAYI stays, or a newborn would have the mother's key.
    """
    if _PLAIN(tidied) and _TO_LOOK_AT.isdisjoint(tidied.split()):
        return tidied
    return name_parts(tidied).key


def name_parts(tidied: str) -> NameParts:
    """What `name` returned, taken apart. A name that is nothing but titles or signs is its own key."""
    bare, degrees = _without_degrees(tidied)
    bare, late = _cut(_LATE, bare)
    bare, parentage = _cut(_PARENTAGE, bare)
    titles, words = _without_titles(bare.split())
    key = " ".join(_NOT_LETTERS.sub(" ", " ".join(words).replace("'", "")).split())
    if not key:
        return NameParts(tidied)
    return NameParts(key, titles, degrees, parentage, late, baby=words[0] == "BAYI")


def _cut(pattern: re.Pattern[str], text: str) -> tuple[str, str | None]:
    """The text without what the pattern finds, and that: None when it finds nothing."""
    if pattern.search(text) is None:
        return text, None
    found = " ".join(match[0] for match in pattern.finditer(text))
    return pattern.sub(" ", text), " ".join(found.split())


def _without_degrees(tidied: str) -> tuple[str, tuple[str, ...]]:
    """Comma parts go only when they look like a degree; the rest may be a name written last-first."""
    if "," not in tidied:
        return tidied, ()
    first, *parts = tidied.split(",")
    kept = [part for part in parts if not _is_degree(part)]
    degrees = (part.strip() for part in parts if _is_degree(part))
    return " ".join([first, *kept]), tuple(degree for degree in degrees if degree)


def _is_degree(part: str) -> bool:
    words = part.replace(".", "").split()
    return not words or "".join(words) in _DEGREES or all(word in _DEGREES for word in words)


def _without_titles(words: list[str]) -> tuple[tuple[str, ...], list[str]]:
    """The titles before a name, and the name."""
    if words and words[0] == "BAYI":
        titles, kept = _without_titles(words[1:])
        return titles, ["BAYI", *kept]
    count = 0
    while count < len(words) - 1 and _is_title(words[count]):
        count += 1
    titles, kept = tuple(words[:count]), words[count:]
    if kept and "." in kept[0]:  # "H.ABAH": a title joined to the name by its dot
        title, _, rest = kept[0].partition(".")
        if rest.strip(".") and title in _LEADING:
            return (*titles, f"{title}."), [rest, *kept[1:]]
    return titles, kept


def _is_title(word: str) -> bool:
    bare = word.rstrip(".")
    return bare in _LEADING or (word.endswith(".") and bare in _DOTTED_ONLY)
