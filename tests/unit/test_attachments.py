"""Uploads: only photos and PDF, re-encoded, and nothing of where or with what a photo was taken is left."""

import io
import random
import zlib

import pytest
from PIL import ExifTags, Image, PngImagePlugin

from engine.attachments import service
from engine.attachments.service import MAX_SIDE, clean_upload
from engine.errors import InvalidInputError

SECRET = "31.2304N"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n"


def photo(size: tuple[int, int] = (60, 40), kind: str = "JPEG", **options: object) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(target, kind, **options)
    return target.getvalue()


def located() -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "PhoneMaker"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (31.0, 13.0, 49.0), 3: "E", 4: (121.0, 28.0, 25.0)})
    xmp = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><p exif:GPSLatitude="{SECRET}"/></x:xmpmeta>'.encode()
    return photo(exif=exif, comment=SECRET.encode(), xmp=xmp)


def test_a_photo_loses_what_tells_where_it_was_taken() -> None:
    before = located()
    assert Image.open(io.BytesIO(before)).getexif().get_ifd(ExifTags.IFD.GPSInfo)
    assert SECRET.encode() in before
    upload = clean_upload(before, "IMG_1.JPG")
    with Image.open(io.BytesIO(upload.content)) as after:
        assert not after.getexif()
        assert set(after.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    for trace in (SECRET.encode(), b"PhoneMaker", b"Exif", b"xmpmeta"):
        assert trace not in upload.content
    assert (upload.media_type, upload.name) == ("image/jpeg", "IMG_1.jpg")


def test_text_in_a_png_is_gone_too() -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("Location", SECRET)
    before = photo(kind="PNG", pnginfo=text)
    assert SECRET.encode() in before
    assert SECRET.encode() not in clean_upload(before, "a.png").content


def test_a_photo_is_turned_upright_and_made_smaller() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    with Image.open(io.BytesIO(clean_upload(photo((3000, 1000), exif=exif), "a.jpg").content)) as after:
        assert after.size == (800, MAX_SIDE)


@pytest.mark.parametrize("size", [(10_000, 5_001), (30_000, 30_000)], ids=["50 Mpx", "900 Mpx"])
def test_too_many_pixels_are_refused_before_they_are_read(size: tuple[int, int]) -> None:
    content = bytearray(photo(kind="PNG"))
    content[16:24] = size[0].to_bytes(4, "big") + size[1].to_bytes(4, "big")
    content[29:33] = zlib.crc32(bytes(content[12:29])).to_bytes(4, "big")
    with pytest.raises(InvalidInputError) as caught:
        clean_upload(bytes(content), "big.png")
    assert caught.value.errors["file"][0].code == "photo_too_large"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(SVG, id="SVG"),
        pytest.param(HTML, id="HTML"),
        pytest.param(EPS, id="EPS"),
        pytest.param(b"", id="empty"),
        pytest.param(b"MZ\x90\x00", id="program"),
        pytest.param(photo()[:200], id="half a photo"),
        pytest.param(photo(kind="TIFF"), id="TIFF"),
    ],
)
def test_what_is_no_photo_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInputError) as caught:
        clean_upload(content, "photo.jpg")
    assert caught.value.errors["file"][0].code == "file_kind"


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(InvalidInputError) as caught:
        clean_upload(b"%PDF-" + b" " * service.MAX_BYTES, "a.pdf")
    assert caught.value.errors["file"][0].code == "file_too_large"


def test_a_pdf_stays_as_it_is() -> None:
    upload = clean_upload(b"%PDF-1.7 ...", 'report "<x>/..\\.pdf\n')
    assert (upload.content, upload.media_type, upload.name) == (b"%PDF-1.7 ...", "application/pdf", "report x...pdf")


def test_damaged_photos_never_end_in_another_error() -> None:
    dice = random.Random(7)
    for kind in ("JPEG", "PNG", "WEBP"):
        whole = photo(kind=kind)
        for _ in range(150):
            content = bytearray(whole)
            for _ in range(dice.randint(1, 12)):
                content[dice.randrange(len(content))] = dice.randrange(256)
            try:
                assert clean_upload(bytes(content), "a").media_type == "image/jpeg"
            except InvalidInputError:
                continue
