"""Draws the icons of the phone page: a camera under a pin, white on brand blue. Run it when they should change."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

PLACE = Path(__file__).parents[1] / "static/icons"
BRAND, WHITE, SEAL = "#1F4E79", "#FFFFFF", "#B5321F"
FINE = 4


def icon(size: int) -> Image.Image:
    """All that matters lies in the middle 80 %: systems cut icons to circles."""
    unit = size * FINE / 100
    picture = Image.new("RGB", (size * FINE, size * FINE), BRAND)
    draw = ImageDraw.Draw(picture)

    def box(left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
        return left * unit, top * unit, right * unit, bottom * unit

    draw.rounded_rectangle(box(19, 36, 81, 77), radius=7 * unit, fill=WHITE)
    draw.rounded_rectangle(box(36, 27, 64, 45), radius=5 * unit, fill=WHITE)
    draw.ellipse(box(35, 41, 65, 71), fill=BRAND)
    draw.ellipse(box(40, 46, 60, 66), fill=WHITE)
    draw.ellipse(box(45, 51, 55, 61), fill=SEAL)
    return picture.resize((size, size), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    PLACE.mkdir(exist_ok=True)
    for size in (192, 512):
        icon(size).save(PLACE / f"mark-{size}.png", optimize=True)
