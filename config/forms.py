"""Forms of the configuration: what does not fit together is refused in a sentence."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.models import Organisation, Role
from households.models import NeedKind


class RoleForm(forms.ModelForm):
    """Label, limit and where a role is required."""

    class Meta:
        model = Role
        fields = (
            "code", "label", "label_en", "kind", "may_link", "is_backup", "max_links",
            "required_at", "required_count",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        links = given.get("may_link") or given.get("is_backup")
        if given.get("max_links") == 0:
            self.add_error(
                "max_links",
                _("The limit must be at least 1. Leave it empty for no limit; to stop new"
                  " contacts, take away “may be a household's contact”."),
            )  # fmt: skip
        elif given.get("max_links") and not links:
            self.add_error(
                "max_links", _("A limit needs a role that may be a household's contact.")
            )
        if given.get("required_at") and given.get("required_count") == 0:
            self.add_error(
                "required_count",
                _("Where the role is required, at least 1 person is. Leave “required at each”"
                  " empty if it is required nowhere."),
            )  # fmt: skip
        return given


class NeedKindForm(forms.ModelForm):
    """Cadence, key flag and first contact of a kind of need."""

    class Meta:
        model = NeedKind
        fields = (
            "label", "label_en", "cadence", "is_key", "first_within_days", "help_to_move",
            "position",
        )  # fmt: skip
        labels = {"position": gettext_lazy("place in lists")}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first = given.get("first_within_days")
        if self.instance.code == "LINSHI" and not first and not self.errors:
            self.add_error(
                "first_within_days",
                _("Sudden hardship needs a first contact within days: enter at least 1."),
            )
        elif first is not None and not given.get("cadence") and not given.get("is_key"):
            self.add_error(
                "first_within_days",
                _("A kind with neither cadence nor key flag is not counted, so its first contact"
                  " would never be due. Choose a cadence, mark it as key, or leave this empty."),
            )  # fmt: skip
        return given


class OrganisationForm(forms.ModelForm):
    """Name, kind and place of an organisation."""

    class Meta:
        model = Organisation
        fields = ("name", "kind", "area", "parent")
        labels = {"parent": gettext_lazy("part of")}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        above = given.get("parent")
        while above is not None:
            if above.pk == self.instance.pk:
                self.add_error("parent", _("An organisation cannot belong to itself."))
                break
            above = above.parent
        area = given.get("area") or (self.instance.area if self.instance.area_id else None)
        same = Organisation.objects.filter(area=area, name=given.get("name"))
        if same.exclude(pk=self.instance.pk).exists():
            self.add_error("name", _("This area already has an organisation of this name."))
        return given
