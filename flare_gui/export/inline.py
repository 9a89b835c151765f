"""Pictures inside an HTML page: one file to hand on, nothing to load from elsewhere."""

import base64
import html
import io

from PIL import Image


def jpeg(picture: Image.Image, quality: int = 88) -> bytes:
    """As JPEG: a PNG of a CT is five times as large, and nobody measures on a report."""
    buffer = io.BytesIO()
    # Colours at every pixel: with the usual quarter of them, thin outlines fade into the grey around.
    picture.save(buffer, "JPEG", quality=quality, subsampling=0)
    return buffer.getvalue()


def image(data: bytes, words: str, width: int | None = None) -> str:
    """An `img` of JPEG bytes, with `words` for those who do not see it; `width` in pixels where no style is known."""
    encoded = base64.b64encode(data).decode()
    wide = "" if width is None else f' width="{width}"'
    return f'<img alt="{html.escape(words)}"{wide} src="data:image/jpeg;base64,{encoded}">'
