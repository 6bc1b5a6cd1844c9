"""The editors' desk: each unit writes in its own part of the site, and its head publishes."""

import pytest
from django.urls import reverse
from wagtail.models import Collection
from wagtail.permissions import page_permission_policy, policy_registry
from wagtail_localize.models import Translation, TranslationSource

from accounts.models import StaffPost, Unit
from campus.models import CampusImage, NoticeIndexPage, PlainPage, UnitPage
from campus.services import publishing
from tests.factories.accounts import StaffFactory, UnitFactory
from tests.factories.campus import child, home_page
from tests.factories.sign_in import sign_in_staff

pytestmark = pytest.mark.django_db
Role = StaffPost.Role


@pytest.fixture
def city(db):
    """Two counties with their pages, an editor and a head each; desks are open."""
    home = home_page()
    units = UnitFactory.create_batch(2, county=True)
    pages = [
        child(home, UnitPage, title=unit.name, slug=f"unit-{unit.pk}", unit=unit) for unit in units
    ]
    staff = [
        {role: StaffFactory(role=role, unit=unit) for role in (Role.EDITOR, Role.BRANCH_HEAD)}
        for unit in units
    ]
    publishing.open_all_desks()
    return {"home": home, "units": units, "pages": pages, "staff": staff}


def rights(user, page) -> list[str]:
    tester = page.permissions_for_user(user)
    asked = {
        "add": tester.can_add_subpage(),
        "edit": tester.can_edit(),
        "publish": tester.can_publish(),
    }
    return [name for name, may in asked.items() if may]


def test_an_editor_writes_in_the_pages_of_the_own_unit_and_the_head_publishes(city):
    own, other = city["pages"]
    editor, head = (city["staff"][0][role] for role in (Role.EDITOR, Role.BRANCH_HEAD))

    assert (rights(editor, own), rights(editor, other)) == (["add", "edit"], [])
    assert (rights(head, own), rights(head, other)) == (["add", "edit", "publish"], [])
    assert rights(editor, city["home"]) == rights(head, city["home"]) == []


def test_pages_in_other_languages_belong_to_the_same_desk(city):
    english = child(
        home_page("en", "Learn near home"),
        UnitPage,
        title="County university",
        slug=city["pages"][0].slug,
        unit=city["units"][0],
        translation_key=city["pages"][0].translation_key,
    )
    publishing.open_desk(unit=city["units"][0])

    editor = city["staff"][0][Role.EDITOR]
    assert rights(type(editor).objects.get(pk=editor.pk), english) == ["add", "edit"]


def test_the_head_of_the_unit_approves_what_its_editors_write(city):
    page = child(city["pages"][0], NoticeIndexPage, title="通知", slug="notices")

    workflow = page.get_workflow()

    task = workflow.tasks.get().specific
    head = city["staff"][0][Role.BRANCH_HEAD]
    assert (task.user_can_access_editor(page, head), task.groups.get().user_set.get()) == (
        True,
        head,
    )


def test_the_city_desk_has_the_whole_site_and_the_records(city):
    registrar = StaffFactory(role=Role.REGISTRAR, unit=UnitFactory())
    publishing.open_desk(unit=Unit.objects.get(kind="city"))

    assert rights(registrar, city["pages"][1]) == ["add", "edit", "publish"]
    assert registrar.has_perms(["courses.change_course", "campus.change_holiday"])
    assert not city["staff"][0][Role.EDITOR].has_perm("courses.change_course")


def test_an_editor_keeps_pictures_in_the_own_collection_only(city):
    editor = city["staff"][0][Role.EDITOR]

    policy = policy_registry.get_by_type(CampusImage)
    writable = policy.collections_user_has_permission_for(editor, "add")

    assert list(writable) == [Collection.objects.get(name=city["units"][0].name)]


def test_who_leaves_a_post_leaves_the_desk(city):
    editor = city["staff"][0][Role.EDITOR]
    editor.posts.update(ended_on="2026-11-30")

    publishing.open_desk(unit=city["units"][0])

    fresh = type(editor).objects.get(pk=editor.pk)
    assert rights(fresh, city["pages"][0]) == []


def test_opening_a_desk_twice_changes_nothing(city):
    before = page_permission_policy.explorable_instances(city["staff"][0][Role.EDITOR]).count()

    desks = publishing.open_all_desks()

    after = page_permission_policy.explorable_instances(city["staff"][0][Role.EDITOR]).count()
    assert (before, len(desks)) == (after, 3)


def test_a_plain_page_may_stand_below_a_unit(city):
    assert PlainPage in city["pages"][0].allowed_subpage_models()


@pytest.mark.parametrize(("role", "told"), [(Role.EDITOR, True), (Role.BRANCH_HEAD, False)])
def test_a_translator_who_may_not_publish_is_told_whom_to_ask(city, app_client, role, told):
    original = city["pages"][0]
    english = child(
        home_page("en", "Learn near home"),
        UnitPage,
        title="County university",
        slug=original.slug,
        unit=original.unit,
        translation_key=original.translation_key,
    )
    publishing.open_desk(unit=original.unit)
    source, _ = TranslationSource.get_or_create_from_instance(original)
    Translation.objects.create(source=source, target_locale=english.locale)
    sign_in_staff(app_client, city["staff"][0][role])

    page = app_client.get(reverse("wagtailadmin_pages:edit", args=[english.pk])).content.decode()

    assert 'class="js-translation-editor"' in page
    assert ('class="desk-translation"' in page) is told
