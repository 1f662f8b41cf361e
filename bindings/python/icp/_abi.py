# SPDX-License-Identifier: MIT
"""Constants, structs and signatures of the C library. Written by generate.py from include/icp; not edited by hand."""
from __future__ import annotations

import ctypes as c
from typing import Any

ICP_OK = 0
ICP_E_ARGUMENT = 1
ICP_E_MEMORY = 2
ICP_E_IO = 3
ICP_E_CANCELLED = 4
ICP_E_LIMIT = 5
ICP_E_UNSUPPORTED = 6
ICP_E_FORMAT = 7
ICP_E_CHECKSUM = 8
ICP_E_VERSION = 9
ICP_E_EXTRACTION = 10
ICP_E_SCHEMA = 11
ICP_E_KEY = 12
ICP_E_TOO_FEW = 13
ICP_E_NO_MATCH = 14
ICP_E_REFERENCE = 15
ICP_E_STATE = 16
ICP_E_LEDGER = 17
ICP_E_GATE = 18
ICP_LOG_NOTE = 1
ICP_LOG_WARNING = 2
ICP_STAGE_READ = 1
ICP_STAGE_EXTRACT = 2
ICP_STAGE_FIT = 3
ICP_STAGE_CALIBRATE = 4
ICP_TIME_UNKNOWN = -9223372036854775808
ICP_KIND_IGNORED = 0
ICP_KIND_KEY = 1
ICP_KIND_NAME = 2
ICP_KIND_CATEGORY = 3
ICP_KIND_LIST = 4
ICP_KIND_NUMBER = 5
ICP_KIND_DATE = 6
ICP_KIND_BOOLEAN = 7
ICP_KIND_TEXT = 8
ICP_KIND_URL = 9
ICP_FAMILY_OTHER = 0
ICP_FAMILY_INDUSTRY = 1
ICP_FAMILY_SIZE = 2
ICP_FAMILY_STAGE = 3
ICP_FAMILY_KEYWORDS = 4
ICP_FAMILY_TECHNOLOGY = 5
ICP_FAMILY_HIRING = 6
ICP_FAMILY_GEOGRAPHY = 7
ICP_FORMAT_AUTO = 0
ICP_FORMAT_CSV = 1
ICP_FORMAT_JSONL = 2
ICP_DATASET_AS_OF = 1
ICP_LAYER_FIT = 1
ICP_LAYER_INTENT = 2
ICP_LAYER_RETENTION = 3
ICP_FIT_ALLOW_FEW = 1
ICP_FIT_EXACT_KEYS = 2
ICP_FIT_LIST_CUSTOMERS = 4
ICP_FIT_AS_OF = 8
ICP_EVENT_VALUED = 1
ICP_DIFF_HOST_KEY = 1
ICP_CALIBRATE_STORED = 1
ICP_CALIBRATE_AS_OF = 2
ICP_CALIBRATE_SCORED = 4
ICP_CALIBRATE_BASE = 8
ICP_CALIBRATE_BASE_OF_MODEL = 16
ICP_CALIBRATE_HOST_KEYS = 32
ICP_LEDGER_READ_ONLY = 1
ICP_LEDGER_CREATE = 2
ICP_LEDGER_ANYWAY = 1
ICP_LEDGER_NEWEST_FIRST = 1
ICP_MODEL_FEW_CUSTOMERS = 1
ICP_MODEL_INTERVAL_UNCALIBRATED = 2
ICP_MODEL_ASSUMED = 8
ICP_MODEL_LISTED_SHARE_HIGH = 4
ICP_MODEL_EDITED = 16
ICP_TRAIT_KNOWN = 0
ICP_TRAIT_VALUE = 1
ICP_TRAIT_ITEM = 2
ICP_TRAIT_WORD = 3
ICP_TRAIT_PHRASE = 4
ICP_TRAIT_RANGE = 5
ICP_TRAIT_PREFIX = 6
ICP_SQL_DUCKDB = 0
ICP_SQL_POSTGRES = 1
ICP_SQL_SNOWFLAKE = 2
ICP_SQL_BIGQUERY = 3
ICP_SQL_SQLITE = 4
ICP_SQL_PARTIAL = 1
ICP_KEY_AUTO = 0
ICP_KEY_EXACT = 1
ICP_KEY_HOST = 2
ICP_TIER_VERY_POOR = 1
ICP_TIER_POOR = 2
ICP_TIER_FAIR = 3
ICP_TIER_GOOD = 4
ICP_TIER_EXCELLENT = 5
ICP_CONFIDENCE_INSUFFICIENT = 1
ICP_CONFIDENCE_LOW = 2
ICP_CONFIDENCE_MEDIUM = 3
ICP_CONFIDENCE_HIGH = 4
ICP_FLAG_FEW_CUSTOMERS = 1
ICP_FLAG_INTERVAL_UNCALIBRATED = 2
ICP_FLAG_THIN = 4
ICP_FLAG_HIGH_ON_THIN = 8
ICP_FLAG_MISSING = 16
ICP_FLAG_NOTHING_KNOWN = 32
ICP_FLAG_OUT_OF_RANGE = 64
ICP_FLAG_UNREADABLE = 128
ICP_FLAG_LISTED_SHARE_HIGH = 256
ICP_FLAG_ASSUMED = 512
ICP_FLAG_STALE = 1024
ICP_FLAG_INVALIDATED = 2048
ICP_FLAG_FLAGGED = 4096
ICP_FLAG_REVIEW_OVERDUE = 8192
ICP_FLAG_CALIBRATION_OVERDUE = 16384
ICP_FLAG_CHANGED = 32768
ICP_FLAG_EDITED = 65536
ICP_QUADRANT_LOW = 1
ICP_QUADRANT_INVESTIGATE = 2
ICP_QUADRANT_EARLY = 3
ICP_QUADRANT_PURSUE = 4
ICP_COL_KEY = 1
ICP_COL_SCORE = 2
ICP_COL_TIER = 3
ICP_COL_LOW = 4
ICP_COL_HIGH = 5
ICP_COL_MILLIPOINTS = 6
ICP_COL_VARIANCE = 7
ICP_COL_CONFIDENCE = 8
ICP_COL_FLAGS = 9
ICP_COL_QUADRANT = 10
ICP_COL_ACTION = 11
ICP_COL_REASON_TRAITS = 12
ICP_COL_REASON_POINTS = 13
ICP_COL_EFFECTIVE = 16
ICP_COL_WHOLE = 17
ICP_COL_EVENT = 18
ICP_COL_STALE = 19
ICP_COL_EFFECTIVE_TIER = 14
ICP_COL_OVERRIDE = 15
ICP_COL_OVERRIDE_NUMBER = 21
ICP_COL_TREND = 20
ICP_COL_HOLDS = 22
ICP_TYPE_BYTES = 1
ICP_TYPE_INT32 = 2
ICP_TYPE_INT64 = 3
ICP_SCORER_AS_OF = 1
ICP_WHO_REFERENCE = 0
ICP_WHO_CUSTOMERS = 1
ICP_TREND_UNKNOWN = -2147483648


class Str(c.Structure):
    data: Any
    size: int
    _fields_ = [
        ("data", c.c_void_p),
        ("size", c.c_size_t),
    ]


class Error(c.Structure):
    struct_size: int
    code: int
    row: int
    line: int
    column: int
    byte: int
    source: bytes
    field: bytes
    message: bytes
    _fields_ = [
        ("struct_size", c.c_uint32),
        ("code", c.c_int32),
        ("row", c.c_int64),
        ("line", c.c_int64),
        ("column", c.c_int64),
        ("byte", c.c_int64),
        ("source", c.c_char * 128),
        ("field", c.c_char * 64),
        ("message", c.c_char * 320),
    ]


class Allocator(c.Structure):
    struct_size: int
    reserved: int
    user: Any
    alloc: Any
    realloc: Any
    free: Any
    _fields_ = [
        ("struct_size", c.c_uint32),
        ("reserved", c.c_uint32),
        ("user", c.c_void_p),
        ("alloc", c.c_void_p),
        ("realloc", c.c_void_p),
        ("free", c.c_void_p),
    ]


class ContextOptions(c.Structure):
    struct_size: int
    flags: int
    allocator: Any
    log: Any
    log_user: Any
    parallel: Any
    parallel_user: Any
    hash_seed: int
    max_cell: int
    max_columns: int
    max_memory: int
    max_distinct: int
    _fields_ = [
        ("struct_size", c.c_uint32),
        ("flags", c.c_uint32),
        ("allocator", c.c_void_p),
        ("log", c.c_void_p),
        ("log_user", c.c_void_p),
        ("parallel", c.c_void_p),
        ("parallel_user", c.c_void_p),
        ("hash_seed", c.c_uint64),
        ("max_cell", c.c_uint64),
        ("max_columns", c.c_uint64),
        ("max_memory", c.c_uint64),
        ("max_distinct", c.c_uint64),
    ]


class Progress(c.Structure):
    struct_size: int
    reserved: int
    user: Any
    fn: Any
    _fields_ = [
        ("struct_size", c.c_uint32),
        ("reserved", c.c_uint32),
        ("user", c.c_void_p),
        ("fn", c.c_void_p),
    ]


class Source(c.Structure):
    struct_size: int
    reserved: int
    user: Any
    read: Any
    close: Any
    name: Any
    size_hint: int
    _fields_ = [
        ("struct_size", c.c_uint32),
        ("reserved", c.c_uint32),
        ("user", c.c_void_p),
        ("read", c.c_void_p),
        ("close", c.c_void_p),
        ("name", c.c_char_p),
        ("size_hint", c.c_uint64),
    ]


class Sink(c.Structure):
    struct_size: int
    reserved: int
    user: Any
    write: Any
    commit: Any
    abort: Any
    name: Any
    _fields_ = [
        ("struct_size", c.c_uint32),
        ("reserved", c.c_uint32),
        ("user", c.c_void_p),
        ("write", c.c_void_p),
        ("commit", c.c_void_p),
        ("abort", c.c_void_p),
        ("name", c.c_char_p),
    ]


class ArrowSchema(c.Structure):
    format: Any
    name: Any
    metadata: Any
    flags: int
    n_children: int
    children: Any
    dictionary: Any
    release: Any
    private_data: Any
    _fields_ = [
        ("format", c.c_char_p),
        ("name", c.c_char_p),
        ("metadata", c.c_char_p),
        ("flags", c.c_int64),
        ("n_children", c.c_int64),
        ("children", c.c_void_p),
        ("dictionary", c.c_void_p),
        ("release", c.c_void_p),
        ("private_data", c.c_void_p),
    ]


class ArrowArray(c.Structure):
    length: int
    null_count: int
    offset: int
    n_buffers: int
    n_children: int
    buffers: Any
    children: Any
    dictionary: Any
    release: Any
    private_data: Any
    _fields_ = [
        ("length", c.c_int64),
        ("null_count", c.c_int64),
        ("offset", c.c_int64),
        ("n_buffers", c.c_int64),
        ("n_children", c.c_int64),
        ("buffers", c.c_void_p),
        ("children", c.c_void_p),
        ("dictionary", c.c_void_p),
        ("release", c.c_void_p),
        ("private_data", c.c_void_p),
    ]


class ArrowArrayStream(c.Structure):
    get_schema: Any
    get_next: Any
    get_last_error: Any
    release: Any
    private_data: Any
    _fields_ = [
        ("get_schema", c.c_void_p),
        ("get_next", c.c_void_p),
        ("get_last_error", c.c_void_p),
        ("release", c.c_void_p),
        ("private_data", c.c_void_p),
    ]


class ReaderOptions(c.Structure):
    struct_size: int
    flags: int
    format: int
    delimiter: int
    rows_per_batch: int
    reserved: int
    _fields_ = [
        ("struct_size", c.c_uint32),
        ("flags", c.c_uint32),
        ("format", c.c_int32),
        ("delimiter", c.c_int32),
        ("rows_per_batch", c.c_uint32),
        ("reserved", c.c_uint32),
    ]


class Column(c.Structure):
    struct_size: int
    kind: int
    family: int
    flags: int
    name: Str
    id: Str
    reason: Str
    seen: int
    filled: int
    _fields_ = [
        ("struct_size", c.c_uint32),
        ("kind", c.c_int32),
        ("family", c.c_int32),
        ("flags", c.c_int32),
        ("name", Str),
        ("id", Str),
        ("reason", Str),
        ("seen", c.c_uint64),
        ("filled", c.c_uint64),
    ]


class Table(c.Structure):
    struct_size: int
    reserved: int
    name: Any
    name_size: int
    user: Any
    open: Any
    _fields_ = [
        ("struct_size", c.c_uint32),
        ("reserved", c.c_uint32),
        ("name", c.c_char_p),
        ("name_size", c.c_size_t),
        ("user", c.c_void_p),
        ("open", c.c_void_p),
    ]


class DatasetOptions(c.Structure):
    struct_size: int
    flags: int
    as_of: int
    manifest: Any
    manifest_size: int
    company: Any
    company_size: int
    include: Any
    include_size: int
    exclude: Any
    exclude_size: int
    release: Any
    release_size: int
    max_traits: int
    reserved: int
    _fields_ = [
        ("struct_size", c.c_uint32),
        ("flags", c.c_uint32),
        ("as_of", c.c_int64),
        ("manifest", c.c_char_p),
        ("manifest_size", c.c_size_t),
        ("company", c.c_char_p),
        ("company_size", c.c_size_t),
        ("include", c.c_char_p),
        ("include_size", c.c_size_t),
        ("exclude", c.c_char_p),
        ("exclude_size", c.c_size_t),
        ("release", c.c_char_p),
        ("release_size", c.c_size_t),
        ("max_traits", c.c_uint32),
        ("reserved", c.c_uint32),
    ]


class AccountsOptions(c.Structure):
    struct_size: int
    flags: int
    invalidates: Any
    invalidates_size: int
    _fields_ = [
        ("struct_size", c.c_uint32),
        ("flags", c.c_uint32),
        ("invalidates", c.c_char_p),
        ("invalidates_size", c.c_size_t),
    ]


class FitOptions(c.Structure):
    struct_size: int
    flags: int
    min_customers: int
    layers: int
    pool: Any
    weight_column: Any
    weight_size: int
    key_column: Any
    key_size: int
    release: Any
    release_size: int
    protect: Any
    protect_size: int
    since_column: Any
    since_size: int
    as_of: int
    horizon_days: int
    reserved: int
    invalidates: Any
    invalidates_size: int
    _fields_ = [
        ("struct_size", c.c_uint32),
        ("flags", c.c_uint32),
        ("min_customers", c.c_uint32),
        ("layers", c.c_uint32),
        ("pool", c.c_void_p),
        ("weight_column", c.c_char_p),
        ("weight_size", c.c_size_t),
        ("key_column", c.c_char_p),
        ("key_size", c.c_size_t),
        ("release", c.c_char_p),
        ("release_size", c.c_size_t),
        ("protect", c.c_char_p),
        ("protect_size", c.c_size_t),
        ("since_column", c.c_char_p),
        ("since_size", c.c_size_t),
        ("as_of", c.c_int64),
        ("horizon_days", c.c_uint32),
        ("reserved", c.c_uint32),
        ("invalidates", c.c_char_p),
        ("invalidates_size", c.c_size_t),
    ]


class EventColumns(c.Structure):
    struct_size: int
    reserved: int
    key: Any
    key_size: int
    type: Any
    type_size: int
    time: Any
    time_size: int
    value: Any
    value_size: int
    _fields_ = [
        ("struct_size", c.c_uint32),
        ("reserved", c.c_uint32),
        ("key", c.c_char_p),
        ("key_size", c.c_size_t),
        ("type", c.c_char_p),
        ("type_size", c.c_size_t),
        ("time", c.c_char_p),
        ("time_size", c.c_size_t),
        ("value", c.c_char_p),
        ("value_size", c.c_size_t),
    ]


class Event(c.Structure):
    struct_size: int
    flags: int
    time: int
    value: float
    type: Any
    type_size: int
    _fields_ = [
        ("struct_size", c.c_uint32),
        ("flags", c.c_uint32),
        ("time", c.c_int64),
        ("value", c.c_double),
        ("type", c.c_char_p),
        ("type_size", c.c_size_t),
    ]


class GatesOptions(c.Structure):
    struct_size: int
    flags: int
    gates_json: Any
    gates_size: int
    calibration_json: Any
    calibration_size: int
    candidate_accounts: Any
    published_accounts: Any
    key_column: Any
    key_size: int
    _fields_ = [
        ("struct_size", c.c_uint32),
        ("flags", c.c_uint32),
        ("gates_json", c.c_char_p),
        ("gates_size", c.c_size_t),
        ("calibration_json", c.c_char_p),
        ("calibration_size", c.c_size_t),
        ("candidate_accounts", c.c_void_p),
        ("published_accounts", c.c_void_p),
        ("key_column", c.c_char_p),
        ("key_size", c.c_size_t),
    ]


class DiffOptions(c.Structure):
    struct_size: int
    flags: int
    layer: int
    top: int
    key_column: Any
    key_size: int
    via: Any
    events_before: Any
    events_now: Any
    events_now_to: Any
    events_now_via: Any
    _fields_ = [
        ("struct_size", c.c_uint32),
        ("flags", c.c_uint32),
        ("layer", c.c_int32),
        ("top", c.c_uint32),
        ("key_column", c.c_char_p),
        ("key_size", c.c_size_t),
        ("via", c.c_void_p),
        ("events_before", c.c_void_p),
        ("events_now", c.c_void_p),
        ("events_now_to", c.c_void_p),
        ("events_now_via", c.c_void_p),
    ]


class SegmentsOptions(c.Structure):
    struct_size: int
    flags: int
    layer: int
    most: int
    by: Any
    by_size: int
    key_column: Any
    key_size: int
    accounts: Any
    _fields_ = [
        ("struct_size", c.c_uint32),
        ("flags", c.c_uint32),
        ("layer", c.c_int32),
        ("most", c.c_uint32),
        ("by", c.c_char_p),
        ("by_size", c.c_size_t),
        ("key_column", c.c_char_p),
        ("key_size", c.c_size_t),
        ("accounts", c.c_void_p),
    ]


class DriftOptions(c.Structure):
    struct_size: int
    flags: int
    false_alarm_micro: int
    reserved: int
    key_column: Any
    key_size: int
    accounts: Any
    accounts_before: Any
    _fields_ = [
        ("struct_size", c.c_uint32),
        ("flags", c.c_uint32),
        ("false_alarm_micro", c.c_uint32),
        ("reserved", c.c_uint32),
        ("key_column", c.c_char_p),
        ("key_size", c.c_size_t),
        ("accounts", c.c_void_p),
        ("accounts_before", c.c_void_p),
    ]


class CalibrateOptions(c.Structure):
    struct_size: int
    flags: int
    layer: int
    horizon_days: int
    as_of: int
    scored: int
    base_micro: int
    alarm_micro: int
    scored_column: Any
    scored_size: int
    key_column: Any
    key_size: int
    accounts: Any
    columns: Any
    decisions: Any
    _fields_ = [
        ("struct_size", c.c_uint32),
        ("flags", c.c_uint32),
        ("layer", c.c_int32),
        ("horizon_days", c.c_uint32),
        ("as_of", c.c_int64),
        ("scored", c.c_int64),
        ("base_micro", c.c_int64),
        ("alarm_micro", c.c_int64),
        ("scored_column", c.c_char_p),
        ("scored_size", c.c_size_t),
        ("key_column", c.c_char_p),
        ("key_size", c.c_size_t),
        ("accounts", c.c_void_p),
        ("columns", c.c_void_p),
        ("decisions", c.c_void_p),
    ]


class LedgerHead(c.Structure):
    struct_size: int
    reserved: int
    entries: int
    sha256: Any
    _fields_ = [
        ("struct_size", c.c_uint32),
        ("reserved", c.c_uint32),
        ("entries", c.c_uint64),
        ("sha256", c.c_uint8 * 32),
    ]


class LedgerFilter(c.Structure):
    struct_size: int
    flags: int
    kind: Str
    key: Str
    from_: int
    to: int
    after: int
    limit: int
    _fields_ = [
        ("struct_size", c.c_uint32),
        ("flags", c.c_uint32),
        ("kind", Str),
        ("key", Str),
        ("from_", c.c_int64),
        ("to", c.c_int64),
        ("after", c.c_uint64),
        ("limit", c.c_uint64),
    ]


class ModelInfo(c.Structure):
    struct_size: int
    flags: int
    id: Any
    reference_id: Any
    format: int
    extraction: int
    layers: int
    traits: int
    customers: int
    companies: int
    listed: int
    slope_micro: int
    cllr_micro: int
    auc_micro: int
    parent_id: Any
    _fields_ = [
        ("struct_size", c.c_uint32),
        ("flags", c.c_uint32),
        ("id", c.c_uint8 * 32),
        ("reference_id", c.c_uint8 * 32),
        ("format", c.c_uint32),
        ("extraction", c.c_uint32),
        ("layers", c.c_uint32),
        ("traits", c.c_uint32),
        ("customers", c.c_uint64),
        ("companies", c.c_uint64),
        ("listed", c.c_uint64),
        ("slope_micro", c.c_int64),
        ("cllr_micro", c.c_int64),
        ("auc_micro", c.c_int64),
        ("parent_id", c.c_uint8 * 32),
    ]


class LayerInfo(c.Structure):
    struct_size: int
    layer: int
    flags: int
    horizon_days: int
    traits: int
    first_trait: int
    signals: int
    reserved: int
    examples: int
    others: int
    slope_micro: int
    cllr_micro: int
    auc_micro: int
    key: Str
    _fields_ = [
        ("struct_size", c.c_uint32),
        ("layer", c.c_int32),
        ("flags", c.c_uint32),
        ("horizon_days", c.c_uint32),
        ("traits", c.c_uint32),
        ("first_trait", c.c_uint32),
        ("signals", c.c_uint32),
        ("reserved", c.c_uint32),
        ("examples", c.c_uint64),
        ("others", c.c_uint64),
        ("slope_micro", c.c_int64),
        ("cllr_micro", c.c_int64),
        ("auc_micro", c.c_int64),
        ("key", Str),
    ]


class Signal(c.Structure):
    struct_size: int
    measured: int
    type: Str
    events: int
    newest: int
    half_life_days: int
    low_days: int
    high_days: int
    stale_days: int
    _fields_ = [
        ("struct_size", c.c_uint32),
        ("measured", c.c_int32),
        ("type", Str),
        ("events", c.c_uint64),
        ("newest", c.c_int64),
        ("half_life_days", c.c_uint32),
        ("low_days", c.c_uint32),
        ("high_days", c.c_uint32),
        ("stale_days", c.c_uint32),
    ]


class Trait(c.Structure):
    struct_size: int
    layer: int
    family: int
    kind: int
    id: Str
    column: Str
    label: Str
    weight: int
    points: int
    learned_points: int
    learned_weight: int
    customers: int
    customers_of: int
    reference: int
    reference_of: int
    variance: int
    _fields_ = [
        ("struct_size", c.c_uint32),
        ("layer", c.c_int32),
        ("family", c.c_int32),
        ("kind", c.c_int32),
        ("id", Str),
        ("column", Str),
        ("label", Str),
        ("weight", c.c_int32),
        ("points", c.c_int32),
        ("learned_points", c.c_int32),
        ("learned_weight", c.c_int32),
        ("customers", c.c_uint64),
        ("customers_of", c.c_uint64),
        ("reference", c.c_uint64),
        ("reference_of", c.c_uint64),
        ("variance", c.c_uint64),
    ]


class SqlOptions(c.Structure):
    struct_size: int
    flags: int
    dialect: int
    reserved: int
    table: Any
    table_size: int
    key_column: Any
    key_size: int
    _fields_ = [
        ("struct_size", c.c_uint32),
        ("flags", c.c_uint32),
        ("dialect", c.c_int32),
        ("reserved", c.c_uint32),
        ("table", c.c_char_p),
        ("table_size", c.c_size_t),
        ("key_column", c.c_char_p),
        ("key_size", c.c_size_t),
    ]


class ReferenceOptions(c.Structure):
    struct_size: int
    flags: int
    k: int
    key_form: int
    seed: int
    key_column: Any
    key_size: int
    exclude: Any
    exclude_size: int
    release: Any
    release_size: int
    _fields_ = [
        ("struct_size", c.c_uint32),
        ("flags", c.c_uint32),
        ("k", c.c_uint32),
        ("key_form", c.c_int32),
        ("seed", c.c_uint64),
        ("key_column", c.c_char_p),
        ("key_size", c.c_size_t),
        ("exclude", c.c_char_p),
        ("exclude_size", c.c_size_t),
        ("release", c.c_char_p),
        ("release_size", c.c_size_t),
    ]


class ReferenceInfo(c.Structure):
    struct_size: int
    k: int
    rows_read: int
    rows_without_key: int
    companies: int
    distinct_estimate: int
    rows_differed: int
    cells_cut: int
    seed: int
    key_form: int
    format: int
    columns: int
    reserved: int
    id: Any
    key_column: Str
    _fields_ = [
        ("struct_size", c.c_uint32),
        ("k", c.c_uint32),
        ("rows_read", c.c_uint64),
        ("rows_without_key", c.c_uint64),
        ("companies", c.c_uint64),
        ("distinct_estimate", c.c_uint64),
        ("rows_differed", c.c_uint64),
        ("cells_cut", c.c_uint64),
        ("seed", c.c_uint64),
        ("key_form", c.c_uint32),
        ("format", c.c_uint32),
        ("columns", c.c_uint32),
        ("reserved", c.c_uint32),
        ("id", c.c_uint8 * 32),
        ("key_column", Str),
    ]


class ScorerOptions(c.Structure):
    struct_size: int
    flags: int
    layers: int
    reasons: int
    key_column: Any
    key_size: int
    accounts: Any
    as_of: int
    decisions: Any
    _fields_ = [
        ("struct_size", c.c_uint32),
        ("flags", c.c_uint32),
        ("layers", c.c_uint32),
        ("reasons", c.c_uint32),
        ("key_column", c.c_char_p),
        ("key_size", c.c_size_t),
        ("accounts", c.c_void_p),
        ("as_of", c.c_int64),
        ("decisions", c.c_void_p),
    ]


class Score(c.Structure):
    struct_size: int
    layer: int
    score: int
    tier: int
    low: int
    high: int
    millipoints: int
    variance: int
    confidence: int
    holds: int
    flags: int
    effective: int
    whole: int
    stale: int
    trend: int
    effective_tier: int
    reserved2: int
    override_number: int
    _fields_ = [
        ("struct_size", c.c_uint32),
        ("layer", c.c_int32),
        ("score", c.c_int32),
        ("tier", c.c_int32),
        ("low", c.c_int32),
        ("high", c.c_int32),
        ("millipoints", c.c_int64),
        ("variance", c.c_int64),
        ("confidence", c.c_int32),
        ("holds", c.c_int32),
        ("flags", c.c_uint64),
        ("effective", c.c_int64),
        ("whole", c.c_int64),
        ("stale", c.c_int32),
        ("trend", c.c_int32),
        ("effective_tier", c.c_int32),
        ("reserved2", c.c_int32),
        ("override_number", c.c_uint64),
    ]


class Array(c.Structure):
    struct_size: int
    type: int
    data: Any
    offsets: Any
    validity: Any
    rows: int
    width: int
    _fields_ = [
        ("struct_size", c.c_uint32),
        ("type", c.c_int32),
        ("data", c.c_void_p),
        ("offsets", c.c_void_p),
        ("validity", c.c_void_p),
        ("rows", c.c_uint64),
        ("width", c.c_uint64),
    ]


class Spread(c.Structure):
    struct_size: int
    reserved: int
    companies: int
    tier: Any
    customer_bits_micro: int
    effective_share_micro: int
    _fields_ = [
        ("struct_size", c.c_uint32),
        ("reserved", c.c_uint32),
        ("companies", c.c_uint64),
        ("tier", c.c_uint64 * 6),
        ("customer_bits_micro", c.c_int64),
        ("effective_share_micro", c.c_int64),
    ]


# By the name in C.
STRUCTS = {
    "icp_str": Str,
    "icp_error": Error,
    "icp_allocator": Allocator,
    "icp_context_options": ContextOptions,
    "icp_progress": Progress,
    "icp_source": Source,
    "icp_sink": Sink,
    "ArrowSchema": ArrowSchema,
    "ArrowArray": ArrowArray,
    "ArrowArrayStream": ArrowArrayStream,
    "icp_reader_options": ReaderOptions,
    "icp_column": Column,
    "icp_table": Table,
    "icp_dataset_options": DatasetOptions,
    "icp_accounts_options": AccountsOptions,
    "icp_fit_options": FitOptions,
    "icp_event_columns": EventColumns,
    "icp_event": Event,
    "icp_gates_options": GatesOptions,
    "icp_diff_options": DiffOptions,
    "icp_segments_options": SegmentsOptions,
    "icp_drift_options": DriftOptions,
    "icp_calibrate_options": CalibrateOptions,
    "icp_ledger_head": LedgerHead,
    "icp_ledger_filter": LedgerFilter,
    "icp_model_info": ModelInfo,
    "icp_layer_info": LayerInfo,
    "icp_signal": Signal,
    "icp_trait": Trait,
    "icp_sql_options": SqlOptions,
    "icp_reference_options": ReferenceOptions,
    "icp_reference_info": ReferenceInfo,
    "icp_scorer_options": ScorerOptions,
    "icp_score": Score,
    "icp_array": Array,
    "icp_spread": Spread,
}

# Result and arguments: v nothing, i int32, I uint32, q int64, Q uint64, z size_t, d double, s char *, p any other pointer,
# S struct icp_str.
SIGNATURES = {
    "icp_account_add": "ippp",
    "icp_account_free": "vp",
    "icp_account_load": "ippzpp",
    "icp_account_new": "ippp",
    "icp_account_save": "ippzpp",
    "icp_accounts_account": "ipszpp",
    "icp_accounts_add": "ippppp",
    "icp_accounts_add_event": "ipszpp",
    "icp_accounts_again": "ip",
    "icp_accounts_audit": "ipipp",
    "icp_accounts_new": "ipqppp",
    "icp_accounts_ref": "pp",
    "icp_accounts_report": "ippp",
    "icp_accounts_unref": "vp",
    "icp_batch_cell": "SpQI",
    "icp_batch_columns": "Ip",
    "icp_batch_from_arrow": "ippppp",
    "icp_batch_from_text": "ipIQspppp",
    "icp_batch_name": "SpI",
    "icp_batch_ref": "pp",
    "icp_batch_rows": "Qp",
    "icp_batch_unref": "vp",
    "icp_buffer_data": "ipp",
    "icp_buffer_ref": "pp",
    "icp_buffer_unref": "vp",
    "icp_calibrate": "ipppIpppp",
    "icp_context_new": "ippp",
    "icp_context_ref": "pp",
    "icp_context_unref": "vp",
    "icp_dataset_companies": "ippp",
    "icp_dataset_events": "ippp",
    "icp_dataset_is_path": "ips",
    "icp_dataset_key": "ippp",
    "icp_dataset_manifest": "ippp",
    "icp_dataset_open": "ippIpppp",
    "icp_dataset_open_path": "ipspppp",
    "icp_dataset_ref": "pp",
    "icp_dataset_report": "ippp",
    "icp_dataset_unref": "vp",
    "icp_decisions_from_json": "ipszqpp",
    "icp_decisions_ref": "pp",
    "icp_decisions_to_json": "ippp",
    "icp_decisions_unref": "vp",
    "icp_diff": "ippppppppp",
    "icp_distribution_add": "ippip",
    "icp_distribution_add_score": "ipip",
    "icp_distribution_counts": "ipppp",
    "icp_distribution_free": "vp",
    "icp_distribution_merge": "ippp",
    "icp_distribution_new": "ippp",
    "icp_distribution_of_model": "ipiipp",
    "icp_drift": "ippppppp",
    "icp_fit_add_customers": "ipppp",
    "icp_fit_add_event": "ipszpp",
    "icp_fit_add_events": "ippppp",
    "icp_fit_add_excluded": "ipppp",
    "icp_fit_add_outcome": "ipszpp",
    "icp_fit_add_outcomes": "ippppp",
    "icp_fit_add_universe": "ipppp",
    "icp_fit_audit": "ipppp",
    "icp_fit_events": "ippp",
    "icp_fit_free": "vp",
    "icp_fit_matches": "ippp",
    "icp_fit_new": "ipppppp",
    "icp_fit_run": "ipppp",
    "icp_fit_set_card": "ipszp",
    "icp_gates_check": "ippppppp",
    "icp_model_card": "ippp",
    "icp_model_describe": "ippp",
    "icp_model_edit": "ippszpp",
    "icp_model_find_trait": "ipisz",
    "icp_model_layer": "ipipp",
    "icp_model_load": "ipppp",
    "icp_model_load_memory": "ippzpppp",
    "icp_model_ref": "pp",
    "icp_model_save": "ippp",
    "icp_model_schema": "ippp",
    "icp_model_signal": "ipiIpp",
    "icp_model_standing": "ippqpp",
    "icp_model_summary": "ippp",
    "icp_model_to_sql": "ipppp",
    "icp_model_trait": "ipIpp",
    "icp_model_unref": "vp",
    "icp_model_with_card": "ipszpp",
    "icp_pool_free": "vp",
    "icp_pool_new": "ipIpp",
    "icp_quadrant_of": "iii",
    "icp_reader_free": "vp",
    "icp_reader_next": "ippp",
    "icp_reader_open": "ippppp",
    "icp_reader_open_arrow": "ippppp",
    "icp_reader_stats": "ippp",
    "icp_record_add_item": "ipisz",
    "icp_record_clear": "vp",
    "icp_record_column": "ipsz",
    "icp_record_free": "vp",
    "icp_record_new": "ippp",
    "icp_record_set_all": "ipspp",
    "icp_record_set_number": "ipid",
    "icp_record_set_text": "ipisz",
    "icp_record_set_time": "ipiq",
    "icp_reference_builder_add": "ipppp",
    "icp_reference_builder_add_batch": "ippp",
    "icp_reference_builder_finish": "ippp",
    "icp_reference_builder_free": "vp",
    "icp_reference_builder_merge": "ippp",
    "icp_reference_builder_new": "ipppp",
    "icp_reference_describe": "ippp",
    "icp_reference_load": "ipppp",
    "icp_reference_ref": "pp",
    "icp_reference_save": "ippp",
    "icp_reference_schema": "ippp",
    "icp_reference_unref": "vp",
    "icp_result_column": "ipiipp",
    "icp_result_export": "ipppp",
    "icp_result_free": "vp",
    "icp_result_new": "ippp",
    "icp_result_rows": "Qp",
    "icp_schema_column": "ipIpp",
    "icp_schema_columns": "Ip",
    "icp_schema_from_json": "ipszpp",
    "icp_schema_infer": "ippppp",
    "icp_schema_ref": "pp",
    "icp_schema_select": "ipszipp",
    "icp_schema_to_json": "ippp",
    "icp_schema_unref": "vp",
    "icp_scorer_causes": "ipipp",
    "icp_scorer_contributions": "ipippzpp",
    "icp_scorer_free": "vp",
    "icp_scorer_new": "ipppp",
    "icp_scorer_score": "ipppp",
    "icp_scorer_score_record": "ipppipp",
    "icp_segments": "ipppppp",
    "icp_sink_open_file": "ipspp",
    "icp_sink_to_memory": "ipppp",
    "icp_source_from_memory": "ippzpp",
    "icp_source_open_file": "ipspp",
    "icp_status_name": "si",
    "icp_tiers_default": "p",
    "icp_tiers_score": "ipq",
    "icp_tiers_tier": "ipq",
    "icp_version": "I",
}
LEDGER_SIGNATURES = {
    "icp_ledger_append": "ipqszpp",
    "icp_ledger_decisions": "ipqpp",
    "icp_ledger_describe": "ippp",
    "icp_ledger_entries": "ipppp",
    "icp_ledger_free": "vp",
    "icp_ledger_load_model": "ipppp",
    "icp_ledger_open": "ipsIpp",
    "icp_ledger_publish": "ippqszszIpp",
    "icp_ledger_published": "ipppp",
    "icp_ledger_store_model": "ippqszpp",
    "icp_ledger_verify": "ipppp",
}
TYPES: dict[str, Any] = {"v": None, "i": c.c_int32, "I": c.c_uint32, "q": c.c_int64, "Q": c.c_uint64, "z": c.c_size_t, "d": c.c_double,
                         "s": c.c_char_p, "p": c.c_void_p, "S": Str}
