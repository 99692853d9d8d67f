"""What the demo files hold besides imports: accounts, exemptions, contacts, reviews, matters.

The files are the generator's (``fixtures/``), so they are trusted and read as plain CSV.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from accounts.models import User
from casework.coverage import refresh
from casework.demo_cards import cards_load
from casework.demo_county import problems_found
from casework.demo_examples import examples_add
from casework.demo_help import Helping
from casework.demo_matters import Walk
from casework.demo_places import places_load
from casework.demo_visits import visits_add
from casework.issues import issue_register
from casework.models import Contact, Issue
from grids.importing.areas import areas_import
from grids.models import Area, AreaCode, Organisation, Person, Post, Role
from grids.services import organisation_create
from households.handovers import handover_propose
from households.models import Exemption, Household, Review
from households.services import exemption_approve, exemption_ask
from jobs.command import counts_text
from jobs.imports import import_commit, import_open
from lib.errors import Refusal

BATCH = 2000
#: The files of areas by level, top down; they are in force before the first post begins.
LEVELS = {
    "county": "areas_county.geojson", "township": "areas_townships.geojson",
    "village": "areas_villages.geojson", "grid": "areas_grids.geojson",
    "unit": "areas_units.geojson",
}  # fmt: skip
AREAS_ON = date(2023, 1, 1)
#: Kind, file, and the day it is loaded as of (None: today).
FILES: list[tuple[str, str, date | None]] = [
    ("staff", "staff", None),
    ("households", "households_2024", date(2024, 6, 1)),
    ("households", "households_later", None),
    ("needs", "needs_2024", date(2024, 12, 1)),
    ("needs", "needs_later", None),
    ("links", "links", None),
]
REASONS = {
    "空户": Exemption.Reason.EMPTY, "迁出": Exemption.Reason.MOVED,
    "拆迁": Exemption.Reason.DEMOLISHED, "本户书面确认不联系": Exemption.Reason.DECLINED,
}  # fmt: skip
MODES = {"走访": Contact.Mode.VISIT, "电话": Contact.Mode.PHONE, "微信": Contact.Mode.WECHAT}
KINDS = {
    "咨询": Issue.Kind.CONSULT, "求助": Issue.Kind.HELP, "投诉": Issue.Kind.COMPLAINT,
    "建议": Issue.Kind.SUGGESTION,
}  # fmt: skip
SOURCES = {
    "走访": Issue.Source.VISIT, "12345热线": Issue.Source.HOTLINE, "窗口接待": Issue.Source.COUNTER,
    "电话": Issue.Source.PHONE, "会议": Issue.Source.MEETING,
    "领导接待日": Issue.Source.RECEPTION,
}  # fmt: skip
SUBJECTS = {
    "教育": Issue.Subject.EDUCATION, "医疗": Issue.Subject.MEDICAL, "住房": Issue.Subject.HOUSING,
    "就业": Issue.Subject.EMPLOYMENT, "养老": Issue.Subject.ELDERLY,
    "水电暖": Issue.Subject.UTILITIES, "道路交通": Issue.Subject.TRAFFIC,
    "环境卫生": Issue.Subject.ENVIRONMENT, "社会救助": Issue.Subject.ASSISTANCE,
    "农牧生产": Issue.Subject.FARMING, "产业销售": Issue.Subject.SALES,
    "其他": Issue.Subject.OTHER,
}  # fmt: skip
RESULTS = {
    "已解决": Issue.Result.SOLVED, "部分解决": Issue.Result.PARTLY,
    "解释答复": Issue.Result.EXPLAINED,
}  # fmt: skip
#: Which department of the demo town a subject is given to.
HANDLED_BY = {
    "水电暖": "水务站", "住房": "住建办", "医疗": "卫生院", "社会救助": "民政办", "养老": "民政办",
    "就业": "人社所", "农牧生产": "农牧站", "产业销售": "农牧站", "道路交通": "交通管理站",
    "环境卫生": "住建办",
}  # fmt: skip


def read(path: Path) -> list[dict[str, str]]:
    """The rows of one of the generator's CSV files by header."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def demo_load(name: str, *, folder: Path, password: str, today: date) -> Iterator[str]:
    """Load the generated files of one fixture into an empty database; yields each step done.

    Each file is loaded as of the day an office would have had it, so that the clocks of needs
    run from then. Raises Refusal when a file does not fit, which would be a fault of ours.
    """
    for level, file in LEVELS.items():
        if (folder / file).exists():
            plan = areas_import(source=folder / file, level=level, crs="wgs84", on=AREAS_ON,
                                commit=True, source_name=file)  # fmt: skip
            if plan.errors:
                raise Refusal(f"{file}: {plan.errors[0].message}")
    yield _("Areas loaded")
    settings_set(name)
    if name == "yindeer":
        town = Area.objects.get(level="township")
        for department in sorted(set(HANDLED_BY.values())):
            organisation_create(name=department, area=town, kind=Organisation.Kind.DEPARTMENT)
    county = AreaCode.objects.get(area__level="county").code
    for kind, stem, on in FILES:
        file = f"{stem}.xlsx"
        if (folder / file).exists():
            run = import_open(
                kind=kind, file=folder / file, file_name=file, on=on or today,
                options={"area": county, "crs": "wgs84"},
            )  # fmt: skip
            done = import_commit(run=run, on=on or today)
            yield f"{file}: {counts_text(done.plan.counts)}"
    users = accounts_create(folder, password=password)
    with connection.cursor() as cursor:
        # Fresh tables have no statistics yet, and what follows asks questions of them.
        cursor.execute("ANALYZE")
    casework, manager = Casework(folder, today=today), users["manager"]
    yield _("%s households out of scope") % casework.exemptions(manager)
    yield _("%s contacts recorded") % casework.contacts(manager)
    yield _("%s things that happened recorded") % visits_add(users, today=today)
    yield _("%s reviews recorded") % casework.reviews()
    yield _("%s handovers proposed") % casework.handovers()
    yield _("%s matters registered") % casework.issues(users)
    if name == "gaize":
        yield _("%s matters registered") % problems_found(manager)
    helping = Helping(manager, today=today)
    yield _("%s deeds and activities recorded") % helping.load(published=name == "yindeer")
    yield _("%s joint meetings entered") % helping.meetings()
    cards = cards_load(manager, today=today, published=name == "yindeer")
    yield _("%s contact cards handed over") % cards
    yield _("%s examples entered") % examples_add(manager, today=today)
    yield _("%s herders with a winter camp and a summer pasture") % places_load(
        manager, today=today
    )
    for path in Area.objects.filter(level="county").values_list("path", flat=True):
        refresh(path, on=today)
    yield _("Coverage counted")


def settings_set(name: str) -> None:
    """The county's settings: how many households a cadre links at most, who links at all."""
    Role.objects.filter(code="cadre").update(max_links={"yindeer": 2, "gaize": 5}[name])
    if name == "gaize":
        # There every household has a cadre; units with heads of their own are not set up.
        Role.objects.filter(code="unit_head").update(required_at="")


def accounts_create(folder: Path, *, password: str) -> dict[str, User]:
    """One account per demo login, each for the person who holds the post; by login."""
    users = {}
    # They share one password, so it is hashed once: hashing is slow on purpose.
    hashed = make_password(password)
    for row in read(folder / "logins.csv"):
        user = User.objects.create(username=row["login"], password=hashed, first_name=row["name"])
        Person.objects.filter(name=row["name"]).update(user=user)
        users[row["login"]] = user
    return users


def colleague_create(manager: User) -> User:
    """Another member of the same office, for what needs a second approver; cannot sign in."""
    post = manager.person.posts.get(role__kind=Role.Kind.MANAGER)
    person = Person.objects.filter(posts__role=post.role, posts__area=post.area, user=None)
    chosen = person.order_by("name").first()
    assert chosen is not None
    user = User.objects.create_user(f"{manager.username}2", first_name=chosen.name)
    Person.objects.filter(pk=chosen.pk).update(user=user)
    return user


class Casework:
    """Loads the casework files of one folder; households and people are looked up once."""

    def __init__(self, folder: Path, *, today: date) -> None:
        self.folder = folder
        self.today = today
        self.households = dict(Household.objects.values_list("serial", "pk"))
        self.people = {person.name: person for person in Person.objects.all()}
        self.areas = {code.code: code.area for code in AreaCode.objects.select_related("area")}

    def household(self, serial: str) -> Household:
        return Household.objects.get(pk=self.households[serial])

    @transaction.atomic
    def exemptions(self, manager: User) -> int:
        """Households out of scope: asked for in the office, approved by a colleague that day."""
        rows = read(self.folder / "exemptions.csv")
        if not rows:
            return 0
        second = colleague_create(manager)
        for row in rows:
            on = date.fromisoformat(row["begin"])
            asked = exemption_ask(
                household=self.household(row["serial"]), reason=REASONS[row["reason"]], on=on,
                by=manager,
            )  # fmt: skip
            exemption_approve(exemption=asked, on=on, by=second)
        return len(rows)

    @transaction.atomic
    def contacts(self, manager: User) -> int:
        """Some years of contacts in one go: one by one would take a minute."""
        rows = [
            Contact(
                household_id=self.households[row["serial"]], on=row["on"], mode=MODES[row["mode"]],
                reached=row["reached"] == "1", made_by=self.people[row["name"]],
                made_by_party_member=self.people[row["name"]].party_member, recorded_by=manager,
            )
            for row in read(self.folder / "contacts.csv")
        ]  # fmt: skip
        return len(Contact.objects.bulk_create(rows, batch_size=BATCH))

    @transaction.atomic
    def reviews(self) -> int:
        """When each entry was last looked over, in one go as well."""
        rows = read(self.folder / "reviews.csv")
        days = {self.households[row["serial"]]: date.fromisoformat(row["on"]) for row in rows}
        Review.objects.bulk_create(
            [Review(household_id=pk, on=on) for pk, on in days.items()], batch_size=BATCH
        )
        latest = Review.objects.filter(household=OuterRef("pk")).order_by("-on").values("on")[:1]
        Household.objects.filter(pk__in=days).update(reviewed_on=Subquery(latest))
        return len(rows)

    @transaction.atomic
    def handovers(self) -> int:
        """Households offered to a new contact who has not answered yet."""
        rows = read(self.folder / "handovers.csv")
        for row in rows:
            post = Post.objects.in_force(self.today).get(
                person__name=row["name"], role__label=row["role"]
            )
            handover_propose(
                household=self.household(row["serial"]), to_post=post,
                on=date.fromisoformat(row["on"]),
            )  # fmt: skip
        return len(rows)

    @transaction.atomic
    def issues(self, users: dict[str, User]) -> int:
        """Matters raised: the finished ones closed with a result, open ones as far as they got."""
        departments = {o.name: o for o in Organisation.objects.all()}
        walk, standing = Walk(users, today=self.today), 0
        rows = read(self.folder / "issues.csv")
        for number, row in enumerate(rows, start=1):
            on = date.fromisoformat(row["registered"])
            issue = issue_register(
                kind=KINDS[row["kind"]], subject=SUBJECTS[row["subject"]],
                source=SOURCES[row["source"]],
                title=row["summary"], on=on, people=int(row["people"]),
                household=self.household(row["serial"]) if row["serial"] else None,
                area=None if row["serial"] else self.areas[row["area"]],
                point=Point(float(row["lon"]), float(row["lat"]), srid=4326)
                if row["lon"] else None,
                ticket=f"{on:%Y%m%d}-{number:03d}" if row["source"] == "12345热线" else "",
            )  # fmt: skip
            department = departments.get(HANDLED_BY.get(row["subject"], ""))
            if row["closed"]:
                walk.close(issue, on, department, done=date.fromisoformat(row["closed"]),
                           result=RESULTS[row["result"]], answer=row["answer"])  # fmt: skip
            else:
                issue = walk.stand(issue, on, standing, department)
                standing += 1
        if rows:
            walk.aside(issue)
        return len(rows)
