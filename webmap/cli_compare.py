"""What does `webmap intake` say and do about features that are on the map already?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import click

from layers.errors import InvalidValue
from layers.intake import Choice, Comparison, Dataset, Part, Plan, apply, compare, keys_offered
from layers.intake.applying import told_reason
from layers.intake.comparing import UID, UID_COLUMNS
from layers.rights import SYSTEM_VIEWER
from layers.store import Database

MOST_LISTED: Final = 30
NO_KEY: Final = "none"
NOTHING_TO_DO: Final = "图上已是这样，没有要导入的内容。"


class Wanted(NamedTuple):
    """What was asked for on the command line."""

    key: str | None
    update: bool
    delete: bool

    @property
    def choice(self) -> Choice:
        """The same for who carries it out."""
        return Choice(changed=self.update, removed=self.delete)


def compared(database: Database, found: Plan, dataset: Dataset, key: str | None) -> Comparison | None:
    """Against the layer, by the named column or field, else by the likeliest number; None: every row is new."""
    keys = keys_offered(found, dataset.columns)
    chosen = (
        next((each for each, _ in keys if each != "name"), None) if key is None else _named(found, keys, key)
    )
    if chosen is None or found.creates_layer:
        return None
    uids = next((dataset.columns[name] for name in UID_COLUMNS if name in dataset.columns), None)
    return compare(database, SYSTEM_VIEWER, found, chosen, uids)


def _named(found: Plan, keys: list[tuple[str, str]], key: str) -> str | None:
    if key == NO_KEY:
        return None
    if key in UID_COLUMNS:
        return UID
    field = found.kind.field_for(found.matched.get(key, key))
    if field is None or field.key not in {each for each, _ in keys}:
        known = "、".join(title for _, title in keys)
        raise InvalidValue(
            f"按“{key[:40]}”对照：文件里没有这个编号（可用：{known or '无'}）。请改用其中之一。"
        )
    return field.key


def told(found: Comparison) -> Iterator[str]:
    """What is new, changed, unchanged and missing."""
    yield (
        f"对照    按“{found.title}”：新增 {len(found.new)}，有变化 {len(found.changed)}，"
        f"无变化 {found.unchanged}，文件里没有 {len(found.removed)}"
    )
    yield from (f"说明    {note}" for note in found.notes)
    for each in found.changed[:MOST_LISTED]:
        words = "；".join(f"{title} {before} → {after}" for title, before, after in each.differences)
        yield f"  {each.place} {each.target.name}：{words}"
    if len(found.changed) > MOST_LISTED:
        yield f"  …… 另有 {len(found.changed) - MOST_LISTED} 个"
    yield from (f"  {each.reason}" for each in found.problems)


def carry_out(
    database: Database,
    part: Part,
    who: str,
    *,
    good_rows: bool,
    dry_run: bool,
) -> None:
    """Add, change and, when asked, remove, in one act."""
    plan, new, changes = part.plan, part.new, part.changes
    counts = f"新增 {len(new)}、更新 {len(changes) - part.removed}、删除 {part.removed}"
    if dry_run:
        click.echo(f"试运行，未改动任何数据。去掉 --dry-run 即{counts}。")
    elif not new and not changes:
        click.echo(NOTHING_TO_DO)
    else:
        reason = f"{told_reason(plan)}：{counts}" if changes else told_reason(plan)
        apply(database, plan, who, good_rows=good_rows, new=new, changes=changes, reason=reason)
        click.echo(f"“{plan.title}”已{counts}。")
