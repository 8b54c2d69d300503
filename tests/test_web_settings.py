"""Do settings mean what they say, and does a wrong one stop the start with a sentence?"""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.errors import WrongSetting
from tests.running import free_port, webmap
from webmap.config import SETTINGS, effective, read_config


def test_without_settings_the_map_is_for_this_machine_only() -> None:
    config = read_config({})
    assert (config.host, config.port, config.address) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert config.viewer.audience == "internal"
    assert config.hosts == ("127.0.0.1", "localhost", "[::1]")
    assert config.home == Path("instance").resolve()
    assert config.database_url.endswith("/instance/map.db")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_who_listens_on_this_machine_only_is_trusted_with_internal_data(host: str) -> None:
    assert read_config({"WEBMAP_HOST": host}).viewer.audience == "internal"


def test_who_listens_to_the_network_shows_public_data_unless_told_otherwise() -> None:
    open_to_all = {"WEBMAP_HOST": "0.0.0.0"}  # noqa: S104
    assert read_config(open_to_all).viewer.audience == "public"
    assert read_config(open_to_all | {"WEBMAP_VIEWER": "internal"}).viewer.audience == "internal"
    assert read_config(open_to_all).hosts == ()
    assert read_config(open_to_all).address == "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("name", "value", "right"),
    [
        ("WEBMAP_PORT", "八千", "1 到 65535 之间的整数"),
        ("WEBMAP_PORT", "70000", "1 到 65535 之间的整数"),
        ("WEBMAP_PORT", "-1", "1 到 65535 之间的整数"),
        ("WEBMAP_THREADS", "0", "1 到 64 之间的整数"),
        ("WEBMAP_WORKERS", "2.5", "1 到 16 之间的整数"),
        ("WEBMAP_VIEWER", "leader", "internal（内部）或 public（公开）"),
    ],
)
def test_a_wrong_setting_says_what_would_be_right(name: str, value: str, right: str) -> None:
    with pytest.raises(WrongSetting) as refusal:
        read_config({name: value})
    assert name in refusal.value.message
    assert f"“{value}”" in refusal.value.message
    assert right in refusal.value.message


def test_blank_settings_are_no_settings() -> None:
    assert effective(read_config({setting.name: " " for setting in SETTINGS})) == effective(read_config({}))


def test_names_of_hosts_may_be_separated_by_chinese_commas() -> None:
    assert read_config({"WEBMAP_HOSTS": "map.yinan.cn，10.1.2.3, "}).hosts == ("map.yinan.cn", "10.1.2.3")


def test_the_settings_command_masks_the_password(tmp_path: Path) -> None:
    url = "postgresql://planner:s3cret@db.local/yinan"
    shown = webmap("settings", home=tmp_path, WEBMAP_DATABASE_URL=url)
    assert shown.returncode == 0
    assert "postgresql://planner:***@db.local/yinan" in shown.stdout
    assert "s3cret" not in shown.stdout + shown.stderr
    assert all(setting.name in shown.stdout and setting.help in shown.stdout for setting in SETTINGS)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"WEBMAP_PORT": "http"}, ["WEBMAP_PORT", "“http”", "整数"]),
        ({"WEBMAP_TIMEZONE": "Asia/Yinan"}, ["WEBMAP_TIMEZONE", "“Asia/Yinan”", "Asia/Shanghai"]),
        ({"WEBMAP_DATABASE_URL": "mysql://u:geheim@h/db"}, ["WEBMAP_DATABASE_URL", "sqlite:///"]),
        ({"WEBMAP_HOST": "203.0.113.7"}, ["WEBMAP_HOST", "203.0.113.7", "127.0.0.1"]),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_the_start_stops_at_a_wrong_setting(
    tmp_path: Path, settings: dict[str, str], words: list[str]
) -> None:
    stopped = webmap("run", home=tmp_path / "home", **({"WEBMAP_PORT": str(free_port())} | settings))
    assert stopped.returncode == 1
    assert all(word in stopped.stderr for word in words), stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert "geheim" not in stopped.stdout + stopped.stderr


def test_settings_may_stand_in_a_file_and_the_environment_weighs_more(tmp_path: Path) -> None:
    file = tmp_path / "settings.env"
    file.write_text("# 安装程序写入\nWEBMAP_THREADS=4\n\nWEBMAP_PORT = 8123\n", "utf-8")
    shown = webmap("--settings", str(file), "settings", home=tmp_path, WEBMAP_PORT="8200")
    assert "WEBMAP_THREADS=4" in shown.stdout
    assert "WEBMAP_PORT=8200" in shown.stdout
    file.write_text("WEBMAP_PROT=8123\n", "utf-8")
    refused = webmap("--settings", str(file), "settings", home=tmp_path)
    assert refused.returncode == 1
    assert "第 1 行收到“WEBMAP_PROT=8123”" in refused.stderr


@pytest.mark.parametrize("text", ["25:00", "2", "02.30", "午夜"])
def test_the_time_of_the_backup_is_a_time(text: str) -> None:
    with pytest.raises(WrongSetting, match="例如 02:30"):
        read_config({"WEBMAP_BACKUP_AT": text})
    assert read_config({"WEBMAP_BACKUP_AT": "off"}).backup_at is None
