"""Run as a child process by the deploy gate: parses the file on standard input, says what is wrong in one line."""

import sys

from engine.bpmn import documents, parser
from engine.bpmn.errors import ModelError


def main() -> int:
    """Parse every process of the file; processes that it calls may be in other files."""
    root = documents.parse(sys.stdin.buffer.read())
    try:
        parser.probe(root)
    except ModelError as error:
        sys.stdout.write(" ".join(error.findings).replace("\n", " ") + "\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
