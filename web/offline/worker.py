"""The service worker: the built script, with the names of the files that it keeps."""

import json
from functools import cache
from hashlib import sha256

from web import assets

KEPT = ("app.css", "app.js", "form.js", "field.js")


@cache
def script(*, shell: str) -> str:
    """Return the worker's script; another build is another text, which is how a phone notices."""
    built = (assets.DIST / assets.manifest()["sw.js"]).read_text("utf-8")
    files = [assets.asset(name) for name in KEPT if assets.has_asset(name)]
    version = sha256("".join([built, *files]).encode()).hexdigest()[:12]
    return f"self.FIELDFLOW={json.dumps({'version': version, 'files': files, 'shell': shell})};\n{built}"
