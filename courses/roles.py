"""Which posts look after classes and lessons: their rooms, teachers and dates."""

from accounts.models import StaffPost

LOOK_AFTER_CLASSES = (StaffPost.Role.REGISTRAR, StaffPost.Role.BRANCH_HEAD)
