"""From a GeoTIFF to a base map, and from a scanned drawing to the map: through the pages, the jobs and the tiles."""

from __future__ import annotations

import hashlib
import io
import json
import math
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from PIL import Image

from layers.errors import UnreadableFile
from layers.store import Database
from tests.files import gbk_shapefile_zip
from tests.people import Caller, add_account, sign_in, visitor
from tests.running import Server, running
from tests.test_imagery_cut import BLUE, RED, close_to, quarters, tif
from tests.test_imagery_placing import at, pdf, png
from webmap.bases.declared import read_bases
from webmap.config import Config
from webmap.keeping import backup, manifest, restore

pytestmark = pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning")
LONGEST_S = 120
JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def county(sample_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("pictures") / "home"
    shutil.copytree(sample_template, home)
    for role in ("administrator", "editor", "reader"):
        add_account(home, role)
    add_account(home, "editor", "文化和旅游局")
    with running(home) as server:
        yield server


def brought(caller: Caller, address: str, name: str, body: bytes) -> str:
    """Upload, wait for the look; answers the address of the picture."""
    answer = caller.post(f"{address}?name={quote(name)}", body=body)
    assert answer.status == 201, answer.text
    url: str = answer.json()["url"]
    waited(caller, url)
    return url


def waited(caller: Caller, url: str) -> dict[str, Any]:
    until = time.monotonic() + LONGEST_S
    while time.monotonic() < until:
        told: dict[str, Any] = caller.get(f"{url}/state").json()
        if told["ended"]:
            return told
        time.sleep(0.1)
    raise AssertionError(f"{url} did not end")


def colour(caller: Caller, template: str, place: Any, z: int) -> tuple[int, ...]:
    """What a tile shows at the place of a control point."""
    x = (place.lon + 180) / 360 * 2**z
    y = (1 - math.asinh(math.tan(math.radians(place.lat))) / math.pi) / 2 * 2**z
    address = template.replace("{z}", str(z)).replace("{x}", str(int(x))).replace("{y}", str(int(y)))
    answer = caller.get(address)
    if answer.status == 204:
        return (0, 0, 0, 0)
    assert answer.status == 200, answer.text
    pixel = Image.open(io.BytesIO(answer.body)).convert("RGBA").getpixel((int(x % 1 * 256), int(y % 1 * 256)))
    return tuple(pixel)  # type: ignore[arg-type]


def test_a_geotiff_becomes_a_base_map_and_goes_again(county: Server, tmp_path: Path) -> None:
    keeper = sign_in(county, "administrator")
    body = tif(tmp_path / "a.tif", quarters(), crs=None).read_bytes()
    url = brought(keeper, "/admin/imagery", "航拍2026.tif", body)
    page = keeper.get(url).text
    assert "没有写明坐标系" in page
    assert "600 × 600 像素" in page
    refused = keeper.post(url, data={"title": "航拍"})
    assert refused.status == 422
    assert "请在列出的坐标系中选择" in refused.text
    answer = keeper.post(
        url, data={"title": "示例航拍", "crs": "4549", "attribution": "示例影像", "nodata": ""}
    )
    assert answer.status == 303, answer.text
    told = waited(keeper, url)
    assert told["state"] == "done", told
    (base,) = [each for each in keeper.get("/api/bases").json()["bases"] if each["title"] == "示例航拍"]
    assert base["image"]
    assert base["credit"] == "示例影像"
    (part,) = base["parts"]
    assert part["max_zoom"] == 17
    assert close_to(colour(visitor(county), part["url"], at(150, 150), 17), RED)
    assert close_to(colour(visitor(county), part["url"], at(150, 450), 16), BLUE)
    assert keeper.post(f"{url}/remove", data={}).status == 303
    assert not [each for each in keeper.get("/api/bases").json()["bases"] if each["title"] == "示例航拍"]
    assert keeper.get(url).status == 404


def test_tiles_that_are_gone_leave_the_other_base_maps_alone(tmp_path: Path) -> None:
    """As after a restored backup, which holds the list of base maps and not their tiles."""
    entry = {"name": "a", "title": "甲", "kind": "mbtiles", "file": "imagery/gone.mbtiles"}
    other = {"name": "b", "title": "乙", "kind": "xyz", "url": "http://127.0.0.1/{z}/{x}/{y}"}
    (tmp_path / "bases.json").write_text(json.dumps({"bases": [entry, other]}), "utf-8")
    assert [each.name for each in read_bases(tmp_path / "bases.json")] == ["b"]


def test_what_cannot_be_imagery_is_refused_before_or_after_it_was_looked_at(county: Server) -> None:
    keeper = sign_in(county, "administrator")
    refused = keeper.post("/admin/imagery?name=a.img", body=b"x", headers=JSON)
    assert refused.status == 422
    assert "导出为 GeoTIFF" in refused.json()["error"]
    url = brought(keeper, "/admin/imagery", "坏.tif", b"II*\0 nothing")
    page = keeper.get(url).text
    assert "重新导出" in page
    assert "开始切片" not in page
    assert sign_in(county, "editor").get("/admin/imagery").status == 403


def points(*places: tuple[float, float], off_m: float = 0) -> list[dict[str, Any]]:
    found = [at(*each)._asdict() for each in places]
    if off_m:
        found[-1] |= at(*places[-1], east_off=off_m)._asdict()
    return found


CORNERS = ((0.0, 0.0), (600.0, 0.0), (600.0, 600.0), (0.0, 600.0))


def test_a_drawing_is_placed_with_its_residuals_and_seen_by_those_who_may(county: Server) -> None:
    planner, other = sign_in(county, "editor"), sign_in(county, "editor", "文化和旅游局")
    url = brought(planner, "/drawings", "红线图.png", png())
    assert "保存并上图" in planner.get(url).text
    assert other.get(url).status == 404
    seen = planner.get(f"{url}/seen")
    assert Image.open(io.BytesIO(seen.body)).size == (600, 600)
    fitted = planner.post(f"{url}/fit", json={"points": points(*CORNERS, off_m=4), "way": ""}).json()
    assert fitted["way"] == "affine"
    assert fitted["residuals_m"] == pytest.approx([1, 1, 1, 1], abs=2e-3)
    assert fitted["rms_m"] == pytest.approx(1, abs=2e-3)
    body: dict[str, Any] = {
        "points": points(*CORNERS),
        "way": "",
        "title": "示例红线",
        "visibility": "internal",
    }
    assert planner.post(url, json=body).status == 200
    assert waited(planner, url)["state"] == "done"
    (drawing,) = [
        each for each in planner.get("/api/drawings").json()["drawings"] if each["title"] == "示例红线"
    ]
    z = drawing["max_zoom"]
    assert close_to(colour(planner, drawing["url"], at(150, 150), z), RED)
    assert close_to(colour(other, drawing["url"], at(150, 450), z), BLUE)
    assert colour(planner, drawing["url"], at(-30, 150), z)[3] == 0
    nobody = visitor(county)
    assert not [
        each for each in nobody.get("/api/drawings").json()["drawings"] if each["title"] == "示例红线"
    ]
    address = drawing["url"].replace("{z}", "3").replace("{x}", "6").replace("{y}", "3")
    assert nobody.get(address).status == 404
    tiles = county.home / "pictures" / drawing["uid"] / "tiles.mbtiles"
    tiles.rename(tiles.with_suffix(".away"))
    answer = planner.get(drawing["url"].replace("{z}", "3").replace("{x}", "6").replace("{y}", "3"))
    assert answer.status == 404
    tiles.with_suffix(".away").rename(tiles)
    body |= {"visibility": "public", "seen_through": True}
    assert planner.post(url, json=body).status == 200
    assert waited(planner, url)["state"] == "done"
    (drawing,) = nobody.get("/api/drawings").json()["drawings"]
    assert colour(nobody, drawing["url"], at(450, 450), z)[3] == 0
    assert planner.post(f"{url}/remove", data={}).status == 303
    assert nobody.get("/api/drawings").json()["drawings"] == []


def test_a_backup_holds_originals_and_what_comes_back_draws_itself_again(
    county: Server, tmp_path: Path
) -> None:
    """A base map, a drawing, and a file that is looked at and not yet imported."""
    planner, keeper = sign_in(county, "editor"), sign_in(county, "administrator")
    raster = tif(tmp_path / "a.tif", quarters(), crs=4549).read_bytes()
    imagery = brought(keeper, "/admin/imagery", "备份航拍.tif", raster)
    asked = {"title": "备份航拍", "crs": "4549", "attribution": "示例影像", "nodata": ""}
    assert keeper.post(imagery, data=asked).status == 303
    assert waited(keeper, imagery)["state"] == "done"
    parcels = gbk_shapefile_zip(tmp_path / "三宗.zip").read_bytes()
    importing = brought(planner, "/intake", "三宗.zip", parcels)
    url = brought(planner, "/drawings", "备份红线.png", png())
    body = {"points": points(*CORNERS), "way": "", "title": "备份红线", "visibility": "internal"}
    assert planner.post(url, json=body).status == 200
    assert waited(planner, url)["state"] == "done"
    uid = url.rsplit("/", 1)[1]
    config = Config(home=county.home, database_url=f"sqlite:///{county.home / 'map.db'}")
    database = Database(config.database_url)
    made = backup.make(config, database, "byhand", tmp_path / "backups")
    database.dispose()
    kept = {each.path: each for each in manifest.read(made).files}
    assert kept[f"pictures/{uid}/original.png"].sha256 == hashlib.sha256(png()).hexdigest()
    assert not [path for path in kept if "tiles" in path]
    came = kept[f"uploads/{importing.rsplit('/', 1)[1]}/file.zip"]
    assert (came.bytes, came.sha256) == (len(parcels), hashlib.sha256(parcels).hexdigest())
    new = tmp_path / "new"
    restore.into(made, new)
    assert (new / f"pictures/{uid}/original.png").read_bytes() == png()
    with running(new) as server:
        again = sign_in(server, "editor")
        assert waited(again, url)["state"] == "done"
        (drawing,) = again.get("/api/drawings").json()["drawings"]
        assert close_to(colour(again, drawing["url"], at(150, 150), drawing["max_zoom"]), RED)
        assert waited(sign_in(server, "administrator"), imagery)["state"] == "done"
        bases = again.get("/api/bases").json()["bases"]
        (part,) = next(each["parts"] for each in bases if each["title"] == "备份航拍")
        assert close_to(colour(visitor(server), part["url"], at(150, 150), 17), RED)
        stamp = re.search(r'name="stamp" value="(\w+)"', again.get(importing).text)
        assert stamp is not None
        agreed = {"new": "yes", "stamp": stamp[1]}
        assert again.post(f"{importing}/apply", data=agreed).status == 303
        assert waited(again, importing)["state"] == "done"
        assert again.get(f"{importing}/original").body == parcels
    assert keeper.post(f"{imagery}/remove", data={}).status == 303
    assert planner.post(f"{url}/remove", data={}).status == 303
    original = made / f"pictures/{uid}/original.png"
    content = original.read_bytes()
    original.unlink()
    original.write_bytes(content[:-1] + b"?")
    with pytest.raises(UnreadableFile, match=r"original\.png 与清单不符"):
        restore.into(made, tmp_path / "harmed")


def test_a_page_of_a_pdf_is_chosen_and_points_may_be_typed(county: Server) -> None:
    planner = sign_in(county, "editor")
    url = brought(planner, "/drawings", "设计图.pdf", pdf())
    assert "共 2 页" in planner.get(url).text
    refused = planner.post(f"{url}/page", data={"page": "3"})
    assert (refused.status, "这份 PDF 共 2 页" in refused.text) == (422, True)
    assert planner.post(f"{url}/page", data={"page": "2"}).status == 303
    assert waited(planner, url)["state"] == "done"
    typed = [
        {"across": 0, "down": 0, "typed": "3935000, 40400000"},
        {"across": 2500, "down": 0, "typed": "Y=40400600 X=3935000"},
    ]
    fitted = planner.post(f"{url}/fit", json={"points": typed}).json()
    assert fitted["pixel_m"] == pytest.approx(600 / 2500, abs=1e-3)
    wrong: list[tuple[str, str]] = [
        ("3935000, 400000", "请加上带号"),
        ("12", "两个数"),
        ("3, 4", "经度、纬度"),
    ]
    for text, words in wrong:
        said = [*typed, {"across": 9, "down": 900, "typed": text}]
        refused = planner.post(f"{url}/fit", json={"points": said}, headers=JSON)
        assert refused.status == 422
        assert words in refused.json()["error"]


BAD: dict[str, Callable[[], Any]] = {
    "no points": dict,
    "half a point": lambda: {"points": [{"across": 1, "down": 2}]},
    "words": lambda: {"points": [{"across": "1", "down": 2, "lon": 118, "lat": 35}]},
    "a list of lists": lambda: {"points": [[1, 2, 3, 4]]},
    "one point": lambda: {"points": points(CORNERS[0])},
    "unheard of": lambda: {"points": points(*CORNERS), "way": "spline"},
}


def test_half_said_points_are_refused_in_words(county: Server) -> None:
    planner = sign_in(county, "editor")
    url = brought(planner, "/drawings", "图.png", png())
    for name, make in BAD.items():
        answer = planner.post(f"{url}/fit", json=make(), headers=JSON)
        assert answer.status == 422, name
        assert answer.json()["error"].endswith("。"), name
    answer = planner.post(url, json={"points": points(*CORNERS), "visibility": "sensitive"}, headers=JSON)
    assert answer.status == 422
    assert json.dumps(answer.json(), ensure_ascii=False).count("可见范围") == 1
