"""What every rule says of one person and one class, and which papers open the way."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from courses.models import ClassSection
from enrolment.domain.refusals import Advice, Finding, Objection, Paper, Refusal, Rule, Verdict
from enrolment.wording.why_not import objection, refusal

# What a rule is about, and what is said when it has nothing to say.
RULES: dict[Rule, tuple[Any, Any]] = {
    Rule.WINDOW: (
        gettext_lazy("Time of enrolment"),
        gettext_lazy("The class takes people now."),
    ),
    Rule.OWN: (gettext_lazy("This class"), gettext_lazy("You are not in it yet.")),
    Rule.LIMIT: (
        gettext_lazy("Number of classes"),
        gettext_lazy("You may have one more class."),
    ),
    Rule.HOT_LIMIT: (
        gettext_lazy("Most wanted classes"),
        gettext_lazy("You have not used yours up."),
    ),
    Rule.HOLDS: (
        gettext_lazy("Unpaid places"),
        gettext_lazy("One more place may be kept for you."),
    ),
    Rule.ABSENCE: (
        gettext_lazy("Attendance last term"),
        gettext_lazy("Nothing stands against it."),
    ),
    Rule.TIME: (
        gettext_lazy("Your timetable"),
        gettext_lazy("The hours fit, and so does the way."),
    ),
    Rule.AGE: (gettext_lazy("Age"), gettext_lazy("You are old enough.")),
    Rule.BEGINNING: (
        gettext_lazy("How lively the course is"),
        gettext_lazy("Your age fits."),
    ),
    Rule.REPEAT: (
        gettext_lazy("Taking a course again"),
        gettext_lazy("Nothing stands against it."),
    ),
    Rule.LEVEL: (gettext_lazy("Level"), gettext_lazy("Your level fits.")),
    Rule.HEALTH: (gettext_lazy("Health declaration"), gettext_lazy("No paper is missing.")),
    Rule.FAMILY: (gettext_lazy("Your family's consent"), gettext_lazy("No paper is missing.")),
    Rule.RESIDENCE: (
        gettext_lazy("Living or working in the city"),
        gettext_lazy("No paper is missing."),
    ),
}
VERDICTS: dict[Verdict, Any] = {
    Verdict.OK: pgettext_lazy("verdict of a rule", "Fine"),
    Verdict.WARN: pgettext_lazy("verdict of a rule", "Please note"),
    Verdict.NEEDS_DOCUMENT: pgettext_lazy("verdict of a rule", "Something is missing"),
    Verdict.BLOCK: pgettext_lazy("verdict of a rule", "Not possible"),
}
SIGNS = {
    Verdict.OK: "done",
    Verdict.WARN: "info",
    Verdict.NEEDS_DOCUMENT: "warning",
    Verdict.BLOCK: "warning",
}
ADVICE = {
    Advice.TALK_FIRST: gettext_lazy(
        "This course is lively. Please talk to the teacher before the first lesson, and say how"
        " you feel."
    ),
    Advice.LATE_JOIN: gettext_lazy(
        "Lessons have begun. Ask the teacher first whether one more can join."
    ),
}
PAPERS = {
    Paper.HEALTH: gettext_lazy("Health declaration"),
    Paper.FAMILY: gettext_lazy("Consent of your family"),
    Paper.RESIDENCE: gettext_lazy("Proof that you belong to the city"),
    Paper.PLACEMENT: gettext_lazy("The level below, or a placement by the teacher"),
}
# What to bring to the counter; what is done elsewhere needs nothing.
TO_BRING = {
    Refusal.NEEDS_DECLARATION_AT_COUNTER: gettext_lazy("Bring your identity card."),
    Refusal.NEEDS_FAMILY_CONSENT: gettext_lazy(
        "Come with one of your family. Both of you bring your identity cards."
    ),
    Refusal.NEEDS_RESIDENCE: gettext_lazy(
        "Bring one of these: your household register or residence permit; a letter of your"
        " employer; your child's household register or residence permit."
    ),
}


@dataclass(frozen=True)
class Line:
    """What one rule says, in words: what it is about, how it stands, the sentence, a sign."""

    about: str
    verdict: Verdict
    stands: str
    sentence: str
    sign: str


@dataclass(frozen=True)
class PaperInWords:
    """A paper that is missing: its name, why, what to bring, and whether one gives it here."""

    paper: Paper
    name: str
    why: str
    bring: str
    given_here: bool


def situation(
    findings: Iterable[Finding],
    section: ClassSection,
    *,
    others: Mapping[int, ClassSection],
    opens_at: datetime | None = None,
) -> list[Line]:
    """Say what every rule says, in order. ``others`` are classes that may be in the way."""
    lines = []
    for found in findings:
        about, fine = RULES[found.rule]
        match found.said:
            case None:
                sentence = str(fine)
            case Objection() as said:
                other = others.get(said.other_section or 0)
                sentence = objection(said, section, other=other, opens_at=opens_at)
            case Advice() as advice:
                sentence = str(ADVICE[advice])
        verdict = found.verdict
        lines.append(Line(str(about), verdict, str(VERDICTS[verdict]), sentence, SIGNS[verdict]))
    return lines


def advice(findings: Iterable[Finding]) -> list[str]:
    """Return what a person is told before they go on."""
    return [str(ADVICE[found.said]) for found in findings if isinstance(found.said, Advice)]


def papers(findings: Iterable[Finding], section: ClassSection) -> list[PaperInWords]:
    """Say which papers are missing, why, and what to bring where."""
    missing = [found.said for found in findings if isinstance(found.said, Objection)]
    return [
        PaperInWords(
            paper=said.paper,
            name=str(PAPERS[said.paper]),
            why=refusal(said.reason, section, number=said.number),
            bring=str(TO_BRING.get(said.reason, "")),
            given_here=said.reason is Refusal.NEEDS_HEALTH_DECLARATION,
        )
        for said in missing
        if said.paper is not None
    ]


def before_the_tap(findings: Iterable[Finding], section: ClassSection) -> list[str]:
    """Say on a card what one should know before going on: papers by name, then advice."""
    findings = list(findings)
    names = [paper.name for paper in papers(findings, section)]
    needed = [_("Needed first: %(papers)s.") % {"papers": _(", ").join(names)}] if names else []
    return needed + advice(findings)


def papers_recorded(name: str) -> str:
    """Say to staff that a paper is in the books."""
    return _("The papers of %(name)s are recorded. Go on with the class.") % {"name": name}


def placed(name: str, subject: str, level: str) -> str:
    """Say to staff where somebody may sit now."""
    return _("%(name)s may join %(subject)s, %(level)s.") % {
        "name": name,
        "subject": subject,
        "level": level,
    }
