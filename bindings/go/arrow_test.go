// SPDX-License-Identifier: MIT

package icp

import (
	"io"
	"strconv"
	"testing"
	"unsafe"

	"icp/internal/faulty"
)

// scored is the golden companies' result.
func scored(t *testing.T) *Result {
	c, m, _ := models(t)
	r := must(c.NewResult())(t)
	if err := newTestScorer(t, m, nil).Score(must(c.BatchOfRows(table_(t, "companies.csv")))(t), r); err != nil {
		t.Fatal(err)
	}
	return r
}

// A result that goes out as Arrow comes in again as a table of scores.
func TestAResultGoesThroughArrow(t *testing.T) {
	c, _, _ := models(t)
	r := scored(t)
	scores, keys := must(r.Scores(LayerFit))(t), must(r.Keys())(t)
	check := func(b *Batch) {
		t.Helper()
		columns := b.Columns()
		if b.Rows() != len(scores) || columns[0] != "key" || columns[1] != "fit_score" {
			t.Fatalf("%d rows, %q", b.Rows(), columns)
		}
		for i, s := range scores {
			key, _ := b.Cell(i, 0)
			score, _ := b.Cell(i, 1)
			if key != keys[i] || score != strconv.Itoa(int(s.Score)) {
				t.Fatalf("row %d: %s %s", i, key, score)
			}
		}
		b.Close()
	}
	schema, array, _ := faulty.Arrow()
	if err := r.ExportArrow(schema, array); err != nil {
		t.Fatal(err)
	}
	b := must(c.BatchOfArrow(schema, array))(t)
	if !faulty.Released(array) {
		t.Fatal("the array was not moved")
	}
	faulty.ReleaseSchema(schema)
	check(b)
	for _, fails := range []bool{false, true} {
		schema, array, stream := faulty.Arrow()
		if err := r.ExportArrow(schema, array); err != nil {
			t.Fatal(err)
		}
		in := must(c.Open(Arrow(stream(fails)).With(ReaderOptions{RowsPerBatch: 4096})))(t)
		check(must(in.Next())(t))
		_, err := in.Next()
		if fails {
			if e := wants(t, err, ErrIO); e.Message != "the producer is tired" {
				t.Fatalf("%+v", e)
			}
		} else if err != io.EOF {
			t.Fatal(err)
		}
		in.Close()
	}
}

func TestWhatIsNoArrowIsRefused(t *testing.T) {
	c, _, _ := models(t)
	_, err := c.Open(Arrow(nil))
	wants(t, err, ErrArgument)
	_, err = c.BatchOfArrow(nil, nil)
	wants(t, err, ErrArgument)
	wants(t, must(c.NewResult())(t).ExportArrow(nil, nil), ErrArgument)
	var space [10]uintptr
	_, err = c.BatchOfArrow(unsafe.Pointer(&space), unsafe.Pointer(&space))
	if err == nil {
		t.Fatal("zeros are no record batch")
	}
}
