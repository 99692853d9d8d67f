"""Order a draft: for which area, from which roles, within which limits; told before the button."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.gate import SignedInRequest, allow
from accounts.models import User
from casework.tasks import number_now
from desk.byhand.fields import AreaChoice, HandForm, PlainText, areas_listed, areas_seen
from grids.asked import asked_area
from grids.models import Area, Role
from grids.naming import area_json, name_from_afar
from grids.paths import at_and_above
from grids.querysets import beneath
from grids.scope import scope_of
from households.candidates import Candidate, candidates
from lib.clock import today
from lib.errors import Refusal
from planning.matching.drafts import draft_order
from planning.matching.options import Weights

MOST = 500
FARTHEST = 500
#: How much a reason counts beside the others, in words: so many times the usual.
HEAVY = [
    ("0", gettext_lazy("not at all")), ("1", gettext_lazy("normally")),
    ("3", gettext_lazy("much")),
]  # fmt: skip
USUAL = Weights()
NORMAL = "1"
WEIGHTS = {
    "distance": gettext_lazy("Near"),
    "skills": gettext_lazy("Skills that fit"),
    "known": gettext_lazy("Who knows the household already"),
    "hard": gettext_lazy("Hardest households to village leads"),
}


def areas_to_plan(user: User) -> Any:
    """Townships, villages and grids one manages."""
    within = beneath(scope_of(user).manage)
    return areas_seen(user).filter(within, level__in=("township", "village", "grid"))


def area_of(request: SignedInRequest, *, on: date) -> Area:
    """The area the address names, or the nearest one a draft can be made for.

    Not found where somebody manages nothing there.
    """
    area = asked_area(request.user, request.GET.get("area"), on=on)
    fits = areas_to_plan(request.user)
    found = fits.filter(path__in=at_and_above(area.path)).order_by("-path").first()
    found = found or fits.filter(beneath([area.path])).order_by("path").first()
    if found is None:
        raise Http404
    return found


class OrderForm(HandForm):
    """What a draft is made of. Limits are one field to a role, left empty for the usual ones."""

    area = AreaChoice(
        of=areas_to_plan, label=gettext_lazy("Area"), max_length=120,
        widget=forms.TextInput(attrs={"list": "areas", "autocomplete": "off"}),
    )  # fmt: skip
    name = PlainText(
        label=gettext_lazy("Name of the draft (may stay empty)"), max_length=60, required=False
    )
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Who may become a contact"), widget=forms.CheckboxSelectMultiple
    )
    minimum = forms.IntegerField(
        label=gettext_lazy("At least so many each, if anybody gets some"), min_value=0,
        max_value=MOST, required=False,
    )  # fmt: skip
    reach = forms.DecimalField(
        label=gettext_lazy("Not farther than (km)"), min_value=0, max_value=FARTHEST,
        decimal_places=1, required=False,
    )  # fmt: skip

    approval = forms.BooleanField(
        label=gettext_lazy("Only after a leader has approved the sums"), required=False
    )

    def __init__(self, *args: Any, user: User, roles: list[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["area"]
        field.user = user
        choice: Any = self.fields["roles"]
        choice.choices = [(role.pk, str(role)) for role in roles]
        choice.error_messages["required"] = _("Choose at least one role.")
        for role in roles:
            self.fields[f"most_{role.pk}"] = forms.IntegerField(
                label=str(role), min_value=1, max_value=MOST, required=False,
                widget=forms.NumberInput(attrs={"placeholder": role.max_links or _("no limit")}),
            )  # fmt: skip
        for key, label in WEIGHTS.items():
            self.fields[f"weight_{key}"] = forms.ChoiceField(
                label=label, choices=HEAVY, initial=NORMAL, required=False
            )

    def clean_reach(self) -> Any:
        """0 km would leave nobody out but everybody."""
        reach = self.cleaned_data["reach"]
        if reach is not None and not reach:
            raise forms.ValidationError(_("Write a distance above 0, or leave it empty."))
        return reach

    def options(self) -> dict[str, Any]:
        """What the solver is asked."""
        values = self.cleaned_data
        roles = values["roles"]
        return {
            "roles": roles,
            "limits": {role: values[f"most_{role}"] for role in roles if values[f"most_{role}"]},
            "minimum": values["minimum"] or 0,
            "reach": round(values["reach"] * 1000) if values["reach"] else None,
            "weights": {
                key: int(values[f"weight_{key}"] or NORMAL) * getattr(USUAL, key) for key in WEIGHTS
            },
            "approval": values["approval"],
        }


def roles_offered() -> list[Role]:
    """Roles whose holders may be a household's contact, but for those who only stand in."""
    return list(Role.objects.filter(may_link=True, is_backup=False).order_by("kind", "code"))


def told(area: Area, *, on: date) -> dict[str, Any]:
    """How many households have nobody, and for each role how many people have how much room.

    ``free`` is None where a role knows no limit: there is always room.
    """
    people: dict[str, dict[Any, Candidate]] = {}
    for one in candidates(area, on=on):
        people.setdefault(one.post.role_id, {})[one.post.person_id] = one
    room = {}
    for role, found in people.items():
        free = [None if c.most is None else max(0, c.most - c.links) for c in found.values()]
        room[role] = {
            "people": len(free), "free": None if None in free else sum(n or 0 for n in free)
        }  # fmt: skip
    offered = number_now(area, "gap", "handover", on=on)
    gap = number_now(area, "gap", "", on=on) - offered
    return {"gap": gap, "offered": offered, "room": room}


@require_http_methods(["GET", "POST"])
@allow("manager")
def new(request: SignedInRequest) -> HttpResponse:
    """The form; ``do=look`` tells about another area and keeps what was typed."""
    user, on, roles = request.user, today(), roles_offered()
    area = area_of(request, on=on)
    word = f"{getattr(area, 'code', '') or ''} {name_from_afar(area)}".strip()
    initial: dict[str, Any] = {"area": word, "roles": [role.pk for role in roles]}
    for role in roles:  # the limits of a "what if" come along
        initial[f"most_{role.pk}"] = request.GET.get(f"most_{role.pk}", "")[:4]
    form: Any = OrderForm(request.POST or None, initial=initial, user=user, roles=roles)
    looks = request.POST.get("do") == "look"
    if request.method == "POST":
        valid = form.is_valid()
        area = form.cleaned_data.get("area") or area
        if valid and not looks:
            try:
                draft = draft_order(
                    area=area, on=on, options=form.options(), name=form.cleaned_data["name"],
                    by=user,
                )  # fmt: skip
                return redirect("plan", draft.pk)
            except Refusal as refusal:
                form.refuse(refusal)
    about = told(area, on=on)
    rows = [
        {
            "role": role, "box": form[f"most_{role.pk}"],
            "room": about["room"].get(role.pk, {"people": 0, "free": 0}),
            "chosen": role.pk in (form["roles"].value() or []),
        }
        for role in roles
    ]  # fmt: skip
    children = Area.objects.filter(parent=area).exclude(level="unit").in_force(on).with_code(on)
    wrong = form.is_bound and bool(form.errors)
    context = {
        "form": form, "area": area_json(area), "name": name_from_afar(area), "gap": about["gap"],
        "offered": about["offered"],
        "rows": rows, "weights": [form[f"weight_{key}"] for key in WEIGHTS],
        "gap_over": 0 if (free := _free(rows)) is None else max(0, about["gap"] - free),
        "folded": not any(form[f"weight_{key}"].errors for key in WEIGHTS),
        "free": free, "areas": areas_listed(user, areas_to_plan),
        "proposed": form.fields["area"].proposed,
        "children": [area_json(child) for child in children.order_by("code", "path")],
        "parent": _above(user, area, on=on),
    }  # fmt: skip
    return render(request, "desk/plans/new.html", context, status=400 if wrong else 200)


def _free(rows: list[dict[str, Any]]) -> int | None:
    """Places free with the roles chosen; None where one of them has no limit."""
    free = [row["room"]["free"] for row in rows if row["chosen"]]
    return None if None in free else sum(free)


def _above(user: User, area: Area, *, on: date) -> dict[str, Any] | None:
    """The area above, where one manages that too."""
    above = Area.objects.with_code(on).filter(pk=area.parent_id).exclude(level="county").first()
    if above is None or not scope_of(user).manages(above.path):
        return None
    return area_json(above)
