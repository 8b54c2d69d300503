"""The day is the county's day, whatever the server's time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from layers import clock
from layers.errors import WrongSetting


def test_the_day_begins_at_midnight_in_the_county() -> None:
    with clock.standing_at(datetime(2026, 11, 21, 15, 59, 50, tzinfo=UTC)):
        assert clock.today() == date(2026, 11, 21)
        assert clock.seconds_to_midnight() == 10
    with clock.standing_at(datetime(2026, 11, 21, 16, 0, tzinfo=UTC)):
        assert clock.today() == date(2026, 11, 22)


def test_another_county_may_lie_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBMAP_TIMEZONE", "Asia/Urumqi")
    with clock.standing_at(datetime(2026, 11, 21, 17, 0, tzinfo=UTC)):
        assert clock.today() == date(2026, 11, 21)


@pytest.mark.parametrize("name", ["Mars/Olympus", "../etc/passwd", ""], ids=["unknown", "path", "empty"])
def test_a_wrong_time_zone_is_explained(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("WEBMAP_TIMEZONE", name)
    with pytest.raises(WrongSetting, match=r"WEBMAP_TIMEZONE.*Asia/Shanghai"):
        clock.today()
