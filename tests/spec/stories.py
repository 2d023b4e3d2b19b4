"""Stories told to a hub by a process of its own, which a test has die at some step: `python -m tests.spec.stories`.

Every change goes under a request id that is known beforehand, and every receipt is on the disk before the next
change is submitted. The same story may be told again, in this process or in another.
"""

from __future__ import annotations

import asyncio
import os
import sys
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from hub.bootstrap import ADMIN, STEWARD, OpenHub, open_hub
from hub.cli.intake import take_in_and_form
from hub.commands.access import DefineAgency, GrantRole, RegisterActor
from hub.commands.intake import CloseRelease, Incoming, OpenRelease, TakeRecords
from hub.commands.people import CorrectPerson, FormPersons
from hub.commands.programmes import DefineProgramme, EndEnrolment, Enrol, ProposeEnrolment
from hub.domain.facts import Receipt
from hub.intake import chunks
from hub.intake.release import Delivery, IntakeResult
from hub.matching import form
from hub.questions.model import ReleaseRecords
from hub.settings import Settings

AS_OF, LABEL = "2024-05-31", "cerita"
_NAMESPACE = uuid.UUID("0d5a1c3e-8d0e-4b43-9c39-6f1f3f3c7d77")
_NIKS = ("3273010101800001", "3273010202810002", "3273010303820003")
_BURST = 12
Acknowledge = Callable[[str, Receipt], None]


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A receipt that reached its asker."""

    request: str
    seq: int
    leaf_hash: str
    subject: str | None
    repeated: bool


def request_of(change: str) -> str:
    """The request id of a change of the story."""
    return str(uuid.uuid5(_NAMESPACE, change))


async def tell(opened: OpenHub, acknowledge: Acknowledge) -> None:
    """The whole story: an agency, its officer, a register with its persons, enrolments, and a burst at the end."""

    async def change(name: str, who: str, command: Any) -> str:
        receipt = await opened.hub.submit(opened.actor(who), command, request=request_of(name))
        acknowledge(request_of(name), receipt)
        return str(receipt.subject)

    await change("agency", "sistem", DefineAgency("dinsos", "Dinas Sosial"))
    await change("officer", ADMIN, RegisterActor("sari", "dinsos"))
    await change("grant", ADMIN, GrantRole("sari", "petugas_opd", "SK 1/2026", "dinsos"))
    await change("programme", STEWARD, DefineProgramme("permakanan", "Permakanan", "dinsos", quota=2))
    delivery = await change("open", STEWARD, OpenRelease("dtks", LABEL, AS_OF, "ab"))
    await change("take", STEWARD, TakeRecords(delivery, 0, _records()[1:], _records()[:1], 1))
    await change("close", STEWARD, CloseRelease(delivery))
    found = (await opened.hub.ask(opened.matcher, ReleaseRecords(delivery))).data["records"]
    person = await change("form", "pemadan", FormPersons(tuple(found)))
    enrolment = await change(
        "propose", "sari", ProposeEnrolment("permakanan", nik=_NIKS[0], born_on="1980-01-01")
    )
    await change("enrol", STEWARD, Enrol(enrolment, "2026-01-01"))
    await change("end", "sari", EndEnrolment(enrolment, "GRADUATED", "2026-02-01"))
    await change("correct", STEWARD, CorrectPerson(_person(opened), {"name": "Budi"}, "KTP"))
    assert person != enrolment
    burst = (change(f"burst {n}", ADMIN, RegisterActor(f"pegawai-{n}", "dinsos")) for n in range(_BURST))
    await asyncio.gather(*burst)


def _person(opened: OpenHub) -> str:
    """The person formed of the first record."""
    (record,) = opened.ledger.find("nik", _NIKS[0])[:1]
    return opened.ledger.find("person_of", record)[0]


def _records() -> tuple[Incoming, ...]:
    address = {"text": "JL. MADEUP 1", "rt": "001", "rw": "002", "area": "3273011001"}
    dwelling = Incoming("dwelling", "r1", "r1|jl", {"ALAMAT": "JL. MADEUP 1"}, address)
    persons = (
        Incoming(
            "person", f"r1-{n}", f"r1-{n}", {"NAMA": f"MADEUP {n}"},
            {"nik": nik, "kk": "3273011111110001", "name": f"MADEUP {n}", "name_key": f"MADEUP {n}",
             "born_on": f"198{n}-0{n + 1}-0{n + 1}", "sex": "MALE"},
            dwelling.identity,
        )
        for n, nik in enumerate(_NIKS)
    )  # fmt: skip
    return (dwelling, *persons)


async def take_in(opened: OpenHub, folder: Path) -> IntakeResult:
    """Take a made-up city's register in, in small steps so that there are many to die between."""
    chunks.CHUNK_ROWS, form._STRIDE = 20, 15
    file = Delivery("dtks", (folder / "dtks_siks_ng.csv",), "kota", AS_OF)
    return await take_in_and_form(opened, file, lambda stage, done, total: None)


def keeper(path: Path) -> Acknowledge:
    """Keeps receipts in a file, durably."""

    def keep(request: str, receipt: Receipt) -> None:
        kept = Acknowledged(request, receipt.seq, receipt.leaf_hash, receipt.subject, receipt.repeated)
        with path.open("ab") as stream:
            stream.write(orjson.dumps(asdict(kept)) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())

    return keep


def kept(path: Path) -> list[Acknowledged]:
    """The receipts in a file."""
    lines = path.read_bytes().splitlines() if path.exists() else []
    return [Acknowledged(**orjson.loads(line)) for line in lines]


async def _main(story: str, path: Path) -> None:
    async with open_hub(Settings()) as opened:
        if story == "tell":
            await tell(opened, keeper(path))
        elif story == "intake":
            await take_in(opened, path)


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], Path(sys.argv[2])))
