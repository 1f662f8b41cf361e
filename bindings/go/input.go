// SPDX-License-Identifier: MIT

package icp

// #include "bridge.h"
import "C"

import (
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"unsafe"
)

// Format is how a table is written.
type Format int32

// The formats.
const (
	FormatAuto  Format = C.ICP_FORMAT_AUTO  // found from the content
	FormatCSV   Format = C.ICP_FORMAT_CSV   // separated by comma, semicolon, tab or bar
	FormatJSONL Format = C.ICP_FORMAT_JSONL // one JSON object per line, or one array of objects
)

// ReaderOptions say what the content of a table does not. The zero value: everything is found.
type ReaderOptions struct {
	Format       Format
	Delimiter    byte   // 0 = found from the first lines
	RowsPerBatch uint32 // at most so many rows per batch; 0 = 4,096
}

// An Input is a table to be read: companies, customers, events, outcomes. It is opened by the call that it is given to. Bytes are CSV or JSON lines,
// plain or gzip, UTF-8 or Windows-1252. An input from From is used up by its first reading; all others may be given again.
type Input struct {
	open func(c *Context, o *ReaderOptions) (*Reader, error)
	o    ReaderOptions
}

// With gives the input with other options.
func (in Input) With(o ReaderOptions) Input {
	in.o = o
	return in
}

// File is the file at a path, opened by the library itself.
func File(path string) Input {
	return Input{open: func(c *Context, o *ReaderOptions) (*Reader, error) { return c.openFile(path, o) }}
}

// FS is a file of a file system, such as an embed.FS.
func FS(fsys fs.FS, name string) Input {
	return Input{open: func(c *Context, o *ReaderOptions) (*Reader, error) {
		f, err := fsys.Open(name)
		if err != nil {
			return nil, cannotOpen(name, err)
		}
		var size int64
		if info, err := f.Stat(); err == nil {
			size = info.Size()
		}
		return c.openStream(name, size, f, f, o)
	}}
}

// From is an io.Reader, read to its end, a block at a time; it is not closed. The name is for messages.
func From(name string, r io.Reader) Input {
	return Input{open: func(c *Context, o *ReaderOptions) (*Reader, error) {
		if r == nil {
			return nil, fail(ErrArgument, "the io.Reader is nil")
		}
		return c.openStream(name, 0, r, nil, o)
	}}
}

// Rows is a table in memory; its first row holds the headers. Cells are read as those of a CSV file are; short rows end in cells without a value.
func Rows(rows [][]string) Input {
	return Input{open: func(c *Context, o *ReaderOptions) (*Reader, error) {
		t, err := textTable(rows)
		return c.openTable(t, err, o)
	}}
}

// Maps is a table in memory, a company or event per map; the columns are all keys, sorted. Values are nil (no value), string, []byte, bool, numbers, time.Time,
// fmt.Stringer, and lists of these ([]string, []any); others give ErrArgument with row and field.
func Maps(rows []map[string]any) Input {
	return Input{open: func(c *Context, o *ReaderOptions) (*Reader, error) {
		t, err := mapTable(rows)
		return c.openTable(t, err, o)
	}}
}

func cannotOpen(name string, err error) error {
	e := fail(ErrIO, "cannot be opened")
	e.Source, e.Err = name, err
	return e
}

// A Reader is a table being read, batch by batch. One goroutine at a time.
type Reader struct {
	h    *handle
	env  *env
	feed *guard // of what Go reads for it
}

// Open opens a table. What takes an Input opens it by itself; open one to see its batches.
// Errors: ErrArgument, ErrIO, ErrFormat (empty, binary, broken gzip, duplicate header), ErrLimit.
func (c *Context) Open(in Input) (*Reader, error) {
	if in.open == nil {
		return nil, fail(ErrArgument, "there is no input")
	}
	if err := hold(c.hold()); err != nil {
		return nil, err
	}
	defer release(c.hold())
	return in.open(c, &in.o)
}

func (c *Context) openFile(path string, o *ReaderOptions) (*Reader, error) {
	p := C.CString(path)
	defer C.free(unsafe.Pointer(p))
	s := (*C.struct_icp_source)(C.calloc(1, C.sizeof_struct_icp_source))
	defer C.free(unsafe.Pointer(s))
	s.struct_size = C.sizeof_struct_icp_source
	if err := try(func(e *C.struct_icp_error) C.icp_status { return C.icp_source_open_file(c.c(), p, s, e) }); err != nil {
		return nil, err
	}
	return c.openSource(s, nil, o)
}

func (c *Context) openStream(name string, size int64, r io.Reader, closer io.Closer, o *ReaderOptions) (*Reader, error) {
	g := &guard{}
	s := newSource(name, size, r, closer, g)
	defer C.free(unsafe.Pointer(s))
	return c.openSource(s, g, o)
}

// openSource takes the source over, on failure too.
func (c *Context) openSource(s *C.struct_icp_source, g *guard, o *ReaderOptions) (*Reader, error) {
	options := C.struct_icp_reader_options{struct_size: C.sizeof_struct_icp_reader_options, format: C.int32_t(o.Format), delimiter: C.int32_t(o.Delimiter),
		rows_per_batch: C.uint32_t(o.RowsPerBatch)}
	var r *C.icp_reader
	err := run(nil, func(_ *C.struct_icp_progress, e *C.struct_icp_error) C.icp_status {
		return C.icp_reader_open(c.c(), s, &options, &r, e)
	}, some(g)...)
	if err != nil {
		return nil, err
	}
	return newReader(c.env, r, g, nil), nil
}

// newReader owns r, which a nil pointer never is.
func newReader(e *env, r *C.icp_reader, g *guard, keep any) *Reader {
	free := func(p unsafe.Pointer) { C.icp_reader_free((*C.icp_reader)(p)) }
	return &Reader{single(unsafe.Pointer(r), "reader", []any{e, keep}, free), e, g}
}

func some(gs ...*guard) []*guard {
	var out []*guard
	for _, g := range gs {
		if g != nil {
			out = append(out, g)
		}
	}
	return out
}

// Close closes the reader. Closing again does nothing.
func (r *Reader) Close() error {
	r.hold().Close()
	return nil
}

func (r *Reader) hold() *handle {
	if r == nil {
		return nil
	}
	return r.h
}

func (r *Reader) c() *C.icp_reader { return (*C.icp_reader)(r.hold().Pointer()) }

func (r *Reader) guard() *guard {
	if r == nil {
		return nil
	}
	return r.feed
}

// Input gives what is left of the table to a call that takes an Input; the call closes the reader.
func (r *Reader) Input() Input {
	return Input{open: func(*Context, *ReaderOptions) (*Reader, error) {
		if r == nil {
			return nil, fail(ErrArgument, "the reader is nil")
		}
		return r, nil
	}}
}

// Next gives the next rows, and io.EOF behind the last. A batch lives on behind its reader; close it before the next call, and its memory is used again.
// Errors: ErrIO, ErrFormat, ErrLimit, with row, line, column and byte; further calls then fail alike.
func (r *Reader) Next() (*Batch, error) {
	if r == nil {
		return nil, fail(ErrArgument, "the reader is nil")
	}
	if err := hold(r.h); err != nil {
		return nil, err
	}
	defer release(r.h)
	var b *C.icp_batch
	err := run(nil, func(_ *C.struct_icp_progress, e *C.struct_icp_error) C.icp_status {
		return C.icp_reader_next(r.c(), &b, e)
	}, some(r.feed)...)
	if err != nil {
		return nil, err
	}
	if b == nil {
		return nil, io.EOF
	}
	return newBatch(r.env, b), nil
}

// Stats says what was read so far, as JSON: format, delimiter, rows, ragged and footer rows, converted cells, bytes.
func (r *Reader) Stats() (json.RawMessage, error) {
	if err := hold(r.hold()); err != nil {
		return nil, err
	}
	defer release(r.hold())
	return report(func(out **C.icp_buffer, e *C.struct_icp_error) C.icp_status { return C.icp_reader_stats(r.c(), out, e) })
}

// reading opens an input, makes a call that reads it to its end, and closes it.
func (c *Context) reading(ctx context.Context, in Input, f func(r *C.icp_reader, p *C.struct_icp_progress, e *C.struct_icp_error) C.icp_status) error {
	r, err := c.Open(in)
	if err != nil {
		return err
	}
	defer r.Close()
	return r.reading(ctx, f)
}

func (r *Reader) reading(ctx context.Context, f func(r *C.icp_reader, p *C.struct_icp_progress, e *C.struct_icp_error) C.icp_status) error {
	if err := hold(r.hold()); err != nil {
		return err
	}
	defer release(r.hold())
	return run(ctx, func(p *C.struct_icp_progress, e *C.struct_icp_error) C.icp_status { return f(r.c(), p, e) }, some(r.guard())...)
}
