"""The full counts of watching: half a minute of a province, and 2,000 viewers before nginx."""

import subprocess
import sys
import time
from datetime import timedelta
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.embedded.places import ROOT
from livestream import services
from livestream.delivery import paths, pending
from livestream.domain import ranges
from livestream.domain.beacons import Account, Kept
from livestream.models import ViewerCount, WatchGrant, WatchState
from tests.factories.accounts import LearnerFactory
from tests.factories.livestream import RecordingFactory
from tests.factories.times import TODAY


@pytest.mark.usefixtures("today", "nothing_is_reported")
@pytest.mark.deep("media")
def test_half_a_minute_of_thirty_thousand_viewers_is_written_at_once():
    """30,000 reports of 3,000 watchers, some late and twice: how long it takes, how dear it is."""
    films = [RecordingFactory(published=True) for _ in range(6)]
    learners = [LearnerFactory() for _ in range(500)]
    rights = [
        WatchGrant(
            audience=f"{number:016x}",
            watcher=paths.watcher_of(film.pk, "learner", learner.pk),
            recording=film,
            learner=learner,
            issued_at=TODAY,
            expires_at=TODAY + timedelta(hours=4),
        )
        for number, (film, learner) in enumerate(product(films, learners))
    ]
    WatchGrant.objects.bulk_create(rights)
    began = time.process_time()
    for sequence in (1, 2, 3, 4, 5, 5, 7, 6, 8, 9):
        for right in rights:
            account = Account(right.watcher, right.recording.asset.hex)
            stretch = ranges.read([[(sequence - 1) * 30, sequence * 30]])
            kept = Kept(account, sequence, sequence * 30.0, stretch, time.time(), late=False)
            pending.put(kept)
    put = time.process_time() - began
    began = time.monotonic()
    with CaptureQueriesContext(connection) as asked:
        assert services.write_watching(at=TODAY).reports == 30_000
    took = time.monotonic() - began
    statements = [one["sql"] for one in asked if "SAVEPOINT" not in one["sql"]]
    print(  # noqa: T201 - a deep test says what it counted
        f"\n30,000 reports: {put / 30_000 * 1e6:.0f} µs of the web's processor each;"
        f" written in {took:.1f} s by {len(statements)} statements,"
        f" {len(statements) / 30:.2f} a thousand"
    )
    assert len(statements) <= 5
    assert WatchState.objects.filter(watched_seconds=270.0, sequence=9).count() == 3000
    assert ViewerCount.objects.filter(now=500, peak=500, ever=500).count() == 6
    assert took < 30  # the next round is due then


@pytest.mark.browser
@pytest.mark.deep("media")
def test_two_thousand_viewers_before_nginx_miss_no_piece():
    """Half a replay, half live; keys change and rights end in the middle of it."""
    played = subprocess.run(
        [sys.executable, "-m", "benchmarks.viewers", "--kilobytes", "76"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    print("\n" + played.stdout)  # noqa: T201 - as above
    assert played.returncode == 0, played.stdout + played.stderr[-3000:]
    assert "2000 viewers; requests that reached the product: 0" in played.stdout
