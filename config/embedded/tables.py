"""What the tables are made of, as one word: while it stays the same, so do they."""

import hashlib

from config.embedded.places import ROOT
from config.embedded.postgres import ROLES, Binaries

MADE_OF = ("*/migrations/*.py", "*/sql/**/*.sql", "config/settings/*.py", "requirements.lock")


def fingerprint(binaries: Binaries) -> str:
    """Changes with every migration, SQL file, setting and package, and with PostgreSQL's."""
    described = hashlib.sha256(binaries.version.encode() + ROLES.read_bytes())
    for pattern in MADE_OF:
        for file in sorted(ROOT.glob(pattern)):
            described.update(f"{file.relative_to(ROOT)}\n".encode() + file.read_bytes())
    return described.hexdigest()[:24]
