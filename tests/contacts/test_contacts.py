"""Contacts: one form, one act, and what it brings is there or gone as a whole."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from casework.contacts import contacts_record
from casework.coverage import refresh
from casework.models import CardCode, Contact, ContactCard, Deed, Issue, IssueStep, LifeEvent
from grids.appointing import may_take_back
from jobs.acts import act_undo
from jobs.models import Act
from lib.errors import Refusal


def record(world, who, *households, **given):
    """A visit today by the one who records it, unless said otherwise."""
    values = {
        "made_by": world.people[who], "on": world.on, "current": world.on, "mode": "visit",
        "reached": True, "by": world.user(who),
    }  # fmt: skip
    return contacts_record(
        households=[world.households[key] for key in households], **values | given
    )


def due_of(world, key):
    household = world.households[key]
    refresh(household.path[:12], on=world.on)
    household.refresh_from_db()
    return household.due_on


def card_for(world, household, who):
    unit = world.areas["U111"]
    code = CardCode.objects.create(
        code="k7", post=world.posts[who], area=unit, path=unit.path, made_on=world.on
    )
    return ContactCard.objects.create(
        link=world.links[household, who], code=code, printed_on=world.on
    )


def test_a_contact_moves_the_due_date_and_a_try_does_not(world):
    before = due_of(world, "zhao")
    record(world, "head", "zhao", reached=False)
    assert due_of(world, "zhao") == before
    (contact,) = record(world, "head", "zhao")
    assert due_of(world, "zhao") > before
    assert contact.made_by_party_member is True
    assert contact.recorded_by == world.users["head"]


def test_one_may_record_for_another_who_goes_there_and_for_nobody_else(world):
    (contact,) = record(world, "manager", "zhao", made_by=world.people["head"])
    assert (contact.made_by, contact.recorded_by) == (
        world.people["head"], world.users["manager"],
    )  # fmt: skip
    for stranger in ("outer_head", "nobody", "clerk"):
        with pytest.raises(Refusal) as refused:
            record(world, "manager", "zhao", made_by=world.people[stranger])
        assert refused.value.field == "made_by"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"on": 1}, "on"), ({"on": -500}, "on"), ({"mode": "fax"}, "mode"),
        ({"mode": "came", "reached": False}, "reached"), ({"purposes": ["spy"]}, "purposes"),
        ({"note": "好" * 401}, "note"), ({"note": "证号 110101199003078515"}, "note"),
        ({"matter": {"title": " ", "kind": "help", "subject": "other"}}, "title"),
        ({"event": "jubilee"}, "event"), ({"card": True}, "card"),
        ({"deed": {"what": " "}}, "deed_what"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_at_its_field_and_nothing_is_kept(world, given, field):
    if isinstance(given.get("on"), int):
        given = {"on": world.on + timedelta(days=given["on"])}
    with pytest.raises(Refusal) as refused:
        record(world, "head", "zhao", **given)
    assert refused.value.field == field
    assert not Contact.objects.exists()


def test_households_out_of_sight_do_not_exist(world):
    for who, household in (("head", "zhou"), ("worker", "wei"), ("leader", "zhao")):
        with pytest.raises(Refusal):
            record(world, who, household)
        with pytest.raises(Refusal):
            record(world, who, "zhao", household)
    assert not Contact.objects.exists()


def test_several_households_at_once_have_no_matter_of_their_own(world):
    contacts = record(world, "head", "zhao", "qian", deed={"what": "米面油"})
    assert len(contacts) == Deed.objects.count() == 2
    for given in ({"matter": {"title": "停水", "kind": "help", "subject": "utilities"}},
                  {"event": "illness"}):  # fmt: skip
        with pytest.raises(Refusal):
            record(world, "head", "zhao", "qian", **given)


def test_a_form_that_arrives_twice_is_recorded_once(world):
    key = uuid4()
    assert len(record(world, "head", "zhao", "qian", key=key)) == 2
    assert record(world, "head", "zhao", "qian", key=key) == []
    assert Contact.objects.count() == 2


def test_everything_a_visit_brought_is_one_act_and_goes_with_it(world, as_user):
    card = card_for(world, "zhao", "head")
    page = f"/households/{world.households['zhao'].pk}/contact/"
    before, issues = due_of(world, "zhao"), Issue.objects.count()
    sent = {
        "on": world.on.isoformat(), "mode": "visit", "reached": "1", "purposes": ["wishes"],
        "note": "炉子不热", "made_by": world.people["head"].pk, "key": uuid4(),
        "matter_title": "炉子漏烟", "matter_kind": "help", "matter_subject": "utilities",
        "deed_what": "送煤", "deed_quantity": "0.5", "deed_unit": "吨", "event": "illness",
        "card": "on",
    }  # fmt: skip
    answer = as_user("head").post(page, sent)
    assert answer.status_code == 302, answer.content.decode()
    contact = Contact.objects.get()
    issue = Issue.objects.get(title="炉子漏烟")
    assert issue.contact == contact
    assert issue.household == world.households["zhao"]
    assert issue.source == "visit"
    assert Deed.objects.get().contact == contact
    assert LifeEvent.objects.get().expires_on == world.on + timedelta(days=90)
    card.refresh_from_db()
    assert card.contact == contact
    assert due_of(world, "zhao") > before

    act = Act.objects.get()
    assert may_take_back(world.user("head"), act)
    assert may_take_back(world.user("manager"), act)
    assert not may_take_back(world.user("cadre"), act)
    as_user("head").post(f"/acts/{act.pk}/undo/", {"next": "/mine/"})
    assert not Contact.objects.exists()
    assert not Deed.objects.exists()
    assert not LifeEvent.objects.exists()
    assert Issue.objects.count() == issues
    assert not IssueStep.objects.filter(issue=issue.pk).exists()
    card.refresh_from_db()
    assert (card.handed_on, card.contact) == (None, None)
    assert due_of(world, "zhao") == before


def test_a_contact_on_which_something_was_built_stays(world, as_user):
    page = f"/households/{world.households['zhao'].pk}/contact/"
    as_user("head").post(page, {
        "on": world.on.isoformat(), "mode": "phone", "reached": "1", "key": uuid4(),
        "made_by": world.people["head"].pk,
    })  # fmt: skip
    contact, act = Contact.objects.get(), Act.objects.get()
    Deed.objects.create(
        household=contact.household, contact=contact, area=world.areas["U111"],
        path=contact.household.path, what="送药", on=world.on,
    )  # fmt: skip
    with pytest.raises(Refusal):
        act_undo(act=act, by=world.user("head"))
    assert Contact.objects.exists()


def test_the_form_keeps_what_was_typed_and_says_at_the_field(world, as_user):
    page = f"/households/{world.households['zhao'].pk}/contact/"
    sent = {"on": "2050-01-01", "mode": "visit", "note": "门没锁", "key": uuid4(),
            "made_by": world.people["head"].pk, "deed_amount": "20"}  # fmt: skip
    answer = as_user("head").post(page, sent)
    text = answer.content.decode()
    assert answer.status_code == 400
    assert "门没锁" in text
    assert "请说明是否联系上" in text
    assert '<details class="further" open>' in text
    sent |= {"reached": "0", "deed_amount": ""}
    text = as_user("head").post(page, sent).content.decode()
    assert text.count('class="errorlist"') == 1
    assert not Contact.objects.exists()


def test_the_form_shows_at_most_five_fields_before_one_asks_for_more(world, as_user):
    page = as_user("head").get(f"/households/{world.households['zhao'].pk}/contact/")
    first = page.content.decode().split('<details class="further"')[0]
    assert first.count('class="field') == 5


def test_wishes_of_the_household_are_seen_and_needs_only_by_whom_they_are_open_to(world, as_user):
    household = world.households["qian"]
    household.refresh_from_db()
    household.fewer_contacts, household.language, household.mode = True, "蒙古语", "phone"
    household.save()
    page = f"/households/{household.pk}/contact/"
    text = as_user("head").get(page).content.decode()
    assert "蒙古语" in text
    assert "重大疾病" in text  # agreed in writing
    (phone,) = re.findall(r'<input type="radio" name="mode" value="phone"[^>]*>', text)
    assert "checked" in phone
    assert "重大疾病" not in as_user("manager").get(page).content.decode()
    assert "独居老人" not in as_user("head").get(
        f"/households/{world.households['zhao'].pk}/contact/"
    ).content.decode()  # fmt: skip


def test_the_list_of_several_keeps_only_what_one_may_see(world, as_user):
    keys = [world.households[key].pk for key in ("zhao", "qian", "wei")]
    answer = as_user("head").post("/contacts/", {"keys": keys, "next": "/mine/"})
    text = answer.content.decode()
    assert "赵独居" in text
    assert "卫乙一" not in text
    sent = {"keys": keys[:2], "next": "/mine/", "on": world.on.isoformat(), "mode": "visit",
            "reached": "1", "key": uuid4(), "made_by": world.people["head"].pk}  # fmt: skip
    assert as_user("head").post("/contacts/", sent).url.startswith("/mine/?act=")
    assert Contact.objects.count() == 2
