"""The one tree of errors; each carries a code, a message for people and advice on what to do.

HubError
├── InvalidInput        exit 3   a file, an argument or a value that can't be used
├── Unauthenticated     exit 4   nobody, or nobody we know, is asking
├── Forbidden           exit 5   the rules do not allow it
│   └── LimitReached             they allow it, but not so often
├── NotFound            exit 6   there is no such thing, or not for this asker
├── Conflict            exit 7   somebody was faster, or it contradicts what stands
│   ├── VersionConflict          a subject that was read has changed since
│   └── RequestConflict          this request id was used for something else
├── Unavailable         exit 8   a server is down, or a limit of time was reached
├── LedgerFault         exit 9   the ledger is not what it was when it was signed
│   └── ProofError               a proof does not prove what it claims
└── SetupError          exit 10  this installation lacks something it needs
"""

from __future__ import annotations

from typing import ClassVar


class HubError(Exception):
    """Root of the tree. `code` is stable and machine-readable, `advice` says what to do next."""

    code: ClassVar[str] = "INTERNAL"
    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".strip()


class InvalidInput(HubError):
    """A file, an argument or a value that can't be used."""

    code = "INVALID_INPUT"
    exit_code = 3
    http_status = 400


class Unauthenticated(HubError):
    """Nobody, or nobody the hub knows, is asking."""

    code = "UNAUTHENTICATED"
    exit_code = 4
    http_status = 401


class Forbidden(HubError):
    """The rules in force do not allow this actor to do this."""

    code = "FORBIDDEN"
    exit_code = 5
    http_status = 403


class LimitReached(Forbidden):
    """The rules allow it, but not so often."""

    code = "LIMIT_REACHED"
    http_status = 429


class NotFound(HubError):
    """There is no such thing, or not for this asker; both read the same."""

    code = "NOT_FOUND"
    exit_code = 6
    http_status = 404


class Conflict(HubError):
    """The change contradicts what stands."""

    code = "CONFLICT"
    exit_code = 7
    http_status = 409


class VersionConflict(Conflict):
    """A subject that the decision read has changed since."""

    code = "VERSION_CONFLICT"


class RequestConflict(Conflict):
    """A request id that was used for another request before."""

    code = "REQUEST_CONFLICT"


class Unavailable(HubError):
    """A server the hub needs does not answer, or not in time."""

    code = "UNAVAILABLE"
    exit_code = 8
    http_status = 503


class LedgerFault(HubError):
    """The ledger is not what it was when it was signed; the hub refuses to go on."""

    code = "LEDGER_FAULT"
    exit_code = 9
    http_status = 503


class ProofError(LedgerFault):
    """A Merkle proof is malformed or does not prove what it claims."""

    code = "PROOF_INVALID"


class SetupError(HubError):
    """This installation lacks something: a download, a key file, a port."""

    code = "SETUP"
    exit_code = 10
    http_status = 503
