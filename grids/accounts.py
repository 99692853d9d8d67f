"""Accounts come from posts: opened with a slip, reset by the grid office, shut with the last post.

An account is open while its person holds a post or is about to; who may look after it is
``PersonQuerySet.in_charge_of``. Every change is in the history of the account.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pghistory
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import hashed, one_time_password, password_give
from grids.models import Person, Post, Role
from grids.naming import name_from_afar
from grids.services import posts_ended, posts_started
from lib.clock import today
from lib.errors import Refusal

#: Volunteers have no page of their own; everybody else signs in.
SIGNS_IN = [kind for kind in Role.Kind.values if kind != Role.Kind.VOLUNTEER]


@dataclass(frozen=True)
class Slip:
    """What one person is handed; the password is nowhere else."""

    name: str
    post: str
    place: str
    username: str
    password: str


def slip_of(post: Post, user: User, password: str) -> Slip:
    """The slip of somebody who holds a post."""
    place = name_from_afar(post.area) if post.area else str(post.organisation)
    return Slip(post.person.name, post.role.label, place, user.username, password)


def free_username(person: Person, taken: set[str]) -> str:
    """Initials and four digits that say nothing of the phone, such as bjg4821."""
    while True:
        name = f"{person.initials[:10] or 'u'}{secrets.randbelow(9000) + 1000}"
        if name not in taken:
            taken.add(name)
            return name


def first_posts(people: Iterable[UUID], *, on: date) -> dict[UUID, Post]:
    """The post each person's slip names: the first by place that is held on a day or later."""
    found: dict[UUID, Post] = {}
    posts = Post.objects.live(on).filter(person__in=list(people))
    for post in posts.select_related("person", "role", "area", "organisation").order_by("path"):
        found.setdefault(post.person_id, post)
    return found


@transaction.atomic
def slips_make(*, posts: Iterable[UUID], on: date) -> list[Slip]:
    """Make accounts for the people who hold these posts on a day or later and have none yet."""
    found = (
        Post.objects.live(on)
        .filter(pk__in=list(posts), role__kind__in=SIGNS_IN, person__user=None)
        .select_related("person", "role", "area", "organisation")
        .order_by("path", "person__name")
    )
    first: dict[UUID, Post] = {}
    for post in found:
        first.setdefault(post.person_id, post)
    return _accounts_make(first.values())


def _accounts_make(posts: Iterable[Post]) -> list[Slip]:
    """One account for the holder of each post."""
    taken = set(User.objects.values_list("username", flat=True))
    slips: list[Slip] = []
    users: list[User] = []
    people: list[Person] = []
    for post in posts:
        person, password = post.person, one_time_password()
        person.user = User(
            username=free_username(person, taken), first_name=person.name,
            must_change_password=True, password=hashed(password), slip_at=timezone.now(),
        )  # fmt: skip
        users.append(person.user)
        people.append(person)
        slips.append(slip_of(post, person.user, password))
    User.objects.bulk_create(users, batch_size=1000)
    Person.objects.bulk_update(people, ["user"], batch_size=1000)
    return slips


@transaction.atomic
def accounts_open(*, people: Iterable[UUID], by: User, on: date) -> list[Slip]:
    """Make accounts for people who have none; those ``by`` does not look after are left out."""
    mine = (
        Person.objects.in_charge_of(by, on)
        .filter(pk__in=list(people), user=None)
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    posts = first_posts([person.pk for person in mine], on=on)
    return _accounts_make(sorted(posts.values(), key=lambda p: (p.path, p.person.name)))


def account_open(*, person: Person, by: User, on: date) -> Slip:
    """Make the account of one person; the slip is the only place that names its password."""
    require_charge(by, person, on)
    slips = accounts_open(people=[person.pk], by=by, on=on)
    if not slips:
        raise Refusal(_("%(name)s has an account already.") % {"name": person.name})
    return slips[0]


@transaction.atomic
def account_reset(*, person: Person, by: User, on: date) -> Slip:
    """A new one-time password: for who forgot it or lost the phone. All sessions end."""
    require_charge(by, person, on)
    user = User.objects.select_for_update().filter(person=person).first()
    if user is None:
        raise Refusal(_("%(name)s has no account yet.") % {"name": person.name})
    if not user.is_active:
        raise Refusal(
            _("The account of %(name)s was shut by an administrator, who alone opens it.")
            % {"name": person.name}
        )
    password = password_give(user)
    return slip_of(first_posts([person.pk], on=on)[person.pk], user, password)


def require_charge(by: User, person: Person, on: date) -> None:
    """Refuse who does not look after this person's account."""
    if not Person.objects.in_charge_of(by, on).filter(pk=person.pk).exists():
        raise Refusal(
            _("The account of %(name)s is looked after by an administrator.")
            % {"name": person.name}
        )


def accounts_follow(*, on: date, people: Iterable[UUID] | None = None) -> tuple[int, int]:
    """Shut accounts whose last post has ended, open those whose post began again.

    What an administrator shut by hand stays shut. Returns how many were shut and opened.
    """
    live = Post.objects.live(on).filter(person__user=OuterRef("pk"))
    users = User.objects.filter(person__isnull=False, is_superuser=False)
    if people is not None:
        users = users.filter(person__in=list(people))
    shut = users.filter(~Exists(live), is_active=True).update(
        is_active=False, shut_why=User.Shut.NO_POST, session_round=F("session_round") + 1
    )
    opened = users.filter(Exists(live), is_active=False, shut_why=User.Shut.NO_POST).update(
        is_active=True, shut_why=""
    )
    return shut, opened


def accounts_follow_posts(on: date) -> None:
    """Every day: posts that ended or began by their dates shut and open accounts."""
    with pghistory.context(reason="accounts follow posts"):
        accounts_follow(on=on)


@receiver([posts_ended, posts_started])
def accounts_follow_at_once(sender: Any, posts: list[UUID], **kwargs: Any) -> None:
    """The same in the transaction that ends or starts posts, for their holders."""
    people = Post.objects.filter(pk__in=posts).values_list("person", flat=True)
    accounts_follow(on=today(), people=set(people))
