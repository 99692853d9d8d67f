"""The slip by which a household rates the service once (评价单): A6, an address and its code.

It says nothing of the household, of the matter or of who served; it may lie on a table.
"""

from __future__ import annotations

import html

from django.conf import settings
from django.utils import formats, translation
from django.utils.translation import gettext as _

from casework.cardpaper import code_image
from casework.models import RatingLink

STYLE = """
  @page { size: 105mm 148mm; margin: 0 }
  body { margin: 0; font-family: "Noto Sans CJK SC", "WenQuanYi Zen Hei", sans-serif; color: #000 }
  section { position: relative; width: 105mm; height: 148mm; text-align: center }
  h1, p, img { position: absolute; left: 9mm; width: 87mm; margin: 0 }
  h1 { top: 9mm; font-size: 19pt; border-bottom: 0.6mm solid #000; padding-bottom: 2mm }
  .what { top: 24mm; font-size: 11.5pt; line-height: 1.5 }
  img { left: 25mm; top: 45mm; width: 55mm; height: 55mm }
  .until { top: 104mm; font-size: 12pt; font-weight: 700; line-height: 1.4 }
  .how { top: 118mm; font-size: 9.5pt; line-height: 1.4 }
  .address { top: 133mm; font-size: 7.5pt; overflow-wrap: anywhere }
"""


def slip_pdf(link: RatingLink, *, address: str) -> bytes:
    """The slip of a link as a PDF of one page, in the language of the county.

    ``address`` is the whole address with its secret part.
    """
    from weasyprint import HTML

    with translation.override(settings.LANGUAGE_CODE):
        body = _slip(link, address)
    text = f"<!doctype html><html lang=zh-Hans><style>{STYLE}</style><body>{body}</body></html>"
    return bytes(HTML(string=text).write_pdf())


def _slip(link: RatingLink, address: str) -> str:
    if link.issue is None:
        what = _("How is the service where you live?")
    else:
        day = formats.date_format(link.issue.registered_on, "DATE_FORMAT")
        what = _("How was the matter you raised on %s dealt with?") % day
    until = _("Serves once, until %s") % formats.date_format(link.expires_on, "DATE_FORMAT")
    how = _("Scan the code and choose one of three answers. No name is kept.")
    never = _("It is the service that is rated, not a person.")
    lines = [
        f"<h1>{_('Please rate the service')}</h1>",
        f'<p class="what">{html.escape(what)}<br>{never}</p>',
        f'<img src="{code_image(address)}" alt="">',
        f'<p class="until">{html.escape(until)}</p>',
        f'<p class="how">{how}</p>',
        f'<p class="address">{html.escape(address)}</p>',
    ]
    return f"<section>{''.join(lines)}</section>"
