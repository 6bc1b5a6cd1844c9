"""Places, hours and pages of a small city."""

import datetime as dt

import factory
from factory.django import DjangoModelFactory
from wagtail.models import Locale, Page, Site

from campus.models import Campus, HomePage, Locality, Room, TimeSlot, TravelTime
from tests.factories.accounts import UnitFactory


class LocalityFactory(DjangoModelFactory):
    """A street of the city."""

    class Meta:
        model = Locality

    unit = factory.SubFactory(UnitFactory)
    name = factory.Sequence(lambda n: f"人民路{n}段")
    name_pinyin = factory.Sequence(lambda n: f"ren min lu {n}")
    region_code = factory.Sequence(lambda n: f"R{n}")
    x_km = 0
    y_km = 0


class CampusFactory(DjangoModelFactory):
    """A main campus with all one could wish for."""

    class Meta:
        model = Campus

    unit = factory.SubFactory(UnitFactory)
    kind = Campus.Kind.MAIN
    name = factory.Sequence(lambda n: f"东门社区第{n}校区")
    slug = factory.Sequence(lambda n: f"place-{n}")
    address = "东门街1号"
    x_km = 1
    y_km = 0
    step_free = True
    lift = True
    phone = "88880001"
    hours = "周一至周五 8:30–17:00"

    class Params:
        viewing_point = factory.Trait(kind=Campus.Kind.VIEWING_POINT, lift=False)


class RoomFactory(DjangoModelFactory):
    """A room for forty."""

    class Meta:
        model = Room

    campus = factory.SubFactory(CampusFactory)
    name = factory.Sequence(lambda n: f"{n}")
    kind = Room.Kind.MULTIMEDIA
    seats = 40


class TimeSlotFactory(DjangoModelFactory):
    """Tuesdays at half past eight; one row an hour of the week."""

    class Meta:
        model = TimeSlot
        django_get_or_create = ("weekday", "starts_at")

    weekday = 2
    starts_at = dt.time(8, 30)
    ordinal = 1
    half_day = factory.LazyAttribute(
        lambda it: "morning" if it.starts_at < dt.time(12) else "afternoon"
    )
    ends_at = factory.LazyAttribute(
        lambda it: (
            dt.datetime.combine(dt.date.min, it.starts_at) + dt.timedelta(minutes=90)
        ).time()
    )


class TravelTimeFactory(DjangoModelFactory):
    """Ten minutes from a street to a campus."""

    class Meta:
        model = TravelTime

    locality = factory.SubFactory(LocalityFactory)
    campus = factory.SubFactory(CampusFactory)
    minutes = 10


def home_page(language: str = "zh-hans", title: str = "找一门课，去家门口学") -> HomePage:
    """The front door in one language; the Chinese one is the root of the site."""
    locale = Locale.objects.get_or_create(language_code=language)[0]
    found = HomePage.objects.filter(locale=locale).first()
    if found:
        return found
    root = Page.objects.get(depth=1)
    source = HomePage.objects.order_by("pk").first()
    page = HomePage(
        title=title,
        slug=f"home-{language}",
        lead="市里所有老年大学的课，都在这里。",
        locale=locale,
        **({"translation_key": source.translation_key} if source else {}),
    )
    root.add_child(instance=page)
    if source is None:
        Site.objects.update_or_create(
            is_default_site=True, defaults={"hostname": "testserver", "root_page": page}
        )
    return page


def child(parent: Page, model: type[Page], **fields) -> Page:
    """A live page of some kind under another, in its language."""
    fields.setdefault("lead", "一句话说清楚。")
    page = model(locale=parent.locale, **fields)
    parent.add_child(instance=page)
    return page
