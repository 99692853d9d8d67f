"""A figure and its floor, measured in turns in the same run, and how the two compare."""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

#: Opens whatever a client needs and returns a function that makes one request and returns bytes.
Client = Callable[[], Callable[[int], int]]


@dataclass
class Measured:
    """Seconds of single requests, and requests per second of each block."""

    seconds: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def quiet(self) -> float:
        """The tenth percentile: what a request takes when nothing else is in the way."""
        return statistics.quantiles(self.seconds, n=10)[0]

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    def line(self) -> str:
        low, middle, high = (
            1000 * part for part in (min(self.seconds), self.median, max(self.seconds))
        )
        return (
            f"n={len(self.seconds)}  min/median/max {low:.2f}/{middle:.2f}/{high:.2f} ms"
            f"  {self.rate:.0f} req/s"
        )


def in_turns(
    sides: dict[str, Client], *, clients: int, requests: int, rounds: int
) -> dict[str, Measured]:
    """Blocks of ``requests`` by ``clients`` processes for each side, the order turned each round.

    The first block of each side warms up and is not counted.
    """
    found = {name: Measured() for name in sides}
    for number in range(rounds + 1):
        order = list(sides) if number % 2 else list(reversed(sides))
        for name in order:
            seconds, elapsed = _block(sides[name], clients, requests)
            if number:
                found[name].seconds += seconds
                found[name].rates.append(len(seconds) / elapsed)
    return found


def _block(client: Client, clients: int, requests: int) -> tuple[list[float], float]:
    """Seconds of every request and of the whole block. Clients are processes of their own."""
    each = max(1, requests // clients)
    context = multiprocessing.get_context("fork")
    start, results = context.Barrier(clients), context.SimpleQueue()
    workers = [
        context.Process(target=_work, args=(client, number, each, start, results), daemon=True)
        for number in range(clients)
    ]
    for worker in workers:
        worker.start()
    seconds: list[float] = []
    spans: list[tuple[float, float]] = []
    for _worker in workers:
        measured = results.get()
        if isinstance(measured, str):
            raise RuntimeError(measured)
        seconds += measured[0]
        spans.append(measured[1])
    for worker in workers:
        worker.join()
    return seconds, max(end for _begin, end in spans) - min(begin for begin, _end in spans)


def _work(client: Client, number: int, each: int, start: Any, results: Any) -> None:
    try:
        call = client()
        call(number)
        start.wait(timeout=60)
        seconds = []
        begun = before = time.perf_counter()
        for turn in range(each):
            call(number + turn)
            now = time.perf_counter()
            seconds.append(now - before)
            before = now
        results.put((seconds, (begun, before)))
    except Exception as error:
        start.abort()
        results.put(f"{type(error).__name__}: {error}")


def repeated(sides: dict[str, Callable[[], Any]], *, times: int) -> dict[str, Measured]:
    """Single calls in this process, one of each side in turns; the first of each is not counted."""
    found = {name: Measured() for name in sides}
    for number in range(times + 1):
        order: Sequence[str] = list(sides) if number % 2 else list(reversed(sides))
        for name in order:
            begun = time.perf_counter()
            sides[name]()
            seconds = time.perf_counter() - begun
            if number:
                found[name].seconds.append(seconds)
                found[name].rates.append(1 / seconds)
    return found
