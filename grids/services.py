"""What may happen to areas, people and posts. One transaction each, the right checked inside."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

import django.dispatch
from django.contrib.gis.geos import Point
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.keys import sealer
from accounts.models import User
from accounts.services import password_void
from grids.appointing import APPOINTED, require_give
from grids.limits import limit_check
from grids.models import Area, AreaCode, Organisation, Pairing, Person, Post, Role
from grids.paths import DEPTH, KEY_LENGTH
from grids.scope import scope_of
from jobs.changes import last_change
from lib.bigrams import bigrams
from lib.codes import canonical
from lib.errors import Outdated, Refusal, refused_in_conflict
from lib.pinyin import initials
from lib.spans import ended, span

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LEVELS = list(DEPTH)

#: Sent inside the transaction that ends posts, with ``posts`` (ids) and ``on``.
posts_ended = django.dispatch.Signal()
#: Sent inside the transaction that starts posts, with ``posts`` (ids).
posts_started = django.dispatch.Signal()


def require_manage(by: User | None, path: str) -> None:
    """Refuse unless ``by`` manages ``path``; None is the command line, run by the deployer."""
    if by is not None and not scope_of(by).manages(path):
        raise Refusal(_("Only the township grid office of this area may do this."))


def new_keys(taken: set[str], count: int) -> list[str]:
    """``count`` fresh four-character path keys that none of ``taken`` uses."""
    fresh: list[str] = []
    while len(fresh) < count:
        key = "".join(secrets.choice(ALPHABET) for _ in range(KEY_LENGTH))
        if key not in taken:
            taken.add(key)
            fresh.append(key)
    return fresh


def sibling_keys(parent: Area | None) -> set[str]:
    """Keys in use beneath a parent."""
    siblings = Area.objects.filter(parent=parent).values_list("path", flat=True)
    return {path[-KEY_LENGTH:] for path in siblings}


@transaction.atomic
def area_create(
    *,
    level: str,
    name: str,
    code: str,
    parent: Area | None,
    on: date,
    type_label: str = "",
    grid_kind: str = "",
    by: User | None = None,
) -> Area:
    """Add an area with its code from a day on."""
    above = LEVELS[LEVELS.index(level) - 1] if level != "county" else None
    if (parent.level if parent else None) != above:
        raise Refusal(
            _("A %(level)s belongs directly to a %(above)s.") % {"level": level, "above": above}
        )
    require_manage(by, parent.path if parent else "")
    key = new_keys(sibling_keys(parent), 1)[0]
    area = Area.objects.create(
        level=level,
        name=name,
        type_label=type_label,
        grid_kind=grid_kind,
        parent=parent,
        path=(parent.path if parent else "") + key,
        during=span(on),
    )
    with refused_in_conflict(_("The code %s belongs to another area on that day.") % code):
        AreaCode.objects.create(area=area, code=canonical(code), during=span(on))
    return area


def located_check(row: Any, version: int | None) -> None:
    """Outdated where somebody has moved a row since it had a version; None asks nothing."""
    if version is not None and last_change(row, ["location"], since_version=version):
        raise Outdated(_("Somebody else has moved this pin in the meantime."), row=row)


@transaction.atomic
def area_locate(
    *, area: Area, point: Point, on: date, source: str, accuracy_m: float | None,
    version: int | None = None, by: User | None = None,
) -> Area:  # fmt: skip
    """Put a unit on the map (WGS 84), which may have no outline of its own.

    ``version`` is what the pin was moved from: Outdated where somebody has moved it since.
    """
    area = Area.objects.select_for_update().get(pk=area.pk)
    require_manage(by, area.path)
    if area.level != Area.Level.UNIT:
        raise Refusal(_("Only a unit has a place of its own; other areas have outlines."))
    located_check(area, version)
    area.location, area.location_source = point, source
    area.location_accuracy_m, area.located_on = accuracy_m, on
    area.version = F("version") + 1
    area.save(
        update_fields=[
            "location", "location_source", "location_accuracy_m", "located_on", "version",
        ]
    )  # fmt: skip
    area.refresh_from_db(fields=["version"])
    return area


@transaction.atomic
def organisation_create(
    *, name: str, area: Area, kind: str = Organisation.Kind.UNIT,
    parent: Organisation | None = None, by: User | None = None,
) -> Organisation:  # fmt: skip
    """Add an organisation that belongs to an area (usually a township or the county)."""
    require_manage(by, area.path)
    with refused_in_conflict(_("There is already a unit “%s” here.") % name):
        return Organisation.objects.create(name=name, area=area, kind=kind, parent=parent)


@transaction.atomic
def pairing_start(
    *, organisation: Organisation, area: Area, on: date, end: date | None = None,
    agreement: str = "", by: User | None = None,
) -> Pairing:  # fmt: skip
    """An organisation begins to help an area."""
    require_manage(by, area.path)
    with refused_in_conflict(
        _("%(name)s already helps %(area)s in that time.")
        % {"name": organisation.name, "area": area.name}
    ):
        return Pairing.objects.create(
            organisation=organisation, area=area, during=span(on, end), agreement=agreement
        )


def person_fields(name: str, phone: str | None) -> dict[str, object]:
    """The columns derived from a person's name and phone: search keys and the sealed number."""
    keys = sealer()
    return {
        "name": name,
        "initials": initials(name),
        "bigrams": bigrams(name),
        "phone_sealed": keys.seal(phone) if phone else None,
        "phone_tail": keys.tail(phone) if phone else None,
    }


@transaction.atomic
def person_create(
    *, name: str, phone: str | None = None, party_member: bool = False,
    skills: list[str] | None = None, organisation: Organisation | None = None,
    user: User | None = None,
) -> Person:  # fmt: skip
    """Add a person; what the person may do comes with posts."""
    if not name.strip():
        raise Refusal(_("Enter a name."), field="name")
    return Person.objects.create(
        **person_fields(name.strip(), phone),
        party_member=party_member,
        skills=skills or [],
        organisation=organisation,
        user=user,
    )


@transaction.atomic
def person_change(
    *, person: Person, name: str, phone: str | None, party_member: bool, skills: list[str],
    organisation: Organisation | None, by: User, on: date,
) -> Person:  # fmt: skip
    """Correct what is on record about a person; the phone is the whole new number or None."""
    if not Person.objects.in_charge_of(by, on).filter(pk=person.pk).exists():
        raise Refusal(_("Somebody with posts elsewhere is looked after by an administrator."))
    if not name.strip():
        raise Refusal(_("Enter a name."), field="name")
    person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    fields = person_fields(name.strip(), phone)
    so_far = sealer().open(person.phone_sealed) if person.phone_sealed else None
    if phone == so_far:  # sealed anew it would look like a change
        del fields["phone_sealed"], fields["phone_tail"]
    for field, value in fields.items():
        setattr(person, field, value)
    person.party_member, person.skills = party_member, skills
    person.organisation = organisation
    person.save()
    return person


@transaction.atomic
def post_start(
    *, person: Person, role: Role, on: date, area: Area | None = None,
    organisation: Organisation | None = None, end: date | None = None,
    max_links: int | None = None, background: str = "", selected_by: str = "",
    by: User | None = None,
) -> Post:  # fmt: skip
    """A person begins to hold a role for an area or an organisation."""
    if (area is None) == (organisation is None):
        raise Refusal(_("A post is held for one area or for one organisation."), field="area")
    if end is not None and end <= on:
        raise Refusal(_("The last day must be after the first."), field="end")
    limit_check(max_links)
    home = area or (organisation.area if organisation else None)
    path = home.path if home else ""
    require_give(by, role, path)
    appointed = by is not None and role.kind in APPOINTED
    if by is not None and appointed and person.user_id == by.pk:
        raise Refusal(_("Nobody appoints themselves; ask another administrator."))
    with refused_in_conflict(
        _("%(name)s already holds this post in that time.") % {"name": person.name}
    ):
        post = Post.objects.create(
            person=person, role=role, area=area, organisation=organisation, path=path,
            during=span(on, end), max_links=max_links, background=background,
            selected_by=selected_by,
        )  # fmt: skip
    posts_started.send(sender=Post, posts=[post.pk])
    if appointed and person.user_id:
        # Whoever handed out the password so far would sign in with wider rights than their own.
        password_void(User.objects.select_for_update().get(pk=person.user_id))
    return post


@transaction.atomic
def post_change(
    *, post: Post, max_links: int | None, background: str = "", selected_by: str = "",
    by: User | None = None,
) -> Post:  # fmt: skip
    """Another limit (None: the role's), background or way of choosing; dates and place stay."""
    post = Post.objects.select_for_update(no_key=True).get(pk=post.pk)
    require_give(by, post.role, post.path)
    limit_check(max_links)
    post.max_links, post.background, post.selected_by = max_links, background, selected_by
    post.save(update_fields=["max_links", "background", "selected_by"])
    return post


@transaction.atomic
def post_end(*, post: Post, on: date, by: User | None = None) -> Post:
    """End a post on a day; the links that rest on it end in the same transaction.

    ``on`` is the first day it is no longer held. Ended on its first day it is void.
    """
    post = Post.objects.select_for_update(no_key=True).get(pk=post.pk)
    require_give(by, post.role, post.path)
    if by is not None and post.role.kind == Role.Kind.ADMINISTRATOR:
        others = Post.objects.filter(role__kind=Role.Kind.ADMINISTRATOR, void=False)
        if not others.filter(during__contains=on).exclude(pk=post.pk).exists():
            raise Refusal(_("Somebody must remain administrator; appoint another one first."))
    if post.void or (post.during.upper is not None and post.during.upper <= on):
        raise Refusal(_("This post has already ended."))
    cut = ended(post.during, on)
    if cut is None:
        if on < post.during.lower:
            raise Refusal(_("A post cannot end before it began."), field="on")
        post.void = True
    else:
        post.during = cut
    post.save(update_fields=["during", "void"])
    posts_ended.send(sender=Post, posts=[post.pk], on=on)
    return post
