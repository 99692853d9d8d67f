"""Contact cards of the demo town, what waits from residents, and what they said of the service.

All is invented but one number: in 2024 760 cards were handed over, as 音德尔镇 published.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import User
from casework.cards import codes_for
from casework.models import CardCode, CardText, ContactCard, Issue, Rating
from casework.ratings import rating_from_card, rating_give, rating_link_issue
from casework.submissions import Words, submission_send
from grids.models import Area
from households.models import Link, Need

#: Cards handed over in the year that was published, first to households of old people.
PUBLISHED, YEAR = 760, 2024
OLD = ("GAOLING", "DUJU", "KONGCHAO", "LIUSHOU_OLD")
#: The code of one card is known, so that its page can be looked at at once.
KNOWN = "demo"
SENT = [
    ("matter", "help", "3 号楼前路灯连着两天不亮，老人晚上出门不方便。", "3 号楼前", "", ""),
    ("matter", "complaint", "垃圾清运晚了，箱子已经满了。", "小区东门", "", ""),
    ("matter", "consult", "冬季取暖补贴什么时候发放？", "", "某居民", "13900000101"),
    ("fewer", "", "白天上班，电话少打一些。", "", "某居民", "13900000102"),
    ("data", "", "", "", "某居民", "13900000103"),
]


#: Ratings by card of the villages, in turn: some more than are withheld, some fewer.
BY_CARD = (14, 2, 9, 0, 6, 11, 3, 7)
MATTERS_RATED = 3
SAID = ("", "", "很快就有人来了", "", "办事耐心", "希望再快一点", "")


@transaction.atomic
def cards_load(manager: User, *, today: date, published: bool) -> int:
    """Cards of 2024 where these are published; texts and messages that wait. How many cards."""
    made = _handed(manager) if published else 0
    for area in Area.objects.filter(level="county"):
        CardText.objects.create(
            area=area, services="政策讲解、诉求代办、便民服务、矛盾调解",
            duty="工作日 8:30–17:30，每月 15 日入户", duty_phone="04820000100",
            complain="12345 热线，全天受理",
        )  # fmt: skip
    _sent(today)
    _rated(today)
    return made


def _handed(manager: User) -> int:
    """Links of the end of the year, old people's first, each with a card handed over in it."""
    last = date(YEAR, 12, 31)
    old = Need.objects.filter(
        household=OuterRef("household"), kind__code__in=OLD, void=False, during__contains=last
    )
    links = list(
        Link.objects.in_force(last).filter(household__during__contains=last)
        .annotate(old=Exists(old)).select_related("household")
        .order_by("-old", "household__serial", "role_id")[:PUBLISHED]
    )  # fmt: skip
    codes, rng = codes_for(links, on=last), random.Random(PUBLISHED)
    cards = []
    for link in links:
        begin = max(link.during.lower, date(YEAR, 1, 1))
        handed = begin + timedelta(days=rng.randint(0, (last - begin).days))
        cards.append(
            ContactCard(
                link=link, code=codes[link.post_id, link.household.path], handed_on=handed,
                printed_on=max(begin, handed - timedelta(days=3)), printed_by=manager,
            )
        )  # fmt: skip
    return len(ContactCard.objects.bulk_create(cards, batch_size=2000))


def _rated(today: date) -> None:
    """The service at the villages by the codes of their cards, and some matters by their links."""
    rng = random.Random("ratings")
    villages = Area.objects.in_force(today).filter(level="village").with_code(today)
    for turn, village in enumerate(villages.order_by("code", "name")):
        links = Link.objects.in_force(today).filter(
            household__path__startswith=village.path, household__during__contains=today
        )
        link = links.select_related("household").order_by("household__serial", "role_id").first()
        if link is None:
            continue
        code = next(iter(codes_for([link], on=today).values()))
        for _n in range(BY_CARD[turn % len(BY_CARD)]):
            rating_from_card(
                code=code, answer=_said(rng), text=rng.choice(SAID),
                on=today - timedelta(days=rng.randrange(1, 330)),
            )  # fmt: skip
    waiting = Issue.objects.filter(state=Issue.State.RESOLVED).order_by("title", "registered_on")
    for issue in waiting[:MATTERS_RATED]:
        token = rating_link_issue(issue=issue, on=today)
        rating_give(token=token, answer=_said(rng), on=today)


def _said(rng: random.Random) -> str:
    return rng.choices(Rating.Answer.values, (70, 22, 8))[0]


def _sent(today: date) -> None:
    """One card whose code is known, and messages from its page that wait."""
    links = Link.objects.in_force(today).filter(household__during__contains=today)
    heads = links.filter(role__code="unit_head")
    chosen = (heads if heads.exists() else links).select_related("household")
    link = chosen.order_by("household__serial").first()
    if link is None:
        return
    code = next(iter(codes_for([link], on=today).values()))
    CardCode.objects.filter(pk=code.pk).update(code=KNOWN)
    code.refresh_from_db()
    for number, (kind, matter, text, place, name, phone) in enumerate(SENT):
        submission_send(
            once=UUID(int=number + 1), code=code, kind=kind, sender=f"demo {number}", on=today,
            words=Words(text=text, name=name, phone=phone, place=place, matter=matter),
        )  # fmt: skip
