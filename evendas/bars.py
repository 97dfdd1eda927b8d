"""Where the bars of a chart stand, in hundredths of the picture, written as SVG reads them."""

# Of the height, kept above the highest bar.
_AIR = 6
# Of a bar's room, left free on either side.
GAP = 0.14
# So many have room at least: a month's first days are no walls.
_FEWEST = 10


def room(count: int) -> float:
    """How much of the width each of so many bars has, the gaps on either side included."""
    return 100 / max(_FEWEST, count)


def height(part: float) -> float:
    """How high a bar is that is this part of the highest."""
    return part * (100 - _AIR)


def percent(length: float) -> str:
    return f"{length:.3f}%"
