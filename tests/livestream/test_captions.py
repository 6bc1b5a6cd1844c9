"""What a teacher does with captions, chapters and notes, and who gets to read them."""

import re
import sys
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import OutboxMessage
from livestream import hearing, services
from livestream.domain.captions import Cue, Fault
from livestream.models import Captions, Chapter, LessonNotes
from tests.factories.accounts import LearnerFactory
from tests.factories.livestream import TeacherFactory, seat_in
from tests.factories.times import TODAY
from tests.livestream import films

pytestmark = pytest.mark.usefixtures("today", "disk")

WORDS = """WEBVTT

00:01.000 --> 00:03.000
大家好，今天学太极。

00:03.000 --> 00:05.000
先看一遍。
"""


@pytest.fixture
def teacher(replay):
    return replay.uploaded_by


@pytest.fixture
def captions(replay, teacher):
    return services.import_captions(
        recording=replay, language="zh-Hans", data=WORDS.encode(), actor=teacher, at=TODAY
    )


@pytest.fixture
def shown(captions, teacher):
    return services.publish_captions(captions=captions, version=1, actor=teacher, at=TODAY)


def typed(captions, act="save", **changed):
    """The form of the editor as a browser sends it, with some fields typed anew."""
    fields = {"version": captions.version, "first": 0, "act": act}
    for place, cue in enumerate(services.cues_of(captions)):
        fields |= {f"from-{place}": cue.starts, f"to-{place}": cue.ends, f"text-{place}": cue.text}
        fields |= {f"from-{place}": f"0:{cue.starts:06.3f}", f"to-{place}": f"0:{cue.ends:06.3f}"}
    return fields | {name.replace("_", "-"): value for name, value in changed.items()}


def editor(captions):
    return f"/en/teaching/captions/{captions.pk}/"


def cues_now(captions):
    captions.refresh_from_db()
    return services.cues_of(captions)


# -- bringing, correcting, publishing -------------------------------------------------------------


def test_a_file_becomes_a_draft_that_learners_do_not_see(replay, captions, come_in):
    assert (captions.version, captions.is_shown(), captions.is_ahead()) == (1, False, True)
    page = come_in(seat_in(replay.lesson.section).user).get(f"/en/replays/{replay.pk}/")
    assert "<track" not in page.content.decode()


def test_a_file_for_another_film_is_refused_line_by_line(replay, come_in, teacher):
    late = SimpleUploadedFile("x.srt", b"1\n00:59:00,000 --> 00:59:02,000\nhello\n")
    page = come_in(teacher).post(
        f"/en/teaching/films/{replay.pk}/captions/", {"language": "en", "file": late}
    )
    assert page.status_code == 422
    assert "Line 2: it begins after the film has ended." in page.content.decode()
    assert not Captions.objects.exists()


def test_a_teacher_brings_a_file_and_lands_in_the_editor(replay, come_in, teacher):
    file = SimpleUploadedFile("课.srt", WORDS.encode("gb18030"))
    answer = come_in(teacher).post(
        f"/en/teaching/films/{replay.pk}/captions/", {"language": "zh-Hans", "file": file}
    )
    captions = Captions.objects.get()
    assert answer.headers["Location"] == editor(captions)
    assert [cue.text for cue in services.cues_of(captions)] == [
        "大家好，今天学太极。",
        "先看一遍。",
    ]


def test_what_is_typed_is_kept_and_split_in_one_press(captions, come_in, teacher):
    fields = typed(captions, "split-0", text_1="请先看一遍。")
    answer = come_in(teacher).post(editor(captions), fields)

    assert answer.headers["Location"] == f"{editor(captions)}?page=1#text-0"
    assert cues_now(captions) == (
        Cue(1.0, 1.8, "大家好，"),
        Cue(1.8, 3.0, "今天学太极。"),
        Cue(3.0, 5.0, "请先看一遍。"),
    )


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"to_0": "0:00.5"}, "Caption 1: the end is before the beginning."),
        ({"from_1": "soon"}, "Caption 2: we cannot read this time."),
        ({"from_0": "0:04", "to_0": "0:05"}, "Caption 2: it begins before the one above it."),
    ],
)
def test_a_time_that_cannot_stand_is_said_and_what_was_typed_stays(
    captions, come_in, teacher, changed, sentence
):
    answer = come_in(teacher).post(
        editor(captions), typed(captions, text_0="我刚写的字", **changed)
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "我刚写的字" in page
    assert len(cues_now(captions)) == 2
    assert captions.version == 1


def test_of_two_pages_open_at_once_the_second_is_asked_first(captions, come_in, teacher):
    browser = come_in(teacher)
    late = typed(captions, text_0="另一页写的")
    browser.post(editor(captions), typed(captions, text_0="先保存的"))

    answer = browser.post(editor(captions), late)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "另一页写的" in page
    assert cues_now(captions)[0].text == "先保存的"
    again = late | {"version": re.search(r'name="version" value="(\d+)"', page)[1]}
    browser.post(editor(captions), again)
    assert cues_now(captions)[0].text == "另一页写的"


def test_a_long_film_is_corrected_page_by_page(replay, teacher, come_in):
    lines = "".join(
        f"00:{n // 60:02}:{n % 60:02}.000 --> 00:{n // 60:02}:{n % 60:02}.900\nline {n}\n\n"
        for n in range(70)
    )
    captions = services.import_captions(
        recording=replay,
        language="en",
        data=f"WEBVTT\n\n{lines}".encode(),
        actor=teacher,
        at=TODAY,
    )
    browser = come_in(teacher)
    page = browser.get(f"{editor(captions)}?page=3").content.decode()
    assert re.findall(r'id="cue-(\d+)"', page) == [str(n) for n in range(60, 70)]
    assert len(re.findall("<", page)) < 1200 * 2  # opening and closing
    fields = {"version": 1, "first": 60, "act": "merge-60"}
    for n in range(60, 70):
        fields |= {f"from-{n}": f"1:{n - 60:02}", f"to-{n}": f"1:{n - 60:02}.9"}
        fields |= {f"text-{n}": f"line {n}"}
    browser.post(editor(captions), fields)
    assert [cue.text for cue in cues_now(captions)][59:62] == [
        "line 59",
        "line 60 line 61",
        "line 62",
    ]


def test_nobody_publishes_what_nobody_read(captions, come_in, teacher):
    browser = come_in(teacher)
    browser.post(f"{editor(captions)}publish/", {"version": 1})
    captions.refresh_from_db()
    assert not captions.is_shown()
    browser.post(f"{editor(captions)}publish/", {"version": 1, "checked": "yes"})
    captions.refresh_from_db()
    assert captions.is_shown()
    assert captions.checked_by == teacher
    assert captions.checked_at >= TODAY
    assert OutboxMessage.objects.filter(kind="put_captions_in").count() == 1


def test_a_line_without_words_keeps_captions_from_being_published(captions, teacher):
    cues = (*services.cues_of(captions), Cue(6.0, 8.0, ""))
    services.save_captions(captions=captions, cues=cues, version=1, at=TODAY)
    with pytest.raises(services.CaptionsUnfit) as unfit:
        services.publish_captions(captions=captions, version=2, actor=teacher, at=TODAY)
    assert unfit.value.found == ((2, Fault.NO_TEXT),)


def test_what_was_read_is_what_is_published(captions, teacher):
    services.save_captions(captions=captions, cues=[Cue(0.0, 1.0, "x")], version=1, at=TODAY)
    with pytest.raises(services.CaptionsChanged):
        services.publish_captions(captions=captions, version=1, actor=teacher, at=TODAY)


def test_a_change_stays_a_draft_until_it_is_published_again(
    shown, come_in, disk, django_capture_on_commit_callbacks
):
    replay, teacher = shown.recording, shown.checked_by
    learner = come_in(seat_in(replay.lesson.section).user)
    file = f"/en/replays/{replay.pk}/captions/zh-Hans.vtt"
    services.save_captions(captions=shown, cues=[Cue(0.0, 1.0, "新的")], version=1, at=TODAY)
    assert "大家好" in learner.get(file).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        services.publish_captions(captions=shown, version=2, actor=teacher, at=TODAY)
    assert "新的" in learner.get(file).content.decode()
    assert [name for name in disk() if name.endswith(".vtt")] == [
        f"recordings/{replay.folder_of_all()}/captions/zh-Hans-2.vtt"
    ]


def test_captions_that_are_removed_are_gone_for_learners_too(replay, shown, teacher, come_in):
    come_in(teacher).post(f"{editor(shown)}remove/")
    assert not Captions.objects.exists()
    learner = come_in(seat_in(replay.lesson.section).user)
    assert learner.get(f"/en/replays/{replay.pk}/captions/zh-Hans.vtt").status_code == 404


def test_the_captions_of_another_teacher_are_nobodys_business(shown, come_in):
    browser = come_in(TeacherFactory().user)
    assert browser.get(editor(shown)).status_code == 404
    assert browser.post(f"{editor(shown)}remove/").status_code == 404
    assert Captions.objects.exists()


# -- what learners read ---------------------------------------------------------------------------


def test_learners_get_captions_chapters_and_a_transcript(replay, shown, teacher, come_in):
    services.keep_chapters(recording=replay, chapters=[(3.0, "第一遍")], actor=teacher, at=TODAY)
    services.keep_notes(recording=replay, text="请练习。", actor=teacher, at=TODAY)
    browser = come_in(seat_in(replay.lesson.section).user)
    page = browser.get(f"/en/replays/{replay.pk}/").content.decode()

    assert re.findall(r'<track kind="captions" srclang="([\w-]+)"', page) == ["zh-Hans"]
    assert re.findall(r'<a href="\?at=(\d+)" data-at="\1">', page) == ["3"]
    file = browser.get(re.search(r'<track[^>]+src="([^"]+)"', page)[1])
    assert (file.status_code, file.headers["Content-Type"]) == (200, "text/vtt; charset=utf-8")
    paper = browser.get(f"/en/replays/{replay.pk}/transcript/").content.decode()
    assert "请练习。" in paper
    # The chapter that begins at three seconds begins a paragraph of its own.
    assert re.findall(r'<p lang="zh-Hans"><span[^>]+>([\d:]+)</span> (\S+)</p>', paper) == [
        ("0:01", "大家好，今天学太极。"),
        ("0:03", "先看一遍。"),
    ]


def test_a_stranger_reads_nothing(replay, shown, come_in):
    browser = come_in(LearnerFactory().user)
    for file in ("captions/zh-Hans.vtt", "transcript/"):
        assert browser.get(f"/en/replays/{replay.pk}/{file}").status_code == 404


def test_a_link_to_a_chapter_leads_into_the_film(replay, come_in):
    browser = come_in(seat_in(replay.lesson.section).user)
    page = browser.get(f"/en/replays/{replay.pk}/?at=75").content.decode()
    assert 'data-start="75"' in page
    assert "/master.m3u8#t=75" in page
    for nonsense in ("-5", "9e9", "99999999999", "x"):
        page = browser.get(f"/en/replays/{replay.pk}/?at={nonsense}").content.decode()
        assert 'data-start="0"' in page


# -- chapters and notes ---------------------------------------------------------------------------


def test_chapters_are_typed_as_lines_and_kept_in_order(replay, teacher, come_in):
    browser = come_in(teacher)
    page = f"/en/teaching/films/{replay.pk}/chapters/"
    browser.post(
        page,
        {
            "lines": 3,
            "moment-0": "５：００",
            "title-0": "Second",
            "moment-1": "0:10",
            "title-1": "First",
            "moment-2": "",
            "title-2": "",
        },
    )
    kept = Chapter.objects.in_order().values_list("starts_at_seconds", "title")
    assert list(kept) == [(10.0, "First"), (300.0, "Second")]

    wrong = browser.post(
        page, {"lines": 2, "moment-0": "20:00", "title-0": "Late", "moment-1": "1:00"}
    )
    assert wrong.status_code == 422
    said = re.findall(r'<a href="#moment-\d">([^<]+)</a>', wrong.content.decode())
    assert said == [
        "Chapter 1 begins after the film has ended.",
        "Please write a name for chapter 2.",
    ]
    assert Chapter.objects.count() == 2


def test_notes_that_are_emptied_are_gone(replay, teacher, come_in):
    browser = come_in(teacher)
    browser.post(f"/en/teaching/films/{replay.pk}/notes/", {"text": "Practise.\r\nTwice."})
    assert LessonNotes.objects.get().text == "Practise.\nTwice."
    browser.post(f"/en/teaching/films/{replay.pk}/notes/", {"text": "  "})
    assert not LessonNotes.objects.exists()


# -- a machine that listens -----------------------------------------------------------------------

EAR = """
import sys, wave
with wave.open(sys.argv[1]) as sound:
    seconds, rate = sound.getnframes() / sound.getframerate(), sound.getframerate()
print("WEBVTT\\n")
print(f"00:00.500 --> 00:02.000\\n{sys.argv[2]} {rate} {sound.getnchannels()} {seconds:.1f}")
"""


@pytest.fixture
def heard(replay, disk, tmp_path):
    """The sound of the replay, in pieces as the pipeline leaves them."""
    films.make(
        tmp_path / "index.m3u8",
        *films.tone(8),
        *("-c:a", "aac", "-f", "hls", "-hls_time", "3", "-hls_segment_type", "fmp4"),
        *("-hls_list_size", "0", "-hls_segment_filename", "%05d.m4s"),
    )
    for piece in [tmp_path / "init.mp4", *tmp_path.glob("*.m4s")]:
        disk.storage.save(f"{replay.folder()}/audio/{piece.name}", ContentFile(piece.read_bytes()))
    return replay


def program(settings, tmp_path, text):
    path = Path(tmp_path / "ear.py")
    path.write_text(text)
    settings.CAPTIONS_COMMAND = f"{sys.executable} {path}"


def ask(recording, teacher):
    return services.ask_machine(recording=recording, language="en", actor=teacher, at=TODAY)


def test_a_machine_writes_a_draft_of_what_it_hears(heard, teacher, settings, tmp_path):
    program(settings, tmp_path, EAR)
    captions = ask(heard, teacher)
    hearing.write_captions(captions, lambda: TODAY)
    assert cues_now(captions) == (Cue(0.5, 2.0, "en 16000 1 8.0"),)
    assert (captions.machine, captions.is_shown()) == (Captions.Machine.WROTE, False)


@pytest.mark.parametrize("text", ["import sys; sys.exit('no model')", "print('hello')", None])
def test_a_machine_that_fails_is_said_to_have(heard, teacher, settings, tmp_path, text):
    if text:
        program(settings, tmp_path, text)
    captions = ask(heard, teacher)
    hearing.write_captions(captions, lambda: TODAY)
    captions.refresh_from_db()
    assert (captions.machine, captions.draft) == (Captions.Machine.FAILED, "")


def test_what_a_person_brought_meanwhile_stays(heard, teacher, settings, tmp_path):
    program(settings, tmp_path, EAR)
    captions = ask(heard, teacher)
    brought = {"recording": heard, "language": "en", "data": WORDS.encode()}
    services.import_captions(**brought, actor=teacher, at=TODAY)
    hearing.write_captions(captions, lambda: TODAY)
    assert cues_now(captions)[0].text == "大家好，今天学太极。"


def test_the_button_for_the_machine_is_there_where_one_is(
    replay, teacher, come_in, settings, tmp_path
):
    page = f"/en/teaching/films/{replay.pk}/captions/"
    browser = come_in(teacher)
    assert "By machine" not in browser.get(page).content.decode()
    program(settings, tmp_path, EAR)
    assert "By machine: English" in browser.get(page).content.decode()
    browser.post(f"{page}begin/", {"language": "en", "by": "machine"})
    assert Captions.objects.get().is_being_written()
    assert OutboxMessage.objects.filter(kind="write_captions").count() == 1
