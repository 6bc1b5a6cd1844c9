"""The desk of lectures in the CMS: series with their rules, lectures with their titles."""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.db import models
from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from psycopg.types.range import Range
from wagtail import hooks
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList, Panel
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from accounts.scope import offices_of
from campus.widgets import OtherLanguages
from livestream import services, wording
from livestream.domain.recurrence import RuleRefused, read_days
from livestream.models import Lecture, Series
from livestream.views.series_desk import PLANNERS

NAMES: list[Panel] = [FieldPanel("name"), FieldPanel("name_i18n", widget=OtherLanguages)]
LONGEST_MINUTES = 600


class SeriesForm(WagtailAdminModelForm):
    """Stores a series through its service; a rule must name days that there are."""

    def clean_rule_days(self) -> str:
        """Write the days one way."""
        said = self.cleaned_data["rule_days"]
        if not said:
            return ""
        try:
            return " ".join(str(day) for day in read_days(said))
        except RuleRefused as refused:
            raise forms.ValidationError(wording.why_no_plan(refused)) from refused

    def save(self, commit: bool = True) -> models.Model:
        """Complete names and search keys, too."""
        return services.keep_series(series=self.instance)


class LectureForm(WagtailAdminModelForm):
    """Stores a lecture through its service; day, hour and length instead of a range."""

    begins = forms.SplitDateTimeField(label=_("day and hour"))
    minutes = forms.IntegerField(
        label=_("length in minutes"), min_value=1, max_value=LONGEST_MINUTES, initial=90
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = False  # planned long before its title is known
        during: Any = self.instance.during
        if during is not None:
            self.initial["begins"] = timezone.localtime(during.lower)
            self.initial["minutes"] = int((during.upper - during.lower).total_seconds() // 60)

    def clean(self) -> dict[str, Any]:
        """Put the range together, and give a lecture of a series its number."""
        cleaned: dict[str, Any] = super().clean()
        begins, minutes = cleaned.get("begins"), cleaned.get("minutes")
        if begins and minutes:
            self.instance.during = Range(begins, begins + timedelta(minutes=minutes))
        if cleaned.get("series") is None:
            cleaned["issue"] = None
        elif cleaned.get("issue") is None:
            cleaned["issue"] = services.next_issue(cleaned["series"])
        return cleaned

    def save(self, commit: bool = True) -> models.Model:
        """Complete names and search key, too."""
        return services.keep_lecture(lecture=self.instance)


class SeriesViewSet(SnippetViewSet):
    """Series, and the rule for their days."""

    model = Series
    icon = "list-ol"
    list_display: ClassVar[list[str]] = ["name", "unit", "rule", "rule_days"]
    search_fields: ClassVar[list[str]] = ["name", "name_pinyin"]
    ordering: ClassVar[list[str]] = ["name_pinyin"]
    copy_view_enabled = False
    edit_handler = ObjectList(
        [
            *NAMES,
            MultiFieldPanel(
                [
                    FieldPanel("slug"),
                    FieldPanel("unit"),
                    FieldPanel("about"),
                    FieldPanel("about_i18n", widget=OtherLanguages),
                ],
                heading=_("What it is"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("rule"),
                    FieldPanel("rule_days"),
                    FieldPanel("rule_nth"),
                    FieldPanel("rule_weekday"),
                    FieldPanel("shift"),
                ],
                heading=_("Its days"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("starts_at"),
                    FieldPanel("minutes"),
                    FieldPanel("campus"),
                    FieldPanel("place"),
                ],
                heading=_("Most of its lectures"),
            ),
        ],
        base_form_class=SeriesForm,
    )


class LectureViewSet(SnippetViewSet):
    """Lectures: the title, who speaks, when and where."""

    model = Lecture
    icon = "openquote"
    list_display: ClassVar[list[str]] = ["__str__", "series", "issue", "speaker", "status"]
    list_filter: ClassVar[list[str]] = ["series", "status"]
    search_fields: ClassVar[list[str]] = ["name", "name_pinyin", "speaker"]
    ordering: ClassVar[list[str]] = ["-during"]
    copy_view_enabled = False
    edit_handler = ObjectList(
        [
            *NAMES,
            MultiFieldPanel(
                [FieldPanel("speaker"), FieldPanel("about"), FieldPanel("subject")],
                heading=_("What it is"),
            ),
            MultiFieldPanel(
                [FieldPanel("series"), FieldPanel("issue"), FieldPanel("unit")],
                heading=_("Where it belongs"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("begins"),
                    FieldPanel("minutes"),
                    FieldPanel("campus"),
                    FieldPanel("place"),
                    FieldPanel("status"),
                ],
                heading=_("When and where"),
            ),
        ],
        base_form_class=LectureForm,
    )


class LecturesGroup(SnippetViewSetGroup):
    """One entry of the menu for lectures."""

    items = (SeriesViewSet, LectureViewSet)
    menu_icon = "calendar"
    menu_label = _("Lectures")
    menu_name = "lectures"
    menu_order = 205


register_snippet(LecturesGroup)


class ForThoseWhoPlanLectures(MenuItem):
    """A door to the year plans, shown to the posts that may open it."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether the one who asks holds such a post anywhere."""
        return request.user.is_authenticated and bool(offices_of(request.user, PLANNERS))


@hooks.register("register_admin_menu_item")
def year_plans_in_the_menu() -> MenuItem:
    """Year plans of lectures, in the menu of the desk."""
    return ForThoseWhoPlanLectures(
        _("Year plans of lectures"),
        reverse_lazy("livestream:staff-list-series"),
        name="lecture-plans",
        icon_name="calendar-check",
        order=206,
    )
