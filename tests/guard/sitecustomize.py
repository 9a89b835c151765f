"""Forbids the network in every Python that the tests start: found first on PYTHONPATH, loaded before anything else.

`tests.conftest` loads it for the tests' own process. FLARE_GUI_NETWORK=local allows 127.0.0.1, for tests marked
`cluster` or `distributed`. Sockets between processes of one machine (AF_UNIX) are no network: Qt, X11 and
multiprocessing need them.
"""

import os
import socket
import sys

LOCAL = ("127.0.0.1", "::1", "localhost")
WATCHED = {"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"}


def _forbid(event: str, arguments: tuple) -> None:
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in WATCHED:
        if arguments[0].family not in (socket.AF_INET, socket.AF_INET6) or not isinstance(arguments[1], tuple):
            return
        host = arguments[1][0]
    else:
        return
    name = host.decode() if isinstance(host, bytes) else str(host or "")
    # Looking up one's own name, or the address to listen at, sends nothing.
    own = event == "socket.getaddrinfo" and name in ("", socket.gethostname())
    if os.environ.get("FLARE_GUI_NETWORK") == "local" and (name in LOCAL or own):
        return
    # Not an OSError: those are caught by programs that try again or do without.
    raise AssertionError(f"the network was used: {event} {arguments[1:] or arguments}")


if sys.implementation.name == "cpython":
    sys.addaudithook(_forbid)
