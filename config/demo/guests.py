"""Who a newcomer can be in the demo, with the code of the minute for those who need one."""

import json
from dataclasses import dataclass
from pathlib import Path

from allauth.mfa.totp.internal import auth as totp
from django.utils.translation import gettext_lazy as _

# In the order of the tour: the people the product is for come first.
ORDER = ("learner", "helper", "teacher", "counter", "branch_head", "registrar", "editor")
GROUPS = {
    "learner": _("Learners"),
    "helper": _("Helpers"),
    "teacher": _("Teachers"),
}


@dataclass(frozen=True)
class Guest:
    """One account of ``accounts.json``; ``code`` is the authenticator's, for this half minute."""

    name: str
    role: str
    unit: str
    good_for: str
    phone: str
    username: str
    password: str
    code: str


def guests(folder: Path) -> dict[str, list[Guest]]:
    """Return the demo's accounts by group, in the order of the tour. Empty before it is built."""
    try:
        rows = json.loads((folder / "accounts.json").read_text(encoding="utf-8"))
    except OSError:
        return {}
    places = {role: place for place, role in enumerate(ORDER)}
    rows.sort(key=lambda row: places.get(row["role"], len(ORDER)))
    found: dict[str, list[Guest]] = {}
    for row in rows:
        if row.get("phone") or row.get("username"):
            group = str(GROUPS.get(row["role"], _("Staff")))
            found.setdefault(group, []).append(_guest(row))
    return found


def _guest(row: dict[str, str]) -> Guest:
    secret = row.get("totp_secret", "")
    return Guest(
        name=row["name"],
        role=row["role"],
        unit=row.get("unit", ""),
        good_for=row["good_for"],
        phone=row.get("phone", ""),
        username=row.get("username", ""),
        password=row.get("password", ""),
        code=_code_now(secret) if secret else "",
    )


def _code_now(secret: str) -> str:
    counters = list(totp.yield_hotp_counters_from_time())  # this half minute, and those beside it
    now = counters[len(counters) // 2]
    return str(totp.format_hotp_value(totp.hotp_value(secret, now)))
