"""What may happen to a household. One transaction each, the right checked inside.

Facts that last are ranges: a change ends the old range on the day the new one begins, so that
every earlier day still answers as it was.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib.gis.geos import Point
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.keys import sealer
from accounts.models import User
from grids.models import Area
from grids.services import located_check, require_manage
from households.attribution import Place, Territory
from households.handovers import offers_of_household_end
from households.links import links_of_household_end
from households.models import Absence, Exemption, Household, Membership, Review
from lib.bigrams import bigrams
from lib.clock import today
from lib.errors import Refusal
from lib.pinyin import initials
from lib.spans import ended, span


def search_fields(head_name: str, address: str) -> dict[str, Any]:
    """The columns search reads, derived from name and address."""
    return {
        "initials": initials(head_name),
        "bigrams": sorted(set(bigrams(head_name)) | set(bigrams(address))),
    }


def phone_fields(phone: str | None) -> dict[str, Any]:
    """The sealed number and the keyed hash of its last four digits."""
    keys = sealer()
    return {
        "phone_sealed": keys.seal(phone) if phone else None,
        "phone_tail": keys.tail(phone) if phone else None,
    }


def place_of(area: Area) -> Place:
    """An area as attribution needs it."""
    return Place(area.id, area.path, area.level, "", area.name, area.grid_kind == "dedicated")


def locked(household: Household, by: User | None) -> Household:
    """The household as it stands, locked; refuses who does not manage it."""
    fresh = Household.objects.select_for_update(no_key=True).get(pk=household.pk)
    require_manage(by, fresh.path)
    return fresh


def touch(household: Household, **changes: Any) -> Household:
    """Write changed columns and raise the version that phones merge by."""
    for name, value in changes.items():
        setattr(household, name, value)
    household.version = F("version") + 1
    household.save(update_fields=[*changes, "version", "updated_at"])
    household.refresh_from_db(fields=["version"])
    return household


@transaction.atomic
def household_register(
    *, area: Area, head_name: str, on: date, phone: str | None = None, address: str = "",
    serial: str = "", size: int | None = None, point: Point | None = None,
    point_source: str = Household.LocationSource.PIN, accuracy_m: float | None = None,
    residence: str = Household.Residence.PRESENT, emergency_name: str = "",
    emergency_phone: str | None = None, recorded_on: date | None = None,
    by: User | None = None,
) -> Household:  # fmt: skip
    """Register a household in an area (village or finer). ``point`` is WGS 84."""
    require_manage(by, area.path)
    if area.level not in ("village", "grid", "unit"):
        raise Refusal(_("Choose a village, a grid or a unit."), field="area")
    if not head_name.strip():
        raise Refusal(_("Enter the name of the head of household."), field="head_name")
    settled = Territory(area.path[:12], on=on).settle(
        place_of(area), point.x if point else None, point.y if point else None
    )
    household = Household.objects.create(
        serial=serial, head_name=head_name.strip(), address=address, path=settled.path,
        during=span(on), registered_on=on, recorded_on=recorded_on or on, size=size,
        residence=residence, location=point,
        location_source=point_source if point else "", location_accuracy_m=accuracy_m,
        located_on=on if point else None, emergency_name=emergency_name,
        emergency_phone_sealed=sealer().seal(emergency_phone) if emergency_phone else None,
        **phone_fields(phone), **search_fields(head_name.strip(), address),
    )  # fmt: skip
    Membership.objects.create(household=household, area_id=settled.id, during=span(on))
    if residence == Household.Residence.AWAY:
        Absence.objects.create(household=household, during=span(on))
    return household


@transaction.atomic
def household_move(
    *, household: Household, area: Area, on: date, by: User | None = None
) -> Household:
    """File a household under another area from a day on; links that no longer fit end.

    A link fits while its post is for the new area or one above it, or for an organisation.
    """
    household = locked(household, by)
    require_manage(by, area.path)
    settled = Territory(area.path[:12], on=on).settle(
        place_of(area),
        household.location.x if household.location else None,
        household.location.y if household.location else None,
    )
    membership_change(household=household, area_id=settled.id, on=on)
    links_of_household_end(household=household, on=on, unless_covering=settled.path)
    return refiled(household, path=settled.path, on=on)


def refiled(household: Household, *, path: str, on: date) -> Household:
    """Copy the new place to the household; one still to come is copied by the nightly duty."""
    return touch(household, path=path) if on <= today() else touch(household)


def membership_change(*, household: Household, area_id: UUID, on: date) -> None:
    """End the membership in force on a day and begin another that day."""
    later = household.memberships.filter(during__startswith__gt=on)
    if later.exists():
        raise Refusal(_("A later change of area is already on record; choose a later day."))
    current = household.memberships.filter(during__contains=on).first()
    if current is None:
        raise Refusal(_("The household is not open on that day."), field="on")
    if current.area_id == area_id:
        return
    cut = ended(current.during, on)
    if cut is None:
        current.area_id = area_id
        current.save(update_fields=["area"])
        return
    current.during = cut
    current.save(update_fields=["during"])
    Membership.objects.create(household=household, area_id=area_id, during=span(on))


@transaction.atomic
def household_close(
    *, household: Household, on: date, reason: str, merged_into: Household | None = None,
    by: User | None = None,
) -> Household:  # fmt: skip
    """Close a household: ``on`` is the first day it is no longer open. Everything in force ends."""
    household = locked(household, by)
    if household.during.upper is not None:
        raise Refusal(_("This household is already closed."))
    cut = ended(household.during, on)
    if cut is None:
        raise Refusal(
            _("A household can be closed from the day after it was registered."), field="on"
        )
    links_of_household_end(household=household, on=on)
    for ranges in (household.memberships, household.absences, household.exemptions):
        ranges_cut(ranges.filter(during__contains=on), on)
    for need in household.needs.filter(during__contains=on, void=False):
        need_cut(need, on)
    offers_of_household_end(household, on=on, note=_("The household was closed."))
    return touch(household, during=cut, closed_reason=reason, merged_into=merged_into)


@transaction.atomic
def household_reopen(*, household: Household, by: User | None = None) -> Household:
    """Open a household that was closed by mistake, as if it had never been closed.

    Its contacts and needs ended with it and are named anew. One merged into another stays there.
    """
    household = locked(household, by)
    if household.during.upper is None:
        raise Refusal(_("This household is not closed."))
    if household.merged_into_id is not None:
        raise Refusal(_("This household was merged into another one; split it off there instead."))
    last = household.memberships.select_related("area").order_by("-during").first()
    if last is None or last.area.during.upper is not None:
        raise Refusal(_("The area of this household is no longer in force; register it anew."))
    last.during = span(last.during.lower)
    last.save(update_fields=["during"])
    return touch(household, during=span(household.during.lower), closed_reason="")


def ranges_cut(rows: Any, on: date) -> None:
    """End dated rows on a day; one that began that day leaves nothing and is removed."""
    for row in rows:
        cut = ended(row.during, on)
        if cut is None:
            row.delete()
        else:
            row.during = cut
            row.save(update_fields=["during"])


def need_cut(need: Any, on: date) -> None:
    """End a need on a day; ended on its first day it is void."""
    cut = ended(need.during, on)
    if cut is None:
        need.void = True
    else:
        need.during = cut
    need.version = F("version") + 1
    need.save(update_fields=["during", "void", "version"])


@transaction.atomic
def household_split(
    *, household: Household, head_name: str, on: date, size: int | None = None,
    by: User | None = None, **details: Any,
) -> Household:  # fmt: skip
    """Part of a household becomes one of its own (分户) in the same area, without contact yet."""
    household = locked(household, by)
    area = Area.objects.get(path=household.path)
    fresh = household_register(
        area=area, head_name=head_name, on=on, size=size, point=household.location,
        point_source=household.location_source or Household.LocationSource.PIN,
        address=details.pop("address", household.address), by=by, **details,
    )  # fmt: skip
    fresh.split_from = household
    fresh.save(update_fields=["split_from"])
    if size and household.size and household.size > size:
        touch(household, size=household.size - size)
    return fresh


@transaction.atomic
def household_merge(
    *, household: Household, into: Household, on: date, by: User | None = None
) -> Household:
    """Close a household that joined another one; its needs go on there."""
    if into.pk == household.pk:
        raise Refusal(_("A household cannot be merged into itself."))
    # Several households are always locked in the order of their keys.
    pair = {h.pk: locked(h, by) for h in sorted((household, into), key=lambda h: h.pk)}
    household, into = pair[household.pk], pair[into.pk]
    if on not in into.during:
        raise Refusal(_("The household is not open on that day."), field="on")
    for need in household.needs.filter(during__contains=on, void=False):
        need.pk = None
        need._state.adding = True
        need.household = into
        need.during = span(on, need.during.upper)
        need.clock_from = max(need.clock_from, on)
        need.save()
    household_close(household=household, on=on, reason="merged", merged_into=into, by=by)
    if household.size and into.size:
        touch(into, size=into.size + household.size)
    return into


@transaction.atomic
def household_change_head(
    *, household: Household, head_name: str, phone: str | None = None, by: User | None = None
) -> Household:
    """Somebody else is head of the household; ``phone`` None keeps the number."""
    household = locked(household, by)
    if not head_name.strip():
        raise Refusal(_("Enter the name of the head of household."), field="head_name")
    changes: dict[str, Any] = {
        "head_name": head_name.strip(),
        **search_fields(head_name.strip(), household.address),
    }
    if phone:
        changes |= phone_fields(phone)
    return touch(household, **changes)


@transaction.atomic
def household_locate(
    *, household: Household, point: Point, on: date, source: str, accuracy_m: float | None,
    version: int | None = None, by: User | None = None,
) -> Household:  # fmt: skip
    """Put a household on the map (WGS 84). The point never changes where it is filed, unless
    it is filed under a village only.

    ``version`` is what the pin was moved from: Outdated where somebody has moved it since.
    """
    household = locked(household, by)
    located_check(household, version)
    first_seen = household.located_on if household.location else None
    household = touch(
        household, location=point, location_source=source, location_accuracy_m=accuracy_m,
        located_on=min(first_seen, on) if first_seen else on,
    )  # fmt: skip
    if len(household.path) == 12:
        settled = Territory(household.path, on=on).settle(
            place_of(Area.objects.get(path=household.path)), point.x, point.y
        )
        if settled.path != household.path:
            membership_change(household=household, area_id=settled.id, on=on)
            household = refiled(household, path=settled.path, on=on)
    return household


@transaction.atomic
def residence_set(
    *, household: Household, residence: str, on: date, by: User | None = None
) -> Household:
    """Living here, away part of the year, or away all year from a day on."""
    household = locked(household, by)
    ranges_cut(household.absences.filter(during__contains=on), on)
    if residence == Household.Residence.AWAY:
        nearest = household.absences.filter(during__startswith__gt=on).order_by("during").first()
        Absence.objects.create(
            household=household, during=span(on, nearest.during.lower if nearest else None)
        )
    return touch(household, residence=residence)


@transaction.atomic
def household_review(*, household: Household, on: date, by: User | None = None) -> Review:
    """Somebody looked the whole entry over on a day."""
    household = locked(household, by)
    review, _created = Review.objects.get_or_create(household=household, on=on)
    if household.reviewed_on is None or household.reviewed_on < on:
        touch(household, reviewed_on=on)
    return review


DECLINED_MONTHS = 12


@transaction.atomic
def exemption_ask(
    *, household: Household, reason: str, on: date, by: User, note: str = ""
) -> Exemption:
    """Ask to take a household out of scope; counts only once approved.

    A household that declined in writing stays out for 12 months.
    """
    household = locked(household, by)
    end = None
    if reason == Exemption.Reason.DECLINED:
        end = date(on.year + 1, on.month, min(on.day, 28))
    if on not in household.during:
        raise Refusal(_("The household is not open on that day."), field="on")
    standing = household.exemptions.filter(refused_on=None, during__overlap=span(on, end))
    if standing.exists():
        raise Refusal(_("The household is already out of scope in that time."))
    return Exemption.objects.create(
        household=household, reason=reason, note=note, during=span(on, end), asked_by=by
    )


@transaction.atomic
def exemption_approve(*, exemption: Exemption, on: date, by: User) -> Exemption:
    """Approve it; who declined in writing needs a second approver."""
    exemption = Exemption.objects.select_for_update().get(pk=exemption.pk)
    require_manage(by, exemption.household.path)
    exemption_waits(exemption)
    if exemption.reason == Exemption.Reason.DECLINED and by.pk == exemption.asked_by_id:
        raise Refusal(_("Somebody else must approve this: it was asked for by you."))
    exemption.approved_by, exemption.approved_on = by, on
    exemption.save(update_fields=["approved_by", "approved_on"])
    return exemption


@transaction.atomic
def exemption_refuse(*, exemption: Exemption, on: date, by: User) -> Exemption:
    """Refuse a request to leave the scope: the household stays in."""
    exemption = Exemption.objects.select_for_update().get(pk=exemption.pk)
    require_manage(by, exemption.household.path)
    exemption_waits(exemption)
    exemption.refused_by, exemption.refused_on = by, on
    exemption.save(update_fields=["refused_by", "refused_on"])
    return exemption


def exemption_waits(exemption: Exemption) -> None:
    """Refuse where somebody has already answered a request."""
    if exemption.approved_on or exemption.refused_on:
        raise Refusal(_("This request has already been answered."))


@transaction.atomic
def exemption_end(*, exemption: Exemption, on: date, by: User | None = None) -> None:
    """The household is in scope again from a day on."""
    exemption = Exemption.objects.select_for_update().get(pk=exemption.pk)
    require_manage(by, exemption.household.path)
    if exemption.refused_on or (exemption.during.upper and exemption.during.upper <= on):
        raise Refusal(_("The household is back in scope already."))
    ranges_cut([exemption], on)


def paths_follow_calendar(*, on: date) -> int:
    """Bring ``Household.path`` in step with memberships that began or ended; nightly."""
    changed = 0
    moved = Membership.objects.filter(
        during__contains=on, during__startswith__gt=on - timedelta(days=40)
    ).exclude(household__path=F("area__path"))
    for membership in moved.select_related("household", "area").iterator():
        touch(membership.household, path=membership.area.path)
        changed += 1
    return changed
