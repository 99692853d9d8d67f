"""The form for a contact: five fields to see, the rest beneath "further"."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from casework.contacts import NOTE, people_who_go
from casework.models import Contact, ContactCard, Deed, Issue, LifeEvent
from desk.byhand.fields import Day, HandForm, PlainText
from grids.models import Person
from grids.scope import scope_of
from households.models import Household, Link
from lib.clock import today

#: Fields everybody sees at once; the others are of what a visit may bring.
FIRST = ("on", "mode", "reached", "purposes", "note")
NOTHING = [("", gettext_lazy("nothing of this"))]
REACHED = [("1", gettext_lazy("reached")), ("0", gettext_lazy("not reached"))]
#: Matters a household raises; a dispute is filed by its place.
KINDS = [(value, label) for value, label in Issue.Kind.choices if value != Issue.Kind.DISPUTE]


class PersonChoice(forms.ModelChoiceField):
    """Who made the contact, by name."""

    def label_from_instance(self, obj: Any) -> str:
        return obj.name


class ContactForm(HandForm):
    """One contact with one household or several, and what it brought."""

    on = Day(label=gettext_lazy("Date"))
    mode = forms.ChoiceField(
        label=gettext_lazy("Way"), choices=Contact.Mode.choices, widget=forms.RadioSelect
    )
    reached = forms.TypedChoiceField(
        label=gettext_lazy("Result"), choices=REACHED, coerce=lambda v: v == "1",
        empty_value=None, widget=forms.RadioSelect,
        help_text=gettext_lazy("A card left at the door or an unanswered message: not reached."),
    )  # fmt: skip
    purposes = forms.MultipleChoiceField(
        label=gettext_lazy("What it was about"), choices=Contact.Purpose.choices, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    note = PlainText(
        label=gettext_lazy("In a sentence"), max_length=NOTE, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    made_by = PersonChoice(
        label=gettext_lazy("Who made the contact"), queryset=Person.objects.none(),
        empty_label=None,
    )  # fmt: skip
    matter_title = PlainText(label=gettext_lazy("The matter"), max_length=120, required=False)
    matter_kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=KINDS, required=False,
                                    initial=Issue.Kind.HELP)  # fmt: skip
    matter_subject = forms.ChoiceField(
        label=gettext_lazy("Subject"), choices=Issue.Subject.choices, required=False,
        initial=Issue.Subject.OTHER,
    )  # fmt: skip
    matter_urgent = forms.BooleanField(
        label=gettext_lazy("urgent: to be answered within 24 hours"), required=False
    )
    deed_what = PlainText(
        label=gettext_lazy("What was given or done"), max_length=120, required=False
    )
    deed_quantity = forms.DecimalField(
        label=gettext_lazy("Quantity"), min_value=0, max_digits=12, decimal_places=2,
        required=False,
    )  # fmt: skip
    deed_unit = PlainText(label=gettext_lazy("Unit"), max_length=10, required=False)
    deed_amount = forms.DecimalField(
        label=gettext_lazy("Amount in yuan"), min_value=0, max_digits=14, decimal_places=2,
        required=False,
    )  # fmt: skip
    deed_funds = forms.ChoiceField(
        label=gettext_lazy("Source of funds"), choices=[("", "—"), *Deed.Funds.choices],
        required=False,
    )  # fmt: skip
    event = forms.ChoiceField(
        label=gettext_lazy("What happened in the household"),
        choices=[*NOTHING, *LifeEvent.Kind.choices], required=False,
        help_text=gettext_lazy("Suggests a visit; kept for 90 days and never counted."),
    )  # fmt: skip
    card = forms.BooleanField(
        label=gettext_lazy("The contact card was handed over"), required=False
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, households: Collection[Household], user: User, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        people = self.fields["made_by"]
        assert isinstance(people, PersonChoice)
        people.queryset = people_who_go(households, on=today(), by=user)
        people.initial = scope_of(user).person
        self.fields["on"].initial = today()
        self.fields["key"].initial = uuid4()
        self.fields["mode"].error_messages["required"] = _("Choose the way of the contact.")
        self.fields["reached"].error_messages["required"] = _("Say whether anybody was reached.")
        if len(households) > 1:
            for name in [name for name in self.fields if name.startswith(("matter_", "event"))]:
                del self.fields[name]
        else:
            (only,) = households
            self.fields["mode"].initial = only.mode or Contact.Mode.VISIT
        if not cards_waiting(households):
            del self.fields["card"]

    def clean(self) -> dict[str, Any]:
        """What belongs together is given together."""
        given: dict[str, Any] = super().clean() or {}
        details = ("deed_quantity", "deed_unit", "deed_amount", "deed_funds")
        if any(given.get(name) for name in details) and not given.get("deed_what"):
            self.add_error("deed_what", _("Say what was given or done."))
        if given.get("matter_urgent") and not given.get("matter_title"):
            self.add_error("matter_title", _("Say in a sentence what the matter is."))
        return given

    @property
    def further_open(self) -> bool:
        """Whether something beneath "further" was filled in or is to be mended."""
        if not self.is_bound:
            return False
        typed = ("matter_title", "deed_what", "event", "card")
        wrong = set(self.errors) - {*FIRST, "__all__"}
        return bool(wrong) or any(self.data.get(name) for name in typed)

    def what(self) -> dict[str, Any]:
        """As the service takes it."""
        given = self.cleaned_data
        kept = {name: given[name] for name in (*FIRST, "made_by", "key")}
        if given.get("deed_what"):
            kept["deed"] = {
                name: given[f"deed_{name}"]
                for name in ("what", "quantity", "unit", "amount", "funds")
            }
        if given.get("matter_title"):
            kept["matter"] = {
                name: given[f"matter_{name}"] for name in ("title", "kind", "subject", "urgent")
            }
        return kept | {"event": given.get("event", ""), "card": given.get("card", False)}


def cards_waiting(households: Collection[Household]) -> bool:
    """Whether a printed card of one of these waits to be handed over."""
    links = Link.objects.in_force(today()).filter(household__in=households)
    return ContactCard.objects.filter(link__in=links, handed_on=None).exists()
