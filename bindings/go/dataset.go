// SPDX-License-Identifier: MIT

package icp

// #include "bridge.h"
import "C"

import (
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"runtime/cgo"
	"strings"
	"time"
	"unsafe"
)

// A Table is one table of a dataset; Open is called as often as the table is read, on the goroutine that reads.
type Table struct {
	Name string
	Open func() (io.ReadCloser, error)
}

// FSTable is a file of a file system; its table is named by the file's name up to the first dot.
func FSTable(fsys fs.FS, path string) Table {
	base := path[strings.LastIndexByte(path, '/')+1:]
	if dot := strings.IndexByte(base, '.'); dot > 0 {
		base = base[:dot]
	}
	return Table{base, func() (io.ReadCloser, error) { return fsys.Open(path) }}
}

// DatasetOptions of OpenDataset. Patterns are of "table" or "table.column".
type DatasetOptions struct {
	AsOf      time.Time // nothing dated at or after it is seen; zero = everything is
	Manifest  []byte    // JSON as Dataset.Manifest gives it; empty = everything is found
	Company   string    // name of the company table; empty = found
	Include   []string  // only these; empty = all
	Exclude   []string  // not these
	Release   []string  // columns that are used although they are protected as personal data
	MaxTraits uint32    // columns that one child table may add; 0 = 64
}

// A Dataset is a company table with the tables that point at it. One goroutine at a time, its readers' included.
type Dataset struct {
	h   *handle
	env *env
	g   *guard
}

// IsDataset tells whether a path is a folder or a manifest rather than a table.
func (c *Context) IsDataset(path string) bool {
	if hold(c.hold()) != nil {
		return false
	}
	defer release(c.hold())
	p := C.CString(path)
	defer C.free(unsafe.Pointer(p))
	return c != nil && C.icp_dataset_is_path(c.c(), p) != 0
}

func (o *DatasetOptions) c(s *strings_) *C.struct_icp_dataset_options {
	out := &C.struct_icp_dataset_options{struct_size: C.sizeof_struct_icp_dataset_options}
	if o == nil {
		return out
	}
	if !o.AsOf.IsZero() {
		out.flags, out.as_of = C.ICP_DATASET_AS_OF, micros(o.AsOf)
	}
	out.manifest, out.manifest_size = s.put(string(o.Manifest))
	out.company, out.company_size = s.put(o.Company)
	out.include, out.include_size = s.put(strings.Join(o.Include, "\n"))
	out.exclude, out.exclude_size = s.put(strings.Join(o.Exclude, "\n"))
	out.release, out.release_size = s.put(strings.Join(o.Release, "\n"))
	out.max_traits = C.uint32_t(o.MaxTraits)
	return out
}

// OpenDataset reads the tables once and finds out how they are linked; options nil = all defaults. Errors: ErrIO, ErrFormat (a table or the manifest), ErrSchema when
// there is not one company table with a key, or links go round in a circle, ErrLimit, ErrCancelled.
func (c *Context) OpenDataset(ctx context.Context, tables []Table, options *DatasetOptions) (*Dataset, error) {
	if len(tables) == 0 {
		return nil, fail(ErrArgument, "there is no table")
	}
	if err := hold(c.hold()); err != nil {
		return nil, err
	}
	defer release(c.hold())
	var s strings_
	defer s.free()
	g := &guard{}
	var handles []cgo.Handle
	list := (*C.struct_icp_table)(C.calloc(C.size_t(len(tables)), C.sizeof_struct_icp_table))
	defer C.free(unsafe.Pointer(list))
	for i, t := range unsafe.Slice(list, len(tables)) {
		o := &opener{g, tables[i].Open, tables[i].Name}
		handles = append(handles, cgo.NewHandle(o))
		t.name, t.name_size = s.put(tables[i].Name)
		C.icpgo_table(&t, C.uintptr_t(handles[i]))
		unsafe.Slice(list, len(tables))[i] = t
	}
	forget := func() {
		for _, h := range handles {
			h.Delete()
		}
	}
	d, err := c.dataset(ctx, g, forget, func(out **C.icp_dataset, p *C.struct_icp_progress, e *C.struct_icp_error) C.icp_status {
		return C.icp_dataset_open(c.c(), list, C.uint32_t(len(tables)), options.c(&s), p, out, e)
	})
	if err != nil {
		forget()
	}
	return d, err
}

// OpenDatasetPath does the same for a folder of tables, a manifest (the files it names stand beside it), or one table.
func (c *Context) OpenDatasetPath(ctx context.Context, path string, options *DatasetOptions) (*Dataset, error) {
	if err := hold(c.hold()); err != nil {
		return nil, err
	}
	defer release(c.hold())
	var s strings_
	defer s.free()
	p := C.CString(path)
	defer C.free(unsafe.Pointer(p))
	return c.dataset(ctx, nil, func() {}, func(out **C.icp_dataset, progress *C.struct_icp_progress, e *C.struct_icp_error) C.icp_status {
		return C.icp_dataset_open_path(c.c(), p, options.c(&s), progress, out, e)
	})
}

func (c *Context) dataset(ctx context.Context, g *guard, forget func(),
	open func(out **C.icp_dataset, p *C.struct_icp_progress, e *C.struct_icp_error) C.icp_status) (*Dataset, error) {
	var d *C.icp_dataset
	if err := run(ctx, func(p *C.struct_icp_progress, e *C.struct_icp_error) C.icp_status { return open(&d, p, e) }, some(g)...); err != nil {
		return nil, err
	}
	free := func(p unsafe.Pointer) {
		C.icp_dataset_unref((*C.icp_dataset)(p))
		forget()
	}
	return &Dataset{shared(unsafe.Pointer(d), "dataset", c.env, free), c.env, g}, nil
}

// Close releases the dataset once its readers are closed. Closing again does nothing.
func (d *Dataset) Close() error {
	d.hold().Close()
	return nil
}

func (d *Dataset) hold() *handle {
	if d == nil {
		return nil
	}
	return d.h
}

func (d *Dataset) c() *C.icp_dataset { return (*C.icp_dataset)(d.hold().Pointer()) }

// Manifest says how the tables hang together, as JSON: to be edited and given back.
func (d *Dataset) Manifest() (json.RawMessage, error) {
	if err := hold(d.hold()); err != nil {
		return nil, err
	}
	defer release(d.hold())
	return report(func(out **C.icp_buffer, e *C.struct_icp_error) C.icp_status {
		return C.icp_dataset_manifest(d.c(), out, e)
	})
}

// Report says what was read, as JSON (doc/dataset.md); complete once Companies was read to its end.
func (d *Dataset) Report() (json.RawMessage, error) {
	if err := hold(d.hold()); err != nil {
		return nil, err
	}
	defer release(d.hold())
	return report(func(out **C.icp_buffer, e *C.struct_icp_error) C.icp_status {
		return C.icp_dataset_report(d.c(), out, e)
	})
}

// Key is the header of the company table's key.
func (d *Dataset) Key() (string, error) {
	if err := hold(d.hold()); err != nil {
		return "", err
	}
	defer release(d.hold())
	var s C.struct_icp_str
	err := try(func(e *C.struct_icp_error) C.icp_status { return C.icp_dataset_key(d.c(), &s, e) })
	return text(s), err
}

// Companies is the company table with the columns that the other tables add.
func (d *Dataset) Companies() Input {
	return d.input(func(out **C.icp_reader, e *C.struct_icp_error) C.icp_status {
		return C.icp_dataset_companies(d.c(), out, e)
	})
}

// Events is every dated cell of a child row: columns key, type, time and value.
func (d *Dataset) Events() Input {
	return d.input(func(out **C.icp_reader, e *C.struct_icp_error) C.icp_status {
		return C.icp_dataset_events(d.c(), out, e)
	})
}

func (d *Dataset) input(open func(out **C.icp_reader, e *C.struct_icp_error) C.icp_status) Input {
	return Input{open: func(*Context, *ReaderOptions) (*Reader, error) {
		if d == nil {
			return nil, fail(ErrArgument, "the dataset is nil")
		}
		if err := hold(d.h); err != nil {
			return nil, err
		}
		var r *C.icp_reader
		if err := run(nil, func(_ *C.struct_icp_progress, e *C.struct_icp_error) C.icp_status { return open(&r, e) }, some(d.g)...); err != nil {
			release(d.h)
			return nil, err
		}
		// The reader holds the dataset, whose tables it opens.
		free := func(p unsafe.Pointer) {
			C.icp_reader_free((*C.icp_reader)(p))
			release(d.h)
		}
		return &Reader{single(unsafe.Pointer(r), "reader", d, free), d.env, d.g}, nil
	}}
}
