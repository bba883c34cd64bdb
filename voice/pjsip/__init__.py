"""A second SIP stack behind the same ports: PJSUA2 (pjproject), where `voice.sip` stands on baresip.

The library is under the GPL, so it is in no default installation: `pip install govorun[pjsua2]`, and
GOVORUN_SIP_STACK=pjsua2. Who hands Govorun on to others together with it does so under the GPL's terms, or with a
licence from Teluu; running it on one's own machines asks for nothing.

    library    the library loaded, its one thread of commands, and the C functions its Python lacks
    sound      rings of memory between the library's media clock and the event loop
    calls      what the library calls back
    commands   what is asked of a call
    leg        one call as a `CallLeg`
    endpoint   where calls come in and go out: a `Telephone`

Importing any module but this one raises PartMissing where the library isn't installed.
"""
