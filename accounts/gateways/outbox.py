"""Letters of demo and tests: one line of JSON each, in a file that people and scripts read."""

import fcntl
import json
import os
from datetime import datetime
from pathlib import Path

from django.conf import settings

from accounts.gateways import Received, read_json


class OutboxGateway:
    """Write to ``VAR_DIR/outbox/sms.jsonl``: at, to, channel, template, text."""

    def send(
        self, *, to: str, channel: str, template: str, text: str, dedupe_key: str, at: datetime
    ) -> str:
        letter = {"at": at.isoformat(), "to": to, "channel": channel}
        line = json.dumps(letter | {"template": template, "text": text}, ensure_ascii=False)
        path = where()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # lines of several workers stay whole
            file.write(line + "\n")
        return f"outbox:{dedupe_key}"

    def receive(self, body: bytes) -> Received:
        """Read JSON as the generic gateway does, so that scripts can answer in the demo."""
        return read_json(body)


def where() -> Path:
    """Return the file."""
    return Path(settings.VAR_DIR) / "outbox" / "sms.jsonl"


def latest(limit: int = 200) -> list[dict[str, str]]:
    """Return the last letter to each number, the newest first."""
    try:
        lines = where().read_text(encoding="utf-8").splitlines()[-5000:]
    except FileNotFoundError:
        return []
    by_number: dict[str, dict[str, str]] = {}
    for line in reversed(lines):
        letter = json.loads(line)
        by_number.setdefault(letter["to"], letter)
    return list(by_number.values())[:limit]
