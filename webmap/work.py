"""What is to be done in the background? A process beside the server that does the long work.

Whatever happens to it cannot take the server down. Beside a server it ends when that does, because its input ends;
started by itself (`webmap work`) it runs until Ctrl+C. Several may stand beside one database.
"""

from __future__ import annotations

import threading
from typing import Final

from layers.jobs import Foreman, JobKind
from webmap.beside import until_the_server_ends
from webmap.derive_work import DERIVE
from webmap.overview_work import OVERVIEW, keep_watch

KINDS: Final = {
    "conflict": JobKind("压盖分析", "webmap.conflict_work:work"),
    "conflict_file": JobKind("压盖分析（文件）", "webmap.conflict_file_work:work"),
    "siting": JobKind("项目找地", "webmap.siting_work:work"),
    "net_area": JobKind("计算净面积", "webmap.net_area_work:work"),
    "intake_read": JobKind("核对文件", "webmap.intake_work:read", at_hand="webmap.intake_work:make_ready"),
    "intake_bring": JobKind("导入", "webmap.intake_work:bring"),
    "intake_together": JobKind("导入", "webmap.intake_together:bring"),
    "quality": JobKind("数据质检", "webmap.quality_work:check"),
    DERIVE: JobKind("更新图例类别", "webmap.derive_work:derive"),
    "export": JobKind("导出", "webmap.export_work:write"),
    "handout": JobKind("带走汇报", "webmap.handout_work:write"),
    "print": JobKind("打印", "webmap.print_work:write"),
    "picture_look": JobKind("读取图像", "webmap.picture_work:look"),
    "picture_cut": JobKind("生成瓦片", "webmap.picture_work:cut"),
    "travel": JobKind("路网前后", "webmap.travel_work:work"),
    OVERVIEW: JobKind("生成概览", "webmap.overview_work:rebuild", last=True),
}
"""Every sort of long work that we know."""


def work(stop: threading.Event) -> None:
    """Do what waits, until told to stop."""
    from webmap.config import read_config
    from webmap.logs import LOG, keep_logs, start_logging

    config = read_config()
    start_logging()
    keep_logs(config.home, "work")

    def trouble(job: int, error: BaseException) -> None:
        LOG.error("job", extra={"facts": {"job": job}}, exc_info=error)

    threading.Thread(target=keep_watch, args=(config.database_url, stop), daemon=True).start()
    Foreman(config.database_url, KINDS, config.jobs, on_trouble=trouble).work(stop)


def main() -> None:
    """Work until the input ends."""
    work(until_the_server_ends())


if __name__ == "__main__":
    main()
