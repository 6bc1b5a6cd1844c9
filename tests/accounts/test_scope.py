"""Row-level security, asked as the role the web works with."""

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from accounts import queries, scope
from accounts.models import (
    AuditEvent,
    ConsentRecord,
    HelperGrant,
    Learner,
    LearnerUnit,
    Message,
    StaffPost,
)
from accounts.roles import ROLES_THAT_SEE_LEARNERS
from tests.factories.accounts import (
    HelperGrantFactory,
    LearnerFactory,
    StaffFactory,
    StaffPostFactory,
    UnitFactory,
    UserFactory,
)
from tests.factories.times import TODAY

Role = StaffPost.Role
pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    """The city's university and two below it, each with one learner."""
    city = UnitFactory()
    deer, river = UnitFactory.create_batch(2, county=True, parent=city)
    learners = [LearnerFactory(unit=unit) for unit in (city, deer, river)]
    return {"units": (city, deer, river), "learners": tuple(learners)}


def execute(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def settings_of_the_session():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(current_setting(name, true), '')"
            " FROM unnest(ARRAY['app.units', 'app.learners', 'app.system']) name"
        )
        return [row[0] for row in cursor.fetchall()]


def seen():
    return set(Learner.objects.values_list("pk", flat=True))


def test_without_a_scope_nothing_is_seen(city, as_app):
    with as_app():
        assert seen() == set()


def test_owner_is_not_bound(city):
    assert len(seen()) == 3


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("place", ["city", "county"])
def test_each_post_sees_the_learners_of_its_offices_and_no_others(city, as_app, role, place):
    everybody = {learner.pk for learner in city["learners"]}
    deer_learner = {city["learners"][1].pk}
    staff = StaffFactory(role=role, unit=city["units"][0 if place == "city" else 1])

    with as_app(), scope.staff(staff):
        found = seen()

    if role not in ROLES_THAT_SEE_LEARNERS:
        assert found == set()
    else:
        assert found == (everybody if place == "city" else deer_learner)


def test_an_ended_post_sees_nobody(city, as_app):
    staff = StaffFactory(unit=city["units"][1])
    staff.posts.update(ended_on=TODAY.date())
    with as_app(), scope.staff(staff):
        assert seen() == set()


def test_a_scope_may_be_narrowed_to_some_of_the_posts(city, as_app):
    staff = StaffFactory(role=Role.COUNTER, unit=city["units"][1])
    StaffPostFactory(user=staff, role=Role.FINANCE, unit=city["units"][2])
    with as_app():
        with scope.staff(staff):
            both = seen()
        with scope.staff(staff, [Role.FINANCE]):
            one = seen()
    assert (both, one) == (
        {city["learners"][1].pk, city["learners"][2].pk},
        {city["learners"][2].pk},
    )


def test_an_office_sees_learners_of_others_who_hold_a_seat_with_it(city, as_app):
    LearnerUnit.objects.create(learner=city["learners"][2], unit=city["units"][1])
    staff = StaffFactory(unit=city["units"][1])
    with as_app(), scope.staff(staff):
        assert seen() == {city["learners"][1].pk, city["learners"][2].pk}


def test_records_about_a_learner_are_seen_with_the_learner(city, as_app):
    _, mine, other = city["learners"]
    for learner in (mine, other):
        HelperGrantFactory(learner=learner)
        ConsentRecord.objects.create(
            learner=learner, kind="privacy", how="sms", actor=learner.user, given_at=TODAY
        )
        AuditEvent.objects.record(learner.user, "looked", learner, at=TODAY, learner=learner)
        Message.objects.create(
            learner=learner, to="+8613800000000", template="t", text="x",
            dedupe_key=str(learner.pk), created_at=TODAY,
        )  # fmt: skip
    staff = StaffFactory(unit=city["units"][1])
    models = (HelperGrant, ConsentRecord, AuditEvent, Message)

    with as_app():
        with scope.staff(staff):
            as_staff = [list(model.objects.values_list("learner", flat=True)) for model in models]
        with scope.learners([mine.pk]):
            as_learner = [
                list(model.objects.values_list("learner", flat=True)) for model in models
            ]
        with scope.system("test"):
            as_system = [model.objects.count() for model in models]
        nobody = [model.objects.count() for model in models]

    assert as_staff == as_learner == [[mine.pk]] * 4
    assert (as_system, nobody) == ([2] * 4, [0] * 4)


def test_a_row_cannot_be_written_outside_the_scope(city, as_app):
    _, mine, other = city["learners"]
    with as_app(), scope.learners([mine.pk]):
        assert Learner.objects.filter(pk=other.pk).update(name="x") == 0
        assert Learner.objects.filter(pk=mine.pk).update(name="x") == 1
    with (
        as_app(),
        pytest.raises(ProgrammingError, match="row-level security"),
        scope.learners([mine.pk]),
    ):
        HelperGrant.objects.create(
            learner=other, helper=mine.user, kind="family", how_consented="sms",
            granted_at=TODAY, expires_at=TODAY.replace(year=2027),
        )  # fmt: skip


def test_staff_cannot_move_a_learner_to_an_office_they_do_not_see(city, as_app):
    staff = StaffFactory(unit=city["units"][1])
    with (
        as_app(),
        pytest.raises(ProgrammingError, match="row-level security"),
        scope.staff(staff),
    ):
        Learner.objects.filter(pk=city["learners"][1].pk).update(unit=city["units"][2])


def test_an_inner_scope_replaces_the_outer_one_and_gives_it_back(city, as_app):
    first, second, third = (learner.pk for learner in city["learners"])
    with as_app(), scope.learners([first]):
        with scope.learners([second, third]):
            inner = seen()
        after = seen()
        with pytest.raises(ZeroDivisionError), scope.system("fails"):
            1 / 0  # noqa: B018
        after_failure = seen()
    assert (inner, after, after_failure) == ({second, third}, {first}, {first})
    assert scope.in_force() == scope.NOBODY


def test_a_scope_ends_with_its_transaction(city, as_app):
    with as_app():
        with scope.system("test"):
            assert len(seen()) == 3
        assert seen() == set()


@pytest.mark.django_db(transaction=True)
def test_the_outermost_scope_leaves_nothing_in_the_database_session(as_app):
    """With real transactions: here the end of one undoes the settings, and nothing else does."""
    learner = LearnerFactory()

    with as_app():
        with scope.learners([learner.pk]):
            assert seen() == {learner.pk}
        assert settings_of_the_session() == ["", "", ""]
        with pytest.raises(ZeroDivisionError), scope.learners([learner.pk]):
            1 / 0  # noqa: B018
        assert settings_of_the_session() == ["", "", ""]
        with scope.as_system("night shift"):
            with scope.learners([]):
                assert seen() == set()
            assert seen() == {learner.pk}
        assert settings_of_the_session() == ["", "", ""]


def test_a_session_of_all_rows_is_not_opened_inside_a_transaction_of_some(city, as_app):
    with as_app(), scope.learners([]), pytest.raises(RuntimeError), scope.as_system("night"):
        pass


@pytest.mark.django_db(transaction=True)
def test_one_record_at_the_door_leaves_the_door_shut(as_app):
    learner = LearnerFactory()

    with as_app():
        assert queries.learner_in_scope(learner.pk) == learner
        assert settings_of_the_session() == ["", "", ""]
        assert seen() == set()
        with scope.learners([]):
            queries.learner_in_scope(learner.pk)
            assert seen() == set()


@pytest.mark.django_db(transaction=True)
def test_a_scope_over_several_transactions_outlives_a_failure_and_ends(as_app):
    LearnerFactory()

    @scope.as_system("night shift")
    def night_shift():
        counts = [Learner.objects.count()]
        with pytest.raises(ProgrammingError), transaction.atomic():
            execute("SELECT nothing_of_that_name")
        with transaction.atomic():
            counts.append(Learner.objects.count())
        return counts

    with as_app():
        assert night_shift() == [1, 1]
        assert Learner.objects.count() == 0


def test_whom_an_account_may_act_for(city, as_app):
    own = city["learners"][0]
    partner = LearnerFactory(user=own.user, unit=own.unit)
    helped = HelperGrantFactory(helper=own.user, learner=city["learners"][1])
    HelperGrantFactory(helper=own.user, learner=city["learners"][2], ended=True)
    stranger = UserFactory()

    with as_app():
        assert queries.learners_of(own.user, at=TODAY) == queries.MayActFor(
            own=(own.pk, partner.pk), grants={helped.learner_id: helped.pk}
        )
        assert queries.learners_of(own.user, at=helped.expires_at).grants == {}
        assert queries.learners_of(stranger, at=TODAY) == queries.MayActFor(own=(), grants={})


def test_the_settings_are_read_once_a_statement(city, as_app):
    with as_app(), scope.learners([city["learners"][0].pk]), connection.cursor() as cursor:
        cursor.execute("EXPLAIN SELECT * FROM accounts_learner WHERE name = 'x'")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "InitPlan" in plan
    assert "scope_learners()" not in plan.split("Filter")[-1]


def test_audit_is_written_by_everybody_and_changed_by_nobody(city, as_app):
    learner = city["learners"][0]
    strike_out = ["UPDATE accounts_auditevent SET action = ''", "DELETE FROM accounts_auditevent"]
    with as_app():
        AuditEvent.objects.record(learner.user, "knocked", learner, at=TODAY)
        for statement in strike_out:
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                execute(statement)
    for statement in strike_out:
        with pytest.raises(ProgrammingError, match="is a book"), transaction.atomic():
            execute(statement)
    assert AuditEvent.objects.count() == 1


def test_the_book_is_emptied_only_when_somebody_says_so():
    execute("SET LOCAL app.books_may_be_emptied = off")
    with pytest.raises(ProgrammingError, match="is a book"), transaction.atomic():
        execute("TRUNCATE accounts_auditevent")


def test_work_within_work_for_the_whole_city_asks_for_nothing_new(
    city, as_app, django_assert_num_queries
):
    with as_app(), scope.system("all"):
        # A savepoint, the count, its release.
        with django_assert_num_queries(3), scope.system("a part"):
            assert (Learner.objects.count(), scope.in_force().system) == (3, "a part")
        assert Learner.objects.count() == 3
        with scope.learners([city["learners"][0].pk]):
            assert Learner.objects.count() == 1
        assert Learner.objects.count() == 3
    with as_app():
        assert Learner.objects.count() == 0
