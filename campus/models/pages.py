"""Posters on the wall: pages that editors write. Records never point at them.

A poster of a campus or a unit points at its record. There is one poster per language, so the
link is a ForeignKey and not a OneToOne; unpublishing or deleting a poster changes no record.
"""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import connection, models
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import Page
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField

from accounts.models import Unit
from campus.models.fields import BodyField
from campus.models.media import CampusImage
from campus.models.places import Campus


class BasePage(Page):
    """What every page of the site has: a lead under its heading, and a body of blocks.

    Concrete pages say where they may stand by ``parent_page_types``; a parent does not list its
    children, because some of them live on floors above.
    """

    lead = models.CharField(
        _("lead"),
        max_length=300,
        help_text=_("One or two short sentences under the heading; also shown in lists."),
    )
    body = BodyField(verbose_name=_("text"))

    content_panels: ClassVar[list[Any]] = [
        *Page.content_panels,
        FieldPanel("lead"),
        FieldPanel("body"),
    ]
    promote_panels: ClassVar[list[Any]] = [
        MultiFieldPanel(
            [FieldPanel("slug"), FieldPanel("seo_title"), FieldPanel("search_description")],
            heading=_("For search"),
        ),
    ]
    search_fields: ClassVar[list[Any]] = [
        *Page.search_fields,
        index.SearchField("lead"),
        index.SearchField("body"),
        index.AutocompleteField("title_from_each_sign"),
    ]
    # One address in all languages, so that a printed link can be followed in any of them.
    override_translatable_fields: ClassVar[list[Any]] = [
        SynchronizedField("slug", overridable=False)
    ]

    class Meta:
        abstract = True

    @property
    def description(self) -> str:
        """Return the sentence for search results: the editor's, or else the lead."""
        return str(self.search_description or self.lead)

    def title_from_each_sign(self) -> str:
        """Return the title begun at each of its signs, for the editors' search.

        PostgreSQL takes a run of Chinese for one word and finds it by its beginning only: a word
        in the middle of a title would never be found.
        """
        return " ".join(self.title[start:] for start in range(1, min(len(self.title), 40)))

    def crumbs(self) -> list[tuple[str, str]]:
        """Return the way here from the home page, as breadcrumbs show it; one query."""
        way = self.get_ancestors(inclusive=True).filter(depth__gt=1)
        return [
            (gettext("Home") if page.depth == 2 else page.title, page.get_url() or "")
            for page in way
        ]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Hand the way here to the template."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["crumbs"] = self.crumbs()
        # What editors have put on the page themselves is not drawn a second time.
        context["own_blocks"] = {block.block_type for block in self.body}
        return context


def _one_at_a_time(what: str) -> None:
    """Wait until nobody else in a transaction is at ``what``; free again when ours ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [what])


def ensure_only_poster(page: BasePage, field: str, sentence: str) -> None:
    """Refuse a second poster of the same record in the same language.

    The language of a page stands in another table than its record, so no constraint of the
    database can say this. Two editors who save at once are told apart by a lock instead: a page
    is cleaned once more in the transaction that saves it, and the second waits for the first.
    """
    _one_at_a_time(f"{page._meta.label} {getattr(page, f'{field}_id')} {page.locale_id}")
    others = type(page).objects.filter(
        **{field: getattr(page, f"{field}_id"), "locale": page.locale_id}
    )
    if getattr(page, f"{field}_id") and others.exclude(pk=page.pk).exists():
        raise ValidationError({field: sentence})


class HomePage(BasePage):
    """The front door. What matters now comes first; what editors write stands below it."""

    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]
    template = "campus/home_page.html"

    class Meta:
        verbose_name = _("home page")


class UnitPage(BasePage):
    """The poster of a university: who it is, where it teaches."""

    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit")
    )
    picture = models.ForeignKey(
        CampusImage,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture"),
    )

    parent_page_types: ClassVar[list[str]] = ["campus.HomePage"]
    template = "campus/unit_page.html"
    content_panels: ClassVar[list[Any]] = [
        FieldPanel("unit"),
        *Page.content_panels,
        FieldPanel("lead"),
        FieldPanel("picture"),
        FieldPanel("body"),
    ]
    override_translatable_fields: ClassVar[list[Any]] = [
        *BasePage.override_translatable_fields,
        SynchronizedField("unit", overridable=False),
        SynchronizedField("picture"),
    ]

    class Meta:
        verbose_name = _("page of a unit")

    def clean(self) -> None:
        """One poster per unit and language."""
        super().clean()
        ensure_only_poster(self, "unit", gettext("This unit has a page in this language already."))


class CampusIndexPage(BasePage):
    """Words above the list of campuses; our own view draws the list, at this address."""

    max_count_per_parent = 1
    parent_page_types: ClassVar[list[str]] = ["campus.HomePage"]
    subpage_types: ClassVar[list[str]] = []
    template = "campus/campus_index_page.html"

    class Meta:
        verbose_name = _("list of campuses")


class CampusPage(BasePage):
    """The poster of a campus: how to get there, what the door looks like."""

    campus = models.ForeignKey(
        Campus, on_delete=models.PROTECT, related_name="+", verbose_name=_("campus")
    )
    picture = models.ForeignKey(
        CampusImage,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture of the door"),
    )

    parent_page_types: ClassVar[list[str]] = ["campus.UnitPage"]
    subpage_types: ClassVar[list[str]] = []
    template = "campus/campus_page.html"
    content_panels: ClassVar[list[Any]] = [
        FieldPanel("campus"),
        *Page.content_panels,
        FieldPanel("lead"),
        FieldPanel("picture"),
        FieldPanel("body", heading=_("how to get there, and what to know")),
    ]
    override_translatable_fields: ClassVar[list[Any]] = [
        *BasePage.override_translatable_fields,
        SynchronizedField("campus", overridable=False),
        SynchronizedField("picture"),
    ]

    class Meta:
        verbose_name = _("page of a campus")

    def clean(self) -> None:
        """One poster per campus and language."""
        super().clean()
        ensure_only_poster(
            self, "campus", gettext("This campus has a page in this language already.")
        )


class PlainPage(BasePage):
    """Whatever has no type of its own: accessibility statement, about us."""

    parent_page_types: ClassVar[list[str]] = [
        "campus.HomePage",
        "campus.UnitPage",
        "campus.PlainPage",
    ]
    template = "campus/plain_page.html"

    class Meta:
        verbose_name = _("plain page")


class HelpIndexPage(BasePage):
    """All help in one list, the phone on top."""

    max_count_per_parent = 1
    parent_page_types: ClassVar[list[str]] = ["campus.HomePage"]
    template = "campus/help_index_page.html"

    class Meta:
        verbose_name = _("list of help pages")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the help pages in the order editors gave them."""
        context = super().get_context(request, *args, **kwargs)
        context["pages"] = HelpPage.objects.child_of(self).live().order_by("path")
        return context


class HelpPage(BasePage):
    """One question of a learner, answered."""

    parent_page_types: ClassVar[list[str]] = ["campus.HelpIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    template = "campus/help_page.html"

    class Meta:
        verbose_name = _("help page")
