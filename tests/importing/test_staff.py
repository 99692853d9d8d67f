"""Staff files: people by name and phone, posts with days, units, pairings, first-sign-in slips."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
import xlsxwriter
from django.core.management import CommandError, call_command

from accounts.keys import sealer
from accounts.models import User
from grids.importing.county import county_start
from grids.models import Area, AreaCode, Organisation, Pairing, Person, Post, Role
from households.links import links_create
from households.services import household_register
from jobs.imports import BadRows, import_commit, import_open, import_review, import_undo
from lib.clock import today
from lib.errors import Refusal
from tests.shapes import draw_areas

pytestmark = pytest.mark.django_db

BEGAN = date(2024, 1, 1)
GRID = "159901100201001"
UNIT = "15990110020100101"
HEADER = ("姓名", "电话", "岗位", "区域编码", "单位", "起", "止", "来源", "产生方式", "特长",
          "政治面貌", "上限")  # fmt: skip


@pytest.fixture
def areas(db):
    return draw_areas(on=BEGAN)


def workbook(path, *rows, header=HEADER):
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("人员")
        for number, row in enumerate((header, *rows)):
            sheet.write_row(number, 0, row)
    return path


def row(name="甲测试", phone="13900000001", role="联户长", area=UNIT, unit="", since="2024-03-01",
        until="", background="", selected="", skills="", party="", most=""):  # fmt: skip
    return name, phone, role, area, unit, since, until, background, selected, skills, party, most


@pytest.fixture
def load(tmp_path, areas):
    """Load rows and answer the plan; ``commit=False`` only looks."""

    def run(*rows, commit=True, good=False, decisions=None, by=None, area="", on=None, **more):
        file = workbook(tmp_path / "staff.xlsx", *rows, **more)
        on = on or today()
        taken = import_open(
            kind="staff", file=file, file_name=file.name, options={"area": area}, by=by, on=on
        )
        if not commit:
            return import_review(run=taken, by=by, on=on).plan
        done = import_commit(run=taken, good_rows_only=good, decisions=decisions, by=by, on=on)
        run.last = done.run
        return done.plan

    return run


def test_it_loads_a_person_and_a_post_with_all_cells(load):
    load(
        row(
            background="无职党员",
            selected="民主推荐",
            skills="医护、政策",
            party="预备党员",
            most="40",
        )
    )
    post = Post.objects.select_related("person").get()
    assert (post.role_id, post.background, post.selected_by, post.max_links) == (
        "unit_head", "member", "recommended", 40,
    )  # fmt: skip
    assert post.during.lower == date(2024, 3, 1) and post.during.upper is None
    assert post.path == Area.objects.get(codes__code=UNIT).path
    assert (post.person.party_member, post.person.skills) == (True, ["医护", "政策"])
    assert sealer().open(post.person.phone_sealed) == "13900000001"
    assert post.person.initials == "jcs"


def test_the_same_file_again_changes_nothing(load):
    rows = [
        row(), row("乙测试", "", "网格员", GRID, since=""), row(role="包联干部", area="", unit="镇卫生院"),
        row("丙测试", "13900000003", "联户长", until="2024-09-01"),
    ]  # fmt: skip
    load(*rows)
    before = list(Post.objects.order_by("pk").values_list("pk", "during", "void"))
    people = list(Person.objects.order_by("pk").values_list("pk", "organisation", "party_member"))
    again = load(*rows)
    assert again.counts["unchanged"] == 4 and again.counts["new"] == again.counts["changed"] == 0
    assert list(Post.objects.order_by("pk").values_list("pk", "during", "void")) == before
    assert list(
        Person.objects.order_by("pk").values_list("pk", "organisation", "party_member")
    ) == people  # fmt: skip


def test_one_person_holds_several_posts(load):
    load(row(), row(role="网格员", area=GRID), row("甲测试", "13900000002"))
    assert Person.objects.count() == 2, "another phone is another person"
    assert sorted(p.posts.count() for p in Person.objects.all()) == [1, 2]


def test_a_changed_phone_is_asked_about(load):
    load(row())
    plan = load(row(phone="13900000009"))
    assert len(plan.doubtful) == 1 and plan.counts["new"] == 0 and Person.objects.count() == 1
    load(row(phone="13900000009"), decisions={"*": "same"})
    assert sealer().open(Person.objects.get().phone_sealed) == "13900000009"
    load(row(phone="13900000010"), decisions={"*": "new"})
    assert Person.objects.count() == 2


def test_a_phone_that_was_missing_is_added(load):
    load(row(phone=""))
    load(row())
    assert sealer().open(Person.objects.get().phone_sealed) == "13900000001"


def test_an_end_date_ends_the_post_and_its_links(load):
    load(row())
    home = household_register(area=Area.objects.get(codes__code=UNIT), head_name="晴原", on=BEGAN)
    post = Post.objects.get()
    links_create(households=[home], post=post, on=date(2024, 4, 1))
    plan = load(row(until="2024-08-01"))
    assert plan.counts["changed"] == 1 and plan.counts["ended"] == 1
    post.refresh_from_db()
    assert post.during.upper == date(2024, 8, 1)
    assert home.links.get().during.upper == date(2024, 8, 1)


def test_a_dash_takes_an_end_back(load):
    end = today() + timedelta(days=30)
    load(row(until=end.isoformat()))
    load(row())
    assert Post.objects.get().during.upper == end, "an empty cell leaves it"
    load(row(until="—"))
    assert Post.objects.get().during.upper is None


def test_a_later_time_in_the_same_post_is_a_new_post(load):
    load(row(until="2024-06-01"))
    load(row(until="2024-06-01"), row(since="2025-01-01"))
    assert Post.objects.count() == 2 and Person.objects.count() == 1


def test_missing_units_are_made_in_the_township_named(load):
    plan = load(row(role="包联干部", area="", unit="镇卫生院"), area="159901100")
    organisation = Organisation.objects.get()
    assert (organisation.name, organisation.area.name) == ("镇卫生院", "东方镇")
    assert any("镇卫生院" in notice for notice in plan.notices)
    assert Post.objects.get().organisation == organisation
    assert Person.objects.get().organisation == organisation


def test_a_department_is_a_department(load):
    load(row(role="部门经办", area="", unit="民政办"))
    assert Organisation.objects.get().kind == "department"


def test_pairings_come_with_the_unit(load):
    header = (*HEADER, "帮扶区域")
    cells = (*row(role="包联干部", area="", unit="镇卫生院"), "159901100201、甲二嘎查")
    load(cells, header=header, area="159901100")
    load(cells, header=header, area="159901100")
    assert sorted(p.area.name for p in Pairing.objects.all()) == ["甲一村", "甲二嘎查"]


def test_a_person_may_work_for_a_unit_and_hold_a_post_for_an_area(load):
    load(row(role="包联干部", area="159901100201", unit="镇卫生院"))
    post = Post.objects.get()
    assert post.area.name == "甲一村" and post.organisation is None
    assert post.person.organisation.name == "镇卫生院"


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        (row(role="重点人员管理员"), "C"),
        (row(area="159901100999"), "D"),
        (row(area="", unit=""), "D"),
        (row(since="2024-05-01", until="2024-05-01"), "G"),
        (row(background="无职务"), "H"),
        (row(selected="抽签"), "I"),
        (row(phone="123"), "B"),
        (row(name=""), "A"),
        (row(party="不详"), "K"),
        (row(skills="一" * 21), "J"),
    ],
)
def test_a_row_that_does_not_fit_is_refused_by_cell(load, cells, column):
    with pytest.raises(BadRows):
        load(cells, row("好测试", "13900000007"))
    assert not Person.objects.exists()
    plan = load(cells, row("好测试", "13900000007"), good=True)
    assert [(p.row, p.column) for p in plan.problems if p.severity == "error"] == [(2, column)]
    assert [person.name for person in Person.objects.all()] == ["好测试"]


def test_the_same_post_twice_in_a_file_is_an_error_of_the_second(load):
    plan = load(row(), row(), commit=False)
    assert [problem.row for problem in plan.problems] == [3]


def test_only_yes_or_no_of_a_political_status_is_kept(load):
    plan = load(row(party="中共党员"), row("乙测试", "13900000002", party="群众"))
    assert dict(Person.objects.values_list("name", "party_member")) == {
        "甲测试": True, "乙测试": False,
    }  # fmt: skip
    shown = repr(plan.report()) + repr(load.last.report) + repr(load.last.undo)
    assert "群众" not in shown and "中共党员" not in shown


def test_columns_of_excluded_content_are_named_and_skipped(load):
    plan = load((*row(), "110101199001011234", "某"), header=(*HEADER, "身份证号", "民族"))
    assert {item.header for item in plan.skipped} == {"身份证号", "民族"}


def test_posts_that_vanished_are_listed_and_stay(load):
    load(row(), row("乙测试", "13900000002"))
    plan = load(row())
    assert [item.label.split()[0] for item in plan.vanished] == ["乙测试"]
    assert Post.objects.in_force(today()).count() == 2


def test_an_import_can_be_taken_back(load):
    load(row())
    first = load.last
    load(row(until="2024-08-01"), row("乙测试", "13900000002", "包联干部", "", "镇卫生院"))
    import_undo(run=load.last)
    assert Post.objects.get().during.upper is None
    assert not Organisation.objects.exists() and Person.objects.count() == 1
    with pytest.raises(Refusal):
        import_undo(run=first)


def test_a_grid_office_loads_its_own_township_only(load):
    manager = User.objects.create_user("manager")
    load(row("关网办", "13900000088", "乡镇网格办", "159901100"))
    Person.objects.filter(name="关网办").update(user=manager)
    manager.refresh_from_db()
    plan = load(
        row(), row("外测试", "13900000002", area="15990110120100101"),
        row("权测试", "13900000003", "管理员", "159901100"), by=manager, good=True,
    )  # fmt: skip
    assert [problem.row for problem in plan.problems] == [3, 4]
    with pytest.raises(Refusal):
        load(row(), by=manager, area="159901101")


def test_slips_make_accounts_with_one_time_passwords(tmp_path, areas):
    file = workbook(
        tmp_path / "s.xlsx", row(), row(role="网格员", area=GRID),
        row("志愿", "13900000005", "志愿者", "159901100201"),
        row("离任", "13900000006", until="2024-05-01"),
    )  # fmt: skip
    slips = tmp_path / "slips.xlsx"
    call_command("import_staff", str(file), "--commit", "--slips", str(slips))
    rows = list(openpyxl.load_workbook(slips).active.iter_rows(min_row=2, values_only=True))
    assert [cells[0] for cells in rows] == ["甲测试"], "one slip a person who signs in today"
    name, password = rows[0][4], rows[0][5]
    user = User.objects.get(username=name)
    assert user.must_change_password and user.person.name == "甲测试"
    assert user.check_password(password)
    assert "13900000001"[-4:] not in name and name.startswith("jcs")
    assert slips.stat().st_mode & 0o077 == 0
    call_command("import_staff", str(file), "--commit", "--slips", str(slips))
    assert openpyxl.load_workbook(slips).active.max_row == 1


def test_slips_are_printed_as_pdf(tmp_path, areas):
    file, slips = workbook(tmp_path / "s.xlsx", row()), tmp_path / "slips.pdf"
    with pytest.raises(CommandError):
        call_command("import_staff", str(file), "--slips", str(slips))
    call_command("import_staff", str(file), "--commit", "--slips", str(slips))
    assert slips.read_bytes()[:4] == b"%PDF"


def test_the_command_is_dry(tmp_path, areas):
    errors = tmp_path / "errors.xlsx"
    file = workbook(tmp_path / "s.xlsx", row(), row("坏", "1", "不知"))
    call_command("import_staff", str(file), "--errors", str(errors))
    assert not Person.objects.exists()
    rows = list(openpyxl.load_workbook(errors).active.iter_rows(values_only=True))
    assert rows[2][-1] and not rows[1][-1]
    with pytest.raises(CommandError):
        call_command("import_staff", str(file), "--commit")
    call_command("import_staff", str(file), "--commit", "--good-rows")
    assert Person.objects.get().name == "甲测试"


# The first two people of a county


def start(**more):
    given = {
        "code": "152223000000", "name": "扎赉特旗", "township_code": "152223100",
        "township_name": "音德尔镇", "admin": "admin", "manager": "manager", "on": BEGAN,
    }  # fmt: skip
    return county_start(**(given | more))


def test_a_county_starts_in_an_empty_database(db):
    admin, manager = start()
    assert list(AreaCode.objects.order_by("code").values_list("code", flat=True)) == [
        "152223", "152223100",
    ]  # fmt: skip
    held = dict(Post.objects.values_list("role__label", "area__name"))
    assert held == {"管理员": "扎赉特旗", "乡镇网格办": "音德尔镇"}
    for login in (admin, manager):
        assert login.user.must_change_password
        assert User.objects.get(pk=login.user.pk).check_password(login.password)
    with pytest.raises(Refusal):
        start()


@pytest.mark.parametrize(
    "given",
    [
        {"code": "1522"}, {"code": "152223100"}, {"township_code": "152224100"},
        {"township_code": "152223"}, {"manager": "admin"}, {"name": " "},
    ],
)  # fmt: skip
def test_a_county_that_does_not_fit_leaves_nothing(db, given):
    with pytest.raises(Refusal):
        start(**given)
    assert not Area.objects.exists() and not User.objects.exists()


def test_the_command_prints_or_files_the_passwords(db, tmp_path):
    passwords, out = tmp_path / "first", io.StringIO()
    arguments = ["--code=152223", "--name=扎赉特旗", "--township-code=152223100",
                 "--township-name=音德尔镇", "--admin=gly", "--manager=wgb"]  # fmt: skip
    call_command("start_county", *arguments, "--password-file", str(passwords), stdout=out)
    lines = passwords.read_text().splitlines()
    assert len(lines) == 2 and passwords.stat().st_mode & 0o077 == 0
    assert lines[0].split()[-1] not in out.getvalue()
    with pytest.raises(CommandError):
        call_command("start_county", *arguments)


def test_every_role_can_be_named_by_label_or_code(load):
    labels = list(Role.objects.values_list("label", "code"))
    rows = [row(f"人{n}", f"139000001{n:02d}", word, "159901100201")
            for n, pair in enumerate(labels) for word in pair[:1]]  # fmt: skip
    rows += [row(f"码{n}", f"139000002{n:02d}", pair[1], "159901100201")
             for n, pair in enumerate(labels)]  # fmt: skip
    assert load(*rows).counts["new"] == 2 * len(labels)


@pytest.mark.parametrize("most", ["0", "501", "999999"])
def test_a_limit_nobody_can_mean_is_refused_at_its_cell(load, most):
    plan = load(row(most=most), row(name="乙测试", phone="13900000002", most="500"), commit=False)
    assert [(p.row, p.column, p.severity) for p in plan.problems] == [(2, "L", "error")]
    assert "1 至 500" in plan.problems[0].message
