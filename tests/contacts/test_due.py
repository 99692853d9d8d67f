"""What waits for whom today, and why."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casework.due import LATE, NOW, SUGGESTED, URGENT, WEEK, due_list, urgent_as_backup
from casework.issues import issue_step
from casework.models import CardCode, Contact, ContactCard, Dismissal, Issue, IssueStep, LifeEvent
from casework.suggestions import suggestion_dismiss
from households.models import Household, NeedKind
from households.needs import need_begin
from households.services import household_register
from lib.errors import Refusal
from tests.matters import matter_to


def names(world, who, *, on=None):
    """Of each entry the household's key or the matter's title, with its ranks."""
    keys = {household.pk: key for key, household in world.households.items()}
    return {
        keys[entry.household.pk] if entry.household else entry.issue.title: [
            reason.rank for reason in entry.reasons
        ]
        for entry in due_list(world.user(who), on=on or world.on)
    }  # fmt: skip


def meet(world, key, *, days_ago=0, reached=True, who="head"):
    return Contact.objects.create(
        household=world.households[key], on=world.on - timedelta(days=days_ago), mode="phone",
        reached=reached, made_by=world.people[who], made_by_party_member=False,
    )  # fmt: skip


def need(world, key, code, *, days_ago=0, **given):
    kind = NeedKind.objects.filter(code=code).last()
    return need_begin(
        household=world.households[key], kind=kind, on=world.on - timedelta(days=days_ago), **given
    )


def test_a_contact_sees_what_falls_due_by_cadence_and_a_household_without_a_need_never(world):
    assert names(world, "head") == {"zhao": [LATE], "qian": [LATE]}
    meet(world, "zhao", days_ago=27)
    meet(world, "qian", days_ago=1)
    found = names(world, "head")
    assert set(found) == {"zhao"}
    assert found["zhao"][0] in (NOW, WEEK)
    world.link("sun", "secretary")  # no need: never, however long ago
    assert "sun" not in names(world, "secretary")


def test_a_worker_sees_the_grid_and_nobody_sees_what_is_not_theirs(world):
    # sun lies in no grid, wei in another township
    assert set(names(world, "worker")) == {"zhao", "qian", "feng"}
    assert {"zhao", "qian", "feng", "li"} <= set(names(world, "grid_head"))
    assert set(names(world, "cadre")) == {"zhao", "zhou"}
    for who in ("leader", "county_leader", "auditor", "administrator", "nobody", "volunteer"):
        assert names(world, who) == {}


def test_not_reached_twice_running_calls_contact_grid_manager_and_backup(world):
    need(world, "zhao", "GAOLING", days_ago=30)  # weekly beside DUJU
    meet(world, "zhao", days_ago=5, reached=False)
    assert names(world, "head")["zhao"][0] == LATE
    meet(world, "zhao", days_ago=1, reached=False)
    link = world.link("zhao", "backup")
    for who in ("head", "cadre", "worker", "grid_head", "secretary"):
        entry = due_list(world.user(who), on=world.on)[0]
        assert (entry.household, entry.rank) == (world.households["zhao"], URGENT)
        assert {"连户长", "侯备员", "葛格长"} <= {post.person.name for post in entry.others}
    assert names(world, "backup") == {}  # not standing in: the household stays unnamed
    assert {post.person.name for post in urgent_as_backup(world.user("backup"), on=world.on)} == {
        "连户长", "甘包联",
    }  # fmt: skip
    world.cover("zhao")
    assert names(world, "backup")["zhao"][0] == URGENT
    assert link.pk
    meet(world, "zhao")
    assert names(world, "head")["zhao"] == [WEEK]


def test_a_monthly_household_not_reached_twice_is_no_emergency(world):
    meet(world, "zhao", days_ago=2, reached=False)
    meet(world, "zhao", days_ago=1, reached=False)
    assert names(world, "head")["zhao"] == [LATE]


def event(world, key, *, days_ago=0, kind="illness"):
    on = world.on - timedelta(days=days_ago)
    return LifeEvent.objects.create(
        household=world.households[key], kind=kind, on=on, expires_on=on + timedelta(days=90)
    )


def test_a_life_event_suggests_a_visit_until_somebody_came_it_expires_or_is_set_aside(world):
    world.link("sun", "secretary")
    happened = event(world, "sun", days_ago=3)
    assert names(world, "secretary")["sun"] == [WEEK]
    assert "sun" not in names(world, "secretary", on=happened.expires_on)
    suggestion_dismiss(
        household=world.households["sun"], what=f"event:{happened.pk}", reason="家里婉拒",
        on=world.on, by=world.user("secretary"),
    )  # fmt: skip
    assert "sun" not in names(world, "secretary")
    Dismissal.objects.all().delete()
    meet(world, "sun", days_ago=1)
    assert "sun" not in names(world, "secretary")


def test_the_head_of_the_unit_is_not_told_of_an_event_unless_the_household_agreed(world):
    event(world, "zhao")
    event(world, "qian")
    found = {e.household: e.reasons for e in due_list(world.user("head"), on=world.on)}
    assert len(found[world.households["zhao"]]) == 1
    assert len(found[world.households["qian"]]) == 2


def test_a_rule_suggests_a_household_without_cadence_once_a_year(world):
    need(world, "sun", "CHANYE", days_ago=399)
    world.link("sun", "secretary")
    assert names(world, "secretary")["sun"] == [SUGGESTED]
    meet(world, "sun", days_ago=30)
    assert "sun" not in names(world, "secretary")


def test_fewer_contacts_leaves_only_what_needs_call_for(world):
    need(world, "zhou", "CHANYE", days_ago=399)
    event(world, "zhou")
    assert names(world, "cadre")["zhou"] == [LATE, WEEK]  # overdue, so no rule besides
    Household.objects.filter(pk=world.households["zhou"].pk).update(fewer_contacts=True)
    assert names(world, "cadre")["zhou"] == [LATE]


def test_a_card_of_an_ended_contact_is_to_be_replaced(world):
    unit, old = world.areas["U111"], world.links["qian", "head"]
    code = CardCode.objects.create(
        code="k7", post=world.posts["head"], area=unit, path=unit.path, made_on=world.began
    )
    ContactCard.objects.create(link=old, code=code, printed_on=world.began)
    meet(world, "qian")
    assert "qian" not in names(world, "head")
    from households.links import link_end

    link_end(link=old, on=world.on)
    fresh = world.link("qian", "head", on=world.on)
    assert names(world, "head")["qian"] == [SUGGESTED]
    ContactCard.objects.create(link=fresh, code=code, printed_on=world.on)
    assert "qian" not in names(world, "head")


def test_matters_wait_for_office_and_department_and_a_call_back_for_somebody_else(world):
    assert {"甲一村路口积水", "甲二嘎查机井损坏", "屋顶漏雨"} <= set(names(world, "manager"))
    assert names(world, "clerk") == {}
    Issue.objects.filter(pk=world.issues["well"].pk).update(state="dispatched")
    assert set(names(world, "clerk")) == {"甲二嘎查机井损坏"}
    Issue.objects.filter(pk=world.issues["roof"].pk).update(state="follow_up")
    assert "屋顶漏雨" not in names(world, "head")  # a contact of the household
    assert "屋顶漏雨" in names(world, "manager")
    IssueStep.objects.create(
        issue=world.issues["roof"], on=world.on, verb="settle", after="resolved",
        by=world.users["manager"],
    )  # fmt: skip
    assert "屋顶漏雨" not in names(world, "manager")


def test_a_matter_waits_just_for_those_whose_next_step_it_is(world):
    title, state = "甲二嘎查机井损坏", {"manager": True, "clerk": True, "leader": True}
    well = matter_to(world.issues["well"], "dispatched", on=world.on)

    def waits() -> set[str]:
        return {who for who in state if title in names(world, who)}

    assert waits() == {"clerk"}
    for verb, by, given, then in (
        ("receive", "clerk", {}, {"clerk"}),
        ("ask_extend", "clerk", {"days": 3, "note": "待配件"}, {"clerk", "manager"}),
        ("extend", "manager", {}, {"clerk"}),
        ("ask_shelve", "clerk", {"until": world.on + timedelta(days=9), "note": "待资金"},
         {"clerk", "leader"}),
        ("shelve", "leader", {}, set()),
        ("resume", "manager", {}, {"clerk"}),
        ("resolve", "clerk", {"result": "solved", "note": "已修"}, {"manager"}),
    ):  # fmt: skip
        well = issue_step(issue=well, verb=verb, by=world.user(by), on=world.on, **given)
        assert waits() == then, verb


def test_the_most_urgent_stands_first(world):
    need(world, "feng", "LINSHI", days_ago=3, end=world.on + timedelta(days=30))
    meet(world, "zhao", days_ago=29)
    meet(world, "qian", days_ago=40)
    order = [entry.household.head_name for entry in due_list(world.user("worker"), on=world.on)]
    assert order == ["冯代管", "钱同意", "赵独居"]


def test_the_line_of_a_matter_names_village_and_grid(world, as_user):
    manager = as_user("manager")
    Issue.objects.filter(pk=world.issues["roof"].pk).update(state="follow_up")
    page = manager.get("/today/").content.decode()
    roof = world.issues["roof"]
    area = next(a for a in world.areas.values() if a.path == roof.path)
    village = next(a for a in world.areas.values() if a.path == roof.path[:12])
    assert area.path != village.path
    assert f"{village.name} {area.name}" in page


@pytest.mark.parametrize("reason", ["", "   ", "好" * 201])
def test_a_suggestion_is_set_aside_only_with_a_reason_and_once(world, reason):
    happened = event(world, "zhou")
    given = {"household": world.households["zhou"], "what": f"event:{happened.pk}",
             "on": world.on, "by": world.user("cadre")}  # fmt: skip
    with pytest.raises(Refusal) as refused:
        suggestion_dismiss(reason=reason, **given)
    assert refused.value.field == "reason"
    suggestion_dismiss(reason="已住院，家属在外", **given)
    for again in (given, given | {"what": "rule:nothing"}, given | {"what": "event:1"}):
        with pytest.raises(Refusal):
            suggestion_dismiss(reason="再说一次", **again)
    with pytest.raises(Refusal):
        suggestion_dismiss(reason="别人的户", **given | {"by": world.user("head")})


def test_the_page_names_no_need_and_one_tap_records_the_call(world, as_user):
    text = as_user("cadre").get("/today/").content.decode()
    assert "赵独居" in text
    for kind in NeedKind.objects.all():
        assert kind.label not in text.replace("赵独居", "")
    key = text.split('name="key" value="')[1].split('"')[0]
    household = world.households["zhao"]
    if f"/today/{household.pk}/called/" not in text:
        raise AssertionError("no tap for the household")
    sent = {"key": key, "reached": "1"}
    first = as_user("cadre").post(f"/today/{household.pk}/called/", sent)
    assert first.url.startswith("/today/?act=")
    as_user("cadre").post(f"/today/{household.pk}/called/", sent)  # tapped twice
    contact = Contact.objects.get()
    assert (contact.mode, contact.reached, contact.on) == ("phone", True, world.on)
    assert as_user("cadre").get(first.url).status_code == 200
    assert as_user("head").post(
        f"/today/{world.households['zhou'].pk}/called/", sent
    ).status_code == 404  # fmt: skip


def test_what_is_typed_to_set_aside_is_kept_when_refused(world, as_user):
    happened = event(world, "zhou")
    event(world, "zhou", kind="illness")
    page = f"/today/{world.households['zhou'].pk}/dismiss/"
    answer = as_user("cadre").post(page, {"what": f"event:{happened.pk}", "reason": "好" * 201})
    assert answer.status_code == 400
    assert answer.content.decode().count("好" * 201) == 1  # at the one that was tried
    answer = as_user("cadre").post(page, {"what": f"event:{happened.pk}", "reason": "已婉拒"})
    assert answer.url.startswith("/today/?act=")


def test_the_list_asks_as_often_for_three_hundred_households_as_for_three(world):
    def asked():
        user = world.user("worker")
        due_list(user, on=world.on)  # what was marked is counted before
        user = world.user("worker")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            found = due_list(user, on=world.on)
        return len(found), len(queries)

    few, queries = asked()
    kind = NeedKind.objects.get(code="DUJU")
    for n in range(40):
        fresh = household_register(area=world.areas["U111"], head_name=f"新{n:03d}", on=world.began)
        need_begin(household=fresh, kind=kind, on=world.began)
    many, again = asked()
    assert many == few + 40
    assert again == queries
    assert queries <= 8
