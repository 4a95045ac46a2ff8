"""Draw the images of the brand: a sun with a plug in it.

Run it as `.venv/bin/python -m scripts.draw_brand`. Drawn large in units of one icon (0 to 1 in both
directions) and made small at the end, so that edges are smooth.
"""

from dataclasses import dataclass
import math
from pathlib import Path

from PIL import Image, ImageDraw

from scripts.house.manifest import BRAND, ICON, ICON_2X

LARGE = 2048  # pixels of one unit
LOGO_WIDTH = 3.3  # units: the mark, a gap, four letters

AMBER = (255, 193, 7)
ORANGE = (245, 124, 0)
WHITE = (255, 255, 255)

CENTRE = (0.5, 0.5)
RADIUS = 0.3
RAYS = 8

type Point = tuple[float, float]
type Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Theme:
    """What differs between a light and a dark background: the letters."""

    prefix: str
    ink: Colour


THEMES = (Theme("", (38, 50, 56)), Theme("dark_", (236, 239, 241)))


class Canvas:
    """Draws shapes in units."""

    def __init__(self, width: float) -> None:
        self.image = Image.new("RGBA", (round(width * LARGE), LARGE))
        self._draw = ImageDraw.Draw(self.image)

    def disc(self, centre: Point, radius: float, colour: Colour) -> None:
        """Fill a circle."""
        x, y = centre
        box = [(v * LARGE) for v in (x - radius, y - radius, x + radius, y + radius)]
        self._draw.ellipse(box, fill=colour)

    def stroke(self, start: Point, end: Point, width: float, colour: Colour) -> None:
        """Draw a line with round ends."""
        ends = [(x * LARGE, y * LARGE) for x, y in (start, end)]
        self._draw.line(ends, fill=colour, width=round(width * LARGE))
        for point in (start, end):
            self.disc(point, width / 2, colour)

    def arc(
        self, centre: Point, radius: float, degrees: tuple[float, float], width: float, colour: Colour
    ) -> None:
        """Draw an arc with round ends, clockwise from three o'clock. The radius is that of its middle line."""
        x, y = centre
        outer = radius + width / 2
        box = [(v * LARGE) for v in (x - outer, y - outer, x + outer, y + outer)]
        self._draw.arc(box, *degrees, fill=colour, width=round(width * LARGE))
        for degree in degrees:
            self.disc(on_circle(centre, radius, degree), width / 2, colour)

    def bowl(self, centre: Point, radius: float, colour: Colour) -> None:
        """Fill the lower half of a circle."""
        x, y = centre
        box = [(v * LARGE) for v in (x - radius, y - radius, x + radius, y + radius)]
        self._draw.pieslice(box, 0, 180, fill=colour)

    def area(self, corners: list[Point], colour: Colour) -> None:
        """Fill a polygon."""
        self._draw.polygon([(x * LARGE, y * LARGE) for x, y in corners], fill=colour)


def on_circle(centre: Point, radius: float, degrees: float) -> Point:
    """Return a point of a circle."""
    angle = math.radians(degrees)
    return centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle)


def blend(share: float) -> Colour:
    """Return the colour of the sun at a height: light above, warm below."""
    red, green, blue = (
        round(a + (b - a) * min(max(share, 0), 1)) for a, b in zip(AMBER, ORANGE, strict=True)
    )
    return red, green, blue


def draw_sun(canvas: Canvas) -> None:
    """Draw rays and disc."""
    for ray in range(RAYS):
        degrees = -90 + ray * 360 / RAYS
        start = on_circle(CENTRE, RADIUS + 0.1, degrees)
        end = on_circle(CENTRE, RADIUS + 0.155, degrees)
        canvas.stroke(start, end, 0.085, blend((start[1] - 0.05) / 0.9))
    # The disc is a stack of lines, each of its own colour.
    for line in range(round(2 * RADIUS * LARGE)):
        y = line / LARGE - RADIUS
        half = math.sqrt(max(RADIUS**2 - y**2, 0))
        left, right = (CENTRE[0] - half, CENTRE[1] + y), (CENTRE[0] + half, CENTRE[1] + y)
        canvas.area(
            [left, right, (right[0], right[1] + 1 / LARGE), (left[0], left[1] + 1 / LARGE)],
            blend((left[1] - 0.05) / 0.9),
        )


def draw_plug(canvas: Canvas) -> None:
    """Draw a plug with its prongs up and its cable down to the edge of the sun."""
    x, y = CENTRE
    for side in (-1, 1):
        prong = x + side * 0.07
        canvas.stroke((prong, y - 0.2), (prong, y - 0.05), 0.06, WHITE)
    half, corner, top = 0.145, 0.03, y - 0.06
    canvas.stroke((x - half + corner, top), (x + half - corner, top), 2 * corner, WHITE)
    canvas.area([(x - half, top), (x + half, top), (x + half, y + 0.01), (x - half, y + 0.01)], WHITE)
    canvas.bowl((x, y + 0.005), half, WHITE)
    canvas.stroke((x, y + half), (x, y + RADIUS - 0.05), 0.06, WHITE)


def draw_letters(canvas: Canvas, left: float, theme: Theme) -> None:
    """Write the name in letters of circles and lines."""
    middle, radius, width = 0.53, 0.2, 0.088
    step = 2 * radius + width + 0.075
    e, v, c1, c2 = (left + width / 2 + radius + step * place for place in range(4))
    canvas.arc((e, middle), radius, (48, 360), width, theme.ink)
    canvas.stroke((e - radius, middle), (e + radius, middle), width, theme.ink)
    tip = (v, middle + radius)
    for side in (-1, 1):
        canvas.stroke((v + side * 0.18, middle - radius), tip, width, theme.ink)
    for centre in (c1, c2):
        canvas.arc((centre, middle), radius, (48, 312), width, theme.ink)


def save(image: Image.Image, path: Path, height: int) -> None:
    """Save a picture at a height."""
    width = round(image.width * height / image.height)
    image.resize((width, height), Image.Resampling.LANCZOS).save(path, optimize=True)


def main() -> None:
    """Draw everything."""
    BRAND.mkdir(exist_ok=True)
    for theme in THEMES:
        icon, logo = Canvas(1), Canvas(LOGO_WIDTH)
        for canvas in (icon, logo):
            draw_sun(canvas)
            draw_plug(canvas)
        draw_letters(logo, 1.09, theme)
        for canvas, name in ((icon, "icon"), (logo, "logo")):
            save(canvas.image, BRAND / f"{theme.prefix}{name}.png", ICON)
            save(canvas.image, BRAND / f"{theme.prefix}{name}@2x.png", ICON_2X)


if __name__ == "__main__":
    main()
