"""问一问: the answer to a question in plain words, and the questions that can be asked. /api/ask, /api/ask/questions."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, url_for

from layers.analysis import answer_words, answering
from layers.analysis.answering import Answer, Answered, Group
from layers.asking import completions, prepared
from layers.filters.address import escaped
from layers.measure import rounded_km, rounded_mu
from webmap import asked
from webmap.answers import answer as answered
from webmap.database import current, viewer
from webmap.told_places import told

blueprint = Blueprint("asking", __name__, url_prefix="/api/ask")


@blueprint.get("")
def ask() -> Response:
    """What was asked, as it was understood, and the answer; what was not understood is named."""
    return answered(_told(answering.ask(current(), viewer(), asked.words())))


@blueprint.get("/questions")
def questions() -> Response:
    """What can be asked: all prepared questions, and those that go on from `q`."""
    typed = asked.words()
    lexicon = answering.lexicon_for(current(), viewer())
    body = {
        "completions": completions(typed, lexicon, answering.today_of(viewer())),
        "prepared": [{"group": group, "question": text} for group, text in prepared(lexicon)],
        "towns": list(lexicon.towns),
    }
    return answered(body)


def _told(answer: Answer) -> dict[str, Any]:
    understood, trouble = answer.understood, answer_words.trouble(answer)
    clear = not trouble
    return {
        "question": understood.text,
        "answered": clear,
        "trouble": trouble,
        "heard": [
            {"words": each.words, "start": each.start, "end": each.end, "slot": each.slot}
            for each in understood.heard
        ],
        "unknown": [{"words": each.words, "why": each.why} for each in understood.unknown],
        "suggestions": list(answer.suggestions),
        "sentence": answer_words.sentence(answer) if clear else "",
        "figures": [
            {"value": each.value, "unit": each.unit, "title": each.title}
            for each in answer_words.figures(answer)
        ],
        "parts": [_part(each) for each in answer.parts],
        "group": answer.group_title,
        "groups": [_group(answer, each) for each in answer.groups],
        "list": [
            *({**told(each), "size": answer_words.size_of(each)} for each in answer.listed),
            *({**told(each), "size": each.layer_title} for each in answer.hits),
        ],
        "remarks": answer_words.remarks(answer) if clear else [],
        "source": answer_words.source(answer) if clear else "",
        "url": f"{url_for('cases.ledger')}?overdue=1" if clear and understood.cases else None,
    }


def _part(part: Answered) -> dict[str, Any]:
    return {
        "layer": part.layer,
        "title": part.title,
        "word": part.word,
        "filter": part.where.text,
        "sentence": part.sentence,
        "count": part.totals.count,
        "area_mu": rounded_mu(part.totals.area_m2),
        "length_km": rounded_km(part.totals.length_m),
        "bounds": part.bounds,
        "sample": part.sample,
    }


def _group(answer: Answer, group: Group) -> dict[str, Any]:
    key = answer.understood.group
    return {
        "label": group.label,
        "words": answer_words.group_figure(answer, group),
        "count": group.totals.count,
        "area_mu": rounded_mu(group.totals.area_m2),
        "length_km": rounded_km(group.totals.length_m),
        "filter": f"{key}.any.{escaped(group.value)}" if group.value else f"{key}.empty",
    }
