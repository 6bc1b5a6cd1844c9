"""Pages with a day: public notices, and stories of learners."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import Page
from wagtail_localize.fields import SynchronizedField

from campus.models.media import CampusImage
from campus.models.pages import BasePage

A_PAGE = 12


class NoticeIndexPage(BasePage):
    """All notices, the newest first: of the city, or of one unit."""

    max_count_per_parent = 1
    parent_page_types: ClassVar[list[str]] = ["campus.HomePage", "campus.UnitPage"]
    template = "campus/notice_index_page.html"

    class Meta:
        verbose_name = _("list of notices")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add one page of notices."""
        context = super().get_context(request, *args, **kwargs)
        notices = NoticePage.objects.child_of(self).live().order_by("-dated_on", "-pk")
        context["notices"] = Paginator(notices, A_PAGE).get_page(request.GET.get("page"))
        return context


class NoticePage(BasePage):
    """A public notice: dated, printable, and saying until when one may object."""

    class Kind(models.TextChoices):
        NEWS = "news", _("notice")
        PUBLIC = "public", _("public notice, open to objections")
        CHANGE = "change", _("change of lessons")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.NEWS)
    dated_on = models.DateField(_("date of the notice"))
    objections_until = models.DateTimeField(_("objections until"), null=True, blank=True)

    parent_page_types: ClassVar[list[str]] = ["campus.NoticeIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    template = "campus/notice_page.html"
    content_panels: ClassVar[list[Any]] = [
        *Page.content_panels,
        MultiFieldPanel(
            [FieldPanel("kind"), FieldPanel("dated_on"), FieldPanel("objections_until")],
            heading=_("What kind, and when"),
        ),
        FieldPanel("lead"),
        FieldPanel("body"),
    ]
    override_translatable_fields: ClassVar[list[Any]] = [
        *BasePage.override_translatable_fields,
        SynchronizedField("kind", overridable=False),
        SynchronizedField("dated_on", overridable=False),
        SynchronizedField("objections_until", overridable=False),
    ]

    class Meta:
        verbose_name = _("notice")
        indexes = [models.Index(fields=["-dated_on"], name="notices_by_date")]

    def clean(self) -> None:
        """A public notice says until when one may object, and gives at least its own day."""
        super().clean()
        if self.objections_until and localtime(self.objections_until).date() < self.dated_on:
            raise ValidationError(
                {"objections_until": gettext("Objections must end after the date of the notice.")}
            )
        if self.kind == self.Kind.PUBLIC and not self.objections_until:
            raise ValidationError(
                {"objections_until": gettext("Say until when people may object.")}
            )


class StoryIndexPage(BasePage):
    """Stories of learners and teachers, the newest first."""

    max_count_per_parent = 1
    parent_page_types: ClassVar[list[str]] = ["campus.HomePage"]
    template = "campus/story_index_page.html"

    class Meta:
        verbose_name = _("list of stories")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add one page of stories with their pictures."""
        context = super().get_context(request, *args, **kwargs)
        stories = (
            StoryPage.objects.child_of(self)
            .live()
            .select_related("picture")
            .order_by("-dated_on", "-pk")
        )
        context["stories"] = Paginator(stories, A_PAGE).get_page(request.GET.get("page"))
        return context


class StoryPage(BasePage):
    """A learner or a teacher tells."""

    dated_on = models.DateField(_("date of the story"))
    who = models.CharField(_("who tells it"), max_length=80)
    picture = models.ForeignKey(
        CampusImage,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture"),
    )

    parent_page_types: ClassVar[list[str]] = ["campus.StoryIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    template = "campus/story_page.html"
    content_panels: ClassVar[list[Any]] = [
        *Page.content_panels,
        FieldPanel("who"),
        FieldPanel("dated_on"),
        FieldPanel("lead"),
        FieldPanel("picture"),
        FieldPanel("body"),
    ]
    override_translatable_fields: ClassVar[list[Any]] = [
        *BasePage.override_translatable_fields,
        SynchronizedField("dated_on", overridable=False),
        SynchronizedField("picture"),
    ]

    class Meta:
        verbose_name = _("story")
