"""Does the package install the map where no registry can be reached, upgrade it, go back, and leave the data?"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree
import zipfile
from argparse import Namespace
from configparser import RawConfigParser
from pathlib import Path

import pytest

from offline import install as installer
from offline import make
from tests.browser import chromium
from tests.running import free_port, running
from webmap.keeping import shelf

SOURCE = Path(__file__).parents[1]
THIS_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


# --- without network -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if sys.platform != "linux" or make.own_platform() not in make.PLATFORMS:
        pytest.skip("offline package (no Linux on x86_64 or aarch64)")
    return make.make(make.own_platform(), [THIS_PYTHON], tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="module")
def unshare() -> list[str]:
    """The command that takes the network away."""
    command = ["unshare", "--net"] + ([] if os.geteuid() == 0 else ["--map-root-user"])
    if not shutil.which("unshare") or subprocess.run([*command, "true"], check=False).returncode:
        pytest.skip("installation without network (no right to unshare)")
    return command


def test_a_machine_without_network_gets_the_map(package: Path, unshare: list[str], tmp_path: Path) -> None:
    if chromium() is None:
        pytest.skip("browser (no Chromium)")
    command = [*unshare, sys.executable, "-m", "tests.without_network", str(package), str(tmp_path / "there")]
    (tmp_path / "there").mkdir()
    done = subprocess.run(command, cwd=SOURCE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["outside"] == "Network is unreachable"
    assert "全域一张图已安装" in seen["said"]
    assert re.search(r"系统管理账号.*\n +http://127\.0\.0\.1:8160/setup/\S+", seen["said"])
    assert seen["way"] == 200, "of the printed link to the first account, with the service running"
    assert seen["tile"] == 200
    assert seen["bytes"] > 500
    assert {"闲置低效用地", "道路项目", "行政区划"} <= set(seen["layers"])
    assert seen["errors"] == []


def test_the_package_says_whose_work_is_in_it(package: Path) -> None:
    with zipfile.ZipFile(package) as inside:
        told = inside.read(f"{package.stem}/third-party.txt").decode()
    for name in ("Flask", "shapely", "psycopg", "leaflet", "maplibre-gl", "noto-sans-sc"):
        assert f"=== {name}" in told or f"/{name}" in told, name
    assert "SIL OPEN FONT LICENSE" in told


# --- what is in it -------------------------------------------------------------------------------------


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    packed: list[bytes] = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        for file in ("install.sh", "安装.bat", "安装说明.txt"):
            shutil.copyfile(SOURCE / "offline" / file, folder / file)
            os.utime(folder / file, (len(packed) * 1e9, 1e9))
        packed.append(make.zipped(folder, tmp_path / f"{name}-out" / "package.zip").read_bytes())
    assert packed[0] == packed[1]
    with zipfile.ZipFile(tmp_path / "first-out/package.zip") as inside:
        assert inside.getinfo("package/install.sh").external_attr >> 16 & 0o111
        assert not list((tmp_path / "first-out").glob("*.part"))


def test_what_cmd_reads_is_plain_and_has_its_line_ends() -> None:
    batch = make.content_of(SOURCE / "offline/安装.bat")
    assert batch.isascii(), "cmd misreads a batch file in UTF-8"
    assert batch.count(b"\r\n") == batch.count(b"\n") > 20
    assert make.content_of(SOURCE / "offline/安装说明.txt").startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("name", "counts"),
    [("windows-x64", "b c"), ("linux-x86_64", "a c"), ("linux-aarch64", "a c d")],
)
def test_the_wheels_are_those_of_the_other_machine(name: str, counts: str) -> None:
    pinned = (
        "a==1 ; sys_platform != 'win32' \\\n    --hash=sha256:1\n"
        "b==1 ; sys_platform == 'win32' \\\n    --hash=sha256:2\n"
        "c==1 \\\n    --hash=sha256:3 \\\n    --hash=sha256:4\n"
        "d==1 ; platform_machine == 'aarch64' and python_version >= '3.12' \\\n    --hash=sha256:5\n"
        "e==1 ; implementation_name == 'pypy' \\\n    --hash=sha256:6\n"
    )
    wanted = list(make.wanted_by(name, "3.12", pinned))
    assert " ".join(line[0] for line in wanted) == counts
    assert all("--hash" in line and ";" not in line for line in wanted)


def test_a_package_that_cannot_be_complete_is_not_made(tmp_path: Path) -> None:
    pinned = tmp_path / "run.txt"
    pinned.write_text(f"flask==0.0.99 --hash=sha256:{'0' * 64}\n", "utf-8")
    (tmp_path / "wheels").mkdir()
    with pytest.raises(SystemExit, match="安装包没有做成"):
        make.fetch("windows-x64", "3.12", pinned, tmp_path / "wheels")


# --- install, upgrade, go back, uninstall --------------------------------------------------------------


class Machine:
    """The installer with this test's own environment in the place of one it would unpack."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.port, self.count = folder, free_port(), 0
        self.works = True
        package = {"version": "1.0", "platform": make.own_platform(), "pythons": [THIS_PYTHON]}
        folder.mkdir()
        (folder / "package.json").write_text(json.dumps(package), "utf-8")
        monkeypatch.setattr(installer, "HERE", folder)
        monkeypatch.setattr(installer, "unpacked", self.unpacked)
        monkeypatch.setattr(installer, "service_of", lambda place: None)

    def unpacked(self, place: installer.Place, package: object) -> Path:
        self.count += 1
        version = place.versions / f"1.0-{self.count}"
        (version / "bin").mkdir(parents=True)
        # The modules of the source, wherever the program is started; a broken one cannot serve.
        broken = "" if self.works else 'case " $* " in *" run "*) echo 坏了; exit 9;; esac\n'
        python = version / "bin/python"
        python.write_text(f'#!/bin/sh\n{broken}exec "{sys.executable}" "$@"\n', "utf-8")
        python.chmod(0o755)
        return version

    def __call__(self, *more: str) -> int:
        places = ["--to", str(self.folder / "program"), "--data", str(self.folder / "data")]
        return installer.main([*places, "--port", str(self.port), "--host", "127.0.0.1", "--yes", *more])


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.chdir(tmp_path)
    return Machine(tmp_path / "machine", monkeypatch)


def test_an_upgrade_backs_up_first_and_keeps_settings_and_a_broken_one_goes_back(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    data, program = machine.folder / "data", machine.folder / "program"
    assert machine("--sample") == 0, capsys.readouterr()
    assert shelf.listed(data / "backups") == []
    settings = program / "settings.env"
    settings.write_text(settings.read_text("utf-8") + "WEBMAP_THREADS=4\n", "utf-8")
    assert machine() == 0
    assert installer.read_settings(settings)["WEBMAP_THREADS"] == "4"
    assert [one.reason for one in shelf.listed(data / "backups")] == ["upgrade"]
    assert "升级前的备份" in capsys.readouterr().out

    machine.works = False
    assert machine() == 1
    told = capsys.readouterr().out
    assert "已退回原来的版本 1.0-2 和原来的数据" in told
    assert "坏了" in told
    assert installed(program) == "1.0-2"
    assert sorted(folder.name for folder in (program / "versions").iterdir()) == ["1.0-1", "1.0-2"]

    assert machine("--uninstall") == 0
    assert not program.exists()
    assert (data / "map.db").exists()
    assert f"数据原样留在 {data}" in capsys.readouterr().out


def test_the_way_to_the_first_account_outlives_the_trial(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    """The server that is started afterwards shows one of its own: both lead there."""
    assert machine("--sample") == 0
    found = re.search(r"/setup/[\w-]+", capsys.readouterr().out)
    assert found
    with running(machine.folder / "data") as server:
        assert "建立第一个" in server.get(found[0]).text


def test_of_the_versions_the_oldest_go_whatever_their_numbers(tmp_path: Path) -> None:
    """0.10 comes after 0.9, and what was just installed stays in any case."""
    place = installer.Place(tmp_path, tmp_path / "data", 8000, "127.0.0.1")
    names = ["0.9.0-20260301000000", "0.10.0-20260401000000", "0.8.0-20260201000000", "0.1.0-20260101000000"]
    for name in names:
        (place.versions / name).mkdir(parents=True)
    installer.remove_old_versions(place, place.versions / names[1])
    assert {version.name for version in place.versions.iterdir()} == set(names[:2])


def test_what_is_still_held_is_deleted_a_moment_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Windows has it: what ran beside the trial holds its log until it has ended."""
    log, refusals = tmp_path / "trial.log", [PermissionError(13, "used by another process")] * 2
    log.write_text("")

    def unlink() -> None:
        if refusals:
            raise refusals.pop()
        log.unlink()

    with pytest.raises(PermissionError):
        installer.patiently(unlink)
    monkeypatch.setattr(installer, "WINDOWS", True)
    installer.patiently(unlink)
    assert not log.exists()


@pytest.mark.parametrize(
    ("folder", "personal"),
    [
        (r"C:\Program Files\Python312", False),
        (r"D:\Python312", False),
        (r"C:\Users\li\AppData\Local\Programs\Python\Python312", True),
        (r"C:\Program Files\WindowsApps\PythonSoftwareFoundation.Python.3.12_3.12.2800.0_x64", True),
    ],
)
def test_on_windows_a_service_needs_a_python_that_is_there_for_all(
    folder: str, personal: bool, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLIC", r"C:\Users\Public")
    monkeypatch.setattr(installer, "WINDOWS", True)
    monkeypatch.setattr(sys, "base_prefix", folder)
    package = {"platform": f"windows-{installer.machine()}", "pythons": [THIS_PYTHON]}
    (machine.folder / "package.json").write_text(json.dumps(package), "utf-8")
    assert machine("--fits") == int(personal)
    assert machine("--fits", "--no-service") == 0


def test_a_first_installation_that_does_not_start_leaves_no_program(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.works = False
    assert machine() == 1
    assert "没有留下安装" in capsys.readouterr().out
    assert not list((machine.folder / "program/versions").iterdir())


def test_data_that_cannot_be_brought_back_stop_the_service_and_say_how(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither program is started on data that it may not know, and the one that can restore stays."""
    place = installer.Place(tmp_path / "program", tmp_path / "data", 8000, "127.0.0.1")
    done: list[str] = []

    class Watched(installer.Service):
        def is_registered(self) -> bool:
            return True

        def start(self, version: Path) -> None:
            done.append(f"start {version.name}")

        def stop(self) -> None:
            done.append("stop")

    def full(*_: object) -> str:
        raise installer.Refused("磁盘已满。")

    monkeypatch.setattr(installer, "webmap", full)
    version = place.versions / "1.0-2"
    with pytest.raises(installer.NotRestored, match="备份完好，在 /b/1。磁盘已满。") as refusal:
        installer.go_back(place, version, "1.0-1", "/b/1", Watched(place), None)
    assert done == ["stop"]
    assert f"{installer.python(version)}" in str(refusal.value)
    assert "restore /b/1 --replace" in str(refusal.value)


@pytest.mark.parametrize(("was_there", "becomes"), [(True, "start 1.0-1"), (False, "remove")])
def test_going_back_registers_no_service_that_was_not_there(
    tmp_path: Path, was_there: bool, becomes: str
) -> None:
    """Who starts the map by hand is not given a service by an upgrade that failed."""
    place = installer.Place(tmp_path, tmp_path / "data", 8000, "127.0.0.1")
    done: list[str] = []

    class Watched(installer.Service):
        def is_registered(self) -> bool:
            return was_there

        def start(self, version: Path) -> None:
            done.append(f"start {version.name}")

        def stop(self) -> None:
            done.append("stop")

        def remove(self) -> None:
            done.append("remove")

    installer.go_back(place, place.versions / "1.0-2", "1.0-1", None, Watched(place), None)
    assert done == ["stop", becomes]


def test_wrong_arguments_are_said_by_the_installer_and_not_as_a_missing_python(machine: Machine) -> None:
    """What asks each Python whether it fits takes them for fit; the run that follows says what is wrong."""
    assert machine("--fits", "--prot", "1") == 0
    with pytest.raises(SystemExit):
        machine("--prot", "1")


def test_a_program_that_is_still_held_is_not_half_deleted(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As Windows has it: a folder in which somebody has a file open cannot be renamed."""
    assert machine() == 0
    rename = Path.rename

    def held(self: Path, target: Path) -> Path:
        if self.name == "versions":
            raise PermissionError(13, "used by another process", str(self))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", held)
    assert machine("--uninstall") == 1
    assert "删不掉" in capsys.readouterr().out
    assert installed(machine.folder / "program") == "1.0-1"
    assert (machine.folder / "program/versions/1.0-1/bin/python").exists()
    monkeypatch.undo()


def test_a_program_that_still_runs_is_not_half_deleted(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As Windows has it: a program that runs cannot be written to or deleted, but its folder can be renamed."""
    assert machine() == 0
    program = machine.folder / "program/versions/1.0-1/Scripts/python.exe"
    program.parent.mkdir()
    program.touch()

    def held(file: Path) -> None:
        raise PermissionError(13, "it runs", str(file))

    monkeypatch.setattr(installer, "probed", held)
    assert machine("--uninstall") == 1
    assert "python.exe 删不掉" in capsys.readouterr().out
    assert installed(machine.folder / "program") == "1.0-1"
    assert (machine.folder / "program/versions/1.0-1/bin/python").exists()
    monkeypatch.undo()


def test_what_an_uninstall_broken_off_left_is_not_in_the_way(machine: Machine) -> None:
    assert machine() == 0
    left = machine.folder / "program/going/0.9-1"
    left.mkdir(parents=True)
    (left / "file").touch()
    assert machine("--uninstall") == 0
    assert not (machine.folder / "program").exists()


def installed(program: Path) -> str:
    return str(json.loads((program / "installed.json").read_text("utf-8"))["version"])


@pytest.mark.parametrize(
    ("package", "words"),
    [
        ({"platform": "windows-x64"}, ["这是 windows-x64 的安装包", "请换用本机的安装包"]),
        ({"pythons": ["3.99"]}, ["适用于 64 位的 Python 3.99", "PYTHON="]),
    ],
    ids=["another machine", "another Python"],
)
def test_a_package_for_another_machine_is_refused(
    package: dict[str, object], words: list[str], machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    file = machine.folder / "package.json"
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | package), "utf-8")
    assert machine() == 1
    told = capsys.readouterr().out
    assert all(word in told for word in words), told
    assert not (machine.folder / "program").exists()


def test_a_taken_port_and_a_folder_that_is_a_file_are_sentences(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    import socket

    with socket.socket() as other:
        other.bind(("127.0.0.1", machine.port))
        other.listen()
        assert machine() == 1
        assert f"端口 {machine.port} 已被其他程序占用" in capsys.readouterr().out
    shutil.rmtree(machine.folder / "data")
    (machine.folder / "data").write_text("", "utf-8")
    assert machine() == 1
    assert f"不能写入 {machine.folder / 'data'}" in capsys.readouterr().out


def test_an_upgrade_to_a_port_that_is_taken_changes_nothing(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    import socket

    assert machine() == 0
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        assert machine("--port", str(taken)) == 1
    assert f"端口 {taken} 已被其他程序占用" in capsys.readouterr().out
    assert installed(machine.folder / "program") == "1.0-1"
    settings = installer.read_settings(machine.folder / "program/settings.env")
    assert settings["WEBMAP_PORT"] == str(machine.port)


def test_without_a_python_the_shell_says_what_is_missing(tmp_path: Path) -> None:
    for file in ("install.sh", "need-python.txt"):
        shutil.copy(SOURCE / "offline" / file, tmp_path)
    for tool in ("sh", "cat", "dirname"):
        (tmp_path / tool).symlink_to(shutil.which(tool) or "")
    (tmp_path / "python3").write_text("#!/bin/sh\n[ $1 = --version ] && echo Python 3.7.9\nexit 1\n", "utf-8")
    (tmp_path / "python3").chmod(0o755)
    done = subprocess.run(
        [str(tmp_path / "sh"), str(tmp_path / "install.sh")],
        env={"PATH": str(tmp_path), "PYTHON": "nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0 or "已安装" in done.stdout:
        pytest.fail("a Python was found")
    assert "需要 Python 3.11" in done.stderr
    assert "python.org/downloads/windows" in done.stderr
    assert "Python 3.7.9" in done.stderr


# --- services ------------------------------------------------------------------------------------------


PLACE = installer.Place(Path("/opt/yizhangtu"), Path("/srv/数据 1"), 8000, "0.0.0.0")  # noqa: S104


def test_the_systemd_service_may_write_its_data_only() -> None:
    parser = RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(installer.unit(PLACE, Path("/opt/yizhangtu/versions/1.0")))
    service = dict(parser["Service"])
    assert service["ExecStart"].endswith('"--settings" "/opt/yizhangtu/settings.env" "run"')
    assert (service["ProtectSystem"], service["ReadWritePaths"]) == ("strict", '"/srv/数据 1"')
    assert (service["User"], service["NoNewPrivileges"], service["CapabilityBoundingSet"]) == (
        "yizhangtu",
        "yes",
        "",
    )


def test_the_task_of_windows_starts_with_the_machine_and_after_failures() -> None:
    named = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
    text = installer.task(PLACE, Path("/opt/版本 & 1")).partition("?>")[2]
    root = xml.etree.ElementTree.fromstring(text.strip())  # noqa: S314

    def said(path: str) -> str:
        return root.findtext(path, "", named)

    assert said("t:Triggers/t:BootTrigger/t:Enabled") == "true"
    assert said("t:Triggers/t:TimeTrigger/t:Repetition/t:Interval") == "PT1M"
    assert said("t:Triggers/t:TimeTrigger/t:Repetition/t:Duration") == "", "for ever"
    assert said("t:Settings/t:MultipleInstancesPolicy") == "IgnoreNew"
    assert said("t:Settings/t:ExecutionTimeLimit") == "PT0S"
    assert said("t:Principals/t:Principal/t:UserId") == "S-1-5-19"
    assert said("t:Actions/t:Exec/t:Command").startswith("/opt/版本 & 1")
    assert said("t:Actions/t:Exec/t:Arguments").endswith("run")


def test_defaults_are_asked_for_and_may_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WEBMAP_PORT", "8123")
    monkeypatch.setenv("WEBMAP_HOME", str(tmp_path / "data"))
    options = Namespace(to=tmp_path, data=None, port=None, host=None, yes=True, uninstall=False)
    place = installer.asked_place(options)
    assert (place.port, place.data, place.folder) == (8123, tmp_path / "data", tmp_path)


def test_processors_have_one_name_each(monkeypatch: pytest.MonkeyPatch) -> None:
    for told, name in (
        ("x86_64", "x86_64"),
        ("AMD64", "x86_64"),
        ("aarch64", "aarch64"),
        ("arm64", "aarch64"),
    ):
        monkeypatch.setattr(platform, "machine", lambda told=told: told)
        assert installer.machine() == name
