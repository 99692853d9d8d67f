"""The workflow of matters as a drawing and a table in words, from the one table of transitions."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import override

from casework.models import Issue
from casework.states import CAST, GUARDS, MOVES, Move

HEAD = """\
# Workflow of matters

Drawn from `casework/states.py` by `./manage.py draw_workflow`; a test fails where the two differ.
The resident's clock runs from registration and never stops. The department's runs from the day
a matter is given out and stands while it is set aside. Every step is kept for good.

"""


def workflow_text() -> str:
    """The whole of ``docs/workflow.md``."""
    parts = [HEAD, "```mermaid\nstateDiagram-v2\n".replace("\\\n", "\n")]
    return "".join([*parts, *_drawing(), "```\n\n", *_table(), "\n", *_beside()])


def _both(label: object) -> str:
    """English with the Chinese an office uses."""
    with override("en"):
        english = str(label)
    with override("zh-hans"):
        chinese = str(label)
    return english if english == chinese else f"{english} ({chinese})"


def _drawing() -> Iterator[str]:
    for state in Issue.State:
        yield f"    {state.value}: {_both(state.label)}\n"
    for move in MOVES:
        for before, after, said in _arrows(move):
            yield f"    {before} --> {after}: {said}\n"
    for state in Issue.FINISHED:
        yield f"    {state} --> [*]\n"


def _arrows(move: Move) -> Iterator[tuple[str, str, str]]:
    """From, to and words of the arrows of one transition; none where the state stays."""
    with override("zh-hans"):
        label = str(move.label)
        answers = [(str(Issue.Answer(a).label), after) for a, after in move.by_answer]
    for before in move.before or ("[*]",):
        if move.by_answer:
            for answer, after in answers:
                yield before, after, f"{label}：{answer}"
        elif move.back:
            for after in move.results:
                yield before, after, label
        elif move.after is not None:
            yield before, move.after, label


def _table() -> Iterator[str]:
    yield "| step | from | to | who | needs | may have | only if |\n"
    yield "|---|---|---|---|---|---|---|\n"
    for move in MOVES:
        with override("en"):
            cells = [
                f"`{move.verb}` {_both(move.label)}",
                ", ".join(move.before) if len(move.before) < len(Issue.State) else "any",
                ", ".join(move.results) or "stays",
                ", ".join(str(CAST[one]) for one in move.who),
                ", ".join(move.needs), ", ".join(move.may),
                " ".join(str(GUARDS[one]) for one in move.guards),
            ]  # fmt: skip
        yield "| " + " | ".join(cells) + " |\n"


def _beside() -> Iterator[str]:
    yield "Who is who:\n\n"
    for key, label in CAST.items():
        yield f"- `{key}`: {_both(label)}\n"
    yield (
        "\nA call-back that reaches nobody keeps a matter in follow-up; the third day of trying"
        " closes it, counted apart.\n"
    )
