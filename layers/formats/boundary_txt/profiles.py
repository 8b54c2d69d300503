"""In which of its forms does a receiving system want a 界址点 TXT? Named profiles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from layers.errors import InvalidValue


@dataclass(frozen=True, kw_only=True)
class Profile:
    """closed: each ring repeats its first point. numbering: where names begin again. prefixed: 带号 before Y.

    north_first: X before Y. area: hectares on the plane or on the ellipsoid. counts_closing: f1 counts them too.
    """

    key: str
    title: str
    closed: bool = True
    numbering: Literal["plot", "ring", "file"] = "plot"
    prefixed: bool = True
    north_first: bool = True
    decimals: int = 3
    encoding: Literal["gbk", "utf-8"] = "gbk"
    area: Literal["plane", "ellipsoid"] = "plane"
    counts_closing: bool = True
    letter: str = "J"


_DECLARED = (
    Profile(key="default", title="默认（X、Y 带带号，闭合，GBK）"),
    Profile(key="utf8", title="默认，UTF-8 编码", encoding="utf-8"),
    Profile(key="ellipsoid", title="面积按椭球面积", area="ellipsoid"),
    Profile(key="unprefixed", title="Y 不带带号", prefixed=False),
    Profile(key="unclosed", title="不重复首点", closed=False),
    Profile(key="per_ring", title="每圈重新编号，点数不计闭合点", numbering="ring", counts_closing=False),
    Profile(key="running", title="全文件连续编号", numbering="file"),
    Profile(key="east_first", title="Y 在前，X 在后", north_first=False),
    Profile(key="four_decimals", title="坐标四位小数", decimals=4),
)
PROFILES: Final[dict[str, Profile]] = {profile.key: profile for profile in _DECLARED}


def profile_named(key: str) -> Profile:
    """The profile with this key; raises InvalidValue with the list of those that exist."""
    if key not in PROFILES:
        known = "、".join(f"{each.key}（{each.title}）" for each in _DECLARED)
        raise InvalidValue(f"没有名为“{key[:40]}”的界址点格式。可用的有：{known}。")
    return PROFILES[key]
