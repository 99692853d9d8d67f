"""Run background work: queued tasks and what is due by the clock, until told to stop."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS
from django_tasks_db.management.commands.db_worker import Worker

from jobs.periodic import rota


class Command(BaseCommand):
    help = "Run queued jobs and periodic duties until SIGTERM or Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        worker = Worker(
            queue_names=["default"],
            interval=1,
            batch=False,
            backend_name=DEFAULT_TASK_BACKEND_ALIAS,
            startup_delay=False,
            max_tasks=None,
            worker_id="lianhu",
            excluded_queue_names=[],
        )

        def end(*_args: object) -> None:
            stop.set()
            worker.running = False

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        clock = threading.Thread(target=self.keep_time, args=(stop,), daemon=True)
        clock.start()
        worker.run()
        stop.set()
        clock.join(timeout=10)

    def keep_time(self, stop: threading.Event) -> None:
        """Run due duties every two seconds on a connection of this thread."""
        while not stop.wait(2):
            close_old_connections()
            rota.run_due()
        close_old_connections()
