"""Settings of the workflow: limits, who a subject is given to, words to answer with, campaigns."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.models import Campaign, DispatchRule, Issue, IssueLimit, ReplyTemplate
from config.configuring import ActAdmin
from grids.models import Area, Organisation
from grids.paths import at_and_above
from lib.clock import today

#: More working days than these nobody waits for an answer.
MOST_DAYS = 60
SUBJECTS = dict(Issue.Subject.choices)


def limit_effects(before: IssueLimit | None, limit: IssueLimit, *, on: date) -> list[str]:
    """Matters already registered keep the limit they were given."""
    if before is not None and before.days == limit.days:
        return []
    n = Issue.objects.filter(kind=limit.kind).exclude(state__in=Issue.FINISHED).count()
    return [_("%(n)d open matters keep the limit they have; it holds for new ones.") % {"n": n}]


def no_effects(before: Model | None, after: Model, *, on: date) -> list[str]:
    """Nothing on record changes by it."""
    return []


def campaign_effects(before: Campaign | None, campaign: Campaign, *, on: date) -> list[str]:
    """How many matters are counted in it."""
    n = Issue.objects.filter(campaign=campaign.name).count()
    return [_("%(n)d matters are counted in this campaign.") % {"n": n}] if n else []


class IssueLimitForm(forms.ModelForm):
    """Working days for one of the kinds."""

    days = forms.IntegerField(label=gettext_lazy("working days"), min_value=1, max_value=MOST_DAYS)

    class Meta:
        model = IssueLimit
        fields = ("days",)


class IssueLimitAdmin(ActAdmin):
    """Working days to answer each kind of matter; the kinds are fixed."""

    touches = staticmethod(limit_effects)
    form = IssueLimitForm
    list_display = ("__str__", "days")
    list_display_links = ("__str__",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


class SubjectFilter(admin.SimpleListFilter):
    """The subjects by their names; the column holds their keys."""

    title = gettext_lazy("Subject")
    parameter_name = "subject"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return Issue.Subject.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(subject=self.value()) if self.value() else queryset


class DispatchRuleForm(forms.ModelForm):
    """A department for a subject, or one topic of it, within an area."""

    subject = forms.ChoiceField(label=gettext_lazy("Subject"), choices=Issue.Subject.choices)

    class Meta:
        model = DispatchRule
        fields = ("area", "subject", "topic", "organisation")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        topic, area, to = given.get("topic"), given.get("area"), given.get("organisation")
        if topic and topic.subject != given.get("subject"):
            self.add_error("topic", _("Choose a topic of this subject."))
        if area and to and to.area.path not in at_and_above(area.path):
            self.add_error(
                "organisation",
                _("This department belongs to another place: choose one of the area, or of one"
                  " above it."),
            )  # fmt: skip
        return given


class DispatchRuleAdmin(ActAdmin):
    """Which department is suggested; whoever gives a matter out may choose another."""

    touches = staticmethod(no_effects)
    form = DispatchRuleForm
    list_display = ("subject_label", "topic", "area", "organisation")
    list_select_related = ("topic", "area", "organisation")
    list_filter = (SubjectFilter,)
    ordering = ("area__path", "subject")

    @admin.display(description=gettext_lazy("Subject"))
    def subject_label(self, rule: DispatchRule) -> str:
        return str(SUBJECTS.get(rule.subject, rule.subject))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "area":
            kwargs["queryset"] = Area.objects.in_force(today()).filter(
                level__in=[Area.Level.COUNTY, Area.Level.TOWNSHIP, Area.Level.VILLAGE]
            )
        if db_field.name == "organisation":
            kwargs["queryset"] = Organisation.objects.filter(
                kind=Organisation.Kind.DEPARTMENT
            ).order_by("name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class ReplyTemplateForm(forms.ModelForm):
    """Words to answer with: for one subject, or for all."""

    subject = forms.ChoiceField(
        label=gettext_lazy("Subject"), required=False,
        choices=[("", gettext_lazy("all subjects")), *Issue.Subject.choices],
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("Text"), max_length=400, widget=forms.Textarea(attrs={"rows": 4})
    )

    class Meta:
        model = ReplyTemplate
        fields = ("title", "text", "subject")


class ReplyTemplateAdmin(ActAdmin):
    """Reply templates of the county."""

    touches = staticmethod(no_effects)
    form = ReplyTemplateForm
    list_display = ("title", "text")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True


class CampaignForm(forms.ModelForm):
    """Name and decimals of a campaign."""

    class Meta:
        model = Campaign
        fields = ("name", "decimals")

    def clean_decimals(self) -> int:
        """Percent with at most two decimals, as offices publish them."""
        if self.cleaned_data["decimals"] > 2:
            raise ValidationError(_("Choose 0, 1 or 2 decimals."))
        return self.cleaned_data["decimals"]


class CampaignAdmin(ActAdmin):
    """Sweeps and lists to be put right; the name is what matters carry, so it stays."""

    touches = staticmethod(campaign_effects)
    form = CampaignForm
    list_display = ("name", "decimals")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("name",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return isinstance(obj, Campaign) and not Issue.objects.filter(campaign=obj.name).exists()
