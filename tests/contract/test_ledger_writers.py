"""Many writers at once: threads, ledgers and processes on one database lose nothing and double nothing."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

from hub.domain.errors import Unavailable, VersionConflict
from hub.domain.ids import new_id
from hub.domain.kinds import Log
from hub.ledger.audit import verify
from hub.ledger.engine import writing
from hub.ledger.entries import Appended
from hub.ledger.store import Ledger
from tests.contract.ledger_worlds import agency, commit, disclose, open_ledger, pend

ROOT = Path(__file__).parents[2]


def _requests(number: int) -> list[str]:
    return [str(uuid.uuid4()) for _ in range(number)]


def _append_all(ledger: Ledger, requests: list[str], found: list[Appended]) -> None:
    """Append one entry a request, a few at a time."""
    for begin in range(0, len(requests), 10):
        some = requests[begin : begin + 10]
        futures = [ledger.append(pend(ledger, agency(), request=each)) for each in some]
        found += [each.result(60) for each in futures]


def _all_there_once(ledger: Ledger, requests: list[str]) -> None:
    entries = ledger.entries(Log.CHANGES, 0, 10_000)
    assert [each.seq for each in entries] == list(range(1, len(requests) + 1))
    assert sorted(each.request for each in entries) == sorted(requests)
    assert [each.at for each in entries] == sorted(each.at for each in entries)
    report = verify(ledger)
    assert report.ok, report.fault


def _in_threads(works: list[threading.Thread]) -> None:
    for each in works:
        each.start()
    for each in works:
        each.join(60)
        assert not each.is_alive()


def test_two_ledgers_in_two_threads_lose_nothing(ledger: Ledger, url: str) -> None:
    other = open_ledger(url)
    requests = [_requests(200), _requests(200)]
    found: tuple[list[Appended], list[Appended]] = ([], [])
    _in_threads([
        threading.Thread(target=_append_all, args=each)
        for each in zip((ledger, other), requests, found, strict=True)
    ])  # fmt: skip
    other.close()
    for mine, receipts in zip(requests, found, strict=True):
        asked = [ledger.entry(Log.CHANGES, each.seq).request for each in receipts[::40]]
        assert asked == mine[::40]
        assert [each.seq for each in receipts] == sorted(each.seq for each in receipts)
    _all_there_once(ledger, [*requests[0], *requests[1]])


def test_sixteen_threads_on_one_ledger_lose_nothing(ledger: Ledger) -> None:
    requests = [_requests(25) for _ in range(16)]
    found: list[Appended] = []
    _in_threads([threading.Thread(target=_append_all, args=(ledger, each, found)) for each in requests])
    assert sorted(each.seq for each in found) == list(range(1, 401))
    _all_there_once(ledger, [each for some in requests for each in some])


def _process(url: str, code: str, requests: list[str]) -> subprocess.Popen[str]:
    told = json.dumps({"url": url, "code": code, "requests": requests})
    command = [sys.executable, "-m", "tests.contract.appender", told]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def _outcomes(process: subprocess.Popen[str]) -> list[tuple[int, bool]]:
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return [(seq, repeated) for seq, repeated in json.loads(out)]


def test_two_processes_lose_nothing_and_answer_each_others_requests(ledger: Ledger, url: str) -> None:
    """50 of the 200 requests of each process are the other's too: whoever comes first appends them."""
    common, own = _requests(50), [_requests(150), _requests(150)]
    processes = [
        _process(url, f"p{number}", [*mine[:75], *common, *mine[75:]]) for number, mine in enumerate(own)
    ]
    one, other = (_outcomes(each) for each in processes)
    shared = slice(75, 125)
    assert [seq for seq, _ in one[shared]] == [seq for seq, _ in other[shared]]
    assert all(a != b for (_, a), (_, b) in zip(one[shared], other[shared], strict=True))
    assert not any(repeated for _, repeated in one[:75] + one[125:] + other[:75] + other[125:])
    _all_there_once(ledger, [*common, *own[0], *own[1]])
    # What other processes wrote is what this one goes on from.
    assert commit(ledger, agency()).seq == 351
    assert verify(ledger).ok


def test_of_many_threads_on_one_subject_one_wins_each_version(ledger: Ledger, url: str) -> None:
    subject, other = new_id(), open_ledger(url)
    won: list[int] = []

    def change(mine: Ledger) -> None:
        done = 0
        while done < 5:
            try:
                won.append(commit(mine, agency(subject)).version or 0)
                done += 1
            except VersionConflict:
                continue

    _in_threads([threading.Thread(target=change, args=(each,)) for each in (ledger, other) * 2])
    other.close()
    assert sorted(won) == list(range(1, 21))
    assert ledger.size(Log.CHANGES) == 20
    assert verify(ledger).ok


@contextmanager
def _commits(ledger: Ledger) -> Iterator[list[int]]:
    """Counts transactions that are committed within."""
    counted: list[int] = []

    def count(_connection: object) -> None:
        counted.append(1)

    event.listen(ledger.engine, "commit", count)
    yield counted
    event.remove(ledger.engine, "commit", count)


def test_what_waits_is_committed_as_one_group(ledger: Ledger) -> None:
    commit(ledger, agency())
    pending = [pend(ledger, agency()) for _ in range(50)]
    with writing(ledger.engine):
        futures: list[Future[Appended]] = [ledger.append(each) for each in pending]
        time.sleep(0.05)
        assert not any(each.done() for each in futures)
        assert ledger.size(Log.CHANGES) == 1
    with _commits(ledger) as counted:
        receipts = [each.result(30) for each in futures]
    assert len(counted) <= 2
    assert [each.seq for each in receipts] == list(range(2, 52))
    assert len({each.at for each in receipts}) <= 2


def test_a_group_of_both_logs_is_numbered_for_each(ledger: Ledger) -> None:
    heard: list[tuple[Log, int]] = []
    ledger.on_append(lambda log, size: heard.append((log, size)))
    for _ in range(3):
        commit(ledger, agency())
        disclose(ledger, new_id())
    assert [ledger.size(log) for log in Log] == [3, 3]
    assert [size for log, size in heard if log is Log.CHANGES] == [1, 2, 3]
    assert [size for log, size in heard if log is Log.DISCLOSURES] == [1, 2, 3]


def test_a_ledger_that_closes_writes_what_is_queued_and_takes_no_more(url: str) -> None:
    ledger = open_ledger(url)
    futures = [ledger.append(pend(ledger, agency())) for _ in range(30)]
    late = pend(ledger, agency())
    ledger.close()
    assert sorted(each.result(0).seq for each in futures) == list(range(1, 31))
    with pytest.raises(Unavailable):
        ledger.append(late).result(5)
    again = open_ledger(url)
    newest = again.proofs.newest(Log.CHANGES)
    assert newest is not None
    assert newest.size == 30
    again.close()


def test_verify_is_not_put_off_by_what_is_appended_meanwhile(ledger: Ledger, url: str) -> None:
    other = open_ledger(url)
    for _ in range(3):
        commit(ledger, agency())

    def meanwhile(log: str, _done: int, _total: int) -> None:
        if log == Log.CHANGES.value:
            commit(other, agency())
            other.proofs.checkpoint(Log.CHANGES)
            disclose(other, new_id())

    report = verify(ledger, meanwhile)
    assert report.ok, report.fault
    assert report.entries == {"changes": 3, "disclosures": 0}
    assert verify(ledger).entries == {"changes": 4, "disclosures": 1}
    other.close()


# -- askers who go away -----------------------------------------------------------------------------------------


def test_a_change_whose_asker_went_before_it_was_begun_is_not_written(ledger: Ledger) -> None:
    with writing(ledger.engine):
        under_way = ledger.append(pend(ledger, agency(code="first")))
        _begun(under_way)
        waiting = [ledger.append(pend(ledger, agency(code=f"o{number}"))) for number in range(3)]
        assert waiting[1].cancel()
    assert [each.result(30).seq for each in (under_way, waiting[0], waiting[2])] == [1, 2, 3]
    assert commit(ledger, agency(code="last")).seq == 4
    assert verify(ledger).ok


def test_an_asker_who_goes_while_their_change_is_written_stops_nobody(ledger: Ledger) -> None:
    with writing(ledger.engine):
        under_way = ledger.append(pend(ledger, agency()))
        _begun(under_way)
        assert not under_way.cancel()
    assert under_way.result(30).seq == 1
    assert commit(ledger, agency(code="last")).seq == 2


def test_an_asker_who_is_cancelled_in_a_task_leaves_the_ledger_working(ledger: Ledger) -> None:
    async def impatient() -> None:
        with writing(ledger.engine):
            futures = [
                asyncio.wrap_future(ledger.append(pend(ledger, agency(code=f"o{n}")))) for n in range(2)
            ]
            await asyncio.sleep(0.05)
            for each in futures:
                each.cancel()
        await asyncio.gather(*futures, return_exceptions=True)

    asyncio.run(impatient())
    assert commit(ledger, agency(code="last")).seq in {1, 2, 3}
    assert verify(ledger).ok


def _begun(future: Future[Appended]) -> None:
    until = time.monotonic() + 20
    while not future.running():
        assert time.monotonic() < until
        time.sleep(0.005)
