"""Posts of staff, and the permissions that come and go with them."""

from datetime import datetime

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils.timezone import localtime

from accounts import roles
from accounts.models import AuditEvent, StaffPost, Unit, User
from accounts.services.accounts import end_sessions


class PostRefused(Exception):
    """A city post belongs to the city's office."""


CITY_ROLES = {StaffPost.Role.REGISTRAR, StaffPost.Role.DATA_OFFICER, StaffPost.Role.WITNESS}


@transaction.atomic
def grant_post(
    *, user: User, unit: Unit, role: str, at: datetime, actor: User | None = None
) -> StaffPost:
    """Give ``user`` a post and what belongs to it: group, staff flag. Safe to repeat.

    Raises ``PostRefused`` when a city role is given at a county's office.
    """
    if role in CITY_ROLES and unit.parent_id is not None:
        raise PostRefused(role)
    post, made = StaffPost.objects.get_or_create(user=user, unit=unit, role=role, ended_on=None)
    user.groups.add(group_of(role))
    if role in roles.ROLES_WITH_SECOND_FACTOR and not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    if made:
        AuditEvent.objects.record(actor, "post given", post, at=at, unit=unit, role=role)
    return post


@transaction.atomic
def end_post(*, post: StaffPost, at: datetime, actor: User | None = None) -> StaffPost:
    """End a post; what no other post of the person brings goes with it, sessions included."""
    if post.ended_on is not None:
        return post
    post.ended_on = localtime(at).date()
    post.save(update_fields=["ended_on"])
    left = set(post.user.posts.held().values_list("role", flat=True))
    if post.role not in left:
        post.user.groups.remove(group_of(post.role))
    if not left & roles.ROLES_WITH_SECOND_FACTOR and post.user.is_staff:
        post.user.is_staff = False
        post.user.save(update_fields=["is_staff"])
    end_sessions(user=post.user)
    AuditEvent.objects.record(actor, "post ended", post, at=at, unit=post.unit, role=post.role)
    return post


def group_of(role: str) -> Group:
    """Return a role's group, carrying at least the permissions that ``roles`` lists.

    Page and collection permissions of the group are added where pages live, and stay.
    """
    group, _made = Group.objects.get_or_create(name=roles.group_name(role))
    for name in roles.PERMISSIONS.get(role, frozenset()):
        app, _, codename = name.partition(".")
        permission = Permission.objects.filter(
            content_type__app_label=app, codename=codename
        ).first()
        if permission is not None:
            group.permissions.add(permission)
    return group
