"""The run of a release, recorded: what it submits, in which order, and what a second run does.

The recorder keeps what is submitted and answers like the ledger does for equal request ids. The real doors are
exercised in tests/contract and tests/spec; here it is about the adapter's own logic.
"""

from __future__ import annotations

import asyncio
import csv
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import pytest

from hub.commands.intake import CloseRelease, Incoming, OpenRelease, TakeRecords
from hub.demo.city import CityFiles, write_city
from hub.domain.errors import Conflict, InvalidInput, RequestConflict, Unavailable
from hub.domain.facts import Actor, Receipt
from hub.intake import release
from hub.intake.refusals import harmless
from hub.intake.release import Delivery, IntakeResult, Progress, take_in
from hub.questions.model import Answer, Releases

AS_OF = "2024-05-31"


@dataclass
class Recorder:
    """Keeps requests and the state of releases; `fail_at` makes one submission fail after it was recorded."""

    requests: dict[str, tuple[Any, Receipt]] = field(default_factory=dict)
    releases: dict[str, dict[str, Any]] = field(default_factory=dict)
    records: dict[str, Incoming] = field(default_factory=dict)
    in_flight: int = 0
    fail_at: int | None = None

    async def submit(
        self,
        actor: Actor,
        command: Any,
        *,
        request: str | None = None,
        expected: int | None = None,
        wait: bool = True,
    ) -> Receipt:
        assert request is not None
        assert self.in_flight == 0
        self.in_flight += 1
        await asyncio.sleep(0)
        self.in_flight -= 1
        if request in self.requests:
            body, receipt = self.requests[request]
            if body != _body(command):
                raise RequestConflict("Another body.")
            return Receipt(receipt.seq, receipt.subject, 1, "", "", projected=False, repeated=True)
        receipt = Receipt(len(self.requests) + 1, self._apply(command), 1, "", "", projected=wait)
        self.requests[request] = _body(command), receipt
        if self.fail_at is not None and receipt.seq >= self.fail_at:
            raise Unavailable("The reply was lost.")
        return receipt

    def _apply(self, command: Any) -> str:
        match command:
            case OpenRelease(register, label, as_of, digest):
                state: dict[str, Any] = {
                    "register": register,
                    "label": label,
                    "as_of": as_of,
                    "digest": digest,
                }
                counts = dict.fromkeys(("accepted", "repeated", "refused", "chunks"), 0)
                release = f"r{len(self.releases)}"
                self.releases[release] = {"id": release, "status": "OPEN", **state, **counts}
                return release
            case TakeRecords(release, _, records, beside, refused):
                return self._take(self.releases[release], (*beside, *records), refused)
            case CloseRelease(release):
                self.releases[release]["status"] = "CLOSED"
                return release
        raise AssertionError(command)

    def _take(self, state: dict[str, Any], records: tuple[Incoming, ...], refused: int) -> str:
        if state["status"] != "OPEN":
            raise Conflict("This release is closed.")
        dwellings = {each.identity for each in records if each.unit == "dwelling"}
        for each in records:
            known = f"{each.unit} {each.identity}" in self.records
            if each.unit == "person":
                assert each.dwelling in dwellings
                state["repeated" if known else "accepted"] += 1
            self.records[f"{each.unit} {each.identity}"] = each
        state["refused"] += refused
        state["chunks"] += 1
        return str(state["id"])

    async def ask(self, actor: Actor, question: Any) -> Answer:
        assert isinstance(question, Releases)
        asked = (question.register, question.label)
        found = [dict(each) for each in self.releases.values() if (each["register"], each["label"]) == asked]
        return Answer(found, as_of_seq=len(self.requests))


def _body(command: Any) -> str:
    return repr(command) + repr([
        (each.original, each.standardised)
        for name in ("records", "beside")
        for each in getattr(command, name, ())
    ])  # fmt: skip


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> CityFiles:
    return write_city(tmp_path_factory.mktemp("city"), 4000, 5)


def run(
    doors: Recorder,
    file: Path,
    folder: Path,
    *,
    label: str = "2024-05",
    as_of: str = AS_OF,
    progress: Callable[[Progress], None] = lambda now: None,
) -> IntakeResult:
    delivery = Delivery("dtks", (file,), label, as_of)
    return asyncio.run(take_in(doors, Actor("a"), delivery, reports=folder, progress=progress))


def test_takes_a_file_in_as_open_take_close(city: CityFiles, tmp_path: Path) -> None:
    doors, seen = Recorder(), list[Progress]()
    result = run(doors, city.dtks, tmp_path, progress=seen.append)
    assert (result.accepted, result.repeated, result.refused) == (city.rows, 0, city.refused)
    assert (result.rows, result.nothing_changed) == (city.rows + city.refused, False)
    kinds = [body.split("(")[0] for body, _ in doors.requests.values()]
    assert kinds == ["OpenRelease", *["TakeRecords"] * (len(kinds) - 2), "CloseRelease"]
    assert [now.rows for now in seen] == [*range(1000, result.rows, 1000), result.rows]
    assert seen[-1].refused == city.refused
    assert result.as_dict()["release_id"] == "r0"


def test_refuses_exactly_the_rows_that_the_truth_names(city: CityFiles, tmp_path: Path) -> None:
    result = run(Recorder(), city.dtks, tmp_path)
    assert result.report is not None
    with result.report.open(encoding="utf-8", newline="") as report:
        told = list(csv.DictReader(report))
    with (city.truth / "refused.csv").open(encoding="utf-8") as truth:
        expected = {(row["line"], row["reason"]) for row in csv.DictReader(truth)}
    assert {(row["line"], row["reason"]) for row in told} == expected
    assert all(row["advice"] and row["file"] == city.dtks.name for row in told)
    assert {row["column"] for row in told if row["reason"] == "field_too_long"} == {"ALAMAT"}
    assert stat.S_IMODE(result.report.stat().st_mode) == 0o600
    assert result.report.parent == tmp_path


def test_takes_exactly_the_rows_that_the_truth_holds(city: CityFiles, tmp_path: Path) -> None:
    doors = Recorder()
    run(doors, city.dtks, tmp_path)
    with (city.truth / "persons.csv").open(encoding="utf-8") as truth:
        expected = {row["row_key"] for row in csv.DictReader(truth)}
    assert {each.row_key for each in doors.records.values() if each.unit == "person"} == expected


def test_the_same_file_again_changes_nothing(city: CityFiles, tmp_path: Path) -> None:
    doors = Recorder()
    first = run(doors, city.dtks, tmp_path)
    before = dict(doors.requests)
    again = run(doors, city.dtks, tmp_path)
    assert again.nothing_changed
    assert doors.requests == before
    assert (again.accepted, again.refused, again.report) == (first.accepted, first.refused, first.report)


@pytest.mark.parametrize("fail_at", [1, 2, 3])
def test_a_run_whose_reply_was_lost_is_resumed(city: CityFiles, tmp_path: Path, fail_at: int) -> None:
    doors = Recorder(fail_at=fail_at)
    with pytest.raises(Unavailable):
        run(doors, city.dtks, tmp_path)
    doors.fail_at = None
    assert list(tmp_path.glob("*")) == []  # no half-written report is left
    result = run(doors, city.dtks, tmp_path)
    whole = Recorder()
    run(whole, city.dtks, tmp_path)
    assert (result.accepted, result.repeated) == (city.rows, 0)
    assert list(doors.requests) == list(whole.requests)
    assert doors.releases == whole.releases


def test_the_next_release_of_equal_rows_repeats_them(city: CityFiles, tmp_path: Path) -> None:
    doors = Recorder()
    run(doors, city.dtks, tmp_path)
    result = run(doors, city.dtks, tmp_path, label="2024-06")
    assert (result.accepted, result.repeated) == (0, city.rows)


def test_a_label_stands_for_one_file_and_one_date(city: CityFiles, tmp_path: Path) -> None:
    doors = Recorder()
    run(doors, city.dtks, tmp_path)
    before = dict(doors.requests)
    other = tmp_path / "other.csv"
    other.write_bytes(city.dtks.read_bytes()[:-200].rsplit(b"\r\n", 1)[0] + b"\r\n")
    for status, advice in (("CLOSED", "another label"), ("OPEN", "Abandon"), ("ABANDONED", "another label")):
        doors.releases["r0"]["status"] = status
        with pytest.raises(InvalidInput) as caught:
            run(doors, other, tmp_path)
        assert advice in caught.value.advice
    doors.releases["r0"]["status"] = "OPEN"
    with pytest.raises(InvalidInput, match="describes 2024-05-31"):
        run(doors, city.dtks, tmp_path, as_of="2024-05-30")
    assert doors.requests == before


@pytest.mark.parametrize("as_of", ["2024-13-01", "31-05-2024", "20240531", "9999-01-01", ""])
def test_a_date_that_can_not_be_is_refused_and_nothing_is_written(
    city: CityFiles, tmp_path: Path, as_of: str
) -> None:
    doors = Recorder()
    with pytest.raises(InvalidInput):
        run(doors, city.dtks, tmp_path, as_of=as_of)
    assert doors.requests == {}


@pytest.mark.parametrize(
    ("now", "day"), [("2026-03-04T16:59:59", "2026-03-04"), ("2026-03-04T17:00:00", "2026-03-05")]
)
def test_the_newest_day_is_today_where_the_city_is(
    city: CityFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, now: str, day: str
) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Clock:
            return cls.fromisoformat(now).replace(tzinfo=tz)

    monkeypatch.setattr(release, "datetime", Clock)
    assert run(Recorder(), city.dtks, tmp_path, as_of=day).accepted == city.rows
    tomorrow = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
    with pytest.raises(InvalidInput, match="can't be the date"):
        run(Recorder(), city.dtks, tmp_path, as_of=tomorrow)


@pytest.mark.parametrize("label", ["", " x", "x" * 61, "a\nb", "..\\up"])
def test_a_label_that_can_not_be_is_refused_and_nothing_is_written(
    city: CityFiles, tmp_path: Path, label: str
) -> None:
    doors = Recorder()
    with pytest.raises(InvalidInput, match="label"):
        run(doors, city.dtks, tmp_path, label=label)
    assert doors.requests == {}


def test_a_label_can_not_lead_the_report_out_of_its_folder(city: CityFiles, tmp_path: Path) -> None:
    result = run(Recorder(), city.dtks, tmp_path, label="a/../../b")
    assert result.report is not None
    assert result.report.parent == tmp_path


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04", b"ID Keluarga P3KE,Desil Kesejahteraan,NIK\n1,2,3\n", b"A|B\n1|2\n"],
)
def test_a_file_that_can_not_be_taken_writes_nothing(tmp_path: Path, content: bytes) -> None:
    doors, file = Recorder(), tmp_path / "file.csv"
    file.write_bytes(content)
    with pytest.raises(InvalidInput) as caught:
        run(doors, file, tmp_path / "reports")
    assert caught.value.advice
    assert doors.requests == {}
    assert not (tmp_path / "reports").exists()


def test_labels_that_differ_in_a_sign_only_have_reports_of_their_own(city: CityFiles, tmp_path: Path) -> None:
    reports = [
        run(Recorder(), city.dtks, tmp_path, label=each).report for each in ("2024/05", "2024_05", "2024 05")
    ]
    assert len(set(reports)) == 3


def test_a_file_without_faults_leaves_no_report(city: CityFiles, tmp_path: Path) -> None:
    file = tmp_path / "sound.csv"
    file.write_bytes(b"\r\n".join(city.dtks.read_bytes().split(b"\r\n")[:5]) + b"\r\n")
    result = run(Recorder(), file, tmp_path / "reports")
    assert (result.accepted, result.report) == (4, None)
    assert not (tmp_path / "reports").exists()


def test_a_value_that_a_spreadsheet_would_run_is_made_harmless() -> None:
    assert [harmless(value) for value in ("=1+1", "@x", "+62", "-1", "-", "ASEP")] == [
        "'=1+1", "'@x", "'+62", "'-1", "-", "ASEP",
    ]  # fmt: skip
