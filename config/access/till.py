"""The table: the till, drawers, and pay slips that anybody may pay."""

from config.access.audiences import EVERYBODY, Answer, staff
from config.access.ways import AT_COUNTERS, LEARNER, R, Way

AT_TILLS = (*AT_COUNTERS, R.FINANCE)
ANY_TILL = staff(*AT_TILLS, R.OTHER_HEAD)
OF_TILL = staff(*AT_TILLS).but(other_head=Answer.UNKNOWN)

TILL_ROWS: dict[str, Way] = {
    "enrolment:till": Way("till", ANY_TILL),
    "enrolment:till-of": Way("till: what a learner owes", OF_TILL, LEARNER),
    "enrolment:make-pay-slip": Way(
        "till: a slip to pay with",
        staff(*AT_TILLS, answer=Answer.DONE).but(other_head=Answer.UNKNOWN),
        LEARNER,
        posts=True,
    ),
    "enrolment:print-pay-slip": Way("till: print a pay slip", OF_TILL, {"order_id": "order"}),
    "enrolment:till-receipt": Way("till: a receipt", OF_TILL, {"receipt_id": "receipt"}),
    "enrolment:void-payment": Way("till: take a payment back", OF_TILL, {"payment_id": "payment"}),
    "enrolment:note-money": Way("till: money without an open fee", ANY_TILL),
    "enrolment:my-drawer": Way("till: my drawer", ANY_TILL),
    "enrolment:list-drawers": Way("till: drawers to count and sign", ANY_TILL),
    "enrolment:show-drawer": Way("till: a cash-up", OF_TILL, {"drawer_id": "drawer"}),
    "enrolment:find-slip": Way("type the code of a pay slip", EVERYBODY),
    "enrolment:pay-slip": Way("a pay slip", EVERYBODY, {"code": "pay_code"}),
}
