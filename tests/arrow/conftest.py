# SPDX-License-Identifier: MIT
"""The library through ctypes, for tests against other implementations of Arrow. Nothing of the Python package is used: what is tested here
lies below it."""
import ctypes
import os
import pathlib

import pytest

BUILD = pathlib.Path(os.environ.get("ICP_BUILD", "build"))


class Error(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), ("code", ctypes.c_int32), ("row", ctypes.c_int64), ("line", ctypes.c_int64), ("column", ctypes.c_int64),
                ("byte", ctypes.c_int64), ("source", ctypes.c_char * 128), ("field", ctypes.c_char * 64), ("message", ctypes.c_char * 320)]


class Str(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("size", ctypes.c_size_t)]

    def text(self):
        return None if self.data is None else ctypes.string_at(self.data, self.size).decode()


class ReaderOptions(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), ("flags", ctypes.c_uint32), ("format", ctypes.c_int32), ("delimiter", ctypes.c_int32),
                ("rows_per_batch", ctypes.c_uint32), ("reserved", ctypes.c_uint32)]


class Source(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), ("reserved", ctypes.c_uint32), ("user", ctypes.c_void_p), ("read", ctypes.c_void_p), ("close", ctypes.c_void_p),
                ("name", ctypes.c_char_p), ("size_hint", ctypes.c_uint64)]


class ScorerOptions(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), ("flags", ctypes.c_uint32), ("layers", ctypes.c_uint32), ("reasons", ctypes.c_uint32), ("key_column", ctypes.c_char_p),
                ("key_size", ctypes.c_size_t), ("accounts", ctypes.c_void_p), ("as_of", ctypes.c_int64), ("decisions", ctypes.c_void_p)]


class Failure(Exception):
    def __init__(self, name, error):
        super().__init__(f"{name}: {error.message.decode()}")
        self.name, self.row, self.column = name, error.row, error.column
        self.field, self.source, self.message = error.field.decode(), error.source.decode(), error.message.decode()


capsule = ctypes.pythonapi.PyCapsule_GetPointer
capsule.restype, capsule.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]


class Library:
    def __init__(self):
        self.lib = ctypes.CDLL(str(BUILD / "libicp.so.0"))
        for name in ("icp_batch_cell", "icp_batch_name"):
            getattr(self.lib, name).restype = Str
        self.lib.icp_batch_cell.argtypes = [ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint32]
        self.lib.icp_batch_name.argtypes = [ctypes.c_void_p, ctypes.c_uint32]
        self.lib.icp_batch_rows.restype = ctypes.c_uint64
        self.lib.icp_status_name.restype = ctypes.c_char_p
        self.context = self.make("icp_context_new", None)

    def call(self, name, *arguments):
        error = Error(struct_size=ctypes.sizeof(Error))
        status = getattr(self.lib, name)(*arguments, ctypes.byref(error))
        if status:
            raise Failure(self.lib.icp_status_name(status).decode(), error)

    def make(self, name, *arguments):
        out = ctypes.c_void_p()
        self.call(name, *arguments, ctypes.byref(out))
        return out

    def drop(self, name, handle):
        getattr(self.lib, name)(handle)

    def arrow_reader(self, stream, rows_per_batch=0):
        held = stream.__arrow_c_stream__()
        options = ReaderOptions(ctypes.sizeof(ReaderOptions), rows_per_batch=rows_per_batch)
        return self.make("icp_reader_open_arrow", self.context, ctypes.c_void_p(capsule(held, b"arrow_array_stream")), ctypes.byref(options))

    def text_reader(self, data, form, rows_per_batch=0):
        """`data` must outlive the reader."""
        source, options = Source(ctypes.sizeof(Source)), ReaderOptions(ctypes.sizeof(ReaderOptions), format=form, rows_per_batch=rows_per_batch)
        self.call("icp_source_from_memory", self.context, data, ctypes.c_size_t(len(data)), ctypes.byref(source))
        return self.make("icp_reader_open", self.context, ctypes.byref(source), ctypes.byref(options))

    def batches(self, reader):
        while True:
            batch = self.make("icp_reader_next", reader)
            if not batch:
                return
            yield batch
            self.drop("icp_batch_unref", batch)

    def names(self, batch):
        return [self.lib.icp_batch_name(batch, i).text() for i in range(self.lib.icp_batch_columns(batch))]

    def cells(self, batch):
        columns = self.lib.icp_batch_columns(batch)
        return [[self.lib.icp_batch_cell(batch, r, c).text() for c in range(columns)] for r in range(self.lib.icp_batch_rows(batch))]

    def read(self, reader):
        """Names and rows; short rows are filled up."""
        names, rows = [], []
        try:
            for batch in self.batches(reader):
                names = self.names(batch)
                rows += self.cells(batch)
        finally:
            self.drop("icp_reader_free", reader)
        return names, [row + [None] * (len(names) - len(row)) for row in rows]

    def text(self, buffer):
        s = Str()
        self.lib.icp_buffer_data(buffer, ctypes.byref(s))
        out = ctypes.string_at(s.data, s.size)
        self.drop("icp_buffer_unref", buffer)
        return out


@pytest.fixture(scope="session")
def icp():
    return Library()
