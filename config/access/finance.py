"""The table: finance, waivers and vouchers."""

from config.access.audiences import Answer, learners, staff
from config.access.ways import IN_CHARGE, LEARNER, R, Way

IN_FINANCE = (*IN_CHARGE, R.FINANCE)
ANY_FINANCE = staff(*IN_FINANCE, R.OTHER_HEAD)
OF_FINANCE = staff(*IN_FINANCE).but(other_head=Answer.UNKNOWN)
WHO_ASKS = staff(*IN_FINANCE, R.COUNTER).but(other_head=Answer.UNKNOWN)

FINANCE_ROWS: dict[str, Way] = {
    "enrolment:finance": Way("finance: what waits today", ANY_FINANCE),
    "enrolment:finance-day": Way("finance: day book", ANY_FINANCE),
    "enrolment:finance-ledger": Way("finance: ledger", ANY_FINANCE),
    "enrolment:correct-journal": Way(
        "finance: take an entry back", OF_FINANCE, {"journal_id": "journal"}
    ),
    "enrolment:list-corrections": Way("finance: corrections of the books", ANY_FINANCE),
    "enrolment:list-owed": Way("finance: who still owes", ANY_FINANCE),
    "enrolment:list-differences": Way("finance: differences", ANY_FINANCE),
    "enrolment:explain-difference": Way(
        "finance: explain a difference", OF_FINANCE, {"difference_id": "difference"}
    ),
    "enrolment:list-suspense": Way("finance: money without a place", ANY_FINANCE),
    "enrolment:place-payment": Way("finance: place money", OF_FINANCE, {"payment_id": "suspense"}),
    "enrolment:list-waivers": Way("finance: waivers", ANY_FINANCE),
    "enrolment:decide-waiver": Way(
        "finance: decide a waiver", OF_FINANCE, {"waiver_id": "waiver"}
    ),
    "enrolment:list-vouchers": Way("finance: vouchers", ANY_FINANCE),
    "enrolment:show-voucher": Way("finance: a voucher", OF_FINANCE, {"voucher_id": "voucher"}),
    "enrolment:end-voucher": Way(
        "finance: end a voucher",
        staff(*IN_FINANCE, answer=Answer.DONE).but(other_head=Answer.UNKNOWN),
        {"voucher_id": "voucher"},
        posts=True,
    ),
    "enrolment:download-table": Way(
        "finance: a table as a file", ANY_FINANCE, {"what": "table", "kind": "csv"}
    ),
    "enrolment:ask-for-waiver": Way("desk: ask for a waiver", WHO_ASKS, LEARNER),
    "enrolment:use-voucher-for": Way("desk: use a voucher", WHO_ASKS, {"order_id": "order"}),
    "enrolment:use-voucher": Way("use a voucher", learners(own=True), {"order_id": "order"}),
}
