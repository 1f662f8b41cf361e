// SPDX-License-Identifier: MIT

package icp

// #include "bridge.h"
import "C"

import "unsafe"

// Arrow is a stream of record batches: stream points at a struct ArrowArrayStream of the Arrow C stream interface, such as arrow-go's cdata gives. It is moved by the call that
// reads it, on failure too: its release is NULL then. Text is not copied. Errors: ErrUnsupported for types without a meaning here, ErrIO when the stream fails, ErrFormat.
func Arrow(stream unsafe.Pointer) Input {
	return Input{open: func(c *Context, o *ReaderOptions) (*Reader, error) {
		options := C.struct_icp_reader_options{struct_size: C.sizeof_struct_icp_reader_options, rows_per_batch: C.uint32_t(o.RowsPerBatch)}
		var r *C.icp_reader
		err := try(func(e *C.struct_icp_error) C.icp_status {
			return C.icp_reader_open_arrow(c.c(), (*C.struct_ArrowArrayStream)(stream), &options, &r, e)
		})
		if err != nil {
			return nil, err
		}
		return newReader(c.env, r, nil, nil), nil
	}}
}

// BatchOfArrow is a record batch: a struct ArrowSchema, which stays the caller's, and a struct ArrowArray, which is moved, on failure too. Text is not copied.
// Errors: as Arrow, with row and column.
func (c *Context) BatchOfArrow(schema, array unsafe.Pointer) (*Batch, error) {
	if err := hold(c.hold()); err != nil {
		return nil, err
	}
	defer release(c.hold())
	var b *C.icp_batch
	err := try(func(e *C.struct_icp_error) C.icp_status {
		return C.icp_batch_from_arrow(c.c(), (*C.struct_ArrowSchema)(schema), (*C.struct_ArrowArray)(array), &b, e)
	})
	if err != nil {
		return nil, err
	}
	return newBatch(c.env, b), nil
}

// ExportArrow copies the columns of a result into a struct ArrowSchema and a struct ArrowArray, which the caller releases; names and order are those of `icp score` (doc/arrow.md).
// Errors: ErrState before the first batch.
func (r *Result) ExportArrow(schema, array unsafe.Pointer) error {
	if err := hold(r.hold()); err != nil {
		return err
	}
	defer release(r.hold())
	return try(func(e *C.struct_icp_error) C.icp_status {
		return C.icp_result_export(r.c(), (*C.struct_ArrowSchema)(schema), (*C.struct_ArrowArray)(array), e)
	})
}
