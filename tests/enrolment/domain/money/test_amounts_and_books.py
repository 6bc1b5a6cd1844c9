"""Fen, journals that come to nothing, and numbers that are read out on the telephone."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrolment.domain.money import books, codes
from enrolment.domain.money.amounts import MOST, MOST_IN_BOOKS, AmountRefused, fen
from enrolment.domain.money.books import Account, Method

amounts = st.integers(1, MOST)
methods = st.sampled_from(Method)


def comes_to(journal):
    """What the lines come to: 0, or the books do not balance."""
    return sum(line.fen for line in journal)


@pytest.mark.parametrize("value", [180.0, 0.1, True, "180", None, 0, -1, MOST + 1])
def test_only_whole_fen_are_an_amount(value):
    with pytest.raises(AmountRefused):
        fen(value)


def test_a_float_is_refused_by_every_journal():
    with pytest.raises(AmountRefused):
        books.charged(180.0)


@pytest.mark.parametrize("amount", [MOST + 1, MOST_IN_BOOKS])
def test_a_sum_of_many_payments_may_be_larger_than_one_of_them(amount):
    journal = books.moved(amount, to=Account.BANK, out_of=Account.CLEARING)
    assert comes_to(journal) == 0
    for what_one_pays in (
        partial(books.charged, amount),
        partial(books.paid, amount, Method.ONLINE),
        partial(books.came_to_nothing, amount, Method.CASH),
        partial(books.accepted, amount),
        partial(books.refund_decided, amount, out_of=Account.SUSPENSE),
        partial(books.refund_sent, amount, Method.TRANSFER),
    ):
        with pytest.raises(AmountRefused):
            what_one_pays()


def test_the_books_have_a_limit_too():
    with pytest.raises(AmountRefused):
        books.moved(MOST_IN_BOOKS + 1, to=Account.BANK, out_of=Account.CLEARING)


@given(amounts, methods)
def test_every_journal_comes_to_nothing(amount, method):
    journals = [
        books.charged(amount),
        books.paid(amount, method),
        books.came_to_nothing(amount, method),
        books.accepted(amount),
        books.refund_decided(amount, out_of=Account.SUSPENSE),
        books.refund_sent(amount, method),
    ]
    assert [comes_to(journal) for journal in journals] == [0] * len(journals)


@given(amounts, methods)
def test_what_was_paid_and_went_back_leaves_no_trace_but_its_journals(amount, method):
    told = [
        *books.charged(amount),
        *books.paid(amount, method),
        *books.refund_decided(amount, out_of=Account.DEFERRED_INCOME),
        *books.refund_sent(amount, method),
    ]
    for account in Account:
        assert sum(line.fen for line in told if line.account is account) == 0


@given(st.integers(-(10**7), 10**7), st.integers(-(10**7), 10**7))
def test_a_counted_drawer_says_what_it_is_short_or_over(expected, counted):
    journal = books.drawer_closed(expected=expected, counted=counted)
    said = {line.account: line.fen for line in journal}
    assert comes_to(journal) == 0
    assert said.get(Account.DRAWER, 0) == -expected
    assert said.get(Account.DRAWER_DIFFERENCES, 0) == expected - counted


@pytest.mark.parametrize("amount", [1.0, "5", True])
def test_a_drawer_is_counted_in_fen(amount):
    with pytest.raises(AmountRefused):
        books.drawer_closed(expected=amount, counted=0)


@given(st.integers(0, 10**codes.DIGITS - 1), st.integers(0, codes.DIGITS), st.integers(1, 9))
def test_one_wrong_digit_of_a_pay_code_is_noticed(number, place, by):
    code = codes.pay_code(number)
    wrong = code[:place] + str((int(code[place]) + by) % 10) + code[place + 1 :]
    assert codes.as_typed(codes.in_groups(code)) == code
    assert codes.as_typed(wrong) == ""
