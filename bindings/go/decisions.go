// SPDX-License-Identifier: MIT

package icp

// #include "bridge.h"
import "C"

import (
	"encoding/json"
	"time"
	"unsafe"

	"icp/internal/bridge"
)

// Decisions are what people said about scores and models, as far as it holds at one moment: overrides, open flags, changes, reviews. They do not change; any
// number of goroutines may use them.
type Decisions struct{ h *handle }

func newDecisions(e *env, d *C.icp_decisions) *Decisions {
	free := func(p unsafe.Pointer) { C.icp_decisions_unref((*C.icp_decisions)(p)) }
	return &Decisions{shared(unsafe.Pointer(d), "decisions", e, free)}
}

// DecisionsFromJSON replays entries as a ledger lists them (doc/ledger.md) up to a moment. Errors: ErrFormat with line and column.
func (c *Context) DecisionsFromJSON(text []byte, asOf time.Time) (*Decisions, error) {
	if err := hold(c.hold()); err != nil {
		return nil, err
	}
	defer release(c.hold())
	data, size := bytesOf(text)
	var d *C.icp_decisions
	if err := try(func(e *C.struct_icp_error) C.icp_status {
		return C.icp_decisions_from_json(c.c(), data, size, micros(asOf), &d, e)
	}); err != nil {
		return nil, err
	}
	return newDecisions(c.env, d), nil
}

// Close releases the decisions. Closing again does nothing.
func (d *Decisions) Close() error {
	d.hold().Close()
	return nil
}

func (d *Decisions) hold() *handle {
	if d == nil {
		return nil
	}
	return d.h
}

func (d *Decisions) c() *C.icp_decisions { return (*C.icp_decisions)(d.hold().Pointer()) }

// JSON says what holds, in one form: equal states give equal bytes.
func (d *Decisions) JSON() (json.RawMessage, error) {
	if err := hold(d.hold()); err != nil {
		return nil, err
	}
	defer release(d.hold())
	return report(func(out **C.icp_buffer, e *C.struct_icp_error) C.icp_status {
		return C.icp_decisions_to_json(d.c(), out, e)
	})
}

func init() {
	bridge.Decisions = func(keep any, p unsafe.Pointer) any { return newDecisions(keep.(*env), (*C.icp_decisions)(p)) }
}
