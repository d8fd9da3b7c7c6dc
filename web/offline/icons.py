"""The app's icon as PNG, drawn here: phones take no SVG, and the repository keeps no pictures."""

from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw

from engine.errors import NotFoundError

SIZES = (180, 192, 512)
GROUND, LINE = (10, 110, 107), (255, 255, 255)
OVERSAMPLE = 4
"""Drawn larger and scaled down: Pillow's lines have no smooth edges of their own."""


@cache
def png(size: int, *, is_maskable: bool) -> bytes:
    """Return the icon, a pin with a tick as in ``files.icon``.

    Args:
        size: pixels of a side, one of ``SIZES``.
        is_maskable: fill the whole square, with the drawing in the middle that every mask leaves.

    Raises:
        NotFoundError: no such size.
    """
    if size not in SIZES:
        raise NotFoundError("There is no such icon.", code="icon_unknown")
    side = size * OVERSAMPLE
    picture = Image.new("RGBA", (side, side), (*GROUND, 255) if is_maskable else (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    if not is_maskable:
        draw.rounded_rectangle((0, 0, side - 1, side - 1), radius=side // 4, fill=GROUND)
    _pin(draw, side, scale=0.78 if is_maskable else 1.0)
    out = BytesIO()
    picture.resize((size, size), Image.Resampling.LANCZOS).save(out, "PNG")
    return out.getvalue()


def _pin(draw: ImageDraw.ImageDraw, side: int, *, scale: float) -> None:
    def at(x: float, y: float) -> tuple[float, float]:
        # The drawing's own square is 24 wide, as in the SVG.
        return (side / 2 + (x - 12) * side / 24 * scale, side / 2 + (y - 12) * side / 24 * scale)

    width = round(1.7 * side / 24 * scale)
    box = (*at(6.2, 4.1), *at(17.8, 15.7))
    draw.arc(box, start=150, end=30, fill=LINE, width=width)
    for x in (6.98, 17.02):
        draw.line([at(x, 12.8), at(12, 19.5)], fill=LINE, width=width, joint="curve")
    draw.line([at(9.6, 10), at(11.4, 11.8), at(14.4, 8.8)], fill=LINE, width=width, joint="curve")
