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
	"encoding/hex"
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

// LayerScore is what a timing layer says of one company.
type LayerScore struct {
	Score, Tier, Low, High, Millipoints, Variance, Confidence, Flags, Whole, Stale, Trend int64
}

// TimingScore is one company's result of both timing layers.
type TimingScore struct {
	Key               string
	Intent, Retention LayerScore
	Quadrant          int64
}

// History is what timing layers are learned from: files of events and outcomes, of which nothing at or after AsOf, in microseconds since
// 1970, is seen.
type History struct {
	Events, Outcomes []string
	AsOf             int64
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

// A function of the library that reads a file to its end.
func addFile(c *C.icp_context, path string, add func(*C.icp_reader, *C.struct_icp_error) C.icp_status) error {
	e := newError()
	defer C.free(unsafe.Pointer(e))
	reader, err := open(c, path)
	if err != nil {
		return err
	}
	defer C.icp_reader_free(reader)
	return check(add(reader, e), e)
}

func addHistory(c *C.icp_context, f *C.icp_fit, h *History) error {
	for _, path := range h.Events {
		if err := addFile(c, path, func(r *C.icp_reader, e *C.struct_icp_error) C.icp_status {
			return C.icp_fit_add_events(f, r, nil, nil, e)
		}); err != nil {
			return err
		}
	}
	for _, path := range h.Outcomes {
		if err := addFile(c, path, func(r *C.icp_reader, e *C.struct_icp_error) C.icp_status {
			return C.icp_fit_add_outcomes(f, r, nil, nil, e)
		}); err != nil {
			return err
		}
	}
	return nil
}

// Without a history the model has the fit layer alone.
func fit(c *C.icp_context, companies, customers string, h *History) (*C.icp_model, error) {
	e := newError()
	defer C.free(unsafe.Pointer(e))
	ref, err := reference(c, companies)
	if err != nil {
		return nil, err
	}
	defer C.icp_reference_unref(ref)
	o := C.struct_icp_fit_options{struct_size: C.sizeof_struct_icp_fit_options}
	if h != nil {
		o.flags, o.as_of = C.ICP_FIT_AS_OF, C.int64_t(h.AsOf)
	}
	var f *C.icp_fit
	if err := check(C.icp_fit_new(c, ref, nil, &o, &f, e), e); err != nil {
		return nil, err
	}
	defer C.icp_fit_free(f)
	if err := addFile(c, customers, func(r *C.icp_reader, e *C.struct_icp_error) C.icp_status {
		return C.icp_fit_add_customers(f, r, nil, e)
	}); err != nil {
		return nil, err
	}
	if h != nil {
		if err := addHistory(c, f, h); err != nil {
			return nil, err
		}
	}
	var m *C.icp_model
	err = check(C.icp_fit_run(f, nil, &m, e), e)
	return m, err
}

func column(r *C.icp_result, layer, id C.int32_t) (*C.struct_icp_array, error) {
	e := newError()
	defer C.free(unsafe.Pointer(e))
	a := &C.struct_icp_array{struct_size: C.sizeof_struct_icp_array}
	err := check(C.icp_result_column(r, layer, id, a, e), e)
	return a, err
}

func integer(a *C.struct_icp_array, i int) int64 {
	if a._type == C.ICP_TYPE_INT32 {
		return int64(unsafe.Slice((*int32)(a.data), int(a.rows))[i])
	}
	return unsafe.Slice((*int64)(a.data), int(a.rows))[i]
}

func keys(r *C.icp_result) ([]string, error) {
	key, err := column(r, C.ICP_LAYER_FIT, C.ICP_COL_KEY)
	if err != nil {
		return nil, err
	}
	out := make([]string, int(key.rows))
	offsets := unsafe.Slice((*int64)(unsafe.Pointer(key.offsets)), len(out)+1)
	for i := range out {
		out[i] = C.GoStringN((*C.char)(unsafe.Add(key.data, offsets[i])), C.int(offsets[i+1]-offsets[i]))
	}
	return out, nil
}

// Where a column's values go.
type target[T any] struct {
	id C.int32_t
	at func(*T) *int64
}

var fitColumns = []target[Score]{
	{C.ICP_COL_SCORE, func(s *Score) *int64 { return &s.Score }},
	{C.ICP_COL_TIER, func(s *Score) *int64 { return &s.Tier }},
	{C.ICP_COL_LOW, func(s *Score) *int64 { return &s.Low }},
	{C.ICP_COL_HIGH, func(s *Score) *int64 { return &s.High }},
	{C.ICP_COL_MILLIPOINTS, func(s *Score) *int64 { return &s.Millipoints }},
	{C.ICP_COL_VARIANCE, func(s *Score) *int64 { return &s.Variance }},
	{C.ICP_COL_CONFIDENCE, func(s *Score) *int64 { return &s.Confidence }},
	{C.ICP_COL_FLAGS, func(s *Score) *int64 { return &s.Flags }},
}

var timingColumns = []target[LayerScore]{
	{C.ICP_COL_SCORE, func(s *LayerScore) *int64 { return &s.Score }},
	{C.ICP_COL_TIER, func(s *LayerScore) *int64 { return &s.Tier }},
	{C.ICP_COL_LOW, func(s *LayerScore) *int64 { return &s.Low }},
	{C.ICP_COL_HIGH, func(s *LayerScore) *int64 { return &s.High }},
	{C.ICP_COL_MILLIPOINTS, func(s *LayerScore) *int64 { return &s.Millipoints }},
	{C.ICP_COL_VARIANCE, func(s *LayerScore) *int64 { return &s.Variance }},
	{C.ICP_COL_CONFIDENCE, func(s *LayerScore) *int64 { return &s.Confidence }},
	{C.ICP_COL_FLAGS, func(s *LayerScore) *int64 { return &s.Flags }},
	{C.ICP_COL_WHOLE, func(s *LayerScore) *int64 { return &s.Whole }},
	{C.ICP_COL_STALE, func(s *LayerScore) *int64 { return &s.Stale }},
	{C.ICP_COL_TREND, func(s *LayerScore) *int64 { return &s.Trend }},
}

func fill[T any](r *C.icp_result, layer C.int32_t, out []T, columns []target[T]) error {
	for _, t := range columns {
		a, err := column(r, layer, t.id)
		if err != nil {
			return err
		}
		for i := range out {
			*t.at(&out[i]) = integer(a, i)
		}
	}
	return nil
}

func rows(r *C.icp_result) ([]Score, error) {
	names, err := keys(r)
	if err != nil {
		return nil, err
	}
	out := make([]Score, len(names))
	for i := range out {
		out[i].Key = names[i]
	}
	return out, fill(r, C.ICP_LAYER_FIT, out, fitColumns)
}

func timingRows(r *C.icp_result) ([]TimingScore, error) {
	names, err := keys(r)
	if err != nil {
		return nil, err
	}
	intent, retention, out := make([]LayerScore, len(names)), make([]LayerScore, len(names)), make([]TimingScore, len(names))
	if err := fill(r, C.ICP_LAYER_INTENT, intent, timingColumns); err != nil {
		return nil, err
	}
	if err := fill(r, C.ICP_LAYER_RETENTION, retention, timingColumns); err != nil {
		return nil, err
	}
	for i := range out {
		out[i] = TimingScore{Key: names[i], Intent: intent[i], Retention: retention[i]}
	}
	quadrant := []target[TimingScore]{{C.ICP_COL_QUADRANT, func(s *TimingScore) *int64 { return &s.Quadrant }}}
	return out, fill(r, C.ICP_LAYER_INTENT, out, quadrant)
}

func score[T any](c *C.icp_context, m *C.icp_model, a *C.icp_accounts, path string, rows func(*C.icp_result) ([]T, error)) ([]T, error) {
	e := newError()
	defer C.free(unsafe.Pointer(e))
	reader, err := open(c, path)
	if err != nil {
		return nil, err
	}
	defer C.icp_reader_free(reader)
	o := C.struct_icp_scorer_options{struct_size: C.sizeof_struct_icp_scorer_options, accounts: a}
	var scorer *C.icp_scorer
	var result *C.icp_result
	if err := check(C.icp_scorer_new(m, &o, &scorer, e), e); err != nil {
		return nil, err
	}
	defer C.icp_scorer_free(scorer)
	if err := check(C.icp_result_new(c, &result, e), e); err != nil {
		return nil, err
	}
	defer C.icp_result_free(result)
	var all []T
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

// Timing is a model with timing layers, and the accounts of its history as of its moment.
type Timing struct {
	context  *C.icp_context
	model    *C.icp_model
	accounts *C.icp_accounts
	asOf     int64
}

// FitTiming fits all layers. Close() releases what it gives.
func FitTiming(companies, customers string, h History) (*Timing, error) {
	e := newError()
	defer C.free(unsafe.Pointer(e))
	t := &Timing{asOf: h.AsOf}
	if err := check(C.icp_context_new(nil, &t.context, e), e); err != nil {
		return nil, err
	}
	var err error
	if t.model, err = fit(t.context, companies, customers, &h); err == nil {
		err = t.read(h.Events)
	}
	if err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

// The events are read once more where an invalidating one came late.
func (t *Timing) read(events []string) error {
	e := newError()
	defer C.free(unsafe.Pointer(e))
	if err := check(C.icp_accounts_new(t.model, C.int64_t(t.asOf), nil, &t.accounts, e), e); err != nil {
		return err
	}
	for again := true; again; again = C.icp_accounts_again(t.accounts) != 0 {
		for _, path := range events {
			if err := addFile(t.context, path, func(r *C.icp_reader, e *C.struct_icp_error) C.icp_status {
				return C.icp_accounts_add(t.accounts, r, nil, nil, e)
			}); err != nil {
				return err
			}
		}
	}
	return nil
}

// Close releases everything.
func (t *Timing) Close() {
	C.icp_accounts_unref(t.accounts)
	C.icp_model_unref(t.model)
	C.icp_context_unref(t.context)
	*t = Timing{}
}

// ID is that of the model.
func (t *Timing) ID() (string, error) {
	e := newError()
	defer C.free(unsafe.Pointer(e))
	info := C.struct_icp_model_info{struct_size: C.sizeof_struct_icp_model_info}
	err := check(C.icp_model_describe(t.model, &info, e), e)
	return hex.EncodeToString(C.GoBytes(unsafe.Pointer(&info.id[0]), C.int(len(info.id)))), err
}

// Score scores every company of a file, in order.
func (t *Timing) Score(companies string) ([]TimingScore, error) {
	return score(t.context, t.model, t.accounts, companies, timingRows)
}

// ScoreFit scores every company of a file in the fit layer.
func (t *Timing) ScoreFit(companies string) ([]Score, error) {
	return score(t.context, t.model, nil, companies, rows)
}

func (t *Timing) record(row map[string]string) (*C.icp_record, error) {
	e := newError()
	defer C.free(unsafe.Pointer(e))
	var schema *C.icp_schema
	var record *C.icp_record
	if err := check(C.icp_model_schema(t.model, &schema, e), e); err != nil {
		return nil, err
	}
	defer C.icp_schema_unref(schema)
	if err := check(C.icp_record_new(schema, &record, e), e); err != nil {
		return nil, err
	}
	for name, value := range row {
		header, text := C.CString(name), C.CString(value)
		column, status := C.icp_record_column(record, header, C.size_t(len(name))), C.icp_status(C.ICP_OK)
		if column >= 0 {
			status = C.icp_record_set_text(record, column, text, C.size_t(len(value)))
		}
		C.free(unsafe.Pointer(header))
		C.free(unsafe.Pointer(text))
		if status != C.ICP_OK {
			C.icp_record_free(record)
			return nil, &Error{Code: int(status), Row: -1, Column: -1, Text: "cannot be set", Source: name}
		}
	}
	return record, nil
}

// The events of a key as an account of its own; nil when there are none.
func (t *Timing) account(key string) (*C.icp_account, error) {
	e := newError()
	defer C.free(unsafe.Pointer(e))
	k := C.CString(key)
	defer C.free(unsafe.Pointer(k))
	var a *C.icp_account
	status := C.icp_accounts_account(t.accounts, k, C.size_t(len(key)), &a, e)
	if status == C.ICP_E_NO_MATCH {
		return nil, nil
	}
	return a, check(status, e)
}

func layerScore(s *C.struct_icp_score) LayerScore {
	return LayerScore{int64(s.score), int64(s.tier), int64(s.low), int64(s.high), int64(s.millipoints), int64(s.variance),
		int64(s.confidence), int64(s.flags), int64(s.whole), int64(s.stale), int64(s.trend)}
}

// ScoreAccount scores one company by its columns and the account of its key, without a batch.
func (t *Timing) ScoreAccount(key string, row map[string]string) (TimingScore, error) {
	e := newError()
	defer C.free(unsafe.Pointer(e))
	o := C.struct_icp_scorer_options{struct_size: C.sizeof_struct_icp_scorer_options, flags: C.ICP_SCORER_AS_OF, as_of: C.int64_t(t.asOf)}
	var scorer *C.icp_scorer
	if err := check(C.icp_scorer_new(t.model, &o, &scorer, e), e); err != nil {
		return TimingScore{}, err
	}
	defer C.icp_scorer_free(scorer)
	record, err := t.record(row)
	if err != nil {
		return TimingScore{}, err
	}
	defer C.icp_record_free(record)
	account, err := t.account(key)
	if err != nil {
		return TimingScore{}, err
	}
	defer C.icp_account_free(account)
	var s [3]C.struct_icp_score
	for i, layer := range []C.int32_t{C.ICP_LAYER_FIT, C.ICP_LAYER_INTENT, C.ICP_LAYER_RETENTION} {
		s[i].struct_size = C.sizeof_struct_icp_score
		if err := check(C.icp_scorer_score_record(scorer, record, account, layer, &s[i], e), e); err != nil {
			return TimingScore{}, err
		}
	}
	return TimingScore{key, layerScore(&s[1]), layerScore(&s[2]), int64(C.icp_quadrant_of(s[0].tier, s[1].tier))}, nil
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
	m, err := fit(c, companies, customers, nil)
	if err != nil {
		return nil, err
	}
	defer C.icp_model_unref(m)
	return score(c, m, nil, companies, rows)
}
