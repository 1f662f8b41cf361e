// SPDX-License-Identifier: MIT

package icp

// #include "bridge.h"
import "C"

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/cgo"
	"sync"
	"time"
	"unsafe"

	"icp/internal/bridge"
)

// Version is that of the library that is loaded, such as "0.1.0".
func Version() string {
	v := uint32(C.icp_version())
	return fmt.Sprintf("%d.%d.%d", v>>16, v>>8&255, v&255)
}

// ContextOptions are the limits and the log of a Context. The zero value has the defaults of doc/limits.md.
type ContextOptions struct {
	Log         func(level int, code Code, text string) // one line, LogNote or LogWarning, on the goroutine that made the call; from several at once
	HashSeed    uint64                                  // of internal tables; never changes a result
	MaxCell     uint64                                  // bytes in one cell; 0 = 16 MiB
	MaxColumns  uint64                                  // columns of one table; 0 = 4,096
	MaxMemory   uint64                                  // bytes one section of a loaded file may take; 0 = 4 GiB
	MaxDistinct uint64                                  // distinct values looked at in one column; 0 = 1,048,576
}

// A Context is the root of every other object. There is no process-wide state: two contexts share nothing. Objects made from a context keep
// it alive, so that it may be closed before them. Any number of goroutines may use one.
type Context struct {
	h   *handle
	env *env
}

// An env is what lives as long as anything made from a context: a reference to it, and its log.
type env struct {
	c   *C.icp_context
	log cgo.Handle
}

func newEnv() *env {
	e := &env{}
	runtime.SetFinalizer(e, func(e *env) {
		C.icp_context_unref(e.c)
		if e.log != 0 {
			e.log.Delete()
		}
	})
	return e
}

// NewContext makes a context; options nil = all defaults. Errors: ErrArgument, ErrMemory.
func NewContext(options *ContextOptions) (*Context, error) {
	o := (*C.struct_icp_context_options)(C.calloc(1, C.sizeof_struct_icp_context_options))
	defer C.free(unsafe.Pointer(o))
	o.struct_size = C.sizeof_struct_icp_context_options
	e := newEnv()
	if options != nil {
		o.hash_seed, o.max_cell, o.max_columns = C.uint64_t(options.HashSeed), C.uint64_t(options.MaxCell), C.uint64_t(options.MaxColumns)
		o.max_memory, o.max_distinct = C.uint64_t(options.MaxMemory), C.uint64_t(options.MaxDistinct)
		if options.Log != nil {
			e.log = cgo.NewHandle(options.Log)
			C.icpgo_log(o, C.uintptr_t(e.log))
		}
	}
	var c *C.icp_context
	if err := try(func(err *C.struct_icp_error) C.icp_status { return C.icp_context_new(o, &c, err) }); err != nil {
		return nil, err
	}
	return newContext(e, unsafe.Pointer(c)), nil
}

// newContext owns p.
func newContext(e *env, p unsafe.Pointer) *Context {
	e.c = C.icp_context_ref((*C.icp_context)(p))
	free := func(p unsafe.Pointer) { C.icp_context_unref((*C.icp_context)(p)) }
	return &Context{shared(p, "context", e, free), e}
}

// Close releases the context. Closing again does nothing.
func (c *Context) Close() error {
	c.hold().Close()
	return nil
}

func (c *Context) hold() *handle {
	if c == nil {
		return nil
	}
	return c.h
}

func (c *Context) c() *C.icp_context { return (*C.icp_context)(c.hold().Pointer()) }

func (c *Context) of() *env {
	if c == nil {
		return nil
	}
	return c.env
}

// A Pool is threads lent to fits. Results never depend on their number.
type Pool struct {
	h    *handle
	turn sync.Mutex // a pool works for one call at a time
}

// NewPool starts threads, 1 to 256, the caller's own included. Errors: ErrArgument, ErrMemory, ErrState when no thread can be started.
func (c *Context) NewPool(threads int) (*Pool, error) {
	if err := hold(c.hold()); err != nil {
		return nil, err
	}
	defer release(c.hold())
	if threads < 0 {
		threads = 0
	}
	var p *C.icp_pool
	err := try(func(e *C.struct_icp_error) C.icp_status { return C.icp_pool_new(c.c(), C.uint32_t(threads), &p, e) })
	if err != nil {
		return nil, err
	}
	free := func(p unsafe.Pointer) { C.icp_pool_free((*C.icp_pool)(p)) }
	return &Pool{h: shared(unsafe.Pointer(p), "pool", c.env, free)}, nil
}

// Close joins the threads, once no fit uses them. Closing again does nothing.
func (p *Pool) Close() error {
	p.hold().Close()
	return nil
}

func (p *Pool) hold() *handle {
	if p == nil {
		return nil
	}
	return p.h
}

func (p *Pool) c() *C.icp_pool { return (*C.icp_pool)(p.hold().Pointer()) }

// micros is a time of the library.
func micros(t time.Time) C.int64_t { return C.int64_t(t.UnixMicro()) }

func fromMicros(t C.int64_t) time.Time {
	if t == C.ICP_TIME_UNKNOWN {
		return time.Time{}
	}
	return time.UnixMicro(int64(t)).UTC()
}

// Memory of C for the strings of an options struct: Go memory given to C may not point at Go memory.
type strings_ []unsafe.Pointer

func (s *strings_) put(text string) (*C.char, C.size_t) {
	if text == "" {
		return nil, 0
	}
	p := C.CString(text)
	*s = append(*s, unsafe.Pointer(p))
	return p, C.size_t(len(text))
}

func (s *strings_) free() {
	for _, p := range *s {
		C.free(p)
	}
}

// bytesOf is the address of bytes for the length of a call, uncopied: the first word of a string and of a slice is their data. Never NULL, for "none" and "empty" are two things.
func bytesOf[T ~string | ~[]byte](b T) (*C.char, C.size_t) {
	if len(b) == 0 {
		return &nothing, 0
	}
	return *(**C.char)(unsafe.Pointer(&b)), C.size_t(len(b))
}

var nothing C.char

func text(s C.struct_icp_str) string {
	if s.data == nil {
		return ""
	}
	return C.GoStringN(s.data, C.int(s.size))
}

// take copies a buffer and releases it.
func take(b *C.icp_buffer) json.RawMessage {
	var s C.struct_icp_str
	C.icp_buffer_data(b, &s)
	out := C.GoBytes(unsafe.Pointer(s.data), C.int(s.size))
	C.icp_buffer_unref(b)
	return out
}

// report makes a call that gives JSON.
func report(f func(out **C.icp_buffer, e *C.struct_icp_error) C.icp_status) (json.RawMessage, error) {
	var b *C.icp_buffer
	if err := try(func(e *C.struct_icp_error) C.icp_status { return f(&b, e) }); err != nil {
		return nil, err
	}
	return take(b), nil
}

func init() {
	bridge.Context = func(context any) (*bridge.Handle, unsafe.Pointer, any) {
		c := context.(*Context)
		if c == nil {
			return nil, nil, nil
		}
		return c.h, unsafe.Pointer(c.env.c), c.env
	}
	bridge.Bytes = func(b unsafe.Pointer) json.RawMessage { return take((*C.icp_buffer)(b)) }
}
