"""What time is it, and which day is it in the county?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from layers.errors import WrongSetting

DEFAULT_TIMEZONE = "Asia/Shanghai"
_fixed: datetime | None = None


def now() -> datetime:
    """The present moment in UTC."""
    return _fixed or datetime.now(UTC)


def today() -> date:
    """The county's calendar day (`WEBMAP_TIMEZONE`), on which all legal dates are counted."""
    return now().astimezone(timezone()).date()


def seconds_to_midnight() -> float:
    """How long until the county's next day begins."""
    here = now().astimezone(timezone())
    midnight = datetime.combine(here.date() + timedelta(days=1), datetime.min.time(), timezone())
    return (midnight - here).total_seconds()


def timezone() -> ZoneInfo:
    """The county's time zone; raises WrongSetting for a name that does not exist."""
    name = os.environ.get("WEBMAP_TIMEZONE", DEFAULT_TIMEZONE)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise WrongSetting(
            f"设置 WEBMAP_TIMEZONE 收到“{name}”，应为时区名称，例如 {DEFAULT_TIMEZONE}。请更正后重新启动。"
        ) from None


@contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """For tests: the clock stands still at this moment."""
    global _fixed
    before, _fixed = _fixed, moment
    try:
        yield
    finally:
        _fixed = before
