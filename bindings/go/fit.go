// SPDX-License-Identifier: MIT

package icp

// #include "bridge.h"
import "C"

import (
	"context"
	"encoding/json"
	"strings"
	"time"
	"unsafe"
)

// Layer is a question with a score of its own.
type Layer int32

// The layers.
const (
	LayerFit       Layer = C.ICP_LAYER_FIT       // does the company look like a customer
	LayerIntent    Layer = C.ICP_LAYER_INTENT    // is it in a buying motion, by its events
	LayerRetention Layer = C.ICP_LAYER_RETENTION // would it stay as a customer
)

// String is the name as in results.
func (l Layer) String() string { return name(int32(l), "?", "fit", "intent", "retention") }

func layerBits(layers []Layer) (bits C.uint32_t) {
	for _, l := range layers {
		bits |= 1 << (uint32(l) & 31)
	}
	return bits
}

// FitOptions of a Fit and of NewFit. The zero value is all defaults. Patterns are as for Schema.Keep.
type FitOptions struct {
	Schema        *Schema   // nil = inferred from the reference
	Pool          *Pool     // nil = the calling goroutine; fits that share one run one after the other
	Layers        []Layer   // empty = those that there is data for
	AllowFew      bool      // fit with fewer customers than MinCustomers; every result says so
	MinCustomers  uint32    // refuse below; 0 = 20
	ExactKeys     bool      // customers are found by their key alone, never by domain or name
	ListCustomers bool      // Matches lists every customer, however many
	Weight        string    // column of the customers with a positive weight; empty = each counts 1
	Key           string    // key column of customers and universe; empty = that of the reference
	Since         string    // date column of the customers: when each became one
	Release       []string  // columns that are used although the audit would quarantine them
	Protect       []string  // columns that are never kept
	AsOf          time.Time // no event or outcome dated at or after it is seen; zero = the day of the last one
	HorizonDays   uint32    // timing: how far ahead of a moment an outcome counts; 0 = 90
	Invalidates   []string  // further types of events that invalidate what came before
}

// EventColumns are headers of the columns of events or outcomes; an empty one is found.
type EventColumns struct{ Key, Type, Time, Value string }

func (c *EventColumns) c(s *strings_) *C.struct_icp_event_columns {
	if c == nil || *c == (EventColumns{}) {
		return nil
	}
	o := &C.struct_icp_event_columns{struct_size: C.sizeof_struct_icp_event_columns}
	o.key, o.key_size = s.put(c.Key)
	o._type, o.type_size = s.put(c.Type)
	o.time, o.time_size = s.put(c.Time)
	o.value, o.value_size = s.put(c.Value)
	return o
}

// Event is one event of one account.
type Event struct {
	Type   string    // kind of event, as in a file of events; case does not matter
	Time   time.Time // not before 1970
	Value  float64   // with Valued: amount, duration, score; only its size matters
	Valued bool
}

func (ev *Event) c(s *strings_) *C.struct_icp_event {
	o := &C.struct_icp_event{struct_size: C.sizeof_struct_icp_event, time: micros(ev.Time)}
	if ev.Valued {
		o.flags, o.value = C.ICP_EVENT_VALUED, C.double(ev.Value)
	}
	o._type, o.type_size = s.put(ev.Type)
	return o
}

// A Fit is a model being prepared. One goroutine at a time. Context.Fit does all of it in one call.
type Fit struct {
	h    *handle
	ctx  *Context
	pool *Pool
}

func fitOptions(options *FitOptions, s *strings_) *C.struct_icp_fit_options {
	o := &C.struct_icp_fit_options{struct_size: C.sizeof_struct_icp_fit_options}
	for _, f := range []struct {
		on  bool
		bit C.uint32_t
	}{{options.AllowFew, C.ICP_FIT_ALLOW_FEW}, {options.ExactKeys, C.ICP_FIT_EXACT_KEYS}, {options.ListCustomers, C.ICP_FIT_LIST_CUSTOMERS}} {
		if f.on {
			o.flags |= f.bit
		}
	}
	if !options.AsOf.IsZero() {
		o.flags |= C.ICP_FIT_AS_OF
		o.as_of = micros(options.AsOf)
	}
	o.min_customers, o.layers, o.horizon_days = C.uint32_t(options.MinCustomers), layerBits(options.Layers), C.uint32_t(options.HorizonDays)
	o.pool = options.Pool.c()
	o.weight_column, o.weight_size = s.put(options.Weight)
	o.key_column, o.key_size = s.put(options.Key)
	o.since_column, o.since_size = s.put(options.Since)
	o.release, o.release_size = s.put(strings.Join(options.Release, "\n"))
	o.protect, o.protect_size = s.put(strings.Join(options.Protect, "\n"))
	o.invalidates, o.invalidates_size = s.put(strings.Join(options.Invalidates, "\n"))
	return o
}

// NewFit prepares a fit against a reference; options nil = all defaults. Errors: ErrArgument, ErrUnsupported, ErrSchema when the schema has no column of the reference.
func (c *Context) NewFit(r *Reference, options *FitOptions) (*Fit, error) {
	if c == nil {
		return nil, fail(ErrArgument, "the context is nil")
	}
	if options == nil {
		options = &FitOptions{}
	}
	if err := hold(c.h, r.hold(), options.Schema.hold(), options.Pool.hold()); err != nil {
		return nil, err
	}
	defer release(c.h, r.hold(), options.Schema.hold())
	var s strings_
	defer s.free()
	var f *C.icp_fit
	err := try(func(e *C.struct_icp_error) C.icp_status {
		return C.icp_fit_new(c.c(), r.c(), options.Schema.c(), fitOptions(options, &s), &f, e)
	})
	pool := options.Pool
	if err != nil {
		release(pool.hold())
		return nil, err
	}
	// The pool must outlive the fit, so that the fit holds it.
	free := func(p unsafe.Pointer) {
		C.icp_fit_free((*C.icp_fit)(p))
		release(pool.hold())
	}
	return &Fit{single(unsafe.Pointer(f), "fit", c, free), c, pool}, nil
}

// Close releases the fit. Closing again does nothing.
func (f *Fit) Close() error {
	f.hold().Close()
	return nil
}

func (f *Fit) hold() *handle {
	if f == nil {
		return nil
	}
	return f.h
}

func (f *Fit) c() *C.icp_fit { return (*C.icp_fit)(f.hold().Pointer()) }

func (f *Fit) of() *Context {
	if f == nil {
		return nil
	}
	return f.ctx
}

func (f *Fit) add(ctx context.Context, in Input, add func(r *C.icp_reader, p *C.struct_icp_progress, e *C.struct_icp_error) C.icp_status) error {
	if err := hold(f.hold()); err != nil {
		return err
	}
	defer release(f.hold())
	return f.of().reading(ctx, in, add)
}

// AddCustomers adds customers: full rows, keys, domains or names. What does not fit one company alone is reported by Matches, never picked.
// Errors: those of Open and Next, ErrKey when there is no column of keys, domains or names, ErrSchema when a weight is missing or not positive, ErrCancelled.
func (f *Fit) AddCustomers(ctx context.Context, in Input) error {
	return f.add(ctx, in, func(r *C.icp_reader, p *C.struct_icp_progress, e *C.struct_icp_error) C.icp_status {
		return C.icp_fit_add_customers(f.c(), r, p, e)
	})
}

// AddUniverse looks up the full rows of the customers added so far. Errors: as AddCustomers, and ErrState when there are none.
func (f *Fit) AddUniverse(ctx context.Context, in Input) error {
	return f.add(ctx, in, func(r *C.icp_reader, p *C.struct_icp_progress, e *C.struct_icp_error) C.icp_status {
		return C.icp_fit_add_universe(f.c(), r, p, e)
	})
}

// AddExcluded adds companies that are neither customers nor examples of other companies, such as competitors. Errors: as AddCustomers.
func (f *Fit) AddExcluded(ctx context.Context, in Input) error {
	return f.add(ctx, in, func(r *C.icp_reader, p *C.struct_icp_progress, e *C.struct_icp_error) C.icp_status {
		return C.icp_fit_add_excluded(f.c(), r, p, e)
	})
}

// AddEvents adds events, a row each: the account's key, a type, a time, perhaps a value; columns nil = found. Errors: those of Open and Next, ErrKey, ErrSchema, ErrCancelled.
func (f *Fit) AddEvents(ctx context.Context, in Input, columns *EventColumns) error {
	var s strings_
	defer s.free()
	return f.add(ctx, in, func(r *C.icp_reader, p *C.struct_icp_progress, e *C.struct_icp_error) C.icp_status {
		return C.icp_fit_add_events(f.c(), r, columns.c(&s), p, e)
	})
}

// AddOutcomes adds outcomes, a row each: the account's key, what came (converted, lost, expanded, renewed, churned and words for them) and when. Errors: as AddEvents.
func (f *Fit) AddOutcomes(ctx context.Context, in Input, columns *EventColumns) error {
	var s strings_
	defer s.free()
	return f.add(ctx, in, func(r *C.icp_reader, p *C.struct_icp_progress, e *C.struct_icp_error) C.icp_status {
		return C.icp_fit_add_outcomes(f.c(), r, columns.c(&s), p, e)
	})
}

// AddEvent adds one event of the account with this key. Errors: ErrArgument when key or type are empty or the time lies before 1970, ErrLimit.
func (f *Fit) AddEvent(key string, event Event) error {
	return f.one(key, &event, func(k *C.char, n C.size_t, ev *C.struct_icp_event, e *C.struct_icp_error) C.icp_status {
		return C.icp_fit_add_event(f.c(), k, n, ev, e)
	})
}

// AddOutcome adds one outcome of the account with this key; its type says which. Errors: as AddEvent.
func (f *Fit) AddOutcome(key string, outcome Event) error {
	return f.one(key, &outcome, func(k *C.char, n C.size_t, ev *C.struct_icp_event, e *C.struct_icp_error) C.icp_status {
		return C.icp_fit_add_outcome(f.c(), k, n, ev, e)
	})
}

func (f *Fit) one(key string, event *Event, add func(k *C.char, n C.size_t, ev *C.struct_icp_event, e *C.struct_icp_error) C.icp_status) error {
	if err := hold(f.hold()); err != nil {
		return err
	}
	defer release(f.hold())
	var s strings_
	defer s.free()
	data, size := bytesOf(key)
	return try(func(e *C.struct_icp_error) C.icp_status { return add(data, size, event.c(&s), e) })
}

// SetCard gives the model its card (doc/card.md). Errors: ErrFormat with line and column.
func (f *Fit) SetCard(card []byte) error {
	if err := hold(f.hold()); err != nil {
		return err
	}
	defer release(f.hold())
	data, size := bytesOf(card)
	return try(func(e *C.struct_icp_error) C.icp_status { return C.icp_fit_set_card(f.c(), data, size, e) })
}

// Events says what was read of events and outcomes, as JSON (doc/timing.md).
func (f *Fit) Events() (json.RawMessage, error) {
	if err := hold(f.hold()); err != nil {
		return nil, err
	}
	defer release(f.hold())
	return report(func(out **C.icp_buffer, e *C.struct_icp_error) C.icp_status { return C.icp_fit_events(f.c(), out, e) })
}

// Matches says which customers were found, as JSON (doc/identity.md).
func (f *Fit) Matches() (json.RawMessage, error) {
	if err := hold(f.hold()); err != nil {
		return nil, err
	}
	defer release(f.hold())
	return report(func(out **C.icp_buffer, e *C.struct_icp_error) C.icp_status { return C.icp_fit_matches(f.c(), out, e) })
}

// long makes a call that takes long, alone on the pool.
func (f *Fit) long(ctx context.Context, do func(p *C.struct_icp_progress, e *C.struct_icp_error) C.icp_status) error {
	if err := hold(f.hold()); err != nil {
		return err
	}
	defer release(f.hold())
	if f != nil && f.pool != nil {
		f.pool.turn.Lock()
		defer f.pool.turn.Unlock()
	}
	return run(ctx, do)
}

// Audit says what is known of each column before anything is learned, and which columns give the answer away, as JSON (doc/audit.md). Errors: as Run.
func (f *Fit) Audit(ctx context.Context) (json.RawMessage, error) {
	var b *C.icp_buffer
	err := f.long(ctx, func(p *C.struct_icp_progress, e *C.struct_icp_error) C.icp_status {
		return C.icp_fit_audit(f.c(), p, &b, e)
	})
	if err != nil {
		return nil, err
	}
	return take(b), nil
}

// Run learns the model. Same input, same bytes, whatever the order of the rows or the number of threads. It may be called again after more was added.
// Errors: ErrTooFew, ErrNoMatch, ErrSchema when no column is known for enough companies, ErrCancelled, ErrState.
func (f *Fit) Run(ctx context.Context) (*Model, error) {
	var m *C.icp_model
	err := f.long(ctx, func(p *C.struct_icp_progress, e *C.struct_icp_error) C.icp_status {
		return C.icp_fit_run(f.c(), p, &m, e)
	})
	if err != nil {
		return nil, err
	}
	return newModel(f.ctx.env, m), nil
}

// FitData is what a model is learned from.
type FitData struct {
	Customers      []Input       // full rows, keys, domains or names
	Universe       []Input       // full rows of customers who are listed only by key
	Excluded       []Input       // neither customers nor examples of others
	Events         []Input       // for the timing layers
	EventColumns   *EventColumns // nil = found
	Outcomes       []Input       // for the timing layers
	OutcomeColumns *EventColumns // nil = found
	Card           []byte        // JSON (doc/card.md); empty = none
}

// Fit learns a model of these data against a reference; options nil = all defaults. Errors: those of NewFit and of the methods of Fit.
func (c *Context) Fit(ctx context.Context, r *Reference, data FitData, options *FitOptions) (*Model, error) {
	f, err := c.NewFit(r, options)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if len(data.Card) > 0 {
		if err := f.SetCard(data.Card); err != nil {
			return nil, err
		}
	}
	for _, part := range []struct {
		tables []Input
		add    func(Input) error
	}{
		{data.Customers, func(in Input) error { return f.AddCustomers(ctx, in) }},
		{data.Universe, func(in Input) error { return f.AddUniverse(ctx, in) }},
		{data.Excluded, func(in Input) error { return f.AddExcluded(ctx, in) }},
		{data.Events, func(in Input) error { return f.AddEvents(ctx, in, data.EventColumns) }},
		{data.Outcomes, func(in Input) error { return f.AddOutcomes(ctx, in, data.OutcomeColumns) }},
	} {
		for _, in := range part.tables {
			if err := part.add(in); err != nil {
				return nil, err
			}
		}
	}
	return f.Run(ctx)
}
