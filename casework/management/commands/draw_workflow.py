"""Write docs/workflow.md anew from the table of transitions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from casework.drawing import workflow_text


class Command(BaseCommand):
    """``./manage.py draw_workflow``"""

    help = "Draw the workflow of matters in docs/workflow.md."

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "workflow.md"
        path.write_text(workflow_text(), encoding="utf-8")
        self.stdout.write(str(path))
