"""The desk of finance: what each office reads, what leaves as a file, what is decided."""

import csv
import io
import re
from contextlib import closing
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook

from accounts import clock, scope
from accounts.models import AuditEvent, StaffPost
from accounts.sheets import Fen, sheet
from enrolment.domain.money.books import Account
from enrolment.domain.money.handed import Handed
from enrolment.models import (
    Difference,
    Journal,
    LedgerEntry,
    Order,
    Payment,
    Refund,
    Voucher,
    Waiver,
)
from enrolment.queries.money import finance
from enrolment.queries.money.finance import Month
from enrolment.services.money import apply_waivers, till
from enrolment.services.money.remissions import RemissionProblem
from enrolment.services.money.settling import settle
from enrolment.wording import money_finance as wording
from tests.enrolment.test_office import sign_in
from tests.factories.accounts import LearnerFactory, StaffFactory, UnitFactory
from tests.factories.enrolment import SectionFactory
from tests.factories.fees import (
    FEE,
    attempt_for,
    drawer_for,
    noted_transfer,
    order_for,
    place_to_pay,
    seen,
)
from tests.factories.times import TODAY

pytestmark = pytest.mark.django_db
Role = StaffPost.Role
CASH = Handed(method=Payment.Method.CASH)
FORMULA = '=HYPERLINK("http://example.com","王")'


@pytest.fixture(autouse=True)
def _today():
    clock.set_to(TODAY)


@pytest.fixture
def city():
    return UnitFactory()


@pytest.fixture
def offices(city):
    """Two universities; at each somebody has paid in cash, and somebody still owes."""
    found = []
    for number, name in enumerate(["王秀英", "李建国"]):
        unit = UnitFactory(county=True, parent=city)
        section = SectionFactory(fee_fen=FEE, capacity=3, campus__unit=unit, weekday=number + 1)
        cashier = StaffFactory(unit=unit)
        drawer_for(cashier, section)
        paid = order_for(place_to_pay(section, LearnerFactory(name=name, unit=unit)))
        till.take_at_counter(order=paid, handed=CASH, by=cashier, key=uuid4(), at=TODAY)
        owing = order_for(place_to_pay(section, LearnerFactory(name=f"{name}的邻居", unit=unit)))
        found.append((unit, section, paid, owing))
    return found


def page(client, name, *args, **asked):
    response = client.get(reverse(f"enrolment:{name}", args=args), asked)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("name", ["finance-day", "list-owed"])
def test_another_university_reads_nothing_of_it(app_client, offices, name):
    (mine, *_), (_theirs, *_) = offices
    sign_in(app_client, mine, Role.FINANCE)
    said = page(app_client, name)
    assert "王秀英" in said
    assert "李建国" not in said


def test_the_database_itself_keeps_offices_apart(offices, as_app):
    (mine, *_), (theirs, *_) = offices
    user = StaffFactory(unit=mine, role=Role.FINANCE)
    with as_app(), scope.staff(user):
        for rows in (LedgerEntry, Journal, Payment, Order):
            units = set(rows.objects.values_list("unit", flat=True))
            assert units == {mine.pk}, rows
    assert LedgerEntry.objects.of_units([theirs.pk]).exists()


def test_an_office_that_is_not_theirs_cannot_be_chosen(app_client, offices):
    (mine, *_), (theirs, *_) = offices
    sign_in(app_client, mine, Role.FINANCE)
    assert "李建国" not in page(app_client, "finance-day", unit=theirs.pk)


def test_the_city_reads_all_of_them_or_one(app_client, offices, city):
    (mine, *_), _other = offices
    sign_in(app_client, city, Role.REGISTRAR)
    said = page(app_client, "finance-day")
    assert "王秀英" in said
    assert "李建国" in said
    assert "李建国" not in page(app_client, "finance-day", unit=mine.pk)


def test_a_day_is_added_up(offices):
    units = [unit.pk for unit, *_ in offices]
    sums = finance.day_sums(units, TODAY.date())
    assert [(one.method, one.number, one.kept) for one in sums] == [("cash", 1, FEE)] * 2
    assert finance.day_sums(units, TODAY.date() + timedelta(days=1)) == []


def test_the_accounts_of_a_month_come_to_nothing(offices):
    units = [unit.pk for unit, *_ in offices]
    told = finance.balances(units, Month.of(TODAY.date()))
    assert sum(one.after for one in told) == 0
    assert {one.account: one.after for one in told} == {
        Account.RECEIVABLE: 2 * FEE, Account.DRAWER: 2 * FEE, Account.DEFERRED_INCOME: -4 * FEE,
    }  # fmt: skip
    later = Month.of(TODAY.date() + timedelta(days=40))
    assert {one.account: (one.before, one.more, one.less) for one in finance.balances(
        units, later)}[Account.DRAWER] == (2 * FEE, 0, 0)  # fmt: skip


def test_pages_ask_the_database_as_often_for_one_as_for_three(
    app_client, offices, city, django_assert_max_num_queries
):
    sign_in(app_client, city, Role.REGISTRAR)
    for name in ("finance-day", "finance-ledger", "list-owed", "list-differences", "finance"):
        with django_assert_max_num_queries(45):
            page(app_client, name)


# Files


def rows_of(response):
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


def test_a_table_is_saved_with_its_names(app_client, offices, city):
    sign_in(app_client, city, Role.REGISTRAR)
    response = app_client.get(reverse("enrolment:download-table", args=["payments", "csv"]))
    rows = rows_of(response)
    assert len(rows) == 3
    assert {row[3] for row in rows[1:]} == {"王秀英", "李建国"}
    assert {row[6] for row in rows[1:]} == {"180.00"}
    assert AuditEvent.objects.filter(action="table taken").count() == 1


@pytest.mark.parametrize("what", ["payments", "entries", "owed", "differences", "vouchers"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_every_table_leaves_in_both_ways(app_client, offices, city, what, kind):
    sign_in(app_client, city, Role.REGISTRAR)
    response = app_client.get(reverse("enrolment:download-table", args=[what, kind]))
    assert response.status_code == 200
    body = b"".join(response.streaming_content)
    assert int(response["Content-Length"]) == len(body) > 20


def test_a_table_that_there_is_not_is_unknown(app_client, city):
    sign_in(app_client, city, Role.REGISTRAR)
    for what, kind in (("users", "csv"), ("payments", "exe")):
        url = reverse("enrolment:download-table", args=[what, kind])
        assert app_client.get(url).status_code == 404


HOSTILE = [FORMULA, "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "a\x07b"]


def test_no_text_becomes_a_formula_in_csv():
    with closing(sheet("t", "csv", [HOSTILE, [Fen(-500), Fen(12345), None]])) as response:
        rows = rows_of(response)
    assert rows[0][:4] == [f"'{FORMULA}", "'+1", "'-1", "'@SUM(A1)"]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in rows[0])
    assert rows[1] == ["-5.00", "123.45", ""]


@pytest.mark.parametrize(
    "words", ["＝1+1", "＋1", "－1", "＠SUM(1)", "\n=1+1", " =1+1", "\u3000=1"]
)
def test_no_spreadsheet_of_the_east_calculates_either(words):
    with closing(sheet("t", "csv", [[words]])) as response:
        assert rows_of(response)[0][0].startswith("'")


def test_no_text_becomes_a_formula_in_a_spreadsheet():
    with closing(sheet("t", "xlsx", [HOSTILE, [Fen(-500), Fen(12345), None]])) as response:
        book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    first, second = book.active.iter_rows()
    assert [cell.data_type for cell in first] == ["s"] * len(HOSTILE)
    assert first[0].value == FORMULA
    assert [float(cell.value) for cell in second[:2]] == [-5.0, 123.45]


def test_control_a_plain_writer_does_write_a_formula():
    from openpyxl import Workbook

    book = Workbook()
    book.active.append([FORMULA])
    assert book.active["A1"].data_type == "f"


# Decisions


def test_a_difference_is_explained_on_its_page(app_client, offices):
    unit = offices[0][0]
    user = sign_in(app_client, unit, Role.FINANCE)
    row = Difference.objects.create(
        kind="sum", subject="order:x", detail="paid_sum", unit=unit, first_seen=TODAY,
        last_seen=TODAY, amount_fen=5,
    )  # fmt: skip
    assert "学费已缴，但与收到的钱不一致" in page(app_client, "list-differences")
    url = reverse("enrolment:explain-difference", args=[row.pk])
    assert app_client.post(url, {"words": ""}).status_code == 422
    app_client.post(url, {"words": "银行回单已附"})
    row.refresh_from_db()
    assert (row.closed_by_id, row.explanation) == (user.pk, "银行回单已附")


def test_money_is_placed_by_the_pay_code(app_client, offices):
    unit, _section, _paid, owing = offices[0]
    sign_in(app_client, unit, Role.FINANCE)
    payment = noted_transfer(unit, StaffFactory(unit=unit), reference="R-1", payer="不知道是谁")
    assert "不知道是谁" in page(app_client, "list-suspense")
    url = reverse("enrolment:place-payment", args=[payment.pk])
    assert app_client.post(url, {"code": "123"}).status_code == 422
    app_client.post(url, {"code": owing.pay_code})
    owing.refresh_from_db()
    payment.refresh_from_db()
    assert (owing.state, payment.state, payment.order_id) == ("paid", "kept", owing.pk)


def test_money_is_given_back_from_its_page(app_client, offices):
    unit, _section, _paid, owing = offices[0]
    sign_in(app_client, unit, Role.FINANCE)
    attempt = attempt_for(owing)
    settle(attempt=attempt, seen=seen(attempt, amount_fen=FEE - 1), at=TODAY)
    payment = Payment.objects.get(order=owing)
    url = reverse("enrolment:place-payment", args=[payment.pk])
    assert page(app_client, "place-payment", payment.pk)
    app_client.post(url, {"words": "金额不对"})
    assert Refund.objects.get().amount_fen == FEE - 1
    assert app_client.get(url).status_code == 404, "decided"


def test_a_waiver_goes_through_two_pairs_of_hands(app_client, offices):
    unit, section, _paid, owing = offices[0]
    learner = owing.learner
    sign_in(app_client, unit, Role.COUNTER)
    url = reverse("enrolment:ask-for-waiver", args=[learner.pk])
    answer = app_client.post(url, {
        "term": section.term_id, "unit": unit.pk, "kind": "hardship", "percent": "50",
        "proof": "低保证 330000",
    })  # fmt: skip
    assert answer.status_code == 302
    waiver = Waiver.objects.get()
    assert "330000" not in page(app_client, "ask-for-waiver", learner.pk), "only finance reads it"
    decide = reverse("enrolment:decide-waiver", args=[waiver.pk])
    assert app_client.get(decide).status_code == 403

    sign_in(app_client, unit, Role.FINANCE)
    assert "330000" in page(app_client, "decide-waiver", waiver.pk)
    app_client.post(decide, {"agreed": "yes"})
    apply_waivers(learner_id=learner.pk, at=TODAY)
    assert Order.objects.of(learner).open().get().amount_fen == FEE // 2


def test_a_voucher_is_given_printed_and_used_by_its_learner(app_client, offices):
    unit, _section, _paid, owing = offices[0]
    sign_in(app_client, unit, Role.FINANCE)
    answer = app_client.post(reverse("enrolment:list-vouchers"), {
        "unit": unit.pk, "amount": "50", "reason": "停班补偿", "runs_out_on": "2027-06-30",
        "proof": "校务会纪要3号",
    })  # fmt: skip
    voucher = Voucher.objects.get()
    there = reverse("enrolment:show-voucher", args=[voucher.pk])
    assert answer["Location"] == there
    code = " ".join([voucher.code[:4], voucher.code[4:8], voucher.code[8:]])
    assert code not in page(app_client, "show-voucher", voucher.pk), "nobody has agreed yet"
    app_client.post(there, {"agreed": "yes"})
    assert code not in page(app_client, "show-voucher", voucher.pk), "who wrote it does not"

    sign_in(app_client, unit, Role.FINANCE)
    assert re.search(r"待决定的抵用券</a>：<strong>1<", page(app_client, "finance"))
    assert there in page(app_client, "list-vouchers")
    app_client.post(there, {"agreed": "yes"})
    assert code in page(app_client, "show-voucher", voucher.pk)

    app_client.force_login(owing.learner.user)
    url = reverse("enrolment:use-voucher", args=[owing.pk])
    assert app_client.get(url).status_code == 200
    app_client.post(url, {"code": voucher.code})
    assert Order.objects.of(owing.learner).open().get().amount_fen == FEE - 5000


def test_a_journal_of_the_clockwork_is_taken_back_on_its_page(app_client, offices):
    from enrolment.domain.money import books
    from enrolment.services.money.books import post

    unit = offices[0][0]
    sign_in(app_client, unit, Role.FINANCE)
    fee = post(
        books.moved(100, to=Account.PROVIDER_FEES, out_of=Account.BANK),
        kind=Journal.Source.PROVIDER, source="txn_1", unit=unit, at=TODAY,
    )  # fmt: skip
    address = reverse("enrolment:correct-journal", args=[fee.pk])
    assert address in page(app_client, "finance-ledger")
    app_client.post(address, {"words": ""})
    app_client.post(address, {"words": "记错了单位"})
    desk = page(app_client, "finance")
    assert re.search(r"待复核的更正</a>：<strong>(\d+)", desk)[1] == "1"
    own = app_client.get(address).content.decode()
    assert "请由另一人决定" in own
    assert 'name="agreed"' not in own
    app_client.post(address, {"agreed": "yes"})
    assert not Journal.objects.filter(reverses=fee).exists(), "not by who asked"

    sign_in(app_client, unit, Role.BRANCH_HEAD)
    assert "记错了单位" in page(app_client, "list-corrections")
    app_client.post(address, {"agreed": "yes"})

    assert Journal.objects.get(reverses=fee).note == "记错了单位"
    assert "没有等待复核的更正" in page(app_client, "list-corrections")


def test_every_refusal_and_every_account_has_its_words():
    with translation.override("zh-hans"):
        usual = wording.not_taken_off(RemissionProblem.NOTHING_TO_PAY)
        said = {one: wording.not_taken_off(one) for one in RemissionProblem}
        assert len(set(said.values())) == len(said)
        assert usual
        assert len({wording.account(one.value) for one in Account}) == len(Account)
        assert len({str(words) for words in wording.WHAT_DIFFERS.values()}) == len(
            wording.WHAT_DIFFERS
        )


@pytest.mark.parametrize("when", ["9999-12-31", "0001-01-01", "2026-13-99", "", "gestern"])
def test_a_day_that_no_book_has_is_today(app_client, city, when):
    sign_in(app_client, city, Role.FINANCE)
    for name, named in (("finance-day", {"day": when}), ("finance-ledger", {"month": when[:7]})):
        assert app_client.get(reverse(f"enrolment:{name}"), named).status_code == 200


def test_who_has_a_place_and_did_not_come_to_pay_is_on_a_list_of_its_own(app_client, offices):
    unit, section, _paid, _owing = offices[0]
    place_to_pay(section, LearnerFactory(name="没来缴的人", unit=unit))
    place_to_pay(offices[1][1], LearnerFactory(name="别校的人", unit=offices[1][0]))
    sign_in(app_client, unit, Role.FINANCE)

    assert "没来缴的人" not in page(app_client, "list-owed")
    shown = page(app_client, "list-owed", kept="1")

    assert "没来缴的人" in shown
    assert "王秀英的邻居" not in shown, "whoever has an order is on the other list"
    assert "别校的人" not in shown
    saved = app_client.get(reverse("enrolment:download-table", args=["kept", "csv"]))
    assert "没来缴的人" in b"".join(saved.streaming_content).decode("utf-8-sig")
    assert re.search(r"还没来缴费</a>：<strong>(\d+)", page(app_client, "finance"))[1] == "1"
