// SPDX-License-Identifier: MIT

package icp

// #include "bridge.h"
import "C"

import (
	"context"
	"encoding/json"
	"io"
	"strings"
	"time"
	"unsafe"
)

// tables opens tables that one call reads to their end, all or none.
func (c *Context) tables(list ...*Input) ([]*Reader, func(), error) {
	out := make([]*Reader, len(list))
	done := func() {
		for _, r := range out {
			if r != nil {
				release(r.h)
				r.Close()
			}
		}
	}
	for i, in := range list {
		if in == nil {
			continue
		}
		r, err := c.Open(*in)
		if err == nil {
			err = hold(r.hold())
		}
		if err != nil {
			done()
			return nil, nil, err
		}
		out[i] = r
	}
	return out, done, nil
}

func guards(list []*Reader) []*guard {
	var out []*guard
	for _, r := range list {
		if r.guard() != nil {
			out = append(out, r.feed)
		}
	}
	return out
}

// judge makes a call that reads tables and gives JSON.
func (c *Context) judge(ctx context.Context, tables []*Input, handles []*handle, accounts []*Accounts,
	f func(r []*Reader, p *C.struct_icp_progress, out **C.icp_buffer, e *C.struct_icp_error) C.icp_status, others ...*guard) (json.RawMessage, error) {
	if c == nil {
		return nil, fail(ErrArgument, "the context is nil")
	}
	for _, a := range accounts {
		handles = append(handles, a.hold())
	}
	if err := hold(handles...); err != nil {
		return nil, err
	}
	defer release(handles...)
	if err := fix(accounts...); err != nil {
		return nil, err
	}
	readers, done, err := c.tables(tables...)
	if err != nil {
		return nil, err
	}
	defer done()
	var b *C.icp_buffer
	err = run(ctx, func(p *C.struct_icp_progress, e *C.struct_icp_error) C.icp_status { return f(readers, p, &b, e) }, append(guards(readers), others...)...)
	if err != nil {
		return nil, err
	}
	return take(b), nil
}

// DriftOptions of Drift. The zero value is all defaults.
type DriftOptions struct {
	Before          *Input // an earlier sample; nil = the reference, as the model stores it
	FalseAlarmMicro uint32 // chance that a run without drift gives any alarm, millionths; 0 = 50,000
	Key             string // header of the key, with which accounts are found; empty = that of the model
	Accounts        *Accounts
	AccountsBefore  *Accounts
}

// Drift says whether the mix of companies changed since the model was fitted, as JSON (doc/drift.md). Errors: those of Open and Next, ErrTooFew (no rows), ErrKey, ErrSchema, ErrCancelled.
func (c *Context) Drift(ctx context.Context, m *Model, now Input, options *DriftOptions) (json.RawMessage, error) {
	if options == nil {
		options = &DriftOptions{}
	}
	var s strings_
	defer s.free()
	o := &C.struct_icp_drift_options{struct_size: C.sizeof_struct_icp_drift_options, false_alarm_micro: C.uint32_t(options.FalseAlarmMicro)}
	o.key_column, o.key_size = s.put(options.Key)
	return c.judge(ctx, []*Input{options.Before, &now}, []*handle{m.hold()}, []*Accounts{options.Accounts, options.AccountsBefore},
		func(r []*Reader, p *C.struct_icp_progress, out **C.icp_buffer, e *C.struct_icp_error) C.icp_status {
			o.accounts, o.accounts_before = options.Accounts.c(), options.AccountsBefore.c()
			return C.icp_drift(m.c(), r[0].c(), r[1].c(), o, p, out, e)
		})
}

// CalibrateOptions of Calibrate. The zero value is all defaults.
type CalibrateOptions struct {
	Stored         bool      // the rows are scores as `icp score` writes them, not companies; the model may then be nil
	BaseOfModel    bool      // the share of customers in the reference is expected
	HostKeys       bool      // keys count as their hosts
	Layer          Layer     // 0 = the first of the model
	HorizonDays    uint32    // how far ahead of a score an outcome counts; 0 = that of the layer, else 90
	AsOf           time.Time // no outcome dated at or after it is seen; zero = the day of the last one
	Scored         time.Time // when all scores were made; zero = not known
	BaseMicro      int64     // share of the companies at large that is expected to have the outcome, millionths; 0 = none is
	AlarmMicro     int64     // chance of a false alarm, millionths; 0 = 50,000
	ScoredColumn   string    // column of the rows with the date of each score; empty = none
	Key            string    // key column of the rows; empty = that of the model, else a likely one
	Accounts       *Accounts // events of the companies as of when they are scored
	OutcomeColumns *EventColumns
	Decisions      *Decisions // overrides as of when the companies are scored
}

// c leaves the handles out, which are not held yet.
func (options *CalibrateOptions) c(s *strings_) *C.struct_icp_calibrate_options {
	o := &C.struct_icp_calibrate_options{struct_size: C.sizeof_struct_icp_calibrate_options}
	for _, f := range []struct {
		on  bool
		bit C.uint32_t
	}{{options.Stored, C.ICP_CALIBRATE_STORED}, {!options.AsOf.IsZero(), C.ICP_CALIBRATE_AS_OF}, {!options.Scored.IsZero(), C.ICP_CALIBRATE_SCORED},
		{options.BaseMicro != 0, C.ICP_CALIBRATE_BASE}, {options.BaseOfModel, C.ICP_CALIBRATE_BASE_OF_MODEL}, {options.HostKeys, C.ICP_CALIBRATE_HOST_KEYS}} {
		if f.on {
			o.flags |= f.bit
		}
	}
	if !options.AsOf.IsZero() {
		o.as_of = micros(options.AsOf)
	}
	if !options.Scored.IsZero() {
		o.scored = micros(options.Scored)
	}
	o.layer, o.horizon_days = C.int32_t(options.Layer), C.uint32_t(options.HorizonDays)
	o.base_micro, o.alarm_micro = C.int64_t(options.BaseMicro), C.int64_t(options.AlarmMicro)
	o.scored_column, o.scored_size = s.put(options.ScoredColumn)
	o.key_column, o.key_size = s.put(options.Key)
	return o
}

// Calibrate says how scores compare with what came of them, as JSON (doc/calibration.md). rows are companies, or scores; outcomes are as for Fit.AddOutcomes.
// Errors: those of Open and Next, ErrFormat (a date or a score that cannot be read), ErrKey, ErrSchema, ErrUnsupported, ErrCancelled.
func (c *Context) Calibrate(ctx context.Context, m *Model, rows Input, outcomes []Input, options *CalibrateOptions) (json.RawMessage, error) {
	if options == nil {
		options = &CalibrateOptions{}
	}
	var s strings_
	defer s.free()
	o := options.c(&s)
	tables := []*Input{&rows}
	for i := range outcomes {
		tables = append(tables, &outcomes[i])
	}
	list := (**C.icp_reader)(C.calloc(C.size_t(len(outcomes)+1), C.size_t(unsafe.Sizeof(uintptr(0)))))
	defer C.free(unsafe.Pointer(list))
	// In memory of C, since the options point at it.
	columns := (*C.struct_icp_event_columns)(C.calloc(1, C.sizeof_struct_icp_event_columns))
	defer C.free(unsafe.Pointer(columns))
	if found := options.OutcomeColumns.c(&s); found != nil {
		*columns = *found
		o.columns = columns
	}
	return c.judge(ctx, tables, []*handle{m.hold(), options.Decisions.hold()}, []*Accounts{options.Accounts},
		func(r []*Reader, p *C.struct_icp_progress, out **C.icp_buffer, e *C.struct_icp_error) C.icp_status {
			o.accounts, o.decisions = options.Accounts.c(), options.Decisions.c()
			for i := range outcomes {
				unsafe.Slice(list, len(outcomes))[i] = r[i+1].c()
			}
			return C.icp_calibrate(m.c(), r[0].c(), list, C.uint32_t(len(outcomes)), o, p, out, e)
		})
}

// DiffOptions of Diff. The zero value is all defaults.
type DiffOptions struct {
	Before     *Input    // companies then; nil = the rows of now
	Rows       io.Writer // gets a row of CSV for each company; nil = not wanted
	HostKey    bool      // keys are URLs, hosts or e-mail addresses: companies are joined by their host
	Layer      Layer     // 0 = the first of from
	Top        uint32    // columns and companies that the summary lists; 0 = 10
	Key        string    // header of the key in both tables; empty = that of the model
	Via        *Model    // fitted on the reference of from and the customers of to: parts list and reference
	BeforeFrom *Accounts // timing layers: events of from, as of the earlier moment; nil = NowFrom
	NowFrom    *Accounts // of from, as of the later moment
	NowTo      *Accounts // of to, as of the later moment
	NowVia     *Accounts // of Via, likewise
}

// Diff splits the change of every company's score between two moments, two models, or both, exactly; the summary is JSON (doc/change.md). to nil = two moments of one model.
// Errors: those of Open and Next, ErrKey, ErrSchema, ErrUnsupported for a layer that a model lacks, ErrReference, ErrIO, ErrCancelled.
func (c *Context) Diff(ctx context.Context, from, to *Model, now Input, options *DiffOptions) (json.RawMessage, error) {
	if options == nil {
		options = &DiffOptions{}
	}
	var s strings_
	defer s.free()
	o := &C.struct_icp_diff_options{struct_size: C.sizeof_struct_icp_diff_options, layer: C.int32_t(options.Layer), top: C.uint32_t(options.Top)}
	if options.HostKey {
		o.flags = C.ICP_DIFF_HOST_KEY
	}
	o.key_column, o.key_size = s.put(options.Key)
	var sink *C.struct_icp_sink
	var others []*guard
	if options.Rows != nil {
		var d *drain
		sink, d = newSink(options.Rows)
		defer d.done(sink)
		others = some(&d.guard)
	}
	return c.judge(ctx, []*Input{options.Before, &now}, []*handle{from.hold(), to.hold(), options.Via.hold()},
		[]*Accounts{options.BeforeFrom, options.NowFrom, options.NowTo, options.NowVia},
		func(r []*Reader, p *C.struct_icp_progress, out **C.icp_buffer, e *C.struct_icp_error) C.icp_status {
			o.via, o.events_before, o.events_now = options.Via.c(), options.BeforeFrom.c(), options.NowFrom.c()
			o.events_now_to, o.events_now_via = options.NowTo.c(), options.NowVia.c()
			return C.icp_diff(from.c(), to.c(), r[0].c(), r[1].c(), o, p, sink, out, e)
		}, others...)
}

// SegmentsOptions of Segments. The zero value is all defaults.
type SegmentsOptions struct {
	Rows     *Input   // companies; nil = only what the model stores
	Layer    Layer    // whose scores are counted; 0 = the model's first
	Most     uint32   // segments of a column; 0 = 20
	By       []string // headers of columns (* and ? stand for others), or ids of traits; empty = industry, geography and size
	Key      string   // header of the key column, for accounts; empty = that of the model
	Accounts *Accounts
}

// Segments says which segments the model carries, as JSON (doc/segments.md). Errors: those of Open and Next, ErrSchema when the model knows no such column or trait, ErrUnsupported, ErrLimit, ErrCancelled.
func (c *Context) Segments(ctx context.Context, m *Model, options *SegmentsOptions) (json.RawMessage, error) {
	if options == nil {
		options = &SegmentsOptions{}
	}
	var s strings_
	defer s.free()
	o := &C.struct_icp_segments_options{struct_size: C.sizeof_struct_icp_segments_options, layer: C.int32_t(options.Layer), most: C.uint32_t(options.Most)}
	o.by, o.by_size = s.put(strings.Join(options.By, "\n"))
	o.key_column, o.key_size = s.put(options.Key)
	return c.judge(ctx, []*Input{options.Rows}, []*handle{m.hold()}, []*Accounts{options.Accounts},
		func(r []*Reader, p *C.struct_icp_progress, out **C.icp_buffer, e *C.struct_icp_error) C.icp_status {
			o.accounts = options.Accounts.c()
			return C.icp_segments(m.c(), r[0].c(), o, p, out, e)
		})
}

// GatesOptions of CheckGates. The zero value is all defaults.
type GatesOptions struct {
	Published         *Model // the model that is published now; nil = none yet
	Rows              *Input // companies that both models score; nil = none
	Gates             []byte // limits as in doc/publish.md; empty = the defaults there
	Calibration       []byte // report of Calibrate on the candidate; empty = none
	Key               string // header of the rows' key; needed with accounts alone
	CandidateAccounts *Accounts
	PublishedAccounts *Accounts
}

// CheckGates holds a model that is to be published against the one that is, as JSON (doc/publish.md). A gate that is not passed is a result, not a failure.
// Errors: ErrFormat with line and column of what is wrong with gates or calibration, those of Open, Next and Score, ErrCancelled.
func (c *Context) CheckGates(ctx context.Context, candidate *Model, options *GatesOptions) (json.RawMessage, error) {
	if options == nil {
		options = &GatesOptions{}
	}
	var s strings_
	defer s.free()
	o := &C.struct_icp_gates_options{struct_size: C.sizeof_struct_icp_gates_options}
	o.gates_json, o.gates_size = s.put(string(options.Gates))
	o.calibration_json, o.calibration_size = s.put(string(options.Calibration))
	o.key_column, o.key_size = s.put(options.Key)
	return c.judge(ctx, []*Input{options.Rows}, []*handle{candidate.hold(), options.Published.hold()}, []*Accounts{options.CandidateAccounts, options.PublishedAccounts},
		func(r []*Reader, p *C.struct_icp_progress, out **C.icp_buffer, e *C.struct_icp_error) C.icp_status {
			o.candidate_accounts, o.published_accounts = options.CandidateAccounts.c(), options.PublishedAccounts.c()
			return C.icp_gates_check(candidate.c(), options.Published.c(), r[0].c(), o, p, out, e)
		})
}
