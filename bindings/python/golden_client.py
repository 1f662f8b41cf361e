# SPDX-License-Identifier: MIT
"""The smallest client through ctypes: fits and scores, column by column, without a compiler."""
import ctypes as c
import os
import pathlib


class Str(c.Structure):
    _fields_ = [("data", c.c_void_p), ("size", c.c_size_t)]


class Error(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("code", c.c_int32), ("row", c.c_int64), ("line", c.c_int64), ("column", c.c_int64),
                ("byte", c.c_int64), ("source", c.c_char * 128), ("field", c.c_char * 64), ("message", c.c_char * 320)]


class Source(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("reserved", c.c_uint32), ("user", c.c_void_p), ("read", c.c_void_p), ("close", c.c_void_p),
                ("name", c.c_void_p), ("size_hint", c.c_uint64)]


class Array(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("type", c.c_int32), ("data", c.c_void_p), ("offsets", c.c_void_p), ("validity", c.c_void_p),
                ("rows", c.c_uint64), ("width", c.c_uint64)]


class IcpError(Exception):
    """A call failed; `code` is the status."""

    def __init__(self, error):
        self.code, self.row, self.line, self.column = error.code, error.row, error.line, error.column
        super().__init__(error.message.decode())


LAYER_FIT = 1
COLUMNS = {"score": 2, "tier": 3, "low": 4, "high": 5, "millipoints": 6, "variance": 7, "confidence": 8, "flags": 9}
P = c.c_void_p
SIGNATURES = {  # every function with argument and result types: ctypes guesses int otherwise, and cuts pointers
    "icp_context_new": [P, P, P], "icp_source_open_file": [P, c.c_char_p, P, P], "icp_reader_open": [P, P, P, P, P],
    "icp_reader_next": [P, P, P], "icp_reference_builder_new": [P, P, P, P], "icp_reference_builder_add": [P, P, P, P],
    "icp_reference_builder_finish": [P, P, P], "icp_fit_new": [P, P, P, P, P, P], "icp_fit_add_customers": [P, P, P, P],
    "icp_fit_run": [P, P, P, P], "icp_scorer_new": [P, P, P, P], "icp_result_new": [P, P, P], "icp_scorer_score": [P, P, P, P],
    "icp_result_column": [P, c.c_int32, c.c_int32, P, P],
}
FREE = ["icp_context_unref", "icp_reader_free", "icp_batch_unref", "icp_reference_builder_free", "icp_reference_unref", "icp_fit_free",
        "icp_model_unref", "icp_scorer_free", "icp_result_free"]


def load(path=None):
    """Loads the library and checks that it is one we know."""
    lib = c.CDLL(path or os.path.join(os.environ["ICP_BUILD"], "libicp.so.0"))
    for name, arguments in SIGNATURES.items():
        getattr(lib, name).argtypes, getattr(lib, name).restype = arguments, c.c_int32
    for name in FREE:
        getattr(lib, name).argtypes, getattr(lib, name).restype = [P], None
    lib.icp_version.restype, lib.icp_version.argtypes = c.c_uint32, []
    if lib.icp_version() >> 16 != 0:
        raise ImportError("another major version of libicp")
    return lib


class Client:
    """Holds a context; `fit_and_score` returns a list of (key, {column: integer})."""

    def __init__(self, lib):
        self.lib, self.context = lib, P()
        self.call("icp_context_new", None, c.byref(self.context))

    def call(self, name, *arguments):
        error = Error(struct_size=c.sizeof(Error))
        if getattr(self.lib, name)(*arguments, c.byref(error)):
            raise IcpError(error)

    def make(self, name, *arguments):
        out = P()
        self.call(name, *arguments, c.byref(out))
        return out

    def reader(self, path):
        source, out = Source(struct_size=c.sizeof(Source)), P()
        self.call("icp_source_open_file", self.context, os.fsencode(path), c.byref(source))
        self.call("icp_reader_open", self.context, c.byref(source), None, c.byref(out))
        return out

    def fit(self, companies, customers):
        builder = self.make("icp_reference_builder_new", self.context, None)
        reader = self.reader(companies)
        self.call("icp_reference_builder_add", builder, reader, None)
        self.lib.icp_reader_free(reader)
        reference = self.make("icp_reference_builder_finish", builder)
        self.lib.icp_reference_builder_free(builder)
        fit = self.make("icp_fit_new", self.context, reference, None, None)
        self.lib.icp_reference_unref(reference)
        reader = self.reader(customers)
        self.call("icp_fit_add_customers", fit, reader, None)
        self.lib.icp_reader_free(reader)
        model = self.make("icp_fit_run", fit, None)
        self.lib.icp_fit_free(fit)
        return model

    def column(self, result, column):
        array = Array(struct_size=c.sizeof(Array))
        self.call("icp_result_column", result, LAYER_FIT, column, c.byref(array))
        if array.type == 1:
            offsets = c.cast(array.offsets, c.POINTER(c.c_int64))
            data = c.string_at(array.data, offsets[array.rows])
            return [data[offsets[i]:offsets[i + 1]].decode() for i in range(array.rows)]
        values = c.cast(array.data, c.POINTER(c.c_int32 if array.type == 2 else c.c_int64))
        return values[:array.rows]

    def score(self, model, companies):
        scorer, result = self.make("icp_scorer_new", model, None), self.make("icp_result_new", self.context)
        reader, rows = self.reader(companies), []
        while (batch := self.make("icp_reader_next", reader)).value:
            self.call("icp_scorer_score", scorer, batch, result)
            columns = {name: self.column(result, number) for name, number in COLUMNS.items()}
            rows += [(key, {name: values[i] for name, values in columns.items()}) for i, key in enumerate(self.column(result, 1))]
            self.lib.icp_batch_unref(batch)
        self.lib.icp_reader_free(reader)
        self.lib.icp_result_free(result)
        self.lib.icp_scorer_free(scorer)
        return rows

    def close(self):
        self.lib.icp_context_unref(self.context)


GOLDEN = pathlib.Path(__file__).parents[2] / "tests" / "golden"
