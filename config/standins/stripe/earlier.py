"""Payments of the demo's past: their names say enough to take them up when somebody asks.

The demo city was paid for before the stand-in ever ran. A refund of such a payment has to find it
here all the same, and twenty thousand of them need no place in a file until then.
"""

from typing import Any, Protocol

MARK = "demo"
KINDS = {"payment_intent": "pi", "charge": "ch", "refund": "re"}
ON_ITS_WAY = 14 * 24 * 3600


class Keeper(Protocol):
    """Where objects are kept."""

    def keep(self, one: dict[str, Any]) -> dict[str, Any]:
        """Write an object down."""
        ...


def name_of(kind: str, *, created: int, amount: int, key: str, way: str) -> str:
    """Return the name of a payment of the demo's past, or of the refund of it.

    >>> name_of("refund", created=5, amount=18000, key="ab", way="card")
    're_demo_5_18000_ab_card'
    """
    return f"{KINDS[kind]}_{MARK}_{created}_{amount}_{key}_{way}"


def take_up(state: Keeper, kind: str, name: str) -> dict[str, Any] | None:
    """Return what a name of the past stands for, kept from now on; None for another name."""
    prefix, _, rest = name.partition(f"_{MARK}_")
    parts = rest.split("_", 3)
    if KINDS.get(kind) != prefix or len(parts) != 4 or not (parts[0] + parts[1]).isdigit():
        return None
    created, amount, way = int(parts[0]), int(parts[1]), parts[3]
    names = {one: f"{short}_{MARK}_{rest}" for one, short in KINDS.items()}
    back = amount if kind == "refund" else 0
    basic = {"created": created, "livemode": False, "currency": "cny", "metadata": {}}
    made = {
        "charge": basic | {
            "amount": amount, "amount_captured": amount, "amount_refunded": back,
            "balance_transaction": None, "captured": True, "disputed": False,
            "failure_code": None, "paid": True, "payment_intent": names["payment_intent"],
            "payment_method_details": {"type": way, way: {}}, "refunded": bool(back),
            "status": "succeeded",
        },
        "payment_intent": basic | {
            "amount": amount, "amount_received": amount, "capture_method": "automatic_async",
            "client_secret": None, "last_payment_error": None, "latest_charge": names["charge"],
            "payment_method_types": [way], "status": "succeeded",
        },
    }  # fmt: skip
    if back:
        made["refund"] = basic | {
            "amount": amount, "balance_transaction": None, "charge": names["charge"],
            "destination_details": {"type": way}, "failure_reason": None,
            "payment_intent": names["payment_intent"], "reason": None, "status": "pending",
            "_due": created + ON_ITS_WAY,
        }  # fmt: skip
    kept = {
        one: state.keep({"id": names[one], "object": one, **fields})
        for one, fields in made.items()
    }
    return kept[kind]
