"""A public beacon: read by machine, checked, survived when it is away."""

import json
from datetime import timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from django.db import IntegrityError, transaction

from accounts import clock, outbox
from accounts.models import OutboxMessage
from enrolment import services, tasks
from enrolment.domain.entropy import SourceProblem, SourceRefused
from enrolment.models import EntropySource
from tests.factories.applications import apply, classes_of
from tests.factories.draws import BEFORE_FORMS, DRAWN_AT, finish_list, registrar, term_to_draw

pytestmark = pytest.mark.django_db
SIGNATURE = "9c1e" * 24
RANDOMNESS = sha256(bytes.fromhex(SIGNATURE)).hexdigest()


@pytest.fixture
def beacon():
    """A beacon on this machine; what it says can be changed."""
    said = {"status": 200, "told": answer()}

    class Said(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(said["status"])
            self.send_header("Location", "/elsewhere/7")
            self.end_headers()
            self.wfile.write(json.dumps(said["told"]).encode())

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Said)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    said["address"] = f"http://127.0.0.1:{server.server_port}/public/7"
    yield said
    server.shutdown()
    server.server_close()
    thread.join()


def answer(**changed):
    return {"round": 7, "randomness": RANDOMNESS, "signature": SIGNATURE} | changed


@pytest.fixture
def source(beacon):
    """The beacon, named beforehand, of a term whose list is final."""
    term = term_to_draw()
    phase, term.phase = term.phase, "published"
    term.save()
    plans = [
        services.SourcePlan(kind="dice", name="dice", what="-", fallback="-", due_at=DRAWN_AT),
        services.SourcePlan(
            kind="beacon", name="drand", what="-", fallback="lottery of the day",
            due_at=DRAWN_AT, address=beacon["address"],
        ),
    ]  # fmt: skip
    services.name_sources(term=term, plans=plans, actor=registrar(), at=BEFORE_FORMS)
    term.phase = phase
    term.save()
    apply(classes_of(term, 1))
    finish_list(term)
    return EntropySource.objects.get(name="drand")


def fetch(source):
    return services.fetch_source(source=source, actor=None, at=DRAWN_AT, readers=services.READERS)


def test_beacon_is_read_with_its_proof(source, beacon):
    found = fetch(source)
    assert (found.value, found.is_fallback) == (RANDOMNESS, False)
    assert beacon["address"] in found.proof
    assert SIGNATURE in found.proof


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ({"round": 8}, SourceProblem.OTHER_ROUND),
        ({"randomness": "0" * 64}, SourceProblem.NOT_ITS_DIGEST),
        ({"randomness": "short"}, SourceProblem.NOT_HEX),
        ({"signature": "no hex"}, SourceProblem.NOT_ITS_DIGEST),
    ],
)
def test_answer_that_contradicts_itself_does_not_count(source, beacon, told, problem):
    beacon["told"] = answer(**told)
    with pytest.raises(SourceRefused) as said:
        fetch(source)
    source.refresh_from_db()
    assert (said.value.problem, source.value) == (problem, "")


@pytest.mark.parametrize("status", [302, 404, 500])
def test_beacon_that_is_away_is_survived(source, beacon, status):
    beacon["status"] = status
    with pytest.raises(services.SourceAway):
        fetch(source)
    late = services.stand_in(
        source=source, typed="03 11 17 22 25 32 08", proof="报纸",
        signed_by=registrar(), countersigned_by=registrar(), at=DRAWN_AT,
    )  # fmt: skip
    assert (late.value, late.is_fallback) == ("03111722253208", True)


def test_nobody_alone_says_what_stands_in_for_a_source(source):
    one = registrar()
    said = {"source": source, "typed": "03 11 17", "proof": "报纸", "at": DRAWN_AT}
    with pytest.raises(SourceRefused) as refused:
        services.stand_in(**said, signed_by=one, countersigned_by=one)
    source.refresh_from_db()
    assert (refused.value.problem, source.value) == (SourceProblem.SIGNED_BY_ONE, "")
    source.value, source.is_fallback, source.read_at, source.read_by = (
        "031117",
        True,
        DRAWN_AT,
        one,
    )
    for second in (None, one):
        source.countersigned_by = second
        with pytest.raises(IntegrityError, match="signed_by_two"), transaction.atomic():
            source.save()


def test_errand_asks_again_until_the_beacon_answers(source, beacon):
    clock.set_to(DRAWN_AT)
    services.ask_source(source=source, actor=registrar(), at=DRAWN_AT)
    row = OutboxMessage.objects.get(kind=services.READ_BEACON)
    beacon["status"] = 500
    tasks.read_beacon(row.object_id, outbox_id=row.pk)
    assert not outbox.is_done(row.pk)
    beacon["status"] = 200
    tasks.read_beacon(row.object_id, outbox_id=row.pk)
    source.refresh_from_db()
    assert (outbox.is_done(row.pk), source.value) == (True, RANDOMNESS)


def test_what_was_typed_first_stands(source, beacon):
    services.read_source(
        source=source, typed=RANDOMNESS, proof="on film", actor=registrar(), at=DRAWN_AT
    )
    assert fetch(source).proof == "on film"


def read_dice(term, at):
    source = EntropySource.objects.get(term=term, name="dice")
    with pytest.raises(SourceRefused) as said:
        services.read_source(
            source=source, typed="1" * 24, proof="on film", actor=registrar(), at=at
        )
    return said.value.problem


def test_nothing_is_read_before_the_list_is_final_nor_before_its_hour():
    term = term_to_draw()
    apply(classes_of(term, 1))
    assert read_dice(term, DRAWN_AT) == SourceProblem.NOT_FINAL
    finish_list(term)
    assert read_dice(term, DRAWN_AT - timedelta(minutes=1)) == SourceProblem.NOT_DUE_YET
