"""Rights to watch: how many, how they are renewed, and how they end at once."""

import time
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from psycopg.types.range import Range

from accounts.models import AuditEvent, User
from livestream import services
from livestream.domain.access import Refusal
from livestream.models import Generation, Recording, RoomViewing, WatchGrant
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.campus import CampusFactory
from tests.factories.livestream import RecordingFactory, seat_in
from tests.factories.times import TODAY
from tests.livestream.watching import fetch, page_of, right_to, seconds_later, watch

pytestmark = pytest.mark.usefixtures("today")


@pytest.mark.parametrize(("minutes", "opens"), [(3 * 60, True), (60, False)])
def test_a_right_renewed_in_time_runs_out_by_itself_and_one_renewed_early_ends(
    replay, minutes, opens
):
    """Else renewing again and again would open more screens than one may have."""
    learner = seat_in(replay.lesson.section)
    first = right_to(replay, learner.user)
    right_to(replay, learner.user, minutes, renews=first.grant.audience)

    at = TODAY + timedelta(minutes=minutes)
    assert WatchGrant.objects.in_use(at).count() == 1
    assert not WatchGrant.objects.in_use(at).filter(audience=first.grant.audience).exists()
    assert WatchGrant.objects.live(at).filter(audience=first.grant.audience).exists() is opens


def test_taking_back_ends_also_the_right_that_was_left_to_run_out(replay):
    learner = seat_in(replay.lesson.section)
    first = right_to(replay, learner.user)
    right_to(replay, learner.user, 3 * 60, renews=first.grant.audience)
    at = TODAY + timedelta(hours=3)
    services.take_back(recording=replay, actor=replay.uploaded_by, at=at)
    assert not WatchGrant.objects.live(at).exists()


def test_a_film_that_is_for_the_class_again_ends_the_rights_of_everybody_else(replay, monkeypatch):
    services.publish(recording=replay, to_everybody=True, actor=replay.uploaded_by, at=TODAY)
    learner = seat_in(replay.lesson.section)
    visitor = services.grant(recording=replay, user=None, at=TODAY, signed_at=time.time())
    assert fetch(visitor.path())[0] == 200

    services.publish(recording=replay, actor=replay.uploaded_by, at=TODAY)
    seconds_later(monkeypatch)
    assert fetch(visitor.path())[0] == 410
    with pytest.raises(services.WatchRefused):
        right_to(replay, None)
    right_to(replay, learner.user)
    assert services.end_rights(at=TODAY) == 0


@pytest.mark.parametrize("lost", ["post", "account", "none"])
def test_a_right_ends_with_the_post_or_the_account(replay, lost):
    """One who left must not watch on; the teacher of the lesson and a colleague may."""
    registrars = StaffFactory.create_batch(2, role="registrar", unit=replay.unit)
    for user in (*registrars, replay.uploaded_by):
        right_to(replay, user)
    if lost == "post":
        registrars[0].posts.update(ended_on=TODAY.date())
    elif lost == "account":
        User.objects.filter(pk=registrars[0].pk).update(is_active=False)

    assert services.end_rights(at=TODAY) == (lost != "none")
    left = set(WatchGrant.objects.live(TODAY).values_list("user", flat=True))
    kept = {user.pk for user in (*registrars, replay.uploaded_by)}
    assert left == kept - ({registrars[0].pk} if lost != "none" else set())


def test_a_visitors_right_that_was_given_while_a_film_was_narrowed_ends_in_the_next_round(replay):
    Recording.objects.filter(pk=replay.pk).update(is_public=True)
    replay.refresh_from_db()
    right_to(replay, None)
    right_to(replay, UserFactory())
    assert services.end_rights(at=TODAY) == 0
    Recording.objects.filter(pk=replay.pk).update(is_public=False)
    assert services.end_rights(at=TODAY) == 2


def test_a_player_is_told_how_soon_to_renew_and_not_all_the_same(replay):
    learner = seat_in(replay.lesson.section)
    waits = {right_to(replay, learner.user, minutes).renew_in for minutes in range(20)}
    assert min(waits) >= 0.72 * 4 * 3600 - 1
    assert max(waits) <= 0.8 * (4 * 3600 + 600) + 1
    assert len(waits) > 5


def ask_for_right(browser, recording, audience):
    answer = browser.post(f"{page_of(recording)}grant/", {"renews": audience})
    return answer.status_code, answer.json()


def test_the_fourth_screen_ends_the_first_which_is_told_why_and_takes_nobodys_place(
    replay, come_in
):
    learner = seat_in(replay.lesson.section)
    browser = come_in(learner.user)
    rights = [right_to(replay, learner.user, minutes).grant.audience for minutes in range(4)]

    status, said = ask_for_right(browser, replay, rights[0])
    assert (status, said["reason"]) == (403, "other_screens")
    assert said["heading"] == "You are watching on three other screens"
    in_use = WatchGrant.objects.in_use(TODAY).oldest_first()
    assert list(in_use.values_list("audience", flat=True)) == rights[1:]

    status, said = ask_for_right(browser, replay, rights[1])
    assert (status, len(said["audience"])) == (200, 16)
    assert said["beacon"].startswith("/beacons/")
    assert 0 < said["renew_in"] < 4 * 3600 + 600
    assert watch(browser, replay)[0] == 200  # "Play here" is the page again


def test_screens_of_two_learners_do_not_count_together(replay):
    learners = [seat_in(replay.lesson.section) for _ in range(2)]
    for minutes in range(3):
        for learner in learners:
            right_to(replay, learner.user, minutes)
    assert WatchGrant.objects.in_use(TODAY).count() == 6


def test_four_pages_opened_in_one_second_leave_three_rights(replay):
    learner = seat_in(replay.lesson.section)
    for _ in range(6):
        right_to(replay, learner.user)
    assert WatchGrant.objects.in_use(TODAY).count() == 3


def viewing_of(recording, facilitator, **more):
    return RoomViewing.objects.create(
        campus=CampusFactory(),
        during=Range(TODAY - timedelta(hours=1), TODAY + timedelta(hours=1)),
        lesson=recording.lesson,
        facilitator=facilitator,
        **{"status": "running", "began_at": TODAY, **more},
    )


def test_a_room_watches_by_one_right_and_a_second_screen_ends_the_first(replay):
    facilitator = UserFactory()
    viewing = viewing_of(replay, facilitator)
    first, second = (right_to(replay, facilitator, n, viewing=viewing) for n in range(2))

    assert (first.learner_id, first.watcher) == (None, second.watcher)
    in_use = WatchGrant.objects.in_use(TODAY + timedelta(minutes=1))
    assert list(in_use.values_list("audience", "viewing")) == [(second.grant.audience, viewing.pk)]


def test_a_room_is_shown_what_its_afternoon_shows_by_who_looks_after_it(replay):
    facilitator = UserFactory()
    viewing = viewing_of(replay, facilitator)
    planned = viewing_of(replay, facilitator, status="planned", began_at=None)
    other = viewing_of(RecordingFactory(published=True), facilitator)
    for who, where in ((UserFactory(), viewing), (facilitator, planned), (facilitator, other)):
        with pytest.raises(services.WatchRefused) as refused:
            right_to(replay, who, viewing=where)
        assert refused.value.reason is Refusal.NOT_IN_CLASS
    assert right_to(replay, facilitator, viewing=viewing).path().startswith("/v/d")


@pytest.mark.parametrize("which", ["learner_id", "recording", "audience"])
def test_rights_are_revoked_at_once_of_a_learner_a_film_or_one_path(replay, monkeypatch, which):
    learner = seat_in(replay.lesson.section)
    signed_at = time.time()
    right = services.grant(recording=replay, user=learner.user, at=TODAY, signed_at=signed_at)
    other = services.grant(
        recording=RecordingFactory(published=True, is_public=True),
        user=None,
        at=TODAY,
        signed_at=signed_at,
    )
    assert fetch(right.path())[0] == 200
    told = {"learner_id": learner.pk, "recording": replay, "audience": right.grant.audience}

    assert services.revoke(at=TODAY, **{which: told[which]}) == 1
    seconds_later(monkeypatch)
    assert fetch(right.path())[0] == 410
    assert WatchGrant.objects.live(TODAY).get().audience == other.grant.audience
    assert AuditEvent.objects.filter(action="rights to watch ended").count() == 1


def test_keys_given_up_end_every_path_at_once_and_players_get_new_ones(
    replay, come_in, monkeypatch
):
    browser = come_in(seat_in(replay.lesson.section).user)
    _status, master = watch(browser, replay)
    assert fetch(master)[0] == 200
    call_command("drop_watch_key", stdout=StringIO())
    seconds_later(monkeypatch)
    assert fetch(master)[0] == 410
    assert fetch(watch(browser, replay)[1])[0] == 200


def test_lists_of_a_film_that_still_grows_are_asked_for_again_at_once(replay):
    learner = seat_in(replay.lesson.section)
    Generation.objects.create(
        recording=replay, number=1, kind="ladder", state="whole", began_at=TODAY, whole_at=TODAY
    )
    assert not right_to(replay, learner.user).grant.grows
    Generation.objects.update(state=Generation.State.GROWING, whole_at=None)
    assert right_to(replay, learner.user).grant.grows
