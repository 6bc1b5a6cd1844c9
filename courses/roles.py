"""Which posts look after classes and lessons, and which after terms and their rules."""

from accounts.models import StaffPost

LOOK_AFTER_CLASSES = (StaffPost.Role.REGISTRAR, StaffPost.Role.BRANCH_HEAD)
LOOK_AFTER_TERMS = (StaffPost.Role.REGISTRAR,)
