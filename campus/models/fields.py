"""The body of a page, known to migrations as the JSON it is stored as."""

from typing import Any

from wagtail.blocks import StreamBlock
from wagtail.fields import StreamField

from campus.blocks import Body


class BodyField(StreamField):
    """A StreamField whose blocks are left out of migrations.

    Some twenty kinds of page share one body: with its blocks written out, each change of a
    word in a block would be a migration of twenty tables. A migration sees plain JSON instead,
    and so can rename or reshape blocks without losing those it does not know.
    """

    def __init__(self, blocks: StreamBlock | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("default", list)
        kwargs.setdefault("blank", True)
        super().__init__(Body() if blocks is None else blocks, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Describe the column and not the blocks."""
        name, _path, _args, kwargs = super().deconstruct()
        kwargs.pop("block_lookup")
        return name, "django.db.models.JSONField", [], kwargs

    def clone(self) -> "BodyField":
        """Copy the field with its blocks, which its description leaves out."""
        _name, _path, _args, kwargs = self.deconstruct()
        return type(self)(self.stream_block, **kwargs)
