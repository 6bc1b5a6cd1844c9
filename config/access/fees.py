"""The table: what is owed and paid."""

from config.access.audiences import Answer, Audience, learners
from config.access.ways import Way

ORDER = {"order_id": "order"}
PAY_CODE = {"code": "pay_code"}

FEE_ROWS: dict[str, Way] = {
    "enrolment:list-fees": Way("my fees", learners()),
    "enrolment:open-order": Way("add up what I owe", learners(Answer.UNKNOWN), posts=True),
    "enrolment:show-order": Way("one payment of mine", learners(own=True), ORDER),
    "enrolment:pay-order": Way(
        "pay by the way I chose", learners(Answer.WRONG, own=True), ORDER, posts=True
    ),
    "enrolment:ask-relative": Way("let my family pay", learners(own=True), ORDER),
    "enrolment:pay-at-counter": Way("pay at the counter", learners(own=True), ORDER),
    # These lead back to the payment, where it is not paid yet.
    "enrolment:undo-payment": Way("take a payment back", learners(Answer.DONE, own=True), ORDER),
    "enrolment:show-receipt": Way("my receipt", learners(Answer.DONE, own=True), ORDER),
    "enrolment:come-back": Way("back from paying", Audience(Answer.DONE), PAY_CODE),
    # Without a provider, as in the tests of the doors, nobody is heard.
    "enrolment:hear-provider": Way(
        "what the provider of payments tells", Audience(Answer.UNKNOWN), posts=True
    ),
}
