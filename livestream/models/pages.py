"""Posters of replays: what editors say about a film that is open to everybody."""

from typing import Any, ClassVar

from django.core.paginator import Paginator
from django.db import models
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page
from wagtail_localize.fields import SynchronizedField

from campus.models import BasePage
from courses.models import Lesson
from livestream.models.recordings import Recording
from livestream.models.series import Series

A_PAGE = 12


class SeriesPage(BasePage):
    """A series of lectures or lessons, the newest first.

    Where it is the poster of a series, days and issues are the record's.
    """

    series = models.ForeignKey(
        Series,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("series of lectures"),
        help_text=_("Its next lecture stands on this page."),
    )

    parent_page_types: ClassVar[list[str]] = ["campus.HomePage", "campus.UnitPage"]
    subpage_types: ClassVar[list[str]] = ["livestream.ReplayPage"]
    template = "livestream/series_page.html"
    content_panels: ClassVar[list[Any]] = [*BasePage.content_panels, FieldPanel("series")]
    override_translatable_fields: ClassVar[list[Any]] = [
        *BasePage.override_translatable_fields,
        SynchronizedField("series", overridable=False),
    ]

    class Meta:
        verbose_name = _("series of replays")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add one page of replays."""
        context = super().get_context(request, *args, **kwargs)
        replays = (
            ReplayPage.objects.child_of(self)
            .live()
            .order_by(
                Coalesce("recording__lesson__during", "recording__lecture__during").desc(), "-pk"
            )
        )
        context["replays"] = Paginator(replays, A_PAGE).get_page(request.GET.get("page"))
        return context


class ReplayPageForm(WagtailAdminPageForm):
    """Offers the replays that are open to everybody, by what was taught and when."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["recording"]
        field.queryset = Recording.objects.open_to_all().with_all_to_show().latest_first()
        field.label_from_instance = self.name_of

    @staticmethod
    def name_of(recording: Recording) -> str:
        shown = recording.shown()
        begins = localtime(shown.during.lower)
        name = shown.section.course if isinstance(shown, Lesson) else shown
        return f"{name} · {begins:%Y-%m-%d %H:%M}"


class ReplayPage(BasePage):
    """The poster of one replay. Who may watch is for the recording to say, not for the page."""

    recording = models.ForeignKey(
        Recording,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("replay"),
        help_text=_("Replays that their teacher has opened to everybody."),
    )

    parent_page_types: ClassVar[list[str]] = ["livestream.SeriesPage"]
    subpage_types: ClassVar[list[str]] = []
    template = "livestream/replay_page.html"
    base_form_class = ReplayPageForm
    content_panels: ClassVar[list[Any]] = [
        FieldPanel("recording"),
        *Page.content_panels,
        FieldPanel("lead"),
        FieldPanel("body", heading=_("what is said in it, in writing")),
    ]
    override_translatable_fields: ClassVar[list[Any]] = [
        *BasePage.override_translatable_fields,
        SynchronizedField("recording", overridable=False),
    ]

    class Meta:
        verbose_name = _("page of a replay")
