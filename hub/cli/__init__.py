"""The command line: translates to the two doors and back."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

from hub.domain.errors import HubError, SetupError

if TYPE_CHECKING:
    import typer

    from hub.settings import Settings

STOPPED = 130
"""Exit code of a command that was stopped with Ctrl-C, as shells have it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One word after `hub`: `attribute` of `module` is a command function, or a Typer with several.

    The module is imported only when its word is given, so `help` repeats how its docstring begins.
    """

    name: str
    module: str
    attribute: str
    help: str


COMMANDS: tuple[Entry, ...] = (
    Entry(
        "demo",
        "hub.cli.demo",
        "demo",
        "Start everything, take in a made-up city's registers, match them, and serve the answers.",
    ),
    Entry("city", "hub.cli.city", "city", "Write the files of a made-up city, with the truth beside them."),
    Entry("init", "hub.cli.init", "init", "Make the ledger, its keys and the first accounts."),
    Entry("intake", "hub.cli.intake", "app", "Take in the files of a register, or the list of a programme."),
    Entry(
        "match",
        "hub.cli.match",
        "app",
        "Find which rows are one person, write it down, and hold it against the truth.",
    ),
    Entry(
        "survivorship",
        "hub.cli.survivorship",
        "app",
        "Show by which rules golden values are chosen, or put others in force.",
    ),
    Entry("serve", "hub.cli.serve", "serve", "Serve the GraphQL API."),
    Entry("token", "hub.cli.token", "token", "Print a token for a local account."),
    Entry("ledger", "hub.cli.ledger", "app", "Verify the ledger, sign a checkpoint, show or prove an entry."),
    Entry(
        "lineage",
        "hub.cli.lineage",
        "lineage",
        "Tell where values come from: rows of registers, judgements, corrections, who and when; and what was decided.",
    ),
    Entry("graph", "hub.cli.graph", "app", "Rebuild the graph from the ledger, or compare the two."),
    Entry(
        "policy",
        "hub.cli.policy",
        "app",
        "Check, show and explain who may do what; try, propose and approve a change.",
    ),
    Entry("account", "hub.cli.account", "app", "Register, list, suspend and resume accounts."),
    Entry("grant", "hub.cli.account", "grant", "Give an account a role"),
    Entry("revoke", "hub.cli.account", "revoke", "End a grant of an account at once."),
    Entry(
        "bench",
        "hub.cli.bench",
        "bench",
        "Measure intake, ledger and API, each beside a bare driver, insert or handler in the same run.",
    ),
    Entry("up", "hub.cli.servers", "up", "Start the servers that the hub needs, and leave them up."),
    Entry("down", "hub.cli.servers", "down", "Stop the servers that the hub started."),
    Entry("status", "hub.cli.servers", "status", "Tell addresses, versions, and where state and logs are."),
    Entry("version", "hub.cli.servers", "version", "Tell the version of the hub."),
)
"""Every command there is."""


def main() -> NoReturn:
    """Run `hub` with the process's arguments and end it with an exit code of `hub.domain.errors`."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command line; returns its exit code. The hub's errors are told on stderr, without traceback."""
    as_json = "--json" in arguments
    try:
        code = _run(arguments)
    except KeyboardInterrupt:  # before typer, which makes an exit code of it, was there
        code = STOPPED
    except HubError as error:
        _tell(error, as_json=as_json)
        return error.exit_code
    except OSError as error:
        if error.filename is None:
            raise
        refusal = SetupError(f"{error.filename} can't be used: {error.strerror}.", _FILES_ADVICE)
        _tell(refusal, as_json=as_json)
        return refusal.exit_code
    if code == STOPPED:
        _tell_stopped(as_json=as_json)
    return code


def _run(arguments: list[str]) -> int:
    word = next((argument for argument in arguments if not argument.startswith("-")), None)
    if word is not None:
        from hub.cli.output import logs_to_stderr  # noqa: PLC0415 - help must not wait for what it does not need

        logs_to_stderr()
    try:
        application(word)(args=arguments, prog_name="hub")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0


def called() -> str:
    """How this user calls the hub: uv's environment is on nobody's PATH."""
    return "uv run hub" if "UV_RUN_RECURSION_DEPTH" in os.environ else "hub"


def settings() -> Settings:
    """What the environment says (`HUB_…`); SetupError names the variables that can't be used."""
    from pydantic import ValidationError  # noqa: PLC0415 - help must not wait for what it does not need

    from hub.settings import Settings  # noqa: PLC0415 - likewise

    try:
        return Settings()
    except ValidationError as error:
        # Values are left out: one of them is a password.
        faults = "; ".join(f"HUB_{str(each['loc'][0]).upper()}: {each['msg']}" for each in error.errors())
        raise SetupError(
            f"The settings can't be used. {faults}.", "Change or unset these variables."
        ) from None


def application(word: str | None) -> typer.Typer:
    """The commands, of which only the one called `word` is imported. Completion needs them all."""
    import typer  # noqa: PLC0415 - Ctrl-C while this is imported must end as well as later

    app = typer.Typer(
        name="hub",
        help="The master-data hub: registers in, one explained data set out, every change on record.\n\n"
        f"Begin with `{called()} demo`. State, keys and reports lie in the folder HUB_HOME, .hub by default.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,  # it would print local variables, which hold personal data
    )
    completing = "_HUB_COMPLETE" in os.environ
    for entry in COMMANDS:
        if completing or entry.name == word:
            _register(app, entry)
        else:
            app.command(entry.name, help=entry.help)(_not_imported)
    return app


def _register(app: typer.Typer, entry: Entry) -> None:
    import typer  # noqa: PLC0415 - see `application`

    found = getattr(import_module(entry.module), entry.attribute)
    if isinstance(found, typer.Typer):
        app.add_typer(found, name=entry.name, help=entry.help)
    else:
        app.command(entry.name)(found)


def _not_imported() -> NoReturn:
    raise AssertionError("a command that was not imported can't be called")


_FILES_ADVICE = "Check free disk space and permissions, or set HUB_HOME to another folder."
_STOPPED_ADVICE = "Run the same command again: it goes on from what is done."


def _tell(error: HubError, *, as_json: bool) -> None:
    advice = error.advice.replace("`hub ", f"`{called()} ")
    if as_json:
        _tell_json(error.code, error.message, advice)
        return
    print(f"error: {error.message}", file=sys.stderr)
    if advice:
        print(advice, file=sys.stderr)


def _tell_stopped(*, as_json: bool) -> None:
    if as_json:
        _tell_json("STOPPED", "Stopped.", _STOPPED_ADVICE)
    else:
        print(f"Stopped. {_STOPPED_ADVICE}", file=sys.stderr)


def _tell_json(code: str, message: str, advice: str) -> None:
    told = {"error": {"code": code, "message": message, "advice": advice}}
    print(json.dumps(told, ensure_ascii=False), file=sys.stderr)
