"""The table of staff (P1): who holds which post, with how many households."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from desk.household import phone_of
from desk.tables.asked import Asked
from desk.tables.keyset import Order
from desk.tables.loads import Capacity, capacity, full, over
from desk.tables.table import Cell, Column, Empty, Filter, Flag, Table, Tag, Total, managers
from desk.tables.words import SEES_AREAS
from grids.models import Person, Post, Role
from grids.querysets import PostQuerySet, person_named


class Facts:
    """Posts in force of the people of a page, and their loads."""

    def __init__(self, rows: list[Person], asked: Asked) -> None:
        self.posts: dict[UUID, list[Post]] = {row.pk: [] for row in rows}
        posts = Post.objects.visible_to(asked.user).in_force(asked.on).filter(person__in=rows)
        for post in posts.select_related("role", "area", "organisation").order_by("path", "role"):
            self.posts[post.person_id].append(post)
        self.loads: dict[tuple[UUID, str], Capacity] = capacity(set(self.posts), on=asked.on)


def _posts(row: Person, facts: Facts) -> Cell:
    posts = facts.posts[row.pk]
    if not posts:
        return Cell(tags=(Tag(_("no post now"), "quiet"),))
    return Cell("、".join(f"{p.role.name}（{p.area or p.organisation}）" for p in posts))


def _loads(row: Person, facts: Facts) -> Cell:
    """Households of a person by role, and the most there may be."""
    found = {role: load for (person, role), load in facts.loads.items() if person == row.pk}
    tags = []
    if any(load.over for load in found.values()):
        tags.append(Tag(_("over the limit"), "bad"))
    elif any(load.full for load in found.values()):
        tags.append(Tag(_("full"), "quiet"))
    return Cell("、".join(str(load) for load in found.values()), tags=tuple(tags))


def posts_of(asked: Asked) -> PostQuerySet:
    """Posts one may see, of the area asked for, of the person of the row outside."""
    posts = Post.objects.visible_to(asked.user).filter(path__startswith=asked.path, void=False)
    return posts.filter(person=OuterRef("pk"))


def _with_role(rows: QuerySet[Person], role: str, asked: Asked) -> QuerySet[Person]:
    return rows.filter(Exists(posts_of(asked).filter(role=role).in_force(asked.on)))


def role_choices(asked: Asked) -> list[tuple[str, Any]]:
    """The county's roles."""
    return [(role.pk, role.name) for role in Role.objects.all()]


def holders(posts: QuerySet[Any]) -> QuerySet[Any]:
    """Who holds these posts."""
    return Post.objects.filter(pk__in=posts).values("person")


def _no_post(rows: QuerySet[Person], asked: Asked) -> QuerySet[Person]:
    return rows.exclude(Exists(posts_of(asked).in_force(asked.on)))


class People(Table):
    """People who hold or held a post in the areas one may see."""

    kind = "people"
    label = gettext_lazy("People")
    who = SEES_AREAS
    looks_in = gettext_lazy("Name or initials")
    exports = (("staff", gettext_lazy("People with their posts")),)
    columns = (
        Column("name", pgettext_lazy("of a person", "Name"), "P1",
               lambda row, facts: Cell(row.name, f"/people/{row.pk}/"), sort="name"),
        Column("posts", gettext_lazy("Posts"), "P1", _posts),
        Column("organisation", gettext_lazy("Unit"), "P1",
               lambda row, facts: str(row.organisation or "")),
        Column("phone", gettext_lazy("Phone"), "P1",
               lambda row, facts: phone_of(row.phone_sealed) or "—"),
        Column("load", gettext_lazy("Households looked after"), "P1", _loads),
        Column("party", gettext_lazy("Party member"), "P1",
               lambda row, facts: _("yes") if row.party_member else "", shown=False),
        Column("skills", gettext_lazy("Skills"), "P1",
               lambda row, facts: "、".join(row.skills), shown=False),
        Column("account", gettext_lazy("Account"), "P1",
               lambda row, facts: _("yes") if row.user_id
               else Cell(tags=(Tag(_("no account"), "quiet"),)), right=managers),
    )  # fmt: skip
    orders = (Order("name", pgettext_lazy("of a person", "Name"), ("name",)),)
    flags = (
        Flag("full", gettext_lazy("At the limit"),
             lambda rows, asked: rows.filter(pk__in=holders(full(asked)))),
        Flag("overloaded", gettext_lazy("Over the limit"),
             lambda rows, asked: rows.filter(pk__in=holders(over(asked)))),
        Flag("ended", gettext_lazy("No post now"), _no_post),
        Flag("no_account", gettext_lazy("Without account"),
             lambda rows, asked: rows.filter(user__isnull=True), right=managers),
    )  # fmt: skip
    filters = (Filter("role", gettext_lazy("Post"), role_choices, _with_role),)

    def seen(self, asked: Asked) -> QuerySet[Person]:
        """Whoever holds or held a post one may see."""
        posts = Post.objects.visible_to(asked.user).filter(person=OuterRef("pk"), void=False)
        return Person.objects.filter(Exists(posts)).select_related("organisation")

    def within(self, asked: Asked) -> QuerySet[Person]:
        """Holders of posts in force in the area; with "no post now", those who held one."""
        held = posts_of(asked)
        if not asked.has("ended"):
            held = held.in_force(asked.on)
        return Person.objects.filter(Exists(held)).select_related("organisation")

    def found(self, rows: QuerySet[Person], text: str, asked: Asked) -> QuerySet[Person]:
        """By name or initials."""
        return rows.filter(person_named(text))

    def facts(self, rows: list[Person], asked: Asked) -> Facts:
        """Posts and loads."""
        return Facts(rows, asked)

    def count_line(self, total: Total) -> str:
        """So many people."""
        return ngettext("%(n)s person", "%(n)s persons", total.n) % {"n": f"{total.n:,}"}

    def empty(self, asked: Asked) -> Empty:
        """How staff come to be here."""
        if asked.narrowed:
            return Empty(_("Nobody fits all of this."))
        if asked.scope.manage:
            return Empty(
                _("Nobody holds a post here yet. Load the list of staff, or appoint somebody."),
                [(reverse("import"), _("Load a list")), ("/posts/new/", _("Appoint somebody"))],
            )
        return Empty(_("Nobody holds a post here yet. The township grid office appoints."))

    def href(self, row: Person) -> str:
        """The page of the person."""
        return f"/people/{row.pk}/"

    def label_of(self, row: Person) -> str:
        """The name."""
        return row.name


TABLE = People()
