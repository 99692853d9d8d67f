"""People who hold posts: the list with their accounts, one person, corrections, sign-in slips.

A slip is the answer to the POST that made its password and is kept nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.gate import SignedInRequest, allow
from accounts.models import User
from desk.acts import done
from desk.household import phone_of
from desk.staff import GIVES, KNOWS, PersonForm, person_or_404, post_lines
from grids.accounts import Slip, account_open, account_reset, accounts_open
from grids.appointing import APPOINT, NAMED, may_give
from grids.models import Person, Post
from grids.naming import area_labels
from grids.scope import kinds_of, scope_of
from grids.services import person_change
from jobs.acts import act
from lib.clock import today
from lib.errors import Refusal

PAGE = 50
#: Slips handed out at once; more come from the import on the server.
MOST_SLIPS = 200
STATES = ("none", "given", "open", "shut")


@dataclass(frozen=True)
class PersonLine:
    """A person of the list: posts in words, and the state of the account."""

    person: Person
    posts: str
    account: str


def account_state(user: User | None) -> str:
    """none, given (a slip is out and not used yet), void (a slip is needed), open, shut, hand."""
    if user is None:
        return "none"
    if not user.is_active:
        return "hand" if user.shut_why == User.Shut.BY_HAND else "shut"
    if not user.must_change_password:
        return "open"
    return "given" if user.slip_at else "void"


def of_state(state: str) -> Q:
    """People whose account is in a state, as the list filters them."""
    return {
        "none": Q(user=None),
        "given": Q(user__is_active=True, user__must_change_password=True),
        "open": Q(user__is_active=True, user__must_change_password=False),
        "shut": Q(user__is_active=False),
    }[state]


@require_safe
@allow(*GIVES)
def people(request: SignedInRequest) -> HttpResponse:
    """Everybody whose post one gives, with the account; several slips are made from here."""
    on, user = today(), request.user
    live = Post.objects.live(on).given_by(user).filter(person=OuterRef("pk"))
    found = Person.objects.filter(Exists(live)).select_related("user").order_by("initials", "name")
    counts = {key: found.filter(of_state(key)).count() for key in STATES}
    state = request.GET.get("account", "")
    if state in STATES:
        found = found.filter(of_state(state))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    shown = [person.pk for person in page]
    held = posts_in_words(user, shown, on)
    mine = set(Person.objects.in_charge_of(user, on).filter(pk__in=shown).values_list("pk"))
    lines = [
        PersonLine(
            person,
            "；".join(held[person.pk]),
            account_state(person.user) if (person.pk,) in mine else "elsewhere",
        )
        for person in page
    ]
    return render(
        request,
        "desk/people.html",
        {"page": page, "lines": lines, "counts": counts, "state": state,
         "everybody": sum(counts.values())},
    )  # fmt: skip


def posts_in_words(user: User, people: list[UUID], on: date) -> dict[UUID, list[str]]:
    """Posts somebody gives, by person: role and place, a grid's after its village."""
    live = Post.objects.live(on).given_by(user).filter(person__in=people)
    posts = list(live.select_related("role", "area", "organisation").order_by("path"))
    labels = area_labels({post.path for post in posts if post.area}, on=on)
    words: dict[UUID, list[str]] = {}
    for post in posts:
        place = labels[post.path]["name"] if post.area else post.organisation
        words.setdefault(post.person_id, []).append(f"{post.role} {place}")
    return words


@require_safe
@allow(*KNOWS)
def person(request: SignedInRequest, key: UUID) -> HttpResponse:
    """One person with the posts this reader may know of."""
    return show(request, person_or_404(request.user, key))


def show(request: SignedInRequest, found: Person, *, error: str = "") -> HttpResponse:
    """The page of a person; a refusal is said above."""
    on, user = today(), request.user
    posts = (
        Post.objects.known_to(user)
        .filter(person=found, void=False)
        .select_related("role", "area", "organisation__area", "person")
    )
    now = post_lines(user, list(posts.live(on).order_by("path")), on=on)
    before = posts.filter(during__endswith__lte=on).order_by("-during")
    mine = Person.objects.in_charge_of(user, on).filter(pk=found.pk).exists()
    gives = bool(scope_of(user).manage) or "administrator" in kinds_of(user)
    context = {
        "person": found,
        "phone": phone_of(found.phone_sealed),
        "now": now,
        "before": post_lines(user, list(before[:PAGE]), on=on),
        "today": on,
        "mine": mine,
        "gives": gives,
        "own": found.user_id == user.pk,
        "account": account_state(found.user) if mine else "",
        "slip_at": found.user.slip_at if mine and found.user else None,
        "error": error,
    }
    return render(request, "desk/person.html", context, status=400 if error else 200)


def charge_or_404(request: SignedInRequest, key: UUID) -> Person:
    """A person this user looks after."""
    mine = Person.objects.in_charge_of(request.user, today()).filter(pk=key)
    found = mine.select_related("user", "organisation").first()
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@allow(*GIVES)
def edit(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Correct name, phone and the rest; it can be taken back."""
    found, on = charge_or_404(request, key), today()
    initial = {
        "name": found.name, "phone": phone_of(found.phone_sealed), "skills": found.skills,
        "party_member": found.party_member, "organisation": found.organisation_id,
    }  # fmt: skip
    form = PersonForm(request.POST or None, initial=initial, user=request.user, person=found)
    if request.method == "POST" and form.is_valid():
        held = Post.objects.live(on).filter(person=found).select_related("role").earliest("path")
        # An administrator corrects whom offices name, too; that is not the office's to take back.
        named = may_give(request.user, held.role.kind, held.path) and held.role.kind in NAMED
        verb = "person.change" if named else f"{APPOINT}person.change"
        try:
            with act(
                verb=verb, by=request.user, path=held.path,
                on=on, subject=found,
                sentence=_("The record of %(name)s was corrected.")
                % {"name": form.cleaned_data["name"]},
            ) as deed:  # fmt: skip
                person_change(person=found, by=request.user, on=on, **form.values())
            return done(reverse("person", args=[found.pk]), deed)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
    return render(
        request,
        "desk/person_edit.html",
        {"form": form, "person": found, "mend": form.is_bound},
        status=400 if form.errors else 200,
    )


@require_POST
@allow(*GIVES)
def account(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Open the account of a person or reset it: the answer is the slip."""
    found = charge_or_404(request, key)
    do = account_reset if request.POST.get("do") == "reset" else account_open
    try:
        slip = do(person=found, by=request.user, on=today())
    except Refusal as refusal:
        return show(request, person_or_404(request.user, key), error=refusal.sentence)
    return handed(request, [slip])


@require_POST
@allow(*GIVES)
def slips(request: SignedInRequest) -> HttpResponse:
    """Open the accounts of those chosen who have none, one slip each; ``keys`` are of the table."""
    keys = []
    for text in [*request.POST.getlist("person"), *request.POST.getlist("keys")][:MOST_SLIPS]:
        try:
            keys.append(UUID(text))
        except ValueError:
            raise Http404 from None
    made = accounts_open(people=keys, by=request.user, on=today())
    return handed(request, made)


def handed(request: SignedInRequest, made: list[Slip]) -> HttpResponse:
    """The slips as a page to print; nothing keeps it."""
    address = request.build_absolute_uri("/")
    return render(request, "desk/slips.html", {"slips": made, "address": address})
