"""What can go wrong with the map, and the Chinese sentence that says so?

MapError
├── InvalidValue          a value that a field does not take
│   ├── InvalidShape      a shape that cannot be stored
│   ├── InvalidFilter     a condition that nothing can be asked by
│   └── InvalidFields     several values, each with its field
├── UnknownThing          no such kind, layer or feature (or not for this viewer)
├── NotAllowed            the viewer may not do this
│   └── NotSignedIn       nobody may without an account
├── NeedsVersion          a change that does not say from which version it started
├── OutOfDate             somebody else changed it first
├── Contested             what others did stands in the way; it can be done despite it
├── UnreadableFile        a file that is not what it claims to be
│   ├── UnsupportedFile   a file of a sort that we do not take
│   └── TooLarge          a file with more bytes than we take
├── QuestionToUser        cannot go on without an answer, e.g. a missing coordinate system
├── Busy                  the database is held by somebody else; try again
├── NoSpace               the disk or the database file is full
└── WrongSetting          a setting that does not make sense; the start stops here
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


class MapError(Exception):
    """Carries a sentence for people: where, what came, what would be right, what to do.

    details: what a program needs to help with it, as JSON.
    """

    def __init__(self, message: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = dict(details or {})


class InvalidValue(MapError):
    """A value that a field does not take."""


class InvalidShape(InvalidValue):
    """A shape that cannot be stored."""


class InvalidFilter(InvalidValue):
    """A condition that nothing can be asked by: no such field, a wrong value, contradictory ranges."""


class InvalidFields(InvalidValue):
    """Several values that cannot be taken. details: `problems`, each with field, label, value and message."""


class UnknownThing(MapError):
    """No such kind, layer or feature, or none that this viewer may see."""


class NotAllowed(MapError):
    """The viewer may not do this."""


class NotSignedIn(NotAllowed):
    """Nobody may do this without signing in."""


class NeedsVersion(MapError):
    """A change that does not say from which version it started."""


class OutOfDate(MapError):
    """Somebody else changed it first."""


class Contested(MapError):
    """What others did meanwhile stands in the way; details say what, and how to go on despite it."""


class UnreadableFile(MapError):
    """A file that is not what it claims to be."""


class UnsupportedFile(UnreadableFile):
    """A file of a sort that we do not take."""


class TooLarge(UnreadableFile):
    """A file with more bytes than we take."""


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
