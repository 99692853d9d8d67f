"""A draft as a workbook for the office, as a text without names, and the cards it leads to."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.gate import SignedInRequest, allow
from accounts.models import User
from accounts.reads import Read, note_read
from casework.withholding import SMALL
from desk.cards import cards_file
from desk.plans.figures import links_made
from desk.plans.lines import STATES, in_order, lines_of
from desk.plans.page import show
from desk.plans.seen import LOOKS, draft_or_404, managed_or_404, named
from desk.tables.exports import XLSX, write
from grids.naming import area_labels
from lib.books import Sheet
from lib.clock import today
from lib.errors import Refusal
from planning.models import MatchDraft

HEADER = (
    "户编号", "户主", "地址", "区域", "拟定联系人", "岗位", "距离（米）", "原已熟悉", "现联户数",
    "拟联户数", "上限", "状态",
)  # fmt: skip


@require_GET
@allow("manager")
def book(request: SignedInRequest, key: UUID) -> HttpResponseBase:
    """The pairs as a workbook: what the list shows, without needs, skills and languages."""
    draft = managed_or_404(request.user, key)
    sheet = Sheet("结对方案", HEADER, _rows(draft, request.user))
    out = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    rows = write(out, sheet, plain=False)
    note_read(request, Read("plan.export", str(draft.pk), rows, "P2"))
    out.seek(0)
    return FileResponse(
        out, as_attachment=True, filename=f"结对方案_{draft.on:%Y%m%d}.xlsx", content_type=XLSX
    )


#: What a row is written from, in the order of ``_row``.
FIELDS = (
    "household__serial", "household__head_name", "household__address", "path",
    "post__person__name", "post__role__label", "metres", "known", "load_before", "load_after",
    "most", "state", "post_id", "denied",
)  # fmt: skip


def _rows(draft: MatchDraft, user: User) -> Iterator[tuple[str, ...]]:
    """In the order of the list by contact, which does not follow need."""
    lines = in_order(lines_of(draft, user), "contact")
    paths = set(lines.values_list("path", flat=True).order_by().distinct())
    places = area_labels(paths, on=today())
    for row in lines.values_list(*FIELDS).iterator(chunk_size=5000):
        serial, head, address, path, name, role, metres, known, *rest = row
        before, after, most, state, post, denied = rest
        if post is None:
            state = "rejected" if denied else "short"
        contact = (
            name, role, "" if metres is None else str(round(metres)), "是" if known else "",
            str(before), str(after), str(most or ""),
        ) if post else ("",) * 7  # fmt: skip
        yield (serial or "", head, address, places[path]["name"], *contact, str(STATES[state]))


@require_GET
@allow(*LOOKS)
def text(request: SignedInRequest, key: UUID) -> HttpResponse:
    """The sums to copy into a chat: no names, no counts from 1 to 4, whoever copies them."""
    draft = draft_or_404(request.user, key)
    [told] = named([draft], on=today())
    sums = draft.sums
    parts = [
        _("%(place)s, draft of contacts of %(day)s") % {"place": told["place"], "day": draft.on},
        _("Households without a contact: %(n)s") % {"n": counted(sums.get("households", 0))},
        _("would have one: %(n)s") % {"n": counted(sums.get("matched", 0))},
        _("still nobody: %(n)s") % {"n": counted(sums.get("short", 0))},
    ]
    for grid in sums.get("grids", []):
        if grid["short"]:
            parts.append(
                _("%(grid)s: still nobody %(n)s, more people needed %(people)s")
                % {"grid": grid["name"], "n": counted(grid["short"]),
                   "people": counted(grid["more_people"] or 0)}
            )  # fmt: skip
    return render(request, "desk/plans/text.html", {**told, "text": "\n".join(parts)})


def counted(n: int) -> str:
    """A count as it may leave the program."""
    return _("fewer than 5") if n in SMALL else str(n)


@require_POST
@allow("manager")
def cards(request: SignedInRequest, key: UUID) -> HttpResponseBase:
    """The contact cards of the links a draft made, and of no others."""
    draft = managed_or_404(request.user, key)
    keys = [str(pk) for pk in links_made(draft, on=today()).values_list("pk", flat=True)]
    try:
        if not keys:
            raise Refusal(_("No contact of this draft is in force: there is no card to print."))
        return cards_file(request, {"links": keys})
    except Refusal as refusal:
        return show(request, draft, error=refusal.sentence)
