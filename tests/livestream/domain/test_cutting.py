import math
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from livestream.domain.units import SEGMENT_SECONDS, SHORTEST_REST, kept, stretches


@given(st.floats(1.0, 6 * 3600.0))
def test_stretches_cover_a_film_without_hole_or_overlap(seconds):
    parts = stretches(seconds)

    assert parts[0].starts_at == 0.0
    assert math.isclose(sum(part.seconds for part in parts), kept(seconds))
    assert seconds - kept(seconds) < SHORTEST_REST
    for part, following in pairwise(parts):
        assert part.starts_at + part.seconds == following.starts_at
        assert part.seconds % SEGMENT_SECONDS == 0, "a stretch ends with a segment"
    for part in parts:
        assert part.first_segment * SEGMENT_SECONDS == part.starts_at
        assert 0 < part.seconds <= 60


def test_a_short_film_is_one_stretch():
    assert len(stretches(8.0)) == 1
