"""A web server and what is usual to fetch from it: nginx, curl, openssl."""

import pathlib

from contender import Contender
from processes import free_port, listens, wait_until

CONFIGURATION = """
daemon off;
worker_processes 1;
pid {home}/pid;
error_log stderr;
events {{ }}
http {{
  access_log off;
  sendfile on;
  sendfile_max_chunk 0;
  tcp_nopush on;
  {temporary}
  server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""


class Curl(Contender):
    name = "curl from nginx, then openssl sha256"
    verifies = "SHA-256, read again afterwards"

    def serve(self, folder: pathlib.Path) -> None:
        self.folder, self.port = folder, free_port()
        temporary = " ".join(
            f"{kind}_temp_path {self.directory}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        configuration = self.directory / "nginx.conf"
        configuration.write_text(CONFIGURATION.format(
            home=self.directory, port=self.port, root=folder, temporary=temporary))
        self.directory.chmod(0o755)
        self.send_by(["nginx", "-e", "stderr", "-p", self.directory, "-c", configuration,
                      "-g", f"user {pathlib.Path(folder).owner()};"])
        wait_until(lambda: listens(self.port), "nginx")

    def prepare(self) -> None:
        self.names = sorted(path.name for path in self.folder.iterdir())

    def fetch(self) -> None:
        for name in self.names:
            self.receive_by(["curl", "-sf", "-o", self.inbox / name, f"http://127.0.0.1:{self.port}/{name}"]).finish()
            self.receive_by(["openssl", "sha256", self.inbox / name]).finish()
