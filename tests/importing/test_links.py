"""Links from files: found by number or head and address, refused by the rules of links_create."""

import random
from datetime import date, timedelta

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command

from grids.models import Pairing, Person, Role
from grids.services import organisation_create, pairing_start, person_create, post_end, post_start
from households.handovers import handover_propose
from households.links import links_create
from households.models import Household, Link
from households.services import household_close, household_register
from jobs.imports import import_commit, import_open, import_undo
from lib.clock import today
from lib.errors import Refusal
from lib.spans import span
from tests.shapes import draw_areas

pytestmark = pytest.mark.django_db

BEGAN = date(2024, 1, 1)
DAY = date(2024, 4, 1)
HEADER = ("户编号", "户主", "地址", "区域编码", "联系人", "电话", "岗位", "起", "止")


class Village:
    """A drawn county with a few people and households, by short names."""

    def __init__(self):
        self.areas = draw_areas(on=BEGAN)
        self.posts = {}

    def post(self, name, role="unit_head", place="U111", phone="13900000001", on=BEGAN, **more):
        person = Person.objects.filter(name=name).first() or person_create(name=name, phone=phone)
        where = {"area": self.areas[place]} if place in self.areas else {"organisation": place}
        made = post_start(person=person, role=Role.objects.get(code=role), on=on, **where, **more)
        self.posts[name] = made
        return made

    def home(self, serial, head="晴原", place="U111", address="", on=BEGAN):
        return household_register(
            area=self.areas[place], head_name=head, on=on, serial=serial, address=address
        )


@pytest.fixture
def village(db):
    return Village()


def workbook(path, *rows):
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("结对")
        for number, row in enumerate((HEADER, *rows)):
            sheet.write_row(number, 0, row)
    return path


def row(serial="A1", head="", address="", area="", person="甲测试", phone="13900000001",
        role="联户长", since="2024-04-01", until=""):  # fmt: skip
    return serial, head, address, area, person, phone, role, since, until


@pytest.fixture
def load(tmp_path):
    def run(*rows, good=True, on=None, by=None):
        file = workbook(tmp_path / "links.xlsx", *rows)
        on = on or today()
        taken = import_open(kind="links", file=file, file_name=file.name, by=by, on=on)
        done = import_commit(run=taken, good_rows_only=good, by=by, on=on)
        run.last = done.run
        return done.plan

    return run


def errors(plan):
    return {p.row: p.message for p in plan.problems if p.severity == "error"}


def test_it_links_by_number_and_by_head_and_address(village, load):
    village.post("甲测试")
    first, second = village.home("A1"), village.home("", "岚舟", address="南街 2号")
    load(row(), row("", "岚舟", "南街2号"))
    for home in (first, second):
        link = home.links.get()
        assert link.post == village.posts["甲测试"] and link.role_id == "unit_head"
        assert (link.during.lower, link.during.upper) == (DAY, None)


def test_the_same_file_again_changes_nothing(village, load):
    village.post("甲测试")
    village.home("A1"), village.home("A2"), village.home("A3")
    rows = [row(), row("A2", until="2024-06-01"), row("A3", since="")]
    load(*rows)
    before = list(Link.objects.order_by("pk").values_list("pk", "during", "void", "version"))
    plan = load(*rows)
    assert plan.counts["unchanged"] == 3 and not plan.counts["new"] + plan.counts["changed"]
    after = list(Link.objects.order_by("pk").values_list("pk", "during", "void", "version"))
    assert after == before


def test_an_end_in_the_file_ends_the_link(village, load):
    village.post("甲测试")
    home = village.home("A1")
    load(row())
    plan = load(row(until="2024-09-01"))
    assert plan.counts["changed"] == 1
    assert home.links.get().during == span(DAY, date(2024, 9, 1))


def test_a_link_ends_with_its_post(village, load):
    village.post("甲测试", end=date(2024, 8, 1))
    home = village.home("A1")
    load(row())
    assert home.links.get().during.upper == date(2024, 8, 1)


def test_a_handover_that_waits_is_settled(village, load):
    village.post("甲测试")
    home = village.home("A1")
    offered = handover_propose(household=home, to_post=village.posts["甲测试"], on=BEGAN)
    load(row())
    offered.refresh_from_db()
    assert offered.state == "accepted" and offered.during.upper == DAY


def test_a_day_before_the_household_was_registered_becomes_that_day(village, load):
    village.post("甲测试")
    home = village.home("A1", on=date(2024, 6, 1))
    plan = load(row())
    assert home.links.get().during.lower == date(2024, 6, 1)
    assert len(plan.notices) == 1
    assert load(row()).counts["unchanged"] == 1


@pytest.mark.parametrize(
    ("cells", "word"),
    [
        (row("A9"), "A9"),
        (row("", "无此人", "南街1号"), "户主和地址|head and address"),
        (row("", "晴原"), "只有姓名|name alone"),
        (row("", "晴原", "北街1号"), "多户|Several"),
        (row(person="乙没有", phone=""), "乙没有"),
        (row(phone="13900000099"), "电话|phone"),
        (row(role="网格员"), "网格员"),
        (row(since="2023-12-01"), "这一天|on that day"),
        (row("B1"), "不覆盖|reach"),
        (row(until="2024-03-01"), "晚于|after"),
        (row(person="丙网格", phone="13900000003", role="网格员"), "网格员"),
        (row("C1"), "不在册|not open"),
    ],
)
def test_a_row_that_does_not_fit_says_why(village, load, cells, word):
    village.post("甲测试")
    village.post("丙网格", "grid_worker", "G11", "13900000003")
    Household.objects.all().delete()
    village.home("A1", address="南街1号")
    village.home("A2", address="北街1号"), village.home("A3", address="北街1号")
    village.home("B1", "岚舟", "U311")
    closed = village.home("C1", "汐帆")
    household_close(household=closed, on=date(2024, 2, 1), reason="moved")
    if cells[7] == "2023-12-01":
        Household.objects.filter(serial="A1").update(during=span(date(2023, 1, 1)))
    found = errors(load(cells))
    assert list(found) == [2] and not Link.objects.exists()
    assert any(part in found[2] for part in word.split("|")), found[2]


def test_a_namesake_needs_a_phone(village, load):
    village.post("甲测试")
    other = person_create(name="甲测试", phone="13900000002")
    post_start(
        person=other, role=Role.objects.get(code="unit_head"), area=village.areas["U111"], on=BEGAN
    )
    home = village.home("A1")
    assert list(errors(load(row(phone="")))) == [2]
    load(row(phone="13900000002"))
    assert home.links.get().post.person == other


def test_the_most_households_hold_in_the_order_of_days(village, load):
    village.post("甲测试", max_links=2)
    village.home("A1"), village.home("A2"), village.home("A3"), village.home("A4")
    plan = load(
        row("A3", since="2024-07-01"), row("A1"), row("A2", since="2024-05-01", until="2024-06-01"),
        row("A4", since="2024-08-01"),
    )  # fmt: skip
    assert list(errors(plan)) == [5]
    assert set(Link.objects.values_list("household__serial", flat=True)) == {"A1", "A2", "A3"}


def test_one_contact_a_role_at_a_time(village, load):
    village.post("甲测试")
    village.post("乙测试", phone="13900000002")
    village.home("A1")
    plan = load(
        row(until="2024-06-01"), row(person="乙测试", phone="13900000002", since="2024-05-01")
    )
    assert list(errors(plan)) == [3]
    plan = load(row(person="乙测试", phone="13900000002", since="2024-06-01"))
    assert not errors(plan) and Link.objects.count() == 2


def test_a_unit_reaches_where_it_is_paired(village, load):
    unit = organisation_create(name="镇卫生院", area=village.areas["T1"])
    pairing_start(organisation=unit, area=village.areas["V2"], on=BEGAN)
    village.post("甲测试", "cadre", unit)
    village.home("A1"), village.home("A2", place="G21")
    plan = load(row(role="包联干部"), row("A2", role="包联干部"))
    assert list(errors(plan)) == [2]
    Pairing.objects.all().delete()
    assert not errors(load(row(role="包联干部")))


def test_a_cadre_of_the_township_reaches_its_villages(village, load):
    village.post("甲测试", "cadre", "T1")
    village.home("A1"), village.home("B1", place="U311")
    assert list(errors(load(row(role="包联干部"), row("B1", role="包联干部")))) == [3]
    assert Link.objects.get().household.serial == "A1"


def test_links_that_vanished_are_listed_and_stay(village, load):
    village.post("甲测试")
    village.home("A1"), village.home("A2")
    load(row(), row("A2"))
    plan = load(row())
    assert [item.label for item in plan.vanished] == ["A2 晴原 ← 甲测试"]
    assert Link.objects.in_force(today()).count() == 2


def test_it_can_be_taken_back(village, load):
    village.post("甲测试")
    home = village.home("A1")
    load(row())
    load(row(until="2024-09-01"), row("A1", until="2025-01-01", since="2024-09-01"))
    import_undo(run=load.last)
    assert home.links.get().during == span(DAY)


def test_the_command_is_dry(village, tmp_path):
    village.post("甲测试")
    village.home("A1")
    file = workbook(tmp_path / "links.xlsx", row(), row("A9"))
    call_command("import_links", str(file))
    assert not Link.objects.exists()
    with pytest.raises(CommandError):
        call_command("import_links", str(file), "--commit")
    call_command("import_links", str(file), "--commit", "--good-rows")
    assert Link.objects.count() == 1


def test_in_bulk_it_decides_as_one_by_one(village, tmp_path, load):
    """300 households and 40 posts at random: the same links as the service makes in turn."""
    rng = random.Random(7)
    leaves = ["U111", "U112", "G12", "G21", "V1", "V2", "U311"]
    homes = []
    for n in range(300):
        home = village.home(
            f"H{n}", f"户{n}", rng.choice(leaves), on=BEGAN + timedelta(rng.randrange(60))
        )
        homes.append(home)
    for home in rng.sample(homes, 20):
        household_close(household=home, on=date(2024, 5, 1), reason="moved")
    units = [organisation_create(name=f"单位{n}", area=village.areas["T1"]) for n in range(3)]
    pairing_start(organisation=units[0], area=village.areas["V2"], on=BEGAN)
    pairing_start(organisation=units[1], area=village.areas["G12"], on=date(2024, 4, 15))
    posts = []
    for n in range(40):
        role, place = rng.choice(
            [("unit_head", rng.choice(["U111", "U112", "G12", "V1", "V2"])),
             ("cadre", rng.choice([*units, "V1", "G21"])), ("party_secretary", "V1"),
             ("backup", "V1"), ("grid_worker", "G11")]
        )  # fmt: skip
        end = rng.choice([None, None, date(2024, 6, 15)])
        posts.append(village.post(f"人{n}", role, place, f"139{n:08d}", end=end,
                                  max_links=rng.choice([None, 1, 3, 6])))  # fmt: skip
    for post in rng.sample(posts, 4):
        if post.during.upper is None:
            post_end(post=post, on=date(2024, 5, 20))
    wanted = []
    for home in homes:
        for post in rng.sample(posts, 3):
            wanted.append((date(2024, 3, 10) + timedelta(rng.randrange(100)), home, post))
    wanted.sort(key=lambda item: item[0])
    rows = [row(home.serial, "", "", "", post.person.name, f"139{n:08d}", post.role.label, day.isoformat())
            for day, home, post in wanted for n in [posts.index(post)]]  # fmt: skip
    load(*rows)
    in_bulk = links_as_read()
    Link.objects.all().delete()
    for day, home, post in wanted:
        try:
            links_create(households=[Household.objects.get(pk=home.pk)], post=post, on=day)
        except Refusal:
            continue
    assert in_bulk == links_as_read()
    assert len(in_bulk) > 60


def links_as_read():
    rows = Link.objects.values_list("household__serial", "post_id", "role_id", "during", "void")
    return sorted(rows, key=repr)
