"""Draws the embedded sample: one GeoJSON file per kind, the same on every run.

.venv/bin/python data/make_sample.py [--to FOLDER]
"""

from __future__ import annotations

import argparse
from pathlib import Path

from making.base_map import areas, existing_roads, place_names, waters
from making.parcels import parcels
from making.records import write
from making.road_projects import road_projects
from making.scenic_sites import scenic_sites
from making.zones import zones

HERE = Path(__file__).parent


def draw_sample(folder: Path) -> None:
    """Write every file of the sample into the folder."""
    write(folder, "admin_area", "沂南县及乡镇街道（示意界线）", areas())
    write(folder, "river", "河流（示意）", waters())
    write(folder, "existing_road", "现状公路与城区道路（示意）", existing_roads())
    write(folder, "place_name", "地名（示意）", place_names())
    write(folder, "road_project", "道路项目（规划文件用词，线位示意）", road_projects())
    write(folder, "scenic_site", "景点与旅游项目（规划文件用词，位置示意）", scenic_sites())
    write(folder, "renewal_zone", "棚改/城中村片区（示例，虚构）", zones())
    write(folder, "idle_parcel", "闲置低效用地（示例，虚构）", parcels())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--to", type=Path, default=HERE, help="folder for the files (default: beside this script)"
    )
    draw_sample(parser.parse_args().to)


if __name__ == "__main__":
    main()
