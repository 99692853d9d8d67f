"""Signing in and out, one-time passwords, locks, second factors, and headers on every answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.test import Client, override_settings

from accounts.models import User
from tests.people import World

SignIn = Callable[..., Client]
LOGIN = "/accounts/login/"
PASSWORD = "kuaile-cunzhuang-7"
NEW = "gaoxing-cunzhuang-8"


@pytest.fixture
def manager(world: World, settings: Any) -> User:
    """The manager with a password to type, hashed quickly."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    user = world.users["manager"]
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client: Client, name: str, password: str, *, address: str = "127.0.0.1") -> Any:
    return client.post(LOGIN, {"login": name, "password": password}, REMOTE_ADDR=address)


def test_the_right_password_opens_the_page_asked_for(manager: User) -> None:
    client = Client()
    assert "用户名" in client.get(LOGIN).content.decode()
    response = client.post(
        f"{LOGIN}?next=/mine/", {"login": "manager", "password": PASSWORD, "next": "/mine/"}
    )
    assert (response.status_code, response["Location"]) == (302, "/mine/")
    assert client.get("/").status_code == 200


def test_it_does_not_send_to_another_site(manager: User) -> None:
    data = {"login": "manager", "password": PASSWORD, "next": "https://example.org/"}
    assert Client().post(LOGIN, data)["Location"] == "/"


def test_a_wrong_password_and_an_unknown_name_read_the_same(manager: User) -> None:
    one = sign_in(Client(), "manager", "wrong").content.decode()
    other = sign_in(Client(), "nobody-here", "wrong").content.decode()
    sentence = one[one.index('role="alert"') : one.index("</div>", one.index('role="alert"'))]
    assert sentence in other and "class=" not in sentence


def test_a_shut_account_cannot_sign_in_or_go_on(manager: User) -> None:
    client = Client()
    sign_in(client, "manager", PASSWORD)
    User.objects.filter(pk=manager.pk).update(is_active=False)
    assert client.get("/api/v1/coverage").status_code == 401
    sign_in(client, "manager", PASSWORD)
    assert client.get("/api/v1/coverage").status_code == 401


def test_eight_failures_lock_the_name_with_a_clear_sentence(manager: User) -> None:
    client = Client()
    for _ in range(7):
        assert sign_in(client, "manager", "wrong").status_code == 200
    for _ in range(2):
        response = sign_in(client, "manager", "wrong")
        assert response.status_code == 429
        assert "一刻钟" in response.content.decode()
    assert sign_in(client, "manager", PASSWORD).status_code == 429
    assert client.get("/api/v1/coverage").status_code == 401


def test_another_spelling_of_the_name_has_no_tries_of_its_own(manager: User) -> None:
    client = Client()
    for spelling in ("manager", "Manager", "MANAGER", "manageR") * 2:
        sign_in(client, spelling, "wrong")
    assert sign_in(client, "mAnager", PASSWORD).status_code == 429


def test_the_lock_holds_for_one_address_and_ends_with_success(manager: User) -> None:
    for _ in range(8):
        sign_in(Client(), "manager", "wrong", address="10.0.0.9")
    assert sign_in(Client(), "manager", PASSWORD, address="10.0.0.9").status_code == 429
    assert sign_in(Client(), "manager", PASSWORD, address="10.0.0.8").status_code == 302


def test_seven_failures_and_a_success_begin_anew(manager: User) -> None:
    client = Client()
    for _ in range(2):
        for _ in range(7):
            sign_in(client, "manager", "wrong")
        assert sign_in(client, "manager", PASSWORD).status_code == 302
        client.logout()


def test_a_one_time_password_forces_a_new_one(manager: User) -> None:
    User.objects.filter(pk=manager.pk).update(must_change_password=True)
    client = Client()
    sign_in(client, "manager", PASSWORD)
    change = "/accounts/password/change/"
    assert client.get("/")["Location"] == change
    assert "新密码" in client.get(change).content.decode()
    data = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    for weak in ("kurz", "1234567890", PASSWORD):
        client.post(change, {**data, "password1": weak, "password2": weak})
        manager.refresh_from_db()
        assert manager.must_change_password
        assert client.get("/")["Location"] == change
    assert client.post(change, data).status_code == 302
    assert client.get("/").status_code == 200
    assert sign_in(Client(), "manager", NEW).status_code == 302


def test_a_new_password_ends_the_other_sessions(manager: User) -> None:
    one, other = Client(), Client()
    for client in (one, other):
        sign_in(client, "manager", PASSWORD)
    one.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW},
    )
    assert one.get("/api/v1/coverage").status_code == 200
    assert other.get("/api/v1/coverage").status_code == 401


def test_signing_out_needs_a_post_and_ends_the_session(as_user: SignIn) -> None:
    client = as_user("manager", csrf=True)
    assert "退出" in client.get("/accounts/logout/").content.decode()
    assert client.get("/").status_code == 200
    assert client.post("/accounts/logout/").status_code == 403
    client = as_user("manager")
    assert client.post("/accounts/logout/").status_code == 302
    assert client.get("/")["Location"].startswith(LOGIN)


def test_a_second_factor_can_be_set_up_and_is_then_asked_for(manager: User) -> None:
    client = Client()
    sign_in(client, "manager", PASSWORD)
    assert client.get("/accounts/2fa/").status_code == 200
    again = client.get("/accounts/2fa/totp/activate/")["Location"]
    assert again.startswith("/accounts/reauthenticate/")
    assert client.get(again).status_code == 200
    assert client.post(again, {"password": PASSWORD}).status_code == 302
    for address in ("/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/"):
        page = client.get(address)
        assert page.status_code == 200, address
        assert 'class="brand"' in page.content.decode()
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(manager, secret)
    client = Client()
    assert sign_in(client, "manager", PASSWORD)["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/api/v1/coverage").status_code == 401
    code = totp.format_hotp_value(
        totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time()))
    )
    assert client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
    assert client.get("/api/v1/coverage").status_code == 200


def test_codes_cannot_be_guessed_for_long(manager: User) -> None:
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(manager, secret)
    client = Client()
    sign_in(client, "manager", PASSWORD)
    for _ in range(9):
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    code = totp.format_hotp_value(
        totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time()))
    )
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert client.get("/api/v1/coverage").status_code == 401
    assert Authenticator.objects.filter(user=manager).exists()


ADDRESSES = [
    "/", "/accounts/login/", "/accounts/2fa/", "/api/v1/coverage",
    "/api/v1/households?area=159901100201", "/tiles/households/14/13653/5857.mvt", "/mine/",
    "/no-such-page/", "/api/no-such-operation", "/admin/", "/healthz", "/api/openapi.json",
]  # fmt: skip


def test_every_answer_is_private_and_guarded(world: World, as_user: SignIn) -> None:
    addresses = [*ADDRESSES, f"/households/{world.households['zhao'].pk}/"]
    clients = [Client(), *map(as_user, ("manager", "administrator", "cadre"))]
    for client in clients:
        for address in addresses:
            response = client.get(address)
            cache = response["Cache-Control"]
            assert "private" in cache and "no-store" in cache, address
            assert "default-src 'none'" in response["Content-Security-Policy"]
            assert "unsafe" not in response["Content-Security-Policy"]
            assert response["X-Content-Type-Options"] == "nosniff"
            assert response["X-Frame-Options"] == "DENY"
            assert response["Referrer-Policy"] == "same-origin"


def test_only_area_tiles_may_be_kept_by_the_tab_and_must_be_asked_for_again(
    as_user: SignIn,
) -> None:
    response = as_user("manager").get("/tiles/areas/10/853/366.mvt")
    assert response["Cache-Control"] == "private, no-cache"


@override_settings(SESSION_COOKIE_SECURE=True, CSRF_COOKIE_SECURE=True)
def test_cookies_are_closed_to_scripts_and_other_sites(manager: User) -> None:
    client = Client()
    client.get(LOGIN, secure=True)
    response = client.post(LOGIN, {"login": "manager", "password": PASSWORD}, secure=True)
    session = response.cookies["sessionid"]
    assert session["httponly"] and session["secure"] and session["samesite"] == "Lax"
    for cookie in client.cookies.values():
        assert cookie["samesite"] in ("Lax", "Strict")
