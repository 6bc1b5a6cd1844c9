"""The table: every address, whom it lets in, and how to knock for an example."""

from config.access.audiences import (
    EVERYBODY,
    EVERYBODY_ALWAYS,
    SIGNED_IN,
    Answer,
    Audience,
    learners,
    staff,
)
from config.access.clouds import CLOUD_ROWS
from config.access.draws import DRAW_ROWS
from config.access.fees import FEE_ROWS
from config.access.finance import FINANCE_ROWS
from config.access.lectures import LECTURE_ROWS
from config.access.live import LIVE_ROWS
from config.access.office import OFFICE_ROWS
from config.access.refunds import REFUND_ROWS
from config.access.results import RESULT_ROWS
from config.access.till import TILL_ROWS
from config.access.ways import (
    AT_COUNTERS,
    AT_OFFICES,
    CAPTIONS,
    DRAW,
    EDITORS,
    ENROLMENT,
    ENTRY,
    FILM_ACT,
    FILM_PAGE,
    FRESH_CODE,
    FRONT_DOOR,
    IN_CHARGE,
    LEARNER,
    LESSON,
    OF_TERMS,
    ON_THE_PHONE,
    OPENING,
    OUTSIDE_ADMIN,
    RECORDING,
    SECTION,
    SENDERS,
    TEACHERS,
    TERM,
    UPLOAD,
    WATCHERS,
    WATCHERS_OR_NOBODY,
    R,
    Way,
    factor_holders,
    in_admin,
    of_unit,
)

# Who fills in no form just now is led to its first page, which says how things stand.
FORM = learners(Answer.DONE)
OWN_FORM = learners().but(stranger=Answer.DONE)

ROWS: dict[str, Way] = {
    # The shell
    "healthz": Way("the process answers", EVERYBODY_ALWAYS),
    "readyz": Way("every part answers", EVERYBODY_ALWAYS),
    "security-txt": Way("whom to tell of a weakness", EVERYBODY),
    "robots-txt": Way("what search engines leave out", EVERYBODY),
    "metrics": Way("figures for the operator", EVERYBODY),
    "text-size": Way(
        "size of text", Audience(Answer.DONE, {R.NO_FACTOR: Answer.DONE}), posts=True
    ),
    "styleguide": Way("components", EVERYBODY),
    "media": Way("a picture", Audience(Answer.UNKNOWN), {"path": "no_file"}),
    "demo-guests": Way("who one can be in the demo", EVERYBODY),
    "demo-sms": Way("messages of the demo", EVERYBODY),
    "sms-inbound": Way(
        "what people answer by SMS, told by the provider", Audience(Answer.REFUSED), posts=True
    ),
    "admin/login/": Way(
        "Wagtail's own sign-in, closed",
        Audience(Answer.STAFF_SIGN_IN, OUTSIDE_ADMIN),
    ),
    "desk/": Way("desk: the way home", Audience(Answer.DONE, {R.NO_FACTOR: Answer.FACTOR})),
    # Places and courses
    "wagtail_serve": Way("a page of the site", EVERYBODY, {"path": "home"}),
    "campus:list-campuses": Way("campuses, nearest first", EVERYBODY),
    "campus:show-campus": Way("one campus", EVERYBODY, {"slug": "campus"}),
    "campus:list-units": Way("the universities of the city", EVERYBODY),
    "campus:choose-locality": Way("where one lives", EVERYBODY),
    "courses:list-courses": Way("catalogue", EVERYBODY),
    "courses:show-course": Way("one course and its classes", EVERYBODY, {"slug": "course"}),
    "courses:staff-list-classes": Way("desk: classes", staff(*IN_CHARGE, R.OTHER_HEAD)),
    "courses:staff-edit-class": Way("desk: one class", of_unit(*IN_CHARGE), SECTION),
    "courses:staff-list-lessons": Way("desk: lessons of a class", of_unit(*IN_CHARGE), SECTION),
    "courses:staff-plan-lessons": Way(
        "desk: date the lessons", of_unit(*IN_CHARGE, answer=Answer.DONE), SECTION, posts=True
    ),
    "courses:staff-move-lesson": Way("desk: move a lesson", of_unit(*IN_CHARGE), LESSON),
    "courses:staff-cancel-lesson": Way("desk: call a lesson off", of_unit(*IN_CHARGE), LESSON),
    "courses:staff-calendar": Way("desk: holidays", staff(*IN_CHARGE, R.OTHER_HEAD)),
    "courses:staff-list-teachers": Way("desk: teachers", staff(*IN_CHARGE, R.OTHER_HEAD)),
    "courses:staff-add-teacher": Way("desk: add a teacher", staff(*IN_CHARGE, R.OTHER_HEAD)),
    "courses:staff-edit-teacher": Way(
        "desk: one teacher", of_unit(*IN_CHARGE), {"teacher_id": "teacher"}
    ),
    "courses:staff-list-terms": Way("desk: terms", OF_TERMS),
    "courses:staff-add-term": Way("desk: a new term", OF_TERMS),
    "courses:staff-show-term": Way("desk: one term", OF_TERMS, TERM),
    "courses:staff-edit-windows": Way("desk: dates of a term", OF_TERMS, TERM),
    "courses:staff-edit-rules": Way("desk: rules of a term", OF_TERMS, TERM),
    "courses:staff-publish-rules": Way(
        "desk: publish the rules of a term", staff(R.REGISTRAR, answer=Answer.DONE), TERM
    ),
    # People
    "accounts:me": Way("what one can do", SIGNED_IN),
    "accounts:about-me": Way("who one is", SIGNED_IN),
    "accounts:choose-learner": Way("which of several people", SIGNED_IN),
    "accounts:show-card": Way("learner card", learners()),
    "accounts:change-phone": Way("another phone", FRESH_CODE),
    "accounts:prove-phone": Way("prove the phone", SIGNED_IN),
    "accounts:list-helpers": Way("who may act for me", learners().but(helper=Answer.REFUSED)),
    "accounts:add-helper": Way("let somebody act for me", FRESH_CODE),
    "accounts:end-helper": Way(
        "end a helper's right",
        learners(Answer.DONE, own=True).but(helper=Answer.REFUSED),
        {"grant_id": "grant"},
        posts=True,
    ),
    "accounts:stop-helping": Way(
        "stop acting for somebody",
        Audience(Answer.DONE, {R.VISITOR: Answer.SIGN_IN}),
        posts=True,
    ),
    "accounts:send-code-again": Way("another code", Audience(Answer.SIGN_IN), posts=True),
    "account_login": Way("staff sign-in", FRONT_DOOR),
    "account_request_login_code": Way("sign-in by phone", FRONT_DOOR),
    "account_confirm_login_code": Way("the code", FRESH_CODE),
    "account_logout": Way(
        "sign out", Audience(Answer.SHOWN, {R.VISITOR: Answer.DONE, R.NO_FACTOR: Answer.SHOWN})
    ),
    "account_inactive": Way("account closed", EVERYBODY),
    "account_reauthenticate": Way("sign in once more", SIGNED_IN.but(no_factor=Answer.SHOWN)),
    "account_change_password": Way("new password", SIGNED_IN),
    "usersessions_list": Way("where one is signed in", SIGNED_IN),
    # Second factor
    "mfa_index": Way("second factor", SIGNED_IN.but(no_factor=Answer.SHOWN)),
    "mfa_authenticate": Way(
        "show the factor", Audience(Answer.DONE, {R.VISITOR: Answer.STAFF_SIGN_IN})
    ),
    "mfa_reauthenticate": Way(
        "show the factor again",
        factor_holders(Answer.SHOWN, without=Answer.DONE).but(visitor=Answer.SIGN_IN),
    ),
    "mfa_activate_totp": Way("set up an app", factor_holders(Answer.DONE, without=Answer.DONE)),
    "mfa_deactivate_totp": Way(
        "remove the app",
        factor_holders(Answer.SHOWN, without=Answer.UNKNOWN).but(
            visitor=Answer.SIGN_IN, no_factor=Answer.FACTOR
        ),
    ),
    "mfa_view_recovery_codes": Way(
        "spare codes",
        factor_holders(Answer.UNKNOWN, without=Answer.UNKNOWN).but(visitor=Answer.SIGN_IN),
    ),
    "mfa_generate_recovery_codes": Way(
        "new spare codes", factor_holders(Answer.SHOWN, without=Answer.DONE)
    ),
    "mfa_download_recovery_codes": Way(
        "spare codes as a file",
        factor_holders(Answer.UNKNOWN, without=Answer.UNKNOWN).but(visitor=Answer.SIGN_IN),
    ),
    "mfa_list_webauthn": Way("passkeys", SIGNED_IN.but(no_factor=Answer.SHOWN)),
    "mfa_add_webauthn": Way("add a passkey", factor_holders(Answer.SHOWN, without=Answer.DONE)),
    "mfa_login_webauthn": Way(
        "sign in by passkey",
        factor_holders(Answer.DONE, without=Answer.DONE).but(no_factor=Answer.FACTOR),
    ),
    "mfa_reauthenticate_webauthn": Way(
        "passkey again",
        factor_holders(Answer.DONE, without=Answer.DONE).but(visitor=Answer.SIGN_IN),
    ),
    "mfa_edit_webauthn": Way(
        "name a passkey", factor_holders(Answer.UNKNOWN, without=Answer.DONE), {"pk": "nothing"}
    ),
    "mfa_remove_webauthn": Way(
        "remove a passkey",
        factor_holders(Answer.UNKNOWN, without=Answer.DONE).but(no_factor=Answer.FACTOR),
        {"pk": "nothing"},
    ),
    # Seats
    "enrolment:show-figures": Way("the figures of a term", EVERYBODY, DRAW),
    "enrolment:download-figures": Way("the figures as a table", EVERYBODY, DRAW),
    "enrolment:check-class": Way("check before enrolling", learners(), SECTION),
    "enrolment:hold-seat": Way("enrol", learners(Answer.WRONG), SECTION, posts=True),
    "enrolment:declare-health": Way("health declaration", learners(), SECTION),
    "enrolment:remind-of-opening": Way("remind me", learners(Answer.DONE), SECTION, posts=True),
    "enrolment:put-aside": Way(
        "put a class on my list", learners(Answer.DONE), SECTION, posts=True
    ),
    "enrolment:take-off-list": Way(
        "take a class off my list", learners(Answer.DONE), SECTION, posts=True
    ),
    "enrolment:show-list": Way("my list of classes", learners()),
    "enrolment:enrol-from-list": Way("enrol in my list", learners(Answer.DONE), posts=True),
    "enrolment:show-answers": Way(
        "what came of my list", learners(Answer.UNKNOWN), {"key": "no_press"}
    ),
    "enrolment:enrol-together": Way("two people together", learners(Answer.DONE), SECTION),
    "enrolment:show-together": Way(
        "what came of it for both", learners(Answer.UNKNOWN), {**SECTION, "key": "no_press"}
    ),
    "enrolment:choose-change": Way("change my class", learners(own=True), ENROLMENT),
    "enrolment:change-class": Way("check a change", learners(own=True), {**ENROLMENT, **SECTION}),
    "enrolment:my-classes": Way("my classes", learners()),
    "enrolment:show-enrolment": Way("one class of mine", learners(own=True), ENROLMENT),
    "enrolment:withdraw": Way("leave a class", learners(own=True), ENROLMENT),
    "enrolment:say-one-comes": Way(
        "come to a drawn class", learners(Answer.WRONG, own=True), ENROLMENT, posts=True
    ),
    "enrolment:say-one-stays-away": Way(
        "decline a drawn class", learners(Answer.DONE, own=True), ENROLMENT
    ),
    "enrolment:undo-withdrawal": Way(
        "take the place back", learners(Answer.WRONG, own=True), ENROLMENT, posts=True
    ),
    "enrolment:yield-seat": Way(
        "let the next have it", learners(Answer.WRONG, own=True), ENROLMENT, posts=True
    ),
    "enrolment:download-enrolment": Way("class for a calendar", learners(own=True), ENROLMENT),
    "enrolment:show-entry": Way("my place in a line", learners(own=True), ENTRY),
    "enrolment:accept-offer": Way(
        "take the place", learners(Answer.WRONG, own=True), ENTRY, posts=True
    ),
    "enrolment:decline-offer": Way(
        "decline the place", learners(Answer.WRONG, own=True), ENTRY, posts=True
    ),
    "enrolment:leave-waitlist": Way(
        "leave the line", learners(Answer.WRONG, own=True), ENTRY, posts=True
    ),
    "enrolment:show-application": Way("my form of choices", learners()),
    "enrolment:begin-application": Way("begin the form", learners(Answer.DONE), posts=True),
    "enrolment:list-questions": Way("questions of the form", FORM),
    "enrolment:list-choices": Way("my choices, in order", FORM),
    "enrolment:choose-subject": Way("a subject for the form", FORM),
    "enrolment:choose-wish": Way("a class for the form", FORM, {"slug": "subject"}),
    "enrolment:fill-from-list": Way("put my list on the form", learners(Answer.DONE), posts=True),
    "enrolment:add-choice": Way(
        "write a class on the form", learners(Answer.DONE), SECTION, posts=True
    ),
    "enrolment:move-choice": Way("move a choice", learners(Answer.DONE), SECTION, posts=True),
    "enrolment:strike-choice": Way("strike a choice", learners(Answer.DONE), SECTION, posts=True),
    "enrolment:say-how-many": Way("one class or two", FORM),
    "enrolment:take-instead": Way("like classes nearby", FORM),
    "enrolment:say-better": Way("a better class later", FORM),
    "enrolment:go-together": Way("who goes together", FORM),
    "enrolment:go-alone": Way("where there is one place only", FORM),
    "enrolment:check-application": Way("check the form", FORM),
    "enrolment:hand-in": Way("hand the form in", learners(Answer.DONE), posts=True),
    "enrolment:take-back": Way("take the last step back", learners(Answer.DONE), posts=True),
    "enrolment:drop-changes": Way("drop changes", learners(Answer.DONE), posts=True),
    "enrolment:withdraw-application": Way("withdraw the form", OWN_FORM),
    "enrolment:print-application": Way("slip of the form", OWN_FORM),
    "enrolment:show-timetable": Way("timetable", learners()),
    "enrolment:download-timetable": Way("timetable for a calendar", learners()),
    "enrolment:choose-place": Way("desk: open a class", staff(*IN_CHARGE, R.OTHER_HEAD)),
    "enrolment:open-class": Way(
        "desk: open a class at a campus",
        of_unit(*IN_CHARGE),
        {**TERM, "slug": "campus"},
    ),
    "enrolment:move-term-on": Way("desk: begin a phase", OF_TERMS, TERM),
    "enrolment:record-papers": Way(
        "counter: papers seen",
        of_unit(*AT_COUNTERS),
        {**SECTION, "learner_id": "learner"},
    ),
    "enrolment:place-learner": Way(
        "place a learner in a level", staff(*AT_COUNTERS, R.OTHER_HEAD, *TEACHERS)
    ),
    "enrolment:phone-list": Way("desk: phone list", staff(*ON_THE_PHONE, R.OTHER_HEAD)),
    "enrolment:call-about-offer": Way(
        "desk: a call about an offer", of_unit(*ON_THE_PHONE), ENTRY
    ),
    "enrolment:call-about-place": Way(
        "desk: a call about a held place", of_unit(*ON_THE_PHONE), ENROLMENT
    ),
    "enrolment:extend-offer": Way("desk: keep an offer longer", of_unit(*ON_THE_PHONE), ENTRY),
    "enrolment:extend-place": Way(
        "desk: keep a held place longer", of_unit(*ON_THE_PHONE), ENROLMENT
    ),
    "enrolment:answer-for": Way("desk: answer for a learner", of_unit(*ON_THE_PHONE), ENTRY),
    "enrolment:answer-place-for": Way(
        "desk: answer a drawn place", of_unit(*ON_THE_PHONE), ENROLMENT
    ),
    "enrolment:leave-line-for": Way(
        "desk: leave a line for a learner", of_unit(*ON_THE_PHONE), ENTRY
    ),
    "enrolment:withdraw-for": Way(
        "desk: leave a class for a learner", of_unit(*ON_THE_PHONE), ENROLMENT
    ),
    "enrolment:change-class-for": Way(
        "desk: change a class for a learner",
        of_unit(*ON_THE_PHONE),
        {**ENROLMENT, **SECTION},
    ),
    "enrolment:undo-for": Way(
        "desk: take a place back for a learner", of_unit(*ON_THE_PHONE), ENROLMENT
    ),
    "enrolment:yield-for": Way(
        "desk: let the next have it, for a learner", of_unit(*ON_THE_PHONE), ENROLMENT
    ),
    "enrolment:find-learner": Way("desk: find a learner", staff(*ON_THE_PHONE, R.OTHER_HEAD)),
    "enrolment:show-learner": Way("desk: one learner", of_unit(*ON_THE_PHONE), LEARNER),
    "enrolment:note-death": Way("desk: a learner has died", of_unit(*AT_COUNTERS), LEARNER),
    "enrolment:put-death-right": Way(
        "desk: it was somebody else",
        of_unit(*AT_COUNTERS, answer=Answer.DONE),
        LEARNER,
        posts=True,
    ),
    "enrolment:choose-class": Way("desk: a class for a learner", of_unit(*ON_THE_PHONE), LEARNER),
    "enrolment:enrol-learner": Way(
        "desk: enrol a learner", of_unit(*ON_THE_PHONE), {**SECTION, **LEARNER}
    ),
    "enrolment:list-openings": Way("when left-over places open", EVERYBODY),
    "enrolment:show-opening": Way("a waiting room", learners(), OPENING),
    "enrolment:join-room": Way("take a number", learners(Answer.DONE), OPENING, posts=True),
    "enrolment:enter-room": Way("come in", learners(Answer.DONE), OPENING, posts=True),
    "enrolment:staff-list-openings": Way("desk: openings", AT_OFFICES),
    "enrolment:staff-plan-openings": Way("desk: openings of a term", OF_TERMS, TERM),
    "enrolment:staff-watch-room": Way("desk: one waiting room", OF_TERMS, OPENING),
    "enrolment:staff-steer-room": Way(
        "desk: decide on a waiting room",
        staff(R.REGISTRAR, answer=Answer.WRONG),
        OPENING,
        posts=True,
    ),
    "enrolment:staff-bring-learner": Way("desk: bring a learner", AT_OFFICES, OPENING),
    "enrolment:staff-give-place": Way(
        "desk: a place for a learner",
        AT_OFFICES.but(other_head=Answer.UNKNOWN),
        {**OPENING, "learner_id": "learner"},
    ),
    "held-places": Way("counter: held places", in_admin(*AT_COUNTERS, R.OTHER_HEAD)),
    "seats-of-class": Way(
        "desk: seats of a class", in_admin(*IN_CHARGE).but(other_head=Answer.UNKNOWN), SECTION
    ),
    "cancel-class": Way(
        "desk: call a class off", in_admin(*IN_CHARGE).but(other_head=Answer.UNKNOWN), SECTION
    ),
    # Films
    "livestream:list-replays": Way("my replays", learners()),
    "livestream:watch": Way("a replay", WATCHERS, RECORDING),
    "livestream:grant": Way("right to watch, for the player", WATCHERS, RECORDING, posts=True),
    "livestream:read-transcript": Way("what is said, in writing", WATCHERS_OR_NOBODY, RECORDING),
    "livestream:captions-file": Way(
        "captions, for the player", WATCHERS_OR_NOBODY, {**RECORDING, "language": "language"}
    ),
    "livestream:list-captions": Way("captions of a film", FILM_PAGE, RECORDING),
    "livestream:begin-captions": Way("begin captions", FILM_ACT, RECORDING, posts=True),
    "livestream:edit-captions": Way("correct captions", FILM_PAGE, CAPTIONS),
    "livestream:publish-captions": Way("publish captions", FILM_ACT, CAPTIONS, posts=True),
    "livestream:remove-captions": Way("remove captions", FILM_ACT, CAPTIONS, posts=True),
    "livestream:edit-chapters": Way("chapters of a film", FILM_PAGE, RECORDING),
    "livestream:edit-notes": Way("notes of a lesson", FILM_PAGE, RECORDING),
    "livestream:watched-online": Way("who watched a lesson", FILM_PAGE, RECORDING),
    "livestream:list-films": Way("my films", staff(*SENDERS)),
    "livestream:upload-film": Way("send a film", staff(*SENDERS)),
    "livestream:announce-film": Way(
        "announce a film", staff(*SENDERS, answer=Answer.WRONG), posts=True
    ),
    "livestream:send-film": Way(
        "send a film in pieces", staff(*SENDERS, answer=Answer.WRONG), UPLOAD
    ),
    "livestream:give-up-film": Way("give a film up", FILM_ACT, UPLOAD, posts=True),
    "livestream:use-cut-film": Way("use a film that is cut", FILM_ACT, UPLOAD, posts=True),
    "livestream:publish-film": Way("publish", FILM_ACT, RECORDING, posts=True),
    "livestream:take-film-back": Way("take back", FILM_ACT, RECORDING, posts=True),
    "livestream:try-film-again": Way("try again", FILM_ACT, RECORDING, posts=True),
    "livestream:remove-film": Way("remove", FILM_ACT, RECORDING, posts=True),
}
ROWS |= (
    CLOUD_ROWS
    | DRAW_ROWS
    | FEE_ROWS
    | FINANCE_ROWS
    | LECTURE_ROWS
    | LIVE_ROWS
    | OFFICE_ROWS
    | REFUND_ROWS
    | RESULT_ROWS
    | TILL_ROWS
)

# Wagtail's own rooms: guarded by its permissions; here only who never gets in.
EDITORS_ROOMS = ("admin/", "documents/")


def way_of(name: str, pattern: str) -> Way | None:
    """Return the row of an address, or None for one that nobody entered."""
    if name in ROWS:
        return ROWS[name]
    return Way("editors", EDITORS) if pattern.startswith(EDITORS_ROOMS) else None
