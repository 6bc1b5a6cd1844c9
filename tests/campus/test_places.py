"""Campuses the nearest first, and the question where one lives."""

import pytest
from django.db import IntegrityError, transaction

from campus.models import Campus, CampusImage, CampusIndexPage, CampusPage, UnitPage
from campus.queries import way_to
from tests.factories.accounts import UnitFactory
from tests.factories.campus import (
    CampusFactory,
    LocalityFactory,
    TravelTimeFactory,
    child,
    home_page,
)
from tests.factories.courses import ClassFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def front_door(db):
    return home_page()


def shown(response) -> list[str]:
    return [place.campus.name for place in response.context["page"].object_list]


def test_campuses_stand_in_the_city_s_order_until_one_says_where_one_lives(app_client):
    street = LocalityFactory()
    far, near = CampusFactory(name="远", position=1), CampusFactory(name="近", position=2)
    unknown = CampusFactory(name="不知", position=3)
    TravelTimeFactory(campus=far, locality=street, minutes=50)
    TravelTimeFactory(campus=near, locality=street, minutes=10)

    assert shown(app_client.get("/campuses/")) == ["远", "近", "不知"]
    app_client.post("/where-you-live/", {"lives_in": street.region_code})

    assert shown(app_client.get("/campuses/")) == ["近", "远", unknown.name]


def test_of_two_as_many_minutes_away_the_nearer_in_kilometres_comes_first(app_client):
    street = LocalityFactory(x_km=0, y_km=0)
    for name, km in (("三点五", 3.5), ("三点四", 3.4)):
        campus = CampusFactory(name=name, x_km=km, y_km=0)
        TravelTimeFactory(campus=campus, locality=street, minutes=18)
    app_client.post("/where-you-live/", {"lives_in": street.region_code})

    assert shown(app_client.get("/campuses/")) == ["三点四", "三点五"]


def test_home_says_near_you_only_when_it_knows_where(app_client):
    street = LocalityFactory()
    TravelTimeFactory(campus=CampusFactory(), locality=street, minutes=18)

    asks = app_client.get("/").content.decode()
    assert "离您近的校区" not in asks
    assert "说说您住在哪里" in asks
    app_client.post("/where-you-live/", {"lives_in": street.region_code})

    assert "离您近的校区" in app_client.get("/").content.decode()


def test_viewing_points_stand_in_the_list_of_all_places(app_client):
    CampusFactory(name="校区")
    CampusFactory(name="收视点", viewing_point=True)
    CampusFactory(name="关了", closed_on="2026-01-01")

    assert shown(app_client.get("/campuses/")) == ["校区"]
    assert shown(app_client.get("/campuses/?kind=all")) == ["校区", "收视点"]


def test_a_campus_says_how_many_of_its_classes_have_places(app_client):
    campus = CampusFactory()
    ClassFactory(campus=campus)
    ClassFactory(campus=campus, left=0)

    text = app_client.get("/campuses/").content.decode()

    assert f"/courses/?campus={campus.slug}" in text
    assert "1" in text.split(f"?campus={campus.slug}")[1].split("</a>")[0]


def test_words_of_editors_stand_above_the_list(front_door, app_client):
    child(front_door, CampusIndexPage, title="家门口的校区", slug="campuses", lead="总有一处近。")

    text = app_client.get("/campuses/").content.decode()

    assert "家门口的校区" in text
    assert "总有一处近。" in text


def test_a_short_way_is_said_on_foot_and_a_long_one_by_bus():
    street = LocalityFactory(x_km=0, y_km=0)

    near = way_to(CampusFactory(x_km=0.6, y_km=0.8), street, minutes=9)
    far = way_to(CampusFactory(x_km=6, y_km=8), street, minutes=38)
    over_water = way_to(CampusFactory(x_km=1, y_km=0, on_island=True), street, minutes=51)

    assert (near.km, near.minutes, near.on_foot) == (1.0, 15, True)
    assert (far.km, far.minutes, far.on_foot) == (10.0, 38, False)
    assert (over_water.minutes, over_water.on_foot) == (51, False)
    assert way_to(CampusFactory(), None, minutes=None) is None


def test_where_one_lives_is_asked_by_district_then_street_and_leads_back(app_client):
    street = LocalityFactory(name="东门街道")

    districts = app_client.get("/where-you-live/?next=/courses/%3Fday%3D2")
    streets = app_client.get(f"/where-you-live/?unit={street.unit_id}&next=/courses/")
    answer = app_client.post(
        "/where-you-live/", {"lives_in": street.region_code, "next": "/courses/?day=2"}
    )

    assert list(districts.context["units"]) == [street.unit]
    assert list(streets.context["localities"]) == [street]
    assert (answer.url, answer.cookies["lives_in"].value) == (
        "/courses/?day=2",
        street.region_code,
    )


def test_the_answer_can_be_taken_back(app_client):
    street = LocalityFactory()
    app_client.post("/where-you-live/", {"lives_in": street.region_code})

    answer = app_client.post("/where-you-live/", {"forget": "1"})

    assert answer.cookies["lives_in"].value == ""


@pytest.mark.parametrize("there", ["https://evil.example/", "//evil.example", "javascript:x", ""])
def test_the_way_back_never_leaves_the_site(app_client, there):
    street = LocalityFactory()

    answer = app_client.post("/where-you-live/", {"lives_in": street.region_code, "next": there})

    assert answer.url == "/campuses/"


@pytest.mark.parametrize("data", [{}, {"lives_in": "nowhere"}])
def test_without_an_answer_the_question_stays(app_client, data):
    answer = app_client.post("/where-you-live/", data)

    assert (answer.status_code, answer.context["missing"]) == (422, True)


@pytest.mark.parametrize("unit", ["x", "-1", "999999999999999999999", "²"])
def test_an_unknown_district_shows_the_districts(app_client, unit):
    assert app_client.get("/where-you-live/", {"unit": unit}).context["unit"] is None


def test_the_address_of_a_campus_leads_to_its_poster(front_door, app_client):
    campus = CampusFactory()
    plain = app_client.get(f"/campuses/{campus.slug}/")
    unit = child(front_door, UnitPage, title="市大学", slug="city", unit=campus.unit)
    child(unit, CampusPage, title="东门", slug="east", campus=campus)

    assert (plain.status_code, campus.address in plain.content.decode()) == (200, True)
    assert app_client.get(f"/campuses/{campus.slug}/").url == "/city/east/"
    assert app_client.get("/campuses/no-such-place/").status_code == 404


def test_units_stand_in_a_list_with_their_phones(app_client):
    unit = UnitFactory(phone="88881234")

    text = app_client.get("/units/").content.decode()

    assert unit.name in text
    assert 'href="tel:88881234"' in text


def test_names_are_shown_in_the_language_of_the_reader(app_client):
    campus = CampusFactory(
        name="东门校区", name_i18n={"en": "East Gate"}, address_i18n={"en": "1 East Gate Street"}
    )
    campus.complete_names()
    campus.save()

    english = app_client.get(f"/en/campuses/{campus.slug}/").content.decode()
    traditional = app_client.get(f"/zh-hant/campuses/{campus.slug}/").content.decode()

    assert "1 East Gate Street" in english
    assert "東門校區" in traditional


def test_an_image_without_words_is_refused_by_the_database():
    with pytest.raises(IntegrityError, match="an_image_says_what_it_shows"), transaction.atomic():
        CampusImage.objects.create(title="x", file="x.jpg", width=1, height=1, alt_text="")


def test_a_campus_has_its_own_address():
    first = CampusFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        CampusFactory(slug=first.slug)
    assert Campus.objects.count() == 1
