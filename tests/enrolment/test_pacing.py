"""The pacer: the order made at the hour, people let in at a rate, and what everybody can read."""

import gzip
import json
import re
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from datetime import UTC, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import IntegrityError, transaction

from accounts import clock, scope
from config.embedded import processes
from config.embedded.places import ROOT, python
from config.embedded.processes import Program
from config.embedded.services import throwaway_postgres
from courses.models import Department
from enrolment import services
from enrolment.delivery.wsgi import with_queue
from enrolment.domain import queueing
from enrolment.domain.queueing import Limits, Measured
from enrolment.models import Lane, Opening, QueuePlace, queue_order
from enrolment.services import published
from tests.enrolment.rush import all_at_once, on_own_connection
from tests.enrolment.test_crash import COPY, copy_to, working_in
from tests.factories.enrolment import TermFactory
from tests.factories.openings import SEED, OpeningFactory, QueuePlaceFactory
from tests.factories.times import TODAY
from tests.journeys.bad_day_stack import until

SECOND = timedelta(seconds=1)
DRAW = TODAY + queueing.PRESSES_ARRIVE
QUICK = Measured(40, 100.0, 0)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shelf(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "queue": {
            "BACKEND": "config.storage.WholeFilesStorage",
            "OPTIONS": {"location": tmp_path / "queue"},
        },
    }
    return tmp_path / "queue"


def pacer(**limits):
    return services.Pacer(Limits(**{"most": 10.0, **limits}))


def in_order(opening, lane=Lane.PEOPLE):
    places = opening.places.in_lane(lane).with_position().order_by("position")
    return list(places.values_list("number", flat=True))


def run(pacer, seconds, *, since=DRAW, measured=QUICK):
    """A tick a second; return the last moment."""
    at = since
    for second in range(seconds):
        at = since + second * SECOND
        pacer.tick(measured=measured, at=at)
    return at


def read(shelf, opening, name):
    return json.loads((shelf / str(opening.pk) / name).read_text())


# The order


def test_the_order_is_that_of_the_rule_book_each_lane_by_itself():
    opening = OpeningFactory()
    places = QueuePlaceFactory.create_batch(40, opening=opening)
    by_phone = QueuePlaceFactory.create_batch(7, opening=opening, lane=Lane.OFFICE)

    assert services.draw_order(opening=opening, at=DRAW)

    assert in_order(opening) == queueing.in_drawn_order([p.number for p in places], SEED)
    assert in_order(opening, Lane.OFFICE) == queueing.in_drawn_order(
        [p.number for p in by_phone], SEED
    )
    opening.refresh_from_db()
    assert (opening.seed, opening.shuffled_at, opening.people_in) == (SEED, DRAW, 47)


def test_the_order_is_made_once():
    opening = OpeningFactory()
    QueuePlaceFactory.create_batch(10, opening=opening)
    services.draw_order(opening=opening, at=DRAW)
    before = in_order(opening)

    assert not services.draw_order(opening=opening, at=DRAW + SECOND)

    assert in_order(opening) == before
    assert Opening.objects.get().shuffled_at == DRAW


def test_who_comes_at_the_hour_or_later_stands_behind_first_come_first():
    opening = OpeningFactory()
    in_time = QueuePlaceFactory.create_batch(5, opening=opening)
    late = QueuePlaceFactory.create_batch(3, opening=opening, joined_at=TODAY)
    services.draw_order(opening=opening, at=DRAW)
    assert set(in_order(opening)) == {place.number for place in in_time}

    numbered = services.number_latecomers(opening=opening)
    later = QueuePlaceFactory(opening=opening, joined_at=TODAY + SECOND)
    by_phone = QueuePlaceFactory(opening=opening, joined_at=TODAY + SECOND, lane=Lane.OFFICE)
    services.number_latecomers(opening=opening)

    assert sorted(numbered) == sorted(place.number for place in late)
    assert in_order(opening)[5:] == [place.number for place in [*late, later]]
    assert in_order(opening, Lane.OFFICE) == [by_phone.number]
    assert services.number_latecomers(opening=opening) == []


def test_nobody_is_numbered_before_the_order_is_made():
    opening = OpeningFactory()
    QueuePlaceFactory.create_batch(2, opening=opening)
    assert services.number_latecomers(opening=opening) == []
    assert in_order(opening) == []


def test_a_position_once_told_cannot_be_changed_by_anybody():
    opening = OpeningFactory()
    QueuePlaceFactory.create_batch(9, opening=opening)  # few come out alike under another seed
    services.draw_order(opening=opening, at=DRAW)
    with pytest.raises(IntegrityError), transaction.atomic():
        QueuePlace.objects.update(position=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        queue_order.draw(opening, "77" * 32)


def test_the_pacer_works_as_the_role_of_the_web_with_the_systems_scope(as_app):
    opening = OpeningFactory()
    QueuePlaceFactory.create_batch(30, opening=opening)
    with as_app(), scope.as_system("pace_openings"):
        run(pacer(), 3)
    opening.refresh_from_db()
    assert len(in_order(opening)) == 30
    assert opening.serving > 0


# The pace


def test_people_come_in_at_the_rate_and_no_further_than_there_are_any():
    opening = OpeningFactory()
    QueuePlaceFactory.create_batch(30, opening=opening)
    it = pacer(start_share=0.5)
    served = []
    for second in range(9):
        it.tick(measured=Measured(40, 300.0, 0), at=DRAW + second * SECOND)
        served.append(Opening.objects.get().serving)
    assert served == [0, 5, 10, 15, 20, 25, 30, 30, 30]


def test_nobody_comes_in_before_all_could_look_where_they_stand(monkeypatch):
    monkeypatch.setattr(queueing, "first_looks", lambda _people: timedelta(seconds=4))
    QueuePlaceFactory.create_batch(30, opening=OpeningFactory())
    it = pacer(start_share=0.5)
    served = []
    for second in range(7):
        it.tick(measured=None, at=DRAW + second * SECOND)
        served.append(Opening.objects.get().serving)
    assert served == [0, 0, 0, 0, 5, 10, 15]


def test_a_newcomer_after_an_empty_room_waits_for_a_turn_like_everybody():
    opening = OpeningFactory()
    QueuePlaceFactory.create_batch(3, opening=opening)
    it = pacer(start_share=0.5)
    at = run(it, 60)
    QueuePlaceFactory.create_batch(40, opening=opening, joined_at=at)
    it.tick(measured=QUICK, at=at + SECOND)
    assert Opening.objects.get().serving == 3 + 5


def test_every_fifth_is_from_the_office_while_both_wait():
    opening = OpeningFactory()
    QueuePlaceFactory.create_batch(60, opening=opening)
    QueuePlaceFactory.create_batch(30, opening=opening, lane=Lane.OFFICE)
    run(pacer(start_share=1.0), 6)
    opening.refresh_from_db()
    assert (opening.serving, opening.serving_office) == (40, 10)


def test_a_tick_that_comes_late_lets_in_two_seconds_worth():
    opening = OpeningFactory()
    QueuePlaceFactory.create_batch(90, opening=opening)
    it = pacer(start_share=1.0)
    at = run(it, 1)
    it.tick(measured=QUICK, at=at + 1.7 * SECOND)
    assert Opening.objects.get().serving == 17
    it.tick(measured=QUICK, at=at + timedelta(minutes=5))
    assert Opening.objects.get().serving == 17 + 21


def test_two_pacers_side_by_side_let_in_no_more_than_one():
    opening = OpeningFactory()
    QueuePlaceFactory.create_batch(60, opening=opening)
    one, other = pacer(start_share=1.0), pacer(start_share=1.0)
    for half in range(9):
        for it in (one, other):
            it.tick(measured=QUICK, at=DRAW + half * SECOND / 2)
    opening.refresh_from_db()
    assert opening.serving == 35  # of four seconds; in the first half second all still look


def test_held_back_by_hand_nobody_comes_in_and_then_nobody_rushes_in():
    opening = OpeningFactory()
    QueuePlaceFactory.create_batch(60, opening=opening)
    it = pacer(start_share=1.0)
    Opening.objects.update(held_back=True)
    at = run(it, 20)
    assert Opening.objects.get().serving == 0
    Opening.objects.update(held_back=False)
    run(it, 2, since=at + SECOND)
    assert Opening.objects.get().serving == 20


def test_a_limit_by_hand_is_kept():
    opening = OpeningFactory(most_per_second=3)
    QueuePlaceFactory.create_batch(60, opening=opening)
    run(pacer(start_share=1.0), 5)
    opening.refresh_from_db()
    assert (opening.serving, opening.rate) == (12, 3)


def test_two_openings_share_what_the_machine_can_do_while_people_wait_at_both():
    term = TermFactory()
    one, other = (
        OpeningFactory(term=term, department=Department.objects.create(name=name))
        for name in ("体育", "书画")
    )
    QueuePlaceFactory.create_batch(60, opening=one)
    QueuePlaceFactory.create_batch(8, opening=other)
    served = []
    it = pacer(start_share=1.0)
    for second in range(5):
        it.tick(measured=None, at=DRAW + second * SECOND)
        served.append(tuple(Opening.objects.order_by("pk").values_list("serving", flat=True)))
    assert served == [(0, 0), (5, 5), (10, 8), (20, 8), (30, 8)]


def test_slow_claims_and_faults_slow_it_down_and_the_registrar_can_read_why():
    opening = OpeningFactory()
    QueuePlaceFactory.create_batch(60, opening=opening)
    it = pacer(start_share=1.0)
    run(it, 7, measured=Measured(40, 700.0, 0, door_ms=30.0))
    opening.refresh_from_db()
    assert (opening.rate, opening.p99_ms) == (pytest.approx(7.0), 730)


def test_with_nothing_measured_the_rate_stays():
    opening = OpeningFactory()
    QueuePlaceFactory.create_batch(90, opening=opening)
    run(pacer(start_share=0.5), 15, measured=None)
    opening.refresh_from_db()
    assert (opening.rate, opening.p99_ms, opening.serving) == (5.0, None, 70)


def test_a_new_pacer_goes_on_at_the_pace_of_the_last_one():
    opening = OpeningFactory()
    QueuePlaceFactory.create_batch(90, opening=opening)
    at = run(pacer(start_share=1.0), 7, measured=Measured(40, 900.0, 0))
    run(pacer(start_share=1.0), 1, since=at + SECOND, measured=None)
    assert Opening.objects.get().rate == pytest.approx(7.0)
    run(pacer(start_share=1.0), 1, since=at + timedelta(days=1), measured=None)
    assert Opening.objects.get().rate == 10.0


def test_the_clock_put_forward_and_back_lets_nobody_rush_in_and_holds_nobody_up():
    opening = OpeningFactory(closes_at=None)
    QueuePlaceFactory.create_batch(90, opening=opening)
    it = pacer(start_share=1.0)
    at = run(it, 2)
    it.tick(measured=None, at=at + timedelta(days=3))
    assert Opening.objects.get().serving <= 10 + 21
    before = Opening.objects.get().serving
    run(it, 3, since=at, measured=None)
    assert Opening.objects.get().serving == before + 20


# The end


def test_a_room_that_stood_empty_for_half_an_hour_is_closed():
    opening = OpeningFactory()
    QueuePlaceFactory.create_batch(3, opening=opening)
    it = pacer()
    at = run(it, 5)
    it.tick(measured=None, at=at + timedelta(minutes=20))
    assert Opening.objects.get().ended_at is None
    QueuePlaceFactory(opening=opening, joined_at=at + timedelta(minutes=20))
    later = at + timedelta(minutes=45)
    it.tick(measured=None, at=later)
    it.tick(measured=None, at=later + SECOND)
    assert Opening.objects.get().ended_at is None
    it.tick(measured=None, at=at + timedelta(minutes=51))
    opening.refresh_from_db()
    assert opening.ended_at == at + timedelta(minutes=51)


def test_a_room_is_closed_when_its_time_is_up_whoever_still_waits(shelf):
    opening = OpeningFactory(closes_at=DRAW + 10 * SECOND)
    QueuePlaceFactory.create_batch(900, opening=opening)
    run(pacer(), 11)
    opening.refresh_from_db()
    assert opening.ended_at == DRAW + 10 * SECOND
    assert read(shelf, opening, "state.json")["ended"] is True


def test_ending_by_hand_is_told_to_pages_that_wait(shelf):
    opening = OpeningFactory()
    QueuePlaceFactory.create_batch(90, opening=opening)
    it = pacer()
    at = run(it, 3)
    assert services.end_room(opening=opening, at=at)
    assert not services.end_room(opening=opening, at=at + SECOND)
    it.tick(measured=None, at=at + SECOND)
    assert read(shelf, opening, "state.json")["ended"] is True
    before = Opening.objects.get().serving
    it.tick(measured=None, at=at + 2 * SECOND)
    assert Opening.objects.get().serving == before


# What everybody can read


def test_before_the_hour_the_digest_is_shown_and_the_seed_is_not(shelf):
    opening = OpeningFactory()
    place = QueuePlaceFactory(opening=opening)
    pacer().tick(measured=None, at=TODAY - timedelta(minutes=10))
    said = read(shelf, opening, "state.json")
    assert (said["drawn"], said["digest"], said["seed"]) == (False, queueing.digest_of(SEED), "")
    assert SEED not in (shelf / str(opening.pk) / "state.json").read_text()
    assert not (shelf / str(opening.pk) / "order.txt").exists()
    assert place.number not in (shelf / str(opening.pk) / "state.json").read_text()


def test_long_before_its_doors_open_nothing_is_published(shelf):
    opening = OpeningFactory()
    pacer().tick(measured=None, at=TODAY - timedelta(minutes=16))
    assert not (shelf / str(opening.pk)).exists()


def test_everybody_finds_their_position_and_can_work_the_order_out_again(shelf):
    opening = OpeningFactory()
    QueuePlaceFactory.create_batch(60, opening=opening)
    QueuePlaceFactory.create_batch(5, opening=opening, lane=Lane.OFFICE)
    run(pacer(start_share=1.0), 2)

    lines = (shelf / str(opening.pk) / "order.txt").read_text().splitlines()
    seed = read(shelf, opening, "state.json")["seed"]
    numbers = [line.split()[0] for line in lines]
    assert numbers == queueing.in_drawn_order(numbers, seed)
    assert queueing.digest_of(seed) == opening.seed_digest
    for place in opening.places.all():
        shard = read(shelf, opening, f"places/{place.number[:2]}.json")
        assert shard[place.number] == [place.lane, place.position]
        lane = [line.split()[0] for line in lines if line.endswith(place.lane)]
        assert lane[place.position - 1] == place.number


def test_the_lines_of_the_runbook_work_the_order_out_again(shelf):
    opening = OpeningFactory()
    QueuePlaceFactory.create_batch(60, opening=opening)
    run(pacer(), 1)
    runbook = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
    (lines,) = re.findall(r"python3 -c '(import hashlib.*?)'\n```", runbook, re.DOTALL)
    files = f"file://{shelf}/{opening.pk}/"
    worked_out = subprocess.run(
        [sys.executable, "-c", lines.replace("https://SITE/queue/OPENING/", files)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert worked_out.stdout.split() == [opening.seed_digest, "True"]


def test_the_state_says_how_far_it_has_got_and_when_to_ask_again(shelf):
    opening = OpeningFactory()
    QueuePlaceFactory.create_batch(60, opening=opening)
    QueuePlaceFactory.create_batch(10, opening=opening, lane=Lane.OFFICE)
    at = run(pacer(start_share=1.0), 3)
    assert read(shelf, opening, "state.json") == {
        "opening": opening.pk,
        "opens": TODAY.astimezone(UTC).isoformat(),
        "drawn": True,
        "digest": opening.seed_digest,
        "seed": SEED,
        "people_in": 70,
        "serving": 16,
        "serving_office": 4,
        "per_minute": 480,
        "per_minute_office": 120,
        "held_back": False,
        "ended": False,
        "as_of": at.isoformat(),
        "poll": {"near": 500, "soon": 5, "later": 60, "first": 4, "spread": 1},
    }


def test_latecomers_are_added_to_their_file_and_other_files_are_left_alone(shelf):
    opening = OpeningFactory()
    first = QueuePlaceFactory(opening=opening, number="AA000001")
    other = QueuePlaceFactory(opening=opening, number="BB000001")
    it = pacer()
    at = run(it, 2)
    untouched = (shelf / str(opening.pk) / "places/BB.json").stat().st_ino
    late = QueuePlaceFactory(opening=opening, number="AA000002", joined_at=at)
    it.tick(measured=None, at=at + SECOND)
    assert set(read(shelf, opening, "places/AA.json")) == {first.number, late.number}
    assert set(read(shelf, opening, "places/BB.json")) == {other.number}
    assert (shelf / str(opening.pk) / "places/BB.json").stat().st_ino == untouched


def test_files_that_could_not_be_written_are_made_good(shelf, monkeypatch):
    opening = OpeningFactory()
    place = QueuePlaceFactory(opening=opening)
    it = pacer()
    with monkeypatch.context() as broken:
        broken.setattr(published, "publish_places", _disk_full)
        with pytest.raises(OSError, match="no room"):
            it.tick(measured=None, at=DRAW)
        it.forget()
    it.tick(measured=None, at=DRAW + SECOND)
    assert read(shelf, opening, f"places/{place.number[:2]}.json") == {place.number: ["people", 1]}


def _disk_full(*_arguments, **_names):
    raise OSError("no room")


def test_a_file_changes_all_at_once_and_leaves_nothing_behind(shelf):
    storage = storages["queue"]
    storage.save("1/state.json", published.ContentFile(b"old"))
    with storage.open("1/state.json", "rb") as reader:
        storage.save("1/state.json", published.ContentFile(b"new"))
        assert reader.read() == b"old"
    assert (shelf / "1/state.json").read_bytes() == b"new"
    assert [path.name for path in (shelf / "1").iterdir()] == ["state.json"]


# The way to the files


def ask(path, method="GET", **headers):
    said = {}

    def start_response(status, response_headers):
        said.update(status=int(status.split()[0]), headers=dict(response_headers))

    environ = {"PATH_INFO": path, "REQUEST_METHOD": method}
    environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    body = with_queue(lambda _environ, start: start("200 OK", []) or [b"django"])(
        environ, start_response
    )
    return said["status"], said["headers"], b"".join(body)


@pytest.fixture
def files(shelf):
    storage = storages["queue"]
    storage.save("3/state.json", published.ContentFile(b'{"serving":7}'))
    storage.save("3/order.txt", published.ContentFile(b"K7QM2XPA people\n" * 500))
    storage.save("3/places/K7.json", published.ContentFile(b'{"K7QM2XPA":["people",8]}'))
    (shelf.parent / "secret.txt").write_text("secret")


def test_everything_else_goes_to_django():
    assert ask("/openings/3/") == (200, {}, b"django")


def test_a_file_is_handed_out_for_two_seconds(files):
    status, headers, body = ask("/queue/3/state.json", accept_encoding="gzip")
    assert (status, body) == (200, b'{"serving":7}')
    assert headers == {
        "Content-Type": "application/json",
        "ETag": headers["ETag"],
        "Cache-Control": "public, max-age=2",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Content-Length": "13",
    }
    assert ask("/queue/3/places/K7.json")[2] == b'{"K7QM2XPA":["people",8]}'


def test_a_long_file_is_compressed_for_those_who_can_read_that(files):
    status, headers, body = ask("/queue/3/order.txt", accept_encoding="gzip, br")
    assert (status, headers["Content-Encoding"]) == (200, "gzip")
    assert gzip.decompress(body) == b"K7QM2XPA people\n" * 500
    assert len(ask("/queue/3/order.txt")[2]) == 8000


def test_a_file_that_is_known_is_not_sent_again(files):
    etag = ask("/queue/3/state.json")[1]["ETag"]
    assert ask("/queue/3/state.json", if_none_match=etag)[::2] == (304, b"")
    assert ask("/queue/3/state.json", if_none_match='W/"other"')[0] == 200


def test_head_and_other_methods(files):
    assert ask("/queue/3/state.json", method="HEAD")[::2] == (200, b"")
    assert ask("/queue/3/state.json", method="POST")[0] == 405


@pytest.mark.parametrize(
    "path",
    [
        "/queue/4/state.json",
        "/queue/3/places/ZZ.json",
        "/queue/",
        "/queue/3/",
        "/queue/3/places/",
        "/queue/../secret.txt",
        "/queue/3/../../secret.txt",
        "/queue/3/places/../state.json",
        "/queue/3/state.json/",
        "/queue/3/state.jsonx",
    ],
)
def test_nothing_else_is_found_below_it(files, path):
    status, _headers, body = ask(path)
    assert (status, body) == (404, b"")


# The process


def test_the_command_makes_one_round_with_the_rights_of_the_web(as_app, shelf):
    opening = OpeningFactory()
    QueuePlaceFactory.create_batch(3, opening=opening)
    clock.set_to(DRAW)
    with as_app():
        call_command("pace_openings", "--once")
    assert len(in_order(opening)) == 3
    assert read(shelf, opening, "state.json")["drawn"] is True


@pytest.mark.threads
@pytest.mark.django_db(transaction=True)
def test_two_who_make_the_order_in_the_same_moment_make_one_order():
    opening = OpeningFactory()
    QueuePlaceFactory.create_batch(60, opening=opening)
    draw = on_own_connection(lambda: services.draw_order(opening=opening, at=DRAW))
    assert sorted(all_at_once([draw] * 4)) == [False, False, False, True]
    assert in_order(opening) == queueing.in_drawn_order(in_order(opening), SEED)


@pytest.mark.threads
@pytest.mark.django_db(transaction=True)
def test_two_who_number_latecomers_in_the_same_moment_leave_no_gap():
    opening = OpeningFactory()
    services.draw_order(opening=opening, at=DRAW)
    QueuePlaceFactory.create_batch(40, opening=opening, joined_at=TODAY)

    def number():
        return services.number_latecomers(opening=opening)

    answers = all_at_once([on_own_connection(number)] * 4)
    assert sorted(map(len, answers)) == [0, 0, 0, 40]
    positions = opening.places.order_by("position").values_list("position", flat=True)
    assert list(positions) == list(range(1, 41))


@contextmanager
def pacing_process(server, var):
    """The real program on a server that may be killed."""
    environment = {
        "DATABASE_URL": server.url("app", COPY),
        "DATABASE_OWNER_URL": server.url("owner", COPY),
        "DATABASE_ROLE": "app",
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "SITE_URL": "http://127.0.0.1:9",  # where nobody answers: the pace is kept
        "VAR_DIR": str(var),
    }
    command = [python(), ROOT / "manage.py", "pace_openings"]
    log = var / "pace.log"
    process = processes.start(Program("pace", command, cwd=ROOT), log, env=environment)
    try:
        yield process
    finally:
        processes.kill(process)


@pytest.mark.threads
@pytest.mark.django_db(transaction=True)
def test_the_pacer_outlives_its_database_and_a_second_one_takes_over():
    """Real processes, a server that is killed, and nobody's position moves."""
    clock.set_to(DRAW)
    opening = OpeningFactory(most_per_second=2, closes_at=None)
    QueuePlaceFactory.create_batch(120, opening=opening)
    with ExitStack() as stack:
        server = stack.enter_context(throwaway_postgres())
        copy_to(server)
        var = Path(stack.enter_context(TemporaryDirectory(prefix="pacers-")))
        one = stack.enter_context(pacing_process(server, var))
        with working_in(server):
            until(lambda: Opening.objects.get().serving >= 4, "the first people")
            told = in_order(opening)
        other = stack.enter_context(pacing_process(server, var))
        server.kill9()
        server.start()
        with working_in(server):
            before = Opening.objects.get().serving
            until(lambda: Opening.objects.get().serving >= before + 4, "the next people")
            processes.kill(one)
            before = Opening.objects.get().serving
            until(lambda: Opening.objects.get().serving >= before + 4, "people after the switch")
            assert in_order(opening) == told
            assert told == queueing.in_drawn_order(told, SEED)
        assert other.poll() is None
        file = var / f"queue/{opening.pk}/state.json"  # written a moment after it has changed
        until(lambda: json.loads(file.read_text())["serving"] >= before, "what everybody can read")
