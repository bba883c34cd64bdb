"""Who took a call that we placed: a person, an answering machine, a fax, an announcement of the network.

tones       PURE: beeps, fax, ringing and busy tones, the three tones before an announcement
words       PURE: what machines and people say first, in Russian and English
greeting    PURE: the verdict, from speech, tones and words; time is counted in frames
listening   a leg's frames on their way to the call, through voice activity, recogniser and verdict
"""
