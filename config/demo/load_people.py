"""Writes people: learners and their accounts, staff and teachers with theirs, helpers."""

import base64
import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password

from accounts.models import (
    AuditEvent,
    ConsentRecord,
    HelperGrant,
    Learner,
    StaffPost,
    Unit,
    User,
    pinyin_of,
)
from accounts.services import grant_help, grant_post, revoke_help
from config.demo import papers
from config.demo.load_places import Keys
from config.demo.load_rows import copy_in, free_key, settle_sequences
from config.demo.personas import HELPERS, PERSONAS, Helper
from config.demo.records import CityPlan, LearnerPlan
from courses.models import Teacher

STAFF_PASSWORD = "qinglan-demo-2027"  # noqa: S105 - the demo's, printed for everybody
_NO_PASSWORD = "!" + "0" * 40  # Django's mark of an account without one
_USER_COLUMNS = (
    "id", "password", "is_superuser", "username", "first_name", "last_name", "email",
    "is_staff", "is_active", "date_joined", "phone", "phone_verified_at",
)  # fmt: skip


def second_factor(username: str) -> str:
    """The secret of a demo account's authenticator, the same on every machine."""
    digest = hashlib.sha256(f"qinglan demo {username}".encode()).digest()
    return base64.b32encode(digest[:20]).decode()


def load_learners(plan: CityPlan, units: Keys) -> dict[int, int]:
    """Write learners, and an account for every mobile telephone: a code can reach it."""
    joined = plan.earlier_terms[-1].phases[0].begins
    accounts = _load_accounts(plan.learners, joined)
    first = free_key(Learner)
    keys = {person.no: first + n for n, person in enumerate(plan.learners)}
    died = _deaths(plan)
    copy_in(
        Learner,
        ("id", "user_id", "unit_id", "name", "name_pinyin", "sex", "born_on", "id_kind", "id_hmac",
         "id_last4", "region_code", "phone", "device", "contact_name", "contact_phone", "card_no",
         "wants_care_reserve", "deceased_on", "created_at"),
        (
            (keys[p.no], accounts.get(p.phone), units[p.unit], p.name, pinyin_of(p.name)[:200],
             p.sex, p.birth, p.id_kind, Learner.digest_of(p.id_number), p.id_number[-4:],
             p.locality, p.phone, p.device, p.contact_name, p.contact_phone,
             papers.card_number(p.no), False, died.get(p.persona), joined)
            for p in plan.learners
        ),
    )  # fmt: skip
    settle_sequences(Learner, User)
    return keys


def _deaths(plan: CityPlan) -> dict[str, Any]:
    starts = plan.current_term.teaching_starts
    return {
        persona.key: starts + timedelta(weeks=persona.died_in_week - 1, days=2)
        for persona in PERSONAS
        if persona.died_in_week
    }


def _load_accounts(people: list[LearnerPlan], joined: datetime) -> Keys:
    """One account a telephone: couples share theirs."""
    phones = dict.fromkeys(person.phone for person in people if person.phone)
    first = free_key(User)
    keys = {phone: first + n for n, phone in enumerate(phones)}
    copy_in(
        User,
        _USER_COLUMNS,
        (
            (key, _NO_PASSWORD, False, f"phone-{phone[1:]}", "", "", "", False, True, joined,
             phone, joined)
            for phone, key in keys.items()
        ),
    )  # fmt: skip
    return keys


def load_staff(plan: CityPlan, units: Keys, at: datetime) -> dict[str, User]:
    """Write staff with their posts, and teachers' accounts; each shows a second factor."""
    password = make_password(STAFF_PASSWORD, salt="qinglan")
    wanted = list(_staff_accounts(plan))
    users = User.objects.bulk_create(
        User(
            username=username,
            password=password,
            first_name=name,
            phone=phone or None,
            date_joined=at,
            is_staff=True,
        )
        for username, name, phone, _, _ in wanted
    )
    Authenticator.objects.bulk_create(
        Authenticator(
            user=user,
            type=Authenticator.Type.TOTP,
            data={"secret": get_adapter().encrypt(second_factor(user.username))},
            created_at=at,
        )
        for user in users
    )
    offices = Unit.objects.in_bulk(units.values())
    for user, (_, _, _, unit, role) in zip(users, wanted, strict=True):
        grant_post(user=user, unit=offices[units[unit]], role=role, at=at)
    return {user.username: user for user in users}


def _staff_accounts(plan: CityPlan) -> Iterator[tuple[str, str, str, str, str]]:
    """User name, name, telephone, unit and role of everybody who works here."""
    for member in plan.staff:
        yield member.username, member.name, "", member.unit, member.role
    for teacher in plan.teachers:
        yield teacher_username(teacher.no, teacher.persona), teacher.name, teacher.phone, \
            teacher.unit, StaffPost.Role.TEACHER  # fmt: skip


def teacher_username(no: int, persona: str) -> str:
    """The user name of a teacher."""
    return persona or f"teacher-{no:03d}"


def give_teachers_their_accounts(
    plan: CityPlan, teachers: dict[int, int], users: dict[str, User]
) -> None:
    """Join each teacher to the account they sign in with."""
    rows = Teacher.objects.in_bulk(teachers.values())
    for teacher in plan.teachers:
        username = teacher_username(teacher.no, teacher.persona)
        rows[teachers[teacher.no]].user = users[username]
    Teacher.objects.bulk_update(rows.values(), ["user"], batch_size=500)


def load_helpers(plan: CityPlan, learners: dict[int, int], at: datetime) -> None:
    """Write those who act for others, one with a grant that was taken back."""
    named = {p.persona: learners[p.no] for p in plan.learners if p.persona}
    for helper in HELPERS:
        user = User.objects.create(
            username=f"helper-{helper.key}",
            password=_NO_PASSWORD,
            first_name=helper.name,
            phone=papers.memorable_phone(helper.phone_no),
            phone_verified_at=at,
            date_joined=at,
        )
        for key in helper.helps:
            if key in named:
                _grant(helper, user, Learner.objects.get(pk=named[key]), at)


def _grant(helper: Helper, user: User, learner: Learner, at: datetime) -> None:
    in_person = helper.kind == HelperGrant.Kind.COMMUNITY
    consent = HelperGrant.Consent.IN_PERSON if in_person else HelperGrant.Consent.SMS
    grant = grant_help(
        learner=learner,
        helper=user,
        kind=helper.kind,
        how_consented=consent,
        actor=user,
        at=at,
        may_pay=not in_person,
        may_withdraw=not in_person,
    )
    if helper.revoked:
        revoke_help(grant=grant, actor=user, at=at + timedelta(days=30))


def load_consents(plan: CityPlan, learners: dict[int, int], actor: User, at: datetime) -> None:
    """Health declarations of the personas, and what families of the oldest signed."""
    kinds = ConsentRecord.Kind
    ConsentRecord.objects.bulk_create(
        ConsentRecord(
            learner_id=learners[person.no],
            kind=kind,
            how=HelperGrant.Consent.PAPER,
            actor=actor,
            given_at=at,
            valid_until=at + timedelta(days=365),
        )
        for person in plan.learners
        if person.persona and person.current
        for kind in (kinds.PRIVACY, kinds.HEALTH)
    )


def note_the_making(plan: CityPlan, city: Unit, at: datetime) -> None:
    """One line in the book: these records are the demo's, written in bulk."""
    AuditEvent.objects.record(
        None, "demo city made", city, at=at, unit=city, seed=plan.seed, size=plan.size
    )
