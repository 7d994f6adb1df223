"""A drawing of what processes used over time: one line each, as SVG."""

from dataclasses import dataclass, field

WIDTH, HEIGHT, LEFT, TOP, GAP = 900, 220, 64, 34, 64
COLOURS = {"steady": "#1f77b4", "killed now and then": "#bbbbbb", "Python": "#e0a458"}


@dataclass
class Line:
    kind: str
    # Seconds since the start, and the value; None breaks the line, as a new process begins.
    points: list[tuple[float, float | None]] = field(default_factory=list)


def draw(charts: list[tuple[str, list[Line]]], seconds: float, faults: list[tuple[float, float, str]]) -> str:
    """One chart below the other, on one time axis; bands are the times of faults."""
    height = len(charts) * (HEIGHT + GAP) + TOP + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>', *_legend()]
    for number, (title, lines) in enumerate(charts):
        parts += _chart(title, lines, seconds, faults, TOP + 20 + number * (HEIGHT + GAP))
    return "\n".join([*parts, "</svg>", ""])


def _legend() -> list[str]:
    parts, x = [], LEFT
    for kind, colour in [*COLOURS.items(), ("a fault", "#f2e3e3")]:
        parts.append(f'<rect x="{x}" y="12" width="16" height="10" fill="{colour}"/>')
        parts.append(f'<text x="{x + 22}" y="21">{kind}</text>')
        x += 60 + 7 * len(kind)
    return parts


def _chart(title: str, lines: list[Line], seconds: float, faults, top: int) -> list[str]:
    most = max((value for line in lines for _, value in line.points if value is not None), default=1)
    step = _step(most)
    ceiling = step * (int(most / step) + 1)

    def x(time: float) -> float:
        return LEFT + time / seconds * (WIDTH - LEFT - 16)

    def y(value: float) -> float:
        return top + HEIGHT * (1 - value / ceiling)

    parts = [f'<text x="{LEFT}" y="{top - 8}" font-weight="bold">{title}</text>']
    for begin, end, _ in faults:
        width = x(min(end, seconds)) - x(begin)
        parts.append(
            f'<rect x="{x(begin):.1f}" y="{top}" width="{max(1, width):.1f}" height="{HEIGHT}" '
            f'fill="#c33" fill-opacity="0.05"/>')
    for number in range(int(ceiling / step) + 1):
        height = y(number * step)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - 16}" y1="{height:.1f}" y2="{height:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{height + 4:.1f}" text-anchor="end">{number * step:g}</text>')
    minutes = _step(seconds / 60)
    for number in range(int(seconds / 60 / minutes) + 1):
        place = x(number * minutes * 60)
        parts.append(
            f'<text x="{place:.1f}" y="{top + HEIGHT + 16}" text-anchor="middle">{number * minutes:g} min</text>')
    for line in sorted(lines, key=lambda line: line.kind == "steady"):
        parts += [
            f'<polyline fill="none" stroke="{COLOURS[line.kind]}" stroke-opacity="0.8" points="{piece}"/>'
            for piece in _pieces(line, x, y)]
    return parts


def _pieces(line: Line, x, y) -> list[str]:
    pieces: list[list[str]] = [[]]
    for time, value in line.points:
        if value is None:
            pieces.append([])
        else:
            pieces[-1].append(f"{x(time):.1f},{y(value):.1f}")
    return [" ".join(piece) for piece in pieces if piece]


def _step(most: float) -> float:
    """1, 2 or 5 times a power of ten, so that there are four to ten steps."""
    power = 10 ** len(str(int(most))) / 100
    return next(power * factor for factor in (1, 2, 5, 10, 20) if most / (power * factor) <= 8)
