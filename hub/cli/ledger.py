"""`hub ledger`: verify it, sign a checkpoint, show an entry."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console

from hub.bootstrap import open_ledger
from hub.cli import settings
from hub.cli.output import emit, watching
from hub.domain.errors import LedgerFault, NotFound
from hub.domain.kinds import Log
from hub.ledger.answers import checkpoint_dict
from hub.ledger.audit import Report, verify
from hub.ledger.entry_views import entry_dict

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
    for fact in found["facts"][:_MOST_SHOWN]:
        sealed = "  + sealed payload" if fact["sealed_payload"] else ""
        out.print(f"  {fact['kind']:<18} {fact['subject']}  v{fact['version']}{sealed}")
    if len(found["facts"]) > _MOST_SHOWN:
        out.print(f"  … and {len(found['facts']) - _MOST_SHOWN} more (--json shows all)")


_MOST_SHOWN = 20
