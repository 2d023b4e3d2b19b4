"""Names as they sound: one key for the spellings of a name, for finding candidates; never the only test.

Source: rules, measured variants and over-merge traps of DOMAIN §4 (19,699 names of West Java). The rules are
applied with what the traps teach:

- A short word bears each of its letters. A final H (IDA, IDAH · YAYA, YAYAH · ELA, ELAH) and an H before a
  consonant (RAMA, RAHMA · SARI, SAHRI · YAYA, YAHYA) fall only from words of six letters or more, and a first F
  becomes P only in five or more (PUJI is not FUJI, but FIRMAN is PIRMAN). DEDE and DEDEH stay two as well.
- First letters are heard: A, H and Y at the start stay (ANI, HANI, YANI), also AI (a name of its own) before E.
- O is not U (DODI, DUDI) but for the old OE and OO (NOER, NOOR) and for KOS before a consonant (KOSWARA).
- Y between vowels stays (AYI is not AI); NJ is the old NY only at the start (PANJI); SY is S only before a vowel
  (DESY); CH is C in CHANDRA, CHEPI, CHINTIA and K in CHRISTINA, else the H of KH.
- A doubled first vowel stays: IIS, AAN and OOM are names.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

H_FALLS_FROM = 6
"""Letters a word needs to lose an H."""
F_TURNS_FROM = 5
"""Letters a word needs for its first F to become P."""

_OLD = (
    (re.compile(r"OE|(?<=.)OO"), "U"),
    (re.compile(r"D[JZ]"), "J"),
    (re.compile(r"TJ"), "C"),
    (re.compile(r"SJ"), "SY"),
    (re.compile(r"^NJ"), "NY"),
)
"""The spelling before 1972, and DZ, which is written for the same Arabic letter as Z."""
_DIGRAPHS = (
    (re.compile(r"^[CK]HR"), "KR"),
    (re.compile(r"^CH(?=AND|[EIY])"), "C"),
    (re.compile(r"[CK]H"), "H"),
    (re.compile(r"SH|TS|SY(?=[AEIOU])"), "S"),
    (re.compile(r"(?<=[BDGPT])H"), ""),
)
_DOUBLES = re.compile(r"([^AEIOU])\1+|(?<=.)([AEIOU])\2+")
_VOWELS = (
    (re.compile(r"(?<=I)Y(?=[AEOU])"), ""),
    (re.compile(r"(?<=.)Y(?![AEIOU])|(?<=[^AEIOU])Y"), "I"),
    (re.compile(r"(?<=.)A[EI]"), "E"),
    (re.compile(r"^AE"), "AI"),
    (re.compile(r"^KOS(?=[^AEIOU])"), "KUS"),
)
_LETTERS = str.maketrans("ZQV", "JKF")
_H_BEFORE_CONSONANT = re.compile(r"H(?=[^AEIOU])")
_INNER_F = re.compile(r"(?<=.)F")
_is_muhamad = re.compile(r"M[OU]H(?:AM[AE][DT])?|M[OU]?HD").fullmatch


def name_sound(key: str) -> str:
    """The comparison key of what `names.name_key` returned: its words folded one by one, in their order.

    SAEPUL, SAEFUL, SYAIFUL → SEPUL; a leading M is MUHAMAD when a name follows. Equal keys make two names worth
    comparing, no more: AHMADI and AHMADY are one, and so are FATMAWATI and PATMAWATI.
    """
    words = key.split()
    if len(words) > 1 and words[0] == "M":
        words[0] = "MUHAMAD"
    return " ".join(map(_word, words))


@lru_cache(maxsize=1 << 15)
def _word(word: str) -> str:
    """One word folded until nothing changes: some folds make room for others. An initial stays as it is."""
    if len(word) == 1:
        return word
    if not word.isascii():
        parts = unicodedata.normalize("NFD", word)
        word = unicodedata.normalize("NFC", "".join(c for c in parts if not unicodedata.combining(c)))
    while (folded := _fold(word)) != word:
        word = folded
    return word


def _fold(word: str) -> str:
    for pattern, letters in _OLD:
        word = pattern.sub(letters, word)
    for pattern, letters in _DIGRAPHS:
        word = pattern.sub(letters, word)
    word = _DOUBLES.sub(r"\1\2", word.translate(_LETTERS))
    for pattern, letters in _VOWELS:
        word = pattern.sub(letters, word)
    if _is_muhamad(word):
        return "MUHAMAD"
    if len(word) >= H_FALLS_FROM and word.endswith("AH"):
        word = word[:-1]
    if len(word) >= H_FALLS_FROM:
        word = _H_BEFORE_CONSONANT.sub("", word)
    word = _INNER_F.sub("P", word)
    return "P" + word[1:] if word[:1] == "F" and len(word) >= F_TURNS_FROM else word
