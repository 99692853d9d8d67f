"""A 12345 export loaded by the page, and again a day later: no matter twice."""

from __future__ import annotations

from pathlib import Path

from casework.models import Issue
from tests.browser.conftest import Visitor
from tests.importing.test_tickets import HEADER, file, row
from tests.people import World


def load(visitor: Visitor, book: Path, shot: str) -> str:
    """Load a workbook through all steps; the counts as the last page tells them."""
    page = visitor.page
    page.goto(f"{visitor.base}/import/")
    page.locator("label.kind", has=page.locator("input[value=tickets]")).click()
    page.set_input_files("input[name=file]", str(book))
    page.get_by_role("button", name="读取文件").click()
    page.wait_for_load_state("networkidle")
    visitor.fits()
    visitor.check_access()
    visitor.shot(f"{shot}-checked")
    page.locator("button[name=rows]").click()
    page.wait_for_load_state("networkidle")
    visitor.fits()
    visitor.shot(f"{shot}-done")
    return " ".join(page.locator(".sums").inner_text().split())


def test_a_file_of_tickets_comes_twice(visitor: Visitor, town: World, tmp_path: Path):
    assert "工单编号" in HEADER
    before = Issue.objects.count()
    visitor.sign_in("manager")
    rows = [
        row("T1"), row("T2", 诉求标题="停水", 诉求分类="供水"),
        row("T3", 诉求类型="举报", 诉求标题="某人违规"),
    ]  # fmt: skip
    told = load(visitor, file(tmp_path, *rows), "tickets")
    assert "新增 2" in told and "不予存储 1" in told
    changed = [row("T1", 诉求内容="又坏了两盏", 工单状态="催办"), *rows[1:]]
    told = load(visitor, file(tmp_path, *changed, name="b.xlsx"), "tickets-again")
    assert "新增 0" in told and "更新 1" in told and "无变化 1" in told
    assert Issue.objects.count() == before + 2
    issue = Issue.objects.get(ticket="T1")
    visitor.page.goto(f"{visitor.base}/issues/{issue.pk}/")
    assert "又坏了两盏" in visitor.page.locator("main").inner_text()
    visitor.fits()
    visitor.shot("tickets-matter")
