// SPDX-License-Identifier: MIT

package icp

// #include "bridge.h"
import "C"

import (
	"context"
	"encoding/hex"
	"io"
	"strings"
	"unsafe"
)

// ID is the SHA-256 that names a reference or a model.
type ID [32]byte

// String is the ID in hexadecimal.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

func idOf(b *[32]C.uint8_t) (id ID) {
	for i := range id {
		id[i] = byte(b[i])
	}
	return id
}

// KeyForm is what is hashed as the key.
type KeyForm int32

// The forms.
const (
	KeyAuto  KeyForm = C.ICP_KEY_AUTO  // as KeyExact
	KeyExact KeyForm = C.ICP_KEY_EXACT // the bytes after trimming
	KeyHost  KeyForm = C.ICP_KEY_HOST  // the canonical host of a URL, host name or e-mail address
)

// ReferenceOptions of a ReferenceBuilder. Patterns are as for Schema.Keep.
type ReferenceOptions struct {
	Key     string   // header of the key column; empty = found
	KeyForm KeyForm  // what is hashed
	K       uint32   // companies kept; 0 = 65,536
	Seed    uint64   // of the key hash
	Exclude []string // columns that are not stored
	Release []string // columns whose e-mail addresses and telephone numbers are stored all the same
}

// ReferenceInfo is what a reference is made of.
type ReferenceInfo struct {
	ID               ID
	Key              string // header of the key column
	KeyForm          KeyForm
	K                uint32 // companies kept at most
	Seed             uint64
	RowsRead         uint64 // rows seen, over all parts
	RowsWithoutKey   uint64 // of these left out
	Companies        uint64 // companies held
	DistinctEstimate uint64 // distinct keys seen: exact below K
	RowsDiffered     uint64 // companies whose key was seen with different rows
	CellsCut         uint64 // cells that were longer than 8 KiB
	Columns          uint32
	Format           uint32 // of the file: major * 65536 + minor
}

// A ReferenceBuilder makes a reference of rows and parts. The same companies give the same bytes, whatever their order and split. One goroutine at a time.
type ReferenceBuilder struct {
	h   *handle
	ctx *Context
}

// NewReferenceBuilder makes an empty builder; options nil = all defaults. Errors: ErrArgument, ErrMemory.
func (c *Context) NewReferenceBuilder(options *ReferenceOptions) (*ReferenceBuilder, error) {
	if c == nil {
		return nil, fail(ErrArgument, "the context is nil")
	}
	if err := hold(c.h); err != nil {
		return nil, err
	}
	defer release(c.h)
	var s strings_
	defer s.free()
	o := &C.struct_icp_reference_options{struct_size: C.sizeof_struct_icp_reference_options}
	if options != nil {
		o.k, o.key_form, o.seed = C.uint32_t(options.K), C.int32_t(options.KeyForm), C.uint64_t(options.Seed)
		o.key_column, o.key_size = s.put(options.Key)
		o.exclude, o.exclude_size = s.put(strings.Join(options.Exclude, "\n"))
		o.release, o.release_size = s.put(strings.Join(options.Release, "\n"))
	}
	var b *C.icp_reference_builder
	if err := try(func(e *C.struct_icp_error) C.icp_status { return C.icp_reference_builder_new(c.c(), o, &b, e) }); err != nil {
		return nil, err
	}
	free := func(p unsafe.Pointer) { C.icp_reference_builder_free((*C.icp_reference_builder)(p)) }
	return &ReferenceBuilder{single(unsafe.Pointer(b), "reference builder", c, free), c}, nil
}

// Close releases the builder. Closing again does nothing.
func (b *ReferenceBuilder) Close() error {
	b.hold().Close()
	return nil
}

func (b *ReferenceBuilder) hold() *handle {
	if b == nil {
		return nil
	}
	return b.h
}

func (b *ReferenceBuilder) c() *C.icp_reference_builder {
	return (*C.icp_reference_builder)(b.hold().Pointer())
}

func (b *ReferenceBuilder) of() *Context {
	if b == nil {
		return nil
	}
	return b.ctx
}

// Add adds all rows of a table. After a failure the builder may only be closed. Errors: those of Open and Next, ErrKey when there is no key column, ErrCancelled.
func (b *ReferenceBuilder) Add(ctx context.Context, in Input) error {
	if err := hold(b.hold()); err != nil {
		return err
	}
	defer release(b.hold())
	return b.of().reading(ctx, in, func(r *C.icp_reader, p *C.struct_icp_progress, e *C.struct_icp_error) C.icp_status {
		return C.icp_reference_builder_add(b.c(), r, p, e)
	})
}

// AddBatch adds the rows of one batch. Errors: as Add.
func (b *ReferenceBuilder) AddBatch(batch *Batch) error {
	if err := hold(b.hold(), batch.hold()); err != nil {
		return err
	}
	defer release(b.hold(), batch.hold())
	return try(func(e *C.struct_icp_error) C.icp_status {
		return C.icp_reference_builder_add_batch(b.c(), batch.c(), e)
	})
}

// Merge adds another reference. Columns are united, rows read add up. Errors: ErrReference when seed or key form differ.
func (b *ReferenceBuilder) Merge(part *Reference) error {
	if err := hold(b.hold(), part.hold()); err != nil {
		return err
	}
	defer release(b.hold(), part.hold())
	return try(func(e *C.struct_icp_error) C.icp_status { return C.icp_reference_builder_merge(b.c(), part.c(), e) })
}

// Finish gives the reference of everything added; the builder is empty again. Errors: ErrKey when no row had a key, ErrLimit.
func (b *ReferenceBuilder) Finish() (*Reference, error) {
	if err := hold(b.hold()); err != nil {
		return nil, err
	}
	defer release(b.hold())
	var r *C.icp_reference
	err := try(func(e *C.struct_icp_error) C.icp_status { return C.icp_reference_builder_finish(b.c(), &r, e) })
	return newReference(b.of().of(), err, r)
}

// BuildReference makes a reference of tables, in one pass, in bounded memory. Errors: those of ReferenceBuilder.
func (c *Context) BuildReference(ctx context.Context, options *ReferenceOptions, tables ...Input) (*Reference, error) {
	b, err := c.NewReferenceBuilder(options)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	for _, in := range tables {
		if err := b.Add(ctx, in); err != nil {
			return nil, err
		}
	}
	return b.Finish()
}

// MergeReferences makes one reference of parts that were built with the same seed and key form.
func (c *Context) MergeReferences(parts ...*Reference) (*Reference, error) {
	var o ReferenceOptions
	if len(parts) > 0 {
		info, err := parts[0].Info()
		if err != nil {
			return nil, err
		}
		o = ReferenceOptions{K: info.K, Seed: info.Seed, KeyForm: info.KeyForm}
	}
	b, err := c.NewReferenceBuilder(&o)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	for _, part := range parts {
		if err := b.Merge(part); err != nil {
			return nil, err
		}
	}
	return b.Finish()
}

// A Reference is a frozen picture of companies at large. It does not change; any number of goroutines may use one.
type Reference struct {
	h   *handle
	env *env
}

func newReference(e *env, err error, r *C.icp_reference) (*Reference, error) {
	if err != nil {
		return nil, err
	}
	free := func(p unsafe.Pointer) { C.icp_reference_unref((*C.icp_reference)(p)) }
	return &Reference{shared(unsafe.Pointer(r), "reference", e, free), e}, nil
}

// LoadReference reads a reference file. Errors: ErrIO, ErrFormat, ErrChecksum, ErrVersion, ErrLimit.
func (c *Context) LoadReference(r io.Reader) (*Reference, error) {
	var out *C.icp_reference
	err := c.load(r, func(s *C.struct_icp_source, e *C.struct_icp_error) C.icp_status {
		return C.icp_reference_load(c.c(), s, &out, e)
	})
	return newReference(c.of(), err, out)
}

// LoadReferenceFile reads a reference file at a path. Errors: as LoadReference.
func (c *Context) LoadReferenceFile(path string) (*Reference, error) {
	var out *C.icp_reference
	err := c.loadFile(path, func(s *C.struct_icp_source, e *C.struct_icp_error) C.icp_status {
		return C.icp_reference_load(c.c(), s, &out, e)
	})
	return newReference(c.of(), err, out)
}

// Close releases the reference. Closing again does nothing.
func (r *Reference) Close() error {
	r.hold().Close()
	return nil
}

func (r *Reference) hold() *handle {
	if r == nil {
		return nil
	}
	return r.h
}

func (r *Reference) c() *C.icp_reference { return (*C.icp_reference)(r.hold().Pointer()) }

// Save writes the reference. Errors: ErrIO.
func (r *Reference) Save(w io.Writer) error {
	if err := hold(r.hold()); err != nil {
		return err
	}
	defer release(r.hold())
	return save(w, func(s *C.struct_icp_sink, e *C.struct_icp_error) C.icp_status {
		return C.icp_reference_save(r.c(), s, e)
	})
}

// SaveFile writes the reference to a path: beside it, synced, and renamed. Errors: ErrIO.
func (r *Reference) SaveFile(path string) error {
	if r == nil {
		return fail(ErrArgument, "the reference is nil")
	}
	if err := hold(r.h); err != nil {
		return err
	}
	defer release(r.h)
	return r.env.saveFile(path, func(s *C.struct_icp_sink, e *C.struct_icp_error) C.icp_status {
		return C.icp_reference_save(r.c(), s, e)
	})
}

// Info gives the figures of the reference.
func (r *Reference) Info() (ReferenceInfo, error) {
	if err := hold(r.hold()); err != nil {
		return ReferenceInfo{}, err
	}
	defer release(r.hold())
	i := &C.struct_icp_reference_info{struct_size: C.sizeof_struct_icp_reference_info}
	if err := try(func(e *C.struct_icp_error) C.icp_status { return C.icp_reference_describe(r.c(), i, e) }); err != nil {
		return ReferenceInfo{}, err
	}
	return ReferenceInfo{ID: idOf(&i.id), Key: text(i.key_column), KeyForm: KeyForm(i.key_form), K: uint32(i.k), Seed: uint64(i.seed), RowsRead: uint64(i.rows_read),
		RowsWithoutKey: uint64(i.rows_without_key), Companies: uint64(i.companies), DistinctEstimate: uint64(i.distinct_estimate),
		RowsDiffered: uint64(i.rows_differed), CellsCut: uint64(i.cells_cut), Columns: uint32(i.columns), Format: uint32(i.format)}, nil
}

// Schema is what each column means, inferred from the companies held.
func (r *Reference) Schema() (*Schema, error) {
	if r == nil {
		return nil, fail(ErrArgument, "the reference is nil")
	}
	if err := hold(r.h); err != nil {
		return nil, err
	}
	defer release(r.h)
	var s *C.icp_schema
	err := try(func(e *C.struct_icp_error) C.icp_status { return C.icp_reference_schema(r.c(), &s, e) })
	return newSchema(r.env, err, s)
}

// load gives an io.Reader to a call that reads it and closes the source.
func (c *Context) load(r io.Reader, f func(s *C.struct_icp_source, e *C.struct_icp_error) C.icp_status) error {
	if r == nil {
		return fail(ErrArgument, "the io.Reader is nil")
	}
	if err := hold(c.hold()); err != nil {
		return err
	}
	defer release(c.hold())
	g := &guard{}
	s := newSource("stream", 0, r, nil, g)
	defer C.free(unsafe.Pointer(s))
	return run(nil, func(_ *C.struct_icp_progress, e *C.struct_icp_error) C.icp_status { return f(s, e) }, g)
}

func (c *Context) loadFile(path string, f func(s *C.struct_icp_source, e *C.struct_icp_error) C.icp_status) error {
	if err := hold(c.hold()); err != nil {
		return err
	}
	defer release(c.hold())
	p := C.CString(path)
	defer C.free(unsafe.Pointer(p))
	s := (*C.struct_icp_source)(C.calloc(1, C.sizeof_struct_icp_source))
	defer C.free(unsafe.Pointer(s))
	s.struct_size = C.sizeof_struct_icp_source
	if err := try(func(e *C.struct_icp_error) C.icp_status { return C.icp_source_open_file(c.c(), p, s, e) }); err != nil {
		return err
	}
	return try(func(e *C.struct_icp_error) C.icp_status { return f(s, e) })
}

// save gives an io.Writer to a call that writes it.
func save(w io.Writer, f func(s *C.struct_icp_sink, e *C.struct_icp_error) C.icp_status) error {
	if w == nil {
		return fail(ErrArgument, "the io.Writer is nil")
	}
	s, d := newSink(w)
	defer d.done(s)
	return run(nil, func(_ *C.struct_icp_progress, e *C.struct_icp_error) C.icp_status { return f(s, e) }, &d.guard)
}

func (v *env) saveFile(path string, f func(s *C.struct_icp_sink, e *C.struct_icp_error) C.icp_status) error {
	p := C.CString(path)
	defer C.free(unsafe.Pointer(p))
	s := (*C.struct_icp_sink)(C.calloc(1, C.sizeof_struct_icp_sink))
	defer C.free(unsafe.Pointer(s))
	s.struct_size = C.sizeof_struct_icp_sink
	if err := try(func(e *C.struct_icp_error) C.icp_status { return C.icp_sink_open_file(v.c, p, s, e) }); err != nil {
		return err
	}
	return try(func(e *C.struct_icp_error) C.icp_status { return f(s, e) })
}
