"""The table of posts (P1): who holds them, and the ones nobody holds."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from desk.household import phone_of
from desk.tables.asked import Asked
from desk.tables.keyset import Order, Page
from desk.tables.loads import capacity, full, over
from desk.tables.people import role_choices
from desk.tables.table import Cell, Column, Empty, Filter, Flag, Table, Tag, Total, day, managers
from desk.tables.vacancies import Vacancy, vacancies, vacancies_counted
from desk.tables.words import SEES_AREAS
from grids.models import Post
from grids.naming import area_labels
from grids.querysets import PostQuerySet, person_named
from lib.language import in_language


class Facts:
    """Places and loads of the posts of a page."""

    def __init__(self, rows: list[Any], asked: Asked) -> None:
        self.asked = asked
        self.places = area_labels({row.path for row in rows}, on=asked.on)
        people = {row.person_id for row in rows if isinstance(row, Post)}
        self.loads = capacity(people, on=asked.on)


def _person(row: Any, facts: Facts) -> Cell:
    if isinstance(row, Vacancy):
        words = ngettext("%(n)s vacant", "%(n)s vacant", row.missing) % {"n": row.missing}
        return Cell(tags=(Tag(words, "bad"),))
    return Cell(row.person.name, f"/people/{row.person_id}/")


def _role(row: Any, facts: Facts) -> Cell:
    if not isinstance(row, Vacancy):
        return Cell(row.role.name, f"/posts/{row.pk}/")
    name = in_language(row.label, row.label_en)
    if not facts.asked.scope.manages(row.path):
        return Cell(name)
    code = facts.places[row.path]["code"] or ""
    return Cell(name, f"/posts/new/?{urlencode({'area': code, 'role': row.role})}",
                hint=_("Appoint"))  # fmt: skip


def _place(row: Any, facts: Facts) -> Cell | str:
    if isinstance(row, Post) and row.organisation is not None:
        return row.organisation.name
    return facts.places[row.path]["name"]


def _load(row: Any, facts: Facts) -> Cell | str:
    load = facts.loads.get((row.person_id, row.role_id)) if isinstance(row, Post) else None
    if load is None:
        return ""
    if load.over:
        return Cell(str(load), tags=(Tag(_("over the limit"), "bad"),))
    return Cell(str(load), tags=(Tag(_("full"), "quiet"),) if load.full else ())


def _of_post(attribute: str) -> Any:
    return lambda row, facts: str(getattr(row, attribute)()) if isinstance(row, Post) else ""


class Posts(Table):
    """Posts in force of the areas one may see; with "vacant", those that are missing."""

    kind = "posts"
    label = gettext_lazy("Posts")
    who = SEES_AREAS
    looks_in = gettext_lazy("Name or initials of the holder")
    exports = (("staff", gettext_lazy("Posts with their holders")),)
    columns = (
        Column("role", gettext_lazy("Post"), "P1", _role),
        Column("person", gettext_lazy("Holder"), "P1", _person, sort="person"),
        Column("place", gettext_lazy("Area or unit"), "P1", _place, sort="place"),
        Column("load", gettext_lazy("Households looked after"), "P1", _load),
        Column("phone", gettext_lazy("Phone"), "P1",
               lambda row, facts: phone_of(row.person.phone_sealed) or "—"
               if isinstance(row, Post) else ""),
        Column("since", gettext_lazy("In post since"), "P1",
               lambda row, facts: day(row.during.lower) if isinstance(row, Post) else ""),
        Column("until", gettext_lazy("In post until"), "P1",
               lambda row, facts: day(row.during.upper) if isinstance(row, Post) else "",
               shown=False, shown_with=frozenset({"ended", "ended_since"})),
        Column("background", gettext_lazy("Background"), "P1",
               _of_post("get_background_display"), shown=False),
        Column("selected_by", gettext_lazy("Chosen by"), "P1",
               _of_post("get_selected_by_display"), shown=False),
    )  # fmt: skip
    orders = (
        Order("place", gettext_lazy("Area"), ("path", "role_id")),
        Order("person", gettext_lazy("Holder"), ("person__name",)),
    )
    flags = (
        Flag("vacant", gettext_lazy("Vacant"), lambda rows, asked: rows),
        Flag("full", gettext_lazy("At the limit"),
             lambda rows, asked: rows.filter(pk__in=full(asked))),
        Flag("overloaded", gettext_lazy("Over the limit"),
             lambda rows, asked: rows.filter(pk__in=over(asked))),
        Flag("ended", gettext_lazy("Ended"), lambda rows, asked: rows),
        Flag("no_account", gettext_lazy("Without account"),
             lambda rows, asked: rows.filter(person__user__isnull=True), right=managers),
    )  # fmt: skip
    filters = (
        Filter("role", gettext_lazy("Post"), role_choices,
               lambda rows, value, asked: rows.filter(role=value)),
        Filter("ended_since", gettext_lazy("Ended since"), lambda asked: (),
               lambda rows, value, asked: rows.filter(during__endswith__gte=value), day=True),
    )  # fmt: skip

    def seen(self, asked: Asked) -> PostQuerySet:
        """Posts of the areas one may see, ended ones too."""
        posts = Post.objects.visible_to(asked.user).filter(void=False)
        return posts.select_related("person", "role", "organisation")

    def within(self, asked: Asked) -> QuerySet[Post]:
        """Posts of the area in force, or those that have ended."""
        posts = self.seen(asked).filter(path__startswith=asked.path)
        if asked.has("ended") or asked.value("ended_since"):
            return posts.filter(during__endswith__lte=asked.on)
        return posts.in_force(asked.on)

    def found(self, rows: QuerySet[Post], text: str, asked: Asked) -> QuerySet[Post]:
        """By name or initials of the holder."""
        return rows.filter(person_named(text, "person__"))

    def page(self, asked: Asked) -> Page:
        """Posts, or the ones that are missing: they have no holder to look for."""
        if not asked.has("vacant"):
            return super().page(asked)
        return vacancies(
            asked.scope.areas, path=asked.path, role=asked.value("role"), on=asked.on,
            after=asked.after, before=asked.before, limit=self.size,
        )  # fmt: skip

    def total(self, asked: Asked) -> Total:
        """How many posts, or vacancies."""
        if not asked.has("vacant"):
            return super().total(asked)
        return Total(
            vacancies_counted(
                asked.scope.areas, path=asked.path, role=asked.value("role"), on=asked.on
            )
        )

    def facts(self, rows: list[Any], asked: Asked) -> Facts:
        """Places and loads."""
        return Facts(rows, asked)

    def count_line(self, total: Total) -> str:
        """So many posts."""
        return ngettext("%(n)s post", "%(n)s posts", total.n) % {"n": f"{total.n:,}"}

    def empty(self, asked: Asked) -> Empty:
        """How posts come to be here."""
        if asked.has("vacant"):
            return Empty(_("Every post that is required here has its holder."))
        if asked.narrowed:
            return Empty(_("No post fits all of this."))
        if asked.scope.manage:
            return Empty(
                _("Nobody holds a post here yet. Load the list of staff, or appoint somebody."),
                [(reverse("import"), _("Load a list")), *self.adds(asked)],
            )
        return Empty(_("Nobody holds a post here yet. The township grid office appoints."))

    def adds(self, asked: Asked) -> list[tuple[str, Any]]:
        """Who manages an area appoints there."""
        return [(reverse("post-new"), _("Appoint somebody"))] if asked.scope.manage else []

    def chooses(self, asked: Asked) -> bool:
        """Those who manage choose posts; a missing one cannot be taken along."""
        return super().chooses(asked) and not asked.has("vacant")

    def href(self, row: Any) -> str:
        """The page of the post."""
        return f"/posts/{row.pk}/" if isinstance(row, Post) else ""

    def label_of(self, row: Any) -> str:
        """Holder and role."""
        return str(row) if isinstance(row, Post) else f"{row.label} {row.place}"


TABLE = Posts()
