// SPDX-License-Identifier: MIT

package icp

// #include "bridge.h"
import "C"

import "unsafe"

// A Batch is rows of text cells. It does not change; any number of goroutines may use one.
type Batch struct {
	h   *handle
	env *env
}

func newBatch(e *env, b *C.icp_batch) *Batch {
	free := func(p unsafe.Pointer) { C.icp_batch_unref((*C.icp_batch)(p)) }
	return &Batch{shared(unsafe.Pointer(b), "batch", e, free), e}
}

// BatchOfRows makes a batch of a table in memory, in one crossing; the table is as for Rows. Errors: ErrArgument, ErrFormat (no header, duplicate header), ErrLimit.
func (c *Context) BatchOfRows(rows [][]string) (*Batch, error) {
	t, err := textTable(rows)
	return c.batchOf(t, err)
}

// BatchOfMaps makes a batch of a table in memory, in one crossing; the table is as for Maps. Errors: as BatchOfRows.
func (c *Context) BatchOfMaps(rows []map[string]any) (*Batch, error) {
	t, err := mapTable(rows)
	return c.batchOf(t, err)
}

func (c *Context) batchOf(t *table, err error) (*Batch, error) {
	if err != nil {
		return nil, err
	}
	bytes, offsets, validity, err := t.packed()
	if err != nil {
		return nil, err
	}
	if err := hold(c.hold()); err != nil {
		return nil, err
	}
	defer release(c.hold())
	data, _ := bytesOf(bytes)
	var b *C.icp_batch
	err = try(func(e *C.struct_icp_error) C.icp_status {
		return C.icp_batch_from_text(c.c(), C.uint32_t(len(t.names)), C.uint64_t(t.rows)+1, data, (*C.int64_t)(unsafe.Pointer(&offsets[0])),
			(*C.uint8_t)(unsafe.Pointer(&validity[0])), &b, e)
	})
	if err != nil {
		return nil, err
	}
	return newBatch(c.env, b), nil
}

// Close releases the batch. Closing again does nothing.
func (b *Batch) Close() error {
	b.hold().Close()
	return nil
}

func (b *Batch) hold() *handle {
	if b == nil {
		return nil
	}
	return b.h
}

func (b *Batch) c() *C.icp_batch { return (*C.icp_batch)(b.hold().Pointer()) }

// Rows is the number of rows; 0 when closed.
func (b *Batch) Rows() int {
	if b == nil || hold(b.h) != nil {
		return 0
	}
	defer release(b.h)
	return int(C.icp_batch_rows(b.c()))
}

// Columns are the headers; nil when closed.
func (b *Batch) Columns() []string {
	if b == nil || hold(b.h) != nil {
		return nil
	}
	defer release(b.h)
	out := make([]string, int(C.icp_batch_columns(b.c())))
	for i := range out {
		out[i] = text(C.icp_batch_name(b.c(), C.uint32_t(i)))
	}
	return out
}

// Cell is one cell, rows and columns from 0; false when the row has none, or the batch is closed. A crossing each: to look at, not to work with.
func (b *Batch) Cell(row, column int) (string, bool) {
	if b == nil || row < 0 || column < 0 || hold(b.h) != nil {
		return "", false
	}
	defer release(b.h)
	s := C.icp_batch_cell(b.c(), C.uint64_t(row), C.uint32_t(column))
	return text(s), s.data != nil
}
