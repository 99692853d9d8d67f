"""Pages for work by hand: only who manages the area, one act each, nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import AccessLog
from casework.coverage import sums
from casework.recounting import kept_compare
from grids.models import Role
from grids.services import post_start
from households.editing import household_edit
from households.models import Exemption, Household, Link, Need, NeedKind
from households.services import household_close, household_merge, household_move, household_reopen
from jobs.models import Act
from lib.errors import Outdated, Refusal
from tests.people import World
from tests.shapes import CODES

SignIn = Callable[..., Client]
pytestmark = pytest.mark.django_db
PAGES = ("edit", "needs", "exempt", "split", "merge", "move", "close", "reopen")


def at(world: World, key: str, page: str = "") -> str:
    """Address of a household's page."""
    return f"/households/{world.households[key].pk}/{f'{page}/' if page else ''}"


def fresh(world: World, key: str) -> Household:
    return Household.objects.get(pk=world.households[key].pk)


def text(answer: Any) -> str:
    return answer.content.decode()


def act_in(answer: Any) -> str:
    """The act a redirect names."""
    assert answer.status_code == 302, text(answer)
    return answer["Location"].rpartition("act=")[2]


def take_back(client: Client, answer: Any) -> None:
    client.post(f"/acts/{act_in(answer)}/undo/")
    assert Act.objects.get(pk=act_in(answer)).undone_at


def written(world: World, key: str, **more: Any) -> dict[str, Any]:
    """What the form of a household holds as it is opened."""
    household = fresh(world, key)
    held: dict[str, Any] = {
        "head_name": household.head_name, "address": household.address,
        "serial": household.serial, "size": household.size or "",
        "residence": household.residence, "version": household.version,
    }  # fmt: skip
    return {**held, **more}


NEW = {"area": CODES["U112"], "head_name": "新来户", "residence": "present", "on": "2026-01-05"}


@pytest.mark.parametrize(
    "login",
    ["outsider", "leader", "worker", "secretary", "head", "cadre", "auditor", "clerk", "nobody"],
)
def test_others_find_no_such_page(world: World, as_user: SignIn, login: str) -> None:
    client = as_user(login)
    for page in PAGES:
        assert client.get(at(world, "sun", page)).status_code == 404
        assert client.post(at(world, "sun", page), {"sure": "1"}).status_code == 404
    assert client.post(at(world, "sun", "review")).status_code == 404
    if login != "outsider":
        assert client.get("/households/new/").status_code == 404
        assert client.get("/exemptions/").status_code == 404
    assert not Act.objects.exists()


def test_every_page_is_logged(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    for page in PAGES:
        before = AccessLog.objects.count()
        assert client.get(at(world, "sun", page)).status_code == 200, page
        assert AccessLog.objects.count() > before, page


@pytest.mark.parametrize(
    ("page", "typed"),
    [
        *((page, None) for page in PAGES),
        ("needs", {"do": "ask"}),
        ("merge", {"q": "没有这样的户"}),
        ("merge", {"q": "钱同意"}),
        ("merge", {"into": "qian"}),
        ("move", {"area": CODES["U121"]}),
        ("close", {}),
    ],
)
def test_every_form_of_a_household_can_be_left(
    world: World, as_user: SignIn, page: str, typed: dict[str, str] | None
) -> None:
    client = as_user("manager")
    if typed and "into" in typed:
        typed = {"into": str(world.households[typed["into"]].pk)}
    address = at(world, "sun", page)
    shown = text(client.get(address) if typed is None else client.post(address, typed))
    assert f'<a class="button" href="{at(world, "sun")}">取消</a>' in shown


def test_a_new_household_or_post_can_be_left(as_user: SignIn) -> None:
    client = as_user("manager")
    for address, back in (("/households/new/", "/tables/households/"), ("/posts/new/", "/people/")):
        assert f'<a class="button" href="{back}">取消</a>' in text(client.get(address))


def test_a_household_is_registered_and_taken_back(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    answer = client.post("/households/new/", {**NEW, "phone": "159 1111 2222"})
    made = Household.objects.get(head_name="新来户")
    assert made.path == world.areas["U112"].path and made.registered_on.isoformat() == NEW["on"]
    assert str(made.pk) in answer["Location"]
    assert "已登记新来户户" in text(client.get(answer["Location"]))
    page, _query, act = answer["Location"].partition("?act=")
    back = client.post(f"/acts/{act}/undo/", {"next": page})
    assert back["Location"] == f"/households/new/?act={act}"
    assert "已撤销" in text(client.get(back["Location"]))
    assert not Household.objects.filter(head_name="新来户").exists()


@pytest.mark.parametrize(
    "typed", ["甲一村第一网格北单元", "甲一村 甲一村第一网格北单元", "第一网格 北"]
)
def test_the_area_is_named_by_words(world: World, as_user: SignIn, typed: str) -> None:
    as_user("manager").post("/households/new/", {**NEW, "area": typed})
    assert Household.objects.get(head_name="新来户").path == world.areas["U112"].path


def test_several_areas_that_fit_are_proposed(world: World, as_user: SignIn) -> None:
    answer = as_user("manager").post("/households/new/", {**NEW, "area": "第一网格"})
    assert answer.status_code == 400
    assert CODES["U111"] in text(answer) and CODES["G31"] not in text(answer)
    assert 'value="新来户"' in text(answer)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("area", CODES["U311"]), ("area", ""), ("head_name", " "), ("phone", "12345"),
        ("size", "0"), ("on", "2999-01-01"), ("on", "x"), ("address", "152223198001011000"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told_at_its_field(
    world: World, as_user: SignIn, field: str, typed: str
) -> None:
    answer = as_user("manager").post(
        "/households/new/", {**NEW, "serial": "保留的号", field: typed}
    )
    assert answer.status_code == 400
    assert f'id="id_{field}_error"' in text(answer) and "保留的号" in text(answer)
    assert not Household.objects.filter(head_name="新来户").exists()


@pytest.mark.parametrize(
    "same",
    [{"address": "甲一村南街1号"}, {"phone": "13900000001"}, {"head_name": "另一户", "serial": "FG001"}],
)  # fmt: skip
def test_a_household_that_may_be_the_same_is_shown_first(
    world: World, as_user: SignIn, same: dict[str, str]
) -> None:
    client = as_user("manager")
    asked = {**NEW, "head_name": "赵独居", **same}
    answer = client.post("/households/new/", asked)
    assert "疑似重复" in text(answer) and at(world, "zhao") in text(answer)
    assert client.post("/households/new/", {**asked, "sure": "1"}).status_code == 302
    assert client.post("/households/new/", {**asked, "head_name": "无人", "serial": "X"})


def test_an_edit_is_written_and_taken_back(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    given = written(
        world, "sun", head_name="孙新主", mode="phone", fewer_contacts="1", residence="away",
        head_may_see_needs_from="2026-02-03",
    )  # fmt: skip
    answer = client.post(at(world, "sun", "edit"), given)
    row = fresh(world, "sun")
    assert (row.head_name, row.initials, row.mode, row.residence) == (
        "孙新主", "sxz", "phone", "away",
    )  # fmt: skip
    assert row.fewer_contacts and row.absences.filter(during__contains=world.on).exists()
    assert row.phone_sealed is not None  # an empty number keeps the one on record
    take_back(client, answer)
    row = fresh(world, "sun")
    assert (row.head_name, row.initials, row.residence) == ("孙界上", "sjs", "present")
    assert not row.absences.exists() and not row.fewer_contacts


def test_a_number_is_removed_only_when_told_so(world: World, as_user: SignIn) -> None:
    as_user("manager").post(at(world, "sun", "edit"), written(world, "sun", no_phone="1"))
    assert fresh(world, "sun").phone_sealed is None


def test_the_second_writer_is_told_and_keeps_the_words(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    mine = written(world, "sun", address="我写的地址")
    household_edit(
        household=fresh(world, "sun"), values={"address": "别人写的地址", "size": 9},
        on=world.on, by=world.user("manager"),
    )  # fmt: skip
    answer = client.post(at(world, "sun", "edit"), mine)
    shown = text(answer)
    assert "其他人修改了此户" in shown and "关网办" in shown and "别人写的地址" in shown
    assert 'value="我写的地址"' in shown and 'value="9"' in shown  # untouched here: theirs
    assert fresh(world, "sun").address == "别人写的地址"
    version = fresh(world, "sun").version
    assert f'name="version" value="{version}"' in shown
    client.post(at(world, "sun", "edit"), {**mine, "size": 9, "version": version})
    assert (fresh(world, "sun").address, fresh(world, "sun").size) == ("我写的地址", 9)


def test_a_pin_moved_meanwhile_disturbs_no_writer(world: World, as_user: SignIn) -> None:
    mine = written(world, "sun", address="我写的地址")
    Household.objects.filter(pk=world.households["sun"].pk).update(
        location=world.households["zhao"].location, version=mine["version"] + 1
    )
    assert as_user("manager").post(at(world, "sun", "edit"), mine).status_code == 302
    with pytest.raises(Outdated):
        household_edit(
            household=fresh(world, "sun"), values={"address": "又一个"}, on=world.on,
            version=mine["version"],
        )  # fmt: skip


def test_a_review_is_noted_for_today(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    answer = client.post(at(world, "sun", "review"))
    assert fresh(world, "sun").reviewed_on == world.on
    take_back(client, answer)
    assert fresh(world, "sun").reviewed_on is None


def test_needs_are_shown_when_asked_for(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    assert "独居老人" not in text(client.get(at(world, "zhao", "needs")))
    asked = client.post(at(world, "zhao", "needs"), {"do": "ask", "reason": "核对"})
    assert "独居老人" in text(asked)
    row = AccessLog.objects.filter(action="household.needs").get()
    assert (row.field_class, row.reason) == ("P3", "核对")


def test_a_need_begins_and_ends(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    kind = NeedKind.objects.get(code="CANJI", variant="severe")
    given = {
        "do": "begin", "kind": kind.pk, "persons": 1, "on": world.on.isoformat(),
        "grade": 2, "subtype": 4, "confirmed_by": "残联",
    }  # fmt: skip
    answer = client.post(at(world, "sun", "needs"), given)
    need = Need.objects.get(household=world.households["sun"])
    assert (need.grade, need.subtype, need.clock_from) == (2, 4, world.on)
    assert "残疾" not in text(client.get(answer["Location"]))  # what it is stays masked
    take_back(client, answer)
    assert not Need.objects.filter(household=world.households["sun"]).exists()
    need = world.households["zhao"].needs.get()
    client.post(at(world, "zhao", "needs"), {"do": "end", "need": need.pk})
    need.refresh_from_db()
    assert need.during.upper == world.on
    other = world.households["wei"].needs.get()
    answer = client.post(at(world, "zhao", "needs"), {"do": "end", "need": other.pk})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("kind", "wrong", "field"),
    [
        ("LINSHI", {}, "end"), ("CANJI", {"grade": 4}, "grade"), ("DIBAO", {"persons": 0}, "persons"),
        ("DIBAO", {"on": "2999-01-01"}, "on"), ("DIBAO", {"kind": ""}, "kind"),
    ],
)  # fmt: skip
def test_a_need_that_cannot_be_is_told_at_its_field(
    world: World, as_user: SignIn, kind: str, wrong: dict[str, Any], field: str
) -> None:
    first = NeedKind.objects.filter(code=kind).order_by("position").first()
    assert first is not None
    given = {"do": "begin", "kind": first.pk, "persons": 1, "on": world.on.isoformat(), **wrong}
    answer = as_user("manager").post(at(world, "sun", "needs"), given)
    assert answer.status_code == 400 and f'id="id_{field}_error"' in text(answer)
    assert not Need.objects.filter(household=world.households["sun"]).exists()


def test_a_care_note_is_kept_where_needs_are(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    client.post(at(world, "sun", "needs"), {"do": "care", "care_note": "耳背，敲窗"})
    assert fresh(world, "sun").care_note == "耳背，敲窗"
    assert "耳背" not in text(client.get(at(world, "sun", "edit")))


def second_manager(world: World) -> None:
    person = world.add_person("second", "另网办")
    post_start(
        person=person, role=Role.objects.get(pk="grid_office"), area=world.areas["T1"],
        on=world.began,
    )  # fmt: skip


def test_who_declined_needs_a_second_approver(world: World, as_user: SignIn) -> None:
    second_manager(world)
    client, second = as_user("manager"), as_user("second")
    client.post(at(world, "wu", "exempt"), {"reason": "declined", "note": "书面"})
    asked = Exemption.objects.get()
    page = text(client.get("/exemptions/"))
    assert "吴格外" in page and f"/exemptions/{asked.pk}/approve/" not in page
    refused = client.post(f"/exemptions/{asked.pk}/approve/", follow=True)
    assert "须" in text(refused)
    asked.refresh_from_db()
    assert asked.approved_on is None
    answer = second.post(f"/exemptions/{asked.pk}/approve/")
    asked.refresh_from_db()
    assert asked.approved_on == world.on
    assert excluded(world) == 1
    assert second.post(f"/exemptions/{asked.pk}/approve/", follow=True).status_code == 200
    take_back(second, answer)
    assert excluded(world) == 0
    second.post(f"/exemptions/{asked.pk}/approve/")
    client.post(f"/exemptions/{asked.pk}/end/", {"to": "household"})
    assert excluded(world) == 0
    assert kept_compare(on=world.on).differences == []


def excluded(world: World) -> int:
    path = world.areas["T1"].path
    return sums(path, "township", on=world.on, current=world.on)[path]["excluded"]


def test_a_refused_request_may_be_made_again(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    client.post(at(world, "wu", "exempt"), {"reason": "empty"})
    asked = Exemption.objects.get()
    client.post(f"/exemptions/{asked.pk}/refuse/")
    assert excluded(world) == 0 and "吴格外" not in text(client.get("/exemptions/"))
    client.post(at(world, "wu", "exempt"), {"reason": "moved"})
    assert Exemption.objects.filter(refused_on=None).count() == 1


def test_requests_of_others_do_not_exist(world: World, as_user: SignIn) -> None:
    as_user("manager").post(at(world, "wu", "exempt"), {"reason": "empty"})
    asked = Exemption.objects.get()
    client = as_user("outsider")
    assert "吴格外" not in text(client.get("/exemptions/"))
    for verb in ("approve", "refuse", "end"):
        assert client.post(f"/exemptions/{asked.pk}/{verb}/").status_code == 404
    assert as_user("manager").post(f"/exemptions/{asked.pk}/burn/").status_code == 404


def test_a_household_is_split(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    answer = client.post(at(world, "qian", "split"), {"head_name": "钱小二", "size": 1})
    made = Household.objects.get(head_name="钱小二")
    assert (made.split_from_id, fresh(world, "qian").size) == (fresh(world, "qian").pk, 2)
    take_back(client, answer)
    assert fresh(world, "qian").size == 3


def test_a_merge_says_what_ends_first(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    found = text(client.post(at(world, "zhao", "merge"), {"q": "同意"}))
    assert "钱同意" in found and "卫乙一" not in found
    none = client.post(at(world, "zhao", "merge"), {"q": "卫乙一"})
    assert none.status_code == 400
    into = str(world.households["qian"].pk)
    told = text(client.post(at(world, "zhao", "merge"), {"into": into}))
    assert "将结束 2 个结对" in told and "共 4 人" in told and "独居老人" not in told
    assert fresh(world, "zhao").during.upper is None
    answer = client.post(at(world, "zhao", "merge"), {"into": into, "sure": "1"})
    assert fresh(world, "zhao").merged_into_id == fresh(world, "qian").pk
    take_back(client, answer)
    assert fresh(world, "zhao").during.upper is None and fresh(world, "qian").size == 3


def test_a_move_says_whose_contact_ends_first(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    told = text(client.post(at(world, "zhao", "move"), {"area": CODES["U112"]}))
    assert "将结束 1 个结对" in told and "连户长" in told and "甘包联" not in told
    given = {"area": CODES["U112"], "sure": str(world.areas["U112"].pk)}
    answer = client.post(at(world, "zhao", "move"), given)
    assert fresh(world, "zhao").path == world.areas["U112"].path
    assert Link.objects.in_force(world.on).filter(household=fresh(world, "zhao")).count() == 1
    take_back(client, answer)
    assert Link.objects.in_force(world.on).filter(household=fresh(world, "zhao")).count() == 2


def test_a_household_moves_into_no_area_of_others(world: World, as_user: SignIn) -> None:
    answer = as_user("manager").post(at(world, "zhao", "move"), {"area": CODES["U311"]})
    assert answer.status_code == 400 and "乙一" not in text(answer)


def test_a_household_is_closed_and_reopened(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    assert "将结束 2 个结对" in text(client.get(at(world, "zhao", "close")))
    assert client.post(at(world, "zhao", "close"), {"on": world.on}).status_code == 400
    given = {"reason": "moved", "on": world.on.isoformat()}
    answer = client.post(at(world, "zhao", "close"), given)
    assert fresh(world, "zhao").during.upper == world.on
    take_back(client, answer)
    assert fresh(world, "zhao").during.upper is None
    client.post(at(world, "zhao", "close"), given)
    client.post(at(world, "zhao", "reopen"))
    assert fresh(world, "zhao").during.upper is None
    assert fresh(world, "zhao").memberships.filter(during__upper_inf=True).count() == 1
    assert kept_compare(on=world.on).differences == []


def test_what_cannot_be_reopened_says_why(world: World) -> None:
    with pytest.raises(Refusal):
        household_reopen(household=fresh(world, "zhao"))
    household_merge(household=fresh(world, "zhao"), into=fresh(world, "qian"), on=world.on)
    with pytest.raises(Refusal, match="分户"):
        household_reopen(household=fresh(world, "zhao"))
    moved = fresh(world, "feng")
    household_move(household=moved, area=world.areas["U111"], on=world.on)
    household_close(household=moved, on=world.on + timedelta(days=1), reason="moved")
    assert household_reopen(household=moved).during.upper is None
