"""From numbers to deeds: the steps that would make them true, for who may take them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from casework.tasks import post_handing
from desk.whatif.typed import Typed
from grids.models import Area
from grids.models import Post as StoredPost
from grids.scope import Scope
from planning.closing import address_of
from planning.town import Town
from planning.whatif import Picture

#: As many letters as the note of a task holds.
NOTE = 400


@dataclass(frozen=True)
class Step:
    """Something to be done, and where; the address is empty where this person cannot do it."""

    words: str
    act: str = ""
    href: str = ""


@dataclass(frozen=True)
class Ground:
    """Where the question is asked, by whom."""

    area: Area
    user: User
    scope: Scope
    on: date

    @property
    def manages(self) -> bool:
        return self.scope.manages(self.area.path)


def handed_on(
    ground: Ground, town: Town, typed: Typed, before: Picture, after: Picture,
    names: Mapping[str, Mapping[str, Any]], roles: Mapping[str, str],
) -> dict[str, Any]:  # fmt: skip
    """What may be done with an answer: managers draw up a proposal, leaders hand it over."""
    found: dict[str, Any] = {"steps": list(_steps(ground, town, typed, after, names, roles))}
    if ground.manages and typed.levers.name:
        limits = {f"most_{role}": str(n) for role, n in typed.levers.role_limits.items()}
        found["propose"] = address_of("plan-new", area=ground.area.pk, **limits)
    if post_handing(ground.user, ground.area, on=ground.on) is not None and before.gap:
        words = {"area": str(ground.area.pk), "note": note_of(typed, before, after)[:NOTE]}
        gone = [key for key, n in before.reasons.items() if n and not after.reasons[key]]
        if len(gone) == 1:
            words["reason"] = gone[0]
        found["hand"] = f"{reverse('task-new')}?{urlencode(words)}"
    return found


def note_of(typed: Typed, before: Picture, after: Picture) -> str:
    """The sums as a note; no name and no need in it."""
    note = _("Worked out: %(what)s. Without contact %(before)s, then %(after)s.") % {
        "what": "、".join(typed.said), "before": f"{before.gap:,}", "after": f"{after.gap:,}",
    }  # fmt: skip
    if after.more_people:
        note += " " + _("%(n)s more people are needed after that.") % {"n": after.more_people}
    return note


def _steps(
    ground: Ground, town: Town, typed: Typed, after: Picture,
    names: Mapping[str, Mapping[str, Any]], roles: Mapping[str, str],
) -> Iterator[Step]:  # fmt: skip
    levers = typed.levers
    keys = {path: str(pk) for pk, path in Area.objects.filter(
        path__in=[more.path for more in levers.more]).values_list("pk", "path")}  # fmt: skip
    wanted = [
        (row.area, row.path, row.role, row.missing)
        for row in town.required if (row.area, row.role) in levers.fill
    ]  # fmt: skip
    wanted += [(keys[more.path], more.path, more.role, more.n) for more in levers.more]
    for area, path, role, n in wanted:
        yield _step(
            ground,
            _("%(place)s: %(n)d × %(role)s begin")
            % {"place": names[path]["name"], "n": n, "role": roles[role]},
            _("Fill the post"), reverse("post-new"), area=area, role=role,
        )  # fmt: skip
    for role, n in levers.role_limits.items():
        words = _("each %(role)s takes up to %(n)d households") % {"role": roles[role], "n": n}
        yield _step(
            ground, words, _("Change the limits"), reverse("table", args=["posts"]),
            area=str(ground.area.pk), role=role,
        )  # fmt: skip
    if ground.manages and levers.post_limits:
        for post in StoredPost.objects.filter(
            pk__in=[UUID(key) for key in levers.post_limits]
        ).select_related("person", "role"):
            words = _("%(name)s takes %(most)d households at most.") % {
                "name": post.person.name, "most": levers.post_limits[str(post.pk)],
            }  # fmt: skip
            yield Step(words, _("Change the limit"), reverse("post", args=[post.pk]))
    if levers.accept and after.accepted:
        words = ngettext(
            "%(n)d handover is accepted", "%(n)d handovers are accepted", after.accepted
        ) % {"n": after.accepted}
        yield _step(ground, words, _("Open the handovers"), reverse("handovers"))
    filed = sum(len(households) for households in after.filed.values())
    if filed:
        words = ngettext(
            "%(n)d household is filed under a grid", "%(n)d households are filed under grids", filed
        ) % {"n": filed}
        yield _step(
            ground, words, _("Open the list"), reverse("table", args=["households"]),
            area=str(ground.area.pk), reason="no_grid",
        )  # fmt: skip
    named = sum(len(s.households) for s in after.served if not s.group.handover)
    if named:
        words = ngettext(
            "a contact is named for %(n)s household", "a contact is named for %(n)s households",
            named,
        ) % {"n": f"{named:,}"}  # fmt: skip
        yield Step(words)


def _step(ground: Ground, words: str, act: str, address: str, **query: str) -> Step:
    """A step with its address, where this person may take it."""
    if not ground.manages:
        return Step(words)
    return Step(words, act, f"{address}?{urlencode(query)}" if query else address)
