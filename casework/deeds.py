"""Record help given (帮扶), change it, take it out: for a household, a place, or passers-by.

Who reads a household records what was done for it; of a place, whoever works with its households
or manages it. Money and quantities are Decimals, never floats.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from casework.models import Contact, Deed, Issue
from grids.models import Area, Organisation
from grids.scope import scope_of
from households.models import Household
from lib.errors import Outdated, Refusal
from lib.identity import no_id_number

#: Units of quantities as the office writes them; the first three count whole things.
UNITS = ("户", "人", "件", "亩", "吨")
WHOLE = ("户", "人", "件")
MOST_QUANTITY = Decimal("9999999999.99")
MOST_AMOUNT = Decimal("999999999999.99")
EARLIEST = date(1980, 1, 1)
#: What the form and the services write, besides whom it was for.
WRITTEN = (
    "what", "subject", "quantity", "unit", "approximate", "amount", "funds", "state", "people",
    "organisation", "on", "result", "passers_by",
)  # fmt: skip
State = Deed.State


def works_at(user: User, path: str) -> bool:
    """Whether somebody may write what was done at a place: working with the households there."""
    return any(path.startswith(root) for root in scope_of(user).households)


def may_write(user: User, deed: Deed) -> bool:
    """Whether somebody may change a deed: who reads its household, or works at its place."""
    if deed.household_id is None:
        return works_at(user, deed.path)
    return Household.objects.visible_to(user).filter(pk=deed.household_id).exists()


@transaction.atomic
def deed_record(
    *, what: str, on: date, current: date, household: Household | None = None,
    area: Area | None = None, passers_by: bool = False, subject: str = Issue.Subject.OTHER,
    quantity: Decimal | None = None, unit: str = "", approximate: str = "",
    amount: Decimal | None = None, funds: str = "", state: str = State.GRANTED,
    people: int | None = None, organisation: Organisation | None = None, result: str = "",
    contact: Contact | None = None, issue: Issue | None = None, by: User | None = None,
) -> Deed:  # fmt: skip
    """Write down what was done, or is on its way.

    ``current`` is today. ``amount`` in yuan. ``contact``: the visit on which it was given;
    ``issue``: the matter it answers. ``by`` None is the command line.
    """
    if household is not None:
        area = Area.objects.get(path=household.path)
    if area is None:
        raise Refusal(_("Say which area it was done in."), field="area")
    values = {
        "what": what, "subject": subject, "quantity": quantity, "unit": unit,
        "approximate": approximate, "amount": amount, "funds": funds, "state": state,
        "people": people, "organisation": organisation, "on": on, "result": result,
        "passers_by": passers_by,
    }  # fmt: skip
    deed = Deed(
        household=household, area=area, path=area.path, contact=contact, issue=issue,
        recorded_by=by, **values,
    )  # fmt: skip
    if by is not None and not may_write(by, deed):
        raise Refusal(
            _("This household was not found.") if household else _("This area was not found."),
            field="area",
        )
    _check(deed, current=current)
    deed.save(force_insert=True)
    return deed


@transaction.atomic
def deed_change(
    *, deed: Deed, values: dict[str, Any], current: date, by: User | None, version: int
) -> Deed:
    """Change what is written of a deed: those of ``WRITTEN``, and ``area`` of a place's.

    ``version`` is the one the person read; Outdated, with the row, where another was faster.
    """
    deed = Deed.objects.select_for_update(of=("self",)).get(pk=deed.pk)
    _require(deed, by)
    if deed.version != version:
        raise Outdated(
            _("Somebody else has changed this meanwhile; look at what is different and save"
              " again."), row=deed,
        )  # fmt: skip
    area: Area | None = values.get("area")
    if area is not None and deed.household_id is None:
        deed.area, deed.path = area, area.path
        _require(deed, by)
    for name in WRITTEN:
        if name in values:
            setattr(deed, name, values[name])
    _check(deed, current=current)
    deed.version = F("version") + 1
    deed.save()
    deed.refresh_from_db()
    return deed


@transaction.atomic
def deed_remove(*, deed: Deed, by: User | None) -> None:
    """Take out a deed that was written by mistake; its history is kept."""
    deed = Deed.objects.select_for_update(of=("self",)).get(pk=deed.pk)
    _require(deed, by)
    deed.delete()


def _require(deed: Deed, by: User | None) -> None:
    if by is not None and not may_write(by, deed):
        raise Refusal(_("Only who works with the households here may do this."))


def _check(deed: Deed, *, current: date) -> None:
    """Refuse what a deed cannot mean, and tidy its words."""
    for name in ("what", "result"):
        setattr(deed, name, no_id_number(getattr(deed, name), field=name))
    if not deed.what:
        raise Refusal(_("Say in a few words what was done."), field="what")
    _check_kind(deed)
    quantity_check(deed.quantity, deed.unit, units=UNITS, whole=WHOLE)
    _check_money(deed)
    if deed.people is not None and deed.people < 1:
        raise Refusal(_("Write the number of people, at least 1, or leave it empty."),
                      field="people")  # fmt: skip
    _check_day(deed, current)


def _check_kind(deed: Deed) -> None:
    if deed.household_id and deed.passers_by:
        raise Refusal(_("Help for passers-by has no household."), field="passers_by")
    if deed.subject not in Issue.Subject.values:
        raise Refusal(_("Choose the subject."), field="subject")
    if deed.state not in State.values:
        raise Refusal(_("Choose how far it is."), field="state")
    if deed.approximate not in ("", *Deed.Approximate.values):
        raise Refusal(_("Choose one of the words, or none."), field="approximate")
    if deed.approximate and deed.quantity is None and deed.amount is None and not deed.people:
        raise Refusal(
            _("“A little over” and “more than” need a number: enter it, or leave the word out."),
            field="approximate",
        )
    if deed.state in Deed.OF_PROJECTS and deed.organisation_id is None:
        raise Refusal(_("Choose which organisation is responsible for the project."),
                      field="organisation")  # fmt: skip
    if deed.state == State.FINISHED and not deed.result:
        raise Refusal(_("Write in a sentence what came of the project."), field="result")


def quantity_check(
    quantity: Decimal | None, unit: str, *, units: tuple[str, ...], whole: tuple[str, ...]
) -> None:
    """Refuse a quantity that cannot be meant; ``whole`` are units without parts."""
    if quantity is None:
        if unit:
            raise Refusal(_("Enter how many, or leave the unit out."), field="quantity")
        return
    if not quantity.is_finite() or not 0 < quantity <= MOST_QUANTITY:
        raise Refusal(_("Write the quantity as a number above 0."), field="quantity")
    if unit not in units:
        raise Refusal(_("Choose the unit of the quantity."), field="unit")
    if _places(quantity) > (0 if unit in whole else 2):
        raise Refusal(
            _("Write the quantity as a whole number of %s.") % unit if unit in whole
            else _("Write the quantity with at most two decimals."), field="quantity",
        )  # fmt: skip


def _places(number: Decimal) -> int:
    """How many decimals a number has; 2.50 has one."""
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _check_money(deed: Deed) -> None:
    if deed.funds not in ("", *Deed.Funds.values):
        raise Refusal(_("Choose where the money comes from."), field="funds")
    if deed.amount is None:
        return
    if not deed.amount.is_finite() or not 0 < deed.amount <= MOST_AMOUNT:
        raise Refusal(_("Write the amount in yuan as a number above 0, or leave it empty."),
                      field="amount")  # fmt: skip
    if _places(deed.amount) > 2:
        raise Refusal(_("Write the amount with at most two decimals."), field="amount")
    if not deed.funds:
        raise Refusal(_("Choose where the money comes from."), field="funds")


def _check_day(deed: Deed, current: date) -> None:
    if deed.on < EARLIEST:
        raise Refusal(_("Choose a day from 1980 on."), field="on")
    if deed.state in Deed.DONE and deed.on > current:
        raise Refusal(_("What is done was done by today; choose a day up to today."), field="on")
    household = deed.household
    if household is not None and deed.state in Deed.DONE and deed.on not in household.during:
        raise Refusal(_("The household is not open on that day."), field="on")
