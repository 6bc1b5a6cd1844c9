"""What staff and clock work ask."""

from enrolment.models import Enrolment, WaitlistEntry


def sections_to_empty() -> list[int]:
    """Return classes that were called off and still have learners or people who wait."""
    learners = Enrolment.objects.holding_a_seat().in_classes_called_off()
    waiting = WaitlistEntry.objects.in_line().in_classes_called_off()
    return sorted(
        {*learners.values_list("section", flat=True)}
        | {*waiting.values_list("section", flat=True)}
    )
