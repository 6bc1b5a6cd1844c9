"""What stands on receipts, sheets and pay slips: amounts in full, and a code to scan."""

import qrcode  # type: ignore[import-untyped]  # the library has no types
from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from enrolment.domain.money.cash import PIECES
from enrolment.forms.money.till import said_piece
from enrolment.wording.sums import full_yuan

register = template.Library()


register.filter(full_yuan)


@register.filter
def piece_words(fen: int) -> str:
    """Name a note or a coin; what is none is an amount."""
    return said_piece(fen) if fen in PIECES else full_yuan(fen)


@register.simple_tag
def qr_code(text: str, label: str) -> SafeString:
    """Draw a text as a square that telephones read; ``label`` says where it leads."""
    code = qrcode.QRCode(border=2, error_correction=qrcode.ERROR_CORRECT_M)
    code.add_data(text)
    rows = code.get_matrix()
    dark = "".join(
        f"M{across} {down}h1v1h-1z"
        for down, row in enumerate(rows)
        for across, is_dark in enumerate(row)
        if is_dark
    )
    return format_html(
        '<svg class="qr" role="img" aria-label="{}" viewBox="0 0 {} {}"><path d="{}"/></svg>',
        label, len(rows), len(rows), dark,
    )  # fmt: skip
