"""How long films are kept, and what goes with them."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from wagtail.models import Page

from livestream import services
from livestream.models import Recording, ReplayPage, SeriesPage
from tests.factories.livestream import RecordingFactory, UploadFactory
from tests.factories.times import TODAY

pytestmark = pytest.mark.usefixtures("today")
LONG_AGO = TODAY - timedelta(days=31)


def film(disk, **state):
    recording = RecordingFactory(**{"ready_at": LONG_AGO, **state})
    upload = UploadFactory(recording=recording)
    disk.storage.save(upload.stored_as, ContentFile(b"original"))
    disk.storage.save(f"{recording.folder()}/v360/00000.m4s", ContentFile(b"piece"))
    return recording


def prune(*words):
    out = StringIO()
    call_command("prune_films", *words, stdout=out)
    return out.getvalue().splitlines()[-1]


def test_the_original_goes_after_thirty_days_and_the_replay_stays(disk):
    old = film(disk, published=True)
    film(disk, published=True, ready_at=TODAY - timedelta(days=29))
    before = disk()

    assert prune("--dry-run") == "0 films, 1 originals and 0 replaced would go"
    assert disk() == before
    assert prune() == "0 films, 1 originals and 0 replaced gone"
    assert set(before) - set(disk()) == {f"recordings/source/{old.asset.hex}"}
    assert prune() == "0 films, 0 originals and 0 replaced gone"


def test_a_film_taken_back_goes_after_thirty_days_with_all_its_files(disk):
    film(disk, ready=True, taken_back_at=LONG_AGO)
    assert prune() == "1 films, 0 originals and 0 replaced gone"
    assert not Recording.objects.exists()
    assert disk() == []


@pytest.mark.parametrize(
    "state",
    [
        {"ready": True},
        {"ready": True, "taken_back_at": TODAY - timedelta(days=29)},
        {"published": True},
    ],
)
def test_what_was_not_taken_back_or_only_lately_stays(disk, state):
    film(disk, ready_at=TODAY, **state)
    assert prune() == "0 films, 0 originals and 0 replaced gone"
    assert len(disk()) == 2


def test_a_film_that_is_published_again_begins_anew(disk):
    recording = film(disk, ready=True, taken_back_at=LONG_AGO, ready_at=TODAY)
    services.publish(recording=recording, actor=recording.uploaded_by, at=TODAY)
    assert recording.taken_back_at is None
    services.take_back(recording=recording, actor=recording.uploaded_by, at=TODAY)
    assert recording.taken_back_at == TODAY
    assert prune() == "0 films, 0 originals and 0 replaced gone"


def test_a_film_published_while_the_command_runs_stays(disk):
    recording = film(disk, ready=True, taken_back_at=LONG_AGO)
    services.publish(recording=recording, actor=recording.uploaded_by, at=TODAY)
    assert not services.drop_film(recording, before=TODAY, at=TODAY)
    assert len(disk()) == 2


def test_a_film_with_a_poster_stays(disk):
    recording = film(disk, ready=True, taken_back_at=LONG_AGO, ready_at=TODAY)
    series = SeriesPage(title="公开课", lead="公开课")
    Page.get_first_root_node().add_child(instance=series)
    series.add_child(instance=ReplayPage(title="第一课", lead="第一课", recording=recording))
    assert prune() == "0 films, 0 originals and 0 replaced gone"


def test_nothing_goes_before_the_days_that_teachers_are_promised():
    with pytest.raises(CommandError):
        prune("--days", "7")
