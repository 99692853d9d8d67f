"""Accounts come from posts; nobody gets at an account or a post wider than their own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from accounts.models import User
from grids.accounts import account_open, account_reset, accounts_follow_posts, accounts_open
from grids.appointing import APPOINTED, NAMED
from grids.models import Person, Post, Role
from grids.services import person_change, person_create, post_change, post_end, post_start
from jobs.periodic import rota
from lib.errors import Refusal
from tests.people import BACKEND, CAST, World

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def newcomer(world: World) -> Person:
    """Somebody in post without an account."""
    person = person_create(name="辛到岗", phone="13900009999")
    role = Role.objects.get(pk="unit_head")
    post_start(person=person, role=role, area=world.areas["U121"], on=world.on)
    return person


def in_charge(world: World, login: str) -> set[str]:
    people = Person.objects.in_charge_of(world.user(login), world.on)
    keys = {person.pk: key for key, person in world.people.items()}
    return {keys[person.pk] for person in people}


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


# Opening


def test_it_opens_an_account_with_a_one_time_password(world: World, newcomer: Person):
    slip = account_open(person=newcomer, by=world.user("manager"), on=world.on)
    user = User.objects.get(username=slip.username)
    assert user.person == newcomer and user.must_change_password and user.slip_at
    assert user.check_password(slip.password)
    assert (slip.name, slip.post, slip.place) == ("辛到岗", "联户长", "甲一村 甲一村第二网格单元")


def test_it_opens_no_second_account(world: World, newcomer: Person):
    account_open(person=newcomer, by=world.user("manager"), on=world.on)
    with pytest.raises(Refusal, match="辛到岗"):
        account_open(person=newcomer, by=world.user("manager"), on=world.on)


def test_it_opens_several_and_leaves_out_those_of_others(world: World, newcomer: Person):
    other = person_create(name="外到岗", phone="13900009998")
    role = Role.objects.get(pk="unit_head")
    post_start(person=other, role=role, area=world.areas["V3"], on=world.on)
    slips = accounts_open(people=[newcomer.pk, other.pk], by=world.user("manager"), on=world.on)
    assert [slip.name for slip in slips] == ["辛到岗"]


# Resetting


def test_a_reset_ends_sessions_the_second_factor_and_the_password(world: World):
    user = world.users["head"]
    user.set_password("old-Password-1")
    user.save()
    client = client_of(user)
    Authenticator.objects.create(user=user, type="totp", data={})
    slip = account_reset(person=world.people["head"], by=world.user("manager"), on=world.on)
    fresh = User.objects.get(pk=user.pk)
    assert fresh.check_password(slip.password) and not fresh.check_password("old-Password-1")
    assert fresh.must_change_password
    assert client.get("/mine/").status_code == 302
    assert not Authenticator.objects.filter(user=user).exists()


def test_a_reset_is_in_the_history_without_the_password(world: World):
    account_reset(person=world.people["head"], by=world.user("manager"), on=world.on)
    account_reset(person=world.people["head"], by=world.user("manager"), on=world.on)
    events = User.objects.get(pk=world.users["head"].pk).events.all()  # type: ignore[attr-defined]
    assert [event.slip_at is None for event in events.order_by("pgh_id")] == [True, False]
    assert not hasattr(events[0], "password")


def test_an_account_shut_by_hand_is_not_reset(world: World):
    User.objects.filter(pk=world.users["head"].pk).update(
        is_active=False, shut_why=User.Shut.BY_HAND
    )
    with pytest.raises(Refusal, match="管理员"):
        account_reset(person=world.people["head"], by=world.user("manager"), on=world.on)


# Whose account


def test_a_grid_office_looks_after_its_own_people_alone(world: World):
    assert in_charge(world, "manager") == {
        "worker", "grid_head", "secretary", "head", "volunteer", "backup",
    }  # fmt: skip
    assert in_charge(world, "outsider") == {"outer_head"}


def test_an_administrator_looks_after_everybody_but_themselves(world: World):
    everybody = {login for login, _name, role, *_rest in CAST if role}
    assert in_charge(world, "administrator") == everybody - {"administrator"}


@pytest.mark.parametrize(
    "login", [login for login, *_rest in CAST if login not in ("manager", "outsider",
              "administrator")]
)  # fmt: skip
def test_nobody_else_looks_after_an_account(world: World, login: str):
    assert in_charge(world, login) == set()


@pytest.mark.parametrize(
    ("role", "place"),
    [("auditor", "C"), ("administrator", "C"), ("township_leader", "T1"), ("grid_office", "T1"),
     ("clerk", "department"), ("unit_head", "U311")],
)  # fmt: skip
def test_one_post_outside_takes_a_person_out_of_reach(world: World, role: str, place: str):
    world.add_post("head", role, place, on=world.on + DAY)  # to come is enough
    assert "head" not in in_charge(world, "manager")
    for act in (account_reset, account_open):
        with pytest.raises(Refusal):
            act(person=world.people["head"], by=world.user("manager"), on=world.on)
    with pytest.raises(Refusal):
        person_change(
            person=world.people["head"], name="改名", phone=None, party_member=False, skills=[],
            organisation=None, by=world.user("manager"), on=world.on,
        )  # fmt: skip


def test_an_account_with_flags_of_its_own_is_out_of_reach(world: World):
    User.objects.filter(pk=world.users["head"].pk).update(is_superuser=True)
    assert "head" not in in_charge(world, "manager")


# Who may give which post


@pytest.mark.parametrize("role", Role.Kind.values)
def test_a_grid_office_names_its_staff_and_appoints_nobody(world: World, role: str):
    chosen = Role.objects.filter(kind=role).order_by("code")[0]

    def give(area: str) -> Post:
        return post_start(
            person=world.people["nobody"], role=chosen, area=world.areas[area], on=world.on,
            by=world.user("manager"),
        )  # fmt: skip

    if role in NAMED:
        assert give("V1").path.startswith(world.areas["T1"].path)
    else:
        with pytest.raises(Refusal, match="管理员"):
            give("V1")
    for place in ("V3", "C"):
        with pytest.raises(Refusal):
            give(place)


@pytest.mark.parametrize("role", Role.Kind.values)
def test_an_administrator_appoints_and_names_no_staff(world: World, role: str):
    chosen = Role.objects.filter(kind=role).order_by("code")[0]

    def give(person: str) -> Post:
        return post_start(
            person=world.people[person], role=chosen, area=world.areas["T2"], on=world.on,
            by=world.user("administrator"),
        )  # fmt: skip

    if role in APPOINTED:
        give("nobody")
        with pytest.raises(Refusal):
            give("administrator")
    else:
        with pytest.raises(Refusal):
            give("nobody")


@pytest.mark.parametrize("login", ["leader", "worker", "secretary", "clerk", "auditor", "head"])
def test_nobody_else_gives_takes_or_changes_a_post(world: World, login: str):
    by = world.user(login)
    with pytest.raises(Refusal):
        post_start(
            person=world.people["nobody"], role=Role.objects.get(pk="unit_head"),
            area=world.areas["U121"], on=world.on, by=by,
        )  # fmt: skip
    with pytest.raises(Refusal):
        post_end(post=world.posts["head"], on=world.on, by=by)
    with pytest.raises(Refusal):
        post_change(post=world.posts["head"], max_links=5, by=by)


def test_a_grid_office_ends_no_post_above_it(world: World):
    for login in ("leader", "manager", "auditor", "administrator", "clerk", "outer_head"):
        with pytest.raises(Refusal):
            post_end(post=world.posts[login], on=world.on, by=world.user("manager"))


def test_a_password_known_below_does_not_sign_in_above(world: World):
    """Else an office would reset somebody's account before that person is made administrator."""
    user = world.users["head"]
    slip = account_reset(person=world.people["head"], by=world.user("manager"), on=world.on)
    client = client_of(User.objects.get(pk=user.pk))
    post_start(
        person=world.people["head"], role=Role.objects.get(pk="grid_office"),
        area=world.areas["T2"], on=world.on, by=world.user("administrator"),
    )  # fmt: skip
    assert not User.objects.get(pk=user.pk).check_password(slip.password)
    assert client.get("/mine/").status_code == 302


def test_somebody_remains_administrator(world: World):
    with pytest.raises(Refusal):
        post_end(
            post=world.posts["administrator"], on=world.on, by=world.user("administrator")
        )  # fmt: skip


def test_a_limit_is_a_number_of_households(world: World):
    by = world.user("manager")
    with pytest.raises(Refusal):
        post_change(post=world.posts["head"], max_links=0, by=by)
    assert post_change(post=world.posts["head"], max_links=5, by=by).max_links == 5
    assert post_change(post=world.posts["head"], max_links=None, by=by).max_links is None


# Following posts


def account(world: World, login: str) -> tuple[bool, str]:
    user = User.objects.get(pk=world.users[login].pk)
    return user.is_active, user.shut_why


def test_it_shuts_at_once_with_the_last_post_and_its_sessions_end(world: World):
    client = client_of(world.users["head"])
    post_end(post=world.posts["head"], on=world.on, by=world.user("manager"))
    assert account(world, "head") == (False, "no_post")
    assert client.get("/mine/").status_code == 302
    User.objects.filter(pk=world.users["head"].pk).update(is_active=True)
    assert client.get("/mine/").status_code == 302, "an old session does not come back to life"


def test_it_stays_open_while_another_post_is_held(world: World):
    world.add_post("head", "volunteer", "V1")
    post_end(post=Post.objects.get(person=world.people["head"], role="unit_head"), on=world.on)
    assert account(world, "head") == (True, "")


def test_a_post_that_ends_later_shuts_by_night(world: World):
    post_end(post=world.posts["head"], on=world.on + DAY, by=world.user("manager"))
    assert account(world, "head") == (True, "")
    accounts_follow_posts(world.on)
    assert account(world, "head") == (True, "")
    accounts_follow_posts(world.on + DAY)
    assert account(world, "head") == (False, "no_post")
    event = User.objects.get(pk=world.users["head"].pk).events.latest("pgh_id")  # type: ignore[attr-defined]
    assert event.pgh_context.metadata["reason"] == "accounts follow posts"


def test_it_opens_again_with_the_next_post(world: World):
    post_end(post=world.posts["head"], on=world.on)
    world.add_post("head", "unit_head", "U112", on=world.on)
    assert account(world, "head") == (True, "")


def test_what_was_shut_by_hand_stays_shut(world: World):
    User.objects.filter(pk=world.users["head"].pk).update(
        is_active=False, shut_why=User.Shut.BY_HAND
    )
    world.add_post("head", "volunteer", "V1")
    accounts_follow_posts(world.on)
    assert account(world, "head") == (False, "by_hand")


def test_an_account_of_nobodys_is_left_alone(world: World):
    root = User.objects.create_superuser("root", password=None)
    accounts_follow_posts(world.on)
    root.refresh_from_db()
    assert root.is_active


def test_the_rota_does_it_every_day() -> None:
    duty = next(d for d in rota.duties if d.name == "grids.accounts.accounts_follow_posts")
    assert duty.seconds is None


# People


def test_a_person_is_changed_and_a_phone_that_stays_is_no_change(world: World):
    person, by = world.people["head"], world.user("manager")
    same = {"name": "连户长", "party_member": True, "skills": ["医护"], "organisation": None}
    phone = "13900000007"
    person_change(person=person, phone=phone, by=by, on=world.on, **same)  # type: ignore[arg-type]
    sealed = Person.objects.get(pk=person.pk).phone_sealed
    assert sealed
    person_change(person=person, phone=phone, by=by, on=world.on, **same)  # type: ignore[arg-type]
    assert Person.objects.get(pk=person.pk).phone_sealed == sealed
    with pytest.raises(Refusal):
        person_change(person=person, phone=None, by=by, on=world.on, **{**same, "name": " "})  # type: ignore[arg-type]
