// SPDX-License-Identifier: MIT

package icp

// #include "bridge.h"
import "C"

import (
	"context"
	"encoding/json"
	"strings"
	"unsafe"
)

// Kind is what a column is.
type Kind int32

// The kinds.
const (
	KindIgnored  Kind = C.ICP_KIND_IGNORED  // not looked at
	KindKey      Kind = C.ICP_KIND_KEY      // identifies the company
	KindName     Kind = C.ICP_KIND_NAME     // name of the company
	KindCategory Kind = C.ICP_KIND_CATEGORY // one value of a set
	KindList     Kind = C.ICP_KIND_LIST     // several values of a set
	KindNumber   Kind = C.ICP_KIND_NUMBER   // amount, count, ratio, range
	KindDate     Kind = C.ICP_KIND_DATE     // day
	KindBoolean  Kind = C.ICP_KIND_BOOLEAN  // yes or no
	KindText     Kind = C.ICP_KIND_TEXT     // words
	KindURL      Kind = C.ICP_KIND_URL      // web address or host
)

// String is the name as in a schema's JSON.
func (k Kind) String() string {
	return name(int32(k), "ignored", "key", "name", "category", "list", "number", "date", "boolean", "text", "url")
}

// Family is a group of traits.
type Family int32

// The families.
const (
	FamilyOther      Family = C.ICP_FAMILY_OTHER      // every remaining field
	FamilyIndustry   Family = C.ICP_FAMILY_INDUSTRY   // industry and business model
	FamilySize       Family = C.ICP_FAMILY_SIZE       // employees, revenue
	FamilyStage      Family = C.ICP_FAMILY_STAGE      // growth stage, funding, age
	FamilyKeywords   Family = C.ICP_FAMILY_KEYWORDS   // keywords and positioning
	FamilyTechnology Family = C.ICP_FAMILY_TECHNOLOGY // technology
	FamilyHiring     Family = C.ICP_FAMILY_HIRING     // job openings
	FamilyGeography  Family = C.ICP_FAMILY_GEOGRAPHY  // geography and market
)

// String is the name as in a schema's JSON.
func (f Family) String() string {
	return name(int32(f), "other", "industry", "size", "stage", "keywords", "technology", "hiring", "geography")
}

func name(i int32, names ...string) string {
	if i < 0 || int(i) >= len(names) {
		return "?"
	}
	return names[i]
}

// Column is one column of a schema.
type Column struct {
	Kind   Kind
	Family Family
	Name   string // header as written
	ID     string // folded header, as trait ids show it
	Reason string // why it was so read
	Seen   uint64 // rows looked at
	Filled uint64 // of these with a value
}

// A Schema says what each column means. It does not change; any number of goroutines may use one.
type Schema struct {
	h   *handle
	env *env
}

// newSchema owns what a call gave.
func newSchema(e *env, err error, s *C.icp_schema) (*Schema, error) {
	if err != nil {
		return nil, err
	}
	free := func(p unsafe.Pointer) { C.icp_schema_unref((*C.icp_schema)(p)) }
	return &Schema{shared(unsafe.Pointer(s), "schema", e, free), e}, nil
}

// InferSchema finds from headers and values what each column means, whatever the order of the rows. Errors: those of Open and Next, ErrCancelled.
func (c *Context) InferSchema(ctx context.Context, in Input) (*Schema, error) {
	if err := hold(c.hold()); err != nil {
		return nil, err
	}
	defer release(c.hold())
	var s *C.icp_schema
	err := c.reading(ctx, in, func(r *C.icp_reader, p *C.struct_icp_progress, e *C.struct_icp_error) C.icp_status {
		return C.icp_schema_infer(c.c(), r, p, &s, e)
	})
	return newSchema(c.of(), err, s)
}

// SchemaFromJSON reads a schema (doc/schema.md). Errors: ErrSchema with line and column.
func (c *Context) SchemaFromJSON(text []byte) (*Schema, error) {
	if err := hold(c.hold()); err != nil {
		return nil, err
	}
	defer release(c.hold())
	data, size := bytesOf(text)
	var s *C.icp_schema
	err := try(func(e *C.struct_icp_error) C.icp_status { return C.icp_schema_from_json(c.c(), data, size, &s, e) })
	return newSchema(c.of(), err, s)
}

// Close releases the schema. Closing again does nothing.
func (s *Schema) Close() error {
	s.hold().Close()
	return nil
}

func (s *Schema) hold() *handle {
	if s == nil {
		return nil
	}
	return s.h
}

func (s *Schema) c() *C.icp_schema { return (*C.icp_schema)(s.hold().Pointer()) }

// JSON writes the schema in one form, to be edited and given back.
func (s *Schema) JSON() (json.RawMessage, error) {
	if err := hold(s.hold()); err != nil {
		return nil, err
	}
	defer release(s.hold())
	return report(func(out **C.icp_buffer, e *C.struct_icp_error) C.icp_status {
		return C.icp_schema_to_json(s.c(), out, e)
	})
}

// Keep gives the schema with all columns ignored whose name or id matches no pattern: * stands for any text, ? for one character, case is folded.
// Key columns are never ignored. Errors: ErrSchema naming a pattern that no column matches.
func (s *Schema) Keep(patterns ...string) (*Schema, error) { return s.selected(patterns, 1) }

// Drop gives the schema with the columns ignored whose name or id matches a pattern, else as Keep.
func (s *Schema) Drop(patterns ...string) (*Schema, error) { return s.selected(patterns, 0) }

func (s *Schema) selected(patterns []string, keep C.int32_t) (*Schema, error) {
	if s == nil {
		return nil, fail(ErrArgument, "the schema is nil")
	}
	if err := hold(s.h); err != nil {
		return nil, err
	}
	defer release(s.h)
	data, size := bytesOf(strings.Join(patterns, "\n"))
	var out *C.icp_schema
	err := try(func(e *C.struct_icp_error) C.icp_status { return C.icp_schema_select(s.c(), data, size, keep, &out, e) })
	return newSchema(s.env, err, out)
}

// Columns lists the columns.
func (s *Schema) Columns() ([]Column, error) {
	if err := hold(s.hold()); err != nil {
		return nil, err
	}
	defer release(s.hold())
	out := make([]Column, int(C.icp_schema_columns(s.c())))
	for i := range out {
		c := C.struct_icp_column{struct_size: C.sizeof_struct_icp_column}
		if err := try(func(e *C.struct_icp_error) C.icp_status { return C.icp_schema_column(s.c(), C.uint32_t(i), &c, e) }); err != nil {
			return nil, err
		}
		out[i] = Column{Kind(c.kind), Family(c.family), text(c.name), text(c.id), text(c.reason), uint64(c.seen), uint64(c.filled)}
	}
	return out, nil
}
