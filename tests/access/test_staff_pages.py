"""Pages of posts, people and accounts: for who gives the post, and not a step wider."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from grids.appointing import NAMED
from grids.models import Person, Post, Role
from grids.services import person_create, post_start
from tests.access import expected
from tests.access.staffing import IN_POST, gives, knows, looks_after
from tests.people import World

SignIn = Callable[..., Client]
DAY = timedelta(days=1)
PASSWORD = re.compile(r"<code>([a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4})</code>")


# Reading


@pytest.mark.parametrize("login", expected.EVERYONE)
def test_a_person_is_known_where_the_post_lies(world: World, as_user: SignIn, login: str) -> None:
    client = as_user(login)
    for other in IN_POST:
        response = client.get(f"/people/{world.people[other].pk}/")
        assert (response.status_code == 200) == knows(login, other), other
        if response.status_code != 200 and login != other:  # one's own name is in the bar
            assert world.people[other].name not in response.content.decode()


@pytest.mark.parametrize("login", expected.EVERYONE)
def test_a_post_opens_for_who_gives_it(world: World, as_user: SignIn, login: str) -> None:
    client = as_user(login)
    for other in IN_POST:
        key = world.posts[other].pk
        assert (client.get(f"/posts/{key}/").status_code == 200) == gives(login, other), other
        edit = client.get(f"/people/{world.people[other].pk}/edit/").status_code == 200
        assert edit == looks_after(login, other), other


@pytest.mark.parametrize("login", expected.EVERYONE)
def test_the_list_names_whose_posts_one_gives(world: World, as_user: SignIn, login: str) -> None:
    response = as_user(login).get("/people/")
    opens = "yes" in (expected.cell(login, "configure"),) or expected.cell(login, "manage") != "no"
    assert (response.status_code == 200) == opens
    text = response.content.decode()
    for other in IN_POST:
        if other != login:  # one's own name is in the bar
            assert (f">{world.people[other].name}</a>" in text) == gives(login, other), other


def test_posts_elsewhere_are_not_shown(world: World, as_user: SignIn) -> None:
    world.add_post("head", "volunteer", "V3")
    text = as_user("manager").get(f"/people/{world.people['head'].pk}/").content.decode()
    assert "甲一村第一网格南单元" in text
    assert "乙一嘎查" not in text
    assert "由管理员负责" in text


def test_party_membership_and_accounts_are_for_who_manages(world: World, as_user: SignIn) -> None:
    for login, shown in (("manager", True), ("leader", False), ("worker", False)):
        other = "head" if login != "worker" else "worker"
        text = as_user(login).get(f"/people/{world.people[other].pk}/").content.decode()
        assert ("党员" in text) == shown
        assert ('id="account-title"' in text) == shown


def test_an_administrator_sees_no_count_of_households(world: World, as_user: SignIn) -> None:
    text = as_user("administrator").get(f"/people/{world.people['head'].pk}/").content.decode()
    assert " 户" not in text


# Accounts


@pytest.mark.parametrize("login", expected.EVERYONE)
@pytest.mark.parametrize("do", ["open", "reset"])
def test_nobody_takes_over_an_account_of_others(
    world: World, as_user: SignIn, login: str, do: str
) -> None:
    """A reset leads to a password exactly where the table lets somebody give the post."""
    before = dict(User.objects.values_list("pk", "password"))
    client = as_user(login)
    for other in IN_POST:
        response = client.post(f"/people/{world.people[other].pk}/account/", {"do": do})
        may = looks_after(login, other)
        user = User.objects.get(pk=world.users[other].pk)
        assert (response.status_code != 404) == may, other
        changed = user.password != before[user.pk]
        assert changed == (may and do == "reset"), other
        assert bool(PASSWORD.search(response.content.decode())) == changed


def test_a_slip_is_shown_once(world: World, as_user: SignIn) -> None:
    client, key = as_user("manager"), world.people["head"].pk
    response = client.post(f"/people/{key}/account/", {"do": "reset"})
    found = PASSWORD.search(response.content.decode())
    assert found and User.objects.get(pk=world.users["head"].pk).check_password(found[1])
    assert response["Cache-Control"] == "private, no-store"
    for address in (f"/people/{key}/", "/people/"):
        assert found[1] not in client.get(address).content.decode()
    assert client.get(f"/people/{key}/account/").status_code == 405


def test_slips_for_several_leave_out_those_of_others(world: World, as_user: SignIn) -> None:
    role = Role.objects.get(pk="unit_head")
    people = [person_create(name=name) for name in ("辛到岗", "外到岗")]
    for person, place in zip(people, ("U121", "U311"), strict=True):
        post_start(person=person, role=role, area=world.areas[place], on=world.on)
    response = as_user("manager").post("/people/slips/", {"person": [p.pk for p in people]})
    text = response.content.decode()
    assert "辛到岗" in text and "外到岗" not in text and len(PASSWORD.findall(text)) == 1
    assert Person.objects.get(pk=people[1].pk).user is None
    assert as_user("manager").post("/people/slips/", {"person": "x"}).status_code == 404


@pytest.mark.parametrize("login", ["leader", "worker", "secretary", "head", "auditor", "nobody"])
def test_slips_are_nobody_elses(world: World, as_user: SignIn, login: str) -> None:
    person = person_create(name="辛到岗")
    role = Role.objects.get(pk="unit_head")
    post_start(person=person, role=role, area=world.areas["U121"], on=world.on)
    assert as_user(login).post("/people/slips/", {"person": person.pk}).status_code == 404
    assert Person.objects.get(pk=person.pk).user is None


# Starting posts


def field_of(page: str, name: str) -> str:
    """A field of a page with its label and with what is said beneath it."""
    before, _name, after = page.partition(f' name="{name}"')
    return before[before.rindex('<div class="field') :] + _name + after[: after.index("</div>")]


def start(client: Client, world: World, **data: Any) -> Any:
    body = {"do": "start", "person": world.people["nobody"].pk, "role": "unit_head",
            "place": f"area:{world.areas['U121'].pk}", **data}  # fmt: skip
    return client.post("/posts/new/", body)


def test_a_grid_office_starts_a_post_with_somebody_new(world: World, as_user: SignIn) -> None:
    new = {"person": "new", "name": "辛到岗", "phone": "139 0000 9999", "party_member": "on",
           "skills": ["医护"], "max_links": "30", "background": "capable",
           "selected_by": "recommended"}  # fmt: skip
    response = start(as_user("manager"), world, **new)
    person = Person.objects.get(name="辛到岗")
    assert response["Location"].startswith(f"/people/{person.pk}/?act=")
    post = person.posts.get()
    assert (post.max_links, post.background, post.selected_by) == (30, "capable", "recommended")
    assert post.during.lower == world.on and person.party_member
    page = as_user("manager").get(response["Location"]).content.decode()
    assert "辛到岗自" in page and "13900009999" in page
    act = response["Location"].rpartition("=")[2]
    as_user("manager").post(f"/acts/{act}/undo/")
    assert not Person.objects.filter(name="辛到岗").exists()


def test_the_same_name_and_phone_is_the_same_person(world: World, as_user: SignIn) -> None:
    phone = as_user("manager").get(f"/people/{world.people['head'].pk}/").context["phone"]
    response = start(as_user("manager"), world, person="new", name="连户长", phone=phone)
    assert response.status_code == 400 and "已有同名同号" in response.content.decode()
    phone = as_user("outsider").get(f"/people/{world.people['outer_head'].pk}/").context["phone"]
    response = start(as_user("manager"), world, person="new", name="魏户长", phone=phone)
    assert response.status_code == 302, "who is out of scope is not told of"


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ({"place": ""}, "区域或单位"),
        ({"role": ""}, "岗位"),
        ({"person": ""}, "人员"),
        ({"person": "new", "name": ""}, "必填"),
        ({"person": "new", "name": "辛到岗", "phone": "139"}, "11 位"),
        ({"since": "昨天"}, "2026-11-22"),
        ({"until": "2020-01-01"}, "晚于"),
        ({"max_links": "很多"}, "整数"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_written(
    world: World, as_user: SignIn, data: dict[str, str], word: str
) -> None:
    world.add_post("nobody", "volunteer", "V1")
    before = Post.objects.count(), Person.objects.count()
    response = start(as_user("manager"), world, **data)
    assert response.status_code == 400
    assert word in response.content.decode()
    assert (Post.objects.count(), Person.objects.count()) == before


@pytest.mark.parametrize(
    ("name", "typed", "word"),
    [
        ("max_links", "很多", "整数"),
        ("max_links", "²", "整数"),
        ("max_links", "0", "1 至 500"),
        ("max_links", "501", "1 至 500"),
        ("max_links", "99999999999", "1 至 500"),
        ("until", "2020-01-01", "晚于"),
        ("since", "昨天", "2026-11-22"),
    ],
)
def test_a_refused_field_keeps_what_was_typed_and_says_why_beside_it(
    world: World, as_user: SignIn, name: str, typed: str, word: str
) -> None:
    world.add_post("nobody", "volunteer", "V1")
    response = start(as_user("manager"), world, **{name: typed})
    assert response.status_code == 400
    field = field_of(response.content.decode(), name)
    assert f'value="{typed}"' in field and word in field
    assert world.people["nobody"].posts.count() == 1


def test_a_new_person_is_refused_at_the_field(world: World, as_user: SignIn) -> None:
    new = {"person": "new", "name": "辛到岗", "phone": "139"}
    response = start(as_user("manager"), world, **new)
    field = field_of(response.content.decode(), "phone")
    assert response.status_code == 400 and 'value="139"' in field and "11 位" in field
    looked = as_user("manager").post("/posts/new/", {"do": "look", "person": "new"})
    assert "必填" not in looked.content.decode()


def test_a_refused_limit_is_kept_and_explained_beside_it(world: World, as_user: SignIn) -> None:
    client, key = as_user("manager"), world.posts["head"].pk
    for typed, word in (("很多", "整数"), ("999999", "1 至 500"), ("0", "1 至 500")):
        response = client.post(
            f"/posts/{key}/change/", {"max_links": typed, "background": "talent"}
        )
        field = field_of(response.content.decode(), "max_links")
        assert response.status_code == 400
        assert f'value="{typed}"' in field and word in field
        assert '<option value="talent" selected>' in response.content.decode()
        assert Post.objects.get(pk=key).max_links is None
    assert client.post(f"/posts/{key}/change/", {"max_links": "500"}).status_code == 302


@pytest.mark.parametrize("role", Role.Kind.values)
@pytest.mark.parametrize("login", ["manager", "administrator"])
def test_a_post_beyond_ones_own_is_not_offered_and_not_written(
    world: World, as_user: SignIn, login: str, role: str
) -> None:
    code = Role.objects.filter(kind=role).order_by("code")[0].pk
    client = as_user(login)
    may = (role in NAMED) == (login == "manager")
    page = client.get("/posts/new/").content.decode()
    assert (f'<option value="{code}"' in page) == may
    new = {"person": "new", "name": "辛到岗", "role": code, "place": f"area:{world.areas['V1'].pk}"}
    assert (start(client, world, **new).status_code == 302) == may
    assert Person.objects.filter(name="辛到岗").exists() == may


@pytest.mark.parametrize("place", ["V3", "C"])
def test_a_place_outside_is_not_found_and_not_taken(
    world: World, as_user: SignIn, place: str
) -> None:
    client, before = as_user("manager"), Post.objects.count()
    name = world.areas[place].name
    page = client.post("/posts/new/", {"do": "look", "place_text": name}).content.decode()
    assert str(world.areas[place].pk) not in page
    new = {"person": "new", "name": "辛到岗", "place": f"area:{world.areas[place].pk}"}
    assert start(client, world, **new).status_code == 400
    assert Post.objects.count() == before


def test_a_person_outside_is_not_found_and_not_taken(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    for text in ("魏户长", "whz"):
        page = client.post("/posts/new/", {"do": "look", "person_text": text}).content.decode()
        assert str(world.people["outer_head"].pk) not in page
    response = start(client, world, person=world.people["outer_head"].pk)
    assert response.status_code == 400 and "魏户长" not in response.content.decode()


def test_it_finds_places_and_people_by_what_is_typed(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    found = {
        ("place_text", "第二网格"): world.areas["G12"].pk,
        ("place_text", "159901100202001"): world.areas["G21"].pk,
        ("place_text", "甲一 南单元"): world.areas["U111"].pk,
        ("person_text", "连户"): world.people["head"].pk,
        ("person_text", world.people["head"].initials.upper()): world.people["head"].pk,
    }
    for (field, text), key in found.items():
        page = client.post("/posts/new/", {"do": "look", field: text}).content.decode()
        assert str(key) in page, text
    code = "15990110020100102"
    page = client.get(f"/posts/new/?area={code}&role=unit_head").content.decode()
    assert f'value="area:{world.areas["U112"].pk}" checked' in page
    assert '<option value="unit_head" selected' in page


def test_an_appointment_voids_the_password_until_a_slip_is_handed_out(
    world: World, as_user: SignIn
) -> None:
    client = as_user("administrator")
    key = world.people["head"].pk
    response = start(client, world, person=key, role="grid_office",
                     place=f"area:{world.areas['T2'].pk}")  # fmt: skip
    assert response.status_code == 302
    assert "须重发登录条" in client.get(f"/people/{key}/").content.decode()
    assert not User.objects.get(pk=world.users["head"].pk).has_usable_password()
    slip = client.post(f"/people/{key}/account/", {"do": "reset"}).content.decode()
    assert PASSWORD.search(slip)


def test_an_office_does_not_take_an_appointment_back(world: World, as_user: SignIn) -> None:
    """Else it would give itself back what an administrator took from one of its members."""
    client = as_user("administrator")
    url = f"/posts/{world.posts['leader'].pk}/"
    today = world.on.isoformat()
    response = client.post(f"{url}end/", {"on": today, "seen_on": today})
    act = response["Location"].rpartition("=")[2]
    assert as_user("manager").post(f"/acts/{act}/undo/").status_code == 404
    assert client.post(f"/acts/{act}/undo/").status_code == 302
    assert Post.objects.in_force(world.on).filter(pk=world.posts["leader"].pk).exists()


def test_an_appointment_is_not_taken_back_by_who_administers_no_longer(
    world: World, as_user: SignIn
) -> None:
    client = as_user("administrator")
    today = world.on.isoformat()
    response = client.post(
        f"/posts/{world.posts['leader'].pk}/end/", {"on": today, "seen_on": today}
    )
    act = response["Location"].rpartition("=")[2]
    Post.objects.filter(pk=world.posts["administrator"].pk).update(void=True)
    world.add_post("administrator", "unit_head", "U111")
    assert client.post(f"/acts/{act}/undo/").status_code == 404
    assert not Post.objects.in_force(world.on).filter(pk=world.posts["leader"].pk).exists()


def test_an_office_does_not_take_back_what_an_administrator_corrected(
    world: World, as_user: SignIn
) -> None:
    client = as_user("administrator")
    key = world.people["leader"].pk
    response = client.post(f"/people/{key}/edit/", {"name": "林改名"})
    act = response["Location"].rpartition("=")[2]
    assert as_user("manager").post(f"/acts/{act}/undo/").status_code == 404
    assert client.post(f"/acts/{act}/undo/").status_code == 302


def test_a_correction_is_taken_back(world: World, as_user: SignIn) -> None:
    client, person = as_user("manager"), world.people["head"]
    data = {"name": "连新名", "phone": "", "skills": ["教育"]}
    response = client.post(f"/people/{person.pk}/edit/", data)
    assert response.status_code == 302
    fresh = Person.objects.get(pk=person.pk)
    assert (fresh.name, fresh.phone_sealed, fresh.party_member) == ("连新名", None, False)
    client.post(f"/acts/{response['Location'].rpartition('=')[2]}/undo/")
    fresh = Person.objects.get(pk=person.pk)
    assert fresh.name == "连户长" and fresh.phone_sealed and fresh.party_member
    wrong = client.post(f"/people/{person.pk}/edit/", {"name": "", "phone": "12"})
    assert wrong.status_code == 400 and "电话" in wrong.content.decode()


def test_every_form_needs_its_token(world: World, as_user: SignIn) -> None:
    client = as_user("manager", csrf=True)
    post, person = world.posts["head"].pk, world.people["head"].pk
    for url in (
        "/posts/new/", f"/posts/{post}/end/", f"/posts/{post}/change/", "/people/slips/",
        f"/people/{person}/account/", f"/people/{person}/edit/",
    ):  # fmt: skip
        assert client.post(url, {}).status_code == 403
