"""The series of the demo: 68 issues behind today, and two years' plan around its holidays."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from config.demo import load_lectures, tables
from livestream.models import Lecture, Series
from tests.factories.accounts import UnitFactory
from tests.factories.campus import CampusFactory

pytestmark = pytest.mark.django_db


def test_three_series_with_their_issues_and_no_lecture_on_a_closed_day(small_city):
    unit = UnitFactory()
    here = next(c for c in small_city.campuses if c.unit == tables.CITY and c.kind == "main")
    keys = {
        "units": {tables.CITY: unit.pk},
        "campuses": {here.code: CampusFactory(unit=unit).pk},
    }
    count = load_lectures.load_series(small_city, keys)

    today = datetime.combine(small_city.today, time(0), tzinfo=ZoneInfo("Asia/Shanghai"))
    held = {
        series.slug: Lecture.objects.filter(series=series).over(today).count()
        for series in Series.objects.all()
    }
    assert held == load_lectures.HELD
    assert Lecture.objects.count() == count
    silver = Lecture.objects.filter(series__slug="silver-lectures").order_by("issue")
    assert list(silver.values_list("issue", flat=True)) == list(range(1, silver.count() + 1))
    assert not silver.over(today).filter(name="").exists()
    closed = {one.day for one in small_city.holidays if one.closed}
    local = [one.during.lower.astimezone(today.tzinfo).date() for one in Lecture.objects.all()]
    assert closed.isdisjoint(local)
