"""What is done to a draft of contacts, by name: the door for the pages and for commands.

Ordered and worked out (``making``), decided line by line (``lines``), compared with the world
(``changes``) and with another (``comparing``), approved and put into force (``committing``).
"""

from planning.matching.changes import Changes, draft_changes
from planning.matching.committing import (
    Committed,
    act_of,
    draft_approve,
    draft_commit,
    draft_reopen,
    may_approve,
)
from planning.matching.comparing import Comparison, draft_compare
from planning.matching.lines import (
    line_accept,
    line_pin,
    line_reject,
    line_release,
    lines_accept,
)
from planning.matching.making import (
    draft_again,
    draft_cancel,
    draft_drop,
    draft_make,
    draft_order,
    draft_refresh,
)
from planning.matching.options import Options, Weights, options_read
from planning.matching.sums import draft_said

__all__ = [
    "Changes",
    "Committed",
    "Comparison",
    "Options",
    "Weights",
    "act_of",
    "draft_again",
    "draft_approve",
    "draft_cancel",
    "draft_changes",
    "draft_commit",
    "draft_compare",
    "draft_drop",
    "draft_make",
    "draft_order",
    "draft_refresh",
    "draft_reopen",
    "draft_said",
    "line_accept",
    "line_pin",
    "line_reject",
    "line_release",
    "lines_accept",
    "may_approve",
    "options_read",
]
