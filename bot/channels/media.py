"""What people sent, from the address that a messenger's post named."""

from __future__ import annotations

import httpx

from bot.channels.messenger import MAX_MEDIA


async def download(url: str, timeout: httpx.Timeout) -> bytes:
    """At most MAX_MEDIA bytes, asked for without our token. Raises OSError."""
    found = b""
    try:
        async with (
            httpx.AsyncClient(timeout=timeout, follow_redirects=True) as plain,
            plain.stream("GET", url) as answer,
        ):
            answer.raise_for_status()
            async for piece in answer.aiter_bytes():
                found += piece
                if len(found) > MAX_MEDIA:
                    raise OSError("too large")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise OSError(type(error).__name__) from None
    return found
