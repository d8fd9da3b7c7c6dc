"""A bundle goes through a zip file unchanged; what is dangerous or foreign in one is refused by name."""

import io
import zipfile

import pytest

from engine.errors import InvalidInputError
from engine.process import bundles
from engine.studio import archives

FILES = {source.name: source.content for source in bundles.factory_sources("sample_drop")}


def packed(*entries: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


def test_a_bundle_survives_the_way() -> None:
    files = {**FILES, "scenarios/one.json": b"{}"}
    content = archives.write(files, {"process": "sample_drop", "version": 3})
    assert content == archives.write(files, {"process": "sample_drop", "version": 3})
    found = archives.read("a.zip", content)
    assert dict(found.files) == files
    assert found.manifest["version"] == 3


def test_a_packed_folder_is_opened() -> None:
    content = packed(*((f"bundle/{name}", body) for name, body in FILES.items()))
    assert dict(archives.read("a.zip", content).files) == FILES


def test_one_file_alone_is_a_bundle() -> None:
    found = archives.read("C:\\Users\\x\\My Process.bpmn", FILES["sample_drop.bpmn"])
    assert list(found.files) == ["imported.bpmn"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../evil.bpmn", "../evil.bpmn"),
        ("/etc/evil.bpmn", "/etc/evil.bpmn"),
        ("a\\..\\evil.bpmn", "evil.bpmn"),
        ("scenarios/../../evil.json", "evil.json"),
        ("run.sh", "run.sh"),
        ("deep/er/evil.bpmn", "deep/er/evil.bpmn"),
    ],
)
def test_foreign_and_dangerous_names_are_refused(name: str, said: str) -> None:
    content = packed(("sample_drop.bpmn", FILES["sample_drop.bpmn"]), (name, b"x"))
    with pytest.raises(InvalidInputError, match="cannot be imported") as refused:
        archives.read("a.zip", content)
    assert said in str(refused.value)


def test_a_bomb_is_not_unpacked() -> None:
    content = packed(("sample_drop.bpmn", b"0" * 60_000_000))
    assert len(content) < 100_000
    with pytest.raises(InvalidInputError, match="too large once unpacked"):
        archives.read("a.zip", content)


def test_many_middling_files_are_a_bomb_too() -> None:
    content = packed(*((f"f{number}.bpmn", b"0" * 1_900_000) for number in range(30)))
    with pytest.raises(InvalidInputError, match="too large"):
        archives.read("a.zip", content)


def test_a_link_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("sample_drop.bpmn")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    with pytest.raises(InvalidInputError, match="is a link"):
        archives.read("a.zip", buffer.getvalue())


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 broken", b"0" * 10_000_001])
def test_what_is_no_archive_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInputError, match=r"cannot be imported|larger than 10 MB"):
        archives.read("a.zip", content)


def test_a_damaged_archive_is_refused() -> None:
    content = bytearray(archives.write(FILES, {}))
    content[200:400] = bytes(200)
    with pytest.raises(InvalidInputError, match="cannot be imported"):
        archives.read("a.zip", bytes(content))
