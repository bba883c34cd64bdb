"""A model in onnxruntime, once a process: its weights and working memory are some 9 MB, what a line needs besides 2 kB.

A session may be run from several threads at once; whoever runs it keeps the state of its own line.
"""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path
from typing import Any

_making = threading.Lock()


def session(path: Path) -> Any:
    """onnxruntime's InferenceSession of this model, the same for all. The first time blocks for some 100 ms."""
    with _making:
        return _made(path)


@cache
def _made(path: Path) -> Any:
    import onnxruntime  # type: ignore[import-untyped] # 80 ms, and only where somebody listens

    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = options.intra_op_num_threads = 1  # a window is too small to share
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
