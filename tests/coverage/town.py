"""An invented county for the random town, and one writer who changes it through the services.

Squares of 0.01 degree from 110° E, 41° N: a township is a row of villages, a village two grids
side by side, a grid one or two units of which only the second kind have outlines. One grid has
no unit, one village land without a grid.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.db import IntegrityError

from accounts.models import User
from casework.activities import activity_record
from casework.deeds import deed_record, deed_remove
from casework.issues import issue_register
from casework.models import ActivityKind, Deed
from grids.boundaries import boundaries_set
from grids.models import Area, Organisation, Person, Post, Role
from grids.services import (
    area_create,
    organisation_create,
    pairing_start,
    person_create,
    post_end,
    post_start,
)
from households import covers, handovers, links, services
from households.models import Exemption, Handover, Household, Link, Need, NeedKind
from households.naming import contacts_name
from households.needs import need_begin, need_end
from jobs.acts import act_undo
from jobs.models import Act
from lib.errors import Refusal
from tests.contacting import contact_record
from tests.matters import matter_to

BEGIN = date(2025, 1, 31)
CURRENT = date(2026, 4, 30)
STEP = 0.01
UNPAIRED = "11"


def square(x: float, y: float, width: float = 1, height: float = 1) -> MultiPolygon:
    """A rectangle of the drawing, in WGS 84."""
    west, south = 110 + x * STEP, 41 + y * STEP
    east, north = west + width * STEP, south + height * STEP
    ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return MultiPolygon(Polygon(ring), srid=4326)


def town_build() -> None:
    """Areas, organisations, people and posts before the first change."""
    county = area_create(level="county", name="随机县", code="159903", parent=None, on=BEGIN)
    outlines: list[tuple[Area, MultiPolygon]] = [(county, square(0, 0, 6, 4))]
    for t in range(2):
        township = area_create(
            level="township", name=f"{t}镇", code=f"1599031{t:02}", parent=county, on=BEGIN
        )
        for v in range(3):
            village = area_create(
                level="village", name=f"{t}{v}村", code=f"1599031{t:02}2{v:02}",
                parent=township, on=BEGIN,
            )  # fmt: skip
            outlines.append((village, square(2 * v, 2 * t, 2, 2)))
            for g in range(2):
                if (t, v, g) == (1, 2, 1):
                    continue  # land without a grid
                grid = area_create(
                    level="grid", name=f"{t}{v}{g}网格", code=f"1599031{t:02}2{v:02}{g:03}",
                    parent=village, on=BEGIN, grid_kind="general",
                )  # fmt: skip
                outlines.append((grid, square(2 * v + g, 2 * t, 1, 2)))
                for u in range(0 if (t, v, g) == (0, 0, 1) else 1 + g):
                    unit = area_create(
                        level="unit", name=f"{t}{v}{g}{u}单元",
                        code=f"1599031{t:02}2{v:02}{g:03}{u:02}", parent=grid, on=BEGIN,
                    )  # fmt: skip
                    if g:
                        outlines.append((unit, square(2 * v + g, 2 * t + u)))
    boundaries_set(outlines=outlines, on=BEGIN)
    staff_appoint(county)


def staff_appoint(county: Area) -> None:
    """People with posts: heads with few places, some with posts in two villages, cadres."""
    Role.objects.filter(code="party_secretary").update(may_link=True)
    roles = {role.code: role for role in Role.objects.all()}

    def post(name: str, role: str, member: bool, **where: Any) -> Person:
        person = person_create(name=name, party_member=member)
        post_start(person=person, role=roles[role], on=BEGIN, **where)
        return person

    for number in (1, 2):
        user = User.objects.create_user(username=f"office{number}")
        person = post(f"网办{number}", "grid_office", False, area=county)
        Person.objects.filter(pk=person.pk).update(user=user)
    heads = []
    for number, unit in enumerate(Area.objects.filter(level="unit").order_by("name")):
        heads.append(post(f"户长{number}", "unit_head", number % 3 == 0, area=unit, max_links=2))
    units = list(Area.objects.filter(level="unit").order_by("-name"))
    for person, unit in zip(heads[:4], units, strict=False):
        post_start(person=person, role=roles["unit_head"], on=BEGIN, area=unit, max_links=2)
    for number, village in enumerate(Area.objects.filter(level="village").order_by("name")):
        post(f"后备{number}", "backup", number % 2 == 0, area=village, max_links=1)
        if number % 2:
            post(f"书记{number}", "party_secretary", True, area=village, max_links=5)
    villages = list(Area.objects.filter(level="village").order_by("name"))
    for number in range(3):
        bureau = organisation_create(name=f"{number}局", area=county)
        post(f"干部{number}", "cadre", number == 0, organisation=bureau)
        if number:
            pairing_start(organisation=bureau, area=villages[number], on=BEGIN)


class Writer:
    """Makes changes one after another, the days going forward with some looking back or ahead.

    Every choice comes from the writer's own random numbers; what is chosen from is what the
    database holds of the households this writer works on, and of everybody's posts.
    """

    def __init__(self, seed: str, households: list[Any]) -> None:
        self.random = random.Random(seed)
        self.seed = seed
        self.households = households
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.day = BEGIN
        self.number = 0
        self.named: Act | None = None
        changes: dict[Callable[[], Any], int] = {
            self.register: 10, self.move: 7, self.close: 2, self.split: 3, self.merge: 2,
            self.change_head: 2, self.locate: 7, self.residence: 5, self.review: 6,
            self.begin_need: 12, self.end_need: 5, self.link: 34, self.end_link: 6, self.undo: 3,
            self.cover: 7, self.propose: 6, self.answer: 5, self.start_post: 5, self.end_post: 4,
            self.contact: 14, self.raise_issue: 7, self.advance_issue: 9, self.ask: 5,
            self.approve: 6, self.end_exemption: 2, self.pair: 2, self.new_bureau: 2,
            self.party: 3, self.limit: 4, self.redraw: 1, self.new_unit: 1, self.give: 6,
            self.hold: 4,
        }  # fmt: skip
        self.changes, self.weights = list(changes), list(changes.values())

    def run(self, changes: int) -> None:
        """Make so many changes; a refused one is not counted."""
        days = (CURRENT - BEGIN).days
        while self.done.total() < changes:
            forward = BEGIN + timedelta(days=days * self.done.total() // changes)
            jump = self.random.choice([0, 0, 0, 0, -1, -9, -40, 1, 25, 60])
            self.day = max(BEGIN, forward + timedelta(days=jump))
            self.attempt(self.random.choices(self.changes, self.weights)[0])

    def attempt(self, change: Callable[[], Any]) -> None:
        """Make one change, or note that it was refused."""
        self.number += 1
        try:
            outcome = change()
        except (Refusal, IntegrityError):
            outcome = False
        (self.refused if outcome is False else self.done)[change.__name__] += 1

    def make_up(self, done: Counter[str], *, attempts: int = 3000) -> None:
        """Make each kind of change that chance and the others' changes have left out, once."""
        days = (CURRENT - BEGIN).days
        for change in self.changes:
            for _n in range(attempts):
                if done[change.__name__] or self.done[change.__name__]:
                    break
                self.day = BEGIN + timedelta(days=self.random.randrange(days))
                self.attempt(change)

    # Choosing -----------------------------------------------------------------------------

    def pick(self, rows: Any) -> Any:
        """One of the rows in a fixed order; Refusal where there are none."""
        found = list(rows)
        if not found:
            raise Refusal("nothing to choose from")
        return self.random.choice(found)

    def household(self) -> Household:
        return Household.objects.get(pk=self.pick(self.households))

    def area(self, *levels: str) -> Area:
        return self.pick(Area.objects.filter(level__in=levels).order_by("name"))

    def post(self, *roles: str) -> Post:
        posts = Post.objects.in_force(self.day).filter(role__in=roles)
        return self.pick(posts.order_by("during", "person__name", "area__name"))

    def point(self) -> Point:
        x, y = self.random.choice([(1.0, 1.0), (6.2, 1.0)] + [(0.0, 0.0)] * 9)
        x, y = (x, y) if x else (self.random.uniform(0, 6), self.random.uniform(0, 4))
        return Point(round(110 + x * STEP, 7), round(41 + y * STEP, 7), srid=4326)

    def user(self, number: int) -> User:
        return User.objects.get(username=f"office{number}")

    # Households ---------------------------------------------------------------------------

    def register(self) -> None:
        household = services.household_register(
            area=self.area("village", "grid", "grid", "unit", "unit"),
            head_name=f"户{self.seed}{self.number}", on=self.day,
            phone=self.random.choice([None, "13900001234"]),
            point=self.random.choice([None, self.point()]),
            residence=self.random.choice(["present", "present", "away"]),
            size=self.random.choice([None, 3]),
        )  # fmt: skip
        self.households.append(household.pk)

    def move(self) -> None:
        services.household_move(
            household=self.household(), area=self.area("village", "grid", "unit"), on=self.day
        )

    def close(self) -> None:
        services.household_close(household=self.household(), on=self.day, reason="moved")

    def split(self) -> None:
        fresh = services.household_split(
            household=self.household(), head_name=f"分{self.number}", on=self.day, size=1
        )
        self.households.append(fresh.pk)

    def merge(self) -> None:
        services.household_merge(household=self.household(), into=self.household(), on=self.day)

    def change_head(self) -> None:
        services.household_change_head(
            household=self.household(), head_name=f"新{self.number}",
            phone=self.random.choice([None, "13900005678"]),
        )  # fmt: skip

    def locate(self) -> None:
        services.household_locate(
            household=self.household(), point=self.point(), on=self.day, source="pin",
            accuracy_m=5.0,
        )  # fmt: skip

    def residence(self) -> None:
        kind = self.random.choice(["away", "away", "present", "seasonal"])
        services.residence_set(household=self.household(), residence=kind, on=self.day)

    def review(self) -> None:
        services.household_review(household=self.household(), on=self.day)

    def begin_need(self) -> None:
        kind = self.pick(NeedKind.objects.order_by("position"))
        end = self.day + timedelta(days=self.random.randint(1, 90))
        need_begin(
            household=self.household(), kind=kind, on=self.day,
            end=end if kind.code == "LINSHI" or self.random.random() < 0.2 else None,
            recorded_on=self.day + timedelta(days=self.random.choice([0, 0, 12])),
        )  # fmt: skip

    def end_need(self) -> None:
        needs = Need.objects.filter(household__in=self.households, void=False)
        need_end(need=self.pick(needs.order_by("during", "kind", "household")), on=self.day)

    def ask(self) -> None:
        services.exemption_ask(
            household=self.household(), on=self.day, by=self.user(1),
            reason=self.random.choice(Exemption.Reason.values),
        )  # fmt: skip

    def exemption(self, approved: bool) -> Exemption:
        rows = Exemption.objects.filter(household__in=self.households)
        rows = rows.filter(approved_on__isnull=not approved)
        return self.pick(rows.order_by("pk"))

    def approve(self) -> None:
        services.exemption_approve(
            exemption=self.exemption(approved=False), on=self.day, by=self.user(2)
        )

    def end_exemption(self) -> None:
        services.exemption_end(exemption=self.exemption(approved=True), on=self.day)

    # Contacts of households ---------------------------------------------------------------

    def link(self) -> bool:
        post = self.post("unit_head", "unit_head", "cadre", "party_secretary")
        mine = Household.objects.filter(pk__in=self.households).order_by("head_name")
        near = mine.filter(path__startswith=post.path) or mine
        chosen = [self.pick(near), self.pick(near)]
        _outcome, named = contacts_name(households=chosen, post=post, on=self.day, by=self.user(1))
        self.named = named or self.named
        return named is not None

    def running(self, backup: bool) -> Link:
        rows = Link.objects.filter(household__in=self.households, void=False)
        rows = rows.filter(role__is_backup=backup, during__contains=self.day)
        return self.pick(rows.order_by("during", "role", "household__head_name"))

    def end_link(self) -> None:
        links.link_end(link=self.running(self.random.random() < 0.2), on=self.day)

    def undo(self) -> None:
        if self.named is None:
            raise Refusal("nobody was named yet")
        act_undo(act=self.named, by=self.user(1))

    def cover(self) -> bool | None:
        if self.random.random() < 0.5:
            return bool(
                links.links_create(
                    households=[self.household()], post=self.post("backup"), on=self.day
                ).linked
            )
        end = self.random.choice([None, self.day + timedelta(days=30)])
        covers.cover_start(link=self.running(backup=True), on=self.day, end=end)
        return None

    def propose(self) -> None:
        handovers.handover_propose(
            household=self.household(), to_post=self.post("unit_head", "cadre"), on=self.day
        )

    def answer(self) -> None:
        rows = Handover.objects.filter(household__in=self.households, during__contains=self.day)
        handovers.handover_answer(
            handover=self.pick(rows.order_by("during", "household__head_name")),
            accept=self.random.random() < 0.5, on=self.day, reason="离得太远",
        )  # fmt: skip

    def contact(self) -> None:
        contact_record(
            household=self.household(), on=self.day,
            made_by=self.pick(Person.objects.order_by("name")),
            mode=self.random.choice(["visit", "visit", "phone", "came", "entrusted"]),
            reached=self.random.random() < 0.8,
        )  # fmt: skip

    def give(self) -> None:
        """Help for a household or a place, done or on its way; now and then one is taken out."""
        at_home = self.random.random() < 0.6
        deed_record(
            what="办实事", on=self.day, current=max(self.day, CURRENT),
            household=self.household() if at_home else None, area=self.area("village", "grid"),
            state=self.random.choice(["granted", "granted", "applied"]),
        )  # fmt: skip
        if self.random.random() < 0.2:
            deed_remove(deed=self.pick(Deed.objects.order_by("what", "on", "path")), by=None)

    def hold(self) -> None:
        activity_record(
            kind=self.pick(ActivityKind.objects.all()), title="活动", on=self.day,
            area=self.area("township", "village"), current=max(self.day, CURRENT),
            sessions=self.random.randint(1, 3),
        )  # fmt: skip

    # Posts and organisations --------------------------------------------------------------

    def start_post(self) -> None:
        role = self.random.choice(["unit_head", "grid_worker", "grid_head", "party_secretary"])
        level = {"unit_head": "unit", "grid_worker": "grid"}.get(role, "village")
        end = self.day + timedelta(days=self.random.randint(10, 200))
        post_start(
            person=self.pick(Person.objects.order_by("name")), role=Role.objects.get(pk=role),
            area=self.area(level), on=self.day, max_links=self.random.choice([None, 2, 3]),
            end=self.random.choice([None, end]),
        )  # fmt: skip

    def end_post(self) -> None:
        roles = ("unit_head", "cadre", "party_secretary", "grid_worker", "backup")
        post_end(post=self.post(*roles), on=self.day)

    def pair(self) -> None:
        # Every cadre of a paired organisation has room for the whole area; one village is never
        # paired, so that its own people are full or gone in every order of the changes.
        area = self.area("village", "grid", "unit")
        if area.name.startswith(UNPAIRED):
            raise Refusal("this village is left to its own people")
        end = self.day + timedelta(days=120)
        pairing_start(
            organisation=self.pick(Organisation.objects.order_by("name")), area=area, on=self.day,
            end=self.random.choice([None, end]),
        )  # fmt: skip

    def new_bureau(self) -> None:
        county = Area.objects.get(level="county")
        bureau = organisation_create(name=f"局{self.seed}{self.number}", area=county)
        person = person_create(name=f"新干部{self.seed}{self.number}", party_member=True)
        cadre = Role.objects.get(pk="cadre")
        post_start(person=person, role=cadre, organisation=bureau, on=self.day, max_links=2)

    def party(self) -> None:
        person = self.pick(Person.objects.order_by("name"))
        Person.objects.filter(pk=person.pk).update(party_member=not person.party_member)

    def limit(self) -> None:
        post = self.post("unit_head", "cadre", "party_secretary")
        most = self.random.choice([None, 1, 1, 2, 4])
        Post.objects.filter(pk=post.pk).update(max_links=most)

    # Matters and territory ----------------------------------------------------------------

    def raise_issue(self) -> None:
        kind = self.random.choice(["consult", "help", "dispute"])
        where: dict[str, Any] = {"area": self.area("village", "grid", "unit")}
        if self.random.random() < 0.6:
            where = {"household": self.household()}
        issue_register(
            kind=kind, subject="other", source="visit", title="灯不亮", on=self.day,
            urgent=self.random.random() < 0.3, **where,
        )  # fmt: skip

    def advance_issue(self) -> None:
        from casework.models import Issue

        issue = self.pick(
            Issue.objects.filter(title="灯不亮").order_by("registered_on", "area__name")
        )
        to = self.random.choice(["accepted", "shelved", "closed", "declined", "reopened"])
        matter_to(issue, to, on=self.day)

    def redraw(self) -> None:
        village = self.area("village")
        grids = list(Area.objects.filter(level="grid", parent=village).order_by("name"))
        if len(grids) < 2:
            raise Refusal("one grid only")
        t, v = int(village.name[0]), int(village.name[1])
        middle = self.random.choice([0.5, 0.8, 1.0, 1.4])
        boundaries_set(
            outlines=[
                (grids[0], square(2 * v, 2 * t, middle, 2)),
                (grids[1], square(2 * v + middle, 2 * t, 2 - middle, 2)),
            ],
            on=self.day,
        )

    def new_unit(self) -> None:
        grid = self.area("grid")
        number = Area.objects.filter(level="unit", parent=grid).count() + 10 * len(self.seed)
        grid_code = grid.codes.get().code
        area_create(
            level="unit", name=f"新单元{self.seed}{self.number}",
            code=f"{grid_code}{number:03}", parent=grid, on=self.day,
        )  # fmt: skip
