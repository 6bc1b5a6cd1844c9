"""Doors to what is taught: the catalogue, and one course."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts import clock
from campus.http import locality_of
from courses import filters, queries
from courses.choices import Choices
from courses.models import Course


@require_safe
def list_courses(request: HttpRequest) -> HttpResponse:
    """The catalogue: what a reader's choices leave, or which of them to drop."""
    locality = locality_of(request)
    terms = queries.terms_on_show()
    offered = filters.all_filters(terms, locality)
    choices = filters.known(Choices.read(request.GET), offered)
    by_code = {term.code: term for term in terms}
    term = by_code.get(choices.first("term")) or queries.default_term(terms)
    if term is None:
        return render(request, "courses/no_term.html")
    found = queries.find(
        choices,
        term=term,
        locality=locality,
        page=request.GET.get("page"),
        at=clock.now(),
    )
    near, others = filters.near_and_other(offered["campus"], choices)
    return render(
        request,
        "courses/list_courses.html",
        {
            "term": term,
            "choices": choices,
            "chips": list(filters.chips(choices, offered)),
            "drawn": [
                (one, one.drawn(choices)) for name, one in offered.items() if name != "campus"
            ],
            "campus": offered["campus"],
            "near": near,
            "others": others,
            "locality": locality,
            "found": found,
            "ways_out": []
            if found.cards
            else filters.ways_out(choices, offered, term=term, said=found.said),
        },
    )


@require_safe
def show_course(request: HttpRequest, slug: str) -> HttpResponse:
    """One course. Its poster, where editors have made one; else what the records say."""
    course = get_object_or_404(Course.objects.select_related("subject__department"), slug=slug)
    poster = queries.posters_of([course.pk]).get(course.pk)
    if poster:
        return redirect(poster.get_url(request))
    return render(request, "courses/show_course.html", {"course": course})
