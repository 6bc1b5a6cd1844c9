"""Posters of what is taught. Seats, fees and people hang on classes, never on these."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Prefetch
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField

from accounts.models import Unit
from campus.models import BasePage, CampusImage
from campus.models.pages import ensure_only_poster
from courses.models.catalogue import Course, Department, Subject
from courses.models.terms import Term


class SubjectIndexPage(BasePage):
    """What can be learned, by department; each subject leads into the catalogue."""

    max_count_per_parent = 1
    parent_page_types: ClassVar[list[str]] = ["campus.HomePage"]
    template = "courses/subject_index_page.html"

    class Meta:
        verbose_name = _("list of subjects")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add departments with their subjects, in the order of the prospectus."""
        context = super().get_context(request, *args, **kwargs)
        context["departments"] = Department.objects.order_by("position", "pk").prefetch_related(
            Prefetch("subjects", Subject.objects.in_order())
        )
        return context


class CoursePage(BasePage):
    """The poster of a course: for whom it is, what to bring, what is done in which week."""

    course = models.ForeignKey(
        Course, on_delete=models.PROTECT, related_name="+", verbose_name=_("course")
    )
    suits = models.CharField(_("whom it suits"), max_length=200, blank=True)
    bring = models.CharField(_("what to bring"), max_length=200, blank=True)
    picture = models.ForeignKey(
        CampusImage,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture"),
    )

    parent_page_types: ClassVar[list[str]] = ["courses.SubjectIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    template = "courses/course_page.html"
    content_panels: ClassVar[list[Any]] = [
        FieldPanel("course"),
        *Page.content_panels,
        FieldPanel("lead"),
        FieldPanel("suits"),
        FieldPanel("bring"),
        FieldPanel("picture"),
        FieldPanel("body", heading=_("what is done in the course")),
    ]
    search_fields: ClassVar[list[Any]] = [*BasePage.search_fields, index.SearchField("suits")]
    override_translatable_fields: ClassVar[list[Any]] = [
        *BasePage.override_translatable_fields,
        SynchronizedField("course", overridable=False),
        SynchronizedField("picture"),
    ]

    class Meta:
        verbose_name = _("page of a course")

    def clean(self) -> None:
        """One poster per course and language."""
        super().clean()
        ensure_only_poster(
            self, "course", gettext("This course has a page in this language already.")
        )


class ProspectusPage(BasePage):
    """The prospectus of a term, of the city or of one unit: on screen and on paper."""

    term = models.ForeignKey(
        Term, on_delete=models.PROTECT, related_name="+", verbose_name=_("term")
    )
    unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("unit"),
        help_text=_("Leave empty for the classes of all units."),
    )

    parent_page_types: ClassVar[list[str]] = ["campus.HomePage", "campus.UnitPage"]
    subpage_types: ClassVar[list[str]] = []
    template = "courses/prospectus_page.html"
    content_panels: ClassVar[list[Any]] = [
        FieldPanel("term"),
        FieldPanel("unit"),
        *Page.content_panels,
        FieldPanel("lead"),
        FieldPanel("body"),
    ]
    override_translatable_fields: ClassVar[list[Any]] = [
        *BasePage.override_translatable_fields,
        SynchronizedField("term", overridable=False),
        SynchronizedField("unit", overridable=False),
    ]

    class Meta:
        verbose_name = _("prospectus")
