"""AMF0, the way RTMP says names, numbers and lists."""

from __future__ import annotations

import struct
from typing import Any

NUMBER, BOOLEAN, STRING, OBJECT = range(4)
NULL, UNDEFINED = 5, 6
ECMA_ARRAY, OBJECT_END, STRICT_ARRAY, DATE, LONG_STRING = 8, 9, 10, 11, 12
DEEPEST = 8


class Garbled(Exception):
    """What came is not AMF0."""


def read_all(data: bytes) -> list[Any]:
    """Give every value of a message. Raises ``Garbled``.

    >>> read_all(write("connect", 1, {"app": "live"}, None, True))
    ['connect', 1.0, {'app': 'live'}, None, True]
    """
    values, at = [], 0
    try:
        while at < len(data):
            value, at = _read(data, at, 0)
            values.append(value)
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise Garbled(str(error)) from error
    return values


def write(*values: Any) -> bytes:
    """Say these values."""
    return b"".join(_write(value) for value in values)


def _read(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    kind, at = data[at], at + 1
    if kind in {OBJECT, ECMA_ARRAY, STRICT_ARRAY}:
        if depth >= DEEPEST:
            raise Garbled("too deep")
        read = _array if kind == STRICT_ARRAY else _object
        return read(data, at + 4 * (kind == ECMA_ARRAY), depth)
    if kind in {STRING, LONG_STRING}:
        return _text(data, at, ">H" if kind == STRING else ">I")
    if kind in {NUMBER, DATE}:
        return struct.unpack_from(">d", data, at)[0], at + (8 if kind == NUMBER else 10)
    if kind == BOOLEAN:
        return bool(data[at]), at + 1
    if kind in {NULL, UNDEFINED}:
        return None, at
    raise Garbled(f"kind {kind}")


def _text(data: bytes, at: int, length: str) -> tuple[str, int]:
    (size,) = struct.unpack_from(length, data, at)
    at += struct.calcsize(length)
    if at + size > len(data):
        raise Garbled("a text ends early")
    return data[at : at + size].decode(), at + size


def _object(data: bytes, at: int, depth: int) -> tuple[dict[str, Any], int]:
    found: dict[str, Any] = {}
    while True:
        name, at = _text(data, at, ">H")
        if not name and data[at] == OBJECT_END:
            return found, at + 1
        found[name], at = _read(data, at, depth + 1)


def _array(data: bytes, at: int, depth: int) -> tuple[list[Any], int]:
    (length,) = struct.unpack_from(">I", data, at)
    at += 4
    found = []
    for _number in range(min(length, len(data))):
        value, at = _read(data, at, depth + 1)
        found.append(value)
    return found, at


def _write(value: Any) -> bytes:
    if value is None:
        return bytes([NULL])
    if isinstance(value, bool):
        return bytes([BOOLEAN, value])
    if isinstance(value, int | float):
        return struct.pack(">Bd", NUMBER, value)
    if isinstance(value, str):
        return bytes([STRING]) + _bare(value)
    inside = b"".join(_bare(name) + _write(one) for name, one in value.items())
    return bytes([OBJECT]) + inside + b"\0\0" + bytes([OBJECT_END])


def _bare(text: str) -> bytes:
    data = text.encode()
    return struct.pack(">H", len(data)) + data
