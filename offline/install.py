"""How does the map get onto a machine without network? Run by install.sh or 安装.bat; standard library only.

A new version is installed beside the old one and tried on the data after a backup; only when it answers does the
service change over, and when the service then does not answer, program and data go back.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import platform
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
import venv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Any

HERE = Path(__file__).resolve().parent
WINDOWS = sys.platform == "win32"
NAME = "yizhangtu"
TITLE = "全域一张图"
READY_TIMEOUT_S = 90
VERSIONS_KEPT = 2
ELEVATED = "请以管理员身份运行" if WINDOWS else "请用 sudo 运行"
# On Windows newer Pythons would shut the service's account out of such a folder: there it inherits who may read it.
PRIVATE = 0o777 if WINDOWS else 0o700
# Settings that name folders outside the data which the service writes.
WRITTEN = ("WEBMAP_BACKUP_TO", "WEBMAP_BLOBS")
UNIT = Path(f"/etc/systemd/system/{NAME}.service")


class Refused(Exception):
    """A sentence for the person who installs."""


class NotRestored(Refused):
    """The data of the version before could not be brought back."""


@dataclass(frozen=True)
class Place:
    """An installation: where the program is, and where its data."""

    folder: Path
    data: Path
    port: int
    host: str

    @property
    def settings(self) -> Path:
        return self.folder / "settings.env"

    @property
    def versions(self) -> Path:
        return self.folder / "versions"

    @property
    def note(self) -> Path:
        return self.folder / "installed.json"

    @property
    def address(self) -> str:
        host = socket.gethostname() if self.host == "0.0.0.0" else self.host  # noqa: S104
        return f"http://{host}:{self.port}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Install, upgrade or uninstall; the exit code says whether it succeeded."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        options = parsed(arguments)
    except SystemExit:
        if "--fits" in arguments:  # what is wrong with them says the run that follows, not "no Python"
            return 0
        raise
    os.umask(0o022)
    try:
        if options.fits:
            check_machine(package_here(), options)
        elif options.uninstall:
            uninstall(options)
        else:
            install(options)
    except Refused as refusal:
        say(f"\n{refusal}")
        return 1
    except KeyboardInterrupt:
        say("\n已取消。")
        return 1
    return 0


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options; what is not given is asked, or has its default with --yes."""
    parser = argparse.ArgumentParser(prog="install", description=f"安装、升级或卸载{TITLE}（不需要网络）")
    parser.add_argument("--port", type=int, help="端口（默认 8000，或 WEBMAP_PORT）")
    parser.add_argument("--data", type=Path, help="数据文件夹（默认见安装说明，或 WEBMAP_HOME）")
    parser.add_argument(
        "--host", help="监听的地址；0.0.0.0 为局域网都能打开，127.0.0.1 为仅本机（或 WEBMAP_HOST）"
    )
    parser.add_argument("--to", type=Path, help="安装文件夹")
    parser.add_argument("--yes", action="store_true", help="不提问，用给出的值和默认值")
    parser.add_argument("--sample", action="store_true", help="数据库为空时写入示例县")
    parser.add_argument("--no-service", action="store_true", help="不注册服务，只显示启动命令")
    parser.add_argument("--uninstall", action="store_true", help="卸载程序和服务，留下数据")
    # Of 安装.bat: may this Python install it? And: the window was opened anew, as administrator.
    parser.add_argument("--fits", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--elevated", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def install(options: argparse.Namespace) -> None:
    """All steps; nothing of an installation that is there changes before the new version is complete."""
    package = package_here()
    check_machine(package, options)
    place = asked_place(options)
    service = None if options.no_service else service_of(place)
    before = current(place)
    check_place(place, upgrading=before is not None)
    say(f"安装 {package['version']} 到 {place.folder} …")
    version = unpacked(place, package)
    try:
        write_settings(place)
        link = changed_over(place, version, before, service, options)
    except NotRestored:
        raise  # the new program is needed to bring the data back
    except BaseException:
        if current(place) != version.name:
            shutil.rmtree(version, ignore_errors=True)
        raise
    remove_old_versions(place, version)
    tell(place, version, service, link)


def changed_over(
    place: Place, version: Path, before: str | None, service: Service | None, options: argparse.Namespace
) -> str | None:
    """Stop the old one, back up and upgrade the data, try the new one, start it; or go back.

    Gives the way to the first account, where there is none yet.
    """
    owner = service.prepare() if service else None
    if service and before:
        service.stop()
        if answers(place.port):
            if service.was_there:
                service.start(place.versions / before)
            raise Refused(
                f"端口 {place.port} 上的程序没有停下。请关闭自己启动的{TITLE}，或重启电脑，再升级；现在没有改动。"
            )
    backup = None
    try:
        backup = backed_up(place, version, owner) if before else None
        webmap(place, version, owner, "upgrade", "--no-backup")
        if options.sample:
            webmap(place, version, owner, "sample", "--if-empty")
        link = tried(place, version, owner)
        note(place, version.name)
        if service:
            service.start(version)
            wait_until_ready(place.port, read_settings(place.settings))
    except BaseException as reason:
        go_back(place, version, before, backup, service, owner)
        if not isinstance(reason, Refused):
            raise
        went = f"已退回原来的版本 {before} 和原来的数据" if before else "没有留下安装"
        raise Refused(f"新版本没有启动成功，{went}。{reason}") from None
    return link


def backed_up(place: Place, version: Path, owner: str | None) -> str:
    """Back up the data of the version before; says where the backup is."""
    told = webmap(place, version, owner, "backup", "--upgrade")
    say(f"升级前的备份：{told.strip()}")
    return told.strip()


def go_back(
    place: Place,
    version: Path,
    before: str | None,
    backup: str | None,
    service: Service | None,
    owner: str | None,
) -> None:
    """The program that was there before, with the data that it knows."""
    if service:
        service.stop()
    if backup:
        restored(place, version, owner, backup)
    if before:
        note(place, before)
    else:
        place.note.unlink(missing_ok=True)
    if service and before and service.was_there:
        service.start(place.versions / before)
    elif service:
        service.remove()


def restored(place: Place, version: Path, owner: str | None, backup: str) -> None:
    """The data of the version before. When even that fails, nothing is started on data that it does not know."""
    try:
        webmap(place, version, owner, "restore", backup, "--replace")
    except Refused as reason:
        again = " ".join(command_line(place, version, "restore", backup, "--replace"))
        raise NotRestored(
            f"新版本没有启动成功，原来的数据也没有恢复成功，服务已停下。备份完好，在 {backup}。{reason}"
            f"请排除原因（例如清理磁盘）后运行：{again}，再重新运行安装程序。"
        ) from None


def uninstall(options: argparse.Namespace) -> None:
    """Take away program and service; the data stays."""
    place = asked_place(options)
    if not place.note.exists() and not place.versions.exists():
        raise Refused(f"{place.folder} 里没有安装{TITLE}。用 --to 指明安装文件夹。")
    service = service_of(place)
    if service:
        service.stop()
        service.remove()
    going = place.folder / "going"
    try:
        # Of a program that still runs nothing is deleted: on Windows it cannot be written to, though its folder can be
        # renamed, unless somebody has a file open in it.
        for program in place.versions.glob("*/Scripts/python.exe"):
            patiently(probed, program)
        # What an uninstall that was broken off left would be in the way.
        patiently(shutil.rmtree, going)
        patiently(place.versions.rename, going)
        patiently(shutil.rmtree, going)
        for file in (place.note, place.settings, place.folder / "trial.log", place.folder / "task.xml"):
            patiently(file.unlink)
    except OSError as refusal:
        raise Refused(
            f"{refusal.filename} 删不掉（{refusal.strerror}）。{ELEVATED}，关闭打开着它的程序，再卸载一次。"
        ) from None
    # The data may lie inside.
    with suppress(OSError):
        place.folder.rmdir()
    say(f"已卸载。数据原样留在 {place.data} ，不再需要时请自行删除。")


# --- is this machine fit? ------------------------------------------------------------------------------


def package_here() -> dict[str, Any]:
    """What this package holds: its version, and the machines and Pythons it is for."""
    found: dict[str, Any] = json.loads((HERE / "package.json").read_text("utf-8"))
    return found


def check_machine(package: Mapping[str, Any], options: argparse.Namespace) -> None:
    """Raises Refused when the wheels in this package are not for this machine, or the service could not run them."""
    here = f"{'windows' if WINDOWS else sys.platform}-{machine()}"
    if here != package["platform"]:
        raise Refused(f"这是 {package['platform']} 的安装包，而本机是 {here}。请换用本机的安装包。")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if version not in package["pythons"] or sys.maxsize < 2**32:
        bits = "" if sys.maxsize > 2**32 else "（32 位）"
        raise Refused(
            f"安装包适用于 64 位的 Python {'、'.join(package['pythons'])}，而当前是 {version}{bits}。"
            f"请安装其中一个版本{'' if WINDOWS else '，再用 PYTHON=… sh install.sh 指明'}。"
        )
    needs_service = not (options.no_service or options.uninstall)
    if WINDOWS and needs_service and is_personal(sys.base_prefix):
        raise Refused(
            f"{sys.base_prefix} 的 Python 只装给了当前用户，服务用的账户读不到它。请用 python.org 的安装程序选"
            "“Install for all users”重装，或把它放到“安装.bat”旁边再运行；只想自己启动时用 --no-service。"
        )
    name, found = platform.libc_ver()
    if not WINDOWS and (name != "glibc" or tuple(map(int, found.split("."))) < (2, 28)):
        raise Refused(
            f"需要 glibc 2.28 或更高版本，而本机是 {name or '其他 C 库'} {found}。请换用较新的系统。"
        )


def is_personal(folder: str) -> bool:
    """On Windows: does it lie in somebody's profile, or among the apps of the store, where a service reads nothing?"""
    parts = [part.lower() for part in PureWindowsPath(folder).parts]
    profiles = PureWindowsPath(os.environ.get("PUBLIC", r"C:\Users\Public")).parent
    return "windowsapps" in parts or PureWindowsPath(folder).is_relative_to(profiles)


def machine() -> str:
    """The processor, as the packages are named."""
    names = {
        "amd64": "x64" if WINDOWS else "x86_64",
        "x86_64": "x64" if WINDOWS else "x86_64",
        "arm64": "aarch64",
    }
    return names.get(platform.machine().lower(), platform.machine().lower())


def check_place(place: Place, *, upgrading: bool) -> None:
    """Raises Refused for folders that cannot be written and a port that somebody else has."""
    for folder in (place.folder, place.data):
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE if folder == place.data else 0o755)
            probe = folder / ".written"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as refusal:
            who = "管理员身份运行“安装.bat”" if WINDOWS else "sudo 运行"
            raise Refused(
                f"不能写入 {folder}（{refusal.strerror}）。请以{who}，或用 --to、--data 指定别的文件夹。"
            ) from None
    if shutil.disk_usage(place.folder).free < 1024**3:
        raise Refused(f"{place.folder} 所在磁盘剩余不足 1 GB，装不下。请清理磁盘，或用 --to 指定别的文件夹。")
    is_ours = upgrading and read_settings(place.settings).get("WEBMAP_PORT") == str(place.port)
    if not is_ours and answers(place.port):
        raise Refused(f"端口 {place.port} 已被其他程序占用。请换一个，例如 --port {place.port + 1}。")


def answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


# --- what the person wants -----------------------------------------------------------------------------


def asked_place(options: argparse.Namespace) -> Place:
    """Port, address and folders: of the installation that is there, as given, as asked, or by default."""
    folder = (options.to or default_folder()).expanduser().resolve()
    known = read_settings(folder / "settings.env")
    quiet = options.yes or options.uninstall or not sys.stdin.isatty()
    port = options.port or known.get("WEBMAP_PORT") or os.environ.get("WEBMAP_PORT")
    data = options.data or known.get("WEBMAP_HOME") or os.environ.get("WEBMAP_HOME")
    host = options.host or known.get("WEBMAP_HOST") or os.environ.get("WEBMAP_HOST") or "0.0.0.0"  # noqa: S104
    port = port or (8000 if quiet else ask("端口", "8000"))
    data = data or (default_data() if quiet else ask("数据文件夹", str(default_data())))
    if not str(port).isdigit() or not 1 <= int(port) <= 65535:
        raise Refused(f"端口收到“{port}”，应为 1 到 65535 之间的整数，例如 8000。请重新运行安装程序。")
    return Place(folder, Path(data).expanduser().resolve(), int(port), host)


def ask(question: str, default: str) -> str:
    return input(f"{question} [{default}]：").strip() or default


def default_folder() -> Path:
    if WINDOWS:
        return Path(os.environ.get("ProgramFiles", r"C:\Program Files")) / NAME
    return Path("/opt") / NAME if is_root() else Path("~/.local/share") / NAME / "program"


def default_data() -> Path:
    if WINDOWS:
        return Path(os.environ.get("ProgramData", r"C:\ProgramData")) / NAME
    return Path("/var/lib") / NAME if is_root() else Path("~/.local/share") / NAME / "data"


def is_root() -> bool:
    return not WINDOWS and os.geteuid() == 0


def read_settings(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    lines = (line.partition("=") for line in file.read_text("utf-8-sig").splitlines())
    return {name.strip(): value.strip() for name, sign, value in lines if sign and not name.startswith("#")}


def write_settings(place: Place) -> None:
    """What was asked, beside whatever else an administrator wrote there."""
    asked = {"WEBMAP_HOME": place.data, "WEBMAP_PORT": place.port, "WEBMAP_HOST": place.host}
    settings = read_settings(place.settings) | {name: str(value) for name, value in asked.items()}
    place.settings.write_text("".join(f"{name}={value}\n" for name, value in settings.items()), "utf-8")


# --- the program ---------------------------------------------------------------------------------------


def unpacked(place: Place, package: Mapping[str, Any]) -> Path:
    """A virtual environment with this version in it, from the wheels of this package only."""
    version = place.versions / f"{package['version']}-{time.strftime('%Y%m%d%H%M%S')}"
    venv.create(version, with_pip=False, symlinks=not WINDOWS)
    # Not the pip of this machine, which Debian ships apart: the one in the package.
    (pip,) = (HERE / "wheels").glob("pip-*.whl")
    command = [str(python(version)), "-I", "-X", "utf8", str(pip / "pip"), "--isolated", "install", "--quiet"]
    command += ["--no-index", "--no-deps", "--no-cache-dir", "--disable-pip-version-check"]
    command += ["--find-links", str(HERE / "wheels")]
    command += ["--require-hashes", "--requirement", str(HERE / "requirements.txt")]
    done = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False
    )
    if done.returncode:
        shutil.rmtree(version, ignore_errors=True)
        raise Refused(
            f"安装包里的文件装不上，安装包可能不完整。请重新复制安装包。\n{done.stderr.strip()[-800:]}"
        )
    return version


def python(version: Path) -> Path:
    return version / ("Scripts/python.exe" if WINDOWS else "bin/python")


def command_line(place: Place, version: Path, *arguments: str) -> list[str]:
    """The installed command, with the settings of this installation; never code from the folder it is started in."""
    return [str(python(version)), "-P", "-m", "webmap.cli", "--settings", str(place.settings), *arguments]


def webmap(place: Place, version: Path, owner: str | None, *arguments: str) -> str:
    """Run a command of the product to its end and say what it said; raises Refused with its sentence."""
    done = subprocess.run(
        command_line(place, version, *arguments),
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        **as_owner(owner),
    )
    if done.returncode:
        raise Refused(done.stderr.strip()[-800:] or f"webmap {arguments[0]} 没有完成。")
    return str(done.stdout)


def as_owner(owner: str | None) -> dict[str, Any]:
    """The account of the service, so that it owns the files; without foreign settings of whoever installs."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("WEBMAP_")}
    found: dict[str, Any] = {"env": ours | {"PYTHONUTF8": "1"}, "cwd": str(HERE.anchor)}
    return found | ({"user": owner, "group": owner, "extra_groups": []} if owner and not WINDOWS else {})


@contextmanager
def serving(place: Place, version: Path, owner: str | None, port: int) -> Iterator[Callable[[], bool]]:
    """The server of a version, on a port of its own; gives the question whether it lives."""
    options = as_owner(owner)
    trial = command_line(place, version, "run")
    options["env"] |= {"WEBMAP_PORT": str(port), "WEBMAP_HOST": "127.0.0.1", "WEBMAP_HOSTS": "127.0.0.1"}
    options["env"] |= {"WEBMAP_TLS": "off", "WEBMAP_BACKUP_AT": "off", "WEBMAP_PREFIX": ""}
    log = place.folder / "trial.log"
    with log.open("wb") as output:
        process = subprocess.Popen(trial, stdout=output, stderr=output, stdin=subprocess.DEVNULL, **options)
    try:
        yield lambda: process.poll() is None
    except Refused as refusal:
        said = log.read_text("utf-8", "replace").strip().splitlines()
        raise Refused(f"{refusal}\n" + "\n".join(said[-5:])) from None
    finally:
        process.terminate()
        process.wait(30)
        with suppress(OSError):
            patiently(log.unlink)


def patiently(act: Callable[..., object], *given: Any, patience_s: float = 30) -> None:
    """Delete what may still be held: on Windows what runs beside a server ends, and lets go, a moment after it."""
    deadline = time.monotonic() + patience_s
    while True:
        try:
            act(*given)
        except FileNotFoundError:
            return
        except PermissionError:
            if not WINDOWS or time.monotonic() > deadline:
                raise
        else:
            return
        time.sleep(0.3)


def probed(file: Path) -> None:
    """Raises PermissionError when nobody may write to it: on Windows, also while it runs."""
    with file.open("r+b"):
        pass


def tried(place: Place, version: Path, owner: str | None) -> str | None:
    """Let the new version answer once, on a port of its own; it then says how to make the first account."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with serving(place, version, owner, port) as lives:
        wait_until_ready(port, {}, lives)
        found = re.search(r"/setup/[\w-]+", (place.folder / "trial.log").read_text("utf-8", "replace"))
    return found[0] if found else None


def wait_until_ready(
    port: int, settings: Mapping[str, str], lives: Callable[[], bool] = lambda: True
) -> None:
    """Raises Refused when /readyz of this very machine does not become good in time."""
    host = settings.get("WEBMAP_HOST", "127.0.0.1")
    scheme = "https" if settings.get("WEBMAP_TLS") == "on" else "http"
    address = f"{scheme}://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}/readyz"  # noqa: S104
    named = settings.get("WEBMAP_HOSTS", "").split(",")[0]
    question = urllib.request.Request(address, headers={"Host": named} if named else {})
    # A proxy of this machine is for other machines; and this is about whether it answers, not about who it is.
    trusting = urllib.request.HTTPSHandler(context=ssl._create_unverified_context())
    directly = urllib.request.build_opener(urllib.request.ProxyHandler({}), trusting)
    deadline = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < deadline and lives():
        with suppress(OSError), directly.open(question, timeout=5) as answer:
            if answer.status == 200:
                return
        time.sleep(0.3)
    raise Refused(f"{address} 没有就绪（等到 {READY_TIMEOUT_S} 秒，或程序已退出）。")


def current(place: Place) -> str | None:
    """Which version is installed."""
    try:
        found = str(json.loads(place.note.read_text("utf-8"))["version"])
    except (OSError, ValueError, KeyError):
        return None
    return found if (place.versions / found).is_dir() else None


def note(place: Place, version: str) -> None:
    part = place.note.with_suffix(".part")
    part.write_text(json.dumps({"version": version}), "utf-8")
    part.replace(place.note)


def remove_old_versions(place: Place, now: Path) -> None:
    """The one before stays, to go back to by hand. Which is older tells the time in their names, not the number."""
    by_time = sorted(place.versions.iterdir(), key=lambda version: version.name.rpartition("-")[2])
    older = [version for version in by_time if version != now]
    for old in older[: -(VERSIONS_KEPT - 1)]:
        shutil.rmtree(old, ignore_errors=True)


def tell(place: Place, version: Path, service: Service | None, link: str | None) -> None:
    say(f"\n{TITLE}已安装，数据在 {place.data} 。")
    if link:
        say(
            f"启动后请用这个网址建立第一个系统管理账号（24 小时内有效，只能用一次）：\n  {place.address}{link}"
        )
    if service:
        say(f"服务已启动，开机自动运行。请打开 {place.address}")
        return
    line = subprocess.list2cmdline(command_line(place, version, "run"))
    why = "" if WINDOWS or Path("/run/systemd/system").exists() else "本机没有 systemd（例如容器里），"
    say(f"{why}没有注册服务。启动命令：\n  {line}\n然后打开 {place.address}")


def say(words: str) -> None:
    print(words, flush=True)


# --- the service ---------------------------------------------------------------------------------------


class Service:
    """What keeps the map running on this machine, also after a restart."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.was_there = self.is_registered()

    def is_registered(self) -> bool:
        """Does this machine know the service? Else the map may have been started by hand."""
        raise NotImplementedError

    def prepare(self) -> str | None:
        """Make the account that runs it and give it the data; says its name."""
        raise NotImplementedError

    def start(self, version: Path) -> None:
        """Run this version from now on."""
        raise NotImplementedError

    def stop(self) -> None:
        """Stop it, if it runs."""
        raise NotImplementedError

    def remove(self) -> None:
        """Forget the service."""
        raise NotImplementedError


def service_of(place: Place) -> Service | None:
    """The sort of service that this machine has, if it has one and we may register there."""
    if WINDOWS:
        return ScheduledTask(place)
    return Systemd(place) if is_root() and Path("/run/systemd/system").exists() else None


class Systemd(Service):
    """A unit that may write its data and nothing else."""

    def is_registered(self) -> bool:
        """Does this machine know the service?"""
        return UNIT.exists()

    def prepare(self) -> str:
        """An account without a log-in."""
        if subprocess.run(["id", NAME], capture_output=True, check=False).returncode:
            run(
                [
                    "useradd",
                    "--system",
                    "--user-group",
                    "--no-create-home",
                    "--shell",
                    "/usr/sbin/nologin",
                    NAME,
                ]
            )
        run(["chown", "-R", f"{NAME}:{NAME}", str(self.place.data)])
        run(["chown", f"root:{NAME}", str(self.place.settings)])
        self.place.settings.chmod(0o640)
        return NAME

    def start(self, version: Path) -> None:
        """Write the unit for this version and start it."""
        UNIT.write_text(unit(self.place, version), "utf-8")
        run(["systemctl", "daemon-reload"])
        run(["systemctl", "enable", "--quiet", NAME])
        run(["systemctl", "restart", NAME])

    def stop(self) -> None:
        """Stop it, if it runs."""
        subprocess.run(["systemctl", "stop", NAME], capture_output=True, check=False)

    def remove(self) -> None:
        """Forget the unit."""
        subprocess.run(["systemctl", "disable", "--quiet", NAME], capture_output=True, check=False)
        UNIT.unlink(missing_ok=True)
        run(["systemctl", "daemon-reload"])


def unit(place: Place, version: Path) -> str:
    """The systemd unit. The child that opens foreign files makes namespaces of its own, so those two stay allowed."""
    command = " ".join(f'"{part}"' for part in command_line(place, version, "run"))
    low_port = "CAP_NET_BIND_SERVICE" if place.port < 1024 else ""
    settings = read_settings(place.settings)
    named = [settings[name] for name in WRITTEN if settings.get(name)]
    writable = " ".join([f'"{place.data}"', *(f'"-{folder}"' for folder in named)])
    at_home = place.data.is_relative_to("/home") or place.data.is_relative_to("/root")
    return f"""\
[Unit]
Description={TITLE}
After=network.target postgresql.service

[Service]
User={NAME}
Group={NAME}
ExecStart={command}
WorkingDirectory=/
Environment=PYTHONUTF8=1
Restart=on-failure
RestartSec=3
TimeoutStopSec=30
UMask=0077
NoNewPrivileges=yes
CapabilityBoundingSet={low_port}
AmbientCapabilities={low_port}
ProtectSystem=strict
ReadWritePaths={writable}
ProtectHome={"no" if at_home else "yes"}
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=user net
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
"""


class ScheduledTask(Service):
    """On Windows: a task of the scheduler that starts with the machine, under an account with few rights.

    The scheduler restarts no program that ended, so it looks every minute and starts what does not run.
    """

    def is_registered(self) -> bool:
        """Does this machine know the service?"""
        asked = subprocess.run(["schtasks", "/Query", "/TN", TITLE], capture_output=True, check=False)
        return asked.returncode == 0

    def prepare(self) -> None:
        """LOCAL SERVICE (by its number: the name is translated) may read the program and change the data."""
        settings = read_settings(self.place.settings)
        named = [Path(settings[name]) for name in WRITTEN if settings.get(name)]
        folders = [(self.place.folder, "RX"), (self.place.data, "M")]
        folders += [(folder, "M") for folder in named if folder.is_dir()]
        for folder, rights in folders:
            run(["icacls", str(folder), "/grant", f"*S-1-5-19:(OI)(CI){rights}", "/T", "/Q"])

    def start(self, version: Path) -> None:
        """Register the task for this version, open the port of the firewall, run it."""
        # What the trial and the backup made is of whoever installs.
        self.prepare()
        file = self.place.folder / "task.xml"
        file.write_text(task(self.place, version), "utf-16")
        run(["schtasks", "/Create", "/F", "/TN", TITLE, "/XML", str(file)])
        self._firewall("delete")
        if self.place.host not in ("127.0.0.1", "localhost"):
            self._firewall("add", "dir=in", "action=allow", "protocol=TCP", f"localport={self.place.port}")
        run(["schtasks", "/Run", "/TN", TITLE])

    def stop(self) -> None:
        """Stop it, if it runs; it stays so until it is registered again."""
        for act in (["/Change", "/TN", TITLE, "/DISABLE"], ["/End", "/TN", TITLE]):
            subprocess.run(["schtasks", *act], capture_output=True, check=False)
        deadline = time.monotonic() + 20
        while answers(self.place.port) and time.monotonic() < deadline:
            time.sleep(0.5)

    def remove(self) -> None:
        """Forget the task."""
        subprocess.run(["schtasks", "/Delete", "/F", "/TN", TITLE], capture_output=True, check=False)
        self._firewall("delete")

    def _firewall(self, act: str, *rule: str) -> None:
        command = ["netsh", "advfirewall", "firewall", act, "rule", f"name={TITLE}", *rule]
        subprocess.run(command, capture_output=True, check=False)


def task(place: Place, version: Path) -> str:
    """The task of Windows' own scheduler, as `schtasks /XML` takes it."""
    from xml.sax.saxutils import escape

    program, *rest = command_line(place, version, "run")
    return f"""\
<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>{TITLE}</Description></RegistrationInfo>
  <Triggers>
    <BootTrigger><Enabled>true</Enabled></BootTrigger>
    <TimeTrigger>
      <Repetition><Interval>PT1M</Interval><StopAtDurationEnd>false</StopAtDurationEnd></Repetition>
      <StartBoundary>2020-01-01T00:00:00</StartBoundary>
      <Enabled>true</Enabled>
    </TimeTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author"><UserId>S-1-5-19</UserId><RunLevel>LeastPrivilege</RunLevel></Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Enabled>true</Enabled>
    <Priority>4</Priority>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{escape(program)}</Command>
      <Arguments>{escape(subprocess.list2cmdline(["-X", "utf8", *rest]))}</Arguments>
      <WorkingDirectory>{escape(str(place.data))}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
"""


def run(command: Sequence[str]) -> None:
    """Run a program of this machine; raises Refused with what it said."""
    done = subprocess.run(list(command), capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip()[-400:]
        raise Refused(f"{command[0]} 没有完成：{said}\n{ELEVATED}，或用 --no-service 跳过服务。")


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    sys.exit(main())
