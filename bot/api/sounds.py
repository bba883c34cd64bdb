"""Recorded calls as programs and pages get them: a file with ranges, or what a vCon says of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import FileResponse, StreamingResponse

from bot import vcon
from bot.errors import Conflict, NotFound
from bot.locale import said
from bot.recordings import Recording, Recordings, by_now, piece

# Named so that nothing compresses it on its way: a range counts the bytes of the file.
HEADERS = {"Content-Encoding": "identity", "Cache-Control": "private, no-cache"}
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


async def sound(recordings: Recordings, conversation: str, part: int) -> FileResponse:
    """The file of a call that is over. Raises NotFound."""
    recording = await _find(recordings, conversation, part, going_on=False)
    return _whole(recording)


async def sound_by_now(
    recordings: Recordings, conversation: str, part: int, seconds: float, request: Request
) -> Response:
    """So many seconds of a call that goes on, as a file that doesn't grow while it is played; all of it where the call
    is over by now. Raises NotFound."""
    recording = await _find(recordings, conversation, part, going_on=True)
    if not recording.goes_on:
        return _whole(recording)
    try:
        size, head = await asyncio.to_thread(by_now, recording, seconds)
    except FileNotFoundError:  # it ended this very moment
        return await sound(recordings, conversation, part)
    headers = {**HEADERS, "Accept-Ranges": "bytes"}
    wanted = _RANGE.fullmatch(request.headers.get("range", ""))
    if wanted is None or wanted.groups() == ("", ""):
        first, last, status = 0, size - 1, 200
    else:
        begin, end = wanted.groups()
        first = int(begin) if begin else max(0, size - int(end))
        last = min(size - 1, int(end)) if begin and end else size - 1
        if first > last:
            return Response(status_code=416, headers={"Content-Range": f"bytes */{size}"})
        headers["Content-Range"], status = f"bytes {first}-{last}/{size}", 206
    headers["Content-Length"] = str(last - first + 1)
    return StreamingResponse(
        piece(recording, head, first, last), status_code=status, headers=headers, media_type=recording.media
    )


def told(recordings: Recordings, conversation: str, public: str, *, inside: bool = False) -> Sequence[vcon.Recorded]:
    """What its vCon says of them. public: the site's address, "" where others can't reach it. inside: with the sound
    itself. Reads the files."""
    at = f"{public}/api/conversations/{quote(conversation)}/recording" if public else ""
    return tuple(
        vcon.Recorded(
            started=each.started,
            seconds=each.seconds,
            name=each.name,
            media=each.media,
            digest=each.digest(),
            url=at and f"{at}?part={each.number}",
            sound=each.path.read_bytes() if inside else None,
        )
        for each in recordings.of(conversation)
    )


async def erase(recordings: Recordings, conversation: str) -> int:
    """How many recordings that was. Raises NotFound where there is none, Conflict while the call goes on."""
    found = await asyncio.to_thread(lambda: recordings.of(conversation, going_on=True))
    if any(each.goes_on for each in found):
        raise Conflict(
            said("the call goes on, and is being recorded", "звонок ещё идёт и записывается"),
            where=conversation,
            fix=said("Erase it when it is over", "Сотрите запись, когда он закончится"),
        )
    if not found:
        raise _none(conversation)
    return await asyncio.to_thread(recordings.erase, conversation)


async def _find(recordings: Recordings, conversation: str, part: int, *, going_on: bool) -> Recording:
    found = await asyncio.to_thread(lambda: recordings.of(conversation, going_on=going_on))
    recording = next((each for each in found if each.number == part), None)
    if recording is None:
        raise _none(conversation)
    return recording


def _none(conversation: str) -> NotFound:
    return NotFound(
        said("there is no recording of it", "записи этого разговора нет"),
        where=conversation,
        fix=said("It was not recorded, or not kept any longer", "Его не записывали, или запись уже удалена"),
    )


def _whole(recording: Recording) -> FileResponse:
    return FileResponse(
        recording.path,
        media_type=recording.media,
        headers=HEADERS,
        filename=recording.name,
        content_disposition_type="inline",
    )
