"""What benchmarks work on: records of a made-up city, facts with their payloads, appends in one line."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hub.commands.intake import Incoming
from hub.demo.city import write_city
from hub.domain.facts import Draft
from hub.domain.ids import new_id
from hub.domain.kinds import Log
from hub.intake.dtks import EXPORT, Dtks
from hub.intake.layout import Context
from hub.intake.refusals import Refusal
from hub.intake.rows import read
from hub.intake.sheet import inspect
from hub.ledger.entries import Pending, Warrant
from hub.ledger.store import Ledger
from hub.reference.areas import area_index

WARRANT = Warrant(
    new_id(), "release:take", "pemadanan", "Perpres 39/2019 tentang Satu Data Indonesia", 1, "dinsos"
)
RELEASE = new_id()
SEED = 7
_REQUESTS = count(1)


@lru_cache(maxsize=1)
def incoming() -> tuple[Incoming, ...]:
    """Records as the intake reads them from a made-up DTKS file, dwellings and persons."""
    with TemporaryDirectory() as folder:
        city = write_city(Path(folder), 1000, SEED)
        sheet = inspect(city.dtks)
        reader = Dtks().bind(EXPORT, EXPORT.bind(sheet.heading), Context(city.as_of, area_index()))
        rows = [values for _, values in read(sheet) if not isinstance(values, Refusal)]
    persons = [(values, reader.record(values)) for values in rows]
    taken = [(values, person) for values, person in persons if not isinstance(person, Refusal)]
    return tuple(record for values, person in taken for record in (reader.dwelling(values), person) if record)


def facts(number: int) -> list[Draft]:
    """Drafts of records taken in, each about a subject of its own, with values of made-up people."""
    records = incoming()
    return [_taken(records[index % len(records)], index) for index in range(number)]


def _taken(record: Incoming, index: int) -> Draft:
    refs = (
        (("release", RELEASE),)
        if record.unit == "dwelling"
        else (("release", RELEASE), ("dwelling", new_id()))
    )
    clear = {"register": "dtks", "unit": record.unit, "digest": hashlib.sha256(b"%d" % index).hexdigest()}
    payload = {
        "row_key": record.row_key, "identity": f"{record.identity}|{index}", "original": dict(record.original),
        "standardised": dict(record.standardised),
    }  # fmt: skip
    return Draft(new_id(), "RecordTaken", new_id(), refs, clear, payload)


def entry_row(index: int, leaf_hash: bytes) -> dict[str, Any]:
    """A row as long as that of an entry, which stands for the leaf at an index; only its hash is real."""
    text = {name: new_id() for name in ("actor", "request", "purpose", "basis", "at", "action")}
    return {
        **text, "log": "changes", "seq": index + 1, "agency": "dinsos", "policy_version": 1, "n": 1,
        "data": b"x" * 400, "leaf_hash": leaf_hash, "facts_root": b"x" * 32, "body": b"x" * 60,
    }  # fmt: skip


def pend(ledger: Ledger, drafts: Sequence[Draft]) -> Pending:
    """Drafts sealed into an entry that can be appended."""
    number = next(_REQUESTS)
    return ledger.prepare(
        Log.CHANGES, WARRANT, (new_id(), number.to_bytes(32, "big")), drafts, ledger.history()
    )
