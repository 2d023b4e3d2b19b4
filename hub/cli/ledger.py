"""`hub ledger`: verify it, sign a checkpoint, show an entry; prove an entry, and check such a proof."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from hub.bootstrap import STEWARD, open_ledger
from hub.cli import settings
from hub.cli.doors import asked
from hub.cli.files import read_file, write_private
from hub.cli.output import emit, watching
from hub.domain.errors import LedgerFault, NotFound
from hub.domain.kinds import Log
from hub.ledger.audit import Report, verify
from hub.ledger.entry_views import entry_dict
from hub.ledger.evidence import Proved, check
from hub.ledger.proof_answers import checkpoint_dict
from hub.questions.model import Evidence

app = typer.Typer(no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
WhichLog = Annotated[Log, typer.Option("--log", help="Which of the two logs.")]


@app.command("verify")
def verify_ledger(json: AsJson = False) -> None:
    """Hash every stored byte anew, compare every column, open every payload, fold every state.

    Exit code 9 and the first bad entry when anything is not what it was when it was written. Payloads whose
    keys were destroyed are counted: that is how one erases, and no fault.
    """
    with closing(open_ledger(settings())) as ledger, watching("rows", quiet=json) as report:
        found = verify(ledger, lambda log, done, total: report(f"Verifying {log}", done, total))
    emit({**asdict(found), "ok": found.ok}, json, lambda out: _print_report(out, found))
    if found.fault is not None:
        place = f"{found.fault.log} entry {found.fault.seq}" if found.fault.seq else "beside the entries"
        raise LedgerFault(
            f"The ledger is altered: {place}: {found.fault.what}.",
            "Keep this copy as evidence, and compare it with your backups and with checkpoints kept elsewhere.",
        )


@app.command()
def checkpoint(log: WhichLog = Log.CHANGES, json: AsJson = False) -> None:
    """Sign the log as it stands and print the checkpoint: keep it where nobody who runs the hub can change it."""
    with closing(open_ledger(settings())) as ledger:
        signed = ledger.proofs.checkpoint(log)
        vkey = ledger.proofs.signers[log].verifier.vkey
    if signed is None:
        raise NotFound(
            f"There is nothing to sign: the log {log.value} is empty.",
            "It fills when somebody is shown personal data." if log is Log.DISCLOSURES else "Run `hub init`.",
        )
    found = {**checkpoint_dict(signed), "vkey": vkey}
    emit(found, json, lambda out: out.print(f"{signed.note}\nVerifier key: {vkey}", end="\n"))


@app.command()
def show(
    seq: Annotated[int, typer.Argument(help="Sequence number of the entry, from 1.")],
    log: WhichLog = Log.CHANGES,
    json: AsJson = False,
) -> None:
    """Show one entry with its facts. Payloads stay closed: they are read through the API, where it is recorded."""
    with closing(open_ledger(settings())) as ledger:
        entry = ledger.entry(log, seq, opened=False)
    facts = [
        {"kind": fact.kind, "subject": fact.subject, "version": fact.version, "clear": dict(fact.clear),
         "refs": [list(ref) for ref in fact.refs], "sealed_payload": fact.sealed}
        for fact in entry.facts
    ]  # fmt: skip
    found = {**entry_dict(entry), "facts": facts}
    emit(found, json, lambda out: _print_entry(out, found))


@app.command()
def prove(  # noqa: PLR0913, PLR0917  # options of a command line, all by name
    seq: Annotated[int, typer.Argument(help="Sequence number of the entry, from 1.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write; readable by its owner only.")],
    fact: Annotated[
        list[int] | None, typer.Option(help="Place of a fact to enclose, from 0; all unless given.")
    ] = None,
    closed: Annotated[bool, typer.Option("--closed", help="Enclose no personal payload.")] = False,
    name: Annotated[
        str, typer.Option("--as", help="Account that asks: what it may not see stays out.")
    ] = STEWARD,
    json: AsJson = False,
) -> None:
    """Write a file that proves an entry to somebody who has nothing of the hub. What it shows of persons is recorded.

    Hand the verifier key over by another way than the file.
    """
    question = Evidence(seq, tuple(fact) if fact else None, closed)
    found = asked(name, question, quiet=json)
    write_private(out, found["file"])
    proved = check(found["file"].encode(), found["vkey"])
    told = {"seq": seq, "file": str(out), "vkey": found["vkey"], **_told(proved)}
    emit(told, json, lambda console: _print_made(console, told))


@app.command("check-evidence")
def check_evidence(
    file: Annotated[Path, typer.Argument(help="A file that `hub ledger prove` wrote.")],
    key: Annotated[
        str | None, typer.Option(help="The verifier key, from elsewhere than the file: name+id+key.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Check a proof of an entry: needs no database, no key file and no server.

    Exit code 9 when the file does not prove what it says.
    """
    proved = check(read_file(file), key)
    emit(_told(proved), json, lambda out: _print_proved(out, proved))


def _told(proved: Proved) -> dict[str, Any]:
    return {
        "entry": proved.entry, "facts": [asdict(each) for each in proved.facts],
        "signed": {"origin": proved.checkpoint.origin, "size": proved.checkpoint.size, "vkey": proved.vkey},
        "key_given": proved.given,
    }  # fmt: skip


def _print_made(out: Console, told: dict[str, Any]) -> None:
    opened = sum(each["payload"] is not None for each in told["facts"])
    out.print(
        f"Entry {told['seq']} with {len(told['facts'])} of {told['entry']['n']} facts, {opened} of them with their "
        f"payload, written to {told['file']}",
        markup=False,
    )
    out.print(f"Verifier key, to be handed over by another way: {told['vkey']}", markup=False)


def _print_proved(out: Console, proved: Proved) -> None:
    def line(text: str) -> None:
        out.print(text, markup=False)

    entry, signed = proved.entry, proved.checkpoint
    line(
        f"Proved: entry {entry['seq']} stands in {signed.origin}, of which {signed.size} entries were signed."
    )
    line(f"  {entry['at']}  {entry['action']}  for {entry['purpose']}: {entry['basis']}")
    line(
        f"  actor {entry['actor']}  agency {entry['agency'] or '-'}  policy version {entry['policy_version']}"
    )
    for each in proved.facts:
        fact = each.fact
        line(
            f"  fact {each.index}: {fact['kind']} {fact['subject']} v{fact['subject_version']} {fact['clear']}"
        )
        if each.payload is not None:
            line(f"    payload {each.payload}")
        elif fact["c"] is not None:
            line("    its payload is not enclosed, or was erased")
    line("Not proved: that what was written is true, and that the hub's clock was right.")
    if missing := entry["n"] - len(proved.facts):
        line(f"Not enclosed: {missing} more facts of the entry.")
    line(f"Signed under {proved.vkey}")
    if not proved.given:
        line("That key came with the file: compare it with one from elsewhere, or give that with --key.")


def _print_report(out: Console, report: Report) -> None:
    for log, size in report.entries.items():
        out.print(f"{log:<12} {size:>10,} entries   root {report.roots[log]}")
    out.print(
        f"{report.facts:,} facts, {report.payloads_opened:,} payloads opened, {report.checkpoints:,} checkpoints checked"
    )
    if report.payloads_erased:
        out.print(
            f"Warning: {report.payloads_erased:,} payloads can't be opened any more: their keys are gone.",
            style="yellow",
        )
    if report.ok:
        out.print("Everything is what it was when it was written.")


def _print_entry(out: Console, found: dict[str, Any]) -> None:
    out.print(f"entry {found['seq']}   {found['recorded_at']}   {found['action']}")
    out.print(
        f"  actor    {found['actor']}  agency {found['agency'] or '-'}  policy version {found['policy_version']}"
    )
    out.print(f"  purpose  {found['purpose']}: {found['legal_basis']}")
    out.print(f"  leaf     {found['leaf_hash']}")
    for place, fact in enumerate(found["facts"][:_MOST_SHOWN]):
        sealed = "  + sealed payload" if fact["sealed_payload"] else ""
        out.print(f"  {place:>3} {fact['kind']:<18} {fact['subject']}  v{fact['version']}{sealed}")
    if len(found["facts"]) > _MOST_SHOWN:
        out.print(f"  … and {len(found['facts']) - _MOST_SHOWN} more (--json shows all)")


_MOST_SHOWN = 20
