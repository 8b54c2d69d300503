"""Is the server that tests share as visitors kept free of accounts, which would close it to them?"""

from __future__ import annotations

import pytest

from layers.store import Database, accounts
from tests.people import add_account, sign_in
from tests.running import Server


def test_nobody_signs_in_on_the_shared_server(server: Server) -> None:
    with pytest.raises(AssertionError, match="sign in on `staffed`"):
        sign_in(server, "editor")
    with pytest.raises(AssertionError, match="sign in on `staffed`"):
        add_account(server, "editor")
    database = Database(server.database_url)
    with database.reading() as session:
        assert not accounts.people(session)
    database.dispose()
