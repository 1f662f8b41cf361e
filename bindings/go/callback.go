// SPDX-License-Identifier: MIT

package icp

// #include "bridge.h"
import "C"

import (
	"context"
	"io"
	"runtime/cgo"
	"unsafe"
)

// A guard keeps what a function of the caller failed with while the library's own code is on the stack: a panic must not unwind C.
type guard struct {
	err      error
	panicked any
}

func (g *guard) catch() {
	if p := recover(); p != nil && g.panicked == nil {
		g.panicked = p
	}
}

// A feed is an io.Reader that the library reads from, until it closes it.
type feed struct {
	*guard       // may be that of several feeds
	end    error // of this one
	reader io.Reader
	closer io.Closer // what this package opened itself
	name   *C.char
	handle cgo.Handle
}

// newSource gives a source in memory of C, to be freed behind the call that takes it over. What fails is told to g.
func newSource(name string, size int64, r io.Reader, closer io.Closer, g *guard) *C.struct_icp_source {
	f := &feed{guard: g, reader: r, closer: closer, name: C.CString(name)}
	f.handle = cgo.NewHandle(f)
	s := (*C.struct_icp_source)(C.calloc(1, C.sizeof_struct_icp_source))
	C.icpgo_source(s, C.uintptr_t(f.handle), f.name, C.uint64_t(size))
	return s
}

//export icpgoRead
func icpgoRead(handle C.uintptr_t, buf unsafe.Pointer, size C.size_t) C.int64_t {
	f := cgo.Handle(handle).Value().(*feed)
	return C.int64_t(f.read(unsafe.Slice((*byte)(buf), int(size))))
}

func (f *feed) read(p []byte) (n int) {
	n = -1
	defer f.catch()
	for i := 0; i < 100 && f.end == nil; i++ {
		got, err := f.reader.Read(p)
		if got < 0 || got > len(p) {
			got, err = 0, fail(ErrIO, "the io.Reader says that it read %d bytes of %d", got, len(p))
		}
		f.end = err
		if got > 0 {
			return got
		}
	}
	if f.end == io.EOF {
		return 0
	}
	if f.end == nil {
		f.end = io.ErrNoProgress
	}
	f.err = f.end
	return
}

//export icpgoClose
func icpgoClose(handle C.uintptr_t) {
	f := cgo.Handle(handle).Value().(*feed)
	defer f.catch()
	cgo.Handle(handle).Delete()
	C.free(unsafe.Pointer(f.name))
	if f.closer != nil {
		_ = f.closer.Close()
	}
}

// A drain is an io.Writer that the library writes to.
type drain struct {
	guard
	writer io.Writer
	handle cgo.Handle
}

// newSink gives a sink in memory of C; done releases both.
func newSink(w io.Writer) (*C.struct_icp_sink, *drain) {
	d := &drain{writer: w}
	d.handle = cgo.NewHandle(d)
	s := (*C.struct_icp_sink)(C.calloc(1, C.sizeof_struct_icp_sink))
	C.icpgo_sink(s, C.uintptr_t(d.handle))
	return s, d
}

func (d *drain) done(s *C.struct_icp_sink) {
	C.free(unsafe.Pointer(s))
	d.handle.Delete()
}

//export icpgoWrite
func icpgoWrite(handle C.uintptr_t, buf unsafe.Pointer, size C.size_t) C.int64_t {
	d := cgo.Handle(handle).Value().(*drain)
	return C.int64_t(d.write(unsafe.Slice((*byte)(buf), int(size))))
}

func (d *drain) write(p []byte) (n int) {
	n = -1
	defer d.catch()
	for len(p) > 0 && d.err == nil {
		var took int
		if took, d.err = d.writer.Write(p); took > 0 && took <= len(p) {
			return took
		}
		if d.err == nil {
			d.err = io.ErrShortWrite
		}
	}
	return
}

type progressKey struct{}

// Stage says what a long call is doing.
type Stage uint32

// The stages.
const (
	StageRead      Stage = C.ICP_STAGE_READ      // bytes read; total is the size where it is known
	StageExtract   Stage = C.ICP_STAGE_EXTRACT   // rows turned into traits
	StageFit       Stage = C.ICP_STAGE_FIT       // fits done
	StageCalibrate Stage = C.ICP_STAGE_CALIBRATE // cross-fits done
)

// WithProgress gives a context under which long calls report how far they are: on the goroutine that made the call, about once per MiB
// read or per iteration. total is 0 where it is not known.
func WithProgress(ctx context.Context, report func(stage Stage, done, total uint64)) context.Context {
	return context.WithValue(ctx, progressKey{}, report)
}

// A call is one call that reads, writes or takes long, with what its callbacks failed with.
type call struct {
	guard
	ctx    context.Context
	report func(Stage, uint64, uint64)
	others []*guard
}

//export icpgoProgress
func icpgoProgress(handle C.uintptr_t, stage C.uint32_t, done, total C.uint64_t) (stop C.int32_t) {
	c := cgo.Handle(handle).Value().(*call)
	stop = 1
	defer c.catch()
	if c.err = c.ctx.Err(); c.err != nil {
		return
	}
	if c.report != nil {
		c.report(Stage(stage), uint64(done), uint64(total))
	}
	return 0
}

// progress gives the struct that the library reports to, NULL where nobody listens, and its end.
func (c *call) progress() (*C.struct_icp_progress, func()) {
	c.report, _ = c.ctx.Value(progressKey{}).(func(Stage, uint64, uint64))
	if c.report == nil && c.ctx.Done() == nil {
		return nil, func() {}
	}
	handle := cgo.NewHandle(c)
	p := (*C.struct_icp_progress)(C.calloc(1, C.sizeof_struct_icp_progress))
	C.icpgo_progress(p, C.uintptr_t(handle))
	return p, func() {
		C.free(unsafe.Pointer(p))
		handle.Delete()
	}
}

// explain puts the caller's own error into the library's, and lets a panic of the caller go on.
func (c *call) explain(err error) error {
	for _, g := range append(c.others, &c.guard) {
		if p := g.panicked; p != nil {
			g.panicked = nil
			panic(p)
		}
		if e, ok := err.(*Error); ok && e.Err == nil && g.err != nil {
			e.Err = g.err
		}
	}
	return err
}

// run makes a call that may read, write or take long. The guards belong to what it reads and writes.
func run(ctx context.Context, f func(p *C.struct_icp_progress, e *C.struct_icp_error) C.icp_status, others ...*guard) error {
	if ctx == nil {
		ctx = context.Background()
	}
	if err := ctx.Err(); err != nil {
		e := fail(ErrCancelled, "stopped before it began")
		e.Err = err
		return e
	}
	c := &call{ctx: ctx, others: others}
	p, end := c.progress()
	defer end()
	return c.explain(try(func(e *C.struct_icp_error) C.icp_status { return f(p, e) }))
}

// Log levels.
const (
	LogNote    = C.ICP_LOG_NOTE    // worth knowing: a column that a fit left out
	LogWarning = C.ICP_LOG_WARNING // worth acting on: customers that were not found
)

//export icpgoLog
func icpgoLog(handle C.uintptr_t, level, code C.int32_t, text *C.char, size C.size_t) {
	defer func() { _ = recover() }() // a log that fails has nobody to tell
	log := cgo.Handle(handle).Value().(func(int, Code, string))
	log(int(level), Code(code), C.GoStringN(text, C.int(size)))
}

// An opener opens the tables of a dataset again and again.
type opener struct {
	*guard
	open func() (io.ReadCloser, error)
	name string
}

//export icpgoOpen
func icpgoOpen(handle C.uintptr_t, out *C.struct_icp_source, e *C.struct_icp_error) (status C.icp_status) {
	o := cgo.Handle(handle).Value().(*opener)
	status = C.ICP_E_IO
	defer o.catch()
	r, err := o.open()
	if err == nil && r == nil {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		o.err = err
		tell(e, o.name, err)
		return
	}
	o.err = nil
	s := newSource(o.name, 0, r, r, o.guard)
	*out = *s
	C.free(unsafe.Pointer(s))
	return C.ICP_OK
}

// tell fills in an error of C; its texts are zeroed by whoever made it.
func tell(e *C.struct_icp_error, source string, err error) {
	if e == nil || e.struct_size < C.sizeof_struct_icp_error {
		return
	}
	e.code, e.row, e.line, e.column, e.byte = C.ICP_E_IO, -1, -1, -1, -1
	put := func(to []C.char, text string) {
		n := 0
		for ; n < len(text) && n < len(to)-1; n++ {
			to[n] = C.char(text[n])
		}
		to[n] = 0
	}
	put(e.source[:], source)
	put(e.message[:], "the table cannot be opened")
}
