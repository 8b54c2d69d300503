"""How is the application served: gunicorn with threads, waitress where gunicorn cannot run.

The socket is bound before anything else, so that a taken port is a sentence and not a traceback.
"""

from __future__ import annotations

import errno
import socket
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from layers.errors import WrongSetting
from webmap.beside import Neighbour
from webmap.certificates import usable
from webmap.config import Config
from webmap.keeping.presence import Presence

if TYPE_CHECKING:
    from flask import Flask

WAITING_CONNECTIONS: Final = 512
KEEP_ALIVE_S: Final = 15
GRACE_S: Final = 8
NO_TLS_HERE: Final = """\
在 Windows 上本程序自己不提供 https。请在前面放 nginx 或 Caddy，并设置 WEBMAP_PROXIES=1。
Caddy 的配置（Caddyfile）：
    map.county.gov.cn {{
        tls server.crt server.key
        reverse_proxy 127.0.0.1:{port}
    }}
nginx 的配置见 README 的“内网 https”。证书用 webmap certificate 制作，在数据文件夹的 certificates 里。"""


def listening_socket(config: Config) -> socket.socket:
    """A bound socket; raises WrongSetting when the address or the port cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            config.host, config.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        found = socket.socket(family, kind, protocol)
        if sys.platform != "win32":  # there the option would share a port that is taken
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
        found.listen(WAITING_CONNECTIONS)
    except OSError as refusal:
        raise WrongSetting(_why_not(refusal, config)) from None
    return found


class Beside:
    """The processes beside the server."""

    def __init__(self) -> None:
        self._all = (Neighbour("webmap.timer"), Neighbour("webmap.work"))

    def start(self) -> None:
        """Start all of them."""
        for each in self._all:
            each.start()

    def stop(self) -> None:
        """Let all of them end, at the same time."""
        for each in self._all:
            each.tell_to_end()
        for each in self._all:
            each.stop()


def serve(config: Config, listener: socket.socket) -> None:
    """Answer requests until somebody stops the process; the timer and the worker run beside."""
    beside, presence = Beside(), Presence(config.home)
    presence.begin()
    try:
        if sys.platform == "win32":
            _serve_with_waitress(config, listener, beside)
        else:
            _serve_with_gunicorn(config, listener, beside)
    finally:
        presence.end()


def must_serve_tls(config: Config) -> None:
    """Raises WrongSetting where https cannot be served from here: no certificate, or no server that knows TLS."""
    if sys.platform == "win32":
        raise WrongSetting(NO_TLS_HERE.format(port=config.port))
    usable(config.home)


def started(config: Config) -> str:
    """The one line that says that the map is there."""
    return f"全域一张图已启动：{config.address} （数据文件夹 {config.home}，Ctrl+C 停止）"


def _why_not(refusal: OSError, config: Config) -> str:
    if refusal.errno == errno.EADDRINUSE:
        return (
            f"端口 {config.port} 已被其他程序占用（也许全域一张图已经在运行，可先打开 {config.address} 看看）。"
            f"请停止那个程序，或换一个端口，例如 WEBMAP_PORT={_another(config.port)} webmap run。"
        )
    if refusal.errno == errno.EACCES:
        return f"没有权限监听端口 {config.port}。请把 WEBMAP_PORT 改为 1024 以上的端口，例如 8000。"
    return (
        f"无法在 {config.host} 上监听端口 {config.port}（{refusal.strerror}）。"
        "WEBMAP_HOST 应为本机的地址，例如 127.0.0.1 或 0.0.0.0。请更正后重新启动。"
    )


def _another(port: int) -> int:
    return port + 1 if port < 65535 else 8000


def _serve_with_waitress(config: Config, listener: socket.socket, beside: Beside) -> None:
    from waitress import create_server

    server = create_server(_application(config), sockets=[listener], threads=config.threads, ident=None)
    beside.start()
    print(started(config), flush=True)  # noqa: T201
    try:
        server.run()
    finally:
        beside.stop()


def _application(config: Config) -> Flask:
    from webmap import create_app, logs

    logs.start_logging()
    logs.keep_logs(config.home, "requests")
    return create_app(config)


def _serve_with_gunicorn(config: Config, listener: socket.socket, beside: Beside) -> None:
    from gunicorn.app.base import BaseApplication

    class Served(BaseApplication):  # type: ignore[misc]
        """Gunicorn without a command line of its own."""

        def load_config(self) -> None:
            for name, value in _gunicorn_settings(config, listener, beside).items():
                self.cfg.set(name, value)

        def load(self) -> Flask:
            return _application(config)

    Served().run()


def _gunicorn_settings(config: Config, listener: socket.socket, beside: Beside) -> dict[str, Any]:
    return {
        "bind": f"fd://{listener.detach()}",
        "worker_class": "gthread",
        "workers": config.workers,
        "threads": config.threads,
        "keepalive": KEEP_ALIVE_S,
        "graceful_timeout": GRACE_S,
        "loglevel": "warning",
        "control_socket_disable": True,
        "when_ready": _call(beside.start),
        "on_exit": _call(beside.stop),
        "post_worker_init": _say_once(config),
    } | (_tls_settings(config) if config.tls else {})


def _tls_settings(config: Config) -> dict[str, Any]:
    place = usable(config.home)
    return {
        "worker_class": "webmap.tls.Worker",
        "certfile": str(place.server),
        "keyfile": str(place.server_key),
    }


def _call(act: Callable[[], None]) -> Callable[[Any], None]:
    def hook(server: Any) -> None:
        act()

    return hook


def _say_once(config: Config) -> Callable[[Any], None]:
    def hook(worker: Any) -> None:
        # Workers count up for as long as the server lives: only the very first one has just started it.
        if worker.age == 1:
            print(started(config), flush=True)  # noqa: T201

    return hook
