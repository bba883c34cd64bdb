"""T-one by sherpa-onnx: Russian of the telephone, 8 kHz as it comes, recognised while the caller speaks.

The weights are the user's to download (Apache-2.0, 145 MB): `sherpa-onnx-streaming-t-one-russian-2025-09-08.tar.bz2`
of https://github.com/k2-fsa/sherpa-onnx/releases/tag/asr-models; point `t-one:/path` at the unpacked directory, which
holds model.onnx and tokens.txt. sherpa-onnx ends the process on a model that isn't one, so it is looked at before.
"""

from __future__ import annotations

import asyncio
import importlib.util
from pathlib import Path
from typing import Any

import numpy as np

from bot.errors import Both, PartMissing, WeightsMissing
from voice.asr.streaming import Lines, Listened
from voice.audio import RATE, Samples, silence
from voice.errors import EngineFailed, WeightsCorrupt
from voice.ports import Hint

WORKERS = 2
LINES = 16  # utterances at once
CHUNK_MS = 300  # the model takes sound in pieces of so long
TAIL_MS = 2 * CHUNK_MS  # of silence behind the last word: the piece it stands in must be full, and one more begun
HOME = "https://github.com/k2-fsa/sherpa-onnx/releases/tag/asr-models"
WANTED = {"frame_length_ms", "state_dim", "sample_rate"}
"""Keys that sherpa-onnx reads from the model's own description."""


class TOne:
    """Recognizers of Russian."""

    languages = frozenset({"ru"})

    def __init__(self, model: str, lines: int = LINES) -> None:
        self._place = Path(model)
        self.name = f"t-one:{self._place.name}"
        self._recognizer: Any = None  # sherpa_onnx.OnlineRecognizer
        self._lines = Lines(self.name, WORKERS, lines)

    async def warm(self) -> None:
        await asyncio.to_thread(self.load)

    def load(self) -> None:
        """Blocking, some 2 s. Raises PartMissing, WeightsMissing, WeightsCorrupt."""
        if importlib.util.find_spec("sherpa_onnx") is None:
            raise PartMissing(
                Both("sherpa-onnx is not installed", "sherpa-onnx не установлен"),
                where=self.name,
                fix="pip install 'govorun[t-one]'",
            )
        model, tokens = self._place / "model.onnx", self._place / "tokens.txt"
        for file in (model, tokens):
            if not file.is_file():
                raise WeightsMissing(
                    Both("weights of T-one are not here", "весов T-one здесь нет"),
                    where=str(file),
                    fix=Both(
                        f"Unpack sherpa-onnx-streaming-t-one-russian-2025-09-08.tar.bz2 (145 MB) from {HOME} there",
                        f"Распакуйте туда sherpa-onnx-streaming-t-one-russian-2025-09-08.tar.bz2 (145 МБ) с {HOME}",
                    ),
                )
        _look_at(model, tokens)
        import sherpa_onnx

        self._recognizer = sherpa_onnx.OnlineRecognizer.from_t_one_ctc(
            tokens=str(tokens), model=str(model), num_threads=1, sample_rate=RATE
        )

    def start(self, hint: Hint) -> Listened:
        if self._recognizer is None:
            raise EngineFailed("it was not warmed", where=self.name, fix="Call warm() before the first call")
        recognizer = self._recognizer
        return self._lines.listen(lambda: _Stream(recognizer))

    def close(self) -> None:
        self._lines.close()
        self._recognizer = None


class _Stream:
    """Words."""

    def __init__(self, recognizer: Any) -> None:
        self._recognizer = recognizer
        self._stream = recognizer.create_stream()
        self._give(silence(CHUNK_MS))  # it was trained with a piece of silence before the first word

    def take(self, sound: Samples) -> str:
        self._give(sound)
        return str(self._recognizer.get_result(self._stream)).strip()

    def end(self) -> tuple[str, float]:
        """T-one tells no confidence: words are believed."""
        self._give(silence(TAIL_MS))
        self._stream.input_finished()
        self._decode()
        text = str(self._recognizer.get_result(self._stream)).strip()
        return text, 1.0 if text else 0.0

    def _give(self, sound: Samples) -> None:
        self._stream.accept_waveform(RATE, sound.astype(np.float32) / 32768)
        self._decode()

    def _decode(self) -> None:
        while self._recognizer.is_ready(self._stream):
            self._recognizer.decode_stream(self._stream)


def _look_at(model: Path, tokens: Path) -> None:
    """Raises WeightsCorrupt where sherpa-onnx would end the process."""
    fix = f"Unpack it anew from {HOME}"
    known = {line.rsplit(" ", 1)[0] for line in tokens.read_text(encoding="utf-8", errors="replace").splitlines()}
    if known.isdisjoint({"<blk>", "<eps>", "<blank>"}):
        raise WeightsCorrupt(Both("it names no blank symbol", "в нём нет пустого символа"), where=str(tokens), fix=fix)
    import onnxruntime  # type: ignore[import-untyped]

    try:
        session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises nothing narrower
        raise WeightsCorrupt(
            Both("it can't be loaded as a model", "это не загружается как модель"), where=str(model), fix=fix
        ) from error
    missing = WANTED - set(session.get_modelmeta().custom_metadata_map)
    if missing or [one.type for one in session.get_inputs()] != ["tensor(int32)", "tensor(float16)"]:
        raise WeightsCorrupt(
            Both("this model is no T-one for sherpa-onnx", "эта модель не T-one для sherpa-onnx"),
            where=str(model),
            fix=fix,
        )
