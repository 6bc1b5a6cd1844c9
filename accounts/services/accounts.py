"""Accounts: ways to sign in."""

from datetime import datetime
from uuid import uuid4

from allauth.usersessions.models import UserSession
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent, User


class PhoneTaken(Exception):
    """Another account has this number."""


def account_for_phone(*, phone: str, at: datetime) -> User:
    """Return the account of a phone whose code was right, making it on its first day.

    ``phone`` is canonical. Two first sign-ins at once end in one account: the column is unique.
    """
    user = User.objects.filter(phone=phone).first()
    if user is None:
        user = _new_account(phone, at)
    if user.phone_verified_at is None:
        user.phone_verified_at = at
        user.save(update_fields=["phone_verified_at"])
    return user


def account_to_help(*, phone: str, at: datetime) -> User:
    """Return the account of somebody named as a helper; they prove the phone when they sign in."""
    return User.objects.filter(phone=phone).first() or _new_account(phone, at)


@transaction.atomic
def staff_account(
    *, username: str, name: str, password: str, at: datetime, actor: User | None = None
) -> tuple[User, bool]:
    """Return the account of ``username`` and whether it was made now, with this password."""
    user, made = User.objects.get_or_create(
        username=username, defaults={"last_name": name, "date_joined": at}
    )
    if made:
        user.set_password(password)
        user.save(update_fields=["password"])
        AuditEvent.objects.record(actor, "account made", user, at=at)
    return user, made


def _new_account(phone: str, at: datetime) -> User:
    user = User(username=f"phone-{uuid4().hex}", phone=phone, date_joined=at)
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save()
            AuditEvent.objects.record(user, "account made", user, at=at)
    except IntegrityError:
        return User.objects.get(phone=phone)
    return user


@transaction.atomic
def change_phone(*, user: User, phone: str, actor: User, at: datetime) -> User:
    """Move an account to another number, proven by its code, and sign it out everywhere.

    Raises ``PhoneTaken``.
    """
    if User.objects.filter(phone=phone).exclude(pk=user.pk).exists():
        raise PhoneTaken(phone)
    user = User.objects.select_for_update().get(pk=user.pk)
    user.phone, user.phone_verified_at = phone, at
    user.save(update_fields=["phone", "phone_verified_at"])
    end_sessions(user=user)
    AuditEvent.objects.record(actor, "phone changed", user, at=at)
    return user


def end_sessions(*, user: User) -> None:
    """Sign an account out on every device."""
    for session in UserSession.objects.filter(user=user):
        session.end()
