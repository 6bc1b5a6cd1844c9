"""Terms with open forms, and forms with choices on them."""

from datetime import timedelta

from accounts.models import Learner
from courses.models import ClassSection, Term, TermPhase
from enrolment import services
from enrolment.models import Application, Channel
from tests.factories.accounts import LearnerFactory
from tests.factories.enrolment import SectionFactory, TermFactory
from tests.factories.times import TODAY

CLOSES_AT = TODAY + timedelta(days=7)


def term_with_forms(**more) -> Term:
    """A term whose forms opened a week ago and close in a week."""
    term = TermFactory(phase=Term.Phase.WISHES_OPEN, **more)
    TermPhase.objects.create(
        term=term,
        phase=Term.Phase.WISHES_OPEN,
        opens_at=TODAY - timedelta(days=7),
        closes_at=CLOSES_AT,
    )
    return term


def classes_of(term: Term, count: int, **more) -> list[ClassSection]:
    """So many classes of a term, each of another course, on other days of the week."""
    return [SectionFactory(term=term, weekday=day % 5 + 1, **more) for day in range(count)]


def fill_in(
    learner: Learner, sections: list[ClassSection], *, substitutes=(), at=TODAY, **answers
) -> Application:
    """A form with these choices, not handed in."""
    press = {"channel": Channel.WEB, "at": at}
    term = sections[0].term
    draft = services.open_form(term=term, learner=learner, actor=learner.user, **press)
    form = draft.application
    for section in sections:
        services.choose(application=form, section_id=section.pk, actor=learner.user, **press)
    if substitutes:
        services.take_instead(
            application=form,
            section_ids=[section.pk for section in substitutes],
            actor=learner.user,
            **press,
        )
    if answers:
        services.answer_form(application=form, **answers, **press)
    return form


def apply(sections: list[ClassSection], *, learner: Learner | None = None, at=TODAY, **more):
    """A form with these choices, handed in on the web by the learner."""
    learner = learner or learner_of_age()
    form = fill_in(learner, sections, at=at, **more)
    return services.hand_in(application=form, actor=learner.user, channel=Channel.WEB, at=at)


def learner_of_age(**more) -> Learner:
    """Somebody with an account who may be in any starters' class."""
    return LearnerFactory(**more)
