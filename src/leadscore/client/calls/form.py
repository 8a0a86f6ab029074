"""A form with a file in it (RFC 7578), as bytes: each attempt sends the same ones."""

from collections.abc import Mapping

from leadscore.client.calls.call import fresh_id

__all__ = ["form_of"]


def form_of(content: bytes, *, name: str, fields: Mapping[str, str]) -> tuple[bytes, str]:
    """Return a form's bytes and its content type.

    Parameters
    ----------
    content : bytes
        The part ``file``.
    name : str
        What the file is called.
    fields : mapping of str to str
        The other parts, by their names.
    """
    # a line that is in no file: 128 random bits
    line = f"leadscore-{fresh_id()}"
    parts = [_part(line, f'name="{key}"', value.encode()) for key, value in fields.items()]
    parts.append(_part(line, f'name="file"; filename="{_quoted(name)}"', content))
    return b"".join([*parts, f"--{line}--\r\n".encode()]), f"multipart/form-data; boundary={line}"


def _part(line: str, disposition: str, content: bytes) -> bytes:
    head = f"--{line}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n"
    return head.encode() + content + b"\r\n"


def _quoted(name: str) -> str:
    """Return a file's name as browsers write it: nothing in it ends the quote or the line."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
