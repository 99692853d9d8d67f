"""The form of one transition: the fields it needs and may have, by the table of transitions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from casework.cast import departments_for, lower_levels
from casework.issues import MISSING
from casework.models import DispatchRule, Issue
from casework.states import MOST_DAYS, Move
from desk.byhand.fields import Day, HandForm, PlainText
from grids.models import Organisation
from grids.paths import at_and_above
from lib.clock import today

#: What the sentence of a transition is about, where it is more than a note.
WORDS = {
    "resolve": gettext_lazy("How it was handled"),
    "settle": gettext_lazy("How it was handled"),
    "contribute": gettext_lazy("What your department did or knows"),
    "return": gettext_lazy("Why it is not yours"),
    "decline": gettext_lazy("Reason"),
    "reopen": gettext_lazy("What is still wrong"),
    "pass_up": gettext_lazy("Why it cannot be solved here"),
    "hand_down": gettext_lazy("Why it can be solved there"),
    "ask_extend": gettext_lazy("Why more time is needed"),
    "ask_shelve": gettext_lazy("Why it cannot be solved now"),
    "refuse_extension": gettext_lazy("Reason"),
    "refuse_shelving": gettext_lazy("Reason"),
    "report": gettext_lazy("How it stands"),
    "call": gettext_lazy("What was said (may stay empty)"),
}
DAYS = {
    "ask_shelve": gettext_lazy("Look at it again on"),
    "supervise": gettext_lazy("Answer by"),
    "dispatch": gettext_lazy("Answer by (empty: as the kind of matter says)"),
}
#: The button that takes it, where the name of the step alone would not say so.
BUTTONS = {
    "resolve": pgettext_lazy("button", "Hand in as resolved"),
    "settle": pgettext_lazy("button", "Hand in as solved on the spot"),
    "call": pgettext_lazy("button", "Record the call-back"),
    "ask_extend": pgettext_lazy("button", "Hand in the request"),
    "ask_shelve": pgettext_lazy("button", "Hand in the request"),
    "report": pgettext_lazy("button", "Send"),
    "comment": pgettext_lazy("button", "Send"),
}


class Departments(forms.ModelChoiceField):
    """Departments or offices by name."""


def suggested(issue: Issue) -> Organisation | None:
    """The department the county's rules name: of the topic before the subject, of the nearest
    area before those above it."""
    rules = DispatchRule.objects.filter(
        area__path__in=at_and_above(issue.path), subject=issue.subject
    ).select_related("organisation", "area")
    fitting = [rule for rule in rules if rule.topic_id in (None, issue.topic_id)]
    best = max(
        fitting, key=lambda rule: (rule.topic_id is not None, len(rule.area.path)), default=None
    )
    return best.organisation if best else None


def _note(move: Move, issue: Issue) -> forms.Field:
    needed = "note" in move.needs
    label = WORDS.get(move.verb) or (
        gettext_lazy("In a sentence") if needed else gettext_lazy("Note (may stay empty)")
    )
    return PlainText(
        label=label, max_length=400, required=needed, widget=forms.Textarea(attrs={"rows": 3})
    )


def _result(move: Move, issue: Issue) -> forms.Field:
    return forms.ChoiceField(
        label=gettext_lazy("Result"), choices=Issue.Result.choices, widget=forms.RadioSelect
    )


def _answer(move: Move, issue: Issue) -> forms.Field:
    return forms.ChoiceField(
        label=gettext_lazy("What the household said"), choices=Issue.Answer.choices,
        widget=forms.RadioSelect,
    )  # fmt: skip


def _organisation(move: Move, issue: Issue) -> forms.Field:
    if move.verb == "hand_on":
        offices = Organisation.objects.filter(parent=issue.department_id).order_by("name")
        return Departments(label=gettext_lazy("Own office"), queryset=offices)
    return Departments(
        label=gettext_lazy("Leading department"), queryset=departments_for(issue.path),
        initial=suggested(issue) or issue.department,
    )  # fmt: skip


def _helpers(move: Move, issue: Issue) -> forms.Field:
    return forms.ModelMultipleChoiceField(
        label=gettext_lazy("Helping departments (may stay empty)"), required=False,
        queryset=departments_for(issue.path), widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip


def _until(move: Move, issue: Issue) -> forms.Field:
    return Day(label=DAYS.get(move.verb, gettext_lazy("Until")), required="until" in move.needs)


def _days(move: Move, issue: Issue) -> forms.Field:
    return forms.IntegerField(
        label=gettext_lazy("Working days more"), min_value=1, max_value=MOST_DAYS, initial=5
    )


def _turn_to(move: Move, issue: Issue) -> forms.Field:
    return PlainText(label=gettext_lazy("Where the resident can turn instead"), max_length=120)


def _down_to(move: Move, issue: Issue) -> forms.Field:
    return forms.ModelChoiceField(
        label=gettext_lazy("Level it goes back to"), queryset=lower_levels(issue, on=today())
    )


def _into(move: Move, issue: Issue) -> forms.Field:
    return forms.UUIDField(label=gettext_lazy("It repeats"))


FIELDS: dict[str, Callable[[Move, Issue], forms.Field]] = {
    "result": _result, "answer": _answer, "organisation": _organisation, "helpers": _helpers,
    "until": _until, "days": _days, "turn_to": _turn_to, "into": _into,
    "down_to": _down_to, "note": _note,
}  # fmt: skip


class StepForm(HandForm):
    """The fields of one transition, in the order of ``FIELDS``."""

    def __init__(self, move: Move, issue: Issue, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"{move.verb}-%s", **kwargs)
        self.move, self.issue = move, issue
        for name, make in FIELDS.items():
            if name in (*move.needs, *move.may):
                field = self.fields[name] = make(move, issue)
                if name in MISSING:
                    field.error_messages["required"] = str(MISSING[name])
        if "until" in self.fields:
            self.fields["until"].widget.attrs["min"] = issue.registered_on.isoformat()

    @property
    def button(self) -> Any:
        """What the button says."""
        return BUTTONS.get(self.move.verb, self.move.label)

    @property
    def plain(self) -> bool:
        """Whether it may be taken with one press, without filling anything in."""
        return not self.move.needs and not self.is_bound

    def given(self) -> dict[str, Any]:
        """As the service takes it; the matter it repeats is looked up by the page."""
        kept = {name: value for name, value in self.cleaned_data.items() if value is not None}
        if "helpers" in kept:
            kept["helpers"] = list(kept["helpers"])
        return kept
