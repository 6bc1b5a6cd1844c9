import pytest

from livestream.domain.storyboard import MOST_TILES, sheet_for, thumbnail_list


def test_each_small_picture_has_its_time_and_its_place_on_the_sheet():
    sheet = sheet_for(12.0, 640, 360)
    assert thumbnail_list(sheet, 12.0) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:05.000\nsheet.jpg#xywh=0,0,192,108\n"
        "\n00:00:05.000 --> 00:00:10.000\nsheet.jpg#xywh=192,0,192,108\n"
        "\n00:00:10.000 --> 00:00:12.000\nsheet.jpg#xywh=384,0,192,108\n"
    )


@pytest.mark.parametrize("seconds", [1.0, 59.0, 3600.0, 6 * 3600.0])
def test_a_sheet_stays_small_however_long_the_film_is(seconds):
    sheet = sheet_for(seconds, 1920, 1080)
    assert sheet.tiles <= MOST_TILES
    assert sheet.columns * sheet.rows >= sheet.tiles
    assert sheet.tiles * sheet.every >= seconds


def test_an_upright_film_has_upright_pictures():
    sheet = sheet_for(60.0, 720, 1280)
    assert (sheet.width, sheet.height) == (108, 192)
