"""On which databases does it run? On an SQLite file, and on PostGIS where the environment names a server of it.

On PostGIS every part has a database of its own, which is dropped afterwards; the one that is named is never touched.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import make_url

from tests.databases import postgis_named, url
from tests.running import fill_with_sample

ADDRESS = "WEBMAP_DATABASE_URL"


class Place(NamedTuple):
    """Where a server works: its home, and the address of its database where that is not the file in there."""

    home: Path
    address: str = ""

    @property
    def database_url(self) -> str:
        """Where its rows are."""
        return self.address or f"sqlite:///{self.home / 'map.db'}"

    @property
    def settings(self) -> dict[str, str]:
        """What its server must be told."""
        return {ADDRESS: self.address} if self.address else {}


class Ground(NamedTuple):
    """title: whose the figures are. template: a home with the sample; database: that of PostGIS which goes with it."""

    title: str
    template: Path
    database: str = ""

    @contextmanager
    def place(self, home: Path) -> Iterator[Place]:
        """A copy of it."""
        shutil.copytree(self.template, home)
        if not self.database:
            yield Place(home)
            return
        with postgis_named(template=self.database) as name:
            yield Place(home, url(name))


@contextmanager
def postgis(home: Path) -> Iterator[Ground]:
    """The sample on PostGIS, for as long as the block."""
    with postgis_named() as name:
        yield Ground("PostGIS", fill_with_sample(home, **{ADDRESS: url(name)}), name)


def postgis_is_named() -> bool:
    """Whether the environment names a server, as libpq reads it or by the setting of the product, which is taken away."""
    told = make_url(os.environ.pop(ADDRESS, "sqlite://"))
    if "PGHOST" not in os.environ and told.get_backend_name() == "postgresql":
        said = {
            "PGHOST": told.host or "localhost",
            "PGPORT": str(told.port or ""),
            "PGUSER": told.username or "",
            "PGPASSWORD": str(told.password or ""),
            "PGDATABASE": told.database or "",
        }
        os.environ |= {name: value for name, value in said.items() if value}
    return "PGHOST" in os.environ
