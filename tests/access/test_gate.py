"""Every address says who may call it; what says nothing is refused."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import get_resolver, path

from accounts.gate import ANYONE, DECLARED, SIGNED_IN, allow, declared_for, walk
from config import urls
from grids.models import Role
from tests.people import World

SignIn = Callable[..., Client]
WORDS = {ANYONE, SIGNED_IN, *Role.Kind.values}


def silent(request: HttpRequest) -> HttpResponse:
    """A view that forgot to say who may call it."""
    return HttpResponse("secret")


@allow("manager")
def for_managers(request: HttpRequest) -> HttpResponse:
    return HttpResponse("for managers")


class WithSilentViews:
    """The real addresses and a few more."""

    urlpatterns = [
        *urls.urlpatterns,
        path("forgotten/", silent),
        path("api/forgotten", silent),
        path("api/for-managers", for_managers),
        path("for-managers/", for_managers),
    ]
    handler400, handler403 = urls.handler400, urls.handler403
    handler404, handler500 = urls.handler404, urls.handler500


def every_url() -> list[tuple[str, Callable, str | None, str]]:
    return list(walk(get_resolver().url_patterns))


def plain(response, address: str) -> str:
    """A page without the address asked for and without the masked CSRF token."""
    text = response.content.decode().replace(address, "")
    return re.sub(r'(csrf-token" content|csrfmiddlewaretoken" value)="\w+"', "", text)


def test_every_url_declares_who_may_call_it() -> None:
    silent_ones = [
        route
        for route, callback, name, space in every_url()
        if declared_for(callback, name, space, "GET") is None
    ]
    assert silent_ones == []


def test_declarations_use_the_words_of_the_gate() -> None:
    for route, callback, name, space in every_url():
        allowed = getattr(callback, "allowed", None)
        sets = (
            allowed.values()
            if isinstance(allowed, dict)
            else [declared_for(callback, name, space, "GET")]
        )
        for words in sets:
            assert words is not None and words <= WORDS, route


def test_the_table_for_libraries_has_no_dead_entry() -> None:
    alive = {f"{space.split(':')[0]}:" if space else name for _r, _c, name, space in every_url()}
    assert set(DECLARED) <= alive


def test_the_table_for_libraries_hides_no_view_of_ours() -> None:
    """A view of this project carries its own mark."""
    for route, callback, _name, space in every_url():
        ours = callback.__module__.split(".")[0] in (
            "accounts", "grids", "households", "casework", "reports", "mapview", "desk",
            "residents", "config",
        )  # fmt: skip
        if ours and not space:
            assert hasattr(callback, "allowed"), route


@override_settings(ROOT_URLCONF=WithSilentViews)
def test_it_refuses_a_view_that_declares_nothing(as_user: SignIn) -> None:
    for address in ("/forgotten/", "/api/forgotten"):
        for client in (Client(), as_user("manager"), as_user("administrator")):
            response = client.get(address)
            assert response.status_code == 403
            assert b"secret" not in response.content


@override_settings(ROOT_URLCONF=WithSilentViews)
def test_it_sends_whoever_is_not_signed_in_to_the_sign_in(db: None) -> None:
    page = Client().get("/for-managers/?x=1")
    assert page.status_code == 302
    assert page["Location"] == "/accounts/login/?next=/for-managers/%3Fx%3D1"
    data = Client().get("/api/for-managers")
    assert data.status_code == 401
    assert set(data.json()) == {"error"}


@override_settings(ROOT_URLCONF=WithSilentViews)
def test_it_answers_the_wrong_kind_as_if_nothing_were_there(as_user: SignIn) -> None:
    client = as_user("auditor")
    assert as_user("manager").get("/for-managers/").content == b"for managers"
    for refused, missing in (
        ("/for-managers/", "/no-such-page/"),
        ("/api/for-managers", "/api/no-such-operation"),
        ("/admin/", "/no-such-page/"),
        ("/admin/grids/role/", "/no-such-page/"),
        ("/accounts/signup/", "/no-such-page/"),
    ):
        one, other = client.get(refused), client.get(missing)
        assert (one.status_code, other.status_code) == (404, 404)
        assert one["Content-Type"] == other["Content-Type"]
        assert plain(one, refused) == plain(other, missing)


def test_tiles_and_api_of_other_kinds_look_missing(as_user: SignIn, world: World) -> None:
    client = as_user("clerk")
    for refused in ("/api/v1/coverage", "/api/v1/households", "/tiles/areas/5/1/1.mvt"):
        one, other = client.get(refused), client.get("/api/no-such-operation")
        assert (one.status_code, one.content) == (404, other.content)


@pytest.mark.parametrize("address", ["/api/v1/coverage", "/tiles/areas/5/1/1.mvt"])
def test_data_asked_for_without_sign_in_is_401(db: None, address: str) -> None:
    response = Client().get(address)
    assert response.status_code == 401
    assert set(response.json()) == {"error"}


def test_pages_nobody_offers_do_not_exist_for_strangers_either(db: None) -> None:
    assert Client().get("/accounts/signup/").status_code == 404
    assert Client().get("/accounts/password/reset/").status_code == 404


@pytest.mark.parametrize("who", ["nobody", "manager"])
def test_a_one_time_password_opens_nothing_but_the_way_to_a_new_one(
    world: World, as_user: SignIn, who: str
) -> None:
    world.users[who].must_change_password = True
    world.users[who].set_password("one-time-word")
    world.users[who].save()
    client = as_user(who)
    page = client.get("/")
    assert (page.status_code, page["Location"]) == (302, "/accounts/password/change/")
    assert client.get("/accounts/password/change/").status_code == 200
    if who == "manager":
        assert client.get("/api/v1/coverage").status_code == 403
