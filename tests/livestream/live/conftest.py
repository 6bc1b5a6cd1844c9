from collections.abc import Iterator

import pytest

from tests.livestream.live.stage import Stage


@pytest.fixture
def stage(transactional_db, tmp_path) -> Iterator[Stage]:
    """Processes of the product on the database of this test."""
    made = Stage(tmp_path)
    yield made
    made.close()
