"""Calls: ears, mouth and line around the same turn as a chat's."""

import os

# What is said and heard stays on this machine: onnxruntime (1.29 and newer) and huggingface_hub report home unless told
# not to before they are first imported. Whoever wants that sets the variables to 0.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
