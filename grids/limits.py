"""How many households a role, or one holder of it, may link at most."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib.errors import Refusal

#: Nobody knows more households than this in person; a larger limit is a slip of the keys.
MOST_LINKS = 500

_FITS = MaxValueValidator(
    MOST_LINKS, gettext_lazy("The limit is at most %(limit_value)d households.")
)


def limit_field(label: Any) -> models.PositiveIntegerField[Any, Any]:
    """The column of a limit; empty is none, or that of the role."""
    return models.PositiveIntegerField(label, null=True, blank=True, validators=[_FITS])


def limit_check(max_links: int | None) -> None:
    """Refuse a limit of a post that nobody can mean; None is that of the role."""
    if max_links is not None and not 1 <= max_links <= MOST_LINKS:
        raise Refusal(
            _("The limit is a number of households from 1 to %(most)d; leave it empty for that of"
              " the role.") % {"most": MOST_LINKS},
            field="max_links",
        )  # fmt: skip
