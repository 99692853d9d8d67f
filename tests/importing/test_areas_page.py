"""Areas loaded through the page by the township's grid office: the same code as the command."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from shapely.geometry import Polygon, box

from grids.models import Area, Boundary, BoundaryPart, Role
from grids.services import post_start
from jobs.models import ImportRun
from tests.importing.test_areas import geojson, table
from tests.shapes import ORIGIN, STEP

pytestmark = pytest.mark.django_db

V2 = "159901100202"


def square(x, y, w=1.0, h=1.0):
    """A rectangle of the drawing in tests/shapes.py."""
    lon, lat = ORIGIN
    return box(lon + x * STEP, lat + y * STEP, lon + (x + w) * STEP, lat + (y + h) * STEP)


def grid(n, shape, village=V2, **more):
    return {"code": f"{village}{n:03d}", "name": f"新{n}网格"} | more, shape


#: The second village as two grids: the one on record, and its open land.
WHOLE = [grid(1, square(2, 0, 1, 2), name="甲二嘎查第一网格"), grid(2, square(3, 0, 1, 2))]


@pytest.fixture
def manager(world, as_user):
    return as_user("manager")


def upload(client, source, name="grids.geojson", level="grid", crs="wgs84", **more):
    """The page's answer after the upload, and the run it made (None when refused at once)."""
    file = SimpleUploadedFile(name, source)
    sent = {"kind": "areas", "level": level, "crs": crs, "file": file} | more
    answer = client.post("/import/", sent, follow=True)
    return answer, ImportRun.objects.order_by("-at").first()


def press(client, run, action, **sent):
    answer = client.post(f"/import/{run.pk}/{action}/", sent, follow=True)
    run.refresh_from_db()
    return answer


def problems(run):
    return [(p["row"], p["message"]) for p in run.report["problems"]]


def test_the_page_offers_areas_and_asks_for_level_system_and_day(manager):
    page = manager.get("/import/?kind=areas").content.decode()
    assert 'value="areas" checked' in page and 'data-asks="crs level since"' in page


def test_grids_are_in_force_after_upload_check_and_commit(manager, world):
    answer, run = upload(manager, geojson(*WHOLE))
    assert answer.status_code == 200 and run.report["counts"]["new"] == 1
    assert run.report["counts"]["rows"] == 2 and run.report["counts"]["bad"] == 0
    assert not Area.objects.by_code(f"{V2}002", world.on).exists()
    press(manager, run, "write", rows="all")
    assert run.state == "done"
    made = Area.objects.by_code(f"{V2}002", world.on).get()
    assert made.name == "新2网格" and made.parent == world.areas["V2"]
    assert made.during.lower == world.on
    assert Boundary.objects.get(area=made).source == "grids.geojson"


def test_the_same_file_again_changes_nothing(manager):
    _answer, run = upload(manager, geojson(*WHOLE))
    press(manager, run, "write", rows="all")
    _answer, again = upload(manager, geojson(*WHOLE))
    counts = again.report["counts"]
    assert (counts["new"], counts["changed"], counts["unchanged"]) == (0, 0, 2)


def test_they_are_in_force_from_the_day_named(manager, world):
    since = world.on - timedelta(days=30)
    _answer, run = upload(manager, geojson(*WHOLE), since=since.isoformat())
    press(manager, run, "write", rows="all")
    assert Area.objects.by_code(f"{V2}002", since).get().during.lower == since
    answer, _run = upload(manager, geojson(*WHOLE), since="昨天")
    assert answer.status_code == 400


def test_codes_of_others_are_refused_alike_whether_they_exist_or_not(manager, world):
    foreign = [
        grid(1, square(5, 0, 1, 2), village="159901101201"),
        grid(1, square(5, 0, 1, 2), village="159901101999"),
        grid(1, square(5, 0, 1, 2), village="150000100001"),
    ]
    answer, run = upload(manager, geojson(*WHOLE, *foreign))
    found = dict(problems(run))
    assert sorted(found) == [3, 4, 5]
    heads = {message.replace(p["code"], "…") for message, (p, _s) in zip(
        (found[3], found[4], found[5]), foreign, strict=True)}  # fmt: skip
    assert len(heads) == 1
    text = answer.content.decode()
    assert "西方苏木" not in text and "乙一嘎查" not in text
    refused = press(manager, run, "write", rows="all")
    assert refused.status_code == 400 and run.state == "preview"
    press(manager, run, "write", rows="good")
    assert run.state == "done" and Area.objects.by_code(f"{V2}002", world.on).exists()
    assert world.areas["G31"].name == Area.objects.get(pk=world.areas["G31"].pk).name
    assert not Area.objects.by_code("159901101999001", world.on).exists()


def test_siblings_of_the_own_area_are_not_told(world, as_user):
    """A manager of one village loads nothing at the level of villages, and learns of none."""
    role = Role.objects.get(pk="grid_office")
    person = world.people["nobody"]
    post_start(person=person, role=role, on=world.on, area=world.areas["V1"])
    own = {"code": "159901100201", "name": "改名村"}, square(0, 0, 2.5, 2)
    answer, run = upload(as_user("nobody"), geojson(own), level="village")
    assert len(run.report["problems"]) == 1 and run.report["vanished"] == []
    assert run.report["notices"] == [] and "甲二" not in answer.content.decode()


def test_levels_above_the_village_are_not_the_managers(manager):
    township = {"code": "159901100", "name": "改名镇"}, square(0, 0, 4, 2)
    answer, _run = upload(manager, geojson(township), level="township")
    assert answer.status_code == 400 and not ImportRun.objects.exists()


def test_who_manages_nothing_loads_nothing(as_user):
    for login in ("worker", "leader", "administrator"):
        answer, _run = upload(as_user(login), geojson(*WHOLE))
        assert answer.status_code in (403, 404)
    assert not ImportRun.objects.exists()


def test_gaps_and_overlaps_are_shown_with_place_and_size(manager):
    file = geojson(grid(2, square(2.9, 0, 0.6, 2)))
    answer, run = upload(manager, file)
    overlap = next(n for n in run.report["notices"] if "重叠" in n)
    gap = next(n for n in run.report["notices"] if "甲二嘎查(" in n and "不属于" in n)
    assert "m²" in overlap.replace("平方米", "m²") and "120.029" in overlap
    assert "120.0" in gap and "45.0" in gap
    assert overlap in answer.content.decode()


def test_an_invalid_ring_is_refused_with_its_place(manager):
    lon, lat = ORIGIN
    corners = [(3, 0), (4, 2), (4, 0), (3, 2)]
    bow = Polygon([(lon + x * STEP, lat + y * STEP) for x, y in corners])
    answer, run = upload(manager, geojson(WHOLE[0], grid(2, bow)))
    [(row, message)] = problems(run)
    assert row == 2 and "120.035" in message and "45.01" in message
    text = answer.content.decode()
    assert message.split(" [")[0] in text and "标注过的表" not in text
    assert f"/import/{run.pk}/errors.xlsx" not in text


def test_a_file_without_its_system_keeps_and_asks(manager):
    answer, run = upload(manager, geojson(*WHOLE), crs="")
    assert answer.status_code == 400 and run.state == "preview"
    again = manager.post(f"/import/{run.pk}/", {"crs": "wgs84"})
    assert again.status_code == 200
    run.refresh_from_db()
    assert run.report["counts"]["new"] == 1


def test_a_property_is_named_on_the_page(manager):
    shape = square(3, 0, 1, 2)
    answer, run = upload(manager, geojson(({"BM9": f"{V2}002", "MC9": "映射格"}, shape)))
    assert answer.status_code == 400
    sent = {"crs": "wgs84", "field-code": "BM9", "field-name": "MC9"}
    assert manager.post(f"/import/{run.pk}/", sent).status_code == 200
    press(manager, run, "write", rows="all")
    assert Area.objects.filter(name="映射格").exists()


def test_a_table_of_codes_and_names_is_enough(manager, world):
    rows = table(("编码", "名称"), (f"{V2}002", "表格"), ("12", "坏格"))
    _answer, run = upload(manager, rows, name="网格.xlsx", crs="")
    assert [p["column"] + str(p["row"]) for p in run.report["problems"]] == ["A3"]
    assert manager.get(f"/import/{run.pk}/errors.xlsx").status_code == 200
    press(manager, run, "write", rows="good")
    assert Area.objects.by_code(f"{V2}002", world.on).get().name == "表格"


def test_what_nothing_was_built_on_is_taken_back(manager, world):
    before = BoundaryPart.objects.count()
    empty = grid(2, square(3, 1))
    _answer, run = upload(manager, geojson(empty))
    press(manager, run, "write", rows="all")
    assert BoundaryPart.objects.count() > before
    call_command("recount", stdout=StringIO())
    press(manager, run, "undo")
    assert run.state == "undone"
    assert not Area.objects.filter(name="新2网格").exists()
    assert BoundaryPart.objects.count() == before
    call_command("recount", stdout=StringIO())
    call_command("recount", "--check", stdout=StringIO())
    _answer, again = upload(manager, geojson(empty))
    assert again.report["counts"]["new"] == 1


def test_it_is_not_taken_back_once_something_rests_on_it(manager, world):
    _answer, run = upload(manager, geojson(grid(2, square(3, 1))))
    press(manager, run, "write", rows="all")
    area = Area.objects.get(name="新2网格")
    role = Role.objects.get(pk="grid_worker")
    post_start(person=world.people["nobody"], role=role, on=world.on, area=area)
    answer = press(manager, run, "undo")
    assert run.state == "done" and "不能撤回" in answer.content.decode()
    assert Area.objects.filter(pk=area.pk).exists() and Boundary.objects.filter(area=area).exists()


def test_it_is_not_taken_back_when_households_moved_in_with_it(manager, world):
    _answer, run = upload(manager, geojson(*WHOLE))
    press(manager, run, "write", rows="all")
    answer = press(manager, run, "undo")
    assert run.state == "done" and "已有住户" in answer.content.decode()
    assert Boundary.objects.filter(area__name="新2网格").exists()


def test_replaced_outlines_are_not_taken_back_by_halves(manager, world):
    wider = grid(1, square(2, 0, 1.2, 2), name="改名网格")
    _answer, run = upload(manager, geojson(wider))
    assert run.report["counts"]["changed"] == 1
    press(manager, run, "write", rows="all")
    answer = press(manager, run, "undo")
    assert run.state == "done" and "更换了原有边界" in answer.content.decode()
    assert Area.objects.get(pk=world.areas["G21"].pk).name == "改名网格"


def test_a_changed_name_gets_back_the_old_one(manager, world):
    _answer, run = upload(manager, geojson(grid(1, square(2, 0, 1, 2), name="改名网格")))
    press(manager, run, "write", rows="all")
    press(manager, run, "undo")
    assert run.state == "undone"
    assert Area.objects.get(pk=world.areas["G21"].pk).name == "甲二嘎查第一网格"


def test_the_command_leaves_a_run_that_can_be_taken_back(world, tmp_path):
    file = tmp_path / "grids.geojson"
    file.write_bytes(geojson(grid(2, square(3, 1))))
    said = StringIO()
    arguments = ["import_areas", str(file), "--level", "grid", "--crs", "wgs84"]
    call_command(*arguments, stdout=said)
    assert not ImportRun.objects.exists()
    call_command(*arguments, "--commit", stdout=said)
    run = ImportRun.objects.get()
    assert run.state == "done" and str(run.pk) in said.getvalue()
    call_command("undo_import", str(run.pk), stdout=StringIO())
    assert not Area.objects.filter(name="新2网格").exists()
