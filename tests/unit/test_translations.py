"""Every sentence that a person can read in English has a Chinese translation with the same placeholders."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages import pofile
from jinja2 import Environment, nodes

ROOT = Path(__file__).resolve().parents[2]
TRANSLATIONS = ROOT / "web" / "translations" / "zh"
MARKERS = {"_", "translate"}
ERRORS = {
    "FieldflowError", "NotFoundError", "ForbiddenError", "ConflictError", "InvalidInputError", "RetryableError",
    "FieldProblem", "_ImpossibleError", "refused_upload", "AddressRefusedError", "ChatAddressError", "ChatRefusedError",
}  # fmt: skip


def _python_files() -> Iterator[Path]:
    for folder in ("engine", "web"):
        yield from (path for path in sorted((ROOT / folder).rglob("*.py")) if "node_modules" not in path.parts)


def _sentences_of_python(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(getattr(base, "id", "") in ERRORS for base in node.bases):
            calls = [each for each in ast.walk(node) if isinstance(each, ast.Call)]
            yield from (text for each in calls if _name(each.func) == "__init__" for text in _first_text(each))
        if isinstance(node, ast.Call):
            is_ours = _name(node.func) in ERRORS or (path.is_relative_to(ROOT / "web") and _name(node.func) in MARKERS)
            yield from _first_text(node) if is_ours else ()
            # Its first argument is the code.
            yield from _text(node.args[1:2]) if _name(node.func) == "BpmnError" else ()
        # The sentence that an error has when its caller gives none.
        if isinstance(node, ast.ClassDef) and node.name in ERRORS:
            for function in node.body:
                if isinstance(function, ast.FunctionDef) and function.name == "__init__":
                    yield from (
                        each.value
                        for each in function.args.defaults
                        if isinstance(each, ast.Constant) and isinstance(each.value, str) and " " in each.value
                    )


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _first_text(call: ast.Call) -> Iterator[str]:
    yield from _text(call.args[:1])


def _text(found: list[ast.expr]) -> Iterator[str]:
    for each in found:
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value


def _sentences_of_template(path: Path) -> Iterator[str]:
    tree = Environment(trim_blocks=True, lstrip_blocks=True, autoescape=True).parse(path.read_text("utf-8"))
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "_" and call.args:
            assert isinstance(call.args[0], nodes.Const), f"{path}:{call.lineno}: the sentence must stand in the call"
            yield call.args[0].value


def _placeholders(text: str) -> set[str]:
    return {name for _before, name, _format, _conversion in string.Formatter().parse(text) if name is not None}


def _catalogue() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted(TRANSLATIONS.glob("*.po")):
        with path.open("rb") as file:
            for message in pofile.read_po(file, locale="zh_Hans_CN", abort_invalid=True):
                if message.id and message.string:
                    known = found.setdefault(str(message.id), str(message.string))
                    assert known == message.string, f"two translations of {message.id!r}"
    return found


@pytest.fixture(scope="module")
def chinese() -> dict[str, str]:
    return _catalogue()


def _missing(sentences: Iterator[str], chinese: dict[str, str]) -> list[str]:
    return [f"{text!r}" for text in dict.fromkeys(sentences) if text not in chinese]


@pytest.mark.parametrize("path", list(_python_files()), ids=lambda path: str(path.relative_to(ROOT)))
def test_sentences_of_code_are_translated(path: Path, chinese: dict[str, str]) -> None:
    assert _missing(_sentences_of_python(path), chinese) == []


@pytest.mark.parametrize(
    "path", sorted((ROOT / "web").glob("**/templates/**/*.html")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_sentences_of_templates_are_translated(path: Path, chinese: dict[str, str]) -> None:
    assert _missing(_sentences_of_template(path), chinese) == []


def test_placeholders_are_the_same(chinese: dict[str, str]) -> None:
    assert [
        f"{english!r} / {translated!r}"
        for english, translated in chinese.items()
        if _placeholders(english) != _placeholders(translated)
    ] == []
