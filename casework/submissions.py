"""What residents send from the page behind a card: it waits, and a person accepts or refuses it.

Nothing of it is on the map or in any count before. What concerns a household (which one it is,
fewer contacts, its data) takes effect only after a call-back.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from accounts.keys import phone_of, sealer
from accounts.models import User
from casework.cards import ALPHABET
from casework.issues import issue_register
from casework.models import CardCode, Issue, IssuePhoto, Submission
from casework.sending import tally_take
from grids.paths import path_length
from grids.services import require_manage
from households.models import Household
from households.services import locked, touch
from lib.errors import Refusal, refused_in_conflict
from lib.identity import holds_id_number, no_id_number
from lib.photos import reencode, size_of
from lib.values import parse_phone

Kind, State = Submission.Kind, Submission.State
LONGEST, NOTE, SECRET = 1000, 400, 8
#: What the page offers; a dispute is mediated by people, not sent by a form.
MATTERS = (Issue.Kind.HELP, Issue.Kind.CONSULT, Issue.Kind.COMPLAINT, Issue.Kind.SUGGESTION)


@dataclass(frozen=True)
class Sent:
    """A message that waits, with the code that shows how it goes; the code is told once."""

    submission: Submission
    secret: str


@dataclass(frozen=True)
class Words:
    """What a resident typed. ``point`` is longitude, latitude in WGS 84; ``photo`` as sent."""

    text: str = ""
    name: str = ""
    phone: str = ""
    place: str = ""
    matter: str = ""
    point: tuple[float, float] | None = None
    photo: bytes = b""


def submission_send(
    *, once: UUID, code: CardCode, kind: str, words: Words, sender: str, on: date
) -> Sent:
    """Keep what a resident sent; ``sender`` is the network address, of which nothing is kept.

    ``once`` is the key of the form: sent a second time it is answered with the same receipt.
    """
    key = _key(once)
    kept = Submission.objects.filter(pk=key).first()
    if kept is not None:
        return Sent(kept, _secret(once))
    checked = _checked(kind, words)
    image = b""
    if words.photo:
        tally_take("photo.address", sender, on=on)
        image, _width, _height = reencode(words.photo)
    again = _("This was sent twice at once. Look at the number you were given first.")
    with refused_in_conflict(again):
        tally_take("send.address", sender, on=on)
        tally_take("send.code", code.code, on=on)
        number, secret = _number(on), _secret(once)
        made = Submission.objects.create(
            id=key, number=number, code_hash=_hash(number, secret), kind=kind,
            card=code, area=code.area, path=code.path, name=checked.name, text=checked.text,
            place=checked.place, matter=checked.matter, photo=image or None, on=on,
            phone_sealed=sealer().seal(checked.phone) if checked.phone else None,
            point=Point(*checked.point, srid=4326) if checked.point else None,
        )  # fmt: skip
    return Sent(made, secret)


def _checked(kind: str, words: Words) -> Words:
    """The same with what can be read; Refusal beside the field where something is wrong."""
    if kind not in Kind.values:
        raise Refusal(_("Choose what it is about."), field="kind")
    text, name, place = (part.strip() for part in (words.text, words.name, words.place))
    if kind == Kind.MATTER and words.matter not in MATTERS:
        raise Refusal(_("Choose what kind of matter it is."), field="matter")
    if kind == Kind.MATTER and not text:
        raise Refusal(_("Write in a sentence what it is about."), field="text")
    for field, part, most in (("text", text, LONGEST), ("place", place, 80), ("name", name, 40)):
        if len(part) > most:
            raise Refusal(_("Say it in at most %(n)d characters.") % {"n": most}, field=field)
        if holds_id_number(part):
            raise Refusal(
                _("Please take the ID card number out: it is not needed here."), field=field
            )
    phone = ""
    if words.phone.strip():
        phone = _phone(words.phone)
    elif kind != Kind.MATTER:
        raise Refusal(
            _("Leave a phone number: this takes effect only after we have called you back."),
            field="phone",
        )
    if kind != Kind.MATTER and not name:
        raise Refusal(_("Leave your name, so that we know whom to ask for."), field="name")
    point = words.point if kind == Kind.MATTER else None
    if point is not None and not (abs(point[0]) <= 180 and abs(point[1]) <= 90):
        raise Refusal(_("The place could not be read; describe it in words."), field="place")
    matter = words.matter if kind == Kind.MATTER else ""
    return Words(text, name, phone, place, matter, point)


def _phone(typed: str) -> str:
    try:
        read = parse_phone(typed)
    except ValueError:
        read = None
    if not isinstance(read, str):
        raise Refusal(_("This is no phone number. Check the digits."), field="phone")
    return read


def _number(on: date) -> str:
    """A number people can read out: the day and five letters and digits."""
    return f"{on:%y%m%d}-{''.join(secrets.choice(ALPHABET) for _n in range(5))}".upper()


def _secret(once: UUID) -> str:
    """The code beside the number: made of the form's key, so that a repeat gets the same."""
    digest = salted_hmac("casework.submission.code", once.hex, algorithm="sha256").digest()
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:SECRET])


def _key(once: UUID) -> UUID:
    """The key of the row, which staff see; the form's own key, which gets the code, is not it."""
    digest = salted_hmac("casework.submission.key", once.hex, algorithm="sha256").digest()
    return UUID(bytes=digest[:16])


def _hash(number: str, secret: str) -> str:
    return salted_hmac("casework.submission", f"{number} {secret}", algorithm="sha256").hexdigest()


def submission_find(*, number: str, secret: str, sender: str, on: date) -> Submission:
    """The message of a number and its code; Refusal where they do not belong together."""
    number, secret = number.strip().upper(), secret.strip().lower()
    tally_take("look.address", sender, on=on)
    tally_take("look.number", number, on=on)
    found = Submission.objects.select_related("issue__merged_into").filter(number=number).first()
    # The hash is made in either case, so that the time taken says nothing.
    right = constant_time_compare(found.code_hash if found else "", _hash(number, secret))
    if found is None or not right:
        raise Refusal(
            _("No message with this number and code. Check both; they are on the page you saw"
              " after sending."), field="number",
        )  # fmt: skip
    return found


def progress_of(submission: Submission) -> str:
    """How it goes, in the resident's words; names of staff never occur in it."""
    if submission.state == State.WAITING:
        return _("We have received it. The grid office has not looked at it yet.")
    if submission.state == State.REFUSED:
        return _("It was not taken up: %(why)s") % {"why": submission.note}
    if submission.kind == Kind.FEWER:
        return _("Done: your contact will come and call less often. Urgent things still come.")
    if submission.kind == Kind.DATA:
        return _("The answer is ready; the grid office hands it to you on paper.")
    issue = submission.issue
    if issue is None:
        return _("It was taken up.")
    return _progress(issue.merged_into or issue)


def _progress(issue: Issue) -> str:
    S = Issue.State
    department = issue.department.name if issue.department else _("the department in charge")
    words = {
        S.REGISTERED: _("It was registered and is being looked at."),
        S.ACCEPTED: _("It was accepted; who deals with it is being decided."),
        S.DISPATCHED: _("It was given to %(who)s."),
        S.RECEIVED: _("%(who)s has received it and is dealing with it."),
        S.IN_PROGRESS: _("%(who)s is dealing with it."),
        S.RESOLVED: _("%(who)s says it is done; this is being checked."),
        S.FOLLOW_UP: _("It is done; somebody will ask you whether you are satisfied."),
        S.REOPENED: _("It was taken up once more."),
        S.SHELVED: _("It cannot be solved at present and stays open until it can."),
        S.DECLINED: _("It could not be taken up here; the grid office tells you where to turn."),
    }
    if issue.state == S.CLOSED:
        result = issue.get_result_display() if issue.result else _("closed")
        return _("It is closed: %(result)s.") % {"result": result}
    return words.get(S(issue.state), _("It is being dealt with.")) % {"who": department}


def _waiting(submission: Submission, by: User) -> Submission:
    """The message locked; Refusal where it is not one's to answer or was answered meanwhile."""
    row = Submission.objects.select_for_update(of=("self",)).get(pk=submission.pk)
    require_manage(by, row.path)
    if row.state != State.WAITING:
        raise Refusal(
            _("%(name)s has answered this on %(day)s: %(state)s.")
            % {
                "name": row.answered_by.get_full_name() if row.answered_by else "—",
                "day": row.answered_on, "state": row.get_state_display(),
            }
        )  # fmt: skip
    return row


def _answer(row: Submission, state: str, by: User, on: date, **changes: object) -> Submission:
    row.state, row.answered_by, row.answered_on = state, by, on
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=["state", "answered_by", "answered_on", *changes])
    return row


@dataclass(frozen=True)
class Taken:
    """How a manager files a message: kind, subject, title, and of which household, if of one."""

    kind: str
    subject: str
    title: str
    household: Household | None = None
    called_back: bool = False
    urgent: bool = False
    keep_point: bool = True


@transaction.atomic
def submission_accept(*, submission: Submission, taken: Taken, by: User, on: date) -> Issue:
    """File a matter: its number becomes the ticket. A household only after a call-back."""
    row = _waiting(submission, by)
    if row.kind != Kind.MATTER:
        raise Refusal(_("This asks for something else than a matter."))
    if taken.household is not None:
        _confirmed(row, taken.household, called_back=taken.called_back, by=by)
    issue = issue_register(
        kind=taken.kind, subject=taken.subject, source=Issue.Source.RESIDENT, title=taken.title,
        on=on, area=row.area, household=taken.household, ticket=row.number,
        point=row.point if taken.keep_point and taken.household is None else None,
        text="\n".join(filter(None, [row.text, row.place])), urgent=taken.urgent,
        contact_way=" ".join(filter(None, [row.name, phone_of(row.phone_sealed)])), by=by,
    )  # fmt: skip
    if row.photo:
        _photo_kept(issue, bytes(row.photo), by=by, on=on)
    _answer(row, State.ACCEPTED, by, on, issue=issue, household=taken.household, photo=None)
    return issue


def _photo_kept(issue: Issue, image: bytes, *, by: User, on: date) -> None:
    """The photo goes over to the matter; it was made small and plain when it came."""
    width, height = size_of(image)
    IssuePhoto.objects.create(
        issue=issue, when=IssuePhoto.When.BEFORE, image=image, width=width, height=height,
        added_on=on, added_by=by,
    )  # fmt: skip


def _confirmed(row: Submission, household: Household, *, called_back: bool, by: User) -> None:
    """The household is one's own to manage, of the card's township, and was called back."""
    mine = Household.objects.manageable_by(by).filter(pk=household.pk).exists()
    if not mine or not household.path.startswith(row.path[: path_length("township")]):
        raise Refusal(_("This household was not found."), field="household")
    if not called_back:
        raise Refusal(
            _("Call back first and confirm that you did: what concerns a household takes effect"
              " only after a call-back."), field="called_back",
        )  # fmt: skip


@transaction.atomic
def submission_confirm(
    *, submission: Submission, household: Household, called_back: bool, by: User, on: date
) -> Submission:
    """After the call-back: fewer contacts from now on, or the answer on data can be printed."""
    row = _waiting(submission, by)
    if row.kind == Kind.MATTER:
        raise Refusal(_("A matter is filed with its kind and subject."))
    _confirmed(row, household, called_back=called_back, by=by)
    if row.kind == Kind.FEWER:
        household = locked(household, by)
        if not household.fewer_contacts:
            touch(household, fewer_contacts=True)
    return _answer(row, State.ACCEPTED, by, on, household=household)


@transaction.atomic
def submissions_refuse(*, keys: Iterable[UUID], reason: str, by: User, on: date) -> int:
    """Refuse messages with words the sender reads; those answered meanwhile are left alone."""
    reason = " ".join(no_id_number(reason, field="reason").split())
    if not reason:
        raise Refusal(_("Say why, in words the resident will read."), field="reason")
    if len(reason) > NOTE:
        raise Refusal(_("Say it in at most %(n)d characters.") % {"n": NOTE}, field="reason")
    rows = list(
        Submission.objects.manageable_by(by).waiting().filter(pk__in=list(keys))
        .select_for_update().order_by("pk")
    )  # fmt: skip
    if not rows:
        raise Refusal(_("Choose messages that nobody has answered yet."))
    for row in rows:
        _answer(row, State.REFUSED, by, on, note=reason, photo=None)
    return len(rows)


def households_near(submission: Submission, text: str, *, by: User, most: int) -> list[Household]:
    """Households of the card's township a manager could mean: by name, address or number."""
    text = text.strip()
    if len(text) < 2:
        return []
    rows = Household.objects.manageable_by(by).filter(
        path__startswith=submission.path[: path_length("township")]
    )
    return list(
        (rows.filter(head_name__contains=text) | rows.filter(address__contains=text)
         | rows.filter(serial=text)).order_by("path", "head_name")[:most]
    )  # fmt: skip
