"""What happens on `webmap ask "…"`? A question in plain words is answered as on the map."""

from __future__ import annotations

from typing import Final

import click

from layers.analysis import answer_words, answering
from layers.analysis.answering import Answer
from layers.errors import InvalidValue
from layers.rights import SYSTEM_VIEWER
from layers.store import Database
from webmap.cli import with_database
from webmap.config import read_config

MOST_SHOWN: Final = 10


@click.command("ask")
@click.argument("question")
def command(question: str) -> None:
    """问一问：用一句话问数量、面积、清单，如 webmap ask "界湖街道闲置满两年的有几宗多少亩"。"""

    def act(database: Database) -> None:
        with database.reading() as session:
            _say(answering.ask(session, SYSTEM_VIEWER, question))

    with_database(read_config(), act)


def _say(answer: Answer) -> None:
    if trouble := answer_words.trouble(answer):
        suggested = "".join(f"\n  您是不是要问：{each}" for each in answer.suggestions)
        raise InvalidValue(trouble + suggested)
    if figures := answer_words.figures(answer):
        click.echo("，".join(each.words for each in figures))
        click.echo(answer_words.sentence(answer))
    for group in answer.groups:
        click.echo(f"  {group.label}  {answer_words.group_figure(answer, group)}")
    for found in answer.listed[:MOST_SHOWN]:
        click.echo(
            f"  {found.name}  {found.derived.get('town') or ''}  {answer_words.size_of(found)}".rstrip()
        )
    for hit in answer.hits:
        click.echo(f"  {hit.name}  {hit.layer_title}  {hit.place}".rstrip())
    for remark in answer_words.remarks(answer):
        click.echo(remark)
    click.echo(answer_words.source(answer))
