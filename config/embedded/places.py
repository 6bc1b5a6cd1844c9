"""Where things are: the checkout, VAR_DIR, the virtual environment, the account for services."""

import os
import pwd
import stat
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"


@dataclass(frozen=True)
class Account:
    """The unprivileged account that PostgreSQL runs under when we are root."""

    uid: int
    gid: int


def var_dir() -> Path:
    """Where everything made at run time lives; a relative ``VAR_DIR`` counts from the checkout."""
    return (ROOT / (os.environ.get("VAR_DIR") or "var")).resolve()


def make_folder(folder: Path, mode: int = 0o755) -> Path:
    """Make ``folder`` with exactly ``mode``, whatever the umask; leave an existing one alone."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(mode)
    return folder


def service_account() -> Account | None:
    """``nobody`` when we are root (initdb and postgres refuse root), else None: we ourselves."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid)


def reachable(path: Path, account: Account | None) -> bool:
    """Whether ``account`` may walk down to ``path``.

    A checkout under a home of mode 0700 is closed to ``nobody``. We never open
    such a folder: we put what the account needs elsewhere.
    """
    if account is None:
        return True
    for folder in [path, *path.parents]:
        try:
            mode = folder.stat().st_mode
        except OSError:
            return False
        if stat.S_ISDIR(mode) and not mode & stat.S_IXOTH:
            return False
    return True


def service_home(var: Path, account: Account | None) -> Path:
    """The folder for service data: ``var``, or a place beside it that ``account`` can reach.

    The other place is chosen once and its name kept in ``var``, so that a new
    ``VAR_DIR`` always means a new database.
    """
    if reachable(var, account):
        return var
    note = var / "service-home"
    if note.exists():
        return Path(note.read_text().strip())
    home = Path(tempfile.mkdtemp(prefix="senior-university-", dir="/var/lib"))
    home.chmod(0o755)
    note.write_text(f"{home}\n")
    return home


def scratch(account: Account | None, var: Path) -> Path:
    """A folder for throwaway data that ``account`` can reach."""
    temporary = Path(tempfile.gettempdir())
    if reachable(temporary, account):
        return temporary
    return make_folder(service_home(var, account) / "scratch")


def installed(package: str) -> Path | None:
    """The folder of an installed package: ours if a virtual environment runs us, else .venv's."""
    spec = find_spec(package)
    if spec is not None and spec.origin is not None:
        return Path(spec.origin).parent
    found = sorted(VENV.glob(f"lib/python3.*/site-packages/{package}"))
    return found[-1] if found else None


def python() -> Path:
    """The interpreter that has the requirements installed."""
    if sys.prefix != sys.base_prefix and find_spec("django") is not None:
        return Path(sys.executable)
    return VENV / "bin" / "python"
