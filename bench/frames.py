"""The map page in a real Chromium: its first load, and its frames while one pans and zooms.

``python -m bench.frames`` starts the server as ``./lianhu run`` does and drives the page as a
person would, with the mouse. The floor is the same page and the same gestures with every tile
answered empty, so that what remains is the browser and this machine; the two take turns.

A frame is also late when another process holds the processor, so the page's own part is measured
apart: the longest task of its main thread, in processor time.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext, Page, sync_playwright

from bench.tiles import browser, server
from bench.town import HERE, place_of, town
from tools.prepare import collect_static, project_env
from tools.system import browser as chromium

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
WIDE = {"width": 1440, "height": 900}
LONG = 100  # ms: a frame longer than this is felt
#: Where the gestures begin: levels and layers as a grid manager uses them.
VIEWS = {
    "villages": "?at={lat},{lon},11",
    "grids": "?level=grid&at={lat},{lon},13",
    "households": "?level=household&at={lat},{lon},14",
}
RECORD = """() => {
    performance.setResourceTimingBufferSize(5000);
    window.frames_seen = [];
    let last = performance.now();
    const next = (now) => {
        window.frames_seen.push(now - last);
        last = now;
        if (!window.frames_stop) requestAnimationFrame(next);
    };
    requestAnimationFrame((now) => { last = now; requestAnimationFrame(next); });
}"""

TILES = """() => performance.getEntriesByType('resource')
    .filter(({name}) => name.includes('/tiles/')).map(({encodedBodySize}) => encodedBodySize)"""


@dataclass
class Seen:
    """Frames in milliseconds and bytes of tiles of one side."""

    frames: list[float] = field(default_factory=list)
    tiles: list[int] = field(default_factory=list)

    def line(self) -> str:
        """Median, 99th percentile and longest frame, frames over 100 ms, largest tile."""
        last = statistics.quantiles(self.frames, n=100)[98]
        over = sum(frame > LONG for frame in self.frames)
        tiles = (
            f", {len(self.tiles)} tiles up to {max(self.tiles)} bytes" if any(self.tiles) else ""
        )
        return (
            f"n={len(self.frames)} frames, median {statistics.median(self.frames):.0f}, 99 %"
            f" {last:.0f}, longest {max(self.frames):.0f} ms, {over} over {LONG} ms{tiles}"
        )


def gestures(page: Page) -> None:
    """Drag to four sides, then in and out by the wheel, resting between so that tiles come."""
    middle = (900, 480)
    for dx, dy in ((-420, 0), (0, -260), (420, 0), (0, 260)):
        page.mouse.move(*middle)
        page.mouse.down()
        for step in range(1, 21):
            page.mouse.move(middle[0] + dx * step / 20, middle[1] + dy * step / 20)
            page.wait_for_timeout(12)
        page.mouse.up()
        page.wait_for_timeout(500)
    for turn in (-240, -240, -240, 240, 240, 240):
        page.mouse.move(*middle)
        page.mouse.wheel(0, turn)
        page.wait_for_timeout(700)


def measured(context: BrowserContext, address: str, *, empty: bool) -> Seen:
    """The frames of all gestures from one view; with ``empty`` no tile carries anything."""
    page, seen = context.new_page(), Seen()
    if empty:
        page.route("**/tiles/**", lambda route: route.fulfill(status=204))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.evaluate(RECORD)
    gestures(page)
    seen.frames = page.evaluate("() => { window.frames_stop = true; return window.frames_seen; }")
    seen.tiles = page.evaluate(TILES)
    page.close()
    return seen


def tasks(context: BrowserContext, address: str) -> list[float]:
    """Processor time in ms of each task of the page's main thread during the gestures."""
    page = context.new_page()
    page.goto(address)
    page.wait_for_load_state("networkidle")
    session = context.new_cdp_session(page)
    events: list[dict[str, Any]] = []
    ended: list[bool] = []
    session.on("Tracing.dataCollected", lambda given: events.extend(given["value"]))
    session.on("Tracing.tracingComplete", lambda _given: ended.append(True))
    session.send("Tracing.start", {"categories": "toplevel", "transferMode": "ReportEvents"})
    gestures(page)
    session.send("Tracing.end")
    while not ended:
        page.wait_for_timeout(50)
    page.close()
    main = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    return sorted(
        event.get("tdur", 0) / 1000
        for event in events
        if event["ph"] == "X"
        and event["name"].endswith("RunTask")
        and (event["pid"], event["tid"]) in main
    )


def first_load(context: BrowserContext, base: str) -> None:
    """Bytes of the first load as sent (compressed), and when the page can be used."""
    page = context.new_page()
    page.goto(base)
    page.locator("lh-headline .headline-number").wait_for()
    page.locator("lh-area-list .area").first.wait_for()
    usable = page.evaluate("() => performance.now()")
    page.wait_for_load_state("networkidle")
    rows: list[dict[str, Any]] = page.evaluate(
        "() => [...performance.getEntriesByType('navigation'),"
        " ...performance.getEntriesByType('resource')]"
        ".map(({name, encodedBodySize, initiatorType}) => ({name, size: encodedBodySize}))"
    )
    script = sum(
        row["size"] for row in rows if row["name"].split("?")[0].endswith((".js", "i18n/"))
    )
    whole = sum(row["size"] for row in rows)
    print(
        f"first load: {whole / 1024:.0f} KiB in {len(rows)} answers, of them scripts"
        f" {script / 1024:.0f} KiB; headline and list after {usable:.0f} ms"
    )
    page.close()


@contextmanager
def signed_in(cookie: str, base: str, headless: Any) -> Iterator[BrowserContext]:
    """A browser with an empty cache and the session of one of the cast."""
    context = headless.new_context(viewport=WIDE, locale="zh-CN", timezone_id="Asia/Shanghai")
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": base}])
    yield context
    context.close()


def main() -> None:
    ask = argparse.ArgumentParser(prog="python -m bench.frames")
    ask.add_argument("--households", type=int, default=200_000)
    ask.add_argument("--keep", default="", help="database to make and keep, or to use again")
    ask.add_argument("--rounds", type=int, default=2)
    ask.add_argument("--users", nargs="*", default=["county", "township"])
    given = ask.parse_args()
    collect_static(project_env())
    with town(given.households, keep=given.keep) as made, server(made) as port:
        # Before the browser's loop runs, in which the database may not be asked.
        cookies = {
            login: browser(made.users[login]).cookies["sessionid"].value for login in given.users
        }
        drive(cookies, f"http://127.0.0.1:{port}/", made.households, given.rounds)


def drive(cookies: dict[str, str], base: str, households: int, rounds: int) -> None:
    """Print what each person meets."""
    lon, lat = place_of(*HERE)
    with sync_playwright() as playwright:
        headless = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for login, cookie in cookies.items():
            print(f"\n{login}, {households} households")
            with signed_in(cookie, base, headless) as context:
                first_load(context, base)
            for name, view in VIEWS.items():
                address = base + view.format(lat=round(lat, 5), lon=round(lon, 5))
                sides = {"empty": Seen(), "full": Seen()}
                for _round in range(rounds):
                    for side, seen in sides.items():
                        with signed_in(cookie, base, headless) as context:
                            one = measured(context, address, empty=side == "empty")
                        seen.frames += one.frames
                        seen.tiles += one.tiles
                for side, seen in sides.items():
                    print(f"  {name:10} {side:5} {seen.line()}")
                with signed_in(cookie, base, headless) as context:
                    took = tasks(context, address)
                print(
                    f"  {name:10} the page's own tasks: n={len(took)}, longest {took[-1]:.0f} ms"
                    f" of processor time, {sum(one > LONG for one in took)} over {LONG} ms"
                )
                longest = max(sides["full"].frames) / max(sides["empty"].frames)
                print(f"  {name:10} ratio of the longest frames, full / empty: {longest:.2f}")
        headless.close()


if __name__ == "__main__":
    main()
