"""Roads, rivers and railways from files: kinds, systems, villages, and the same file again."""

from __future__ import annotations

import json

import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile

from jobs.models import Act
from lib.errors import Refusal
from planning.models import Barrier, Redraw
from planning.redrawing.barrier_files import Loaded, barriers_load, barriers_read
from planning.redrawing.drafts import redraw_start
from tests.people import World
from tests.shapes import point

pytestmark = pytest.mark.django_db


@pytest.fixture
def redraw(world: World) -> Redraw:
    return redraw_start(
        area=world.areas["T1"], villages=[world.areas["V1"], world.areas["V2"]], level="grid",
        by=world.user("manager"),
    )  # fmt: skip


def line(*places: tuple[float, float], **properties: str) -> dict:
    xy = [point(*place).coords for place in places]
    return {
        "type": "Feature", "properties": properties,
        "geometry": {"type": "LineString", "coordinates": xy},
    }  # fmt: skip


def file(*features: dict) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def load(world: World, redraw: Redraw, source: bytes, **asked) -> Loaded:
    found = barriers_read(redraw, source, **{"crs": "wgs84", **asked})
    return barriers_load(redraw=redraw, found=found, source="路网", by=world.user("manager"))


def test_it_reads_kinds_of_offices_and_of_openstreetmap(world: World, redraw: Redraw):
    loaded = load(
        world, redraw,
        file(
            line((0, 0.2), (1, 0.2), highway="primary", name="省道"),
            line((0, 0.4), (1, 0.4), highway="footway"),
            line((0, 0.6), (1, 0.6), waterway="river", name="大河"),
            line((0, 0.8), (1, 0.8), railway="rail"),
            line((0, 1.2), (1, 1.2), 类型="乡村道路"),
            line((0, 1.4), (1, 1.4), fclass="stream"),
            line((0, 1.6), (1, 1.6), 类型="地方铁路"),
        ),
    )  # fmt: skip
    kinds = Barrier.objects.order_by("kind", "name").values_list("kind", "name")
    # Lines of one kind and name are one.
    assert list(kinds) == [
        ("rail", ""), ("river", ""), ("river", "大河"), ("road", ""), ("road", "省道"),
    ]  # fmt: skip
    assert loaded.new == 5 and len(loaded.notes) == 1


def test_a_line_is_cut_at_the_villages_it_crosses(world: World, redraw: Redraw):
    load(world, redraw, file(line((-3, 1), (9, 1), highway="primary")))
    found = {barrier.path: barrier.geom for barrier in Barrier.objects.all()}
    assert set(found) == {world.areas["V1"].path, world.areas["V2"].path}
    west, _south, east, _north = found[world.areas["V1"].path].extent
    assert west == pytest.approx(point(0, 0).x, abs=0.0004)
    assert east == pytest.approx(point(2, 0).x, abs=0.0004)


def test_the_same_file_again_changes_nothing(world: World, redraw: Redraw):
    source = file(line((0, 0.2), (1, 0.2), 类型="河流"), line((1, 0.2), (2, 0.4), 类型="河流"))
    assert (load(world, redraw, source).new, Barrier.objects.count()) == (1, 1)
    again = load(world, redraw, source)
    assert (again.new, again.known, Barrier.objects.count()) == (0, 1, 1)


def test_a_system_in_metres_is_turned_to_degrees(world: World, redraw: Redraw):
    from lib.datum import from_wgs84, parse_crs

    feature = line((0, 0.5), (2, 0.5), kind="road")
    lon, lat = zip(*feature["geometry"]["coordinates"], strict=True)
    x, y = from_wgs84(parse_crs("EPSG:4528"), lon, lat)
    feature["geometry"]["coordinates"] = list(zip(x.tolist(), y.tolist(), strict=True))
    load(world, redraw, file(feature), crs="EPSG:4528")
    drawn = shapely.from_wkt(Barrier.objects.get().geom.wkt)
    assert drawn.distance(shapely.Point(point(1, 0.5).coords)) < 1e-7


def test_the_kind_may_be_named_for_the_whole_file(world: World, redraw: Redraw):
    source = file(line((0, 0.2), (1, 0.2), 说明="主干"))
    with pytest.raises(Refusal) as refused:
        load(world, redraw, source)
    assert refused.value.field == "kind"
    load(world, redraw, source, kind="river")
    assert Barrier.objects.get().kind == "river"


def test_a_property_may_be_named(world: World, redraw: Redraw):
    source = file(line((0, 0.2), (1, 0.2), 属性="公路", 标识="甲线"))
    load(world, redraw, source, properties={"kind": "属性", "name": "标识"})
    assert (Barrier.objects.get().kind, Barrier.objects.get().name) == ("road", "甲线")
    with pytest.raises(Refusal, match="没有"):
        load(world, redraw, source, properties={"kind": "没有"})


@pytest.mark.parametrize(
    ("source", "crs", "field"),
    [
        (b"", "wgs84", "file"),
        (b"not a map", "wgs84", "file"),
        (file(line((0, 0.2), (1, 0.2), kind="road")), "", "crs"),
        (file(line((0, 0.2), (1, 0.2), kind="road")), "EPSG:4528", "crs"),
        (file(line((40, 40), (41, 41), kind="road")), "wgs84", "file"),
        (file(line((0, 0.2), (1, 0.2), highway="steps")), "wgs84", "file"),
    ],
)
def test_what_cannot_be_read_is_said_beside_its_field(redraw: Redraw, source, crs, field):
    with pytest.raises(Refusal) as refused:
        barriers_read(redraw, source, crs=crs)
    assert refused.value.field == field
    assert not Barrier.objects.exists()


def test_only_the_office_loads_barriers(world: World, redraw: Redraw):
    found = barriers_read(redraw, file(line((0, 0.2), (1, 0.2), kind="road")), crs="wgs84")
    for key in ("leader", "outsider", "secretary"):
        with pytest.raises(Refusal):
            barriers_load(redraw=redraw, found=found, source="", by=world.user(key))


def test_the_page_loads_a_file_says_what_is_wrong_and_takes_back(
    world: World, redraw: Redraw, as_user
):
    manager = as_user("manager")
    page = f"/redraws/{redraw.pk}/barriers/"
    source = file(line((0, 0.2), (1, 0.2), 类型="道路", 名称="学院路"))

    def send(**typed: str):
        upload = SimpleUploadedFile("路网.geojson", source)
        return manager.post(page, {"file": upload, "crs": "wgs84", **typed}, follow=True)

    refused = send(crs="")
    assert refused.status_code == 400 and refused.context["error"].field == "crs"
    loaded = send()
    assert loaded.status_code == 200 and "学院路" in loaded.content.decode()
    assert "路网.geojson" in loaded.content.decode()
    assert "没有改动" in send().content.decode()
    manager.post(f"/acts/{Act.objects.latest('at').pk}/undo/", {"next": page})
    assert not Barrier.objects.exists()
    send()
    manager.post(page, {"remove": str(Barrier.objects.get().pk)})
    assert not Barrier.objects.exists()
    assert as_user("outsider").get(page).status_code == 404
    assert as_user("leader").get(page).status_code in (403, 404)
