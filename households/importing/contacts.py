"""Which post does a row of a links file name, and may it take one more household?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.keys import sealer
from grids.models import Pairing, Post, Role
from households.models import Link

Span = tuple[date, date | None]


def covers(span: Span, day: date) -> bool:
    """Whether a day lies in a half-open range."""
    return span[0] <= day and (span[1] is None or day < span[1])


def overlap(one: Span, other: Span) -> bool:
    """Whether two half-open ranges share a day."""
    return (other[1] is None or one[0] < other[1]) and (one[1] is None or other[0] < one[1])


@dataclass
class Held:
    """A post on record with the links that rest on it: those of the record and of the file."""

    post: Post
    span: Span
    spans: list[Span] = field(default_factory=list)

    @property
    def label(self) -> str:
        return f"{self.post.person.name} {self.post.role.label}"

    @property
    def most(self) -> int | None:
        own = self.post.max_links
        return own if own is not None else self.post.role.max_links


class Contacts:
    """The posts of the people a file names, and what rests on them."""

    def __init__(self, names: Iterable[Any]) -> None:
        self._keys = sealer()
        self._phones: dict[UUID, str] = {}
        self.by_name: dict[str, list[Held]] = {}
        self.by_post: dict[UUID, Held] = {}
        self.of_person: dict[tuple[UUID, str], list[Held]] = {}
        self.roles = {role.label: role for role in Role.objects.all()}
        self.roles |= {role.code: role for role in list(self.roles.values())}
        wanted = {name for name in names if isinstance(name, str)}
        posts = Post.objects.filter(person__name__in=wanted, void=False)
        for post in posts.select_related("person", "role").order_by("path", "pk"):
            held = Held(post, (post.during.lower, post.during.upper))
            self.by_post[post.pk] = held
            self.by_name.setdefault(post.person.name, []).append(held)
            self.of_person.setdefault((post.person_id, post.role_id), []).append(held)
        links = Link.objects.filter(post__in=list(self.by_post), void=False)
        for post_id, during in links.values_list("post_id", "during"):
            self.by_post[post_id].spans.append((during.lower, during.upper))
        self.paired: dict[UUID, list[tuple[Span, str]]] = {}
        organisations = {h.post.organisation_id for h in self.by_post.values()} - {None}
        pairings = Pairing.objects.filter(organisation__in=organisations)
        for organisation, during, path in pairings.values_list(
            "organisation_id", "during", "area__path"
        ):
            self.paired.setdefault(organisation, []).append(((during.lower, during.upper), path))

    def find(self, *, name: str, phone: str, role: str, path: str, day: date) -> Held:
        """The post of a row; ValueError with a sentence where none or several fit.

        The rules are those of ``links_create``: in force on the day, a role that links, and one
        that reaches the household at ``path``.
        """
        found = self.by_name.get(name, [])
        if not found:
            raise ValueError(_("%s holds no post on record; load the staff first.") % name[:40])
        if phone:
            same = [held for held in found if self._phone(held) == phone]
            if not same:
                raise ValueError(_("%s is on record with another phone.") % name[:40])
            found = same
        if role:
            wanted = self.roles.get(role) or self.roles.get(role.partition("（")[0].strip())
            if wanted is None:
                raise ValueError(_("“%s” is no post here.") % role[:30])
            found = [held for held in found if held.post.role_id == wanted.pk]
            if not found:
                words = {"name": name, "role": wanted.label}
                raise ValueError(_("%(name)s holds no post as %(role)s.") % words)
        on_day = [held for held in found if covers(held.span, day)]
        if not on_day:
            raise ValueError(_("%(name)s does not hold this post on that day.") % {"name": name})
        linking = [h for h in on_day if h.post.role.may_link or h.post.role.is_backup]
        if not linking:
            words = {"role": on_day[0].post.role.label}
            raise ValueError(_("A %(role)s is nobody's contact; choose another post.") % words)
        fit = [held for held in linking if self.reaches(held, path, day)]
        if not fit:
            message = _("%(name)s's post does not reach this household's area.")
            raise ValueError(message % {"name": name})
        if len({held.post.person_id for held in fit}) > 1:
            raise ValueError(_("Several people are called %s; give the phone.") % name[:40])
        if len({held.post.role_id for held in fit}) > 1:
            raise ValueError(_("%s holds several posts; name the one meant (岗位).") % name[:40])
        return max(fit, key=lambda held: (len(held.post.path), held.span[0]))

    def _phone(self, held: Held) -> str | None:
        person = held.post.person
        if person.pk not in self._phones:
            sealed = person.phone_sealed
            self._phones[person.pk] = self._keys.open(sealed) if sealed else ""
        return self._phones[person.pk]

    def reaches(self, held: Held, path: str, day: date) -> bool:
        """As ``households.links.reaches``, from what was read once."""
        if held.post.area_id:
            return path.startswith(held.post.path)
        places = [path[:length] for length in (12, 16, 20) if length <= len(path)]
        pairings = self.paired.get(held.post.organisation_id or held.post.pk, [])
        paired = [where for span, where in pairings if covers(span, day)]
        return not paired or any(where in places for where in paired)

    def full(self, held: Held, day: date) -> int | None:
        """The most households of the person in this role where that is reached, else None."""
        posts = [
            other for other in self.of_person[held.post.person_id, held.post.role_id]
            if covers(other.span, day)
        ]  # fmt: skip
        limits = [other.most for other in posts]
        if not limits or None in limits:
            return None
        most = max(limit for limit in limits if limit is not None)
        links = sum(covers(span, day) for other in posts for span in other.spans)
        return most if links >= most else None
