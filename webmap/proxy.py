"""Under which address do people reach us: at the root of a host, or under a path behind a proxy?

What a proxy says about the visitor (X-Forwarded-*) is believed only for as many proxies as the administrator
counted: anybody can write such a header.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

from webmap.config import Config

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask


def stand_behind(app: Flask, config: Config) -> None:
    """Write links for the path and the proxies of these settings."""
    if config.prefix:
        app.wsgi_app = UnderPath(app.wsgi_app, config.prefix)  # type: ignore[method-assign]
        app.config["APPLICATION_ROOT"] = config.prefix
    if config.proxies:
        count = config.proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=count, x_port=0, x_prefix=count
        )


class UnderPath:
    """Every link begins with the path, whether the proxy passes it on or cuts it off."""

    def __init__(self, inner: WSGIApplication, path: str) -> None:
        self.inner = inner
        self.path = path

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        asked = environ.get("PATH_INFO", "")
        if asked == self.path or asked.startswith(f"{self.path}/"):
            environ["PATH_INFO"] = asked[len(self.path) :]
        environ["SCRIPT_NAME"] = self.path
        return self.inner(environ, start_response)
