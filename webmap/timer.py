"""What is due today? A small process beside the server writes derived values that are, at start and at midnight,
after an upgrade or another setting also those of other rules, and backs up at night.

It is a process of its own: whatever happens to it cannot take the server down, and readers derive a value that is
due on the fly anyway. It ends when the process that started it does, because its input then ends.
"""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from layers import clock
from layers.errors import MapError
from webmap.beside import until_the_server_ends

if TYPE_CHECKING:
    from layers.store import Database

LONGEST_SLEEP_S: Final = 300.0
"""A computer that slept through midnight must notice it soon after it woke."""
RETRY_S: Final = 60.0


def keep_current(stop: threading.Event) -> None:
    """Refresh what is due on every new day of the county, until told to stop."""
    done: date | None = None
    while not stop.is_set():
        today = clock.today()
        if today != done and _refresh(today):
            done = today
        stop.wait(min(clock.seconds_to_midnight() + 1, LONGEST_SLEEP_S) if done == today else RETRY_S)


def _refresh(today: date) -> bool:
    from layers.store import Database
    from layers.store.edit import follow_rules, refresh_derived
    from webmap.config import read_config
    from webmap.logs import LOG

    database = Database(read_config().database_url)
    try:
        count = refresh_derived(database, today)
        anew = follow_rules(database)
        _tidy(database)
    except MapError as error:
        LOG.warning("derived", extra={"facts": {"day": today.isoformat(), "why": error.message}})
        return False
    except Exception:
        LOG.exception("derived", extra={"facts": {"day": today.isoformat()}})
        return False
    finally:
        database.dispose()
    LOG.info(
        "derived", extra={"facts": {"day": today.isoformat(), "refreshed": count, "by_other_rules": anew}}
    )
    return True


def _tidy(database: Database) -> None:
    """Forget log-ins that are over, lines of the audit log and files of removed photos that were kept long enough."""
    from layers.store import accounts, audit
    from webmap.config import read_config
    from webmap.keeping.pruning import prune
    from webmap.passwords import PROFILES

    config = read_config()
    kept_from = clock.now() - timedelta(days=31 * config.audit_months)
    with database.writing() as session:
        accounts.sweep(session, PROFILES[config.passwords].idle)
        audit.cut(session, kept_from)
        session.commit()
    prune(config, database)


def main() -> None:
    """Run until the input ends."""
    from webmap.config import read_config
    from webmap.keeping.nightly import keep_backed_up
    from webmap.logs import keep_logs, start_logging

    config = read_config()
    start_logging()
    keep_logs(config.home, "timer")
    stop = until_the_server_ends()
    # A backup that is under way when the server ends goes with it, and the next one clears up after it.
    threading.Thread(target=keep_backed_up, args=(config, stop), daemon=True).start()
    keep_current(stop)


if __name__ == "__main__":
    main()
