// SPDX-License-Identifier: MIT

package icp

// #include "bridge.h"
import "C"

import "unsafe"

// The lowest score, and how many there are: Spread.Counts[i] counts the score LowestScore + i.
const (
	LowestScore = 200
	ScoreCount  = 560
)

// Spread is the summary of a distribution.
type Spread struct {
	Counts              [ScoreCount]uint64
	Companies           uint64
	Tiers               [6]uint64 // by Tier; [0] is 0
	CustomerBitsMicro   int64     // how selective the profile is: divergence of customers from companies, bits, millionths
	EffectiveShareMicro int64     // how concentrated it is: share of the companies that carries the ratios, millionths
}

// A Distribution is a histogram of scores. One goroutine at a time.
type Distribution struct{ h *handle }

func newDistribution(e *env, err error, d *C.icp_distribution) (*Distribution, error) {
	if err != nil {
		return nil, err
	}
	free := func(p unsafe.Pointer) { C.icp_distribution_free((*C.icp_distribution)(p)) }
	return &Distribution{single(unsafe.Pointer(d), "distribution", e, free)}, nil
}

// NewDistribution makes an empty distribution.
func (c *Context) NewDistribution() (*Distribution, error) {
	if err := hold(c.hold()); err != nil {
		return nil, err
	}
	defer release(c.hold())
	var d *C.icp_distribution
	err := try(func(e *C.struct_icp_error) C.icp_status { return C.icp_distribution_new(c.c(), &d, e) })
	return newDistribution(c.of(), err, d)
}

// Who is whose stored distribution.
type Who int32

// Whose.
const (
	WhoReference Who = C.ICP_WHO_REFERENCE // companies of the reference
	WhoCustomers Who = C.ICP_WHO_CUSTOMERS // customers, each scored by a fit that did not see it
)

// Distribution gives what the model stores of a layer. Errors: ErrUnsupported when the model lacks the layer.
func (m *Model) Distribution(l Layer, who Who) (*Distribution, error) {
	if err := hold(m.hold()); err != nil {
		return nil, err
	}
	defer release(m.hold())
	var d *C.icp_distribution
	err := try(func(e *C.struct_icp_error) C.icp_status {
		return C.icp_distribution_of_model(m.c(), C.int32_t(l), C.int32_t(who), &d, e)
	})
	return newDistribution(m.of(), err, d)
}

// Close releases the distribution. Closing again does nothing.
func (d *Distribution) Close() error {
	d.hold().Close()
	return nil
}

func (d *Distribution) hold() *handle {
	if d == nil {
		return nil
	}
	return d.h
}

func (d *Distribution) c() *C.icp_distribution { return (*C.icp_distribution)(d.hold().Pointer()) }

// Add counts the scores of a result. Errors: ErrUnsupported when it lacks the layer, ErrState.
func (d *Distribution) Add(r *Result, l Layer) error {
	if err := hold(d.hold(), r.hold()); err != nil {
		return err
	}
	defer release(d.hold(), r.hold())
	return try(func(e *C.struct_icp_error) C.icp_status { return C.icp_distribution_add(d.c(), r.c(), C.int32_t(l), e) })
}

// AddScore counts one score. Errors: ErrArgument when it lies outside 200 to 759.
func (d *Distribution) AddScore(score int32) error {
	if err := hold(d.hold()); err != nil {
		return err
	}
	defer release(d.hold())
	return try(func(e *C.struct_icp_error) C.icp_status {
		return C.icp_distribution_add_score(d.c(), C.int32_t(score), e)
	})
}

// Merge adds another distribution.
func (d *Distribution) Merge(other *Distribution) error {
	if err := hold(d.hold(), other.hold()); err != nil {
		return err
	}
	defer release(d.hold(), other.hold())
	return try(func(e *C.struct_icp_error) C.icp_status { return C.icp_distribution_merge(d.c(), other.c(), e) })
}

// Spread gives the counts and their summary.
func (d *Distribution) Spread() (Spread, error) {
	if err := hold(d.hold()); err != nil {
		return Spread{}, err
	}
	defer release(d.hold())
	var out Spread
	s := &C.struct_icp_spread{struct_size: C.sizeof_struct_icp_spread}
	err := try(func(e *C.struct_icp_error) C.icp_status {
		return C.icp_distribution_counts(d.c(), (*C.uint64_t)(unsafe.Pointer(&out.Counts[0])), s, e)
	})
	if err != nil {
		return Spread{}, err
	}
	out.Companies, out.CustomerBitsMicro, out.EffectiveShareMicro = uint64(s.companies), int64(s.customer_bits_micro), int64(s.effective_share_micro)
	for i := range out.Tiers {
		out.Tiers[i] = uint64(s.tier[i])
	}
	return out, nil
}
