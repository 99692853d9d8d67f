"""What the pages of posts and of people share: who is shown, where, and how much they carry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import User
from desk.byhand.fields import Day, HandForm
from grids.appointing import APPOINTED, NAMED, configured_by
from grids.limits import limit_check
from grids.models import Organisation, Person, Post, Role
from grids.naming import name_from_afar
from grids.querysets import beneath
from grids.scope import scope_of
from households.links import post_load
from lib.errors import Refusal
from lib.values import CLEAR, parse_phone

#: Who gives posts and looks after accounts; and who may look a person up.
GIVES = ("manager", "administrator")
KNOWS = ("manager", "administrator", "worker", "village_lead", "leader")
#: The words offices use for what somebody is good at.
SKILLS = ("医护", "产业致富", "政策", "法律调解", "就业", "教育", "水电维修", "语言")


@dataclass(frozen=True)
class PostLine:
    """A post as a page shows it; ``links`` and ``most`` only for roles that link households."""

    post: Post
    place: str
    gives: bool
    links: int | None = None
    most: int | None = None

    @property
    def over(self) -> bool:
        """More households than the post's limit."""
        return self.links is not None and self.most is not None and self.links > self.most


def person_or_404(user: User, key: UUID) -> Person:
    """A person this reader may know of."""
    person = Person.objects.known_to(user).select_related("organisation", "user").filter(pk=key)
    found = person.first()
    if found is None:
        raise Http404
    return found


def post_or_404(user: User, key: UUID) -> Post:
    """A post this person may give and take."""
    posts = Post.objects.given_by(user).select_related(
        "role", "area", "organisation__area", "person__user"
    )
    found = posts.filter(pk=key).first()
    if found is None:
        raise Http404
    return found


def place_name(post: Post) -> str:
    """Where a post is held; of a grid or unit with its village before it."""
    if post.area is None:
        return str(post.organisation)
    return name_from_afar(post.area)


def post_lines(user: User, posts: list[Post], *, on: date) -> list[PostLine]:
    """Posts with their load, for who sees the counts of places."""
    given = set(
        Post.objects.given_by(user)
        .filter(pk__in=[p.pk for p in posts])
        .values_list("pk", flat=True)
    )
    lines = []
    for post in posts:
        links = most = None
        counts = any(post.path.startswith(path) for path in scope_of(user).areas)
        if counts and (post.role.may_link or post.role.is_backup):
            links, most = post_load(post, on=on)
        lines.append(PostLine(post, place_name(post), post.pk in given, links, most))
    return lines


def organisations_of(user: User) -> Any:
    """Organisations of the areas where somebody gives posts."""
    paths = [*scope_of(user).manage, *configured_by(user)]
    return Organisation.objects.filter(beneath(paths, "area__path")).order_by("name")


class PersonForm(forms.Form):
    """What is on record about a person. ``prefix`` keeps it apart from another form."""

    name = forms.CharField(label=pgettext_lazy("of a person", "Name"), max_length=40)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=30, required=False)
    party_member = forms.BooleanField(label=gettext_lazy("Party member"), required=False)
    skills = forms.MultipleChoiceField(
        label=gettext_lazy("Good at"),
        choices=[(word, word) for word in SKILLS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    organisation = forms.ModelChoiceField(
        label=gettext_lazy("Works at"), queryset=Organisation.objects.none(), required=False
    )

    def __init__(self, *args: Any, user: User, person: Person | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["organisation"]
        field.queryset = organisations_of(user)
        field.empty_label = _("none")
        if person is not None and person.organisation_id:
            field.queryset = field.queryset | Organisation.objects.filter(pk=person.organisation_id)
        if person is not None:  # words that came with a file stay choosable
            known: Any = self.fields["skills"]
            more = [word for word in person.skills if word not in SKILLS]
            known.choices = [(word, word) for word in (*SKILLS, *more)]

    def clean_phone(self) -> str | None:
        """The bare digits, or None where there is no number."""
        try:
            value = parse_phone(self.cleaned_data["phone"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None
        return None if value is CLEAR or value is None else str(value)

    def values(self) -> dict[str, Any]:
        """What the services take."""
        data = self.cleaned_data
        return {
            "name": data["name"],
            "phone": data["phone"],
            "party_member": data["party_member"],
            "skills": list(data["skills"]),
            "organisation": data["organisation"],
        }


DAY = {"invalid": gettext_lazy("Write the date as 2026-11-22.")}


class OriginForm(HandForm):
    """What may be changed of a post that is held; an empty limit is that of the role."""

    max_links = forms.IntegerField(
        label=gettext_lazy("Most households (empty: as the role)"), required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"invalid": gettext_lazy("Write a whole number.")},
    )  # fmt: skip
    background = forms.ChoiceField(
        label=gettext_lazy("Background"), choices=[("", "—"), *Post.Background.choices],
        required=False,
    )  # fmt: skip
    selected_by = forms.ChoiceField(
        label=gettext_lazy("Chosen by"), choices=[("", "—"), *Post.SelectedBy.choices],
        required=False,
    )  # fmt: skip

    def clean_max_links(self) -> int | None:
        """Asked here, too, so that all faults of the form are said at once."""
        try:
            limit_check(self.cleaned_data["max_links"])
        except Refusal as refusal:
            raise forms.ValidationError(refusal.sentence) from None
        return self.cleaned_data["max_links"]


class DetailsForm(OriginForm):
    """From when and how a post is held; it begins today where no day is given."""

    since = Day(label=gettext_lazy("From"), required=False, error_messages=DAY)
    until = Day(
        label=gettext_lazy("Leaves on (may stay empty)"), required=False, error_messages=DAY
    )
    field_order = ["since", "until"]


def roles_of(user: User) -> list[Role]:
    """Roles somebody may give, in the order of the county's list."""
    kinds: set[str] = set()
    if scope_of(user).manage:
        kinds |= NAMED
    if configured_by(user):
        kinds |= APPOINTED
    return list(Role.objects.filter(kind__in=kinds).order_by("-may_link", "kind", "code"))


def asked_day(text: str, *, field: str = "on") -> date | None:
    """A day of a form, past or to come; None where it is empty."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal(_("Write the date as 2026-11-22."), field=field) from None
