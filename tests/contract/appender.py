"""A process of its own that appends to a ledger: run with one JSON argument, prints what came of each request."""

from __future__ import annotations

import json
import sys

from tests.contract.ledger_worlds import agency, open_ledger, pend

_AT_ONCE = 20


def main() -> None:
    """Append one agency for each request id, a few at a time; prints a list of [seq, repeated]."""
    told = json.loads(sys.argv[1])
    requests: list[str] = told["requests"]
    ledger = open_ledger(told["url"])
    found = []
    for begin in range(0, len(requests), _AT_ONCE):
        futures = [
            ledger.append(pend(ledger, agency(code=told["code"]), request=request))
            for request in requests[begin : begin + _AT_ONCE]
        ]
        found += [future.result(60) for future in futures]
    ledger.close()
    print(json.dumps([[each.seq, each.repeated] for each in found]))


if __name__ == "__main__":
    main()
