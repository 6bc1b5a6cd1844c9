"""Free ports on the loopback interface."""

import random
import socket

LOOPBACK = "127.0.0.1"
# Below 32768 the kernel hands out no port by itself, so a port that is free now stays free.
RANGE = range(20000, 32000)


def is_free(port: int) -> bool:
    """Whether nobody listens on ``port``; connections of a dead server do not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port(preferred: int | None = None) -> int:
    """A free port: the preferred one if it is, else one drawn by lot."""
    if preferred is not None and is_free(preferred):
        return preferred
    while not is_free(port := random.choice(RANGE)):  # noqa: S311 - no secret
        pass
    return port
