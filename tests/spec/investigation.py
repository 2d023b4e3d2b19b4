"""What investigators look into: rows, corrections, persons that become one and two again, households, an enrolment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hub.bootstrap import ADMIN, STEWARD
from hub.commands.access import DefineAgency
from hub.commands.intake import AbandonRelease
from hub.commands.matching import JudgeMatch, RevokeJudgement
from hub.commands.payments import RecordPayment
from hub.commands.people import CorrectPerson
from hub.commands.programmes import DefineProgramme, EndEnrolment
from tests.spec.deliveries import begun, dwelling, finished, matched, person
from tests.spec.hubs import Resident, Town

HERE, THERE = "3273011001", "3273011002"
NIKS = [f"32730101018000{number:02}" for number in range(1, 10)]


def record(town: Town, key: str) -> str:
    """Id of the source record with this row key."""
    town.settle()
    query = "MATCH (s:SourceRecord {row_key: $key}) RETURN s.id AS id"
    with town.driver.session(database=town.settings.neo4j_database) as session:
        return str(session.run(query, key=key).single(strict=True)["id"])


def person_with(town: Town, key: str) -> str:
    """Id of the person who has the record with this row key now."""
    wanted = record(town, key)
    found = town.opened.ledger.find("person_of", wanted)
    states = town.opened.ledger.subjects(found)
    return next(each for each in found if wanted in states[each].state["records"])


def tell(town: Town, keep: Callable[[str], None]) -> None:
    """Rows, cards, homes; corrections; persons that become one and two again; households; enrolments from end to end."""
    for code in ("dinsos", "inspektorat"):
        town.submit(ADMIN, DefineAgency(code, f"Dinas {code}"))
    for name, role, agency, place in (
        ("sari", "petugas_opd", "dinsos", None), ("irma", "pemeriksa", "inspektorat", None),
        ("lina", "petugas_kelurahan", None, HERE),
    ):  # fmt: skip
        town.register(name, role, agency, place)
    home: dict[str, Any] = {"kk": "3273011234560001"}
    finished(
        town, "dtks", "1", "2024-01-31",
        dwelling("r1", "JL. SATU 1", area=HERE, rt="001", rw="002", **home),
        person("a", "ASEP", NIKS[0], family="r1", relation_to_head="KEPALA KELUARGA", born_on="1970-01-02", **home),
        person("b", "BUDI", NIKS[1], family="r1", relation_to_head="ANAK", **home),
        person("c", "CICI", NIKS[2]),
    )  # fmt: skip
    keep("a first register")
    town.submit(STEWARD, DefineProgramme("permakanan", "Permakanan", "dinsos", quota=5))
    asep = Resident(person_with(town, "a"), NIKS[0], "1970-01-02", "ASEP", HERE)
    enrolment = town.enrol("sari", "permakanan", asep, "2026-01-01")
    matched(town)
    keep("enrolled, and households formed")
    town.submit(STEWARD, CorrectPerson(asep.id, {"name": "ASEP SAEPUDIN", "mother_name": "IIS"}, "Akta"))
    town.submit(STEWARD, DefineProgramme("permakanan", "Permakanan Lansia", "dinsos", quota=9))
    finished(
        town, "p3ke", "2", "2024-06-30",
        dwelling("h1", "JL. DUA 2", area=THERE, kk="3273011234560002"),
        person("d", "ASEP S.", NIKS[3], family="h1", born_on="1970-01-02", occupation="PETANI"),
        person("e", "CICI LESTARI", NIKS[2], family="h1"),
    )  # fmt: skip
    keep("corrected, and a second register")
    left, right = sorted((record(town, "a"), record(town, "d")))
    judged = town.submit(STEWARD, JudgeMatch(left, right, "SAME", "Satu orang."))
    keep("two became one")
    finished(
        town, "dtks", "2", "2024-12-31",
        dwelling("r2", "JL. TIGA 3", area=THERE, rt="009", kk="3273011234560009"),
        person("a", "ASEP SAEPUDIN", NIKS[0], family="r2", born_on="1970-01-03"),
        person("b", "BUDI", NIKS[1], family="r2"),
    )  # fmt: skip
    matched(town)
    keep("moved")
    town.submit("sari", RecordPayment(enrolment, "2026-01-15", 200_000, "2026-1"))
    keep("paid")
    town.submit("sari", EndEnrolment(enrolment, "GRADUATED", "2026-02-01"))
    release = begun(town, "dtks", "3", "2025-01-31", person("b", "BUDI JAYA", NIKS[1]))
    keep("ended, and a register under way")
    town.submit(STEWARD, AbandonRelease(release, "Berkas salah."))
    town.submit(STEWARD, RevokeJudgement(str(judged.subject), "Keliru."))
    matched(town)
    keep("two again")
