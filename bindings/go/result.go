// SPDX-License-Identifier: MIT

package icp

// #include "bridge.h"
import "C"

import (
	"math"
	"unsafe"
)

// ResultColumn is a column of a result.
type ResultColumn int32

// The columns. Those marked * are there with decisions alone, those marked + in timing layers alone, those marked - with fit and intent alone.
const (
	ColKey            ResultColumn = C.ICP_COL_KEY             // text; the same for every layer
	ColScore          ResultColumn = C.ICP_COL_SCORE           // int32, 200 to 759
	ColTier           ResultColumn = C.ICP_COL_TIER            // int32, a Tier
	ColLow            ResultColumn = C.ICP_COL_LOW             // int32, score at the low end of the 90% interval
	ColHigh           ResultColumn = C.ICP_COL_HIGH            // int32, score at the high end
	ColMillipoints    ResultColumn = C.ICP_COL_MILLIPOINTS     // int64, evidence: 53,000 double the ratio
	ColVariance       ResultColumn = C.ICP_COL_VARIANCE        // int64, half width of the interval squared, milli-points squared
	ColConfidence     ResultColumn = C.ICP_COL_CONFIDENCE      // int32, a Confidence
	ColFlags          ResultColumn = C.ICP_COL_FLAGS           // int64, Flags
	ColQuadrant       ResultColumn = C.ICP_COL_QUADRANT        // - int32, a Quadrant
	ColAction         ResultColumn = C.ICP_COL_ACTION          // - text, of the card's playbook
	ColReasonTraits   ResultColumn = C.ICP_COL_REASON_TRAITS   // int32 x ScorerOptions.Reasons, trait indices, the largest points first; -1 = none
	ColReasonPoints   ResultColumn = C.ICP_COL_REASON_POINTS   // int32 x ScorerOptions.Reasons, their milli-points
	ColEffectiveTier  ResultColumn = C.ICP_COL_EFFECTIVE_TIER  // * int32, the Tier that counts
	ColOverride       ResultColumn = C.ICP_COL_OVERRIDE        // * text, who, until when and why; empty = none
	ColEffective      ResultColumn = C.ICP_COL_EFFECTIVE       // int64, effective number of customers, thousandths
	ColWhole          ResultColumn = C.ICP_COL_WHOLE           // + int64, milli-points as if nothing was invalidated
	ColEvent          ResultColumn = C.ICP_COL_EVENT           // + text, the invalidating event and its day; empty = none
	ColStale          ResultColumn = C.ICP_COL_STALE           // + int32, share of the decayed events that is stale, thousandths; -1 = there are none
	ColTrend          ResultColumn = C.ICP_COL_TREND           // + int32, as Score.Trend
	ColOverrideNumber ResultColumn = C.ICP_COL_OVERRIDE_NUMBER // * int64, the entry of the override; 0 = none
	ColHolds          ResultColumn = C.ICP_COL_HOLDS           // int32, chance that the tier holds, thousandths
)

// A Result is the scores of a batch, to be used again from batch to batch. One goroutine at a time. What its methods give is copied: it stays when the result is overwritten.
type Result struct{ h *handle }

// NewResult makes an empty result.
func (c *Context) NewResult() (*Result, error) {
	if err := hold(c.hold()); err != nil {
		return nil, err
	}
	defer release(c.hold())
	var r *C.icp_result
	if err := try(func(e *C.struct_icp_error) C.icp_status { return C.icp_result_new(c.c(), &r, e) }); err != nil {
		return nil, err
	}
	free := func(p unsafe.Pointer) { C.icp_result_free((*C.icp_result)(p)) }
	return &Result{single(unsafe.Pointer(r), "result", c.env, free)}, nil
}

// Close releases the result. Closing again does nothing.
func (r *Result) Close() error {
	r.hold().Close()
	return nil
}

func (r *Result) hold() *handle {
	if r == nil {
		return nil
	}
	return r.h
}

func (r *Result) c() *C.icp_result { return (*C.icp_result)(r.hold().Pointer()) }

// Rows is the number of rows of the last batch; 0 when closed.
func (r *Result) Rows() int {
	if r == nil || hold(r.h) != nil {
		return 0
	}
	defer release(r.h)
	return int(C.icp_result_rows(r.c()))
}

// column looks at a column, of a goroutine that holds the result.
func (r *Result) column(l Layer, id ResultColumn, kind C.int32_t) (*C.struct_icp_array, error) {
	a := &C.struct_icp_array{struct_size: C.sizeof_struct_icp_array}
	if err := try(func(e *C.struct_icp_error) C.icp_status {
		return C.icp_result_column(r.c(), C.int32_t(l), C.int32_t(id), a, e)
	}); err != nil {
		return nil, err
	}
	if a._type != kind {
		return nil, fail(ErrArgument, "the column's values are of another type")
	}
	if a.rows > math.MaxInt32 {
		return nil, fail(ErrLimit, "the result has %d rows", uint64(a.rows))
	}
	return a, nil
}

// Int32 gives a column of int32, row by row. Errors: ErrUnsupported when there is no such column, ErrState before the first batch, ErrArgument when the column is of another type.
func (r *Result) Int32(l Layer, id ResultColumn) ([]int32, error) { return r.AppendInt32(nil, l, id) }

// AppendInt32 does the same behind what dst holds, to use its memory again.
func (r *Result) AppendInt32(dst []int32, l Layer, id ResultColumn) ([]int32, error) {
	return appendColumn(r, dst, l, id, C.ICP_TYPE_INT32)
}

// Int64 gives a column of int64, row by row. Errors: as Int32.
func (r *Result) Int64(l Layer, id ResultColumn) ([]int64, error) { return r.AppendInt64(nil, l, id) }

// AppendInt64 does the same behind what dst holds, to use its memory again.
func (r *Result) AppendInt64(dst []int64, l Layer, id ResultColumn) ([]int64, error) {
	return appendColumn(r, dst, l, id, C.ICP_TYPE_INT64)
}

func appendColumn[T int32 | int64](r *Result, dst []T, l Layer, id ResultColumn, kind C.int32_t) ([]T, error) {
	if err := hold(r.hold()); err != nil {
		return dst, err
	}
	defer release(r.hold())
	a, err := r.column(l, id, kind)
	if err != nil || a.rows*a.width == 0 {
		return dst, err
	}
	return append(dst, unsafe.Slice((*T)(a.data), int(a.rows*a.width))...), nil
}

// Text gives a column of texts, row by row. Errors: as Int32.
func (r *Result) Text(l Layer, id ResultColumn) ([]string, error) { return r.AppendText(nil, l, id) }

// AppendText does the same behind what dst holds, to use its memory again. The texts share one block of bytes.
func (r *Result) AppendText(dst []string, l Layer, id ResultColumn) ([]string, error) {
	if err := hold(r.hold()); err != nil {
		return dst, err
	}
	defer release(r.hold())
	a, err := r.column(l, id, C.ICP_TYPE_BYTES)
	if err != nil || a.rows == 0 {
		return dst, err
	}
	offsets := unsafe.Slice((*int64)(unsafe.Pointer(a.offsets)), int(a.rows)+1)
	first := offsets[0]
	var block string
	if size := int(offsets[a.rows] - first); size > 0 {
		block = string(unsafe.Slice((*byte)(unsafe.Add(a.data, int(first))), size))
	}
	for i := 0; i < int(a.rows); i++ {
		dst = append(dst, block[offsets[i]-first:offsets[i+1]-first])
	}
	return dst, nil
}

// Keys gives the keys of the rows.
func (r *Result) Keys() ([]string, error) {
	for l := LayerFit; l <= LayerRetention; l++ {
		keys, err := r.Text(l, ColKey)
		if e, ok := err.(*Error); !ok || e.Code != ErrUnsupported || l == LayerRetention {
			return keys, err
		}
	}
	return nil, nil
}

// Where the values of a column go.
type field struct {
	id  ResultColumn
	i32 func(*Score) *int32
	i64 func(*Score) *int64
}

var fields = []field{
	{id: ColScore, i32: func(s *Score) *int32 { return &s.Score }},
	{id: ColTier, i32: func(s *Score) *int32 { return (*int32)(&s.Tier) }},
	{id: ColLow, i32: func(s *Score) *int32 { return &s.Low }},
	{id: ColHigh, i32: func(s *Score) *int32 { return &s.High }},
	{id: ColMillipoints, i64: func(s *Score) *int64 { return &s.Millipoints }},
	{id: ColVariance, i64: func(s *Score) *int64 { return &s.Variance }},
	{id: ColConfidence, i32: func(s *Score) *int32 { return (*int32)(&s.Confidence) }},
	{id: ColHolds, i32: func(s *Score) *int32 { return &s.Holds }},
	{id: ColFlags, i64: func(s *Score) *int64 { return (*int64)(unsafe.Pointer(&s.Flags)) }},
	{id: ColEffective, i64: func(s *Score) *int64 { return &s.Effective }},
}

// Of timing layers, and of decisions.
var more = []field{
	{id: ColWhole, i64: func(s *Score) *int64 { return &s.Whole }},
	{id: ColStale, i32: func(s *Score) *int32 { return &s.Stale }},
	{id: ColTrend, i32: func(s *Score) *int32 { return &s.Trend }},
	{id: ColEffectiveTier, i32: func(s *Score) *int32 { return (*int32)(&s.EffectiveTier) }},
	{id: ColOverrideNumber, i64: func(s *Score) *int64 { return (*int64)(unsafe.Pointer(&s.OverrideNumber)) }},
}

// Scores gives one layer of the rows, each as ScoreRecord gives it. Errors: ErrUnsupported when the result lacks the layer, ErrState before the first batch.
func (r *Result) Scores(l Layer) ([]Score, error) { return r.AppendScores(nil, l) }

// AppendScores does the same behind what dst holds, to use its memory again.
func (r *Result) AppendScores(dst []Score, l Layer) ([]Score, error) {
	if err := hold(r.hold()); err != nil {
		return dst, err
	}
	defer release(r.hold())
	n := len(dst)
	dst = append(dst, make([]Score, int(C.icp_result_rows(r.c())))...)
	out := dst[n:]
	for _, f := range fields {
		if err := r.fill(out, l, f); err != nil {
			return dst[:n], err
		}
	}
	for i := range out {
		s := &out[i]
		s.Layer, s.Whole, s.Stale, s.Trend, s.EffectiveTier = l, s.Millipoints, -1, TrendUnknown, s.Tier
	}
	for _, f := range more {
		if e, ok := r.fill(out, l, f).(*Error); ok && e.Code != ErrUnsupported {
			return dst[:n], e
		}
	}
	return dst, nil
}

func (r *Result) fill(out []Score, l Layer, f field) error {
	kind := C.int32_t(C.ICP_TYPE_INT32)
	if f.i64 != nil {
		kind = C.ICP_TYPE_INT64
	}
	a, err := r.column(l, f.id, kind)
	if err != nil || len(out) == 0 {
		return err
	}
	if f.i64 != nil {
		for i, v := range unsafe.Slice((*int64)(a.data), len(out)) {
			*f.i64(&out[i]) = v
		}
		return nil
	}
	for i, v := range unsafe.Slice((*int32)(a.data), len(out)) {
		*f.i32(&out[i]) = v
	}
	return nil
}
