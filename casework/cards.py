"""Contact cards (便民联系卡): printed for a link, handed over, to be replaced when it has ended.

The code of a card leads to a post and a place, never to a household; two households of one place
with the same contact carry the same code. Nothing on the card names the household.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.keys import phone_of
from accounts.models import User
from casework.models import CardCode, CardText, ContactCard
from grids.models import Area, Post, Role
from grids.paths import at_and_above
from households.models import Household, Link
from households.querysets import LinkQuerySet
from lib.errors import Refusal

#: Letters and digits that are not taken for one another; twelve of them are 59 bits.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
CODE_LENGTH = 12
VILLAGE = 12
BATCH = 2000


@dataclass(frozen=True)
class Holder:
    """Somebody to turn to: name, what the post is called, phone (empty: none), place."""

    name: str
    role: str
    phone: str
    place: str = ""


@dataclass(frozen=True)
class Face:
    """What one card says. ``lead`` is the village cadre in charge, if there is one."""

    code: str
    contact: Holder
    lead: Holder | None
    village: str
    services: str
    duty: str
    complain: str


@dataclass(frozen=True)
class Reached:
    """Who a code leads to today: its post's holder, else a successor, else the office's phone."""

    holder: Holder | None
    same: bool
    place: Area
    text: CardText | None


def code_new() -> str:
    """A random code that says nothing."""
    return "".join(secrets.choice(ALPHABET) for _n in range(CODE_LENGTH))


def links_printable(user: User, *, on: date) -> LinkQuerySet:
    """Links in force whose card a person may print: of the households one may read."""
    mine = Household.objects.visible_to(user).filter(pk=OuterRef("household"))
    links: LinkQuerySet = Link.objects.in_force(on).filter(Exists(mine))
    return links.filter(household__during__contains=on)


@transaction.atomic
def cards_print(*, links: QuerySet[Link], on: date, by: User) -> list[ContactCard]:
    """Cards for links, in the order of place and contact; one not handed over yet is printed anew.

    Refusal where a link has ended, or the household is not one's to read.
    """
    wanted = links.values("pk")
    found = list(
        links_printable(by, on=on).filter(pk__in=wanted)
        .select_related("post", "household")
        .order_by("household__path", "post__person__name", "household__address", "pk")
    )  # fmt: skip
    if not found:
        raise Refusal(_("There is nobody to print a card for: name a contact first."))
    if len(found) != links.count():
        raise Refusal(_("A contact has ended meanwhile. Load the page again."))
    codes = codes_for(found, on=on)
    kept = {
        card.link_id: card
        for card in ContactCard.objects.select_for_update().filter(
            link__in=found, handed_on__isnull=True
        )
    }
    new = []
    for link in found:
        code = codes[link.post_id, link.household.path]
        card = kept.get(link.pk)
        if card is None:
            card = ContactCard(link=link, code=code)
            new.append(card)
        card.link, card.code, card.printed_on, card.printed_by = link, code, on, by
        kept[link.pk] = card
    again = [card for card in kept.values() if card.pk]
    ContactCard.objects.bulk_update(again, ["code", "printed_on", "printed_by"], BATCH)
    ContactCard.objects.bulk_create(new, batch_size=BATCH)
    return [kept[link.pk] for link in found]


def codes_for(links: Iterable[Link], *, on: date) -> dict[tuple[UUID, str], CardCode]:
    """The code of each post and place, by post and path; those missing are made."""
    places = {(link.post_id, link.household.path) for link in links}
    areas = {area.path: area for area in Area.objects.filter(path__in={p for _post, p in places})}
    known = _known_codes(places)
    CardCode.objects.bulk_create(
        [
            CardCode(code=code_new(), post_id=post, area=areas[path], path=path, made_on=on)
            for post, path in places
            if (post, path) not in known
        ],
        batch_size=BATCH,
        ignore_conflicts=True,  # somebody else prints the same card at this moment
    )
    return _known_codes(places)


def _known_codes(places: set[tuple[UUID, str]]) -> dict[tuple[UUID, str], CardCode]:
    posts, paths = {post for post, _p in places}, {path for _post, path in places}
    found = CardCode.objects.filter(post__in=posts, path__in=paths)
    return {(code.post_id, code.path): code for code in found}


def faces_of(cards: Sequence[ContactCard], *, on: date) -> list[Face]:
    """What the cards say, in their order."""
    codes = {
        code.pk: code
        for code in CardCode.objects.filter(pk__in={card.code_id for card in cards}).select_related(
            "post__person", "post__role", "area"
        )
    }
    paths = {code.path for code in codes.values()}
    leads = _leads({path[:VILLAGE] for path in paths}, on=on)
    texts = {text.area.path: text for text in CardText.objects.select_related("area")}
    names = dict(
        Area.objects.filter(path__in={up for path in paths for up in at_and_above(path)})
        .values_list("path", "name")
    )  # fmt: skip
    faces = {}
    for key, code in codes.items():
        lead = leads.get(code.path[:VILLAGE])
        text = next((texts[p] for p in reversed(at_and_above(code.path)) if p in texts), None)
        faces[key] = Face(
            code=code.code, contact=holder_of(code.post, place=names.get(code.path, "")),
            lead=None if lead is None or lead.pk == code.post_id else holder_of(lead),
            village=names.get(code.path[:VILLAGE], ""),
            services=text.services if text else "", duty=text.duty if text else "",
            complain=text.complain if text else "",
        )  # fmt: skip
    return [faces[card.code_id] for card in cards]


def holder_of(post: Post, *, place: str = "") -> Holder:
    """The holder of a post as a card or its page names them."""
    person = post.person
    return Holder(person.name, post.role.name, phone_of(person.phone_sealed), place)


def _leads(villages: set[str], *, on: date) -> dict[str, Post]:
    """The cadre in charge of each village: the first of its village leads, by role and time."""
    posts = (
        Post.objects.in_force(on)
        .filter(path__in=villages, area__isnull=False, role__kind=Role.Kind.VILLAGE_LEAD)
        .select_related("person", "role")
        .order_by("role_id", "during", "pk")
    )
    found: dict[str, Post] = {}
    for post in posts:
        found.setdefault(post.path, post)
    return found


def card_reached(code: CardCode, *, on: date) -> Reached:
    """Who a code leads to on a day."""
    post = code.post
    text = text_for(code.path)
    if not post.void and on in post.during:
        return Reached(holder_of(post, place=code.area.name), True, code.area, text)
    near = [path for path in at_and_above(code.path) if len(path) >= VILLAGE]
    kinds = (Role.Kind.HEAD, Role.Kind.WORKER, Role.Kind.VILLAGE_LEAD)
    posts = (
        Post.objects.in_force(on)
        .filter(path__in=near, area__isnull=False, role__kind__in=kinds, role__is_backup=False)
        .select_related("person", "role", "area")
    )
    successor = max(
        posts,
        key=lambda one: (one.role_id == post.role_id, len(one.path), one.during.lower, one.pk.hex),
        default=None,
    )
    holder = holder_of(successor, place=str(successor.area)) if successor else None
    return Reached(holder, False, code.area, text)


def text_for(path: str) -> CardText | None:
    """The text of the nearest area at or above a path."""
    texts = CardText.objects.filter(area__path__in=at_and_above(path))
    return texts.order_by("-area__path").first()


@dataclass(frozen=True)
class Counts:
    """Cards of an area: links in force, those without a card, not handed over, to replace."""

    links: int
    without: int
    printed: int
    replace: int


def without_card(links: LinkQuerySet) -> LinkQuerySet:
    """Links for which no card was printed yet."""
    return links.filter(~Exists(ContactCard.objects.filter(link=OuterRef("pk"))))


def counts_for(user: User, path: str, *, on: date) -> Counts:
    """The numbers of the page of cards for an area."""
    links = links_printable(user, on=on).filter(household__path__startswith=path)
    cards = ContactCard.objects.visible_to(user).filter(link__household__path__startswith=path)
    printed = cards.filter(handed_on__isnull=True, link__in=links.values("pk"))
    return Counts(
        links.count(), without_card(links).count(), printed.count(), cards.to_replace(on).count()
    )


@dataclass(frozen=True)
class Replace:
    """A card to replace: the household, whom the card names, and the links to print anew."""

    card: ContactCard
    links: list[Link]


def cards_to_replace(user: User, path: str, *, on: date, most: int) -> list[Replace]:
    """Cards handed over whose contact has ended, with who is the contact now."""
    cards = list(
        ContactCard.objects.visible_to(user)
        .filter(link__household__path__startswith=path).to_replace(on)
        .select_related("link__household", "link__post__person", "link__role")
        .order_by("link__household__path", "link__household__head_name", "pk")[:most]
    )  # fmt: skip
    now: dict[object, list[Link]] = {}
    links = links_printable(user, on=on).filter(household__in={c.link.household_id for c in cards})
    for link in links.select_related("post__person", "role").order_by("role__kind", "role_id"):
        now.setdefault(link.household_id, []).append(link)
    return [Replace(card, now.get(card.link.household_id, [])) for card in cards]


def links_of_area(user: User, path: str, *, which: str, on: date) -> LinkQuerySet:
    """Links of an area: ``all``, those ``without`` a card, or those whose old card is void."""
    links: LinkQuerySet = links_printable(user, on=on).filter(household__path__startswith=path)
    if which == "without":
        return without_card(links)
    if which == "replace":
        old = ContactCard.objects.to_replace(on).filter(link__household=OuterRef("household"))
        return links.filter(Exists(old)).filter(
            ~Q(pk__in=ContactCard.objects.handed().values("link"))
        )
    return links
