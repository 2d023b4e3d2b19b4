"""`hub policy`: check files, show what is in force, explain it, try a change, propose and approve it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

import policies
from hub.access import matrix as pages
from hub.access.cases import broken_cases
from hub.access.lint import idle_rules
from hub.access.policy import Policy
from hub.bootstrap import ADMIN, adopt_policy, open_hub
from hub.cli import settings
from hub.cli.doors import asked, submitted
from hub.cli.files import read_text
from hub.cli.output import Report, emit, fault_told, raise_fault, watching
from hub.commands.governing import ApprovePolicyChange, ProposePolicyChange
from hub.domain.errors import HubError, InvalidInput
from hub.questions.model import AccessExplained, PolicySimulated, RunningPolicy

app = typer.Typer(no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Folder = Annotated[
    Path | None,
    typer.Argument(
        help="Folder with files of a policy (policy.csv, purposes.toml …), as `show --out` writes it."
    ),
]
Add = Annotated[list[str] | None, typer.Option("--add", help="A line to add to policy.csv; may be repeated.")]
Remove = Annotated[list[str] | None, typer.Option("--remove", help="A line of policy.csv to take away.")]
Who = Annotated[str, typer.Option("--as", help="Local account that asks.")]
Reason = Annotated[str, typer.Option(help="Why; it stands in the ledger.")]


@app.command()
def check(folder: Folder = None, json: AsJson = False) -> None:
    """Check that the files are well formed, that every case holds, and name rules that do nothing.

    Without a folder those that come with this version. Idle rules are told, and no fault; a broken case is one.
    """
    texts = policies.rules() if folder is None else _texts(folder, whole=True)
    cases = policies.cases() if folder is None else _cases(folder)
    policy = Policy.load(texts, 0)
    broken = list(broken_cases(policy, cases))
    idle = [
        {"line": each.rule.line, "rule": ", ".join(each.rule.columns), "why": each.why}
        for each in idle_rules(policy.book)
    ]
    found = {
        "digest": policy.digest, "rules": len(policy.book.rules), "case_files": len(cases), "broken": broken,
        "idle": idle, "ok": not broken,
    }  # fmt: skip
    emit(found, json, lambda out: _print_check(out, found))
    if broken:
        raise InvalidInput(
            f"{len(broken)} cases do not hold.", "Mend the rules, or the cases that tell them."
        )


@app.command()
def matrix(folder: Folder = None) -> None:
    """Print who may do and see what, as a page in Markdown."""
    texts = policies.rules() if folder is None else _texts(folder, whole=True)
    Console(soft_wrap=True, highlight=False, markup=False).print(pages.page(Policy.load(texts, 0)), end="")


@app.command()
def show(
    out: Annotated[
        Path | None, typer.Option(help="Also write its files into this folder, to edit them.")
    ] = None,
    who: Who = ADMIN,
    json: AsJson = False,
) -> None:
    """Show the policy in force, and the changes to it that wait for approval."""
    found = asked(who, RunningPolicy(), quiet=json, shown=True)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for each in found["files"]:
            (out / each["name"]).write_text(each["text"], "utf-8")
    emit(found, json, lambda console: _print_policy(console, found))


@app.command()
def explain(  # noqa: PLR0913  # the options of one command, all by name
    *,
    actor: Annotated[str, typer.Argument(help="Log-in name or id of whom it is about.")],
    action: Annotated[str, typer.Argument(help="What may be done or not, e.g. person:read.")],
    field: Annotated[str | None, typer.Option(help="A property, e.g. nik or Person.nik.")] = None,
    subject: Annotated[str | None, typer.Option(help="Id of one thing.")] = None,
    purpose: Annotated[
        str | None, typer.Option(help="Purpose; the usual one of the actor unless given.")
    ] = None,
    who: Who = ADMIN,
    json: AsJson = False,
) -> None:
    """Explain whether somebody may do something: which rule decides, and which nearly would."""
    question = AccessExplained(actor, action, subject, field, purpose)
    found = asked(who, question, quiet=json, shown=True)
    emit(found, json, lambda out: _print_explanation(out, actor, action, found))


@app.command()
def simulate(
    folder: Folder = None, add: Add = None, remove: Remove = None, who: Who = ADMIN, json: AsJson = False
) -> None:
    """Show what a change would give and take, and how many rows that is. Nothing is changed."""
    question = PolicySimulated(tuple(add or ()), tuple(remove or ()), _texts(folder) if folder else {})
    found = asked(who, question, quiet=json, shown=True)
    emit(found, json, lambda out: _print_simulation(out, found))


@app.command()
def propose(  # noqa: PLR0913  # the options of one command, all by name
    *,
    reason: Reason,
    folder: Folder = None,
    add: Add = None,
    remove: Remove = None,
    who: Who = ADMIN,
    json: AsJson = False,
) -> None:
    """Propose a change to the policy. Nothing changes before it is approved."""
    files = _texts(folder) if folder else {}
    command = ProposePolicyChange(reason, tuple(add or ()), tuple(remove or ()), files)
    _submit(who, command, json, "Proposed: `hub policy approve {subject}`")


@app.command()
def approve(
    change: Annotated[str, typer.Argument(help="Id of the proposed change.")],
    who: Who = ADMIN,
    json: AsJson = False,
) -> None:
    """Put a proposed change in force. Where there are two policy admins, the other one does."""
    _submit(who, ApprovePolicyChange(change), json, "In force from entry {seq} on.")


@app.command()
def adopt(
    reason: Annotated[str | None, typer.Option(help="Why; it stands in the ledger.")] = None,
    json: AsJson = False,
) -> None:
    """Put the rules of this version's `policies/` in force: the way of whoever runs the hub, after an update."""
    with watching(quiet=json) as report:
        version, changed, fault = asyncio.run(_adopt(report, reason))
    told = {
        "policy_version": version,
        "changed": changed,
        "graph": {"follows": fault is None, "fault": fault_told(fault)},
    }
    already = "" if changed else " already, unchanged"
    emit(told, json, lambda out: out.print(f"Policy version {version} is in force{already}."))
    raise_fault(fault, "It stands in the ledger")


async def _adopt(report: Report, reason: str | None) -> tuple[int, bool, HubError | None]:
    async with open_hub(settings(), report) as opened:
        version, changed = await adopt_policy(opened, reason)
        return version, changed, await opened.graph_fault()


def _submit(who: str, command: Any, json: bool, said: str) -> None:
    receipt = submitted(who, command, quiet=json)
    told = {"seq": receipt.seq, "subject": receipt.subject, "version": receipt.version}
    emit(told, json, lambda out: out.print(said.format(**told)))


def _texts(folder: Path, *, whole: bool = False) -> dict[str, str]:
    """Files of a policy in a folder. `whole`: all must be there. Raises InvalidInput."""
    found = {name: folder / name for name in policies.FILES if (folder / name).is_file()}
    missing = [name for name in policies.FILES if name not in found]
    if not found or (whole and missing):
        raise InvalidInput(
            f"{folder} lacks {missing[0]}.", "Write the files in force there with `hub policy show --out`."
        )
    return {name: read_text(path) for name, path in found.items()}


def _cases(folder: Path) -> dict[str, str]:
    return {path.name: read_text(path) for path in sorted((folder / "cases").glob("*.toml"))}


def _print_check(out: Console, found: Mapping[str, Any]) -> None:
    out.print(f"{found['rules']} rules, {found['case_files']} files of cases, digest {found['digest']}")
    for each in found["idle"]:
        out.print(f"  idle  line {each['line']}: {each['rule']}\n        {each['why']}", markup=False)
    for line in found["broken"]:
        out.print(f"  broken  {line}", markup=False)
    if found["ok"]:
        out.print("Every case holds.")


def _print_policy(out: Console, found: Mapping[str, Any]) -> None:
    eyes = {
        "ALWAYS": "always needs a second person", "NEVER": "needs no second person",
        "WHEN_TWO": "needs a second person as soon as there are two policy admins",
    }[found["four_eyes"]]  # fmt: skip
    out.print(
        f"Version {found['version']}, in force since {found['adopted_at']}, {len(found['rules'])} rules"
    )
    out.print(f"digest {found['digest']}\nA change {eyes}.")
    for each in found["purposes"]:
        out.print(f"  {each['code']:<20} {', '.join(each['roles']):<28} {each['legal_basis']}", markup=False)
    for each in found["changes"]:
        out.print(f"waits: {each['id']}  {each['reason']}", markup=False)
        _print_differences(out, each["differences"])


def _print_differences(out: Console, differences: list[dict[str, Any]]) -> None:
    for each in differences:
        out.print(f"  {each['file']}")
        for sign, lines in (("-", each["removed"]), ("+", each["added"])):
            for line in lines:
                out.print(f"    {sign} {line}", markup=False)


def _print_explanation(out: Console, actor: str, action: str, found: Mapping[str, Any]) -> None:
    verdict = "may" if found["allowed"] else "may not"
    treated = f", shown as {found['treatment']}" if found["treatment"] else ""
    out.print(
        f"{actor} {verdict} {action} {found['about']}{treated}   (policy version {found['policy_version']})"
    )
    out.print(f"  roles    {', '.join(found['roles']) or '-'}\n  purpose  {found['purpose'] or '-'}", end="")
    out.print(f": {found['legal_basis']}" if found["legal_basis"] else "")
    out.print(f"  rows     {found['rows']}")
    if found["shown"]:
        out.print(f"  field    {found['shown']}")
    if found["refusal"]:
        out.print(f"  {found['refusal']}")
    if found["subject_told"] is False:
        out.print("  The subject given plays no part: whoever asks may not read it, or it does not exist.")
    for name in ("deciding", "nearly"):
        for each in found[name]:
            rule = each["rule"]
            words = (
                rule["role"],
                rule["action"],
                rule["about"],
                rule["purpose"],
                rule["predicate"],
                rule["treatment"],
            )
            kind = "" if rule["allow"] else "  deny"
            why = f"\n             but {'; '.join(each['reasons'])}" if each["reasons"] else ""
            out.print(f"  {name:<8} line {rule['line']}: {', '.join(words)}{kind}{why}", markup=False)


def _print_simulation(out: Console, found: Mapping[str, Any]) -> None:
    _print_differences(out, found["differences"])
    for each, actors, gained, lost in _by_role(found["effects"]):
        thing = each["label"] if each["field"] is None else f"{each['label']}.{each['field']}"
        out.print(f"{', '.join(each['roles'])} for {each['purpose']}: {each['action']} {thing}", markup=False)
        out.print(f"    {each['before']}  →  {each['after']}", markup=False)
        who = f"{actors} accounts" if actors else "nobody holds the role today"
        out.print(f"    {who}" + (f"; rows +{gained:,} -{lost:,}" if gained is not None else ""))
    if not found["effects"]:
        out.print("Nobody gains or loses anything.")
    for name, words in (("open_to_nobody", "to nobody any more"), ("open_to_everybody", "to every role")):
        for thing in found[name]:
            out.print(f"Open {words}: {thing}", style="yellow", markup=False)
    if found["uncounted"]:
        out.print(f"The rows of {found['uncounted']} effects were not counted.")


def _by_role(effects: list[dict[str, Any]]) -> list[tuple[dict[str, Any], int, int | None, int | None]]:
    """Effects on actors of the same roles added up, as the first of them tells it."""
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for each in effects:
        key = (tuple(each["roles"]), each["purpose"], each["action"], each["label"], each["field"])
        groups.setdefault(key, []).append(each)
    found = []
    for alike in groups.values():
        actors = sum(len(each["actors"]) for each in alike)
        counted = [each for each in alike if each["rows_gained"] is not None]
        gained = sum(each["rows_gained"] for each in counted) if counted else None
        lost = sum(each["rows_lost"] for each in counted) if counted else None
        found.append((alike[0], actors, gained, lost))
    return found
