"""What every page has: text size, languages, phone; and what nobody reaches."""

import pytest
from django.db import DatabaseError
from django.test import RequestFactory
from django.urls import reverse

from campus.models import CampusImage, PlainPage, SiteDetails
from config import context, faults
from tests.factories.accounts import UserFactory
from tests.factories.campus import child, home_page
from tests.factories.sign_in import sign_in_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def front_door(db):
    return home_page()


def test_the_text_size_is_remembered_and_the_page_comes_back(app_client):
    answer = app_client.post("/text-size/", {"size": "largest", "next": "/courses/?day=2"})

    assert (answer.url, answer.cookies["text_size"].value) == ("/courses/?day=2", "largest")
    assert 'data-text-size="largest"' in app_client.get("/").content.decode()


@pytest.mark.parametrize("size", ["huge", "", "<script>"])
def test_an_unknown_text_size_changes_nothing(app_client, size):
    answer = app_client.post("/text-size/", {"size": size, "next": "/"})

    assert "text_size" not in answer.cookies
    app_client.cookies["text_size"] = size
    assert 'data-text-size="standard"' in app_client.get("/").content.decode()


@pytest.mark.parametrize("there", ["https://evil.example/", "//evil.example/", "\\\\evil"])
def test_the_text_size_never_sends_anybody_elsewhere(app_client, there):
    assert app_client.post("/text-size/", {"size": "large", "next": there}).url == "/"


def test_the_shell_says_name_phone_and_hours_as_editors_wrote_them(app_client):
    details = SiteDetails.load()
    details.name, details.name_i18n = "青澜老年大学", {"en": "Qinglan Senior University"}
    details.phone, details.phone_to_dial = "8888 0001", "+8657788880001"
    details.save()
    home_page("en", "Learn near home")

    chinese, english = (app_client.get(url).content.decode() for url in ("/", "/en/"))

    assert 'href="tel:+8657788880001"' in chinese
    assert "青澜老年大学</title>" in chinese
    assert "Qinglan Senior University</title>" in english


def test_the_page_of_a_fault_is_drawn_without_a_database_and_no_other(monkeypatch):
    request = RequestFactory().get("/")

    def away(_request):
        raise DatabaseError

    monkeypatch.setattr(SiteDetails, "load", away)

    with pytest.raises(DatabaseError):
        context.shell(request)
    setattr(request, faults.TELLS, True)
    said = context.shell(request)

    assert said["site_phone"].display
    assert said["printed_at"] is None


def test_a_place_in_the_navigation_knows_that_one_is_there(app_client):
    shown = app_client.get("/courses/?day=2").context["main_nav"]

    assert [url for _label, url, here in shown if here] == ["/courses/"]
    assert len(shown) <= 5


def test_every_page_offers_itself_in_three_languages(app_client):
    languages = app_client.get("/courses/?day=2").context["languages"]

    assert [(code, url) for code, _name, url in languages] == [
        ("zh-hans", "/courses/?day=2"),
        ("zh-hant", "/zh-hant/courses/?day=2"),
        ("en", "/en/courses/?day=2"),
    ]


@pytest.mark.parametrize(
    "url",
    ["/_util/login/", "/_util/authenticate_with_password/1/1/", "/admin/password_reset/"],
)
def test_other_ways_to_sign_in_are_closed(app_client, url):
    assert app_client.get(url).status_code in {302, 404}
    assert app_client.post(url, {"username": "x", "password": "y"}).status_code in {302, 404}


def test_the_editors_door_leads_to_our_sign_in(app_client):
    sign_in = reverse("account_login")

    assert app_client.get("/admin/login/?next=/admin/").url == f"{sign_in}?next=/admin/"
    assert app_client.get("/admin/").url.startswith(sign_in)


def test_a_learner_does_not_get_into_the_editors_rooms(app_client):
    app_client.force_login(UserFactory())

    assert app_client.get("/admin/").status_code in {302, 403}


@pytest.fixture
def cms(client, admin_user):
    """The CMS as its administrator sees it."""
    return sign_in_staff(client, admin_user)


def test_the_editors_screens_are_chinese_in_our_dress_and_ask_nobody_else(cms, front_door):
    page = cms.get(reverse("wagtailadmin_home"), headers={"accept-language": "en"})
    text = page.content.decode()

    assert 'lang="zh-hans"' in text
    assert "css/admin.css" in text
    assert "gravatar" not in text
    assert "img/logo.svg" in text


def test_an_editor_opens_and_previews_a_page_of_each_kind(cms, front_door):
    page = child(front_door, PlainPage, title="无障碍", slug="accessibility")
    edit = cms.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))

    preview = cms.get(reverse("wagtailadmin_pages:preview_on_edit", args=[page.pk]))

    assert edit.status_code == 200
    assert preview.status_code == 200


def test_site_details_are_kept_in_the_cms(cms):
    url = reverse("wagtailsettings:edit", args=["campus", "sitedetails", SiteDetails.load().pk])

    answer = cms.post(
        url, {"name": "青澜老年大学", "name_i18n_en": "Qinglan", "phone": "8888 0001"}
    )

    assert answer.status_code == 302
    assert SiteDetails.load().name_i18n == {"en": "Qinglan"}


def test_a_picture_must_say_what_it_shows(cms):
    from wagtail.images.forms import get_image_form

    form = get_image_form(CampusImage)({"title": "门", "alt_text": ""})

    assert "alt_text" in form.errors
    assert form.fields["alt_text_i18n"].widget.codes == ["zh-hant", "en"]


def test_drawings_with_scripts_cannot_be_uploaded(settings):
    assert "svg" not in settings.WAGTAILIMAGES_EXTENSIONS
