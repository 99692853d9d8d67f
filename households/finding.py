"""Find households by what people remember of them, each way by an index of its own."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Reverse

from accounts.keys import sealer
from accounts.models import User
from grids.querysets import person_named
from households.models import Household, Link
from households.querysets import HouseholdQuerySet
from lib.bigrams import bigrams

CHINESE = re.compile(r"[\u3400-\u9fff]")
LETTERS = re.compile(r"[a-z]{1,20}")


def _name_conditions(text: str) -> list[Q]:
    """Names or addresses that hold ``text``, each length by the index that serves it."""
    if len(text) == 1:
        return [Q(head_name__startswith=text)]
    if len(text) == 2:
        return [Q(bigrams__contains=bigrams(text))]
    return [Q(head_name__contains=text), Q(address__contains=text)]


def _conditions(text: str) -> list[Q]:
    """By name, address, own number, end of the phone, or initials: one index each."""
    conditions = [Q(serial__in=sorted({text, text.upper(), text.lower()}))]
    digits = re.sub(r"[\s-]", "", text)
    if digits.isdigit() and len(digits) >= 4:
        conditions.append(Q(phone_tail__in=sealer().tails(digits[-4:])))
        conditions.append(~Q(serial="") & Q(serial_end__startswith=digits[::-1]))
    elif LETTERS.fullmatch(text.lower()):
        conditions.append(Q(initials__startswith=text.lower()))
    if CHINESE.search(text) or not digits.isdigit():
        conditions += _name_conditions(text)
    return conditions


def households_found(user: User, text: str, *, on: date) -> HouseholdQuerySet:
    """Households by what is written of them, or by the name of their contact.

    A union of questions with one condition each: in one question with OR, no index serves all
    of it, and every household of the county is read.
    """
    seen: Any = Household.objects.visible_to(user).open_on(on)
    seen = seen.annotate(serial_end=Reverse("serial"))
    first, *others = [seen.filter(c).values("pk") for c in _conditions(text)]
    if len(text) >= 2:
        others.append(_of_contact(seen, text, on=on).values("pk"))
    return Household.objects.filter(pk__in=first.union(*others))


def found_by(household: Household, text: str) -> str:
    """By which of its signs ``text`` found a household; the phone is what is left for digits."""
    wanted, digits = text.lower(), re.sub(r"[\s-]", "", text)
    serial = household.serial.lower()
    number = len(digits) >= 4 and digits.isdigit()
    if wanted in household.head_name.lower():
        return "name"
    if serial and (serial == wanted or (number and serial.endswith(digits))):
        return "number"
    if wanted in household.address.lower():
        return "address"
    if LETTERS.fullmatch(wanted) and household.initials.startswith(wanted):
        return "initials"
    return "phone" if number else "contact"


def _of_contact(seen: QuerySet[Household], text: str, *, on: date) -> QuerySet[Household]:
    """Of these, the households whose named contact fits ``text``."""
    links = Link.objects.in_force(on).filter(person_named(text, "post__person__"))
    return seen.filter(pk__in=links.values("household"))
