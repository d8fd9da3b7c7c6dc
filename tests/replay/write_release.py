"""Write what this release stores, for later releases to replay: ``python -m tests.replay.write_release 0.1.0``."""

import base64
import json
import sys
from pathlib import Path

from engine.bpmn import model as bpmn
from engine.bpmn import step
from tests.replay.host import ReplayHost

RELEASES = Path(__file__).parent / "releases"
MODELS = Path(__file__).resolve().parents[1] / "bench" / "models"


def main(release: str) -> None:
    """Store one waiting instance of each bench model: the state, and the element that it waits at."""
    stored = []
    for name in ("three_tasks.bpmn", "loop.bpmn"):
        content = (MODELS / name).read_bytes()
        model = bpmn.load([bpmn.Source(name, content)])
        begun = step.start(model, {}, ReplayHost())
        if name == "three_tasks.bpmn":
            begun = step.complete(model, begun.state, begun.opened[0].key, {"amount": 70}, ReplayHost())
        stored.append({
            "model": content.decode(),
            "name": name,
            "state": base64.b64encode(begun.state).decode(),
            "waits_at": begun.opened[0].element_id,
            "data": begun.data,
        })  # fmt: skip
    (RELEASES / f"{release}.json").write_text(json.dumps(stored, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main(sys.argv[1])
