// SPDX-License-Identifier: MIT

// Package icp is the smallest client through cgo: it fits and scores files.
package icp

/*
#cgo pkg-config: libicp
#include <icp/icp.h>
#include <stdlib.h>
*/
import "C"

import (
	"fmt"
	"unsafe"
)

// Error is a call that failed; Code is the icp_status.
type Error struct {
	Code         int
	Row, Column  int64
	Text, Source string
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %s (code %d)", e.Source, e.Text, e.Code) }

func newError() *C.struct_icp_error {
	e := (*C.struct_icp_error)(C.calloc(1, C.sizeof_struct_icp_error))
	e.struct_size = C.sizeof_struct_icp_error
	return e
}

func check(s C.icp_status, e *C.struct_icp_error) error {
	if s == C.ICP_OK {
		return nil
	}
	return &Error{int(s), int64(e.row), int64(e.column), C.GoString(&e.message[0]), C.GoString(&e.source[0])}
}

// Score is one company's result, all integers as the library gives them.
type Score struct {
	Key                                                              string
	Score, Tier, Low, High, Millipoints, Variance, Confidence, Flags int64
}

func open(c *C.icp_context, path string) (*C.icp_reader, error) {
	e := newError()
	defer C.free(unsafe.Pointer(e))
	p := C.CString(path)
	defer C.free(unsafe.Pointer(p))
	// In C memory: the library keeps the source, and Go pointers may not be stored there.
	source := (*C.struct_icp_source)(C.calloc(1, C.sizeof_struct_icp_source))
	defer C.free(unsafe.Pointer(source))
	source.struct_size = C.sizeof_struct_icp_source
	if err := check(C.icp_source_open_file(c, p, source, e), e); err != nil {
		return nil, err
	}
	var r *C.icp_reader
	err := check(C.icp_reader_open(c, source, nil, &r, e), e)
	return r, err
}

func reference(c *C.icp_context, path string) (*C.icp_reference, error) {
	e := newError()
	defer C.free(unsafe.Pointer(e))
	reader, err := open(c, path)
	if err != nil {
		return nil, err
	}
	defer C.icp_reader_free(reader)
	var builder *C.icp_reference_builder
	if err := check(C.icp_reference_builder_new(c, nil, &builder, e), e); err != nil {
		return nil, err
	}
	defer C.icp_reference_builder_free(builder)
	if err := check(C.icp_reference_builder_add(builder, reader, nil, e), e); err != nil {
		return nil, err
	}
	var r *C.icp_reference
	err = check(C.icp_reference_builder_finish(builder, &r, e), e)
	return r, err
}

func fit(c *C.icp_context, companies, customers string) (*C.icp_model, error) {
	e := newError()
	defer C.free(unsafe.Pointer(e))
	ref, err := reference(c, companies)
	if err != nil {
		return nil, err
	}
	defer C.icp_reference_unref(ref)
	reader, err := open(c, customers)
	if err != nil {
		return nil, err
	}
	defer C.icp_reader_free(reader)
	var f *C.icp_fit
	if err := check(C.icp_fit_new(c, ref, nil, nil, &f, e), e); err != nil {
		return nil, err
	}
	defer C.icp_fit_free(f)
	if err := check(C.icp_fit_add_customers(f, reader, nil, e), e); err != nil {
		return nil, err
	}
	var m *C.icp_model
	err = check(C.icp_fit_run(f, nil, &m, e), e)
	return m, err
}

func column(r *C.icp_result, id C.int32_t) (*C.struct_icp_array, error) {
	e := newError()
	defer C.free(unsafe.Pointer(e))
	a := &C.struct_icp_array{struct_size: C.sizeof_struct_icp_array}
	err := check(C.icp_result_column(r, C.ICP_LAYER_FIT, id, a, e), e)
	return a, err
}

func integer(a *C.struct_icp_array, i int) int64 {
	if a._type == C.ICP_TYPE_INT32 {
		return int64(unsafe.Slice((*int32)(a.data), int(a.rows))[i])
	}
	return unsafe.Slice((*int64)(a.data), int(a.rows))[i]
}

func rows(r *C.icp_result) ([]Score, error) {
	key, err := column(r, C.ICP_COL_KEY)
	if err != nil {
		return nil, err
	}
	out := make([]Score, int(key.rows))
	offsets := unsafe.Slice((*int64)(unsafe.Pointer(key.offsets)), len(out)+1)
	for i := range out {
		out[i].Key = C.GoStringN((*C.char)(unsafe.Add(key.data, offsets[i])), C.int(offsets[i+1]-offsets[i]))
	}
	for id, at := range map[C.int32_t]func(*Score) *int64{
		C.ICP_COL_SCORE:       func(s *Score) *int64 { return &s.Score },
		C.ICP_COL_TIER:        func(s *Score) *int64 { return &s.Tier },
		C.ICP_COL_LOW:         func(s *Score) *int64 { return &s.Low },
		C.ICP_COL_HIGH:        func(s *Score) *int64 { return &s.High },
		C.ICP_COL_MILLIPOINTS: func(s *Score) *int64 { return &s.Millipoints },
		C.ICP_COL_VARIANCE:    func(s *Score) *int64 { return &s.Variance },
		C.ICP_COL_CONFIDENCE:  func(s *Score) *int64 { return &s.Confidence },
		C.ICP_COL_FLAGS:       func(s *Score) *int64 { return &s.Flags },
	} {
		a, err := column(r, id)
		if err != nil {
			return nil, err
		}
		for i := range out {
			*at(&out[i]) = integer(a, i)
		}
	}
	return out, nil
}

func score(c *C.icp_context, m *C.icp_model, path string) ([]Score, error) {
	e := newError()
	defer C.free(unsafe.Pointer(e))
	reader, err := open(c, path)
	if err != nil {
		return nil, err
	}
	defer C.icp_reader_free(reader)
	var scorer *C.icp_scorer
	var result *C.icp_result
	if err := check(C.icp_scorer_new(m, nil, &scorer, e), e); err != nil {
		return nil, err
	}
	defer C.icp_scorer_free(scorer)
	if err := check(C.icp_result_new(c, &result, e), e); err != nil {
		return nil, err
	}
	defer C.icp_result_free(result)
	var all []Score
	for {
		var batch *C.icp_batch
		if err := check(C.icp_reader_next(reader, &batch, e), e); err != nil || batch == nil {
			return all, err
		}
		err := check(C.icp_scorer_score(scorer, batch, result, e), e)
		C.icp_batch_unref(batch)
		if err != nil {
			return nil, err
		}
		some, err := rows(result)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
}

// FitAndScore fits the customers (keys) against the companies and scores every company, in order.
func FitAndScore(companies, customers string) ([]Score, error) {
	e := newError()
	defer C.free(unsafe.Pointer(e))
	var c *C.icp_context
	if err := check(C.icp_context_new(nil, &c, e), e); err != nil {
		return nil, err
	}
	defer C.icp_context_unref(c)
	m, err := fit(c, companies, customers)
	if err != nil {
		return nil, err
	}
	defer C.icp_model_unref(m)
	return score(c, m, companies)
}
