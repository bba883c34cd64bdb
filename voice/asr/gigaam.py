"""GigaAM by onnx-asr: Russian, whole utterances; slower than Whisper base and far surer of names.

The weights are the user's to download (v3, MIT: https://huggingface.co/istupakov/gigaam-v3-onnx): put v3_ctc.onnx
(or v3_ctc.int8.onnx), v3_vocab.txt and config.json into a directory and point `gigaam:/path` at it.
"""

from __future__ import annotations

import asyncio
import importlib.util
import math
import time
from pathlib import Path
from typing import Any

import numpy as np

from bot.errors import Both, PartMissing, WeightsMissing
from voice.asr.pool import Pool, Told, Utterance, untold
from voice.audio import RATE, Samples, resampled, silence
from voice.errors import EngineFailed, WeightsCorrupt
from voice.ports import Heard, Hint

GIGAAM_RATE = 16_000
LONGEST_S = 24  # of speech; it was trained on up to 30 s
WORKERS = 2
WAITING = 6
HOME = "https://huggingface.co/istupakov/gigaam-v3-onnx"


class GigaAm:
    """Recognizers of Russian."""

    languages = frozenset({"ru"})

    def __init__(self, model: str, workers: int = WORKERS, waiting: int = WAITING) -> None:
        self._place = Path(model)
        self.name = f"gigaam:{self._place.name}"
        self._model: Any = None  # onnx_asr's adapter
        self._pool = Pool(workers, waiting, self.name)

    async def warm(self) -> None:
        await asyncio.to_thread(self.load)

    def load(self) -> None:
        """Blocking, some 3 s. Raises PartMissing, WeightsMissing, WeightsCorrupt."""
        if importlib.util.find_spec("onnx_asr") is None:
            raise PartMissing(
                Both("onnx-asr is not installed", "onnx-asr не установлен"),
                where=self.name,
                fix="pip install 'govorun[gigaam]'",
            )
        small = (self._place / "v3_ctc.int8.onnx").is_file()
        for name in ("v3_ctc.int8.onnx" if small else "v3_ctc.onnx", "v3_vocab.txt"):
            if not (self._place / name).is_file():
                raise WeightsMissing(
                    Both("weights of GigaAM are not here", "весов GigaAM здесь нет"),
                    where=str(self._place / name),
                    fix=Both(
                        f"Download v3_ctc.int8.onnx (some 225 MB), v3_vocab.txt and config.json from {HOME} there",
                        f"Скачайте туда v3_ctc.int8.onnx (около 225 МБ), v3_vocab.txt и config.json с {HOME}",
                    ),
                )
        import onnx_asr
        import onnxruntime  # type: ignore[import-untyped]

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # the pool's workers share the cores
        try:
            self._model = onnx_asr.load_model(
                "gigaam-v3-ctc",
                self._place,
                quantization="int8" if small else None,
                sess_options=options,
                providers=["CPUExecutionProvider"],
            ).with_timestamps()
            self.decode(silence(500), Hint(lang="ru"))
        except Exception as error:  # onnxruntime and onnx-asr raise nothing narrower
            raise WeightsCorrupt(
                Both("it can't be loaded as GigaAM v3", "это не загружается как GigaAM v3"),
                where=str(self._place),
                fix=f"Download it anew from {HOME}",
            ) from error

    def start(self, hint: Hint) -> Utterance:
        if self._model is None:
            raise EngineFailed("it was not warmed", where=self.name, fix="Call warm() before the first call")
        return Utterance(self._pool, self.decode, hint)

    def close(self) -> None:
        self._pool.close()
        self._model = None

    def decode(self, sound: Samples, hint: Hint, told: Told = untold) -> Heard:
        """Sound at RATE, at most LONGEST_S of it is heard. Blocking; safe from several threads."""
        if self._model is None:
            raise EngineFailed("it was not warmed", where=self.name)
        began = time.perf_counter()
        wave = resampled(sound[: LONGEST_S * RATE], RATE, GIGAAM_RATE).astype(np.float32) / 32768
        try:
            found = self._model.recognize(wave, sample_rate=GIGAAM_RATE)
        except (RuntimeError, ValueError) as error:
            raise EngineFailed(str(error), where=self.name) from error
        text = found.text.strip()
        sure = math.exp(float(np.mean(found.logprobs))) if text and found.logprobs else float(bool(text))
        spent = (time.perf_counter() - began) * 1000
        return Heard(text=text, confidence=min(1.0, sure), decode_ms=spent, engine=self.name)
