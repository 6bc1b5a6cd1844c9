"""Everything the stand-in knows, in memory, and in a file so that a restart knows it too."""

import json
import secrets
from collections.abc import Iterator
from copy import deepcopy
from heapq import heappop, heappush
from pathlib import Path
from threading import RLock
from typing import Any, TypeAlias

from config.standins.stripe import earlier
from config.standins.stripe.refusals import not_there

Object: TypeAlias = dict[str, Any]

PREFIXES = {
    "checkout.session": "cs_test_",
    "payment_intent": "pi_",
    "charge": "ch_",
    "refund": "re_",
    "balance_transaction": "txn_",
    "dispute": "du_",
    "payout": "po_",
    "event": "evt_",
}
ANSWER = "answer"  # what was answered under an idempotency key; no object of Stripe's


class State:
    """Objects by kind and name, the oldest first. Whoever changes one holds ``lock``."""

    def __init__(self, file: Path | None = None) -> None:
        self.lock = RLock()
        self.objects: dict[str, dict[str, Object]] = {kind: {} for kind in [*PREFIXES, ANSWER]}
        self._ends: list[tuple[int, str]] = []  # a heap: pages by the second in which they end
        self._file = file
        if file is not None:
            self._read(file)

    def _read(self, file: Path) -> None:
        """Take up what the file knows, and write it anew without what has changed since."""
        if file.exists():
            for line in file.read_text(encoding="utf-8").splitlines():
                if line.endswith("}"):  # the last one may have been cut by a kill
                    self._take(json.loads(line))
        fresh = file.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as out:
            out.writelines(
                f"{json.dumps(one, ensure_ascii=False)}\n"
                for kind in self.objects.values()
                for one in kind.values()
            )
        fresh.chmod(0o600)
        fresh.replace(file)

    def _take(self, one: Object) -> None:
        kind = self.objects[one["object"]]
        if one["object"] == "checkout.session" and one["id"] not in kind:
            heappush(self._ends, (one["expires_at"], one["id"]))
        kind[one["id"]] = one

    def keep(self, one: Object) -> Object:
        """Write an object down, new or changed."""
        self._take(one)
        if self._file is not None:
            with self._file.open("a", encoding="utf-8") as file:
                file.write(f"{json.dumps(one, ensure_ascii=False)}\n")
        return one

    def make(self, kind: str, *, created: int, **fields: Any) -> Object:
        """Write down a new object under a name of its own."""
        name = f"{PREFIXES[kind]}{secrets.token_hex(12)}"
        basic = {"id": name, "object": kind, "created": created, "livemode": False}
        return self.keep({**basic, **fields})

    def find(self, kind: str, name: str) -> Object:
        """Return an object; raise ``Refused`` if nobody has heard of it."""
        known = self.objects[kind].get(name) or earlier.take_up(self, kind, name)
        if known is None:
            raise not_there(kind, name)
        return known

    def newest(self, kind: str) -> Iterator[Object]:
        """Yield the objects of a kind, the newest first, as Stripe lists them."""
        return reversed(self.objects[kind].values())

    def ended(self, now: int) -> Iterator[Object]:
        """Yield the pages whose time has run out, each once; some of them were paid."""
        while self._ends and self._ends[0][0] <= now:
            yield self.objects["checkout.session"][heappop(self._ends)[1]]

    def by_name(self, name: str) -> Object | None:
        """Return the object with a name of any kind."""
        for kind, prefix in PREFIXES.items():
            if name.startswith(prefix):
                return self.objects[kind].get(name)
        return None

    def picture(self, one: Object) -> Object:
        """Return an object as others see it now, apart from what becomes of it."""
        return deepcopy({name: value for name, value in one.items() if name[0] != "_"})

    def forget(self) -> None:
        """Begin anew."""
        for kind in self.objects.values():
            kind.clear()
        self._ends.clear()
        if self._file is not None:
            self._file.write_text("", encoding="utf-8")
