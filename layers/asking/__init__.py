"""问一问: what does a question in plain words ask of the map?

Words are known from the declarations of the layers; what is not known is named, never guessed. Pure: the data that
answer it are found elsewhere (layers/analysis/answering.py).
"""

from layers.asking.lexicon import MOST_VALUES, Lexicon, Subject, plain
from layers.asking.suggesting import completions, nearest, prepared
from layers.asking.understanding import LONGEST, Heard, Part, Understood, Unknown, understand

__all__ = [
    "LONGEST",
    "MOST_VALUES",
    "Heard",
    "Lexicon",
    "Part",
    "Subject",
    "Understood",
    "Unknown",
    "completions",
    "nearest",
    "plain",
    "prepared",
    "understand",
]
