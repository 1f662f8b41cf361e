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


class FitOptions(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("flags", c.c_uint32), ("min_customers", c.c_uint32), ("layers", c.c_uint32), ("pool", c.c_void_p),
                ("weight_column", c.c_void_p), ("weight_size", c.c_size_t), ("key_column", c.c_void_p), ("key_size", c.c_size_t),
                ("release", c.c_void_p), ("release_size", c.c_size_t), ("protect", c.c_void_p), ("protect_size", c.c_size_t),
                ("since_column", c.c_void_p), ("since_size", c.c_size_t), ("as_of", c.c_int64), ("horizon_days", c.c_uint32),
                ("reserved", c.c_uint32), ("invalidates", c.c_void_p), ("invalidates_size", c.c_size_t)]


class ScorerOptions(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("flags", c.c_uint32), ("layers", c.c_uint32), ("reasons", c.c_uint32),
                ("key_column", c.c_void_p), ("key_size", c.c_size_t), ("accounts", c.c_void_p), ("as_of", c.c_int64),
                ("decisions", c.c_void_p)]


class Score(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("layer", c.c_int32), ("score", c.c_int32), ("tier", c.c_int32), ("low", c.c_int32),
                ("high", c.c_int32), ("millipoints", c.c_int64), ("variance", c.c_int64), ("confidence", c.c_int32), ("holds", c.c_int32),
                ("flags", c.c_uint64), ("effective", c.c_int64), ("whole", c.c_int64), ("stale", c.c_int32), ("trend", c.c_int32),
                ("effective_tier", c.c_int32), ("reserved2", c.c_int32), ("override_number", c.c_uint64)]


class ModelInfo(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("flags", c.c_uint32), ("id", c.c_uint8 * 32), ("reference_id", c.c_uint8 * 32),
                ("format", c.c_uint32), ("extraction", c.c_uint32), ("layers", c.c_uint32), ("traits", c.c_uint32), ("customers", c.c_uint64),
                ("companies", c.c_uint64), ("listed", c.c_uint64), ("slope_micro", c.c_int64), ("cllr_micro", c.c_int64),
                ("auc_micro", c.c_int64), ("parent_id", c.c_uint8 * 32)]


class IcpError(Exception):
    """A call failed; `code` is the status."""

    def __init__(self, error):
        self.code, self.row, self.line, self.column = error.code, error.row, error.line, error.column
        super().__init__(error.message.decode())


E_NO_MATCH = 14
FIT_AS_OF, SCORER_AS_OF = 8, 1
LAYER_FIT = 1
TIMING_LAYERS = {"intent": 2, "retention": 3}
COLUMNS = {"score": 2, "tier": 3, "low": 4, "high": 5, "millipoints": 6, "variance": 7, "confidence": 8, "flags": 9}
TIMING_COLUMNS = COLUMNS | {"whole": 17, "stale": 19, "trend": 20}
QUADRANT = 10
P = c.c_void_p
SIGNATURES = {  # every function with argument and result types: ctypes guesses int otherwise, and cuts pointers
    "icp_context_new": [P, P, P], "icp_source_open_file": [P, c.c_char_p, P, P], "icp_reader_open": [P, P, P, P, P],
    "icp_reader_next": [P, P, P], "icp_reference_builder_new": [P, P, P, P], "icp_reference_builder_add": [P, P, P, P],
    "icp_reference_builder_finish": [P, P, P], "icp_fit_new": [P, P, P, P, P, P], "icp_fit_add_customers": [P, P, P, P],
    "icp_fit_run": [P, P, P, P], "icp_scorer_new": [P, P, P, P], "icp_result_new": [P, P, P], "icp_scorer_score": [P, P, P, P],
    "icp_result_column": [P, c.c_int32, c.c_int32, P, P], "icp_fit_add_events": [P, P, P, P, P], "icp_fit_add_outcomes": [P, P, P, P, P],
    "icp_accounts_new": [P, c.c_int64, P, P, P], "icp_accounts_add": [P, P, P, P, P], "icp_accounts_again": [P],
    "icp_accounts_account": [P, c.c_char_p, c.c_size_t, P, P], "icp_model_describe": [P, P, P], "icp_model_schema": [P, P, P],
    "icp_record_new": [P, P, P], "icp_record_column": [P, c.c_char_p, c.c_size_t], "icp_scorer_score_record": [P, P, P, c.c_int32, P, P],
    "icp_record_set_text": [P, c.c_int32, c.c_char_p, c.c_size_t], "icp_quadrant_of": [c.c_int32, c.c_int32],
}
FREE = ["icp_context_unref", "icp_reader_free", "icp_batch_unref", "icp_reference_builder_free", "icp_reference_unref", "icp_fit_free",
        "icp_model_unref", "icp_scorer_free", "icp_result_free", "icp_accounts_unref", "icp_account_free", "icp_schema_unref", "icp_record_free",
        "icp_record_clear"]


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

    def read(self, name, handle, path, columns=()):
        """Adds a file to a handle; `columns` = what the function takes between reader and progress."""
        reader = self.reader(path)
        self.call(name, handle, reader, *columns, None)
        self.lib.icp_reader_free(reader)

    def fit(self, companies, customers, events=(), outcomes=(), as_of=None):
        """A model; with files of events and outcomes it has timing layers. `as_of` = microseconds since 1970."""
        builder = self.make("icp_reference_builder_new", self.context, None)
        self.read("icp_reference_builder_add", builder, companies)
        reference = self.make("icp_reference_builder_finish", builder)
        self.lib.icp_reference_builder_free(builder)
        options = FitOptions(struct_size=c.sizeof(FitOptions), flags=0 if as_of is None else FIT_AS_OF, as_of=as_of or 0)
        fit = self.make("icp_fit_new", self.context, reference, None, c.byref(options))
        self.lib.icp_reference_unref(reference)
        self.read("icp_fit_add_customers", fit, customers)
        for path in events:
            self.read("icp_fit_add_events", fit, path, [None])
        for path in outcomes:
            self.read("icp_fit_add_outcomes", fit, path, [None])
        model = self.make("icp_fit_run", fit, None)
        self.lib.icp_fit_free(fit)
        return model

    def model_id(self, model):
        info = ModelInfo(struct_size=c.sizeof(ModelInfo))
        self.call("icp_model_describe", model, c.byref(info))
        return bytes(info.id).hex()

    def accounts(self, model, events, as_of):
        """The accounts of files of events at a moment; read once more where an invalidating event came late."""
        accounts = self.make("icp_accounts_new", model, as_of, None)
        while True:
            for path in events:
                self.read("icp_accounts_add", accounts, path, [None])
            if not self.lib.icp_accounts_again(accounts):
                return accounts

    def column(self, result, column, layer=LAYER_FIT):
        array = Array(struct_size=c.sizeof(Array))
        self.call("icp_result_column", result, layer, column, c.byref(array))
        if array.type == 1:
            offsets = c.cast(array.offsets, c.POINTER(c.c_int64))
            data = c.string_at(array.data, offsets[array.rows])
            return [data[offsets[i]:offsets[i + 1]].decode() for i in range(array.rows)]
        values = c.cast(array.data, c.POINTER(c.c_int32 if array.type == 2 else c.c_int64))
        return values[:array.rows]

    def results(self, model, companies, options=None):
        """Scores batch by batch; the result is valid until the next one."""
        scorer, result = self.make("icp_scorer_new", model, options and c.byref(options)), self.make("icp_result_new", self.context)
        reader = self.reader(companies)
        while (batch := self.make("icp_reader_next", reader)).value:
            self.call("icp_scorer_score", scorer, batch, result)
            yield result
            self.lib.icp_batch_unref(batch)
        self.lib.icp_reader_free(reader)
        self.lib.icp_result_free(result)
        self.lib.icp_scorer_free(scorer)

    def score(self, model, companies):
        rows = []
        for result in self.results(model, companies):
            columns = {name: self.column(result, number) for name, number in COLUMNS.items()}
            rows += [(key, {name: values[i] for name, values in columns.items()}) for i, key in enumerate(self.column(result, 1))]
        return rows

    def score_timing(self, model, companies, accounts):
        """As score(), of both timing layers: intent_score, ..., retention_score, ..., quadrant."""
        options, rows = ScorerOptions(struct_size=c.sizeof(ScorerOptions), accounts=accounts), []
        for result in self.results(model, companies, options):
            columns = {f"{layer}_{name}": self.column(result, number, of)
                       for layer, of in TIMING_LAYERS.items() for name, number in TIMING_COLUMNS.items()}
            columns["quadrant"] = self.column(result, QUADRANT)
            rows += [(key, {name: values[i] for name, values in columns.items()}) for i, key in enumerate(self.column(result, 1))]
        return rows

    def score_accounts(self, model, rows, accounts, as_of):
        """As score_timing(), one company at a time: dicts of columns, the key in `domain`, each with an account of its own."""
        options = ScorerOptions(struct_size=c.sizeof(ScorerOptions), flags=SCORER_AS_OF, as_of=as_of)
        scorer, schema = self.make("icp_scorer_new", model, c.byref(options)), self.make("icp_model_schema", model)
        record = self.make("icp_record_new", schema)
        out = [(row["domain"], self.score_account(scorer, record, row, accounts)) for row in rows]
        self.lib.icp_record_free(record)
        self.lib.icp_schema_unref(schema)
        self.lib.icp_scorer_free(scorer)
        return out

    def score_account(self, scorer, record, row, accounts):
        self.lib.icp_record_clear(record)
        for name, value in row.items():
            header, text = name.encode(), value.encode()
            column = self.lib.icp_record_column(record, header, len(header))
            if column >= 0 and self.lib.icp_record_set_text(record, column, text, len(text)):
                raise ValueError(name)
        key, account, out, tiers = row["domain"].encode(), None, {}, {}
        try:
            account = self.make("icp_accounts_account", accounts, key, len(key))
        except IcpError as e:
            if e.code != E_NO_MATCH:
                raise
        for layer, number in {"fit": LAYER_FIT, **TIMING_LAYERS}.items():
            score = Score(struct_size=c.sizeof(Score))
            self.call("icp_scorer_score_record", scorer, record, account, number, c.byref(score))
            tiers[layer] = score.tier
            if layer != "fit":
                out |= {f"{layer}_{name}": getattr(score, name) for name in TIMING_COLUMNS}
        self.lib.icp_account_free(account)
        return out | {"quadrant": self.lib.icp_quadrant_of(tiers["fit"], tiers["intent"])}

    def close(self):
        self.lib.icp_context_unref(self.context)


GOLDEN = pathlib.Path(__file__).parents[2] / "tests" / "golden"
