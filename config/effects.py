"""What a change of the configuration touches, in sentences shown once it is saved.

Numbers of places, posts and households of the whole county; nobody is named. A number of
households with a kind of need is P3, so a small one is withheld from whoever configures.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, F, Max, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.models import Activity, ActivityKind, CardText, ContactCard, Holiday, VisitRule
from casework.withholding import SMALL
from grids.models import Area, Organisation, Post, Role
from households.models import Need, NeedKind


def changed(before: Any, after: Any, *names: str) -> bool:
    """Whether one of these fields differs; a new row differs in all."""
    return before is None or any(getattr(before, n) != getattr(after, n) for n in names)


def role_effects(before: Role | None, role: Role, *, on: date) -> list[str]:
    """Places that must have the role, holders over its limit, holders counted anew."""
    said = []
    if changed(before, role, "required_at", "required_count"):
        said += _required(before, role, on)
    if changed(before, role, "max_links"):
        over = holders_over(role, on=on)
        if over or before is not None:
            said.append(
                ngettext(
                    "%(n)d holder has more households than the limit now set.",
                    "%(n)d holders have more households than the limit now set.",
                    over,
                )
                % {"n": over}
            )
    if before is not None and changed(before, role, "may_link", "is_backup"):
        held = Post.objects.in_force(on).filter(role=role).count()
        said.append(
            ngettext(
                "%(n)d post of this role is held; coverage is counted again with it.",
                "%(n)d posts of this role are held; coverage is counted again with them.",
                held,
            )
            % {"n": held}
        )
    return said


def _required(before: Role | None, role: Role, on: date) -> list[str]:
    """How many places need the role, or no longer do."""
    if role.required_at:
        level, sentence = role.get_required_at_display(), _(
            "Required in %(n)d places (%(level)s), %(count)d in each; posts missing there are"
            " counted again."
        )  # fmt: skip
    elif before is not None and before.required_at:
        level, sentence = before.get_required_at_display(), _(
            "No longer required in %(n)d places (%(level)s)."
        )  # fmt: skip
    else:
        return []
    places = Area.objects.in_force(on)
    places = places.filter(level=role.required_at or (before.required_at if before else ""))
    return [sentence % {"n": places.count(), "level": level, "count": role.required_count}]


def holders_over(role: Role, *, on: date) -> int:
    """People with more links in force in a role than its limit, or their own, allows."""
    links = Count("links", filter=Q(links__void=False, links__during__contains=on))
    posts = Post.objects.in_force(on).filter(role=role)
    if role.max_links is None:
        unlimited = posts.filter(max_links=None).values("person")
        posts = posts.exclude(person__in=unlimited)
        most = Max("max_links")
    else:
        most = Max(Coalesce("max_links", Value(role.max_links)))
    return posts.values("person").annotate(n=links, most=most).filter(n__gt=F("most")).count()


def need_kind_effects(before: NeedKind | None, kind: NeedKind, *, on: date) -> list[str]:
    """Households whose tier or due date follows from the kind; people who need help to move."""
    said = []
    needs = Need.objects.filter(kind=kind, void=False, during__contains=on)
    households = needs.filter(household__during__contains=on).values("household").distinct()
    if changed(before, kind, "cadence", "is_key", "first_within_days"):
        n = households.count()
        said.append(
            _("Tier or due date of fewer than 5 households are counted again.")
            if n in SMALL
            else _("Tier or due date of %(n)d households are counted again.") % {"n": n}
        )
        if kind.is_key and not kind.cadence:
            said.append(
                _("A key need without a cadence puts a household among those of most need, but"
                  " no contact is ever due for it.")
            )  # fmt: skip
    if changed(before, kind, "help_to_move"):
        n = households.count()
        said.append(
            _("Emergency lists show fewer than 5 households differently from now on.")
            if n in SMALL
            else _("Emergency lists show %(n)d households differently from now on.") % {"n": n}
        )
    return said


def holiday_effects(before: Holiday | None, holiday: Holiday, *, on: date) -> list[str]:
    """A limit is fixed when a matter is registered."""
    if not changed(before, holiday, "working"):
        return []
    if holiday.on <= on:
        return [_("The day has passed: no limit changes.")]
    return [
        _("Matters registered from now on count with this day; limits already set stay.")
    ]  # fmt: skip


def visit_rule_effects(before: VisitRule | None, rule: VisitRule, *, on: date) -> list[str]:
    """A suggestion is worked out whenever a list is opened; nothing is stored of it."""
    return [_("The lists of today follow from now on; no household becomes overdue by a rule.")]


def card_text_effects(before: CardText | None, text: CardText, *, on: date) -> list[str]:
    """The page behind the code says it at once; paper does not."""
    n = ContactCard.objects.filter(
        handed_on__isnull=False, link__household__path__startswith=text.area.path
    ).count()
    return [
        ngettext(
            "The page behind the code says it from now on; %(n)d card on paper stays as it is.",
            "The page behind the code says it from now on; %(n)d cards on paper stay as they are.",
            n,
        ) % {"n": n}
    ]  # fmt: skip


def organisation_effects(before: Organisation | None, unit: Organisation, *, on: date) -> list[str]:
    """Whoever holds a post at the organisation sees it under the new name."""
    if before is None:
        return []
    posts = Post.objects.in_force(on).filter(organisation=unit).count()
    areas = unit.pairings.filter(during__contains=on).count()
    return [
        _("%(posts)d posts are held at it and %(areas)d areas are paired with it; they stay.")
        % {"posts": posts, "areas": areas}
    ]


def activity_kind_effects(
    before: ActivityKind | None, kind: ActivityKind, *, on: date
) -> list[str]:  # fmt: skip
    """Activities on record are shown under the new name."""
    if before is None or not changed(before, kind, "label", "label_en"):
        return []
    n = Activity.objects.filter(kind=kind).count()
    return [_("%(n)d activities on record are shown under the new name.") % {"n": n}]
