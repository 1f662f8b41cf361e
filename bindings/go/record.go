// SPDX-License-Identifier: MIT

package icp

// #include "bridge.h"
import "C"

import (
	"time"
	"unsafe"
)

// A Record is one company being filled in. One goroutine at a time; meant to be cleared and filled again.
type Record struct {
	h        *handle
	names    []string
	columns  map[string]C.int32_t // found before; -1 = no such column
	bytes    []byte               // scratch of SetAll
	offsets  []int64
	validity []byte
}

// NewRecord makes an empty record with the columns of the schema.
func (s *Schema) NewRecord() (*Record, error) {
	if s == nil {
		return nil, fail(ErrArgument, "the schema is nil")
	}
	columns, err := s.Columns()
	if err != nil {
		return nil, err
	}
	if err := hold(s.h); err != nil {
		return nil, err
	}
	defer release(s.h)
	var p *C.icp_record
	if err := try(func(e *C.struct_icp_error) C.icp_status { return C.icp_record_new(s.c(), &p, e) }); err != nil {
		return nil, err
	}
	free := func(p unsafe.Pointer) { C.icp_record_free((*C.icp_record)(p)) }
	r := &Record{h: single(unsafe.Pointer(p), "record", s.env, free), columns: make(map[string]C.int32_t, len(columns))}
	for _, c := range columns {
		r.names = append(r.names, c.Name)
	}
	r.offsets, r.validity = make([]int64, len(r.names)+1), make([]byte, len(r.names)/8+1)
	return r, nil
}

// Close releases the record. Closing again does nothing.
func (r *Record) Close() error {
	r.hold().Close()
	return nil
}

func (r *Record) hold() *handle {
	if r == nil {
		return nil
	}
	return r.h
}

func (r *Record) c() *C.icp_record { return (*C.icp_record)(r.hold().Pointer()) }

// Columns are the headers, in the order of SetAll.
func (r *Record) Columns() []string {
	if r == nil {
		return nil
	}
	return append([]string(nil), r.names...)
}

// column finds a column by its header, exact, else folded; of one goroutine that holds the record.
func (r *Record) column(name string) C.int32_t {
	i, found := r.columns[name]
	if !found {
		data, size := bytesOf(name)
		i = C.icp_record_column(r.c(), data, size)
		if len(r.columns) < 4*len(r.names)+64 { // names of strangers do not pile up
			r.columns[name] = i
		}
	}
	return i
}

// Set sets a column by its header. Values are those of Maps: nil and numbers that are not finite are no value, a text is read like a cell of a CSV file,
// a number and a time as they are, a []string item by item. What no column is named by, ErrArgument says with Field.
func (r *Record) Set(column string, value any) error {
	if r == nil {
		return fail(ErrArgument, "the record is nil")
	}
	if err := hold(r.h); err != nil {
		return err
	}
	defer release(r.h)
	i := r.column(column)
	if i < 0 {
		e := fail(ErrArgument, "the schema has no such column")
		e.Field = column
		return e
	}
	err := r.set(i, value)
	if err != nil {
		err.Field = column
		return err
	}
	return nil
}

func (r *Record) set(i C.int32_t, value any) *Error {
	switch v := value.(type) {
	case float64:
		return status(C.icp_record_set_number(r.c(), i, C.double(v)))
	case int:
		if exact := int64(v); exact < 1<<53 && exact > -1<<53 {
			return status(C.icp_record_set_number(r.c(), i, C.double(v)))
		}
	case time.Time:
		if v.IsZero() {
			return status(C.icp_record_set_time(r.c(), i, C.ICP_TIME_UNKNOWN))
		}
		return status(C.icp_record_set_time(r.c(), i, micros(v)))
	case []string:
		if err := status(C.icp_record_set_text(r.c(), i, nil, 0)); err != nil {
			return err
		}
		for _, item := range v {
			data, size := bytesOf(item)
			if err := status(C.icp_record_add_item(r.c(), i, data, size)); err != nil {
				return err
			}
		}
		return nil
	}
	c, err := cellOf(value)
	if err != nil {
		return err
	}
	if !c.valid {
		return status(C.icp_record_set_text(r.c(), i, nil, 0))
	}
	data, size := bytesOf(c.text)
	return status(C.icp_record_set_text(r.c(), i, data, size))
}

func status(s C.icp_status) *Error {
	if s == C.ICP_OK {
		return nil
	}
	return fail(Code(s), "the value cannot be set")
}

// SetAll sets every column in one crossing, in the order of Columns, read like cells of a CSV file. Columns behind the last cell have no value.
func (r *Record) SetAll(cells []string) error {
	if r == nil {
		return fail(ErrArgument, "the record is nil")
	}
	if len(cells) > len(r.names) {
		return fail(ErrArgument, "%d cells, but %d columns", len(cells), len(r.names))
	}
	if err := hold(r.h); err != nil {
		return err
	}
	defer release(r.h)
	r.bytes = r.bytes[:0]
	for i := range r.validity {
		r.validity[i] = 0
	}
	for i := range r.names {
		if i < len(cells) {
			r.bytes = append(r.bytes, cells[i]...)
			r.validity[i/8] |= 1 << (i % 8)
		}
		r.offsets[i+1] = int64(len(r.bytes))
	}
	data, _ := bytesOf(r.bytes)
	if err := status(C.icp_record_set_all(r.c(), data, (*C.int64_t)(unsafe.Pointer(&r.offsets[0])), (*C.uint8_t)(unsafe.Pointer(&r.validity[0])))); err != nil {
		return err
	}
	return nil
}

// Clear takes all values away; the memory is kept.
func (r *Record) Clear() error {
	if err := hold(r.hold()); err != nil {
		return err
	}
	defer release(r.hold())
	C.icp_record_clear(r.c())
	return nil
}
