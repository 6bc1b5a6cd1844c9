"""A series with a rule for its days, its lectures, and films that are open to everybody."""

from datetime import time, timedelta

import factory
from factory.django import DjangoModelFactory
from psycopg.types.range import Range

from courses.domain.search import key_of
from livestream.models import Lecture, Recording, Series
from tests.factories.accounts import StaffFactory, UnitFactory
from tests.factories.times import TODAY


class SeriesFactory(DjangoModelFactory):
    """A lecture at two on the 20th of each month."""

    class Meta:
        model = Series

    name = "银龄讲堂"
    name_i18n = factory.LazyFunction(lambda: {"en": "Silver Lectures"})
    name_pinyin = "yin ling jiang tang"
    slug = factory.Sequence(lambda n: f"silver-{n}")
    unit = factory.SubFactory(UnitFactory)
    rule = "month_days"
    rule_days = "20"
    starts_at = time(14)
    minutes = 90


class LectureFactory(DjangoModelFactory):
    """Tomorrow's lecture of a series, at two in the afternoon."""

    class Meta:
        model = Lecture

    series = factory.SubFactory(SeriesFactory)
    issue = factory.Sequence(lambda n: n + 1)
    name = "高血压怎么管"
    name_i18n = factory.LazyFunction(lambda: {"en": "Living with high blood pressure"})
    name_pinyin = "gao xue ya zen me guan"
    speaker = "林医生"
    search_key = factory.LazyAttribute(lambda it: key_of([it.name, it.speaker]))
    unit = factory.LazyAttribute(lambda it: it.series.unit if it.series else UnitFactory())
    during = Range(TODAY + timedelta(hours=28), TODAY + timedelta(hours=29, minutes=30))


class LectureFilmFactory(DjangoModelFactory):
    """The film of yesterday's lecture, open to everybody."""

    class Meta:
        model = Recording

    lecture = factory.SubFactory(
        LectureFactory,
        during=Range(TODAY - timedelta(hours=20), TODAY - timedelta(hours=18, minutes=30)),
    )
    unit = factory.LazyAttribute(lambda it: it.lecture.unit)
    uploaded_by = factory.SubFactory(StaffFactory)
    uploaded_at = TODAY
    is_public = True
    status = "published"
    attempt = 1
    generation = 1
    seconds = 600.0
    progress = 100
    ready_at = TODAY
    published_at = TODAY
