"""The catalogue desk in the CMS: what is taught. Classes have views of their own, by unit."""

from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList, Panel
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import EditView, SnippetViewSet, SnippetViewSetGroup

from accounts.scope import offices_of
from campus.widgets import OtherLanguages
from courses import wording
from courses.forms import CourseForm, DepartmentForm, SubjectForm
from courses.models import Course, Department, Subject
from courses.roles import LOOK_AFTER_CLASSES, LOOK_AFTER_TERMS
from courses.services import NamedOnAList

NAMES: list[Panel] = [FieldPanel("name"), FieldPanel("name_i18n", widget=OtherLanguages)]


class DepartmentViewSet(SnippetViewSet):
    """Families of subjects."""

    model = Department
    icon = "folder-open-inverse"
    list_display: ClassVar[list[str]] = ["name", "position"]
    ordering: ClassVar[list[str]] = ["position"]
    copy_view_enabled = False
    edit_handler = ObjectList([*NAMES, FieldPanel("position")], base_form_class=DepartmentForm)


class EditWhileListsAllow(EditView):
    """A page that says, beside the field, what a closed list keeps as it is."""

    def form_valid(self, form: WagtailAdminModelForm) -> HttpResponse:
        """Store it, or say which field stays and until when."""
        answer: HttpResponse
        try:
            answer = super().form_valid(form)
        except NamedOnAList:
            kept = [name for name in ("code", "subject", "level") if name in form.changed_data]
            form.add_error(next(iter(kept), None), wording.named_on_a_list())
            # As is_valid() has it for a field that the form itself finds wrong.
            self.produced_error_code = "validation_error"
            self.produced_error_message = self.get_error_message()
            answer = self.form_invalid(form)
        return answer


class SubjectViewSet(SnippetViewSet):
    """Subjects, and what people call them."""

    model = Subject
    edit_view_class = EditWhileListsAllow
    icon = "tag"
    list_display: ClassVar[list[str]] = ["name", "department", "code", "also_called"]
    list_filter: ClassVar[list[str]] = ["department"]
    search_fields: ClassVar[list[str]] = ["name", "name_pinyin", "also_called"]
    ordering: ClassVar[list[str]] = ["department__position", "position"]
    copy_view_enabled = False
    edit_handler = ObjectList(
        [
            *NAMES,
            FieldPanel(
                "also_called",
                help_text=_("Other words people type for it, with a space between them."),
            ),
            FieldPanel("department"),
            FieldPanel("code"),
            FieldPanel("slug"),
            FieldPanel("position"),
        ],
        base_form_class=SubjectForm,
    )


class CourseViewSet(SnippetViewSet):
    """Subjects at one level, with who may take them."""

    model = Course
    edit_view_class = EditWhileListsAllow
    icon = "openquote"
    list_display: ClassVar[list[str]] = ["name", "subject", "level", "vigorous"]
    list_filter: ClassVar[list[str]] = ["subject__department", "level"]
    search_fields: ClassVar[list[str]] = ["name", "name_pinyin", "search_key"]
    ordering: ClassVar[list[str]] = ["subject__department__position", "subject__position", "level"]
    copy_view_enabled = False
    edit_handler = ObjectList(
        [
            *NAMES,
            MultiFieldPanel(
                [
                    FieldPanel("subject"),
                    FieldPanel("level"),
                    FieldPanel("slug"),
                    FieldPanel("programme_terms"),
                ],
                heading=_("What it is"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("min_age_f"),
                    FieldPanel("min_age_m"),
                    FieldPanel("max_new_age"),
                    FieldPanel("vigorous"),
                    FieldPanel("prerequisites"),
                    FieldPanel("repeat_rule"),
                ],
                heading=_("Who may take it"),
            ),
        ],
        base_form_class=CourseForm,
    )


class CatalogueGroup(SnippetViewSetGroup):
    """One entry of the menu for the catalogue."""

    items = (DepartmentViewSet, SubjectViewSet, CourseViewSet)
    menu_icon = "list-ul"
    menu_label = _("Catalogue")
    menu_name = "catalogue"
    menu_order = 200


register_snippet(CatalogueGroup)


class ForThoseWhoLookAfterClasses(MenuItem):
    """A door to our own views, shown to the posts that may open it."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether the one who asks holds such a post anywhere."""
        return request.user.is_authenticated and bool(offices_of(request.user, LOOK_AFTER_CLASSES))


class ForThoseWhoLookAfterTerms(MenuItem):
    """A door to the terms of the city and their rules."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether the one who asks is the city's registrar."""
        return request.user.is_authenticated and bool(offices_of(request.user, LOOK_AFTER_TERMS))


@hooks.register("register_admin_menu_item")
def classes_in_the_menu() -> MenuItem:
    """Classes and lessons, in the menu of the desk."""
    return ForThoseWhoLookAfterClasses(
        _("Classes and lessons"),
        reverse_lazy("courses:staff-list-classes"),
        name="classes",
        icon_name="calendar-check",
        order=190,
    )


@hooks.register("register_admin_menu_item")
def calendar_in_the_menu() -> MenuItem:
    """The calendar of holidays, which says what year is missing."""
    return ForThoseWhoLookAfterClasses(
        _("Calendar of holidays"),
        reverse_lazy("courses:staff-calendar"),
        name="holiday-calendar",
        icon_name="calendar-alt",
        order=191,
    )


@hooks.register("register_admin_menu_item")
def teachers_in_the_menu() -> MenuItem:
    """Who can teach, in the menu of the desk."""
    return ForThoseWhoLookAfterClasses(
        _("Teachers"),
        reverse_lazy("courses:staff-list-teachers"),
        name="teachers",
        icon_name="group",
        order=192,
    )


@hooks.register("register_admin_menu_item")
def terms_in_the_menu() -> MenuItem:
    """Terms and their rules, in the menu of the city's desk."""
    return ForThoseWhoLookAfterTerms(
        _("Terms and rules"),
        reverse_lazy("courses:staff-list-terms"),
        name="terms",
        icon_name="history",
        order=189,
    )
