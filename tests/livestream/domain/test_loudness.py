import pytest

from livestream.domain.loudness import MOST_GAIN, Loudness, gain, read_report

REPORT = """
  Integrated loudness:
    I:         -21.8 LUFS
    Threshold: -31.8 LUFS

  Loudness range:
    LRA:         0.1 LU

  Sample peak:
    Peak:      -13.0 dBFS
"""


def test_the_report_of_the_meter_is_read():
    assert read_report(REPORT) == Loudness(-21.8, -13.0)
    assert read_report(REPORT.replace("-13.0", "-inf")) == Loudness(-21.8, float("-inf"))
    assert read_report("nothing") is None


@pytest.mark.parametrize(
    ("loudness", "decibels"), [(-18.0, 0.0), (-24.5, 6.5), (-50.0, MOST_GAIN), (-70.0, 0.0)]
)
def test_every_film_is_brought_to_one_loudness(loudness, decibels):
    assert gain(Loudness(loudness, -60.0)) == decibels
