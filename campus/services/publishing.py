"""The editors' desk of each unit: who may write, who may publish, and where.

A unit's editors work in the pages below its own poster, in every language, and with the
pictures and files of its own collection. What they write goes to the head of the unit for
approval. The city's desk has the whole site and the records of catalogue and places.

This module knows Wagtail, because pages are what it is about; no other service does.
"""

from dataclasses import dataclass

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q, QuerySet
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from accounts.models import StaffPost, Unit, User
from campus.models import HomePage, UnitPage

WRITE = ("add_page", "change_page")
PUBLISH = (*WRITE, "publish_page", "lock_page", "unlock_page", "bulk_delete_page")
KEEP_FILES = (
    "add_image",
    "change_image",
    "choose_image",
    "add_document",
    "change_document",
    "choose_document",
)
USE_FILES = ("choose_image", "choose_document")
EVERYWHERE = ("access_admin", "submit_translation")
# Records that the city's desk keeps for all units; data of people is never among them.
RECORDS = {
    "accounts": ("unit",),
    "campus": ("campus", "room", "locality", "timeslot", "holiday", "sitedetails"),
    "courses": ("department", "subject", "course"),
    "livestream": ("series", "lecture"),
}


@dataclass(frozen=True)
class Desk:
    """What a unit's editors work with."""

    writers: Group
    publishers: Group
    collection: Collection
    workflow: Workflow


@transaction.atomic
def open_desk(*, unit: Unit) -> Desk:
    """Give a unit its editors' desk, or bring it up to date; safe to repeat.

    Do it again when posts change hands and when the unit's page is made in another language.
    """
    desk = Desk(
        writers=_group(f"{unit.name} · editors"),
        publishers=_group(f"{unit.name} · publishers"),
        collection=_collection(unit),
        workflow=_workflow(unit),
    )
    pages = list(pages_of(unit))
    _allow_pages(desk.writers, pages, WRITE)
    _allow_pages(desk.publishers, pages, PUBLISH)
    for group in (desk.writers, desk.publishers):
        group.permissions.set(_permissions(EVERYWHERE))
        _allow_files(group, desk.collection, KEEP_FILES)
        _allow_files(group, Collection.get_first_root_node(), USE_FILES)
        if unit.kind == Unit.Kind.CITY:
            group.permissions.add(*_permissions_on_records())
            _allow_files(group, Collection.get_first_root_node(), KEEP_FILES)
    _approve(desk, pages)
    _seat(desk, unit)
    return desk


def open_all_desks() -> list[Desk]:
    """Bring the desks of all units up to date."""
    return [open_desk(unit=unit) for unit in Unit.objects.in_order()]


def pages_of(unit: Unit) -> QuerySet[Page]:
    """Return the pages at the head of a unit's part of the site, one for each language."""
    city = unit.kind == Unit.Kind.CITY
    pages: QuerySet[Page] = HomePage.objects.all() if city else UnitPage.objects.filter(unit=unit)
    return pages.order_by("pk")


def _group(name: str) -> Group:
    return Group.objects.get_or_create(name=name[:150])[0]


def _collection(unit: Unit) -> Collection:
    root = Collection.get_first_root_node()
    found = root.get_children().filter(name=unit.name).first()
    return found or root.add_child(name=unit.name)


def _permissions(names: tuple[str, ...]) -> QuerySet[Permission]:
    # Wagtail asks for the permissions of its own image model, whatever model a site uses.
    apps = ("wagtailadmin", "wagtailimages", "wagtaildocs", "wagtail_localize")
    return Permission.objects.filter(codename__in=names, content_type__app_label__in=apps)


def _permissions_on_records() -> QuerySet[Permission]:
    wanted = Q()
    for app, models in RECORDS.items():
        wanted |= Q(content_type__app_label=app, content_type__model__in=models)
    return Permission.objects.filter(wanted)


def _allow_pages(group: Group, pages: list[Page], names: tuple[str, ...]) -> None:
    GroupPagePermission.objects.filter(group=group).exclude(page__in=pages).delete()
    allowed = Permission.objects.filter(
        content_type__app_label="wagtailcore", content_type__model="page", codename__in=names
    )
    for page in pages:
        for permission in allowed:
            GroupPagePermission.objects.get_or_create(
                group=group, page_id=page.pk, permission=permission
            )


def _allow_files(group: Group, collection: Collection, names: tuple[str, ...]) -> None:
    for permission in _permissions(names):
        GroupCollectionPermission.objects.get_or_create(
            group=group, collection=collection, permission=permission
        )


def _workflow(unit: Unit) -> Workflow:
    workflow = Workflow.objects.get_or_create(name=unit.name[:255])[0]
    task = GroupApprovalTask.objects.get_or_create(name=unit.name[:255])[0]
    WorkflowTask.objects.get_or_create(workflow=workflow, task=task, defaults={"sort_order": 0})
    return workflow


def _approve(desk: Desk, pages: list[Page]) -> None:
    for link in desk.workflow.workflow_tasks.select_related("task"):
        link.task.specific.groups.set([desk.publishers])
    for page in pages:
        WorkflowPage.objects.update_or_create(
            page_id=page.pk, defaults={"workflow": desk.workflow}
        )


def _seat(desk: Desk, unit: Unit) -> None:
    role = StaffPost.Role
    heads = (role.REGISTRAR,) if unit.kind == Unit.Kind.CITY else (role.BRANCH_HEAD,)
    held = StaffPost.objects.held().filter(unit=unit)
    editors = held.filter(role=role.EDITOR)
    desk.writers.user_set.set(User.objects.filter(posts__in=editors))
    desk.publishers.user_set.set(User.objects.filter(posts__in=held.filter(role__in=heads)))
