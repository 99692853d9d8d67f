"""Settings of matters: topics, whole standards of them at once, and who is told every morning."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.size import takes
from casework.importing.topics import topics_import, topics_read
from casework.models import DigestTarget, Issue, Topic
from config.configuring import ActAdmin, ConfigurationAdmin
from config.workflow import SubjectFilter
from desk.acts import done
from grids.models import Area, Organisation
from jobs.acts import act
from lib.clock import today
from lib.errors import Refusal
from lib.hooks import AddressRefused, address_check
from lib.sealing import SealError

MOST_BYTES = 5 * 2**20
#: Remarks on the rows of a sheet that are shown at most.
SHOWN = 100


class TopicForm(forms.ModelForm):
    """A topic with its subject from the list."""

    subject = forms.ChoiceField(label=gettext_lazy("Subject"), choices=Issue.Subject.choices)

    class Meta:
        model = Topic
        fields = ("subject", "label", "label_en", "code", "position")


def topic_effects(before: Topic | None, topic: Topic, *, on: Any) -> list[str]:
    """How many matters carry the topic."""
    n = Issue.objects.filter(topic=topic).count()
    return [_("%(n)d matters have this topic.") % {"n": n}] if n else []


class TopicAdmin(ActAdmin):
    """Topics one by one, or a standard of some hundred from a sheet, as one act."""

    touches = staticmethod(topic_effects)
    form = TopicForm
    list_display = ("label", "subject_label", "code")
    list_filter = (SubjectFilter,)
    search_fields = ("label", "code")
    change_list_template = "admin/topics.html"

    @admin.display(description=gettext_lazy("Subject"))
    def subject_label(self, topic: Topic) -> str:
        return str(dict(Issue.Subject.choices).get(topic.subject, topic.subject))

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.load)
        return [path("load/", view, name="casework_topic_load"), *super().get_urls()]

    @takes(MOST_BYTES)
    def load(self, request: HttpRequest) -> HttpResponse:
        """Read a sheet of topics; where rows are wrong, nothing is loaded and each is named."""
        problems, error = [], ""
        if request.method == "POST":
            try:
                plan = topics_read(_upload(request))
                problems = plan.problems
                if not plan.errors:
                    return self._load(request, plan)
                error = _("Mend the rows with errors first; nothing was loaded.")
            except Refusal as refusal:
                error = refusal.sentence
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "error": error,
            "title": _("Load topics from a sheet"), "problems": problems[:SHOWN],
            "more": max(len(problems) - SHOWN, 0),
        }  # fmt: skip
        return render(request, "admin/topics_load.html", context, status=400 if error else 200)

    def _load(self, request: HttpRequest, plan: Any) -> HttpResponse:
        county = Area.objects.filter(level=Area.Level.COUNTY).first()
        subject: Model = county or request.user  # type: ignore[assignment]
        with act(
            verb="configure.topics", by=request.user, path="", on=today(), subject=subject
        ) as made:
            counts = topics_import(plan)
            made.sentence = _("Loaded topics: %(new)d new, %(changed)d changed, %(unchanged)d"
                              " as before") % counts  # fmt: skip
        for problem in [p for p in plan.problems if p.severity == "warning"][:SHOWN]:
            place = f"{problem.sheet} {problem.column}{problem.row}"
            messages.warning(request, f"{place}: {problem.message}")
        return done(reverse("admin:casework_topic_changelist"), made)


def _upload(request: HttpRequest) -> Path:
    """The file sent, in a temporary place until the request ends."""
    upload = request.FILES.get("file")
    if upload is None or not upload.name:
        raise Refusal(_("Choose a file first."), field="file")
    if (upload.size or 0) > MOST_BYTES:
        raise Refusal(_("The file is larger than 5 MB."), field="file")
    # Kept open by the request: it is deleted with it.
    copy = tempfile.NamedTemporaryFile(suffix=Path(upload.name).suffix)  # noqa: SIM115
    request.__dict__["topics_file"] = copy
    copy.write(upload.read())
    copy.flush()
    return Path(copy.name)


#: How much of the end of a secret is shown, to tell one robot from another.
SHOWN_END = 4


def masked(text: str) -> str:
    """The host of an address and the end of a secret; the rest stays sealed."""
    if "://" not in text and "@" in text:
        return text  # an e-mail address opens nothing
    host = urlsplit(text).hostname or ""
    return f"{host}/…{text[-SHOWN_END:]}" if host else f"…{text[-SHOWN_END:]}"


class DigestTargetForm(forms.ModelForm):
    """An address that fits its channel; a robot only at a host that is allowed.

    What is kept is shown masked and is changed only by typing it anew.
    """

    address = forms.CharField(label=gettext_lazy("Address"), max_length=400, required=False)
    secret = forms.CharField(
        label=gettext_lazy("Secret of the signature"), max_length=120, required=False,
        help_text=gettext_lazy("Of a DingTalk robot whose messages must be signed; begins with"
                               " SEC."),
    )  # fmt: skip
    no_secret = forms.BooleanField(
        label=gettext_lazy("Messages are no longer signed: remove the secret"), required=False
    )

    class Meta:
        model = DigestTarget
        fields = ("organisation", "area", "channel", "active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("address", "secret"):
            self.fields[name].widget.attrs |= {"autocomplete": "off", "class": "vTextField"}
            kept = self._kept(name)
            if kept:
                self.fields[name].widget.attrs["placeholder"] = masked(kept)
                self.fields[name].help_text = _(
                    "Kept: %s. Leave it empty to keep it; to change it, type it anew."
                ) % masked(kept)

    def _kept(self, name: str) -> str:
        """What is kept sealed; empty where it is new or its key is gone."""
        try:
            return getattr(self.instance, name) if self.instance.pk else ""
        except SealError:
            return ""

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.cleaned_data.get("address") and "address" in self.changed_data:
            self.instance.address = self.cleaned_data["address"]
        if self.cleaned_data.get("secret"):
            self.instance.secret = self.cleaned_data["secret"].strip()
        elif self.cleaned_data.get("no_secret"):
            self.instance.secret = ""

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        address = str(given.get("address") or "").strip() or self._kept("address")
        if not address:
            self.add_error("address", _("Enter the address."))
            return given
        if given.get("channel") == DigestTarget.Channel.EMAIL:
            try:
                validate_email(address)
            except ValidationError:
                self.add_error("address", _("Enter an e-mail address."))
        else:
            try:
                address_check(
                    address, hosts=settings.DIGEST_HOSTS, loopback=settings.DIGEST_LOOPBACK
                )
            except AddressRefused:
                hosts = "、".join(sorted(settings.DIGEST_HOSTS))
                self.add_error(
                    "address", _("Enter an address that begins with https:// at: %s.") % hosts
                )
        given["address"] = address
        return given


def target_effects(before: DigestTarget | None, target: DigestTarget, *, on: Any) -> list[str]:
    """When the next digest goes there."""
    if not target.active:
        return [_("Nothing is sent there any more.")]
    return [_("It is told on working days between 8:00 and 18:00, once, where matters wait.")]


class DigestTargetAdmin(ActAdmin):
    """Departments and grid offices that are told every working day what waits."""

    touches = staticmethod(target_effects)
    form = DigestTargetForm
    fields = (
        "organisation", "area", "channel", "address", "secret", "no_secret", "active",
    )  # fmt: skip
    list_display = ("__str__", "active", "latest")
    list_select_related = ("organisation", "area")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_fields(request, obj)
        if obj is not None and obj.secret_sealed:
            return fields
        return [name for name in fields if name != "no_secret"]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "organisation":
            kwargs["queryset"] = Organisation.objects.filter(
                kind=Organisation.Kind.DEPARTMENT
            ).order_by("name")
        if db_field.name == "area":
            kwargs["queryset"] = Area.objects.in_force(today()).filter(
                level__in=[Area.Level.COUNTY, Area.Level.TOWNSHIP]
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=gettext_lazy("Last digest"), empty_value="-")
    def latest(self, target: DigestTarget) -> str | None:
        receipt = target.receipts.order_by("-on").first()  # type: ignore[attr-defined]
        return f"{receipt.on} {receipt.get_state_display()} {receipt.error}" if receipt else None


class DigestReceiptAdmin(ConfigurationAdmin):
    """What became of each digest, to read."""

    list_display = ("on", "target", "state", "tries", "error")
    list_filter = ("state", "on")
    list_select_related = ("target__organisation", "target__area")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
