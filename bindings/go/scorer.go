// SPDX-License-Identifier: MIT

package icp

// #include "bridge.h"
import "C"

import (
	"context"
	"encoding/json"
	"io"
	"time"
	"unsafe"
)

// ScorerOptions of NewScorer. The zero value is all defaults.
type ScorerOptions struct {
	Layers    []Layer    // empty = all of the model
	Reasons   uint32     // reasons per row, at most 64; 0 = none are collected
	Key       string     // header of the key column; empty = that of the model's schema if there is one
	Accounts  *Accounts  // events of the companies, by key; nil = what is read from events is unknown. They do not change any more
	Decisions *Decisions // overrides, flags and changes to be shown; nil = none
	AsOf      time.Time  // moment for ScoreRecord with an account, and at which the card is held against the calendar; zero = not given
}

// A Scorer is all scratch of scoring. One goroutine at a time: make one each, they share the model.
type Scorer struct {
	h       *handle
	env     *env
	scratch *scratch
}

// Memory that single calls write to, without a pointer in it.
type scratch struct {
	score C.struct_icp_score
	err   C.struct_icp_error
}

// NewScorer makes a scorer; options nil = all defaults. Errors: ErrUnsupported when the model lacks a layer, ErrArgument.
func (m *Model) NewScorer(options *ScorerOptions) (*Scorer, error) {
	if m == nil {
		return nil, fail(ErrArgument, "the model is nil")
	}
	if options == nil {
		options = &ScorerOptions{}
	}
	if err := hold(m.h, options.Accounts.hold(), options.Decisions.hold()); err != nil {
		return nil, err
	}
	defer release(m.h, options.Accounts.hold(), options.Decisions.hold())
	if err := fix(options.Accounts); err != nil {
		return nil, err
	}
	var strings strings_
	defer strings.free()
	o := &C.struct_icp_scorer_options{struct_size: C.sizeof_struct_icp_scorer_options, layers: layerBits(options.Layers), reasons: C.uint32_t(options.Reasons),
		accounts: options.Accounts.c(), decisions: options.Decisions.c()}
	o.key_column, o.key_size = strings.put(options.Key)
	if !options.AsOf.IsZero() {
		o.flags, o.as_of = C.ICP_SCORER_AS_OF, micros(options.AsOf)
	}
	var s *C.icp_scorer
	if err := try(func(e *C.struct_icp_error) C.icp_status { return C.icp_scorer_new(m.c(), o, &s, e) }); err != nil {
		return nil, err
	}
	free := func(p unsafe.Pointer) { C.icp_scorer_free((*C.icp_scorer)(p)) }
	return &Scorer{single(unsafe.Pointer(s), "scorer", m.env, free), m.env, &scratch{}}, nil
}

// Close releases the scorer. Closing again does nothing.
func (s *Scorer) Close() error {
	s.hold().Close()
	return nil
}

func (s *Scorer) hold() *handle {
	if s == nil {
		return nil
	}
	return s.h
}

func (s *Scorer) c() *C.icp_scorer { return (*C.icp_scorer)(s.hold().Pointer()) }

// Score scores a batch into a result, which is overwritten, and left as it was on failure. A score does not depend on what else is in the batch.
// Errors: ErrKey when the batch lacks the key column that was asked for, ErrSchema when it has none of the model's columns.
func (s *Scorer) Score(b *Batch, into *Result) error {
	if err := hold(s.hold(), b.hold(), into.hold()); err != nil {
		return err
	}
	defer release(s.hold(), b.hold(), into.hold())
	return try(func(e *C.struct_icp_error) C.icp_status { return C.icp_scorer_score(s.c(), b.c(), into.c(), e) })
}

// ScoreTable scores a table to its end and hands each batch's result to f; the result is used again for the next. An error of f ends it and is given back.
// Errors: those of Open, Next and Score, ErrCancelled.
func (s *Scorer) ScoreTable(ctx context.Context, c *Context, in Input, f func(*Result) error) error {
	r, err := c.Open(in)
	if err != nil {
		return err
	}
	defer r.Close()
	result, err := c.NewResult()
	if err != nil {
		return err
	}
	defer result.Close()
	for {
		if ctx != nil && ctx.Err() != nil {
			return run(ctx, nil)
		}
		b, err := r.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		err = s.Score(b, result)
		b.Close()
		if err != nil {
			return err
		}
		if err := f(result); err != nil {
			return err
		}
	}
}

// ScoreRecord scores one record. account nil = what the scorer's Accounts hold for the record's key, else what is read from events is unknown.
// Errors: ErrUnsupported when the model lacks the layer, ErrReference when the account is of another model, ErrState when it holds events at or after AsOf, or AsOf was not given.
func (s *Scorer) ScoreRecord(r *Record, account *Account, l Layer) (Score, error) {
	if s == nil {
		return Score{}, fail(ErrArgument, "the scorer is nil")
	}
	if err := hold(s.h, r.hold(), account.hold()); err != nil {
		return Score{}, err
	}
	defer release(s.h, r.hold(), account.hold())
	i, e := &s.scratch.score, &s.scratch.err
	i.struct_size, e.struct_size, e.code = C.sizeof_struct_icp_score, C.sizeof_struct_icp_error, 0
	if status := C.icp_scorer_score_record(s.c(), r.c(), account.c(), C.int32_t(l), i, e); status != C.ICP_OK {
		return Score{}, newError(status, e)
	}
	return Score{Layer(i.layer), int32(i.score), Tier(i.tier), int32(i.low), int32(i.high), int64(i.millipoints), int64(i.variance), Confidence(i.confidence),
		int32(i.holds), Flags(i.flags), int64(i.effective), int64(i.whole), int32(i.stale), int32(i.trend), Tier(i.effective_tier), uint64(i.override_number)}, nil
}

// Contribution is what one trait added to a score.
type Contribution struct {
	Trait       int   // index, for Model.Trait
	Millipoints int32 // 53,000 double the ratio
}

// Contributions is what each trait added to the last record that was scored, by trait; the sum is its Millipoints, exactly. Errors: ErrState when no record was scored in this layer.
func (s *Scorer) Contributions(l Layer) ([]Contribution, error) {
	if err := hold(s.hold()); err != nil {
		return nil, err
	}
	defer release(s.hold())
	traits, points := make([]C.int32_t, 64), make([]C.int32_t, 64)
	for {
		var n C.size_t
		err := try(func(e *C.struct_icp_error) C.icp_status {
			return C.icp_scorer_contributions(s.c(), C.int32_t(l), &traits[0], &points[0], C.size_t(len(traits)), &n, e)
		})
		if err != nil {
			return nil, err
		}
		if int(n) <= len(traits) {
			out := make([]Contribution, int(n))
			for i := range out {
				out[i] = Contribution{int(traits[i]), int32(points[i])}
			}
			return out, nil
		}
		traits, points = make([]C.int32_t, int(n)), make([]C.int32_t, int(n))
	}
}

// Causes says why the last record's score is what it is, as JSON (doc/command.md): unknown and unreadable columns, causes of the confidence, interval. Errors: as Contributions.
func (s *Scorer) Causes(l Layer) (json.RawMessage, error) {
	if err := hold(s.hold()); err != nil {
		return nil, err
	}
	defer release(s.hold())
	return report(func(out **C.icp_buffer, e *C.struct_icp_error) C.icp_status {
		return C.icp_scorer_causes(s.c(), C.int32_t(l), out, e)
	})
}
