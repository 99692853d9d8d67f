"""A slow count in plain Python, written from the definitions alone and not from the SQL.

It reads the stored facts as plain rows, looks at one household after another and asks of each
what the words of the definitions ask. Nothing is shared with the program's own counting but the
tables. ``World.load()`` reads everything once; ``rows()`` counts for a day.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import shapely

from casework.models import Activity, Contact, Deed, Issue, IssueStep
from grids.models import Area, AreaCode, Boundary, Pairing, Person, Post, Role
from households.models import (
    Absence,
    Cover,
    Exemption,
    Handover,
    Household,
    Link,
    Membership,
    Need,
    NeedKind,
    Review,
)
from lib import clock

DEPTH = {"county": 4, "township": 8, "village": 12, "grid": 16, "unit": 20}
REASONS = ("no_grid", "handover", "left", "vacant", "full", "new", "unassigned")
COUNTS = (
    "households", "in_scope", "excluded", "linked", "party_linked", "party_met", "gap",
    "gap_zhongdian", "overdue_zhongdian", "absent", "reviewed", "with_phone", "overdue",
    "unlocated", "outside", "required_posts", "vacancies", "overloaded", "issues_open",
    "issues_overdue", "deeds", "activities",
)  # fmt: skip
TIERS = ("fangxin", "guanzhu", "zhongdian")


def months_after(day: date, months: int) -> date:
    """The same day some months on; the last of the month where there is no such day."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def by(rows: list[Any], attribute: str) -> dict[Any, list[Any]]:
    """Rows grouped by one of their attributes."""
    groups: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, attribute)].append(row)
    return groups


@dataclass
class Facts:
    """What was found out about one household on a day."""

    path: str
    reason: str = ""
    left_on: date | None = None
    tier: str = "fangxin"
    due: date | None = None
    counted: set[str] = field(default_factory=set)
    reviewed_on: date | None = None


class World:
    """Every stored fact, read once."""

    def __init__(self) -> None:
        self.areas = list(Area.objects.all())
        self.area = {a.pk: a for a in self.areas}
        self.codes = by(list(AreaCode.objects.all()), "area_id")
        self.households = list(Household.objects.all())
        self.persons = {p.pk: p for p in Person.objects.all()}
        self.roles = {r.pk: r for r in Role.objects.all()}
        self.posts = {p.pk: p for p in Post.objects.all()}
        self.posts_of_area = by(list(self.posts.values()), "area_id")
        self.posts_of_organisation = by(list(self.posts.values()), "organisation_id")
        self.pairings = list(Pairing.objects.all())
        self.links = by(list(Link.objects.all()), "household_id")
        self.covers = by(list(Cover.objects.all()), "link_id")
        self.memberships = by(list(Membership.objects.all()), "household_id")
        self.handovers = by(list(Handover.objects.all()), "household_id")
        self.exemptions = by(list(Exemption.objects.all()), "household_id")
        self.absences = by(list(Absence.objects.all()), "household_id")
        self.reviews = by(list(Review.objects.all()), "household_id")
        self.needs = by(list(Need.objects.all()), "household_id")
        self.kinds = {k.pk: k for k in NeedKind.objects.all()}
        self.contacts = by(list(Contact.objects.all()), "household_id")
        self.issues = list(Issue.objects.all())
        self.steps = by(list(IssueStep.objects.order_by("id")), "issue_id")
        self.deeds = list(Deed.objects.all())
        self.activities = list(Activity.objects.all())
        self.shapes = [
            (b.path, b.during, shapely.from_wkb(bytes(b.geom.wkb)))
            for b in Boundary.objects.filter(level="grid")
        ]

    # Links -------------------------------------------------------------------------------

    def holds(self, post_id: Any, on: date) -> bool:
        """Whether somebody has the post on the day."""
        post = self.posts[post_id]
        return not post.void and on in post.during

    def in_force(self, link: Link, on: date) -> bool:
        """Begun, not ended, its holder has the post; a backup only while covering."""
        if link.void or on not in link.during or not self.holds(link.post_id, on):
            return False
        if self.roles[self.posts[link.post_id].role_id].is_backup:
            return any(on in cover.during for cover in self.covers[link.pk])
        return True

    def loads(self, on: date) -> dict[tuple[Any, Any], int]:
        """Links in force per person and role."""
        counts: dict[tuple[Any, Any], int] = defaultdict(int)
        for links in self.links.values():
            for link in links:
                if self.in_force(link, on):
                    post = self.posts[link.post_id]
                    counts[post.person_id, post.role_id] += 1
        return counts

    def limits(self, on: date) -> dict[tuple[Any, Any], int | None]:
        """The most links per person and role: the most generous of the posts held, or none."""
        found: dict[tuple[Any, Any], list[int | None]] = defaultdict(list)
        for post in self.posts.values():
            if self.holds(post.pk, on):
                own = post.max_links
                most = own if own is not None else self.roles[post.role_id].max_links
                found[post.person_id, post.role_id].append(most)
        return {
            key: None if None in many else max(m for m in many if m is not None)
            for key, many in found.items()
        }

    def candidates(self, path: str, on: date) -> list[Post]:
        """Posts that may link, on the unit or above it up to the village, or of an
        organisation paired with one of these."""
        places = {path[:length] for length in (12, 16, 20) if len(path) >= length}
        near = [a.pk for a in self.areas if a.path in places]
        found = [post for pk in near for post in self.posts_of_area[pk]]
        for pairing in self.pairings:
            if pairing.area_id in near and on in pairing.during:
                found += self.posts_of_organisation[pairing.organisation_id]
        return [p for p in found if self.roles[p.role_id].may_link and self.holds(p.pk, on)]

    # One household -----------------------------------------------------------------------

    def last_reached(self, household_id: Any, on: date) -> date | None:
        """The latest day up to ``on`` the household was reached in any mode."""
        days = [c.on for c in self.contacts[household_id] if c.reached and c.on <= on]
        return max(days, default=None)

    def tier_and_due(self, household_id: Any, on: date) -> tuple[str, date | None]:
        """Tier and earliest due date, from the needs in force."""
        needs = [n for n in self.needs[household_id] if not n.void and on in n.during]
        codes = {self.kinds[n.kind_id].code for n in needs}
        reached = self.last_reached(household_id, on)
        tier, dues = "fangxin", []
        for need in needs:
            kind = self.kinds[need.kind_id]
            if kind.beside and not codes & set(kind.beside):
                continue
            if kind.is_key:
                tier = "zhongdian"
            if not kind.cadence:
                continue
            if tier == "fangxin":
                tier = "guanzhu"
            start = max(need.during.lower, need.clock_from)
            if kind.first_within_days is not None and (reached is None or reached < start):
                dues.append(start + timedelta(days=kind.first_within_days))
                continue
            latest = max(start, reached or start)
            if kind.cadence == "weekly":
                dues.append(latest + timedelta(days=7))
            else:
                dues.append(months_after(latest, 1 if kind.cadence == "monthly" else 3))
        return tier, min(dues, default=None)

    def left_on(self, household_id: Any, on: date) -> date | None:
        """The day the household's last contact left the post, if that is how the link ended."""
        past = [
            link
            for link in self.links[household_id]
            if not link.void
            and link.during.upper is not None
            and link.during.upper <= on
            and not self.roles[self.posts[link.post_id].role_id].is_backup
        ]
        if not past:
            return None
        last_day = max(link.during.upper for link in past)
        for link in past:
            post = self.posts[link.post_id]
            if link.during.upper == last_day and post.during.upper == last_day:
                return last_day
        return None

    def reason(
        self, household: Household, path: str, on: date, loads: Any, limits: Any
    ) -> tuple[str, date | None]:
        """The first reason that fits a household without a link in force."""
        if len(path) < 16:
            return "no_grid", None
        if any(on in handover.during for handover in self.handovers[household.pk]):
            return "handover", None
        left = self.left_on(household.pk, on)
        if left is not None:
            return "left", left
        candidates = self.candidates(path, on)
        if not candidates:
            return "vacant", None
        room = [
            p
            for p in candidates
            if limits[p.person_id, p.role_id] is None
            or loads[p.person_id, p.role_id] < limits[p.person_id, p.role_id]
        ]
        if not room:
            return "full", None
        if on < household.registered_on + timedelta(days=30):
            return "new", None
        return "unassigned", None

    def is_outside(self, point: shapely.Point, path: str, on: date) -> bool:
        """The point is outside every grid, or not in the grid the household is filed under."""
        drawn = [(p, shape) for p, during, shape in self.shapes if on in during]
        if len(path) >= 16:
            own = [shape for p, shape in drawn if p == path[:16]]
            if own:
                return not own[0].intersects(point)
            # A grid without an outline cannot be missed; another one around the point can.
            return False
        return not any(shape.intersects(point) for p, shape in drawn if p[:12] == path[:12])

    def facts(self, household: Household, on: date, loads: Any, limits: Any) -> Facts | None:
        """Everything the measures ask of one household; None where it is not open."""
        if on not in household.during:
            return None
        area = next(m.area_id for m in self.memberships[household.pk] if on in m.during)
        found = Facts(self.area[area].path, counted={"households"})
        for exemption in self.exemptions[household.pk]:
            approved = exemption.approved_on is not None and exemption.approved_on <= on
            if on in exemption.during and approved:
                found.counted.add("excluded")
                return found
        counted = found.counted
        counted.add("in_scope")
        found.tier, found.due = self.tier_and_due(household.pk, on)
        contacts = [link for link in self.links[household.pk] if self.in_force(link, on)]
        if contacts:
            counted.add("linked")
            if any(
                self.persons[self.posts[link.post_id].person_id].party_member for link in contacts
            ):
                counted.add("party_linked")
        else:
            counted.add("gap")
            found.reason, found.left_on = self.reason(household, found.path, on, loads, limits)
            if found.tier == "zhongdian":
                counted.add("gap_zhongdian")
        if any(
            c.reached and c.made_by_party_member and c.mode in ("visit", "came")
            and c.on <= on < months_after(c.on, 12)
            for c in self.contacts[household.pk]
        ):  # fmt: skip
            counted.add("party_met")
        if found.due is not None and found.due < on:
            counted.add("overdue")
            if found.tier == "zhongdian":
                counted.add("overdue_zhongdian")
        if any(on in absence.during for absence in self.absences[household.pk]):
            counted.add("absent")
        reviews = [r.on for r in self.reviews[household.pk] if r.on <= on]
        found.reviewed_on = max(reviews, default=None)
        if found.reviewed_on and on < months_after(found.reviewed_on, 12):
            counted.add("reviewed")
        if household.phone_sealed is not None:
            counted.add("with_phone")
        if household.location is None or (household.located_on or on) > on:
            counted.add("unlocated")
        else:
            point = shapely.Point(household.location.x, household.location.y)
            if self.is_outside(point, found.path, on):
                counted.add("outside")
        return found

    # Areas -------------------------------------------------------------------------------

    def code(self, area: Area, on: date) -> str:
        """The code an area carries on a day."""
        return next(c.code for c in self.codes[area.pk] if on in c.during)

    def count(self, on: date) -> list[tuple[str, str, Any]]:
        """Every counted thing of the day: (path, name of the measure, 1 or a date)."""
        loads, limits = self.loads(on), self.limits(on)
        found: list[tuple[str, str, Any]] = []
        for household in self.households:
            facts = self.facts(household, on, loads, limits)
            if facts is None:
                continue
            found += [(facts.path, name, 1) for name in facts.counted]
            if "in_scope" not in facts.counted:
                continue
            found.append((facts.path, f"tier.{facts.tier}", 1))
            if facts.reason:
                found.append((facts.path, f"reason.{facts.reason}", 1))
            if facts.left_on:
                found.append((facts.path, "left_on", facts.left_on))
            if facts.reviewed_on:
                found.append((facts.path, "last_reviewed", facts.reviewed_on))
        found += self.count_posts(on, loads, limits)
        for issue in self.issues:
            before = [step for step in self.steps[issue.pk] if step.on <= on]
            if not before or before[-1].after in ("closed", "declined", "merged"):
                continue
            found.append((issue.path, "issues_open", 1))
            late = issue.limit_on < on
            if issue.limit_at is not None:
                end = datetime.combine(on, time(23, 59, 59, 999999), ZoneInfo("Asia/Shanghai"))
                late = issue.limit_at < min(end, clock.now())
            if late:
                found.append((issue.path, "issues_overdue", 1))
        for deed in self.deeds:
            if deed.state in ("granted", "finished") and deed.on <= on < months_after(deed.on, 12):
                found.append((deed.path, "deeds", 1))
        for activity in self.activities:
            if activity.on <= on < months_after(activity.on, 12):
                found += [(activity.path, "activities", 1)] * activity.sessions
        return found

    def count_posts(self, on: date, loads: Any, limits: Any) -> list[tuple[str, str, Any]]:
        """Required posts, those without a holder, and people with too many households."""
        found: list[tuple[str, str, Any]] = []
        for area in self.areas:
            if on not in area.during:
                continue
            for role in self.roles.values():
                if role.required_at != area.level:
                    continue
                holders = {
                    p.person_id
                    for p in self.posts_of_area[area.pk]
                    if p.role_id == role.pk and self.holds(p.pk, on)
                }
                found.append((area.path, "required_posts", role.required_count))
                missing = max(role.required_count - len(holders), 0)
                found.append((area.path, "vacancies", missing))
        overloaded: dict[Any, str] = {}
        for (person, role), most in limits.items():
            if most is None or loads[person, role] <= most:
                continue
            paths = [
                p.path
                for p in self.posts.values()
                if p.person_id == person and p.role_id == role and self.holds(p.pk, on)
            ]
            overloaded[person] = min(
                [*paths, *([overloaded[person]] if person in overloaded else [])]
            )
        found += [(path, "overloaded", 1) for path in overloaded.values()]
        return found

    def rows(
        self, found: list[tuple[str, str, Any]], root: str, level: str, on: date
    ) -> dict[str, dict[str, Any]]:
        """One row of measures per code at ``level`` beneath ``root``, "rest" and "total"."""
        shown = {
            a.path: self.code(a, on)
            for a in self.areas
            if a.level == level and a.path.startswith(root) and on in a.during
        }
        rows = {name: blank_row() for name in [*shown.values(), "rest", "total"]}
        for path, name, value in found:
            if not path.startswith(root):
                continue
            for row in (rows[shown.get(path[: DEPTH[level]], "rest")], rows["total"]):
                if isinstance(value, date):
                    row[name] = max(row[name] or value, value)
                else:
                    row[name] += value
        if not any(rows["rest"].values()):
            del rows["rest"]
        for row in rows.values():
            for name in ("linked", "party_linked", "party_met"):
                row[f"{name}_rate"] = row[name] / row["in_scope"] if row["in_scope"] else None
        return rows


def blank_row() -> dict[str, Any]:
    """A row in which nothing has been counted yet."""
    names = [*COUNTS, *(f"reason.{r}" for r in REASONS), *(f"tier.{t}" for t in TIERS)]
    return {**dict.fromkeys(names, 0), "left_on": None, "last_reviewed": None}
