"""What the world has changed since a draft was worked out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.utils.translation import ngettext

from grids.limits import MOST_LINKS
from grids.models import Post
from households.links import reaches
from households.models import Household, Link
from planning.matching.inputs import Inputs, inputs_read
from planning.matching.options import options_read
from planning.matching.solving import holders_of
from planning.models import MatchDraft, MatchLine

#: In the order in which the first that fits is told.
LINKED, CLOSED, OUT, MOVED, ENDED, FULL = "linked", "closed", "out", "moved", "ended", "full"
#: The household needs nobody any more; of the others somebody else may be found.
GONE = (LINKED, CLOSED, OUT)
ORDER = {MatchLine.State.PINNED: 0, MatchLine.State.ACCEPTED: 1, MatchLine.State.PROPOSED: 2}


@dataclass(frozen=True)
class Changes:
    """Why lines are overtaken, by household, and households that came to have nobody."""

    overtaken: Mapping[UUID, str] = field(default_factory=dict)
    fresh: Sequence[UUID] = ()

    def __bool__(self) -> bool:
        return bool(self.overtaken or self.fresh)

    @property
    def counts(self) -> Counter[str]:
        """How many of each kind; ``fresh`` for new households."""
        found = Counter(self.overtaken.values())
        if self.fresh:
            found["fresh"] = len(self.fresh)
        return found

    def sentences(self) -> list[str]:
        """What changed, in words; names nobody."""
        words = {
            LINKED: lambda n: ngettext(
                "%(n)d household has got a contact.", "%(n)d households have got a contact.", n
            ),
            CLOSED: lambda n: ngettext(
                "%(n)d household is no longer open.", "%(n)d households are no longer open.", n
            ),
            OUT: lambda n: ngettext(
                "%(n)d household is no longer asked for: it left the scope, or waits for another"
                " reason.",
                "%(n)d households are no longer asked for: they left the scope, or wait for"
                " another reason.", n,
            ),
            MOVED: lambda n: ngettext(
                "%(n)d household is filed elsewhere now.",
                "%(n)d households are filed elsewhere now.", n,
            ),
            ENDED: lambda n: ngettext(
                "Of %(n)d household the proposed contact is not in post here any more.",
                "Of %(n)d households the proposed contact is not in post here any more.", n,
            ),
            FULL: lambda n: ngettext(
                "For %(n)d household the proposed contact has no room left.",
                "For %(n)d households the proposed contact has no room left.", n,
            ),
            "fresh": lambda n: ngettext(
                "%(n)d household more has nobody.", "%(n)d households more have nobody.", n
            ),
        }  # fmt: skip
        counts = self.counts
        return [words[key](counts[key]) % {"n": counts[key]} for key in words if counts[key]]


def draft_changes(draft: MatchDraft, *, on: date) -> Changes:
    """What the world changed since the draft was worked out, as of a day."""
    if draft.state != MatchDraft.State.READY:
        return Changes()
    inputs = inputs_read(draft.path, options_read(draft.options), on=on)
    return changes_against(draft, inputs, on=on)


def changes_against(draft: MatchDraft, inputs: Inputs, *, on: date) -> Changes:
    """The same, of inputs that were just read; nothing where their stamp is the draft's."""
    if inputs.stamp == draft.stamp and not _beyond_inputs(draft, inputs):
        return Changes()
    lines = list(draft.lines.select_related("post").order_by("household"))
    homes = {home.id: home for home in inputs.homes}
    overtaken = _gone({line.household_id for line in lines} - set(homes), on)
    reach = {(one.id, one.place) for one in inputs.candidates}
    asked: dict[tuple[UUID, str], bool] = {}
    standing = []
    for line in lines:
        home = homes.get(line.household_id)
        if home is None:
            continue
        if home.path != line.path:
            overtaken[home.id] = MOVED
        elif line.post is not None:
            near = any((line.post_id, home.path[:n]) in reach for n in (12, 16, 20))
            if not near and (line.post.pk, home.path) not in asked:
                asked[line.post.pk, home.path] = _by_hand(line.post, home.path, on)
            if not near and not asked[line.post.pk, home.path]:
                overtaken[home.id] = ENDED
            elif (home.id, line.post.role_id) in inputs.taken:
                overtaken[home.id] = LINKED
            else:
                standing.append(line)
    overtaken.update(dict.fromkeys(_too_many(draft, standing, inputs), FULL))
    known = {line.household_id for line in lines}
    return Changes(overtaken, [key for key in homes if key not in known])


def _beyond_inputs(draft: MatchDraft, inputs: Inputs) -> bool:
    """Whether lines rest on posts chosen by hand that the inputs say nothing of."""
    chosen = draft.lines.filter(post__isnull=False, state=MatchLine.State.PINNED)
    known = {one.id for one in inputs.candidates}
    return any(key not in known for key in chosen.values_list("post", flat=True).distinct())


def _gone(keys: set[UUID], on: date) -> dict[UUID, str]:
    """Why households are not among those asked for any more."""
    linked = set(
        Link.objects.in_force(on).filter(household__in=keys).values_list("household", flat=True)
    )
    is_open = set(Household.objects.filter(pk__in=keys).open_on(on).values_list("pk", flat=True))
    return {key: CLOSED if key not in is_open else LINKED if key in linked else OUT for key in keys}


def _by_hand(post: Post, path: str, on: date) -> bool:
    """Whether a post that is no candidate could still be named by hand."""
    in_post = not post.void and on in post.during and post.role.may_link
    return in_post and reaches(post, path, on=on)


def _too_many(draft: MatchDraft, lines: list[MatchLine], inputs: Inputs) -> list[UUID]:
    """Households beyond the room of whom they are given to: the least decided and urgent."""
    holders = holders_of(inputs, options_read(draft.options))
    room: dict[tuple[UUID, str], int] = {
        key: (MOST_LINKS if holders.most[n] is None else holders.most[n] or 0) - holders.links[n]
        for key, n in holders.position.items()
    }
    order = sorted(
        lines, key=lambda line: (ORDER[MatchLine.State(line.state)], -line.urgency, line.pk)
    )
    beyond = []
    for line in order:
        assert line.post is not None
        key = (line.post.person_id, line.post.role_id)
        if key not in room:
            continue
        room[key] -= 1
        if room[key] < 0 and line.state != MatchLine.State.PINNED:
            beyond.append(line.household_id)
    return beyond
