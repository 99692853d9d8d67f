"""Who on record is a row of a staff file? Name and phone; the sealed numbers are opened in bulk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from accounts.keys import sealer
from grids.models import Person, Post

#: A place a post is held for: ("area", id) or ("organisation", name).
PlaceKey = tuple[str, Any]


@dataclass
class HeldPost:
    """A post on record (``post``) or one the file adds; ``row`` is the position that names it."""

    lower: date
    upper: date | None
    post: Post | None = None
    row: int | None = None

    def overlaps(self, lower: date, upper: date | None) -> bool:
        """Whether a day lies in both; ranges are half open."""
        return (self.upper is None or lower < self.upper) and (upper is None or self.lower < upper)


@dataclass
class Known:
    """A person on record (``person``) or one that the file adds, with the posts held."""

    name: str
    phone: str | None
    person: Person | None = None
    posts: dict[tuple[str, PlaceKey], list[HeldPost]] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    said: dict[str, int] = field(default_factory=dict)

    def holds(self, role: str, place: PlaceKey) -> bool:
        return bool(self.posts.get((role, place)))


class People:
    """The people on record who carry one of the names, and those the file adds."""

    def __init__(self, names: Iterable[str], *, on: date) -> None:
        self._keys = sealer()
        self.by_name: dict[str, list[Known]] = {}
        known: dict[Any, Known] = {}
        for person in Person.objects.filter(name__in=set(names)).order_by("pk"):
            item = known[person.pk] = Known(person.name, None, person)
            self.by_name.setdefault(person.name, []).append(item)
        posts = Post.objects.filter(person__in=list(known), void=False)
        for post in posts.select_related("organisation").order_by("during"):
            place: PlaceKey = ("area", post.area_id)
            if post.organisation is not None:
                place = ("organisation", post.organisation.name)
            held = HeldPost(post.during.lower, post.during.upper, post)
            known[post.person_id].posts.setdefault((post.role_id, place), []).append(held)
        self.on = on

    def phone_of(self, known: Known) -> str | None:
        """The opened number, asked for once."""
        if known.phone is None and known.person is not None and known.person.phone_sealed:
            known.phone = self._keys.open(known.person.phone_sealed)
        return known.phone

    def match(
        self, name: str, phone: str | None, role: str, place: PlaceKey
    ) -> tuple[Known | None, list[Known]]:
        """The person of a row, else those it may be (somebody decides); neither: a new one."""
        namesakes = self.by_name.get(name, [])
        holders = [item for item in namesakes if item.holds(role, place)]
        if phone is None:
            return (holders[0], []) if len(holders) == 1 else (None, holders)
        tails = set(self._keys.tails(phone))
        for item in namesakes:
            if item.person is None:
                if item.phone == phone:
                    return item, []
                continue
            tail = item.person.phone_tail
            if tail is not None and bytes(tail) in tails and self.phone_of(item) == phone:
                return item, []
        # Same name, same post: the number is new on record, or it has changed.
        silent = [item for item in holders if self.phone_of(item) is None]
        if len(holders) == 1 and silent:
            return silent[0], []
        return None, [item for item in holders if item.person is not None]

    def add(self, name: str, phone: str | None) -> Known:
        """A person the file adds."""
        item = Known(name, phone)
        self.by_name.setdefault(name, []).append(item)
        return item
