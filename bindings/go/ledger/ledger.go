// SPDX-License-Identifier: MIT

// Package ledger keeps who decided what about scores and models, when and why, in one SQLite file whose history is chained by SHA-256 (doc/ledger.md).
//
// It links libicp-ledger, which needs SQLite; package icp alone does not. The library reads no clock: the moment is the caller's. A failure is an *icp.Error.
package ledger

/*
#include <icp/icp.h>
#include <icp/ledger.h>
#include <stdlib.h>
*/
import "C"

import (
	"encoding/json"
	"time"
	"unsafe"

	"icp"
	"icp/internal/bridge"
)

// Mode says how a ledger is opened.
type Mode uint32

// The modes.
const (
	Append   Mode = 0                      // what is there, for appending
	ReadOnly Mode = C.ICP_LEDGER_READ_ONLY // the file is never written
	Create   Mode = C.ICP_LEDGER_CREATE    // made when there is none
)

// Head stands for the whole history. Keep it elsewhere: entries cut off at the end are found only against a head that was kept.
type Head struct {
	Entries uint64 // number of the last entry, 0 = empty
	SHA256  icp.ID // its hash, zeros when empty
}

// Filter says which entries are listed; all conditions hold. The zero value is all entries.
type Filter struct {
	Kind        string    // such as "override"; empty = any
	Key         string    // key of the company, byte for byte; empty = any
	From        time.Time // at or after this
	To          time.Time // before this; zero = no end
	After       uint64    // numbers above this; newest first: below this, 0 = from the end
	Limit       uint64    // at most so many; 0 = all
	NewestFirst bool
}

// A Ledger is one connection to a ledger; several processes may have one open. One goroutine at a time.
type Ledger struct {
	h    *bridge.Handle
	keep any
}

// Open opens a ledger at a path, which is always a file. Errors: icp.ErrIO, icp.ErrFormat when it is no ledger, icp.ErrVersion, icp.ErrChecksum when it is damaged, icp.ErrLedger
// when others hold it for too long.
func Open(c *icp.Context, path string, mode Mode) (*Ledger, error) {
	context, p, keep := bridge.Context(c)
	if err := context.Hold(); err != nil {
		return nil, err
	}
	defer context.Release()
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	var l *C.icp_ledger
	err := try(func(e *C.struct_icp_error) C.icp_status {
		return C.icp_ledger_open((*C.icp_context)(p), name, C.uint32_t(mode), &l, e)
	})
	if err != nil {
		return nil, err
	}
	free := func(p unsafe.Pointer) { C.icp_ledger_free((*C.icp_ledger)(p)) }
	return &Ledger{bridge.New(unsafe.Pointer(l), "ledger", true, keep, free), keep}, nil
}

// Close closes the ledger. Closing again does nothing.
func (l *Ledger) Close() error {
	l.hold().Close()
	return nil
}

func (l *Ledger) hold() *bridge.Handle {
	if l == nil {
		return nil
	}
	return l.h
}

func (l *Ledger) c() *C.icp_ledger { return (*C.icp_ledger)(l.hold().Pointer()) }

func try(f func(e *C.struct_icp_error) C.icp_status) error {
	e := &C.struct_icp_error{struct_size: C.sizeof_struct_icp_error}
	if s := f(e); s != C.ICP_OK {
		return bridge.Failed(int32(s), unsafe.Pointer(e))
	}
	return nil
}

// do makes a call that may move the head.
func (l *Ledger) do(m *icp.Model, f func(m *C.icp_model, head *C.struct_icp_ledger_head, e *C.struct_icp_error) C.icp_status) (Head, error) {
	if err := l.hold().Hold(); err != nil {
		return Head{}, err
	}
	defer l.hold().Release()
	model := bridge.Model(m)
	if err := model.Hold(); err != nil {
		return Head{}, err
	}
	defer model.Release()
	head := &C.struct_icp_ledger_head{struct_size: C.sizeof_struct_icp_ledger_head}
	if err := try(func(e *C.struct_icp_error) C.icp_status { return f((*C.icp_model)(model.Pointer()), head, e) }); err != nil {
		return Head{}, err
	}
	return headOf(head), nil
}

func headOf(h *C.struct_icp_ledger_head) Head {
	out := Head{Entries: uint64(h.entries)}
	for i := range out.SHA256 {
		out.SHA256[i] = byte(h.sha256[i])
	}
	return out
}

func micros(t time.Time) C.int64_t { return C.int64_t(t.UnixMicro()) }

// Bytes for the length of a call.
func bytesOf(b []byte) (*C.char, C.size_t) {
	if len(b) == 0 {
		return &nothing, 0
	}
	return (*C.char)(unsafe.Pointer(&b[0])), C.size_t(len(b))
}

var nothing C.char

// Append appends one entry, an object as in doc/ledger.md; it is durable when this returns. Errors: icp.ErrFormat with line and column, icp.ErrState on a read-only ledger, icp.ErrLedger
// when now is earlier than the entry before, when the entry says what the history does not allow, or when others hold the ledger for too long, icp.ErrChecksum, icp.ErrIO, icp.ErrLimit.
func (l *Ledger) Append(now time.Time, entry []byte) (Head, error) {
	data, size := bytesOf(entry)
	return l.do(nil, func(_ *C.icp_model, h *C.struct_icp_ledger_head, e *C.struct_icp_error) C.icp_status {
		return C.icp_ledger_append(l.c(), micros(now), data, size, h, e)
	})
}

// Head gives the head as it is stored, unchecked.
func (l *Ledger) Head() (Head, error) {
	return l.do(nil, func(_ *C.icp_model, h *C.struct_icp_ledger_head, e *C.struct_icp_error) C.icp_status {
		return C.icp_ledger_describe(l.c(), h, e)
	})
}

// Verify checks everything: each entry, stored models, the file itself, and, unless expected is nil, that the ledger holds that head. Errors: icp.ErrChecksum for all that is wrong,
// with Row the number of the entry at fault.
func (l *Ledger) Verify(expected *Head) (Head, error) {
	var want *C.struct_icp_ledger_head
	if expected != nil {
		want = &C.struct_icp_ledger_head{struct_size: C.sizeof_struct_icp_ledger_head, entries: C.uint64_t(expected.Entries)}
		for i, b := range expected.SHA256 {
			want.sha256[i] = C.uint8_t(b)
		}
	}
	return l.do(nil, func(_ *C.icp_model, h *C.struct_icp_ledger_head, e *C.struct_icp_error) C.icp_status {
		return C.icp_ledger_verify(l.c(), want, h, e)
	})
}

// Entries lists entries as JSON (doc/ledger.md).
func (l *Ledger) Entries(f Filter) (json.RawMessage, error) {
	if err := l.hold().Hold(); err != nil {
		return nil, err
	}
	defer l.hold().Release()
	o := &C.struct_icp_ledger_filter{struct_size: C.sizeof_struct_icp_ledger_filter, after: C.uint64_t(f.After), limit: C.uint64_t(f.Limit)}
	if f.NewestFirst {
		o.flags = C.ICP_LEDGER_NEWEST_FIRST
	}
	if !f.From.IsZero() {
		o.from = micros(f.From)
	}
	if !f.To.IsZero() {
		o.to = micros(f.To)
	}
	for _, s := range []struct {
		text string
		to   *C.struct_icp_str
	}{{f.Kind, &o.kind}, {f.Key, &o.key}} {
		if s.text != "" {
			p := C.CString(s.text)
			defer C.free(unsafe.Pointer(p))
			s.to.data, s.to.size = p, C.size_t(len(s.text))
		}
	}
	var b *C.icp_buffer
	if err := try(func(e *C.struct_icp_error) C.icp_status { return C.icp_ledger_entries(l.c(), o, &b, e) }); err != nil {
		return nil, err
	}
	return bridge.Bytes(unsafe.Pointer(b)), nil
}

// Decisions gives what holds at a moment, for a scorer; entries at or after it are not seen.
func (l *Ledger) Decisions(asOf time.Time) (*icp.Decisions, error) {
	if err := l.hold().Hold(); err != nil {
		return nil, err
	}
	defer l.hold().Release()
	var d *C.icp_decisions
	if err := try(func(e *C.struct_icp_error) C.icp_status { return C.icp_ledger_decisions(l.c(), micros(asOf), &d, e) }); err != nil {
		return nil, err
	}
	return bridge.Decisions(l.keep, unsafe.Pointer(d)).(*icp.Decisions), nil
}

// StoreModel stores a model's file and appends the entry of kind version that names it, both or neither. note is such an entry without what is set here. Errors: as Append.
func (l *Ledger) StoreModel(m *icp.Model, now time.Time, note []byte) (Head, error) {
	data, size := bytesOf(note)
	return l.do(m, func(m *C.icp_model, h *C.struct_icp_ledger_head, e *C.struct_icp_error) C.icp_status {
		return C.icp_ledger_store_model(l.c(), m, micros(now), data, size, h, e)
	})
}

// Publish stores a model unless it is stored, and appends the entry that publishes it, with the report of icp.Context.CheckGates. anyway publishes also when a gate was not passed: the note must then
// say by what authority, and why. Errors: as Append; icp.ErrGate, with the figures, when a gate was not passed or the report is of other models.
func (l *Ledger) Publish(m *icp.Model, now time.Time, note, report []byte, anyway bool) (Head, error) {
	data, size := bytesOf(note)
	gates, length := bytesOf(report)
	var flags C.uint32_t
	if anyway {
		flags = C.ICP_LEDGER_ANYWAY
	}
	return l.do(m, func(m *C.icp_model, h *C.struct_icp_ledger_head, e *C.struct_icp_error) C.icp_status {
		return C.icp_ledger_publish(l.c(), m, micros(now), data, size, gates, length, flags, h, e)
	})
}

// Published gives the model that is published now and the number of its entry; zeros when there is none.
func (l *Ledger) Published() (id icp.ID, entry uint64, err error) {
	if err := l.hold().Hold(); err != nil {
		return id, 0, err
	}
	defer l.hold().Release()
	var number C.uint64_t
	err = try(func(e *C.struct_icp_error) C.icp_status {
		return C.icp_ledger_published(l.c(), (*C.uint8_t)(unsafe.Pointer(&id[0])), &number, e)
	})
	return id, uint64(number), err
}

// LoadModel loads a stored model, the same bytes that were stored. Errors: icp.ErrLedger when there is no such model, icp.ErrChecksum, and those of icp.Context.LoadModel.
func (l *Ledger) LoadModel(id icp.ID) (*icp.Model, error) {
	if err := l.hold().Hold(); err != nil {
		return nil, err
	}
	defer l.hold().Release()
	var m *C.icp_model
	err := try(func(e *C.struct_icp_error) C.icp_status {
		return C.icp_ledger_load_model(l.c(), (*C.uint8_t)(unsafe.Pointer(&id[0])), &m, e)
	})
	if err != nil {
		return nil, err
	}
	return bridge.NewModel(l.keep, unsafe.Pointer(m)).(*icp.Model), nil
}
