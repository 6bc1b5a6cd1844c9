"""Every request walked against the typed parameters of the installed client.

The client's types are made of the same description as Stripe's own checks, and are pinned to the
version we install. What they do not know (fields that exclude or need each other) stands in
``checkout.py`` and ``refunds.py``.
"""

import types
import typing
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin

import typing_extensions
from stripe import RequestOptions

from config.standins.stripe.refusals import Refused, invalid, missing, unknown
from config.standins.stripe.wire import Tree, listed

# Words of the client's own request options, which a module of parameters does not import.
_OF_HEADERS = {"StripeContext": Any, "Mapping": Mapping}


def read(params: type, sent: Mapping[str, Tree]) -> dict[str, Any]:
    """Return what was sent, in the types of the client; raise ``Refused`` as Stripe would."""
    return _record(params, sent, "")


@cache
def _fields(params: type) -> dict[str, tuple[Any, bool]]:
    """The names of a typed dictionary: their types, and whether they are needed."""
    hints = typing_extensions.get_type_hints(params, localns=_OF_HEADERS, include_extras=True)
    needed: frozenset[str] = params.__required_keys__  # type: ignore[attr-defined]
    ours = set(RequestOptions.__annotations__)  # these travel as headers, never in a body
    return {
        name: (_bare(hint), name in needed) for name, hint in hints.items() if name not in ours
    }


def _bare(hint: Any) -> Any:
    while get_origin(hint) in (
        NotRequired,
        Required,
        typing_extensions.NotRequired,
        typing_extensions.Required,
    ):
        (hint,) = get_args(hint)
    return hint


def _record(params: type, sent: Mapping[str, Tree], inside: str) -> dict[str, Any]:
    fields = _fields(params)
    for name in sent:
        if name not in fields:
            raise unknown(_named(inside, name))
    for name, (_hint, is_needed) in fields.items():
        if is_needed and name not in sent:
            raise missing(_named(inside, name))
    return {
        name: _value(fields[name][0], value, _named(inside, name)) for name, value in sent.items()
    }


def _named(inside: str, name: str) -> str:
    return f"{inside}[{name}]" if inside else name


def _value(hint: Any, sent: Tree, name: str) -> Any:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _one_of(get_args(hint), sent, name)
    if origin is Literal:
        if sent not in get_args(hint):
            raise invalid(name, f"Invalid value: must be one of {', '.join(get_args(hint))}")
        return sent
    if isinstance(sent, str):
        return _scalar(hint, sent, name)
    if origin is list:
        items = listed(sent)
        if items is None:
            raise invalid(name, "Invalid array")
        (inner,) = get_args(hint)
        return [_value(inner, item, f"{name}[{place}]") for place, item in enumerate(items)]
    if origin is dict:
        return {
            key: _value(get_args(hint)[1], item, f"{name}[{key}]") for key, item in sent.items()
        }
    if typing_extensions.is_typeddict(hint):
        return _record(hint, sent, name)
    raise invalid(name, "Invalid object")


def _one_of(hints: tuple[Any, ...], sent: Tree, name: str) -> Any:
    """Try what fits the shape. Where the client lists words, an unlisted one is refused.

    ``Literal[...] | str`` is how the client lets a word pass that is younger than itself.
    """
    words = [hint for hint in hints if get_origin(hint) is Literal and get_args(hint) != ("",)]
    refusal: Refused | None = None
    for hint in hints:
        is_branch = get_origin(hint) in (list, dict) or typing_extensions.is_typeddict(hint)
        if is_branch == isinstance(sent, str) or (words and hint is str):
            continue
        try:
            return _value(hint, sent, name)
        except Refused as refused:
            refusal = refused
    raise refusal or invalid(name, "Invalid value")


def _scalar(hint: Any, sent: str, name: str) -> Any:
    if hint is str or hint is Any or isinstance(hint, typing.TypeVar):
        return sent
    if hint is bool:
        if sent not in ("true", "false"):
            raise invalid(name, "Invalid boolean")
        return sent == "true"
    if hint is int:
        if not (sent.removeprefix("-").isascii() and sent.removeprefix("-").isdigit()):
            raise invalid(name, f"Invalid integer: {sent[:20]}")
        return int(sent)
    if hint is Decimal:
        try:
            return Decimal(sent)
        except InvalidOperation:
            raise invalid(name, "Invalid decimal") from None
    raise invalid(name, "Invalid value")
