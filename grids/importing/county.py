"""The first two people of a new county: its administrator and the grid office of a township."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import one_time_password
from grids.models import Area, Role
from grids.services import area_create, person_create, post_start
from lib.codes import canonical, level_of, parent_code
from lib.errors import Refusal


@dataclass(frozen=True)
class FirstLogin:
    """A login with its one-time password; the password is nowhere else."""

    user: User
    role: str
    area: str
    password: str


@transaction.atomic
def county_start(
    *, code: str, name: str, township_code: str, township_name: str, admin: str, manager: str,
    on: date,
) -> list[FirstLogin]:  # fmt: skip
    """Set up an empty database: county, township, 管理员 of the one and 乡镇网格办 of the other.

    Refusal when there are areas already, when a code is none of its level, or a login is taken.
    """
    if Area.objects.exists():
        raise Refusal(_("This database holds a county already."))
    code, township_code = canonical(code.strip()), canonical(township_code.strip())
    for given, level, field in (
        (code, "county", "code"), (township_code, "township", "township_code"),
    ):  # fmt: skip
        try:
            fits = level_of(given) == level
        except ValueError as error:
            raise Refusal(str(error), field=field) from None
        if not fits:
            word = Area.Level(level).label
            message = _("%(code)s is not the code of a %(level)s.")
            raise Refusal(message % {"code": given, "level": word}, field=field)
    if parent_code(township_code) != code:
        raise Refusal(
            _("The code of the township must begin with that of the county."),
            field="township_code",
        )
    if not name.strip() or not township_name.strip():
        raise Refusal(_("Enter a name."), field="name")
    county = area_create(level="county", name=name.strip(), code=code, parent=None, on=on)
    township = area_create(
        level="township", name=township_name.strip(), code=township_code, parent=county, on=on
    )
    return [
        _first_login(admin, "administrator", county, on),
        _first_login(manager, "grid_office", township, on),
    ]


def _first_login(login: str, role_code: str, area: Area, on: date) -> FirstLogin:
    if User.objects.filter(username=login).exists():
        raise Refusal(_("The login %s is taken; choose another.") % login)
    role = Role.objects.get(code=role_code)
    password = one_time_password()
    user = User.objects.create_user(login, password=password, must_change_password=True)
    person = person_create(name=role.label, user=user)
    post_start(person=person, role=role, area=area, on=on)
    return FirstLogin(user, role.label, area.name, password)
