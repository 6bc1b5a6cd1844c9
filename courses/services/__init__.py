"""Every write to what is taught and when."""

from courses.services.catalogue import (
    NamedOnAList,
    keep_course,
    keep_department,
    keep_subject,
    refresh_search_keys,
)
from courses.services.lessons import (
    LessonRefused,
    Refusal,
    cancel_lesson,
    give_up_lessons,
    move_lesson,
    plan_lessons,
    plan_term,
    refusing_clashes,
)
from courses.services.policies import (
    PolicyRefused,
    amend_policy,
    draft_policy,
    publish_policy,
)
from courses.services.sections import ClassPlan, staff_section, write_class
from courses.services.teachers import TeacherFacts, keep_teacher
from courses.services.terms import TermOver, make_term, set_windows

__all__ = [
    "ClassPlan",
    "LessonRefused",
    "NamedOnAList",
    "PolicyRefused",
    "Refusal",
    "TeacherFacts",
    "TermOver",
    "amend_policy",
    "cancel_lesson",
    "draft_policy",
    "give_up_lessons",
    "keep_course",
    "keep_department",
    "keep_subject",
    "keep_teacher",
    "make_term",
    "move_lesson",
    "plan_lessons",
    "plan_term",
    "publish_policy",
    "refresh_search_keys",
    "refusing_clashes",
    "set_windows",
    "staff_section",
    "write_class",
]
