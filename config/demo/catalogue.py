"""What is taught: courses, and how many classes of each level a university has."""

from collections.abc import Iterator

from config.demo import tables
from config.demo.records import CoursePlan, SubjectPlan


def short_name(subject: SubjectPlan) -> str:
    """The subject without what stands in brackets, as class names say it."""
    return subject.name.partition("(")[0]


def course_code(subject: str, level: int) -> str:
    """The key of a course."""
    return f"{subject.lower()}-{level}"


def plan_courses() -> list[CoursePlan]:
    """Every level of every subject, and the mixed class where there are levels."""
    courses = []
    for subject in tables.SUBJECTS:
        levels = [0] if subject.levels == 1 else [*range(1, subject.levels + 1), tables.MIXED]
        for level in levels:
            chinese, english = tables.LEVEL_NAMES[level]
            name = short_name(subject).removesuffix("入门")
            courses.append(
                CoursePlan(
                    code=course_code(subject.code, level),
                    subject=subject.code,
                    level=level,
                    name=f"{name}{chinese}",
                    name_en=f"{subject.name_en}: {english}" if level else subject.name_en,
                    programme_terms=2 if level == tables.MIXED else 1,
                )
            )
    return courses


def levels_of(subject: SubjectPlan, classes: int, beginners: int) -> Iterator[int]:
    """The level of each of a university's classes of a subject, beginners first."""
    if subject.levels == 1:
        yield from [tables.STARTER] * classes
    elif classes == 1:
        yield tables.MIXED
    else:
        higher = classes - beginners
        second = higher if subject.levels == 2 else -(-higher // 2)
        yield from [1] * beginners + [2] * second + [3] * (higher - second)


def renewing_into(subject: SubjectPlan, level: int) -> int:
    """How many seats of a class go to learners who renew, before the draw."""
    kind = {tables.STARTER: "single", tables.BEGINNER: "beginner", tables.MIXED: "mixed"}
    return subject.capacity * tables.RENEWING[kind.get(level, "higher")] // 100
