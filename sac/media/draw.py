"""Draws a picture small, in a process of its own: `draw.py FROM TO`; prints "width height".

Run by `sac.media.pictures` under limits, on bytes nobody vouches for. Knows nothing of the site.
"""

import sys
import warnings

from PIL import Image, ImageOps

# Before anything is decoded: a PNG of 17 KB may ask for 700 MB.
MAX_PIXELS = 40_000_000
SMALL = (480, 480)
ORIENTATION = 0x0112
ON_THEIR_SIDE = range(5, 9)


def main(source: str, target: str) -> None:
    """Write the first frame, upright and without metadata, as a WebP of at most 480 px a side."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    with Image.open(source, formats=["JPEG", "PNG", "WEBP", "GIF"]) as picture:
        width, height = picture.size
        if picture.getexif().get(ORIENTATION) in ON_THEIR_SIDE:
            width, height = height, width
        # A JPEG is decoded at about the size that is needed.
        picture.draft("RGB", SMALL)
        _save(picture, target)
    print(width, height)  # noqa: T201 - how the parent hears of it


def _save(picture: Image.Image, target: str) -> None:
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    drawn = picture if picture.mode == mode else picture.convert(mode)
    drawn.thumbnail(SMALL)
    upright = ImageOps.exif_transpose(drawn)
    # Colour profile, comment, place and camera stay behind.
    upright.info = {}
    upright.save(target, "WEBP", quality=80, exif=b"")


if __name__ == "__main__":
    main(*sys.argv[1:])
