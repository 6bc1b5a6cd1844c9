"""Openings of a department, and people before their doors."""

from datetime import timedelta

import factory
from factory.django import DjangoModelFactory

from courses.models import Department
from enrolment.domain.queueing import digest_of
from enrolment.models import Channel, Lane, Opening, OpeningSecret, QueuePlace
from tests.factories.accounts import LearnerFactory
from tests.factories.enrolment import TermFactory
from tests.factories.times import TODAY

SEED = "5e" * 32
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def number_of(n: int) -> str:
    """A number as learners get one; neighbours share no shard."""
    text = ""
    for _digit in range(8):
        n, rest = divmod(n * 7 + 5, len(ALPHABET))
        text += ALPHABET[rest]
    return text


class OpeningFactory(DjangoModelFactory):
    """An opening at TODAY whose order has not been made yet."""

    class Meta:
        model = Opening
        skip_postgeneration_save = True

    class Params:
        drawn = factory.Trait(seed=SEED, shuffled_at=TODAY)

    term = factory.SubFactory(TermFactory)
    department = factory.LazyFunction(lambda: Department.objects.get_or_create(name="体育保健")[0])
    opens_at = TODAY
    closes_at = TODAY + timedelta(days=5)
    seed_digest = digest_of(SEED)
    secret = factory.RelatedFactory(
        "tests.factories.openings.OpeningSecretFactory", factory_related_name="opening"
    )


class OpeningSecretFactory(DjangoModelFactory):
    """The seed that was promised."""

    class Meta:
        model = OpeningSecret

    seed = SEED


class QueuePlaceFactory(DjangoModelFactory):
    """Somebody who came five minutes before the hour and has no position yet."""

    class Meta:
        model = QueuePlace

    opening = factory.SubFactory(OpeningFactory)
    learner = factory.SubFactory(LearnerFactory)
    lane = Lane.PEOPLE
    number = factory.Sequence(number_of)
    joined_at = TODAY - timedelta(minutes=5)
    channel = Channel.WEB
