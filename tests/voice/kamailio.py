"""Debian's kamailio as the exchange of the tests: a registrar with digest and a proxy, on free ports of 127.0.0.1."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.servers import free_port
from voice.certificate import self_signed

HOST = "127.0.0.1"
MODULES = ("kex", "tm", "tmx", "sl", "rr", "pv", "maxfwd", "textops", "siputils", "usrloc", "registrar", "auth")

_CONFIG = """\
debug=0
log_stderror=yes
children=1
tcp_children=1
auto_aliases=no
enable_tls=yes
tcp_connection_lifetime=600
listen=udp:127.0.0.1:{port}
listen=tcp:127.0.0.1:{port}
listen=tls:127.0.0.1:{tls}
mpath="{modules}"
{loads}
modparam("tls", "config", "{home}/tls.cfg")
modparam("usrloc", "db_mode", 0)
modparam("registrar", "min_expires", 1)
modparam("registrar", "default_expires", 60)

request_route {{
    if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
    if (is_method("REGISTER")) {{
        if (!pv_www_authenticate("pbx", "{password}", "0")) {{ www_challenge("pbx", "0"); exit; }}
        save("location");
        exit;
    }}
    if (has_totag()) {{
        loose_route();
        if ($rp == {port}) {{ $rU = "{user}"; lookup("location"); }}  # a telephone that forgot our Contact
        t_relay();
        exit;
    }}
    if (is_method("CANCEL")) {{ if (t_check_trans()) {{ t_relay(); }} exit; }}
    if (!is_method("INVITE")) {{ sl_send_reply("405", "Method Not Allowed"); exit; }}
    if ($sp != {caller}) {{
        if (!pv_proxy_authenticate("pbx", "{password}", "0")) {{ proxy_challenge("pbx", "0"); exit; }}
        consume_credentials();
        $du = "sip:127.0.0.1:{caller}";
    }} else {{
        $var(dialled) = $rU;
        $rU = "{user}";
        if (!lookup("location")) {{ sl_send_reply("480", "Not Registered"); exit; }}
        append_hf("P-Called-Party-ID: <sip:$var(dialled)@pbx>\\r\\n");
    }}
    record_route();
    t_relay();
}}
"""


class Kamailio:
    """caller: the port of a telephone that needs no password; what we call goes to it, and what it calls to us."""

    def __init__(self, *, caller: int, user: str = "84951112233", password: str = "s3cret") -> None:
        self.port = free_port(apart=4)
        self.tls = self.port + 1
        self.user = user
        self.password = password
        self._caller = caller
        self._home = Path(tempfile.mkdtemp(prefix="kamailio-peer-"))
        self.certificate = self_signed(self._home / "pbx.pem", HOST)
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        modules = next(Path("/usr/lib").glob("*/kamailio/modules"))
        (self._home / "tls.cfg").write_text(
            f"[server:default]\nmethod = TLSv1.2+\ncertificate = {self.certificate}\nprivate_key = {self.certificate}\n"
            "verify_certificate = no\n[client:default]\nverify_certificate = no\n"
        )
        (self._home / "kamailio.cfg").write_text(
            _CONFIG.format(
                port=self.port,
                tls=self.tls,
                modules=f"{modules}/",
                loads="\n".join(f'loadmodule "{name}.so"' for name in ("tls", *MODULES)),
                home=self._home,
                password=self.password,
                caller=self._caller,
                user=self.user,
            )
        )
        await self.start()
        return self

    async def start(self) -> None:
        with (self._home / "log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                "kamailio", "-DD", "-E", "-f", str(self._home / "kamailio.cfg"), "-m", "32", "-M", "4",
                "-Y", str(self._home), "-P", str(self._home / "pid"), stdout=log, stderr=log, cwd=self._home,
            )  # fmt: skip
        async with asyncio.timeout(20):
            while True:
                try:
                    _, writer = await asyncio.open_connection(HOST, self.port)
                    writer.close()
                    return
                except OSError:
                    assert self._process.returncode is None, (self._home / "log").read_text()
                    await asyncio.sleep(0.05)

    async def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.terminate()
            try:
                async with asyncio.timeout(10):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        shutil.rmtree(self._home, ignore_errors=True)

    @property
    def log(self) -> str:
        return (self._home / "log").read_text(errors="replace")
