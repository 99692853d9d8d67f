"""Files of contact cards: sent at once, or written by the worker where there are many."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import IO, Any, BinaryIO

from django.conf import settings
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest
from django.utils.translation import gettext as _

from accounts.models import User
from casework.cardpaper import cards_file
from casework.cards import cards_print, links_of_area
from desk.models import ExportJob
from households.models import Link
from lib.errors import Refusal

#: What an ExportJob of cards is called.
CARDS = "cards"
#: More cards than this are made by the worker: forty take about a second and a half.
AT_ONCE = 40
#: A file of more is cut by nobody; a village has a few hundred.
MOST = 2000
WHICH = ("all", "without", "replace")


def public_address(request: HttpRequest) -> str:
    """Scheme and host that the codes lead to: the setting, else those of this request."""
    return settings.PUBLIC_ADDRESS or request.build_absolute_uri("/").rstrip("/")


def links_asked(query: dict[str, Any], user: User, *, on: date) -> QuerySet[Link]:
    """The links a file is asked of: ``links``, their keys, or ``path`` of an area and ``which``."""
    if "links" in query:
        return Link.objects.filter(pk__in=query["links"])
    links = links_of_area(user, query["path"], which=query["which"], on=on)
    return Link.objects.filter(pk__in=links.values("pk"))


def counted(links: QuerySet[Link]) -> int:
    """How many cards; Refusal where no file is to hold so many."""
    n = links.count()
    if not n:
        raise Refusal(_("There is nobody to print a card for: name a contact first."))
    if n > MOST:
        raise Refusal(
            _("These are %(n)d cards. Print village by village: at most %(most)d in a file.")
            % {"n": n, "most": MOST}
        )
    return n


def cards_write(job: ExportJob, out: BinaryIO, *, step: Callable[[int], None]) -> int:
    """Write the file of a job; how many cards it holds."""
    links = links_asked(job.query, job.by, on=job.on)
    counted(links)
    cards = cards_print(links=links, on=job.on, by=job.by)
    pdf = cards_file(cards, address=job.query["address"], sheets=True, on=job.on, step=step)
    out.write(pdf)
    return len(cards)


def cards_now(
    links: QuerySet[Link], *, address: str, sheets: bool, on: date, by: User
) -> FileResponse:
    """Print the cards and send the file at once."""
    cards = cards_print(links=links, on=on, by=by)
    return cards_response(
        io.BytesIO(cards_file(cards, address=address, sheets=sheets, on=on)), on=on
    )


def cards_response(file: IO[bytes], *, on: date) -> FileResponse:
    """A PDF to be kept and printed; its name says nothing of whose cards they are."""
    name = f"便民联系卡_{on:%Y%m%d}.pdf"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/pdf")
