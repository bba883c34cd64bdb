"""What people did in Telegram, read from its updates (core.telegram.org/bots/api#update). Nothing here asks anybody.

Telegram tells a bot of no deleted message, and that it was blocked as `my_chat_member`. Service messages (something is
pinned, a picture was changed) have none of the contents below, and ask for nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from aiogram.types import CallbackQuery, ChatMemberUpdated, Message, Update, User

from bot.channels.messenger import Began, Contact, Deed, Edited, Pressed, Sent, Spoke, Stopped, Wrote
from bot.dialogue.meaning import Language

KINDS = ["message", "edited_message", "callback_query", "my_chat_member"]  # that we ask for
ALBUMS = 1_000  # of which is remembered that their first picture was here

Done = tuple[str, User | None, datetime, Deed]
"""In which chat, who, when, what."""


class Updates:
    """Remembers albums: their pictures come one by one, and the first alone is answered."""

    def __init__(self) -> None:
        self._albums: OrderedDict[str, None] = OrderedDict()

    def read(self, update: Update) -> Iterator[Done]:
        if update.callback_query is not None:
            yield from _pressed(update.callback_query)
        elif update.my_chat_member is not None:
            yield from _member(update.my_chat_member)
        elif (message := update.message or update.edited_message) is not None:
            who = message.from_user
            if message.chat.type != "private" or who is None or who.is_bot:
                return  # a group, which was told that we only answer in private
            deed = _edited(message) if update.edited_message else self._deed(message)
            if deed is not None:
                yield str(message.chat.id), who, message.date, deed

    def _deed(self, message: Message) -> Deed | None:
        if message.text is not None:
            return words(message.text)
        if message.contact is not None:
            own = message.from_user is not None and message.contact.user_id == message.from_user.id
            return Contact(phone=_international(message.contact.phone_number), own=own)
        voice = message.voice or message.video_note
        if voice is not None:
            return Spoke(voice.file_id)
        kind, media, name = _content(message)
        if kind is None:
            return None
        album = message.media_group_id
        quiet = album is not None and album in self._albums
        if album is not None:
            self._albums[album] = None
            while len(self._albums) > ALBUMS:
                self._albums.popitem(last=False)
        return Sent(kind, media=media, name=name, caption=message.caption or "", quiet=quiet)


def language(who: User | None) -> Language | None:
    code = (who.language_code or "")[:2] if who else ""
    return "ru" if code == "ru" else "en" if code == "en" else None


def words(text: str) -> Deed:
    """A command is what a button would be: "/operator". "/start" opens the chat, with what a link had in it."""
    command, _, rest = text.partition(" ")
    name = command.partition("@")[0]
    if name == "/start":
        return Began(rest.strip())
    if name.startswith("/") and name[1:].replace("_", "").isalnum() and not rest.strip():
        return Pressed(payload=name, title=name)
    return Wrote(text)


def _pressed(query: CallbackQuery) -> Iterator[Done]:
    message = query.message
    if query.data is None or message is None or message.chat.type != "private":
        return
    markup = message.reply_markup if isinstance(message, Message) else None
    titles = {button.callback_data: button.text for row in markup.inline_keyboard for button in row} if markup else {}
    deed = Pressed(payload=query.data, title=titles.get(query.data, ""))
    yield str(message.chat.id), query.from_user, datetime.now(UTC), deed


def _member(changed: ChatMemberUpdated) -> Iterator[Done]:
    """We were blocked."""
    if changed.chat.type == "private" and changed.new_chat_member.status == "kicked":
        yield str(changed.chat.id), changed.from_user, changed.date, Stopped()


def _edited(message: Message) -> Deed | None:
    text = message.text or message.caption
    return Edited(text) if text else None  # else a location that moves


def _content(message: Message) -> tuple[Any, str, str]:
    """Kind, file and name of what is no text; no kind where nobody sent anything: a chat's picture was changed."""
    if message.photo:
        return "image", message.photo[-1].file_id, ""
    if message.sticker is not None:
        return "sticker", message.sticker.file_id, message.sticker.emoji or ""
    if (video := message.video or message.animation) is not None:
        return "video", video.file_id, video.file_name or ""
    if (file := message.document or message.audio) is not None:
        return "file", file.file_id, file.file_name or ""
    if message.venue is not None or message.location is not None:
        place = message.location or (message.venue.location if message.venue else None)
        return "location", "", f"{place.latitude:.5f}, {place.longitude:.5f}" if place else ""
    others = (message.dice, message.poll, message.game, message.story, message.paid_media, message.invoice)
    return ("other", "", "") if any(each is not None for each in others) else (None, "", "")


def _international(phone: str) -> str:
    """Telegram leaves the plus out at times."""
    digits = "".join(char for char in phone if char.isdecimal())
    return f"+{digits}"
