"""Forms of the editors' desk for places and pictures."""

from typing import Any

from django.db import models
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.images.forms import BaseImageForm

from accounts.models import Named
from campus.widgets import OtherLanguages


class NamedForm(WagtailAdminModelForm):
    """Stores a record with its names complete: pinyin, and traditional characters."""

    def save(self, commit: bool = True) -> models.Model:
        """Complete the names, then store."""
        record: Named = self.instance
        record.complete_names()
        stored: models.Model = super().save(commit)
        return stored


class ImageForm(BaseImageForm):
    """A picture says what it shows, in each language by itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "alt_text_i18n" in self.fields:
            self.fields["alt_text_i18n"].widget = OtherLanguages()
