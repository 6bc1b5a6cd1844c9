"""Every write to what is taught and when."""

from courses.services.catalogue import (
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
)
from courses.services.policies import PolicyRefused, draft_policy, publish_policy
from courses.services.sections import staff_section

__all__ = [
    "LessonRefused",
    "PolicyRefused",
    "Refusal",
    "cancel_lesson",
    "draft_policy",
    "give_up_lessons",
    "keep_course",
    "keep_department",
    "keep_subject",
    "move_lesson",
    "plan_lessons",
    "plan_term",
    "publish_policy",
    "refresh_search_keys",
    "staff_section",
]
