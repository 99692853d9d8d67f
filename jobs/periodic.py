"""What must happen by the clock. Apps above register here; ``manage.py work`` runs it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from lib.clock import today

logger = logging.getLogger(__name__)


@dataclass
class Duty:
    """A function run every ``seconds``, or once a day (``seconds`` None) in Shanghai."""

    name: str
    run: Callable[[date], object]
    seconds: float | None
    last: float = 0.0
    last_day: date | None = None


@dataclass
class Rota:
    """The duties of this process."""

    duties: list[Duty] = field(default_factory=list)

    def every(self, seconds: float | None, run: Callable[[date], object]) -> None:
        """Register ``run(today)``; twice the same function counts once."""
        name = f"{run.__module__}.{run.__qualname__}"
        if all(duty.name != name for duty in self.duties):
            self.duties.append(Duty(name, run, seconds))

    def run_due(self) -> list[str]:
        """Run what is due; one duty that fails is logged and does not stop the others."""
        on, ran = today(), []
        for duty in self.duties:
            if duty.seconds is None:
                due = duty.last_day != on
            else:
                due = time.monotonic() - duty.last >= duty.seconds
            if not due:
                continue
            duty.last, duty.last_day = time.monotonic(), on
            try:
                duty.run(on)
            except Exception:  # one bad duty must not stop the rota
                logger.exception("%s failed", duty.name)
            ran.append(duty.name)
        return ran


rota = Rota()
