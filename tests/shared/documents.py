"""Files of the formats that are read, made for tests."""

import email.message
import email.policy
import io
import tarfile
import zipfile

import docx
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

SONG = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(SONG))


def pdf(*pages, title="", creator="", **options) -> bytes:
    """A PDF: each page a list of (x, y, text) or (x, y, text, size); the origin is at the lower
    left, A4 is 595 by 842 points.
    """
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842), **options)
    if title:
        canvas.setTitle(title)
    if creator:
        canvas.setCreator(creator)
    for page in pages:
        for x, y, text, *size in page:
            canvas.setFont(SONG, *(size or [12]))
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def lines(text, top=780, columns=40, x=50):
    """A text set in lines of so many characters, as a typesetter breaks it."""
    return [
        (x, top - 18 * row, text[at : at + columns])
        for row, at in enumerate(range(0, len(text), columns))
    ]


def word(make) -> bytes:
    document, out = docx.Document(), io.BytesIO()
    make(document)
    document.save(out)
    return out.getvalue()


def with_parts(document: bytes, parts) -> bytes:
    """A Word file with more parts: (relationship, its kind, name, XML) of each."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    related = "".join(
        f'<Relationship Id="{key}" Type="{kind}{what}" Target="{name}"/>'
        for key, what, name, _ in parts
    )
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(document)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            if name == "word/_rels/document.xml.rels":
                data = data.replace(b"</Relationships>", related.encode() + b"</Relationships>")
            new.writestr(name, data)
        for _, _, name, xml in parts:
            new.writestr(f"word/{name}", xml)
    return out.getvalue()


def mhtml(html: bytes, charset="utf-8", location="https://port.example/a", **headers) -> bytes:
    message = email.message.EmailMessage(policy=email.policy.SMTP)
    message["Subject"] = "saved"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.make_related()
    for at, kind, data in (
        ("https://ads.example/frame", "html", b"<p>\xe5\xb9\xbf\xe5\x91\x8a</p>"),
        (location, "html", html),
    ):
        part = email.message.EmailMessage(policy=email.policy.SMTP)
        part.set_content(data, "text", kind, cte="base64")
        part.set_param("charset", charset if at == location else "utf-8")
        part["Content-Location"] = at
        message.attach(part)
    return message.as_bytes()


def book(chapters, nav=True, extra=(), before="") -> bytes:
    """An EPUB of (file, name in the table of contents or "", HTML); ``before`` stands before each
    page.
    """
    out = io.BytesIO()
    items = "".join(
        f'<item id="c{n}" href="text/{name}" media-type="application/xhtml+xml"/>'
        for n, (name, _, _) in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    links = "".join(
        f'<li><a href="text/{name}#top">{label}</a></li>' for name, label, _ in chapters if label
    )
    points = "".join(
        f"<navPoint><navLabel><text>{label}</text></navLabel><content"
        f' src="text/{name}"/></navPoint>'
        for name, label, _ in chapters
        if label
    )
    listed = (
        '<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
        if nav
        else '<item id="ncx" href="toc.ncx"/>'
    )
    package = f"""<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
    <dc:title>滨江年鉴</dc:title><dc:date>2015-03-02</dc:date><dc:language>zh-CN</dc:language></metadata>
    <manifest>{items}{listed}</manifest><spine toc="ncx">{'<itemref idref="nav"/>' if nav else ""}{spine}</spine></package>"""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr(
            "META-INF/container.xml",
            "<container"
            ' xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile'
            ' full-path="OEBPS/p.opf"/></rootfiles></container>',
        )
        archive.writestr("OEBPS/p.opf", package)
        archive.writestr(
            "OEBPS/nav.xhtml",
            "<html"
            f' xmlns="http://www.w3.org/1999/xhtml"><body><nav><ol>{links}</ol></nav></body></html>',
        )
        archive.writestr(
            "OEBPS/toc.ncx",
            f'<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>{points}</navMap></ncx>',
        )
        for name, _, html in chapters:
            archive.writestr(
                f"OEBPS/text/{name}",
                f"{before}<html"
                f' xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>{html}</body></html>',
            )
        for name, content in extra:
            archive.writestr(name, content)
    return out.getvalue()


def zipped(*members, **options) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def tarred(*members, mode="w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, data in members:
            member = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()
