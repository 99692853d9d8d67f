"""Views of a table: those a person keeps, own ones only, renamed and removed by the owner, with
undo; and the ledgers, which everybody has who manages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from desk.models import SavedView
from desk.tables.asked import Asked
from lib.errors import Refusal, refused_in_conflict

#: More than these nobody finds again.
MOST = 20


@dataclass(frozen=True)
class Kept:
    """A view as the page offers it."""

    view: SavedView
    href: str
    on: bool


def views_of(asked: Asked) -> list[Kept]:
    """The person's own views of this table; ``on`` is the one shown."""
    own = SavedView.objects.filter(owner=asked.user, table=asked.table.kind, removed_at=None)
    state = asked.query()
    return [Kept(view, href_of(view), state_of(view) == state) for view in own]


@dataclass(frozen=True)
class LedgerView:
    """A ledger as a view of a table: its name, and the words of its address beside the days."""

    key: str
    name: str
    table: str
    words: tuple[tuple[str, str], ...] = ()
    #: Columns of the table that its file holds, too, in the order of the table.
    columns: tuple[str, ...] = ()
    #: Of a period; else as of today.
    dated: bool = True
    #: Whether it looks at needs, which is asked for in a body and never in an address.
    looks: bool = False

    def query(self, *, area: str, since: date, until: date) -> str:
        """The query part of its address, of an area and of the days from ``since`` to ``until``."""
        days = [("since", since.isoformat()), ("until", until.isoformat())] if self.dated else []
        columns = [("columns", name) for name in self.columns]
        return urlencode([("area", area), *self.words, *days, *columns])


LEDGER_VIEWS = {view.key: view for view in (
    LedgerView("issues", "民生诉求台账", "issues", (("filter", "all"),),
               ("title", "kind", "subject", "area", "household", "state", "limit", "registered",
                "people", "department", "source")),
    LedgerView("needing", "困难群众台账", "households", dated=False, looks=True),
    LedgerView("deeds", "帮扶台账", "deeds", (),
               ("what", "whom", "area", "on", "quantity", "amount", "funds", "state", "people",
                "organisation", "result")),
    LedgerView("activities", "活动台账", "activities", (),
               ("title", "kind", "area", "on", "sessions", "people", "quantity", "organisation",
                "place")),
)}  # fmt: skip


@dataclass(frozen=True)
class Shared:
    """A ledger as the page of its table offers it: of the days shown, else of this year."""

    name: str
    href: str
    on: bool


def shared_of(asked: Asked) -> list[Shared]:
    """The ledgers that are views of this table, for those who manage the area asked for."""
    if not asked.scope.manage or (asked.area and not asked.scope.manages(asked.path)):
        return []
    area = asked.query().get("area", [""])[0]
    since, until = asked.on.replace(month=1, day=1), asked.on
    if asked.value("since") and asked.value("until"):
        since, until = (date.fromisoformat(asked.value(name)) for name in ("since", "until"))
    shown = asked.address().removeprefix("?")
    found = []
    for view in LEDGER_VIEWS.values():
        if view.table == asked.table.kind and not view.looks:
            words = view.query(area=area, since=since, until=until)
            words = words if area else words.removeprefix("area=&")
            found.append(Shared(view.name, f"?{words}", words == shown))
    return found


def state_of(view: SavedView) -> dict[str, list[str]]:
    """The words of the address a view stands for."""
    columns = {"columns": list(view.columns)} if view.columns else {}
    return {**view.query, **columns}


def href_of(view: SavedView) -> str:
    """The query part of a view's address."""
    state: dict[str, Any] = state_of(view)
    return "?" + urlencode([(key, item) for key in state for item in state[key]])


def removed_of(asked: Asked, key: str) -> SavedView | None:
    """The view that was just removed and can be taken back."""
    try:
        own = SavedView.objects.filter(owner=asked.user, table=asked.table.kind, pk=UUID(key))
    except ValueError:
        return None
    return own.exclude(removed_at=None).first()


def view_save(*, asked: Asked, name: str) -> SavedView:
    """Keep the filters, the order and the columns shown; never what was typed."""
    name = _named(name)
    own = SavedView.objects.filter(owner=asked.user, table=asked.table.kind, removed_at=None)
    if own.count() >= MOST:
        raise Refusal(_("You have %s views of this table; remove one first.") % MOST, field="name")
    state = asked.query()
    columns = state.pop("columns", [])
    with refused_in_conflict(_("You already have a view “%s”.") % name):
        return SavedView.objects.create(
            owner=asked.user, table=asked.table.kind, name=name, query=state, columns=columns
        )


def view_rename(*, view: SavedView, name: str) -> None:
    """Another name for a view."""
    view.name = _named(name)
    with refused_in_conflict(_("You already have a view “%s”.") % view.name):
        view.save(update_fields=["name"])


def view_remove(*, view: SavedView) -> None:
    """Out of the list; it can be taken back."""
    view.removed_at = timezone.now()
    view.save(update_fields=["removed_at"])


def view_restore(*, view: SavedView) -> None:
    """Take the removal back."""
    view.removed_at = None
    with refused_in_conflict(_("You already have a view “%s”.") % view.name):
        view.save(update_fields=["removed_at"])


def own_view(user: User, table: str, key: UUID) -> SavedView | None:
    """One of the person's own views."""
    return SavedView.objects.filter(owner=user, table=table, pk=key).first()


def _named(name: str) -> str:
    name = name.strip()
    if not name:
        raise Refusal(_("Give the view a name."), field="name")
    if len(name) > 40:
        raise Refusal(_("The name of a view has 40 characters at most."), field="name")
    return name
