"""Tells wagtail-localize that the copies of a page are translations, sentence by sentence.

Without it an editor who changes a Chinese page is offered no way to bring the change to the
others: the copies hang side by side and know nothing of each other.
"""

from collections.abc import Iterable

from wagtail_localize.models import (
    StringSegment,
    StringTranslation,
    Translation,
    TranslationSource,
)
from wagtail_localize.segments import StringSegmentValue
from wagtail_localize.segments.extract import extract_segments

from config.demo.load_posters import Poster
from config.demo.texts import LANGUAGES


def connect(posters: Iterable[Poster]) -> None:
    """Write source and translations of pages whose copies have the same blocks."""
    for poster in posters:
        original, *copies = (poster[code] for code in LANGUAGES)
        source, _ = TranslationSource.get_or_create_from_instance(original)
        segments = list(
            StringSegment.objects.filter(source=source).select_related("string", "context")
        )
        for copy in copies:
            Translation.objects.create(source=source, target_locale=copy.locale)
            said = {
                (segment.path, segment.order): segment.string.data
                for segment in extract_segments(copy)
                if isinstance(segment, StringSegmentValue)
            }
            StringTranslation.objects.bulk_create(
                StringTranslation(
                    translation_of=segment.string,
                    locale=copy.locale,
                    context=segment.context,
                    data=said[segment.context.path, segment.order],
                    translation_type=StringTranslation.TRANSLATION_TYPE_MANUAL,
                )
                for segment in {(one.string_id, one.context_id): one for one in segments}.values()
                if (segment.context.path, segment.order) in said
            )
