"""What can go wrong with the map, and the Chinese sentence that says so?

MapError
├── InvalidValue          a value that a field does not take
│   └── InvalidShape      a shape that cannot be stored
├── UnknownThing          no such kind, layer or feature (or not for this viewer)
├── NotAllowed            the viewer may not do this
│   └── NotSignedIn       nobody may without an account
├── OutOfDate             somebody else changed it first
├── UnreadableFile        a file that is not what it claims to be
├── QuestionToUser        cannot go on without an answer, e.g. a missing coordinate system
├── Busy                  the database is held by somebody else; try again
├── NoSpace               the disk or the database file is full
└── WrongSetting          a setting that does not make sense; the start stops here
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class MapError(Exception):
    """Carries a sentence for people: where, what came, what would be right, what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidValue(MapError):
    """A value that a field does not take."""


class InvalidShape(InvalidValue):
    """A shape that cannot be stored."""


class UnknownThing(MapError):
    """No such kind, layer or feature, or none that this viewer may see."""


class NotAllowed(MapError):
    """The viewer may not do this."""


class NotSignedIn(NotAllowed):
    """Nobody may do this without signing in."""


class OutOfDate(MapError):
    """Somebody else changed it first."""


class UnreadableFile(MapError):
    """A file that is not what it claims to be."""


@dataclass(frozen=True)
class Answer:
    """One possible answer to a question: what to pass, what it is called, what would follow."""

    value: str
    title: str
    consequence: str


class QuestionToUser(MapError):
    """Cannot go on without an answer; `choices` lists the likely ones, best first."""

    def __init__(self, message: str, choices: Sequence[Answer] = ()) -> None:
        super().__init__(message)
        self.choices = tuple(choices)


class Busy(MapError):
    """The database is held by somebody else; nothing was changed, try again."""


class NoSpace(MapError):
    """The disk or the database file is full; nothing was changed."""


class WrongSetting(MapError):
    """A setting that does not make sense; the start stops here."""
