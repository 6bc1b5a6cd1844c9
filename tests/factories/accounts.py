"""Dull, valid people and offices; a trait or an argument names what is interesting."""

from datetime import date, timedelta

import factory
from factory.django import DjangoModelFactory

from accounts.models import HelperGrant, Learner, StaffPost, Unit, User
from tests.factories.times import TODAY


class UnitFactory(DjangoModelFactory):
    """The city's university; ``county=True`` makes one below it."""

    class Meta:
        model = Unit
        django_get_or_create = ("name",)

    name = "市老年大学"
    kind = Unit.Kind.CITY

    class Params:
        county = factory.Trait(
            kind=Unit.Kind.COUNTY,
            name=factory.Sequence(lambda n: f"第{n}县老年大学"),
            parent=factory.SubFactory("tests.factories.accounts.UnitFactory"),
        )


class UserFactory(DjangoModelFactory):
    """An account with a verified phone and no password."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"phone-{n}")
    phone = factory.Sequence(lambda n: f"+8613800{n:06d}")
    phone_verified_at = TODAY


class StaffFactory(UserFactory):
    """Somebody with a username, a password, and one post (``role``, ``unit``)."""

    username = factory.Sequence(lambda n: f"staff-{n}")
    phone = None
    phone_verified_at = None
    is_staff = True
    password = factory.django.Password("correct horse battery staple")

    class Params:
        role = StaffPost.Role.COUNTER
        unit = factory.SubFactory(UnitFactory)

    post = factory.RelatedFactory(
        "tests.factories.accounts.StaffPostFactory",
        factory_related_name="user",
        role=factory.SelfAttribute("..role"),
        unit=factory.SelfAttribute("..unit"),
    )


class StaffPostFactory(DjangoModelFactory):
    """Counter staff at the city's university."""

    class Meta:
        model = StaffPost

    user = factory.SubFactory(UserFactory)
    unit = factory.SubFactory(UnitFactory)
    role = StaffPost.Role.COUNTER


class LearnerFactory(DjangoModelFactory):
    """A woman of 66 with an account of her own, at the city's university."""

    class Meta:
        model = Learner

    user = factory.SubFactory(UserFactory)
    unit = factory.SubFactory(UnitFactory)
    name = factory.Sequence(lambda n: f"学员{n}")
    name_pinyin = factory.Sequence(lambda n: f"xue yuan {n}")
    sex = Learner.Sex.FEMALE
    born_on = date(1960, 3, 5)
    card_no = factory.Sequence(lambda n: f"Q{n:08d}")
    phone = factory.LazyAttribute(lambda it: it.user.phone if it.user else "")
    created_at = TODAY - timedelta(days=400)


class HelperGrantFactory(DjangoModelFactory):
    """A daughter who may do all but pay and withdraw, for a year."""

    class Meta:
        model = HelperGrant

    learner = factory.SubFactory(LearnerFactory)
    helper = factory.SubFactory(UserFactory)
    kind = HelperGrant.Kind.FAMILY
    how_consented = HelperGrant.Consent.SMS
    granted_at = TODAY - timedelta(days=30)
    expires_at = TODAY + timedelta(days=335)

    class Params:
        ended = factory.Trait(revoked_at=TODAY - timedelta(days=1))
