"""Whether a file is of the kind it was given as: a staff list holds no households."""

from __future__ import annotations

from typing import Any

from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib.errors import Refusal
from lib.tabular import Table, better_form

LABELS = {
    "households": gettext_lazy("Households"),
    "staff": gettext_lazy("Staff and posts"),
    "links": gettext_lazy("Named contacts"),
    "needs": gettext_lazy("A department's list of needs"),
    "answers": gettext_lazy("Answers of a department"),
    "tickets": gettext_lazy("Tickets of the hotline 12345"),
}


def kind_check(parsed: Any, kind: str, importers: dict[str, str]) -> None:
    """Refuse a table whose headers fit another kind of file clearly better."""
    if not isinstance(parsed, Table):
        return
    forms = {
        form: other
        for other, dotted in importers.items()
        if other != kind and (form := import_string(dotted).form) is not None
    }
    better = better_form(parsed, list(forms))
    if better is None:
        return
    found = forms[better]
    raise Refusal(
        _("By its columns this file holds “%(found)s”, not “%(kind)s”. Load it as “%(found)s” "
          "(command: import_%(command)s). If it is “%(kind)s” all the same, name one of its "
          "columns yourself.")
        % {
            "found": LABELS.get(found, found), "kind": LABELS.get(kind, kind), "command": found,
        },
        field="file",
    )  # fmt: skip
