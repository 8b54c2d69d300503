"""Draws the embedded sample: one GeoJSON file per kind, the same on every run.

.venv/bin/python data/make_sample.py [--to FOLDER]
"""

from __future__ import annotations

import argparse
from pathlib import Path

from making.base_map import areas, existing_roads, place_names, waters
from making.control_lines import control_lines
from making.ecology import ecology_projects
from making.facilities import public_facilities
from making.housing import housing_stock
from making.industry import industry_projects
from making.land_routes import land_supply
from making.networks import utility_lines
from making.parcels import parcels
from making.records import write
from making.road_projects import road_projects
from making.rural import farm_bases, villages
from making.scenic_sites import scenic_sites
from making.tours import tour_routes
from making.zones import zones

HERE = Path(__file__).parent


def draw_sample(folder: Path) -> None:
    """Write every file of the sample into the folder."""
    write(folder, "admin_area", "沂南县及乡镇街道（示意界线）", areas())
    write(folder, "river", "河流（示意）", waters())
    write(folder, "existing_road", "现状公路与城区道路（示意）", existing_roads())
    write(folder, "place_name", "地名（示意）", place_names())
    write(folder, "road_project", "道路项目（规划文件用词与示例连接线，线位示意）", road_projects())
    write(folder, "scenic_site", "景点与旅游项目（规划文件用词，位置示意）", scenic_sites())
    write(folder, "tour_route", "旅游线路（示例，经停规划文件点名的景点）", tour_routes())
    write(folder, "village", "美丽乡村与村名（示例与规划文件用词）", villages())
    write(folder, "renewal_zone", "棚改/城中村片区（示例，虚构）", zones())
    write(folder, "housing_stock", "商品房库存（示例，虚构）", housing_stock())
    write(folder, "idle_parcel", "闲置低效用地（示例，虚构）", parcels())
    write(folder, "land_supply", "用地指标来源（示例，虚构）", land_supply())
    write(folder, "industry_project", "重点工业项目（规划文件用词与示例项目）", industry_projects())
    write(folder, "farm_base", "农业基地与园区（示例，虚构）", farm_bases())
    write(folder, "public_facility", "公共服务设施（规划文件用词与示例项目）", public_facilities())
    write(folder, "ecology_project", "生态治理（规划文件用词与示例项目）", ecology_projects())
    write(folder, "utility_line", "管网（规划文件用词，走向示意）", utility_lines())
    write(folder, "control_line", "控制线（示例，虚构）", control_lines())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--to", type=Path, default=HERE, help="folder for the files (default: beside this script)"
    )
    draw_sample(parser.parse_args().to)


if __name__ == "__main__":
    main()
