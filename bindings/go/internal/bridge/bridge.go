// SPDX-License-Identifier: MIT

// Package bridge holds what the packages icp and ledger share: the life of a handle, and ways from a type of the one to a pointer of the other.
package bridge

import (
	"encoding/json"
	"runtime"
	"sync/atomic"
	"unsafe"
)

// Handle is one object of the library with what must live as long as it.
type Handle struct {
	state  atomic.Int64 // calls under way, and whether it is closed
	single bool
	ptr    unsafe.Pointer // memory of C
	free   func(unsafe.Pointer)
	keep   any
	what   string
}

const closed = 1 << 62

// New makes a handle; single = one call at a time.
func New(p unsafe.Pointer, what string, single bool, keep any, free func(unsafe.Pointer)) *Handle {
	h := &Handle{ptr: p, free: free, keep: keep, what: what, single: single}
	runtime.SetFinalizer(h, func(h *Handle) { h.Close() })
	return h
}

// Pointer is the object of C, for a call that holds the handle; nil for a nil handle.
func (h *Handle) Pointer() unsafe.Pointer {
	if h == nil {
		return nil
	}
	return h.ptr
}

// Hold keeps the object until Release.
func (h *Handle) Hold() error {
	if h == nil {
		return nil
	}
	for {
		s := h.state.Load()
		if s&closed != 0 {
			return State("the " + h.what + " is closed")
		}
		if h.single && s > 0 {
			return State("the " + h.what + " is in use by another goroutine")
		}
		if h.state.CompareAndSwap(s, s+1) {
			return nil
		}
	}
}

// Release ends Hold.
func (h *Handle) Release() {
	if h != nil && h.state.Add(-1) == closed {
		h.drop()
	}
	runtime.KeepAlive(h)
}

// Close frees the object now, or behind the calls that are under way. Closing again does nothing.
func (h *Handle) Close() {
	if h == nil {
		return
	}
	for {
		s := h.state.Load()
		if s&closed != 0 {
			return
		}
		if h.state.CompareAndSwap(s, s|closed) {
			if s == 0 {
				h.drop()
			}
			return
		}
	}
}

func (h *Handle) drop() {
	runtime.SetFinalizer(h, nil)
	h.free(h.ptr)
	h.ptr, h.keep = nil, nil
}

// Set by package icp.
var (
	Failed    func(status int32, err unsafe.Pointer) error     // an error from a struct icp_error
	State     func(text string) error                          // an error of code ErrState
	Context   func(context any) (*Handle, unsafe.Pointer, any) // handle, icp_context and what keeps it of an *icp.Context
	Model     func(model any) *Handle                          // handle of an *icp.Model
	NewModel  func(keep any, p unsafe.Pointer) any             // an *icp.Model that owns p
	Decisions func(keep any, p unsafe.Pointer) any             // an *icp.Decisions that owns p
	Bytes     func(buffer unsafe.Pointer) json.RawMessage      // copies and releases an icp_buffer
)
