"""Write a plan of staff: organisations, people, posts, pairings, each kind in one go."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Model

from grids.importing.people import Known
from grids.models import Organisation, Pairing, Person, Post
from grids.services import person_fields, posts_ended, posts_started
from jobs.imports import Written
from jobs.undo import Created
from lib.spans import span

if TYPE_CHECKING:
    from grids.importing.staff import StaffPlan

BATCH = 2000


def staff_write(data: StaffPlan, *, on: date) -> Written:
    """Write the drafts inside the caller's transaction."""
    organisations = _organisations(data)
    people, changed_people = _people(data)
    posts, touched, ended = _posts(data)
    pairings = _pairings(data, on)
    made: list[tuple[type[Model], list[Any]]] = [
        (Organisation, organisations), (Person, people), (Post, posts), (Pairing, pairings),
    ]  # fmt: skip
    return Written(
        counts={
            "people_new": len(people), "people_changed": changed_people,
            "organisations_new": len(organisations), "pairings_new": len(pairings),
            "ended": ended,
        },
        created=[Created(model, [row.pk for row in rows]) for model, rows in made if rows],
        root=Post,
        touched=touched,
    )  # fmt: skip


def _organisations(data: StaffPlan) -> list[Organisation]:
    """Make the missing organisations of the rows that are loaded."""
    wanted = {draft.row.organisation for draft in data.drafts} - {""}
    known = data.organisations
    fresh = [
        Organisation(name=name, area=known.home, kind=kind)
        for name, kind in known.kinds.items()
        if name in wanted and name not in known.by_name
    ]
    for organisation in Organisation.objects.bulk_create(fresh, batch_size=BATCH):
        known.by_name[organisation.name] = organisation
    return fresh


def _people(data: StaffPlan) -> tuple[list[Person], int]:
    fresh: list[Person] = []
    changed: list[Person] = []
    done: set[int] = set()
    for draft in data.drafts:
        known = draft.known
        if id(known) in done:
            continue
        done.add(id(known))
        changes = dict(known.changes)
        phone = changes.pop("phone", None)
        if "organisation" in changes:
            changes["organisation"] = data.organisations.by_name[changes["organisation"]]
        if known.person is None:
            known.person = Person(**person_fields(known.name, known.phone), **changes)
            fresh.append(known.person)
            continue
        if phone:
            changes |= person_fields(known.name, phone)
        for name, value in changes.items():
            setattr(known.person, name, value)
        if changes:
            changed.append(known.person)
    Person.objects.bulk_create(fresh, batch_size=BATCH)
    fields = ["party_member", "skills", "organisation", "phone_sealed", "phone_tail"]
    if changed:
        Person.objects.bulk_update(changed, fields, batch_size=500)
    return fresh, len(changed)


def _posts(data: StaffPlan) -> tuple[list[Post], list[UUID], int]:
    """New posts, the ids of changed ones, and how many ended (their links with them)."""
    fresh: list[Post] = []
    changed: list[Post] = []
    ending: dict[date, list[UUID]] = defaultdict(list)
    for draft in data.drafts:
        row, held = draft.row, draft.held
        if held.post is None:
            held.post = _fresh(data, draft.known, row, held.lower, held.upper)
            fresh.append(held.post)
            continue
        post, changes = held.post, dict(draft.changes)
        lower = changes.pop("lower", held.lower)
        upper = draft.cut or changes.pop("upper", held.upper)
        for name, value in changes.items():
            setattr(post, name, value)
        if (lower, upper) != (held.lower, held.upper):
            post.during = span(lower, upper)
        if changes or (lower, upper) != (held.lower, held.upper):
            changed.append(post)
        if draft.cut:
            ending[draft.cut].append(post.pk)
    Post.objects.bulk_create(fresh, batch_size=BATCH)
    if changed:
        fields = ["during", "max_links", "background", "selected_by"]
        Post.objects.bulk_update(changed, fields, batch_size=500)
    posts_started.send(sender=Post, posts=[post.pk for post in fresh])
    for day, posts in ending.items():
        posts_ended.send(sender=Post, posts=posts, on=day)
    return fresh, [post.pk for post in changed], sum(map(len, ending.values()))


def _fresh(data: StaffPlan, known: Known, row: Any, lower: date, upper: date | None) -> Post:
    assert known.person is not None
    place: dict[str, Any] = {}
    if row.ground:
        place = {"area_id": row.ground.id, "path": row.ground.path}
    else:
        organisation = data.organisations.by_name[row.organisation]
        place = {"organisation": organisation, "path": organisation.area.path}
    return Post(
        person=known.person, role=row.role, **place,
        during=span(lower, upper),
        max_links=row.max_links if isinstance(row.max_links, int) else None,
        background=row.background, selected_by=row.selected_by,
    )  # fmt: skip


def _pairings(data: StaffPlan, on: date) -> list[Pairing]:
    """Pair organisations with the areas their rows name, where they are not yet."""
    wanted: dict[tuple[str, Any], date] = {}
    for draft in data.paired:
        for ground in draft.pairings:
            key = (draft.organisation, ground.id)
            wanted[key] = min(wanted.get(key, date.max), draft.since or on)
    if not wanted:
        return []
    by_name = data.organisations.by_name
    on_record = {
        (pairing.organisation_id, pairing.area_id)
        for pairing in Pairing.objects.filter(
            organisation__in=[by_name[name] for name, _area in wanted if name in by_name]
        )
        if pairing.during.upper is None or pairing.during.upper > on
    }
    fresh = [
        Pairing(organisation=by_name[name], area_id=area, during=span(since))
        for (name, area), since in wanted.items()
        if name in by_name and (by_name[name].pk, area) not in on_record
    ]
    return Pairing.objects.bulk_create(fresh, batch_size=BATCH)
