"""Where does a command write to? `--to FILE`: looked at before the work begins."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

Act = TypeVar("Act", bound=Callable[..., Any])
_PLAIN: Final = click.Path(path_type=Path, dir_okay=False)


class Target(click.ParamType[Path]):
    """A file with one of these endings, in a folder that is there."""

    name = "file"

    def __init__(self, endings: tuple[str, ...]) -> None:
        self.endings = endings

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        path = Path(_PLAIN.convert(value, param, ctx))
        if path.suffix.lower() not in self.endings:
            self.fail(f"收到“{path.name}”，文件名应以 {'、'.join(self.endings)} 结尾。", param, ctx)
        if not path.absolute().parent.is_dir():
            self.fail(f"没有文件夹 {path.parent}。请先建立，或换一个位置。", param, ctx)
        return path


def target_option(*endings: str, required: bool = False) -> Callable[[Act], Act]:
    """`--to FILE` as the argument `target`; None where it is not given."""
    written = f"写到哪个文件（{'、'.join(endings)}）。"
    return click.option("--to", "target", type=Target(endings), required=required, help=written)
