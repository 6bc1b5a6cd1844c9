"""The order of the suite itself: no test may find the tables emptied under it."""

from itertools import dropwhile

from tests.conftest import JourneysTogether, empties_all_tables, uses_tables


def test_tables_are_emptied_after_all_tests_that_need_them(request):
    later = dropwhile(lambda item: not empties_all_tables(item), request.session.items)
    needs_rows = (item for item in later if uses_tables(item) and not empties_all_tables(item))
    assert [item.nodeid for item in needs_rows] == []


def test_browsers_that_stay_open_come_last(request):
    tables = [empties_all_tables(item) or uses_tables(item) for item in request.session.items]
    assert tables == sorted(tables, reverse=True)


def test_journeys_that_share_a_stack_share_a_worker():
    """Else each worker starts that stack: half a minute and more."""
    of = [
        "tests/journeys/test_bad_day.py::test_no_way_back_leads_to_another_house[ //e.x]",
        "tests/journeys/test_bad_day.py::test_markup_comes_back_as_text",
    ]
    assert {JourneysTogether._split_scope(None, one) for one in of} == {"tests/journeys"}
