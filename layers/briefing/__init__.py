"""A talk with the map: what a scene is, and what it says to whom it is shown today.

A briefing is a list of scenes (`scenes`). Its figures are questions, asked when it is shown (`asking`) with the
rights of whoever looks; `play` resolves everything that a screen, a slide or an offline page needs.
"""

from layers.briefing.measures import MEASURES
from layers.briefing.playing import play
from layers.briefing.scenes import checked_scene, checked_scenes, checked_title
from layers.briefing.templates import SAMPLE_SLUG, SAMPLE_TITLE, TEMPLATES, sample_scenes, scenes_of

__all__ = [
    "MEASURES",
    "SAMPLE_SLUG",
    "SAMPLE_TITLE",
    "TEMPLATES",
    "checked_scene",
    "checked_scenes",
    "checked_title",
    "play",
    "sample_scenes",
    "scenes_of",
]
