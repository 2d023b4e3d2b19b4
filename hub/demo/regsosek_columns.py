"""The columns of the two Regsosek files: the questions of REGSOSEK22-K."""

from __future__ import annotations


def _lettered(question: str, last: str) -> tuple[str, ...]:
    return tuple(f"{question}{chr(letter)}" for letter in range(ord("a"), ord(last) + 1))


_PLACE = ("id_keluarga", "r101", "r102", "r103", "r104", "r105", "r105a")
AID = _lettered("r501", "g")
GOODS = _lettered("r502", "n")
FAMILY_COLUMNS = (
    *_PLACE, *(f"r{number}" for number in range(106, 116)), *(f"r{number}" for number in range(201, 206)),
    "r301a", "r301b", "r302", "r303", "r304", "r305", "r306a", "r306b", "r307a", "r307b1", "r307b2", "r307b3",
    "r308", "r309a", "r309b", "r310",
    *(f"{column}{part}" for column in AID for part in ("", "_bulan", "_tahun")),
    *GOODS, "r503a", "r503b", *_lettered("r504", "e"), "r505", "r506",
)  # fmt: skip
PERSON_COLUMNS = (
    *_PLACE, "r110", *(f"r{number}" for number in range(401, 416)), "r416a", "r416b", "r417", "r418", "r419",
    "r420a", "r420b", *(f"r{number}" for number in range(421, 428)), *_lettered("r428", "j"), "r429", "r430",
    *_lettered("r431", "f"),
)  # fmt: skip
