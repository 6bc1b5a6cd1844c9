"""What pages that wait are told: one small file for each broadcast, replaced when it changes.

Thousands wait for a lecture and ask every few seconds. The file costs no session, no database
and in a city not even Python (``enrolment.delivery`` says how such files are handed out).
"""

from __future__ import annotations

import hmac
import json
from datetime import datetime

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from livestream.models import Broadcast
from livestream.queries import live as queries


def state_file(broadcast: Broadcast) -> str:
    """The name of the file; whoever does not see the page does not guess it."""
    said = f"live state {broadcast.pk}".encode()
    name = hmac.digest(settings.SECRET_KEY.encode(), said, "sha256").hex()[:32]
    return f"live/{name}.json"


def tell_those_who_wait(told: dict[int, str], *, at: datetime) -> None:
    """Write what has changed since ``told``, which is kept by whoever calls."""
    found = Broadcast.objects.told_of(at - queries.TOLD_FOR).with_all_to_show()
    now = {broadcast.pk: broadcast for broadcast in found}
    for pk in told.keys() - now.keys():
        del told[pk]
    for pk, broadcast in now.items():
        standing = queries.standing_of(broadcast, at=at)
        text = json.dumps({"stage": standing.stage.value})
        if told.get(pk) != text:
            storages["queue"].save(state_file(broadcast), ContentFile(text.encode()))
            told[pk] = text
