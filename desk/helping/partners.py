"""Partner organisations and party branches: whom they help, what they offer, what was taken up."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django import forms
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gate import SignedInRequest, allow
from accounts.models import User
from accounts.reads import Read, note_read
from casework.models import CommunityRegistration, Issue, Offer
from casework.partners import (
    OFFER_UNITS,
    agreement_change,
    agreement_end,
    latest_registrations,
    offer_add,
    offer_change,
    offers_of,
    organisations_visible_to,
    pairings_visible_to,
    registration_record,
    uptake_record,
    version_of,
)
from desk.acts import done
from desk.byhand.fields import Day, HandForm, PlainText
from desk.helping.fields import NOT_CHOSEN, Number, PlaceChoice, places_listed
from desk.tables.exports import XLSX
from desk.tables.words import SEES_AREAS
from grids.models import Organisation, Pairing
from grids.naming import area_labels
from grids.querysets import beneath
from grids.scope import scope_of
from grids.services import organisation_create, pairing_start
from jobs.acts import act
from lib.books import Sheet, book_write
from lib.clock import today
from lib.errors import Outdated, Refusal

PAGE = 50
#: Kinds that help without handling matters; a department that is paired is listed, too.
KINDS = (Organisation.Kind.PARTNER, Organisation.Kind.PARTY, Organisation.Kind.UNIT)
HEADER = ("单位", "类别", "结对区域", "协议起", "协议止", "共建项目", "事项类别", "数量",
          "计量单位", "已认领", "剩余", "认领次数", "受益人数", "截止")  # fmt: skip


class AgreementForm(HandForm):
    """An agreement with an area, of an organisation on record or a new one."""

    name = PlainText(label=gettext_lazy("Name of the organisation"), max_length=80)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[choice for choice in Organisation.Kind.choices if choice[0] in KINDS],
    )
    area = PlaceChoice(
        label=gettext_lazy("Helps which area"), max_length=120,
        widget=forms.TextInput(attrs={"list": "areas", "autocomplete": "off"}),
        help_text=gettext_lazy("By code or name; type part of it and choose."),
    )  # fmt: skip
    on = Day(label=gettext_lazy("From"))
    end = Day(
        label=gettext_lazy("Until (not included)"), required=False,
        help_text=gettext_lazy("Empty: until it is ended."),
    )  # fmt: skip
    agreement = PlainText(label=gettext_lazy("Agreement"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        """An agreement ends after it has begun."""
        given = super().clean() or {}
        if given.get("on") and given.get("end") and given["end"] <= given["on"]:
            self.add_error("end", _("Choose a day after the first."))
        return given


class OfferForm(HandForm):
    """Something that is offered under an agreement."""

    title = PlainText(label=gettext_lazy("What is offered"), max_length=120)
    subject = forms.ChoiceField(
        label=gettext_lazy("Subject"), choices=Issue.Subject.choices, initial=Issue.Subject.OTHER
    )
    quantity = Number(label=gettext_lazy("Quantity"), required=False)
    unit = forms.ChoiceField(
        label=gettext_lazy("Unit"), required=False,
        choices=[*NOT_CHOSEN, *((unit, unit) for unit in OFFER_UNITS)],
    )  # fmt: skip
    until = Day(label=gettext_lazy("Until"), required=False)


class TermsForm(HandForm):
    """When an agreement runs and what it is called, to be put right."""

    on = Day(label=gettext_lazy("From"))
    end = Day(label=gettext_lazy("Until (not included)"), required=False)
    agreement = PlainText(label=gettext_lazy("Agreement"), max_length=200, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


class OfferChangeForm(OfferForm):
    """An offer to be put right."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class UptakeForm(HandForm):
    """A part of an offer that was taken up."""

    on = Day(label=gettext_lazy("Date"))
    quantity = Number(label=gettext_lazy("Quantity taken up"), required=False)
    people = forms.IntegerField(
        label=gettext_lazy("People helped"), min_value=1, max_value=2_000_000_000, required=False
    )
    note = PlainText(label=gettext_lazy("Note"), max_length=200, required=False)


class RegistrationForm(HandForm):
    """Members registered at a community by a day: a number, no names."""

    area = PlaceChoice(
        label=gettext_lazy("Community"),
        max_length=120,
        widget=forms.TextInput(attrs={"list": "areas", "autocomplete": "off"}),
    )
    on = Day(label=gettext_lazy("As of"))
    members = forms.IntegerField(
        label=gettext_lazy("Members registered"), min_value=0, max_value=1_000_000,
        help_text=gettext_lazy("A number only; nobody is named."),
    )  # fmt: skip


class EndForm(HandForm):
    """From when an agreement is over."""

    on = Day(label=gettext_lazy("Ends on"))


def partners_of(user: User) -> Any:
    """Organisations that are paired with areas one sees, and those of a kind that helps."""
    pairings = pairings_visible_to(user)
    paired = Exists(pairings.filter(organisation=OuterRef("pk")))
    return (
        organisations_visible_to(user)
        .filter(Q(paired) | Q(kind__in=KINDS[:2]))
        .annotate(
            agreements=Count(
                "pairings", distinct=True,
                filter=Q(pairings__in=pairings.filter(during__contains=today())),
            ),
        )
        .order_by("name", "pk")
    )  # fmt: skip


@require_GET
@allow(*SEES_AREAS)
def home(request: SignedInRequest) -> HttpResponse:
    """Partners with the areas they help today and how many offers are on the list."""
    user, on = request.user, today()
    page = Paginator(partners_of(user), PAGE).get_page(request.GET.get("page"))
    shown = list(page)
    running = pairings_visible_to(user).filter(
        organisation__in=[one.pk for one in shown], during__contains=on
    )
    running = running.select_related("area").annotate(n=Count("offers")).order_by("area__path")
    places = area_labels({one.area.path for one in running}, on=on)
    lines: dict[Any, dict[str, Any]] = {
        one.pk: {"organisation": one, "areas": [], "offers": 0} for one in shown
    }
    for pairing in running:
        line = lines[pairing.organisation_id]
        line["areas"].append(places[pairing.area.path]["name"])
        line["offers"] += pairing.n
    context = {"page": page, "lines": list(lines.values()), "manages": bool(scope_of(user).manage)}
    return render(request, "desk/helping/partners.html", context)


@allow("manager")
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Enter an agreement; an organisation of this name in the township is taken, else made."""
    user = request.user
    given = {"on": today(), "name": request.GET.get("name", "")[:80]}
    form: Any = AgreementForm(request.POST or None, initial=given)
    form.fields["area"].user = user
    if form.is_valid():
        values = form.cleaned_data
        area = values["area"]
        try:
            with act(
                verb="agreement", by=user, path=area.path, on=today(), subject=area,
                sentence=_("The agreement of %(name)s with %(area)s was entered.")
                % {"name": values["name"], "area": area.name},
            ) as made:  # fmt: skip
                organisation = _organisation(user, values)
                pairing_start(
                    organisation=organisation, area=area, on=values["on"], end=values["end"],
                    agreement=values["agreement"], by=user,
                )  # fmt: skip
            return done(reverse("organisation", args=[organisation.pk]), made)
        except Refusal as refusal:
            form.refuse(refusal)
    context = {
        "form": form, "areas": places_listed(user), "proposed": form.fields["area"].proposed,
        "names": list(partners_of(user).values_list("name", flat=True)[:200]),
    }  # fmt: skip
    wrong = form.is_bound and form.errors
    return render(request, "desk/helping/partner_form.html", context, status=400 if wrong else 200)


def _organisation(user: User, values: dict[str, Any]) -> Organisation:
    """The organisation of a name that one sees; else a new one of the area's township."""
    found = organisations_visible_to(user).filter(name=values["name"]).first()
    if found is not None:
        return found
    area = values["area"]
    home = area
    while home.parent is not None and scope_of(user).manages(home.parent.path):
        home = home.parent
    return organisation_create(name=values["name"], area=home, kind=values["kind"], by=user)


def organisation_or_404(user: User, key: UUID) -> Organisation:
    """An organisation one may see."""
    found = organisations_visible_to(user).select_related("area").filter(pk=key).first()
    if found is None:
        raise Http404
    return found


@require_GET
@allow(*SEES_AREAS)
def page(request: SignedInRequest, key: UUID) -> HttpResponse:
    """One organisation: its agreements, its offers and their uptake, its registrations."""
    return show(request, organisation_or_404(request.user, key))


def show(
    request: SignedInRequest, organisation: Organisation, wrong: dict[Any, Any] | None = None
) -> HttpResponse:
    """Draw the page; ``wrong`` holds the one form that was refused, by its name and key."""
    user, on = request.user, today()
    scope, wrong = scope_of(user), wrong or {}
    pairings = pairings_visible_to(user).filter(organisation=organisation)
    found = list(pairings.select_related("area").order_by("-during", "area__path"))
    offers = list(offers_of(pairings))
    registered = latest_registrations(
        CommunityRegistration.objects.filter(
            beneath(scope.areas, "area__path"), organisation=organisation
        )
    )
    places = area_labels(
        {one.area.path for one in found} | {one.area.path for one in registered}, on=on
    )
    agreements = []
    for pairing in found:
        manages = scope.manages(pairing.area.path)
        agreements.append(
            {
                "pairing": pairing, "place": places[pairing.area.path]["name"],
                "running": on in pairing.during, "manages": manages,
                "ends": wrong.get(("end", pairing.pk)) or EndForm(initial={"on": on}, prefix="e"),
                "adds": wrong.get(("offer", pairing.pk)) or OfferForm(prefix="o"),
                "open": ("offer", pairing.pk) in wrong, "ending": ("end", pairing.pk) in wrong,
                "terms": wrong.get(("terms", pairing.pk)) or _terms(pairing),
                "changing": ("terms", pairing.pk) in wrong,
                "offers": [
                    _offer_line(offer, wrong, on) for offer in offers
                    if offer.pairing_id == pairing.pk
                ],
            }
        )  # fmt: skip
    form: Any = wrong.get(("registration", organisation.pk)) or RegistrationForm(
        initial={"on": on}, prefix="r"
    )
    context = {
        "organisation": organisation, "agreements": agreements,
        "registered": [(one, places[one.area.path]["name"]) for one in registered],
        "registration": form, "registering": ("registration", organisation.pk) in wrong,
        "manages": bool(scope.manage), "areas": places_listed(user) if scope.manage else [],
        "proposed": form.fields["area"].proposed,
    }  # fmt: skip
    return render(request, "desk/helping/organisation.html", context, status=400 if wrong else 200)


def _offer_line(offer: Any, wrong: dict[Any, Any], on: Any) -> dict[str, Any]:
    left = None if offer.quantity is None else offer.quantity - (offer.taken or 0)
    return {
        "offer": offer, "left": left, "used_up": left == 0,
        "over": offer.until is not None and offer.until < on,
        "form": wrong.get(("uptake", offer.pk)) or UptakeForm(initial={"on": on}, prefix="u"),
        "open": ("uptake", offer.pk) in wrong,
        "change": wrong.get(("change", offer.pk)) or _offer_form(offer),
        "changing": ("change", offer.pk) in wrong,
    }  # fmt: skip


def _terms(pairing: Pairing) -> TermsForm:
    during = pairing.during
    return TermsForm(prefix=f"t{pairing.pk}", initial={
        "on": during.lower, "end": during.upper, "agreement": pairing.agreement,
        "version": version_of(pairing),
    })  # fmt: skip


def _offer_form(offer: Offer) -> OfferChangeForm:
    names = ("title", "subject", "quantity", "unit", "until")
    given = {name: getattr(offer, name) for name in names}
    return OfferChangeForm(
        prefix=f"c{offer.pk}", initial={**given, "version": version_of(offer)}
    )  # fmt: skip


def _again(form: Any, outdated: Outdated) -> Any:
    """What was typed once more, for the row as it stands now."""
    data = form.data.copy()
    data[form.add_prefix("version")] = str(version_of(outdated.row))
    again = type(form)(data, prefix=form.prefix)
    again.is_valid()
    again.refuse(outdated)
    return again


def _saved(
    request: SignedInRequest, organisation: Organisation, form: Any, name: tuple[str, Any],
    *, verb: str, path: str, sentence: str, deed: Callable[[dict[str, Any]], Any],
) -> HttpResponse:  # fmt: skip
    """Do what a form on the page asks as one act; what is refused stands beside its field."""
    if form.is_valid():
        try:
            with act(
                verb=verb, by=request.user, path=path or form.cleaned_data["area"].path,
                on=today(), subject=organisation, sentence=sentence,
            ) as made:  # fmt: skip
                deed(form.cleaned_data)
            return done(reverse("organisation", args=[organisation.pk]), made)
        except Outdated as outdated:
            form = _again(form, outdated)
        except Refusal as refusal:
            form.refuse(refusal)
    return show(request, organisation, {name: form})


def _pairing_or_404(user: User, key: int) -> Pairing:
    found = pairings_visible_to(user).filter(pk=key)
    pairing = found.select_related("area", "organisation").first()
    if pairing is None or not scope_of(user).manages(pairing.area.path):
        raise Http404
    return pairing


@require_POST
@allow("manager")
def end(request: SignedInRequest, key: int) -> HttpResponse:
    """End an agreement."""
    pairing = _pairing_or_404(request.user, key)
    return _saved(
        request, pairing.organisation, EndForm(request.POST, prefix="e"), ("end", pairing.pk),
        verb="agreement-end", path=pairing.area.path,
        sentence=_("The agreement with %s was ended.") % pairing.area.name,
        deed=lambda given: agreement_end(pairing=pairing, by=request.user, **given),
    )  # fmt: skip


@require_POST
@allow("manager")
def terms(request: SignedInRequest, key: int) -> HttpResponse:
    """Change when an agreement runs and what it is called."""
    pairing = _pairing_or_404(request.user, key)
    form = TermsForm(request.POST, prefix=f"t{pairing.pk}")
    return _saved(
        request, pairing.organisation, form, ("terms", pairing.pk),
        verb="agreement-change", path=pairing.area.path,
        sentence=_("The agreement with %s was changed.") % pairing.area.name,
        deed=lambda given: agreement_change(pairing=pairing, by=request.user, **given),
    )  # fmt: skip


@require_POST
@allow("manager")
def offer_edit(request: SignedInRequest, key: int) -> HttpResponse:
    """Change what is offered, how much and until when."""
    found = Offer.objects.filter(pk=key).select_related("pairing").first()
    if found is None:
        raise Http404
    pairing = _pairing_or_404(request.user, found.pairing_id)
    form = OfferChangeForm(request.POST, prefix=f"c{found.pk}")
    return _saved(
        request, pairing.organisation, form, ("change", found.pk),
        verb="offer-change", path=pairing.area.path,
        sentence=_("The offer “%s” was changed.") % found.title,
        deed=lambda given: offer_change(offer=found, by=request.user, **given),
    )  # fmt: skip


@require_POST
@allow("manager")
def offer(request: SignedInRequest, key: int) -> HttpResponse:
    """Put an offer on the list of an agreement."""
    pairing = _pairing_or_404(request.user, key)
    return _saved(
        request, pairing.organisation, OfferForm(request.POST, prefix="o"), ("offer", pairing.pk),
        verb="offer", path=pairing.area.path, sentence=_("The offer was put on the list."),
        deed=lambda given: offer_add(pairing=pairing, by=request.user, **given),
    )  # fmt: skip


@require_POST
@allow("manager")
def uptake(request: SignedInRequest, key: int) -> HttpResponse:
    """Record that a part of an offer was taken up."""
    found = Offer.objects.filter(pk=key).select_related("pairing").first()
    if found is None:
        raise Http404
    pairing = _pairing_or_404(request.user, found.pairing_id)
    return _saved(
        request, pairing.organisation, UptakeForm(request.POST, prefix="u"), ("uptake", found.pk),
        verb="uptake", path=pairing.area.path,
        sentence=_("What was taken up of “%s” was recorded.") % found.title,
        deed=lambda given: uptake_record(
            offer=found, current=today(), by=request.user, **given),
    )  # fmt: skip


@require_POST
@allow("manager")
def registration(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Record how many members had registered at a community by a day."""
    organisation = organisation_or_404(request.user, key)
    form: Any = RegistrationForm(request.POST, prefix="r")
    form.fields["area"].user = request.user
    return _saved(
        request, organisation, form, ("registration", organisation.pk),
        verb="registration", path="", sentence=_("The number of members registered was recorded."),
        deed=lambda given: registration_record(
            organisation=organisation, current=today(), by=request.user, **given),
    )  # fmt: skip


@require_POST
@allow("manager")
def offers_file(request: SignedInRequest) -> HttpResponseBase:
    """The list of offers and their uptake (共建清单) of the areas one manages, as a workbook."""
    scope = scope_of(request.user)
    pairings = Pairing.objects.filter(beneath(scope.manage, "area__path"))
    out = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    rows = book_write(out, [Sheet("共建清单", HEADER, _offer_rows(pairings))])
    note_read(request, Read("export.offers", ",".join(scope.manage)[:120], rows, "P0"))
    out.seek(0)
    return FileResponse(
        out, as_attachment=True, filename=f"共建清单_{today():%Y%m%d}.xlsx", content_type=XLSX
    )


def _offer_rows(pairings: Any) -> Iterator[tuple[str, ...]]:
    for one in offers_of(pairings).iterator(chunk_size=2000):
        pairing = one.pairing
        left = None if one.quantity is None else one.quantity - (one.taken or 0)
        yield (
            pairing.organisation.name, str(pairing.organisation.get_kind_display()),
            pairing.area.name, _day(pairing.during.lower), _day(pairing.during.upper), one.title,
            str(one.get_subject_display()), _plain(one.quantity), one.unit, _plain(one.taken),
            _plain(left), str(one.times), str(one.people or ""), _day(one.until),
        )  # fmt: skip


def _day(value: Any) -> str:
    return value.isoformat() if value else ""


def _plain(value: Any) -> str:
    """A number without zeros behind the point; empty where there is none."""
    return "" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")
