"""The monthly sweep (动态摸排): a grid's whole list, confirmed or corrected in place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from accounts.gate import SignedInRequest, allow
from accounts.models import User
from accounts.reads import Read, note_read
from desk.acts import done
from desk.byhand.fields import HandForm, Phone
from desk.tables.actions import keys_of
from grids.appointing import WORK
from grids.models import Area
from grids.naming import area_labels
from grids.paths import path_length
from grids.querysets import beneath
from grids.scope import scope_of
from households.models import Household
from households.sweeping import month_of, sweep_change, sweep_confirm
from jobs.acts import act
from lib.clock import today
from lib.errors import Outdated, Refusal

SWEEPS = ("worker", "village_lead", "manager")
#: Households of a grid on one page; a grid has some hundreds.
SHOWN = 500
LEVELS = ("grid", "village")


class ChangeForm(HandForm):
    """What the sweep corrects of a household."""

    size = forms.IntegerField(
        label=gettext_lazy("Persons"), min_value=1, max_value=99, required=False
    )
    residence = forms.ChoiceField(
        label=gettext_lazy("Residence"), choices=Household.Residence.choices
    )
    phone = Phone(label=gettext_lazy("New phone number"), max_length=40, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


@dataclass(frozen=True)
class Row:
    """A household of the list. ``seen``: looked over this month."""

    household: Household
    seen: bool
    form: ChangeForm
    open: bool


@dataclass(frozen=True)
class Grid:
    """How far the sweep of one grid is."""

    area: Area
    name: str
    seen: int
    n: int


@dataclass(frozen=True)
class Village:
    """The grids of a village, and how far their sweep is together."""

    name: str
    grids: list[Grid]

    @property
    def seen(self) -> int:
        """Households looked over."""
        return sum(grid.seen for grid in self.grids)

    @property
    def n(self) -> int:
        """Households there are."""
        return sum(grid.n for grid in self.grids)


def by_village(grids: list[Grid]) -> list[Village]:
    """Grids under their villages, in the order of their codes."""
    found: dict[str, list[Grid]] = {}
    for grid in grids:
        found.setdefault(grid.area.path[: path_length("village")], []).append(grid)
    names = {path: label["name"] for path, label in area_labels(set(found), on=today()).items()}
    return [Village(names.get(path, grids[0].name), grids) for path, grids in found.items()]


def grids_of(user: User) -> list[Area]:
    """The grids somebody sweeps, and villages for what lies in no grid."""
    within = beneath(scope_of(user).needs)
    areas = Area.objects.filter(within, level__in=LEVELS).in_force(today())
    return list(areas.order_by("path"))


def progress(areas: list[Area], *, user: User) -> list[Grid]:
    """Of each grid how many of its households were looked over this month."""
    on = today()
    seen = Q(reviewed_on__gte=month_of(on))
    sums: dict[str, list[int]] = {}
    rows = (
        Household.objects.needs_within_posts_of(user).open_on(on)
        .values("path").annotate(n=Count("pk"), seen=Count("pk", filter=seen))
    )  # fmt: skip
    for row in rows:
        path = row["path"][: path_length("grid")]
        kept = sums.setdefault(path, [0, 0])
        kept[0] += row["seen"]
        kept[1] += row["n"]
    labels = area_labels({area.path for area in areas}, on=on)
    return [
        Grid(area, labels[area.path]["name"], *sums[area.path])
        for area in areas if area.path in sums
    ]  # fmt: skip


@allow(*SWEEPS)
def home(request: SignedInRequest) -> HttpResponse:
    """The grids one sweeps with how far each is; a single one opens at once."""
    grids = progress(grids_of(request.user), user=request.user)
    if len(grids) == 1:
        return show(request, grids[0])
    villages = by_village(grids)
    context = {
        "villages": villages, "few": len(villages) < 3, "today": today(),
        "seen": sum(grid.seen for grid in grids), "n": sum(grid.n for grid in grids),
    }  # fmt: skip
    return render(request, "desk/visits/sweeps.html", context)


@allow(*SWEEPS)
def page(request: SignedInRequest, key: UUID) -> HttpResponse:
    """One grid's list. A POST confirms the households ticked."""
    grid = grid_or_404(request.user, key)
    if request.method != "POST":
        return show(request, grid)
    keys = keys_of(request)
    try:
        with act(
            verb=f"{WORK}sweep", by=request.user, path=grid.area.path, on=today(),
            subject=grid.area,
        ) as deed:  # fmt: skip
            n = sweep_confirm(keys=keys, on=today(), by=request.user)
            deed.sentence = ngettext(
                "%(n)s household was looked over: no change.",
                "%(n)s households were looked over: no change.", n,
            ) % {"n": n}  # fmt: skip
    except Refusal as refusal:
        return show(request, grid, error=refusal.sentence)
    return done(address(request, grid), deed)


@require_POST
@allow(*SWEEPS)
def change(request: SignedInRequest, key: UUID, household: UUID) -> HttpResponse:
    """Correct one household without leaving the list."""
    grid = grid_or_404(request.user, key)
    found = Household.objects.needs_within_posts_of(request.user).filter(
        pk=household, path__startswith=grid.area.path
    ).first()  # fmt: skip
    if found is None:
        raise Http404
    form = ChangeForm(request.POST, prefix=str(found.pk))
    if form.is_valid():
        try:
            with act(
                verb=f"{WORK}sweep", by=request.user, path=found.path, on=today(), subject=found,
                sentence=_("%(name)s was corrected and looked over.") % {"name": found.head_name},
            ) as deed:  # fmt: skip
                sweep_change(
                    household=found, values=form.cleaned_data,
                    version=form.cleaned_data["version"], on=today(), by=request.user,
                )  # fmt: skip
            return done(address(request, grid), deed)
        except Outdated as outdated:
            form.add_error(None, _(
                "%(what)s Now: %(size)s persons, %(residence)s. Save again to put yours in place."
            ) % {"what": outdated.sentence, "size": outdated.row.size or "—",
                 "residence": outdated.row.get_residence_display()})  # fmt: skip
            again = request.POST.copy()
            again[form.add_prefix("version")] = str(outdated.row.version)
            form.data = again
        except Refusal as refusal:
            form.refuse(refusal)
    return show(request, grid, wrong=(found.pk, form))


def grid_or_404(user: User, key: UUID) -> Grid:
    """The grid within what somebody sweeps."""
    areas = [area for area in grids_of(user) if area.pk == key]
    for grid in progress(areas, user=user):
        return grid
    raise Http404


def address(request: SignedInRequest, grid: Grid) -> str:
    """The page of a grid, with only those not looked over where that was asked for."""
    return reverse("sweep-grid", args=[grid.area.pk]) + ("?rest=1" if "rest" in request.GET else "")


def show(
    request: SignedInRequest, grid: Grid, *, error: str = "",
    wrong: tuple[UUID, ChangeForm] | None = None,
) -> HttpResponse:  # fmt: skip
    """Draw the list of one grid; what was ticked stays ticked."""
    on = today()
    whole = Household.objects.needs_within_posts_of(request.user).open_on(on)
    if grid.area.level == "village":  # what lies in no grid
        whole = whole.filter(path=grid.area.path)
    else:
        whole = whole.filter(path__startswith=grid.area.path)
    if "rest" in request.GET:
        whole = whole.filter(Q(reviewed_on=None) | Q(reviewed_on__lt=month_of(on)))
    households = list(whole.order_by("address", "head_name", "pk")[:SHOWN])
    note_read(request, Read("sweep.list", grid.area.path, len(households), "P2"))
    rows = []
    for household in households:
        mine = wrong is not None and wrong[0] == household.pk
        form = wrong[1] if wrong and mine else ChangeForm(
            prefix=str(household.pk),
            initial={"size": household.size, "residence": household.residence,
                     "version": household.version},
        )  # fmt: skip
        seen = household.reviewed_on is not None and household.reviewed_on >= month_of(on)
        rows.append(Row(household, seen, form, mine))
    context: dict[str, Any] = {
        "grid": grid, "rows": rows, "rest": "rest" in request.GET, "error": error,
        "ticked": set(keys_of(request)), "today": on, "address": address(request, grid),
        "manages": scope_of(request.user).manages(grid.area.path),
    }  # fmt: skip
    bad = bool(error or wrong)
    return render(request, "desk/visits/sweep.html", context, status=400 if bad else 200)
