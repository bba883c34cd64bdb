"""Models of a few nodes with the signatures of T-one and GigaAM v3, written as ONNX by hand.

Both "hear" loudness: a piece of sound becomes the letter whose level it comes nearest to, silence the blank. So a test
speaks by playing levels, and the real engines load and run what they would run of the real weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

FLOAT, INT32, INT64, FLOAT16 = 1, 6, 7, 10  # onnx.TensorProto.DataType
STATE = 8
LEVEL = 4_000  # between two letters of T-one's

Shape = Sequence[int | str]


def tone(folder: Path, letters: str, metadata: Mapping[str, str] | None = None) -> None:
    """model.onnx and tokens.txt. signal int32[N, 2400, 1], state float16[N, STATE] -> logprobs float[N, 10, V].

    Each 30 ms is the letter whose number times LEVEL is nearest to its loudest sample; below half of it, the blank.
    """
    nodes = [
        _node("Cast", ["signal"], ["sound"], to=FLOAT),
        _node("Reshape", ["sound", "pieces"], ["cut"]),
        _node("ReduceMax", ["cut"], ["loudest"], axes=[2], keepdims=1),
        _node("Sub", ["loudest", "levels"], ["off"]),
        _node("Mul", ["off", "off"], ["square"]),
        _node("Neg", ["square"], ["logprobs"]),
        _node("Identity", ["state"], ["state_next"]),
    ]
    levels = [LEVEL * (number + 1) for number in range(len(letters))] + [0]
    graph = _graph(
        nodes,
        [_input("signal", INT32, ("N", 2400, 1)), _input("state", FLOAT16, ("N", STATE))],
        [_input("logprobs", FLOAT, ("N", 10, len(levels))), _input("state_next", FLOAT16, ("N", STATE))],
        [_tensor("pieces", INT64, [-1, 10, 240]), _tensor("levels", FLOAT, levels)],
    )
    about = {"frame_length_ms": "300", "state_dim": str(STATE), "sample_rate": "8000"} if metadata is None else metadata
    (folder / "model.onnx").write_bytes(_model(graph, about))
    tokens = [*letters, "<blk>"]
    (folder / "tokens.txt").write_text("".join(f"{token} {id_}\n" for id_, token in enumerate(tokens)), "utf-8")


def gigaam(folder: Path) -> None:
    """v3_ctc.onnx and v3_vocab.txt: "а" while there is sound, the blank in silence.

    features float[N, 64, T], 10 ms each -> log_probs float[N, T / 4, 2].
    """
    nodes = [
        _node("Transpose", ["features"], ["by_time"], perm=[0, 2, 1]),
        _node("ReduceMax", ["by_time"], ["loudest"], axes=[2], keepdims=1),
        _node("Slice", ["loudest", "first", "last", "axis", "step"], ["thinned"]),
        _node("Sub", ["thinned", "levels"], ["off"]),
        _node("Mul", ["off", "off"], ["square"]),
        _node("Neg", ["square"], ["scores"]),
        _node("LogSoftmax", ["scores"], ["log_probs"], axis=2),
    ]
    levels = [4.0, -20.0]  # log mel energies of a loud tone and of nothing
    graph = _graph(
        nodes,
        [_input("features", FLOAT, ("N", 64, "T")), _input("feature_lengths", INT64, ("N",))],
        [_input("log_probs", FLOAT, ("N", "S", 2))],
        [
            _tensor("levels", FLOAT, levels),
            _tensor("first", INT64, [0]),
            _tensor("last", INT64, [1 << 40]),
            _tensor("axis", INT64, [1]),
            _tensor("step", INT64, [4]),
        ],
    )
    (folder / "v3_ctc.onnx").write_bytes(_model(graph, {}))
    (folder / "v3_vocab.txt").write_text("а 0\n<blk> 1\n", "utf-8")
    (folder / "config.json").write_text('{"model_type": "gigaam", "version": "v3", "features_size": 64}', "utf-8")


# --- protocol buffers, as onnx.proto numbers its fields ------------------------------------------------


def _varint(number: int) -> bytes:
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*out, number))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes | str) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(raw)) + raw


def _node(kind: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: int | Sequence[int]) -> bytes:
    """NodeProto: input 1, output 2, op_type 4, attribute 5."""
    body = b"".join(_bytes(1, name) for name in inputs) + b"".join(_bytes(2, name) for name in outputs)
    body += _bytes(4, kind)
    for name, value in attributes.items():  # AttributeProto: name 1, i 3, ints 8, type 20 (INT 2, INTS 7)
        told = _number(3, value) if isinstance(value, int) else b"".join(_number(8, each) for each in value)
        body += _bytes(5, _bytes(1, name) + told + _number(20, 2 if isinstance(value, int) else 7))
    return body


def _input(name: str, kind: int, shape: Shape) -> bytes:
    """ValueInfoProto: name 1, type 2 (tensor 1: elem_type 1, shape 2 (dim 1: value 1, param 2))."""
    dims = b"".join(_bytes(1, _number(1, size) if isinstance(size, int) else _bytes(2, size)) for size in shape)
    return _bytes(1, name) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, dims)))


def _tensor(name: str, kind: int, values: Sequence[float]) -> bytes:
    """TensorProto: dims 1, data_type 2, name 8, raw_data 9."""
    raw = np.asarray(values, "<i8" if kind == INT64 else "<f4").tobytes()
    return _number(1, len(values)) + _number(2, kind) + _bytes(8, name) + _bytes(9, raw)


def _graph(nodes: Sequence[bytes], inputs: Sequence[bytes], outputs: Sequence[bytes], known: Sequence[bytes]) -> bytes:
    """GraphProto: node 1, name 2, initializer 5, input 11, output 12."""
    body = b"".join(_bytes(1, node) for node in nodes) + _bytes(2, "small")
    body += b"".join(_bytes(5, tensor) for tensor in known)
    return body + b"".join(_bytes(11, one) for one in inputs) + b"".join(_bytes(12, one) for one in outputs)


def _model(graph: bytes, metadata: Mapping[str, str]) -> bytes:
    """ModelProto: ir_version 1, graph 7, opset_import 8 (version 2), metadata_props 14 (key 1, value 2)."""
    body = _number(1, 8) + _bytes(7, graph) + _bytes(8, _number(2, 13))
    return body + b"".join(_bytes(14, _bytes(1, key) + _bytes(2, value)) for key, value in metadata.items())
