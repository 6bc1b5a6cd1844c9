"""Our own image model: chosen on day one, because it cannot be changed later."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.images.models import AbstractImage, AbstractRendition, Image


class CampusImage(AbstractImage):
    """A picture that says what it shows, to people who cannot see it."""

    alt_text = models.CharField(
        _("what the picture shows"),
        max_length=200,
        help_text=_(
            "Read aloud to people who cannot see it. Say what is to be seen in a sentence."
        ),
    )
    alt_text_i18n = models.JSONField(_("the same in other languages"), default=dict, blank=True)

    admin_form_fields = (*Image.admin_form_fields, "alt_text", "alt_text_i18n")

    class Meta(AbstractImage.Meta):
        verbose_name = _("image")
        constraints = [
            models.CheckConstraint(condition=~Q(alt_text=""), name="an_image_says_what_it_shows")
        ]

    @property
    def default_alt_text(self) -> str:
        """What templates say when nobody says otherwise, in the reader's language."""
        from django.utils.translation import get_language

        return str(self.alt_text_i18n.get(get_language() or "") or self.alt_text)


class CampusRendition(AbstractRendition):
    """A picture cut to size."""

    image = models.ForeignKey(CampusImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["image", "filter_spec", "focal_point_key"],
                name="one_rendition_per_size_and_focus",
            )
        ]
