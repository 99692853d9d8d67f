"""The pages of the tables. Which rows there are is the tables' own; here a page is put together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.gate import SignedInRequest, allow
from accounts.reads import Read, note_read
from desk.tables import chips, looking, saved
from desk.tables.asked import Asked, Typed, ask
from desk.tables.keyset import Page
from desk.tables.registry import table_or_404, tables_of
from desk.tables.table import AT_ONCE, LARGE, Column, Row
from desk.tables.words import SEES_MATTERS
from lib.clock import today
from lib.errors import Refusal


def asked_of(request: SignedInRequest, kind: str) -> Asked:
    """What a request asks of a table: its address, and what was typed.

    Columns and days come in the body as well, beside a text that was typed.
    """
    table = table_or_404(request.user, kind)
    given = request.GET.copy()
    for name in ("columns", *(item.key for item in table.filters if item.day)):
        if name in request.POST:
            given.setlist(name, request.POST.getlist(name))
    asked = ask(table, request.user, given, on=today())
    return asked.with_typed(Typed.of(request.POST)) if request.method == "POST" else asked


@allow(*SEES_MATTERS)
def home(request: SignedInRequest) -> HttpResponse:
    """The first table the person may open."""
    return redirect("table", tables_of(request.user)[0].kind)


@allow(*SEES_MATTERS)
@require_http_methods(["GET", "POST"])
def page(request: SignedInRequest, kind: str) -> HttpResponse:
    """One page of a table. A POST looks for a text, or at needs."""
    try:
        asked = asked_of(request, kind)
    except Refusal as refusal:
        plain = ask(table_or_404(request.user, kind), request.user, QueryDict(), on=today())
        return show(request, plain, error=refusal.sentence)
    return show(request, asked)


@allow("manager", "worker", "village_lead")
@require_GET
def needs(request: SignedInRequest) -> HttpResponse:
    """What to look for in the needs of the households asked for: the words, no household."""
    asked = asked_of(request, "households")
    if not looking.may_look(asked):
        raise Http404
    context = {
        "asked": asked,
        "address": asked.address(),
        "tiers": [(tier.value, tier.label) for tier in looking.TIERS],
        "kinds": looking.kinds(),
    }
    return render(request, "desk/tables/needs.html", context)


def show(request: SignedInRequest, asked: Asked, *, error: str = "") -> HttpResponse:
    """Draw the page, and note what it shows for the access log."""
    table = asked.table
    try:
        total = table.total(asked)
        found = table.page(asked)
    except Refusal as refusal:
        error = error or refusal.sentence
        asked = ask(table, asked.user, request.GET, on=asked.on)
        asked = replace(asked, after="", before="")
        total, found = table.total(asked), table.page(asked)
    columns = _columns(asked, found.rows)
    rows = table.drawn(found.rows, asked, columns)
    _note(request, asked, found)
    scope = asked.scope
    context = {
        "tables": tables_of(asked.user),
        "table": table,
        "asked": asked,
        "address": asked.address(),
        "here": asked.page(),
        "rows": rows,
        "lines": lines(rows, chooses=table.chooses(asked)),
        "found": found,
        "next": asked.page(after=found.after) if found.after else "",
        "previous": asked.page(before=found.before) if found.before else "",
        "heads": chips.heads(asked, columns),
        "total": total,
        "count_line": table.count_line(total),
        "sums_line": table.sums_line(asked, total),
        "area": chips.area_chip(asked),
        "flags": chips.flag_chips(asked),
        "values": chips.value_chips(asked),
        "columns": chips.column_choices(asked),
        "without_columns": chips.other_fields(asked, "columns"),
        "views": saved.views_of(asked),
        "shared": saved.shared_of(asked),
        "removed": saved.removed_of(asked, request.GET.get("removed", "")),
        "may_look": looking.may_look(asked),
        "chooses": table.chooses(asked),
        "adds": table.adds(asked),
        "exports": bool(scope.manage and table.exports),
        "offered": table.exports,
        "large": f"{LARGE:,}",
        "at_once": AT_ONCE,
        "orders": chips.orders(asked),
        "all_rows": chips.all_rows(asked),
        "level_first": chips.level_first(asked),
        "empty": None if rows else table.empty(asked),
        "error": error,
    }
    return render(request, "desk/tables/page.html", context, status=400 if error else 200)


def lines(rows: list[Row], *, chooses: bool) -> SafeString:
    """The body of the table."""
    pick = _("Choose %(name)s") if chooses else ""
    drawn = [row.drawn(pick, first=n == 0) for n, row in enumerate(rows)]
    return mark_safe("".join(drawn))  # each was made of escaped parts


def _columns(asked: Asked, rows: list[Any]) -> tuple[Column, ...]:
    """The chosen columns, and those of the needs while these are looked at."""
    if not asked.typed.look:
        return asked.columns
    return (*asked.columns, *looking.columns(looking.needs_by_household(rows, asked)))


def _note(request: SignedInRequest, asked: Asked, found: Page) -> None:
    """Tell the access log what leaves: names and addresses, and needs where they are shown."""
    n = asked.table.personal(found.rows, asked)
    where = asked.path or ",".join(asked.scope.households)[:120] or "own"
    note_read(request, Read(f"table.{asked.table.kind}", where, n, "P2"))
    if asked.typed.look:
        # Whoever looks for a need learns that nobody has it: an answer without rows is one, too.
        note_read(request, Read("table.needs", where, max(n, 1), "P3", asked.typed.reason))
