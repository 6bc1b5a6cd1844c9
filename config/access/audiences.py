"""Who may knock, and what each is answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """Who may knock. Staff posts are of one county university unless the name says another."""

    VISITOR = "visitor"
    LEARNER = "learner"
    STRANGER = "another learner"
    HELPER = "helper"
    VOLUNTEER = "volunteer"
    WITNESS = "witness"
    MONITOR = "class monitor"
    TEACHER = "teacher"
    OTHER_TEACHER = "another teacher"
    FACILITATOR = "facilitator"
    COUNTER = "counter"
    HOTLINE = "hotline"
    FINANCE = "finance"
    EDITOR = "web editor"
    BRANCH_HEAD = "head of a university"
    OTHER_HEAD = "head of another university"
    REGISTRAR = "city registrar"
    DATA_OFFICER = "data officer"
    NO_FACTOR = "staff without a second factor"


class Answer(StrEnum):
    """What a door answers."""

    SHOWN = "shown"  # 200
    DONE = "done"  # 302 to where the work is to be seen
    SIGN_IN = "sign in"  # 302 to the phone code
    STAFF_SIGN_IN = "staff sign in"  # 302 to name and password
    WHO = "say who"  # 302 to "about me" or the choice of people
    FACTOR = "set up a factor"  # 302
    REFUSED = "refused"  # 401, 403
    UNKNOWN = "unknown"  # 404
    WRONG = "wrong"  # 400, 405, 422: the door is theirs, this knock was not


WITH_LEARNER = {Role.LEARNER, Role.STRANGER, Role.HELPER}
STAFF = {
    Role.TEACHER,
    Role.OTHER_TEACHER,
    Role.FACILITATOR,
    Role.COUNTER,
    Role.HOTLINE,
    Role.FINANCE,
    Role.EDITOR,
    Role.BRANCH_HEAD,
    Role.OTHER_HEAD,
    Role.REGISTRAR,
    Role.DATA_OFFICER,
}


@dataclass(frozen=True)
class Audience:
    """What each role is answered: ``usual`` unless ``special`` says otherwise."""

    usual: Answer
    special: Mapping[Role, Answer] = field(default_factory=dict)

    def answer(self, role: Role) -> Answer:
        """Return what this role is to be answered."""
        if role is Role.NO_FACTOR and role not in self.special:
            return Answer.FACTOR
        return self.special.get(role, self.usual)

    def in_words(self) -> str:
        """Say who gets which answer, the most usual last: ``learner: shown; else: refused``."""
        by_answer: dict[Answer, list[str]] = {}
        for role, answer in self.special.items():
            if answer is not self.usual:
                by_answer.setdefault(answer, []).append(role)
        said = [f"{', '.join(roles)}: {answer}" for answer, roles in by_answer.items()]
        return "; ".join([*said, f"{'else' if said else 'all'}: {self.usual}"])

    def but(self, **others: Answer) -> "Audience":
        """Return this audience with other answers for some roles, named by their members."""
        named = {Role[name.upper()]: answer for name, answer in others.items()}
        return Audience(self.usual, {**self.special, **named})


EVERYBODY = Audience(Answer.SHOWN)
EVERYBODY_ALWAYS = EVERYBODY.but(no_factor=Answer.SHOWN)
SIGNED_IN = Audience(Answer.SHOWN, {Role.VISITOR: Answer.SIGN_IN})


def learners(answer: Answer = Answer.SHOWN, *, own: bool = False) -> Audience:
    """Whoever a request can be made for; ``own`` things are unknown to everybody else."""
    special = dict.fromkeys(WITH_LEARNER, answer) | {Role.VISITOR: Answer.SIGN_IN}
    if own:
        special[Role.STRANGER] = Answer.UNKNOWN
    return Audience(Answer.WHO, special)


def staff(
    *roles: Role, answer: Answer = Answer.SHOWN, others: Answer = Answer.REFUSED
) -> Audience:
    """Staff of these roles; everybody else is refused, visitors may sign in."""
    special = dict.fromkeys(roles, answer) | {Role.VISITOR: Answer.STAFF_SIGN_IN}
    return Audience(others, special)
