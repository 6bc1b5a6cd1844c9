"""The order of the suite itself: no test may find the tables emptied under it."""

from itertools import dropwhile

from tests.conftest import empties_all_tables


def test_tables_are_emptied_by_the_last_tests_only(request):
    in_the_end = dropwhile(lambda item: not empties_all_tables(item), request.session.items)
    assert [item.nodeid for item in in_the_end if not empties_all_tables(item)] == []
