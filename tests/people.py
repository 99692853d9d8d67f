"""The fixed cast and the small world they work in.

``World`` holds everything by short keys and is the fixture ``world`` of ``tests/keeping.py``;
``as_user("manager")`` is a client signed in as one of the cast. The drawing is in
``tests/shapes.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from django.test import Client

from accounts.models import User
from casework.issues import issue_register
from casework.models import Issue
from grids.models import Area, Organisation, Person, Post, Role
from grids.services import organisation_create, pairing_start, person_create, post_start
from households.covers import cover_start
from households.links import links_create
from households.models import Household, Link, NeedKind
from households.needs import need_begin
from households.services import household_register
from tests.shapes import draw_areas, point

BACKEND = "django.contrib.auth.backends.ModelBackend"
#: Everything in the world began this many days ago.
AGE = 400

#: login, name, role, area or organisation (None: no post), party member
CAST: list[tuple[str, str, str | None, str | None, bool]] = [
    ("leader", "林乡领", "township_leader", "T1", True),
    ("county_leader", "柯县领", "county_leader", "C", True),
    ("manager", "关网办", "grid_office", "T1", False),
    ("outsider", "万外办", "grid_office", "T2", False),
    ("worker", "王格员", "grid_worker", "G11", False),
    ("grid_head", "葛格长", "grid_head", "V1", False),
    ("secretary", "舒支书", "party_secretary", "V1", True),
    ("head", "连户长", "unit_head", "U111", True),
    ("cadre", "甘包联", "cadre", "bureau", True),
    ("clerk", "卜经办", "clerk", "department", False),
    ("auditor", "沈审计", "auditor", "C", False),
    ("administrator", "管理元", "administrator", "C", False),
    ("volunteer", "支愿者", "volunteer", "V1", False),
    ("backup", "侯备员", "backup", "V1", False),
    ("outer_head", "魏户长", "unit_head", "U311", False),
    ("nobody", "闲无岗", None, None, False),
]

#: key, head of household, filed under, place in the drawing, phone, address, persons, needs
HOUSEHOLDS: list[
    tuple[str, str, str, tuple[float, float] | None, str | None, str, int, list[str]]
] = [
    ("zhao", "赵独居", "U111", (0.5, 0.5), "15900000001", "甲一村南街1号", 1, ["DUJU"]),
    ("qian", "钱同意", "U111", (0.6, 0.4), "15900000002", "甲一村南街2号", 3, ["DABING"]),
    ("sun", "孙界上", "V1", (1.0, 0.5), "15900000003", "甲一村界河路3号", 4, []),
    ("li", "李无点", "G12", None, "15900000004", "甲一村东街4号", 2, ["DIBAO"]),
    ("zhou", "周包联", "G21", (2.5, 0.5), "15900000005", "甲二嘎查南街5号", 5, ["JIANCE"]),
    ("wu", "吴格外", "V2", (3.5, 0.5), None, "甲二嘎查草场6号", 2, []),
    ("zheng", "郑远点", "G21", (4.5, 0.5), "15900000007", "甲二嘎查北街7号", 2, []),
    ("feng", "冯代管", "U112", (0.5, 1.5), "15900000008", "甲一村北街8号", 2, ["SHIYE"]),
    ("wei", "卫乙一", "G31", (5.5, 0.5), "15900000009", "乙一嘎查南街9号", 3, ["DUJU"]),
    ("jiang", "蒋乙二", "G31", (5.5, 1.5), "15900000010", "乙一嘎查北街10号", 3, []),
]

#: household, login of the contact
LINKS = [
    ("zhao", "head"),
    ("zhao", "cadre"),
    ("qian", "head"),
    ("zhou", "cadre"),
    ("feng", "backup"),
    ("wei", "outer_head"),
]

#: key, title, area or household, department
ISSUES: list[tuple[str, str, str, str | None]] = [
    ("road", "甲一村路口积水", "V1", None),
    ("well", "甲二嘎查机井损坏", "V2", "department"),
    ("roof", "屋顶漏雨", "qian", None),
    ("water", "家中停水", "wei", "department"),
    ("lamp", "乙一嘎查路灯不亮", "V3", None),
]

#: Where in the drawing the matters of public places have their pins.
PINS = {"road": (0.8, 0.8), "well": (3.2, 0.5), "lamp": (5.4, 0.6)}


@dataclass
class World:
    """Everything by its key. ``on`` is today; the world began AGE days earlier."""

    on: date
    areas: dict[str, Area]
    organisations: dict[str, Organisation] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    households: dict[str, Household] = field(default_factory=dict)
    links: dict[tuple[str, str], Link] = field(default_factory=dict)
    issues: dict[str, Issue] = field(default_factory=dict)

    @property
    def began(self) -> date:
        """The day everything began."""
        return self.on - timedelta(days=AGE)

    def user(self, key: str) -> User:
        """One of the cast as read at the start of a request: nothing remembered of its scope."""
        return User.objects.get(pk=self.users[key].pk)

    def add_person(self, key: str, name: str, *, party_member: bool = False) -> Person:
        """Another person with a sign-in."""
        user = User(username=key, first_name=name)
        user.set_unusable_password()
        user.save()
        self.users[key] = user
        self.people[key] = person_create(
            name=name, phone=f"139{len(self.people):08d}", party_member=party_member, user=user
        )
        return self.people[key]

    def add_post(self, key: str, role: str, place: str, **dates: date) -> Post:
        """Give a person a post from the beginning, or as ``dates`` (on, end) say."""
        self.posts[key] = post_start(
            person=self.people[key],
            role=Role.objects.get(pk=role),
            on=dates.get("on", self.began),
            end=dates.get("end"),
            area=self.areas.get(place),
            organisation=self.organisations.get(place),
        )
        return self.posts[key]

    def link(self, household: str, contact: str, *, on: date | None = None) -> Link:
        """Name one of the cast as contact of a household; raises where it is refused."""
        outcome = links_create(
            households=[self.households[household]], post=self.posts[contact],
            on=on or self.began,
        )  # fmt: skip
        assert not outcome.refused, outcome.refused[0][1]
        self.links[household, contact] = outcome.linked[0]
        return outcome.linked[0]

    def cover(self, household: str, *, end: date | None = None) -> None:
        """The backup stands in at a household from today."""
        cover_start(link=self.links[household, "backup"], on=self.on, end=end)


def build_world(on: date) -> World:
    """The small world as it stands on a day, made by the services alone."""
    began = on - timedelta(days=AGE)
    world = World(on=on, areas=draw_areas(on=began))
    Role.objects.filter(code="party_secretary").update(may_link=True)
    county = world.areas["C"]
    for key, name, kind in (
        ("bureau", "方格县农牧局", Organisation.Kind.UNIT),
        ("department", "方格县水利局", Organisation.Kind.DEPARTMENT),
    ):
        world.organisations[key] = organisation_create(name=name, area=county, kind=kind)
    for village in ("V1", "V2"):
        pairing_start(
            organisation=world.organisations["bureau"], area=world.areas[village], on=began
        )
    for login, name, role, place, party_member in CAST:
        world.add_person(login, name, party_member=party_member)
        if role and place:
            world.add_post(login, role, place)
    for key, head_name, filed, place_drawn, phone, address, size, needs in HOUSEHOLDS:
        world.households[key] = household_register(
            area=world.areas[filed], head_name=head_name, on=began, phone=phone, address=address,
            serial=f"FG{len(world.households) + 1:03d}", size=size,
            point=point(*place_drawn) if place_drawn else None,
        )  # fmt: skip
        for code in needs:
            need_begin(
                household=world.households[key], kind=NeedKind.objects.get(code=code), on=began
            )
    Household.objects.filter(pk=world.households["qian"].pk).update(head_may_see_needs_from=began)
    for household, contact in LINKS:
        world.link(household, contact)
    for key, title, tied_to, department in ISSUES:
        world.issues[key] = issue_register(
            kind="help", subject="utilities", source="hotline", title=title, on=on,
            area=world.areas.get(tied_to), household=world.households.get(tied_to),
            point=point(*PINS[key]) if key in PINS else None,
        )  # fmt: skip
        # With the department already, so that the small world shows what a department sees.
        if department:
            world.issues[key].department = world.organisations[department]
            world.issues[key].save(update_fields=["department"])
    return world


@pytest.fixture
def as_user(world: World) -> Callable[[str], Client]:
    """A client that is signed in as one of the cast and checks CSRF like a browser's server."""

    def sign_in(key: str, *, csrf: bool = False) -> Client:
        client = Client(enforce_csrf_checks=csrf)
        client.force_login(world.users[key], backend=BACKEND)
        return client

    return sign_in
