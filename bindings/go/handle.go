// SPDX-License-Identifier: MIT

package icp

import (
	"icp/internal/bridge"
	"unsafe"
)

// A handle is one object of the library. Calls hold it, so that it is freed by the last of Close and the calls under way, never under
// them; what is forgotten is freed by a finalizer. A call holds the Go object too (release is behind it), which is what runtime.KeepAlive is for.
type handle = bridge.Handle

// hold and release bracket every call; nil stands for an argument that was not given.
func hold(hs ...*handle) error {
	for i, h := range hs {
		if err := h.Hold(); err != nil {
			release(hs[:i]...)
			return err
		}
	}
	return nil
}

func release(hs ...*handle) {
	for _, h := range hs {
		h.Release()
	}
}

// shared makes a handle that any number of goroutines may use at once; keep is kept alive with it.
func shared(p unsafe.Pointer, what string, keep any, free func(unsafe.Pointer)) *handle {
	return bridge.New(p, what, false, keep, free)
}

// single makes a handle of which a second call at the same time is refused.
func single(p unsafe.Pointer, what string, keep any, free func(unsafe.Pointer)) *handle {
	return bridge.New(p, what, true, keep, free)
}
