"""全域一张图: the Flask application."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from flask import Flask

    from webmap.config import Config

MOST_BYTES_SENT_TO_US: Final = 1024 * 1024


def create_app(config: Config | None = None) -> Flask:
    """The application: what it is made of, from the outside in."""
    # Imported here: the command line and the timer do without Flask and folium.
    from flask import Flask

    from webmap import accounts, assets, body, database, errors, headers, kept_tiles, logs, proxy, receiving
    from webmap.config import read_config
    from webmap.views import (
        account,
        asking,
        attachments,
        bases,
        briefing,
        briefings,
        cases,
        check,
        conflict,
        drawings,
        due,
        editing,
        exports,
        features,
        filtering,
        handouts,
        health,
        history,
        holding,
        imagery,
        intake,
        intake_together,
        layers,
        ledger,
        links,
        log,
        manage_bases,
        manage_deleted,
        manage_layers,
        manage_offices,
        manage_themes,
        manual,
        mark,
        milestones,
        ogc,
        people,
        printing,
        quality,
        reshaping,
        review,
        search,
        siting,
        supervision,
        table,
        tiles,
        travel,
    )
    from webmap.views import map as map_page

    config = config or read_config()
    app = Flask(__name__, static_folder=str(assets.STATIC), static_url_path="/static")
    app.config["TRUSTED_HOSTS"] = list(config.hosts) or None
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES_SENT_TO_US
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]

    logs.start_logging()
    headers.protect(app)
    logs.log_requests(app)
    attachments.take_files(app)
    receiving.take_files(app)
    body.take_shapes(app)
    accounts.guard(app, config)
    database.connect(app, config)
    proxy.stand_behind(app, config)
    bases.declare(app, config)
    kept_tiles.make_ready(app)
    assets.serve_assets(app)
    errors.answer_errors(app)
    for view in (
        map_page,
        account,
        people,
        log,
        manage_layers,
        manage_themes,
        manage_offices,
        manage_bases,
        imagery,
        drawings,
        manage_deleted,
        layers,
        ledger,
        filtering,
        features,
        editing,
        history,
        reshaping,
        review,
        conflict,
        siting,
        holding,
        links,
        supervision,
        milestones,
        due,
        cases,
        attachments,
        intake,
        intake_together,
        exports,
        printing,
        briefing,
        briefings,
        handouts,
        quality,
        travel,
        ogc,
        mark,
        search,
        asking,
        table,
        tiles,
        bases,
        check,
        manual,
        health,
    ):
        app.register_blueprint(view.blueprint)
    return app
