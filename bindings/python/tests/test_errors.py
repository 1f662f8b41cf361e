# SPDX-License-Identifier: MIT
"""Each status code comes out as its own exception, with the place."""
import copy
import ctypes as c
import hashlib
import io
import pickle
import struct

import icp
import pytest
from icp import _abi, _call, errors


def flipped(data):
    return data[:-100] + bytes([data[-100] ^ 1]) + data[-99:]


def with_extraction_99(data):
    """A model file whose first number of META is 99, with all checksums right again."""
    try:
        hashes = c.CDLL("libxxhash.so.0")
    except OSError:
        pytest.skip("libxxhash.so.0 is not there")
    hashes.XXH3_64bits.restype, hashes.XXH3_64bits.argtypes = c.c_uint64, [c.c_char_p, c.c_size_t]

    def hashed(part):
        return hashes.XXH3_64bits(bytes(part), len(part))
    data, count = bytearray(data), struct.unpack_from("<I", data, 12)[0]
    table = 56
    digest = hashlib.sha256()
    for i in range(count):
        tag, flags, offset, stored, _plain, _hash = struct.unpack_from("<4sIQQQQ", data, table + 40 * i)
        if tag == b"META":
            struct.pack_into("<I", data, offset, 99)
            struct.pack_into("<Q", data, table + 40 * i + 32, hashed(data[offset:offset + stored]))
        if not flags & 4:
            digest.update(tag + struct.pack("<Q", stored) + data[offset:offset + stored])
    data[24:56] = digest.digest()
    struct.pack_into("<Q", data, len(data) - 8, hashed(data[:table + 40 * count]))
    return bytes(data)


def failing_context(after):
    """A context whose allocator gives NULL after so many calls."""
    libc, left = c.CDLL(None), [after]
    for name in ("malloc", "realloc"):
        getattr(libc, name).restype = c.c_void_p
    libc.malloc.argtypes, libc.realloc.argtypes, libc.free.argtypes = [c.c_size_t], [c.c_void_p, c.c_size_t], [c.c_void_p]

    def granted():
        left[0] -= 1
        return left[0] >= 0
    functions = (c.CFUNCTYPE(c.c_void_p, c.c_void_p, c.c_size_t)(lambda _user, n: libc.malloc(n) if granted() else None),
                 c.CFUNCTYPE(c.c_void_p, c.c_void_p, c.c_void_p, c.c_size_t)(lambda _user, p, n: libc.realloc(p, n) if granted() else None),
                 c.CFUNCTYPE(None, c.c_void_p, c.c_void_p)(lambda _user, p: libc.free(p)))
    alloc, realloc, free = (c.cast(f, c.c_void_p) for f in functions)
    allocator = _call.filled(_abi.Allocator, alloc=alloc, realloc=realloc, free=free)
    options = _call.filled(_abi.ContextOptions, allocator=c.addressof(allocator))
    context = icp.Context.__new__(icp.Context)
    _call.Handle.__init__(context, _call.make("icp_context_new", c.byref(options)), functions, allocator)
    return context


def ledger_that_refuses(tmp_path):
    with icp.Ledger(tmp_path / "a.ledger", create=True) as ledger:
        ledger.withdraw(7, text="no such entry", author="Jane")


def gate_that_is_closed(tmp_path, model):
    with icp.Ledger(tmp_path / "b.ledger", create=True) as ledger:
        ledger.publish(model, icp.gates_check(model, gates={"cllr": {"at_most_micro": 1}}), author="Jane")


CASES = {
    1: lambda t, m, r: icp.Distribution().add_score(199),
    2: lambda t, m, r: icp.Model.from_bytes(m.to_bytes(), context=failing_context(5)),
    3: lambda t, m, r: icp.Reference.build(t / "absent.csv"),
    4: lambda t, m, r: icp.fit([{"domain": "a"}], r, progress=lambda done, total: True),
    5: lambda t, m, r: icp.Reference.build([{"domain": "a", "name": "x" * 2000}], context=icp.Context(max_cell=1000)),
    6: lambda t, m, r: m.layer("intent"),
    7: lambda t, m, r: icp.Model.load(b"not a model at all, but long enough to be one" * 4),
    8: lambda t, m, r: icp.Model.from_bytes(flipped(m.to_bytes())),
    9: lambda t, m, r: icp.Model.from_bytes(m.to_bytes()[:8] + b"\x63" + m.to_bytes()[9:]),
    10: lambda t, m, r: icp.Model.from_bytes(with_extraction_99(m.to_bytes())),
    11: lambda t, m, r: m.score([{"nothing": "that", "the": "model knows"}]),
    12: lambda t, m, r: icp.Reference.build([{"domain": "a"}], key="website"),
    13: lambda t, m, r: icp.fit(["quicklink0.example", "bluehub1.example"], r),
    14: lambda t, m, r: icp.fit([{"domain": f"nobody{i}.example"} for i in range(40)], r),
    15: lambda t, m, r: icp.Reference.merge(r, icp.Reference.build([{"domain": "a"}], seed=9)),
    16: lambda t, m, r: icp.Scorer(m).contributions(),
    17: lambda t, m, r: ledger_that_refuses(t),
    18: lambda t, m, r: gate_that_is_closed(t, m),
}


def test_there_is_an_exception_for_each_code():
    codes = {value for name, value in vars(_abi).items() if name.startswith("ICP_E_")}
    assert set(CASES) == codes == set(errors.BY_CODE)
    assert {kind for kind in errors.BY_CODE.values()} == {getattr(icp, n) for n in icp.__all__ if n.endswith("Error") and n != "Error"}


@pytest.mark.parametrize("code", sorted(CASES))
def test_each_code_is_raised_as_its_exception(code, tmp_path, model, reference):
    with pytest.raises(icp.Error) as caught:
        CASES[code](tmp_path, model, reference)
    error = caught.value
    assert type(error) is errors.BY_CODE[code] and error.code == code
    assert error.name == next(n for n, v in vars(_abi).items() if n.startswith("ICP_E_") and v == code)
    assert error.message and error.message in str(error)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error) and str(again) == str(error) and vars(again) == vars(error)
    assert str(copy.copy(error)) == str(error)


def test_natural_bases():
    for kind, base in ((icp.IoError, OSError), (icp.OutOfMemoryError, MemoryError), (icp.ArgumentError, ValueError), (icp.FormatError, ValueError),
                       (icp.SchemaError, ValueError), (icp.NoMatchError, LookupError), (icp.StateError, RuntimeError)):
        assert issubclass(kind, base) and issubclass(kind, icp.Error)


def test_the_place_is_told(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"domain": "a"}\n{"domain": "b"}\n{"domain": "c",}\n')
    with pytest.raises(icp.FormatError) as caught:
        icp.Reference.build(path)
    error = caught.value
    assert error.source == str(path) and error.line == 3 and error.row == 3 and error.column and error.byte
    assert str(error).startswith(f"{path}, row 3, line 3, column {error.column}: ")
    context = icp.Context(max_cell=100)
    with pytest.raises(icp.LimitError) as caught:
        icp.Reference.build(io.BytesIO(b"domain,name\na," + b"x" * 200 + b"\n"), context=context)
    assert caught.value.row == 1 and caught.value.column == 2


def test_what_does_not_apply_is_none(model):
    with pytest.raises(icp.UnsupportedError) as caught:
        model.layer("intent")
    error = caught.value
    assert error.source is error.row is error.line is error.column is error.field is error.byte is None


def test_mistakes_of_python_are_told_before_the_library_is_asked(model, reference):
    for wrong in (lambda: model.score(5), lambda: model.score([5]), lambda: model.score([("a", "b")]), lambda: model.score_one("acme.com"),
                  lambda: model.score({"a": "text"})):
        with pytest.raises(TypeError):
            wrong()
    for wrong in (lambda: model.score({"a": [1], "b": [1, 2]}), lambda: model.layer("nothing"), lambda: icp.Reference.build("a\0b"),
                  lambda: icp.Reference.build([], key_form="nothing"), lambda: model.distribution(who="nobody"), lambda: icp.standing(model),
                  lambda: icp.Reference.merge(), lambda: model.score([], events=[])):
        with pytest.raises(ValueError):
            wrong()


def test_a_closed_object_says_so(golden):
    model = icp.Model.load(golden / "model-1.icp")
    model.close()
    model.close()
    with pytest.raises(icp.StateError, match="this Model is closed"):
        model.score([])
