"""What people write back, as they really write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrolment.domain.replies import Reply, read

YES, NO = Reply(yes=True), Reply(yes=False)


@pytest.mark.parametrize(
    "text",
    ["1", "１", " 1 ", "1。", "1.", "①", "1️⃣", "回1", "回 １。", "回复：1", "请回1", "选1",
     "1要上", "1，好", "要上", "我要上！", "好", "好的👍", "要"],
)  # fmt: skip
def test_yes(text):
    assert read(text) == YES


@pytest.mark.parametrize(
    "text", ["2", "２", "回2", "2。", "②", "2不上", "不上", "我不上。", "不要了", "不来"]
)
def test_no(text):
    assert read(text) == NO


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("11", Reply(True, 1)), ("１２", Reply(False, 1)), ("回21", Reply(True, 2)),
        ("22。", Reply(False, 2)), ("22不上", Reply(False, 2)), ("101", Reply(True, 10)),
    ],
)  # fmt: skip
def test_the_digits_before_the_answer_say_which_question(text, reply):
    assert read(text) == reply


@pytest.mark.parametrize(
    "text",
    ["", "。", "回", "3", "0", "01", "13", "1不上", "2要上", "1 2", "1/2", "1或2",
     "回1，回2", "11 22", "1？", "要上吗？", "好不好", "你好",
     "您好，我要上课但是星期二不行", "13800000201", "1" * 5000,
     "一", "T", "退订", "<script>1</script>", "\x00", "²³", "٣"],
)  # fmt: skip
def test_what_could_mean_something_else_is_no_answer(text):
    assert read(text) is None


@given(st.text())
def test_any_text_at_all_is_read_without_a_fault(text):
    reply = read(text)
    assert reply is None or (reply.question or 1) >= 1
