"""What is in the package that installs the map without network? `make dist` builds one zip for each platform.

Our own wheel, every wheel it needs at run time for each Python we support, pip itself, and the installer. The wheels
come from the index that pip is configured for, checked against requirements/run.txt; one that is missing stops the
build, so that a half package never exists. The same sources give the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from email.parser import HeaderParser
from pathlib import Path
from typing import Final

from packaging.markers import Marker

ROOT: Final = Path(__file__).resolve().parents[1]
HERE: Final = ROOT / "offline"
PYTHONS: Final = ("3.11", "3.12", "3.13", "3.14")
GLIBC: Final = ("2_28", "2_27", "2_26", "2_24", "2_17")
"""Any of these runs on glibc 2.28, which the systems of the offices have."""
PLATFORMS: Final = {
    "windows-x64": ("win_amd64",),
    **{
        f"linux-{machine}": (*(f"manylinux_{glibc}_{machine}" for glibc in GLIBC), f"manylinux2014_{machine}")
        for machine in ("x86_64", "aarch64")
    },
}
INSTALLERS: Final = {
    "windows": ("安装.bat", "install.py", "need-python.txt", "安装说明.txt"),
    "linux": ("install.sh", "install.py", "need-python.txt", "安装说明.txt"),
}
ALWAYS_THE_SAME_TIME: Final = (1980, 1, 1, 0, 0, 0)
EXECUTABLE, PLAIN = 0o100755, 0o100644


def main() -> None:
    """Build the packages that are asked for; all of them by default."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("platforms", nargs="*", help=f"{', '.join(PLATFORMS)}, or own")
    parser.add_argument("--python", action="append", choices=PYTHONS, help="only for this Python")
    parser.add_argument("--to", type=Path, default=ROOT / "dist")
    options = parser.parse_args()
    for name in options.platforms or PLATFORMS:
        made = make(own_platform() if name == "own" else name, options.python or PYTHONS, options.to)
        print(f"{made} · {made.stat().st_size / 1024**2:.0f} MB", flush=True)


def own_platform() -> str:
    """The platform of this machine."""
    return f"linux-{platform.machine()}"


def make(name: str, pythons: Sequence[str], to: Path) -> Path:
    """Build the package of one platform; it gets its name when it is complete."""
    with tempfile.TemporaryDirectory(prefix="offline-") as temporary:
        folder = Path(temporary)
        wheels = folder / "wheels"
        wheels.mkdir()
        ours = build_wheel(wheels)
        for python in pythons:
            fetch(name, python, ROOT / "requirements/run.txt", wheels)
        fetch_pip(wheels)
        write_papers(folder, name, pythons, ours)
        return zipped(folder, to / f"quanyu-yizhangtu-{version_of(ours)}-{name}.zip")


def build_wheel(to: Path) -> Path:
    """Our own wheel, with pages, front-end files, fonts and the sample."""
    run(
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(to),
        str(ROOT),
    )
    (made,) = to.glob("quanyu_yizhangtu-*.whl")
    return made


def fetch(name: str, python: str, requirements: Path, to: Path) -> None:
    """Every wheel of the list for one platform and one Python; anything missing stops the build."""
    tags = [word for tag in PLATFORMS[name] for word in ("--platform", tag)]
    abis = [word for abi in (f"cp{python.replace('.', '')}", "abi3", "none") for word in ("--abi", abi)]
    wanted = to.parent / f"wanted-{python}.txt"
    wanted.write_text("\n".join(wanted_by(name, python, requirements.read_text("utf-8"))), "utf-8")
    run(
        *("-m", "pip", "download", "--quiet", "--require-hashes", "--only-binary=:all:", "--no-deps"),
        *("--implementation", "cp", "--python-version", python, *tags, *abis),
        *("--dest", str(to), "--requirement", str(wanted)),
    )
    wanted.unlink()


def wanted_by(name: str, python: str, requirements: str) -> Iterator[str]:
    """The pinned lines that count on that platform; pip itself would ask this machine."""
    system, _, machine = name.partition("-")
    there = {
        "sys_platform": "win32" if system == "windows" else "linux",
        "platform_system": "Windows" if system == "windows" else "Linux",
        "os_name": "nt" if system == "windows" else "posix",
        "platform_machine": "AMD64" if machine == "x64" else machine,
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    for block in re.split(r"\n(?=\S)", requirements.strip()):
        pinned, _, rest = block.partition(" \\")
        requirement, _, condition = pinned.partition(";")
        if not condition or Marker(condition.strip()).evaluate(there):
            yield f"{requirement.strip()} \\{rest}"


def fetch_pip(to: Path) -> None:
    """The pip that installs the others: machines often have Python without it."""
    lines = (ROOT / "requirements/build.txt").read_text("utf-8")
    with tempfile.TemporaryDirectory() as folder:
        pinned = Path(folder) / "pip.txt"
        pinned.write_text(block_of("pip", lines), "utf-8")
        run(
            *("-m", "pip", "download", "--quiet", "--require-hashes", "--only-binary=:all:", "--no-deps"),
            *("--dest", str(to), "--requirement", str(pinned)),
        )


def block_of(package: str, lines: str) -> str:
    """The lines of one package in a file of pinned requirements."""
    found: list[str] = []
    for line in lines.splitlines():
        if line.startswith(f"{package}==") or (found and line.startswith(" ")):
            found.append(line)
        elif found:
            break
    return "\n".join(found) + "\n"


def write_papers(folder: Path, name: str, pythons: Sequence[str], ours: Path) -> None:
    """The installer, its list with checksums, what this package is for, and whose work is in it."""
    for file in INSTALLERS[name.partition("-")[0]]:
        shutil.copyfile(HERE / file, folder / file)
    digest = hashlib.sha256(ours.read_bytes()).hexdigest()
    pinned = (ROOT / "requirements/run.txt").read_text("utf-8")
    own = f"quanyu-yizhangtu=={version_of(ours)} --hash=sha256:{digest}\n"
    (folder / "requirements.txt").write_text(pinned + own, "utf-8")
    told = {"version": version_of(ours), "platform": name, "pythons": list(pythons)}
    (folder / "package.json").write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    (folder / "third-party.txt").write_text("\n".join(licences(folder / "wheels")), "utf-8")


def version_of(wheel: Path) -> str:
    return wheel.name.split("-")[1]


def licences(wheels: Path) -> Iterator[str]:
    """Name, version, licence and its text, for every package inside."""
    seen: set[str] = set()
    for wheel in sorted(wheels.glob("*.whl")):
        package = "-".join(wheel.name.split("-")[:2])
        if package not in seen and not package.startswith("quanyu_yizhangtu"):
            seen.add(package)
            yield from licence_of(wheel)
    for file in sorted((ROOT / "node_modules").glob("**/LICEN[CS]E*")):
        if file.parent.parent.name != "node_modules" and not file.parent.parent.name.startswith("@"):
            continue
        if vendored(file.parent):
            yield f"\n=== {file.parent.relative_to(ROOT / 'node_modules').as_posix()} ===\n"
            yield file.read_text("utf-8", "replace")


def vendored(package: Path) -> bool:
    sys.path.insert(0, str(ROOT))
    from hatch_build import VENDORED

    name = package.relative_to(ROOT / "node_modules").as_posix()
    return any(source == name or source.startswith(f"{name}/") for source in VENDORED)


def licence_of(wheel: Path) -> Iterator[str]:
    with zipfile.ZipFile(wheel) as inside:
        names = [name for name in inside.namelist() if ".dist-info/" in name]
        (metadata,) = [name for name in names if name.endswith(".dist-info/METADATA")]
        told = HeaderParser().parsestr(inside.read(metadata).decode())
        licence = told["License-Expression"] or (told["License"] or "").partition("\n")[0] or "见下"
        yield f"\n=== {told['Name']} {told['Version']} · {licence} ===\n"
        for name in sorted(names):
            if any(word in name.rpartition("/")[2].upper() for word in ("LICEN", "COPYING", "NOTICE")):
                yield inside.read(name).decode("utf-8", "replace")


def zipped(folder: Path, target: Path) -> Path:
    """All files under one folder of the package's name: sorted, with fixed times and rights."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    with zipfile.ZipFile(part, "w") as package:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                add(package, file, f"{target.stem}/{file.relative_to(folder).as_posix()}")
    part.replace(target)
    return target


def add(package: zipfile.ZipFile, file: Path, name: str) -> None:
    entry = zipfile.ZipInfo(name, ALWAYS_THE_SAME_TIME)
    entry.create_system = 3
    entry.external_attr = (EXECUTABLE if file.suffix == ".sh" else PLAIN) << 16
    # Wheels are packed already.
    entry.compress_type = zipfile.ZIP_STORED if file.suffix == ".whl" else zipfile.ZIP_DEFLATED
    package.writestr(entry, content_of(file))


def content_of(file: Path) -> bytes:
    """What people and cmd read on Windows has the line ends of Windows; a text says that it is UTF-8."""
    content = file.read_bytes()
    if file.suffix == ".bat":
        return content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    if file.name == "安装说明.txt":
        return b"\xef\xbb\xbf" + content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return content


def run(*arguments: str) -> None:
    """Run a Python program; its failure ends the build with what it said."""
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"安装包没有做成 · The package was not made:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    main()
