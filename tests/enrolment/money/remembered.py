"""What the model of ``model.py`` remembers of each order: its pages, its money, what goes back."""

from dataclasses import dataclass, field
from datetime import datetime

UNDERWAY = ("created", "open", "processing")


class Refused(Exception):
    """The rules say no; nothing has changed but what was found out on the way."""


@dataclass
class Page:
    """A try to pay on the web: how it stands with us, and how with the provider."""

    created: datetime
    expires: datetime
    no: int = 0
    state: str = "created"
    there: str = ""  # "" while there is no page; open, expired, coming, arrived, failed
    amount: int = 0


@dataclass
class Money:
    """An amount that came, and how much of it goes back."""

    method: str
    amount: int
    at: datetime
    state: str = "kept"
    drawer: int | None = None
    page: Page | None = None

    @property
    def is_typed(self) -> bool:
        """Known by nothing but what somebody at the counter typed."""
        return self.method in ("pos", "transfer")


@dataclass
class Back:
    """A refund: of which money, and how far it has come."""

    money: Money
    order: "Order"
    amount: int
    decided: datetime
    state: str = "approved"
    way: str = "cash"
    sent: datetime | None = None
    there: str = ""  # pending, succeeded or failed at the provider

    @property
    def is_booked_out(self) -> bool:
        """Whether it has left us."""
        return self.state in ("pending", "succeeded")


@dataclass(eq=False)
class Order:
    """What somebody owes for one place: that with the number ``place``."""

    who: int
    where: int
    place: int
    amount: int
    until: datetime
    state: str = "held"
    counts: bool = True
    pages: list[Page] = field(default_factory=list)
    money: list[Money] = field(default_factory=list)
    backs: list[Back] = field(default_factory=list)
    seen_to: bool = False

    def underway(self) -> Page | None:
        return next((page for page in self.pages if page.state in UNDERWAY), None)
