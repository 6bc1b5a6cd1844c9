"""Whatever phones, cameras and desks send becomes a stream that keeps every rule."""

import pytest
from django.core.files.base import File
from django.core.files.storage import storages

from livestream import checking, processing
from livestream.models import Generation, WorkUnit
from livestream.services import replays, units
from tests.factories.livestream import RecordingFactory, UploadFactory
from tests.factories.times import TODAY
from tests.livestream.odd_films import FILMS

pytestmark = pytest.mark.django_db

EVERY_DAY = ["variable_rate.mp4", "sound_ends_early.mp4"]
COPIED = {"copyable.mp4"}
"""Films that are watched as they came before they are made in all sizes."""


def made(path):
    """A recording whose film went the whole way; what was wrong while it could be watched."""
    upload = UploadFactory(recording=RecordingFactory(), size=path.stat().st_size)
    with path.open("rb") as film:
        storages["recordings"].save(upload.stored_as, File(film))
    recording = replays.claim(upload.recording.pk, at=TODAY)
    processing.take_up(recording, lambda: TODAY)
    on_the_way = []
    while unit := units.claim(owner="test", at=TODAY):
        processing.make_unit(unit, lambda: TODAY)
        for generation in recording.generations.growing():
            on_the_way += findings(recording, generation)
    recording.refresh_from_db()
    return recording, on_the_way


def findings(recording, generation):
    folder = recording.folder(generation.number)

    def read(name):
        with storages["recordings"].open(f"{folder}/{name}", "rb") as file:
            return file.read()

    copied = generation.kind == Generation.Kind.COPY
    return [str(finding) for finding in checking.check(read, is_copied=copied)]


def keeps_every_rule(name, tmp_path):
    recording, on_the_way = made(FILMS[name](tmp_path / name))
    assert (recording.status, recording.problem, on_the_way) == ("ready", "", [])
    generations = list(recording.generations.order_by("number"))
    kinds = ["copy", "ladder"] if name in COPIED else ["ladder"]
    assert [(one.kind, one.state) for one in generations] == [(kind, "whole") for kind in kinds]
    assert not WorkUnit.objects.unfinished().exists()
    assert {one.kind: findings(recording, one) for one in generations} == {
        kind: [] for kind in kinds
    }


@pytest.mark.parametrize("name", EVERY_DAY)
def test_an_odd_film_becomes_a_good_stream(name, tmp_path, disk):
    keeps_every_rule(name, tmp_path)


@pytest.mark.deep("media")
@pytest.mark.parametrize("name", sorted(set(FILMS) - set(EVERY_DAY)))
def test_every_odd_film_becomes_a_good_stream(name, tmp_path, disk):
    keeps_every_rule(name, tmp_path)
