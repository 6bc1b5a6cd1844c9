"""Whose rows a piece of work may see: PostgreSQL's row-level security, told what it needs.

Three settings of the database session drive every policy (``accounts/policies.py``). Unset
means no rows, so work that forgot to say whose it is finds nothing and can change nothing.

- ``app.units``: offices whose people's records staff may see,
- ``app.learners``: the learners a request is made for,
- ``app.system``: the name of a command or task that works for the whole city.

``staff``, ``learners`` and ``system`` last for a transaction, which they open, and are safe
behind a transaction pooler. ``as_system`` lasts for a database session: commands and workers
use it, and connect to PostgreSQL directly (``docs/adr``). A scope inside another one replaces
it and gives it back at the end.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from django.db import DatabaseError, connection, transaction

from accounts.models import StaffPost, Unit, User
from accounts.roles import ROLES_THAT_SEE_LEARNERS


@dataclass(frozen=True)
class Scope:
    """What the three settings say, each empty when it opens nothing, and for how long."""

    units: str = ""
    learners: str = ""
    system: str = ""
    ends_with_transaction: bool = True

    def opens_what(self, other: "Scope") -> bool:
        """Whether the same rows are open in both, for the same time."""
        return self._opened() == other._opened()

    def _opened(self) -> tuple[str, str, bool, bool]:
        return self.units, self.learners, bool(self.system), self.ends_with_transaction


NOBODY = Scope(ends_with_transaction=False)
_in_force: ContextVar[Scope] = ContextVar("scope in force", default=NOBODY)


def offices_of(user: User, roles: Collection[str]) -> list[int]:
    """Return the offices where ``user`` holds a post of one of ``roles``.

    A post counts for its office and all offices below: the city's for the whole city.
    """
    held = StaffPost.objects.held().filter(user=user, role__in=roles)
    roots = list(held.values_list("unit_id", flat=True))
    return Unit.objects.below(roots) if roots else []


def units_of(user: User, roles: Collection[str] = ROLES_THAT_SEE_LEARNERS) -> list[int]:
    """Return the offices whose learners ``user`` may see by a post of one of ``roles``."""
    return offices_of(user, ROLES_THAT_SEE_LEARNERS.intersection(roles))


@contextmanager
def staff(user: User, roles: Collection[str] = ROLES_THAT_SEE_LEARNERS) -> Iterator[None]:
    """See the records of the offices where ``user`` holds one of ``roles``."""
    with transaction.atomic():
        units = ",".join(map(str, units_of(user, roles)))
        with _local(Scope(units=units)):
            yield


@contextmanager
def learners(ids: Iterable[int]) -> Iterator[None]:
    """See the records of these learners. The caller has checked that it may act for them."""
    with transaction.atomic(), _local(Scope(learners=",".join(map(str, ids)))):
        yield


@contextmanager
def system(name: str) -> Iterator[None]:
    """See all records, for one transaction; ``name`` says which work needs that."""
    with transaction.atomic(), _local(Scope(system=name)):
        yield


@contextmanager
def as_system(name: str) -> Iterator[None]:
    """See all records while a command or task runs, over as many transactions as it takes.

    Use as ``@as_system("name")`` on the command's ``handle`` or the task, or in ``with``.
    Raises ``RuntimeError`` inside a scope that ends with its transaction.
    """
    before = _in_force.get()
    if before.ends_with_transaction:
        raise RuntimeError("as_system outlives the transaction it was opened in")
    scope = Scope(system=name, ends_with_transaction=False)
    _tell(scope)
    token = _in_force.set(scope)
    try:
        yield
    finally:
        _in_force.reset(token)
        _give_back(before)


def in_force() -> Scope:
    """Return what this thread may see at the moment."""
    return _in_force.get()


@contextmanager
def _local(scope: Scope) -> Iterator[None]:
    """Put ``scope`` in force for the transaction block that is open.

    Only a block inside another one gives back what was in force before: the end of the
    outermost undoes the settings by itself, and so does rolling back to a savepoint. A service
    called by another opens what is open already: PostgreSQL is not told again.
    """
    inside_another = bool(connection.savepoint_ids)
    before = _in_force.get()
    is_told = inside_another and before.opens_what(scope)
    if not is_told:
        _tell(scope)
    token = _in_force.set(scope)
    try:
        yield
    finally:
        _in_force.reset(token)
    if inside_another and not is_told and not connection.needs_rollback:
        _tell(replace(before, ends_with_transaction=True))


def _give_back(before: Scope) -> None:
    if connection.needs_rollback:
        return  # the rollback to come undoes the setting
    try:
        _tell(before)
    except DatabaseError:
        connection.close()  # a new session starts with no rights


def _tell(scope: Scope) -> None:
    local = scope.ends_with_transaction
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('app.units', %s, %s), set_config('app.learners', %s, %s),"
            " set_config('app.system', %s, %s)",
            [scope.units, local, scope.learners, local, scope.system, local],
        )
