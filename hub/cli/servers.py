"""`hub up`, `hub down`, `hub status`, `hub version`: the servers behind the hub."""

from __future__ import annotations

import platform
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import typer
from rich.console import Console

from hub import __version__
from hub.cli import called, settings
from hub.cli.output import emit, watching
from hub.domain.errors import HubError
from hub.graph import embedded
from hub.graph.connect import GraphAddress, address_of, sync_driver, sync_ping
from hub.graph.server_home import DATABASE, USER
from hub.settings import Settings

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
_SECRETS = {"password", "passfile", "sslpassword", "sslkey"}


def up(json: AsJson = False) -> None:
    """Start the servers that the hub needs, and leave them up."""
    chosen = settings()
    with watching(quiet=json) as report:
        version = _ping(address_of(chosen, report))
    found = _graph(chosen, version)
    emit(found, json, lambda out: out.print(f"Neo4j {version} ({found['kind']}) is up at {found['uri']}"))


def down(json: AsJson = False) -> None:
    """Stop the servers that the hub started."""
    chosen = settings()
    with watching(quiet=json) as report:
        report("Stopping Neo4j", 0, None)
        stopped = embedded.down(chosen)
    said = "Neo4j is stopped." if stopped else "No embedded Neo4j was running."
    emit({"stopped": stopped}, json, lambda out: out.print(said))


def status(json: AsJson = False) -> None:
    """Tell addresses, versions, and where state and logs are."""
    chosen = settings()
    version, fault = _asked(chosen)
    found = {
        "home": str(chosen.home.absolute()),
        "versions": {**_versions(), "neo4j": version or embedded.VERSION},
        "graph": {**_graph(chosen, version), "fault": fault},
        "ledger": {"address": without_password(chosen.ledger_address)},
        "api": {"address": f"http://{chosen.host}:{chosen.port}/graphql"},
    }
    emit(found, json, lambda out: _print(out, found))


def version(json: AsJson = False) -> None:
    """Tell the version of the hub."""
    emit(_versions(), json, lambda out: out.print(f"hub {__version__}"))


def without_password(url: str) -> str:
    """A database address that may be shown: user and host stay, secrets go."""
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    shown = f"{user.partition(':')[0]}{at}{host}"
    query = urlencode([pair for pair in parse_qsl(parts.query) if pair[0] not in _SECRETS], safe="/")
    # urlunsplit drops the empty host of sqlite:////path, which then names another file.
    path = f"//{shown}{parts.path}" if url.startswith(f"{parts.scheme}://") else parts.path
    return urlunsplit((parts.scheme, "", path, query, ""))


def _asked(chosen: Settings) -> tuple[str | None, str | None]:
    """The version of the graph's server, or what hinders it from answering; neither when none runs."""
    try:
        address = address_of(chosen) if chosen.neo4j_uri is not None else embedded.address(chosen)
        return (None if address is None else _ping(address)), None
    except HubError as error:
        return None, error.message


def _ping(address: GraphAddress) -> str:
    with sync_driver(address) as driver:
        return sync_ping(driver, address.database)


def _versions() -> dict[str, str]:
    return {
        "hub": __version__,
        "neo4j": embedded.VERSION,
        "java": embedded.java_version(),
        "python": platform.python_version(),
    }


def _graph(chosen: Settings, version: str | None) -> dict[str, Any]:
    """What is known of the graph's server; `version` is None when it does not answer."""
    common = {"answers": version is not None, "version": version}
    if chosen.neo4j_uri is not None:
        address = {"uri": without_password(chosen.neo4j_uri), "user": chosen.neo4j_user}
        return {"kind": "external", **address, "database": chosen.neo4j_database, **common}
    now = embedded.state(chosen)
    return {
        "kind": "embedded",
        "uri": now.uri,
        "user": USER,
        "database": DATABASE,
        **common,
        "running": now.running,
        "pid": now.pid,
        "port": now.port,
        "uptime_seconds": None if now.uptime is None else round(now.uptime),
        "log": str(now.log),
        "password_file": str(embedded.password_file(chosen)),
    }


def _print(out: Console, found: dict[str, Any]) -> None:
    graph, versions = found["graph"], found["versions"]
    out.print(f"hub      {versions['hub']}, Python {versions['python']}, home {found['home']}")
    out.print(f"graph    {_graph_line(graph)}")
    if graph["kind"] == "embedded":
        if graph["running"]:
            uptime = timedelta(seconds=graph["uptime_seconds"])
            out.print(f"         process {graph['pid']}, up {uptime}, Java {versions['java']}")
        out.print(f"         log {graph['log']}")
    if graph["fault"]:
        out.print(f"         {graph['fault']}")
    out.print(f"ledger   {found['ledger']['address']}")
    out.print(f"api      {found['api']['address']} (while `{called()} serve` runs)")


def _graph_line(graph: dict[str, Any]) -> str:
    if graph["uri"] is None:
        return f"embedded Neo4j, not running; `{called()} up` starts it"
    named = f"{graph['kind']} Neo4j {graph['version'] or ''}".strip()
    silent = "" if graph["answers"] else "; it does not answer"
    return f"{named} at {graph['uri']}, database {graph['database']}{silent}"
