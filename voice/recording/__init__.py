"""Calls recorded: what the caller said on the left, what they were really played on the right.

tape   PURE: frames in, the two channels side by side out; what is secret is silence on both
tones  PURE: the tones of keys in a sound
wav    a file that is playable whenever its process dies
disk   one thread that writes all recordings of a process
leg    any line, taped
"""
