"""Why a course cannot be followed from home, or its printed pack not be asked for."""

from enum import StrEnum


class CloudRefusal(StrEnum):
    """What stands against it. Each has its sentence in ``wording``."""

    NOT_TAUGHT = "not_taught"
    SITS_IN_CLASS = "sits_in_class"
    NOT_FOLLOWED = "not_followed"
    ON_THE_WAY = "on_the_way"
