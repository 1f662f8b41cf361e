// SPDX-License-Identifier: MIT

package icp

// #include "bridge.h"
import "C"

import (
	"encoding/json"
	"io"
	"time"
	"unsafe"

	"icp/internal/bridge"
)

// ModelFlags are warnings that hold for all of a model or layer, as bits.
type ModelFlags uint32

// The flags.
const (
	ModelFewCustomers         ModelFlags = C.ICP_MODEL_FEW_CUSTOMERS         // fitted below MinCustomers
	ModelIntervalUncalibrated ModelFlags = C.ICP_MODEL_INTERVAL_UNCALIBRATED // below 50 customers: the interval's width could not be checked
	ModelListedShareHigh      ModelFlags = C.ICP_MODEL_LISTED_SHARE_HIGH     // more than 1/8 of the reference are customers
	ModelAssumed              ModelFlags = C.ICP_MODEL_ASSUMED               // of a layer: a surge test, not learned
	ModelEdited               ModelFlags = C.ICP_MODEL_EDITED                // points were changed by hand
)

// ModelInfo is the figures of a model. Micro = millionths.
type ModelInfo struct {
	ID          ID
	ReferenceID ID
	ParentID    ID // model that it was made from by an edit; zeros = it was fitted
	Flags       ModelFlags
	Format      uint32 // of the file: major * 65536 + minor
	Extraction  uint32 // trait extraction version
	Layers      []Layer
	Traits      int    // over all layers
	Customers   uint64 // that the fit layer was learned from
	Companies   uint64 // of the reference
	Listed      uint64 // companies of the reference that are customers
	SlopeMicro  int64  // cross-fitted slope of the logit
	CllrMicro   int64  // cross-fitted cost of the log likelihood ratio, bits
	AUCMicro    int64  // cross-fitted area under the ROC curve
}

// LayerInfo is the figures of one layer.
type LayerInfo struct {
	Layer       Layer
	Flags       ModelFlags
	HorizonDays uint32 // timing: how far ahead outcomes are looked for
	FirstTrait  int    // index of its first trait
	Traits      int
	Signals     int    // types of events with columns of their own
	Examples    uint64 // customers; intent: outcomes; retention: at most the customers lost
	Others      uint64 // companies of the reference; timing: account-moments
	SlopeMicro  int64
	CllrMicro   int64
	AUCMicro    int64
	Key         string // timing: header of the key that events and companies were matched by
}

// Signal is a type of events in a timing layer, and how fast it fades.
type Signal struct {
	Type         string // folded
	Measured     bool   // the half-life was measured; else it is assumed
	Events       uint64 // in the data of the fit
	Newest       time.Time
	HalfLifeDays uint32
	LowDays      uint32 // interval that holds it with 95%
	HighDays     uint32
	StaleDays    uint32 // age from which an event is stale
}

// TraitKind is what a trait is.
type TraitKind int32

// The kinds of traits.
const (
	TraitKnown  TraitKind = C.ICP_TRAIT_KNOWN  // offset of a column: column=*
	TraitValue  TraitKind = C.ICP_TRAIT_VALUE  // column=value
	TraitItem   TraitKind = C.ICP_TRAIT_ITEM   // column:item
	TraitWord   TraitKind = C.ICP_TRAIT_WORD   // column~word
	TraitPhrase TraitKind = C.ICP_TRAIT_PHRASE // column~word word
	TraitRange  TraitKind = C.ICP_TRAIT_RANGE  // column[lo,hi)
	TraitPrefix TraitKind = C.ICP_TRAIT_PREFIX // column~begin*
)

// Trait is one trait of a model.
type Trait struct {
	Layer         Layer
	Family        Family
	Kind          TraitKind
	ID            string // as in doc/schema.md, stable
	Column        string // header of the column
	Label         string // value, word or range alone
	Weight        int32  // -100 to 100: how much commoner it is among customers, shrunk
	Points        int32  // milli-points the trait adds to a score
	LearnedPoints int32  // the same before any edit
	LearnedWeight int32
	Customers     uint64 // customers with the trait
	CustomersOf   uint64 // customers whose column is known
	Reference     uint64 // companies of the reference with the trait
	ReferenceOf   uint64
	Variance      uint64 // its part of the interval, milli-points squared
}

// A Model is what was learned; scoring needs nothing else. It does not change; any number of goroutines may use one.
type Model struct {
	h   *handle
	env *env
}

// newModel owns m.
func newModel(e *env, m *C.icp_model) *Model {
	free := func(p unsafe.Pointer) { C.icp_model_unref((*C.icp_model)(p)) }
	return &Model{shared(unsafe.Pointer(m), "model", e, free), e}
}

// LoadModel reads a model file, checked in full. Errors: ErrIO, ErrFormat, ErrChecksum, ErrVersion, ErrExtraction, ErrLimit.
func (c *Context) LoadModel(r io.Reader) (*Model, error) {
	var m *C.icp_model
	if err := c.load(r, func(s *C.struct_icp_source, e *C.struct_icp_error) C.icp_status {
		return C.icp_model_load(c.c(), s, &m, e)
	}); err != nil {
		return nil, err
	}
	return newModel(c.env, m), nil
}

// LoadModelFile reads a model file at a path. Errors: as LoadModel.
func (c *Context) LoadModelFile(path string) (*Model, error) {
	var m *C.icp_model
	if err := c.loadFile(path, func(s *C.struct_icp_source, e *C.struct_icp_error) C.icp_status {
		return C.icp_model_load(c.c(), s, &m, e)
	}); err != nil {
		return nil, err
	}
	return newModel(c.env, m), nil
}

// Close releases the model. Scorers made from it live on. Closing again does nothing.
func (m *Model) Close() error {
	m.hold().Close()
	return nil
}

func (m *Model) hold() *handle {
	if m == nil {
		return nil
	}
	return m.h
}

func (m *Model) c() *C.icp_model { return (*C.icp_model)(m.hold().Pointer()) }

func (m *Model) of() *env {
	if m == nil {
		return nil
	}
	return m.env
}

// Save writes the model file: the same model gives the same bytes. Errors: ErrIO.
func (m *Model) Save(w io.Writer) error {
	if err := hold(m.hold()); err != nil {
		return err
	}
	defer release(m.hold())
	return save(w, func(s *C.struct_icp_sink, e *C.struct_icp_error) C.icp_status { return C.icp_model_save(m.c(), s, e) })
}

// SaveFile writes the model file to a path: beside it, synced, and renamed. Errors: ErrIO.
func (m *Model) SaveFile(path string) error {
	if m == nil {
		return fail(ErrArgument, "the model is nil")
	}
	if err := hold(m.h); err != nil {
		return err
	}
	defer release(m.h)
	return m.env.saveFile(path, func(s *C.struct_icp_sink, e *C.struct_icp_error) C.icp_status { return C.icp_model_save(m.c(), s, e) })
}

// Info gives the figures of the model.
func (m *Model) Info() (ModelInfo, error) {
	if err := hold(m.hold()); err != nil {
		return ModelInfo{}, err
	}
	defer release(m.hold())
	i := &C.struct_icp_model_info{struct_size: C.sizeof_struct_icp_model_info}
	if err := try(func(e *C.struct_icp_error) C.icp_status { return C.icp_model_describe(m.c(), i, e) }); err != nil {
		return ModelInfo{}, err
	}
	out := ModelInfo{ID: idOf(&i.id), ReferenceID: idOf(&i.reference_id), ParentID: idOf(&i.parent_id), Flags: ModelFlags(i.flags), Format: uint32(i.format),
		Extraction: uint32(i.extraction), Traits: int(i.traits), Customers: uint64(i.customers), Companies: uint64(i.companies), Listed: uint64(i.listed),
		SlopeMicro: int64(i.slope_micro), CllrMicro: int64(i.cllr_micro), AUCMicro: int64(i.auc_micro)}
	for l := LayerFit; l < 32; l++ {
		if i.layers>>uint32(l)&1 != 0 {
			out.Layers = append(out.Layers, l)
		}
	}
	return out, nil
}

// Layer gives the figures of one layer. Errors: ErrUnsupported when the model lacks it.
func (m *Model) Layer(l Layer) (LayerInfo, error) {
	if err := hold(m.hold()); err != nil {
		return LayerInfo{}, err
	}
	defer release(m.hold())
	i := &C.struct_icp_layer_info{struct_size: C.sizeof_struct_icp_layer_info}
	if err := try(func(e *C.struct_icp_error) C.icp_status { return C.icp_model_layer(m.c(), C.int32_t(l), i, e) }); err != nil {
		return LayerInfo{}, err
	}
	return LayerInfo{Layer(i.layer), ModelFlags(i.flags), uint32(i.horizon_days), int(i.first_trait), int(i.traits), int(i.signals), uint64(i.examples),
		uint64(i.others), int64(i.slope_micro), int64(i.cllr_micro), int64(i.auc_micro), text(i.key)}, nil
}

// Signals lists the signals of a timing layer; none for others. Errors: ErrUnsupported when the model lacks the layer.
func (m *Model) Signals(l Layer) ([]Signal, error) {
	info, err := m.Layer(l)
	if err != nil {
		return nil, err
	}
	if err := hold(m.hold()); err != nil {
		return nil, err
	}
	defer release(m.hold())
	out := make([]Signal, info.Signals)
	for k := range out {
		i := &C.struct_icp_signal{struct_size: C.sizeof_struct_icp_signal}
		if err := try(func(e *C.struct_icp_error) C.icp_status {
			return C.icp_model_signal(m.c(), C.int32_t(l), C.uint32_t(k), i, e)
		}); err != nil {
			return nil, err
		}
		out[k] = Signal{text(i._type), i.measured != 0, uint64(i.events), fromMicros(i.newest), uint32(i.half_life_days), uint32(i.low_days), uint32(i.high_days),
			uint32(i.stale_days)}
	}
	return out, nil
}

// Trait gives one trait by its index, as in contributions and reasons. Errors: ErrArgument.
func (m *Model) Trait(index int) (Trait, error) {
	if err := hold(m.hold()); err != nil {
		return Trait{}, err
	}
	defer release(m.hold())
	if index < 0 {
		return Trait{}, fail(ErrArgument, "the trait's index is %d", index)
	}
	i := &C.struct_icp_trait{struct_size: C.sizeof_struct_icp_trait}
	if err := try(func(e *C.struct_icp_error) C.icp_status { return C.icp_model_trait(m.c(), C.uint32_t(index), i, e) }); err != nil {
		return Trait{}, err
	}
	return Trait{Layer(i.layer), Family(i.family), TraitKind(i.kind), text(i.id), text(i.column), text(i.label), int32(i.weight), int32(i.points),
		int32(i.learned_points), int32(i.learned_weight), uint64(i.customers), uint64(i.customers_of), uint64(i.reference), uint64(i.reference_of),
		uint64(i.variance)}, nil
}

// Traits lists all traits, by index.
func (m *Model) Traits() ([]Trait, error) {
	info, err := m.Info()
	if err != nil {
		return nil, err
	}
	out := make([]Trait, info.Traits)
	for i := range out {
		if out[i], err = m.Trait(i); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// FindTrait gives the index of a trait by its id; false when there is none.
func (m *Model) FindTrait(l Layer, id string) (int, bool) {
	if m == nil || hold(m.h) != nil {
		return 0, false
	}
	defer release(m.h)
	data, size := bytesOf(id)
	i := int(C.icp_model_find_trait(m.c(), C.int32_t(l), data, size))
	return i, i >= 0
}

// Schema is what the model reads companies with.
func (m *Model) Schema() (*Schema, error) {
	if err := hold(m.hold()); err != nil {
		return nil, err
	}
	defer release(m.hold())
	var s *C.icp_schema
	err := try(func(e *C.struct_icp_error) C.icp_status { return C.icp_model_schema(m.c(), &s, e) })
	return newSchema(m.of(), err, s)
}

// Summary says what the fit found on the way, as JSON (doc/command.md).
func (m *Model) Summary() (json.RawMessage, error) {
	if err := hold(m.hold()); err != nil {
		return nil, err
	}
	defer release(m.hold())
	return report(func(out **C.icp_buffer, e *C.struct_icp_error) C.icp_status {
		return C.icp_model_summary(m.c(), out, e)
	})
}

// Card is the card as it was given, "{}" without one.
func (m *Model) Card() (json.RawMessage, error) {
	if err := hold(m.hold()); err != nil {
		return nil, err
	}
	defer release(m.hold())
	return report(func(out **C.icp_buffer, e *C.struct_icp_error) C.icp_status { return C.icp_model_card(m.c(), out, e) })
}

// WithCard gives the same model with another card: a new model, with an id of its own. Errors: ErrFormat with line and column.
func (m *Model) WithCard(card []byte) (*Model, error) {
	if err := hold(m.hold()); err != nil {
		return nil, err
	}
	defer release(m.hold())
	data, size := bytesOf(card)
	var out *C.icp_model
	if err := try(func(e *C.struct_icp_error) C.icp_status { return C.icp_model_with_card(m.c(), data, size, &out, e) }); err != nil {
		return nil, err
	}
	return newModel(m.env, out), nil
}

// Edit changes points of the fit layer by hand: a new model that names its parent (doc/change.md). The reference is the one that the model was fitted on.
// Errors: ErrReference when it is another, ErrFormat with line and column of what is not understood or not in the model, ErrUnsupported for timing layers.
func (m *Model) Edit(r *Reference, edits []byte) (*Model, error) {
	if err := hold(m.hold(), r.hold()); err != nil {
		return nil, err
	}
	defer release(m.hold(), r.hold())
	data, size := bytesOf(edits)
	var out *C.icp_model
	if err := try(func(e *C.struct_icp_error) C.icp_status { return C.icp_model_edit(m.c(), r.c(), data, size, &out, e) }); err != nil {
		return nil, err
	}
	return newModel(m.env, out), nil
}

// Standing says how the model stands at the moment of the decisions, or at asOf when they are nil, as JSON (doc/card.md): owner, what is overdue, what
// changed since it was fitted, open flags.
func (m *Model) Standing(d *Decisions, asOf time.Time) (json.RawMessage, error) {
	if err := hold(m.hold(), d.hold()); err != nil {
		return nil, err
	}
	defer release(m.hold(), d.hold())
	return report(func(out **C.icp_buffer, e *C.struct_icp_error) C.icp_status {
		return C.icp_model_standing(m.c(), d.c(), micros(asOf), out, e)
	})
}

func init() {
	bridge.Model = func(model any) *bridge.Handle { return model.(*Model).hold() }
	bridge.NewModel = func(keep any, p unsafe.Pointer) any { return newModel(keep.(*env), (*C.icp_model)(p)) }
}
