"""Posts by hand: start one, change its limit, end it with the consequences said before.

Texts to find a place or a person are sent in the body, never in the address.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.forms.models import model_to_dict
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.gate import SignedInRequest, allow
from accounts.models import User
from accounts.reads import Read, note_read
from casework.leaving import Leaving, leaves_gap, leaving
from desk.acts import done
from desk.byhand.fields import HandForm
from desk.household import phone_of
from desk.staff import (
    GIVES,
    DetailsForm,
    OriginForm,
    PersonForm,
    asked_day,
    organisations_of,
    place_name,
    post_lines,
    post_or_404,
    roles_of,
)
from grids.appointing import configured_by, post_verb
from grids.models import Area, Organisation, Person, Post
from grids.naming import name_from_afar
from grids.paths import at_and_above
from grids.querysets import beneath
from grids.scope import scope_of
from grids.services import person_create, post_change, post_end, post_start
from households.candidates import Candidate
from households.leaving import post_end_to, successors
from households.links import Outcome
from jobs.acts import act
from jobs.models import Act
from lib.clock import today
from lib.codes import canonical
from lib.errors import Refusal

FOUND = 20
SENTENCE = 200


# Starting


@dataclass(frozen=True)
class Place:
    """Where a post may be held: ``value`` is what the form sends."""

    value: str
    name: str
    about: str


def place_of(area: Area | None, organisation: Organisation | None) -> Place:
    """A place as a choice."""
    if area is not None:
        return Place(f"area:{area.pk}", name_from_afar(area), area.get_level_display())
    assert organisation is not None
    return Place(f"unit:{organisation.pk}", organisation.name, organisation.get_kind_display())


def areas_of(user: User) -> Any:
    """Areas where somebody gives posts."""
    return Area.objects.filter(beneath([*scope_of(user).manage, *configured_by(user)]))


def chosen_place(user: User, value: str, on: date) -> tuple[Area | None, Organisation | None]:
    """The place a form or an address names; nothing where it names none of one's own."""
    kind, _colon, key = value.partition(":")
    try:
        pk = UUID(key)
    except ValueError:
        return None, None
    if kind == "area":
        return areas_of(user).in_force(on).filter(pk=pk).first(), None
    return None, organisations_of(user).select_related("area").filter(pk=pk).first()


def found_places(user: User, text: str, on: date) -> list[Place]:
    """Areas by name or code, and organisations by name."""
    named = Q(name__icontains=text)
    if text.isdigit():
        named |= Q(codes__code__startswith=text, codes__during__contains=on)
    # "第一网格" is in every village: the village's name before it tells which.
    village, _space, rest = text.partition(" ")
    if rest:
        villages = areas_of(user).filter(level="village", name__icontains=village)
        named |= beneath(villages.values_list("path", flat=True)) & Q(name__icontains=rest)
    areas = areas_of(user).in_force(on).filter(named).distinct().order_by("path")[:FOUND]
    units = organisations_of(user).filter(name__icontains=text)[:FOUND]
    return [place_of(area, None) for area in areas] + [place_of(None, unit) for unit in units]


def found_people(user: User, text: str, on: date) -> list[tuple[Person, str]]:
    """People one knows of by name or initials, with their posts in words."""
    fits = Q(initials__startswith=text.lower()) if text.isascii() else Q(name__contains=text)
    found = list(Person.objects.known_to(user).filter(fits).order_by("name")[:FOUND])
    posts: dict[UUID, list[str]] = {}
    held = Post.objects.known_to(user).live(on).filter(person__in=found)
    for post in held.select_related("role", "area", "organisation").order_by("path"):
        posts.setdefault(post.person_id, []).append(f"{post.role} {place_name(post)}")
    return [(person, "；".join(posts.get(person.pk, []))) for person in found]


@require_http_methods(["GET", "POST"])
@allow(*GIVES)
def new(request: SignedInRequest) -> HttpResponse:
    """Who, what, where, from when: one form; looking somebody up keeps what is typed."""
    user, on = request.user, today()
    data = request.POST if request.method == "POST" else opened_with(request, on)
    form = PersonForm(data if data.get("person") == "new" else None, user=user)
    details = DetailsForm(initial={"since": on, **{name: data[name] for name in data}})
    error: Refusal | None = None
    if data.get("do") == "start":
        details = DetailsForm(data)
        try:
            return started(request, data, form, details, on)
        except Refusal as refusal:
            error = beside(refusal, details, form)
    area, unit = chosen_place(user, data.get("place", ""), on)
    chosen = place_of(area, unit) if area or unit else None
    person = known_person(user, data.get("person", ""))
    starting = data.get("do") == "start"  # what is chosen by then needs no list any more
    place_text = "" if chosen and starting else data.get("place_text", "").strip()
    person_text = "" if person and starting else data.get("person_text", "").strip()
    places = found_places(user, place_text, on) if place_text else []
    people = found_people(user, person_text, on) if person_text else []
    context = {
        "form": form, "details": details, "mend": error, "typed": data, "error": error,
        "roles": roles_of(user),
        "chosen": chosen, "places": [place for place in places if place != chosen],
        "person": person, "people": [row for row in people if row[0] != person],
    }  # fmt: skip
    return render(request, "desk/post_new.html", context, status=400 if error else 200)


#: Fields of the form as the services call them.
CALLED = {"on": "since", "end": "until", "area": "place"}
CHOICES = ("place", "role", "person")


def beside(refusal: Refusal, *forms: HandForm | PersonForm) -> Refusal:
    """A refusal at the field it names; what names none of the page stands above it."""
    name = CALLED.get(refusal.field, refusal.field)
    for form in forms:
        if form.is_bound and name in form.fields:
            form.add_error(name, refusal.sentence)
            return mending()
    return Refusal(refusal.sentence, field=name if name in CHOICES else "")


def mending() -> Refusal:
    """What stands above a form whose fields say what is wrong."""
    return Refusal(_("Nothing was saved yet: see below what is to be mended."))


def opened_with(request: SignedInRequest, on: date) -> dict[str, str]:
    """What the address sets: area (a code or an id), role, person."""
    data = {"role": request.GET.get("role", ""), "person": request.GET.get("person", "")}
    code = request.GET.get("area", "")
    areas = areas_of(request.user).in_force(on)
    try:
        area = areas.by_code(canonical(code), on).first() if code.isdigit() else None
        area = area or (areas.filter(pk=UUID(code)).first() if "-" in code else None)
    except ValueError:
        area = None
    if area is not None:
        data["place"] = f"area:{area.pk}"
    return data


def known_person(user: User, key: str) -> Person | None:
    """A person by key, among those one knows of."""
    try:
        return Person.objects.known_to(user).filter(pk=UUID(key)).first()
    except ValueError:
        return None


def started(
    request: SignedInRequest, data: Any, form: PersonForm, details: DetailsForm, on: date
) -> HttpResponse:
    """Start the post, with the person where it is a new one; one act."""
    user = request.user
    area, unit = chosen_place(user, data.get("place", ""), on)
    if area is None and unit is None:
        raise Refusal(_("Look up the area or unit the post is for, and choose it."), field="place")
    role = next((r for r in roles_of(user) if r.pk == data.get("role")), None)
    if role is None:
        raise Refusal(_("Choose the role."), field="role")
    person = known_person(user, data.get("person", ""))
    if person is None and data.get("person") != "new":
        raise Refusal(_("Look the person up, or add a new one."), field="person")
    if not all([person is not None or form.is_valid(), details.is_valid()]):
        raise mending()
    given = dict(details.cleaned_data)
    since, end = given.pop("since") or on, given.pop("until")
    path = area.path if area else unit.area.path if unit else ""
    # The subject of the act is known before it is made: posts carry keys of their own.
    with act(verb=post_verb("post.start", role), by=user, path=path, on=on, subject=Post()) as deed:
        if person is None:
            person = person_create(**same_refused(user, form.values()))
        post = post_start(
            person=person,
            role=role,
            on=since,
            end=end,
            area=area,
            organisation=unit,
            by=user,
            **given,
        )
        deed.subject_key = str(post.pk)
        deed.sentence = _("%(name)s is %(role)s of %(place)s from %(day)s.") % {
            "name": person.name, "role": role, "place": place_name(post),
            "day": since.isoformat(),
        }  # fmt: skip
        deed.sentence = deed.sentence[:SENTENCE]
    return done(reverse("person", args=[person.pk]), deed)


def same_refused(user: User, values: dict[str, Any]) -> dict[str, Any]:
    """Refuse somebody who is on record already: the same name and phone, among those known."""
    for known in Person.objects.known_to(user).filter(name=values["name"].strip()):
        if values["phone"] and phone_of(known.phone_sealed) == values["phone"]:
            raise Refusal(
                _("%(name)s with this phone is on record already; look the person up.")
                % {"name": known.name},
                field="person",
            )
    return values


# One post


@require_safe
@allow(*GIVES)
def post(request: SignedInRequest, key: UUID) -> HttpResponse:
    """One post: facts, its limit, and what ending it would do."""
    return show(request, post_or_404(request.user, key), request.GET)


def show(
    request: SignedInRequest, found: Post, typed: Any, *, error: Refusal | None = None,
    origin: OriginForm | None = None,
) -> HttpResponse:  # fmt: skip
    """The page, with the consequences for the day and successor that are asked for."""
    user, on = request.user, today()
    line = post_lines(user, [found], on=on)[0]
    upper = found.during.upper
    running = not found.void and (upper is None or upper > on)
    context: dict[str, Any] = {
        "post": found, "line": line, "running": running, "today": on, "error": error,
        "begun": found.during.lower is not None and found.during.lower <= on,
        "origin": origin or OriginForm(initial=model_to_dict(found)),
        "links_households": line.links is not None,
    }  # fmt: skip
    if running:
        day, to = end_asked(found, typed, on, context)
        context |= {
            "day": day,
            "to": to,
            "successors": successors(found, on=day) if line.links else [],
            "leaving": leaving(found, on=day, user=user, current=on),
            "manages": scope_of(user).manages(found.path),
        }
    elif not found.void and line.links is not None and leaves_gap(found, on=on):
        context["gap_address"] = gap_address(found, on)
    return render(request, "desk/post.html", context, status=400 if error else 200)


def end_asked(
    found: Post, typed: Any, on: date, context: dict[str, Any]
) -> tuple[date, Candidate | None]:
    """Day and successor as typed; what cannot be read falls back and is said."""
    first = max(on, found.during.lower)
    try:
        day = asked_day(typed.get("on", "")) or first
    except Refusal as refusal:
        day, context["error"] = first, refusal
    to = typed.get("to", "")
    chosen = [c for c in successors(found, on=day) if str(c.post.pk) == to] if to else []
    return day, chosen[0] if chosen else None


def gap_address(found: Post, on: date) -> str:
    """The map at the households the post left behind."""
    path = found.area.path if found.area else found.path
    paths = at_and_above(path)
    areas = Area.objects.filter(path__in=paths).with_code(on).order_by("-path")
    code = next((area.code for area in areas if area.code), "")
    return f"/?area={code}&open=gap&reason=left"


@require_POST
@allow(*GIVES)
def end(request: SignedInRequest, key: UUID) -> HttpResponse:
    """End a post on a day, handing its households over where a successor is chosen."""
    found, on, user = post_or_404(request.user, key), today(), request.user
    typed = request.POST
    seen = (typed.get("seen_on", ""), typed.get("seen_to", ""))
    try:
        day = asked_day(typed.get("on", ""))
        if day is None:
            raise Refusal(_("Choose the day."), field="on")
        to = next((c for c in successors(found, on=day) if str(c.post.pk) == typed.get("to")), None)
        if typed.get("to") and to is None:
            raise Refusal(_("Choose a successor from the list."), field="to")
        if seen != (typed.get("on", ""), typed.get("to", "")):
            raise Refusal(
                _("Day or successor have changed: these are the consequences now. End it again.")
            )
        counted = leaving(found, on=day, user=user, current=on)
        with act(
            verb=post_verb("post.end", found.role), by=user, path=found.path, on=on, subject=found
        ) as deed:
            outcome = None
            if to is None:
                post_end(post=found, on=day, by=user)
            else:
                outcome = post_end_to(post=found, to_post=to.post, on=day, by=user)
            deed.sentence = said_of_end(found, day, counted, to, outcome)[:SENTENCE]
    except Refusal as refusal:
        found.refresh_from_db()
        return show(request, found, typed, error=refusal)
    answer = done(reverse("post", args=[found.pk]), deed)
    if outcome is not None and outcome.refused:
        return refused_shown(request, found, deed, to, outcome)
    return answer


def said_of_end(
    found: Post, day: date, counted: Leaving, to: Candidate | None, outcome: Outcome | None
) -> str:
    """What ending a post did, in words and numbers."""
    said = _("%(name)s is no longer %(role)s of %(place)s from %(day)s.") % {
        "name": found.person.name, "role": found.role, "place": place_name(found),
        "day": day.isoformat(),
    }  # fmt: skip
    if to is not None and outcome is not None:
        n = len(outcome.linked)
        said += " " + ngettext(
            "%(to)s takes over %(n)d household.", "%(to)s takes over %(n)d households.", n
        ) % {"n": n, "to": to.post.person.name}  # fmt: skip
    elif counted.links:
        said += " " + ngettext(
            "%(n)d household lost this contact.", "%(n)d households lost this contact.",
            counted.links,
        ) % {"n": counted.links}  # fmt: skip
    return said


def refused_shown(
    request: SignedInRequest, found: Post, deed: Act, to: Candidate | None, outcome: Outcome
) -> HttpResponse:
    """Those the successor could not take, by name; a page of its own, since names are P2."""
    note_read(request, Read("post.refused", found.path, len(outcome.refused), "P2"))
    context = {
        "post": found, "act": deed, "act_next": reverse("post", args=[found.pk]), "to": to,
        "linked": len(outcome.linked), "refused": outcome.refused,
        "gap_address": gap_address(found, today()),
    }  # fmt: skip
    return render(request, "desk/post_refused.html", context)


@require_POST
@allow(*GIVES)
def change(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Another limit, background or way of choosing; it can be taken back."""
    found, on, form = post_or_404(request.user, key), today(), OriginForm(request.POST)
    if not form.is_valid():
        return show(request, found, request.GET, error=mending(), origin=form)
    try:
        with act(
            verb=post_verb("post.change", found.role), by=request.user, path=found.path, on=on,
            subject=found,
        ) as deed:  # fmt: skip
            changed = post_change(post=found, by=request.user, **form.cleaned_data)
            deed.sentence = said_of_limit(found, changed)
    except Refusal as refusal:
        return show(request, found, request.GET, error=beside(refusal, form), origin=form)
    return done(reverse("post", args=[found.pk]), deed)


def said_of_limit(before: Post, after: Post) -> str:
    """What was changed about a post."""
    name = before.person.name
    if before.max_links == after.max_links:
        return _("The post of %(name)s was corrected.") % {"name": name}
    if after.max_links is None:
        return _("%(name)s has the limit of the role again.") % {"name": name}
    return _("%(name)s takes %(most)d households at most.") % {
        "name": name,
        "most": after.max_links,
    }
