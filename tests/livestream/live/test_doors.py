"""Who may send a picture, who may come in, and what the servers are answered."""

import subprocess
from datetime import timedelta
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.urls import reverse
from psycopg.types.range import Range

from config.embedded import programs
from courses.models import Lesson
from livestream.domain.live import PublishRefused, Refusal
from livestream.models import Broadcast, Take
from livestream.services import live
from tests.factories.livestream import BroadcastFactory, LessonFactory, seat_in
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db

SOON = Range(TODAY + timedelta(minutes=20), TODAY + timedelta(minutes=110))
SHARED = "known to both"
TOMORROW = Range(TODAY + timedelta(days=1), TODAY + timedelta(days=1, minutes=90))


def with_key(during=SOON):
    lesson = LessonFactory(during=during)
    broadcast = live.open_broadcast(meeting=lesson, actor=lesson.section.teacher.user, at=TODAY)
    key = live.make_key(broadcast=broadcast, press=uuid4(), actor=broadcast.opened_by, at=TODAY)
    return broadcast, key


def admit(key, at=TODAY):
    return live.admit(key=key, publisher="test", at=at)


def refusal(key, at=TODAY):
    with pytest.raises(PublishRefused) as refused:
        admit(key, at)
    return refused.value.reason


def test_key_is_kept_as_a_hash_and_shown_once():
    broadcast, key = with_key()
    broadcast.refresh_from_db()
    assert len(key) == 32
    assert key not in broadcast.key_hash
    assert (
        live.make_key(
            broadcast=broadcast, press=broadcast.key_press, actor=broadcast.opened_by, at=TODAY
        )
        == ""
    )


def test_new_key_ends_the_old_one():
    broadcast, key = with_key()
    newer = live.make_key(broadcast=broadcast, press=uuid4(), actor=broadcast.opened_by, at=TODAY)
    assert refusal(key) is Refusal.UNKNOWN_KEY
    assert admit(newer).broadcast == broadcast


def test_lesson_is_planned_once():
    broadcast, _key = with_key()
    again = live.open_broadcast(meeting=broadcast.lesson, actor=broadcast.opened_by, at=TODAY)
    assert again == broadcast


def test_second_camera_is_refused_while_the_first_is_heard_of():
    _broadcast, key = with_key()
    take = admit(key)
    assert refusal(key) is Refusal.TAKEN
    assert live.hear(name=take.name, at=TODAY + timedelta(seconds=10))
    assert refusal(key, TODAY + timedelta(seconds=20)) is Refusal.TAKEN
    later = admit(key, TODAY + timedelta(seconds=40))  # the first was silent for too long
    assert (later.broadcast_id, later.number) == (take.broadcast_id, 2)


def test_camera_that_returns_within_two_minutes_goes_on_and_later_is_refused():
    broadcast, key = with_key()
    live.leave(name=admit(key).name, at=TODAY)
    assert live.end_overdue(at=TODAY + timedelta(seconds=119)) == 0
    take = admit(key, TODAY + timedelta(seconds=119))
    assert (take.broadcast_id, take.number) == (broadcast.pk, 2)
    live.leave(name=take.name, at=TODAY + timedelta(seconds=200))
    assert live.end_overdue(at=TODAY + timedelta(seconds=321)) == 1
    assert refusal(key, TODAY + timedelta(seconds=322)) is Refusal.OVER


def test_what_comes_before_the_classroom_opens_is_a_trial_that_ends_when_it_opens():
    broadcast, key = with_key(TOMORROW)
    take = admit(key)
    assert take.broadcast.trial_of == broadcast
    opens = TOMORROW.lower - timedelta(minutes=30)
    assert live.hear(name=take.name, at=opens - timedelta(seconds=1))
    assert not live.hear(name=take.name, at=opens)
    live.leave(name=take.name, at=opens)
    assert admit(key, opens).broadcast == broadcast


def test_lesson_that_is_called_off_or_long_over_takes_nothing_in():
    broadcast, key = with_key()
    assert refusal(key, SOON.upper + timedelta(hours=4)) is Refusal.TOO_LATE
    Lesson.objects.filter(pk=broadcast.lesson_id).update(status="lost")
    assert refusal(key) is Refusal.CALLED_OFF


def test_camera_is_sent_away_when_the_lesson_is_ended():
    broadcast, key = with_key()
    take = admit(key)
    live.end(broadcast=broadcast, actor=broadcast.opened_by, at=TODAY + timedelta(minutes=1))
    assert not live.hear(name=take.name, at=TODAY + timedelta(minutes=1))
    with pytest.raises(live.BroadcastRefused):
        live.end(broadcast=broadcast, actor=broadcast.opened_by, at=TODAY)


@pytest.fixture
def nginx(settings):
    settings.LIVE_INGEST = "nginx-rtmp"
    settings.LIVE_HOOK_SECRET = SHARED


def knock(client, hook="publish", *, secret=SHARED, headers=None, **said):
    url = f"{reverse(f'livestream:hook-{hook}')}?secret={secret}"
    return client.post(url, said, headers=headers or {})


def published(client, key, **more):
    return knock(client, call="publish", app="live", name=key, addr="1.2.3.4", **more)


def test_nginx_lets_a_camera_in_under_a_name_that_is_not_the_key(app_client, today, nginx):
    broadcast, key = with_key()
    answer = published(app_client, key)
    assert (answer.status_code, answer["Location"]) == (302, f"{broadcast.pk}-1")
    assert knock(app_client, "heard", app="live", name=f"{broadcast.pk}-1").status_code == 204
    told = {"app": "live", "name": key, "addr": "1.2.3.4"}
    assert knock(app_client, "heard", **told).status_code == 204
    assert knock(app_client, "heard", **told, clientid="another").status_code == 403
    assert knock(app_client, "done", **told).status_code == 204
    assert Take.objects.get().ended_at is not None


@pytest.mark.parametrize("secret", ["", "guessed"])
def test_hooks_stay_shut_without_the_secret(app_client, today, nginx, secret):
    _broadcast, key = with_key()
    answer = knock(app_client, secret=secret, call="publish", app="live", name=key)
    assert answer.status_code == 403


def test_hooks_stay_shut_through_a_proxy_from_afar_and_without_a_secret_of_ours(
    app_client, today, nginx, settings
):
    _broadcast, key = with_key()
    said = {"call": "publish", "app": "live", "name": key}
    assert knock(app_client, headers={"X-Forwarded-For": "9.9.9.9"}, **said).status_code == 403
    url = f"{reverse('livestream:hook-publish')}?secret=known+to+both"
    assert app_client.post(url, said, REMOTE_ADDR="10.0.0.7").status_code == 403
    settings.LIVE_HOOK_SECRET = ""
    assert knock(app_client, secret="", **said).status_code == 403
    assert not Take.objects.exists()


def test_wrong_key_and_another_word_are_refused(app_client, today, nginx):
    with_key()
    assert published(app_client, "b" * 32).status_code == 403
    assert knock(app_client, call="play", app="live", name="1-1").status_code == 403


def test_mediamtx_asks_in_json_and_the_key_opens_its_own_lesson_only(app_client, today, settings):
    settings.LIVE_INGEST, settings.LIVE_HOOK_SECRET = "mediamtx", SHARED
    broadcast, key = with_key()
    url = f"{reverse('livestream:hook-publish')}?secret=known+to+both"

    def ask(**said):
        return app_client.post(url, said, content_type="application/json").status_code

    camera = {"action": "publish", "query": f"key={key}", "ip": "1.2.3.4", "id": "c1"}
    assert ask(**camera, path=f"live/{broadcast.pk + 1}") == 403
    assert ask(**camera, path=f"live/{broadcast.pk}") == 200
    assert ask(action="read", ip="1.2.3.4", path=f"live/{broadcast.pk}") == 403
    assert ask(action="read", ip="127.0.0.1", path=f"live/{broadcast.pk}") == 200
    assert knock(app_client, "done", path=f"live/{broadcast.pk}").status_code == 204
    assert Take.objects.get().ended_at is not None


def test_learner_of_the_class_comes_in_and_nobody_else(app_client, today, sign_in):
    broadcast = BroadcastFactory(lesson=LessonFactory(during=SOON))
    learner, stranger = seat_in(broadcast.lesson.section), seat_in(LessonFactory().section)
    url = reverse("livestream:live-lesson", args=[broadcast.lesson_id])
    assert app_client.get(url).status_code == 403
    assert sign_in(app_client, stranger.user).get(url).status_code == 403
    page = sign_in(app_client, learner.user).get(url)
    assert reverse("livestream:enter-live", args=[broadcast.pk]) in page.content.decode()


def test_classroom_is_shut_before_its_time(app_client, today, sign_in):
    broadcast = BroadcastFactory(lesson=LessonFactory(during=TOMORROW))
    learner = seat_in(broadcast.lesson.section)
    url = reverse("livestream:live-lesson", args=[broadcast.lesson_id])
    page = sign_in(app_client, learner.user).get(url).content.decode()
    assert reverse("livestream:enter-live", args=[broadcast.pk]) not in page
    assert reverse("livestream:try-live") in page


def test_teacher_plans_makes_a_key_once_and_ends(app_client, today, sign_in):
    lesson = LessonFactory(during=SOON)
    teacher = sign_in(app_client, lesson.section.teacher.user)
    teacher.post(reverse("livestream:plan-live"), {"lesson": lesson.pk})
    broadcast = Broadcast.objects.get()
    url = reverse("livestream:teach-live", args=[broadcast.pk])
    press = str(uuid4())
    assert 'data-copied="key"' in teacher.post(url, {"press": press}).content.decode()
    assert 'data-copied="key"' not in teacher.post(url, {"press": press}).content.decode()
    teacher.post(reverse("livestream:end-live", args=[broadcast.pk]))
    broadcast.refresh_from_db()
    assert broadcast.status == Broadcast.Status.ENDED


MODULE = Path("/usr/lib/nginx/modules/ngx_rtmp_module.so")


def said_of(configuration, folder):
    """What nginx says of a configuration that it only reads."""
    path = folder / "live.conf"
    path.write_text(configuration.replace("modules/ngx_rtmp", f"{MODULE.parent}/ngx_rtmp"))
    words = [programs.nginx(), "-t", "-q", "-e", folder / "nginx.log", "-c", path]
    return subprocess.run(words, check=False, capture_output=True, text=True).stderr


@pytest.mark.skipif(not MODULE.exists(), reason="libnginx-mod-rtmp is not installed")
def test_nginx_understands_what_it_is_configured_with(nginx, settings, tmp_path):
    settings.LIVE_ROOT, settings.LIVE_HOOK_SECRET = tmp_path, "known-to-both"
    out = StringIO()
    call_command("live_configuration", stdout=out)
    assert said_of(out.getvalue(), tmp_path) == ""
    assert "invalid value" in said_of(out.getvalue().replace("16384M", "16G"), tmp_path)
