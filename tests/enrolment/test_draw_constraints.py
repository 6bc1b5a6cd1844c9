"""What no row of a draw can say: each constraint bites."""

import pytest
from django.db import IntegrityError, transaction

from enrolment import services
from enrolment.models import Application, RosterLine, Signature, WishResult
from tests.factories.applications import apply, classes_of
from tests.factories.draws import DRAWN_AT, close_list, registrar, term_to_draw
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def term():
    return term_to_draw()


@pytest.mark.parametrize("seats", [3, 255])
def test_line_gets_no_more_seats_than_a_form_can_want(term, seats):
    form = apply(classes_of(term, 1))
    line = close_list(term).lines.values().get() | {"id": None, "max_seats": seats}
    with pytest.raises(IntegrityError, match="a_line_gets_two_seats"), transaction.atomic():
        RosterLine.objects.create(**line | {"application_id": form.pk})


@pytest.mark.parametrize("given", [{"round": None}, {"bucket": ""}])
def test_seat_that_was_given_says_its_round_and_kind(term, given):
    (section,) = classes_of(term, 1)
    form = apply([section])
    line = close_list(term).lines.get(application=form)
    row = {"line": line, "section": section, "rank": 1, "code": "ADMITTED"}
    with pytest.raises(IntegrityError, match="a_given_seat_has"), transaction.atomic():
        WishResult.objects.create(**row, **({"round": 1, "bucket": "open"} | given))
    WishResult.objects.create(**row, round=1, bucket="open")  # the control


@pytest.mark.parametrize(
    "changes", [{"state": "withdrawn"}, {"withdrawn_at": TODAY}], ids=["when", "whether"]
)
def test_form_is_withdrawn_exactly_when_it_says_when(term, changes):
    form = apply(classes_of(term, 1))
    mine = Application.objects.filter(pk=form.pk)
    with pytest.raises(IntegrityError, match="what_is_withdrawn"), transaction.atomic():
        mine.update(**changes)
    assert mine.update(state="withdrawn", withdrawn_at=TODAY) == 1


@pytest.mark.parametrize("digest", ["", "seen", "A" * 64])
def test_signature_is_of_a_digest(term, digest):
    witness = services.name_witness(
        term=term, name="周公证员", office="", actor=registrar(), at=DRAWN_AT
    )
    with pytest.raises(IntegrityError, match="what_is_signed"), transaction.atomic():
        Signature.objects.create(
            witness=witness, sha256=digest, signed_at=DRAWN_AT, noted_by=registrar()
        )
