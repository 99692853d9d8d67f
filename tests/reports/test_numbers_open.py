"""Every number of dashboard, wall, form, brief and ledger is one of the registry, and opens to as
many rows, for everybody who sees it."""

from __future__ import annotations

import html
import io
import re
from dataclasses import dataclass

import openpyxl
import pytest

from desk.figures import brief as brief_page
from reports.answers import values
from reports.brief import FIGURES, Brief
from reports.forms import form_keep
from reports.indicators import registry
from reports.sources import month_of
from tests.reports.test_dashboard import FIELD, HOW_MANY, with_work
from tests.shapes import CODES

pytestmark = pytest.mark.django_db

NUMBER = re.compile(
    r'<a class="num" href="(?P<href>[^"]+)"(?: data-n="(?P<n>\d+)")? title="[^"]*"'
    r'(?: data-why="(?P<why>[^"]*)")?>'
    r'|<form method="post" action="(?P<post>[^"]+)" class="num-form">(?P<fields>.*?)'
    r'<button class="num" type="submit" data-n="(?P<m>\d*)"',
    re.S,
)
PLAIN = re.compile(r'<span class="num plain" title="(?P<why>[^"]*)"')


@dataclass
class Walk:
    """What was found on a page: links opened, those to fewer rows with a reason, plain numbers."""

    opened: int = 0
    fewer: int = 0
    rows: int = 0


def walk(client, page: str) -> Walk:
    """Open every number of a page. Fails where the rows are not as many as the number says."""
    found = Walk()
    assert all(one["why"] for one in PLAIN.finditer(page)), "a number neither opens nor says why"
    for one in NUMBER.finditer(page):
        address = html.unescape(one["href"] or one["post"])
        fields = dict(FIELD.findall(one["fields"] or ""))
        answer = client.post(address, fields) if one["post"] else client.get(address)
        assert answer.status_code == 200, address
        said = one["n"] or one["m"]
        if not said:
            continue  # A sum of money or people: its rows are fewer or more than it.
        told = HOW_MANY.search(answer.content.decode())
        assert told, address
        rows, n = int(told[1].replace(",", "")), int(said)
        if one["why"]:
            assert rows <= n, address
            found.fewer += rows < n
        else:
            assert rows == n, address
        found.opened += 1
        found.rows += rows
    return found


@pytest.mark.parametrize("span", ["month", "year"])
@pytest.mark.parametrize(
    ("user", "areas"),
    [
        ("manager", ("T1", "V1", "G11")),
        ("leader", ("T1", "V1")),
        ("county_leader", ("C", "T1")),
        ("secretary", ("V1",)),
        ("worker", ("G11",)),
    ],
)
def test_each_number_of_a_dashboard_opens(world, as_user, user, areas, span):
    with_work(world)
    client, found = as_user(user), Walk()
    for area in areas:
        answer = client.get("/dashboard/", {"area": CODES[area], "span": span})
        assert answer.status_code == 200
        walked = walk(client, answer.content.decode())
        found.opened += walked.opened
        found.fewer += walked.fewer
        found.rows += walked.rows
    assert found.opened > 10
    assert found.rows > 3
    if user == "manager":
        assert not found.fewer


def test_each_indicator_there_is_opens_from_a_form(world, as_user):
    """A form that names every indicator, for the month and for the year."""
    with_work(world)
    made = openpyxl.Workbook()
    names = list(registry())
    for n, key in enumerate(names, start=1):
        made.active[f"A{n}"] = f"{{{{{key}|本月}}}}"
        made.active[f"B{n}"] = f"{{{{{key}|累计}}}}"
    out = io.BytesIO()
    made.save(out)
    form = form_keep(area=world.areas["T1"], name="全部指标", file=out.getvalue(), on=world.on,
                     by=world.user("manager"))  # fmt: skip
    client = as_user("manager")
    page = client.get(f"/forms/{form.pk}/").content.decode()
    assert page.count('scope="row"') == 2 * len(names)
    found = walk(client, page)
    assert found.opened > 100
    assert found.rows > 50
    assert not found.fewer


def test_the_wall_and_the_brief_say_what_the_registry_says(world, as_user, monkeypatch):
    with_work(world)
    client, taken = as_user("manager"), []

    def write(brief: Brief) -> bytes:
        taken.append(brief)
        return b"%PDF"

    monkeypatch.setitem(brief_page.KINDS, "pdf", (write, "application/pdf"))
    client.get("/dashboard/brief.pdf")
    wall = client.get("/wall/").context
    shown = {key: taken[0].values[key] for key in FIGURES}
    shown_on_wall = [wall[key] for key in ("gap", "of_them", "overdue", "vacancies", "linked",
                                           "late", "satisfied")] + wall["matters"]  # fmt: skip
    wanted = {*shown, *(value.indicator.key for value in shown_on_wall)}
    counted = values(wanted, world.areas["T1"].path, since=month_of(world.on)[0], until=world.on,
                     current=world.on)  # fmt: skip
    for value in (*shown.values(), *shown_on_wall):
        right = counted[value.indicator.key]
        if value.withheld:
            assert value.indicator.sensitive
            assert 0 < int(right.number or 0) < 5, value.indicator.key
        else:
            assert value.number == right.number, value.indicator.key
