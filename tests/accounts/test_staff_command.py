"""The command by which an office hires its first clerk."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import StaffPost, User
from tests.factories.accounts import UnitFactory

pytestmark = pytest.mark.django_db


def staff(*words):
    out = StringIO()
    call_command("staff", *words, stdout=out)
    return out.getvalue()


def test_a_clerk_is_hired_with_a_password_shown_once_and_dismissed():
    office = UnitFactory()
    said = staff("give", "wang.min", "counter", office.name, "--name", "王敏")
    clerk = User.objects.get(username="wang.min")
    assert clerk.check_password(said.split("once: ")[1].split()[0])
    assert (clerk.is_staff, clerk.get_full_name()) == (True, "王敏")

    again = staff("give", "wang.min", "counter", office.name)
    assert "password" not in again
    assert StaffPost.objects.held().count() == 1

    staff("end", "wang.min", "counter", office.name)
    clerk.refresh_from_db()
    assert (clerk.is_staff, StaffPost.objects.held().count()) == (False, 0)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("give", "wang.min", "counter", "没有的大学"), "市老年大学"),
        (("end", "wang.min", "counter", "市老年大学"), "spelling"),
        (("give", "wang.min", "registrar", "县老年大学"), "city's office"),
    ],
)
def test_a_mistake_is_named(words, said):
    UnitFactory(county=True, name="县老年大学", parent=UnitFactory())
    with pytest.raises(CommandError, match=said):
        staff(*words)
