"""What lets rarely filled pages of the demo show something: cards to replace, a sample with
answers, photos of matters. All is invented, and none of it changes a number that was published."""

from __future__ import annotations

import io
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import User
from casework.cards import codes_for
from casework.models import ContactCard, Issue, Sample, SampleCall
from casework.photos import photo_add
from casework.samples import population, sample_call, sample_draw
from grids.models import Area
from grids.scope import scope_of
from households.models import Link

#: Cards whose contact has changed since, handed over after the year that was published.
TO_REPLACE, AFTER = 6, date(2025, 1, 1)
SIZE, SEED = 12, 20261
#: Nobody is dissatisfied: that would reopen a matter.
ANSWERS = ("satisfied", "basically", "satisfied", "unreached", "satisfied", "basically")


@transaction.atomic
def examples_add(manager: User, *, today: date) -> int:
    """Add all of it in a manager's name; how many cards, answers and photos."""
    return _cards(manager, today) + _sample(manager, today) + _photos(manager, today)


def _cards(manager: User, today: date) -> int:
    """Cards of links that have ended, where somebody else holds the role now."""
    successor = Link.objects.in_force(today).filter(
        household=OuterRef("household"), role=OuterRef("role")
    )
    links = list(
        Link.objects.filter(
            Exists(successor), void=False, during__endswith__lte=today,
            during__endswith__gt=AFTER + timedelta(days=30), household__during__contains=today,
        )
        .select_related("household").order_by("household__serial", "pk")[:TO_REPLACE]
    )  # fmt: skip
    codes = codes_for(links, on=today)
    for link in links:
        handed = max(link.during.lower, AFTER)
        ContactCard.objects.create(
            link=link, code=codes[link.post_id, link.household.path], printed_on=handed,
            handed_on=handed, printed_by=manager,
        )  # fmt: skip
    return len(links)


def _sample(manager: User, today: date) -> int:
    """Closed matters of the last year, some of them asked about."""
    area = Area.objects.filter(path__in=scope_of(manager).manage).order_by("path").first()
    since = today - timedelta(days=365)
    if area is None or not population(Sample.Kind.MATTERS, area.path, since, today).exists():
        return 0
    sample = sample_draw(
        area=area, kind=Sample.Kind.MATTERS, since=since, until=today, size=SIZE, seed=SEED,
        on=today, by=manager,
    )  # fmt: skip
    calls = SampleCall.objects.filter(sample=sample).order_by("position")
    pairs = list(zip(calls, ANSWERS, strict=False))
    for call, answer in pairs:
        sample_call(call=call, answer=answer, on=today, by=manager)
    return len(pairs)


def _photos(manager: User, today: date) -> int:
    """Before and after of a closed matter at a public place, before of an open one."""
    places = Issue.objects.at_public_places().order_by("-registered_on", "pk")
    closed = places.filter(state=Issue.State.CLOSED).first()
    going = places.exclude(state__in=Issue.FINISHED).first()
    wanted = [(closed, "before", 96), (closed, "after", 178), (going, "before", 120)]
    added = [
        photo_add(issue=issue, content=picture(light), when=when, on=today, by=manager)
        for issue, when, light in wanted
        if issue is not None
    ]
    return len(added)


def picture(light: int) -> bytes:
    """A drawn street under a sky, as PNG; ``light`` from 0 (dark) to 255."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (480, 320), (light // 2, light * 3 // 4, light))
    draw = ImageDraw.Draw(image)
    draw.polygon([(0, 320), (190, 170), (290, 170), (480, 320)], fill=(light, light, light))
    for left in (20, 120, 330, 410):
        draw.rectangle((left, 90, left + 60, 180), fill=(light, light // 2, light // 3))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
