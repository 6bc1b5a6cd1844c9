"""The door to a printed pack: the sheets that staff print for somebody who follows from home."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.http import StaffRequest, staff_required
from accounts.models import StaffPost
from enrolment.queries import packs_to_do
from livestream import queries, wording

Role = StaffPost.Role


@never_cache
@staff_required(Role.REGISTRAR, Role.BRANCH_HEAD, Role.COUNTER, Role.HOTLINE)
@require_safe
def print_pack(request: StaffRequest, pack_id: int) -> HttpResponse:
    """Everything of a course on paper, with the name and the way on the first sheet."""
    wanted = get_object_or_404(packs_to_do(request.units), pk=pack_id)
    pack = queries.pack_of(wanted, language=get_language() or "zh-hans")
    films = [(wording.title(film), reading) for film, reading in pack.films]
    context = {"pack": pack, "wanted": wanted, "films": films}
    return render(request, "livestream/packs/pack.html", context)
