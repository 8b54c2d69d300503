"""What does a photo not say that its layer asks for? The choice “other”, as on the page for photos; whoever reviews knows better."""

from __future__ import annotations

from typing import Final

from layers.formats import Dataset
from layers.kinds import LayerKind
from layers.kinds.fields import Choice

OTHER: Final = "other"


def say_other(dataset: Dataset, kind: LayerKind) -> None:
    """Give each required choice that has such an answer a column, with a note."""
    choices = [each for each in kind.fields if isinstance(each, Choice) and each.required]
    for each in choices:
        if OTHER in each.choices and each.title not in dataset.columns:
            dataset.columns[each.title] = [each.choices[OTHER]] * len(dataset)
            dataset.notes.append(
                f"照片没有写明“{each.title}”，先记为“{each.choices[OTHER]}”，导入后可在卡片上改"
            )
