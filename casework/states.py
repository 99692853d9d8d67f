"""The one table of transitions: what may happen to a matter, from where, by whom, with what.

Services, pages, the drawing in ``docs/workflow.md`` and the tests read this table; there is no
second one. What a transition changes beside the state is in ``casework/effects.py``.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casework.models import Issue

State = Issue.State

#: Who somebody is to a matter (``casework/cast.py`` says it of a person).
CONTACT = "contact"
WORKER = "worker"
MANAGER = "manager"
LEADER = "leader"
DEPARTMENT = "department"
HELPER = "helper"
CAST = {
    CONTACT: _("named contact of the household"),
    WORKER: _("worker of the place"),
    MANAGER: _("township grid office"),
    LEADER: _("leader of the place"),
    DEPARTMENT: _("leading department"),
    HELPER: _("helping department"),
}
#: Working days a department has to send a matter back that is not its own.
RETURN_DAYS = 2
#: Working days an extension gives at most.
MOST_DAYS = 10
#: Days of trying in vain after which a call-back closes a matter.
TRIES = 3

NOTE, RESULT, ORGANISATION, UNTIL, DAYS = "note", "result", "organisation", "until", "days"
ANSWER, TURN_TO, INTO, HELPERS = "answer", "turn_to", "into", "helpers"
DOWN_TO = "down_to"

#: Further conditions, by the sentence that is told where one is not met.
ANOTHER, OTHERS, NOT_SERVED, HOLDING = "another", "others", "not_served", "holding"
GUARDS = {
    ANOTHER: _("Whoever resolved a matter does not close it; somebody else asks."),
    OTHERS: _("Somebody else than who asked for it decides."),
    NOT_SERVED: _("You served in this matter yourself; somebody else asks."),
    "within_return": _("A matter is sent back within two working days of being given out."),
    "before_limit": _("More time is asked for before the department's limit."),
    "not_extended": _("More time is given once; it was given already."),
    "no_extend_waiting": _("A request for more time is waiting already."),
    "extend_waiting": _("No request for more time is waiting."),
    "no_shelve_waiting": _("A request to set it aside is waiting already."),
    "shelve_waiting": _("No request to set it aside is waiting."),
    "on_spot": _("Only what was solved on the spot is closed without asking."),
    "has_department": _("No department has this matter; give it out instead."),
    "no_department": _("A department has this matter; it resolves it."),
    "higher_up": _("Nobody holds a post further up that could take it."),
    HOLDING: _("It is handed down by the level that has it in hand."),
    "lower_down": _("It was not passed up, or nobody further down holds a post to take it."),
    "offices": _("The department has no office to hand it on to."),
}


@dataclass(frozen=True)
class Move:
    """One transition.

    ``after`` None: the state stays. ``by_answer``: what a call-back was told decides, and
    ``after`` is where most lead. ``main``: may be the one next action of whoever looks.
    """

    verb: str
    label: object
    before: tuple[str, ...]
    after: str | None
    who: tuple[str, ...]
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    main: bool = False
    by_answer: tuple[tuple[str, str], ...] = ()
    #: Leads back to where the matter was set aside from.
    back: bool = False

    @property
    def results(self) -> tuple[str, ...]:
        """Every state this may lead to; empty where the state stays."""
        if self.by_answer:
            return tuple(dict.fromkeys(after for _answer, after in self.by_answer))
        if self.back:
            return SHELVED_FROM
        return (self.after,) if self.after else ()


ALL = tuple(State.values)
OPEN = tuple(state for state in ALL if state not in Issue.FINISHED)
#: The department has the matter in hand, and its clock runs.
WITH_DEPARTMENT = (State.DISPATCHED, State.RECEIVED, State.IN_PROGRESS)
#: Not yet, or no longer, with a department.
WITH_PLACE = (State.REGISTERED, State.ACCEPTED)
#: Where a matter may be set aside from, and is taken up again.
SHELVED_FROM = (State.ACCEPTED, *WITH_DEPARTMENT, State.REOPENED)
OF_PLACE = (CONTACT, WORKER, MANAGER)
Answer = Issue.Answer

#: In the order in which the pages offer them.
MOVES: tuple[Move, ...] = (
    Move("register", pgettext_lazy("step", "Register"),
         (), State.REGISTERED, (CONTACT, WORKER, MANAGER, LEADER)),
    Move("accept", pgettext_lazy("step", "Accept"),
         (State.REGISTERED,), State.ACCEPTED, (MANAGER,), may=(NOTE,), main=True),
    Move("dispatch", pgettext_lazy("step", "Give to a department"),
         (State.ACCEPTED, State.DISPATCHED, State.REOPENED), State.DISPATCHED, (MANAGER,),
         needs=(ORGANISATION,), may=(HELPERS, UNTIL, NOTE), main=True),
    Move("receive", pgettext_lazy("step", "Receive"),
         (State.DISPATCHED,), State.RECEIVED, (DEPARTMENT,), may=(NOTE,), main=True),
    Move("begin", pgettext_lazy("step", "Begin"),
         (State.RECEIVED, State.REOPENED), State.IN_PROGRESS, (DEPARTMENT,), may=(NOTE,),
         guards=("has_department",), main=True),
    Move("resolve", pgettext_lazy("step", "Resolved"),
         (State.RECEIVED, State.IN_PROGRESS), State.RESOLVED, (DEPARTMENT,), needs=(RESULT, NOTE),
         main=True),
    Move("call", pgettext_lazy("step", "Call back"),
         (State.RESOLVED, State.FOLLOW_UP), State.CLOSED, (WORKER, MANAGER), needs=(ANSWER,),
         may=(NOTE,), guards=(ANOTHER, NOT_SERVED), main=True,
         by_answer=((Answer.SATISFIED, State.CLOSED), (Answer.BASICALLY, State.CLOSED),
         (Answer.DISSATISFIED, State.REOPENED), (Answer.UNREACHED, State.FOLLOW_UP))),
    Move("settle", pgettext_lazy("step", "Solved on the spot"),
         (*WITH_PLACE, State.REOPENED), State.RESOLVED, OF_PLACE, needs=(RESULT, NOTE),
         guards=("no_department",), main=True),
    Move("contribute", pgettext_lazy("step", "Add our part"),
         WITH_DEPARTMENT, None, (HELPER,), needs=(NOTE,), main=True),
    Move("extend", pgettext_lazy("step", "Grant more time"),
         WITH_DEPARTMENT, None, (MANAGER,), may=(NOTE,), guards=("extend_waiting", OTHERS),
         main=True),
    Move("refuse_extension", pgettext_lazy("step", "Refuse more time"),
         WITH_DEPARTMENT, None, (MANAGER,), needs=(NOTE,), guards=("extend_waiting",)),
    Move("shelve", pgettext_lazy("step", "Set aside"),
         SHELVED_FROM, State.SHELVED, (LEADER,), may=(NOTE,), guards=("shelve_waiting", OTHERS),
         main=True),
    Move("refuse_shelving", pgettext_lazy("step", "Refuse to set aside"),
         SHELVED_FROM, None, (LEADER,), needs=(NOTE,), guards=("shelve_waiting",)),
    Move("resume", pgettext_lazy("step", "Take up again"),
         (State.SHELVED,), State.IN_PROGRESS, (MANAGER, LEADER, DEPARTMENT), may=(NOTE,),
         main=True, back=True),
    Move("report", pgettext_lazy("step", "Tell how far it is"),
         OPEN, None, (*OF_PLACE, DEPARTMENT), needs=(NOTE,)),
    Move("return", pgettext_lazy("step", "Send back"),
         (State.DISPATCHED, State.RECEIVED), State.ACCEPTED, (DEPARTMENT,), needs=(NOTE,),
         guards=("within_return",)),
    Move("hand_on", pgettext_lazy("step", "Hand on to an own office"),
         WITH_DEPARTMENT, State.DISPATCHED, (DEPARTMENT,), needs=(ORGANISATION,), may=(NOTE,),
         guards=("offices",)),
    Move("ask_extend", pgettext_lazy("step", "Ask for more time"),
         WITH_DEPARTMENT, None, (DEPARTMENT,), needs=(DAYS, NOTE), guards=("not_extended",
         "no_extend_waiting", "before_limit")),
    Move("ask_shelve", pgettext_lazy("step", "Ask to set aside"),
         SHELVED_FROM, None, (DEPARTMENT, MANAGER), needs=(UNTIL, NOTE),
         guards=("no_shelve_waiting",)),
    Move("pass_up", pgettext_lazy("step", "Pass up"),
         WITH_PLACE, None, OF_PLACE, needs=(NOTE,), guards=("higher_up",)),
    Move("hand_down", pgettext_lazy("step", "Hand back down"),
         (*WITH_PLACE, State.REOPENED), None, (WORKER, MANAGER), needs=(DOWN_TO, NOTE),
         guards=("no_department", HOLDING, "lower_down")),
    Move("remind", pgettext_lazy("step", "Ask for progress"),
         OPEN, None, (MANAGER, LEADER), may=(NOTE,)),
    Move("supervise", pgettext_lazy("step", "Supervise: an answer by a day"),
         OPEN, None, (LEADER,), needs=(UNTIL,), may=(NOTE,)),
    Move("merge", pgettext_lazy("step", "Merge as a repeat"),
         WITH_PLACE, State.MERGED, (MANAGER,), needs=(INTO,)),
    Move("decline", pgettext_lazy("step", "Decline"),
         WITH_PLACE, State.DECLINED, (MANAGER,), needs=(NOTE, TURN_TO)),
    Move("close", pgettext_lazy("step", "Close, to be asked by sample"),
         (State.RESOLVED,), State.CLOSED, (MANAGER,), may=(NOTE,),
         guards=(ANOTHER, NOT_SERVED, "on_spot")),
    Move("reopen", pgettext_lazy("step", "Reopen"),
         Issue.FINISHED, State.REOPENED, (MANAGER,), needs=(NOTE,)),
    Move("comment", pgettext_lazy("step", "Comment"),
         ALL, None, tuple(CAST), needs=(NOTE,)),
)  # fmt: skip
#: Events beside the path: another's comment outdates nothing that somebody is typing.
QUIET = ("comment", "report", "remind", "contribute", "repeat", "decide", "confirm", "refile")
TABLE: dict[str, Move] = {move.verb: move for move in MOVES}
#: Events that no person chooses: of a matter another was merged into, and a decision of a meeting.
EVENTS = {
    "repeat": _("A repeat was merged into it"),
    "decide": _("Decided by a joint meeting"),
    "told": _("The hotline told more"),
    "confirm": _("Confirmed by sample"),
    "refile": _("Filed under another area by a redraw"),
}


def label_of(verb: str) -> str:
    """A transition or an event in words; empty for what is in neither table."""
    move = TABLE.get(verb)
    return str(move.label if move else EVENTS.get(verb, ""))
