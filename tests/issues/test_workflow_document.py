"""The drawing of the workflow in the documents is the table of transitions."""

from pathlib import Path

from casework.drawing import workflow_text


def test_the_drawing_is_up_to_date():
    path = Path(__file__).parents[2] / "docs" / "workflow.md"
    assert path.read_text(encoding="utf-8") == workflow_text(), "run ./manage.py draw_workflow"
