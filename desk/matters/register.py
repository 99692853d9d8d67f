"""Register a matter somebody brought: at the counter, by phone, in a meeting, on a visit."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.gate import SignedInRequest, allow
from accounts.models import User
from accounts.reads import Read, note_read
from casework.issues import issue_register
from casework.models import Campaign, Issue, Topic
from desk.byhand.fields import AreaChoice, Day, HandForm, PlainText, areas_listed, areas_seen
from desk.byhand.picking import Place, pick_config
from desk.tables.words import REGISTERS
from grids.naming import area_labels
from grids.scope import scope_of
from households.finding import households_found
from households.models import Household
from lib.clock import today
from lib.errors import Refusal

MOST_FOUND = 12
#: What staff write down themselves; the hotline and residents have ways of their own.
SOURCES = [
    (value, Issue.Source(value).label)
    for value in ("counter", "phone", "visit", "meeting", "reception")
]


class TopicChoice(forms.ModelChoiceField):
    """Topics with their subject before them."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{dict(Issue.Subject.choices).get(obj.subject, obj.subject)} · {obj}"


class RegisterForm(HandForm):
    """A matter: what, where or of whom, and how it came."""

    title = PlainText(label=gettext_lazy("In one sentence"), max_length=120)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=Issue.Kind.choices, widget=forms.RadioSelect
    )
    subject = forms.ChoiceField(
        label=gettext_lazy("Subject"), choices=[("", "—"), *Issue.Subject.choices]
    )
    area = AreaChoice(
        label=gettext_lazy("Place: township, village, grid or unit"), max_length=120,
        required=False, of=areas_seen,
        widget=forms.TextInput(attrs={"list": "areas", "autocomplete": "off"}),
        help_text=gettext_lazy("By code or name; type part of it and choose."),
    )  # fmt: skip
    source = forms.ChoiceField(
        label=gettext_lazy("Came by"), choices=SOURCES, widget=forms.RadioSelect,
        initial="counter",
    )  # fmt: skip
    text = PlainText(
        label=gettext_lazy("More about it"), max_length=2000, required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip
    contact_way = PlainText(
        label=gettext_lazy("Contact way given"), max_length=60, required=False,
        help_text=gettext_lazy("Only for this matter: the department sees it."),
    )  # fmt: skip
    urgent = forms.BooleanField(
        label=gettext_lazy("urgent: to be answered within 24 hours"), required=False
    )
    q = PlainText(
        label=gettext_lazy("Find the household"), max_length=60, required=False,
        help_text=gettext_lazy("Name, address, number or end of the phone"),
    )  # fmt: skip
    household = forms.UUIDField(required=False)
    point = Place(
        label=gettext_lazy("Pin at a public place: longitude, latitude (WGS 84)"),
        max_length=40, required=False,
    )  # fmt: skip
    topic = TopicChoice(
        label=gettext_lazy("Topic"), queryset=Topic.objects.all(), required=False, empty_label="—"
    )
    people = forms.IntegerField(
        label=gettext_lazy("People concerned"), min_value=1, max_value=999_999, initial=1
    )
    campaign = forms.ChoiceField(label=gettext_lazy("Campaign"), required=False)
    on = Day(label=gettext_lazy("Registered on"))
    amount = forms.DecimalField(
        label=gettext_lazy("Amount in dispute, yuan"), min_value=0, max_digits=14,
        decimal_places=2, required=False,
    )  # fmt: skip
    agreement = forms.ChoiceField(
        label=gettext_lazy("Agreement"), choices=[("", "—"), *Issue.Agreement.choices],
        required=False,
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].user = user  # type: ignore[attr-defined]
        self.fields["on"].initial = today()
        names = Campaign.objects.order_by("name").values_list("name", flat=True)
        campaign = self.fields["campaign"]
        assert isinstance(campaign, forms.ChoiceField)
        campaign.choices = [("", "—"), *((name, name) for name in names)]
        self.fields["kind"].error_messages["required"] = _("Choose the kind of matter.")
        self.fields["subject"].error_messages["required"] = _("Choose the subject of the matter.")
        self.fields["title"].error_messages["required"] = _("Say in a sentence what the matter is.")

    def clean_on(self) -> Any:
        """Registered today or earlier."""
        if self.cleaned_data["on"] > today():
            raise forms.ValidationError(_("Choose a day up to today."))
        return self.cleaned_data["on"]

    @property
    def further_open(self) -> bool:
        """Whether something beneath "further" was filled in or is to be mended."""
        further = ("topic", "point", "campaign", "amount", "agreement")
        if not self.is_bound:
            return False
        return any(self.data.get(name) or name in self.errors for name in (*further, "people"))


@require_http_methods(["GET", "POST"])
@allow(*REGISTERS)
def page(request: SignedInRequest) -> HttpResponse:
    """The form; ``household`` in the address or chosen from those found; else a place."""
    user = request.user
    form = RegisterForm(request.POST or None, user=user)
    household = _household(user, request.POST.get("household") or request.GET.get("household"))
    found: list[Household] = []
    if request.method == "POST" and request.POST.get("find"):
        found = list(
            households_found(user, request.POST.get("q", "").strip(), on=today())
            .order_by("head_name", "pk")[:MOST_FOUND]
        ) if request.POST.get("q", "").strip() else []  # fmt: skip
    elif form.is_valid():
        given = {
            name: value for name, value in form.cleaned_data.items()
            if name not in ("q", "household", "area")
        }  # fmt: skip
        try:
            issue = issue_register(
                **given, household=household,
                area=None if household else form.cleaned_data["area"], by=user,
            )  # fmt: skip
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return redirect("issue", issue.pk)
    shown = [*found, *([household] if household else [])]
    places = area_labels({one.path for one in shown}, on=today())
    note_read(request, Read("household.find", "issue", len(shown), "P2"))
    context = {
        "form": form, "household": household, "searched": bool(request.POST.get("find")),
        "place": places[household.path]["name"] if household else "",
        "found": [{"household": one, "place": places[one.path]["name"]} for one in found],
        "areas": areas_listed(user, areas_seen), "today": today(),
        "proposed": form.fields["area"].proposed,  # type: ignore[attr-defined]
        "pick": pick_config(user), "has_area": bool(scope_of(user).areas),
    }  # fmt: skip
    wrong = request.method == "POST" and not request.POST.get("find")
    if request.POST.get("find"):
        form.errors.clear()
    return render(request, "desk/matters/register.html", context, status=400 if wrong else 200)


def _household(user: User, text: str | None) -> Household | None:
    """The household named, where the person may read it."""
    try:
        key = UUID(text or "")
    except ValueError:
        return None
    return Household.objects.visible_to(user).open_on(today()).filter(pk=key).first()
