"""What is done with the chosen households: one act, told in numbers, taken back as a whole."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from households.models import Household, Link
from jobs.models import Act
from tests.people import World

SignIn = Callable[..., Client]
pytestmark = pytest.mark.django_db


def keys(world: World, *names: str) -> list[str]:
    return [str(world.households[name].pk) for name in names]


def test_a_contact_is_named_for_several_and_taken_back(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    chosen = keys(world, "sun", "li")
    page = client.post("/tables/households/contact/?filter=gap", {"keys": chosen})
    text = page.content.decode()
    assert "为 2 户指定联系人" in text
    post = world.posts["secretary"]
    assert str(post.pk) in text
    answer = client.post(
        "/tables/households/contact/?filter=gap", {"keys": chosen, "post": str(post.pk)}
    )
    assert answer["Location"].startswith("/tables/households/?filter=gap&act=")
    assert Link.objects.filter(post=post, void=False).count() == 2
    done = client.get(answer["Location"]).content.decode()
    assert "舒支书自今天起为 2 户的联系人" in done
    client.post(f"/acts/{Act.objects.get().pk}/undo/")
    assert not Link.objects.filter(post=post, void=False).exists()


def test_who_could_not_be_linked_is_told(world: World, as_user: SignIn) -> None:
    client, post = as_user("manager"), world.posts["head"]
    answer = client.post(
        "/tables/households/contact/",
        {"keys": keys(world, "zhao", "feng", "sun"), "post": str(post.pk)}, follow=True,
    )  # fmt: skip
    text = answer.content.decode()
    assert "1 户的联系人" in text  # 孙界上
    assert "2 户未指定" in text and "赵独居" in text


def test_nothing_is_done_where_nobody_could_be_linked(world: World, as_user: SignIn) -> None:
    sent = {"keys": keys(world, "zhao"), "post": str(world.posts["head"].pk)}
    assert as_user("manager").post("/tables/households/contact/", sent).status_code == 400
    assert not Act.objects.exists()


def test_all_that_fit_are_marked_as_reviewed_and_taken_back(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    answer = client.post("/tables/households/review/?with=cadre", {"all": "1"}, follow=True)
    assert "今天已核对 2 户" in answer.content.decode()
    reviewed = Household.objects.filter(reviewed_on=world.on)
    assert {one.head_name for one in reviewed} == {"赵独居", "周包联"}
    client.post(f"/acts/{Act.objects.get().pk}/undo/")
    assert not reviewed.all().exists()


def test_households_elsewhere_are_left_out(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    for address in ("review", "contact"):
        answer = client.post(f"/tables/households/{address}/", {"keys": keys(world, "wei")})
        assert answer.status_code == 400
    assert not Act.objects.exists()


def test_accounts_are_opened_for_those_chosen_who_have_none(world: World, as_user: SignIn) -> None:
    client, person = as_user("manager"), world.people["worker"]
    type(person).objects.filter(pk=person.pk).update(user=None)
    page = client.get("/tables/people/").content.decode()
    assert 'formaction="/people/slips/"' in page
    assert 'formaction="/people/slips/"' not in client.get("/tables/posts/").content.decode()
    sent = {"keys": [str(person.pk), str(world.people["head"].pk)], "all": ""}
    slips = client.post("/people/slips/", sent).content.decode()
    assert slips.count('<section class="slip"') == 1 and person.name in slips
    person.refresh_from_db()
    assert person.user is not None


@pytest.mark.parametrize("login", ["worker", "leader", "head", "cadre", "clerk"])
def test_only_those_who_manage_act(world: World, as_user: SignIn, login: str) -> None:
    for address in ("review", "contact"):
        sent = {"keys": keys(world, "zhao")}
        assert as_user(login).post(f"/tables/households/{address}/", sent).status_code == 404
