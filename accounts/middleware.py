"""What stands between a request and the rooms: second factor, and the units of staff."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

type_of_get_response = Callable[[HttpRequest], HttpResponse]


def staff_need_a_second_factor(get_response: type_of_get_response) -> type_of_get_response:
    return get_response


def staff_see_their_units(get_response: type_of_get_response) -> type_of_get_response:
    return get_response
